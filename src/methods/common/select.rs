//! Choosing between candidates by cross-validation inside the training rows: never by the rows that judge.
//!
//! The candidate of the lowest mean loss is taken (log-loss for classes, mean squared error for numbers); of equal
//! ones the first, so candidates are listed from the one to be preferred on.

use serde::{Deserialize, Serialize};

use super::rows::Known;
use crate::cohort::{Cohort, Labels, Prediction};
use crate::error::{Code, Result};
use crate::split::{self, Respect};
use crate::train::Run;

/// Folds of an inner cross-validation: as many trainings as a page can spare, each on two thirds of the rows.
pub const FOLDS: usize = 3;

/// What was chosen, and on what grounds.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Choice {
    /// The candidate's number.
    pub index: usize,
    /// Each candidate's mean loss over the inner rows; empty where there were too few rows to compare.
    pub losses: Vec<f64>,
}

/// Compares candidates 0..`candidates` by [`FOLDS`]-fold cross-validation of `cohort` (canonical order), stratified
/// and grouped. `fit` learns from the first cohort and predicts the second, whose labels it is not given.
/// With fewer than two rows of a class for each fold's training part, `fallback` is taken.
///
/// # Errors
/// What `fit` gives.
pub async fn choose(
    candidates: usize,
    fallback: usize,
    cohort: &Cohort,
    run: &Run<'_>,
    fit: impl AsyncFn(usize, &Cohort, &Cohort) -> Result<Prediction>,
) -> Result<Choice> {
    let known = Known::of(cohort, Code::LabelMissingInTarget)?;
    let alone = Choice { index: fallback, losses: Vec::new() };
    if candidates < 2 || known.fewest() < FOLDS {
        return Ok(alone);
    }
    let strata = cohort.y.as_ref().map_or_else(Vec::new, Labels::strata);
    let respect = Respect { strata: Some(&strata), groups: cohort.group.as_deref(), keys: None };
    let rows: Vec<usize> = (0..cohort.len()).collect();
    let Ok(folds) = split::k_fold_of(&rows, respect, FOLDS, 1, run.seed) else { return Ok(alone) };
    let mut sums = vec![0.0; candidates];
    for fold in &folds {
        let train = cohort.select(&fold.train);
        let test = cohort.select(&fold.test);
        // Groups can leave a fold with one class.
        if Known::of(&train, Code::LabelMissingInTarget)?.check().is_err() {
            return Ok(alone);
        }
        let truth = Known::of(&test, Code::LabelMissingInTarget)?;
        let hidden = test.without_labels();
        for (candidate, sum) in sums.iter_mut().enumerate() {
            run.breathe().await?;
            *sum += loss(&truth, &fit(candidate, &train, &hidden).await?);
        }
    }
    let losses: Vec<f64> = sums.iter().map(|sum| sum / cohort.len() as f64).collect();
    let mut index = fallback;
    for (candidate, loss) in losses.iter().enumerate() {
        if *loss < losses[index] || (*loss == losses[index] && candidate < index) {
            index = candidate;
        }
    }
    Ok(Choice { index, losses })
}

/// The sum over rows of −log p(true class), p held over 1e-6, or of the squared error.
pub fn loss(truth: &Known, prediction: &Prediction) -> f64 {
    const LEAST: f64 = 1e-6;
    match (truth, prediction) {
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
    }
}
