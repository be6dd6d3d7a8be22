//! Tests of calibration. They say whether miscalibration can be seen with these rows, not whether it matters.

use super::logit::{log_likelihood, logit, slope};
use super::profile::flat_or_separated;
use crate::math::dist::{chi2_sf, normal_cdf};
use crate::math::stats::sum;
use crate::metrics::why::{Why, risks};
use serde::{Deserialize, Serialize};

/// Spiegelhalter's test: whether the Brier score is what it would be if the risks were right.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Spiegelhalter {
    /// Standard normal under right risks; positive where the Brier score is too large.
    pub z: f64,
    /// Two-sided.
    pub p: f64,
}

/// z = Σ (y − p)(1 − 2p) / √Σ (1 − 2p)² p (1 − p) (Spiegelhalter, Stat Med 1986;5:421–433, as rms `val.prob`).
///
/// # Errors
/// What [`risks`] says, but for one class, which is no hindrance; [`Why::Degenerate`] where every risk is 0, 1/2 or 1.
pub fn spiegelhalter(y: &[bool], p: &[f64]) -> Result<Spiegelhalter, Why> {
    match risks(y, p) {
        Ok(()) | Err(Why::OneClass) => {}
        Err(why) => return Err(why),
    }
    let above = sum(y.iter().zip(p).map(|(&e, &p)| (f64::from(u8::from(e)) - p) * (1.0 - 2.0 * p)));
    let variance = sum(p.iter().map(|&p| (1.0 - 2.0 * p) * (1.0 - 2.0 * p) * p * (1.0 - p)));
    if variance <= 0.0 {
        return Err(Why::Degenerate);
    }
    let z = above / libm::sqrt(variance);
    Ok(Spiegelhalter { z, p: 2.0 * normal_cdf(-z.abs()) })
}

/// The test of a = 0 and b = 1 in logit P(y) = a + b·lp.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Recalibration {
    /// 2(ℓ(â, b̂) − ℓ(0, 1)), χ² with two degrees of freedom under right risks.
    pub chi_square: f64,
    /// rms `val.prob`'s unreliability index, (χ² − 2)/n.
    pub u: f64,
    /// Of χ² with two degrees of freedom.
    pub p: f64,
}

/// Cox's test of calibration (Biometrika 1958;45:562–565; Miller, Hui and Tierney, Stat Med 1991;10:1213–1226).
///
/// # Errors
/// What [`risks`] says; [`Why::Constant`]; [`Why::Separated`].
pub fn recalibration(y: &[bool], p: &[f64]) -> Result<Recalibration, Why> {
    risks(y, p)?;
    let lp: Vec<f64> = p.iter().map(|&p| logit(p)).collect();
    let fit = slope(y, p).ok_or_else(|| flat_or_separated(&lp))?;
    let gained = log_likelihood(y, &lp, fit.intercept.value, fit.slope.value) - log_likelihood(y, &lp, 0.0, 1.0);
    let chi_square = (2.0 * gained).max(0.0);
    Ok(Recalibration { chi_square, u: (chi_square - 2.0) / y.len() as f64, p: chi2_sf(chi_square, 2.0) })
}
