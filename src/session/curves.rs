//! Curves over the folds: averaged at equal abscissas, since scores of different models must not be pooled
//! (Fawcett 2006, Pattern Recognition Letters 27:861–874, vertical averaging).

use crate::metrics::ranking::{CurvePoint, curve};

/// Points of the averaged curves.
const STEPS: usize = 100;

/// The mean ROC over folds: (false-positive rate, sensitivity) at 101 rates. Folds with one class do not count.
pub fn mean_roc(folds: &[(Vec<bool>, Vec<f64>)]) -> Vec<(f64, f64)> {
    let curves: Vec<Vec<CurvePoint>> = folds.iter().map(|(y, p)| curve(y, p)).filter(|c| !c.is_empty()).collect();
    mean_over(&curves, |points, rate| {
        // Between two points the ROC is a straight line (ties are called together).
        let after = points.iter().position(|point| point.false_positive_rate > rate);
        match after {
            None => 1.0,
            Some(0) => 0.0,
            Some(at) => {
                let (a, b) = (&points[at - 1], &points[at]);
                let share = (rate - a.false_positive_rate) / (b.false_positive_rate - a.false_positive_rate);
                a.sensitivity + share * (b.sensitivity - a.sensitivity)
            }
        }
    })
}

/// The mean precision over folds at 101 recalls: the precision of the first point that reaches the recall.
pub fn mean_pr(folds: &[(Vec<bool>, Vec<f64>)]) -> Vec<(f64, f64)> {
    let curves: Vec<Vec<CurvePoint>> = folds.iter().map(|(y, p)| curve(y, p)).filter(|c| !c.is_empty()).collect();
    mean_over(&curves, |points, recall| {
        let reaches = |point: &&CurvePoint| point.sensitivity >= recall && point.threshold.is_finite();
        points.iter().find(reaches).map_or(0.0, |point| point.precision)
    })
}

fn mean_over(curves: &[Vec<CurvePoint>], at: impl Fn(&[CurvePoint], f64) -> f64) -> Vec<(f64, f64)> {
    if curves.is_empty() {
        return Vec::new();
    }
    (0..=STEPS)
        .map(|step| {
            let x = step as f64 / STEPS as f64;
            let sum: f64 = curves.iter().map(|points| at(points, x)).sum();
            (x, sum / curves.len() as f64)
        })
        .collect()
}
