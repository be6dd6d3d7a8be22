//! Weights of source rows that make them look like the target: w(x) ≈ p_target(x) / p_source(x), of mean 1.
//!
//! Four estimators of the same ratio. `odds` needs a classifier of the domains and works with many features; `kmm`
//! matches kernel means and gives no function of x; `ulsif` is a closed form, and with α > 0 bounds the weights; `kliep` is
//! a likelihood. All of them can correct a shift of p(x) where the target lies inside the source, and nothing else:
//! [`Health`] says whether that is so.

mod kliep;
mod kmm;
mod odds;
mod ulsif;

pub use kliep::{Kliep, choose_kliep};
pub use kmm::{Kmm, kmm};
pub use odds::from_log_odds;
pub use ulsif::{Ulsif, choose_ulsif, ulsif_left_out};

use super::kernel::square_distance;
use super::rows::Rows;
use super::stats::{quantile_sorted, sum};
use crate::rng::Rng;
use serde::{Deserialize, Serialize};

/// Under so many effective rows nothing is concluded from a weighted sample: a weighted mean would stand on fewer patients
/// than a pilot study has.
pub const LEAST_ESS: f64 = 30.0;

/// Over how few patients the weights are spread.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Health {
    /// Rows.
    pub rows: usize,
    /// Kish's effective sample size (Σw)² / Σw²: the rows of an unweighted sample of the same precision.
    pub ess: f64,
    /// The share of all weight that the heaviest row has: at 1 all weight is on one patient.
    pub largest_share: f64,
    /// The heaviest 1 % of the rows (one at least) have this share.
    pub top_percent_share: f64,
    /// Rows whose weight is 0.
    pub unused: usize,
    /// Whether `ess` reaches [`LEAST_ESS`]; otherwise the answer is "cannot tell".
    pub enough: bool,
}

impl Health {
    /// Of weights ≥ 0. `None` without weight: no row, all 0, or one that is negative or not finite.
    pub fn of(weights: &[f64]) -> Option<Self> {
        if weights.iter().any(|w| !w.is_finite() || *w < 0.0) {
            return None;
        }
        let largest = weights.iter().copied().fold(0.0, f64::max);
        if largest <= 0.0 {
            return None;
        }
        // Shares of the largest, so that no square overflows.
        let mut scaled: Vec<f64> = weights.iter().map(|w| w / largest).collect();
        let (total, square) = (sum(scaled.iter().copied()), sum(scaled.iter().map(|w| w * w)));
        scaled.sort_by(|a, b| b.total_cmp(a));
        let top = weights.len().div_ceil(100);
        let ess = total * total / square;
        Some(Self {
            rows: weights.len(),
            ess,
            largest_share: 1.0 / total,
            top_percent_share: scaled.iter().take(top).sum::<f64>() / total,
            unused: weights.iter().filter(|w| **w == 0.0).count(),
            enough: ess >= LEAST_ESS,
        })
    }
}

/// Weights divided by their mean. `None` where [`Health::of`] is.
pub fn normalised(weights: &[f64]) -> Option<Vec<f64>> {
    Health::of(weights)?;
    let mean = super::stats::mean(weights);
    Some(weights.iter().map(|w| w / mean).collect())
}

/// How much of the target the source can speak for.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Overlap {
    /// The share of target rows whose nearest source row is farther than source rows are from each other (over the
    /// [`OUTSIDE`] quantile of the distances between source rows and their nearest). About 0.01 for the same population.
    pub outside: f64,
    /// The distance that counts as far, in the units of the features.
    pub radius: f64,
    /// Rows of the source that were looked at: at most 2,000.
    pub source_rows: usize,
    /// Rows of the target that were looked at: at most 2,000.
    pub target_rows: usize,
}

/// The share of rows whose odds of belonging to the *other* side, at equal sizes, are under 1 to (bound / (1 − bound)): for
/// target rows and their log p_target / p_source, and 0.9, those that are nine times likelier in the target than in the
/// source (Crump, Hotz, Imbens and Mitnik, Biometrika 2009;96:187–199, leave rows outside 0.1 to 0.9 out). `None` without
/// rows, for NaN, or for a bound outside (½, 1).
pub fn beyond(log_ratio: &[f64], bound: f64) -> Option<f64> {
    if log_ratio.is_empty() || log_ratio.iter().any(|v| v.is_nan()) || !(bound > 0.5 && bound < 1.0) {
        return None;
    }
    let limit = libm::log(bound / (1.0 - bound));
    Some(log_ratio.iter().filter(|v| **v > limit).count() as f64 / log_ratio.len() as f64)
}

/// The quantile of nearest distances over which a row stands alone.
pub const OUTSIDE: f64 = 0.99;
const MOST_ROWS: usize = 2000;

/// The share of the target outside the source's support, by nearest neighbours. Features should be on one scale. With
/// many features (over 20, say) distances say little, and the classifier's odds are to be looked at instead. `None` with
/// fewer than 10 source rows, or other widths.
pub fn overlap(source: Rows<'_>, target: Rows<'_>, seed: u64) -> Option<Overlap> {
    if source.n() < 10 || source.p() != target.p() {
        return None;
    }
    let pick = |x: Rows<'_>, name: &str| -> Vec<usize> {
        if x.n() <= MOST_ROWS {
            return (0..x.n()).collect();
        }
        Rng::stream(seed, name).permutation(x.n()).into_iter().take(MOST_ROWS).collect()
    };
    let (s, t) = (pick(source, "overlap-source"), pick(target, "overlap-target"));
    let nearest = |row: &[f64], but: Option<usize>| -> f64 {
        let others = s.iter().filter(|&&i| Some(i) != but);
        others.map(|&i| square_distance(row, source.row(i))).fold(f64::INFINITY, f64::min)
    };
    let mut own: Vec<f64> = s.iter().map(|&i| nearest(source.row(i), Some(i))).collect();
    own.sort_by(f64::total_cmp);
    let radius = quantile_sorted(&own, OUTSIDE);
    let far = t.iter().filter(|&&j| nearest(target.row(j), None) > radius).count();
    Some(Overlap {
        outside: far as f64 / t.len() as f64,
        radius: libm::sqrt(radius),
        source_rows: s.len(),
        target_rows: t.len(),
    })
}
