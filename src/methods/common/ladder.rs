//! The ladder of updating a model: as it is, a new intercept, a new intercept and one slope, new coefficients.
//!
//! In the source model's outputs ηₖ: ηₖ; ηₖ + aₖ; aₖ + b·ηₖ; aₖ + xβₖ on the columns that the source model uses. Each is
//! fitted by maximum likelihood (classes) or least squares (numbers), and each lower rung is a case of each higher one.

use serde::Serialize;

use super::encoder::Rows;
use super::rows::Known;
use super::source::Source;
use crate::error::Result;
use crate::math::dist::{chi2_sf, f_sf};
use crate::math::linalg::Basis;
use crate::math::softmax::{Climb, Newton, Softmax};
use crate::math::stats::{mean, sum};
use crate::train::Run;

/// A rung, from the lowest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Rung {
    /// The source model as it is.
    None,
    /// A new intercept.
    Intercept,
    /// A new intercept, and all coefficients times one slope.
    Slope,
    /// New coefficients.
    Revision,
}

impl Rung {
    /// All, from the lowest.
    pub const ALL: [Rung; 4] = [Rung::None, Rung::Intercept, Rung::Slope, Rung::Revision];
}

/// A model on a rung.
#[derive(Debug, Clone, PartialEq)]
pub struct Step {
    /// The rung.
    pub rung: Rung,
    /// One an output.
    pub intercepts: Vec<f64>,
    /// outputs × the source model's columns.
    pub coefficients: Vec<f64>,
    /// How many numbers were estimated.
    pub parameters: usize,
    /// The log-likelihood, or the residual sum of squares.
    pub fit: f64,
}

/// A likelihood-ratio test of a lower rung against a higher one.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Test {
    /// The lower rung.
    pub rung: Rung,
    /// The higher one.
    pub against: Rung,
    /// 2 Δ ln L, or F.
    pub statistic: f64,
    /// How many numbers more the higher one has.
    pub df: usize,
    /// p.
    pub p: f64,
}

/// The source model on a rung, fitted on rows in its columns. `None` where the estimate does not exist: as many numbers to
/// estimate as rows, separated classes, or outputs that do not vary.
///
/// # Errors
/// [`crate::Code::Cancelled`].
pub async fn fit(
    source: &Source,
    x: &Rows<f64>,
    outputs: &Rows<f64>,
    known: &Known,
    rung: Rung,
    run: &Run<'_>,
) -> Result<Option<Step>> {
    match known {
        Known::Classes { codes, .. } => classes(source, x, outputs, codes, rung, run).await,
        Known::Values { values, .. } => Ok(numbers(source, x, outputs, values, rung)),
    }
}

/// The test of `low` against `top`: χ² of the likelihood ratio for classes; for numbers F, its exact distribution.
pub fn test(low: &Step, top: &Step, known: &Known) -> Test {
    let df = top.parameters.saturating_sub(low.parameters);
    let (statistic, p) = match known {
        Known::Classes { .. } => {
            let ratio = (2.0 * (top.fit - low.fit)).max(0.0);
            (ratio, chi2_sf(ratio, df as f64))
        }
        Known::Values { values, .. } => {
            let rest = values.len().saturating_sub(top.parameters) as f64;
            let f = ((low.fit - top.fit).max(0.0) / df as f64) / (top.fit / rest);
            (f, if f.is_infinite() { 0.0 } else { f_sf(f, df as f64, rest) })
        }
    };
    // Two rungs with as many numbers are one model.
    Test { rung: low.rung, against: top.rung, statistic, df, p: if df == 0 || p.is_nan() { 1.0 } else { p } }
}

/// The closed test (Vergouwe et al. 2017): from the lowest rung up, each against the highest; the first that is not
/// rejected is kept, else the highest. Rungs from the lowest; the place of the kept one, and the tests that were done.
pub fn closed(rungs: &[Step], known: &Known, level: f64) -> (usize, Vec<Test>) {
    let mut tests = Vec::new();
    let Some((top, lower)) = rungs.split_last() else { return (0, tests) };
    for (i, low) in lower.iter().enumerate() {
        let one = test(low, top, known);
        tests.push(one);
        if one.p >= level {
            return (i, tests);
        }
    }
    (lower.len(), tests)
}

