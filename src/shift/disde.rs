//! Why a source model does worse in the target: because other patients come, or because the same patients fare otherwise?
//! Cai, Namkoong and Yadlowsky, Diagnosing model performance under distribution shift (2023; DISDE).
//!
//! With ℓ the model's loss, P the source, Q the target and S the patients that both have, s(x) ∝ p(x) q(x) / (p(x) + q(x)):
//!
//! E_Q ℓ − E_P ℓ = (E_S E_P[ℓ|x] − E_P ℓ) + (E_S E_Q[ℓ|x] − E_S E_P[ℓ|x]) + (E_Q ℓ − E_S E_Q[ℓ|x])
//!                  x: source → shared       y given x, on shared patients      x: shared → target
//!
//! With e(x) = q / (p + q) from a cross-fitted domain classifier the published estimate weighs source rows by e and target
//! rows by 1 − e ([`Means::weighted`]). It takes e as known, though: where nothing shifted its weights are nearly constant,
//! so its errors look tiny while the noise of ê is all there is. The estimate that we judge by adds cross-fitted regressions
//! of the loss, m(x) ≈ E_P[ℓ|x] and μ(x) ≈ E_Q[ℓ|x], and solves the efficient influence function's equation
//!
//! mean_P [ e (ℓ − m) + e² (m − θ_P) ] + mean_Q [ (1 − e)² (m − θ_P) ] = 0, and for θ_Q with the sides' parts exchanged,
//!
//! (our derivation, for an unknown e; errors of ê and m̂ then enter as a product), whose empirical variance gives intervals
//! that count the estimation of e. The cross-fit is repeated over [`REPEATS`] divisions: estimates are averaged, and their
//! spread is added to the variance (Chernozhukov et al., Econom J 2018;21:C1–C68, section 3.4). Losses in the source must be
//! of rows that the model was not fitted on.
//!
//! Measured over 1,000 null replicates each (100 to 1,000 source rows, 3 or 20 features): y given x is flagged in 3 to 6 %
//! at 5 %, x in 1 to 2 %; in 7 % where the classifier is wrong in kind (a linear one, and a variance that shifted).

use super::discriminator::{CrossFit, Discriminator, Ridge, cross_fit};
use crate::error::{Code, Result};
use crate::math::dist::t_quantile;
use crate::math::elastic::{Design, Response, fit};
use crate::math::logistic::sigmoid;
use crate::math::rows::Rows;
use crate::math::stats::mean;
use crate::math::weights::{Health, LEAST_ESS};
use crate::rng::mix;
use crate::split::Respect;
use crate::watch::Pulse;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Learns a number from features; a closure of the same shape is one too.
pub trait Regressor {
    /// Predictions for the rows `test`, learned from the rows `train` alone.
    ///
    /// # Errors
    /// Those of the learner.
    fn predict(&self, x: Rows<'_>, y: &[f64], train: &[usize], test: &[usize]) -> Result<Vec<f64>>;
}

impl<F: Fn(Rows<'_>, &[f64], &[usize], &[usize]) -> Result<Vec<f64>>> Regressor for F {
    fn predict(&self, x: Rows<'_>, y: &[f64], train: &[usize], test: &[usize]) -> Result<Vec<f64>> {
        self(x, y, train, test)
    }
}

impl Regressor for Ridge {
    fn predict(&self, x: Rows<'_>, y: &[f64], train: &[usize], test: &[usize]) -> Result<Vec<f64>> {
        let known: Vec<f64> = train.iter().map(|&row| y[row]).collect();
        // A constant loss (a perfect model) has nothing to learn.
        if known.windows(2).all(|pair| pair[0] == pair[1]) {
            return Ok(vec![known.first().copied().unwrap_or(0.0); test.len()]);
        }
        // Columns and their squares: a loss rises on both sides of where the model is right.
        let p = x.p();
        let cell = |row: usize, j: usize| if j < p { x.row(row)[j] } else { x.row(row)[j - p] * x.row(row)[j - p] };
        let design = Design::new(train.len(), 2 * p, None, true, |i, j| cell(train[i], j))?;
        // One unit of noise a coefficient, spread over the columns: the penalty of equal prior and residual variance.
        let lambda = 2.0 * p as f64 / train.len() as f64;
        let solution = fit(design, Response::Values(&known), 0.0, lambda)?;
        let of = |&row: &usize| solution.linear(&(0..2 * p).map(|j| cell(row, j)).collect::<Vec<f64>>());
        Ok(test.iter().map(|row| of(row).first().copied().unwrap_or(0.0)).collect())
    }
}

/// A part of the difference with its interval.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Part {
    /// The estimate, in units of the loss; over 0 is worse.
    pub value: f64,
    /// Its standard error.
    pub se: f64,
    /// Lower end: 95 %, for the two parts of x 97.5 % each (Bonferroni: together they are one answer).
    pub low: f64,
    /// Upper end.
    pub high: f64,
}

