//! What stands for a missing number, learned from the fitted rows: means of like rows, or regressions on the other columns.
//!
//! Nothing here holds a row of anybody's: k-nearest neighbours proper would have to keep the training rows in the model, so
//! that it is refused, and its near relation is offered: the nearest of k-means' centroids, each the mean of at least
//! [`LEAST`] rows. The iterative form is chained equations without draws (van Buuren and Groothuis-Oudshoorn, J Stat Softw
//! 2011;45(3), the deterministic form of scikit-learn's `IterativeImputer`): each column in turn is a ridge regression on
//! all others, the columns with fewest gaps first, and the rounds are replayed on new rows.

use serde::{Deserialize, Serialize};

use crate::error::{Code, Result};
use crate::math::linalg::solve_spd;
use crate::math::stats;
use crate::rng::Rng;
use crate::train::Fill;

/// Fewest rows behind a centroid, and behind each of its numbers.
pub const LEAST: usize = 5;
/// Rows a centroid on average, and most centroids.
const ROWS_A_CENTROID: usize = 20;
const MOST_CENTROIDS: usize = 50;
/// Centroids whose means are taken together.
const NEAREST: usize = 3;
/// Passes of k-means at most.
const PASSES: usize = 50;
/// Rounds of the chained equations.
pub const ROUNDS: usize = 5;
/// Ridge penalty of each regression, on columns of unit variance (scikit-learn's `Ridge(alpha=1)`).
const PENALTY: f64 = 1.0;
/// With more columns the regressions take longer than the method that waits for them.
pub const MOST_COLUMNS: usize = 120;

/// A fitted imputation: see the [module](self). Columns that were empty when fitted are left alone.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Impute {
    /// Which.
    pub fill: Fill,
    /// The order of the regressions, by column.
    pub order: Vec<u32>,
    /// Each column's mean over what was there.
    pub centre: Vec<f64>,
    /// Its standard deviation; 1 where it does not vary.
    pub scale: Vec<f64>,
    /// What stands in a gap at first (the median), centred and scaled.
    pub start: Vec<f64>,
    /// Iterative: rounds × order × (1 + columns), intercept first, a column's own coefficient 0. Centroids: each one's
    /// columns.
    pub numbers: Vec<f64>,
}

impl Impute {
    /// Fits on columns of equal length; NaN is missing. `None` where the medians are enough (nothing is asked for).
    ///
    /// # Errors
    /// [`Code::OutOfRange`] for more than [`MOST_COLUMNS`] columns of the iterative form.
    pub fn fit(fill: Fill, columns: &[Vec<f64>], rng: &mut Rng) -> Result<Option<Self>> {
        let p = columns.len();
        if fill == Fill::Median || p == 0 {
            return Ok(None);
        }
        if fill == Fill::Iterative && p > MOST_COLUMNS {
            let out = Code::OutOfRange.err().with("field", "imputation.fill = iterative, columns");
            return Err(out.with("value", p).with("low", 1).with("high", MOST_COLUMNS));
        }
        let (mut centre, mut scale, mut start) = (vec![0.0; p], vec![1.0; p], vec![0.0; p]);
        let mut gaps = vec![0; p];
        for (c, column) in columns.iter().enumerate() {
            let seen: Vec<f64> = column.iter().copied().filter(|v| v.is_finite()).collect();
            gaps[c] = column.len() - seen.len();
            if seen.is_empty() {
                continue;
            }
            centre[c] = stats::mean(&seen);
            let sd =
                libm::sqrt(stats::mean(&seen.iter().map(|v| (v - centre[c]) * (v - centre[c])).collect::<Vec<_>>()));
            scale[c] = if sd.is_finite() && sd > 1e-9 * (1e-300 + centre[c].abs()) { sd } else { 1.0 };
            start[c] = (stats::quantile(&seen, 0.5) - centre[c]) / scale[c];
        }
        let n = columns.first().map_or(0, Vec::len);
        let mut order: Vec<u32> = (0..p as u32).filter(|&c| gaps[c as usize] < n).collect();
        order.sort_by_key(|&c| gaps[c as usize]);
        let mut out = Self { fill, order, centre, scale, start, numbers: Vec::new() };
        let (mut z, missing) = out.standard(columns);
        match fill {
            Fill::Iterative => {
                for _ in 0..ROUNDS {
                    for at in 0..out.order.len() {
                        let c = out.order[at] as usize;
                        let line = regression(&z, &missing, c);
                        predict(&mut z, &missing, c, &line);
                        out.numbers.extend(line);
                    }
                }
            }
            _ => out.numbers = centroids(&z, &missing, rng),
        }
        Ok(Some(out))
    }

