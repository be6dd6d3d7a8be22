//! Label shift: what the target's classes would have to be for the source's model to say there what it says, when p(x | y)
//! is the same on both sides. No target label is needed; where p(x | y) moved too, the answer is wrong without a sign of it.

use crate::error::{Code, Result};
use crate::math::dist::chi2_sf;
use crate::math::spd::eigen;
use crate::math::stats::quantile;
use crate::rng::Rng;
use crate::watch::Pulse;
use faer::linalg::solvers::Solve;
use faer::{Col, MatRef};
use serde::{Deserialize, Serialize};

/// The share of a class in the target.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Prior {
    /// Its share among the source's labels.
    pub source: f64,
    /// Its estimated share in the target.
    pub target: f64,
    /// Lower end of the 95 % percentile bootstrap interval; none without draws.
    pub low: Option<f64>,
    /// Upper end.
    pub high: Option<f64>,
}

/// How a row's prediction counts in the confusion matrix.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Confusion {
    /// As the likeliest class.
    Hard,
    /// As a share of each class, its probability: less noise where the probabilities mean something.
    Soft,
}

/// Black-box shift estimation.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Bbse {
    /// Each class.
    pub priors: Vec<Prior>,
    /// p_target(y) / p_source(y) of each class, not under 0.
    pub weights: Vec<f64>,
    /// The condition number of the confusion matrix P(ŷ, y): large where the model cannot tell some classes apart, and the
    /// estimate is then noise.
    pub condition: f64,
    /// Bootstrap draws whose matrix could not be solved.
    pub failed: usize,
}

/// Over this the confusion matrix is singular for us.
const MOST_CONDITION: f64 = 1e6;

/// What a source model says of both sides.
#[derive(Debug, Clone, Copy)]
pub struct Said<'a> {
    /// The class of each source row: rows that the model was not fitted on.
    pub truth: &'a [u32],
    /// Probabilities of the source rows, rows × classes by rows.
    pub source: &'a [f64],
    /// Of the target rows.
    pub target: &'a [f64],
    /// How many classes there are.
    pub classes: usize,
}

/// w = C⁻¹ μ with C the joint P(ŷ, y) on source rows that the model was *not fitted on*, and μ = P(ŷ) in the target
/// (Lipton, Wang and Smola, ICML 2018). Shares under 0 are set to 0, the others made to sum to 1. The interval draws rows
/// of both sides anew `draws` times.
///
/// # Errors
/// `one_class` where a class has no source row, `too_few_rows` without rows, `missing_cells`, `need_not_met` where the
/// confusion matrix is singular (the model does not tell the classes apart), `internal` for lengths, `cancelled`.
pub async fn bbse(said: Said<'_>, confusion: Confusion, draws: usize, seed: u64, pulse: &Pulse<'_>) -> Result<Bbse> {
    let Said { truth, source, target, classes } = said;
    check(source, classes)?;
    check(target, classes)?;
    if source.len() != truth.len() * classes || truth.iter().any(|&y| y as usize >= classes) {
        return Err(Code::Internal.err().with("reason", "labels and predictions differ in rows"));
    }
    for class in 0..classes {
        if !truth.contains(&(class as u32)) {
            return Err(Code::OneClass.err().with("found", format!("no row of class {class}")));
        }
    }
    let (from, to) = (votes(source, classes, confusion), votes(target, classes, confusion));
    let (n, m) = (truth.len(), target.len() / classes);
    let joint = |rows: &mut dyn Iterator<Item = usize>| -> Vec<f64> {
        let mut c = vec![0.0; classes * classes];
        for row in rows {
            let y = truth[row] as usize;
            (0..classes).for_each(|i| c[i * classes + y] += from[row * classes + i] / n as f64);
        }
        c
    };
    let share = |rows: &mut dyn Iterator<Item = usize>| -> Vec<f64> {
        let mut mu = vec![0.0; classes];
        for row in rows {
            (0..classes).for_each(|i| mu[i] += to[row * classes + i] / m as f64);
        }
        mu
    };
    let matrix = joint(&mut (0..n));
    let condition = condition(&matrix, classes)?;
    let solved = solve(&matrix, &share(&mut (0..m)), classes).filter(|_| condition <= MOST_CONDITION);
    let Some(target_priors) = solved else {
        let e = Code::NeedNotMet.err().with("method", "BBSE");
        return Err(e.with("need", "a model that tells the classes apart"));
    };
    let source_priors: Vec<f64> =
        (0..classes).map(|y| truth.iter().filter(|&&t| t as usize == y).count() as f64 / n as f64).collect();
    let mut rng = Rng::stream(seed, "bbse");
    let mut drawn: Vec<Vec<f64>> = Vec::with_capacity(draws);
    let mut failed = 0;
    for _ in 0..draws {
        pulse.breathe().await?;
        let matrix = joint(&mut (0..n).map(|_| rng.below(n)));
        let mu = share(&mut (0..m).map(|_| rng.below(m)));
        match solve(&matrix, &mu, classes) {
            Some(priors) => drawn.push(priors),
            None => failed += 1,
        }
    }
    let weights = target_priors.iter().zip(&source_priors).map(|(t, s)| t / s).collect();
    Ok(Bbse { priors: with_intervals(&source_priors, &target_priors, &drawn), weights, condition, failed })
}

