//! What the page shows of a table: per column its numbers, its levels, its suspects; the first rows as text.

use super::column::{Column, Data};
use super::counts::{Counted, Counts};
use super::format::{Format, Note};
use super::frame::Table;
use super::options::Kind;
use super::suspects;
use super::windows::Windows;
use serde::{Deserialize, Serialize};

/// Levels that are listed.
const LEVELS: usize = 20;
/// Bins of the histogram.
const BINS: usize = 20;
/// Rows of the preview.
const PREVIEW: usize = 20;
/// Columns beyond this one come without histogram and levels: ask for them one by one.
const DETAILED: usize = 400;

/// One column, summed up. Numbers are absent where the column has none.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct ColumnSummary {
    /// The name.
    pub name: String,
    /// What the cells are.
    pub kind: Option<Kind>,
    /// Missing cells (texts among numbers are).
    pub missing: usize,
    /// Distinct values.
    pub distinct: usize,
    /// The most frequent values and how often each; of numbers only where they are few.
    pub levels: Vec<(String, u32)>,
    /// The smallest.
    pub min: Option<f64>,
    /// The largest.
    pub max: Option<f64>,
    /// The mean.
    pub mean: Option<f64>,
    /// The standard deviation (n - 1).
    pub sd: Option<f64>,
    /// Lower quartile, median, upper quartile (linear between order statistics, as numpy and R's type 7).
    pub quartiles: Option<[f64; 3]>,
    /// Counts in equal bins from `min` to `max`.
    pub histogram: Vec<u32>,
    /// What looks wrong: shown and asked, never applied by itself.
    pub suspects: Vec<Note>,
}

/// A table, summed up.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Summary {
    /// The file's name.
    pub name: String,
    /// Rows.
    pub rows: usize,
    /// Bytes read.
    pub bytes: u64,
    /// Bytes held in memory.
    pub memory: usize,
    /// [`Table::fingerprint`], as plans write it.
    pub fingerprint: String,
    /// How it was read, and why so.
    pub format: Format,
    /// The sheets of the workbook.
    pub sheets: Vec<String>,
    /// The columns.
    pub columns: Vec<ColumnSummary>,
    /// What concerns the file.
    pub notes: Vec<Note>,
    /// The first rows, as text.
    pub preview: Vec<Vec<String>>,
    /// Whether this looks like genes by samples, which should be turned.
    pub genes_by_samples: bool,
    /// How this could be made into windows, where it looks like a long table of glucose readings.
    #[serde(default)]
    pub windows: Option<Windows>,
    /// How the counts of this could be prepared, where it looks like a table of genes' counts in cells.
    #[serde(default)]
    pub counts: Option<Counts>,
}

/// The quantile of ascending `sorted`, linear between order statistics.
pub(super) fn quantile(sorted: &[f64], p: f64) -> Option<f64> {
    let place = p * (sorted.len().checked_sub(1)? as f64);
    let low = *sorted.get(place.floor() as usize)?;
    let high = *sorted.get(place.ceil() as usize)?;
    Some(low + (high - low) * place.fract())
}

/// The same, where a column's numbers are wanted beyond the first [`DETAILED`].
fn numeric(column: &Column, summary: &mut ColumnSummary, detailed: bool) -> Vec<f64> {
    let sorted = match &column.data {
        Data::Numbers(numbers) => numbers.sorted(),
        Data::Texts(_) => {
            let mut sorted = column.numbers();
            sorted.retain(|v| !v.is_nan());
            sorted.sort_unstable_by(f64::total_cmp);
            sorted
        }
    };
    let count = sorted.len();
    summary.missing = column.len() - count;
    let (Some(&min), Some(&max)) = (sorted.first(), sorted.last()) else { return sorted };
    summary.distinct = 1 + sorted.iter().zip(sorted.iter().skip(1)).map(|(a, b)| usize::from(a != b)).sum::<usize>();
    let mean = sum(&sorted, |v| v - min) / count as f64 + min;
    let squares = sum(&sorted, |v| (v - mean) * (v - mean));
    summary.min = Some(min);
    summary.max = Some(max);
    summary.mean = Some(mean);
    summary.sd = (count > 1).then(|| (squares / (count - 1) as f64).sqrt());
    let quartiles = [0.25, 0.5, 0.75].map(|p| quantile(&sorted, p).unwrap_or(f64::NAN));
    summary.quartiles = Some(quartiles);
    if detailed {
        let width = (max - min) / BINS as f64;
        let bin = |v: f64| if width > 0.0 { (((v - min) / width) as usize).min(BINS - 1) } else { 0 };
        // Ascending, so each bin ends where the next begins: no need to look at every value.
        let ends = (0..BINS).map(|at| sorted.partition_point(|&v| bin(v) <= at));
        let mut start = 0;
        summary.histogram = ends.map(|end| (end - std::mem::replace(&mut start, end)) as u32).collect();
    }
    sorted
}

