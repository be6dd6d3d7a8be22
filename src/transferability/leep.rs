//! LEEP, the log expected empirical prediction (Nguyen, Hassner, Seeger and Archambeau, ICML 2020).
//!
//! The source model says source classes z with probabilities θ(x)_z. With the empirical P̂(y, z) = 1/n Σ_{i: yᵢ = y} θ(xᵢ)_z,
//! LEEP = 1/n Σᵢ ln Σ_z P̂(yᵢ | z) θ(xᵢ)_z: the log-likelihood of the target labels when they are guessed by way of z.

use super::classes_of;
use crate::error::{Code, Result};
use crate::math::rows::Rows;

/// LEEP, at most 0. The labels serve twice, so that with few rows and many source classes it is too high.
///
/// # Shapes
/// `theta`: n × source classes, each row summing to 1; `y` one target class a row.
///
/// # Errors
/// `one_class`, `out_of_range` for a row that does not sum to 1 or a probability under 0, `internal` for lengths.
pub fn leep(theta: Rows<'_>, y: &[u32]) -> Result<f64> {
    let classes = classes_of(y, theta.n())?.len();
    let z = theta.p();
    for row in theta.iter() {
        let total: f64 = row.iter().sum();
        if (total - 1.0).abs() > 1e-6 || row.iter().any(|p| *p < 0.0) {
            let e = Code::OutOfRange.err().with("field", "sum of probabilities").with("value", total);
            return Err(e.with("low", 1).with("high", 1));
        }
    }
    let n = theta.n() as f64;
    let (mut joint, mut of_z) = (vec![0.0; classes * z], vec![0.0; z]);
    for (row, &class) in theta.iter().zip(y) {
        for (k, p) in row.iter().enumerate() {
            joint[class as usize * z + k] += p / n;
            of_z[k] += p / n;
        }
    }
    let logs = theta.iter().zip(y).map(|(row, &class)| {
        let given = &joint[class as usize * z..][..z];
        let terms = row.iter().zip(given).zip(&of_z).filter(|(_, of)| **of > 0.0);
        libm::log(terms.map(|((p, joint), of)| joint / of * p).sum())
    });
    Ok(crate::math::stats::sum(logs) / n)
}
