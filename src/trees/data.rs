//! What trees read: a borrowed matrix by columns, and rows with labels.

use super::loss::Loss;
use crate::error::{Code, Result};

/// Infinite values count as ±this, so that a threshold between two values is finite.
const LARGEST: f32 = f32::MAX / 4.0;

/// A borrowed matrix of features, column after column; NaN is missing.
#[derive(Debug, Clone, Copy)]
pub struct Matrix<'a> {
    values: &'a [f32],
    rows: usize,
    features: usize,
}

impl<'a> Matrix<'a> {
    /// `features` columns of `rows` values each.
    ///
    /// # Errors
    /// [`Code::Internal`] where there are not rows × features values.
    pub fn new(values: &'a [f32], rows: usize, features: usize) -> Result<Self> {
        if rows.checked_mul(features) != Some(values.len()) || u32::try_from(rows.max(features)).is_err() {
            let reason = format!("{} values for {rows} rows and {features} features", values.len());
            return Err(Code::Internal.err().with("reason", reason));
        }
        Ok(Self { values, rows, features })
    }
    /// The number of rows.
    pub fn rows(&self) -> usize {
        self.rows
    }
    /// The number of columns.
    pub fn features(&self) -> usize {
        self.features
    }
    /// A column as it was given.
    pub(super) fn column(&self, feature: usize) -> &'a [f32] {
        self.values.get(feature * self.rows..(feature + 1) * self.rows).unwrap_or(&[])
    }
    /// A value as trees compare it: NaN, or finite.
    pub(super) fn at(&self, row: usize, feature: usize) -> f32 {
        finite(self.values[feature * self.rows + row])
    }
}

/// NaN stays, infinite values become the largest numbers.
pub(super) fn finite(value: f32) -> f32 {
    value.clamp(-LARGEST, LARGEST)
}

/// The rows with a value, from the smallest value up (ties by row), then the number of those.
pub(super) fn sorted(column: &[f32]) -> Vec<(f32, u32)> {
    // One key of order-preserving bits and the row sorts several times faster than pairs with a comparison of floats.
    let mut keys: Vec<u64> = Vec::with_capacity(column.len());
    for (row, value) in column.iter().enumerate() {
        if !value.is_nan() {
            // + 0.0 makes −0 and 0 one value.
            let bits = (finite(*value) + 0.0).to_bits();
            let ordered = if bits >> 31 == 1 { !bits } else { bits | 1 << 31 };
            keys.push(u64::from(ordered) << 32 | row as u64);
        }
    }
    keys.sort_unstable();
    keys.into_iter()
        .map(|key| {
            let ordered = (key >> 32) as u32;
            let bits = if ordered >> 31 == 1 { ordered & !(1 << 31) } else { !ordered };
            (f32::from_bits(bits), key as u32)
        })
        .collect()
}

/// Rows to learn from, or to judge by.
#[derive(Debug, Clone, Copy)]
pub struct Rows<'a> {
    /// The features.
    pub x: Matrix<'a>,
    /// The labels: 0 or 1 (or a share between), class numbers from 0, or numbers.
    pub y: &'a [f64],
    /// A weight a row, at least 0; absent: 1.
    pub weight: Option<&'a [f64]>,
    /// Where boosting starts: a margin for each row and output, by rows; added to the forest's own base (which is 0
    /// unless it was continued or `base_score` was given).
    pub margin: Option<&'a [f64]>,
}

impl<'a> Rows<'a> {
    /// Rows of weight 1 that start at the base.
    pub fn new(x: Matrix<'a>, y: &'a [f64]) -> Self {
        Self { x, y, weight: None, margin: None }
    }
    pub(super) fn weight(&self, row: usize) -> f64 {
        self.weight.map_or(1.0, |w| w[row])
    }

    /// Everything has the right length and is in its range.
    ///
    /// # Errors
    /// [`Code::TooFewRows`] without a row of positive weight, [`Code::WrongType`] for a label that the loss cannot
    /// take, [`Code::OutOfRange`] for a weight, [`Code::NotFinite`] for a margin, [`Code::Internal`] for a wrong
    /// length.
    pub(super) fn check(&self, loss: Loss) -> Result<()> {
        let n = self.x.rows();
        let outputs = loss.outputs();
        let lengths = [
            ("labels", self.y.len(), n),
            ("weights", self.weight.map_or(n, <[f64]>::len), n),
            ("margins", self.margin.map_or(n * outputs, <[f64]>::len), n * outputs),
        ];
        if let Some((what, found, needed)) = lengths.iter().find(|(_, found, needed)| found != needed) {
            let reason = format!("{found} {what} for {n} rows, {needed} expected");
            return Err(Code::Internal.err().with("reason", reason));
        }
        if let Some(bad) = self.weight.and_then(|w| w.iter().find(|w| !w.is_finite() || **w < 0.0)) {
            let e = Code::OutOfRange.err().with("field", "weight").with("value", bad);
            return Err(e.with("low", 0).with("high", f64::MAX));
        }
        let total: f64 = (0..n).map(|row| self.weight(row)).sum();
        if total == 0.0 || !total.is_finite() {
            let e = Code::TooFewRows.err().with("found", 0).with("needed", 1);
            return Err(e.with("what", "boosted trees"));
        }
        if let Some(bad) = self.y.iter().find(|y| !loss.takes(**y)) {
            let e = Code::WrongType.err().with("field", "label").with("value", bad);
            return Err(e.with("expected", loss.label()));
        }
        if let Some(bad) = self.margin.and_then(|m| m.iter().find(|m| !m.is_finite())) {
            return Err(Code::NotFinite.err().with("term", "margin").with("value", bad).with("step", 0));
        }
        Ok(())
    }
}