/// The columns that the source model uses, centred over the rows, as a basis; with the means. `None` where they have as
/// many directions as there are rows to estimate from.
fn basis(source: &Source, x: &Rows<f64>, most: usize) -> Option<(Vec<usize>, Vec<f64>, Basis)> {
    let (p, outputs) = (x.cols, source.linear.intercepts.len());
    let used: Vec<usize> =
        (0..p).filter(|&j| (0..outputs).any(|o| source.linear.coefficients[o * p + j] != 0.0)).collect();
    let column = |j: usize| -> Vec<f64> { x.values.iter().skip(j).step_by(p.max(1)).copied().collect() };
    let means: Vec<f64> = used.iter().map(|&j| mean(&column(j))).collect();
    let centred = used.iter().zip(&means).map(|(&j, m)| {
        let values: Vec<f64> = column(j).iter().map(|v| v - m).collect();
        // Rounding of a constant column leaves about 1e-16 of its level.
        let size = libm::sqrt(values.iter().map(|v| v * v).sum::<f64>() / x.rows as f64);
        if size <= 1e-12 * (1.0 + m.abs()) { vec![0.0; x.rows] } else { values }
    });
    let basis = Basis::of(centred, most)?;
    Some((used, means, basis))
}

async fn classes(
    source: &Source,
    x: &Rows<f64>,
    outputs: &Rows<f64>,
    codes: &[usize],
    rung: Rung,
    run: &Run<'_>,
) -> Result<Option<Step>> {
    let (n, k, p) = (x.rows, outputs.cols, x.cols);
    let present: Vec<usize> = (0..k).filter(|class| codes.contains(class)).collect();
    let m = present.len();
    let Some((&first, others)) = present.split_first() else { return Ok(None) };
    let eta = |row: usize, class: usize| outputs.values[row * k + class];
    let y: Vec<usize> = codes.iter().filter_map(|code| present.iter().position(|class| class == code)).collect();
    // The first class that is there is the reference: its z is 0.
    let gaps: Vec<f64> =
        (0..n).flat_map(|row| others.iter().map(move |&c| (row, c))).map(|(r, c)| eta(r, c) - eta(r, first)).collect();
    let scale = spread(&gaps);
    let revision = match rung {
        Rung::Revision => match basis(source, x, (n.saturating_sub(1) / (m - 1).max(1)).saturating_sub(1)) {
            Some(found) => Some(found),
            None => return Ok(None),
        },
        _ => None,
    };
    let columns: Vec<Vec<f64>> = revision.as_ref().map_or_else(Vec::new, |(_, _, basis)| {
        let unit = libm::sqrt(n as f64);
        basis.q.iter().map(|q| q.iter().map(|v| v * unit).collect()).collect()
    });
    let block = columns.len() + 1;
    let d = match rung {
        Rung::None => 0,
        Rung::Intercept => m - 1,
        Rung::Slope if scale.is_none() => return Ok(None),
        Rung::Slope => m,
        Rung::Revision => (m - 1) * block,
    };
    if d >= n {
        return Ok(None);
    }
    let scale = scale.unwrap_or(1.0);
    let mut z = vec![0.0; n * m * d];
    for row in 0..n {
        for c in 1..m {
            let at = (row * m + c) * d;
            match rung {
                Rung::None => {}
                Rung::Intercept => z[at + c - 1] = 1.0,
                Rung::Slope => {
                    z[at + c - 1] = 1.0;
                    z[at + m - 1] = gaps[row * (m - 1) + c - 1] / scale;
                }
                Rung::Revision => {
                    let own = at + (c - 1) * block;
                    z[own] = 1.0;
                    columns.iter().enumerate().for_each(|(j, column)| z[own + 1 + j] = column[row]);
                }
            }
        }
    }
    let offset = match rung {
        Rung::None | Rung::Intercept => {
            (0..n).flat_map(|row| present.iter().map(move |&c| (row, c))).map(|(r, c)| eta(r, c)).collect()
        }
        _ => vec![0.0; n * m],
    };
    let Some(mut newton) = Newton::new(Softmax { classes: m, d, z, offset, y }) else { return Ok(None) };
    let maximum = loop {
        match newton.step() {
            Climb::More => run.breathe().await?,
            Climb::There(maximum) => break maximum,
            Climb::Nowhere => return Ok(None),
        }
    };
    let theta = &maximum.theta;
    let (mut intercepts, mut coefficients) = (source.linear.intercepts.clone(), source.linear.coefficients.clone());
    match (rung, &revision) {
        (Rung::None, _) => {}
        (Rung::Intercept, _) => others.iter().zip(theta).for_each(|(&c, a)| intercepts[c] += a),
        (Rung::Slope, _) => {
            let slope = theta[m - 1] / scale;
            intercepts.iter_mut().chain(&mut coefficients).for_each(|v| *v *= slope);
            others.iter().zip(theta).for_each(|(&c, a)| intercepts[c] += a);
        }
        (Rung::Revision, None) => return Ok(None),
        (Rung::Revision, Some((used, means, basis))) => {
            let unit = libm::sqrt(n as f64);
            for &c in &present {
                intercepts[c] = 0.0;
                coefficients[c * p..(c + 1) * p].fill(0.0);
            }
            for (at, &c) in others.iter().enumerate() {
                let own = &theta[at * block..(at + 1) * block];
                let b = basis.solve(&own[1..].iter().map(|t| t * unit).collect::<Vec<_>>());
                intercepts[c] = own[0];
                for (&j, b) in basis.kept.iter().zip(b) {
                    coefficients[c * p + used[j]] = b;
                    intercepts[c] -= b * means[j];
                }
            }
        }
    }
    carry(source, &present, &mut intercepts, &mut coefficients);
    Ok(Some(Step { rung, intercepts, coefficients, parameters: d, fit: maximum.log_likelihood }))
}

