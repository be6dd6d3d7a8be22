//! A short training on made data of a given shape: how fast is this device here, and does it learn at all?
//!
//! The label is whether the first two numbers of a row have the same sign: no linear model can tell, so a falling loss
//! shows that every layer is trained. Networks and optimiser are those of the methods.

use burn::module::Module;
use burn::tensor::{Device, Tensor, TensorData, activation};
use serde::{Deserialize, Serialize};

use super::adamw::{AdamW, Decay};
use crate::device::{self, DeviceKind};
use crate::error::{Code, Result};
use crate::nets::init::dense;
use crate::nets::{Conv1d, Dense, Kernel, Layer, Mlp, Norm, Running, Scales};
use crate::rng::Rng;
use crate::watch::{Event, Term, Watch};

/// The shape of a trial.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Shape {
    /// Features, or channels of a sequence; at least 2.
    pub inputs: u32,
    /// Units of each of the two hidden layers, or of a convolutional network's head; at least 1.
    pub hidden: u32,
    /// Rows a step, at least 1.
    pub batch: u32,
    /// Steps, at least 2.
    pub steps: u32,
    /// Steps of a sequence, at least 7, for three convolutions and a head; 0 for two hidden layers.
    #[serde(default)]
    pub length: u32,
}

/// What a trial found.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Trial {
    /// The device that it ran on, as the device itself says.
    pub device: DeviceKind,
    /// The loss (mean binary cross-entropy, nats) of each step.
    pub losses: Vec<f64>,
    /// Median milliseconds a step, of the second half: the first pays for compiling shaders.
    pub ms_per_step: f64,
}

/// Channels of the three convolutions, and their taps (De Bois et al. 2021, arXiv 2006.15940).
const CHANNELS: [usize; 3] = [64, 128, 64];
const TAPS: usize = 3;

#[derive(Module, Debug)]
struct Convolutional {
    kernels: Vec<Conv1d>,
    norms: Vec<Norm>,
    hidden: Dense,
    norm: Norm,
    last: Dense,
}

impl Convolutional {
    /// Weights from N(0, 2 / fan-in), biases 0.
    fn new(shape: &Shape, rng: &mut Rng, device: &Device) -> (Self, Vec<Running>) {
        let mut width = shape.inputs as usize;
        let mut kernels = Vec::new();
        for channels in CHANNELS {
            kernels.push(Conv1d::build(&Kernel::initial(width, channels, TAPS, 2.0, rng), device));
            width = channels;
        }
        let left = (shape.length as usize).saturating_sub(CHANNELS.len() * (TAPS - 1));
        let mut layer = |inputs, outputs| Dense::build(&dense(inputs, outputs, 2.0, rng), device);
        let (hidden, last) = (layer(left * width, shape.hidden as usize), layer(shape.hidden as usize, 1));
        let mut scales: Vec<Scales> = CHANNELS.iter().map(|&channels| Scales::initial(channels)).collect();
        scales.push(Scales::initial(shape.hidden as usize));
        let running = scales.iter().map(|scales| Running::build(scales, device)).collect();
        let mut norms: Vec<Norm> = scales.iter().map(|scales| Norm::build(scales, device)).collect();
        let norm = norms.pop().unwrap_or_else(|| Norm::build(&Scales::initial(1), device));
        (Self { kernels, norms, hidden, norm, last }, running)
    }

    /// `x`: [rows, length · inputs] to logits [rows, 1].
    fn forward(&self, x: Tensor<2>, shape: &Shape, running: &mut [Running]) -> Tensor<2> {
        let rows = x.dims()[0];
        let mut h = x.reshape([rows, shape.length as usize, shape.inputs as usize]);
        let mut running = running.iter_mut();
        for ((kernel, norm), kept) in self.kernels.iter().zip(&self.norms).zip(running.by_ref()) {
            (h, *kept) = norm.forward_training(activation::relu(kernel.forward(h)), kept);
        }
        let mut h = activation::relu(self.hidden.forward(h.reshape([rows as i32, -1])));
        if let Some(kept) = running.next() {
            (h, *kept) = self.norm.forward_training(h, kept);
        }
        self.last.forward(h)
    }
}

