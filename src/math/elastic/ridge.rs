//! Ridge of every family by L-BFGS in the principal axes of the columns.
//!
//! The penalty does not change under a rotation, and no direction outside the rows' span is ever used, so the unknowns are
//! min(n, p) an output. The axes and a diagonal of the curvature also make the problem well conditioned.

use super::{Design, Family, Problem, State};
use faer::{Mat, Side};

/// Over this many axes the rotation costs more than it saves (an eigenproblem is cubic).
const MOST_AXES: usize = 1500;

/// The design in its axes: T = Z·V.
pub(super) struct Rotated {
    /// n × axes by columns.
    t: Vec<f64>,
    /// p × axes by columns; `None` when the axes are the columns.
    v: Option<Vec<f64>>,
    axes: usize,
    /// Σ wᵢ tᵢₖ².
    spread: Vec<f64>,
}

impl Rotated {
    pub fn new(d: &Design) -> Self {
        let (n, p) = (d.n, d.p);
        let rotated = if n.min(p) > MOST_AXES || p == 0 { None } else { rotate(d) };
        let (t, v, axes) = match rotated {
            Some((t, v, axes)) => (t, Some(v), axes),
            None => (d.z.clone(), None, p),
        };
        let spread =
            (0..axes).map(|k| t[k * n..(k + 1) * n].iter().zip(&d.weights).map(|(t, w)| w * t * t).sum()).collect();
        Self { t, v, axes, spread }
    }
}

fn rotate(d: &Design) -> Option<(Vec<f64>, Vec<f64>, usize)> {
    let (n, p) = (d.n, d.p);
    let z = faer::MatRef::from_column_major_slice(&d.z, n, p);
    let wide = p > n;
    let gram: Mat<f64> = if wide { z * z.transpose() } else { z.transpose() * z };
    let eigen = gram.self_adjoint_eigen(Side::Lower).ok()?;
    let values = eigen.S().column_vector();
    let top = (0..values.nrows()).map(|k| values[k]).fold(0.0, f64::max);
    let keep: Vec<usize> = (0..values.nrows()).filter(|&k| values[k] > 1e-13 * top).collect();
    let kept: Mat<f64> = Mat::from_fn(values.nrows(), keep.len(), |i, k| eigen.U()[(i, keep[k])]);
    // Wide: Z = U S Vᵀ with U from the rows' side, so V = Zᵀ U / s and T = U s.
    let (t, v): (Mat<f64>, Mat<f64>) = if wide {
        let s = |k: usize| libm::sqrt(values[keep[k]]);
        let back: Mat<f64> = z.transpose() * &kept;
        (
            Mat::from_fn(n, keep.len(), |i, k| kept[(i, k)] * s(k)),
            Mat::from_fn(p, keep.len(), |j, k| back[(j, k)] / s(k)),
        )
    } else {
        (z * &kept, kept)
    };
    let flat =
        |m: &Mat<f64>| (0..m.ncols()).flat_map(|k| (0..m.nrows()).map(move |i| (i, k))).map(|at| m[at]).collect();
    Some((flat(&t), flat(&v), keep.len()))
}

const MEMORY: usize = 12;
const ITERATIONS: usize = 1000;

