//! Distances between rows and Gaussian kernels, k(a, b) = exp(−‖a − b‖² / 2σ²).

use super::rows::Rows;
use super::stats::median;
use crate::rng::Rng;

/// ‖a − b‖².
pub fn square_distance(a: &[f64], b: &[f64]) -> f64 {
    // Four sums, so that the compiler may use vectors; always in this order, so that every machine has the same bits.
    let mut s = [0.0; 4];
    let (mut ca, mut cb) = (a.chunks_exact(4), b.chunks_exact(4));
    for (x, y) in ca.by_ref().zip(cb.by_ref()) {
        for k in 0..4 {
            s[k] += (x[k] - y[k]) * (x[k] - y[k]);
        }
    }
    let rest: f64 = ca.remainder().iter().zip(cb.remainder()).map(|(x, y)| (x - y) * (x - y)).sum();
    (s[0] + s[1]) + (s[2] + s[3]) + rest
}

/// The kernel at a squared distance.
pub fn gaussian(square_distance: f64, sigma: f64) -> f64 {
    libm::exp(-square_distance / (2.0 * sigma * sigma))
}

/// Kernels of the rows of `a` with those of `b`, n × m by rows.
pub fn gram(a: Rows<'_>, b: Rows<'_>, sigma: f64) -> Vec<f64> {
    a.iter().flat_map(|x| b.iter().map(move |y| gaussian(square_distance(x, y), sigma))).collect()
}

/// The median heuristic: the median Euclidean distance of pairs of rows of both together (Gretton et al., JMLR
/// 2012;13:723–773, section 8), over at most 1,000 rows drawn by the seed. `None` where more than half of the pairs are
/// equal and no other distance is left to take.
pub fn median_distance(a: Rows<'_>, b: Rows<'_>, seed: u64) -> Option<f64> {
    const MOST: usize = 1000;
    let all: Vec<&[f64]> = a.iter().chain(b.iter()).collect();
    let rows: Vec<&[f64]> = if all.len() > MOST {
        Rng::stream(seed, "median-distance").permutation(all.len()).into_iter().take(MOST).map(|i| all[i]).collect()
    } else {
        all
    };
    let mut distances = Vec::with_capacity(rows.len() * rows.len() / 2);
    for (i, x) in rows.iter().enumerate() {
        distances.extend(rows[..i].iter().map(|y| square_distance(x, y)));
    }
    let middle = median(&distances);
    if middle > 0.0 {
        return Some(libm::sqrt(middle));
    }
    // Mostly equal rows (a few levels of one category): the median of those that differ.
    distances.retain(|d| *d > 0.0);
    Some(libm::sqrt(median(&distances))).filter(|d| d.is_finite())
}
