//! Intervals of the calibration intercept and slope: Wald's, and by the likelihood ratio.

use super::logit::{Coefficient, in_the_large, intercept_beside, log_likelihood, logit, slope};
use crate::math::dist::normal_quantile;
use crate::metrics::why::{Estimate, Why, risks};
use serde::{Deserialize, Serialize};

/// A coefficient of the calibration model with two intervals.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct LogitInterval {
    /// The estimate with Wald's interval.
    pub wald: Estimate,
    /// Lower end of the likelihood-ratio interval (for the slope the intercept is profiled out), as R's `confint`.
    pub low: f64,
    /// Upper end.
    pub high: f64,
}

fn both(found: Coefficient, level: f64, likelihood: impl Fn(f64) -> f64) -> LogitInterval {
    let z = normal_quantile(0.5 + level / 2.0);
    let wald = Estimate::wald(found.value, found.se, z);
    let best = likelihood(found.value);
    // Where 2(ℓ̂ − ℓ) reaches χ²₁'s quantile, z².
    let inside = |x: f64| 2.0 * (best - likelihood(x)) < z * z;
    let end = |direction: f64| {
        let (mut near, mut reach) = (found.value, z * found.se);
        while inside(found.value + direction * reach) && reach < 1e6 {
            near = found.value + direction * reach;
            reach *= 2.0;
        }
        let mut far = found.value + direction * reach;
        for _ in 0..200 {
            let middle = near + (far - near) / 2.0;
            if middle == near || middle == far {
                break;
            }
            if inside(middle) { near = middle } else { far = middle }
        }
        far
    };
    LogitInterval { wald, low: end(-1.0), high: end(1.0) }
}

/// [`in_the_large`] with its intervals.
///
/// # Errors
/// What [`risks`] says.
pub fn in_the_large_interval(y: &[bool], p: &[f64], level: f64) -> Result<LogitInterval, Why> {
    risks(y, p)?;
    let lp: Vec<f64> = p.iter().map(|&p| logit(p)).collect();
    let found = in_the_large(y, p).ok_or(Why::OneClass)?;
    Ok(both(found, level, |a| log_likelihood(y, &lp, a, 1.0)))
}

/// The calibration slope with its intervals. Where the predictions separate the classes, completely or up to ties, the
/// slope is infinite, and the reason says so: a large finite number would only tell when the iteration stopped.
///
/// # Errors
/// What [`risks`] says; [`Why::Constant`]; [`Why::Separated`].
pub fn slope_interval(y: &[bool], p: &[f64], level: f64) -> Result<LogitInterval, Why> {
    risks(y, p)?;
    let lp: Vec<f64> = p.iter().map(|&p| logit(p)).collect();
    let found = slope(y, p).ok_or_else(|| flat_or_separated(&lp))?;
    Ok(both(found.slope, level, |b| {
        let offset: Vec<f64> = lp.iter().map(|x| b * x).collect();
        log_likelihood(y, &offset, intercept_beside(y, &offset).0, 1.0)
    }))
}

/// Why [`slope`] found nothing, both classes being there.
pub(super) fn flat_or_separated(lp: &[f64]) -> Why {
    let (low, high) = lp.iter().fold((f64::INFINITY, f64::NEG_INFINITY), |(l, h), &v| (l.min(v), h.max(v)));
    if high - low <= 1e-9 { Why::Constant } else { Why::Separated }
}

/// Observed over expected events, with the interval exp(ln O/E ± z·√((1 − φ)/(nφ))), φ the observed share (Debray et al.,
/// BMJ 2017;356:i6460, appendix): 1 is ideal, over 1 means risks too low.
///
/// # Errors
/// What [`risks`] says; [`Why::Degenerate`] when nobody is expected to have an event.
pub fn observed_over_expected(y: &[bool], p: &[f64], level: f64) -> Result<Estimate, Why> {
    risks(y, p)?;
    let observed = y.iter().filter(|&&e| e).count() as f64;
    let expected: f64 = crate::math::stats::sum(p.iter().copied());
    if expected <= 0.0 {
        return Err(Why::Degenerate);
    }
    let n = y.len() as f64;
    let (ratio, se_log) = (observed / expected, libm::sqrt((1.0 - observed / n) / observed));
    let half = libm::exp(normal_quantile(0.5 + level / 2.0) * se_log);
    Ok(Estimate { value: ratio, se: Some(ratio * se_log), low: ratio / half, high: ratio * half })
}
