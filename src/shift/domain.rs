//! Can a classifier tell the source from the target? (Lopez-Paz and Oquab, Revisiting classifier two-sample tests, ICLR
//! 2017; here by the AUROC, which does not depend on the sizes of the sides.)
//!
//! Ridge logistic regression over medians, one-hot levels and standardised columns, all fitted on the training rows of
//! five folds; missing cells are imputed and not shown to it, since the report tells of missingness by itself.

use crate::cohort::{Cohort, FeatureKind};
use crate::error::Result;
use crate::math::dist::{normal_cdf, normal_quantile};
use crate::math::elastic::{Design, Response, fit};
use crate::math::stats::{median, variance};
use crate::metrics::delong::Placements;
use crate::rng::{fnv1a, mix};
use crate::split::{Respect, k_fold_of};
use crate::watch::Pulse;
use serde::{Deserialize, Serialize};

/// Whether a classifier can tell where a row comes from: 0.5 is not at all, 1 is always.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Domain {
    /// The AUROC on held-out rows, averaged over the folds.
    pub auroc: f64,
    /// Lower end of its 95 % interval (DeLong within folds).
    pub low: f64,
    /// Upper end.
    pub high: f64,
    /// One-sided p of "no better than a coin" (Mann and Whitney's variance within folds).
    pub p: f64,
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
}

/// More rows a side make the interval narrower than anybody needs.
const MOST_ROWS: usize = 2000;
/// More features cost seconds and tell the sides apart no better.
const MOST_FEATURES: usize = 500;
/// Categories with more levels than this are left to the table of features.
const MOST_LEVELS: usize = 30;
const FOLDS: usize = 5;

/// The rows of both sides that take part: the column a feature has, and 1 for the target.
struct Both {
    columns: Vec<(Vec<f64>, Option<usize>)>,
    target: Vec<u32>,
}

/// The classifier; `None` where a side has fewer than ten rows or no feature is left.
pub(super) async fn tell_apart(
    sources: &[Cohort],
    target: &Cohort,
    seed: u64,
    pulse: &Pulse<'_>,
) -> Result<Option<Domain>> {
    let source_picked = pick(sources, seed);
    let target_picked = pick(std::slice::from_ref(target), seed);
    let (n, m) = (source_picked.len(), target_picked.len());
    if n < 2 * FOLDS || m < 2 * FOLDS {
        return Ok(None);
    }
    let (both, features, one_sided) = gather(sources, target, &source_picked, &target_picked, pulse).await?;
    if both.columns.is_empty() {
        return Ok(None);
    }
    // Groups of the two sides are other groups, whatever their numbers.
    let group_of = |cohorts: &[Cohort], picked: &[Picked], salt: u64| -> Vec<u64> {
        picked
            .iter()
            .map(|p| match cohorts.get(p.cohort).and_then(|c| c.group.as_ref()).and_then(|g| g.get(p.row)) {
                Some(group) => mix(mix(salt, p.cohort as u64), u64::from(*group)),
                None => mix(p.key, salt),
            })
            .collect()
    };
    let mut names = group_of(sources, &source_picked, 1);
    names.extend(group_of(std::slice::from_ref(target), &target_picked, 2));
    let mut sorted = names.clone();
    sorted.sort_unstable();
    sorted.dedup();
    let groups: Vec<u32> = names.iter().map(|name| sorted.partition_point(|other| other < name) as u32).collect();
    let keys: Vec<u64> =
        source_picked.iter().map(|p| mix(p.key, 1)).chain(target_picked.iter().map(|p| mix(p.key, 2))).collect();
    let grouped = sorted.len() < names.len();
    let respect =
        Respect { strata: Some(&both.target), groups: grouped.then_some(groups.as_slice()), keys: Some(&keys) };
    let rows: Vec<usize> = (0..n + m).collect();
    let Ok(folds) = k_fold_of(&rows, respect, FOLDS, 1, seed) else { return Ok(None) };

    let (mut aucs, mut variances, mut under_null) = (Vec::new(), 0.0, 0.0);
    for fold in &folds {
        pulse.breathe().await?;
        let Some((scores, truth)) = held_out(&both, &fold.train, &fold.test) else { continue };
        let Some(placements) = Placements::of(&truth, &scores) else { continue };
        let (a, b) = (truth.iter().filter(|t| **t).count() as f64, truth.iter().filter(|t| !**t).count() as f64);
        let spread = placements.variance();
        aucs.push(placements.auroc());
        variances += if spread.is_finite() { spread } else { 0.0 };
        under_null += (a + b + 1.0) / (12.0 * a * b);
    }
    if aucs.is_empty() {
        return Ok(None);
    }
    let k = aucs.len() as f64;
    let auroc = aucs.iter().sum::<f64>() / k;
    let half = normal_quantile(0.975) * libm::sqrt(variances) / k;
    let p = 1.0 - normal_cdf((auroc - 0.5) * k / libm::sqrt(under_null));
    Ok(Some(Domain {
        auroc,
        low: (auroc - half).max(0.0),
        high: (auroc + half).min(1.0),
        p,
        source_rows: n,
        target_rows: m,
        features,
        features_of: target.x.features().len(),
        one_sided,
    }))
}

struct Picked {
    cohort: usize,
    row: usize,
    key: u64,
}

