//! Errors of predicted numbers.

use crate::math::stats::{covariance, mean, sum, variance};
use serde::{Deserialize, Serialize};

/// Root mean squared error.
pub fn rmse(y: &[f64], prediction: &[f64]) -> f64 {
    libm::sqrt(sum(y.iter().zip(prediction).map(|(y, p)| (y - p) * (y - p))) / y.len() as f64)
}

/// Mean absolute error.
pub fn mae(y: &[f64], prediction: &[f64]) -> f64 {
    sum(y.iter().zip(prediction).map(|(y, p)| (y - p).abs())) / y.len() as f64
}

/// R² = 1 − Σ(y − ŷ)² / Σ(y − ȳ)², ȳ of the evaluated rows; negative when the mean would have been better.
/// `None` when the truth is constant.
pub fn r2(y: &[f64], prediction: &[f64]) -> Option<f64> {
    let m = mean(y);
    let total = sum(y.iter().map(|v| (v - m) * (v - m)));
    (total > 0.0).then(|| 1.0 - sum(y.iter().zip(prediction).map(|(y, p)| (y - p) * (y - p))) / total)
}

/// Pearson's correlation. `None` when a side is constant.
pub fn pearson(y: &[f64], prediction: &[f64]) -> Option<f64> {
    let under = libm::sqrt(variance(y)) * libm::sqrt(variance(prediction));
    (under > 0.0).then(|| covariance(y, prediction) / under)
}

/// Calibration of numbers: y = intercept + slope · ŷ by least squares; (0, 1) is ideal.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct NumberCalibration {
    /// In the label's unit.
    pub intercept: f64,
    /// Under 1: the predictions are too extreme.
    pub slope: f64,
}

/// See [`NumberCalibration`]. `None` when the predictions are constant.
pub fn calibration(y: &[f64], prediction: &[f64]) -> Option<NumberCalibration> {
    let spread = variance(prediction);
    if spread.is_nan() || spread <= 0.0 {
        return None;
    }
    let slope = covariance(y, prediction) / spread;
    Some(NumberCalibration { intercept: mean(y) - slope * mean(prediction), slope })
}

/// Mean of truth minus prediction: 0 is ideal.
pub fn in_the_large(y: &[f64], prediction: &[f64]) -> f64 {
    sum(y.iter().zip(prediction).map(|(y, p)| y - p)) / y.len() as f64
}
