//! The one training loop: batches in the order of the stream `batches`, AdamW, early stopping, the best weights kept
//! on the host.
//!
//! Losses stay on the device and are read together, a few steps at a time: on a GPU a read costs more than a step.

use burn::module::Module;
use burn::tensor::{Tensor, TensorData};
use serde::{Deserialize, Serialize};

use super::adamw::{AdamW, Decay, Rule, flat, scatter};
use super::run::Run;
use crate::device::read;
use crate::error::{Code, Result};
use crate::watch::{Event, Term};

/// A named term of the objective: the loss that is descended is Σ weight × value.
pub struct LossTerm {
    /// Its name, as the method's card spells it.
    pub name: &'static str,
    /// Its weight in the sum; with 0 it is followed and not descended.
    pub weight: f64,
    /// Its value, `[1]`, on the device.
    pub value: Tensor<1>,
}

/// The rows of one step.
pub struct Batch<'a> {
    /// Row numbers, 0..`Schedule::rows`.
    pub rows: &'a [usize],
    /// The pass over the rows, from 1 on.
    pub epoch: usize,
    /// Steps taken before this one.
    pub step: u32,
}

/// How long and how fast.
#[derive(Debug, Clone, PartialEq)]
pub struct Schedule {
    /// The name of the phase in events: a key under `phase.`.
    pub name: &'static str,
    /// How many rows there are to draw batches from.
    pub rows: usize,
    /// Rows a batch; the last of an epoch may have fewer.
    pub batch: usize,
    /// Passes over the rows at most.
    pub max_epochs: usize,
    /// Epochs without a better validation loss before it stops.
    pub patience: usize,
    /// Steps at most, where something caps them.
    pub max_steps: Option<u32>,
    /// The learning rate η.
    pub rate: f64,
    /// The weight decay.
    pub decay: Decay,
}

/// What happened.
#[derive(Debug, Clone, PartialEq)]
pub struct Descent {
    /// Steps taken.
    pub steps: u32,
    /// Epochs begun.
    pub epochs: usize,
    /// The epoch whose weights were kept: 0 is before the first step.
    pub best_epoch: usize,
    /// Its validation loss; NaN where there was no validation.
    pub best_loss: f64,
    /// Every validation: the epoch after which it was made, and each row's loss.
    pub checks: Vec<(usize, Vec<f32>)>,
    /// The total loss of every step.
    pub losses: Vec<f64>,
    /// The terms as the watcher heard them.
    pub curves: Curves,
}

/// The means of the terms between reads.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Curves {
    /// The terms' names.
    pub terms: Vec<String>,
    /// The steps at which they were read.
    pub steps: Vec<u32>,
    /// At each of these steps, the mean of each term since the one before.
    pub values: Vec<Vec<f64>>,
}

impl Curves {
    /// Not more than so many points, evenly chosen, the last one among them.
    pub fn thinned(&self, most: usize) -> Self {
        let n = self.steps.len();
        if n <= most || most == 0 {
            return self.clone();
        }
        let kept: Vec<usize> = (1..=most).map(|i| i * n / most - 1).collect();
        Self {
            terms: self.terms.clone(),
            steps: kept.iter().map(|&i| self.steps[i]).collect(),
            values: kept.iter().map(|&i| self.values[i].clone()).collect(),
        }
    }
}

/// Steps between reads of the losses.
const READ_EVERY: usize = 25;
/// Steps at least between validations: a small table's epoch is a handful of steps.
const CHECK_EVERY: u32 = 10;

