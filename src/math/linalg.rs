//! Small dense systems. What is large goes through faer (`pca`).

/// Solves A·X = B for a symmetric positive definite A (Cholesky). `None` when A is not numerically positive definite.
///
/// # Shapes
/// `a`: d × d by rows (the lower triangle is read); `b`: d.
pub fn solve_spd(a: &[f64], b: &[f64]) -> Option<Vec<f64>> {
    let l = cholesky(a, b.len())?;
    Some(solve_lower_twice(&l, b))
}

/// The inverse of a symmetric positive definite matrix, d × d by rows.
pub fn inverse_spd(a: &[f64], d: usize) -> Option<Vec<f64>> {
    let l = cholesky(a, d)?;
    let mut out = vec![0.0; d * d];
    for j in 0..d {
        let mut unit = vec![0.0; d];
        unit[j] = 1.0;
        for (i, v) in solve_lower_twice(&l, &unit).into_iter().enumerate() {
            out[i * d + j] = v;
        }
    }
    Some(out)
}

/// The lower factor L of A = L·Lᵀ, d × d by rows.
pub fn cholesky(a: &[f64], d: usize) -> Option<Vec<f64>> {
    let mut l = vec![0.0; d * d];
    for i in 0..d {
        for j in 0..=i {
            let dot: f64 = (0..j).map(|k| l[i * d + k] * l[j * d + k]).sum();
            let rest = a[i * d + j] - dot;
            if i == j {
                // Under rounding of the diagonal the matrix is singular for us.
                if rest.is_nan() || rest <= 1e-13 * a[i * d + i].abs() {
                    return None;
                }
                l[i * d + i] = libm::sqrt(rest);
            } else {
                l[i * d + j] = rest / l[j * d + j];
            }
        }
    }
    Some(l)
}

/// x of L·Lᵀ·x = b, for a factor of [`cholesky`].
pub fn solve_lower_twice(l: &[f64], b: &[f64]) -> Vec<f64> {
    let d = b.len();
    let mut x = b.to_vec();
    for i in 0..d {
        let dot: f64 = (0..i).map(|k| l[i * d + k] * x[k]).sum();
        x[i] = (x[i] - dot) / l[i * d + i];
    }
    for i in (0..d).rev() {
        let dot: f64 = (i + 1..d).map(|k| l[k * d + i] * x[k]).sum();
        x[i] = (x[i] - dot) / l[i * d + i];
    }
    x
}

/// An orthonormal basis of columns, taken one after the other; a column that says nothing new is left out.
#[derive(Debug, Clone, PartialEq)]
pub struct Basis {
    /// The columns that were kept.
    pub kept: Vec<usize>,
    /// The basis: as many columns of n values.
    pub q: Vec<Vec<f64>>,
    /// Each kept column in terms of the basis up to itself.
    r: Vec<Vec<f64>>,
}

impl Basis {
    /// Of these columns (Gram–Schmidt, twice for rounding). `None` once more than `most` are kept.
    pub fn of(columns: impl IntoIterator<Item = Vec<f64>>, most: usize) -> Option<Self> {
        let norm = |v: &[f64]| libm::sqrt(v.iter().map(|v| v * v).sum());
        let mut basis = Self { kept: Vec::new(), q: Vec::new(), r: Vec::new() };
        for (j, mut column) in columns.into_iter().enumerate() {
            let whole = norm(&column);
            let mut parts = vec![0.0; basis.q.len()];
            for _ in 0..2 {
                for (part, q) in parts.iter_mut().zip(&basis.q) {
                    let along: f64 = q.iter().zip(&column).map(|(q, c)| q * c).sum();
                    *part += along;
                    column.iter_mut().zip(q).for_each(|(c, q)| *c -= along * q);
                }
            }
            let rest = norm(&column);
            if !rest.is_finite() || whole == 0.0 || rest <= 1e-8 * whole {
                continue;
            }
            if basis.kept.len() == most {
                return None;
            }
            column.iter_mut().for_each(|c| *c /= rest);
            parts.push(rest);
            basis.kept.push(j);
            basis.q.push(column);
            basis.r.push(parts);
        }
        Some(basis)
    }

    /// Coefficients of the kept columns from those of the basis.
    pub fn solve(&self, theta: &[f64]) -> Vec<f64> {
        let mut b = theta.to_vec();
        for i in (0..b.len().min(self.r.len())).rev() {
            b[i] /= self.r[i][i];
            for k in 0..i {
                b[k] -= self.r[i][k] * b[i];
            }
        }
        b
    }
}
