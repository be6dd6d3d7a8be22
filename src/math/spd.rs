//! Functions of symmetric positive semi-definite matrices by their eigenvectors.

use crate::error::{Code, Result};
use faer::{Mat, MatRef, Side};

/// Eigenvalues under this share of the largest are rounding.
const RELATIVE_ZERO: f64 = 1e-12;

/// Eigenvalues and eigenvectors of a symmetric matrix, the largest value first.
#[derive(Debug, Clone, PartialEq)]
pub struct Eigen {
    /// The eigenvalues, falling.
    pub values: Vec<f64>,
    /// d × d by columns: the k-th vector is `vectors[k·d..][..d]`. Its entry of largest size is positive, so that signs are
    /// the same everywhere.
    pub vectors: Vec<f64>,
}

/// The eigenproblem of a symmetric matrix, d × d by rows (the lower triangle is read).
///
/// # Errors
/// `internal` for another length, for a cell that is not finite, or when it does not settle.
pub fn eigen(a: &[f64], d: usize) -> Result<Eigen> {
    if a.len() != d * d || d == 0 || a.iter().any(|v| !v.is_finite()) {
        return Err(Code::Internal.err().with("reason", "no finite square matrix"));
    }
    let found = MatRef::from_row_major_slice(a, d, d)
        .self_adjoint_eigen(Side::Lower)
        .map_err(|_| Code::Internal.err().with("reason", "the eigenvalues did not settle"))?;
    let s = found.S().column_vector();
    let mut order: Vec<usize> = (0..d).collect();
    order.sort_by(|&a, &b| s[b].total_cmp(&s[a]));
    let mut vectors = Vec::with_capacity(d * d);
    for &k in &order {
        let column: Vec<f64> = (0..d).map(|i| found.U()[(i, k)]).collect();
        let largest = column.iter().fold(0.0, |m: f64, v| if v.abs() > m.abs() * (1.0 + 1e-9) { *v } else { m });
        let sign = if largest < 0.0 { -1.0 } else { 1.0 };
        vectors.extend(column.iter().map(|v| v * sign));
    }
    Ok(Eigen { values: order.iter().map(|&k| s[k]).collect(), vectors })
}

/// f(A) = V f(Λ) Vᵀ by rows; eigenvalues that are rounding (or under 0) are handed over as 0.
///
/// # Errors
/// As [`eigen`].
pub fn apply(a: &[f64], d: usize, f: impl Fn(f64) -> f64) -> Result<Vec<f64>> {
    let e = eigen(a, d)?;
    let top = e.values.first().copied().unwrap_or(0.0).max(0.0);
    let mapped: Vec<f64> = e.values.iter().map(|&v| f(if v > RELATIVE_ZERO * top { v } else { 0.0 })).collect();
    let v = MatRef::from_column_major_slice(&e.vectors, d, d);
    let scaled: Mat<f64> = Mat::from_fn(d, d, |i, k| v[(i, k)] * mapped[k]);
    Ok(by_rows((&scaled * v.transpose()).as_ref()))
}

/// A^½, symmetric.
///
/// # Errors
/// As [`eigen`].
pub fn sqrt(a: &[f64], d: usize) -> Result<Vec<f64>> {
    apply(a, d, libm::sqrt)
}

/// A^(−½) on the space where A is not 0 (the pseudo-inverse of the root).
///
/// # Errors
/// As [`eigen`].
pub fn inverse_sqrt(a: &[f64], d: usize) -> Result<Vec<f64>> {
    apply(a, d, |v| if v > 0.0 { 1.0 / libm::sqrt(v) } else { 0.0 })
}

/// A·B by rows, `a` n × k and `b` k × m.
pub fn product(a: &[f64], b: &[f64], n: usize, k: usize, m: usize) -> Vec<f64> {
    if a.len() != n * k || b.len() != k * m {
        return vec![f64::NAN; n * m];
    }
    by_rows((MatRef::from_row_major_slice(a, n, k) * MatRef::from_row_major_slice(b, k, m)).as_ref())
}

fn by_rows(m: MatRef<'_, f64>) -> Vec<f64> {
    (0..m.nrows()).flat_map(|i| (0..m.ncols()).map(move |j| m[(i, j)])).collect()
}
