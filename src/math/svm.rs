//! Support vector machines with a Gaussian kernel, k(a, b) = exp(−γ‖a − b‖²).
//!
//! Two classes: minimise ½ αᵀQα − Σα subject to yᵀα = 0 and 0 ≤ α ≤ C, Q_ij = y_i y_j k(x_i, x_j);
//! f(x) = Σ α_i y_i k(x_i, x) − ρ, and the sign of f is the class.
//!
//! Numbers (ε-regression): the same problem in twice as many variables, α for what lies above the tube of half-width ε
//! and α* for what lies below, with the linear terms ε − z and ε + z; f(x) = Σ (α_i − α*_i) k(x_i, x) − ρ.
//!
//! Solved by sequential minimal optimisation with the second-order choice of the working set (Fan, Chen & Lin, JMLR
//! 2005;6:1889–1918), which is what LIBSVM and scikit-learn's `SVC` and `SVR` do; no row is set aside on the way
//! (shrinking only changes the time). Q is kept in single precision, as there.

use super::kernel::square_distance;
use super::rows::Rows;
use crate::error::{Code, Result};
use crate::watch::Pulse;

/// Bytes of kernel rows that are kept at most.
const CACHE: usize = 64 << 20;
/// In place of a curvature that is not positive, as LIBSVM's.
const TAU: f64 = 1e-12;
/// Steps between two breaths.
const BREATH: usize = 32;

/// The settings; the defaults are scikit-learn's.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Settings {
    /// The price of a row on the wrong side.
    pub c: f64,
    /// γ; absent: 1 / (columns × the variance of all cells), scikit-learn's "scale".
    pub gamma: Option<f64>,
    /// It ends where no pair of rows violates the optimality conditions by more.
    pub tolerance: f64,
}

impl Default for Settings {
    fn default() -> Self {
        Self { c: 1.0, gamma: None, tolerance: 1e-3 }
    }
}

/// A fitted machine.
#[derive(Debug, Clone, PartialEq)]
pub struct Svm {
    /// γ.
    pub gamma: f64,
    /// ρ.
    pub rho: f64,
    /// Columns.
    pub cols: usize,
    /// The rows with α > 0, one after the other.
    pub support: Vec<f64>,
    /// Their α y.
    pub weight: Vec<f64>,
}

/// Kernel rows that were computed, thrown away together when they are too many. It serves every fit on the same rows with
/// the same γ.
pub struct Kernel<'a> {
    x: Rows<'a>,
    gamma: f64,
    rows: Vec<Option<Box<[f32]>>>,
    kept: usize,
}

impl<'a> Kernel<'a> {
    /// Of these rows; γ as in [`Settings::gamma`].
    pub fn new(x: Rows<'a>, gamma: Option<f64>) -> Self {
        Self { x, gamma: gamma.unwrap_or_else(|| scale(x)), rows: vec![None; x.n()], kept: 0 }
    }
    fn make(&mut self, i: usize, spare: usize) {
        if self.rows[i].is_some() {
            return;
        }
        if (self.kept + 1) * self.x.n() * 4 > CACHE {
            for (at, row) in self.rows.iter_mut().enumerate() {
                if at != spare && row.take().is_some() {
                    self.kept -= 1;
                }
            }
        }
        let own = self.x.row(i);
        let gamma = self.gamma;
        self.rows[i] =
            Some(self.x.iter().map(|other| libm::exp(-gamma * square_distance(own, other)) as f32).collect());
        self.kept += 1;
    }
    fn row(&self, i: usize) -> &[f32] {
        self.rows[i].as_deref().unwrap_or(&[])
    }
}

impl Svm {
    /// Fits rows whose class is the event (`true`) or not.
    ///
    /// # Errors
    /// [`Code::OneClass`]; [`Code::Internal`] for wrong lengths; [`Code::Cancelled`].
    pub async fn fit(x: Rows<'_>, event: &[bool], settings: &Settings, pulse: &Pulse<'_>) -> Result<Self> {
        if event.len() != x.n() {
            return Err(Code::Internal.err().with("reason", "labels and rows of a different number"));
        }
        if event.iter().all(|e| *e) || event.iter().all(|e| !*e) {
            return Err(Code::OneClass.err().with("found", if event[0] { "1" } else { "0" }));
        }
        let y: Vec<f64> = event.iter().map(|&e| if e { 1.0 } else { -1.0 }).collect();
        let mut kernel = Kernel::new(x, settings.gamma);
        let (alpha, rho) = solve(&mut kernel, &y, &vec![-1.0; y.len()], settings, pulse).await?;
        let weight = alpha.iter().zip(&y).map(|(a, y)| a * y).collect();
        Ok(Self::of(&kernel, weight, rho))
    }

