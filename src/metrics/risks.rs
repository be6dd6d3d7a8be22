//! The risks of those with and without the event: how far a model tells them apart, to look at.

use super::why::{Why, risks};
use crate::math::stats::{mean, quantile_sorted};
use serde::{Deserialize, Serialize};

/// The risks of one group.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Group {
    /// Rows.
    pub n: usize,
    /// Mean risk.
    pub mean: f64,
    /// 5th, 25th, 50th, 75th and 95th percentile.
    pub quantiles: [f64; 5],
    /// Rows in each bin of equal width from 0 to 1; a risk on an edge falls to the right of it, 1 into the last bin.
    pub counts: Vec<usize>,
}

/// The risk distributions of both groups.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Distributions {
    /// With the event.
    pub events: Group,
    /// Without.
    pub others: Group,
    /// Mean risk of events minus mean risk of non-events: Yates' discrimination slope.
    pub discrimination_slope: f64,
}

/// The two distributions in `bins` bins.
///
/// # Errors
/// What [`risks`] says.
pub fn distributions(y: &[bool], p: &[f64], bins: usize) -> Result<Distributions, Why> {
    risks(y, p)?;
    let bins = bins.max(1);
    let group = |wanted: bool| {
        let mut of: Vec<f64> = y.iter().zip(p).filter(|(e, _)| **e == wanted).map(|(_, p)| *p).collect();
        of.sort_by(f64::total_cmp);
        let mut counts = vec![0; bins];
        for &risk in &of {
            counts[((risk * bins as f64) as usize).min(bins - 1)] += 1;
        }
        let quantiles = [0.05, 0.25, 0.5, 0.75, 0.95].map(|q| quantile_sorted(&of, q));
        Group { n: of.len(), mean: mean(&of), quantiles, counts }
    };
    let (events, others) = (group(true), group(false));
    let discrimination_slope = events.mean - others.mean;
    Ok(Distributions { events, others, discrimination_slope })
}
