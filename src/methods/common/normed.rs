//! A network with batch normalisation as a value: encoder, layers, what its outputs mean; from scratch, from another
//! one's weights, and back to a model.
//!
//! Two classes are one output, the event's log-odds, as in the published network; more are softmax.

use std::cell::RefCell;

use burn::tensor::activation::{log_sigmoid, log_softmax};
use burn::tensor::{Device, Tensor, TensorData};
use serde_json::{Value, json};

use super::super::Model;
use super::encoder::{Encoder, Part, Rows};
use super::head::Head;
use super::rows::Known;
use crate::cohort::{Cohort, Prediction, View};
use crate::error::{Code, Result};
use crate::nets::normed::{rows_of, uniform};
use crate::nets::{By, Layer, NormedMlp, Running, Scales, Stack, dropout};
use crate::split::{self, Respect};
use crate::train::{Batch, Decay, Descent, LossTerm, Run, Schedule, descend};

/// The name of its form in models.
pub const FORM: &str = "batch_norm";
/// Rows that go through a network at once when it is used: bounds the memory.
const CHUNK: usize = 2048;
/// The share of the rows that decides when to stop, where it is decided so.
const JUDGES: f64 = 0.2;
/// Fewer rows than this are trained for the fixed number of epochs whatever was asked.
const ROWS_FOR_JUDGES: usize = 20;

/// How it is trained.
#[derive(Debug, Clone, PartialEq)]
pub struct Training {
    /// The phase's name.
    pub phase: &'static str,
    /// Adam's rate.
    pub rate: f64,
    /// The L2 penalty λ, coupled.
    pub l2: f64,
    /// The share of hidden units dropped.
    pub dropout: f64,
    /// Rows a batch.
    pub batch: usize,
    /// Passes over the rows.
    pub epochs: usize,
    /// Layers whose weight and bias stay, by number from 0.
    pub fixed: Vec<usize>,
    /// Whether a part of the rows decides which epoch is kept.
    pub judged: bool,
    /// As the released code does: from the second epoch on the running statistics normalise, and stay.
    pub released: bool,
}

/// The network: see the [module](self).
#[derive(Debug, Clone, PartialEq)]
pub struct Normed {
    /// From recorded values to columns.
    pub encoder: Encoder,
    /// What the outputs mean.
    pub head: Head,
    /// The layers.
    pub stack: Stack,
}

/// An encoder whose columns are centred and scaled only where they are not 0 and 1, or nowhere at all.
pub fn as_bits(encoder: Encoder, cohorts: &[&Cohort], standardise: bool) -> Result<Encoder> {
    let n = encoder.columns.len();
    let plain = Encoder { mean: vec![0.0; n], sd: vec![1.0; n], ..encoder.clone() };
    if !standardise {
        return Ok(plain);
    }
    let mut bits = vec![true; n];
    for cohort in cohorts {
        let x = plain.transform_f64(&cohort.x)?;
        for row in x.values.chunks(n.max(1)) {
            for (bit, value) in bits.iter_mut().zip(row) {
                *bit &= *value == 0.0 || *value == 1.0;
            }
        }
    }
    let mut out = encoder;
    for (c, bit) in bits.iter().enumerate() {
        if *bit || out.columns[c].part != Part::Value {
            (out.mean[c], out.sd[c]) = (0.0, 1.0);
        }
    }
    Ok(out)
}

/// A logit, or one output a class.
fn outputs(head: &Head) -> usize {
    match head.outputs() {
        2 => 1,
        k => k,
    }
}

impl Normed {
    /// Before any training, weights from stream `init`.
    pub fn initial(encoder: Encoder, head: Head, widths: &[usize], run: &Run<'_>) -> Self {
        let mut all = vec![encoder.columns.len()];
        all.extend(widths);
        all.push(outputs(&head));
        Self { stack: Stack::initial(&all, &mut run.rng("init")), encoder, head }
    }

    /// The same hidden layers under a head for these labels: the one that is there where it knows them, else a new last
    /// layer (stream `head`).
    pub fn ready_for(&self, known: &Known, run: &Run<'_>) -> Self {
        let mut network = self.clone();
        if network.head.targets(known).is_none() {
            network.head = Head::of(known);
            if let Some(last) = network.stack.layers.last_mut() {
                *last = uniform(last.inputs, outputs(&network.head), &mut run.rng("head"));
            }
        }
        network
    }

