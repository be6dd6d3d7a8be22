//! Transfer component analysis (Pan, Tsang, Kwok and Yang, IEEE Trans Neural Netw 2011;22:199–210).

use crate::error::{Code, Result};
use crate::math::kernel::{gaussian, square_distance};
use crate::math::rows::Rows;
use crate::math::spd::{eigen, product};

/// Components of a kernel over both sides that keep the variance and bring the means of the sides together.
///
/// max over W of tr(Wᵀ K H K W) with Wᵀ (I + μ K L K) W = I: the *symmetric* generalised problem
/// K H K v = λ (I + μ K L K) v. The published solution, the eigenvectors of (I + μ K L K)⁻¹ K H K, is the same in exact
/// arithmetic, but that matrix is not symmetric, and a symmetric solver given it answers something else.
#[derive(Debug, Clone, PartialEq)]
pub struct Tca {
    /// The rows that the kernel is taken with, source first: N × p by rows.
    anchors: Vec<f64>,
    p: usize,
    sigma: f64,
    /// N × components by rows.
    pub w: Vec<f64>,
    /// The generalised eigenvalues, falling.
    pub values: Vec<f64>,
}

/// More rows than this make an eigenproblem of seconds.
const MOST_ROWS: usize = 2000;

impl Tca {
    /// Fits up to `components` on both sides with a Gaussian kernel of this `sigma` and trade-off `mu` > 0 (the paper's and
    /// the libraries' usual 0.1 … 1; larger: means closer, less variance kept).
    ///
    /// # Errors
    /// `out_of_range` for sigma or mu that are not over 0, or over 2,000 rows; `too_few_rows` under two rows a side;
    /// `nothing_varies` where all rows are equal.
    pub fn fit(source: Rows<'_>, target: Rows<'_>, components: usize, mu: f64, sigma: f64) -> Result<Self> {
        let (source, target) = (source.at_least(2, "TCA")?, target.at_least(2, "TCA")?);
        for (field, value) in [("sigma", sigma), ("mu", mu)] {
            if !value.is_finite() || value <= 0.0 {
                let e = Code::OutOfRange.err().with("field", field).with("value", value);
                return Err(e.with("low", 0).with("high", "infinity"));
            }
        }
        let (n, m) = (source.n(), target.n());
        let all = n + m;
        if all > MOST_ROWS || source.p() != target.p() {
            let e = Code::OutOfRange.err().with("field", "rows").with("value", all);
            return Err(e.with("low", 4).with("high", MOST_ROWS));
        }
        let anchors = [source.values(), target.values()].concat();
        let row = |i: usize| &anchors[i * source.p()..(i + 1) * source.p()];
        let mut k = vec![1.0; all * all];
        for i in 0..all {
            for j in 0..i {
                let value = gaussian(square_distance(row(i), row(j)), sigma);
                (k[i * all + j], k[j * all + i]) = (value, value);
            }
        }
        // L = e eᵀ with e = 1/n on the source and −1/m on the target, so K L K = u uᵀ with u = K e, and
        // (I + μ u uᵀ)^(−½) = I − c u uᵀ: no factorisation is needed.
        let e = |j: usize| if j < n { 1.0 / n as f64 } else { -1.0 / m as f64 };
        let u: Vec<f64> = k.chunks_exact(all).map(|r| r.iter().enumerate().map(|(j, k)| k * e(j)).sum()).collect();
        let length: f64 = u.iter().map(|v| v * v).sum();
        let c = if length > 0.0 { (1.0 - 1.0 / libm::sqrt(1.0 + mu * length)) / length } else { 0.0 };
        let mean: Vec<f64> = k.chunks_exact(all).map(|r| r.iter().sum::<f64>() / all as f64).collect();
        // H K, then its Gram matrix K H K (H is a projection).
        let hk: Vec<f64> = k.chunks_exact(all).flat_map(|r| r.iter().zip(&mean).map(|(k, m)| k - m)).collect();
        let transposed: Vec<f64> =
            (0..all).flat_map(|j| (0..all).map(move |i| (i, j))).map(|(i, j)| hk[i * all + j]).collect();
        let mut a = product(&transposed, &hk, all, all, all);
        let narrow = |a: &mut [f64]| {
            // (I − c u uᵀ) A, row by row.
            let along: Vec<f64> = (0..all).map(|j| (0..all).map(|i| u[i] * a[i * all + j]).sum()).collect();
            for (i, row) in a.chunks_exact_mut(all).enumerate() {
                row.iter_mut().zip(&along).for_each(|(a, s)| *a -= c * u[i] * s);
            }
        };
        narrow(&mut a);
        let mut turned: Vec<f64> =
            (0..all).flat_map(|j| (0..all).map(move |i| (i, j))).map(|(i, j)| a[i * all + j]).collect();
        narrow(&mut turned);
        let found = eigen(&turned, all)?;
        let top = found.values.first().copied().unwrap_or(0.0);
        if top.is_nan() || top <= 1e-12 * all as f64 {
            return Err(Code::NothingVaries.err());
        }
        let kept = found.values.iter().take(components).filter(|v| **v > 1e-12 * top).count();
        let mut w = vec![0.0; all * kept];
        for (c_at, vector) in found.vectors.chunks_exact(all).take(kept).enumerate() {
            let along: f64 = u.iter().zip(vector).map(|(u, v)| u * v).sum();
            let column: Vec<f64> = vector.iter().zip(&u).map(|(v, u)| v - c * along * u).collect();
            let largest = column.iter().fold(0.0, |m: f64, v| if v.abs() > m.abs() * (1.0 + 1e-9) { *v } else { m });
            let sign = if largest < 0.0 { -1.0 } else { 1.0 };
            column.iter().enumerate().for_each(|(i, v)| w[i * kept + c_at] = v * sign);
        }
        Ok(Self { anchors, p: source.p(), sigma, w, values: found.values[..kept].to_vec() })
    }

    /// How many components there are.
    pub fn components(&self) -> usize {
        self.values.len()
    }

    /// Any rows of p columns, seen or new, in the components: k(x, anchors) W, rows × components.
    pub fn transform(&self, x: &[f64]) -> Vec<f64> {
        let kept = self.components();
        let mut out = Vec::new();
        for row in x.chunks_exact(self.p.max(1)) {
            let mut z = vec![0.0; kept];
            for (anchor, w) in self.anchors.chunks_exact(self.p.max(1)).zip(self.w.chunks_exact(kept.max(1))) {
                let k = gaussian(square_distance(row, anchor), self.sigma);
                z.iter_mut().zip(w).for_each(|(z, w)| *z += k * w);
            }
            out.extend(z);
        }
        out
    }
}
