//! Newton steps on Gram matrices, for one output and clearly more rows than columns.
//!
//! A step minimises the penalised quadratic g·Δ + ½ ΔᵀHΔ exactly: by Cholesky for the ridge, else by coordinate descent on
//! H (the "covariance updates" of Friedman, Hastie and Tibshirani, J Stat Softw 2010;33(1), section 2.2) and a last solve
//! with the signs held. H is dear (n p²) and changes slowly, so it is kept from step to step, from λ to λ and from all rows
//! to those of a fold, and made anew only where steps shrink too slowly under it; the gradient is always exact, hence so is
//! the optimum.

use super::coordinate::{penalty, soft};
use super::{Family, Options, Problem, State};
use crate::math::linalg::{cholesky, solve_lower_twice, solve_spd};
use faer::{Mat, MatRef};
use std::rc::Rc;

/// More columns than this make H too dear.
const MOST_COLUMNS: usize = 400;
/// Rows a column: under it the rows' side is cheaper, and H nearly singular.
const ROWS_A_COLUMN: usize = 3;
const STEPS: usize = 200;
/// Rounds of descent and [`settle`]; two or three are usual.
const ROUNDS: usize = 200;
/// Passes over the nonzero coefficients in a round.
const SWEEPS: usize = 4;
/// Coefficients that one [`settle`] lets go.
const TURNS: usize = 32;
/// What is added to the curvature of nonzero coefficients, as a share of it.
const SINGULAR: f64 = 1e-11;
/// Weights p(1 − p) under this would make steps of any length.
const LEAST_WEIGHT: f64 = 1e-5;
/// A step that shrinks to more than this share of the one before asks for a new H.
const SLOW: f64 = 0.1;

/// Whether this solver is the right one.
pub(super) fn suits(problem: &Problem) -> bool {
    let (n, p) = (problem.design.n, problem.design.p);
    problem.outputs == 1 && p <= MOST_COLUMNS && n >= ROWS_A_COLUMN * p
}

/// The curvature at some η, the intercept profiled out.
pub(super) struct Block {
    /// ZᵀVZ − v z̄ z̄ᵀ, p × p.
    h: Vec<f64>,
    /// z̄ = Zᵀv / Σv.
    mean: Vec<f64>,
    /// Σv.
    total: f64,
}

impl Block {
    fn at(problem: &Problem, v: &[f64]) -> Self {
        let d = &problem.design;
        let (n, p) = (d.n, d.p);
        let total: f64 = v.iter().sum();
        let mean: Vec<f64> = (0..p).map(|j| dot(d.column(j), v) / total).collect();
        let root: Vec<f64> = v.iter().map(|v| libm::sqrt(*v)).collect();
        let mut scaled = Vec::with_capacity(n * p);
        for j in 0..p {
            scaled.extend(d.column(j).iter().zip(&root).map(|(z, r)| z * r));
        }
        let a = MatRef::from_column_major_slice(&scaled, n, p);
        let gram: Mat<f64> = a.transpose() * a;
        let mut h = vec![0.0; p * p];
        for i in 0..p {
            for j in 0..=i {
                let value = gram[(i, j)] - total * mean[i] * mean[j];
                (h[i * p + j], h[j * p + i]) = (value, value);
            }
        }
        Self { h, mean, total }
    }
}

/// What is kept of a solution, for a fit nearby.
#[derive(Clone)]
pub(super) struct Warm {
    intercept: f64,
    beta: Vec<f64>,
    block: Option<Rc<Block>>,
}

/// The H at work.
#[derive(Default)]
pub(super) struct Curvature {
    block: Option<Rc<Block>>,
    /// Where ridge alone: the factor of H + λ I.
    factor: Option<(f64, Vec<f64>)>,
}

impl Curvature {
    /// Keeps a solution.
    pub fn keep(&self, state: &State) -> Warm {
        Warm { intercept: state.intercepts[0], beta: state.beta.clone(), block: self.block.clone() }
    }

