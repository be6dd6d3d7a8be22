//! Corrections of performance that was measured on the rows that were fitted, from refits on bootstrap samples.
//!
//! The refits themselves are somebody else's: these functions take their values. With few rows and many columns even the
//! corrected number stays too good (the refits share rows): prefer repeated cross-validation there.

use crate::math::stats::{mean, sd};
use crate::metrics::Why;
use serde::{Deserialize, Serialize};

/// A model that was fitted on a bootstrap sample: its values of one metric.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Refit {
    /// On its own bootstrap sample.
    pub on_sample: f64,
    /// On the original rows.
    pub on_original: f64,
}

/// A corrected value.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Optimism {
    /// Of the model that was fitted on all rows, on these rows.
    pub apparent: f64,
    /// Mean over refits of on_sample − on_original.
    pub optimism: f64,
    /// apparent − optimism.
    pub corrected: f64,
    /// Monte Carlo error of the correction: sd / √refits. No standard error of the performance.
    pub monte_carlo_se: f64,
    /// Refits with both values.
    pub refits: usize,
}

/// Harrell's optimism bootstrap (Harrell, Lee and Mark, Stat Med 1996;15:361–387). Refits with a value that is not finite
/// are left out.
///
/// # Errors
/// [`Why::NotFinite`] for the apparent value; [`Why::TooFew`] under two refits; [`Why::Lost`] when more than a tenth were
/// left out.
pub fn optimism(apparent: f64, refits: &[Refit]) -> Result<Optimism, Why> {
    let gaps: Vec<f64> = refits.iter().map(|r| r.on_sample - r.on_original).filter(|gap| gap.is_finite()).collect();
    let lost = refits.len() - gaps.len();
    match gaps.len() {
        _ if !apparent.is_finite() => Err(Why::NotFinite),
        _ if lost * 10 > refits.len() => Err(Why::Lost { lost, of: refits.len() }),
        found if found < 2 => Err(Why::TooFew { found, needed: 2 }),
        n => {
            let optimism = mean(&gaps);
            let monte_carlo_se = sd(&gaps) / libm::sqrt(n as f64);
            Ok(Optimism { apparent, optimism, corrected: apparent - optimism, monte_carlo_se, refits: n })
        }
    }
}

/// The .632 and .632+ estimates.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Point632 {
    /// .368 · apparent + .632 · out-of-bag (Efron, J Am Stat Assoc 1983;78:316–331).
    pub plain: f64,
    /// With the weight that grows with overfitting.
    pub plus: f64,
    /// R, the relative overfitting rate, 0 to 1.
    pub overfitting: f64,
    /// The out-of-bag value's weight in `plus`: .632 / (1 − .368 R).
    pub weight: f64,
}

/// Efron and Tibshirani's .632+ (J Am Stat Assoc 1997;92:548–560, eq. 28–32) of losses, where less is better; of an AUROC
/// pass 1 − AUROC. `no_information` is the loss of predictions that are paired with the truth of others
/// ([`no_information`]; 0.5 for 1 − AUROC).
///
/// # Errors
/// [`Why::NotFinite`].
pub fn point_632(apparent: f64, out_of_bag: f64, no_information: f64) -> Result<Point632, Why> {
    if ![apparent, out_of_bag, no_information].iter().all(|v| v.is_finite()) {
        return Err(Why::NotFinite);
    }
    // An out-of-bag loss beyond no information counts as no information.
    let capped = out_of_bag.min(no_information);
    let overfits = capped > apparent && no_information > apparent;
    let overfitting = if overfits { (capped - apparent) / (no_information - apparent) } else { 0.0 };
    let weight = 0.632 / (1.0 - 0.368 * overfitting);
    Ok(Point632 {
        plain: 0.368 * apparent + 0.632 * out_of_bag,
        plus: (1.0 - weight) * apparent + weight * capped,
        overfitting,
        weight,
    })
}

/// γ: the mean loss over all n² pairs of one row's truth and another row's prediction. NaN without rows.
pub fn no_information(n: usize, loss: impl Fn(usize, usize) -> f64) -> f64 {
    let row = |truth: usize| (0..n).map(|prediction| loss(truth, prediction)).sum::<f64>();
    (0..n).map(row).sum::<f64>() / (n * n) as f64
}

/// The leave-one-out bootstrap error: for each row the mean loss over the refits that did not see it, and the mean of
/// that over rows (Efron and Tibshirani 1997, eq. 17). `losses` holds (row, loss) of every refit and out-of-bag row.
///
/// # Errors
/// [`Why::NoRows`] when nothing was out of any bag; [`Why::NotFinite`].
pub fn leave_one_out(n: usize, losses: impl IntoIterator<Item = (usize, f64)>) -> Result<f64, Why> {
    let mut by_row = vec![(0.0, 0usize); n];
    for (row, loss) in losses {
        if let Some(entry) = by_row.get_mut(row) {
            *entry = (entry.0 + loss, entry.1 + 1);
        }
    }
    let means: Vec<f64> = by_row.iter().filter(|e| e.1 > 0).map(|e| e.0 / e.1 as f64).collect();
    match mean(&means) {
        _ if means.is_empty() => Err(Why::NoRows),
        value if value.is_finite() => Ok(value),
        _ => Err(Why::NotFinite),
    }
}
