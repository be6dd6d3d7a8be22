//! The convolutional forecaster of De Bois, El Yacoubi & Ammi (arXiv 2006.15940, section 3.2; their `fcn.py`), with the
//! classifier of subjects that makes it adversarial.
//!
//! Encoder: three times convolution (3 steps, no padding) → ReLU → batch normalisation → dropout. Head: a convolution over
//! all steps that are left → ReLU → batch normalisation → dropout → one number. The classifier is a block of the same form
//! behind a gradient reversal of 1, with one output a subject.
//!
//! L = (z − y)² + λ Σ wᵢ CEᵢ / Σ wᵢ, where a row weighs as rare as its subject is: w = (rows of the commonest) / (rows of
//! its own). Early stopping looks at the squared error of held-back days alone, never at the classifier.

use std::cell::RefCell;

use burn::module::Module;
use burn::tensor::activation::relu;
use burn::tensor::{Device, Tensor, TensorData};
use serde_json::{Value, json};

use super::encoder::Rows;
use super::series::{Scale, Shape};
use crate::cohort::{Feature, FeatureKind};
use crate::error::{Code, Result};
use crate::methods::Model;
use crate::methods::common::head::Head;
use crate::nets::conv::{Conv1d, Kernel};
use crate::nets::losses::{accuracy, cross_entropy, squared, squared_rows};
use crate::nets::normed::{rows_of, uniform};
use crate::nets::{Dense, Layer, Norm, Running, Scales, dropout, reverse};
use crate::rng::Rng;
use crate::train::{Decay, Descent, LossTerm, Run, Schedule, descend};

/// The name of its form in models.
pub const FORM: &str = "series";
/// Steps that a convolution sees.
const TAPS: usize = 3;
/// Rows that go through a network at once when it is used: bounds the memory.
const CHUNK: usize = 256;
/// Held-back rows that decide when to stop, at most: validation costs as much as training.
const JUDGES: usize = 1000;
/// Looks where no number of steps caps them: patience does.
const MANY: usize = 100_000;

/// A block on the host: a layer over all that is left, its normalisation, and the outputs.
#[derive(Debug, Clone, PartialEq)]
pub struct Block {
    /// All steps at once.
    pub hidden: Layer,
    /// Behind it.
    pub norm: Scales,
    /// The outputs.
    pub out: Layer,
}

impl Block {
    /// Before any training: uniform in ±1/√fan-in, PyTorch's beginning.
    pub fn initial(inputs: usize, width: usize, outputs: usize, rng: &mut Rng) -> Self {
        let hidden = uniform(inputs, width, rng);
        Self { hidden, norm: Scales::initial(width), out: uniform(width, outputs, rng) }
    }
}

/// The host's weights.
#[derive(Debug, Clone, PartialEq)]
pub struct Parts {
    /// The encoder's convolutions.
    pub convs: Vec<Kernel>,
    /// Their normalisations.
    pub norms: Vec<Scales>,
    /// The forecast.
    pub head: Block,
    /// The classifier of subjects, while there is one.
    pub critic: Option<Block>,
}

/// How wide it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Width {
    /// The encoder's channels.
    pub filters: [usize; 3],
    /// Of the heads.
    pub head: usize,
}

