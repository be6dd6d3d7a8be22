//! A trained network as a value: encoder, layers, head; from scratch, from another one's weights, and back to a model.

use burn::tensor::{Device, Tensor, TensorData};
use serde_json::{Value, json};

use super::super::Model;
use super::encoder::{Encoder, Rows};
use super::head::Head;
use super::learner::Learner;
use super::rows::Known;
use crate::cohort::{Cohort, Labels, Prediction, View};
use crate::device::read;
use crate::error::{Code, Result};
use crate::nets::losses::{cross_entropy, cross_entropy_rows, squared, squared_rows};
use crate::nets::{Layer, Mlp, dropout, init};
use crate::split::{self, Respect};
use crate::train::{Decay, Descent, LossTerm, Run, Schedule, descend};

/// Fewer rows than this are all trained on, for a fixed number of epochs: a validation set of five rows says nothing.
const ROWS_FOR_VALIDATION: usize = 40;
/// The share of the training rows that decides when to stop.
const VALIDATION_SHARE: f64 = 0.15;
/// Rows that go through a network at once when it is used: bounds the memory.
const CHUNK: usize = 4096;

/// A network with what stands before and behind it: see the [module](self).
#[derive(Debug, Clone, PartialEq)]
pub struct Network {
    /// From recorded values to columns.
    pub encoder: Encoder,
    /// From outputs to predictions.
    pub head: Head,
    /// The layers, the last one without ReLU.
    pub layers: Vec<Layer>,
}

impl Network {
    /// A network before any training: the encoder fitted on these cohorts (canonical order), the weights drawn from
    /// stream `init`.
    ///
    /// # Errors
    /// [`Code::NothingVaries`], [`Code::OneClass`], [`Code::ModelOtherColumns`].
    pub fn initial(learner: &Learner, cohorts: &[&Cohort], known: &Known, run: &Run<'_>) -> Result<Self> {
        known.check()?;
        let encoder = Encoder::fit_in(cohorts, learner.most_features, run)?;
        let head = Head::of(known);
        let mut widths = vec![encoder.columns.len()];
        widths.extend(&learner.widths);
        widths.push(head.outputs());
        let layers = init::mlp(&widths, &head.prior(known), &mut run.rng("init"));
        Ok(Self { encoder, head, layers })
    }

    /// The same network able to learn these labels: as it is where its head knows them, else with a new head
    /// (stream `head`) on the same hidden layers.
    pub fn ready_for(&self, known: &Known, run: &Run<'_>) -> Self {
        let mut network = self.clone();
        if network.head.targets(known).is_none() {
            network.head = Head::of(known);
            if let Some(last) = network.layers.last_mut() {
                *last = init::dense(last.inputs, network.head.outputs(), init::HEAD_GAIN, &mut run.rng("head"));
                last.bias = network.head.prior(known);
            }
        }
        network
    }

