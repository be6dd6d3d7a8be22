//! How the label differs: the share of each class, or the mean of a number.

use crate::cohort::{Cohort, Labels};
use crate::math::dist::{t_quantile, t_two_sided};
use crate::math::stats::{mean, sd, variance};
use crate::math::tests::fisher_exact;
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
        /// Two-sided p of no difference (Welch).
        p: Option<f64>,
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
    /// Two-sided p of equal shares (Fisher's exact test). Not adjusted over the classes.
    pub p: f64,
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
            let test = welch(&from, &to);
            Some(LabelShift::Values {
                unit: unit.clone(),
                source_mean: mean(&from),
                target_mean: mean(&to),
                source_sd: if from.len() < 2 { 0.0 } else { sd(&from) },
                target_sd: if to.len() < 2 { 0.0 } else { sd(&to) },
                difference,
                low: test.map(|(half, _)| difference - half),
                high: test.map(|(half, _)| difference + half),
                p: test.map(|(_, p)| p),
            })
        }
        Labels::Several(_) => None,
    }
}

fn class(name: &str, code: u32, from: &[u32], to: &[u32]) -> ClassShift {
    let count = |codes: &[u32]| codes.iter().filter(|c| **c == code).count();
    let (a, b) = (count(from), count(to));
    let (source, target) = (a as f64 / from.len() as f64, b as f64 / to.len() as f64);
    let (difference, low, high) = newcombe(a, from.len(), b, to.len());
    let p = fisher_exact(a, from.len(), b, to.len()).map_or(1.0, |test| test.p);
    ClassShift { name: name.to_owned(), source_rows: a, target_rows: b, source, target, difference, low, high, p }
}

/// b/m − a/n and its 95 % interval (Newcombe's hybrid score).
pub(super) fn newcombe(a: usize, n: usize, b: usize, m: usize) -> (f64, f64, f64) {
    let (source, target) = (a as f64 / n as f64, b as f64 / m as f64);
    let (source_low, source_high) = wilson(a, n, LEVEL);
    let (target_low, target_high) = wilson(b, m, LEVEL);
    let difference = target - source;
    (
        difference,
        difference - libm::hypot(target - target_low, source_high - source),
        difference + libm::hypot(target_high - target, source - source_low),
    )
}

/// Half of Welch's interval of a difference of means, and the p of none.
fn welch(a: &[f64], b: &[f64]) -> Option<(f64, f64)> {
    if a.len() < 2 || b.len() < 2 {
        return None;
    }
    let (u, v) = (variance(a) / a.len() as f64, variance(b) / b.len() as f64);
    let freedom = (u + v) * (u + v) / (u * u / (a.len() - 1) as f64 + v * v / (b.len() - 1) as f64);
    let gap = mean(b) - mean(a);
    if !freedom.is_finite() {
        // No side varies: equal or not, without an error.
        return Some((0.0, if gap == 0.0 { 1.0 } else { 0.0 })).filter(|_| u + v == 0.0);
    }
    let se = libm::sqrt(u + v);
    let half = t_quantile(0.5 + LEVEL / 2.0, freedom) * se;
    half.is_finite().then(|| (half, t_two_sided(gap / se, freedom)))
}
