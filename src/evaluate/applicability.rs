//! How far a row is from the rows that a model learned from: its applicability domain.
//!
//! Columns that are all 0 or 1 (the bits of a fingerprint): the Tanimoto distance 1 − |a ∧ b| / |a ∨ b| to the nearest
//! training row. Else: the mean Euclidean distance to the five nearest training rows, columns standardised by those,
//! divided by √columns. A row is *outside* where its distance is over the 95th percentile of the training rows' own
//! distances to each other: of rows like those one in twenty is outside too.

use serde::{Deserialize, Serialize};

use crate::cohort::{Cohort, FeatureKind, View};
use crate::error::Result;
use crate::math::kernel::square_distance;
use crate::math::stats;
use crate::methods::common::encoder::Encoder;
use crate::rng::Rng;
use crate::watch::Pulse;

/// Neighbours of rows of numbers.
const NEIGHBOURS: usize = 5;
/// The share of training rows that are inside.
const INSIDE: f64 = 0.95;
/// Fewer training rows say nothing of what is usual among them.
const LEAST_ROWS: usize = 10;
/// Cells that are compared at most, training rows squared × columns: about a second. Of more rows a sample is taken.
const MOST_CELLS: usize = 400_000_000;

/// How distances are measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Measure {
    /// Tanimoto distance of bits.
    Tanimoto,
    /// Distance of standardised columns.
    Standardised,
}

/// What is usual among training rows.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Usual {
    /// How distances are measured.
    pub measure: Measure,
    /// The neighbours whose mean distance counts.
    pub neighbours: u32,
    /// Over this a row is outside.
    pub threshold: f64,
    /// Training rows that were compared with.
    pub compared: u32,
    /// Training rows that there are.
    pub training: u32,
}

/// The rows by columns, as bits or as numbers.
enum Cells {
    Bits { words: usize, values: Vec<u64> },
    Numbers { cols: usize, values: Vec<f64> },
}

impl Cells {
    fn rows(&self) -> usize {
        match self {
            Cells::Bits { words, values } => values.len() / words.max(&1),
            Cells::Numbers { cols, values } => values.len() / cols.max(&1),
        }
    }
}

/// The distances of rows from training rows; `own`: the number among the training rows (all of them, one cohort after the
/// other) that a row is itself, which does not count. `None` under ten training rows, or where nothing varies in them.
///
/// # Errors
/// [`crate::Code::Cancelled`]; [`crate::Code::ModelOtherColumns`].
pub async fn distances(
    training: &[&Cohort],
    rows: &View,
    own: &[Option<usize>],
    seed: u64,
    pulse: &Pulse<'_>,
) -> Result<Option<(Usual, Vec<f64>)>> {
    let total: usize = training.iter().map(|cohort| cohort.len()).sum();
    let views: Vec<&View> = training.iter().map(|cohort| &cohort.x).collect();
    if total < LEAST_ROWS || rows.is_empty() {
        return Ok(None);
    }
    let all_bits = views.iter().chain([&rows]).all(|view| bits(view));
    let (known, asked) = if all_bits {
        (packed(&views), packed(&[rows]))
    } else {
        let Ok(encoder) = Encoder::fit(training, usize::MAX) else { return Ok(None) };
        let cols = encoder.columns.len();
        let mut values = Vec::with_capacity(total * cols);
        for view in &views {
            values.extend(encoder.transform_f64(view)?.values);
        }
        (Cells::Numbers { cols, values }, Cells::Numbers { cols, values: encoder.transform_f64(rows)?.values })
    };
    let width = match &known {
        Cells::Bits { words, .. } => *words,
        Cells::Numbers { cols, .. } => *cols,
    };
    let most = (libm::sqrt((MOST_CELLS / width.max(1)) as f64) as usize).max(LEAST_ROWS);
    let mut compared: Vec<usize> = (0..known.rows()).collect();
    if compared.len() > most {
        compared = Rng::stream(seed, "applicability").permutation(known.rows()).into_iter().take(most).collect();
        compared.sort_unstable();
    }
    let k = if all_bits { 1 } else { NEIGHBOURS.min(compared.len() - 1) };
    let mut usual = Vec::with_capacity(compared.len());
    for &row in &compared {
        pulse.breathe().await?;
        usual.push(nearest(&known, row, &known, &compared, Some(row), k));
    }
    let mut out = Vec::with_capacity(asked.rows());
    for row in 0..asked.rows() {
        pulse.breathe().await?;
        out.push(nearest(&asked, row, &known, &compared, own.get(row).copied().flatten(), k));
    }
    let usual = Usual {
        measure: if all_bits { Measure::Tanimoto } else { Measure::Standardised },
        neighbours: k as u32,
        threshold: stats::quantile(&usual, INSIDE),
        compared: compared.len() as u32,
        training: total as u32,
    };
    Ok(Some((usual, out)))
}

/// Whether every cell of a table is 0 or 1.
fn bits(view: &View) -> bool {
    let number = |f: usize| view.features().get(f).is_some_and(|feature| feature.kind == FeatureKind::Number);
    (0..view.features().len()).all(|f| number(f) && view.column(f).all(|v| v == 0.0 || v == 1.0))
}

/// Tables of bits, columns by name, one table after the other.
fn packed(views: &[&View]) -> Cells {
    let mut names: Vec<&str> =
        views.first().map_or_else(Vec::new, |view| view.features().iter().map(|f| f.name.as_str()).collect());
    names.sort_unstable();
    let words = names.len().div_ceil(64);
    let mut values = Vec::new();
    for view in views {
        let start = values.len();
        values.resize(start + view.len() * words, 0);
        for (bit, name) in names.iter().enumerate() {
            let Some(f) = view.features().iter().position(|feature| feature.name == *name) else { continue };
            for (row, value) in view.column(f).enumerate() {
                if value == 1.0 {
                    values[start + row * words + bit / 64] |= 1 << (bit % 64);
                }
            }
        }
    }
    Cells::Bits { words, values }
}

/// The mean distance to the k nearest of some rows, one left out.
fn nearest(from: &Cells, row: usize, known: &Cells, compared: &[usize], own: Option<usize>, k: usize) -> f64 {
    let distance = |other: usize| match (from, known) {
        (Cells::Bits { words, values: a }, Cells::Bits { values: b, .. }) => {
            let (a, b) = (&a[row * words..(row + 1) * words], &b[other * words..(other + 1) * words]);
            let both: u32 = a.iter().zip(b).map(|(a, b)| (a & b).count_ones()).sum();
            let any: u32 = a.iter().zip(b).map(|(a, b)| (a | b).count_ones()).sum();
            if any == 0 { 0.0 } else { 1.0 - f64::from(both) / f64::from(any) }
        }
        (Cells::Numbers { cols, values: a }, Cells::Numbers { values: b, .. }) => {
            square_distance(&a[row * cols..(row + 1) * cols], &b[other * cols..(other + 1) * cols])
        }
        _ => f64::NAN,
    };
    // The k least, kept sorted: k is five at most.
    let mut least: Vec<f64> = Vec::with_capacity(k + 1);
    for &other in compared.iter().filter(|other| own != Some(**other)) {
        let d = distance(other);
        if least.len() < k || least.last().is_some_and(|last| d < *last) {
            let at = least.partition_point(|kept| *kept <= d);
            least.insert(at, d);
            least.truncate(k);
        }
    }
    match known {
        Cells::Bits { .. } => stats::mean(&least),
        Cells::Numbers { cols, .. } => {
            let each: Vec<f64> = least.iter().map(|square| libm::sqrt(square / *cols as f64)).collect();
            stats::mean(&each)
        }
    }
}
