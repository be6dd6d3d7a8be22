//! Weights from a classifier of the domains.

use super::normalised;

/// w(x) = (n_source / n_target) · P(target | x) / P(source | x), from the log odds that a classifier gives to source rows
/// that it was not fitted on (Bickel, Brückner and Scheffer, JMLR 2009;10:2137–2155), divided by their mean.
///
/// `largest`, where given, cuts weights at so many times the mean before that (a small bias for much less variance);
/// none is cut by default. `None` for log odds that are not finite or overflow altogether.
pub fn from_log_odds(log_odds: &[f64], largest: Option<f64>) -> Option<Vec<f64>> {
    if log_odds.iter().any(|v| v.is_nan()) {
        return None;
    }
    // The factor of the sizes goes with the mean; and exp is taken under its largest value, so that none overflows.
    let top = log_odds.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    if !top.is_finite() {
        return None;
    }
    let raw: Vec<f64> = log_odds.iter().map(|v| libm::exp(v - top)).collect();
    let weights = normalised(&raw)?;
    match largest {
        None => Some(weights),
        Some(cut) => normalised(&weights.into_iter().map(|w| w.min(cut)).collect::<Vec<f64>>()),
    }
}
