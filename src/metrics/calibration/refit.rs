//! Calibration intercept and slope of many weightings of the same rows: what a bootstrap asks for thousands of times.
//!
//! Newton starts from the fit of the rows as they are. A resample's optimum lies within a few standard errors of it, so
//! that three steps reach it to the last digits: each squares the error of the one before.

use super::logit::{both_classes, in_the_large, logit, slope};
use crate::math::logistic::sigmoid;
use crate::math::stats::{mean, sd};

/// A step under this is the last: the error after it is of the order of its square.
const LAST_STEP: f64 = 1e-7;
/// More steps mean that the start was a bad one (a resample whose risks all but separate its classes).
const MOST_STEPS: usize = 12;

/// Logits and truth, ready for any counts a row.
#[derive(Debug)]
pub struct Refit {
    event: Vec<bool>,
    risk: Vec<f64>,
    lp: Vec<f64>,
    /// The logits, centred and scaled.
    x: Vec<f64>,
    spread: f64,
    /// In the large; intercept and slope of `x`. Where the rows as they are have none, there is nothing to start from.
    large: f64,
    line: Option<(f64, f64)>,
}

impl Refit {
    /// `None` with one class only, or other lengths.
    pub fn new(y: &[bool], p: &[f64]) -> Option<Self> {
        if !both_classes(y) || y.len() != p.len() {
            return None;
        }
        let lp: Vec<f64> = p.iter().map(|&p| logit(p)).collect();
        let (centre, spread) = (mean(&lp), sd(&lp));
        let line = slope(y, p).map(|fit| (fit.intercept.value + fit.slope.value * centre, fit.slope.value * spread));
        let x = lp.iter().map(|v| (v - centre) / spread).collect();
        let large = in_the_large(y, p)?.value;
        Some(Self { event: y.to_vec(), risk: p.to_vec(), lp, x, spread, large, line })
    }

    /// The rows that count: (place on the axis, events, weight). Gathered once, for all passes.
    fn counted(&self, axis: &[f64], weights: &[u32]) -> Vec<(f64, f64, f64)> {
        let mut rows = Vec::with_capacity(axis.len());
        for ((&x, &event), &weight) in axis.iter().zip(&self.event).zip(weights) {
            if weight > 0 {
                let weight = f64::from(weight);
                rows.push((x, if event { weight } else { 0.0 }, weight));
            }
        }
        rows
    }

    fn repeated(&self, weights: &[u32]) -> (Vec<bool>, Vec<f64>) {
        let rows = || weights.iter().enumerate().flat_map(|(row, &w)| std::iter::repeat_n(row, w as usize));
        (rows().map(|row| self.event[row]).collect(), rows().map(|row| self.risk[row]).collect())
    }

    /// As [`in_the_large`] of the rows repeated by `weights`.
    pub fn in_the_large(&self, weights: &[u32]) -> Option<f64> {
        let rows = self.counted(&self.lp, weights);
        let (events, all) = rows.iter().fold((0.0, 0.0), |(e, n), row| (e + row.1, n + row.2));
        if events == 0.0 || events == all {
            return None;
        }
        let mut a = self.large;
        for _ in 0..MOST_STEPS {
            let (mut expected, mut information) = (0.0, 0.0);
            for &(lp, _, weight) in &rows {
                let q = sigmoid(a + lp);
                expected += weight * q;
                information += weight * q * (1.0 - q);
            }
            let step = (events - expected) / information;
            a += step;
            if step.abs() < LAST_STEP {
                return Some(a);
            }
        }
        let (y, p) = self.repeated(weights);
        in_the_large(&y, &p).map(|found| found.value)
    }

    /// As [`slope`] of the rows repeated by `weights`.
    pub fn slope(&self, weights: &[u32]) -> Option<f64> {
        self.warm_slope(weights).or_else(|| {
            let (y, p) = self.repeated(weights);
            slope(&y, &p).map(|found| found.slope.value)
        })
    }

    fn warm_slope(&self, weights: &[u32]) -> Option<f64> {
        let (mut a, mut b) = self.line?;
        let rows = self.counted(&self.x, weights);
        let mut before = f64::INFINITY;
        for _ in 0..MOST_STEPS {
            let (mut g0, mut g1, mut h00, mut h01, mut h11) = (0.0, 0.0, 0.0, 0.0, 0.0);
            for &(x, events, weight) in &rows {
                let q = sigmoid(a + b * x);
                let r = events - weight * q;
                let w = weight * q * (1.0 - q);
                g0 += r;
                g1 += r * x;
                h00 += w;
                h01 += w * x;
                h11 += w * x * x;
            }
            let det = h00 * h11 - h01 * h01;
            let (da, db) = ((h11 * g0 - h01 * g1) / det, (h00 * g1 - h01 * g0) / det);
            let step = da.abs() + db.abs();
            // Steps that grow, or no step: the optimum is far or at infinity. The slow way knows.
            if det.is_nan() || det <= 1e-14 * rows.len() as f64 || step.is_nan() || step >= before {
                return None;
            }
            a += da;
            b += db;
            before = step;
            if step < LAST_STEP {
                return Some(b / self.spread);
            }
        }
        None
    }
}