    /// Labels as the outputs should be: 0 or 1 for a logit, one-hot for classes.
    fn targets(&self, known: &Known) -> Result<Rows<f32>> {
        let wrong = || Code::Internal.err().with("reason", "labels that the head does not know");
        let y = self.head.targets(known).ok_or_else(wrong)?;
        match &self.head {
            Head::Classes { names, event } if names.len() == 2 => {
                Ok(Rows { rows: y.rows, cols: 1, values: y.values.iter().skip(*event).step_by(2).copied().collect() })
            }
            _ => Ok(y),
        }
    }

    /// Trains on rows of known labels (canonical order).
    ///
    /// # Errors
    /// [`Code::TooFewRows`] under two rows: a batch of one has no variance; and what training gives.
    pub async fn train(
        &mut self,
        cohorts: &[&Cohort],
        known: &Known,
        how: &Training,
        run: &Run<'_>,
    ) -> Result<Descent> {
        let mut x = Rows { rows: 0, cols: self.encoder.columns.len(), values: Vec::new() };
        for cohort in cohorts {
            let part = self.encoder.transform(&cohort.x)?;
            x.rows += part.rows;
            x.values.extend(part.values);
        }
        let y = self.targets(known)?;
        let (fit, judges) = parts(cohorts, known, how, run.seed);
        if fit.len() < 2 {
            return Err(Code::TooFewRows.err().with("found", fit.len()).with("needed", 2).with("what", "training"));
        }
        let device = run.device.clone().autodiff();
        let plain = run.device.clone().without_autodiff();
        let running = RefCell::new(NormedMlp::running(&self.stack, &device));
        // The statistics at each validation: the best weights go back with those that they were judged with.
        let seen: RefCell<Vec<Vec<Running>>> = RefCell::new(Vec::new());
        let logit = outputs(&self.head) == 1;
        let schedule = Schedule {
            name: how.phase,
            rows: fit.len(),
            batch: batch_of(fit.len(), how.batch),
            max_epochs: how.epochs,
            patience: usize::MAX,
            max_steps: None,
            rate: how.rate,
            decay: Decay::Coupled(how.l2),
        };
        let widths = self.stack.hidden();
        let mut drops = run.rng("dropout");
        let mut rows = Vec::new();
        let held = (!judges.is_empty()).then(|| (upload(&x, &judges, &plain), upload(&y, &judges, &plain)));
        let (model, descent) = descend(
            NormedMlp::build(&self.stack, &how.fixed, &device),
            &schedule,
            run,
            |model, batch: &Batch<'_>| {
                rows.clear();
                rows.extend(batch.rows.iter().filter_map(|&row| fit.get(row).copied()));
                let by = if how.released && batch.epoch > 1 { By::Running } else { By::Batch };
                let masks = dropout::masks(rows.len(), &widths, how.dropout, &mut drops, &device);
                let z = model.forward_training(upload(&x, &rows, &device), &masks, &mut running.borrow_mut(), by);
                let value = losses(z, upload(&y, &rows, &device), logit).mean();
                vec![LossTerm { name: "cross_entropy", weight: 1.0, value }]
            },
            held.map(|(x, y)| {
                let (running, seen) = (&running, &seen);
                move |model: &NormedMlp| {
                    seen.borrow_mut().push(running.borrow().clone());
                    let z = model.forward_predicting(x.clone(), &[], &running.borrow());
                    let n = z.dims()[0];
                    losses(z, y.clone(), logit).reshape([n])
                }
            }),
        )
        .await?;
        let best = descent.checks.iter().position(|(epoch, _)| *epoch == descent.best_epoch);
        let kept = best.and_then(|at| seen.into_inner().into_iter().nth(at)).unwrap_or_else(|| running.into_inner());
        let trained = model.stack(&kept).await?;
        // A value far outside of what the scale was made for: its square is no number any more.
        if let Some(wild) = trained.norms.iter().flat_map(|n| n.mean.iter().chain(&n.variance)).find(|v| !v.is_finite())
        {
            let wrong = Code::NotFinite.err().with("term", "batch_normalisation").with("value", wild);
            return Err(wrong.with("step", descent.steps));
        }
        // What was fixed is the host's own copy, not one that went to the device and back.
        for (at, layer) in trained.layers.into_iter().enumerate() {
            if !how.fixed.contains(&at) {
                self.stack.layers[at] = layer;
            }
        }
        self.stack.norms = trained.norms;
        Ok(descent)
    }

    /// Predicts rows; with `dropout` > 0 units are dropped here too (stream `dropout_at_test`), as in the released code.
    ///
    /// # Errors
    /// [`Code::ModelOtherColumns`], [`Code::GpuLost`].
    pub async fn predict(&self, view: &View, dropped: f64, run: &Run<'_>) -> Result<Prediction> {
        let x = self.encoder.transform(view)?;
        let device = run.device.clone().without_autodiff();
        let (model, running) = (NormedMlp::build(&self.stack, &[], &device), NormedMlp::running(&self.stack, &device));
        let (widths, mut drops) = (self.stack.hidden(), run.rng("dropout_at_test"));
        let z = through(&x, outputs(&self.head), run, |input| {
            let masks = dropout::masks(input.dims()[0], &widths, dropped, &mut drops, &device);
            model.forward_predicting(input, &masks, &running)
        });
        Ok(said(&self.head, &z.await?))
    }

    /// What a layer puts out before its normalisation, row by row.
    ///
    /// # Errors
    /// As [`Normed::predict`].
    pub async fn linear_output(&self, view: &View, layer: usize, run: &Run<'_>) -> Result<Rows<f32>> {
        let x = self.encoder.transform(view)?;
        let device = run.device.clone().without_autodiff();
        let (model, running) = (NormedMlp::build(&self.stack, &[], &device), NormedMlp::running(&self.stack, &device));
        let cols = self.stack.layers.get(layer).map_or(0, |layer| layer.outputs);
        through(&x, cols, run, |input| model.linear_output(input, &running, layer)).await
    }

    /// Writes encoder and layers into a model.
    ///
    /// # Errors
    /// [`Code::Internal`].
    pub fn store(&self, model: &mut Model) -> Result<()> {
        self.encoder.store(model)?;
        if let Some(meta) = model.meta.as_object_mut() {
            meta.insert("layers".to_owned(), json!(self.stack.layers.len()));
        }
        for (i, layer) in self.stack.layers.iter().enumerate() {
            model.put_f32(format!("net.{i}.weight"), &[layer.inputs, layer.outputs], layer.weight.clone());
            model.put_f32(format!("net.{i}.bias"), &[layer.outputs], layer.bias.clone());
        }
        for (i, norm) in self.stack.norms.iter().enumerate() {
            let parts =
                [("gamma", &norm.gamma), ("beta", &norm.beta), ("mean", &norm.mean), ("variance", &norm.variance)];
            for (name, values) in parts {
                model.put_f32(format!("norm.{i}.{name}"), &[values.len()], values.clone());
            }
        }
        Ok(())
    }

    /// As a model of this method.
    ///
    /// # Errors
    /// [`Code::Internal`].
    pub fn to_model(&self, method: &str, config: &Value) -> Result<Model> {
        let head = serde_json::to_value(&self.head).map_err(|e| Code::Internal.err().with("reason", e))?;
        let mut model = Model::new(method, json!({ "form": FORM, "config": config, "head": head }));
        self.store(&mut model)?;
        Ok(model)
    }

    /// From a model.
    ///
    /// # Errors
    /// [`Code::BadModel`] where something is missing or does not fit.
    pub fn from_model(model: &Model, head: Head) -> Result<Self> {
        let bad = |reason: &str| Code::BadModel.err().with("reason", reason);
        let encoder = Encoder::restore(model)?;
        let mut width = encoder.columns.len();
        let (mut layers, mut norms) = (Vec::new(), Vec::new());
        let n: usize = model.meta("layers")?;
        for i in 0..n {
            let weight = model.array(&format!("net.{i}.weight"))?;
            let &[inputs, outputs] = weight.shape.as_slice() else { return Err(bad("a weight is no matrix")) };
            let bias = model.f32(&format!("net.{i}.bias"))?.to_vec();
            let weight = model.f32(&format!("net.{i}.weight"))?.to_vec();
            if inputs != width || bias.len() != outputs || weight.len() != inputs * outputs {
                return Err(bad("the layers do not fit each other"));
            }
            width = outputs;
            layers.push(Layer { inputs, outputs, weight, bias });
            if i + 1 < n {
                let part = |name: &str| -> Result<Vec<f32>> {
                    let values = model.f32(&format!("norm.{i}.{name}"))?.to_vec();
                    let fits = values.len() == outputs && values.iter().all(|v| v.is_finite());
                    fits.then_some(values).ok_or_else(|| bad("a normalisation does not fit its layer"))
                };
                norms.push(Scales {
                    gamma: part("gamma")?,
                    beta: part("beta")?,
                    mean: part("mean")?,
                    variance: part("variance")?,
                });
            }
        }
        if layers.is_empty() || width != outputs(&head) {
            return Err(bad("the last layer does not fit the labels"));
        }
        Ok(Self { encoder, head, stack: Stack { layers, norms } })
    }
}