impl Width {
    /// The names of the widths.
    pub const NAMES: [&'static str; 3] = ["narrow", "lite", "full"];

    /// The width of a name: the published one, the same encoder under narrow heads, or a quarter of all.
    pub fn of(name: &str) -> Self {
        match name {
            "full" => Self { filters: [64, 128, 64], head: 2048 },
            "narrow" => Self { filters: [16, 32, 16], head: 64 },
            _ => Self { filters: [64, 128, 64], head: 256 },
        }
    }
}

impl Parts {
    /// Before any training; `subjects`: of the classifier, or none of it.
    ///
    /// # Errors
    /// [`Code::NeedNotMet`] where a window is shorter than the convolutions.
    pub fn initial(shape: &Shape, width: Width, subjects: Option<usize>, rng: &mut Rng) -> Result<Self> {
        let left = shape.steps.saturating_sub(width.filters.len() * (TAPS - 1));
        if left == 0 {
            return Err(Code::NeedNotMet.err().with("method", FORM).with("need", "windows of seven steps or more"));
        }
        let mut inputs = shape.channels;
        let mut convs = Vec::new();
        for outputs in width.filters {
            convs.push(Kernel { taps: TAPS, layer: uniform(TAPS * inputs, outputs, rng) });
            inputs = outputs;
        }
        let norms = width.filters.iter().map(|&channels| Scales::initial(channels)).collect();
        let head = Block::initial(left * inputs, width.head, 1, rng);
        let critic = subjects.map(|subjects| Block::initial(left * inputs, width.head, subjects, rng));
        Ok(Self { convs, norms, head, critic })
    }

    fn running(&self, device: &Device) -> Vec<Running> {
        let blocks = [Some(&self.head), self.critic.as_ref()];
        let scales = self.norms.iter().chain(blocks.into_iter().flatten().map(|block| &block.norm));
        scales.map(|scales| Running::build(scales, device)).collect()
    }
}

#[derive(Module, Debug)]
struct BlockNet {
    hidden: Dense,
    norm: Norm,
    out: Dense,
}

impl BlockNet {
    fn build(block: &Block, device: &Device) -> Self {
        Self {
            hidden: Dense::build(&block.hidden, device),
            norm: Norm::build(&block.norm, device),
            out: Dense::build(&block.out, device),
        }
    }

    async fn block(&self, running: &Running) -> Result<Block> {
        Ok(Block {
            hidden: self.hidden.layer().await?,
            norm: self.norm.scales(running).await?,
            out: self.out.layer().await?,
        })
    }

    fn forward(&self, h: Tensor<2>, at: usize, then: &mut Then<'_>) -> Tensor<2> {
        self.out.forward(then(&self.norm, relu(self.hidden.forward(h)), at))
    }
}

/// The network on a device: see the [module](self).
#[derive(Module, Debug)]
pub struct Net {
    convs: Vec<Conv1d>,
    norms: Vec<Norm>,
    head: BlockNet,
    /// One, or none.
    critic: Vec<BlockNet>,
}

/// What follows a ReLU: normalisation number `at`, then dropout.
type Then<'a> = dyn FnMut(&Norm, Tensor<2>, usize) -> Tensor<2> + 'a;

/// A batch.
pub struct Windowed {
    /// `[rows, steps, channels]`.
    pub x: Tensor<3>,
    /// `[rows, 1]`.
    pub y: Tensor<2>,
    /// Each row's subject, one-hot, and its weight: `[rows, subjects]`, `[rows, 1]`.
    pub subject: Option<(Tensor<2>, Tensor<2>)>,
}

/// What is dropped: masks in the order in which they are asked for; without them nothing is.
pub type Mask<'a> = dyn FnMut(usize, usize) -> Option<Tensor<2>> + 'a;

impl Net {
    /// Uploads the parts.
    pub fn build(parts: &Parts, device: &Device) -> Self {
        Self {
            convs: parts.convs.iter().map(|kernel| Conv1d::build(kernel, device)).collect(),
            norms: parts.norms.iter().map(|scales| Norm::build(scales, device)).collect(),
            head: BlockNet::build(&parts.head, device),
            critic: parts.critic.iter().map(|block| BlockNet::build(block, device)).collect(),
        }
    }

    /// Brings the parts back.
    ///
    /// # Errors
    /// [`Code::GpuLost`].
    pub async fn parts(&self, running: &[Running]) -> Result<Parts> {
        let absent = || Code::Internal.err().with("reason", "a normalisation without its statistics");
        let mut running = running.iter();
        let (mut convs, mut norms) = (Vec::new(), Vec::new());
        for conv in &self.convs {
            convs.push(Kernel { taps: TAPS, layer: conv.dense().layer().await? });
        }
        for norm in &self.norms {
            norms.push(norm.scales(running.next().ok_or_else(absent)?).await?);
        }
        let head = self.head.block(running.next().ok_or_else(absent)?).await?;
        let critic = match self.critic.first() {
            Some(critic) => Some(critic.block(running.next().ok_or_else(absent)?).await?),
            None => None,
        };
        Ok(Parts { convs, norms, head, critic })
    }

