//! Why a measure cannot be told: the reason that stands where the number would.

use serde::{Deserialize, Serialize};

/// Why a measure or its interval is not defined on the rows at hand. Its words stand under `undefined.<kind>`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Why {
    /// Nothing to evaluate.
    NoRows,
    /// Truth and prediction of different lengths.
    Lengths,
    /// A NaN or an infinity, or a probability outside [0, 1].
    NotFinite,
    /// All rows are events, or none is.
    OneClass,
    /// Fewer rows (of the scarcer class, where there are classes) than the measure needs.
    TooFew {
        /// What is there.
        found: usize,
        /// What is needed.
        needed: usize,
    },
    /// Predictions (or the truth) that are all alike.
    Constant,
    /// The predictions separate the classes: the estimate lies at infinity.
    Separated,
    /// The measure does not vary over resamples, as at an AUROC of 1: an interval of no width would be a lie.
    Degenerate,
    /// The measure is undefined in more than a tenth of the resamples.
    Lost {
        /// Resamples without a value.
        lost: usize,
        /// All resamples.
        of: usize,
    },
    /// Not defined for this kind of label or prediction.
    WrongKind,
}

/// A number with its interval.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Estimate {
    /// The number.
    pub value: f64,
    /// Its standard error, on the number's own scale, where the interval comes from one.
    pub se: Option<f64>,
    /// Lower end.
    pub low: f64,
    /// Upper end.
    pub high: f64,
}

impl Estimate {
    /// value ± `quantile`·se.
    pub fn wald(value: f64, se: f64, quantile: f64) -> Self {
        Self { value, se: Some(se), low: value - quantile * se, high: value + quantile * se }
    }
    /// The same with its ends kept inside [low, high].
    pub fn within(self, low: f64, high: f64) -> Self {
        Self { low: self.low.max(low), high: self.high.min(high), ..self }
    }
}

/// Truth of two classes and finite scores of the same length, both classes present.
///
/// # Errors
/// [`Why::Lengths`], [`Why::NoRows`], [`Why::NotFinite`], [`Why::OneClass`].
pub fn scores(y: &[bool], score: &[f64]) -> Result<(), Why> {
    if y.len() != score.len() {
        return Err(Why::Lengths);
    }
    if y.is_empty() {
        return Err(Why::NoRows);
    }
    if score.iter().any(|s| !s.is_finite()) {
        return Err(Why::NotFinite);
    }
    let events = y.iter().filter(|&&e| e).count();
    if events == 0 || events == y.len() { Err(Why::OneClass) } else { Ok(()) }
}

/// As [`scores`], of probabilities.
///
/// # Errors
/// As [`scores`]; [`Why::NotFinite`] outside [0, 1].
pub fn risks(y: &[bool], p: &[f64]) -> Result<(), Why> {
    if p.iter().any(|p| !(0.0..=1.0).contains(p)) {
        return Err(Why::NotFinite);
    }
    scores(y, p)
}

/// Finite numbers of the same length, at least `needed` of them.
///
/// # Errors
/// [`Why::Lengths`], [`Why::NoRows`], [`Why::NotFinite`], [`Why::TooFew`].
pub fn numbers(y: &[f64], prediction: &[f64], needed: usize) -> Result<(), Why> {
    match y.len() {
        n if n != prediction.len() => Err(Why::Lengths),
        0 => Err(Why::NoRows),
        _ if y.iter().chain(prediction).any(|v| !v.is_finite()) => Err(Why::NotFinite),
        found if found < needed => Err(Why::TooFew { found, needed }),
        _ => Ok(()),
    }
}
