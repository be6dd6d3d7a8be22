//! What a linear model of the source says of the target before anything is trained there: whether other patients or another
//! outcome of the same patients moved its loss (DISDE), how often the classes occur there (BBSE, Saerens), and whether its
//! outputs say anything of the labels (LogME, LEEP, H-score).
//!
//! The model is the tuned elastic net of [`crate::methods::common::linear`] (a ridge's path ends too early for strong
//! effects, and probabilities that are too timid would mislead Saerens' estimate), cross-fitted over [`FOLDS`] folds of the source. A
//! source row is judged by the model that did not see it; a target row by all of them, and its losses are averaged, so that
//! both sides' losses belong to models of the same number of rows. A network's features would ask for a training first, and
//! that of the run is not there yet: so the scores speak of the linear model's outputs, and the report says so.
//!
//! Labels of rows that were set aside for testing are not looked at.

use super::{h_score, leep, logme};
use crate::cohort::{Cohort, Labels, Prediction};
use crate::device;
use crate::error::{Code, Error, Result};
use crate::math::rows::Rows;
use crate::math::stats::{mean, quantile, variance};
use crate::methods::common::linear::Linear;
use crate::methods::common::rows::{Known, canonical};
use crate::metrics::calibration::wilson;
use crate::rng::{Rng, mix};
use crate::shift::disde::{Disde, disde};
use crate::shift::model::{ByModel, LossKind, Observed, Priors, Score, ScoreKind, Worth};
use crate::shift::{Bbse, Both, Confusion, Limits, Ridge, Said, bbse, saerens};
use crate::split::{Respect, k_fold_of};
use crate::train::Run;
use crate::watch::{Event, Pulse, Watch};

/// Folds of the source.
pub const FOLDS: usize = 5;
/// Inner folds that choose the penalty.
const INNER: usize = 3;
/// Rows a side, and features of the domain classifier and of the regressions of the loss.
const LIMITS: Limits = Limits { rows: 2000, features: 100, one_a_group: false };
/// Bootstrap draws of the class shares.
const DRAWS: usize = 400;
/// Times the labels are dealt out anew.
const DEALS: usize = 499;

/// Everything that the source model says. `target` holds the rows that may be learned from, `everyone` all target rows, whose
/// labels are not looked at. `None` where the sources have no labels, too few rows, or one class.
///
/// # Errors
/// [`Code::Cancelled`]; those of a defect.
pub async fn by_model(
    sources: &[Cohort],
    target: &Cohort,
    everyone: &Cohort,
    seed: u64,
    watch: &dyn Watch,
) -> Result<Option<ByModel>> {
    let pulse = Pulse::new(watch);
    let target = target.labelled();
    let Some((both, fitted)) = cross_fitted(sources, &target, everyone, seed, watch).await? else {
        return Ok(None);
    };
    let (moved, worth) = if target.is_empty() {
        (None, None)
    } else {
        (
            unless_impossible(fitted.moved(&both, seed, &pulse).await)?,
            unless_impossible(fitted.worth(&target, seed, &pulse).await)?,
        )
    };
    Ok(Some(ByModel {
        source_rows: both.source_rows(),
        target_rows: target.len(),
        loss: if fitted.names.is_empty() { LossKind::Squared } else { LossKind::Brier },
        moved,
        priors: fitted.priors(&target, seed, &pulse).await?,
        worth,
    }))
}

/// The decomposition alone, as [`by_model`] finds it.
///
/// # Errors
/// As [`by_model`].
pub async fn moved(sources: &[Cohort], target: &Cohort, seed: u64, watch: &dyn Watch) -> Result<Option<Disde>> {
    let target = target.labelled();
    match cross_fitted(sources, &target, &target, seed, watch).await? {
        Some((both, fitted)) if !target.is_empty() => {
            unless_impossible(fitted.moved(&both, seed, &Pulse::new(watch)).await)
        }
        _ => Ok(None),
    }
}

/// The rows of both sides, and what models of the sources say of them. `target` holds labelled rows only.
async fn cross_fitted(
    sources: &[Cohort],
    target: &Cohort,
    everyone: &Cohort,
    seed: u64,
    watch: &dyn Watch,
) -> Result<Option<(Both, CrossFitted)>> {
    let pulse = Pulse::new(watch);
    let sources: Vec<Cohort> = sources.iter().map(Cohort::labelled).filter(|rows| !rows.is_empty()).collect();
    if sources.is_empty() {
        return Ok(None);
    }
    let sources = at_most(sources, everyone, seed, &pulse).await?;
    let other = if target.is_empty() { everyone } else { target };
    let both = Both::gather(&sources, other, LIMITS, seed, &pulse).await?;
    let run = Run::new(device::cpu(), seed, watch);
    let fitted = unless_impossible(CrossFitted::new(&sources, &both, target, everyone, &run).await)?;
    Ok(fitted.map(|fitted| (both, fitted)))
}

