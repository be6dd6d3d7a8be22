//! How long a network is trained on few rows, and with what: one inner cross-validation settles both.
//!
//! A share set aside of a hundred rows is fifteen patients: it stops a training by chance, and those fifteen are not
//! learned from. Here every training row judges once. Each candidate is trained on two thirds and its loss on the
//! rest is followed from before the first step on; the curves of the folds are added; the lowest point of all names
//! the candidate and its number of steps; then all rows are learned from for as many. No step at all is a possible
//! answer: where training only harms, the weights stay as they begin.

use super::learner::Learner;
use super::network::{Network, Pace, Stop, steps_of};
use super::rows::Known;
use super::select::{self, Choice};
use crate::cohort::Cohort;
use crate::error::{Code, Result};
use crate::train::Run;
use crate::watch::Event;

/// From so many rows on, the share that is set aside is large enough, and one training is enough.
const ROWS_FOR_SHARE: usize = 1000;
/// Without enough rows to compare anything, this part of the epochs is taken.
const BLIND_PART: usize = 4;

/// Trains a network on one cohort (canonical order). `start` gives the weights to begin with from training rows.
///
/// # Errors
/// What `start` and training give.
pub async fn tuned(
    start: impl Fn(&Cohort) -> Result<Network>,
    candidates: &[Pace],
    learner: &Learner,
    rows: &Cohort,
    run: &Run<'_>,
) -> Result<(Network, Choice)> {
    let Some(first) = candidates.first() else {
        return Err(Code::Internal.err().with("reason", "nothing to choose from"));
    };
    let folds = select::parts(rows, select::FOLDS, run.seed)?;
    let many = rows.len() >= ROWS_FOR_SHARE;
    let blind = learner.max_epochs.div_ceil(BLIND_PART) * steps_of(rows.len(), learner);
    let mut choice = Choice { index: 0, steps: blind as u32, losses: Vec::new() };
    if let Some(folds) = folds
        && learner.max_epochs > 0
        && !(many && candidates.len() == 1)
    {
        run.event(Event::Phase { name: "select".to_owned(), facts: Vec::new() });
        let folds: Vec<(Cohort, Cohort)> =
            folds.iter().map(|fold| (rows.select(&fold.train), rows.select(&fold.test))).collect();
        choice = compare(&start, candidates, learner, &folds, run).await?;
    }
    let pace = candidates.get(choice.index).unwrap_or(first);
    run.event(Event::Phase { name: pace.phase.to_owned(), facts: Vec::new() });
    let mut network = start(rows)?;
    let stop = if many { Stop::Share } else { Stop::After(choice.steps) };
    choice.steps = network.train(learner, &[rows], pace, stop, run).await?.steps;
    Ok((network, choice))
}

async fn compare(
    start: &impl Fn(&Cohort) -> Result<Network>,
    candidates: &[Pace],
    learner: &Learner,
    folds: &[(Cohort, Cohort)],
    run: &Run<'_>,
) -> Result<Choice> {
    let mut choice = Choice { index: 0, steps: 0, losses: Vec::new() };
    let n: usize = folds.iter().map(|(_, judge)| judge.len()).sum();
    let steps =
        folds.iter().map(|(train, _)| steps_of(train.len(), learner)).sum::<usize>() as f64 / folds.len() as f64;
    let mut lowest = f64::INFINITY;
    for (index, pace) in candidates.iter().enumerate() {
        // One entry an epoch, 0 included: the mean loss over all rows.
        let mut curve = vec![0.0; learner.max_epochs + 1];
        for (train, judge) in folds {
            let mut network = start(train)?;
            let descent = network.train(learner, &[train], pace, Stop::On(judge), run).await?;
            let mut checks = descent.checks.iter().peekable();
            let mut last = f64::INFINITY;
            // Between two looks, and after a fold stopped, its last value stands.
            for (epoch, sum) in curve.iter_mut().enumerate() {
                while let Some((_, loss)) = checks.next_if(|(at, _)| *at <= epoch) {
                    last = *loss;
                }
                *sum += last * network.head.loss_unit() * judge.len() as f64 / n as f64;
            }
        }
        let Some(epochs) = select::lowest(&curve) else { continue };
        choice.losses.push(curve[epochs]);
        if curve[epochs] < lowest {
            lowest = curve[epochs];
            (choice.index, choice.steps) = (index, (epochs as f64 * steps).round() as u32);
        }
    }
    Ok(choice)
}

/// A network from initial weights, on one cohort alone.
///
/// # Errors
/// [`Code::LabelMissingInTarget`], [`Code::OneClass`], [`Code::NothingVaries`], and what training gives.
pub async fn from_scratch(
    learner: &Learner,
    rows: &Cohort,
    phase: &'static str,
    run: &Run<'_>,
) -> Result<(Network, Choice)> {
    let start =
        |train: &Cohort| Network::initial(learner, &[train], &Known::of(train, Code::LabelMissingInTarget)?, run);
    start(rows)?;
    let pace = Pace { rate: learner.learning_rate, frozen: 0, phase };
    tuned(start, &[pace], learner, rows, run).await
}