#[derive(Module, Debug)]
#[allow(clippy::large_enum_variant, reason = "one a trial; the derived record copies the attribute")]
enum Net {
    Mlp(Mlp),
    Convolutional(Convolutional),
}

impl Net {
    fn new(shape: &Shape, rng: &mut Rng, device: &Device) -> (Self, Vec<Running>) {
        if shape.length > 0 {
            let (net, running) = Convolutional::new(shape, rng, device);
            return (Net::Convolutional(net), running);
        }
        let widths = [shape.inputs as usize, shape.hidden as usize, shape.hidden as usize, 1];
        let layers: Vec<Layer> = widths.windows(2).map(|pair| dense(pair[0], pair[1], 2.0, rng)).collect();
        (Net::Mlp(Mlp::build(&layers, device)), Vec::new())
    }

    fn forward(&self, x: Tensor<2>, shape: &Shape, running: &mut [Running]) -> Tensor<2> {
        match self {
            Net::Mlp(net) => net.forward(x, &[]),
            Net::Convolutional(net) => net.forward(x, shape, running),
        }
    }
}

/// Trains for `shape.steps` steps on `device` and says how it went.
///
/// # Errors
/// [`Code::OutOfRange`], [`Code::Cancelled`], [`Code::GpuLost`], [`Code::NotFinite`].
pub async fn run(shape: &Shape, seed: u32, device: &Device, watch: &dyn Watch) -> Result<Trial> {
    check(shape)?;
    let found = device::kind(device);
    let device = device.clone().autodiff();
    let (columns, batch) = ((shape.inputs * shape.length.max(1)) as usize, shape.batch as usize);
    let mut draw = Rng::stream(u64::from(seed), "trial/data");
    let (mut net, mut running) = Net::new(shape, &mut Rng::stream(u64::from(seed), "trial/init"), &device);
    let mut adam = AdamW::default();
    let rate = if shape.length > 0 { RATE_CONVOLUTION } else { RATE };
    let (mut losses, mut times) = (Vec::new(), Vec::new());
    for step in 0..shape.steps {
        let x: Vec<f32> = (0..batch * columns).map(|_| draw.normal() as f32).collect();
        let y: Vec<f32> = x
            .chunks_exact(columns)
            .map(|row| if row.iter().take(2).product::<f32>() > 0.0 { 1.0 } else { 0.0 })
            .collect();
        // Drawing is no part of a step: a table's rows are there already.
        let start = watch.now_ms();
        let x = Tensor::<2>::from_data(TensorData::new(x, [batch, columns]), &device);
        let y = Tensor::<2>::from_data(TensorData::new(y, [batch, 1]), &device);
        let z = net.forward(x, shape, &mut running);
        // log(1 + e^z) - y z, written so that no exponential overflows.
        let loss = (activation::relu(z.clone()) - z.clone() * y + (z.abs().neg().exp() + 1.0).log()).mean();
        let gradients = loss.backward();
        net = adam.step(net, gradients, rate, Decay::Decoupled(0.0)).await?;
        let value = device::read(vec![loss]).await?.into_iter().flatten().next().map_or(f64::NAN, f64::from);
        if !value.is_finite() {
            return Err(Code::NotFinite.err().with("term", "trial").with("value", value).with("step", step));
        }
        times.push(watch.now_ms() - start);
        losses.push(value);
        watch.event(Event::Losses {
            name: "trial".to_owned(),
            step: step + 1,
            terms: vec![Term { name: "loss".to_owned(), value }],
        });
        watch.rest().await?;
    }
    let mut late = times.split_off(times.len() / 2);
    late.sort_by(f64::total_cmp);
    Ok(Trial { device: found, losses, ms_per_step: late.get(late.len() / 2).copied().unwrap_or(f64::NAN) })
}