/// At most [`MOST_ROWS`] rows, drawn by a hash of the row's name: the file's order has no part in it.
fn pick(cohorts: &[Cohort], seed: u64) -> Vec<Picked> {
    let mut out: Vec<Picked> = Vec::new();
    for (cohort, of) in cohorts.iter().enumerate() {
        let name = fnv1a(of.domain.as_bytes());
        for row in 0..of.len() {
            let id = of.id.get(row).map_or(row as u64, |id| fnv1a(id.as_bytes()));
            out.push(Picked { cohort, row, key: mix(mix(seed, name), id) });
        }
    }
    if out.len() > MOST_ROWS {
        out.sort_by_key(|p| (p.key, p.cohort, p.row));
        out.truncate(MOST_ROWS);
        out.sort_by_key(|p| (p.cohort, p.row));
    }
    out
}

/// The columns of the rows that take part, source first; how many features they are of, and how many were one-sided.
async fn gather(
    sources: &[Cohort],
    target: &Cohort,
    source_picked: &[Picked],
    target_picked: &[Picked],
    pulse: &Pulse<'_>,
) -> Result<(Both, usize, usize)> {
    let mut kept: Vec<(f64, Vec<f64>, Option<usize>)> = Vec::new();
    let mut one_sided = 0;
    for (feature, about) in target.x.features().iter().enumerate() {
        pulse.breathe().await?;
        let whole: Vec<Vec<f64>> = sources.iter().map(|source| source.x.column_f64(feature)).collect();
        let cell = |p: &Picked| whole.get(p.cohort).and_then(|column| column.get(p.row)).copied().unwrap_or(f64::NAN);
        let mut column: Vec<f64> = source_picked.iter().map(cell).collect();
        let source_empty = column.iter().all(|v| v.is_nan());
        let theirs = target.x.column_f64(feature);
        let mine: Vec<f64> = target_picked.iter().map(|p| theirs.get(p.row).copied().unwrap_or(f64::NAN)).collect();
        if source_empty || mine.iter().all(|v| v.is_nan()) {
            one_sided += 1;
            continue;
        }
        column.extend(mine);
        let known: Vec<f64> = column.iter().copied().filter(|v| !v.is_nan()).collect();
        let (spread, levels) = match &about.kind {
            // A category of few levels is never the one to leave out.
            FeatureKind::Category { levels } if levels.len() <= MOST_LEVELS => (f64::INFINITY, Some(levels.len())),
            FeatureKind::Category { .. } => continue,
            FeatureKind::Number => (variance(&known), None),
        };
        if known.windows(2).all(|pair| pair[0] == pair[1]) {
            continue;
        }
        kept.push((spread, column, levels));
        // Keep memory in hand with 20,000 genes: the least varied go as soon as there are twice too many.
        if kept.len() >= 2 * MOST_FEATURES {
            most_varied(&mut kept);
        }
    }
    most_varied(&mut kept);
    let features = kept.len();
    let columns = kept.into_iter().map(|(_, column, levels)| (column, levels)).collect();
    let mut side = vec![0; source_picked.len()];
    side.extend(vec![1; target_picked.len()]);
    Ok((Both { columns, target: side }, features, one_sided))
}

fn most_varied(kept: &mut Vec<(f64, Vec<f64>, Option<usize>)>) {
    if kept.len() > MOST_FEATURES {
        kept.sort_by(|a, b| b.0.total_cmp(&a.0));
        kept.truncate(MOST_FEATURES);
    }
}

/// Scores of the test rows and whether each is the target's, by a classifier of the training rows.
fn held_out(both: &Both, train: &[usize], test: &[usize]) -> Option<(Vec<f64>, Vec<bool>)> {
    // Encoded columns over all rows; what is learnt (medians) comes from the training rows.
    let mut encoded: Vec<Vec<f64>> = Vec::new();
    for (column, levels) in &both.columns {
        match levels {
            Some(levels) => {
                // With two levels one column says all.
                let from = usize::from(*levels == 2);
                encoded.extend(
                    (from..*levels).map(|l| column.iter().map(|v| f64::from(u8::from(*v == l as f64))).collect()),
                );
            }
            None => {
                let known: Vec<f64> = train.iter().filter_map(|&row| column.get(row).copied()).collect();
                let middle = median(&known);
                let middle = if middle.is_nan() { 0.0 } else { middle };
                encoded.push(column.iter().map(|v| if v.is_nan() { middle } else { *v }).collect());
            }
        }
    }
    let p = encoded.len();
    let y: Vec<u32> = train.iter().filter_map(|&row| both.target.get(row).copied()).collect();
    let design = Design::new(train.len(), p, None, true, |i, j| encoded[j][train[i]]).ok()?;
    // ½‖β‖² once per twenty columns: scikit-learn's C = 1 for small tables, firmer for wide ones.
    let lambda = (p as f64 / 20.0).max(1.0) / train.len() as f64;
    let solution = fit(design, Response::Classes { y: &y, classes: 2 }, 0.0, lambda).ok()?;
    let score = |&row: &usize| {
        let x: Vec<f64> = encoded.iter().map(|column| column[row]).collect();
        solution.linear(&x).first().copied().unwrap_or(0.0)
    };
    Some((test.iter().map(score).collect(), test.iter().map(|&row| both.target[row] == 1).collect()))
}