impl Part {
    fn moved(&self) -> bool {
        self.low > 0.0 || self.high < 0.0
    }
}

/// What moved the loss.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Moved {
    /// Other patients: an interval of a part of x leaves out 0, that of y given x does not.
    X,
    /// The same patients fare otherwise: the interval of y given x leaves out 0, no part of x does. Target labels are
    /// needed to repair it.
    YGivenX,
    /// Both.
    Both,
    /// No interval leaves out 0, or too few patients are shared.
    CannotTell,
}

/// Why it cannot be told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Because {
    /// The shared patients are worth fewer than [`LEAST_ESS`] rows on a side.
    FewShared,
    /// The two populations share less than [`LEAST_SHARED`] of their mass.
    LittleOverlap,
    /// Every interval holds 0.
    NothingShown,
}

/// The decomposition.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Disde {
    /// Mean loss in the source.
    pub source: f64,
    /// Mean loss in the target.
    pub target: f64,
    /// Target minus source: the sum of the three parts.
    pub total: Part,
    /// x, source → shared.
    pub x_out: Part,
    /// y given x, on shared patients.
    pub y_given_x: Part,
    /// x, shared → target.
    pub x_in: Part,
    /// The published estimates of the two shared means, for comparison.
    pub weighted: Means,
    /// The overlap weights of the source (of the first division).
    pub source_health: Option<Health>,
    /// The overlap weights of the target.
    pub target_health: Option<Health>,
    /// 2 ∫ p q / (p + q): 1 for equal populations, 0 for populations that share no patient.
    pub shared: f64,
    /// The answer.
    pub moved: Moved,
    /// Why there is none.
    pub because: Option<Because>,
}

/// Mean losses over shared patients by weighting alone.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Means {
    /// Σ e ℓ / Σ e over source rows.
    pub source: f64,
    /// Σ (1 − e) ℓ / Σ (1 − e) over target rows.
    pub target: f64,
}

/// Under this share of common mass the decomposition speaks of almost nobody.
pub const LEAST_SHARED: f64 = 0.1;
/// Divisions into folds that the estimates are averaged over.
pub const REPEATS: usize = 5;
const FOLDS: usize = 5;
const LEVEL: f64 = 0.95;

