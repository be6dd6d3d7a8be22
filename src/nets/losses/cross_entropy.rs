//! Softmax cross-entropy: l = −Σₖ yₖ · log softmax(z)ₖ.
//!
//! Two classes are two outputs like any other number of classes, so that a head means the same everywhere:
//! softmax of two is the logistic function of their difference.

use burn::tensor::Tensor;
use burn::tensor::activation::log_softmax;

/// The mean over rows of the cross-entropy, in nats; `y` holds each row's probabilities (one-hot from the host).
///
/// # Shapes
/// `z: [rows, k], y: [rows, k], weights: [rows, 1] -> [1]`
pub fn cross_entropy(z: Tensor<2>, y: Tensor<2>, weights: Option<Tensor<2>>) -> Tensor<1> {
    super::mean(cross_entropy_rows(z, y), weights)
}

/// Each row's cross-entropy, in nats.
///
/// # Shapes
/// `z: [rows, k], y: [rows, k] -> [rows, 1]`
pub fn cross_entropy_rows(z: Tensor<2>, y: Tensor<2>) -> Tensor<2> {
    (log_softmax(z, 1) * y).sum_dim(1).neg()
}

/// The weighted share of rows whose largest output is their class: no gradient.
///
/// # Shapes
/// `z: [rows, k], y: [rows, k], weights: [rows, 1] -> [1]`
pub fn accuracy(z: Tensor<2>, y: Tensor<2>, weights: Option<Tensor<2>>) -> Tensor<1> {
    super::mean((super::decided(z) * y.detach()).sum_dim(1), weights)
}
