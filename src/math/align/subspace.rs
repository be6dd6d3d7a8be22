//! Subspace alignment (Fernando, Habrard, Sebban and Tuytelaars, ICCV 2013).

use crate::error::Result;
use crate::math::pca::Pca;
use crate::math::rows::Rows;
use crate::math::spd::product;

/// The principal axes of each side, and the matrix that turns the source's into the target's.
#[derive(Debug, Clone, PartialEq)]
pub struct Subspaces {
    /// The source's centre and axes Ps.
    pub source: Pca,
    /// The target's centre and axes Pt.
    pub target: Pca,
    /// M = Psᵀ Pt, ds × dt by rows: minimises ‖Ps M − Pt‖ in the Frobenius norm (their equation 2).
    pub alignment: Vec<f64>,
}

impl Subspaces {
    /// Up to `components` axes a side; fewer where the rank is lower. Each side is centred by its own means.
    ///
    /// # Errors
    /// As [`Pca::fit`].
    pub fn fit(source: Rows<'_>, target: Rows<'_>, components: usize) -> Result<Self> {
        let s = Pca::fit(source.values(), source.n(), source.p(), components)?;
        let t = Pca::fit(target.values(), target.n(), target.p(), components)?;
        Ok(Self::of(s, t))
    }

    /// The leading axes of each side alone: what [`Subspaces::fit`] gives for as many components.
    pub fn first(&self, components: usize) -> Self {
        Self::of(self.source.first(components), self.target.first(components))
    }

    fn of(s: Pca, t: Pca) -> Self {
        let p = s.centre.len();
        // Axes lie in rows: Ps is ds × p here, and Ptᵀ is p × dt.
        let (ds, dt) = (s.components(), t.components());
        let across: Vec<f64> =
            (0..p).flat_map(|j| (0..dt).map(move |k| (j, k))).map(|(j, k)| t.axes[k * p + j]).collect();
        let alignment = product(&s.axes, &across, ds, p, dt);
        Self { source: s, target: t, alignment }
    }

    /// Source rows in the target's subspace: (x − centre) Ps M, rows × dt.
    pub fn of_source(&self, x: &[f64]) -> Vec<f64> {
        let scores = self.source.scores(x);
        let (ds, dt) = (self.source.components(), self.target.components());
        product(&scores, &self.alignment, scores.len() / ds.max(1), ds, dt)
    }

    /// Target rows in their own subspace: (x − centre) Pt, rows × dt.
    pub fn of_target(&self, x: &[f64]) -> Vec<f64> {
        self.target.scores(x)
    }
}
