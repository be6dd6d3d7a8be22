//! Sums, means and quantiles.

/// The sum, compensated (Neumaier), so that it does not depend on the order more than rounding must.
pub fn sum(values: impl IntoIterator<Item = f64>) -> f64 {
    let (mut total, mut lost) = (0.0_f64, 0.0_f64);
    for v in values {
        let next = total + v;
        lost += if total.abs() >= v.abs() { (total - next) + v } else { (v - next) + total };
        total = next;
    }
    // An infinite term makes `lost` NaN: the sum itself is then the answer.
    if lost.is_finite() { total + lost } else { total }
}

/// The mean; NaN of nothing.
pub fn mean(values: &[f64]) -> f64 {
    sum(values.iter().copied()) / values.len() as f64
}

/// The sample variance (denominator n − 1), in two passes; NaN under two values.
pub fn variance(values: &[f64]) -> f64 {
    if values.len() < 2 {
        return f64::NAN;
    }
    let m = mean(values);
    sum(values.iter().map(|v| (v - m) * (v - m))) / (values.len() - 1) as f64
}

/// The sample standard deviation (denominator n − 1).
pub fn sd(values: &[f64]) -> f64 {
    libm::sqrt(variance(values))
}

/// The sample covariance (denominator n − 1); NaN under two pairs.
pub fn covariance(a: &[f64], b: &[f64]) -> f64 {
    let n = a.len().min(b.len());
    if n < 2 {
        return f64::NAN;
    }
    let (ma, mb) = (mean(&a[..n]), mean(&b[..n]));
    sum(a.iter().zip(b).map(|(x, y)| (x - ma) * (y - mb))) / (n - 1) as f64
}

/// Pearson's correlation; NaN where a side is constant.
pub fn correlation(a: &[f64], b: &[f64]) -> f64 {
    covariance(a, b) / (sd(a) * sd(b))
}

/// The quantile `q` in [0, 1] of type 7 (linear between order statistics, as R and NumPy do by default). NaN are
/// left out; NaN of nothing.
pub fn quantile(values: &[f64], q: f64) -> f64 {
    let mut sorted: Vec<f64> = values.iter().copied().filter(|v| !v.is_nan()).collect();
    sorted.sort_by(f64::total_cmp);
    quantile_sorted(&sorted, q)
}

/// As [`quantile`], of values that are sorted and hold no NaN.
pub fn quantile_sorted(sorted: &[f64], q: f64) -> f64 {
    let (Some(&first), Some(&last)) = (sorted.first(), sorted.last()) else { return f64::NAN };
    let h = q.clamp(0.0, 1.0) * (sorted.len() - 1) as f64;
    let below = h.floor() as usize;
    match (sorted.get(below), sorted.get(below + 1)) {
        (Some(&a), Some(&b)) => a + (h - below as f64) * (b - a),
        _ if q <= 0.0 => first,
        _ => last,
    }
}

/// The median.
pub fn median(values: &[f64]) -> f64 {
    quantile(values, 0.5)
}

/// Ranks from 1, ties sharing the mean of theirs.
pub fn ranks(values: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..values.len()).collect();
    order.sort_by(|&a, &b| values[a].total_cmp(&values[b]));
    let mut out = vec![0.0; values.len()];
    let mut start = 0;
    while start < order.len() {
        let mut end = start + 1;
        while end < order.len() && values[order[end]] == values[order[start]] {
            end += 1;
        }
        let shared = (start + 1 + end) as f64 / 2.0;
        for &i in &order[start..end] {
            out[i] = shared;
        }
        start = end;
    }
    out
}