/// Fits one λ; false when iterations ran out.
pub(super) fn solve(problem: &Problem, rotated: &Rotated, state: &mut State, lambda: f64) -> bool {
    let (n, p, axes) = (problem.design.n, problem.design.p, rotated.axes);
    let block = axes + 1;
    // Per output: the intercept, then the axes. A warm start from the rotated coefficients.
    let mut theta = vec![0.0; problem.outputs * block];
    for o in 0..problem.outputs {
        theta[o * block] = state.intercepts[o];
        let beta = &state.beta[o * p..(o + 1) * p];
        for k in 0..axes {
            theta[o * block + 1 + k] = match &rotated.v {
                Some(v) => v[k * p..(k + 1) * p].iter().zip(beta).map(|(v, b)| v * b).sum(),
                None => beta[k],
            };
        }
    }
    let level = if problem.family == Family::Gaussian { 1.0 } else { 0.15 };
    let inverse_curvature: Vec<f64> = (0..theta.len())
        .map(|i| match i % block {
            0 => 1.0 / level,
            k => 1.0 / (level * rotated.spread[k - 1] + lambda),
        })
        .collect();
    let eta_of = |theta: &[f64]| -> Vec<f64> {
        let mut eta = vec![0.0; problem.outputs * n];
        for o in 0..problem.outputs {
            let out = &mut eta[o * n..(o + 1) * n];
            out.iter_mut().zip(&problem.offset[o * n..(o + 1) * n]).for_each(|(e, c)| *e = c + theta[o * block]);
            for k in 0..axes {
                let g = theta[o * block + 1 + k];
                if g != 0.0 {
                    for (e, t) in out.iter_mut().zip(&rotated.t[k * n..(k + 1) * n]) {
                        *e += g * t;
                    }
                }
            }
        }
        eta
    };
    let value_and_gradient = |theta: &[f64]| -> (f64, Vec<f64>) {
        let eta = eta_of(theta);
        let mut value = problem.loss(&eta);
        let mut gradient = vec![0.0; theta.len()];
        for o in (0..problem.outputs).filter(|&o| problem.present[o]) {
            let mu = problem.mean(&eta, o);
            let off: Vec<f64> =
                (0..n).map(|i| problem.design.weights[i] * (mu[i] - problem.target[o * n + i])).collect();
            gradient[o * block] = off.iter().sum();
            for k in 0..axes {
                let g = theta[o * block + 1 + k];
                let along: f64 = rotated.t[k * n..(k + 1) * n].iter().zip(&off).map(|(t, r)| t * r).sum();
                gradient[o * block + 1 + k] = along + lambda * g;
                value += 0.5 * lambda * g * g;
            }
        }
        (value, gradient)
    };
    let converged = minimise(&mut theta, &inverse_curvature, value_and_gradient);
    state.eta = eta_of(&theta);
    for o in 0..problem.outputs {
        state.intercepts[o] = theta[o * block];
        let beta = &mut state.beta[o * p..(o + 1) * p];
        beta.fill(0.0);
        for k in 0..axes {
            let g = theta[o * block + 1 + k];
            match &rotated.v {
                Some(v) => beta.iter_mut().zip(&v[k * p..(k + 1) * p]).for_each(|(b, v)| *b += g * v),
                None => beta[k] = g,
            }
        }
    }
    converged
}

/// L-BFGS (Nocedal, Math Comput 1980;35:773–782) with a diagonal start and Hager and Zhang's approximate Wolfe test, which
/// works down to rounding where the decrease of the value can no longer be seen.
fn minimise(theta: &mut Vec<f64>, inverse_curvature: &[f64], f: impl Fn(&[f64]) -> (f64, Vec<f64>)) -> bool {
    let dot = |a: &[f64], b: &[f64]| -> f64 { a.iter().zip(b).map(|(x, y)| x * y).sum() };
    let (mut value, mut gradient) = f(theta);
    let mut pairs: Vec<(Vec<f64>, Vec<f64>, f64)> = Vec::new();
    for _ in 0..ITERATIONS {
        // The gradient in the metric of the curvature: about the expected decrease.
        let size: f64 = gradient.iter().zip(inverse_curvature).map(|(g, h)| g * g * h).sum();
        if size <= 1e-22 * (1.0 + value.abs()) {
            return true;
        }
        let mut direction = gradient.clone();
        let mut alphas = Vec::with_capacity(pairs.len());
        for (s, y, rho) in pairs.iter().rev() {
            let a = rho * dot(s, &direction);
            direction.iter_mut().zip(y).for_each(|(q, y)| *q -= a * y);
            alphas.push(a);
        }
        direction.iter_mut().zip(inverse_curvature).for_each(|(q, h)| *q *= h);
        for ((s, y, rho), a) in pairs.iter().zip(alphas.iter().rev()) {
            let b = rho * dot(y, &direction);
            direction.iter_mut().zip(s).for_each(|(q, s)| *q += (a - b) * s);
        }
        direction.iter_mut().for_each(|q| *q = -*q);
        let slope = dot(&gradient, &direction);
        if slope.is_nan() || slope >= 0.0 {
            if pairs.is_empty() {
                return false;
            }
            pairs.clear();
            continue;
        }
        let mut step = 1.0;
        let mut accepted = None;
        for _ in 0..40 {
            let trial: Vec<f64> = theta.iter().zip(&direction).map(|(t, d)| t + step * d).collect();
            let (v, g) = f(&trial);
            let armijo = v <= value + 1e-4 * step * slope;
            let level = v <= value + 1e-14 * value.abs() && dot(&g, &direction).abs() <= -0.9 * slope;
            if armijo || level {
                accepted = Some((trial, v, g));
                break;
            }
            step /= 2.0;
        }
        let Some((trial, v, g)) = accepted else {
            // Nothing is left between here and rounding.
            return size <= 1e-14 * (1.0 + value.abs());
        };
        let s: Vec<f64> = trial.iter().zip(theta.iter()).map(|(a, b)| a - b).collect();
        let y: Vec<f64> = g.iter().zip(&gradient).map(|(a, b)| a - b).collect();
        let sy = dot(&s, &y);
        if sy > 0.0 {
            if pairs.len() == MEMORY {
                pairs.remove(0);
            }
            pairs.push((s, y, 1.0 / sy));
        }
        *theta = trial;
        value = v;
        gradient = g;
    }
    false
}
