//! Calibration in bins: the plot, the expected calibration error, and the parts of the Brier score.

use crate::math::dist::normal_quantile;
use crate::math::stats::{mean, quantile_sorted};
use serde::{Deserialize, Serialize};

/// One bin of a calibration plot.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Bin {
    /// Mean predicted risk.
    pub predicted: f64,
    /// Share of events.
    pub observed: f64,
    /// Wilson's 95 % interval of that share.
    pub low: f64,
    /// Its upper end.
    pub high: f64,
    /// Rows.
    pub n: usize,
    /// Events.
    pub events: usize,
}

/// Wilson's interval of a share (J Am Stat Assoc 1927;22:209–212). NaN without rows.
pub fn wilson(events: usize, n: usize, level: f64) -> (f64, f64) {
    let (n, z) = (n as f64, normal_quantile(0.5 + level / 2.0));
    let share = events as f64 / n;
    let centre = (share + z * z / (2.0 * n)) / (1.0 + z * z / n);
    let half = z / (1.0 + z * z / n) * libm::sqrt(share * (1.0 - share) / n + z * z / (4.0 * n * n));
    ((centre - half).max(0.0), (centre + half).min(1.0))
}

/// The calibration plot in bins of about equal size, cut at the quantiles (type 7) of the risk; equal risks share a bin.
pub fn binned(y: &[bool], p: &[f64], bins: usize) -> Vec<Bin> {
    let mut sorted = p.to_vec();
    sorted.sort_by(f64::total_cmp);
    let mut cuts: Vec<f64> = (1..bins).map(|b| quantile_sorted(&sorted, b as f64 / bins as f64)).collect();
    cuts.dedup();
    into_bins(y, p, cuts.len() + 1, |risk| cuts.iter().filter(|&&cut| risk > cut).count())
}

fn into_bins(y: &[bool], p: &[f64], bins: usize, place: impl Fn(f64) -> usize) -> Vec<Bin> {
    let mut members: Vec<Vec<usize>> = vec![Vec::new(); bins];
    for (row, &risk) in p.iter().enumerate().take(y.len()) {
        members[place(risk).min(bins - 1)].push(row);
    }
    members
        .iter()
        .filter(|rows| !rows.is_empty())
        .map(|rows| {
            let events = rows.iter().filter(|&&r| y[r]).count();
            let (low, high) = wilson(events, rows.len(), 0.95);
            let risks: Vec<f64> = rows.iter().map(|&r| p[r]).collect();
            let observed = events as f64 / rows.len() as f64;
            Bin { predicted: mean(&risks), observed, low, high, n: rows.len(), events }
        })
        .collect()
}

/// Expected calibration error: Σ n_b/n |observed − predicted| over `bins` bins of equal width (Naeini et al., AAAI
/// 2015). It depends on the bins: a secondary measure.
pub fn ece(y: &[bool], p: &[f64], bins: usize) -> f64 {
    let bins = bins.max(1);
    let n = y.len() as f64;
    into_bins(y, p, bins, |risk| (risk.max(0.0) * bins as f64) as usize)
        .iter()
        .map(|b| b.n as f64 / n * (b.observed - b.predicted).abs())
        .sum()
}

/// The parts of a Brier score over bins: score = reliability − resolution + uncertainty + within.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct BrierParts {
    /// Σ n_b/n (predicted − observed)²: 0 is ideal.
    pub reliability: f64,
    /// Σ n_b/n (observed − prevalence)²: how far the bins' rates lie from the prevalence.
    pub resolution: f64,
    /// Prevalence · (1 − prevalence).
    pub uncertainty: f64,
    /// What the risks' spread within bins adds or takes; 0 where equal risks fill each bin.
    pub within: f64,
}

/// Murphy's decomposition (J Appl Meteorol 1973;12:595–600) over [`binned`] risks, with the term that makes it exact where
/// risks within a bin differ (Stephenson, Coelho and Jolliffe, Weather Forecast 2008;23:752–757). `None` without rows.
pub fn brier_parts(y: &[bool], p: &[f64], bins: usize) -> Option<BrierParts> {
    if y.is_empty() || y.len() != p.len() || p.iter().any(|p| !p.is_finite()) {
        return None;
    }
    let n = y.len() as f64;
    let prevalence = y.iter().filter(|&&e| e).count() as f64 / n;
    let (mut reliability, mut resolution) = (0.0, 0.0);
    for b in binned(y, p, bins) {
        let share = b.n as f64 / n;
        reliability += share * (b.predicted - b.observed) * (b.predicted - b.observed);
        resolution += share * (b.observed - prevalence) * (b.observed - prevalence);
    }
    let uncertainty = prevalence * (1.0 - prevalence);
    let within = crate::metrics::probability::brier(y, p) - (reliability - resolution + uncertainty);
    Some(BrierParts { reliability, resolution, uncertainty, within })
}