    /// Fits numbers: errors under `epsilon` cost nothing. γ is the kernel's, whatever the settings say.
    ///
    /// # Errors
    /// [`Code::Internal`] for wrong lengths; [`Code::Cancelled`].
    pub async fn fit_values(
        kernel: &mut Kernel<'_>,
        values: &[f64],
        epsilon: f64,
        settings: &Settings,
        pulse: &Pulse<'_>,
    ) -> Result<Self> {
        let n = kernel.x.n();
        if values.len() != n {
            return Err(Code::Internal.err().with("reason", "labels and rows of a different number"));
        }
        let y: Vec<f64> = (0..2 * n).map(|t| if t < n { 1.0 } else { -1.0 }).collect();
        let linear: Vec<f64> = values.iter().map(|z| epsilon - z).chain(values.iter().map(|z| epsilon + z)).collect();
        let (alpha, rho) = solve(kernel, &y, &linear, settings, pulse).await?;
        let (over, under) = alpha.split_at(n);
        let weight = over.iter().zip(under).map(|(a, b)| a - b).collect();
        Ok(Self::of(kernel, weight, rho))
    }

    /// What is left of a solution: the rows that count.
    fn of(kernel: &Kernel<'_>, weight: Vec<f64>, rho: f64) -> Self {
        let kept: Vec<usize> = (0..weight.len()).filter(|&t| weight[t] != 0.0).collect();
        Self {
            gamma: kernel.gamma,
            rho,
            cols: kernel.x.p(),
            support: kept.iter().flat_map(|&t| kernel.x.row(t).iter().copied()).collect(),
            weight: kept.iter().map(|&t| weight[t]).collect(),
        }
    }

    /// f of each row: over 0 is the event.
    ///
    /// # Errors
    /// [`Code::Cancelled`]; [`Code::Internal`] for rows of another width.
    pub async fn decide(&self, x: Rows<'_>, pulse: &Pulse<'_>) -> Result<Vec<f64>> {
        if x.p() != self.cols {
            return Err(Code::Internal.err().with("reason", "rows of another width"));
        }
        let mut out = Vec::with_capacity(x.n());
        for row in x.iter() {
            pulse.breathe().await?;
            let each = self.support.chunks_exact(self.cols).zip(&self.weight);
            let sum: f64 = each.map(|(s, w)| w * libm::exp(-self.gamma * square_distance(row, s))).sum();
            out.push(sum - self.rho);
        }
        Ok(out)
    }
}

