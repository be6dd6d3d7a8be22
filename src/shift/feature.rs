//! One feature on both sides.
//!
//! The population stability index is Σ (t − s) ln(t / s) over bins: the levels of a category, or for a number the deciles of
//! the source (type 7; equal ones are one edge, the outermost bins are open), each share smoothed by half a row a bin:
//! (count + ½) / (n + ½ bins). Under 0.1 little and over 0.25 much are conventions of credit scoring, made for thousands of
//! rows: with few, chance alone gives about (bins − 1)(1/n + 1/m), which stands beside it.

use super::label::newcombe;
use crate::cohort::{Cohort, FeatureKind};
use crate::math::dist::kolmogorov_sf;
use crate::math::stats::{quantile_sorted, variance};
use crate::math::tests::{
    chi_square, fisher_exact, kolmogorov_smirnov, standardised_difference, standardised_difference_of_shares,
};
use serde::{Deserialize, Serialize};

/// How one feature differs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FeatureShift {
    /// Its name.
    pub name: String,
    /// Target minus source in pooled standard deviations; for a category the largest over its levels. None where no
    /// side varies and the two differ, or a side has fewer than two values.
    pub smd: Option<f64>,
    /// For a category, the level that `smd` is of.
    pub level: Option<String>,
    /// Kolmogorov and Smirnov's D; for a category the total variation distance. None where a side is empty.
    pub distance: Option<f64>,
    /// p of D, or of Pearson's χ² for a category.
    pub p: Option<f64>,
    /// `p` adjusted over all features (Benjamini and Hochberg).
    pub q: Option<f64>,
    /// Wasserstein's distance of order 1 in pooled standard deviations; none for a category, or where no side varies.
    pub wasserstein: Option<f64>,
    /// The population stability index; none where a side is empty.
    pub psi: Option<f64>,
    /// What the index would be about by chance alone.
    pub psi_noise: Option<f64>,
    /// Whether cells are missing more often on one side.
    pub missing: Option<Missing>,
    /// The share of missing cells in the source.
    pub source_missing: f64,
    /// The share of missing cells in the target.
    pub target_missing: f64,
    /// Mean of a number in the source.
    pub source_mean: Option<f64>,
    /// Mean of a number in the target.
    pub target_mean: Option<f64>,
    /// Both distributions, for the chart.
    pub shape: Option<Shape>,
}

/// The difference of the shares of missing cells.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Missing {
    /// Target minus source.
    pub difference: f64,
    /// Lower end of its 95 % interval (Newcombe's hybrid score).
    pub low: f64,
    /// Upper end.
    pub high: f64,
    /// Fisher's exact test of equal shares.
    pub p: f64,
    /// `p` adjusted over all features (Benjamini and Hochberg).
    pub q: f64,
}

/// Both distributions over common bins or levels: shares of the known values, each side summing to 1.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Shape {
    /// A number.
    Bins {
        /// The ends of the bins: one more than there are bins. Values beyond count in the outermost.
        edges: Vec<f64>,
        /// The source's shares.
        source: Vec<f64>,
        /// The target's shares.
        target: Vec<f64>,
    },
    /// A category.
    Levels {
        /// The levels.
        levels: Vec<String>,
        /// The source's shares.
        source: Vec<f64>,
        /// The target's shares.
        target: Vec<f64>,
    },
}

/// Bins of a chart: enough to see two humps, few enough for 100 rows.
const BINS: usize = 20;
/// Over so many pairs of rows the exact p of D costs more than it tells.
const EXACT: usize = 10_000;

