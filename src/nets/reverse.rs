//! Gradient reversal (Ganin & Lempitsky 2015, arXiv 1409.7495): what stands behind it learns to tell domains apart, and
//! what stands before it learns to make that impossible, in one backward pass.

use burn::tensor::Tensor;

/// Forward x, bit for bit; backward −λ times the gradient.
///
/// # Shapes
/// `[…] -> […]`
pub fn reverse<const D: usize>(x: Tensor<D>, lambda: f64) -> Tensor<D> {
    let scaled = x.clone() * -lambda;
    // The first two cancel exactly: what is left of them is their gradient.
    scaled.clone() - scaled.detach() + x.detach()
}

/// The schedule of λ over a training, progress p from 0 to 1: 2 / (1 + e^(−γp)) − 1 (Ganin et al. 2016, JMLR 17(59),
/// section 5.2.2, with γ = 10). γ = 0 is no schedule: always 1.
pub fn ramp(progress: f64, steepness: f64) -> f64 {
    if steepness <= 0.0 { 1.0 } else { 2.0 / (1.0 + libm::exp(-steepness * progress)) - 1.0 }
}