fn check(p: &[f64], classes: usize) -> Result<()> {
    if classes < 2 {
        return Err(Code::OneClass.err().with("found", classes));
    }
    if p.is_empty() {
        return Err(Code::TooFewRows.err().with("found", 0).with("needed", 1).with("what", "label shift"));
    }
    if !p.len().is_multiple_of(classes) {
        return Err(Code::Internal.err().with("reason", "predictions are not rows × classes"));
    }
    match p.iter().filter(|v| !v.is_finite() || **v < 0.0).count() {
        0 => Ok(()),
        found => Err(Code::MissingCells.err().with("found", found)),
    }
}

fn votes(p: &[f64], classes: usize, confusion: Confusion) -> Vec<f64> {
    match confusion {
        Confusion::Soft => p.to_vec(),
        Confusion::Hard => p
            .chunks_exact(classes)
            .flat_map(|row| {
                // The first of equal ones.
                let best = row.iter().enumerate().fold(0, |best, (k, v)| if *v > row[best] { k } else { best });
                (0..classes).map(move |k| f64::from(u8::from(k == best)))
            })
            .collect(),
    }
}

/// The ratio of the largest singular value to the smallest.
fn condition(matrix: &[f64], k: usize) -> Result<f64> {
    let mut gram = vec![0.0; k * k];
    for i in 0..k {
        for j in 0..k {
            gram[i * k + j] = (0..k).map(|r| matrix[r * k + i] * matrix[r * k + j]).sum();
        }
    }
    let values = eigen(&gram, k)?.values;
    let (top, bottom) = (values.first().copied().unwrap_or(0.0), values.last().copied().unwrap_or(0.0));
    Ok(if bottom > 0.0 { libm::sqrt(top / bottom) } else { f64::INFINITY })
}

/// The target's priors: C w = μ, then w times the source's priors (the column sums of C), on the simplex.
fn solve(matrix: &[f64], mu: &[f64], k: usize) -> Option<Vec<f64>> {
    let c = MatRef::from_row_major_slice(matrix, k, k);
    let w = c.partial_piv_lu().solve(Col::from_fn(k, |i| mu[i]));
    let raw: Vec<f64> = (0..k).map(|y| (w[y] * (0..k).map(|i| matrix[i * k + y]).sum::<f64>()).max(0.0)).collect();
    let total: f64 = raw.iter().sum();
    (total.is_finite() && total > 0.0).then(|| raw.into_iter().map(|v| v / total).collect())
}

fn with_intervals(source: &[f64], target: &[f64], drawn: &[Vec<f64>]) -> Vec<Prior> {
    let end = |y: usize, q: f64| {
        let column: Vec<f64> = drawn.iter().map(|d| d[y]).collect();
        (!column.is_empty()).then(|| quantile(&column, q))
    };
    let each = source.iter().zip(target).enumerate();
    each.map(|(y, (s, t))| Prior { source: *s, target: *t, low: end(y, 0.025), high: end(y, 0.975) }).collect()
}

/// Priors by expectation maximisation.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Saerens {
    /// Each class.
    pub priors: Vec<Prior>,
    /// Twice the gain in log-likelihood over the source's priors.
    pub likelihood_ratio: f64,
    /// Its p (χ² with one degree of freedom less than classes): the test of no label shift that the paper proposes.
    pub p: f64,
    /// Steps.
    pub iterations: usize,
}

