//! Two-sample and paired tests, and what to do with many p-values.

use super::dist::{chi2_sf, kolmogorov_sf, normal_cdf};
use super::stats::{mean, ranks, variance};
use serde::{Deserialize, Serialize};

/// A statistic and its two-sided p-value.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Test {
    /// The statistic; which one stands at the function.
    pub statistic: f64,
    /// Two-sided p.
    pub p: f64,
}

/// Steps of the exact Kolmogorov–Smirnov count; over it the limiting distribution serves.
const KS_EXACT_UP_TO: usize = 1_000_000;

/// Kolmogorov–Smirnov: D, the largest distance of two empirical distribution functions. p is exact (lattice paths;
/// conservative with ties) up to a million steps, by the limiting distribution beyond. `None` when a side is empty.
pub fn kolmogorov_smirnov(a: &[f64], b: &[f64]) -> Option<Test> {
    let (n, m) = (a.len(), b.len());
    if n == 0 || m == 0 {
        return None;
    }
    let sorted = |v: &[f64]| -> Vec<f64> {
        let mut v = v.to_vec();
        v.sort_by(f64::total_cmp);
        v
    };
    let (a, b) = (sorted(a), sorted(b));
    let (mut i, mut j) = (0, 0);
    // In units of 1/(n·m): the comparison in the count below is then exact.
    let mut largest: usize = 0;
    while i < n && j < m {
        let here = a[i].min(b[j]);
        while i < n && a[i] <= here {
            i += 1;
        }
        while j < m && b[j] <= here {
            j += 1;
        }
        largest = largest.max((i * m).abs_diff(j * n));
    }
    let statistic = largest as f64 / (n as f64 * m as f64);
    let p = if n.saturating_mul(m) <= KS_EXACT_UP_TO {
        ks_exact(n, m, largest)
    } else {
        kolmogorov_sf(libm::sqrt(n as f64 * m as f64 / (n + m) as f64) * statistic)
    };
    Some(Test { statistic, p })
}

/// 1 − P(a random path from (0, 0) to (n, m) stays strictly nearer to the diagonal than `largest`).
fn ks_exact(n: usize, m: usize, largest: usize) -> f64 {
    if largest == 0 {
        return 1.0;
    }
    let mut row = vec![0.0; m + 1];
    for i in 0..=n {
        for j in 0..=m {
            let inside = (i * m).abs_diff(j * n) < largest;
            let value = if i == 0 && j == 0 {
                1.0
            } else {
                let steps = (i + j) as f64;
                let from_i = if i > 0 { row[j] * i as f64 / steps } else { 0.0 };
                let from_j = if j > 0 { row[j - 1] * j as f64 / steps } else { 0.0 };
                from_i + from_j
            };
            row[j] = if inside { value } else { 0.0 };
        }
    }
    (1.0 - row[m]).clamp(0.0, 1.0)
}

/// Mann–Whitney: U of `a`. p is exact when a side has at most 8 values and nothing is tied, else normal with tie and
/// continuity correction (as SciPy). `None` when a side is empty.
pub fn mann_whitney(a: &[f64], b: &[f64]) -> Option<Test> {
    let (n, m) = (a.len(), b.len());
    if n == 0 || m == 0 {
        return None;
    }
    let all: Vec<f64> = a.iter().chain(b).copied().collect();
    let r = ranks(&all);
    let u = r[..n].iter().sum::<f64>() - (n * (n + 1)) as f64 / 2.0;
    let ties = tie_sum(&all);
    let most = (n * m) as f64;
    let far = u.max(most - u);
    let p = if ties == 0.0 && n.min(m) <= 8 {
        (2.0 * mann_whitney_exact_sf(n, m, far as usize)).min(1.0)
    } else {
        let total = (n + m) as f64;
        let spread = libm::sqrt(most / 12.0 * ((total + 1.0) - ties / (total * (total - 1.0))));
        if spread > 0.0 { (2.0 * normal_cdf(-((far - most / 2.0 - 0.5) / spread))).min(1.0) } else { 1.0 }
    };
    Some(Test { statistic: u, p })
}

