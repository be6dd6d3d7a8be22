//! Developing a model of a number.

use super::{MOST, R2_OPTIMISM, ceil, inside, reachable};
use crate::error::Result;
use crate::math::dist::t_quantile;
use serde::{Deserialize, Serialize};

/// What is assumed.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Assumed {
    /// R² of the new model, adjusted for optimism.
    pub r2: f64,
    /// Candidate parameters; at least 3, for the shrinkage is defined from there.
    pub parameters: usize,
    /// The label's mean, in its unit; not 0, the precision being relative to it.
    pub mean: f64,
    /// The label's standard deviation.
    pub sd: f64,
    /// Acceptable shrinkage: 0.9.
    pub shrinkage: f64,
}

/// The patients that each criterion asks for.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Needed {
    /// The largest of the four.
    pub n: usize,
    /// So that shrinkage is at least what was asked for.
    pub by_shrinkage: usize,
    /// So that apparent and adjusted R² differ by at most .05.
    pub by_optimism: usize,
    /// So that the residual standard deviation is known within 10 %.
    pub by_residual: usize,
    /// So that the mean is known within 10 %.
    pub by_mean: usize,
    /// Patients a parameter.
    pub per_parameter: f64,
}

/// Riley's four criteria (Stat Med 2019;38:1262–1275). `by_mean` is searched from the other three upward, as pmsampsize
/// does, so it is never under them.
///
/// # Errors
/// [`crate::Code::OutOfRange`] with the field's name, or for an n over ten million.
pub fn develop(assumed: Assumed) -> Result<Needed> {
    let Assumed { r2, parameters, mean, sd, shrinkage } = assumed;
    inside("r2", r2, 0.0, 1.0)?;
    inside("shrinkage", shrinkage, 0.0, 1.0)?;
    inside("parameters", parameters as f64, 2.0, 1e6)?;
    inside("sd", sd, 0.0, f64::INFINITY)?;
    inside("mean", mean.abs(), 0.0, f64::INFINITY)?;
    let p = parameters as f64;
    let shrunk = |n: usize| {
        let n = n as f64;
        1.0 + (p - 2.0) / (n * libm::log(1.0 - (r2 * (n - p - 1.0) + p) / (n - 1.0)))
    };
    // Shrinkage approaches 1 as n grows: double, then halve.
    let by_shrinkage = first(parameters + 2, |n| shrunk(n) >= shrinkage);
    let by_optimism = ceil(1.0 + p * (1.0 - r2) / R2_OPTIMISM);
    let by_residual = 234 + parameters;
    let within = |n: usize| {
        let half = libm::sqrt(sd * sd * (1.0 - r2) / n as f64) * t_quantile(0.975, (n - parameters - 1) as f64);
        half / mean.abs() <= 0.1
    };
    let by_mean = first(by_shrinkage.max(by_optimism).max(by_residual), within);
    let n = reachable(by_mean.max(by_shrinkage).max(by_optimism).max(by_residual))?;
    Ok(Needed { n, by_shrinkage, by_optimism, by_residual, by_mean, per_parameter: n as f64 / p })
}

/// The first n from `start` on that is enough, `enough` being monotone; over [`MOST`] where none up to there is.
pub(super) fn first(start: usize, enough: impl Fn(usize) -> bool) -> usize {
    if enough(start) {
        return start;
    }
    let (mut low, mut high) = (start, start.max(1) * 2);
    while high <= MOST && !enough(high) {
        (low, high) = (high, high * 2);
    }
    while high - low > 1 {
        let middle = low + (high - low) / 2;
        if enough(middle) { high = middle } else { low = middle }
    }
    high
}