/// Descends. `objective` gives the loss terms of a batch; `check`, where there are rows for it, their losses (`[rows]`)
/// under the model as it stands (handed over without autodiff), of which the mean counts. The weights of the lowest validation loss are returned, those
/// before the first step included: training never ends worse than it began. Without `check` the last ones are.
///
/// # Errors
/// [`Code::NotFinite`] naming the term and the step, [`Code::Cancelled`], [`Code::GpuLost`].
pub async fn descend<M: Module>(
    model: M,
    schedule: &Schedule,
    run: &Run<'_>,
    objective: impl FnMut(&M, &Batch<'_>) -> Vec<LossTerm>,
    check: Option<impl Fn(&M) -> Tensor<1>>,
) -> Result<(M, Descent)> {
    descend_by(Rule::AdamW, model, schedule, run, objective, check).await
}

/// As [`descend`], by another rule. A batch for which the objective gives no term is passed over.
///
/// # Errors
/// As [`descend`].
pub async fn descend_by<M: Module>(
    rule: Rule,
    model: M,
    schedule: &Schedule,
    run: &Run<'_>,
    mut objective: impl FnMut(&M, &Batch<'_>) -> Vec<LossTerm>,
    check: Option<impl Fn(&M) -> Tensor<1>>,
) -> Result<(M, Descent)> {
    let mut model = model;
    let mut ledger = Ledger::new(schedule.name);
    let mut best = Best::default();
    let mut rng = run.rng("batches");
    let mut optimiser = AdamW::of(rule);
    let cap = schedule.max_steps.unwrap_or(u32::MAX);
    let (mut step, mut epoch, mut checked_at, mut stale_since) = (0_u32, 0, 0_u32, 0);
    if let Some(check) = &check {
        best.offer(&model, check, 0, &mut ledger, run).await?;
    }
    while epoch < schedule.max_epochs && step < cap && schedule.rows > 0 {
        epoch += 1;
        let order = rng.permutation(schedule.rows);
        for rows in order.chunks(schedule.batch.max(1)) {
            if step >= cap {
                break;
            }
            run.breathe().await?;
            let terms = objective(&model, &Batch { rows, epoch, step });
            let Some(total) = ledger.note(terms, step) else { continue };
            model = optimiser.step(model, total.backward(), schedule.rate, schedule.decay).await?;
            step += 1;
            if ledger.waiting() >= READ_EVERY {
                ledger.read(None, run).await?;
            }
        }
        let last = epoch == schedule.max_epochs || step >= cap;
        if let Some(check) = &check
            && (last || step - checked_at >= CHECK_EVERY)
        {
            checked_at = step;
            if best.offer(&model, check, epoch, &mut ledger, run).await? {
                stale_since = epoch;
            } else if epoch - stale_since >= schedule.patience.max(1) {
                break;
            }
        }
        run.event(Event::Progress { done: epoch as f64, total: schedule.max_epochs as f64 });
    }
    ledger.read(None, run).await?;
    if let Some(values) = best.values.take() {
        let n = values.len();
        let device = run.device.clone().without_autodiff();
        model = scatter(model, Tensor::from_data(TensorData::new(values, [n]), &device));
    }
    let descent = Descent {
        steps: step,
        epochs: epoch,
        best_epoch: best.epoch,
        best_loss: best.loss,
        checks: best.checks,
        losses: ledger.totals,
        curves: ledger.curves,
    };
    Ok((model, descent))
}

/// The best weights so far, on the host.
struct Best {
    values: Option<Vec<f32>>,
    loss: f64,
    epoch: usize,
    checks: Vec<(usize, Vec<f32>)>,
}

impl Default for Best {
    fn default() -> Self {
        Self { values: None, loss: f64::NAN, epoch: 0, checks: Vec::new() }
    }
}

impl Best {
    /// Reads the validation losses and the weights in one go; whether they are the best.
    async fn offer<M: Module>(
        &mut self,
        model: &M,
        check: impl Fn(&M) -> Tensor<1>,
        epoch: usize,
        ledger: &mut Ledger,
        run: &Run<'_>,
    ) -> Result<bool> {
        let Some(weights) = flat(model) else { return Ok(false) };
        let loss = check(&model.valid());
        let loss = if loss.is_autodiff() { loss.inner() } else { loss };
        let extra = ledger.read(Some((loss, weights)), run).await?;
        let Some((losses, weights)) = extra else { return Ok(false) };
        let loss = losses.iter().map(|&loss| f64::from(loss)).sum::<f64>() / losses.len() as f64;
        if !loss.is_finite() {
            return Err(not_finite("validation", loss, epoch));
        }
        self.checks.push((epoch, losses));
        let better = self.loss.is_nan() || loss < self.loss;
        if better {
            (self.values, self.loss, self.epoch) = (Some(weights), loss, epoch);
        }
        Ok(better)
    }
}

fn not_finite(term: &str, value: f64, step: usize) -> crate::Error {
    Code::NotFinite.err().with("term", term).with("value", value).with("step", step)
}

/// The losses that are still on the device, and those that were read.
struct Ledger {
    phase: &'static str,
    names: Vec<&'static str>,
    weights: Vec<f64>,
    waiting: Vec<(u32, Vec<Tensor<1>>)>,
    totals: Vec<f64>,
    curves: Curves,
}

impl Ledger {
    fn new(phase: &'static str) -> Self {
        Self {
            phase,
            names: Vec::new(),
            weights: Vec::new(),
            waiting: Vec::new(),
            totals: Vec::new(),
            curves: Curves::default(),
        }
    }

    /// Keeps the terms of a step; their weighted sum, or `None` where there is no term.
    fn note(&mut self, terms: Vec<LossTerm>, step: u32) -> Option<Tensor<1>> {
        if terms.is_empty() {
            return None;
        }
        self.names = terms.iter().map(|term| term.name).collect();
        self.weights = terms.iter().map(|term| term.weight).collect();
        self.waiting.push((step, terms.iter().map(|term| term.value.clone().inner()).collect()));
        terms
            .into_iter()
            .filter(|term| term.weight != 0.0)
            .map(|term| if term.weight == 1.0 { term.value } else { term.value * term.weight })
            .reduce(|a, b| a + b)
    }

    fn waiting(&self) -> usize {
        self.waiting.len()
    }

    /// Reads all that waits, with two vectors more where they are given, and tells the means.
    async fn read(
        &mut self,
        extra: Option<(Tensor<1>, Tensor<1>)>,
        run: &Run<'_>,
    ) -> Result<Option<(Vec<f32>, Vec<f32>)>> {
        let steps: Vec<u32> = self.waiting.iter().map(|(step, _)| *step).collect();
        let values: Vec<Tensor<1>> = self.waiting.drain(..).flat_map(|(_, terms)| terms).collect();
        let mut asked = Vec::with_capacity(3);
        let with_losses = !values.is_empty();
        if with_losses {
            asked.push(Tensor::cat(values, 0));
        }
        let with_extra = extra.is_some();
        if let Some((first, second)) = extra {
            asked.extend([first, second]);
        }
        if asked.is_empty() {
            return Ok(None);
        }
        let mut answers = read(asked).await?.into_iter();
        if with_losses {
            self.hear(&steps, &answers.next().unwrap_or_default(), run)?;
        }
        Ok(if with_extra { answers.next().zip(answers.next()) } else { None })
    }

    fn hear(&mut self, steps: &[u32], values: &[f32], run: &Run<'_>) -> Result<()> {
        let mut sums = vec![0.0; self.names.len()];
        for (step, row) in steps.iter().zip(values.chunks(self.names.len().max(1))) {
            let mut total = 0.0;
            for (i, &value) in row.iter().enumerate() {
                let value = f64::from(value);
                if !value.is_finite() {
                    return Err(not_finite(self.names[i], value, *step as usize + 1));
                }
                sums[i] += value;
                total += self.weights[i] * value;
            }
            self.totals.push(total);
        }
        let means: Vec<f64> = sums.iter().map(|sum| sum / steps.len() as f64).collect();
        let step = steps.last().map_or(0, |step| step + 1);
        self.curves.terms = self.names.iter().map(|name| (*name).to_owned()).collect();
        self.curves.steps.push(step);
        self.curves.values.push(means.clone());
        let term = |(name, value): (&&str, f64)| Term { name: (*name).to_owned(), value };
        let terms = self.names.iter().zip(means).map(term).collect();
        run.event(Event::Losses { name: self.phase.to_owned(), step, terms });
        Ok(())
    }
}
