//! Coordinate descent in block Newton steps, on the columns that the strong rule lets through.

use super::{Family, Options, Problem, State};

/// What screening carries from one λ to the next.
pub(super) struct Screen {
    /// The λ before.
    before: f64,
    /// Gradients of the loss at the solution before, outputs × p.
    gradients: Vec<f64>,
    /// Columns that were ever in, by output.
    ever: Vec<Vec<bool>>,
}

impl Screen {
    pub fn new(problem: &Problem, state: &State, alpha: f64) -> Self {
        let gradients = if alpha > 0.0 { gradients(problem, &state.eta) } else { Vec::new() };
        let steepest = gradients.iter().fold(0.0, |m: f64, g| m.max(g.abs()));
        let before = steepest / alpha.max(1e-3);
        Self { before, gradients, ever: vec![vec![false; problem.design.p]; problem.outputs] }
    }
}

/// Σᵢ wᵢ (yᵢ − μᵢ) zᵢⱼ of every output and column.
pub(super) fn gradients(problem: &Problem, eta: &[f64]) -> Vec<f64> {
    let d = &problem.design;
    let mut out = Vec::with_capacity(problem.outputs * d.p);
    for o in 0..problem.outputs {
        let mu = problem.mean(eta, o);
        let off: Vec<f64> = (0..d.n).map(|i| d.weights[i] * (problem.target[o * d.n + i] - mu[i])).collect();
        out.extend((0..d.p).map(|j| dot(d.column(j), &off)));
    }
    out
}

pub(super) fn dot(a: &[f64], b: &[f64]) -> f64 {
    // Four sums, so that the compiler may use vectors.
    let mut s = [0.0; 4];
    let (mut ca, mut cb) = (a.chunks_exact(4), b.chunks_exact(4));
    for (x, y) in ca.by_ref().zip(cb.by_ref()) {
        for k in 0..4 {
            s[k] += x[k] * y[k];
        }
    }
    let rest: f64 = ca.remainder().iter().zip(cb.remainder()).map(|(x, y)| x * y).sum();
    s[0] + s[1] + s[2] + s[3] + rest
}

pub(super) fn soft(x: f64, by: f64) -> f64 {
    if x > by {
        x - by
    } else if x < -by {
        x + by
    } else {
        0.0
    }
}

const NEWTON_STEPS: usize = 50;
const PASSES: usize = 20_000;
/// Weights p(1 − p) under this would make steps of any length.
const LEAST_WEIGHT: f64 = 1e-5;

/// Fits one λ from where `state` stands; false when iterations ran out.
pub(super) fn solve(problem: &Problem, screen: &mut Screen, state: &mut State, lambda: f64, options: &Options) -> bool {
    let d = &problem.design;
    let alpha = options.alpha;
    let strong = alpha * (2.0 * lambda - screen.before);
    for o in 0..problem.outputs {
        for j in 0..d.p {
            if screen.gradients[o * d.p + j].abs() >= strong && d.scale[j] > 0.0 {
                screen.ever[o][j] = true;
            }
        }
    }
    let mut converged;
    loop {
        let sets: Vec<Vec<usize>> = screen.ever.iter().map(|e| (0..d.p).filter(|&j| e[j]).collect()).collect();
        converged = newton(problem, state, lambda, options, &sets);
        screen.gradients = gradients(problem, &state.eta);
        let mut violated = false;
        for o in 0..problem.outputs {
            for j in 0..d.p {
                let out = !screen.ever[o][j] && problem.present[o] && d.scale[j] > 0.0;
                if out && screen.gradients[o * d.p + j].abs() > alpha * lambda * (1.0 + 1e-9) {
                    screen.ever[o][j] = true;
                    violated = true;
                }
            }
        }
        if !violated {
            break;
        }
    }
    screen.before = lambda;
    converged
}

pub(super) fn penalty(beta: &[f64], lambda: f64, alpha: f64) -> f64 {
    let (mut square, mut size) = (0.0, 0.0);
    for b in beta.iter().filter(|b| **b != 0.0) {
        square += b * b;
        size += b.abs();
    }
    lambda * ((1.0 - alpha) / 2.0 * square + alpha * size)
}

/// Block Newton over the outputs on the given columns.
fn newton(problem: &Problem, state: &mut State, lambda: f64, options: &Options, sets: &[Vec<usize>]) -> bool {
    let d = &problem.design;
    let (n, p) = (d.n, d.p);
    let tolerance = options.tolerance * problem.null_deviance.max(1e-300);
    let mut objective = problem.loss(&state.eta) + penalty(&state.beta, lambda, options.alpha);
    for _ in 0..NEWTON_STEPS {
        let mut moved: f64 = 0.0;
        let mut all_settled = true;
        for o in (0..problem.outputs).filter(|&o| problem.present[o]) {
            let mu = problem.mean(&state.eta, o);
            let v: Vec<f64> = (0..n)
                .map(|i| match problem.family {
                    Family::Gaussian => d.weights[i],
                    _ => d.weights[i] * (mu[i] * (1.0 - mu[i])).max(LEAST_WEIGHT),
                })
                .collect();
            let start: Vec<f64> = (0..n)
                .map(|i| if v[i] > 0.0 { d.weights[i] * (problem.target[o * n + i] - mu[i]) / v[i] } else { 0.0 })
                .collect();
            let mut residual = start.clone();
            let old_beta: Vec<f64> = sets[o].iter().map(|&j| state.beta[o * p + j]).collect();
            let old_intercept = state.intercepts[o];
            let beta = &mut state.beta[o * p..(o + 1) * p];
            let (shift, settled) = descend(d, &v, &mut residual, beta, &sets[o], lambda, options.alpha, tolerance);
            all_settled &= settled;
            state.intercepts[o] += shift;
            let step: Vec<f64> = start.iter().zip(&residual).map(|(a, b)| a - b).collect();
            let size: f64 = step.iter().zip(&v).map(|(s, v)| v * s * s).sum();
            let old_eta = state.eta[o * n..(o + 1) * n].to_vec();
            let mut share = 1.0;
            loop {
                for i in 0..n {
                    state.eta[o * n + i] = old_eta[i] + share * step[i];
                }
                let now = problem.loss(&state.eta) + penalty(&state.beta, lambda, options.alpha);
                if now <= objective + 1e-12 * objective.abs() || share < 1e-4 {
                    objective = now;
                    break;
                }
                // Too far: half-way back, in every quantity.
                share /= 2.0;
                state.intercepts[o] = (state.intercepts[o] + old_intercept) / 2.0;
                for (k, &j) in sets[o].iter().enumerate() {
                    state.beta[o * p + j] = (state.beta[o * p + j] + old_beta[k]) / 2.0;
                }
            }
            moved = moved.max(size);
        }
        if problem.family == Family::Gaussian || moved <= tolerance {
            return all_settled;
        }
    }
    false
}

