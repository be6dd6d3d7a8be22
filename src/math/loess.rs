//! Local regression (Cleveland and Devlin, J Am Stat Assoc 1988;83:596–610), without robustness iterations.

/// Fits at each of `at` a line (`degree` 1) or a parabola (`degree` 2) to the nearest `span`·n rows, with tricube weights
/// over their largest distance. Where the rows near hold too few distinct x, the degree falls, to the local mean at last.
///
/// # Shapes
/// `x`, `y`: n; `at`: any; answer: as `at`. NaN without rows.
pub fn loess(x: &[f64], y: &[f64], at: &[f64], span: f64, degree: usize) -> Vec<f64> {
    let n = x.len().min(y.len());
    let mut order: Vec<usize> = (0..n).collect();
    order.sort_by(|&a, &b| x[a].total_cmp(&x[b]));
    let xs: Vec<f64> = order.iter().map(|&i| x[i]).collect();
    let ys: Vec<f64> = order.iter().map(|&i| y[i]).collect();
    // The small addend: 0.75 · 4 must count as 3.
    let near = ((span * n as f64 + 1e-10) as usize).clamp(1.min(n), n);
    at.iter().map(|&centre| fit_at(&xs, &ys, centre, near, degree)).collect()
}

fn fit_at(xs: &[f64], ys: &[f64], centre: f64, near: usize, degree: usize) -> f64 {
    let n = xs.len();
    if n == 0 {
        return f64::NAN;
    }
    // The window of the nearest rows, by sliding from where `centre` stands.
    let mut left = xs.partition_point(|&v| v < centre).saturating_sub(near).min(n - near);
    while left + near < n && xs[left + near] - centre < centre - xs[left] {
        left += 1;
    }
    let reach = (centre - xs[left]).abs().max((xs[left + near - 1] - centre).abs());
    let mut moments = [0.0_f64; 5];
    let mut products = [0.0_f64; 3];
    let mut add = |u: f64, w: f64, y: f64| {
        let mut power = w;
        for (k, m) in moments.iter_mut().enumerate() {
            *m += power;
            if k < 3 {
                products[k] += power * y;
            }
            power *= u;
        }
    };
    // All rows within reach take part, so that equal x are all in or all out.
    let first = xs.partition_point(|&v| v < centre - reach);
    for i in first..n {
        let u = if reach > 0.0 { (xs[i] - centre) / reach } else { 0.0 };
        if u > 1.0 || (reach == 0.0 && xs[i] > centre) {
            break;
        }
        let c = 1.0 - u.abs() * u.abs() * u.abs();
        let w = if reach > 0.0 { (c * c * c).max(0.0) } else { 1.0 };
        add(u, w, ys[i]);
    }
    solve_at_zero(&moments, &products, degree, ys[left])
}

/// The intercept of the weighted polynomial in u.
fn solve_at_zero(m: &[f64; 5], b: &[f64; 3], degree: usize, fallback: f64) -> f64 {
    if m[0].is_nan() || m[0] <= 0.0 {
        return fallback;
    }
    if degree >= 2 {
        let det = m[0] * (m[2] * m[4] - m[3] * m[3]) - m[1] * (m[1] * m[4] - m[3] * m[2])
            + m[2] * (m[1] * m[3] - m[2] * m[2]);
        if det > 1e-12 * m[0] * m[0] * m[0] {
            let top = b[0] * (m[2] * m[4] - m[3] * m[3]) - m[1] * (b[1] * m[4] - m[3] * b[2])
                + m[2] * (b[1] * m[3] - m[2] * b[2]);
            return top / det;
        }
    }
    if degree >= 1 {
        let det = m[0] * m[2] - m[1] * m[1];
        if det > 1e-12 * m[0] * m[0] {
            return (m[2] * b[0] - m[1] * b[1]) / det;
        }
    }
    b[0] / m[0]
}