    /// Trains on the rows of these cohorts (canonical order). The first `frozen` layers stay as they are, bit for bit,
    /// and nothing is dropped in them; all others, the head included, go on from where they are.
    ///
    /// # Errors
    /// [`Code::OutOfRange`] with more frozen layers than hidden ones, and what training gives.
    pub async fn train(
        &mut self,
        learner: &Learner,
        cohorts: &[&Cohort],
        pace: &Pace,
        stop: Stop<'_>,
        run: &Run<'_>,
    ) -> Result<Descent> {
        let hidden = self.layers.len().saturating_sub(1);
        if pace.frozen > hidden {
            let wrong = Code::OutOfRange.err().with("field", "frozen").with("value", pace.frozen);
            return Err(wrong.with("low", 0).with("high", hidden));
        }
        let known = Known::join(cohorts, Code::Internal)?;
        let mut x = Rows { rows: 0, cols: self.encoder.columns.len(), values: Vec::new() };
        for cohort in cohorts {
            let part = self.encoder.transform(&cohort.x)?;
            x.rows += part.rows;
            x.values.extend(part.values);
        }
        let y = self.targets(&known)?;
        // The frozen part is a fixed function: its values are computed once, and only the rest is ever trained.
        let (fixed, trained) = self.layers.split_at(pace.frozen);
        if !fixed.is_empty() {
            x = through(fixed, &x, true, run).await?;
        }
        let plain = run.device.clone().without_autodiff();
        let whole = |x: &Rows<f32>| upload(x, &(0..x.rows).collect::<Vec<_>>(), &plain);
        let everything = || (0..known.len()).collect::<Vec<_>>();
        let mut cap = (learner.max_steps > 0).then_some(learner.max_steps);
        let (fit, held, max_epochs) = match stop {
            Stop::After(steps) => {
                cap = Some(cap.map_or(steps, |cap| cap.min(steps)));
                (everything(), None, (steps as usize).div_ceil(steps_of(known.len(), learner)))
            }
            Stop::On(judge) => {
                let mut judge_x = self.encoder.transform(&judge.x)?;
                if !fixed.is_empty() {
                    judge_x = through(fixed, &judge_x, true, run).await?;
                }
                let judge_y = self.targets(&Known::of(judge, Code::Internal)?)?;
                (everything(), Some((whole(&judge_x), whole(&judge_y))), learner.max_epochs)
            }
            Stop::Share => match validation(cohorts, &known, run.seed) {
                Some((fit, rows)) => {
                    let held = (upload(&x, &rows, &plain), upload(&y, &rows, &plain));
                    (fit, Some(held), learner.max_epochs)
                }
                None => (everything(), None, learner.max_epochs.div_ceil(2)),
            },
        };
        let device = run.device.clone().autodiff();
        let classes = matches!(self.head, Head::Classes { .. });
        let loss = move |z, y| if classes { cross_entropy(z, y, None) } else { squared(z, y, None) };
        let each = move |z: Tensor<2>, y| {
            let rows = z.dims()[0];
            (if classes { cross_entropy_rows(z, y) } else { squared_rows(z, y) }).reshape([rows])
        };
        let name = if classes { "cross_entropy" } else { "squared_error" };
        let widths: Vec<usize> = trained.iter().rev().skip(1).rev().map(|layer| layer.outputs).collect();
        let schedule = Schedule {
            name: pace.phase,
            rows: fit.len(),
            batch: learner.batch_for(fit.len()),
            max_epochs,
            patience: learner.patience,
            max_steps: cap,
            rate: pace.rate,
            decay: Decay::Decoupled(learner.weight_decay),
        };
        let mut drops = run.rng("dropout");
        let mut rows = Vec::new();
        let (model, descent) = descend(
            Mlp::build(trained, &device),
            &schedule,
            run,
            |model, batch| {
                rows.clear();
                rows.extend(batch.rows.iter().filter_map(|&row| fit.get(row).copied()));
                let masks = dropout::masks(rows.len(), &widths, learner.dropout, &mut drops, &device);
                let z = model.forward(upload(&x, &rows, &device), &masks);
                vec![LossTerm { name, weight: 1.0, value: loss(z, upload(&y, &rows, &device)) }]
            },
            held.map(|(x, y)| move |model: &Mlp| each(model.forward(x.clone(), &[]), y.clone())),
        )
        .await?;
        let trained = model.layers().await?;
        self.layers.truncate(pace.frozen);
        self.layers.extend(trained);
        Ok(descent)
    }

    fn targets(&self, known: &Known) -> Result<Rows<f32>> {
        self.head
            .targets(known)
            .ok_or_else(|| Code::Internal.err().with("reason", "labels that the head does not know"))
    }

    /// Predicts rows.
    ///
    /// # Errors
    /// [`Code::ModelOtherColumns`], [`Code::GpuLost`].
    pub async fn predict(&self, x: &View, run: &Run<'_>) -> Result<Prediction> {
        let x = self.encoder.transform(x)?;
        Ok(self.head.predict(&through(&self.layers, &x, false, run).await?))
    }

    /// As a model of this method.
    ///
    /// # Errors
    /// [`Code::Internal`].
    pub fn to_model(&self, method: &str, config: &Value) -> Result<Model> {
        let head = serde_json::to_value(&self.head).map_err(|e| Code::Internal.err().with("reason", e))?;
        let mut model = Model::new(method, json!({ "form": "network", "config": config, "head": head }));
        if let Some(meta) = model.meta.as_object_mut() {
            meta.insert("layers".to_owned(), json!(self.layers.len()));
        }
        self.encoder.store(&mut model)?;
        for (i, layer) in self.layers.iter().enumerate() {
            model.put_f32(format!("net.{i}.weight"), &[layer.inputs, layer.outputs], layer.weight.clone());
            model.put_f32(format!("net.{i}.bias"), &[layer.outputs], layer.bias.clone());
        }
        Ok(model)
    }