/// P(U ≥ u): the number of ways in which U arises, as shares of all, by the classic recursion.
fn mann_whitney_exact_sf(n: usize, m: usize, u: usize) -> f64 {
    // Coefficients of the Gaussian binomial: multiply by (1 − q^{m+i}), divide by (1 − q^i).
    let size = n * m + 1;
    let mut ways = vec![0.0; size];
    ways[0] = 1.0;
    for i in 1..=n {
        for k in (m + i..size).rev() {
            ways[k] -= ways[k - m - i];
        }
        for k in i..size {
            ways[k] += ways[k - i];
        }
    }
    let all: f64 = ways.iter().sum();
    ways.iter().skip(u).sum::<f64>() / all
}

/// Σ (t³ − t) over groups of tied values.
fn tie_sum(values: &[f64]) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted.chunk_by(|a, b| a == b).map(|g| g.len() as f64).map(|t| t * t * t - t).sum()
}

/// Wilcoxon's signed ranks of paired differences, zeros left out. The statistic is the smaller of the two rank sums. p is
/// exact for up to 50 differences, given their ties (the permutation distribution), else normal with tie correction.
/// `None` when every difference is 0.
pub fn wilcoxon_signed_rank(differences: &[f64]) -> Option<Test> {
    let d: Vec<f64> = differences.iter().copied().filter(|v| *v != 0.0 && !v.is_nan()).collect();
    if d.is_empty() {
        return None;
    }
    let n = d.len();
    let sizes: Vec<f64> = d.iter().map(|v| v.abs()).collect();
    let r = ranks(&sizes);
    let up: f64 = r.iter().zip(&d).filter(|(_, v)| **v > 0.0).map(|(r, _)| r).sum();
    let total = (n * (n + 1)) as f64 / 2.0;
    let statistic = up.min(total - up);
    let p = if n <= 50 {
        // Ranks are multiples of a half: doubled they index the distribution.
        let doubled: Vec<usize> = r.iter().map(|v| (2.0 * v) as usize).collect();
        let mut share = vec![0.0; n * (n + 1) + 1];
        share[0] = 1.0;
        for step in doubled {
            for k in (0..share.len()).rev() {
                share[k] = 0.5 * share[k] + if k >= step { 0.5 * share[k - step] } else { 0.0 };
            }
        }
        let at_most: f64 = share.iter().take((2.0 * statistic) as usize + 1).sum();
        (2.0 * at_most).min(1.0)
    } else {
        let nf = n as f64;
        let spread = libm::sqrt(nf * (nf + 1.0) * (2.0 * nf + 1.0) / 24.0 - tie_sum(&sizes) / 48.0);
        (2.0 * normal_cdf((statistic - total / 2.0) / spread)).min(1.0)
    };
    Some(Test { statistic, p })
}

/// McNemar's exact test of two classifications of the same rows: of the rows where they differ, `first` where only the first
/// is right and `second` where only the second is. The statistic is the smaller; p is binomial (Psychometrika 1947;12:153–157).
/// `None` when they never differ.
pub fn mcnemar(first: usize, second: usize) -> Option<Test> {
    let (n, least) = (first + second, first.min(second));
    if n == 0 {
        return None;
    }
    // Σ C(n, k) / 2ⁿ from the logarithms, so that large counts do not overflow.
    let log_choose =
        |k: usize| libm::lgamma(n as f64 + 1.0) - libm::lgamma(k as f64 + 1.0) - libm::lgamma((n - k) as f64 + 1.0);
    let at_most: f64 = (0..=least).map(|k| libm::exp(log_choose(k) - n as f64 * std::f64::consts::LN_2)).sum();
    Some(Test { statistic: least as f64, p: (2.0 * at_most).min(1.0) })
}

