//! What happens to patients who are called by a threshold: sensitivity and its kin with intervals, and two procedures'
//! calls compared on the same patients.
//!
//! Each patient is called once, by a threshold that was chosen without him. Shares of independent rows carry Wilson's
//! interval, the correlation Fisher's z; where patients repeat, both are percentile intervals over resamples of patients.
//! Differences between procedures are paired: BCa over resamples of patients.

use super::bootstrap::{Bootstrap, Settings, Statistic, Units};
use crate::error::Result;
use crate::metrics::operating::{Measure, of_counts};
use crate::metrics::threshold::Confusion;
use crate::watch::Pulse;
use serde::{Deserialize, Serialize};

/// A measure with its interval; ends are absent where there is none.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Share {
    /// Which.
    pub measure: Measure,
    /// `None` where its denominator is empty.
    pub value: Option<f64>,
    /// Lower end.
    pub low: Option<f64>,
    /// Upper end.
    pub high: Option<f64>,
}

/// The calls of one procedure.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Judged {
    /// The four counts.
    pub counts: Confusion,
    /// Every measure.
    pub shares: Vec<Share>,
    /// Each measure minus that of the first procedure; empty for the first.
    pub gains: Vec<Share>,
}

/// Judges the calls of some procedures on the same rows; differences are taken from the first.
///
/// # Errors
/// [`crate::Code::Cancelled`].
pub async fn judge(
    y: &[bool],
    procedures: &[Vec<bool>],
    clusters: Option<&[u32]>,
    settings: Settings,
    level: f64,
    pulse: &Pulse<'_>,
) -> Result<Vec<Judged>> {
    let units = Units::new(y.len(), clusters);
    let ones = vec![1; y.len()];
    let width = Measure::ALL.len();
    let statistic: Statistic<'_> = Box::new(|weights, out| {
        for called in procedures {
            let counts = Confusion::of_calls(y, called, weights);
            out.extend(Measure::ALL.iter().map(|measure| measure.of(&counts).unwrap_or(f64::NAN)));
        }
    });
    let resamples = match Bootstrap::new(&units, settings, statistic) {
        Ok(mut bootstrap) => {
            bootstrap.run(pulse).await?;
            Some(bootstrap.finish())
        }
        Err(_) => None,
    };
    let one = |procedure: usize| {
        let counts = Confusion::of_calls(y, &procedures[procedure], &ones);
        let plain = of_counts(f64::NAN, counts, level);
        let shares = Measure::ALL.iter().enumerate().map(|(k, &measure)| {
            let ends = match (clusters, &resamples) {
                (None, _) => measure.told(&plain).map(|told| (told.low, told.high)),
                (Some(_), Some(found)) => {
                    found.of(procedure * width + k).percentile(level).ok().map(|told| (told.low, told.high))
                }
                _ => None,
            };
            Share { measure, value: measure.of(&counts), low: ends.map(|e| e.0), high: ends.map(|e| e.1) }
        });
        let gain = |(k, &measure): (usize, &Measure)| {
            let series = resamples.as_ref()?.pair(procedure * width + k, k, |a, b| a - b);
            let ends = series.bca(level).ok();
            let value = series.value.is_finite().then_some(series.value);
            Some(Share { measure, value, low: ends.map(|e| e.low), high: ends.map(|e| e.high) })
        };
        let gains =
            if procedure == 0 { Vec::new() } else { Measure::ALL.iter().enumerate().filter_map(gain).collect() };
        Judged { counts, shares: shares.collect(), gains }
    };
    Ok((0..procedures.len()).map(one).collect())
}
