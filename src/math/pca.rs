//! Principal components by the eigenvectors of the smaller Gram matrix.

use crate::error::{Code, Result};
use faer::{Mat, MatRef, Side};

/// Axes, fitted on some rows and applied to any.
#[derive(Debug, Clone, PartialEq)]
pub struct Pca {
    /// The mean of each column (p).
    pub centre: Vec<f64>,
    /// components × p by rows, orthonormal; the largest entry of each is positive, so that signs are the same everywhere.
    pub axes: Vec<f64>,
    /// Variance along each axis (denominator n − 1), falling.
    pub variance: Vec<f64>,
    /// Variance of all columns together.
    pub total: f64,
}

impl Pca {
    /// Fits up to `components` axes on n rows of p columns (by rows, finite); fewer when the rank is lower.
    ///
    /// # Errors
    /// `too_few_rows` under two rows, `nothing_varies` when every column is constant, `internal` for a length that is not
    /// n × p or an eigenproblem that fails.
    pub fn fit(x: &[f64], n: usize, p: usize, components: usize) -> Result<Self> {
        if n < 2 {
            return Err(Code::TooFewRows.err().with("found", n).with("needed", 2).with("what", "PCA"));
        }
        if x.len() != n * p {
            return Err(Code::Internal.err().with("reason", "x is not n × p"));
        }
        let raw = MatRef::from_row_major_slice(x, n, p);
        let centre: Vec<f64> = (0..p).map(|j| super::stats::sum((0..n).map(|i| raw[(i, j)])) / n as f64).collect();
        let z: Mat<f64> = Mat::from_fn(n, p, |i, j| raw[(i, j)] - centre[j]);
        let wide = p > n;
        let gram: Mat<f64> = if wide { &z * z.transpose() } else { z.transpose() * &z };
        let eigen = gram
            .self_adjoint_eigen(Side::Lower)
            .map_err(|_| Code::Internal.err().with("reason", "the eigenvalues of a PCA did not settle"))?;
        let values = eigen.S().column_vector();
        let mut order: Vec<usize> = (0..values.nrows()).collect();
        order.sort_by(|&a, &b| values[b].total_cmp(&values[a]));
        let top = order.first().map_or(0.0, |&k| values[k]);
        let level = centre.iter().map(|c| c * c).sum::<f64>() * n as f64;
        if top.is_nan() || top <= 1e-24 * (1.0 + level) {
            return Err(Code::NothingVaries.err());
        }
        // The Gram matrix squares the condition: under 1e-12 of the largest a direction is rounding.
        let keep: Vec<usize> = order.into_iter().take(components).filter(|&k| values[k] > 1e-12 * top).collect();
        let chosen: Mat<f64> = Mat::from_fn(values.nrows(), keep.len(), |i, k| eigen.U()[(i, keep[k])]);
        let v: Mat<f64> = if wide { z.transpose() * &chosen } else { chosen };
        let mut axes = Vec::with_capacity(keep.len() * p);
        for k in 0..keep.len() {
            let column: Vec<f64> = (0..p).map(|j| v[(j, k)]).collect();
            let length = libm::sqrt(super::stats::sum(column.iter().map(|a| a * a)));
            let largest = column.iter().fold(0.0, |m: f64, a| if a.abs() > m.abs() * (1.0 + 1e-9) { *a } else { m });
            let by = length * largest.signum();
            axes.extend(column.iter().map(|a| a / by));
        }
        let dof = (n - 1) as f64;
        let total = super::stats::sum((0..values.nrows()).map(|k| values[k].max(0.0))) / dof;
        Ok(Self { centre, axes, variance: keep.iter().map(|&k| values[k] / dof).collect(), total })
    }

    /// The leading axes alone: what [`Pca::fit`] gives for as many components.
    pub fn first(&self, components: usize) -> Self {
        let kept = components.min(self.components());
        let axes = self.axes[..kept * self.centre.len()].to_vec();
        Self { axes, variance: self.variance[..kept].to_vec(), ..self.clone() }
    }

    /// How many axes there are.
    pub fn components(&self) -> usize {
        self.variance.len()
    }

    /// Scores of rows (by rows, p columns): rows × components by rows.
    pub fn scores(&self, x: &[f64]) -> Vec<f64> {
        let p = self.centre.len().max(1);
        x.chunks_exact(p)
            .flat_map(|row| {
                self.axes
                    .chunks_exact(p)
                    .map(move |axis| row.iter().zip(&self.centre).zip(axis).map(|((x, c), a)| (x - c) * a).sum::<f64>())
            })
            .collect()
    }
}