    /// Starts from one: columns are scaled about alike in both.
    pub fn start(&mut self, problem: &Problem, state: &mut State, warm: &Warm) {
        if warm.beta.len() != state.beta.len() {
            return;
        }
        state.intercepts[0] = warm.intercept;
        for (j, (b, w)) in state.beta.iter_mut().zip(&warm.beta).enumerate() {
            *b = if problem.design.scale[j] > 0.0 { *w } else { 0.0 };
        }
        state.eta = problem.offset.iter().map(|o| o + warm.intercept).collect();
        add(&mut state.eta, problem, &state.beta);
        self.block = warm.block.clone();
        self.factor = None;
    }
}

/// Fits one λ from where `state` stands; false when iterations ran out.
pub(super) fn solve(
    problem: &Problem,
    curvature: &mut Curvature,
    state: &mut State,
    lambda: f64,
    options: &Options,
) -> bool {
    let d = &problem.design;
    let (n, p, alpha) = (d.n, d.p, options.alpha);
    // In squares of what is moved.
    let enough = (options.tolerance * 1e-6).max(1e-24) * problem.null_deviance.max(1e-300);
    let mut objective = problem.loss(&state.eta) + penalty(&state.beta, lambda, alpha);
    let mut last = f64::INFINITY;
    let mut fresh = false;
    for _ in 0..STEPS {
        let mu = problem.mean(&state.eta, 0);
        let v: Vec<f64> = match problem.family {
            Family::Gaussian => d.weights.clone(),
            _ => mu.iter().zip(&d.weights).map(|(m, w)| w * (m * (1.0 - m)).max(LEAST_WEIGHT)).collect(),
        };
        if curvature.block.is_none() {
            curvature.block = Some(Rc::new(Block::at(problem, &v)));
            curvature.factor = None;
            fresh = true;
        }
        let Some(block) = curvature.block.clone() else { return false };
        let off: Vec<f64> = (0..n).map(|i| d.weights[i] * (problem.target[i] - mu[i])).collect();
        let level: f64 = off.iter().sum();
        let g: Vec<f64> = (0..p).map(|j| dot(d.column(j), &off) - level * block.mean[j]).collect();
        let step = if alpha == 0.0 {
            if curvature.factor.as_ref().is_none_or(|(at, _)| *at != lambda) {
                let mut h = block.h.clone();
                (0..p).for_each(|j| h[j * p + j] += lambda);
                curvature.factor = cholesky(&h, p).map(|l| (lambda, l));
            }
            let pull: Vec<f64> = g.iter().zip(&state.beta).map(|(g, b)| g - lambda * b).collect();
            match &curvature.factor {
                Some((_, factor)) => solve_lower_twice(factor, &pull),
                None => descend(&block, &g, &state.beta, 0.0, lambda),
            }
        } else {
            descend(&block, &g, &state.beta, lambda * alpha, lambda * (1.0 - alpha))
        };
        let shift = level / block.total - step.iter().zip(&block.mean).map(|(s, m)| s * m).sum::<f64>();
        let mut move_by = vec![shift; n];
        add(&mut move_by, problem, &step);
        let size: f64 = move_by.iter().zip(&v).map(|(s, v)| v * s * s).sum();
        let mut share = 1.0;
        loop {
            let eta: Vec<f64> = state.eta.iter().zip(&move_by).map(|(e, s)| e + share * s).collect();
            let beta: Vec<f64> = state.beta.iter().zip(&step).map(|(b, s)| b + share * s).collect();
            let now = problem.loss(&eta) + penalty(&beta, lambda, alpha);
            if now <= objective + 1e-12 * objective.abs() {
                (state.eta, state.beta, objective) = (eta, beta, now);
                state.intercepts[0] += share * shift;
                break;
            }
            share /= 2.0;
            if share < 1e-4 {
                // An old H may point nowhere; under a new one that is rounding.
                if fresh {
                    return size <= 1e-10 * problem.null_deviance;
                }
                break;
            }
        }
        if share >= 1e-4 && size <= enough {
            return true;
        }
        let slow = share < 1.0 || size > SLOW * last;
        if slow && problem.family != Family::Gaussian {
            curvature.block = None;
        }
        last = size;
        fresh = false;
    }
    false
}

