//! Fully connected layers with batch normalisation: for each hidden layer z = h·W + b, h ← dropout(relu(BN(z))); the
//! last one is z = h·W + b alone.
//!
//! A layer can be *fixed*: its weight and bias stay, bit for bit, while its normalisation goes on being trained.

use burn::module::Module;
use burn::tensor::activation::relu;
use burn::tensor::{Device, Tensor};

use super::mlp::{Dense, Layer};
use super::norm::{Norm, Running, Scales};
use crate::device::read;
use crate::error::{Code, Result};
use crate::rng::Rng;

/// The layers on the host: see the [module](self).
#[derive(Debug, Clone, PartialEq)]
pub struct Stack {
    /// Every layer, the last one included.
    pub layers: Vec<Layer>,
    /// One normalisation a hidden layer.
    pub norms: Vec<Scales>,
}

impl Stack {
    /// Before any training: weights and biases uniform in ±1/√fan-in, which is what PyTorch's `Linear` begins with;
    /// γ = 1, β = 0.
    pub fn initial(widths: &[usize], rng: &mut Rng) -> Self {
        let layers: Vec<Layer> = widths.windows(2).map(|pair| uniform(pair[0], pair[1], rng)).collect();
        let norms = layers.iter().rev().skip(1).rev().map(|layer| Scales::initial(layer.outputs)).collect();
        Self { layers, norms }
    }

    /// The widths of the hidden layers.
    pub fn hidden(&self) -> Vec<usize> {
        self.norms.iter().map(|norm| norm.gamma.len()).collect()
    }
}

/// One layer, weights and biases uniform in ±1/√fan-in.
pub fn uniform(inputs: usize, outputs: usize, rng: &mut Rng) -> Layer {
    let bound = 1.0 / libm::sqrt(inputs.max(1) as f64);
    let mut draw = |n: usize| (0..n).map(|_| ((2.0 * rng.uniform() - 1.0) * bound) as f32).collect::<Vec<f32>>();
    Layer { inputs, outputs, weight: draw(inputs * outputs), bias: draw(outputs) }
}

/// What the normalisations divide by while training.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum By {
    /// The batch's own mean and variance; the running statistics move towards them.
    Batch,
    /// The running statistics, which stay.
    Running,
}

/// The layers on a device: see the [module](self).
#[derive(Module, Debug)]
pub struct NormedMlp {
    layers: Vec<Dense>,
    norms: Vec<Norm>,
}

impl NormedMlp {
    /// Uploads the layers. On a device with autodiff all parameters ask for gradients but weight and bias of `fixed`
    /// layers.
    pub fn build(stack: &Stack, fixed: &[usize], device: &Device) -> Self {
        let one = |(at, layer): (usize, &Layer)| {
            if fixed.contains(&at) { Dense::build_fixed(layer, device) } else { Dense::build(layer, device) }
        };
        Self {
            layers: stack.layers.iter().enumerate().map(one).collect(),
            norms: stack.norms.iter().map(|scales| Norm::build(scales, device)).collect(),
        }
    }

    /// The running statistics, uploaded.
    pub fn running(stack: &Stack, device: &Device) -> Vec<Running> {
        stack.norms.iter().map(|scales| Running::build(scales, device)).collect()
    }

    /// The output while training; `running` is moved. Normalising by the batch needs two rows or more. `masks`, one a
    /// hidden layer, come from [`dropout`](super::dropout).
    ///
    /// # Shapes
    /// `[rows, p] -> [rows, k]`; mask i is `[rows, width of hidden layer i]`
    pub fn forward_training(&self, x: Tensor<2>, masks: &[Tensor<2>], running: &mut [Running], by: By) -> Tensor<2> {
        self.forward(x, masks, |norm, z, at| match (by, running.get_mut(at)) {
            (By::Batch, Some(kept)) => {
                let (y, moved) = norm.forward_training(z, kept);
                *kept = moved;
                y
            }
            (By::Running, Some(kept)) => norm.forward_predicting(z, kept),
            (_, None) => z,
        })
    }

    /// The output by the running statistics. Without masks nothing is dropped.
    ///
    /// # Shapes
    /// As [`forward_training`](Self::forward_training).
    pub fn forward_predicting(&self, x: Tensor<2>, masks: &[Tensor<2>], running: &[Running]) -> Tensor<2> {
        self.forward(x, masks, |norm, z, at| match running.get(at) {
            Some(kept) => norm.forward_predicting(z, kept),
            None => z,
        })
    }

    /// What layer `layer` puts out before its normalisation, by the running statistics.
    ///
    /// # Shapes
    /// `[rows, p] -> [rows, width of that layer]`
    pub fn linear_output(&self, x: Tensor<2>, running: &[Running], layer: usize) -> Tensor<2> {
        let mut h = x;
        for (at, dense) in self.layers.iter().enumerate() {
            let z = dense.forward(h);
            if at == layer {
                return z;
            }
            h = match (self.norms.get(at), running.get(at)) {
                (Some(norm), Some(kept)) => relu(norm.forward_predicting(z, kept)),
                _ => z,
            };
        }
        h
    }

    fn forward(
        &self,
        x: Tensor<2>,
        masks: &[Tensor<2>],
        mut normalise: impl FnMut(&Norm, Tensor<2>, usize) -> Tensor<2>,
    ) -> Tensor<2> {
        let mut h = x;
        for (at, layer) in self.layers.iter().enumerate() {
            h = layer.forward(h);
            if let Some(norm) = self.norms.get(at) {
                h = relu(normalise(norm, h, at));
                if let Some(mask) = masks.get(at) {
                    h = h * mask.clone();
                }
            }
        }
        h
    }

    /// Brings layers and statistics back to the host.
    ///
    /// # Errors
    /// [`Code::GpuLost`].
    pub async fn stack(&self, running: &[Running]) -> Result<Stack> {
        let mut layers = Vec::with_capacity(self.layers.len());
        for layer in &self.layers {
            layers.push(layer.layer().await?);
        }
        let mut norms = Vec::with_capacity(self.norms.len());
        for (norm, kept) in self.norms.iter().zip(running) {
            norms.push(norm.scales(kept).await?);
        }
        Ok(Stack { layers, norms })
    }
}

/// A tensor by rows, on the host.
///
/// # Errors
/// [`Code::GpuLost`].
pub async fn rows_of(tensor: Tensor<2>) -> Result<Vec<f32>> {
    let [rows, cols] = tensor.dims();
    read(vec![tensor.reshape([rows * cols])])
        .await?
        .pop()
        .ok_or_else(|| Code::Internal.err().with("reason", "nothing came back from the device"))
}
