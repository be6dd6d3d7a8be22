//! Agreement of predicted and true numbers: limits of agreement, and calibration with its intervals.

use super::calibration::Smoother;
use super::why::{Estimate, Why, numbers};
use crate::math::dist::{normal_quantile, t_quantile, t_two_sided};
use crate::math::loess::loess;
use crate::math::stats::{covariance, mean, sd, sum, variance};
use serde::{Deserialize, Serialize};

/// Bland and Altman's limits: where the differences prediction − truth of most patients lie.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Limits {
    /// The mean difference.
    pub bias: Estimate,
    /// Standard deviation of the differences.
    pub sd: f64,
    /// bias − z·sd with its interval.
    pub lower: Estimate,
    /// bias + z·sd with its interval.
    pub upper: Estimate,
}

/// Limits of agreement of `coverage` (0.95) of the differences, each with an interval of this `level` by Student's t and
/// se² = s²(1/n + z²/(2(n − 1))) (Bland and Altman, Stat Methods Med Res 1999;8:135–160, section 2.1).
///
/// # Errors
/// What [`numbers`] says; three rows are needed.
pub fn limits(y: &[f64], prediction: &[f64], coverage: f64, level: f64) -> Result<Limits, Why> {
    numbers(y, prediction, 3)?;
    let differences: Vec<f64> = y.iter().zip(prediction).map(|(y, p)| p - y).collect();
    let (n, bias, s) = (y.len() as f64, mean(&differences), sd(&differences));
    let (t, z) = (t_quantile(0.5 + level / 2.0, n - 1.0), normal_quantile(0.5 + coverage / 2.0));
    let se_limit = s * libm::sqrt(1.0 / n + z * z / (2.0 * (n - 1.0)));
    Ok(Limits {
        bias: Estimate::wald(bias, s / libm::sqrt(n), t),
        sd: s,
        lower: Estimate::wald(bias - z * s, se_limit, t),
        upper: Estimate::wald(bias + z * s, se_limit, t),
    })
}

/// Calibration of numbers, truth = intercept + slope · prediction, with Student's intervals.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Line {
    /// In the label's unit; 0 is ideal.
    pub intercept: Estimate,
    /// 1 is ideal; under 1 the predictions are too extreme.
    pub slope: Estimate,
    /// Mean of truth − prediction; 0 is ideal.
    pub in_the_large: Estimate,
}

/// Least squares of truth on prediction.
///
/// # Errors
/// What [`numbers`] says, three rows being needed; [`Why::Constant`] predictions.
pub fn line(y: &[f64], prediction: &[f64], level: f64) -> Result<Line, Why> {
    numbers(y, prediction, 3)?;
    let (n, centre, spread) = (y.len() as f64, mean(prediction), variance(prediction));
    if spread <= 0.0 {
        return Err(Why::Constant);
    }
    let slope = covariance(y, prediction) / spread;
    let intercept = mean(y) - slope * centre;
    let residual = sum(y.iter().zip(prediction).map(|(y, p)| (y - intercept - slope * p).powi(2))) / (n - 2.0);
    let sxx = spread * (n - 1.0);
    let t = t_quantile(0.5 + level / 2.0, n - 2.0);
    let off: Vec<f64> = y.iter().zip(prediction).map(|(y, p)| y - p).collect();
    Ok(Line {
        intercept: Estimate::wald(intercept, libm::sqrt(residual * (1.0 / n + centre * centre / sxx)), t),
        slope: Estimate::wald(slope, libm::sqrt(residual / sxx), t),
        in_the_large: Estimate::wald(mean(&off), sd(&off) / libm::sqrt(n), t_quantile(0.5 + level / 2.0, n - 1.0)),
    })
}

/// Whether the differences grow with the size of what is measured.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Proportional {
    /// Difference gained for each unit of the mean of truth and prediction; 0 is ideal of two measurements.
    pub slope: Estimate,
    /// Of no slope, two-sided.
    pub p: f64,
}

/// Least squares of prediction − truth on their mean (Bland and Altman 1999, section 3.2). Even a prediction that is right
/// on average at every value varies less than the truth, which alone makes this slope negative: whether predictions are
/// too extreme is told by the calibration slope of [`line`].
///
/// # Errors
/// What [`numbers`] says, three rows being needed; [`Why::Constant`] means.
pub fn proportional(y: &[f64], prediction: &[f64], level: f64) -> Result<Proportional, Why> {
    numbers(y, prediction, 3)?;
    let differences: Vec<f64> = y.iter().zip(prediction).map(|(y, p)| p - y).collect();
    let means: Vec<f64> = y.iter().zip(prediction).map(|(y, p)| (p + y) / 2.0).collect();
    let Line { slope, .. } = line(&differences, &means, level)?;
    let df = y.len() as f64 - 2.0;
    let p = slope.se.filter(|se| *se > 0.0).map_or(f64::NAN, |se| t_two_sided(slope.value / se, df));
    if p.is_nan() { Err(Why::Degenerate) } else { Ok(Proportional { slope, p }) }
}

/// The smooth of truth over prediction at each of `at`.
///
/// # Errors
/// What [`numbers`] says; four rows are needed.
pub fn curve(smoother: Smoother, y: &[f64], prediction: &[f64], at: &[f64]) -> Result<Vec<f64>, Why> {
    numbers(y, prediction, 4)?;
    Ok(loess(prediction, y, at, smoother.span, smoother.degree))
}