/// out += Z·by, over the columns that move.
fn add(out: &mut [f64], problem: &Problem, by: &[f64]) {
    for (j, b) in by.iter().enumerate().filter(|(_, b)| **b != 0.0) {
        out.iter_mut().zip(problem.design.column(j)).for_each(|(o, z)| *o += b * z);
    }
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    super::coordinate::dot(a, b)
}

/// The minimiser of the penalised quadratic: how far each coefficient goes.
///
/// Descent alone takes thousands of passes where columns are nearly collinear, as all levels of a category beside the
/// intercept are. So it only says which coefficients are in and with which sign; these are then [`settle`]d.
fn descend(block: &Block, g: &[f64], start: &[f64], l1: f64, l2: f64) -> Vec<f64> {
    let mut beta = start.to_vec();
    // What is left of the gradient at `beta`.
    let mut left = g.to_vec();
    let mut first = f64::NAN;
    for _ in 0..ROUNDS {
        let largest = sweep(block, &mut left, &mut beta, (l1, l2), true);
        if first.is_nan() {
            first = largest;
        } else if largest <= 1e-9 * first {
            break;
        }
        for _ in 0..SWEEPS {
            if sweep(block, &mut left, &mut beta, (l1, l2), false) <= 1e-9 * first {
                break;
            }
        }
        settle(block, &mut left, &mut beta, l1, l2);
    }
    beta.iter().zip(start).map(|(b, s)| b - s).collect()
}

/// One pass of coordinate descent, over all coefficients or over those that are not 0; the largest gain.
fn sweep(block: &Block, left: &mut [f64], beta: &mut [f64], (l1, l2): (f64, f64), everything: bool) -> f64 {
    let p = beta.len();
    let mut largest: f64 = 0.0;
    for j in 0..p {
        let curve = block.h[j * p + j];
        if (!everything && beta[j] == 0.0) || curve <= 0.0 {
            continue;
        }
        let new = soft(left[j] + curve * beta[j], l1) / (curve + l2);
        let step = new - beta[j];
        if step != 0.0 {
            beta[j] = new;
            left.iter_mut().zip(&block.h[j * p..(j + 1) * p]).for_each(|(l, h)| *l -= step * h);
            largest = largest.max(curve * step * step);
        }
    }
    largest
}

/// Goes to the optimum of the nonzero coefficients with their signs held; where one would turn, only as far as it becomes 0,
/// which leaves it out, and on from there. The objective never rises.
fn settle(block: &Block, left: &mut [f64], beta: &mut [f64], l1: f64, l2: f64) {
    let p = beta.len();
    for _ in 0..TURNS {
        let active: Vec<usize> = (0..p).filter(|&j| beta[j] != 0.0).collect();
        let size = active.len();
        let mut system = vec![0.0; size * size];
        for (a, &j) in active.iter().enumerate() {
            for (b, &k) in active.iter().enumerate() {
                system[a * size + b] = block.h[j * p + k];
            }
            // Collinear columns get a direction too: one that makes the sum of their sizes smaller.
            system[a * size + a] += l2 + SINGULAR * block.h[j * p + j];
        }
        let right: Vec<f64> = active.iter().map(|&j| left[j] - l2 * beta[j] - l1 * beta[j].signum()).collect();
        let Some(step) = (size > 0).then(|| solve_spd(&system, &right)).flatten() else { return };
        // The share of the step at which the first coefficient is 0.
        let mut share = 1.0;
        let mut turned = None;
        for (&j, s) in active.iter().zip(&step) {
            if l1 > 0.0 && (beta[j] + s) * beta[j] <= 0.0 && -beta[j] / s <= share {
                (share, turned) = (-beta[j] / s, Some(j));
            }
        }
        for (&j, s) in active.iter().zip(&step) {
            let by = if turned == Some(j) { -beta[j] } else { share * s };
            beta[j] = if turned == Some(j) { 0.0 } else { beta[j] + by };
            left.iter_mut().zip(&block.h[j * p..(j + 1) * p]).for_each(|(l, h)| *l -= by * h);
        }
        if turned.is_none() {
            return;
        }
    }
}
