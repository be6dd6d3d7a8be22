//! The ranked list of candidates, each with its distance from the rows that were learned from.

use super::super::prepare::Prepared;
use super::super::unit::{Outcome, Unit};
use crate::cohort::{Cohort, Labels, Prediction};
use crate::error::Result;
use crate::evaluate::applicability::distances;
use crate::report::Predictions;
use crate::report::candidates::{Candidate, Candidates};
use crate::watch::Pulse;

/// Rows of the list at most.
const MOST: usize = 10_000;

/// Rows without a label by the final model; where there are none, the judged rows by the transfer procedure.
pub(super) async fn candidates(
    prepared: &Prepared,
    outcomes: &[Outcome],
    judged: Option<&Predictions>,
    pulse: &Pulse<'_>,
) -> Result<Option<Candidates>> {
    let sides = &prepared.forward;
    let final_of = |outcome: &Outcome| match (&outcome.unit, &outcome.prediction) {
        (Unit::Final { method }, Some(prediction)) => {
            Some((prepared.entry(*method).ok()?.method.card().id, score(sides.target.y.as_ref(), prediction)?))
        }
        _ => None,
    };
    let unlabelled = sides.unlabelled.as_ref().filter(|rows| !rows.is_empty());
    let by_final = unlabelled.and_then(|rows| Some((rows, outcomes.iter().find_map(final_of)?)));
    let several = matches!(&sides.target.y, Some(Labels::Classes { names, .. }) if names.len() > 2);
    let mut training: Vec<&Cohort> = sides.sources.iter().collect();
    let before: usize = training.iter().map(|cohort| cohort.len()).sum();
    training.push(&sides.target);
    training.retain(|cohort| !cohort.is_empty());
    let (rows, method, scores, own): (Cohort, String, Vec<f64>, Vec<Option<usize>>) = match (by_final, judged) {
        (Some((rows, (method, scores))), _) => {
            let own = vec![None; rows.len()];
            (rows.clone(), method.to_owned(), scores, own)
        }
        (None, Some(judged)) if !several => {
            let method = prepared.plan.transfer.method.clone();
            let Some(scores) = judged.methods.get(&method) else { return Ok(None) };
            let rows = sides.test.as_ref().unwrap_or(&sides.target);
            // Judged rows in the order of the table, those that were not judged left out.
            let mut places = Vec::new();
            let mut at = 0;
            for row in 0..rows.len() {
                if judged.id.get(at) == rows.id.get(row) {
                    places.push(row);
                    at += 1;
                }
            }
            if places.len() != scores.len() {
                return Ok(None);
            }
            let itself = |&row: &usize| sides.test.is_none().then_some(before + row);
            (rows.select(&places), method, scores.clone(), places.iter().map(itself).collect())
        }
        _ => return Ok(None),
    };
    let found = distances(&training, &rows.x, &own, u64::from(prepared.plan.seed), pulse).await?;
    let (usual, far) = found.map_or((None, Vec::new()), |(usual, far)| (Some(usual), far));
    let threshold = usual.as_ref().map_or(f64::INFINITY, |usual| usual.threshold);
    let row = |at: usize| Candidate {
        id: rows.id.get(at).cloned().unwrap_or_default(),
        score: scores.get(at).copied().unwrap_or(f64::NAN),
        distance: far.get(at).copied(),
        outside: far.get(at).is_some_and(|far| *far > threshold),
    };
    let mut list: Vec<Candidate> = (0..rows.len()).map(row).filter(|one| one.score.is_finite()).collect();
    list.sort_by(|a, b| b.score.total_cmp(&a.score).then_with(|| a.id.cmp(&b.id)));
    let (all, outside) = (list.len() as u32, list.iter().filter(|one| one.outside).count() as u32);
    list.truncate(MOST);
    Ok(Some(Candidates { method, unlabelled: unlabelled.is_some(), usual, outside, all, rows: list }))
}

/// The event's probability or the value, row by row; `None` of more than two classes.
fn score(truth: Option<&Labels>, prediction: &Prediction) -> Option<Vec<f64>> {
    match (prediction, truth) {
        (Prediction::Values { values }, _) => Some(values.clone()),
        (Prediction::Classes { names, .. }, truth) if names.len() == 2 => {
            let event = match truth {
                Some(Labels::Classes { names: known, event, .. }) => {
                    names.iter().position(|name| Some(name) == known.get(*event))?
                }
                _ => 1,
            };
            Some(prediction.score(event))
        }
        _ => None,
    }
}
