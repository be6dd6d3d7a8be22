//! t-SNE in two dimensions, exactly (van der Maaten & Hinton 2008, JMLR 9:2579): pᵢⱼ from Gaussians whose perplexity is
//! the same for every row, qᵢⱼ from Student's t with one degree of freedom; descends KL(P‖Q).
//!
//! As scikit-learn does it: the first 50 principal components, begun at the first two of them scaled to a standard
//! deviation of 1e-4, exaggeration of 12 for 250 steps at momentum 0.5, then 0.8, gains of 0.8 and + 0.2, rate
//! max(n / 48, 50). Nothing is drawn at random: equal rows give equal pictures.

use super::pca::Pca;
use super::stats::{mean, sd};
use crate::error::Result;
use crate::watch::Pulse;

/// Components that are kept of the rows.
const COMPONENTS: usize = 50;
/// Steps in which clusters are pressed together.
const EARLY: usize = 250;
/// Steps in all.
const STEPS: usize = 750;
const EXAGGERATION: f64 = 12.0;

/// A map: two coordinates a row, and the divergence that is left.
#[derive(Debug, Clone, PartialEq)]
pub struct Tsne {
    /// `[rows, 2]`, row-major.
    pub points: Vec<f64>,
    /// KL(P‖Q).
    pub divergence: f64,
}

/// The map of `rows` rows of `cols` columns (row-major, finite); the perplexity is at most a third of the rows.
///
/// # Errors
/// `too_few_rows` under three rows, `nothing_varies` where all rows are equal, [`crate::Code::Cancelled`].
pub async fn tsne(x: &[f64], rows: usize, cols: usize, perplexity: f64, pulse: &Pulse<'_>) -> Result<Tsne> {
    let pca = Pca::fit(x, rows, cols, COMPONENTS)?;
    let kept = pca.components();
    let scores = pca.scores(x);
    let apart = squares(&scores, rows, kept);
    let p = joint(&apart, rows, perplexity.min((rows as f64 - 1.0) / 3.0));
    pulse.breathe().await?;
    let first: Vec<f64> = (0..rows).map(|row| scores[row * kept]).collect();
    let scale = 1e-4 / sd(&first).max(1e-300);
    let mut y = vec![0.0; 2 * rows];
    for row in 0..rows {
        for axis in 0..kept.min(2) {
            y[2 * row + axis] = scores[row * kept + axis] * scale;
        }
    }
    let (mut update, mut gain, mut gradient) = (vec![0.0; 2 * rows], vec![1.0; 2 * rows], vec![0.0; 2 * rows]);
    let rate = (rows as f64 / EXAGGERATION / 4.0).max(50.0);
    let mut q = vec![0.0; rows * rows];
    for step in 0..STEPS {
        let (exaggeration, momentum) = if step < EARLY { (EXAGGERATION, 0.5) } else { (1.0, 0.8) };
        let total = student(&y, rows, &mut q);
        gradient.fill(0.0);
        for i in 0..rows {
            let (mut gx, mut gy) = (0.0, 0.0);
            for j in 0..rows {
                let w = q[i * rows + j];
                let pull = (exaggeration * p[i * rows + j] - w / total) * w;
                gx += pull * (y[2 * i] - y[2 * j]);
                gy += pull * (y[2 * i + 1] - y[2 * j + 1]);
            }
            (gradient[2 * i], gradient[2 * i + 1]) = (4.0 * gx, 4.0 * gy);
        }
        for k in 0..2 * rows {
            let turned = update[k] * gradient[k] < 0.0;
            gain[k] = if turned { gain[k] + 0.2 } else { (gain[k] * 0.8_f64).max(0.01) };
            update[k] = momentum * update[k] - rate * gain[k] * gradient[k];
            y[k] += update[k];
        }
        for axis in 0..2 {
            let centre = mean(&y.iter().skip(axis).step_by(2).copied().collect::<Vec<_>>());
            y.iter_mut().skip(axis).step_by(2).for_each(|v| *v -= centre);
        }
        pulse.breathe().await?;
    }
    let total = student(&y, rows, &mut q);
    let divergence =
        p.iter().zip(&q).filter(|(p, _)| **p > 0.0).map(|(p, w)| p * libm::log(p / (w / total).max(1e-300))).sum();
    Ok(Tsne { points: y, divergence })
}

/// The symmetric probabilities pᵢⱼ = (pⱼ|ᵢ + pᵢ|ⱼ) / 2n from squared distances, each row's Gaussian of this perplexity.
pub fn joint(apart: &[f64], rows: usize, perplexity: f64) -> Vec<f64> {
    let target = libm::log(perplexity);
    let mut p = vec![0.0; rows * rows];
    for i in 0..rows {
        let (mut low, mut high, mut beta) = (0.0_f64, f64::INFINITY, 1.0_f64);
        // Distances less the least one: the same probabilities, and none that is 0 for all.
        let row = &apart[i * rows..(i + 1) * rows];
        let least = row.iter().enumerate().filter(|(j, _)| *j != i).map(|(_, d)| *d).fold(f64::INFINITY, f64::min);
        for _ in 0..100 {
            let (mut sum, mut weighted) = (0.0, 0.0);
            for (j, d) in row.iter().enumerate().filter(|(j, _)| *j != i) {
                let w = libm::exp(-(d - least) * beta);
                p[i * rows + j] = w;
                sum += w;
                weighted += w * (d - least);
            }
            let entropy = libm::log(sum) + beta * weighted / sum;
            row.iter().enumerate().filter(|(j, _)| *j != i).for_each(|(j, _)| p[i * rows + j] /= sum);
            if (entropy - target).abs() < 1e-10 {
                break;
            }
            if entropy > target {
                low = beta;
                beta = if high.is_finite() { (beta + high) / 2.0 } else { beta * 2.0 };
            } else {
                high = beta;
                beta = (beta + low) / 2.0;
            }
        }
    }
    let n = rows as f64;
    (0..rows * rows).map(|at| (p[at] + p[(at % rows) * rows + at / rows]) / (2.0 * n)).collect()
}

/// Squared distances of all pairs, `[rows, rows]`.
pub fn squares(x: &[f64], rows: usize, cols: usize) -> Vec<f64> {
    let row = |at: usize| &x[at * cols..(at + 1) * cols];
    let mut out = vec![0.0; rows * rows];
    for i in 0..rows {
        for j in 0..i {
            let d = row(i).iter().zip(row(j)).map(|(a, b)| (a - b) * (a - b)).sum();
            (out[i * rows + j], out[j * rows + i]) = (d, d);
        }
    }
    out
}

/// Student's weights 1 / (1 + d²) of all pairs, 0 on the diagonal; and their sum.
fn student(y: &[f64], rows: usize, q: &mut [f64]) -> f64 {
    let mut total = 0.0;
    for i in 0..rows {
        for j in 0..i {
            let (dx, dy) = (y[2 * i] - y[2 * j], y[2 * i + 1] - y[2 * j + 1]);
            let w = 1.0 / (1.0 + dx * dx + dy * dy);
            (q[i * rows + j], q[j * rows + i]) = (w, w);
            total += 2.0 * w;
        }
    }
    total
}