/// An answer that the rows do not carry is none; a stop or a defect stays one.
fn unless_impossible<T>(found: Result<T>) -> Result<Option<T>> {
    let cannot = |e: &Error| {
        use Code::{LabelMissingInSource, MissingCells, NeedNotMet, NotFinite, NothingVaries, OneClass, TooFewRows};
        let known = [LabelMissingInSource, MissingCells, NeedNotMet, NotFinite, NothingVaries, OneClass, TooFewRows];
        // Groups that are fewer than folds.
        known.contains(&e.code()) || e.code() == Code::OutOfRange
    };
    match found {
        Ok(found) => Ok(Some(found)),
        Err(e) if cannot(&e) => Ok(None),
        Err(e) => Err(e),
    }
}

/// The sources with at most so many rows together, drawn by the rows' names.
async fn at_most(sources: Vec<Cohort>, everyone: &Cohort, seed: u64, pulse: &Pulse<'_>) -> Result<Vec<Cohort>> {
    if sources.iter().map(Cohort::len).sum::<usize>() <= LIMITS.rows {
        return Ok(sources);
    }
    let picked = Both::gather(&sources, everyone, Limits { features: 1, ..LIMITS }, seed, pulse).await?;
    let n = picked.source_rows();
    let rows_of = |cohort: usize| -> Vec<usize> {
        picked.from.iter().take(n).filter(|(c, _)| *c == cohort).map(|(_, row)| *row).collect()
    };
    let chosen = sources.iter().enumerate().map(|(cohort, rows)| rows.select(&rows_of(cohort)));
    Ok(chosen.filter(|rows| !rows.is_empty()).collect())
}

/// Predictions of both sides by models of the source.
struct CrossFitted {
    /// The classes, as the models name them; empty for numbers.
    names: Vec<String>,
    event: usize,
    /// Of each source row, in the order of [`Both`]: its class, or its value.
    truth: Vec<f64>,
    /// Rows × outputs, by the model that did not see the row.
    source: Vec<f64>,
    /// Of every target row, averaged over the models.
    everyone: Vec<f64>,
    /// Of the labelled target rows, likewise.
    target: Vec<f64>,
    /// The class or value of each.
    target_truth: Vec<f64>,
    /// Losses of the source rows, then of the labelled target rows.
    losses: [Vec<f64>; 2],
}

impl CrossFitted {
    async fn new(sources: &[Cohort], both: &Both, target: &Cohort, everyone: &Cohort, run: &Run<'_>) -> Result<Self> {
        let n = both.source_rows();
        let all: Vec<&Cohort> = sources.iter().collect();
        let known = Known::join(&all, Code::LabelMissingInSource)?;
        known.check()?;
        let (names, event) = match &known {
            Known::Classes { names, event, .. } => (names.clone(), *event),
            Known::Values { .. } => (Vec::new(), 0),
        };
        let width = names.len().max(1);
        let truth: Vec<f64> = sources.iter().flat_map(|rows| numbers(rows, &names)).collect();
        let target_truth = numbers(target, &names);
        let spread = if names.is_empty() { variance(&truth) } else { 1.0 };
        let strata = known.strata();
        let respect = Respect {
            strata: Some(&strata),
            groups: both.groups.as_ref().and_then(|g| g.get(..n)),
            keys: both.keys.get(..n),
        };
        let mut out = Self {
            source: vec![0.0; n * width],
            everyone: vec![0.0; everyone.len() * width],
            target: vec![0.0; target.len() * width],
            losses: [vec![0.0; n], vec![0.0; target.len()]],
            names,
            event,
            truth,
            target_truth,
        };
        let rows: Vec<usize> = (0..n).collect();
        for part in k_fold_of(&rows, respect, FOLDS, 1, run.seed)? {
            run.event(Event::Phase {
                name: "source_model".to_owned(),
                facts: vec![("fold".to_owned(), (part.fold + 1).to_string()), ("of".to_owned(), FOLDS.to_string())],
            });
            run.breathe().await?;
            let chosen = |rows: &[usize], cohort: usize| -> Vec<usize> {
                rows.iter()
                    .filter_map(|&row| both.from.get(row))
                    .filter(|(c, _)| *c == cohort)
                    .map(|(_, r)| *r)
                    .collect()
            };
            let train: Vec<Cohort> = sources
                .iter()
                .enumerate()
                .map(|(cohort, of)| canonical(&of.select(&chosen(&part.train, cohort))))
                .filter(|rows| !rows.is_empty())
                .collect();
            let train: Vec<&Cohort> = train.iter().collect();
            let linear = Linear::fit(&train, Code::LabelMissingInSource, INNER, &[0.5], run).await?;
            // Rows of a fold stand in the order of their cohorts, as `both` numbers them.
            let mut test: Vec<usize> = part.test.clone();
            test.sort_unstable();
            let mut said = Vec::with_capacity(test.len() * width);
            for (cohort, of) in sources.iter().enumerate() {
                said.extend(out.said(&linear.predict(&of.select(&chosen(&test, cohort)).x)?)?);
            }
            for (&row, said) in test.iter().zip(said.chunks_exact(width)) {
                out.losses[0][row] = loss(said, out.truth[row], spread);
                out.source[row * width..(row + 1) * width].copy_from_slice(said);
            }
            let of_target = out.said(&linear.predict(&target.x)?)?;
            for (row, said) in of_target.chunks_exact(width).enumerate() {
                out.losses[1][row] += loss(said, out.target_truth[row], spread) / FOLDS as f64;
            }
            add(&mut out.target, &of_target);
            let of_everyone = out.said(&linear.predict(&everyone.x)?)?;
            add(&mut out.everyone, &of_everyone);
        }
        Ok(out)
    }

