//! Normal, t, χ², F and Kolmogorov distributions.

use statrs::distribution::{ChiSquared, ContinuousCDF, FisherSnedecor, Normal, StudentsT};

/// Φ(x), exact in both tails.
pub fn normal_cdf(x: f64) -> f64 {
    0.5 * libm::erfc(-x * std::f64::consts::FRAC_1_SQRT_2)
}

/// Φ⁻¹(p); infinite at 0 and 1, NaN outside.
pub fn normal_quantile(p: f64) -> f64 {
    if !(0.0..=1.0).contains(&p) {
        return f64::NAN;
    }
    let start = Normal::new(0.0, 1.0).map_or(f64::NAN, |d| d.inverse_cdf(p));
    if !start.is_finite() {
        return start;
    }
    // One Newton step against our own Φ: the two tails then agree with `normal_cdf` to rounding.
    let density = libm::exp(-0.5 * start * start) / libm::sqrt(std::f64::consts::TAU);
    if density > 1e-280 { start - (normal_cdf(start) - p) / density } else { start }
}

/// P(T ≤ x) of Student's t; NaN for df ≤ 0. `df` may be infinite (the normal).
pub fn t_cdf(x: f64, df: f64) -> f64 {
    if df.is_infinite() {
        return normal_cdf(x);
    }
    StudentsT::new(0.0, 1.0, df).map_or(f64::NAN, |d| d.cdf(x))
}

/// The quantile of Student's t; NaN for df ≤ 0 or p outside [0, 1].
pub fn t_quantile(p: f64, df: f64) -> f64 {
    if df.is_infinite() {
        return normal_quantile(p);
    }
    if !(0.0..=1.0).contains(&p) {
        return f64::NAN;
    }
    let lower = p.min(1.0 - p);
    if df.is_nan() || df <= 0.0 {
        return f64::NAN;
    }
    if lower == 0.0 {
        return if p == 0.0 { f64::NEG_INFINITY } else { f64::INFINITY };
    }
    // The lower tail by doubling, then by halves: statrs's own inverse is off by factors far out where df is small.
    let mut far = -1.0;
    while t_cdf(far, df) > lower && far > -1e300 {
        far *= 2.0;
    }
    let mut near = if far < -1.0 { far / 2.0 } else { 0.0 };
    while near - far > 1e-15 * far.abs() {
        let middle = far + (near - far) / 2.0;
        if middle <= far || middle >= near {
            break;
        }
        if t_cdf(middle, df) > lower { near = middle } else { far = middle }
    }
    if p <= 0.5 { far } else { -far }
}

/// Two-sided p of a t statistic.
pub fn t_two_sided(t: f64, df: f64) -> f64 {
    (2.0 * t_cdf(-t.abs(), df)).min(1.0)
}

/// P(X > x) of χ² with `df` degrees of freedom; NaN for df ≤ 0.
pub fn chi2_sf(x: f64, df: f64) -> f64 {
    ChiSquared::new(df).map_or(f64::NAN, |d| d.sf(x))
}

/// P(X > x) of F with `df1` and `df2` degrees of freedom; NaN where either is not positive.
pub fn f_sf(x: f64, df1: f64, df2: f64) -> f64 {
    FisherSnedecor::new(df1, df2).map_or(f64::NAN, |d| d.sf(x))
}

/// P(K > x) of Kolmogorov's limiting distribution.
pub fn kolmogorov_sf(x: f64) -> f64 {
    if x <= 0.0 {
        return 1.0;
    }
    if x < 0.8 {
        // The other theta series converges where this one does not.
        let c = std::f64::consts::PI * std::f64::consts::PI / (8.0 * x * x);
        let terms: f64 = (0..6).map(|k| libm::exp(-f64::from((2 * k + 1) * (2 * k + 1)) * c)).sum();
        return 1.0 - libm::sqrt(std::f64::consts::TAU) / x * terms;
    }
    let term = |k: i32| f64::from(1 - 2 * ((k + 1) % 2)) * libm::exp(-2.0 * f64::from(k * k) * x * x);
    (2.0 * (1..=40).map(term).sum::<f64>()).clamp(0.0, 1.0)
}
