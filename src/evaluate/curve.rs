//! Learning curves over the number of target rows: every method on the same nested subsamples and one fixed test set.
//!
//! Spread and Wilcoxon test are over repeats of the subsample: they speak of these target rows and this test set, not of
//! new patients (that is what the verdict's interval is for).

use crate::math::stats::{mean, sd};
use crate::math::tests::{holm, wilcoxon_signed_rank};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// One value of the curve: a method (with its settings, such as F) at n rows in one repeat.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Score {
    /// The method's id, with what distinguishes it in the grid.
    pub method: String,
    /// Target rows trained on.
    pub n: usize,
    /// Which repeat.
    pub repeat: usize,
    /// The metric; `None` where undefined.
    pub value: Option<f64>,
}

/// A point of the curve.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Point {
    /// The method's id.
    pub method: String,
    /// Target rows trained on.
    pub n: usize,
    /// Mean over repeats.
    pub mean: f64,
    /// Standard deviation over repeats; `None` under two.
    pub sd: Option<f64>,
    /// Repeats with a value.
    pub repeats: usize,
}

/// The means and spreads, by method (in order of first appearance) and n.
pub fn summarise(scores: &[Score]) -> Vec<Point> {
    let mut out = Vec::new();
    for method in methods(scores) {
        let mut by_n: BTreeMap<usize, Vec<f64>> = BTreeMap::new();
        for s in scores.iter().filter(|s| s.method == method) {
            by_n.entry(s.n).or_default().extend(s.value);
        }
        for (n, values) in by_n.into_iter().filter(|(_, v)| !v.is_empty()) {
            let spread = sd(&values);
            out.push(Point {
                method: method.to_owned(),
                n,
                mean: mean(&values),
                sd: spread.is_finite().then_some(spread),
                repeats: values.len(),
            });
        }
    }
    out
}

fn methods(scores: &[Score]) -> Vec<&str> {
    let mut seen: Vec<&str> = Vec::new();
    for s in scores {
        if !seen.contains(&s.method.as_str()) {
            seen.push(&s.method);
        }
    }
    seen
}

/// A method against a reference at one n, over the repeats that both have.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PairedPoint {
    /// The method's id.
    pub method: String,
    /// The reference's id.
    pub against: String,
    /// Target rows trained on.
    pub n: usize,
    /// Mean of method − reference, turned so that positive is better.
    pub difference: f64,
    /// Its standard deviation over repeats; `None` under two.
    pub sd: Option<f64>,
    /// Repeats in which the method was better.
    pub wins: usize,
    /// Repeats in which it was worse.
    pub losses: usize,
    /// Repeats.
    pub repeats: usize,
    /// Wilcoxon's signed ranks over repeats, two-sided; `None` when nothing differs.
    pub p: Option<f64>,
    /// Holm's adjustment over all cells of the answer.
    pub p_adjusted: Option<f64>,
}

/// Every method against `reference` at every n, p adjusted over the whole grid.
pub fn compare(scores: &[Score], reference: &str, metric: crate::metrics::Metric) -> Vec<PairedPoint> {
    let mut table: BTreeMap<(&str, usize, usize), f64> = BTreeMap::new();
    for s in scores {
        if let Some(value) = s.value {
            table.insert((&s.method, s.n, s.repeat), value);
        }
    }
    let mut sizes: Vec<usize> = scores.iter().map(|s| s.n).collect();
    sizes.sort_unstable();
    sizes.dedup();
    let mut out = Vec::new();
    for method in methods(scores).into_iter().filter(|m| *m != reference) {
        for &n in &sizes {
            let gains: Vec<f64> = table
                .range((method, n, 0)..=(method, n, usize::MAX))
                .filter_map(|(&(_, _, repeat), &a)| Some(metric.gain(a, *table.get(&(reference, n, repeat))?)))
                .collect();
            if gains.is_empty() {
                continue;
            }
            let spread = sd(&gains);
            out.push(PairedPoint {
                method: method.to_owned(),
                against: reference.to_owned(),
                n,
                difference: mean(&gains),
                sd: spread.is_finite().then_some(spread),
                wins: gains.iter().filter(|g| **g > 0.0).count(),
                losses: gains.iter().filter(|g| **g < 0.0).count(),
                repeats: gains.len(),
                p: wilcoxon_signed_rank(&gains).map(|t| t.p),
                p_adjusted: None,
            });
        }
    }
    let with_p: Vec<usize> = (0..out.len()).filter(|&i| out[i].p.is_some()).collect();
    let adjusted = holm(&with_p.iter().filter_map(|&i| out[i].p).collect::<Vec<_>>());
    for (i, p) in with_p.into_iter().zip(adjusted) {
        out[i].p_adjusted = Some(p);
    }
    out
}