/// α and ρ of the problem with these signs and linear terms; variable t is of row t modulo the rows.
async fn solve(
    kernel: &mut Kernel<'_>,
    y: &[f64],
    linear: &[f64],
    settings: &Settings,
    pulse: &Pulse<'_>,
) -> Result<(Vec<f64>, f64)> {
    let (n, c) = (kernel.x.n(), settings.c);
    let (mut alpha, mut gradient) = (vec![0.0_f64; y.len()], linear.to_vec());
    let up = |t: usize, alpha: &[f64]| if y[t] > 0.0 { alpha[t] < c } else { alpha[t] > 0.0 };
    let low = |t: usize, alpha: &[f64]| if y[t] > 0.0 { alpha[t] > 0.0 } else { alpha[t] < c };
    let most = 10_000_000.max(100 * y.len());
    for step in 0..most {
        if step % BREATH == 0 {
            pulse.breathe().await?;
        }
        // i: the largest −y∇ among the variables that may go up.
        let mut i = None;
        let mut largest = f64::NEG_INFINITY;
        for t in 0..y.len() {
            let v = -y[t] * gradient[t];
            if up(t, &alpha) && v >= largest {
                (largest, i) = (v, Some(t));
            }
        }
        let Some(i) = i else { break };
        kernel.make(i % n, i % n);
        // j: the one that lowers the objective most, to second order.
        let mut j = None;
        let (mut smallest, mut best) = (f64::INFINITY, f64::INFINITY);
        for half in (0..y.len()).step_by(n) {
            for (t, &k) in (half..).zip(kernel.row(i % n)) {
                if !low(t, &alpha) {
                    continue;
                }
                let v = -y[t] * gradient[t];
                smallest = smallest.min(v);
                let off = largest - v;
                if off > 0.0 {
                    let curve = (2.0 - 2.0 * f64::from(k)).max(TAU);
                    let gain = -off * off / curve;
                    if gain <= best {
                        (best, j) = (gain, Some(t));
                    }
                }
            }
        }
        let Some(j) = j.filter(|_| largest - smallest >= settings.tolerance) else { break };
        kernel.make(j % n, i % n);
        let curve = (2.0 - 2.0 * f64::from(kernel.row(i % n)[j % n])).max(TAU);
        let before = (alpha[i], alpha[j]);
        (alpha[i], alpha[j]) = moved(before, (y[i], y[j]), (gradient[i], gradient[j]), curve, c);
        let (by_i, by_j) = (y[i] * (alpha[i] - before.0), y[j] * (alpha[j] - before.1));
        for half in (0..y.len()).step_by(n) {
            for (t, (&a, &b)) in (half..).zip(kernel.row(i % n).iter().zip(kernel.row(j % n))) {
                gradient[t] += y[t] * (f64::from(a) * by_i + f64::from(b) * by_j);
            }
        }
    }
    let rho = offset(&alpha, &gradient, y, c);
    Ok((alpha, rho))
}

/// 1 / (p · variance of all cells); 1 where they are all equal.
fn scale(x: Rows<'_>) -> f64 {
    let n = (x.n() * x.p()) as f64;
    let mean = x.iter().flatten().sum::<f64>() / n;
    let variance = x.iter().flatten().map(|v| (v - mean) * (v - mean)).sum::<f64>() / n;
    if variance > 0.0 { 1.0 / (x.p() as f64 * variance) } else { 1.0 }
}

/// The new (α_i, α_j): the optimum along yᵀα = const, cut to the box.
fn moved(a: (f64, f64), y: (f64, f64), g: (f64, f64), curve: f64, c: f64) -> (f64, f64) {
    let (mut i, mut j) = a;
    if y.0 == y.1 {
        let (step, sum) = ((g.0 - g.1) / curve, i + j);
        (i, j) = (i - step, j + step);
        if sum > c {
            if i > c {
                (i, j) = (c, sum - c);
            }
            if j > c {
                (i, j) = (sum - c, c);
            }
        } else {
            if j < 0.0 {
                (i, j) = (sum, 0.0);
            }
            if i < 0.0 {
                (i, j) = (0.0, sum);
            }
        }
    } else {
        let (step, off) = ((-g.0 - g.1) / curve, i - j);
        (i, j) = (i + step, j + step);
        if off > 0.0 {
            if j < 0.0 {
                (i, j) = (off, 0.0);
            }
            if i > c {
                (i, j) = (c, c - off);
            }
        } else {
            if i < 0.0 {
                (i, j) = (0.0, -off);
            }
            if j > c {
                (i, j) = (c + off, c);
            }
        }
    }
    (i, j)
}

/// ρ: the mean of y∇ over the free rows; without one, the middle of what the bound ones allow.
fn offset(alpha: &[f64], gradient: &[f64], y: &[f64], c: f64) -> f64 {
    let (mut over, mut under, mut free, mut sum) = (f64::INFINITY, f64::NEG_INFINITY, 0, 0.0);
    for ((&a, &g), &y) in alpha.iter().zip(gradient).zip(y) {
        let v = y * g;
        let bound_up = a >= c;
        if bound_up || a <= 0.0 {
            if bound_up == (y > 0.0) { under = under.max(v) } else { over = over.min(v) }
        } else {
            free += 1;
            sum += v;
        }
    }
    if free > 0 { sum / f64::from(free) } else { (over + under) / 2.0 }
}
