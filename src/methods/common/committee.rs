//! Many weak learners on weighted rows of both sides, and what they say together: the common part of the boosting methods.

use serde_json::{Value, json};

use super::super::Model;
use super::encoder::{Encoder, Rows};
use super::forest;
use super::head::{Head, softmax};
use crate::cohort::{Prediction, View};
use crate::error::{Code, Result};
use crate::math::elastic::{Design, Response, fit};
use crate::math::logistic::sigmoid;
use crate::trees::{Booster, Forest, Loss, Matrix, Params, Rows as Leaves, Search};

/// Rows as the learners read them.
#[derive(Debug, Clone)]
pub enum Table {
    /// Column after column, for trees.
    Trees {
        /// rows × columns.
        x: Vec<f32>,
        /// Levels of splits.
        depth: usize,
    },
    /// By rows, standardised.
    Linear(Rows<f64>),
}

impl Table {
    /// Some of the n rows, in this order.
    pub fn select(&self, rows: &[usize], n: usize) -> Self {
        match self {
            Table::Trees { x, depth } => Table::Trees {
                x: x.chunks(n.max(1)).flat_map(|column| rows.iter().map(move |&row| column[row])).collect(),
                depth: *depth,
            },
            Table::Linear(x) => Table::Linear(x.select(rows)),
        }
    }
}

/// A weak learner.
#[derive(Debug, Clone, PartialEq)]
pub enum Member {
    /// One tree an output.
    Trees(Vec<Forest>),
    /// One logit an output.
    Linear {
        /// One an output.
        intercepts: Vec<f64>,
        /// outputs × columns.
        coefficients: Vec<f64>,
    },
}

/// ½‖β‖² of a linear weak learner, a row.
const RIDGE: f64 = 0.01;

/// A regression tree by weighted least squares (with labels 0 and 1 its leaves are shares, its splits Gini's).
///
/// # Errors
/// Those of [`Booster`].
pub fn tree(x: &[f32], depth: usize, y: &[f64], weights: &[f64]) -> Result<(Forest, Vec<f64>)> {
    const EXACT_ROWS: usize = 2000;
    let params = Params {
        eta: 1.0,
        lambda: 0.0,
        max_depth: depth,
        min_child_weight: 0.0,
        base_score: Some(0.0),
        search: if y.len() <= EXACT_ROWS { Search::Exact } else { Search::Hist },
        ..Params::default()
    };
    let matrix = Matrix::new(x, y.len(), x.len() / y.len().max(1))?;
    // Of mean 1, so that a gain means the same in every round.
    let mean = crate::math::stats::mean(weights);
    let weights: Vec<f64> = weights.iter().map(|w| w / mean).collect();
    let mut booster =
        Booster::new(&params, Loss::Squared, Leaves { weight: Some(&weights), ..Leaves::new(matrix, y) }, None, 0)?;
    booster.step()?;
    let said = booster.margins().to_vec();
    Ok((booster.finish(), said))
}

/// Learns the probability of each class on weighted rows; what it says of them by rows × outputs (one output for two
/// classes: the second's).
///
/// # Errors
/// Those of the learners.
pub fn classifier(table: &Table, codes: &[usize], classes: usize, weights: &[f64]) -> Result<(Member, Vec<f64>)> {
    let (n, outputs) = (codes.len(), if classes == 2 { 1 } else { classes });
    match table {
        Table::Trees { x, depth } => {
            let (mut forests, mut said) = (Vec::new(), vec![0.0; n * outputs]);
            for output in 0..outputs {
                let class = if classes == 2 { 1 } else { output };
                let y: Vec<f64> = codes.iter().map(|&code| f64::from(u8::from(code == class))).collect();
                let (forest, values) = tree(x, *depth, &y, weights)?;
                values.iter().enumerate().for_each(|(row, v)| said[row * outputs + output] = v.clamp(0.0, 1.0));
                forests.push(forest);
            }
            Ok((Member::Trees(forests), said))
        }
        Table::Linear(x) => {
            let y: Vec<u32> = codes.iter().map(|&code| code as u32).collect();
            let design = Design::new(n, x.cols, Some(weights), false, |i, j| x.values[i * x.cols + j])?;
            let found = fit(design, Response::Classes { y: &y, classes }, 0.0, RIDGE)?;
            let (intercepts, coefficients) = (found.intercepts, found.coefficients);
            let said = x.values.chunks(x.cols.max(1)).flat_map(|row| shares(&intercepts, &coefficients, row)).collect();
            Ok((Member::Linear { intercepts, coefficients }, said))
        }
    }
}

