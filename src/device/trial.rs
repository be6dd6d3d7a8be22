//! A short training on made data of a given shape: how fast is this device here, and does it learn at all?
//!
//! The label is whether the first two features have the same sign: no linear model can tell, so a falling loss
//! shows that every layer is trained.

use super::DeviceKind;
use crate::error::{Code, Result};
use crate::rng::Rng;
use crate::watch::{Event, Term, Watch};
use burn::module::{Module, Param};
use burn::nn::Linear;
use burn::optim::{AdamConfig, GradientsParams};
use burn::tensor::{Device, Tensor, TensorData, activation};
use serde::{Deserialize, Serialize};

/// The shape of a trial.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Shape {
    /// Features, at least 2.
    pub inputs: u32,
    /// Units of each of the two hidden layers, at least 1.
    pub hidden: u32,
    /// Rows a step, at least 1.
    pub batch: u32,
    /// Steps, at least 2.
    pub steps: u32,
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

#[derive(Module, Debug)]
struct Net {
    layers: Vec<Linear>,
}

impl Net {
    /// Weights from N(0, 2 / inputs) (He et al. 2015), biases 0.
    fn new(widths: &[usize], rng: &mut Rng, device: &Device) -> Self {
        let layer = |rng: &mut Rng, inputs: usize, outputs: usize| {
            let scale = libm::sqrt(2.0 / inputs as f64);
            let weight: Vec<f32> = (0..inputs * outputs).map(|_| (rng.normal() * scale) as f32).collect();
            Linear {
                weight: Param::from_data(TensorData::new(weight, [inputs, outputs]), device),
                bias: Some(Param::from_data(TensorData::new(vec![0f32; outputs], [outputs]), device)),
            }
        };
        Self { layers: widths.iter().zip(widths.iter().skip(1)).map(|(a, b)| layer(rng, *a, *b)).collect() }
    }

    /// `x`: [rows, inputs] to logits [rows, 1].
    fn forward(&self, x: Tensor<2>) -> Tensor<2> {
        let last = self.layers.len().saturating_sub(1);
        self.layers.iter().enumerate().fold(x, |x, (i, layer)| {
            let z = layer.forward(x);
            if i < last { activation::relu(z) } else { z }
        })
    }
}

/// Trains for `shape.steps` steps on `device` and says how it went.
///
/// # Errors
/// [`Code::OutOfRange`], [`Code::Cancelled`], [`Code::GpuLost`], [`Code::NotFinite`].
pub async fn run(shape: &Shape, seed: u32, device: &Device, watch: &dyn Watch) -> Result<Trial> {
    check(shape)?;
    let found = super::kind(device);
    let device = device.clone().autodiff();
    let (inputs, hidden, batch) = (shape.inputs as usize, shape.hidden as usize, shape.batch as usize);
    let mut draw = Rng::stream(u64::from(seed), "trial/data");
    let mut net = Net::new(&[inputs, hidden, hidden, 1], &mut Rng::stream(u64::from(seed), "trial/init"), &device);
    let mut adam = AdamConfig::new().init();
    let (mut losses, mut times) = (Vec::new(), Vec::new());
    for step in 0..shape.steps {
        let x: Vec<f32> = (0..batch * inputs).map(|_| draw.normal() as f32).collect();
        let y: Vec<f32> = x
            .chunks_exact(inputs)
            .map(|row| if row.iter().take(2).product::<f32>() > 0.0 { 1.0 } else { 0.0 })
            .collect();
        // Drawing is no part of a step: a table's rows are there already.
        let start = watch.now_ms();
        let x = Tensor::<2>::from_data(TensorData::new(x, [batch, inputs]), &device);
        let y = Tensor::<2>::from_data(TensorData::new(y, [batch, 1]), &device);
        let z = net.forward(x);
        // log(1 + e^z) - y z, written so that no exponential overflows.
        let loss = (activation::relu(z.clone()) - z.clone() * y + (z.abs().neg().exp() + 1.0).log()).mean();
        let grads = GradientsParams::from_grads(loss.backward(), &net);
        net = adam.step(3e-3, net, grads);
        let value = super::read(vec![loss]).await?.into_iter().flatten().next().map_or(f64::NAN, f64::from);
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

fn check(shape: &Shape) -> Result<()> {
    // Upper ends: what a page can hold, far above any table that it opens.
    let ranges = [
        ("inputs", shape.inputs, 2, 100_000),
        ("hidden", shape.hidden, 1, 8_192),
        ("batch", shape.batch, 1, 65_536),
        ("steps", shape.steps, 2, 100_000),
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
    let shape = Shape { inputs: inputs.max(2), hidden, batch, steps: PICK_STEPS };
    let cpu = run(&shape, 0, &super::cpu(), watch).await?;
    let gpu = match super::open(DeviceKind::Gpu).await {
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
