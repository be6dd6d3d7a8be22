//! Tests of "both samples come from one population" by permuting who belongs to which: the unbiased MMD² and the energy
//! distance. Exact for independent rows whatever their distribution: p = (1 + those as large) / (1 + permutations).

use crate::error::{Code, Result};
use crate::math::kernel::{gaussian, median_distance, square_distance};
use crate::math::rows::Rows;
use crate::rng::Rng;
use crate::watch::{Event, Pulse};
use serde::{Deserialize, Serialize};

/// The maximum mean discrepancy of two samples.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Mmd {
    /// p over all bandwidths together: the least of theirs, judged by the least of each permutation's (Westfall and Young).
    pub p: f64,
    /// Each bandwidth.
    pub bandwidths: Vec<MmdAt>,
    /// Permutations.
    pub permutations: usize,
    /// Rows of the source that were used.
    pub source_rows: usize,
    /// Rows of the target that were used.
    pub target_rows: usize,
}

/// At one bandwidth.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct MmdAt {
    /// σ of exp(−d² / 2σ²).
    pub sigma: f64,
    /// The unbiased MMD²; under 0 by chance where nothing differs.
    pub mmd2: f64,
    /// Its permutation p.
    pub p: f64,
}

/// The energy distance of two samples.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Energy {
    /// 2 E‖X − Y‖ − E‖X − X′‖ − E‖Y − Y′‖ over all pairs (the V-statistic, ≥ 0; Székely and Rizzo, J Stat Plan Inference
    /// 2013;143:1249–1272), in the units of the features.
    pub distance: f64,
    /// Its permutation p.
    pub p: f64,
    /// Permutations.
    pub permutations: usize,
    /// Rows of the source that were used.
    pub source_rows: usize,
    /// Rows of the target that were used.
    pub target_rows: usize,
}

/// More rows of both sides together are drawn from: the matrix of pairs has 4 bytes for each.
pub const MOST_ROWS: usize = 4000;
/// The usual number: p can be 0.001.
pub const PERMUTATIONS: usize = 999;
/// Half, one and two medians: fine, usual and coarse.
pub const BANDWIDTHS: [f64; 3] = [0.5, 1.0, 2.0];

/// MMD² with Gaussian kernels of `multiples` of the median distance (Gretton et al., JMLR 2012;13:723–773, lemma 6).
///
/// Over [`MOST_ROWS`] rows, each side gives its share, drawn by the seed. About n² / 2 additions a permutation and
/// bandwidth.
///
/// # Errors
/// `too_few_rows` under two rows a side, `nothing_varies` where all rows are equal, `out_of_range` without a permutation or
/// a bandwidth, `internal` for other widths, `cancelled`.
pub async fn mmd(
    source: Rows<'_>,
    target: Rows<'_>,
    multiples: &[f64],
    permutations: usize,
    seed: u64,
    pulse: &Pulse<'_>,
) -> Result<Mmd> {
    let (source_rows, target_rows) = drawn(source, target, permutations, seed)?;
    let (s, t) = (source.select(&source_rows), target.select(&target_rows));
    let (source, target) = Rows::pair(&s, &t, source.p())?;
    if let Some(bad) = multiples.iter().find(|m| !m.is_finite() || **m <= 0.0) {
        return Err(out_of_range("bandwidth", *bad, "infinity"));
    }
    if multiples.is_empty() {
        return Err(out_of_range("bandwidths", 0.0, "100"));
    }
    let median = median_distance(source, target, seed).ok_or_else(|| Code::NothingVaries.err())?;
    pulse.breathe().await?;
    let squares = Pairs::of(source, target, square_distance, pulse).await?;
    let (n, m) = (source.n() as f64, target.n() as f64);
    let statistic = |sums: Sums| {
        2.0 * sums.within_source / (n * (n - 1.0)) + 2.0 * sums.within_target / (m * (m - 1.0))
            - 2.0 * sums.across / (n * m)
    };
    let mut found = Vec::new();
    let mut at_least: Vec<Vec<f64>> = Vec::new();
    for (place, multiple) in multiples.iter().enumerate() {
        let sigma = multiple * median;
        let kernels = squares.map(|d| gaussian(d, sigma));
        pulse.breathe().await?;
        let mmd2 = statistic(kernels.exact(source.n()));
        let done = (place, multiples.len());
        let draws = kernels.permuted(source.n(), permutations, seed, done, pulse).await?;
        let ranks = upper_shares(&draws.into_iter().map(statistic).collect::<Vec<f64>>());
        found.push(MmdAt { sigma, mmd2, p: ranks[0] });
        at_least.push(ranks);
    }
    // The least p of every permutation, the observed one among them.
    let least: Vec<f64> =
        (0..=permutations).map(|b| at_least.iter().map(|r| r[b]).fold(f64::INFINITY, f64::min)).collect();
    let p = least.iter().filter(|v| **v <= least[0]).count() as f64 / (1 + permutations) as f64;
    Ok(Mmd { p, bandwidths: found, permutations, source_rows: source.n(), target_rows: target.n() })
}

