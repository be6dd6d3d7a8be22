//! The tuned penalised linear model: logistic, multinomial or linear regression under ridge, elastic net or lasso, kind and
//! strength of the penalty chosen by cross-validation inside the training rows (deviance; the larger penalty of equals).
//!
//! Statistics, so in double precision on the host.

use serde_json::{Value, json};

use super::super::Model;
use super::encoder::Encoder;
use super::head::{Head, softmax};
use super::rows::Known;
use super::select;
use crate::cohort::{Cohort, Prediction, View};
use crate::error::{Code, Result};
use crate::math::elastic::{Family, Response, Tuner};
use crate::math::stats;
use crate::train::Run;

/// Folds of the inner cross-validation where the linear model stands alone.
pub const FOLDS: usize = 5;
/// Penalties of each path: glmnet's 100 are half as far apart, and no choice depends on it.
const LAMBDAS: usize = 50;

/// A fitted linear model as a value.
#[derive(Debug, Clone, PartialEq)]
pub struct Linear {
    /// From recorded values to columns; `None` where nothing varies and only the mean is known.
    pub encoder: Option<Encoder>,
    /// What the outputs mean. Numbers are predicted in their own unit: mean 0, sd 1.
    pub head: Head,
    /// One an output: the number, a logit a class.
    pub intercepts: Vec<f64>,
    /// outputs × columns, by outputs.
    pub coefficients: Vec<f64>,
    /// How it was chosen: the mixture, the penalty, the inner loss (nats, or the unit squared).
    pub chosen: Value,
    /// The inner loss; NaN where nothing was compared.
    pub loss: f64,
}

impl Linear {
    /// The mean, or the classes' shares: what is known without features.
    pub fn mean(known: &Known) -> Self {
        let (head, intercepts) = match known {
            Known::Classes { names, event, codes } => {
                let n = codes.len() as f64;
                // A class that was not seen keeps half a row's share, so that no probability is 0.
                let share = |count: usize| libm::log((count as f64).max(0.5) / n);
                (Head::Classes { names: names.clone(), event: *event }, known.counts().into_iter().map(share).collect())
            }
            Known::Values { unit, values } => {
                (Head::Values { unit: unit.clone(), mean: 0.0, sd: 1.0 }, vec![stats::mean(values)])
            }
        };
        let chosen = json!({ "penalty": "mean" });
        Self { encoder: None, head, intercepts, coefficients: Vec::new(), chosen, loss: f64::NAN }
    }

    /// Fits on the rows of one cohort (canonical order), `folds` inner folds, mixtures `alphas` (0 ridge, 1 lasso).
    /// With fewer than two rows of a class, or nothing that varies, it is the mean.
    ///
    /// # Errors
    /// `lacking` without labels, [`Code::Cancelled`].
    pub async fn fit(rows: &Cohort, lacking: Code, folds: usize, alphas: &[f64], run: &Run<'_>) -> Result<Self> {
        let known = Known::of(rows, lacking)?;
        if known.fewest() < 2 || known.check().is_err() {
            return Ok(Self::mean(&known));
        }
        let encoder = match Encoder::fit(&[rows], usize::MAX) {
            Ok(encoder) => encoder,
            Err(e) if e.code() == Code::NothingVaries => return Ok(Self::mean(&known)),
            Err(e) => return Err(e),
        };
        let Some(parts) = select::parts(rows, folds.min(known.fewest()).max(2), run.seed)? else {
            return Ok(Self::mean(&known));
        };
        let mut fold_of = vec![0; rows.len()];
        for (i, part) in parts.iter().enumerate() {
            for &row in &part.test {
                fold_of[row] = i;
            }
        }
        let x = encoder.transform_f64(&rows.x)?;
        let p = x.cols;
        let (codes, mut head) = match &known {
            Known::Classes { codes, .. } => (codes.iter().map(|&code| code as u32).collect(), Head::of(&known)),
            Known::Values { .. } => (Vec::new(), Head::of(&known)),
        };
        let response = match &known {
            Known::Classes { names, .. } => Response::Classes { y: &codes, classes: names.len() },
            Known::Values { values, .. } => Response::Values(values),
        };
        if let Head::Values { mean, sd, .. } = &mut head {
            (*mean, *sd) = (0.0, 1.0);
        }
        let mut tuner = Tuner::new(x.values, p, response, fold_of, alphas, LAMBDAS)?;
        while !tuner.step()? {
            run.breathe().await?;
        }
        let tuned = tuner.finish()?;
        let solution = tuned.solution;
        let deviance = tuned.candidates.iter().map(|c| c.deviance).fold(f64::INFINITY, f64::min);
        let (mut intercepts, mut coefficients) = (solution.intercepts, solution.coefficients);
        if solution.family == Family::Binomial {
            // One logit becomes two, the other class's 0, so that a head means the same everywhere.
            intercepts.insert(0, 0.0);
            coefficients = [vec![0.0; p], coefficients].concat();
        }
        let loss = if matches!(head, Head::Classes { .. }) { deviance / 2.0 } else { deviance };
        let chosen = json!({
            "alpha": tuned.alpha, "lambda": solution.lambda, "nonzero": solution.nonzero, "loss": loss,
        });
        Ok(Self { encoder: Some(encoder), head, intercepts, coefficients, chosen, loss })
    }

