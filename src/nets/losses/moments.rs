//! How far two batches of features lie apart, differentiable in both.
//!
//! CORAL (Sun & Saenko 2016, arXiv 1607.01719): ‖C_a − C_b‖² / 4d² with the covariances C (over n − 1).
//!
//! MMD² (Gretton et al. 2012, JMLR 13; many kernels: Long et al. 2015, arXiv 1502.02791), the unbiased estimate, with
//! k(x, y) = mean over α of exp(−‖x − y‖² / αm). m is the median of the squared distances of all pairs: the smallest
//! that half of them do not exceed, found by halving an interval, since a sort would wait for a GPU. It is a constant
//! to the gradient.

use burn::tensor::{Tensor, TensorData};

use crate::nets::mlp::plain;

/// α: the bandwidths in median squared distances.
pub const BANDWIDTHS: [f64; 5] = [0.25, 0.5, 1.0, 2.0, 4.0];
/// Halvings of the interval that holds the median: a relative error of the largest distance's last bit.
const HALVINGS: usize = 28;

/// CORAL's distance. Batches of one row have no covariance: 0, without a gradient.
///
/// # Shapes
/// `a: [n, d], b: [m, d] -> [1]`
pub fn coral(a: Tensor<2>, b: Tensor<2>) -> Tensor<1> {
    let ([n, d], [m, _]) = (a.dims(), b.dims());
    if n < 2 || m < 2 {
        return (a.sum() + b.sum()) * 0.0;
    }
    let covariance = |x: Tensor<2>, rows: usize| {
        let off = x.clone() - x.mean_dim(0);
        off.clone().transpose().matmul(off) / (rows - 1) as f64
    };
    let off = covariance(a, n) - covariance(b, m);
    (off.clone() * off).sum() / (4 * d * d) as f64
}

/// The squared maximum mean discrepancy. With a batch of one row: 0, without a gradient.
///
/// # Shapes
/// `a: [n, d], b: [m, d] -> [1]`
pub fn mmd(a: Tensor<2>, b: Tensor<2>) -> Tensor<1> {
    let ([n, _], [m, _]) = (a.dims(), b.dims());
    if n < 2 || m < 2 {
        return (a.sum() + b.sum()) * 0.0;
    }
    let x = Tensor::cat(vec![a, b], 0);
    // Distances do not change by it, and less is lost to rounding.
    let x = x.clone() - x.mean_dim(0).detach();
    let squares = (x.clone() * x.clone()).sum_dim(1);
    let apart = squares.clone() + squares.transpose() - x.clone().matmul(x.transpose()) * 2.0;
    let apart = apart.clamp_min(0.0);
    let all = n + m;
    let device = apart.device();
    let of = |value: &dyn Fn(usize, usize) -> f64| {
        let cells = (0..all * all).map(|cell| value(cell / all, cell % all) as f32).collect::<Vec<_>>();
        Tensor::<2>::from_data(TensorData::new(cells, [all, all]), &device)
    };
    let pairs = of(&|i, j| f64::from(u8::from(i != j)));
    let middle = median(apart.clone(), pairs).clamp_min(1e-12);
    let sides = of(&|i, j| match (i < n, j < n) {
        _ if i == j => 0.0,
        (true, true) => 1.0 / (n * (n - 1)) as f64,
        (false, false) => 1.0 / (m * (m - 1)) as f64,
        _ => -1.0 / (n * m) as f64,
    });
    let scaled = apart / middle;
    let kernel = BANDWIDTHS.iter().map(|alpha| (scaled.clone() / -alpha).exp()).reduce(|a, b| a + b);
    kernel.map_or_else(|| sides.clone().sum(), |kernel| (kernel / BANDWIDTHS.len() as f64 * sides.clone()).sum())
}

/// The smallest value that half of those with a 1 in `among` do not exceed, `[1, 1]`.
fn median(values: Tensor<2>, among: Tensor<2>) -> Tensor<2> {
    let tracked = values.is_autodiff();
    let (values, among) = (plain(values), plain(among));
    let half = among.clone().sum().reshape([1, 1]) * 0.5;
    let mut high = values.clone().max().reshape([1, 1]);
    let mut low = high.zeros_like();
    for _ in 0..HALVINGS {
        let middle = (low.clone() + high.clone()) * 0.5;
        let under = (middle.clone() - values.clone()).greater_equal_elem(0.0).float() * among.clone();
        let enough = (under.sum().reshape([1, 1]) - half.clone()).greater_equal_elem(0.0).float();
        let short = enough.clone() * -1.0 + 1.0;
        high = middle.clone() * enough.clone() + high * short.clone();
        low = low * enough + middle * short;
    }
    if tracked { Tensor::from_inner(high) } else { high }
}
