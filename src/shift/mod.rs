//! How two cohorts differ: can a classifier tell them apart, which features moved, is the label more common. It knows no
//! model: what one says of the shift is filled in by `transferability::source_model`.

mod boosted;
mod both;
mod discriminator;
pub mod disde;
mod domain;
mod feature;
mod label;
pub mod model;
mod moments;
mod permuted;
mod prior;

pub use boosted::cross_fit_boosted;
pub use both::{Both, LIMITS, Limits};
pub use discriminator::{CrossFit, Discriminator, Ridge, cross_fit};
pub use domain::{ClassifierTest, Domain, SHARED, classifier_test, refitted};
pub use feature::{FeatureShift, Missing, Shape};
pub use label::{ClassShift, LabelShift};
pub use moments::{CorrelationShift, Moments, correlations, moments};
pub use permuted::{BANDWIDTHS, Energy, Mmd, MmdAt, PERMUTATIONS, energy, mmd};
pub use prior::{Bbse, Confusion, Prior, Saerens, Said, bbse, corrected, saerens};

use crate::cohort::Cohort;
use crate::error::{Code, Result};
use crate::math::tests::benjamini_hochberg;
use crate::watch::Pulse;
use model::ByModel;
use serde::{Deserialize, Serialize};

/// The differences of a target from its sources. Every difference is target minus source.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Shift {
    /// Rows of all sources together.
    pub source_rows: usize,
    /// Rows of the target.
    pub target_rows: usize,
    /// Whether a classifier can tell where a row comes from; none where too few rows or features allow none.
    pub domain: Option<Domain>,
    /// Tests and distances over all features at once; none where too few rows or features allow none.
    #[serde(default)]
    pub together: Option<Together>,
    /// Every feature, the one that moved most first (by the absolute standardised difference, then by KS).
    pub features: Vec<FeatureShift>,
    /// How the label differs; none where a side has none.
    pub label: Option<LabelShift>,
    /// Each source domain beside the others.
    pub sources: Vec<SourceDomain>,
    /// What a linear source model says of the target; filled in above this module, which knows no model.
    #[serde(default)]
    pub by_model: Option<ByModel>,
}

/// All features at once, on standardised columns (missing cells imputed by the median of both sides).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Together {
    /// The maximum mean discrepancy.
    pub mmd: Mmd,
    /// The energy distance.
    pub energy: Energy,
    /// Means, spreads and correlations; none where a side has too few rows.
    pub moments: Option<Moments>,
}

/// Rows a side that the permutation tests look at: more would cost seconds and find what is too small to matter.
const TESTED: Limits = Limits { rows: 500, features: 200, one_a_group: true };

/// Permutations of the sides for what the Fréchet distance is by chance: each costs two eigenproblems.
const CHANCE: usize = 50;

async fn together(sources: &[Cohort], target: &Cohort, seed: u64, pulse: &Pulse<'_>) -> Result<Option<Together>> {
    let both = Both::gather(sources, target, TESTED, seed, pulse).await?;
    let Ok((source, theirs)) = both.sides() else { return Ok(None) };
    let unless_cancelled = |e: crate::Error| if e.code() == Code::Cancelled { Err(e) } else { Ok(None) };
    let mmd = match mmd(source, theirs, &BANDWIDTHS, PERMUTATIONS, seed, pulse).await {
        Ok(mmd) => mmd,
        Err(e) => return unless_cancelled(e),
    };
    let energy = match energy(source, theirs, PERMUTATIONS, seed, pulse).await {
        Ok(energy) => energy,
        Err(e) => return unless_cancelled(e),
    };
    let moments = match moments(source, theirs, CHANCE, seed, pulse).await {
        Ok(moments) => Some(moments),
        Err(e) => unless_cancelled(e).map(|_| None)?,
    };
    Ok(Some(Together { mmd, energy, moments }))
}

/// One source domain in a line.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SourceDomain {
    /// Its name.
    pub name: String,
    /// Its rows.
    pub rows: usize,
    /// The share of the event, or the mean of the label; none without labels.
    pub label: Option<f64>,
}

/// With more features than this, only those that moved most keep their distributions: the report must stay readable.
const SHAPES: usize = 200;

/// Compares the sources, together, with the target.
///
/// # Errors
/// [`Code::TooFewRows`] where a side has none, [`Code::Cancelled`], [`Code::Internal`] for other features.
pub async fn compute(sources: &[Cohort], target: &Cohort, seed: u64, pulse: &Pulse<'_>) -> Result<Shift> {
    let source_rows: usize = sources.iter().map(Cohort::len).sum();
    for (what, rows) in [("source", source_rows), ("target", target.len())] {
        if rows == 0 {
            return Err(Code::TooFewRows.err().with("found", 0).with("needed", 1).with("what", what));
        }
    }
    if sources.iter().any(|source| source.x.features() != target.x.features()) {
        return Err(Code::Internal.err().with("reason", "cohorts of other features"));
    }
    let mut features = Vec::with_capacity(target.x.features().len());
    for feature in 0..target.x.features().len() {
        features.push(feature::compare(sources, target, feature));
        pulse.breathe().await?;
    }
    adjust(&mut features);
    features.sort_by(|a, b| {
        let size = |f: &FeatureShift| (f.smd.map_or(f64::INFINITY, f64::abs), f.distance.unwrap_or(0.0));
        let ((a_smd, a_ks), (b_smd, b_ks)) = (size(a), size(b));
        b_smd.total_cmp(&a_smd).then(b_ks.total_cmp(&a_ks)).then_with(|| a.name.cmp(&b.name))
    });
    features.iter_mut().skip(SHAPES).for_each(|feature| feature.shape = None);
    let domain = domain::tell_apart(sources, target, seed, pulse).await?;
    let together = together(sources, target, seed, pulse).await?;
    let in_a_line = |source: &Cohort| SourceDomain {
        name: source.domain.clone(),
        rows: source.len(),
        label: source.y.as_ref().and_then(label::centre),
    };
    Ok(Shift {
        source_rows,
        target_rows: target.len(),
        domain,
        together,
        features,
        label: label::compare(sources, target),
        sources: sources.iter().map(in_a_line).collect(),
        by_model: None,
    })
}

/// Benjamini and Hochberg over the features that have a p-value.
fn adjust(features: &mut [FeatureShift]) {
    let p: Vec<f64> = features.iter().filter_map(|feature| feature.p).collect();
    let mut q = benjamini_hochberg(&p).into_iter();
    for feature in features.iter_mut().filter(|feature| feature.p.is_some()) {
        feature.q = q.next();
    }
    let missing: Vec<f64> = features.iter().filter_map(|feature| feature.missing.map(|m| m.p)).collect();
    let adjusted = benjamini_hochberg(&missing);
    for (missing, q) in features.iter_mut().filter_map(|feature| feature.missing.as_mut()).zip(adjusted) {
        missing.q = q;
    }
}