/// Compares a feature of all sources together with the target's.
pub(super) fn compare(sources: &[Cohort], target: &Cohort, feature: usize) -> FeatureShift {
    let all: Vec<f64> = sources.iter().flat_map(|source| source.x.column_f64(feature)).collect();
    let theirs = target.x.column_f64(feature);
    let known = |values: &[f64]| values.iter().copied().filter(|v| !v.is_nan()).collect::<Vec<f64>>();
    let (from, to) = (known(&all), known(&theirs));
    let missing = |all: &[f64], known: &[f64]| 1.0 - known.len() as f64 / all.len().max(1) as f64;
    let (name, kind) =
        target.x.features().get(feature).map_or_else(Default::default, |f| (f.name.clone(), Some(f.kind.clone())));
    let mut out = FeatureShift {
        name,
        smd: None,
        level: None,
        distance: None,
        p: None,
        q: None,
        wasserstein: None,
        psi: None,
        psi_noise: None,
        missing: missingness(all.len() - from.len(), all.len(), theirs.len() - to.len(), theirs.len()),
        source_missing: missing(&all, &from),
        target_missing: missing(&theirs, &to),
        source_mean: None,
        target_mean: None,
        shape: None,
    };
    match kind {
        Some(FeatureKind::Category { levels }) => category(&mut out, &levels, &from, &to),
        _ => number(&mut out, from, to),
    }
    out
}

fn missingness(a: usize, n: usize, b: usize, m: usize) -> Option<Missing> {
    let p = fisher_exact(a, n, b, m)?.p;
    let (difference, low, high) = newcombe(a, n, b, m);
    Some(Missing { difference, low, high, p, q: p })
}

/// ∫ |F − G| of two sorted samples.
fn wasserstein(a: &[f64], b: &[f64]) -> f64 {
    let (mut i, mut j, mut total) = (0, 0, 0.0);
    let mut last = f64::NAN;
    while i < a.len() || j < b.len() {
        let here = a.get(i).copied().unwrap_or(f64::INFINITY).min(b.get(j).copied().unwrap_or(f64::INFINITY));
        if i + j > 0 {
            total += (i as f64 / a.len() as f64 - j as f64 / b.len() as f64).abs() * (here - last);
        }
        while a.get(i).is_some_and(|v| *v <= here) {
            i += 1;
        }
        while b.get(j).is_some_and(|v| *v <= here) {
            j += 1;
        }
        last = here;
    }
    total
}

const PSI_BINS: usize = 10;

/// The index of two rows of counts, and what chance alone gives.
fn stability(source: &[f64], target: &[f64]) -> Option<(f64, f64)> {
    let bins = source.len() as f64;
    let (n, m) = (source.iter().sum::<f64>(), target.iter().sum::<f64>());
    if n <= 0.0 || m <= 0.0 || source.len() != target.len() {
        return None;
    }
    let share = |count: f64, total: f64| (count + 0.5) / (total + 0.5 * bins);
    let index = source.iter().zip(target).map(|(a, b)| {
        let (s, t) = (share(*a, n), share(*b, m));
        (t - s) * libm::log(t / s)
    });
    Some((index.sum(), (bins - 1.0) * (1.0 / n + 1.0 / m)))
}

/// Counts between the deciles of the source, of sorted samples.
fn by_deciles(from: &[f64], to: &[f64]) -> (Vec<f64>, Vec<f64>) {
    let mut edges: Vec<f64> = (1..PSI_BINS).map(|k| quantile_sorted(from, k as f64 / PSI_BINS as f64)).collect();
    edges.dedup();
    // A bin ends with its upper edge, as quantiles do.
    let count = |values: &[f64]| -> Vec<f64> {
        let mut below: Vec<usize> = edges.iter().map(|e| values.partition_point(|v| v <= e)).collect();
        below.push(values.len());
        let mut last = 0;
        below.into_iter().map(|b| (b - std::mem::replace(&mut last, b)) as f64).collect()
    };
    (count(from), count(to))
}

