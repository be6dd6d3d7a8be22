//! Columns, centred and scaled.

use crate::error::{Code, Result};

/// What is to be predicted, one entry a row.
#[derive(Debug, Clone, Copy)]
pub enum Response<'a> {
    /// Numbers.
    Values(&'a [f64]),
    /// Classes under `classes`; of two, 1 is the event.
    Classes {
        /// The class of each row.
        y: &'a [u32],
        /// How many classes the task has.
        classes: usize,
    },
}

impl Response<'_> {
    /// Rows.
    pub fn len(&self) -> usize {
        match self {
            Response::Values(y) => y.len(),
            Response::Classes { y, .. } => y.len(),
        }
    }
    /// Without rows.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// What is known of the linear predictors before any column speaks: η = offset + a + xβ, so that a penalty draws β
/// towards the coefficients that made the offset. outputs × n, by outputs; no output's offset is penalised or fitted.
pub type Offset<'a> = Option<&'a [f64]>;

/// A matrix of n rows and p columns, by columns, each centred and divided by its standard deviation (denominator n). A
/// constant column becomes zeros and keeps a coefficient of 0.
#[derive(Debug, Clone)]
pub struct Design {
    pub(super) z: Vec<f64>,
    pub(super) n: usize,
    pub(super) p: usize,
    pub(super) centre: Vec<f64>,
    pub(super) scale: Vec<f64>,
    /// Sum to 1.
    pub(super) weights: Vec<f64>,
}

impl Design {
    /// From a value for each (row, column), so that any storage serves. `weights` are of rows, all equal when absent;
    /// without `standardise` columns are centred only.
    ///
    /// # Errors
    /// `too_few_rows` under two rows, `nothing_varies` without columns, `not_finite` for a value that is not.
    pub fn new(
        n: usize,
        p: usize,
        weights: Option<&[f64]>,
        standardise: bool,
        value: impl Fn(usize, usize) -> f64,
    ) -> Result<Self> {
        if n < 2 {
            return Err(Code::TooFewRows.err().with("found", n).with("needed", 2).with("what", "linear model"));
        }
        if p == 0 {
            return Err(Code::NothingVaries.err());
        }
        let raw: Vec<f64> = weights.map_or_else(|| vec![1.0; n], <[f64]>::to_vec);
        let total: f64 = raw.iter().sum();
        if raw.len() != n || !total.is_finite() || total <= 0.0 || raw.iter().any(|w| *w < 0.0) {
            return Err(Code::Internal.err().with("reason", "weights of rows"));
        }
        let weights: Vec<f64> = raw.iter().map(|w| w / total).collect();
        let mut z = Vec::with_capacity(n * p);
        let (mut centre, mut scale) = (Vec::with_capacity(p), Vec::with_capacity(p));
        for j in 0..p {
            let column: Vec<f64> = (0..n).map(|i| value(i, j)).collect();
            if column.iter().any(|v| !v.is_finite()) {
                let e = Code::NotFinite.err().with("term", format!("x[{j}]"));
                return Err(e.with("value", "NaN").with("step", 0));
            }
            let m: f64 = column.iter().zip(&weights).map(|(v, w)| v * w).sum();
            let variance: f64 = column.iter().zip(&weights).map(|(v, w)| w * (v - m) * (v - m)).sum();
            let sd = libm::sqrt(variance);
            // Rounding of a constant column leaves about 1e-16 of its level.
            let constant = sd <= 1e-12 * (1.0 + m.abs());
            let s = match (constant, standardise) {
                (true, _) => 0.0,
                (false, true) => sd,
                (false, false) => 1.0,
            };
            z.extend(column.iter().map(|v| if s > 0.0 { (v - m) / s } else { 0.0 }));
            centre.push(m);
            scale.push(s);
        }
        Ok(Self { z, n, p, centre, scale, weights })
    }

    /// From x by rows, standardised, rows equal.
    ///
    /// # Errors
    /// As [`Design::new`]; `internal` when the length is not n × p.
    pub fn from_rows(x: &[f64], n: usize, p: usize) -> Result<Self> {
        if x.len() != n * p {
            return Err(Code::Internal.err().with("reason", "x is not n × p"));
        }
        Self::new(n, p, None, true, |i, j| x[i * p + j])
    }

    pub(super) fn column(&self, j: usize) -> &[f64] {
        &self.z[j * self.n..(j + 1) * self.n]
    }
}
