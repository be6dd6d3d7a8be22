//! Which source rows carry a model: what each of them does to the loss on patients who were not learned from.
//!
//! - Linear models: [leave one out](leave_one_out). Without row i the minimum of Σ wⱼ ℓⱼ + penalty moves, to one Newton step
//!   from where it is, by (H − wᵢ hᵢ zᵢzᵢᵀ)⁻¹ wᵢ ∇ℓᵢ (Koh & Liang, ICML 2017, with the leverage of Pregibon, Ann Stat
//!   1981;9:705–724); the judges' loss is then computed where it has moved to. Exact for least squares with a ridge. Of a
//!   lasso the columns that are in stay in. The penalty, the encoding and what was chosen stay as they are.
//! - Networks: [agreement of gradients](agreement), ∇ℓᵢ·∇L of the finished network (the last checkpoint of TracIn, Pruthi
//!   et al., NeurIPS 2020): what one more step on the row would do, to first order. It is no leave-one-out.
//!
//! Always positive where the row helps.

use serde::{Deserialize, Serialize};

use super::integrated::Wide;
use crate::error::Result;
use crate::math::linalg::inverse_spd;
use crate::math::stats;
use crate::methods::common::encoder::Rows;
use crate::methods::common::head::softmax;
use crate::methods::common::rows::Known;
use crate::train::Run;

/// Unknowns of a linear model at most: the Hessian is inverted.
pub const UNKNOWNS: usize = 600;
/// Multiplications at most: a few seconds.
const WORK: f64 = 4e9;

/// What was measured of each row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Measure {
    /// How much the loss on the judges would rise without the row.
    LeaveOneOut,
    /// How far a step on the row and a step on the judges go the same way.
    Gradients,
}

/// A fitted linear model and the rows it was fitted on.
#[derive(Debug, Clone)]
pub struct Fit<'a> {
    /// Encoded rows.
    pub x: &'a Rows<f64>,
    /// Their labels; classes in the order of the outputs.
    pub known: &'a Known,
    /// Their weights, summing to 1.
    pub weights: &'a [f64],
    /// One an output.
    pub intercepts: &'a [f64],
    /// outputs × columns.
    pub coefficients: &'a [f64],
    /// The quadratic penalty of each column: ½ Σ penalty β².
    pub penalty: &'a [f64],
}

/// The unknowns of a fit: which classes and columns move.
struct Unknowns {
    /// Columns that have a coefficient.
    columns: Vec<usize>,
    /// Outputs that move: one of two (the logit), one for a number, all of several.
    outputs: Vec<usize>,
}

impl Unknowns {
    fn of(fit: &Fit<'_>) -> Self {
        let (k, p) = (fit.intercepts.len(), fit.x.cols);
        let columns = (0..p).filter(|&j| (0..k).any(|c| fit.coefficients[c * p + j] != 0.0)).collect();
        // Of two classes the second: only the difference of the logits counts.
        let outputs = if k == 2 { vec![1] } else { (0..k).collect() };
        Self { columns, outputs }
    }
    /// 1 and the columns.
    fn width(&self) -> usize {
        1 + self.columns.len()
    }
    fn len(&self) -> usize {
        self.outputs.len() * self.width()
    }
    fn row(&self, x: &Rows<f64>, row: usize) -> Vec<f64> {
        let at = row * x.cols;
        std::iter::once(1.0).chain(self.columns.iter().map(|&j| x.values[at + j])).collect()
    }
}

/// The outputs of a row.
fn outputs(fit: &Fit<'_>, x: &Rows<f64>, row: usize) -> Vec<f64> {
    let (p, x) = (x.cols, &x.values[row * x.cols..(row + 1) * x.cols]);
    let dot = |c: usize| stats::sum(fit.coefficients[c * p..(c + 1) * p].iter().zip(x).map(|(b, x)| b * x));
    fit.intercepts.iter().enumerate().map(|(c, a)| a + dot(c)).collect()
}

/// The loss of a row: −ln p, or the squared error.
fn loss(known: &Known, row: usize, eta: &[f64]) -> f64 {
    match known {
        Known::Classes { codes, .. } => -libm::log(softmax(eta)[codes[row]].clamp(1e-15, 1.0)),
        Known::Values { values, .. } => (values[row] - eta[0]) * (values[row] - eta[0]),
    }
}

/// The derivative of a row's fitted loss (a number's is ½(y − η)²) by the moving outputs, and the second derivatives.
fn derivatives(known: &Known, row: usize, eta: &[f64], moving: &[usize]) -> (Vec<f64>, Vec<f64>) {
    match known {
        Known::Values { values, .. } => (vec![eta[0] - values[row]], vec![1.0]),
        Known::Classes { codes, .. } => {
            let p = softmax(eta);
            let first = moving.iter().map(|&c| p[c] - f64::from(u8::from(codes[row] == c))).collect();
            let second = moving
                .iter()
                .flat_map(|&a| moving.iter().map(move |&b| (a, b)))
                .map(|(a, b)| p[a] * (f64::from(u8::from(a == b)) - p[b]))
                .collect();
            (first, second)
        }
    }
}