    /// From a model.
    ///
    /// # Errors
    /// [`Code::BadModel`] where something is missing or does not fit.
    pub fn from_model(model: &Model) -> Result<Self> {
        let bad = |reason: &str| Code::BadModel.err().with("reason", reason);
        let encoder = Encoder::restore(model)?;
        let head: Head = model.meta("head")?;
        let mut layers = Vec::new();
        let mut width = encoder.columns.len();
        for i in 0..model.meta::<usize>("layers")? {
            let weight = model.array(&format!("net.{i}.weight"))?;
            let &[inputs, outputs] = weight.shape.as_slice() else { return Err(bad("a weight is no matrix")) };
            let layer = Layer {
                inputs,
                outputs,
                weight: model.f32(&format!("net.{i}.weight"))?.to_vec(),
                bias: model.f32(&format!("net.{i}.bias"))?.to_vec(),
            };
            let fits = inputs == width && layer.weight.len() == inputs * outputs && layer.bias.len() == outputs;
            if !fits || outputs == 0 {
                return Err(bad("a layer's shape does not fit"));
            }
            width = outputs;
            layers.push(layer);
        }
        if layers.is_empty() || width != head.outputs() {
            return Err(bad("the layers do not fit the classes"));
        }
        Ok(Self { encoder, head, layers })
    }
}

/// How a network is trained this time.
#[derive(Debug, Clone, PartialEq)]
pub struct Pace {
    /// AdamW's rate.
    pub rate: f64,
    /// How many of the first layers stay as they are.
    pub frozen: usize,
    /// Whether it begins from initial weights where others begin from pre-trained ones.
    pub anew: bool,
    /// The key of the phase's name.
    pub phase: &'static str,
}

/// What ends a training.
#[derive(Debug, Clone, Copy)]
pub enum Stop<'a> {
    /// A stratified share of the rows, set aside; with too few of them, half of the epochs without one.
    Share,
    /// So many steps.
    After(u32),
    /// The loss on these labelled rows.
    On(&'a Cohort),
}

/// Steps of an epoch over so many rows.
pub fn steps_of(rows: usize, learner: &Learner) -> usize {
    rows.div_ceil(learner.batch_for(rows).max(1)).max(1)
}

/// What these hidden layers put out: ReLU after each.
///
/// # Errors
/// [`Code::GpuLost`].
pub async fn hidden(layers: &[Layer], x: &Rows<f32>, run: &Run<'_>) -> Result<Rows<f32>> {
    through(layers, x, true, run).await
}

/// Some rows on a device.
pub fn upload(x: &Rows<f32>, rows: &[usize], device: &Device) -> Tensor<2> {
    Tensor::from_data(TensorData::new(x.gather(rows), [rows.len(), x.cols]), device)
}

/// The rows to train on and those that decide when to stop: stratified, whole groups. `None` under
/// [`ROWS_FOR_VALIDATION`] rows, or where they cannot be divided.
pub(in crate::methods) fn validation(
    cohorts: &[&Cohort],
    known: &Known,
    seed: u64,
) -> Option<(Vec<usize>, Vec<usize>)> {
    let n = known.len();
    if n < ROWS_FOR_VALIDATION {
        return None;
    }
    let strata: Vec<u32> = match known {
        Known::Classes { codes, .. } => codes.iter().map(|&code| code as u32).collect(),
        Known::Values { values, .. } => Labels::Values { unit: String::new(), values: values.clone() }.strata(),
    };
    let groups = groups(cohorts);
    let respect = Respect { strata: Some(&strata), groups: groups.as_deref(), keys: None };
    let fold = split::hold_out(n, respect, VALIDATION_SHARE, seed).ok()?;
    (!fold.train.is_empty() && !fold.test.is_empty()).then_some((fold.train, fold.test))
}

/// The groups of cohorts one after the other, where each has them; equal numbers of two cohorts are two groups.
fn groups(cohorts: &[&Cohort]) -> Option<Vec<u32>> {
    let mut all = Vec::new();
    let mut base = 0;
    for cohort in cohorts {
        let groups = cohort.group.as_ref()?;
        all.extend(groups.iter().map(|group| base + group));
        base += groups.iter().max().map_or(0, |most| most + 1);
    }
    Some(all)
}

/// Rows through layers; `hidden`: relu behind the last one too.
async fn through(layers: &[Layer], x: &Rows<f32>, hidden: bool, run: &Run<'_>) -> Result<Rows<f32>> {
    let device = run.device.clone().without_autodiff();
    let model = Mlp::build(layers, &device);
    let cols = layers.last().map_or(x.cols, |layer| layer.outputs);
    let mut values = Vec::with_capacity(x.rows * cols);
    for start in (0..x.rows).step_by(CHUNK) {
        run.breathe().await?;
        let rows: Vec<usize> = (start..x.rows.min(start + CHUNK)).collect();
        let input = upload(x, &rows, &device);
        let output = if hidden { model.features(input) } else { model.forward(input, &[]) };
        for part in read(vec![output.reshape([rows.len() * cols])]).await? {
            values.extend(part);
        }
    }
    Ok(Rows { rows: x.rows, cols, values })
}