/// Cross-fits classifier and regressions over five folds, [`REPEATS`] times, and decomposes.
///
/// # Shapes
/// `x`, `target`, `losses`: one row each, both sides together, in any order.
///
/// # Errors
/// Those of [`cross_fit`] (`one_class`, `too_few_rows` under five rows a side, `cancelled`); `missing_cells` for a loss that
/// is not finite; `internal` for lengths.
pub async fn disde(
    classifier: &dyn Discriminator,
    regressor: &dyn Regressor,
    x: Rows<'_>,
    target: &[bool],
    losses: &[f64],
    respect: Respect<'_>,
    (seed, pulse): (u64, &Pulse<'_>),
) -> Result<Disde> {
    let n = x.n();
    if losses.len() != n || target.len() != n {
        return Err(Code::Internal.err().with("reason", "losses and rows differ in number"));
    }
    let found = losses.iter().filter(|l| !l.is_finite()).count();
    if found > 0 {
        return Err(Code::MissingCells.err().with("found", found));
    }
    let side: Vec<u32> = target.iter().map(|t| u32::from(*t)).collect();
    let respect = Respect { strata: Some(&side), ..respect };
    let mut all = Vec::with_capacity(REPEATS);
    for repeat in 0..REPEATS {
        let seed = mix(seed, repeat as u64);
        let fitted = cross_fit(classifier, x, target, respect, FOLDS, seed, pulse).await?;
        let mut expected = [vec![0.0; n], vec![0.0; n]];
        for fold in 0..FOLDS {
            let test: Vec<usize> = (0..n).filter(|&row| fitted.fold[row] == fold).collect();
            for (is_target, out) in [false, true].into_iter().zip(&mut expected) {
                pulse.breathe().await?;
                let train: Vec<usize> =
                    (0..n).filter(|&row| fitted.fold[row] != fold && target[row] == is_target).collect();
                let found = regressor.predict(x, losses, &train, &test)?;
                test.iter().zip(found).for_each(|(&row, v)| out[row] = v);
            }
        }
        let [of_source, of_target] = expected;
        all.push(estimate(&fitted, target, losses, &of_source, &of_target, respect.groups)?);
    }
    Ok(judged(&all))
}

/// The decomposition from predictions of rows that the classifier and the regressions did not see: `of_source` is m and
/// `of_target` μ at every row. Rows of one group count as one for the standard errors.
///
/// # Errors
/// `one_class` for one side only, `internal` for lengths.
pub fn decompose(
    fitted: &CrossFit,
    target: &[bool],
    losses: &[f64],
    of_source: &[f64],
    of_target: &[f64],
    groups: Option<&[u32]>,
) -> Result<Disde> {
    Ok(judged(&[estimate(fitted, target, losses, of_source, of_target, groups)?]))
}

/// What one division into folds says: values and variances of total, x out, y given x, x in.
struct Estimate {
    means: [f64; 2],
    parts: [(f64, f64); 4],
    weighted: Means,
    health: [Option<Health>; 2],
    rows: [usize; 2],
    shared: f64,
}

fn estimate(
    fitted: &CrossFit,
    target: &[bool],
    losses: &[f64],
    of_source: &[f64],
    of_target: &[f64],
    groups: Option<&[u32]>,
) -> Result<Estimate> {
    let rows = target.len();
    if [losses.len(), of_source.len(), of_target.len(), fitted.log_odds.len()] != [rows; 4] {
        return Err(Code::Internal.err().with("reason", "losses and rows differ in number"));
    }
    let sides = |wanted: bool| (0..rows).filter(|&row| target[row] == wanted).collect::<Vec<usize>>();
    let (source, those) = (sides(false), sides(true));
    if source.is_empty() || those.is_empty() {
        return Err(Code::OneClass.err().with("found", if source.is_empty() { "target" } else { "source" }));
    }
    let ratio = fitted.log_ratio();
    // e, and 1 − e without its rounding.
    let e: Vec<f64> = ratio.iter().map(|v| sigmoid(*v)).collect();
    let not_e: Vec<f64> = ratio.iter().map(|v| sigmoid(-v)).collect();
    let over = |rows: &[usize], f: &dyn Fn(usize) -> f64| mean(&rows.iter().map(|&row| f(row)).collect::<Vec<f64>>());
    let loss = |row: usize| losses[row];
    let (p_mean, q_mean) = (over(&source, &loss), over(&those, &loss));

    // Both sides have rows, as many as there are odds.
    let mass = fitted.mass(target).unwrap_or(f64::NAN);
    let (m, mu) = (of_source, of_target);
    let shared_p = (over(&source, &|r| e[r] * (losses[r] - m[r]) + e[r] * e[r] * m[r])
        + over(&those, &|r| not_e[r] * not_e[r] * m[r]))
        / mass;
    let shared_q = (over(&those, &|r| not_e[r] * (losses[r] - mu[r]) + not_e[r] * not_e[r] * mu[r])
        + over(&source, &|r| e[r] * e[r] * mu[r]))
        / mass;
    // What each row adds to each of the four means, before division by the rows of its side.
    let influence = |r: usize| -> [f64; 4] {
        let (square_e, square_not) = (e[r] * e[r], not_e[r] * not_e[r]);
        if target[r] {
            let q = not_e[r] * (losses[r] - mu[r]) + square_not * (mu[r] - shared_q);
            [0.0, square_not * (m[r] - shared_p) / mass, q / mass, losses[r] - q_mean]
        } else {
            let p = e[r] * (losses[r] - m[r]) + square_e * (m[r] - shared_p);
            [losses[r] - p_mean, p / mass, square_e * (mu[r] - shared_q) / mass, 0.0]
        }
    };
    let weights = |rows: &[usize], w: &[f64]| Health::of(&rows.iter().map(|&r| w[r]).collect::<Vec<f64>>());
    let part = |value: f64, mix: [f64; 4]| -> (f64, f64) {
        let mut variance = 0.0;
        for side in [&source, &those] {
            let mut sums: BTreeMap<u64, f64> = BTreeMap::new();
            for &row in side {
                let key = groups.and_then(|g| g.get(row)).map_or(row as u64, |g| (1 << 40) + u64::from(*g));
                let adds: f64 = influence(row).iter().zip(mix).map(|(i, c)| i * c).sum();
                *sums.entry(key).or_insert(0.0) += adds / side.len() as f64;
            }
            let clusters = sums.len() as f64;
            let square: f64 = sums.values().map(|v| v * v).sum();
            variance += if clusters > 1.0 { square * clusters / (clusters - 1.0) } else { f64::INFINITY };
        }
        (value, variance)
    };
    let weighted_mean = |rows: &[usize], w: &[f64]| {
        rows.iter().map(|&r| w[r] * losses[r]).sum::<f64>() / rows.iter().map(|&r| w[r]).sum::<f64>()
    };
    Ok(Estimate {
        means: [p_mean, q_mean],
        parts: [
            part(q_mean - p_mean, [-1.0, 0.0, 0.0, 1.0]),
            part(shared_p - p_mean, [-1.0, 1.0, 0.0, 0.0]),
            part(shared_q - shared_p, [0.0, -1.0, 1.0, 0.0]),
            part(q_mean - shared_q, [0.0, 0.0, -1.0, 1.0]),
        ],
        weighted: Means { source: weighted_mean(&source, &e), target: weighted_mean(&those, &not_e) },
        health: [weights(&source, &e), weights(&those, &not_e)],
        rows: [source.len(), those.len()],
        shared: fitted.in_common(target).unwrap_or(0.0),
    })
}

/// The answer over divisions (one at least).
fn judged(all: &[Estimate]) -> Disde {
    let over = |f: &dyn Fn(&Estimate) -> f64| mean(&all.iter().map(f).collect::<Vec<f64>>());
    let ess = |e: &Estimate| e.health.map(|h| h.map_or(0.0, |h| h.ess)).into_iter().fold(f64::INFINITY, f64::min);
    let least = over(&ess);
    let shared = over(&|e| e.shared);
    let rows = all.first().map_or(0, |e| e.rows[0].min(e.rows[1]));
    let part = |k: usize, level: f64, freedom: f64| -> Part {
        let value = over(&|e| e.parts[k].0);
        let se = libm::sqrt(over(&|e| e.parts[k].1 + (e.parts[k].0 - value) * (e.parts[k].0 - value)));
        let half = t_quantile(0.5 + level / 2.0, freedom.max(1.0)) * se;
        Part { value, se, low: value - half, high: value + half }
    };
    let x_level = 1.0 - (1.0 - LEVEL) / 2.0;
    let total = part(0, LEVEL, rows as f64 - 1.0);
    let (x_out, y_given_x, x_in) =
        (part(1, x_level, least - 1.0), part(2, LEVEL, least - 1.0), part(3, x_level, least - 1.0));
    let (moved, because) = match (x_out.moved() || x_in.moved(), y_given_x.moved()) {
        _ if least.is_nan() || least < LEAST_ESS => (Moved::CannotTell, Some(Because::FewShared)),
        _ if shared < LEAST_SHARED => (Moved::CannotTell, Some(Because::LittleOverlap)),
        (true, true) => (Moved::Both, None),
        (true, false) => (Moved::X, None),
        (false, true) => (Moved::YGivenX, None),
        (false, false) => (Moved::CannotTell, Some(Because::NothingShown)),
    };
    let first = all.first();
    Disde {
        source: over(&|e| e.means[0]),
        target: over(&|e| e.means[1]),
        total,
        x_out,
        y_given_x,
        x_in,
        weighted: Means { source: over(&|e| e.weighted.source), target: over(&|e| e.weighted.target) },
        source_health: first.and_then(|e| e.health[0]),
        target_health: first.and_then(|e| e.health[1]),
        shared,
        moved,
        because,
    }
}
