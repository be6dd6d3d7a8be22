//! The smooth calibration curve and the distance of the risks from it.

use super::logit::both_classes;
use crate::math::loess::loess;
use crate::math::stats::{mean, quantile, quantile_sorted};
use serde::{Deserialize, Serialize};

/// How a calibration curve is smoothed: loess with tricube weights, no robustness iterations, no interpolation.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Smoother {
    /// The share of rows in each local fit.
    pub span: f64,
    /// 1: a line; 2: a parabola.
    pub degree: usize,
}

impl Smoother {
    /// Ours: a local line. With tens of events the parabola swings at the ends.
    pub const STEADY: Self = Self { span: 0.75, degree: 1 };
    /// What R's `loess` does by default (with `surface = "direct"`), and so what published ICIs mostly used.
    pub const R: Self = Self { span: 0.75, degree: 2 };
}

/// [`curve_by`] of [`Smoother::STEADY`].
pub fn curve(y: &[bool], p: &[f64], at: &[f64]) -> Option<Vec<f64>> {
    curve_by(Smoother::STEADY, y, p, at)
}

/// The smooth calibration curve, cut to [0, 1], at each of `at`. `None` with one class only.
pub fn curve_by(smoother: Smoother, y: &[bool], p: &[f64], at: &[f64]) -> Option<Vec<f64>> {
    if !both_classes(y) || y.len() != p.len() {
        return None;
    }
    let observed: Vec<f64> = y.iter().map(|&e| f64::from(u8::from(e))).collect();
    Some(loess(p, &observed, at, smoother.span, smoother.degree).into_iter().map(|v| v.clamp(0.0, 1.0)).collect())
}

/// Distances of the risks from the calibration curve.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Distance {
    /// Integrated calibration index: the mean.
    pub ici: f64,
    /// The median.
    pub e50: f64,
    /// The 90th percentile.
    pub e90: f64,
    /// The largest.
    pub e_max: f64,
}

/// Rows from which on the curve is computed on a grid and interpolated: a fit at each of n rows costs n².
const EXACT_UP_TO: usize = 1000;

/// [`distance_by`] of [`Smoother::STEADY`].
pub fn distance(y: &[bool], p: &[f64]) -> Option<Distance> {
    distance_by(Smoother::STEADY, y, p)
}

/// ICI, E50, E90 and Emax against [`curve_by`]. Over 1,000 rows the curve is computed at 500 quantiles of the risk and
/// interpolated linearly. `None` with one class only.
pub fn distance_by(smoother: Smoother, y: &[bool], p: &[f64]) -> Option<Distance> {
    let smooth = if p.len() <= EXACT_UP_TO {
        curve_by(smoother, y, p, p)?
    } else {
        let mut sorted = p.to_vec();
        sorted.sort_by(f64::total_cmp);
        let mut grid: Vec<f64> = (0..=500).map(|i| quantile_sorted(&sorted, f64::from(i) / 500.0)).collect();
        grid.dedup();
        let at_grid = curve_by(smoother, y, p, &grid)?;
        p.iter().map(|&risk| interpolate(&grid, &at_grid, risk)).collect()
    };
    let off: Vec<f64> = p.iter().zip(&smooth).map(|(a, b)| (a - b).abs()).collect();
    Some(Distance { ici: mean(&off), e50: quantile(&off, 0.5), e90: quantile(&off, 0.9), e_max: quantile(&off, 1.0) })
}

fn interpolate(grid: &[f64], value: &[f64], x: f64) -> f64 {
    let right = grid.partition_point(|&g| g < x).clamp(1, grid.len().max(2) - 1);
    match (grid.get(right - 1), grid.get(right)) {
        (Some(&a), Some(&b)) if b > a => value[right - 1] + (x - a) / (b - a) * (value[right] - value[right - 1]),
        _ => value.first().copied().unwrap_or(f64::NAN),
    }
}
