//! The tuned penalised linear model: logistic, multinomial or linear regression under ridge, elastic net or lasso, kind and
//! strength of the penalty chosen by cross-validation inside the training rows (deviance; the larger penalty of equals).
//!
//! Statistics, so in double precision on the host.

use serde_json::{Value, json};

use super::super::Model;
use super::encoder::{Encoder, Rows};
use super::head::{Head, softmax};
use super::penalised::{self, Fitted, Problem};
use super::rows::Known;
use crate::cohort::{Cohort, Prediction, View};
use crate::error::{Code, Result};
use crate::math::stats;
use crate::train::Run;

/// Folds of the inner cross-validation where the linear model stands alone.
pub const FOLDS: usize = 5;

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

    /// Fits on the rows of cohorts (canonical order), `folds` inner folds, mixtures `alphas` (0 ridge, 1 lasso).
    /// With fewer than two rows of a class that is there, or nothing that varies, it is the mean.
    ///
    /// # Errors
    /// `lacking` without labels, [`Code::Cancelled`].
    pub async fn fit(cohorts: &[&Cohort], lacking: Code, folds: usize, alphas: &[f64], run: &Run<'_>) -> Result<Self> {
        let known = Known::join(cohorts, lacking)?;
        let encoder = match Encoder::fit_in(cohorts, usize::MAX, run) {
            Ok(encoder) => encoder,
            Err(e) if e.code() == Code::NothingVaries => return Ok(Self::mean(&known)),
            Err(e) => return Err(e),
        };
        let Some(fold_of) = penalised::folds(cohorts, &known, folds, run.seed)? else {
            return Ok(Self::mean(&known));
        };
        let x = penalised::encode(&encoder, cohorts)?;
        let fitted = penalised::fit(Problem::new(x, &known, fold_of, alphas), run).await?;
        Ok(Self::of(encoder, &known, fitted))
    }

    /// A fit on encoded columns.
    pub fn of(encoder: Encoder, known: &Known, fitted: Fitted) -> Self {
        let head = match known {
            Known::Classes { names, event, .. } => Head::Classes { names: names.clone(), event: *event },
            Known::Values { unit, .. } => Head::Values { unit: unit.clone(), mean: 0.0, sd: 1.0 },
        };
        let chosen = json!({
            "alpha": fitted.alpha, "lambda": fitted.lambda, "nonzero": fitted.nonzero, "loss": fitted.loss,
        });
        let Fitted { intercepts, coefficients, loss, .. } = fitted;
        Self { encoder: Some(encoder), head, intercepts, coefficients, chosen, loss }
    }

    /// The outputs η of encoded rows: rows × outputs.
    pub fn outputs(&self, x: &Rows<f64>) -> Rows<f64> {
        let (outputs, p) = (self.intercepts.len(), x.cols);
        let eta = |row: usize, output: usize| {
            let x = x.values.get(row * p..(row + 1) * p).unwrap_or(&[]);
            let b = self.coefficients.get(output * p..(output + 1) * p).unwrap_or(&[]);
            self.intercepts[output] + stats::sum(x.iter().zip(b).map(|(x, b)| x * b))
        };
        let values = (0..x.rows).flat_map(|row| (0..outputs).map(move |output| (row, output))).map(|(r, o)| eta(r, o));
        Rows { rows: x.rows, cols: outputs, values: values.collect() }
    }

    /// Predicts rows.
    ///
    /// # Errors
    /// [`Code::ModelOtherColumns`].
    pub fn predict(&self, view: &View) -> Result<Prediction> {
        let x = match &self.encoder {
            Some(encoder) => encoder.transform_f64(view)?,
            None => Rows { rows: view.len(), cols: 0, values: Vec::new() },
        };
        let eta = self.outputs(&x);
        Ok(match &self.head {
            Head::Classes { names, .. } => Prediction::Classes {
                names: names.clone(),
                probabilities: eta.values.chunks(names.len().max(1)).flat_map(softmax).collect(),
            },
            Head::Values { .. } => Prediction::Values { values: eta.values },
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
