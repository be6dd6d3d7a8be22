//! What can be said before anything is trained: what the rows allow, and what is missing in them.

use std::collections::BTreeMap;

use super::prepare::Prepared;
use crate::cohort::{Cohort, FeatureKind, Labels};
use crate::evaluate::sample_size::{binary, continuous, refuse_classes, validation};
use crate::report::designs::{Gaps, GapsSide, IfReached, SampleSize};

/// Acceptable shrinkage, as Riley proposes.
const SHRINKAGE: f64 = 0.9;
/// What a new model may reach: a modest one, a good one, an excellent one.
const AUROCS: [f64; 3] = [0.7, 0.8, 0.9];
const R2S: [f64; 3] = [0.2, 0.5, 0.8];
/// An AUROC to be judged, and the width of its interval.
const JUDGED: (f64, f64) = (0.75, 0.1);
/// Features and patterns that are listed.
const LISTED: (usize, usize) = (200, 6);

/// Patients for so many parameters: by all criteria, and by those of overfitting alone.
type Need<'a> = dyn Fn(usize) -> Option<(usize, usize)> + 'a;

impl Prepared {
    /// Riley's criteria on the target's labelled rows. `None` without labels and for more than two classes.
    pub fn sample_size(&self) -> Option<SampleSize> {
        let target = &self.forward.target;
        let parameters: usize = target
            .x
            .features()
            .iter()
            .map(|feature| match &feature.kind {
                FeatureKind::Number => 1,
                FeatureKind::Category { levels } => levels.len().saturating_sub(1),
            })
            .sum();
        let labels = target.y.as_ref()?;
        let rows = labels.labelled().len();
        let of = |auroc: Option<f64>, r2: f64, need: &Need<'_>, events: Option<f64>| IfReached {
            auroc,
            r2,
            needed: need(parameters).map(|n| n.0 as u32),
            needed_events: need(parameters).zip(events).map(|(n, share)| libm::ceil(n.0 as f64 * share) as u32),
            allowed: most(parameters.max(1), |p| need(p).is_some_and(|n| n.1 <= rows)),
        };
        match labels {
            Labels::Classes { names, event, codes } if refuse_classes(names.len()).is_ok() => {
                let events = codes.iter().filter(|code| **code == Some(*event as u32)).count();
                let prevalence = events as f64 / rows.max(1) as f64;
                let scenarios = AUROCS.iter().filter_map(|&auroc| {
                    let r2 = binary::r2_from_auroc(auroc, prevalence).ok()?;
                    let assumed = |parameters| binary::Assumed { r2, parameters, prevalence, shrinkage: SHRINKAGE };
                    Some(of(
                        Some(auroc),
                        r2,
                        &|p| binary::develop(assumed(p)).ok().map(|n| (n.n, n.by_shrinkage.max(n.by_optimism))),
                        Some(prevalence),
                    ))
                });
                let width = |n: u32| 2.0 * 1.96 * validation::newcombe(JUDGED.0, prevalence, f64::from(n));
                let to_judge = (prevalence > 0.0 && prevalence < 1.0).then(|| {
                    let (mut low, mut high) = (2, 4);
                    while width(high) > JUDGED.1 && high < 10_000_000 {
                        (low, high) = (high, high * 2);
                    }
                    while high - low > 1 {
                        let middle = low + (high - low) / 2;
                        if width(middle) <= JUDGED.1 { high = middle } else { low = middle }
                    }
                    high
                });
                Some(SampleSize {
                    rows: rows as u32,
                    events: Some(events as u32),
                    parameters: parameters as u32,
                    scenarios: scenarios.collect(),
                    for_risk: Some(libm::ceil((1.96 / 0.05) * (1.96 / 0.05) * prevalence * (1.0 - prevalence)) as u32),
                    to_judge,
                })
            }
            Labels::Values { values, .. } => {
                let known: Vec<f64> = values.iter().copied().filter(|v| !v.is_nan()).collect();
                let (mean, sd) = (crate::math::stats::mean(&known), crate::math::stats::sd(&known));
                let scenarios = R2S.iter().map(|&r2| {
                    // Under three parameters the shrinkage of numbers is not defined.
                    let assumed =
                        |p: usize| continuous::Assumed { r2, parameters: p.max(3), mean, sd, shrinkage: SHRINKAGE };
                    of(
                        None,
                        r2,
                        &|p| continuous::develop(assumed(p)).ok().map(|n| (n.n, n.by_shrinkage.max(n.by_optimism))),
                        None,
                    )
                });
                Some(SampleSize {
                    rows: rows as u32,
                    events: None,
                    parameters: parameters as u32,
                    scenarios: scenarios.collect(),
                    for_risk: None,
                    to_judge: None,
                })
            }
            _ => None,
        }
    }

    /// What is missing among the shared features, on both sides, whatever the rows are for.
    pub fn missing(&self) -> Gaps {
        let everyone = self.everyone();
        let sources = &self.forward.sources;
        let features = everyone.x.features();
        let (target, source) = (gaps(std::slice::from_ref(&everyone)), gaps(sources));
        let share = |feature: usize| {
            let of = |rows: &[Vec<u32>]| {
                rows.iter().filter(|gaps| gaps.binary_search(&(feature as u32)).is_ok()).count() as f64
                    / rows.len().max(1) as f64
            };
            (of(&source), of(&target))
        };
        let any: std::collections::BTreeSet<u32> = source.iter().chain(&target).flatten().copied().collect();
        let mut listed: Vec<(usize, (f64, f64))> = any.iter().map(|&f| (f as usize, share(f as usize))).collect();
        listed.sort_by(|(a, x), (b, y)| y.0.max(y.1).total_cmp(&x.0.max(x.1)).then(a.cmp(b)));
        listed.truncate(LISTED.0);
        let side = |rows: &[Vec<u32>], pick: fn(&(f64, f64)) -> f64| {
            let mut patterns: BTreeMap<&[u32], u32> = BTreeMap::new();
            for gaps in rows {
                *patterns.entry(gaps).or_default() += 1;
            }
            let distinct = patterns.len() as u32;
            let mut often: Vec<(&[u32], u32)> = patterns.into_iter().filter(|(gaps, _)| !gaps.is_empty()).collect();
            often.sort_by(|(a, x), (b, y)| y.cmp(x).then(a.cmp(b)));
            let place = |feature: &u32| listed.iter().position(|(f, _)| *f == *feature as usize).map(|p| p as u32);
            GapsSide {
                rows: rows.len() as u32,
                complete: rows.iter().filter(|gaps| gaps.is_empty()).count() as u32,
                shares: listed.iter().map(|(_, shares)| pick(shares)).collect(),
                patterns: often
                    .into_iter()
                    .take(LISTED.1)
                    .map(|(gaps, n)| (gaps.iter().filter_map(place).collect(), n))
                    .collect(),
                distinct,
            }
        };
        Gaps {
            features: listed.iter().filter_map(|(f, _)| Some(features.get(*f)?.name.clone())).collect(),
            source: (!sources.is_empty()).then(|| side(&source, |s| s.0)),
            target: side(&target, |s| s.1),
        }
    }
}

/// The features that each row lacks, by number.
fn gaps(cohorts: &[Cohort]) -> Vec<Vec<u32>> {
    let mut out = Vec::new();
    for cohort in cohorts {
        let first = out.len();
        out.resize(first + cohort.len(), Vec::new());
        for feature in 0..cohort.x.features().len() {
            for (row, value) in cohort.x.column(feature).enumerate() {
                if value.is_nan() {
                    out[first + row].push(feature as u32);
                }
            }
        }
    }
    out
}

/// The largest p that is enough, `enough` falling in p; 0 where none is. Looks no further than a hundred times `about`.
fn most(about: usize, enough: impl Fn(usize) -> bool) -> u32 {
    let (mut low, mut high) = (0, about * 100);
    if enough(high) {
        return high as u32;
    }
    while high - low > 1 {
        let middle = low + (high - low) / 2;
        if enough(middle) { low = middle } else { high = middle }
    }
    low as u32
}
