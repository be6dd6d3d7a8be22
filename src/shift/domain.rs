//! Can a classifier tell the source from the target? (Lopez-Paz and Oquab, Revisiting classifier two-sample tests, ICLR
//! 2017; here by the AUROC, which does not depend on the sizes of the sides.)
//!
//! Each row is judged by a classifier of the other folds. Missing cells are imputed and not shown to it, since the report
//! tells of missingness by itself.

use super::boosted::cross_fit_boosted;
use super::both::{Both, LIMITS};
use super::discriminator::{CrossFit, Discriminator, Ridge, cross_fit};
use crate::cohort::Cohort;
use crate::error::Result;
use crate::math::dist::{normal_cdf, normal_quantile};
use crate::math::rows::Rows;
use crate::metrics::delong::Placements;
use crate::rng::{Rng, mix};
use crate::split::Respect;
use crate::watch::Pulse;
use serde::{Deserialize, Serialize};

/// Whether a classifier can tell where a row comes from: 0.5 is not at all, 1 is always.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Domain {
    /// The AUROC on held-out rows, averaged over the folds.
    pub auroc: f64,
    /// Lower end of its 95 % interval (DeLong within folds, twice the variance: the folds share rows).
    pub low: f64,
    /// Upper end.
    pub high: f64,
    /// One-sided p of "no better than a coin" (Mann and Whitney within folds, twice the variance).
    pub p: f64,
    /// The proxy A-distance: 0 where the sides cannot be told apart, 2 where they always can.
    #[serde(default)]
    pub proxy_a: f64,
    /// Rows of the source that were used: at most 2,000.
    pub source_rows: usize,
    /// Rows of the target that were used: at most 2,000.
    pub target_rows: usize,
    /// Features that were used: at most 500, those of the largest variance.
    pub features: usize,
    /// Features of both sides.
    pub features_of: usize,
    /// Features that hold no value on one side: not used, since they alone would tell the sides apart.
    pub one_sided: usize,
    /// The same question to boosted trees, which see curves and interactions; none where they could not be grown.
    #[serde(default)]
    pub boosted: Option<ClassifierTest>,
}

pub(super) const FOLDS: usize = 5;

/// The classifier; `None` where a side has fewer than ten rows or no feature is left.
pub(super) async fn tell_apart(
    sources: &[Cohort],
    target: &Cohort,
    seed: u64,
    pulse: &Pulse<'_>,
) -> Result<Option<Domain>> {
    let both = Both::gather(sources, target, LIMITS, seed, pulse).await?;
    let n = both.source_rows();
    let m = both.target.len() - n;
    if n < 2 * FOLDS || m < 2 * FOLDS || both.p() == 0 {
        return Ok(None);
    }
    let side: Vec<u32> = both.target.iter().map(|t| u32::from(*t)).collect();
    let judged = |fitted: Result<CrossFit>| {
        fitted.map_or_else(
            // Groups that are too few for the folds: no answer. A cancel stays one.
            |e| if e.code() == crate::error::Code::Cancelled { Err(e) } else { Ok(None) },
            |fitted| Ok(classifier_test(&fitted, &both.target)),
        )
    };
    let fitted = cross_fit(&Ridge, both.all()?, &both.target, both.respect(&side), FOLDS, seed, pulse).await;
    let Some(test) = judged(fitted)? else { return Ok(None) };
    let boosted = cross_fit_boosted(both.all()?, &both.target, both.respect(&side), FOLDS, seed, pulse).await;
    let boosted = judged(boosted)?;
    Ok(Some(Domain {
        auroc: test.auroc,
        low: test.low,
        high: test.high,
        p: test.p,
        proxy_a: test.proxy_a,
        source_rows: n,
        target_rows: m,
        features: both.features,
        features_of: both.features_of,
        one_sided: both.one_sided,
        boosted,
    }))
}

/// A classifier two-sample test on held-out predictions.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct ClassifierTest {
    /// The AUROC, averaged over the folds.
    pub auroc: f64,
    /// Lower end of its 95 % interval: DeLong's variance within folds, times [`SHARED`].
    pub low: f64,
    /// Upper end.
    pub high: f64,
    /// One-sided p of "no better than a coin": Mann and Whitney's variance within folds, times [`SHARED`].
    /// [`refitted`] gives the exact one.
    pub p: f64,
    /// Half the sum of the shares that are wrong on each side, at the training rows' prior odds.
    pub error: f64,
    /// The proxy A-distance 2 (1 − 2 ε) of that error (Ben-David et al., NeurIPS 2006; Glorot, Bordes and Bengio, ICML
    /// 2011): 0 where the sides cannot be told apart, 2 where they always can; a negative one is 0.
    pub proxy_a: f64,
}

