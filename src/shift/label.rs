//! How the label differs: the share of each class, or the mean of a number.

use crate::cohort::{Cohort, Labels};
use crate::math::dist::{normal_quantile, t_quantile};
use crate::math::stats::{mean, sd, variance};
use crate::metrics::calibration::wilson;
use serde::{Deserialize, Serialize};

/// The label on both sides.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum LabelShift {
    /// Classes.
    Classes {
        /// The event's place among `classes`.
        event: usize,
        /// Each class.
        classes: Vec<ClassShift>,
    },
    /// A number.
    Values {
        /// Its unit.
        unit: String,
        /// Mean in the source.
        source_mean: f64,
        /// Mean in the target.
        target_mean: f64,
        /// Standard deviation in the source.
        source_sd: f64,
        /// Standard deviation in the target.
        target_sd: f64,
        /// Target minus source.
        difference: f64,
        /// Lower end of its 95 % interval (Welch); none under two values a side.
        low: Option<f64>,
        /// Upper end.
        high: Option<f64>,
    },
}

/// One class on both sides.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ClassShift {
    /// The class.
    pub name: String,
    /// Rows of the source.
    pub source_rows: usize,
    /// Rows of the target.
    pub target_rows: usize,
    /// Its share of the source's labelled rows.
    pub source: f64,
    /// Its share of the target's labelled rows.
    pub target: f64,
    /// Target minus source.
    pub difference: f64,
    /// Lower end of its 95 % interval (Newcombe's hybrid score, Stat Med 1998;17:873–890, method 10).
    pub low: f64,
    /// Upper end.
    pub high: f64,
}

const LEVEL: f64 = 0.95;

/// The event's share, or the mean.
pub(super) fn centre(labels: &Labels) -> Option<f64> {
    match labels {
        Labels::Classes { event, codes, .. } => {
            let known = codes.iter().flatten().count();
            let events = codes.iter().flatten().filter(|code| **code as usize == *event).count();
            (known > 0).then(|| events as f64 / known as f64)
        }
        Labels::Values { values, .. } => {
            let known: Vec<f64> = values.iter().copied().filter(|v| !v.is_nan()).collect();
            (!known.is_empty()).then(|| mean(&known))
        }
        Labels::Several(several) => several.first().and_then(|(_, first)| centre(first)),
    }
}

/// Compares the labels of all sources together with the target's; `None` where a side has none or another kind.
pub(super) fn compare(sources: &[Cohort], target: &Cohort) -> Option<LabelShift> {
    match target.y.as_ref()? {
        Labels::Classes { names, event, codes } => {
            let from: Vec<u32> = sources
                .iter()
                .filter_map(|source| match source.y.as_ref() {
                    Some(Labels::Classes { codes, .. }) => Some(codes.iter().flatten().copied()),
                    _ => None,
                })
                .flatten()
                .collect();
            let to: Vec<u32> = codes.iter().flatten().copied().collect();
            if from.is_empty() || to.is_empty() {
                return None;
            }
            let classes = names.iter().enumerate().map(|(code, name)| class(name, code as u32, &from, &to)).collect();
            Some(LabelShift::Classes { event: *event, classes })
        }
        Labels::Values { unit, values } => {
            let known = |values: &[f64]| values.iter().copied().filter(|v| !v.is_nan()).collect::<Vec<f64>>();
            let from: Vec<f64> = sources
                .iter()
                .filter_map(|source| match source.y.as_ref() {
                    Some(Labels::Values { values, .. }) => Some(known(values)),
                    _ => None,
                })
                .flatten()
                .collect();
            let to = known(values);
            if from.is_empty() || to.is_empty() {
                return None;
            }
            let difference = mean(&to) - mean(&from);
            let half = welch(&from, &to);
            Some(LabelShift::Values {
                unit: unit.clone(),
                source_mean: mean(&from),
                target_mean: mean(&to),
                source_sd: if from.len() < 2 { 0.0 } else { sd(&from) },
                target_sd: if to.len() < 2 { 0.0 } else { sd(&to) },
                difference,
                low: half.map(|half| difference - half),
                high: half.map(|half| difference + half),
            })
        }
        Labels::Several(_) => None,
    }
}

fn class(name: &str, code: u32, from: &[u32], to: &[u32]) -> ClassShift {
    let count = |codes: &[u32]| codes.iter().filter(|c| **c == code).count();
    let (a, b) = (count(from), count(to));
    let (source, target) = (a as f64 / from.len() as f64, b as f64 / to.len() as f64);
    let (source_low, source_high) = wilson(a, from.len(), LEVEL);
    let (target_low, target_high) = wilson(b, to.len(), LEVEL);
    let difference = target - source;
    ClassShift {
        name: name.to_owned(),
        source_rows: a,
        target_rows: b,
        source,
        target,
        difference,
        low: difference - libm::hypot(target - target_low, source_high - source),
        high: difference + libm::hypot(target_high - target, source - source_low),
    }
}

/// Half of Welch's interval of a difference of means.
fn welch(a: &[f64], b: &[f64]) -> Option<f64> {
    if a.len() < 2 || b.len() < 2 {
        return None;
    }
    let (u, v) = (variance(a) / a.len() as f64, variance(b) / b.len() as f64);
    let freedom = (u + v) * (u + v) / (u * u / (a.len() - 1) as f64 + v * v / (b.len() - 1) as f64);
    let quantile = if freedom.is_finite() { t_quantile(0.5 + LEVEL / 2.0, freedom) } else { normal_quantile(0.975) };
    Some(quantile * libm::sqrt(u + v)).filter(|half| half.is_finite())
}
