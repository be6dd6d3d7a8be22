//! The three losses: their gradients, links and starting points.

use super::data::Rows;
use super::pair::Pair;
use crate::error::{Code, Result};
use serde::{Deserialize, Serialize};

/// Hessians are at least this, as in XGBoost, so that a sure row keeps some weight.
const LEAST_HESSIAN: f64 = 1e-16;

/// A probability in a starting point stays this far from 0 and 1.
const LEAST_SHARE: f64 = 1e-6;

/// What is minimised, weighted by the rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Loss {
    /// −y log p − (1 − y) log(1 − p), p = 1/(1 + e⁻ᶠ): two classes, one output.
    Logistic,
    /// −log of the softmax of the row's class: one output, hence one tree a step, for each class.
    Softmax {
        /// How many classes, 2 or more.
        classes: usize,
    },
    /// ½ (y − f)².
    Squared,
}

impl Loss {
    /// Margins of a row.
    pub fn outputs(self) -> usize {
        match self {
            Loss::Softmax { classes } => classes,
            Loss::Logistic | Loss::Squared => 1,
        }
    }

    pub(super) fn check(self) -> Result<()> {
        match self {
            Loss::Softmax { classes } if !(2..=1000).contains(&classes) => {
                let e = Code::OutOfRange.err().with("field", "classes").with("value", classes);
                Err(e.with("low", 2).with("high", 1000))
            }
            _ => Ok(()),
        }
    }

    /// Whether a label is one of this loss.
    pub(super) fn takes(self, y: f64) -> bool {
        match self {
            Loss::Logistic => (0.0..=1.0).contains(&y),
            Loss::Softmax { classes } => y >= 0.0 && y < classes as f64 && y == y.trunc(),
            Loss::Squared => y.is_finite(),
        }
    }

    /// What a label should be.
    pub(super) fn label(self) -> String {
        match self {
            Loss::Logistic => "number from 0 to 1".to_owned(),
            Loss::Softmax { classes } => format!("class from 0 to {}", classes - 1),
            Loss::Squared => "finite number".to_owned(),
        }
    }

    /// The margin of a prediction on the scale of the labels.
    pub(super) fn margin(self, score: f64) -> Result<f64> {
        match self {
            Loss::Logistic if (0.0..=1.0).contains(&score) => {
                let p = score.clamp(LEAST_SHARE, 1.0 - LEAST_SHARE);
                Ok(libm::log(p / (1.0 - p)))
            }
            Loss::Logistic => {
                let e = Code::OutOfRange.err().with("field", "base_score").with("value", score);
                Err(e.with("low", 0).with("high", 1))
            }
            Loss::Softmax { .. } | Loss::Squared => Ok(score),
        }
    }

    /// The margins of the best constant prediction of these (checked) rows.
    ///
    /// # Errors
    /// [`Code::OneClass`] where logistic loss sees one class only: there is nothing to learn.
    pub(super) fn start(self, rows: &Rows<'_>, event_factor: f64) -> Result<Vec<f64>> {
        let weight = |row: usize, y: f64| rows.weight(row) * if y == 1.0 { event_factor } else { 1.0 };
        match self {
            Loss::Logistic | Loss::Squared => {
                let factor = self == Loss::Logistic;
                let (mut sum, mut total) = (0.0, 0.0);
                for (row, y) in rows.y.iter().enumerate() {
                    let w = if factor { weight(row, *y) } else { rows.weight(row) };
                    sum += w * y;
                    total += w;
                }
                let mean = sum / total;
                if factor && (mean <= 0.0 || mean >= 1.0) {
                    return Err(Code::OneClass.err().with("found", mean));
                }
                Ok(vec![self.margin(mean)?])
            }
            Loss::Softmax { classes } => {
                let mut shares = vec![0.0; classes];
                for (row, y) in rows.y.iter().enumerate() {
                    shares[*y as usize] += rows.weight(row);
                }
                let total: f64 = shares.iter().sum();
                Ok(shares.iter().map(|s| libm::log((s / total).max(LEAST_SHARE))).collect())
            }
        }
    }

    /// Gradients and Hessians, output after output: `out[output × n + row]`.
    pub(super) fn pairs(self, rows: &Rows<'_>, margins: &[f64], event_factor: f64, out: &mut [Pair]) {
        let n = rows.y.len();
        match self {
            Loss::Logistic => {
                for (row, (out, (f, y))) in out.iter_mut().zip(margins.iter().zip(rows.y)).enumerate() {
                    let p = sigmoid(*f);
                    let w = rows.weight(row) * if *y == 1.0 { event_factor } else { 1.0 };
                    *out = [(p - y) * w, (p * (1.0 - p)).max(LEAST_HESSIAN) * w];
                }
            }
            Loss::Squared => {
                for (row, (out, (f, y))) in out.iter_mut().zip(margins.iter().zip(rows.y)).enumerate() {
                    let w = rows.weight(row);
                    *out = [(f - y) * w, w];
                }
            }
            Loss::Softmax { classes } => {
                let mut p = vec![0.0; classes];
                for (row, f) in margins.chunks_exact(classes).enumerate() {
                    softmax(f, &mut p);
                    let (w, y) = (rows.weight(row), rows.y[row] as usize);
                    for (class, p) in p.iter().enumerate() {
                        let hit = if class == y { 1.0 } else { 0.0 };
                        // XGBoost's factor 2: the diagonal of the Hessian alone would take too long a step.
                        out[class * n + row] = [(p - hit) * w, (2.0 * p * (1.0 - p) * w).max(LEAST_HESSIAN)];
                    }
                }
            }
        }
    }

    /// The weighted mean loss.
    pub(super) fn mean(self, rows: &Rows<'_>, margins: &[f64]) -> f64 {
        let (mut sum, mut total) = (0.0, 0.0);
        for (row, f) in margins.chunks_exact(self.outputs()).enumerate() {
            let (w, y) = (rows.weight(row), rows.y[row]);
            let loss = match self {
                Loss::Logistic => f[0].max(0.0) + libm::log1p(libm::exp(-f[0].abs())) - y * f[0],
                Loss::Squared => 0.5 * (y - f[0]) * (y - f[0]),
                Loss::Softmax { .. } => {
                    let top = f.iter().copied().fold(f64::NEG_INFINITY, f64::max);
                    top + libm::log(f.iter().map(|v| libm::exp(v - top)).sum()) - f[y as usize]
                }
            };
            sum += w * loss;
            total += w;
        }
        sum / total
    }

    /// Margins to probabilities (of the event, or of each class) or values, in place.
    pub(super) fn respond(self, margins: &mut [f64]) {
        match self {
            Loss::Logistic => margins.iter_mut().for_each(|f| *f = sigmoid(*f)),
            Loss::Squared => {}
            Loss::Softmax { classes } => {
                let mut p = vec![0.0; classes];
                for f in margins.chunks_exact_mut(classes) {
                    softmax(f, &mut p);
                    f.copy_from_slice(&p);
                }
            }
        }
    }
}

/// 1/(1 + e⁻ᶠ); e⁻ᶠ may be infinite.
fn sigmoid(f: f64) -> f64 {
    1.0 / (1.0 + libm::exp(-f))
}

fn softmax(f: &[f64], p: &mut [f64]) {
    let top = f.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    for (p, f) in p.iter_mut().zip(f) {
        *p = libm::exp(f - top);
    }
    let total: f64 = p.iter().sum();
    p.iter_mut().for_each(|p| *p /= total);
}
