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

/// Trains a network on one cohort (canonical order). `start` gives the weights that a candidate begins with, from
/// training rows.
///
/// # Errors
/// What `start` and training give.
pub async fn tuned(
    start: impl Fn(&Cohort, &Pace) -> Result<Network>,
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
    let mut network = start(rows, pace)?;
    let stop = if many { Stop::Share } else { Stop::After(choice.steps) };
    choice.steps = network.train(learner, &[rows], pace, stop, run).await?.steps;
    Ok((network, choice))
}

async fn compare(
    start: &impl Fn(&Cohort, &Pace) -> Result<Network>,
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
            let mut network = start(train, pace)?;
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
    let anew: Vec<bool> = candidates.iter().map(|pace| pace.anew).collect();
    let (index, epochs) = chosen(&tried, &anew);
    let losses = tried.iter().map(|curve| curve.iter().map(|rows| mean(rows)).fold(f64::INFINITY, f64::min)).collect();
    Ok(Choice { index, steps: (epochs as f64 * steps).round() as u32, losses })
}

/// Candidate and epochs: the fewest among those that go on from given weights. One that begins anew is taken only where
/// it is better than all of these by more than a standard error.
fn chosen(tried: &[Vec<Vec<f64>>], anew: &[bool]) -> (usize, usize) {
    let of = |wanted: bool| move |&index: &usize| anew.get(index).is_some_and(|&is| is == wanted);
    let (given, fresh): (Vec<usize>, Vec<usize>) =
        ((0..tried.len()).filter(of(false)).collect(), (0..tried.len()).filter(of(true)).collect());
    let Some(new) = lowest(tried, &fresh) else { return fewest(tried, &given) };
    match lowest(tried, &given).map(|old| off(old, new)) {
        Some((gain, error)) if gain <= error => fewest(tried, &given),
        _ => fewest(tried, &fresh),
    }
}

/// The losses of the rows where their mean is lowest.
fn lowest<'a>(tried: &'a [Vec<Vec<f64>>], among: &[usize]) -> Option<&'a Vec<f64>> {
    let all = among.iter().filter_map(|&index| tried.get(index)).flatten().filter(|rows| !mean(rows).is_nan());
    all.min_by(|a, b| mean(a).total_cmp(&mean(b)))
}

/// The mean of `a` − `b` over the rows, and its standard error.
fn off(a: &[f64], b: &[f64]) -> (f64, f64) {
    let off: Vec<f64> = a.iter().zip(b).map(|(a, b)| a - b).collect();
    (mean(&off), libm::sqrt(variance(&off) / off.len() as f64))
}

/// How far from the lowest point is still as good, in standard errors.
const AS_GOOD: f64 = 0.5;

/// The fewest epochs, and the first candidate, whose mean loss is within half a standard error of the lowest of all:
/// the lowest point of some hundreds is partly luck, and every step that luck adds is confidence without ground
/// (Breiman et al. 1984, 3.4.3, whose rule is a whole one; here it is that of the *paired* difference, since the same
/// rows judge all, and half of it: docs/studies/generated.md and support2.md say what a whole one costs).
fn fewest(tried: &[Vec<Vec<f64>>], among: &[usize]) -> (usize, usize) {
    let epochs = tried.iter().map(Vec::len).max().unwrap_or(0);
    let at = |index: usize, epoch: usize| tried.get(index).and_then(|curve| curve.get(epoch));
    let Some(best) = lowest(tried, among) else { return (0, 0) };
    let close = |rows: &Vec<f64>| {
        let (more, error) = off(rows, best);
        more <= AS_GOOD * error
    };
    let mut places = (0..epochs).flat_map(|epoch| among.iter().map(move |&index| (index, epoch)));
    places.find(|&(index, epoch)| at(index, epoch).is_some_and(close)).unwrap_or((0, 0))
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
    let start = |train: &Cohort, _: &Pace| initial(learner, train, run);
    initial(learner, rows, run)?;
    tuned(start, &[anew(learner, phase)], learner, rows, run).await
}

/// A network before any training on one cohort alone.
///
/// # Errors
/// [`Code::LabelMissingInTarget`], [`Code::OneClass`], [`Code::NothingVaries`].
pub fn initial(learner: &Learner, rows: &Cohort, run: &Run<'_>) -> Result<Network> {
    Network::initial(learner, &[rows], &Known::of(rows, Code::LabelMissingInTarget)?, run)
}

/// How a network is trained that begins anew.
pub fn anew(learner: &Learner, phase: &'static str) -> Pace {
    Pace { rate: learner.learning_rate, frozen: 0, anew: true, phase }
}

#[cfg(test)]
mod tests {
    use super::{chosen, fewest};

    #[test]
    fn luck_is_not_trained_for() {
        // Four rows. The second candidate's last epoch is lowest, but only by one row's luck; the first one's second
        // epoch is better than the start for every row.
        let start = vec![0.7, 0.7, 0.7, 0.7];
        let first = vec![start.clone(), vec![0.5, 0.5, 0.5, 0.5], vec![0.5, 0.5, 0.5, 0.5]];
        let second = vec![start, vec![0.6, 0.6, 0.6, 0.6], vec![0.51, 0.51, 0.51, 0.45]];
        assert_eq!(fewest(&[first.clone(), second.clone()], &[0, 1]), (0, 1));
        // Where every row gains, it is trained on; where nothing was tried, nothing is.
        assert_eq!(fewest(&[second[..2].to_vec()], &[0]), (0, 1));
        assert_eq!(fewest(&[], &[]), (0, 0));
    }

    #[test]
    fn beginning_anew_must_be_clearly_better() {
        let given = vec![vec![0.6, 0.6, 0.6, 0.6], vec![0.5, 0.5, 0.5, 0.5]];
        // Better by one row's luck only, then better for every row.
        let lucky = vec![vec![0.7; 4], vec![0.5, 0.5, 0.5, 0.1]];
        let better = vec![vec![0.7; 4], vec![0.4, 0.41, 0.39, 0.4]];
        assert_eq!(chosen(&[given.clone(), lucky], &[false, true]), (0, 1));
        assert_eq!(chosen(&[given, better.clone()], &[false, true]), (1, 1));
        // From scratch there is nothing else.
        assert_eq!(chosen(&[better], &[true]), (0, 1));
    }
}