/// Rows a batch, at least two: one row more where a last batch of one row would be left, which has no variance.
pub fn batch_of(rows: usize, asked: usize) -> usize {
    let mut batch = asked.max(2);
    while batch < rows && rows % batch == 1 {
        batch += 1;
    }
    batch
}

/// The rows to learn from, and those that judge the epochs.
fn parts(cohorts: &[&Cohort], known: &Known, how: &Training, seed: u64) -> (Vec<usize>, Vec<usize>) {
    let all = || ((0..known.len()).collect(), Vec::new());
    if !how.judged || known.len() < ROWS_FOR_JUDGES {
        return all();
    }
    let strata = known.strata();
    let groups: Option<Vec<u32>> = match cohorts {
        [only] => only.group.clone(),
        _ => None,
    };
    let respect = Respect { strata: Some(&strata), groups: groups.as_deref(), keys: None };
    match split::hold_out(known.len(), respect, JUDGES, seed) {
        Ok(fold) if known.select(&fold.train).check().is_ok() && !fold.test.is_empty() => (fold.train, fold.test),
        _ => all(),
    }
}

/// Each row's loss: of a logit z and y, log(1 + e⁻ᶻ) + (1 − y) z; else the softmax cross-entropy.
///
/// # Shapes
/// `z: [rows, k], y: [rows, k] -> [rows, 1]`
fn losses(z: Tensor<2>, y: Tensor<2>, logit: bool) -> Tensor<2> {
    if logit { (y.clone() - 1.0) * z.clone().neg() - log_sigmoid(z) } else { (log_softmax(z, 1) * y).sum_dim(1).neg() }
}

