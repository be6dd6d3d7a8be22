//! Margins and predictions of rows.

use super::data::Matrix;
use super::forest::{Forest, Parts};
use crate::error::{Code, Result};

/// A node as prediction reads it, in one cache line with its neighbours.
#[derive(Clone, Copy)]
struct Step {
    /// The threshold, or a leaf's value.
    number: f32,
    feature: u32,
    /// Children from the start of the tree; a leaf's left is 0. The top bit of `right`: the missing go left.
    left: u32,
    right: u32,
}

const MISSING_LEFT: u32 = 1 << 31;

/// Trees made ready to be walked.
pub(super) struct Walk(Vec<Step>);

impl Walk {
    /// One tree.
    pub fn new(parts: &Parts, tree: usize) -> Self {
        let steps = parts.range(tree).map(|i| Step {
            number: if parts.left[i] == 0 { parts.value[i] } else { parts.threshold[i] },
            feature: parts.feature[i],
            left: parts.left[i],
            right: parts.right[i] | if parts.missing_left[i] { MISSING_LEFT } else { 0 },
        });
        Self(steps.collect())
    }

    /// The leaf that a row comes to: its value and its number in the tree.
    pub fn leaf(&self, x: &Matrix<'_>, row: usize) -> (f32, usize) {
        let mut at = 0;
        loop {
            let step = self.0[at];
            if step.left == 0 {
                return (step.number, at);
            }
            let value = x.at(row, step.feature as usize);
            let left = value < step.number || (step.right & MISSING_LEFT != 0 && value.is_nan());
            at = if left { step.left } else { step.right & !MISSING_LEFT } as usize;
        }
    }
}

impl Forest {
    /// The margin of each row and output, by rows: base, the row's own `margin` if given, and the trees in their order.
    ///
    /// # Errors
    /// [`Code::Internal`] where the features' number differs from the model's, or the margins' length is wrong.
    pub fn margins(&self, x: &Matrix<'_>, margin: Option<&[f64]>) -> Result<Vec<f64>> {
        self.fits(x)?;
        let outputs = self.outputs();
        let mut out = match margin {
            Some(margin) if margin.len() != x.rows() * outputs => {
                let reason = format!("{} margins for {} rows", margin.len(), x.rows());
                return Err(Code::Internal.err().with("reason", reason));
            }
            Some(margin) => margin.to_vec(),
            None => vec![0.0; x.rows() * outputs],
        };
        for row in out.chunks_exact_mut(outputs) {
            for (out, base) in row.iter_mut().zip(&self.parts().base) {
                *out += base;
            }
        }
        let walks: Vec<Walk> = (0..self.trees()).map(|tree| Walk::new(self.parts(), tree)).collect();
        // A few rows at a time, tree after tree: the tree and the rows' columns stay near.
        const ROWS: usize = 64;
        for first in (0..x.rows()).step_by(ROWS) {
            for (tree, walk) in walks.iter().enumerate() {
                for row in first..(first + ROWS).min(x.rows()) {
                    out[row * outputs + tree % outputs] += f64::from(walk.leaf(x, row).0);
                }
            }
        }
        Ok(out)
    }

    /// Predictions from margins: the event's probabilities (n), those of all classes (n × classes, by rows), or values
    /// (n).
    pub fn respond(&self, mut margins: Vec<f64>) -> Vec<f64> {
        self.parts().loss.respond(&mut margins);
        margins
    }

    /// [`Forest::margins`] without own margins, then [`Forest::respond`].
    ///
    /// # Errors
    /// [`Code::Internal`] for another number of features.
    pub fn predict(&self, x: &Matrix<'_>) -> Result<Vec<f64>> {
        Ok(self.respond(self.margins(x, None)?))
    }

    /// The leaf of each row in each tree, by rows: numbers of nodes inside their tree.
    ///
    /// # Errors
    /// [`Code::Internal`] for another number of features.
    pub fn leaves(&self, x: &Matrix<'_>) -> Result<Vec<u32>> {
        self.fits(x)?;
        let walks: Vec<Walk> = (0..self.trees()).map(|tree| Walk::new(self.parts(), tree)).collect();
        Ok((0..x.rows()).flat_map(|row| walks.iter().map(move |walk| walk.leaf(x, row).1 as u32)).collect())
    }

    pub(super) fn fits(&self, x: &Matrix<'_>) -> Result<()> {
        if x.features() == self.parts().features {
            return Ok(());
        }
        let reason = format!("{} features for trees of {}", x.features(), self.parts().features);
        Err(Code::Internal.err().with("reason", reason))
    }
}