/// The learning rate of a trial.
const RATE: f64 = 3e-3;
/// That of convolutions, De Bois's own. Adam's first steps are signs of gradients, and the sign of a rounding error is
/// anybody's: at the other rate two libraries part within five steps.
const RATE_CONVOLUTION: f64 = 1e-4;

fn check(shape: &Shape) -> Result<()> {
    // Upper ends: what a page can hold, far above any table that it opens.
    let ranges = [
        ("inputs", shape.inputs, 2, 100_000),
        ("hidden", shape.hidden, 1, 8_192),
        ("batch", shape.batch, 1, 65_536),
        ("steps", shape.steps, 2, 100_000),
        ("length", shape.length, if shape.length == 0 { 0 } else { 7 }, 10_000),
    ];
    match ranges.into_iter().find(|(_, value, low, high)| value < low || value > high) {
        None => Ok(()),
        Some((field, value, low, high)) => {
            Err(Code::OutOfRange.err().with("field", field).with("value", value).with("low", low).with("high", high))
        }
    }
}

/// Which device a run should take, and why.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Pick {
    /// The device.
    pub choice: DeviceKind,
    /// A key of the language files (`device.reason.…`) and what fills its slots.
    pub reason: (String, Vec<(String, String)>),
    /// Milliseconds a step on the processor.
    pub cpu_ms: f64,
    /// Milliseconds a step on WebGPU, where there is one.
    pub gpu_ms: Option<f64>,
}

/// Steps of each device: shaders are compiled in the first two, and the later two are timed.
const PICK_STEPS: u32 = 4;

/// Losses further apart than this after [`PICK_STEPS`] steps are no rounding: that GPU computes something else.
const SAME_LOSS: f64 = 1e-3;

/// Trains a few steps of this shape on both devices: the faster one, as long as it also computes the same.
///
/// # Errors
/// [`Code::OutOfRange`], [`Code::Cancelled`]; a GPU that is refused or lost is an answer, not an error.
pub async fn pick(inputs: u32, hidden: u32, batch: u32, watch: &dyn Watch) -> Result<Pick> {
    let shape = Shape { inputs: inputs.max(2), hidden, batch, steps: PICK_STEPS, length: 0 };
    let cpu = run(&shape, 0, &device::cpu(), watch).await?;
    let gpu = match device::open(DeviceKind::Gpu).await {
        Ok(device) => run(&shape, 0, &device, watch).await,
        Err(refused) => Err(refused),
    };
    let because = |choice, key: &str, facts: Vec<(&str, String)>, gpu_ms| Pick {
        choice,
        reason: (
            format!("device.reason.{key}"),
            facts.into_iter().map(|(slot, value)| (slot.to_owned(), value)).collect(),
        ),
        cpu_ms: cpu.ms_per_step,
        gpu_ms,
    };
    match gpu {
        Err(error) if error.code() == Code::Cancelled => Err(error),
        Err(_) => Ok(because(DeviceKind::Cpu, "no_gpu", Vec::new(), None)),
        Ok(gpu) => {
            let apart = cpu.losses.iter().zip(&gpu.losses).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max);
            let facts = vec![("cpu", format!("{:.1}", cpu.ms_per_step)), ("gpu", format!("{:.1}", gpu.ms_per_step))];
            let ms = Some(gpu.ms_per_step);
            Ok(if apart > SAME_LOSS {
                because(DeviceKind::Cpu, "gpu_differs", vec![("apart", format!("{apart:.1e}"))], ms)
            } else if gpu.ms_per_step < cpu.ms_per_step {
                because(DeviceKind::Gpu, "gpu_faster", facts, ms)
            } else {
                because(DeviceKind::Cpu, "cpu_faster", facts, ms)
            })
        }
    }
}