fn said(head: &Head, z: &Rows<f32>) -> Prediction {
    match head {
        Head::Classes { names, event } if names.len() == 2 => {
            of_event(names, *event, z.values.iter().map(|&z| 1.0 / (1.0 + libm::exp(-f64::from(z)))))
        }
        _ => head.predict(z),
    }
}

/// Two classes from the event's probabilities.
pub fn of_event(names: &[String], event: usize, p: impl Iterator<Item = f64>) -> Prediction {
    let pair = |p: f64| if event == 0 { [p, 1.0 - p] } else { [1.0 - p, p] };
    Prediction::Classes { names: names.to_vec(), probabilities: p.flat_map(pair).collect() }
}

async fn through(
    x: &Rows<f32>,
    cols: usize,
    run: &Run<'_>,
    mut forward: impl FnMut(Tensor<2>) -> Tensor<2>,
) -> Result<Rows<f32>> {
    let device = run.device.clone().without_autodiff();
    let mut values = Vec::with_capacity(x.rows * cols);
    for start in (0..x.rows).step_by(CHUNK) {
        run.breathe().await?;
        let rows: Vec<usize> = (start..x.rows.min(start + CHUNK)).collect();
        values.extend(rows_of(forward(upload(x, &rows, &device))).await?);
    }
    Ok(Rows { rows: x.rows, cols, values })
}

fn upload(from: &Rows<f32>, rows: &[usize], device: &Device) -> Tensor<2> {
    Tensor::from_data(TensorData::new(from.gather(rows), [rows.len(), from.cols]), device)
}