fn shares(intercepts: &[f64], coefficients: &[f64], row: &[f64]) -> Vec<f64> {
    let eta: Vec<f64> = intercepts
        .iter()
        .zip(coefficients.chunks(row.len().max(1)))
        .map(|(a, b)| a + b.iter().zip(row).map(|(b, x)| b * x).sum::<f64>())
        .collect();
    if eta.len() == 1 { vec![sigmoid(eta[0])] } else { softmax(&eta) }
}

/// Weak learners and their votes.
#[derive(Debug, Clone, PartialEq)]
pub struct Committee {
    /// From recorded values to columns.
    pub encoder: Encoder,
    /// What is said.
    pub head: Head,
    /// One a member, over 0.
    pub votes: Vec<f64>,
    body: Body,
}

#[derive(Debug, Clone, PartialEq)]
#[allow(clippy::large_enum_variant, reason = "one at a time, never in a list")]
enum Body {
    /// Member after member.
    Trees(Forest),
    /// members × outputs, members × outputs × columns.
    Linear { intercepts: Vec<f64>, coefficients: Vec<f64> },
}

impl Committee {
    /// Of these members.
    ///
    /// # Errors
    /// [`Code::Internal`] without one, or of two kinds.
    pub fn of(encoder: Encoder, head: Head, members: Vec<Member>, votes: Vec<f64>) -> Result<Self> {
        let (mut forests, mut a, mut b) = (Vec::new(), Vec::new(), Vec::new());
        for member in members {
            match member {
                Member::Trees(trees) => forests.extend(trees),
                Member::Linear { intercepts, coefficients } => {
                    a.extend(intercepts);
                    b.extend(coefficients);
                }
            }
        }
        let body = if forests.is_empty() {
            Body::Linear { intercepts: a, coefficients: b }
        } else {
            Body::Trees(joined(forests)?)
        };
        Ok(Self { encoder, head, votes, body })
    }

    fn outputs(&self) -> usize {
        match self.head.outputs() {
            2 => 1,
            k => k,
        }
    }

    /// What each member says of rows: rows × members × outputs.
    fn opinions(&self, view: &View) -> Result<Vec<f64>> {
        match &self.body {
            Body::Trees(trees) => {
                let x = forest::by_columns(&self.encoder, view)?;
                let leaves = trees.leaves(&Matrix::new(&x, view.len(), self.encoder.columns.len())?)?;
                let parts = trees.parts();
                let value = |(at, leaf): (usize, &u32)| {
                    f64::from(parts.value[parts.starts[at % trees.trees()] as usize + *leaf as usize])
                };
                Ok(leaves.iter().enumerate().map(value).collect())
            }
            Body::Linear { intercepts, coefficients } => {
                let x = self.encoder.transform_f64(view)?;
                let k = self.outputs();
                let member = |row: &[f64], m: usize| {
                    shares(&intercepts[m * k..(m + 1) * k], &coefficients[m * k * x.cols..(m + 1) * k * x.cols], row)
                };
                let rows = x.values.chunks(x.cols.max(1));
                Ok(rows
                    .flat_map(|row| (0..self.votes.len()).flat_map(|m| member(row, m)).collect::<Vec<_>>())
                    .collect())
            }
        }
    }

    /// Σ votes · share / Σ votes of each class; or the median of the numbers under the votes.
    ///
    /// # Errors
    /// [`Code::ModelOtherColumns`].
    pub fn predict(&self, view: &View) -> Result<Prediction> {
        let k = self.outputs();
        let opinions = self.opinions(view)?;
        let total: f64 = self.votes.iter().sum();
        let rows = opinions.chunks((self.votes.len() * k).max(1));
        Ok(match &self.head {
            Head::Values { mean, sd, .. } => {
                Prediction::Values { values: rows.map(|row| mean + sd * median(row, &self.votes)).collect() }
            }
            Head::Classes { names, .. } => {
                let share = |row: &[f64], output: usize| {
                    let said = self.votes.iter().enumerate().map(|(m, vote)| vote * row[m * k + output]);
                    (said.sum::<f64>() / total).clamp(0.0, 1.0)
                };
                let one = |row: &[f64]| -> Vec<f64> {
                    if k == 1 {
                        let p = share(row, 0);
                        return vec![1.0 - p, p];
                    }
                    let all: Vec<f64> = (0..k).map(|output| share(row, output).max(1e-12)).collect();
                    let sum: f64 = all.iter().sum();
                    all.into_iter().map(|p| p / sum).collect()
                };
                Prediction::Classes { names: names.clone(), probabilities: rows.flat_map(one).collect() }
            }
        })
    }

