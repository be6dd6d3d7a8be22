//! How well scores put events above non-events: ROC, precision and recall, and their areas.

use super::sorted::Sorted;
use super::why::{Estimate, Why};
use crate::math::dist::normal_quantile;
use crate::math::logistic::sigmoid;
use crate::math::stats::ranks;
use serde::{Deserialize, Serialize};

/// Area under the ROC curve: P(score of an event > score of a non-event), ties counting a half (Mann–Whitney, by
/// ranks). `None` with one class only.
pub fn auroc(y: &[bool], score: &[f64]) -> Option<f64> {
    let events = y.iter().filter(|&&e| e).count() as f64;
    let others = y.len() as f64 - events;
    if events == 0.0 || others == 0.0 || y.len() != score.len() {
        return None;
    }
    // Ranks are multiples of a half: this sum is exact.
    let rank_sum: f64 = ranks(score).iter().zip(y).filter(|(_, e)| **e).map(|(r, _)| r).sum();
    Some((rank_sum - events * (events + 1.0) / 2.0) / (events * others))
}

/// Column `class` of n × classes probabilities by rows, and who is of that class.
pub fn one_against_rest(y: &[u32], classes: usize, p: &[f64], class: usize) -> (Vec<bool>, Vec<f64>) {
    let event = y.iter().map(|&c| c as usize == class).collect();
    let score = p.chunks_exact(classes.max(1)).map(|row| row.get(class).copied().unwrap_or(f64::NAN)).collect();
    (event, score)
}

/// Mean over classes of the AUROC of each against the rest. `None` when a class of the task is absent.
pub fn macro_auroc(y: &[u32], classes: usize, p: &[f64]) -> Option<f64> {
    macro_of(y, classes, p, auroc)
}

/// Mean over classes of the average precision of each against the rest. `None` when a class is absent.
pub fn macro_average_precision(y: &[u32], classes: usize, p: &[f64]) -> Option<f64> {
    macro_of(y, classes, p, average_precision)
}

fn macro_of(y: &[u32], classes: usize, p: &[f64], metric: fn(&[bool], &[f64]) -> Option<f64>) -> Option<f64> {
    let mut total = 0.0;
    for class in 0..classes {
        let (event, score) = one_against_rest(y, classes, p, class);
        total += metric(&event, &score)?;
    }
    (classes > 0).then(|| total / classes as f64)
}

/// M of Hand and Till (Machine Learning 2001;45:171–186, eq. 7): the mean over pairs of classes of
/// (A(i|j) + A(j|i)) / 2. `None` when a class is absent.
pub fn hand_till(y: &[u32], classes: usize, p: &[f64]) -> Option<f64> {
    let mut total = 0.0;
    let mut pairs = 0.0;
    for i in 0..classes {
        for j in i + 1..classes {
            let rows: Vec<usize> = (0..y.len()).filter(|&r| y[r] as usize == i || y[r] as usize == j).collect();
            let area = |class: usize| {
                let event: Vec<bool> = rows.iter().map(|&r| y[r] as usize == class).collect();
                let score: Vec<f64> = rows.iter().map(|&r| p[r * classes + class]).collect();
                auroc(&event, &score)
            };
            total += (area(i)? + area(j)?) / 2.0;
            pairs += 1.0;
        }
    }
    (pairs > 0.0).then(|| total / pairs)
}

/// A point of a ROC or a precision–recall curve: what happens when scores ≥ `threshold` are called events.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct CurvePoint {
    /// The score from which on a row is called an event; infinite at the first point.
    pub threshold: f64,
    /// Events found (sensitivity, recall).
    pub sensitivity: f64,
    /// Non-events called events (1 − specificity).
    pub false_positive_rate: f64,
    /// Events among those called (precision, PPV); 1 where none is called.
    pub precision: f64,
}

/// The empirical curve at every distinct score, from "nobody is called" to "everybody is": sensitivity over
/// `false_positive_rate` is the ROC, precision over sensitivity the precision–recall curve. Empty with one class only.
pub fn curve(y: &[bool], score: &[f64]) -> Vec<CurvePoint> {
    Sorted::new(y, score).map_or_else(|_| Vec::new(), |sorted| sorted.curve(&vec![1; y.len()]))
}

/// Sensitivity at a false-positive rate: between two points the ROC is a straight line (ties are called together).
/// 0 of an empty curve.
pub fn sensitivity_at(points: &[CurvePoint], rate: f64) -> f64 {
    let after = points.partition_point(|point| point.false_positive_rate <= rate);
    match (after.checked_sub(1).and_then(|before| points.get(before)), points.get(after)) {
        (Some(a), Some(b)) => {
            let share = (rate - a.false_positive_rate) / (b.false_positive_rate - a.false_positive_rate);
            a.sensitivity + share * (b.sensitivity - a.sensitivity)
        }
        (Some(last), None) => last.sensitivity,
        (None, _) => 0.0,
    }
}

/// Precision at a recall: that of the first point that reaches it. 0 of an empty curve.
pub fn precision_at(points: &[CurvePoint], recall: f64) -> f64 {
    // The first point, where nobody is called, has no precision of its own.
    let called = points.get(1..).unwrap_or_default();
    called.get(called.partition_point(|point| point.sensitivity < recall)).map_or(0.0, |point| point.precision)
}

/// Average precision Σ (Rₖ − Rₖ₋₁) Pₖ over distinct thresholds, the step-wise area under the precision–recall curve
/// (as scikit-learn; no linear interpolation, which is too optimistic: Davis and Goadrich, ICML 2006).
/// `None` with one class only.
pub fn average_precision(y: &[bool], score: &[f64]) -> Option<f64> {
    Sorted::new(y, score).ok()?.average_precision(&vec![1; y.len()])
}

/// The logit interval of an average precision: expit(logit AP ± z / √(m·AP·(1 − AP))), m the number of events (Boyd, Eng
/// and Page, ECML PKDD 2013, section 3.1).
///
/// # Errors
/// What [`Sorted::new`] says; [`Why::Degenerate`] at an AP of 1.
pub fn average_precision_interval(y: &[bool], score: &[f64], level: f64) -> Result<Estimate, Why> {
    let value = Sorted::new(y, score)?.average_precision(&vec![1; y.len()]).ok_or(Why::OneClass)?;
    let events = y.iter().filter(|&&e| e).count() as f64;
    let spread = value * (1.0 - value);
    if spread <= 0.0 {
        return Err(Why::Degenerate);
    }
    let half = normal_quantile(0.5 + level / 2.0) / libm::sqrt(events * spread);
    let eta = libm::log(value / (1.0 - value));
    Ok(Estimate { value, se: Some(libm::sqrt(spread / events)), low: sigmoid(eta - half), high: sigmoid(eta + half) })
}