/// What each row's absence would add to the mean loss of the judges (−ln p, or the squared error): see the
/// [module](self). `None` where the model has more than [`UNKNOWNS`] unknowns, where rows times judges
/// would take too long, or a curvature that cannot be inverted.
///
/// # Errors
/// [`crate::Code::Cancelled`].
pub async fn leave_one_out(
    fit: &Fit<'_>,
    judges: &Rows<f64>,
    truth: &Known,
    run: &Run<'_>,
) -> Result<Option<Vec<f64>>> {
    let unknowns = Unknowns::of(fit);
    let (d, width, moving) = (unknowns.len(), unknowns.width(), unknowns.outputs.len());
    let work = fit.x.rows as f64 * (2 * d * d + judges.rows * (d + 8)) as f64;
    if d > UNKNOWNS || judges.rows == 0 || work > WORK {
        return Ok(None);
    }
    let mut curvature = vec![0.0; d * d];
    for row in 0..fit.x.rows {
        if row % 64 == 0 {
            run.breathe().await?;
        }
        let (z, weight) = (unknowns.row(fit.x, row), fit.weights[row]);
        let (_, second) = derivatives(fit.known, row, &outputs(fit, fit.x, row), &unknowns.outputs);
        for a in 0..moving {
            for b in 0..moving {
                let h = weight * second[a * moving + b];
                for (i, zi) in z.iter().enumerate() {
                    let at = (a * width + i) * d + b * width;
                    curvature[at..at + width].iter_mut().zip(&z).for_each(|(c, zj)| *c += h * zi * zj);
                }
            }
        }
    }
    for a in 0..moving {
        for (i, &j) in unknowns.columns.iter().enumerate() {
            let at = a * width + i + 1;
            curvature[at * d + at] += fit.penalty[j];
        }
    }
    // Nothing holds the classes' common intercept: softmax does not see it.
    let most = (0..d).map(|i| curvature[i * d + i]).fold(0.0, f64::max);
    (0..d).for_each(|i| curvature[i * d + i] += 1e-10 * most);
    run.breathe().await?;
    let Some(inverse) = inverse_spd(&curvature, d) else { return Ok(None) };
    let judged: Vec<(Vec<f64>, Vec<f64>)> =
        (0..judges.rows).map(|row| (unknowns.row(judges, row), outputs(fit, judges, row))).collect();
    let before: Vec<f64> = judged.iter().enumerate().map(|(row, (_, eta))| loss(truth, row, eta)).collect();
    let mut changes = Vec::with_capacity(fit.x.rows);
    for row in 0..fit.x.rows {
        run.breathe().await?;
        let (z, weight) = (unknowns.row(fit.x, row), fit.weights[row]);
        let (first, second) = derivatives(fit.known, row, &outputs(fit, fit.x, row), &unknowns.outputs);
        let gradient: Vec<f64> = first.iter().flat_map(|r| z.iter().map(move |z| weight * r * z)).collect();
        let mut step: Vec<f64> =
            inverse.chunks_exact(d).map(|line| line.iter().zip(&gradient).map(|(a, g)| a * g).sum()).collect();
        if let ([r], [h]) = (first.as_slice(), second.as_slice())
            && weight * r != 0.0
        {
            // Sherman and Morrison; zᵀH⁻¹z from the step itself.
            let leverage: f64 = h * step.iter().zip(&z).map(|(s, z)| s * z).sum::<f64>() / r;
            step.iter_mut().for_each(|s| *s /= (1.0 - leverage).max(1e-6));
        }
        let mut change = 0.0;
        for (place, (z, eta)) in judged.iter().enumerate() {
            let mut moved = eta.clone();
            for (a, &c) in unknowns.outputs.iter().enumerate() {
                moved[c] += z.iter().zip(&step[a * width..(a + 1) * width]).map(|(z, s)| z * s).sum::<f64>();
            }
            change += loss(truth, place, &moved) - before[place];
        }
        changes.push(change / judges.rows as f64);
    }
    Ok(Some(changes))
}

/// ∇ℓᵢ·∇L for each row, L the mean loss of the judges; numbers in the head's standardised unit.
///
/// # Shapes
/// `x`, `judges`: encoded rows; `y`, `truth`: rows × outputs, one-hot or standardised.
///
/// # Errors
/// [`crate::Code::Cancelled`].
pub async fn agreement(
    net: &Wide,
    classes: bool,
    (x, y): (&Rows<f64>, &Rows<f32>),
    (judges, truth): (&Rows<f64>, &Rows<f32>),
    run: &Run<'_>,
) -> Result<Vec<f64>> {
    let delta = |z: &[f64], target: &[f32]| -> Vec<f64> {
        let said = if classes { softmax(z) } else { z.to_vec() };
        said.iter().zip(target).map(|(p, y)| p - f64::from(*y)).collect()
    };
    let one = |x: &Rows<f64>, y: &Rows<f32>, row: usize| {
        let target = &y.values[row * y.cols..(row + 1) * y.cols];
        net.gradients(&x.values[row * x.cols..(row + 1) * x.cols], |z| delta(z, target))
    };
    let mut mean = net.no_gradient();
    for row in 0..judges.rows {
        run.breathe().await?;
        let of = one(judges, truth, row);
        mean.add(&of, 1.0 / judges.rows as f64);
    }
    let mut out = Vec::with_capacity(x.rows);
    for row in 0..x.rows {
        run.breathe().await?;
        out.push(mean.dot(&one(x, y, row)));
    }
    Ok(out)
}