/// Weighted least squares by cyclic coordinate descent; returns how far the intercept went, and whether it settled.
#[expect(clippy::too_many_arguments, reason = "the inner loop's whole state")]
fn descend(
    d: &super::Design,
    v: &[f64],
    residual: &mut [f64],
    beta: &mut [f64],
    set: &[usize],
    lambda: f64,
    alpha: f64,
    tolerance: f64,
) -> (f64, bool) {
    let (l1, l2) = (lambda * alpha, lambda * (1.0 - alpha));
    let curvature: Vec<f64> = set.iter().map(|&j| d.column(j).iter().zip(v).map(|(z, v)| v * z * z).sum()).collect();
    let total: f64 = v.iter().sum();
    let mut weighted = vec![0.0; v.len()];
    let mut shift = 0.0;
    let mut everything = true;
    let mut polished = false;
    for _ in 0..PASSES {
        let mut largest: f64 = 0.0;
        for (k, &j) in set.iter().enumerate() {
            if !everything && beta[j] == 0.0 {
                continue;
            }
            let z = d.column(j);
            for (out, (r, v)) in weighted.iter_mut().zip(residual.iter().zip(v)) {
                *out = r * v;
            }
            let slope = dot(z, &weighted) + curvature[k] * beta[j];
            let new = soft(slope, l1) / (curvature[k] + l2);
            let step = new - beta[j];
            if step != 0.0 {
                beta[j] = new;
                for (r, z) in residual.iter_mut().zip(z) {
                    *r -= step * z;
                }
                largest = largest.max(curvature[k] * step * step);
            }
        }
        let step: f64 = residual.iter().zip(v).map(|(r, v)| r * v).sum::<f64>() / total;
        shift += step;
        residual.iter_mut().for_each(|r| *r -= step);
        largest = largest.max(total * step * step);
        if largest <= tolerance {
            // The nonzero ones have settled: once more over all of the set, or done.
            if everything {
                let exact = if polished { None } else { polish(d, v, residual, beta, set, l1, l2) };
                match exact {
                    Some(step) => {
                        shift += step;
                        polished = true;
                    }
                    None => return (shift, true),
                }
            }
            everything = true;
        } else {
            everything = false;
        }
    }
    (shift, false)
}

/// Solves the nonzero coefficients exactly, signs held: descent alone stops at its tolerance, far from the optimum where
/// columns are alike. `None`, with nothing changed, when a sign would turn, or it would cost more than the descent.
fn polish(
    d: &super::Design,
    v: &[f64],
    residual: &mut [f64],
    beta: &mut [f64],
    set: &[usize],
    l1: f64,
    l2: f64,
) -> Option<f64> {
    const MOST_WORK: usize = 20_000_000;
    let active: Vec<usize> = set.iter().copied().filter(|&j| beta[j] != 0.0).collect();
    let size = active.len() + 1;
    if active.is_empty() || size * size * d.n > MOST_WORK {
        return None;
    }
    let weigh = |values: &[f64]| -> Vec<f64> { values.iter().zip(v).map(|(a, v)| a * v).collect() };
    let (mut system, mut right) = (vec![0.0; size * size], vec![0.0; size]);
    system[0] = v.iter().sum();
    let pull = weigh(residual);
    right[0] = pull.iter().sum();
    for (a, &j) in active.iter().enumerate() {
        let weighted = weigh(d.column(j));
        let row = (a + 1) * size;
        system[row] = weighted.iter().sum();
        for (b, &k) in active.iter().enumerate().take(a + 1) {
            system[row + b + 1] = dot(&weighted, d.column(k));
        }
        system[row + a + 1] += l2;
        right[a + 1] = dot(d.column(j), &pull) - l2 * beta[j] - l1 * beta[j].signum();
    }
    let step = crate::math::linalg::solve_spd(&system, &right)?;
    if active.iter().zip(&step[1..]).any(|(&j, s)| (beta[j] + s) * beta[j] <= 0.0) {
        return None;
    }
    residual.iter_mut().for_each(|r| *r -= step[0]);
    for (&j, s) in active.iter().zip(&step[1..]) {
        beta[j] += s;
        residual.iter_mut().zip(d.column(j)).for_each(|(r, z)| *r -= s * z);
    }
    Some(step[0])
}
