//! Covariance matrices: the sample's, and Ledoit and Wolf's, which can be inverted with more columns than rows.

use super::rows::Rows;
use crate::error::Result;
use faer::Mat;

/// Means and a covariance matrix.
#[derive(Debug, Clone, PartialEq)]
pub struct Covariance {
    /// The mean of each column (p).
    pub mean: Vec<f64>,
    /// p × p by rows.
    pub matrix: Vec<f64>,
    /// How far it was drawn to a multiple of the identity: 0 not at all, 1 entirely.
    pub shrinkage: f64,
}

/// The sample covariance over n − `lost` (1: unbiased; 0: maximum likelihood).
///
/// # Errors
/// `too_few_rows` under two rows.
pub fn sample(x: Rows<'_>, lost: usize) -> Result<Covariance> {
    let x = x.at_least(2, "covariance")?;
    let mean = x.means();
    let matrix = centred(x, &mean, (x.n() - lost.min(1)) as f64);
    Ok(Covariance { mean, matrix, shrinkage: 0.0 })
}

/// Zᵀ Z / `by` of the centred rows.
fn centred(x: Rows<'_>, mean: &[f64], by: f64) -> Vec<f64> {
    let p = x.p();
    let z: Mat<f64> = Mat::from_fn(x.n(), p, |i, j| x.values()[i * p + j] - mean[j]);
    let gram = z.transpose() * &z;
    // Both triangles from one, so that the matrix is symmetric to the bit.
    (0..p).flat_map(|i| (0..p).map(move |j| (i.max(j), i.min(j)))).map(|(i, j)| gram[(i, j)] / by).collect()
}

/// (1 − δ) S + δ μ I with S the maximum likelihood covariance, μ = tr S / p and the δ that is closest to Σ in the
/// Frobenius norm (Ledoit and Wolf, J Multivar Anal 2004;88:365–411, lemma 3.1 to 3.4), as scikit-learn's `LedoitWolf`.
///
/// # Errors
/// `too_few_rows` under two rows.
pub fn ledoit_wolf(x: Rows<'_>) -> Result<Covariance> {
    let x = x.at_least(2, "covariance")?;
    let (n, p) = (x.n() as f64, x.p() as f64);
    let mean = x.means();
    let mut matrix = centred(x, &mean, n);
    let width = x.p();
    let mu = (0..width).map(|j| matrix[j * width + j]).sum::<f64>() / p;
    let square: f64 = matrix.iter().map(|v| v * v).sum();
    // Σᵢ ‖zᵢ‖⁴ / n is the sum over pairs of columns of mean zⱼ² zₖ².
    let fourth: f64 = x
        .iter()
        .map(|row| {
            let length: f64 = row.iter().zip(&mean).map(|(v, m)| (v - m) * (v - m)).sum();
            length * length
        })
        .sum::<f64>()
        / n;
    let noise = (fourth - square) / n;
    let distance = square - p * mu * mu;
    // Already a multiple of the identity (one column always is): nothing to shrink.
    let shrinkage = if distance <= 1e-14 * square { 0.0 } else { (noise / distance).clamp(0.0, 1.0) };
    matrix.iter_mut().for_each(|v| *v *= 1.0 - shrinkage);
    for j in 0..width {
        matrix[j * width + j] += shrinkage * mu;
    }
    Ok(Covariance { mean, matrix, shrinkage })
}