/// The energy distance and its permutation p, under the same limits.
///
/// # Errors
/// As [`mmd`].
pub async fn energy(
    source: Rows<'_>,
    target: Rows<'_>,
    permutations: usize,
    seed: u64,
    pulse: &Pulse<'_>,
) -> Result<Energy> {
    let (source_rows, target_rows) = drawn(source, target, permutations, seed)?;
    let (s, t) = (source.select(&source_rows), target.select(&target_rows));
    let (source, target) = Rows::pair(&s, &t, source.p())?;
    let distances = Pairs::of(source, target, |a, b| libm::sqrt(square_distance(a, b)), pulse).await?;
    let (n, m) = (source.n() as f64, target.n() as f64);
    let statistic = |sums: Sums| {
        2.0 * sums.across / (n * m) - 2.0 * sums.within_source / (n * n) - 2.0 * sums.within_target / (m * m)
    };
    let distance = statistic(distances.exact(source.n()));
    let largest = distances.values.iter().copied().fold(0.0, f64::max);
    if largest <= 0.0 {
        return Err(Code::NothingVaries.err());
    }
    let shares = distances.map(|d| d / largest);
    let draws = shares.permuted(source.n(), permutations, seed, (0, 1), pulse).await?;
    let p = upper_shares(&draws.into_iter().map(statistic).collect::<Vec<f64>>())[0];
    Ok(Energy { distance, p, permutations, source_rows: source.n(), target_rows: target.n() })
}

fn out_of_range(field: &str, value: f64, high: &str) -> crate::error::Error {
    Code::OutOfRange.err().with("field", field).with("value", value).with("low", 0).with("high", high)
}

fn drawn(source: Rows<'_>, target: Rows<'_>, permutations: usize, seed: u64) -> Result<(Vec<usize>, Vec<usize>)> {
    let (n, m) = (source.at_least(2, "a two-sample test")?.n(), target.at_least(2, "a two-sample test")?.n());
    if source.p() != target.p() {
        return Err(Code::Internal.err().with("reason", "sides of other widths"));
    }
    if permutations == 0 {
        return Err(out_of_range("permutations", 0.0, "100000"));
    }
    let pick = |rows: usize, most: usize, name: &str| -> Vec<usize> {
        let mut order = Rng::stream(seed, name).permutation(rows);
        order.truncate(most);
        order.sort_unstable();
        order
    };
    // A small side stays whole.
    let most_source = MOST_ROWS - m.min(MOST_ROWS / 2);
    let most_target = MOST_ROWS - n.min(most_source);
    Ok((pick(n, most_source, "two-sample-source"), pick(m, most_target, "two-sample-target")))
}

/// The share of values at least as large as each, itself among them.
fn upper_shares(values: &[f64]) -> Vec<f64> {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    // Sums of whole numbers are exact; what is made of them may differ in the last bits for two equal divisions.
    let slack = 1e-12 * sorted.last().map_or(0.0, |v| v.abs()).max(sorted.first().map_or(0.0, |v| v.abs()));
    values
        .iter()
        .map(|v| (values.len() - sorted.partition_point(|s| *s < v - slack)) as f64 / values.len() as f64)
        .collect()
}

/// Sums over unordered pairs of rows.
#[derive(Debug, Clone, Copy)]
struct Sums {
    within_source: f64,
    within_target: f64,
    across: f64,
}

/// A symmetric function of all pairs of rows, source rows first: row i holds its values with the rows before it.
struct Pairs {
    rows: usize,
    values: Vec<f64>,
}

/// Steps of the grid that values are rounded to: 4096 terms of it still add up exactly in f32.
const GRID: f64 = 4095.0;
const BATCH: usize = 16;

impl Pairs {
    async fn of(
        source: Rows<'_>,
        target: Rows<'_>,
        f: impl Fn(&[f64], &[f64]) -> f64,
        pulse: &Pulse<'_>,
    ) -> Result<Self> {
        let all: Vec<&[f64]> = source.iter().chain(target.iter()).collect();
        let mut values = Vec::with_capacity(all.len() * all.len().saturating_sub(1) / 2);
        for (i, a) in all.iter().enumerate() {
            values.extend(all[..i].iter().map(|b| f(a, b)));
            if i % 64 == 0 {
                pulse.breathe().await?;
            }
        }
        Ok(Self { rows: all.len(), values })
    }

