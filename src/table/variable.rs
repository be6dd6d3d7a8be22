//! Genes that vary more than genes of like expression do: the dispersions of Satija et al. (2015, Nat Biotechnol 33:495),
//! as scanpy's `highly_variable_genes` has them by default (flavour "seurat").

use serde::{Deserialize, Serialize};

use crate::math::stats;

/// Bins of mean expression in which dispersions are compared.
const BINS: usize = 20;
/// What stands for a mean of 0.
const NOTHING: f64 = 1e-12;

/// Which genes stay.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
pub enum Variable {
    /// Those between two means of log(1 + mean) and above a normalised dispersion.
    Cutoffs {
        /// Above this mean.
        min_mean: f64,
        /// Under this one.
        max_mean: f64,
        /// Above this normalised dispersion.
        min_disp: f64,
    },
    /// So many of the largest normalised dispersion.
    Top {
        /// How many.
        genes: u32,
    },
}

impl Default for Variable {
    /// scanpy's.
    fn default() -> Self {
        Variable::Cutoffs { min_mean: 0.0125, max_mean: 3.0, min_disp: 0.5 }
    }
}

/// Whether each gene stays, from the mean and the variance of its scaled counts (not of their logarithms).
pub(super) fn choose(spread: &[(f64, f64)], which: Variable) -> Vec<bool> {
    let means: Vec<f64> =
        spread.iter().map(|(mean, _)| libm::log1p(if *mean == 0.0 { NOTHING } else { *mean })).collect();
    let normalised = dispersions(spread, &means);
    match which {
        Variable::Cutoffs { min_mean, max_mean, min_disp } => means
            .iter()
            .zip(&normalised)
            .map(|(mean, d)| *mean > min_mean && *mean < max_mean && (if d.is_nan() { 0.0 } else { *d }) > min_disp)
            .collect(),
        Variable::Top { genes } => {
            let mut sorted: Vec<f64> = normalised.iter().copied().filter(|d| !d.is_nan()).collect();
            sorted.sort_unstable_by(|a, b| b.total_cmp(a));
            // Fewer genes than were asked for: all that have a dispersion.
            let least = sorted.get((genes as usize).min(sorted.len()).saturating_sub(1)).copied();
            normalised.iter().map(|d| least.is_some_and(|least| *d >= least)).collect()
        }
    }
}

/// log(variance / mean), less its mean among the genes of the same bin of expression, over its deviation there; NaN of a
/// gene that is constant.
fn dispersions(spread: &[(f64, f64)], means: &[f64]) -> Vec<f64> {
    let raw: Vec<f64> = spread
        .iter()
        .map(|(mean, variance)| variance / if *mean == 0.0 { NOTHING } else { *mean })
        .map(|d| if d == 0.0 { f64::NAN } else { libm::log(d) })
        .collect();
    let (low, high) = means.iter().fold((f64::INFINITY, f64::NEG_INFINITY), |(l, h), m| (l.min(*m), h.max(*m)));
    // Equal bins that are closed on the right, the first one on both sides: pandas' `cut`.
    let edge = |at: usize| low + (high - low) / BINS as f64 * at as f64;
    let bin_of = |mean: f64| (1..BINS).find(|&at| mean <= edge(at)).unwrap_or(BINS) - 1;
    let bins: Vec<usize> = means.iter().map(|&mean| bin_of(mean)).collect();
    let of: Vec<(f64, f64)> = (0..BINS)
        .map(|bin| {
            let here = bins.iter().zip(&raw).filter(|(at, d)| **at == bin && !d.is_nan()).map(|(_, d)| *d);
            let here: Vec<f64> = here.collect();
            let mean = stats::mean(&here);
            let squares = stats::sum(here.iter().map(|d| (d - mean) * (d - mean)));
            // A gene alone in its bin has a normalised dispersion of 1.
            if here.len() > 1 { (mean, (squares / (here.len() - 1) as f64).sqrt()) } else { (0.0, mean) }
        })
        .collect();
    raw.iter().zip(&bins).map(|(d, bin)| (d - of[*bin].0) / of[*bin].1).collect()
}
