//! Losses over a batch: each gives one number, `[1]`, on the device.

pub mod cross_entropy;
pub mod squared;

pub use cross_entropy::{cross_entropy, cross_entropy_rows};
pub use squared::{squared, squared_rows};

use burn::tensor::Tensor;

/// The mean of a loss over rows, or its weighted mean Σwᵢlᵢ / Σwᵢ.
///
/// # Shapes
/// `[rows, 1] -> [1]`; weights `[rows, 1]`
pub(crate) fn mean(of_rows: Tensor<2>, weights: Option<Tensor<2>>) -> Tensor<1> {
    match weights {
        None => of_rows.mean(),
        Some(weights) => (of_rows * weights.clone()).sum() / weights.sum(),
    }
}
