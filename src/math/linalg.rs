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

fn solve_lower_twice(l: &[f64], b: &[f64]) -> Vec<f64> {
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
