//! One-dimensional convolution, stride 1, no padding: z[t] = b + Σₖ x[t + k] · Wₖ for t in 0..length − taps + 1.
//!
//! Channels come last. On the processor a step is one matrix product: the `taps` shifted views of x stand side by side
//! (`[batch, steps, taps · inputs]`), and W is one matrix of `taps · inputs` rows; backward is two products as well. On
//! a GPU the views cost more than they save, and burn's own `conv1d` is taken. Both were measured: tests/bench/README.md.

use burn::module::Module;
use burn::tensor::module::conv1d;
use burn::tensor::ops::ConvOptions;
use burn::tensor::{Device, Tensor};

use super::init::dense;
use super::mlp::{Dense, Layer};
use crate::device::{DeviceKind, kind};
use crate::rng::Rng;

/// One convolution on the host.
#[derive(Debug, Clone, PartialEq)]
pub struct Kernel {
    /// How many steps of the sequence one output sees; at least 1.
    pub taps: usize,
    /// Width in is `taps · channels`. Row `k · channels + c` of the weight belongs to tap k and channel c, which is
    /// `[out, c, k]` of a PyTorch `Conv1d`.
    pub layer: Layer,
}

impl Kernel {
    /// Weights normal with sd = sqrt(`gain` / (taps · inputs)), biases 0; a gain of 2 is He's (doi 10.1109/ICCV.2015.123).
    pub fn initial(inputs: usize, outputs: usize, taps: usize, gain: f64, rng: &mut Rng) -> Self {
        Self { taps, layer: dense(taps * inputs, outputs, gain, rng) }
    }
}

/// A convolution on a device: see the [module](self).
#[derive(Module, Debug)]
pub struct Conv1d {
    dense: Dense,
    taps: usize,
}

impl Conv1d {
    /// Uploads a kernel. On a device with autodiff its parameters ask for gradients.
    pub fn build(kernel: &Kernel, device: &Device) -> Self {
        Self { dense: Dense::build(&kernel.layer, device), taps: kernel.taps.max(1) }
    }

    /// The weights and biases, uploaded.
    pub fn dense(&self) -> &Dense {
        &self.dense
    }

    /// z, before any activation. The sequence must hold at least `taps` steps.
    ///
    /// # Shapes
    /// `[batch, length, inputs] -> [batch, length − taps + 1, outputs]`
    pub fn forward(&self, x: Tensor<3>) -> Tensor<3> {
        // A kernel as long as the sequence, or of one tap, is a dense layer anywhere.
        let dense = self.taps == 1 || x.dims()[1] == self.taps;
        if dense || kind(&x.device()) == DeviceKind::Cpu { self.by_product(x) } else { self.by_convolution(x) }
    }

    /// [`forward`](Self::forward) as one product of matrices: the faster on the processor.
    pub fn by_product(&self, x: Tensor<3>) -> Tensor<3> {
        let [batch, length, inputs] = x.dims();
        let steps = (length + 1).saturating_sub(self.taps);
        let rows = if steps == 1 {
            // All of the sequence at once: it lies there already.
            x.reshape([batch, length * inputs])
        } else if self.taps == 1 {
            x.reshape([batch * steps, inputs])
        } else {
            let views = (0..self.taps).map(|tap| x.clone().narrow(1, tap, steps)).collect();
            Tensor::cat(views, 2).reshape([batch * steps, self.taps * inputs])
        };
        let z = self.dense.forward(rows);
        let [_, outputs] = z.dims();
        z.reshape([batch, steps, outputs])
    }

    /// [`forward`](Self::forward) by burn's convolution: the faster on a GPU.
    pub fn by_convolution(&self, x: Tensor<3>) -> Tensor<3> {
        let (weight, bias) = self.dense.tensors();
        let [rows, outputs] = weight.dims();
        let weight = weight.reshape([self.taps, rows / self.taps, outputs]).permute([2, 1, 0]);
        let options = ConvOptions::new([1], [0], [1], 1);
        conv1d(x.swap_dims(1, 2), weight, Some(bias), options).swap_dims(1, 2)
    }
}