    /// As a model of this method.
    ///
    /// # Errors
    /// [`Code::Internal`].
    pub fn to_model(&self, method: &str, config: &Value) -> Result<Model> {
        let defect = |e: serde_json::Error| Code::Internal.err().with("reason", e);
        let head = serde_json::to_value(&self.head).map_err(defect)?;
        let form = if matches!(self.body, Body::Trees(_)) { "committee_trees" } else { "committee_linear" };
        let loss = serde_json::to_value(Loss::Squared).map_err(defect)?;
        let mut model = Model::new(method, json!({ "form": form, "config": config, "head": head, "loss": loss }));
        self.encoder.store(&mut model)?;
        model.put_f64("committee.votes", &[self.votes.len()], self.votes.clone());
        match &self.body {
            Body::Trees(trees) => forest::store(trees, &mut model),
            Body::Linear { intercepts, coefficients } => {
                model.put_f64("committee.intercepts", &[intercepts.len()], intercepts.clone());
                model.put_f64("committee.coefficients", &[coefficients.len()], coefficients.clone());
            }
        }
        Ok(model)
    }

    /// From a model.
    ///
    /// # Errors
    /// [`Code::BadModel`].
    pub fn from_model(model: &Model) -> Result<Self> {
        let bad = || Code::BadModel.err().with("reason", "committee: the lengths do not fit");
        let encoder = Encoder::restore(model)?;
        let head: Head = model.meta("head")?;
        let votes = model.f64("committee.votes")?.to_vec();
        let body = if model.meta::<String>("form")? == "committee_trees" {
            Body::Trees(forest::restore(model, encoder.columns.len())?)
        } else {
            let intercepts = model.f64("committee.intercepts")?.to_vec();
            Body::Linear { intercepts, coefficients: model.f64("committee.coefficients")?.to_vec() }
        };
        let found = Self { encoder, head, votes, body };
        let all = found.votes.len() * found.outputs();
        let fits = match &found.body {
            Body::Trees(trees) => trees.trees() == all && trees.outputs() == 1,
            Body::Linear { intercepts, coefficients } => {
                intercepts.len() == all && coefficients.len() == all * found.encoder.columns.len()
            }
        };
        if fits && all > 0 && found.votes.iter().all(|v| *v > 0.0 && v.is_finite()) { Ok(found) } else { Err(bad()) }
    }
}

/// The least number under or at which half of the votes lie.
pub fn median(values: &[f64], votes: &[f64]) -> f64 {
    let mut order: Vec<usize> = (0..values.len()).collect();
    order.sort_by(|&a, &b| values[a].total_cmp(&values[b]));
    let half = votes.iter().sum::<f64>() / 2.0;
    let mut sum = 0.0;
    for at in order.iter().copied() {
        sum += votes[at];
        if sum >= half {
            return values[at];
        }
    }
    order.last().map_or(0.0, |&at| values[at])
}

/// Trees of several forests in one.
fn joined(forests: Vec<Forest>) -> Result<Forest> {
    let mut all = forests.into_iter().map(Forest::into_parts);
    let mut out = all.next().ok_or_else(|| Code::Internal.err().with("reason", "a committee of nobody"))?;
    for part in all {
        let nodes = out.feature.len() as u32;
        out.starts.extend(part.starts.iter().skip(1).map(|start| start + nodes));
        out.feature.extend(part.feature);
        out.threshold.extend(part.threshold);
        out.left.extend(part.left);
        out.right.extend(part.right);
        out.missing_left.extend(part.missing_left);
        out.value.extend(part.value);
        out.cover.extend(part.cover);
        out.gain.extend(part.gain);
    }
    Forest::new(out)
}