    /// Centred, scaled, gaps at their start; and where the gaps are.
    fn standard(&self, columns: &[Vec<f64>]) -> (Vec<Vec<f64>>, Vec<Vec<bool>>) {
        let z = columns.iter().enumerate().map(|(c, column)| {
            let of = |v: &f64| if v.is_finite() { (v - self.centre[c]) / self.scale[c] } else { self.start[c] };
            column.iter().map(of).collect()
        });
        let missing = columns.iter().map(|column| column.iter().map(|v| !v.is_finite()).collect());
        (z.collect(), missing.collect())
    }

    /// Fills the gaps of columns in the fitted order and number; what is there stays.
    pub fn apply(&self, columns: &mut [Vec<f64>]) {
        let p = self.centre.len();
        if columns.len() != p {
            return;
        }
        let (mut z, missing) = self.standard(columns);
        match self.fill {
            Fill::Iterative => {
                for (at, line) in self.numbers.chunks_exact(p + 1).enumerate() {
                    let c = self.order[at % self.order.len().max(1)] as usize;
                    predict(&mut z, &missing, c, line);
                }
            }
            _ => self.by_centroids(&mut z, &missing),
        }
        for (c, column) in columns.iter_mut().enumerate() {
            for (row, value) in column.iter_mut().enumerate() {
                if missing[c][row] {
                    *value = z[c][row] * self.scale[c] + self.centre[c];
                }
            }
        }
    }

    fn by_centroids(&self, z: &mut [Vec<f64>], missing: &[Vec<bool>]) {
        let p = z.len();
        for row in 0..z.first().map_or(0, Vec::len) {
            let there: Vec<usize> = (0..p).filter(|&c| !missing[c][row]).collect();
            if there.len() == p || there.is_empty() {
                continue;
            }
            let mut near: Vec<(f64, &[f64])> = self
                .numbers
                .chunks_exact(p)
                .map(|centre| {
                    let d = there.iter().map(|&c| (z[c][row] - centre[c]) * (z[c][row] - centre[c])).sum::<f64>();
                    (libm::sqrt(d / there.len() as f64), centre)
                })
                .collect();
            near.sort_by(|a, b| a.0.total_cmp(&b.0));
            near.truncate(NEAREST);
            let weights: Vec<f64> = near.iter().map(|(d, _)| 1.0 / (d + 1e-6)).collect();
            let all: f64 = weights.iter().sum();
            if all > 0.0 {
                for c in (0..p).filter(|&c| missing[c][row]) {
                    z[c][row] = near.iter().zip(&weights).map(|((_, centre), w)| w * centre[c]).sum::<f64>() / all;
                }
            }
        }
    }

    /// Whether its lengths belong together: a file may have been changed.
    pub fn fits(&self, columns: usize) -> bool {
        let p = self.centre.len();
        let block = if self.fill == Fill::Iterative { (p + 1) * self.order.len() } else { p };
        p == columns
            && self.scale.len() == p
            && self.start.len() == p
            && self.order.iter().all(|&c| (c as usize) < p)
            && (self.numbers.is_empty() || (block > 0 && self.numbers.len().is_multiple_of(block)))
    }
}

/// Ridge of a column's known rows on all other columns: intercept, then a coefficient each.
fn regression(z: &[Vec<f64>], missing: &[Vec<bool>], c: usize) -> Vec<f64> {
    let p = z.len();
    let rows: Vec<usize> = (0..z[c].len()).filter(|&row| !missing[c][row]).collect();
    let others: Vec<usize> = (0..p).filter(|&o| o != c).collect();
    let n = rows.len() as f64;
    let mean = |column: usize| rows.iter().map(|&row| z[column][row]).sum::<f64>() / n;
    let means: Vec<f64> = others.iter().map(|&o| mean(o)).collect();
    let own = mean(c);
    let d = others.len();
    let (mut a, mut b) = (vec![0.0; d * d], vec![0.0; d]);
    for &row in &rows {
        let x: Vec<f64> = others.iter().zip(&means).map(|(&o, m)| z[o][row] - m).collect();
        let y = z[c][row] - own;
        for i in 0..d {
            b[i] += x[i] * y;
            for j in 0..=i {
                a[i * d + j] += x[i] * x[j];
            }
        }
    }
    (0..d).for_each(|i| a[i * d + i] += PENALTY);
    let slopes = solve_spd(&a, &b).unwrap_or_else(|| vec![0.0; d]);
    let mut line = vec![0.0; p + 1];
    line[0] = own - slopes.iter().zip(&means).map(|(s, m)| s * m).sum::<f64>();
    for (&o, s) in others.iter().zip(&slopes) {
        line[1 + o] = *s;
    }
    line
}

