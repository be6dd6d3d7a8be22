//! Squared error: l = Σₖ (zₖ − yₖ)² / k.

use burn::tensor::Tensor;

/// The mean over rows of the squared error.
///
/// # Shapes
/// `z: [rows, k], y: [rows, k], weights: [rows, 1] -> [1]`
pub fn squared(z: Tensor<2>, y: Tensor<2>, weights: Option<Tensor<2>>) -> Tensor<1> {
    super::mean(squared_rows(z, y), weights)
}

/// Each row's squared error.
///
/// # Shapes
/// `z: [rows, k], y: [rows, k] -> [rows, 1]`
pub fn squared_rows(z: Tensor<2>, y: Tensor<2>) -> Tensor<2> {
    let off = z - y;
    (off.clone() * off).mean_dim(1)
}
