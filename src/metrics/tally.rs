//! Sums over weighted rows, prepared once: calls, bins, and the moments of two numbers.

use super::threshold;
use crate::math::stats::{mean, sum};

/// Truth and call of each row.
#[derive(Debug)]
pub struct Calls {
    y: Vec<u32>,
    called: Vec<u32>,
    classes: usize,
}

impl Calls {
    /// Class numbers under `classes`.
    pub fn new(y: Vec<u32>, called: Vec<u32>, classes: usize) -> Self {
        Self { y, called, classes }
    }

    /// How often each class (by rows) was called each (by columns).
    fn table(&self, weights: &[u32]) -> Vec<u64> {
        let mut table = vec![0; self.classes * self.classes];
        for ((&y, &called), &weight) in self.y.iter().zip(&self.called).zip(weights) {
            if let Some(cell) = table.get_mut(y as usize * self.classes + called as usize) {
                *cell += u64::from(weight);
            }
        }
        table
    }

    /// Mean over classes of the share found. `None` when a class is absent.
    pub fn balanced_accuracy(&self, weights: &[u32]) -> Option<f64> {
        let table = self.table(weights);
        let mut total = 0.0;
        for class in 0..self.classes {
            let row = &table[class * self.classes..(class + 1) * self.classes];
            let size: u64 = row.iter().sum();
            if size == 0 {
                return None;
            }
            total += row[class] as f64 / size as f64;
        }
        Some(total / self.classes as f64)
    }

    /// Matthews correlation. `None` with one class only.
    pub fn mcc(&self, weights: &[u32]) -> Option<f64> {
        threshold::mcc_of(&self.table(weights), self.classes)
    }
}

/// Risks in bins of equal width.
#[derive(Debug)]
pub struct Bins {
    bin: Vec<u32>,
    off: Vec<f64>,
    bins: usize,
}

impl Bins {
    /// As [`super::calibration::ece`] places them.
    pub fn new(y: &[bool], p: &[f64], bins: usize) -> Self {
        let place = |risk: f64| ((risk.max(0.0) * bins as f64) as usize).min(bins.saturating_sub(1)) as u32;
        Self {
            bin: p.iter().map(|&p| place(p)).collect(),
            off: y.iter().zip(p).map(|(&e, p)| f64::from(u8::from(e)) - p).collect(),
            bins,
        }
    }

    /// The expected calibration error. `None` without weight.
    pub fn ece(&self, weights: &[u32]) -> Option<f64> {
        let (mut sums, mut n) = (vec![0.0; self.bins], 0u64);
        for ((&bin, off), &weight) in self.bin.iter().zip(&self.off).zip(weights) {
            sums[bin as usize] += f64::from(weight) * off;
            n += u64::from(weight);
        }
        (n > 0).then(|| sums.iter().map(|s| s.abs()).sum::<f64>() / n as f64)
    }
}

/// Truth and prediction, both less their means over the rows as they are: sums of squares then lose no digits.
#[derive(Debug)]
pub struct Moments {
    y: Vec<f64>,
    p: Vec<f64>,
    squares: Vec<f64>,
    /// Sums of squares up to these are rounding errors of a constant.
    nothing: (f64, f64),
}

impl Moments {
    /// Of numbers.
    pub fn new(y: &[f64], prediction: &[f64]) -> Self {
        let (of_y, of_p) = (mean(y), mean(prediction));
        let centred = |values: &[f64], centre: f64| values.iter().map(|v| v - centre).collect::<Vec<f64>>();
        let (y_centred, p_centred) = (centred(y, of_y), centred(prediction, of_p));
        let nothing = |v: &[f64]| 1e-13 * sum(v.iter().map(|v| v * v));
        Self {
            nothing: (nothing(&y_centred), nothing(&p_centred)),
            y: y_centred,
            p: p_centred,
            squares: y.iter().zip(prediction).map(|(y, p)| (y - p) * (y - p)).collect(),
        }
    }

    /// Σw(y − ȳ)², Σw(p − p̄)², Σw(y − ȳ)(p − p̄).
    fn spreads(&self, weights: &[u32]) -> (f64, f64, f64) {
        let (mut n, mut sy, mut sp, mut yy, mut pp, mut yp) = (0.0, 0.0, 0.0, 0.0, 0.0, 0.0);
        for ((y, p), &weight) in self.y.iter().zip(&self.p).zip(weights) {
            let w = f64::from(weight);
            n += w;
            sy += w * y;
            sp += w * p;
            yy += w * y * y;
            pp += w * p * p;
            yp += w * y * p;
        }
        (yy - sy * sy / n, pp - sp * sp / n, yp - sy * sp / n)
    }

    /// As [`super::numbers::r2`].
    pub fn r2(&self, weights: &[u32]) -> Option<f64> {
        let (total, ..) = self.spreads(weights);
        let residual = sum(self.squares.iter().zip(weights).map(|(s, &w)| s * f64::from(w)));
        (total > self.nothing.0).then(|| 1.0 - residual / total)
    }

    /// As [`super::numbers::pearson`].
    pub fn pearson(&self, weights: &[u32]) -> Option<f64> {
        let (yy, pp, yp) = self.spreads(weights);
        (yy > self.nothing.0 && pp > self.nothing.1).then(|| yp / (libm::sqrt(yy) * libm::sqrt(pp)))
    }

    /// As the slope of [`super::numbers::calibration`].
    pub fn slope(&self, weights: &[u32]) -> Option<f64> {
        let (_, pp, yp) = self.spreads(weights);
        (pp > self.nothing.1).then(|| yp / pp)
    }
}
