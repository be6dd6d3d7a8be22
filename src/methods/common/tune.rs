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
use crate::math::stats::{mean, variance};
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
    let steps =
        folds.iter().map(|(train, _)| steps_of(train.len(), learner)).sum::<usize>() as f64 / folds.len() as f64;
    // Each candidate's losses after each epoch, 0 included: one entry a row, over all folds.
    let mut tried: Vec<Vec<Vec<f64>>> = Vec::new();
    for pace in candidates {
        let mut curve = vec![Vec::new(); learner.max_epochs + 1];
        for (train, judge) in folds {
            let mut network = start(train)?;
            let descent = network.train(learner, &[train], pace, Stop::On(judge), run).await?;
            let unit = network.head.loss_unit();
            let mut checks = descent.checks.iter().peekable();
            let mut last: &[f32] = &[];
            // Between two looks, and after a fold stopped, its last value stands.
            for (epoch, losses) in curve.iter_mut().enumerate() {
                while let Some((_, seen)) = checks.next_if(|(at, _)| *at <= epoch) {
                    last = seen;
                }
                losses.extend(last.iter().map(|&loss| f64::from(loss) * unit));
            }
        }
        tried.push(curve);
    }
    let (index, epochs) = fewest(&tried);
    let losses = tried.iter().map(|curve| curve.iter().map(|rows| mean(rows)).fold(f64::INFINITY, f64::min)).collect();
    Ok(Choice { index, steps: (epochs as f64 * steps).round() as u32, losses })
}

/// The fewest epochs, and the first candidate, whose mean loss is within one standard error of the lowest of all: the
/// lowest point of some hundreds is partly luck, and every step that luck adds is confidence without ground (Breiman
/// et al. 1984; here with the standard error of the *paired* difference, since the same rows judge all).
fn fewest(tried: &[Vec<Vec<f64>>]) -> (usize, usize) {
    let epochs = tried.iter().map(Vec::len).max().unwrap_or(0);
    let places = || (0..epochs).flat_map(|epoch| (0..tried.len()).map(move |index| (index, epoch)));
    let at = |(index, epoch): (usize, usize)| tried.get(index).and_then(|curve| curve.get(epoch));
    let loss = |place| at(place).map_or(f64::NAN, |rows| mean(rows));
    let lowest = places().filter(|&p| !loss(p).is_nan()).min_by(|&a, &b| loss(a).total_cmp(&loss(b)));
    let Some(best) = lowest.and_then(at) else { return (0, 0) };
    let close = |rows: &Vec<f64>| {
        let off: Vec<f64> = rows.iter().zip(best).map(|(a, b)| a - b).collect();
        mean(&off) <= libm::sqrt(variance(&off) / off.len() as f64)
    };
    places().find(|&place| at(place).is_some_and(close)).unwrap_or((0, 0))
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

#[cfg(test)]
mod tests {
    use super::fewest;

    #[test]
    fn luck_is_not_trained_for() {
        // Four rows. The second candidate's last epoch is lowest, but only by one row's luck; the first one's second
        // epoch is better than the start for every row.
        let start = vec![0.7, 0.7, 0.7, 0.7];
        let first = vec![start.clone(), vec![0.5, 0.5, 0.5, 0.5], vec![0.5, 0.5, 0.5, 0.5]];
        let second = vec![start, vec![0.6, 0.6, 0.6, 0.6], vec![0.51, 0.51, 0.51, 0.2]];
        assert_eq!(fewest(&[first.clone(), second.clone()]), (0, 1));
        // Where every row gains, it is trained on; where nothing was tried, nothing is.
        assert_eq!(fewest(&[second[..2].to_vec()]), (0, 1));
        assert_eq!(fewest(&[]), (0, 0));
    }
}
