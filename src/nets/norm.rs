//! Batch normalisation (Ioffe & Szegedy 2015, arXiv 1502.03167), as PyTorch's `BatchNorm1d` does it:
//!
//! training: y = γ · (x − μ) / sqrt(σ² + ε) + β with the batch's mean μ and *biased* variance σ² (over n);
//! afterwards: running ← (1 − 0.1) · running + 0.1 · batch, where the variance is the *unbiased* one (over n − 1);
//! prediction: the same formula with the running statistics.
//!
//! γ and β are trained. The running statistics are plain tensors that the caller keeps, since a module that changes
//! while it computes could not be shared by the two passes of an adversarial step.

use burn::module::{Module, Param};
use burn::tensor::{Device, Tensor, TensorData};

use super::mlp::{param, plain};
use crate::device::read;
use crate::error::{Code, Result};

/// ε: what keeps a constant channel finite.
const EPSILON: f64 = 1e-5;
/// How much of each batch goes into the running statistics.
const MOMENTUM: f64 = 0.1;

/// Batch normalisation on the host: its trained part and its running statistics, one of each a channel.
#[derive(Debug, Clone, PartialEq)]
pub struct Scales {
    /// γ.
    pub gamma: Vec<f32>,
    /// β.
    pub beta: Vec<f32>,
    /// Running mean.
    pub mean: Vec<f32>,
    /// Running variance, unbiased.
    pub variance: Vec<f32>,
}

impl Scales {
    /// Before any training: γ = 1, β = 0, mean 0, variance 1.
    pub fn initial(channels: usize) -> Self {
        let [zeros, ones] = [0.0, 1.0].map(|value| vec![value; channels]);
        Self { gamma: ones.clone(), beta: zeros.clone(), mean: zeros, variance: ones }
    }

    /// What a channel is multiplied by in prediction: γ / √(σ² + ε).
    pub fn steady(&self) -> Vec<f32> {
        self.gamma
            .iter()
            .zip(&self.variance)
            .map(|(gamma, variance)| gamma / (variance + EPSILON as f32).sqrt())
            .collect()
    }
}

/// Running statistics on a device, without autodiff: each `[channels]`.
#[derive(Debug, Clone)]
pub struct Running {
    mean: Tensor<1>,
    variance: Tensor<1>,
}

impl Running {
    /// Uploads them.
    pub fn build(scales: &Scales, device: &Device) -> Self {
        let device = device.clone().without_autodiff();
        let one = |values: &[f32]| Tensor::from_data(TensorData::new(values.to_vec(), [values.len()]), &device);
        Self { mean: one(&scales.mean), variance: one(&scales.variance) }
    }

    /// One step of the moving averages towards a batch of n rows.
    fn toward(&self, mean: Tensor<1>, biased: Tensor<1>, n: usize) -> Self {
        // One row has no variance: nothing to move to.
        if n < 2 {
            return self.clone();
        }
        let unbiased = biased * (n as f64 / (n - 1) as f64);
        Self {
            mean: self.mean.clone() * (1.0 - MOMENTUM) + mean * MOMENTUM,
            variance: self.variance.clone() * (1.0 - MOMENTUM) + unbiased * MOMENTUM,
        }
    }
}

/// The trained part on a device: see the [module](self).
#[derive(Module, Debug)]
pub struct Norm {
    gamma: Param<Tensor<1>>,
    beta: Param<Tensor<1>>,
}

impl Norm {
    /// Uploads γ and β. On a device with autodiff they ask for gradients.
    pub fn build(scales: &Scales, device: &Device) -> Self {
        let one = |values: &[f32]| Tensor::from_data(TensorData::new(values.to_vec(), [values.len()]), device);
        Self { gamma: param(one(&scales.gamma)), beta: param(one(&scales.beta)) }
    }

    /// While training: normalised by the batch itself; and the running statistics moved towards it.
    /// Rows are all leading dimensions together (batch × steps after a convolution), at least two.
    ///
    /// # Shapes
    /// `[…, channels] -> […, channels]`
    pub fn forward_training<const D: usize>(&self, x: Tensor<D>, running: &Running) -> (Tensor<D>, Running) {
        let dims = x.dims();
        let (x, channels) = flat(x);
        let [rows, _] = x.dims();
        let mean = x.clone().mean_dim(0);
        let off = x - mean.clone();
        let variance = (off.clone() * off.clone()).mean_dim(0);
        let scale = self.gamma.val().reshape([1, channels]) / (variance.clone() + EPSILON).sqrt();
        let y = off * scale + self.beta.val().reshape([1, channels]);
        let of_batch = |value: Tensor<2>| plain(value.reshape([channels]));
        let moved = running.toward(of_batch(mean), of_batch(variance), rows);
        (y.reshape(dims), moved)
    }

    /// While predicting: normalised by the running statistics.
    ///
    /// # Shapes
    /// `[…, channels] -> […, channels]`
    pub fn forward_predicting<const D: usize>(&self, x: Tensor<D>, running: &Running) -> Tensor<D> {
        let dims = x.dims();
        let (x, channels) = flat(x);
        let lift = |value: Tensor<1>| {
            let value = value.reshape([1, channels]);
            if x.is_autodiff() { Tensor::from_inner(value) } else { value }
        };
        let scale = self.gamma.val().reshape([1, channels]) / (lift(running.variance.clone()) + EPSILON).sqrt();
        let y = (x.clone() - lift(running.mean.clone())) * scale + self.beta.val().reshape([1, channels]);
        y.reshape(dims)
    }

    /// γ and β as they are on the device, `[channels]` each.
    pub fn tensors(&self) -> (Tensor<1>, Tensor<1>) {
        (self.gamma.val(), self.beta.val())
    }

    /// Brings γ, β and the running statistics back to the host, in one synchronisation.
    ///
    /// # Errors
    /// [`Code::GpuLost`].
    pub async fn scales(&self, running: &Running) -> Result<Scales> {
        let asked =
            [plain(self.gamma.val()), plain(self.beta.val()), running.mean.clone(), running.variance.clone()].to_vec();
        match <[Vec<f32>; 4]>::try_from(read(asked).await?) {
            Ok([gamma, beta, mean, variance]) => Ok(Scales { gamma, beta, mean, variance }),
            Err(_) => Err(Code::Internal.err().with("reason", "a normalisation did not come back from the device")),
        }
    }
}

/// All leading dimensions as rows.
fn flat<const D: usize>(x: Tensor<D>) -> (Tensor<2>, usize) {
    let dims = x.dims();
    let channels = dims.last().copied().unwrap_or(1);
    let rows = dims.iter().product::<usize>() / channels.max(1);
    (x.reshape([rows, channels]), channels)
}