    fn map(&self, f: impl Fn(f64) -> f64) -> Self {
        Self { rows: self.rows, values: self.values.iter().map(|v| f(*v)).collect() }
    }

    fn row(&self, i: usize) -> &[f64] {
        &self.values[i * i.saturating_sub(1) / 2..][..i]
    }

    /// The sums as the samples stand.
    fn exact(&self, n: usize) -> Sums {
        let add = |values: &[f64]| crate::math::stats::sum(values.iter().copied());
        let mut sums = Sums { within_source: 0.0, within_target: 0.0, across: 0.0 };
        for i in 0..self.rows {
            let (before, after) = self.row(i).split_at(n.min(i));
            if i < n {
                sums.within_source += add(before);
            } else {
                sums.across += add(before);
                sums.within_target += add(after);
            }
        }
        sums
    }

    /// The sums as the samples stand, then of each permutation of who is whose.
    ///
    /// Values must lie in 0 … 1. They are rounded to a grid, the observed division with the others: the test stays exact,
    /// since it is one for any function of pairs, and every sum is a whole number that f32 holds, so p is the same on every
    /// machine, whatever the order of its additions.
    async fn permuted(
        &self,
        n: usize,
        permutations: usize,
        seed: u64,
        done: (usize, usize),
        pulse: &Pulse<'_>,
    ) -> Result<Vec<Sums>> {
        let rows = self.rows;
        let grid: Vec<f32> = self.values.iter().map(|v| libm::round(v * GRID) as f32).collect();
        let mut whole = vec![0.0_f64; rows];
        for i in 0..rows {
            for (j, v) in grid[i * i.saturating_sub(1) / 2..][..i].iter().enumerate() {
                whole[i] += f64::from(*v);
                whole[j] += f64::from(*v);
            }
        }
        let total = whole.iter().sum::<f64>() / 2.0;
        let mut rng = Rng::stream(seed, "two-sample");
        let mut order: Vec<usize> = (0..rows).collect();
        let mut out = Vec::with_capacity(permutations + 1);
        while out.len() <= permutations {
            pulse.breathe().await?;
            let batch = BATCH.min(permutations + 1 - out.len());
            // 1 where a row is the source's in that permutation.
            let mut masks = vec![0.0_f32; batch * rows];
            for (b, mask) in masks.chunks_exact_mut(rows).enumerate() {
                if out.len() + b > 0 {
                    rng.shuffle(&mut order);
                }
                order[..n].iter().for_each(|&i| mask[i] = 1.0);
            }
            let mut within = vec![0.0_f64; batch];
            for i in 0..rows {
                let values = &grid[i * i.saturating_sub(1) / 2..][..i];
                for (sum, mask) in within.iter_mut().zip(masks.chunks_exact(rows)) {
                    if mask[i] == 1.0 {
                        *sum += masked_sum(values, &mask[..i]);
                    }
                }
            }
            for (sum, mask) in within.into_iter().zip(masks.chunks_exact(rows)) {
                // Σ over the source's rows of all their pairs counts the pairs within it twice.
                let touching: f64 = whole.iter().zip(mask).filter(|(_, m)| **m == 1.0).map(|(w, _)| w).sum();
                let across = touching - 2.0 * sum;
                out.push(Sums {
                    within_source: sum / GRID,
                    across: across / GRID,
                    within_target: (total - sum - across) / GRID,
                });
            }
            let share = out.len() as f64 / (permutations + 1) as f64;
            pulse.watch().event(Event::Progress { done: done.0 as f64 + share, total: done.1 as f64 });
        }
        Ok(out)
    }
}

/// Σ values · mask, exact: whole numbers under 4096, at most 4096 of them in each of the eight sums.
fn masked_sum(values: &[f32], mask: &[f32]) -> f64 {
    let mut sums = [0.0_f32; 8];
    let (mut a, mut b) = (values.chunks_exact(8), mask.chunks_exact(8));
    for (v, m) in a.by_ref().zip(b.by_ref()) {
        for k in 0..8 {
            sums[k] += v[k] * m[k];
        }
    }
    let rest: f32 = a.remainder().iter().zip(b.remainder()).map(|(v, m)| v * m).sum();
    sums.iter().map(|s| f64::from(*s)).sum::<f64>() + f64::from(rest)
}
