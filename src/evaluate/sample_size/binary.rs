//! Developing a model of two classes.

use super::{R2_OPTIMISM, ceil, inside, reachable};
use crate::error::{Code, Result};
use crate::math::dist::normal_quantile;
use crate::math::logistic::softplus;
use serde::{Deserialize, Serialize};

/// What is assumed.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Assumed {
    /// Cox and Snell's R² of the new model, adjusted for optimism; see [`r2_from_auroc`].
    pub r2: f64,
    /// Candidate parameters: coefficients that are looked at, not only those that stay.
    pub parameters: usize,
    /// The event's share.
    pub prevalence: f64,
    /// Acceptable shrinkage: 0.9.
    pub shrinkage: f64,
}

/// The patients that each criterion asks for.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Needed {
    /// The largest of the three.
    pub n: usize,
    /// So that shrinkage is at least what was asked for.
    pub by_shrinkage: usize,
    /// So that apparent and adjusted (Nagelkerke's) R² differ by at most .05.
    pub by_optimism: usize,
    /// So that the overall risk is known to ±.05.
    pub by_risk: usize,
    /// n · prevalence.
    pub events: f64,
    /// Events a parameter.
    pub events_per_parameter: f64,
    /// The largest R² that this prevalence allows.
    pub r2_max: f64,
}

/// The largest Cox–Snell R² at a prevalence: 1 − (φ^φ (1 − φ)^(1 − φ))².
pub fn r2_max(prevalence: f64) -> f64 {
    -libm::expm1(-2.0 * entropy(prevalence))
}

fn entropy(p: f64) -> f64 {
    -(p * libm::log(p) + (1.0 - p) * libm::log1p(-p))
}

/// Riley's three criteria (Stat Med 2019;38:1276–1296, eq. 11, 14 and section 5).
///
/// # Errors
/// [`Code::OutOfRange`] with the field's name, or for an n over ten million.
pub fn develop(assumed: Assumed) -> Result<Needed> {
    let Assumed { r2, parameters, prevalence, shrinkage } = assumed;
    inside("prevalence", prevalence, 0.0, 1.0)?;
    inside("shrinkage", shrinkage, 0.0, 1.0)?;
    inside("parameters", parameters as f64, 0.0, 1e6)?;
    let most = r2_max(prevalence);
    inside("r2", r2, 0.0, most.min(shrinkage))?;
    let p = parameters as f64;
    let shrunk_to = |s: f64| ceil(p / ((s - 1.0) * libm::log1p(-r2 / s)));
    let by_shrinkage = shrunk_to(shrinkage);
    let by_optimism = shrunk_to(r2 / (r2 + R2_OPTIMISM * most));
    let by_risk = ceil((1.96 / 0.05) * (1.96 / 0.05) * prevalence * (1.0 - prevalence));
    let n = reachable(by_shrinkage.max(by_optimism).max(by_risk))?;
    let events = n as f64 * prevalence;
    Ok(Needed { n, by_shrinkage, by_optimism, by_risk, events, events_per_parameter: events / p, r2_max: most })
}

/// Cox and Snell's R² of a model with this AUROC, its linear predictor normal with one variance in events and non-events
/// (Riley, Van Calster and Collins, Stat Med 2021;40:859–864). Theirs is a simulation of a million rows; this is the
/// integral that it approaches: 1 − exp(−2·(the predictor's information on the outcome)).
///
/// # Errors
/// [`Code::OutOfRange`]: an AUROC must lie over 0.5.
pub fn r2_from_auroc(auroc: f64, prevalence: f64) -> Result<f64> {
    inside("prevalence", prevalence, 0.0, 1.0)?;
    inside("auroc", auroc, 0.5, 1.0)?;
    let mu = std::f64::consts::SQRT_2 * normal_quantile(auroc);
    if !mu.is_finite() {
        return Err(Code::OutOfRange
            .err()
            .with("field", "auroc")
            .with("value", auroc)
            .with("low", 0.5)
            .with("high", 1));
    }
    let odds = libm::log(prevalence / (1.0 - prevalence));
    // E ln P(y | x) by the trapezoid rule, exact to rounding for what falls off as a normal density does.
    const STEP: f64 = 1.0 / 64.0;
    let mut mean_log = 0.0;
    for k in -64 * 10..=64 * 10 {
        let u = f64::from(k) * STEP;
        let weight = STEP * libm::exp(-0.5 * u * u) / libm::sqrt(std::f64::consts::TAU);
        let eta = |x: f64| odds + mu * x - mu * mu / 2.0;
        mean_log -= weight * (prevalence * softplus(-eta(u + mu)) + (1.0 - prevalence) * softplus(eta(u)));
    }
    Ok(-libm::expm1(-2.0 * (mean_log + entropy(prevalence))))
}