/// What the variance of a mean over folds is multiplied by. Folds are not independent: fold j judges what was learned from
/// fold k, and fold k what was learned from fold j. Where nothing differs a linear score is Σ dⱼ·dₖ over pairs of folds, dⱼ
/// the difference of the sides in fold j, each pair counted from both ends, so its variance is twice the sum of the folds'.
/// Without it, tests of held-out scores (ranks, Kolmogorov and Smirnov, binomial) reject twice as often as they say: 9 to
/// 14 % of 1,000 null comparisons at 5 %.
pub const SHARED: f64 = 2.0;

/// The test; `None` where no fold holds both sides.
pub fn classifier_test(fitted: &CrossFit, target: &[bool]) -> Option<ClassifierTest> {
    let (mut areas, mut variances, mut under_null) = (Vec::new(), 0.0, 0.0);
    for fold in 0..fitted.folds {
        let rows: Vec<usize> = (0..target.len()).filter(|&row| fitted.fold.get(row) == Some(&fold)).collect();
        let truth: Vec<bool> = rows.iter().map(|&row| target[row]).collect();
        let scores: Vec<f64> = rows.iter().map(|&row| fitted.log_odds[row]).collect();
        let Some(placements) = Placements::of(&truth, &scores) else { continue };
        let (a, b) = (truth.iter().filter(|t| **t).count() as f64, truth.iter().filter(|t| !**t).count() as f64);
        let spread = placements.variance();
        areas.push(placements.auroc());
        variances += if spread.is_finite() { spread } else { 0.0 };
        under_null += (a + b + 1.0) / (12.0 * a * b);
    }
    if areas.is_empty() {
        return None;
    }
    let k = areas.len() as f64;
    let auroc = areas.iter().sum::<f64>() / k;
    let half = normal_quantile(0.975) * libm::sqrt(SHARED * variances) / k;
    let wrong = |is_target: bool| {
        let of: Vec<f64> =
            fitted.log_ratio().into_iter().zip(target).filter(|(_, t)| **t == is_target).map(|(v, _)| v).collect();
        // A row on the line is half wrong.
        let missed: f64 =
            of.iter().map(|v| if *v == 0.0 { 0.5 } else { f64::from(u8::from((*v > 0.0) != is_target)) }).sum();
        missed / of.len() as f64
    };
    let error = (wrong(false) + wrong(true)) / 2.0;
    Some(ClassifierTest {
        auroc,
        low: (auroc - half).max(0.0),
        high: (auroc + half).min(1.0),
        p: 1.0 - normal_cdf((auroc - 0.5) * k / libm::sqrt(SHARED * under_null)),
        error,
        proxy_a: (2.0 * (1.0 - 2.0 * error)).max(0.0),
    })
}

/// The exact p of a cross-fitted AUROC: the sides are permuted over the rows `permutations` times and the classifier is
/// fitted anew each time (as many cross-fits; for small tables). (1 + those as large) / (1 + permutations), never 0. Rows
/// are taken as independent: one of each patient.
///
/// # Errors
/// As [`cross_fit`]; `out_of_range` without a permutation.
pub async fn refitted(
    by: &dyn Discriminator,
    x: Rows<'_>,
    target: &[bool],
    permutations: usize,
    seed: u64,
    pulse: &Pulse<'_>,
) -> Result<f64> {
    if permutations == 0 {
        let e = crate::error::Code::OutOfRange.err().with("field", "permutations").with("value", 0);
        return Err(e.with("low", 1).with("high", 100_000));
    }
    let mut rng = Rng::stream(seed, "refitted");
    let mut sides = target.to_vec();
    let mut at_least = 0;
    let mut observed = f64::NAN;
    for draw in 0..=permutations {
        if draw > 0 {
            rng.shuffle(&mut sides);
        }
        let strata: Vec<u32> = sides.iter().map(|t| u32::from(*t)).collect();
        let respect = Respect { strata: Some(&strata), groups: None, keys: None };
        let fitted = cross_fit(by, x, &sides, respect, FOLDS, mix(seed, draw as u64), pulse).await?;
        let area = classifier_test(&fitted, &sides).map_or(0.5, |t| t.auroc);
        if draw == 0 {
            observed = area;
        } else if area >= observed - 1e-12 {
            at_least += 1;
        }
    }
    Ok(f64::from(1 + at_least) / (1 + permutations) as f64)
}