    /// What heads and classifier see: `[rows, steps, channels] -> [rows, steps left × channels]`.
    fn features(&self, x: Tensor<3>, then: &mut Then<'_>) -> Tensor<2> {
        let mut h = x;
        for (at, (conv, norm)) in self.convs.iter().zip(&self.norms).enumerate() {
            let z = relu(conv.forward(h));
            let [rows, steps, channels] = z.dims();
            h = then(norm, z.reshape([rows * steps, channels]), at).reshape([rows, steps, channels]);
        }
        let [rows, steps, channels] = h.dims();
        h.reshape([rows, steps * channels])
    }

    /// The loss terms of a batch, and one that is only followed: how many rows the classifier gives to their subject,
    /// each subject counting the same. `running` moves on.
    pub fn terms(&self, batch: &Windowed, weight: f64, running: &mut [Running], mask: &mut Mask<'_>) -> Vec<LossTerm> {
        let mut then = |norm: &Norm, h: Tensor<2>, at: usize| {
            let (h, moved) = norm.forward_training(h, &running[at]);
            running[at] = moved;
            let [rows, width] = h.dims();
            match mask(rows, width) {
                Some(mask) => h * mask,
                None => h,
            }
        };
        let h = self.features(batch.x.clone(), &mut then);
        let z = self.head.forward(h.clone(), self.convs.len(), &mut then);
        let term = |name, weight, value| LossTerm { name, weight, value };
        let mut terms = vec![term("squared_error", 1.0, squared(z, batch.y.clone(), None))];
        if let (Some(critic), Some((subject, even))) = (self.critic.first(), &batch.subject) {
            let said = critic.forward(reverse(h, 1.0), self.convs.len() + 1, &mut then);
            terms.push(term("domain", weight, cross_entropy(said.clone(), subject.clone(), Some(even.clone()))));
            terms.push(term("domains_told_apart", 0.0, accuracy(said, subject.clone(), Some(even.clone()))));
        }
        terms
    }

    /// By the running statistics: features and outputs, `[rows, p]` and `[rows, 1]`.
    fn settled(&self, x: Tensor<3>, running: &[Running]) -> (Tensor<2>, Tensor<2>) {
        let mut then = |norm: &Norm, h: Tensor<2>, at: usize| norm.forward_predicting(h, &running[at]);
        let h = self.features(x, &mut then);
        (h.clone(), self.head.forward(h, self.convs.len(), &mut then))
    }
}

/// Windows that are learned from, every subject scaled by itself.
#[derive(Debug, Clone, PartialEq)]
pub struct Data {
    /// `rows × (steps · channels)`.
    pub x: Rows<f32>,
    /// The scaled labels.
    pub y: Vec<f32>,
    /// Each row's subject.
    pub subject: Vec<usize>,
    /// The rows to learn from.
    pub fit: Vec<usize>,
    /// The rows that say when to stop.
    pub held: Vec<usize>,
}

/// How it is trained.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Training {
    /// The phase's name.
    pub phase: &'static str,
    /// Adam's rate.
    pub rate: f64,
    /// The share of units dropped.
    pub dropout: f64,
    /// Rows a batch.
    pub batch: usize,
    /// Steps between looks at the held-back rows, and what patience and passes are counted in.
    pub check_steps: usize,
    /// Looks without a lower error before it stops.
    pub patience: usize,
    /// Steps at most; 0 is no cap.
    pub max_steps: u32,
    /// λ; without a meaning where there is no classifier.
    pub weight: f64,
}

/// The network as a value.
#[derive(Debug, Clone, PartialEq)]
pub struct Forecaster {
    /// Which columns it reads.
    pub shape: Shape,
    /// The weights.
    pub parts: Parts,
}

