//! What a model's outputs mean: classes or a number, and the way from outputs to predictions.

use serde::{Deserialize, Serialize};

use super::encoder::Rows;
use super::rows::Known;
use crate::cohort::Prediction;
use crate::math::stats;

/// The meaning of the outputs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Head {
    /// One output a class; softmax.
    Classes {
        /// The classes' names.
        names: Vec<String>,
        /// The class that counts as the event.
        event: usize,
    },
    /// One output: the standardised value.
    Values {
        /// The unit.
        unit: String,
        /// The mean of the rows it was learned from.
        mean: f64,
        /// Their standard deviation (denominator n).
        sd: f64,
    },
}

impl Head {
    /// The head for these labels.
    pub fn of(known: &Known) -> Self {
        match known {
            Known::Classes { names, event, .. } => Head::Classes { names: names.clone(), event: *event },
            Known::Values { unit, values } => {
                let mean = stats::mean(values);
                let square = stats::sum(values.iter().map(|v| (v - mean) * (v - mean))) / values.len() as f64;
                let sd = if square > 0.0 { libm::sqrt(square) } else { 1.0 };
                Head::Values { unit: unit.clone(), mean, sd }
            }
        }
    }
    /// How many outputs.
    pub fn outputs(&self) -> usize {
        match self {
            Head::Classes { names, .. } => names.len(),
            Head::Values { .. } => 1,
        }
    }
    /// What a loss over the outputs is to be multiplied by, to be in the label's own (squared) unit.
    pub fn loss_unit(&self) -> f64 {
        match self {
            Head::Classes { .. } => 1.0,
            Head::Values { sd, .. } => sd * sd,
        }
    }
    /// What a model without features would put out: the logarithm of the classes' (smoothed) shares, or 0.
    pub fn prior(&self, known: &Known) -> Vec<f32> {
        match (self, self.targets(known)) {
            (Head::Classes { names, .. }, Some(y)) => {
                let k = names.len();
                (0..k)
                    .map(|class| {
                        let count = y.values.iter().skip(class).step_by(k).filter(|v| **v > 0.5).count();
                        libm::log((count as f64 + 1.0) / (y.rows as f64 + k as f64)) as f32
                    })
                    .collect()
            }
            _ => vec![0.0; self.outputs()],
        }
    }
    /// The labels as this head's outputs should be: one-hot by class name, or standardised. `None` where the labels
    /// are of another kind, or of a class that the head does not know: then it cannot be kept.
    pub fn targets(&self, known: &Known) -> Option<Rows<f32>> {
        match (self, known) {
            (Head::Classes { names, .. }, Known::Classes { names: theirs, codes, .. }) => {
                let place: Vec<Option<usize>> =
                    theirs.iter().map(|name| names.iter().position(|own| own == name)).collect();
                let k = names.len();
                let mut values = vec![0.0; codes.len() * k];
                for (row, &code) in codes.iter().enumerate() {
                    values[row * k + place.get(code).copied().flatten()?] = 1.0;
                }
                Some(Rows { rows: codes.len(), cols: k, values })
            }
            (Head::Values { mean, sd, .. }, Known::Values { values, .. }) => {
                let values = values.iter().map(|v| ((v - mean) / sd) as f32).collect::<Vec<_>>();
                Some(Rows { rows: values.len(), cols: 1, values })
            }
            _ => None,
        }
    }
    /// Predictions from outputs, in double precision.
    pub fn predict(&self, outputs: &Rows<f32>) -> Prediction {
        match self {
            Head::Classes { names, .. } => {
                let probabilities = outputs
                    .values
                    .chunks(names.len().max(1))
                    .flat_map(|row| softmax(&row.iter().map(|&z| f64::from(z)).collect::<Vec<_>>()))
                    .collect();
                Prediction::Classes { names: names.clone(), probabilities }
            }
            Head::Values { mean, sd, .. } => {
                Prediction::Values { values: outputs.values.iter().map(|&z| mean + sd * f64::from(z)).collect() }
            }
        }
    }
}

/// exp(zₖ) / Σ exp(z), without overflow.
pub fn softmax(z: &[f64]) -> Vec<f64> {
    let top = z.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let e: Vec<f64> = z.iter().map(|z| libm::exp(z - top)).collect();
    let sum: f64 = e.iter().sum();
    e.into_iter().map(|e| e / sum).collect()
}
