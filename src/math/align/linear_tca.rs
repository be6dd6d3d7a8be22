//! Transfer component analysis with the linear kernel, whose components are directions of the columns and not of the rows.

use crate::error::{Code, Result};
use crate::math::covariance::sample;
use crate::math::rows::Rows;
use crate::math::spd::eigen;

/// Directions that keep the variance of both sides together and bring their means near to each other.
///
/// With k(x, y) = (x − c)ᵀ(y − c), c the mean of all N rows, the components K W of [`Tca`](super::Tca) are X V with
/// V = Xᵀ W, and K H K w = λ (I + (μ/N) K L K) w becomes, with G = Xᵀ X = U D Uᵀ, V = U D^½ y and δ the difference of the
/// sides' means, the symmetric problem D² y = λ (I + (μ/N) u uᵀ) y, u = D^½ Uᵀ δ: p unknowns and no row is kept. μ is
/// divided by N, since u uᵀ grows with it: one value means the same for 100 rows and for 10,000.
#[derive(Debug, Clone, PartialEq)]
pub struct LinearTca {
    /// c, the mean of all rows (p).
    pub centre: Vec<f64>,
    /// V by components: components × p.
    pub axes: Vec<f64>,
    /// The generalised eigenvalues, falling.
    pub values: Vec<f64>,
}

impl LinearTca {
    /// Up to `components`, with trade-off `mu` > 0 (larger: means closer, less variance kept).
    ///
    /// # Errors
    /// `out_of_range` for a mu that is not over 0; `too_few_rows` under two rows a side; `nothing_varies` where all rows are
    /// equal; `internal` for other widths.
    pub fn fit(source: Rows<'_>, target: Rows<'_>, components: usize, mu: f64) -> Result<Self> {
        let (source, target) = (source.at_least(2, "TCA")?, target.at_least(2, "TCA")?);
        if !mu.is_finite() || mu <= 0.0 {
            let e = Code::OutOfRange.err().with("field", "mu").with("value", mu);
            return Err(e.with("low", 0).with("high", "infinity"));
        }
        if source.p() != target.p() {
            return Err(Code::Internal.err().with("reason", "sides of other widths"));
        }
        let p = source.p();
        let all = [source.values(), target.values()].concat();
        let n = (source.n() + target.n()) as f64;
        let found = sample(Rows::new(&all, p)?, 0)?;
        // Of the covariance G / N: D = N d.
        let axes = eigen(&found.matrix, p)?;
        let top = axes.values.first().copied().unwrap_or(0.0);
        if top.is_nan() || top <= 0.0 {
            return Err(Code::NothingVaries.err());
        }
        let kept = axes.values.iter().filter(|v| **v > 1e-12 * top).count();
        let d: Vec<f64> = axes.values[..kept].iter().map(|v| n * v).collect();
        let apart: Vec<f64> = source.means().iter().zip(target.means()).map(|(s, t)| s - t).collect();
        let axis = |k: usize| &axes.vectors[k * p..(k + 1) * p];
        let u: Vec<f64> = (0..kept)
            .map(|k| libm::sqrt(d[k] / n) * axis(k).iter().zip(&apart).map(|(a, b)| a * b).sum::<f64>())
            .collect();
        // (I + μ u uᵀ)^(−½) = I − c u uᵀ.
        let length: f64 = u.iter().map(|v| v * v).sum();
        let c = if length > 0.0 { (1.0 - 1.0 / libm::sqrt(1.0 + mu * length)) / length } else { 0.0 };
        let narrow = |i: usize, j: usize| f64::from(u8::from(i == j)) - c * u[i] * u[j];
        let cell = |i: usize, j: usize| (0..kept).map(|k| narrow(i, k) * d[k] * d[k] * narrow(k, j)).sum::<f64>();
        let a: Vec<f64> =
            (0..kept).flat_map(|i| (0..kept).map(move |j| (i.max(j), i.min(j)))).map(|(i, j)| cell(i, j)).collect();
        let solved = eigen(&a, kept)?;
        let largest = solved.values.first().copied().unwrap_or(0.0);
        let components = solved.values.iter().take(components).filter(|v| **v > 1e-12 * largest).count();
        let mut directions = Vec::with_capacity(components * p);
        for vector in solved.vectors.chunks_exact(kept).take(components) {
            let along: f64 = u.iter().zip(vector).map(|(u, v)| u * v).sum();
            let y: Vec<f64> = vector.iter().zip(&u).map(|(v, u)| v - c * along * u).collect();
            let mut one = vec![0.0; p];
            for (k, y) in y.iter().enumerate() {
                let by = libm::sqrt(d[k]) * y;
                one.iter_mut().zip(axis(k)).for_each(|(out, a)| *out += by * a);
            }
            let most = one.iter().fold(0.0, |m: f64, v| if v.abs() > m.abs() * (1.0 + 1e-9) { *v } else { m });
            let sign = if most < 0.0 { -1.0 } else { 1.0 };
            directions.extend(one.into_iter().map(|v| v * sign));
        }
        Ok(Self { centre: found.mean, axes: directions, values: solved.values[..components].to_vec() })
    }

    /// The leading components alone: what [`LinearTca::fit`] gives for as many.
    pub fn first(&self, components: usize) -> Self {
        let kept = components.min(self.components());
        let axes = self.axes[..kept * self.centre.len()].to_vec();
        Self { axes, values: self.values[..kept].to_vec(), centre: self.centre.clone() }
    }

    /// How many components there are.
    pub fn components(&self) -> usize {
        self.values.len()
    }

    /// Rows of p columns in the components: rows × components.
    pub fn transform(&self, x: &[f64]) -> Vec<f64> {
        let p = self.centre.len().max(1);
        let mut out = Vec::new();
        for row in x.chunks_exact(p) {
            out.extend(
                self.axes
                    .chunks_exact(p)
                    .map(|axis| row.iter().zip(&self.centre).zip(axis).map(|((x, c), a)| (x - c) * a).sum::<f64>()),
            );
        }
        out
    }
}