/// Σ f(v) in eight sums: one alone waits for every addition.
fn sum(values: &[f64], f: impl Fn(f64) -> f64) -> f64 {
    let mut sums = [0.0; 8];
    let eights = values.chunks_exact(sums.len());
    let rest: f64 = eights.remainder().iter().map(|&v| f(v)).sum();
    eights.for_each(|eight| sums.iter_mut().zip(eight).for_each(|(sum, &v)| *sum += f(v)));
    sums.iter().sum::<f64>() + rest
}

fn most_frequent(mut levels: Vec<(String, u32)>) -> Vec<(String, u32)> {
    // Stable: equal counts keep their order.
    levels.sort_by_key(|level| std::cmp::Reverse(level.1));
    levels.truncate(LEVELS);
    levels
}

impl Table {
    fn sum_up(&self, column: &Column, detailed: bool, bit: bool) -> ColumnSummary {
        let mut summary =
            ColumnSummary { name: column.name.clone(), kind: Some(column.kind), ..ColumnSummary::default() };
        let sorted = match (&column.data, column.kind) {
            (Data::Numbers(_), _) | (_, Kind::Date) => {
                let sorted = numeric(column, &mut summary, detailed);
                if detailed && summary.distinct <= LEVELS {
                    summary.levels = column.levels();
                }
                sorted
            }
            (Data::Texts(texts), kind) => {
                summary.missing = column.missing();
                if texts.coded() || kind == Kind::Category {
                    let levels = column.levels();
                    summary.distinct = levels.len();
                    if detailed {
                        summary.levels = most_frequent(levels);
                    }
                } else {
                    let mut seen: Vec<u64> = texts.iter().flatten().map(super::texts::hash).collect();
                    seen.sort_unstable();
                    seen.dedup();
                    summary.distinct = seen.len();
                }
                Vec::new()
            }
        };
        summary.suspects = suspects::find(self, column, &summary, &sorted, bit);
        summary
    }

    /// One column, in full.
    pub fn column_summary(&self, name: &str) -> Option<ColumnSummary> {
        let at = self.columns.iter().position(|column| column.name == name)?;
        let unasked = |column| self.fingerprint_bits().contains(&at) || Counted::of(self).gene(column);
        self.columns.get(at).map(|column| self.sum_up(column, true, unasked(column)))
    }

    /// What the page shows. Tables of more than 400 columns give levels and histograms one by one, by
    /// [`column_summary`](Self::column_summary).
    pub fn summary(&self) -> Summary {
        let bits = self.fingerprint_bits();
        let genes = Counted::of(self);
        let sum_up = |(at, column)| self.sum_up(column, at < DETAILED, bits.contains(&at) || genes.gene(column));
        let columns = self.columns.iter().enumerate().map(sum_up).collect();
        let preview = (0..self.rows.min(PREVIEW))
            .map(|row| self.columns.iter().take(DETAILED).map(|column| column.cell_text(row)).collect())
            .collect();
        Summary {
            name: self.name.clone(),
            rows: self.rows,
            bytes: self.bytes,
            memory: self.memory(),
            fingerprint: self.fingerprint_text(),
            format: self.format.clone(),
            sheets: self.sheets.clone(),
            columns,
            notes: self.notes.clone(),
            preview,
            genes_by_samples: self.genes_by_samples(),
            windows: self.windows_suggested(),
            counts: self.counts_suggested(),
        }
    }
}