    /// A prediction's numbers, rows × outputs, classes in this one's order.
    fn said(&self, prediction: &Prediction) -> Result<Vec<f64>> {
        match prediction {
            Prediction::Values { values } if self.names.is_empty() => Ok(values.clone()),
            Prediction::Classes { names, probabilities } if names.len() == self.names.len() => {
                let place: Option<Vec<usize>> =
                    self.names.iter().map(|name| names.iter().position(|other| other == name)).collect();
                let place = place.ok_or_else(|| Code::Internal.err().with("reason", "classes of other names"))?;
                let rows = probabilities.chunks_exact(names.len());
                Ok(rows.flat_map(|row| place.iter().map(|&k| row[k]).collect::<Vec<f64>>()).collect())
            }
            _ => Err(Code::Internal.err().with("reason", "a prediction of another kind than the label's")),
        }
    }

    async fn moved(&self, both: &Both, seed: u64, pulse: &Pulse<'_>) -> Result<Disde> {
        let n = both.source_rows();
        // The target's rows that take part may be fewer than have a loss.
        let losses: Vec<f64> = both
            .from
            .iter()
            .enumerate()
            .map(|(at, (_, row))| if at < n { self.losses[0][at] } else { self.losses[1][*row] })
            .collect();
        let respect = Respect { strata: None, groups: both.groups.as_deref(), keys: Some(&both.keys) };
        disde(&Ridge, &Ridge, both.all()?, &both.target, &losses, respect, (mix(seed, 11), pulse)).await
    }

    async fn priors(&self, target: &Cohort, seed: u64, pulse: &Pulse<'_>) -> Result<Option<Priors>> {
        let classes = self.names.len();
        if classes < 2 || self.everyone.is_empty() {
            return Ok(None);
        }
        let truth: Vec<u32> = self.truth.iter().map(|y| *y as u32).collect();
        let said = Said { truth: &truth, source: &self.source, target: &self.everyone, classes };
        // Soft votes are linear in the probabilities, so that the mean of five models' votes is the vote of their mean.
        let bbse = unless_impossible(bbse(said, Confusion::Soft, DRAWS, seed, pulse).await)?;
        let shares: Vec<f64> = (0..classes)
            .map(|k| truth.iter().filter(|y| **y as usize == k).count() as f64 / truth.len().max(1) as f64)
            .collect();
        let saerens = unless_impossible(saerens(&self.everyone, &shares, DRAWS, seed, pulse).await)?;
        let n = target.len();
        let observed: Vec<Observed> = if n == 0 {
            Vec::new()
        } else {
            let count = |k: usize| self.target_truth.iter().filter(|y| **y as usize == k).count();
            let one = |k: usize| {
                let (low, high) = wilson(count(k), n, 0.95);
                Observed { share: count(k) as f64 / n as f64, low, high }
            };
            (0..classes).map(one).collect()
        };
        let gap = bbse.as_ref().and_then(|found| gap(found, &observed, self.event));
        let rows = self.everyone.len() / classes;
        Ok(Some(Priors { classes: self.names.clone(), event: self.event, rows, bbse, saerens, observed, gap }))
    }

