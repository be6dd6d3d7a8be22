//! Losses over a batch: each gives one number, `[1]`, on the device.

pub mod binary;
pub mod cross_entropy;
pub mod margin;
pub mod moments;
pub mod squared;

pub use binary::{binary, binary_rows, separation};
pub use cross_entropy::{accuracy, cross_entropy, cross_entropy_rows};
pub use margin::{Product, contradiction_rows, decided, sureness};
pub use moments::{coral, mmd};
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

/// A weight for each row so that every class that is there counts the same: n / (k · rows of its class).
pub fn balanced(classes: &[usize]) -> Vec<f32> {
    let mut counts = vec![0_usize; classes.iter().max().map_or(0, |most| most + 1)];
    classes.iter().for_each(|&class| counts[class] += 1);
    let there = counts.iter().filter(|count| **count > 0).count();
    classes.iter().map(|&class| classes.len() as f32 / (there * counts[class]) as f32).collect()
}
