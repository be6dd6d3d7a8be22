//! How well scores put events above non-events: ROC, precision and recall, and their areas.

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
    let events = y.iter().filter(|&&e| e).count() as f64;
    let others = y.len() as f64 - events;
    if events == 0.0 || others == 0.0 || y.len() != score.len() {
        return Vec::new();
    }
    let mut order: Vec<usize> = (0..y.len()).collect();
    order.sort_by(|&a, &b| score[b].total_cmp(&score[a]));
    let mut out =
        vec![CurvePoint { threshold: f64::INFINITY, sensitivity: 0.0, false_positive_rate: 0.0, precision: 1.0 }];
    let (mut found, mut wrong) = (0.0, 0.0);
    for (i, &row) in order.iter().enumerate() {
        *if y[row] { &mut found } else { &mut wrong } += 1.0;
        if order.get(i + 1).is_none_or(|&next| score[next] != score[row]) {
            out.push(CurvePoint {
                threshold: score[row],
                sensitivity: found / events,
                false_positive_rate: wrong / others,
                precision: found / (found + wrong),
            });
        }
    }
    out
}

/// Average precision Σ (Rₖ − Rₖ₋₁) Pₖ over distinct thresholds, the step-wise area under the precision–recall curve
/// (as scikit-learn; no linear interpolation, which is too optimistic: Davis and Goadrich, ICML 2006).
/// `None` with one class only.
pub fn average_precision(y: &[bool], score: &[f64]) -> Option<f64> {
    let points = curve(y, score);
    (!points.is_empty())
        .then(|| points.windows(2).map(|w| (w[1].sensitivity - w[0].sensitivity) * w[1].precision).sum())
}