fn predict(z: &mut [Vec<f64>], missing: &[Vec<bool>], c: usize, line: &[f64]) {
    for row in (0..missing[c].len()).filter(|&row| missing[c][row]) {
        let value = line[0]
            + z.iter().zip(&line[1..]).map(|(column, w)| if *w == 0.0 { 0.0 } else { w * column[row] }).sum::<f64>();
        z[c][row] = value;
    }
}

/// k-means (k-means++ start), clusters of fewer than [`LEAST`] rows dissolved into the others; then each column's mean over
/// the cluster's rows that have it, or its overall start where they are fewer than [`LEAST`].
fn centroids(z: &[Vec<f64>], missing: &[Vec<bool>], rng: &mut Rng) -> Vec<f64> {
    let (p, n) = (z.len(), z.first().map_or(0, Vec::len));
    let k = (n / ROWS_A_CENTROID).clamp(1, MOST_CENTROIDS);
    let point = |row: usize| z.iter().map(|column| column[row]).collect::<Vec<f64>>();
    let far = |row: usize, centre: &[f64]| z.iter().zip(centre).map(|(c, m)| (c[row] - m) * (c[row] - m)).sum::<f64>();
    if n < LEAST {
        return Vec::new();
    }
    let mut centres = vec![point(rng.below(n))];
    while centres.len() < k {
        let nearest = |row: usize| centres.iter().map(|m| far(row, m)).fold(f64::INFINITY, f64::min);
        let weights: Vec<f64> = (0..n).map(nearest).collect();
        let mut left = rng.uniform() * weights.iter().sum::<f64>();
        let drawn = weights.iter().position(|w| {
            left -= w;
            left < 0.0
        });
        match drawn {
            Some(row) => centres.push(point(row)),
            None => break, // all rows alike
        }
    }
    let mut of = vec![usize::MAX; n];
    for _ in 0..PASSES {
        let place =
            |row: usize| (0..centres.len()).min_by(|&a, &b| far(row, &centres[a]).total_cmp(&far(row, &centres[b])));
        let now: Vec<usize> = (0..n).map(|row| place(row).unwrap_or(0)).collect();
        let mut rows: Vec<Vec<usize>> = vec![Vec::new(); centres.len()];
        now.iter().enumerate().for_each(|(row, &at)| rows[at].push(row));
        let still = now == of;
        of = now;
        let small =
            rows.iter().enumerate().filter(|(_, r)| r.len() < LEAST).min_by_key(|(_, r)| r.len()).map(|(at, _)| at);
        if let (Some(at), true) = (small, centres.len() > 1) {
            centres.remove(at);
            of = vec![usize::MAX; n];
            continue;
        }
        if still {
            break;
        }
        for (centre, rows) in centres.iter_mut().zip(&rows) {
            for (c, value) in centre.iter_mut().enumerate() {
                *value = rows.iter().map(|&row| z[c][row]).sum::<f64>() / rows.len() as f64;
            }
        }
    }
    let mut out = Vec::with_capacity(centres.len() * p);
    for at in 0..centres.len() {
        let rows: Vec<usize> = (0..n).filter(|&row| of.get(row) == Some(&at)).collect();
        // Passes ran out while small clusters were dissolved: what is left of them is no centroid.
        if rows.len() < LEAST {
            continue;
        }
        for c in 0..p {
            let seen: Vec<f64> = rows.iter().filter(|&&row| !missing[c][row]).map(|&row| z[c][row]).collect();
            let whole = || z[c].iter().zip(&missing[c]).find(|(_, gone)| **gone).map_or(0.0, |(v, _)| *v);
            out.push(if seen.len() >= LEAST { stats::mean(&seen) } else { whole() });
        }
    }
    out
}
