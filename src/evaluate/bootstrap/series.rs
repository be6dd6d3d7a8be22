//! The values of one number over resamples, and the intervals that follow.

use crate::math::dist::{normal_cdf, normal_quantile};
use crate::math::stats::{mean, quantile_sorted, sd};
use crate::metrics::Why;
use serde::{Deserialize, Serialize};

/// How an interval was made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// Quantiles of the resamples.
    Percentile,
    /// Bias-corrected and accelerated.
    Bca,
}

/// A bootstrap interval.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Interval {
    /// The value on the rows as they are.
    pub value: f64,
    /// Standard deviation over the resamples.
    pub se: f64,
    /// Lower end.
    pub low: f64,
    /// Upper end.
    pub high: f64,
    /// How it was made.
    pub kind: Kind,
    /// Resamples with a value.
    pub resamples: usize,
    /// Resamples without one, which were left out.
    pub undefined: usize,
}

/// One number over the resamples.
#[derive(Debug, Clone, PartialEq)]
pub struct Series {
    /// On the rows as they are.
    pub value: f64,
    /// On each resample; NaN where undefined.
    pub draws: Vec<f64>,
    /// Without each unit (or group of units) in turn; empty where no jackknife was asked for.
    pub jackknife: Vec<f64>,
}

impl Series {
    fn sorted(&self) -> Result<(Vec<f64>, usize), Why> {
        if !self.value.is_finite() {
            return Err(Why::WrongKind);
        }
        let mut draws: Vec<f64> = self.draws.iter().copied().filter(|v| v.is_finite()).collect();
        let lost = self.draws.len() - draws.len();
        if draws.len() < 2 {
            return Err(if lost > 0 { Why::Lost { lost, of: self.draws.len() } } else { Why::NoRows });
        }
        // With a tenth lost the rest is a selection: no interval is better than a flattering one.
        if lost * 10 > self.draws.len() {
            return Err(Why::Lost { lost, of: self.draws.len() });
        }
        draws.sort_by(f64::total_cmp);
        if draws.last() <= draws.first() {
            return Err(Why::Degenerate);
        }
        Ok((draws, lost))
    }

    /// The percentile interval (Efron and Tibshirani, An Introduction to the Bootstrap, 1993, chapter 13); quantiles of
    /// type 7.
    ///
    /// # Errors
    /// [`Why::Lost`] when more than a tenth of the resamples have no value; [`Why::Degenerate`] when all are alike.
    pub fn percentile(&self, level: f64) -> Result<Interval, Why> {
        let (draws, lost) = self.sorted()?;
        let tail = (1.0 - level) / 2.0;
        Ok(self.interval(&draws, lost, [tail, 1.0 - tail], Kind::Percentile))
    }

    /// The BCa interval (Efron, J Am Stat Assoc 1987;82:171–185): z₀ from the share of resamples under the estimate (ties
    /// by half, as SciPy), a from the jackknife. Where either does not exist (no resample on one side of the estimate, a
    /// jackknife that does not vary or has gaps) it is the percentile interval, and `kind` says so.
    ///
    /// # Errors
    /// As [`percentile`](Self::percentile).
    pub fn bca(&self, level: f64) -> Result<Interval, Why> {
        let (draws, lost) = self.sorted()?;
        let under = draws.partition_point(|&v| v < self.value);
        let up_to = draws.partition_point(|&v| v <= self.value);
        let z0 = normal_quantile((under + up_to) as f64 / (2.0 * draws.len() as f64));
        let (Some(a), true) = (acceleration(&self.jackknife), z0.is_finite()) else { return self.percentile(level) };
        let tail = (1.0 - level) / 2.0;
        let ends = [tail, 1.0 - tail].map(|q| {
            let z = z0 + normal_quantile(q);
            normal_cdf(z0 + z / (1.0 - a * z))
        });
        Ok(self.interval(&draws, lost, ends, Kind::Bca))
    }

    fn interval(&self, draws: &[f64], undefined: usize, ends: [f64; 2], kind: Kind) -> Interval {
        let [low, high] = ends.map(|q| quantile_sorted(draws, q));
        Interval { value: self.value, se: sd(draws), low, high, kind, resamples: draws.len(), undefined }
    }
}

/// a = Σ d³ / (6 (Σ d²)^1.5), d the jackknife's mean minus its values.
fn acceleration(jackknife: &[f64]) -> Option<f64> {
    let centre = mean(jackknife);
    let (mut second, mut third) = (0.0, 0.0);
    for v in jackknife {
        let d = centre - v;
        second += d * d;
        third += d * d * d;
    }
    let a = third / (6.0 * second * libm::sqrt(second));
    a.is_finite().then_some(a)
}
