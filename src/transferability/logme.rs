//! LogME, the logarithm of maximum evidence (You, Liu, Wang and Long, ICML 2021).
//!
//! How well a Bayesian linear model on the source's features f (n × d) explains a target label y: y | w ~ N(f w, β⁻¹ I),
//! w ~ N(0, α⁻¹ I), and the evidence is maximised over α and β,
//!
//! ln p(y) = d/2 ln α + n/2 ln β − ½ ln|A| − β/2 ‖y − f m‖² − α/2 ‖m‖² − n/2 ln 2π, A = αI + β fᵀf, m = β A⁻¹ fᵀ y,
//!
//! divided by n. For classes the mean over the one-hot columns. No intercept, as published: a constant column may be added.

use super::classes_of;
use crate::error::{Code, Result};
use crate::math::rows::Rows;
use faer::MatRef;
use serde::{Deserialize, Serialize};

/// LogME of one label.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct LogMe {
    /// The evidence per row: higher is better, comparable between models on the same rows only.
    pub score: f64,
    /// Whether every evidence settled; where the features explain the label entirely (d ≥ n) it grows without bound.
    pub settled: bool,
}

const STEPS: usize = 2000;

/// Of a number.
///
/// # Errors
/// `too_few_rows` under two rows, `nothing_varies` for features that are all 0, `missing_cells` for a label that is not
/// finite, `internal` for lengths.
pub fn values(f: Rows<'_>, y: &[f64]) -> Result<LogMe> {
    if y.len() != f.n() {
        return Err(Code::Internal.err().with("reason", "labels and features differ in rows"));
    }
    match y.iter().filter(|v| !v.is_finite()).count() {
        0 => Spectrum::of(f)?.evidence(y),
        found => Err(Code::MissingCells.err().with("found", found)),
    }
}

/// Of classes: the mean over classes that have a row.
///
/// # Errors
/// As [`values`]; `one_class`.
pub fn classes(f: Rows<'_>, y: &[u32]) -> Result<LogMe> {
    let counts = classes_of(y, f.n())?;
    let spectrum = Spectrum::of(f)?;
    let mut all = LogMe { score: 0.0, settled: true };
    let present: Vec<usize> = (0..counts.len()).filter(|&k| counts[k] > 0).collect();
    for &class in &present {
        let hit: Vec<f64> = y.iter().map(|&c| f64::from(u8::from(c as usize == class))).collect();
        let one = spectrum.evidence(&hit)?;
        all.score += one.score / present.len() as f64;
        all.settled &= one.settled;
    }
    Ok(all)
}

/// f = U S Vᵀ: with it each step of the fixed point costs min(n, d) operations.
struct Spectrum {
    n: usize,
    d: usize,
    /// n × k by columns.
    u: Vec<f64>,
    /// Squared singular values, k of them.
    s: Vec<f64>,
}

impl Spectrum {
    fn of(f: Rows<'_>) -> Result<Self> {
        let f = f.at_least(2, "LogME")?;
        let (n, d) = (f.n(), f.p());
        let svd = MatRef::from_row_major_slice(f.values(), n, d)
            .thin_svd()
            .map_err(|_| Code::Internal.err().with("reason", "the singular values of LogME did not settle"))?;
        let singular = svd.S().column_vector();
        let k = singular.nrows();
        if k == 0 || singular[0].is_nan() || singular[0] <= 0.0 {
            return Err(Code::NothingVaries.err());
        }
        let u = (0..k).flat_map(|c| (0..n).map(move |i| (i, c))).map(|(i, c)| svd.U()[(i, c)]).collect();
        Ok(Self { n, d, u, s: (0..k).map(|c| singular[c] * singular[c]).collect() })
    }

    fn evidence(&self, y: &[f64]) -> Result<LogMe> {
        let (n, d) = (self.n as f64, self.d as f64);
        // Squared length of y along each left singular vector, and what lies in none.
        let along: Vec<f64> = self
            .u
            .chunks_exact(self.n)
            .map(|u| u.iter().zip(y).map(|(u, y)| u * y).sum::<f64>())
            .map(|z| z * z)
            .collect();
        let length: f64 = y.iter().map(|v| v * v).sum();
        let outside = (length - along.iter().sum::<f64>()).max(0.0);
        let (mut alpha, mut beta) = (1.0_f64, 1.0_f64);
        let mut settled = false;
        // (effective parameters, ‖m‖², ‖y − f m‖²) at these α and β.
        let parts = |alpha: f64, beta: f64| {
            let ratio = alpha / beta;
            let (mut effective, mut size, mut rest) = (0.0, 0.0, outside);
            for (s, z) in self.s.iter().zip(&along) {
                effective += s / (s + ratio);
                size += z * s / ((s + ratio) * (s + ratio));
                rest += z * (ratio / (s + ratio)) * (ratio / (s + ratio));
            }
            (effective, size, rest)
        };
        let evidence_at = |alpha: f64, beta: f64| {
            let (_, size, rest) = parts(alpha, beta);
            let log_det = self.s.iter().map(|s| libm::log(alpha + beta * s)).sum::<f64>()
                + (d - self.s.len() as f64) * libm::log(alpha);
            d / 2.0 * libm::log(alpha) + n / 2.0 * libm::log(beta)
                - log_det / 2.0
                - beta / 2.0 * rest
                - alpha / 2.0 * size
                - n / 2.0 * libm::log(std::f64::consts::TAU)
        };
        let mut evidence = evidence_at(alpha, beta);
        for _ in 0..STEPS {
            let (effective, size, rest) = parts(alpha, beta);
            let (next_alpha, next_beta) = (effective / size, (n - effective) / rest);
            let next = evidence_at(next_alpha, next_beta);
            if !next.is_finite() {
                break;
            }
            // By the evidence, not by α: where the features say nothing α goes to infinity, and the evidence settles.
            settled = (next - evidence).abs() <= 1e-12 * (1.0 + next.abs());
            (alpha, beta, evidence) = (next_alpha, next_beta, next);
            if settled {
                break;
            }
        }
        let score = evidence / n;
        if !score.is_finite() {
            return Err(Code::NotFinite.err().with("term", "LogME").with("value", score).with("step", 0));
        }
        Ok(LogMe { score, settled })
    }
}