impl Forecaster {
    /// Trains on these windows.
    ///
    /// # Errors
    /// [`Code::TooFewRows`] under two rows to learn from; [`Code::NotFinite`], [`Code::GpuLost`], [`Code::Cancelled`].
    pub async fn train(&mut self, data: &Data, how: &Training, run: &Run<'_>) -> Result<Descent> {
        if data.fit.len() < 2 {
            return Err(Code::TooFewRows
                .err()
                .with("found", data.fit.len())
                .with("needed", 2)
                .with("what", "training"));
        }
        let device = run.device.clone().autodiff();
        let plain = run.device.clone().without_autodiff();
        let subjects = self.parts.critic.as_ref().map(|critic| critic.out.outputs);
        let weights =
            subjects.map(|subjects| rare(&data.fit.iter().map(|&row| data.subject[row]).collect::<Vec<_>>(), subjects));
        let running = RefCell::new(self.parts.running(&plain));
        // The statistics at each look: the best weights go back with those that they were judged with.
        let seen: RefCell<Vec<Vec<Running>>> = RefCell::new(Vec::new());
        let batch = how.batch.max(2).min(data.fit.len());
        let pass = (how.check_steps.max(1) * batch).min(data.fit.len() / batch * batch).max(batch);
        let cap = (how.max_steps > 0).then_some(how.max_steps);
        let schedule = Schedule {
            name: how.phase,
            rows: pass,
            batch,
            max_epochs: cap.map_or(MANY, |cap| (cap as usize * batch).div_ceil(pass)),
            patience: how.patience,
            max_steps: cap,
            rate: how.rate,
            decay: Decay::Decoupled(0.0),
        };
        let held = judges(data, run);
        let mut order = Deck::new(&data.fit, run.rng("windows"));
        let mut drops = run.rng("dropout");
        let (steps, channels) = (self.shape.steps, self.shape.channels);
        let upload = |rows: &[usize], device: &Device| {
            let x = TensorData::new(data.x.gather(rows), [rows.len(), steps, channels]);
            let y: Vec<f32> = rows.iter().map(|&row| data.y[row]).collect();
            (Tensor::<3>::from_data(x, device), Tensor::<2>::from_data(TensorData::new(y, [rows.len(), 1]), device))
        };
        let (net, descent) = descend(
            Net::build(&self.parts, &device),
            &schedule,
            run,
            |net: &Net, at| {
                let rows = order.take(at.rows.len());
                let (x, y) = upload(&rows, &device);
                let subject = weights.as_ref().zip(subjects).map(|(weights, subjects)| {
                    let (mut hot, mut even) = (vec![0.0_f32; rows.len() * subjects], Vec::new());
                    for (at, &row) in rows.iter().enumerate() {
                        hot[at * subjects + data.subject[row]] = 1.0;
                        even.push(weights[data.subject[row]]);
                    }
                    let hot = Tensor::from_data(TensorData::new(hot, [rows.len(), subjects]), &device);
                    (hot, Tensor::from_data(TensorData::new(even, [rows.len(), 1]), &device))
                });
                let mut mask = |rows, width| dropout::masks(rows, &[width], how.dropout, &mut drops, &device).pop();
                net.terms(&Windowed { x, y, subject }, how.weight, &mut running.borrow_mut(), &mut mask)
            },
            (!held.is_empty()).then(|| {
                let (running, seen, held, upload, plain) = (&running, &seen, &held, &upload, &plain);
                move |net: &Net| {
                    seen.borrow_mut().push(running.borrow().clone());
                    let errors = held.chunks(CHUNK).map(|rows| {
                        let (x, y) = upload(rows, plain);
                        squared_rows(net.settled(x, &running.borrow()).1, y).reshape([rows.len()])
                    });
                    Tensor::cat(errors.collect(), 0)
                }
            }),
        )
        .await?;
        let best = descent.checks.iter().position(|(epoch, _)| *epoch == descent.best_epoch);
        let kept = best.and_then(|at| seen.into_inner().into_iter().nth(at)).unwrap_or_else(|| running.into_inner());
        self.parts = net.parts(&kept).await?;
        Ok(descent)
    }

