//! Binary cross-entropy of one logit: l = log(1 + e^z) − y·z, and how well a logit separates two sides.

use burn::tensor::Tensor;
use burn::tensor::activation::relu;

/// The mean over rows, in nats; `y` is 0, 1 or between.
///
/// # Shapes
/// `z: [rows, 1], y: [rows, 1], weights: [rows, 1] -> [1]`
pub fn binary(z: Tensor<2>, y: Tensor<2>, weights: Option<Tensor<2>>) -> Tensor<1> {
    super::mean(binary_rows(z, y), weights)
}

/// Each row's, in nats, written so that no exponential overflows.
///
/// # Shapes
/// `z: [rows, 1], y: [rows, 1] -> [rows, 1]`
pub fn binary_rows(z: Tensor<2>, y: Tensor<2>) -> Tensor<2> {
    relu(z.clone()) - z.clone() * y + z.abs().neg().exp().log1p()
}

/// The area under the ROC curve of `z` for `y` = 1 against `y` = 0, by all pairs (ties count half): no gradient.
/// One half where a side has no row. `among` (0 or 1) says which rows count.
///
/// # Shapes
/// `z, y, among: [rows, 1] -> [1]`
pub fn separation(z: Tensor<2>, y: Tensor<2>, among: Tensor<2>) -> Tensor<1> {
    let (z, y) = (z.detach(), y.detach());
    let ones = y.clone() * among.clone();
    let zeros = (y * -1.0 + 1.0) * among;
    let off = z.clone() - z.transpose();
    let wins = (off.clone().greater_elem(0.0).float() + off.greater_equal_elem(0.0).float()) * 0.5;
    let pairs = ones.clone().sum() * zeros.clone().sum();
    let won = (wins * (ones * zeros.transpose())).sum();
    // Without a pair this is 0 + ½ over 0 + 1.
    let none = pairs.clone().equal_elem(0.0).float();
    (won + none.clone() * 0.5) / (pairs + none)
}
