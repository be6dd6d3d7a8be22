//! Maps that make the source's features look like the target's, without labels. Fit them on training rows alone.
//!
//! All of them assume that the label depends on the aligned features alike on both sides: where the label's share or
//! p(y | x) moved, an alignment does harm.

mod linear_tca;
mod subspace;
mod tca;

pub use linear_tca::LinearTca;
pub use subspace::Subspaces;
pub use tca::Tca;

use super::covariance::{Covariance, ledoit_wolf, sample};
use super::rows::Rows;
use super::spd::{inverse_sqrt, product, sqrt};
use crate::error::{Code, Result};
use serde::{Deserialize, Serialize};

/// How covariances are estimated before a map is made from them.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Shrinkage {
    /// The sample covariance + λ I (denominator n − 1).
    Ridge {
        /// λ ≥ 0, in squared units of the features.
        lambda: f64,
    },
    /// Ledoit and Wolf's: the right one with few rows, and the only one with more columns than rows.
    LedoitWolf,
}

impl Shrinkage {
    fn estimate(self, x: Rows<'_>) -> Result<Covariance> {
        let mut found = match self {
            Shrinkage::Ridge { .. } => sample(x, 1)?,
            Shrinkage::LedoitWolf => ledoit_wolf(x)?,
        };
        let p = x.p();
        if let Shrinkage::Ridge { lambda } = self {
            (0..p).for_each(|j| found.matrix[j * p + j] += lambda);
        }
        let trace: f64 = (0..p).map(|j| found.matrix[j * p + j]).sum();
        if trace.is_nan() || trace <= 0.0 {
            return Err(Code::NothingVaries.err());
        }
        Ok(found)
    }
}

/// x ↦ (x − `from`) A + `to`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Affine {
    /// Where the rows come from: the source's means (p).
    pub from: Vec<f64>,
    /// p × p by rows.
    pub matrix: Vec<f64>,
    /// Where they go: the target's means (p).
    pub to: Vec<f64>,
}

impl Affine {
    /// Rows of p columns, moved.
    pub fn apply(&self, x: &[f64]) -> Vec<f64> {
        let p = self.from.len().max(1);
        let mut out = Vec::with_capacity(x.len());
        for row in x.chunks_exact(p) {
            let mut moved = self.to.clone();
            for ((v, m), a) in row.iter().zip(&self.from).zip(self.matrix.chunks_exact(p)) {
                let z = v - m;
                moved.iter_mut().zip(a).for_each(|(out, a)| *out += z * a);
            }
            out.extend(moved);
        }
        out
    }
}

/// CORAL: whiten with the source's covariance, colour with the target's, A = Σs^(−½) Σt^(½) (Sun, Feng and Saenko, AAAI
/// 2016, algorithm 1), and move the means too.
///
/// # Shapes
/// Both sides p columns; the map is p × p.
///
/// # Errors
/// `too_few_rows` under two rows a side, `nothing_varies` where a side is constant, `internal` for other widths.
pub fn coral(source: Rows<'_>, target: Rows<'_>, shrinkage: Shrinkage) -> Result<Affine> {
    let (s, t) = both(source, target, shrinkage)?;
    let p = source.p();
    let matrix = product(&inverse_sqrt(&s.matrix, p)?, &sqrt(&t.matrix, p)?, p, p, p);
    Ok(Affine { from: s.mean, matrix, to: t.mean })
}

/// The optimal transport map between two Gaussians, A = Σs^(−½) (Σs^(½) Σt Σs^(½))^(½) Σs^(−½): of all linear maps that
/// turn the source's covariance into the target's, the one that moves the rows least (Peyré and Cuturi, Computational
/// Optimal Transport 2019, remark 2.31; Flamary, Lounici and Ferrari 2019). Symmetric, unlike CORAL's.
///
/// # Errors
/// As [`coral`].
pub fn monge(source: Rows<'_>, target: Rows<'_>, shrinkage: Shrinkage) -> Result<Affine> {
    let (s, t) = both(source, target, shrinkage)?;
    let p = source.p();
    let (root, inverse) = (sqrt(&s.matrix, p)?, inverse_sqrt(&s.matrix, p)?);
    let times = |a: &[f64], b: &[f64]| product(a, b, p, p, p);
    let middle = sqrt(&times(&times(&root, &t.matrix), &root), p)?;
    Ok(Affine { from: s.mean, matrix: times(&times(&inverse, &middle), &inverse), to: t.mean })
}

fn both(source: Rows<'_>, target: Rows<'_>, shrinkage: Shrinkage) -> Result<(Covariance, Covariance)> {
    if source.p() != target.p() {
        return Err(Code::Internal.err().with("reason", "sides of other widths"));
    }
    Ok((shrinkage.estimate(source)?, shrinkage.estimate(target)?))
}
