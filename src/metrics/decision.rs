//! Decision curves: what a model is worth at the risk from which one would treat.
//!
//! Vickers and Elkin, Med Decis Making 2006;26:565–574. The rule is risk ≥ threshold (R's dcurves is strict at 0 only).

use super::sorted::Sorted;
use super::threshold::Confusion;
use serde::{Deserialize, Serialize};

/// Net benefits at one threshold, in true positives a patient.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct NetBenefit {
    /// The risk from which one treats, in [0, 1).
    pub threshold: f64,
    /// Treating by the model: TP/n − FP/n · t/(1 − t).
    pub model: f64,
    /// Treating all: π − (1 − π) · t/(1 − t). Treating none is 0.
    pub all: f64,
    /// Interventions avoided for one patient, against treating all, at no loss of events: (model − all)/(t/(1 − t));
    /// `None` at threshold 0.
    pub avoided: Option<f64>,
}

/// Net benefit at one threshold; `None` outside [0, 1) or without rows.
pub fn net_benefit(y: &[bool], p: &[f64], threshold: f64) -> Option<NetBenefit> {
    if y.is_empty() || !(0.0..1.0).contains(&threshold) {
        return None;
    }
    let n = y.len() as f64;
    let odds = threshold / (1.0 - threshold);
    let counts = Confusion::at(y, p, threshold);
    let prevalence = y.iter().filter(|&&e| e).count() as f64 / n;
    let model = counts.true_positive as f64 / n - counts.false_positive as f64 / n * odds;
    let all = prevalence - (1.0 - prevalence) * odds;
    Some(NetBenefit { threshold, model, all, avoided: (odds > 0.0).then(|| (model - all) / odds) })
}

/// The decision curve over `thresholds`.
pub fn decision_curve(y: &[bool], p: &[f64], thresholds: &[f64]) -> Vec<NetBenefit> {
    thresholds.iter().filter_map(|&t| net_benefit(y, p, t)).collect()
}

/// Net benefit of the rows repeated by `weights`, as [`net_benefit`]: model and treating all at each threshold. `called`
/// is [`Sorted::called`] of the thresholds. Empty without weight.
pub fn weighted(sorted: &Sorted, weights: &[u32], thresholds: &[f64], called: &[usize]) -> Vec<(f64, f64)> {
    let mut places = called.to_vec();
    places.push(sorted.len());
    let counts = sorted.counts(weights, &places);
    let Some((&(events, others), counts)) = counts.split_last() else { return Vec::new() };
    let n = (events + others) as f64;
    if n == 0.0 {
        return Vec::new();
    }
    thresholds
        .iter()
        .zip(counts)
        .map(|(t, &(found, wrong))| {
            let odds = t / (1.0 - t);
            (found as f64 / n - wrong as f64 / n * odds, events as f64 / n - others as f64 / n * odds)
        })
        .collect()
}