/// A class without rows moves as the others do on average: nothing is known of it here.
fn carry(source: &Source, present: &[usize], intercepts: &mut [f64], coefficients: &mut [f64]) {
    let (k, old) = (intercepts.len(), &source.linear);
    let p = coefficients.len() / k.max(1);
    let m = present.len() as f64;
    for c in (0..k).filter(|c| !present.contains(c)) {
        intercepts[c] = old.intercepts[c] + sum(present.iter().map(|&o| intercepts[o] - old.intercepts[o])) / m;
        for j in 0..p {
            let moved = sum(present.iter().map(|&o| coefficients[o * p + j] - old.coefficients[o * p + j])) / m;
            coefficients[c * p + j] = old.coefficients[c * p + j] + moved;
        }
    }
}

fn numbers(source: &Source, x: &Rows<f64>, outputs: &Rows<f64>, y: &[f64], rung: Rung) -> Option<Step> {
    let (n, old) = (x.rows, &source.linear);
    let eta = &outputs.values;
    let residuals = |fitted: &dyn Fn(usize) -> f64| sum((0..n).map(|i| (y[i] - fitted(i)) * (y[i] - fitted(i))));
    let (level, centre) = (mean(y), mean(eta));
    let (intercepts, coefficients, parameters, fit) = match rung {
        Rung::None => (old.intercepts.clone(), old.coefficients.clone(), 0, residuals(&|i| eta[i])),
        Rung::Intercept => {
            let a = level - centre;
            (vec![old.intercepts[0] + a], old.coefficients.clone(), 1, residuals(&|i| eta[i] + a))
        }
        Rung::Slope => {
            spread(eta)?;
            let square = sum(eta.iter().map(|e| (e - centre) * (e - centre)));
            let slope = sum(eta.iter().zip(y).map(|(e, y)| (e - centre) * (y - level))) / square;
            let a = level - slope * centre;
            let coefficients = old.coefficients.iter().map(|b| b * slope).collect();
            (vec![a + slope * old.intercepts[0]], coefficients, 2, residuals(&|i| a + slope * eta[i]))
        }
        Rung::Revision => {
            let (used, means, basis) = basis(source, x, n.saturating_sub(2))?;
            let theta: Vec<f64> = basis.q.iter().map(|q| sum(q.iter().zip(y).map(|(q, y)| q * (y - level)))).collect();
            let fitted = |i: usize| level + basis.q.iter().zip(&theta).map(|(q, t)| q[i] * t).sum::<f64>();
            let mut coefficients = vec![0.0; x.cols];
            let mut intercept = level;
            for (&j, b) in basis.kept.iter().zip(basis.solve(&theta)) {
                coefficients[used[j]] = b;
                intercept -= b * means[j];
            }
            (vec![intercept], coefficients, basis.kept.len() + 1, residuals(&fitted))
        }
    };
    let finite = intercepts.iter().chain(&coefficients).all(|v: &f64| v.is_finite()) && fit.is_finite();
    (parameters < n && finite).then_some(Step { rung, intercepts, coefficients, parameters, fit })
}

/// The standard deviation, where values vary.
fn spread(values: &[f64]) -> Option<f64> {
    let m = mean(values);
    let sd = libm::sqrt(sum(values.iter().map(|v| (v - m) * (v - m))) / values.len() as f64);
    (sd.is_finite() && sd > 1e-10 * (1.0 + m.abs())).then_some(sd)
}
