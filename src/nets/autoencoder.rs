//! The denoising autoencoder (Vincent et al. 2008, ICML, doi 10.1145/1390156.1390294): some inputs are put to 0, and the
//! network is to give back what stood there before.
//!
//! code = E(x ∘ m), loss = mean (D(code) − x)², with mᵢ = 0 with the rate of the noise. The target is the *uncorrupted* x: a
//! released implementation zeroes its inputs in place, and so learns to give back the zeros.

use burn::module::Module;
use burn::tensor::activation::{relu, sigmoid};
use burn::tensor::{Device, Tensor, TensorData};

use super::losses::squared;
use super::{Layer, Mlp};
use crate::error::Result;
use crate::rng::Rng;

/// What the last layer of the decoder is followed by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Output {
    /// Nothing: for standardised inputs.
    Linear,
    /// σ: for inputs between 0 and 1.
    Sigmoid,
}

/// Encoder and decoder on a device: see the [module](self).
#[derive(Module, Debug)]
pub struct Autoencoder {
    encoder: Mlp,
    decoder: Mlp,
}

impl Autoencoder {
    /// Uploads the layers; the encoder's last one is the code, the decoder's last one as wide as the input.
    pub fn build(encoder: &[Layer], decoder: &[Layer], device: &Device) -> Self {
        Self { encoder: Mlp::build(encoder, device), decoder: Mlp::build(decoder, device) }
    }

    /// The code, without noise.
    ///
    /// # Shapes
    /// `[rows, inputs] -> [rows, code]`
    pub fn code(&self, x: Tensor<2>) -> Tensor<2> {
        self.encoder.forward(x, &[])
    }

    /// What is given back.
    ///
    /// # Shapes
    /// `[rows, code] -> [rows, inputs]`
    pub fn decode(&self, code: Tensor<2>, output: Output) -> Tensor<2> {
        let z = self.decoder.forward(relu(code), &[]);
        match output {
            Output::Linear => z,
            Output::Sigmoid => sigmoid(z),
        }
    }

    /// The mean squared error against x, from x with some of it at 0. `keep` holds 1 and 0.
    ///
    /// # Shapes
    /// `x, keep: [rows, inputs] -> [1]`
    pub fn loss(&self, x: Tensor<2>, keep: Tensor<2>, output: Output) -> Tensor<1> {
        let said = self.decode(self.code(x.clone() * keep), output);
        squared(said, x, None)
    }

    /// Brings encoder and decoder back.
    ///
    /// # Errors
    /// [`crate::Code::GpuLost`].
    pub async fn layers(&self) -> Result<(Vec<Layer>, Vec<Layer>)> {
        Ok((self.encoder.layers().await?, self.decoder.layers().await?))
    }
}

/// The noise of a batch: 0 with probability `rate`, else 1. What is kept is not scaled up.
pub fn keep(rows: usize, inputs: usize, rate: f64, rng: &mut Rng, device: &Device) -> Tensor<2> {
    let cells = (0..rows * inputs).map(|_| if rng.uniform() < rate { 0.0 } else { 1.0 }).collect::<Vec<f32>>();
    Tensor::from_data(TensorData::new(cells, [rows, inputs]), device)
}