/// The maximum likelihood priors of the target, from the source model's probabilities there, which must be calibrated in
/// the source (Saerens, Latinne and Decaestecker, Neural Comput 2002;14:21–41, equation 2.9). The likelihood is concave: the
/// answer does not depend on the start.
///
/// # Shapes
/// `probabilities`: rows × classes by rows; `source`: the class shares that the model was fitted on.
///
/// # Errors
/// `one_class` for a source share that is 0, `too_few_rows`, `missing_cells`, `internal` for lengths, `cancelled`.
pub async fn saerens(
    probabilities: &[f64],
    source: &[f64],
    draws: usize,
    seed: u64,
    pulse: &Pulse<'_>,
) -> Result<Saerens> {
    let k = source.len();
    check(probabilities, k)?;
    if source.iter().any(|s| !s.is_finite() || *s <= 0.0) {
        return Err(Code::OneClass.err().with("found", "a class without a row"));
    }
    let total: f64 = source.iter().sum();
    let from: Vec<f64> = source.iter().map(|s| s / total).collect();
    // p(x | y) up to a factor of the row.
    let likely: Vec<f64> =
        probabilities.chunks_exact(k).flat_map(|row| row.iter().zip(&from).map(|(p, s)| p / s)).collect();
    let n = likely.len() / k;
    let (found, iterations) = climb(&likely, &from, &vec![1.0; n]);
    let log_likelihood = |q: &[f64]| -> f64 {
        let rows = likely.chunks_exact(k);
        rows.map(|r| libm::log(r.iter().zip(q).map(|(r, q)| r * q).sum::<f64>().max(f64::MIN_POSITIVE))).sum()
    };
    let likelihood_ratio = (2.0 * (log_likelihood(&found) - log_likelihood(&from))).max(0.0);
    let mut rng = Rng::stream(seed, "saerens");
    let mut drawn = Vec::with_capacity(draws);
    for _ in 0..draws {
        pulse.breathe().await?;
        let mut times = vec![0.0; n];
        (0..n).for_each(|_| times[rng.below(n)] += 1.0);
        drawn.push(climb(&likely, &from, &times).0);
    }
    Ok(Saerens {
        priors: with_intervals(&from, &found, &drawn),
        likelihood_ratio,
        p: chi2_sf(likelihood_ratio, (k - 1) as f64),
        iterations,
    })
}

const ITERATIONS: usize = 10_000;

fn climb(likely: &[f64], start: &[f64], times: &[f64]) -> (Vec<f64>, usize) {
    let k = start.len();
    let total: f64 = times.iter().sum();
    let mut q = start.to_vec();
    for iteration in 1..=ITERATIONS {
        let mut next = vec![0.0; k];
        for (row, times) in likely.chunks_exact(k).zip(times) {
            let here: f64 = row.iter().zip(&q).map(|(r, q)| r * q).sum();
            // A row that no class explains says nothing.
            if *times > 0.0 && here > 0.0 {
                next.iter_mut().zip(row).zip(&q).for_each(|((next, r), q)| *next += times * r * q / (here * total));
            }
        }
        let sum: f64 = next.iter().sum();
        if sum <= 0.0 {
            return (q, iteration);
        }
        next.iter_mut().for_each(|v| *v /= sum);
        let moved = next.iter().zip(&q).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max);
        q = next;
        if moved < 1e-12 {
            return (q, iteration);
        }
    }
    (q, ITERATIONS)
}

/// Probabilities for other class shares: p(y | x) · to(y) / from(y), each row summing to 1 (Saerens et al., equation 2.4).
/// `None` for lengths that do not fit or a share of 0 in `from`; a row that is 0 in every class keeps `to`.
pub fn corrected(probabilities: &[f64], from: &[f64], to: &[f64]) -> Option<Vec<f64>> {
    let k = from.len();
    let fits = k > 0 && to.len() == k && probabilities.len().is_multiple_of(k) && from.iter().all(|s| *s > 0.0);
    fits.then(|| {
        probabilities
            .chunks_exact(k)
            .flat_map(|row| {
                let raw: Vec<f64> = row.iter().zip(from.iter().zip(to)).map(|(p, (s, t))| p * t / s).collect();
                let total: f64 = raw.iter().sum();
                if total > 0.0 { raw.into_iter().map(|v| v / total).collect() } else { to.to_vec() }
            })
            .collect()
    })
}