    /// The scores, of one row of each patient, against labels dealt out anew.
    async fn worth(&self, target: &Cohort, seed: u64, pulse: &Pulse<'_>) -> Result<Worth> {
        let width = self.names.len().max(1);
        let mut seen = std::collections::HashSet::new();
        let first = |row: &usize| target.group.as_ref().and_then(|g| g.get(*row)).is_none_or(|g| seen.insert(*g));
        let rows: Vec<usize> = (0..target.len()).filter(first).take(LIMITS.rows).collect();
        let theta: Vec<f64> = rows.iter().flat_map(|r| self.target[r * width..(r + 1) * width].to_vec()).collect();
        // Log ratios to the first class: what the linear model computed, as far as it says anything.
        let logs: Vec<f64> = if self.names.is_empty() {
            theta.clone()
        } else {
            let log = |p: f64| libm::log(p.max(1e-12));
            theta.chunks_exact(width).flat_map(|p| (1..width).map(move |k| log(p[k]) - log(p[0]))).collect()
        };
        let outputs = if self.names.is_empty() { 1 } else { width - 1 };
        let with_one: Vec<f64> =
            logs.chunks_exact(outputs).flat_map(|row| std::iter::once(1.0).chain(row.iter().copied())).collect();
        let (theta, logs) = (Rows::new(&theta, width)?, Rows::new(&logs, outputs)?);
        let with_one = Rows::new(&with_one, outputs + 1)?;
        let mut truth: Vec<f64> = rows.iter().map(|&row| self.target_truth[row]).collect();
        let all = |truth: &[f64]| -> Result<Vec<(ScoreKind, f64)>> {
            if self.names.is_empty() {
                return Ok(vec![(ScoreKind::LogMe, logme::values(with_one, truth)?.score)]);
            }
            let y: Vec<u32> = truth.iter().map(|y| *y as u32).collect();
            Ok(vec![
                (ScoreKind::LogMe, logme::classes(with_one, &y)?.score),
                (ScoreKind::Leep, leep::leep(theta, &y)?),
                (ScoreKind::HScore, h_score::shrunken(logs, &y)?),
            ])
        };
        let found = all(&truth)?;
        let mut rng = Rng::stream(seed, "worth");
        let mut dealt: Vec<Vec<f64>> = vec![Vec::with_capacity(DEALS); found.len()];
        for _ in 0..DEALS {
            pulse.breathe().await?;
            rng.shuffle(&mut truth);
            all(&truth)?.into_iter().zip(&mut dealt).for_each(|((_, value), to)| to.push(value));
        }
        let scores = found.into_iter().zip(&dealt).map(|((kind, value), by_chance)| Score {
            kind,
            value,
            by_chance: mean(by_chance),
            chance_high: quantile(by_chance, 0.95),
            p: (1 + by_chance.iter().filter(|v| **v >= value - 1e-12).count()) as f64 / (1 + DEALS) as f64,
        });
        Ok(Worth { rows: rows.len(), deals: DEALS, scores: scores.collect() })
    }
}

/// The label of each row: the place of its class among `names`, or its value.
fn numbers(rows: &Cohort, names: &[String]) -> Vec<f64> {
    match &rows.y {
        Some(Labels::Classes { names: own, codes, .. }) => codes
            .iter()
            .map(|code| {
                let name = code.and_then(|code| own.get(code as usize));
                let place = name.and_then(|name| names.iter().position(|other| other == name));
                place.map_or(f64::NAN, |place| place as f64)
            })
            .collect(),
        Some(Labels::Values { values, .. }) => values.clone(),
        _ => Vec::new(),
    }
}

/// Half the squared distance from the class that happened, or the squared error over `spread`.
fn loss(said: &[f64], truth: f64, spread: f64) -> f64 {
    match said {
        [value] => (value - truth) * (value - truth) / spread,
        _ if truth.is_nan() => f64::NAN,
        p => {
            let off = |(k, p): (usize, &f64)| {
                let happened = f64::from(u8::from(k == truth as usize));
                (p - happened) * (p - happened)
            };
            0.5 * p.iter().enumerate().map(off).sum::<f64>()
        }
    }
}

fn add(to: &mut [f64], said: &[f64]) {
    to.iter_mut().zip(said).for_each(|(to, said)| *to += said / FOLDS as f64);
}

/// Estimate minus observed of the event, squaring and adding the halves of both intervals (Zou and Donner, Stat Med
/// 2008;27:1693–1702).
fn gap(found: &Bbse, observed: &[Observed], event: usize) -> Option<(f64, f64, f64)> {
    let (guess, seen) = (found.priors.get(event)?, observed.get(event)?);
    let difference = guess.target - seen.share;
    let down = libm::hypot(guess.target - guess.low?, seen.high - seen.share);
    let up = libm::hypot(guess.high? - guess.target, seen.share - seen.low);
    Some((difference, difference - down, difference + up))
}