fn number(out: &mut FeatureShift, mut from: Vec<f64>, mut to: Vec<f64>) {
    out.smd = standardised_difference(&to, &from);
    let mean = |v: &[f64]| (!v.is_empty()).then(|| crate::math::stats::mean(v));
    (out.source_mean, out.target_mean) = (mean(&from), mean(&to));
    from.sort_by(f64::total_cmp);
    to.sort_by(f64::total_cmp);
    if from.is_empty() || to.is_empty() {
        return;
    }
    if from.len() * to.len() <= EXACT {
        let test = kolmogorov_smirnov(&from, &to);
        (out.distance, out.p) = (test.map(|t| t.statistic), test.map(|t| t.p));
    } else {
        let d = largest_gap(&from, &to);
        let (n, m) = (from.len() as f64, to.len() as f64);
        (out.distance, out.p) = (Some(d), Some(kolmogorov_sf(libm::sqrt(n * m / (n + m)) * d)));
    }
    let spread = libm::sqrt((variance(&from) + variance(&to)) / 2.0);
    if spread > 0.0 {
        out.wasserstein = Some(wasserstein(&from, &to) / spread);
    }
    let (a, b) = by_deciles(&from, &to);
    (out.psi, out.psi_noise) = stability(&a, &b).unzip();
    out.shape = bins(&from, &to);
}

/// D of two sorted samples.
fn largest_gap(a: &[f64], b: &[f64]) -> f64 {
    let (mut i, mut j, mut largest) = (0, 0, 0.0_f64);
    while let (Some(&x), Some(&y)) = (a.get(i), b.get(j)) {
        let here = x.min(y);
        i += a[i..].iter().take_while(|v| **v <= here).count();
        j += b[j..].iter().take_while(|v| **v <= here).count();
        largest = largest.max((i as f64 / a.len() as f64 - j as f64 / b.len() as f64).abs());
    }
    largest
}

/// Common bins from the 1st to the 99th percentile of both (one far value must not squeeze the rest into one bin).
fn bins(from: &[f64], to: &[f64]) -> Option<Shape> {
    let low = quantile_sorted(from, 0.01).min(quantile_sorted(to, 0.01));
    let high = quantile_sorted(from, 0.99).max(quantile_sorted(to, 0.99));
    let (low, high) = if high > low { (low, high) } else { (low - 0.5, low + 0.5) };
    let width = (high - low) / BINS as f64;
    if !width.is_finite() || width <= 0.0 {
        return None;
    }
    let share = |values: &[f64]| {
        let mut counts = vec![0.0; BINS];
        for v in values {
            let place = (((v - low) / width).floor().max(0.0) as usize).min(BINS - 1);
            counts[place] += 1.0 / values.len() as f64;
        }
        counts
    };
    let edges = (0..=BINS).map(|k| low + width * k as f64).collect();
    Some(Shape::Bins { edges, source: share(from), target: share(to) })
}

fn category(out: &mut FeatureShift, levels: &[String], from: &[f64], to: &[f64]) {
    let count = |values: &[f64]| {
        let mut counts = vec![0.0; levels.len()];
        values.iter().for_each(|v| {
            if let Some(slot) = counts.get_mut(*v as usize) {
                *slot += 1.0;
            }
        });
        counts
    };
    let (a, b) = (count(from), count(to));
    if from.is_empty() || to.is_empty() {
        return;
    }
    let share = |counts: &[f64], n: usize| counts.iter().map(|c| c / n as f64).collect::<Vec<f64>>();
    let (source, target) = (share(&a, from.len()), share(&b, to.len()));
    let gaps = source.iter().zip(&target).map(|(s, t)| standardised_difference_of_shares(*t, *s));
    // A level that is all of one side and none of the other has no spread: that is the largest difference there is.
    let size = |gap: &Option<f64>| gap.map_or(f64::INFINITY, f64::abs);
    // Of two equal ones (always so with two levels) the last: yes rather than no.
    let largest = gaps.enumerate().max_by(|a, b| {
        let (a, b) = (size(&a.1), size(&b.1));
        if (a - b).abs() < 1e-12 { std::cmp::Ordering::Equal } else { a.total_cmp(&b) }
    });
    if let Some((place, gap)) = largest {
        out.smd = gap;
        out.level = levels.get(place).cloned();
    }
    out.distance = Some(source.iter().zip(&target).map(|(s, t)| (s - t).abs()).sum::<f64>() / 2.0);
    (out.psi, out.psi_noise) = stability(&a, &b).unzip();
    let table: Vec<f64> = a.into_iter().chain(b).collect();
    out.p = chi_square(&table, levels.len()).map(|test| test.p);
    out.shape = Some(Shape::Levels { levels: levels.to_vec(), source, target });
}
