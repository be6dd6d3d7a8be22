//! How predicted and observed numbers agree, with intervals over patients: limits of agreement, calibration, and the
//! smooth curve with a pointwise band.
//!
//! Where rows are independent the intervals are Student's; where patients repeat, and for the curve's band, they are
//! percentiles over resamples of patients.

use super::bootstrap::{Bootstrap, Resamples, Series, Settings, Statistic, Units};
use super::panel::{BandPoint, point};
use crate::error::Result;
use crate::math::dist::normal_cdf;
use crate::math::stats::sd;
use crate::metrics::agreement::{Limits, Line, Proportional, curve, limits, line, proportional};
use crate::metrics::calibration::Smoother;
use crate::metrics::{Estimate, Why};
use crate::watch::Pulse;
use serde::{Deserialize, Serialize};

/// What is told of one method's predictions.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Agreed {
    /// Bland and Altman's limits of prediction − truth.
    pub limits: Limits,
    /// Truth = intercept + slope · prediction.
    pub line: Line,
    /// Whether the differences grow with the size; absent where all means are alike.
    pub proportional: Option<Proportional>,
    /// Truth over prediction, smoothed, with a pointwise band.
    pub curve: Vec<BandPoint>,
}

/// Points of the smooth curve, from the least prediction to the largest.
const POINTS: usize = 41;
/// Numbers in front of the curve's.
const NUMBERS: usize = 7;

/// Tells how `prediction` agrees with `y`; the inner error is why it cannot.
///
/// # Errors
/// [`crate::Code::Cancelled`].
pub async fn agree(
    y: &[f64],
    prediction: &[f64],
    clusters: Option<&[u32]>,
    settings: Settings,
    level: f64,
    pulse: &Pulse<'_>,
) -> Result<std::result::Result<Agreed, Why>> {
    let (limits, line) = match (limits(y, prediction, 0.95, level), line(y, prediction, level)) {
        (Ok(limits), Ok(line)) => (limits, line),
        (Err(why), _) | (_, Err(why)) => return Ok(Err(why)),
    };
    let (low, high) = prediction.iter().fold((f64::INFINITY, f64::NEG_INFINITY), |(l, h), &p| (l.min(p), h.max(p)));
    let at: Vec<f64> = (0..POINTS).map(|k| low + (high - low) * k as f64 / (POINTS - 1) as f64).collect();
    let units = Units::new(y.len(), clusters);
    let statistic: Statistic<'_> = Box::new(|weights, out| numbers(y, prediction, weights, &at, out));
    let mut bootstrap = match Bootstrap::new(&units, Settings { jackknife: false, ..settings }, statistic) {
        Ok(bootstrap) => bootstrap,
        Err(why) => return Ok(Err(why)),
    };
    bootstrap.run(pulse).await?;
    let found = bootstrap.finish();
    let mut told = Agreed {
        limits,
        line,
        proportional: proportional(y, prediction, level).ok(),
        curve: at.iter().enumerate().map(|(k, &x)| point(x, &found.of(NUMBERS + k), level)).collect(),
    };
    if clusters.is_some()
        && let Err(why) = over_patients(&mut told, &found, level)
    {
        return Ok(Err(why));
    }
    Ok(Ok(told))
}

/// Bias, both limits, intercept, slope, in the large, the slope of the differences, and the curve.
fn numbers(y: &[f64], prediction: &[f64], weights: &[u32], at: &[f64], out: &mut Vec<f64>) {
    let rows = || weights.iter().enumerate().flat_map(|(row, &w)| std::iter::repeat_n(row, w as usize));
    let y: Vec<f64> = rows().map(|row| y[row]).collect();
    let p: Vec<f64> = rows().map(|row| prediction[row]).collect();
    match limits(&y, &p, 0.95, 0.95) {
        Ok(found) => out.extend([found.bias.value, found.lower.value, found.upper.value]),
        Err(_) => out.extend([f64::NAN; 3]),
    }
    match line(&y, &p, 0.95) {
        Ok(found) => out.extend([found.intercept.value, found.slope.value, found.in_the_large.value]),
        Err(_) => out.extend([f64::NAN; 3]),
    }
    out.push(proportional(&y, &p, 0.95).map_or(f64::NAN, |found| found.slope.value));
    match curve(Smoother::STEADY, &y, &p, at) {
        Ok(found) => out.extend(found),
        Err(_) => out.extend(at.iter().map(|_| f64::NAN)),
    }
}

/// Student's intervals take rows as independent: those of resampled patients stand in their place.
fn over_patients(told: &mut Agreed, found: &Resamples, level: f64) -> std::result::Result<(), Why> {
    let interval = |k: usize| -> std::result::Result<Estimate, Why> {
        let interval = found.of(k).percentile(level)?;
        Ok(Estimate { value: interval.value, se: Some(interval.se), low: interval.low, high: interval.high })
    };
    (told.limits.bias, told.limits.lower, told.limits.upper) = (interval(0)?, interval(1)?, interval(2)?);
    (told.line.intercept, told.line.slope, told.line.in_the_large) = (interval(3)?, interval(4)?, interval(5)?);
    if let Some(grows) = &mut told.proportional {
        grows.slope = interval(6)?;
        let Series { draws, value, .. } = found.of(6);
        grows.p = 2.0 * normal_cdf(-(value / sd(&draws)).abs());
    }
    Ok(())
}
