//! Two models' outputs in one, with weights that are not negative.

use super::encoder::Rows;
use super::penalised;
use super::rows::Known;
use super::select;
use crate::math::softmax::{Newton, Softmax};
use crate::math::{linalg, stats};

/// η = a + w₀·η₀ + w₁·η₁.
#[derive(Debug, Clone, PartialEq)]
pub struct Weights {
    /// One an output.
    pub intercepts: Vec<f64>,
    /// One a model, none negative.
    pub weights: [f64; 2],
    /// The mean loss over the rows.
    pub loss: f64,
}

/// The best combination by maximum likelihood or least squares, of outputs rows × outputs each. The loss is convex in the
/// weights, so the best of the fits with both, with one and with the other that keep the bound is the best of all. Where
/// no fit exists (separated classes) it is the better of the two models as they are.
pub fn best(outputs: [&Rows<f64>; 2], known: &Known) -> Weights {
    let all: Vec<usize> = (0..outputs[0].rows).collect();
    let k = outputs[0].cols;
    let mut found = Vec::new();
    for used in [&[0, 1][..], &[0], &[1]] {
        let Some((intercepts, weights)) = free(outputs, used, known) else { continue };
        if weights.iter().any(|w| *w < 0.0) {
            continue;
        }
        let values = (0..all.len() * k)
            .map(|i| intercepts[i % k] + weights[0] * outputs[0].values[i] + weights[1] * outputs[1].values[i])
            .collect();
        let loss = penalised::loss(&Rows { rows: all.len(), cols: k, values }, known, &all);
        found.push(Weights { intercepts, weights, loss });
    }
    for (weights, eta) in [[1.0, 0.0], [0.0, 1.0]].into_iter().zip(outputs) {
        found.push(Weights { intercepts: vec![0.0; k], weights, loss: penalised::loss(eta, known, &all) });
    }
    let losses: Vec<f64> = found.iter().map(|w| w.loss).collect();
    found.swap_remove(select::lowest(&losses).unwrap_or(0))
}

/// The best combination of some of the two, weights of any sign.
fn free(outputs: [&Rows<f64>; 2], used: &[usize], known: &Known) -> Option<(Vec<f64>, [f64; 2])> {
    let (n, k) = (outputs[0].rows, outputs[0].cols);
    let mut weights = [0.0; 2];
    match known {
        Known::Values { values, .. } => {
            let level = stats::mean(values);
            let means: Vec<f64> = used.iter().map(|&o| stats::mean(&outputs[o].values)).collect();
            let centred = used.iter().zip(&means).map(|(&o, m)| outputs[o].values.iter().map(|v| v - m).collect());
            let basis = linalg::Basis::of(centred, 2)?;
            if basis.kept.len() < used.len() || n <= used.len() + 1 {
                return None;
            }
            let along: Vec<f64> =
                basis.q.iter().map(|q| stats::sum(q.iter().zip(values).map(|(q, y)| q * (y - level)))).collect();
            let mut intercept = level;
            for ((&o, w), m) in used.iter().zip(basis.solve(&along)).zip(&means) {
                weights[o] = w;
                intercept -= w * m;
            }
            Some((vec![intercept], weights))
        }
        Known::Classes { codes, .. } => {
            let counts = known.counts();
            let present: Vec<usize> = (0..k).filter(|&class| counts[class] > 0).collect();
            let m = present.len();
            let d = m.saturating_sub(1) + used.len();
            let mut z = vec![0.0; n * m * d];
            for row in 0..n {
                for c in 1..m {
                    let at = (row * m + c) * d;
                    z[at + c - 1] = 1.0;
                    for (j, &o) in used.iter().enumerate() {
                        let eta = &outputs[o].values[row * k..(row + 1) * k];
                        z[at + m - 1 + j] = eta[present[c]] - eta[present[0]];
                    }
                }
            }
            let y = codes.iter().filter_map(|code| present.iter().position(|class| class == code)).collect();
            let theta = Newton::new(Softmax { classes: m, d, z, offset: vec![0.0; n * m], y })?.run()?.theta;
            let (own, slopes) = theta.split_at(m - 1);
            let mut intercepts = vec![0.0; k];
            present.iter().skip(1).zip(own).for_each(|(&class, a)| intercepts[class] = *a);
            let average = stats::sum(own.iter().copied()) / m as f64;
            (0..k).filter(|&class| counts[class] == 0).for_each(|class| intercepts[class] = average);
            used.iter().zip(slopes).for_each(|(&o, w)| weights[o] = *w);
            Some((intercepts, weights))
        }
    }
}
