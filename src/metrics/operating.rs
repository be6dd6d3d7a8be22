//! A threshold, chosen by a rule, and what happens at it. The rule is risk ≥ threshold.
//!
//! Choose on the training rows and judge on others: sensitivity and specificity at a cut that was chosen on the judged
//! rows are too good (Leeflang et al., Clin Chem 2008;54:729–737).

use super::calibration::wilson;
use super::ranking;
use super::threshold::Confusion;
use super::why::{Estimate, Why, risks, scores};
use crate::math::dist::normal_quantile;
use serde::{Deserialize, Serialize};

/// How a threshold is chosen.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(tag = "rule", content = "value", rename_all = "snake_case")]
pub enum Rule {
    /// The largest sensitivity + specificity − 1 (Youden, Cancer 1950;3:32–35); of equals the highest threshold.
    Youden,
    /// A risk that was fixed beforehand, from what the two errors cost.
    Risk(f64),
    /// The highest threshold with at least this sensitivity.
    Sensitivity(f64),
}

impl Rule {
    /// The threshold, from training rows.
    ///
    /// # Errors
    /// What [`scores`] says; [`Why::NotFinite`] for a fixed value outside [0, 1].
    pub fn choose(self, y: &[bool], score: &[f64]) -> Result<f64, Why> {
        if let Rule::Risk(value) | Rule::Sensitivity(value) = self
            && !(0.0..=1.0).contains(&value)
        {
            return Err(Why::NotFinite);
        }
        if let Rule::Risk(risk) = self {
            return Ok(risk);
        }
        scores(y, score)?;
        let points = ranking::curve(y, score);
        let called = points.get(1..).unwrap_or_default();
        let chosen = match self {
            Rule::Sensitivity(least) => called.iter().find(|point| point.sensitivity >= least),
            _ => called.iter().reduce(|best, point| {
                let j = |p: &ranking::CurvePoint| p.sensitivity - p.false_positive_rate;
                if j(point) > j(best) { point } else { best }
            }),
        };
        chosen.map(|point| point.threshold).ok_or(Why::OneClass)
    }
}

/// Performance at one threshold; a share is `None` where its denominator is empty.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Operating {
    /// The threshold.
    pub threshold: f64,
    /// The four counts.
    pub counts: Confusion,
    /// Events found.
    pub sensitivity: Option<Estimate>,
    /// Non-events left alone.
    pub specificity: Option<Estimate>,
    /// Events among those called.
    pub ppv: Option<Estimate>,
    /// Non-events among those left alone.
    pub npv: Option<Estimate>,
    /// Right calls.
    pub accuracy: Option<Estimate>,
    /// Matthews correlation; its interval by the delta method on Fisher's z, `None` where it is undefined or ±1.
    pub mcc: Option<Estimate>,
}

/// Everything at one threshold, shares with Wilson's intervals.
///
/// # Errors
/// What [`risks`] says, but for one class: what remains defined is told.
pub fn operating(y: &[bool], p: &[f64], threshold: f64, level: f64) -> Result<Operating, Why> {
    match risks(y, p) {
        Ok(()) | Err(Why::OneClass) if threshold.is_finite() => {}
        Ok(()) | Err(Why::OneClass) => return Err(Why::NotFinite),
        Err(why) => return Err(why),
    }
    Ok(of_counts(threshold, Confusion::at(y, p, threshold), level))
}

/// Everything that follows from the four counts, shares with Wilson's intervals: rows are taken as independent.
pub fn of_counts(threshold: f64, counts: Confusion, level: f64) -> Operating {
    let share = |part: usize, rest: usize| {
        let (low, high) = wilson(part, part + rest, level);
        (part + rest > 0).then(|| Estimate { value: part as f64 / (part + rest) as f64, se: None, low, high })
    };
    let Confusion { true_positive: tp, false_positive: fp, true_negative: tn, false_negative: fneg } = counts;
    Operating {
        threshold,
        counts,
        sensitivity: share(tp, fneg),
        specificity: share(tn, fp),
        ppv: share(tp, fp),
        npv: share(tn, fneg),
        accuracy: share(tp + tn, fp + fneg),
        mcc: mcc(&counts, level),
    }
}

/// A number that follows from the four counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Measure {
    /// Events found.
    Sensitivity,
    /// Non-events left alone.
    Specificity,
    /// Events among those called.
    Ppv,
    /// Non-events among those left alone.
    Npv,
    /// Right calls.
    Accuracy,
    /// Matthews correlation.
    Mcc,
}

impl Measure {
    /// In the order of the tables.
    pub const ALL: [Measure; 6] =
        [Self::Sensitivity, Self::Specificity, Self::Ppv, Self::Npv, Self::Mcc, Self::Accuracy];

    /// The stable name, as in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Sensitivity => "sensitivity",
            Self::Specificity => "specificity",
            Self::Ppv => "ppv",
            Self::Npv => "npv",
            Self::Accuracy => "accuracy",
            Self::Mcc => "mcc",
        }
    }

    /// `None` where its denominator is empty.
    pub fn of(self, counts: &Confusion) -> Option<f64> {
        match self {
            Self::Sensitivity => counts.sensitivity(),
            Self::Specificity => counts.specificity(),
            Self::Ppv => counts.ppv(),
            Self::Npv => counts.npv(),
            Self::Accuracy => (counts.n() > 0).then(|| counts.accuracy()),
            Self::Mcc => counts.mcc(),
        }
    }

    /// The estimate of [`of_counts`].
    pub fn told(self, at: &Operating) -> Option<Estimate> {
        match self {
            Self::Sensitivity => at.sensitivity,
            Self::Specificity => at.specificity,
            Self::Ppv => at.ppv,
            Self::Npv => at.npv,
            Self::Accuracy => at.accuracy,
            Self::Mcc => at.mcc,
        }
    }
}

/// The variance is that of the fourfold φ under multinomial sampling (Bishop, Fienberg and Holland, Discrete Multivariate
/// Analysis, 1975, eq. 11.3-6).
fn mcc(counts: &Confusion, level: f64) -> Option<Estimate> {
    let value = counts.mcc()?;
    let n = counts.n() as f64;
    let events = (counts.true_positive + counts.false_negative) as f64 / n;
    let called = (counts.true_positive + counts.false_positive) as f64 / n;
    let (e, c) = (events * (1.0 - events), called * (1.0 - called));
    if c <= 0.0 || value.abs() >= 1.0 {
        return None;
    }
    let (de, dc) = (2.0 * events - 1.0, 2.0 * called - 1.0);
    let variance = (1.0 - value * value + value * (1.0 + value * value / 2.0) * de * dc / libm::sqrt(e * c)
        - 0.75 * value * value * (de * de / e + dc * dc / c))
        / n;
    let se = libm::sqrt(variance);
    let half = normal_quantile(0.5 + level / 2.0) * se / (1.0 - value * value);
    let z = libm::atanh(value);
    se.is_finite().then(|| Estimate { value, se: Some(se), low: libm::tanh(z - half), high: libm::tanh(z + half) })
}
