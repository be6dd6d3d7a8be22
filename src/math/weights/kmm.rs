//! Kernel mean matching (Huang, Smola, Gretton, Borgwardt and Schölkopf, NeurIPS 2006).

use crate::error::{Code, Result};
use crate::math::kernel::gram;
use crate::math::rows::Rows;
use crate::watch::Pulse;

/// The weights of kernel mean matching.
#[derive(Debug, Clone, PartialEq)]
pub struct Kmm {
    /// One a source row, between 0 and the bound; their mean lies within ε of 1.
    pub weights: Vec<f64>,
    /// ½ wᵀKw − κᵀw at the end.
    pub objective: f64,
    /// How far the objective can lie over the optimum (the duality gap of Frank and Wolfe).
    pub gap: f64,
    /// Iterations.
    pub iterations: usize,
}

/// More source rows than this make a kernel of over 50 MB.
const MOST_ROWS: usize = 2500;
const ITERATIONS: usize = 20_000;

/// min over w of ½ wᵀKw − κᵀw with κ = (n_s / n_t) K_st 1, 0 ≤ w ≤ `bound`, |Σw − n_s| ≤ n_s ε, ε = (√n_s − 1)/√n_s:
/// the weighted mean of the source's kernel features nearest to the target's. (The paper's problem; `bound` 1000 as usual.)
///
/// Solved by accelerated projected gradients with restarts (Nesterov 1983; O'Donoghue and Candès, Found Comput Math
/// 2015;15:715–732), each projection onto box and slab by bisection, until the gap is under 1e-7 of the objective.
/// Only the *objective* is strictly determined: with a smooth kernel many weights match the means about equally well.
///
/// # Errors
/// `out_of_range` for sigma or bound that are not over 0, or over 2,500 source rows; `too_few_rows` under two source rows;
/// `cancelled`.
pub async fn kmm(source: Rows<'_>, target: Rows<'_>, sigma: f64, bound: f64, pulse: &Pulse<'_>) -> Result<Kmm> {
    let n = source.at_least(2, "kernel mean matching")?.n();
    let wrong = |field: &str, value: f64, low: f64, high: &str| {
        Code::OutOfRange.err().with("field", field).with("value", value).with("low", low).with("high", high)
    };
    if sigma.is_nan() || sigma <= 0.0 || sigma.is_infinite() {
        return Err(wrong("sigma", sigma, 0.0, "infinity"));
    }
    let eps = 1.0 - 1.0 / libm::sqrt(n as f64);
    if !bound.is_finite() || bound < 1.0 {
        return Err(wrong("bound", bound, 1.0, "infinity"));
    }
    if n > MOST_ROWS || source.p() != target.p() {
        return Err(wrong("rows", n as f64, 2.0, "2500"));
    }
    let k = gram(source, source, sigma);
    let ratio = n as f64 / target.n() as f64;
    let kappa: Vec<f64> =
        gram(source, target, sigma).chunks_exact(target.n()).map(|r| ratio * r.iter().sum::<f64>()).collect();
    let (low, high) = (n as f64 * (1.0 - eps), n as f64 * (1.0 + eps));
    let times = |w: &[f64]| -> Vec<f64> { k.chunks_exact(n).map(|r| dot(r, w)).collect() };
    // The largest row sum bounds the largest eigenvalue.
    let lipschitz = k.chunks_exact(n).map(|r| r.iter().sum::<f64>()).fold(0.0, f64::max);

    let mut w = vec![1.0_f64.min(bound); n];
    let mut kw = times(&w);
    let mut ahead = w.clone();
    let mut k_ahead = kw.clone();
    let mut momentum = 1.0_f64;
    let value = |w: &[f64], kw: &[f64]| 0.5 * dot(w, kw) - dot(&kappa, w);
    let mut gap = f64::INFINITY;
    let mut iterations = 0;
    while iterations < ITERATIONS {
        iterations += 1;
        if iterations % 10 == 1 {
            pulse.breathe().await?;
            let gradient: Vec<f64> = kw.iter().zip(&kappa).map(|(a, b)| a - b).collect();
            gap = frank_wolfe_gap(&w, &gradient, bound, low, high);
            if gap <= 1e-7 * (1e-12 + value(&w, &kw).abs()) {
                break;
            }
        }
        let step: Vec<f64> =
            ahead.iter().zip(&k_ahead).zip(&kappa).map(|((w, kw), c)| w - (kw - c) / lipschitz).collect();
        let next = project(&step, bound, low, high);
        let k_next = times(&next);
        // Restart where the momentum points uphill.
        let uphill: f64 = (0..n).map(|i| (ahead[i] - next[i]) * (next[i] - w[i])).sum();
        let grown = if uphill > 0.0 { 1.0 } else { (1.0 + libm::sqrt(1.0 + 4.0 * momentum * momentum)) / 2.0 };
        let share = if uphill > 0.0 { 0.0 } else { (momentum - 1.0) / grown };
        for i in 0..n {
            ahead[i] = next[i] + share * (next[i] - w[i]);
            // K is linear: no second product is needed.
            k_ahead[i] = k_next[i] + share * (k_next[i] - kw[i]);
        }
        (w, kw, momentum) = (next, k_next, grown);
    }
    Ok(Kmm { objective: value(&w, &kw), weights: w, gap, iterations })
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    let mut s = [0.0; 4];
    let (mut ca, mut cb) = (a.chunks_exact(4), b.chunks_exact(4));
    for (x, y) in ca.by_ref().zip(cb.by_ref()) {
        for k in 0..4 {
            s[k] += x[k] * y[k];
        }
    }
    let rest: f64 = ca.remainder().iter().zip(cb.remainder()).map(|(x, y)| x * y).sum();
    (s[0] + s[1]) + (s[2] + s[3]) + rest
}

/// The nearest point with 0 ≤ w ≤ bound and low ≤ Σw ≤ high.
fn project(step: &[f64], bound: f64, low: f64, high: f64) -> Vec<f64> {
    let moved = |by: f64| step.iter().map(move |v| (v + by).clamp(0.0, bound));
    let total: f64 = moved(0.0).sum();
    let wanted = total.clamp(low, high);
    if wanted == total {
        return moved(0.0).collect();
    }
    // Σ clamp(v + by) grows with `by`: halve.
    let (top, bottom) = step.iter().fold((f64::NEG_INFINITY, f64::INFINITY), |(t, b), v| (t.max(*v), b.min(*v)));
    let (mut left, mut right) = (-top, bound - bottom);
    for _ in 0..100 {
        let middle = left + (right - left) / 2.0;
        if moved(middle).sum::<f64>() < wanted { left = middle } else { right = middle }
    }
    moved(right).collect()
}

/// max over feasible v of ∇ᵀ(w − v): fill the steepest rows to the bound as long as that pays or the sum demands it.
fn frank_wolfe_gap(w: &[f64], gradient: &[f64], bound: f64, low: f64, high: f64) -> f64 {
    let mut sorted = gradient.to_vec();
    sorted.sort_by(f64::total_cmp);
    let (mut used, mut least) = (0.0, 0.0);
    for g in sorted {
        let limit = if g < 0.0 { high } else { low };
        let amount = (limit - used).clamp(0.0, bound);
        used += amount;
        least += g * amount;
    }
    dot(gradient, w) - least
}
