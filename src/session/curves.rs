//! Curves over the folds: averaged at equal abscissas, since scores of different models must not be pooled
//! (Fawcett 2006, Pattern Recognition Letters 27:861–874, vertical averaging).

use crate::metrics::ranking::{CurvePoint, curve, precision_at, sensitivity_at};

/// Points of the averaged curves.
const STEPS: usize = 100;

/// The mean ROC over folds: (false-positive rate, sensitivity) at 101 rates. Folds with one class do not count.
pub fn mean_roc(folds: &[(Vec<bool>, Vec<f64>)]) -> Vec<(f64, f64)> {
    let curves: Vec<Vec<CurvePoint>> = folds.iter().map(|(y, p)| curve(y, p)).filter(|c| !c.is_empty()).collect();
    mean_over(&curves, sensitivity_at)
}

/// The mean precision over folds at 101 recalls: the precision of the first point that reaches the recall.
pub fn mean_pr(folds: &[(Vec<bool>, Vec<f64>)]) -> Vec<(f64, f64)> {
    let curves: Vec<Vec<CurvePoint>> = folds.iter().map(|(y, p)| curve(y, p)).filter(|c| !c.is_empty()).collect();
    mean_over(&curves, precision_at)
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