    /// The forecasts in the label's unit, and the features that the heads see.
    ///
    /// # Errors
    /// [`Code::GpuLost`], [`Code::Cancelled`].
    pub async fn outputs(&self, x: &Rows<f32>, run: &Run<'_>) -> Result<Vec<f32>> {
        Ok(self.through(x, 1, run, |net, x, running| net.settled(x, running).1).await?.values)
    }

    /// What the encoder makes of rows, before any head.
    ///
    /// # Errors
    /// As [`Forecaster::outputs`].
    pub async fn features(&self, x: &Rows<f32>, run: &Run<'_>) -> Result<Rows<f32>> {
        let cols = self.parts.head.hidden.inputs;
        self.through(x, cols, run, |net, x, running| net.settled(x, running).0).await
    }

    async fn through(
        &self,
        x: &Rows<f32>,
        cols: usize,
        run: &Run<'_>,
        forward: impl Fn(&Net, Tensor<3>, &[Running]) -> Tensor<2>,
    ) -> Result<Rows<f32>> {
        let device = run.device.clone().without_autodiff();
        let (net, running) = (Net::build(&self.parts, &device), self.parts.running(&device));
        let mut values = Vec::with_capacity(x.rows * cols);
        for start in (0..x.rows).step_by(CHUNK) {
            run.breathe().await?;
            let rows: Vec<usize> = (start..x.rows.min(start + CHUNK)).collect();
            let data = TensorData::new(x.gather(&rows), [rows.len(), self.shape.steps, self.shape.channels]);
            values.extend(rows_of(forward(&net, Tensor::from_data(data, &device), &running)).await?);
        }
        Ok(Rows { rows: x.rows, cols, values })
    }

    /// As a model of this method, with the scale of the person it forecasts, if it is one's.
    ///
    /// # Errors
    /// [`Code::Internal`].
    pub fn to_model(&self, method: &str, config: &Value, unit: &str, scale: Option<&Scale>) -> Result<Model> {
        let defect = |e: serde_json::Error| Code::Internal.err().with("reason", e);
        let number = |name: &String| Feature { name: name.clone(), kind: FeatureKind::Number };
        let features: Vec<Feature> = self.shape.columns.iter().map(number).collect();
        let head = Head::Values { unit: unit.to_owned(), mean: 0.0, sd: 1.0 };
        let head = serde_json::to_value(head).map_err(defect)?;
        let features = serde_json::to_value(features).map_err(defect)?;
        let mut model =
            Model::new(method, json!({ "form": FORM, "config": config, "head": head, "features": features }));
        let mut put = |name: String, layer: &Layer| {
            model.put_f32(format!("{name}.weight"), &[layer.inputs, layer.outputs], layer.weight.clone());
            model.put_f32(format!("{name}.bias"), &[layer.outputs], layer.bias.clone());
        };
        self.parts.convs.iter().enumerate().for_each(|(at, kernel)| put(format!("conv.{at}"), &kernel.layer));
        put("head.hidden".to_owned(), &self.parts.head.hidden);
        put("head.out".to_owned(), &self.parts.head.out);
        let mut put = |name: String, norm: &Scales| {
            for (part, values) in
                [("gamma", &norm.gamma), ("beta", &norm.beta), ("mean", &norm.mean), ("variance", &norm.variance)]
            {
                model.put_f32(format!("{name}.{part}"), &[values.len()], values.clone());
            }
        };
        self.parts.norms.iter().enumerate().for_each(|(at, norm)| put(format!("norm.{at}"), norm));
        put("head.norm".to_owned(), &self.parts.head.norm);
        if let Some(scale) = scale {
            scale.store(&mut model);
        }
        Ok(model)
    }

