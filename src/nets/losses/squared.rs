//! Squared error: l = Σₖ (zₖ − yₖ)² / k.

use burn::tensor::Tensor;

/// The mean over rows of the squared error.
///
/// # Shapes
/// `z: [rows, k], y: [rows, k], weights: [rows, 1] -> [1]`
pub fn squared(z: Tensor<2>, y: Tensor<2>, weights: Option<Tensor<2>>) -> Tensor<1> {
    let off = z - y;
    super::mean((off.clone() * off).mean_dim(1), weights)
}