    /// Predicts rows.
    ///
    /// # Errors
    /// [`Code::ModelOtherColumns`].
    pub fn predict(&self, view: &View) -> Result<Prediction> {
        let (rows, cols, values) = match &self.encoder {
            Some(encoder) => {
                let x = encoder.transform_f64(view)?;
                (x.rows, x.cols, x.values)
            }
            None => (view.len(), 0, Vec::new()),
        };
        let outputs = self.intercepts.len();
        let eta = |row: usize, output: usize| {
            let x = values.get(row * cols..(row + 1) * cols).unwrap_or(&[]);
            let b = self.coefficients.get(output * cols..(output + 1) * cols).unwrap_or(&[]);
            self.intercepts[output] + stats::sum(x.iter().zip(b).map(|(x, b)| x * b))
        };
        Ok(match &self.head {
            Head::Classes { names, .. } => {
                let row = |row: usize| softmax(&(0..outputs).map(|output| eta(row, output)).collect::<Vec<_>>());
                Prediction::Classes { names: names.clone(), probabilities: (0..rows).flat_map(row).collect() }
            }
            Head::Values { .. } => Prediction::Values { values: (0..rows).map(|row| eta(row, 0)).collect() },
        })
    }

    /// As a model of this method.
    ///
    /// # Errors
    /// [`Code::Internal`].
    pub fn to_model(&self, method: &str, config: &Value) -> Result<Model> {
        let head = serde_json::to_value(&self.head).map_err(|e| Code::Internal.err().with("reason", e))?;
        let mut model =
            Model::new(method, json!({ "form": "linear", "config": config, "head": head, "chosen": self.chosen }));
        if let Some(encoder) = &self.encoder {
            encoder.store(&mut model)?;
        }
        let outputs = self.intercepts.len();
        model.put_f64("linear.intercepts", &[outputs], self.intercepts.clone());
        let cols = self.coefficients.len() / outputs.max(1);
        model.put_f64("linear.coefficients", &[outputs, cols], self.coefficients.clone());
        Ok(model)
    }

    /// From a model.
    ///
    /// # Errors
    /// [`Code::BadModel`].
    pub fn from_model(model: &Model) -> Result<Self> {
        let encoder = if model.meta.get("features").is_some() { Some(Encoder::restore(model)?) } else { None };
        let head: Head = model.meta("head")?;
        let intercepts = model.f64("linear.intercepts")?.to_vec();
        let coefficients = model.f64("linear.coefficients")?.to_vec();
        let cols = encoder.as_ref().map_or(0, |encoder| encoder.columns.len());
        if intercepts.len() != head.outputs() || coefficients.len() != intercepts.len() * cols {
            return Err(Code::BadModel.err().with("reason", "linear: the lengths do not fit"));
        }
        let chosen: Value = model.meta("chosen")?;
        let loss = chosen.get("loss").and_then(Value::as_f64).unwrap_or(f64::NAN);
        Ok(Self { encoder, head, intercepts, coefficients, chosen, loss })
    }
}