/// Pearson's χ² of a table of counts, without continuity correction. Empty rows and columns are left out; `None` when
/// fewer than two of either remain.
///
/// # Shapes
/// `counts`: rows × columns by rows.
pub fn chi_square(counts: &[f64], columns: usize) -> Option<Test> {
    let rows: Vec<&[f64]> = counts.chunks_exact(columns.max(1)).collect();
    let by_row: Vec<f64> = rows.iter().map(|r| r.iter().sum()).collect();
    let by_column: Vec<f64> = (0..columns).map(|c| rows.iter().map(|r| r[c]).sum()).collect();
    let all: f64 = by_row.iter().sum();
    let filled = |sums: &[f64]| sums.iter().filter(|s| **s > 0.0).count();
    let (r, c) = (filled(&by_row), filled(&by_column));
    if r < 2 || c < 2 {
        return None;
    }
    let mut statistic = 0.0;
    for (row, row_sum) in rows.iter().zip(&by_row) {
        for (count, column_sum) in row.iter().zip(&by_column) {
            let expected = row_sum * column_sum / all;
            if expected > 0.0 {
                statistic += (count - expected) * (count - expected) / expected;
            }
        }
    }
    Some(Test { statistic, p: chi2_sf(statistic, ((r - 1) * (c - 1)) as f64) })
}

/// Fisher's exact test of two shares, a of n and b of m: the statistic is the difference b/m − a/n, p the probability of all
/// tables with these sums that are no likelier than the one found. `None` where a side is empty or counts more than it has.
pub fn fisher_exact(a: usize, n: usize, b: usize, m: usize) -> Option<Test> {
    if n == 0 || m == 0 || a > n || b > m {
        return None;
    }
    let log_choose = |n: usize, k: usize| {
        let f = |v: usize| libm::lgamma(v as f64 + 1.0);
        f(n) - f(k) - f(n - k)
    };
    let hits = a + b;
    let (least, most) = (hits.saturating_sub(m), hits.min(n));
    let log_p = |k: usize| log_choose(n, k) + log_choose(m, hits - k) - log_choose(n + m, hits);
    let here = log_p(a);
    // Tables of the same probability differ by rounding.
    let p = (least..=most).map(log_p).filter(|l| *l <= here + 1e-7).map(libm::exp).sum::<f64>();
    Some(Test { statistic: b as f64 / m as f64 - a as f64 / n as f64, p: p.min(1.0) })
}

/// Standardised mean difference of two groups: (mean a − mean b) / √((var a + var b)/2) (Austin, Stat Med
/// 2009;28:3083–3107). `None` when neither varies and they differ, or a group has fewer than two values.
pub fn standardised_difference(a: &[f64], b: &[f64]) -> Option<f64> {
    if a.len() < 2 || b.len() < 2 {
        return None;
    }
    let gap = mean(a) - mean(b);
    let spread = libm::sqrt((variance(a) + variance(b)) / 2.0);
    if spread > 0.0 { Some(gap / spread) } else { (gap == 0.0).then_some(0.0) }
}

/// As [`standardised_difference`], of two shares.
pub fn standardised_difference_of_shares(a: f64, b: f64) -> Option<f64> {
    let spread = libm::sqrt((a * (1.0 - a) + b * (1.0 - b)) / 2.0);
    if spread > 0.0 { Some((a - b) / spread) } else { (a == b).then_some(0.0) }
}

/// Holm's adjusted p-values (Scand J Stat 1979;6:65–70), in the order given.
pub fn holm(p: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..p.len()).collect();
    order.sort_by(|&a, &b| p[a].total_cmp(&p[b]));
    let mut out = vec![0.0; p.len()];
    let mut highest: f64 = 0.0;
    for (k, &i) in order.iter().enumerate() {
        highest = highest.max((p.len() - k) as f64 * p[i]).min(1.0);
        out[i] = highest;
    }
    out
}

/// Benjamini and Hochberg's adjusted p-values (J R Stat Soc B 1995;57:289–300), in the order given.
pub fn benjamini_hochberg(p: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..p.len()).collect();
    order.sort_by(|&a, &b| p[b].total_cmp(&p[a]));
    let mut out = vec![0.0; p.len()];
    let mut lowest: f64 = 1.0;
    for (k, &i) in order.iter().enumerate() {
        lowest = lowest.min(p[i] * p.len() as f64 / (p.len() - k) as f64);
        out[i] = lowest;
    }
    out
}
