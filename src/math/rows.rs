//! A matrix of finite numbers by rows, checked once: what the statistics of two samples work on.

use crate::error::{Code, Result};

/// n rows of p columns, every cell a finite number. Missing cells are filled before (`shift::Both` does it).
#[derive(Debug, Clone, Copy)]
pub struct Rows<'a> {
    values: &'a [f64],
    p: usize,
}

impl<'a> Rows<'a> {
    /// Values by rows, `p` columns.
    ///
    /// # Errors
    /// `nothing_varies` without a column, `too_few_rows` without a row, `missing_cells` for a cell that is NaN or infinite,
    /// `internal` for a length that is no multiple of p.
    pub fn new(values: &'a [f64], p: usize) -> Result<Self> {
        if p == 0 {
            return Err(Code::NothingVaries.err());
        }
        if !values.len().is_multiple_of(p) {
            return Err(Code::Internal.err().with("reason", "the cells are not rows × columns"));
        }
        if values.is_empty() {
            return Err(Code::TooFewRows.err().with("found", 0).with("needed", 1).with("what", "a matrix"));
        }
        match values.iter().filter(|v| !v.is_finite()).count() {
            0 => Ok(Self { values, p }),
            found => Err(Code::MissingCells.err().with("found", found)),
        }
    }

    /// Both sides of a comparison, of equal width.
    ///
    /// # Errors
    /// As [`Rows::new`].
    pub fn pair(source: &'a [f64], target: &'a [f64], p: usize) -> Result<(Self, Self)> {
        Ok((Self::new(source, p)?, Self::new(target, p)?))
    }

    /// Refuses fewer than `needed` rows.
    ///
    /// # Errors
    /// `too_few_rows`.
    pub fn at_least(self, needed: usize, what: &str) -> Result<Self> {
        if self.n() < needed {
            return Err(Code::TooFewRows.err().with("found", self.n()).with("needed", needed).with("what", what));
        }
        Ok(self)
    }

    /// The number of rows.
    pub fn n(&self) -> usize {
        self.values.len() / self.p
    }
    /// The number of columns.
    pub fn p(&self) -> usize {
        self.p
    }
    /// All cells by rows.
    pub fn values(&self) -> &'a [f64] {
        self.values
    }
    /// One row; empty when there is none of that number.
    pub fn row(&self, i: usize) -> &'a [f64] {
        self.values.get(i * self.p..(i + 1) * self.p).unwrap_or(&[])
    }
    /// The rows in order.
    pub fn iter(&self) -> std::slice::ChunksExact<'a, f64> {
        self.values.chunks_exact(self.p)
    }
    /// One column, copied.
    pub fn column(&self, j: usize) -> Vec<f64> {
        self.iter().map(|row| row[j]).collect()
    }
    /// The mean of each column.
    pub fn means(&self) -> Vec<f64> {
        (0..self.p).map(|j| super::stats::sum(self.iter().map(|row| row[j])) / self.n() as f64).collect()
    }
    /// Some rows, copied, in this order; a number outside is left out.
    pub fn select(&self, rows: &[usize]) -> Vec<f64> {
        rows.iter().flat_map(|&i| self.row(i).iter().copied()).collect()
    }
}