    /// From a model; the classifier of subjects is not kept.
    ///
    /// # Errors
    /// [`Code::BadModel`] where something is missing or does not fit.
    pub fn from_model(model: &Model) -> Result<Self> {
        let bad = |reason: &str| Code::BadModel.err().with("reason", reason);
        let features: Vec<Feature> = model.meta("features")?;
        let shape = Shape::of(&features, FORM).map_err(|_| bad("its features are no windows"))?;
        let layer = |name: String| -> Result<Layer> {
            let weight = model.array(&format!("{name}.weight"))?;
            let &[inputs, outputs] = weight.shape.as_slice() else { return Err(bad("a weight is no matrix")) };
            let weight = model.f32(&format!("{name}.weight"))?.to_vec();
            let bias = model.f32(&format!("{name}.bias"))?.to_vec();
            if weight.len() != inputs * outputs || bias.len() != outputs {
                return Err(bad("a layer does not fit itself"));
            }
            Ok(Layer { inputs, outputs, weight, bias })
        };
        let norm = |name: String, channels: usize| -> Result<Scales> {
            let part = |part: &str| -> Result<Vec<f32>> {
                let values = model.f32(&format!("{name}.{part}"))?.to_vec();
                let fits = values.len() == channels && values.iter().all(|v| v.is_finite());
                fits.then_some(values).ok_or_else(|| bad("a normalisation does not fit its layer"))
            };
            Ok(Scales { gamma: part("gamma")?, beta: part("beta")?, mean: part("mean")?, variance: part("variance")? })
        };
        let (mut convs, mut norms) = (Vec::new(), Vec::new());
        let (mut channels, mut steps) = (shape.channels, shape.steps);
        for at in 0..3 {
            let layer = layer(format!("conv.{at}"))?;
            if layer.inputs != TAPS * channels || steps < TAPS {
                return Err(bad("the convolutions do not fit each other"));
            }
            (channels, steps) = (layer.outputs, steps - (TAPS - 1));
            norms.push(norm(format!("norm.{at}"), channels)?);
            convs.push(Kernel { taps: TAPS, layer });
        }
        let (hidden, out) = (layer("head.hidden".to_owned())?, layer("head.out".to_owned())?);
        if hidden.inputs != steps * channels || out.inputs != hidden.outputs || out.outputs != 1 {
            return Err(bad("the head does not fit the encoder"));
        }
        let norm = norm("head.norm".to_owned(), hidden.outputs)?;
        Ok(Self { shape, parts: Parts { convs, norms, head: Block { hidden, norm, out }, critic: None } })
    }
}

/// How much a row of each subject weighs: as rare as the subject is beside the commonest.
fn rare(of: &[usize], subjects: usize) -> Vec<f32> {
    let mut counts = vec![0_usize; subjects];
    of.iter().for_each(|&subject| counts[subject] += 1);
    let most = counts.iter().max().copied().unwrap_or(1);
    counts.iter().map(|&count| if count > 0 { most as f32 / count as f32 } else { 0.0 }).collect()
}

/// Held-back rows that are looked at: all, or of more a sample with the same share of each.
fn judges(data: &Data, run: &Run<'_>) -> Vec<usize> {
    if data.held.len() <= JUDGES {
        return data.held.clone();
    }
    let order = run.rng("judges").permutation(data.held.len());
    let mut rows: Vec<usize> = order.into_iter().take(JUDGES).map(|at| data.held[at]).collect();
    rows.sort_unstable();
    rows
}

/// All rows in a random order, then all again in another one.
struct Deck<'a> {
    rows: &'a [usize],
    order: Vec<usize>,
    rng: Rng,
}

impl<'a> Deck<'a> {
    fn new(rows: &'a [usize], rng: Rng) -> Self {
        Self { rows, order: Vec::new(), rng }
    }

    /// So many rows; what is left of an order that is too short waits for nobody.
    fn take(&mut self, n: usize) -> Vec<usize> {
        if self.order.len() < n {
            self.order = self.rng.permutation(self.rows.len());
        }
        let from = self.order.len().saturating_sub(n);
        self.order.split_off(from).into_iter().map(|at| self.rows[at]).collect()
    }
}
