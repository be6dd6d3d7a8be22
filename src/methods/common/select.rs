//! Choosing by cross-validation inside the training rows: never by the rows that judge.
//!
//! Of all candidates the one of the lowest mean loss is taken (log-loss for classes, mean squared error for numbers);
//! of equal ones the first, so candidates are listed from the one to be preferred on.

use serde::{Deserialize, Serialize};

use super::rows::Known;
use crate::cohort::{Cohort, Labels, Prediction};
use crate::error::{Code, Result};
use crate::split::{self, Fold, Respect};

/// Folds of an inner cross-validation: as many trainings as a page can spare, each on two thirds of the rows.
pub const FOLDS: usize = 3;

/// What was chosen, and on what grounds.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Choice {
    /// The candidate's number.
    pub index: usize,
    /// The steps that it was trained for; 0 where nothing was trained, or where there are no steps.
    pub steps: u32,
    /// Each candidate's mean loss over the inner rows, in nats or the label's unit squared; empty where there were too
    /// few rows to compare.
    pub losses: Vec<f64>,
}

/// The parts of a cross-validation of a cohort (canonical order), stratified and grouped: what is learned from, and
/// what judges, as row numbers. `None` with fewer rows of a class than folds, or where groups leave a part to learn from
/// with less than two classes.
///
/// # Errors
/// Where a row has no label.
pub fn parts(cohort: &Cohort, folds: usize, seed: u64) -> Result<Option<Vec<Fold>>> {
    let known = Known::of(cohort, Code::LabelMissingInTarget)?;
    if known.fewest() < folds {
        return Ok(None);
    }
    let strata = cohort.y.as_ref().map_or_else(Vec::new, Labels::strata);
    let respect = Respect { strata: Some(&strata), groups: cohort.group.as_deref(), keys: None };
    let rows: Vec<usize> = (0..cohort.len()).collect();
    let Ok(parts) = split::k_fold_of(&rows, respect, folds, 1, seed) else { return Ok(None) };
    for part in &parts {
        if Known::of(&cohort.select(&part.train), Code::LabelMissingInTarget)?.check().is_err() {
            return Ok(None);
        }
    }
    Ok(Some(parts))
}

/// The place of the lowest value, the first of equal ones; `None` of nothing or of NaN alone.
pub fn lowest(losses: &[f64]) -> Option<usize> {
    (0..losses.len()).filter(|&i| !losses[i].is_nan()).min_by(|&a, &b| losses[a].total_cmp(&losses[b]))
}

/// The mean over rows of −log p(true class), p held over 1e-6, or of the squared error.
pub fn loss(truth: &Known, prediction: &Prediction) -> f64 {
    const LEAST: f64 = 1e-6;
    let sum: f64 = match (truth, prediction) {
        (Known::Classes { names, codes, .. }, Prediction::Classes { names: theirs, probabilities }) => codes
            .iter()
            .enumerate()
            .map(|(row, &code)| {
                let class = names.get(code).and_then(|name| theirs.iter().position(|other| other == name));
                let p = class.and_then(|class| probabilities.get(row * theirs.len() + class)).copied().unwrap_or(0.0);
                -libm::log(p.max(LEAST))
            })
            .sum(),
        (Known::Values { values, .. }, Prediction::Values { values: predicted }) => {
            values.iter().zip(predicted).map(|(a, b)| (a - b) * (a - b)).sum()
        }
        _ => f64::INFINITY,
    };
    sum / truth.len() as f64
}
