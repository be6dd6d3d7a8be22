//! What looks wrong in assembled cohorts: columns that say nothing, and columns that say everything.

use super::finding::{Finding, short};
use super::names::{plain, words};
use crate::cohort::{Cohort, FeatureKind, Labels};
use crate::math::stats::{correlation, ranks};

/// One finding for all columns of one kind of trouble, so that 20,000 genes do not make 20,000 sentences.
fn grouped(key: &str, file: &str, columns: &[String]) -> Option<Finding> {
    let first = columns.first()?;
    let more = if columns.len() > 12 { ", …" } else { "" };
    let shown = columns.iter().take(12).map(String::as_str).collect::<Vec<_>>().join(", ") + more;
    let finding = Finding::warning(key).file(file).with("columns", shown).with("count", columns.len());
    Some(if columns.len() == 1 { finding.column(first) } else { finding })
}

/// Which features are empty, which constant, over these cohorts together.
pub(super) fn constant(cohorts: &[&Cohort]) -> (Vec<String>, Vec<String>) {
    let (mut empty, mut same) = (Vec::new(), Vec::new());
    let Some(first) = cohorts.first() else { return (empty, same) };
    for (feature, about) in first.x.features().iter().enumerate() {
        let mut values = cohorts.iter().flat_map(|cohort| cohort.x.column(feature)).filter(|v| !v.is_nan());
        match values.next() {
            None => empty.push(about.name.clone()),
            Some(one) if values.all(|v| v == one) => same.push(about.name.clone()),
            Some(_) => {}
        }
    }
    (empty, same)
}

/// Empty and constant features of one side, said once each.
pub(super) fn say_constant(cohorts: &[&Cohort], file: &str, findings: &mut Vec<Finding>) -> usize {
    let (empty, same) = constant(cohorts);
    findings.extend(grouped("features_empty", file, &empty));
    findings.extend(grouped("features_constant", file, &same));
    empty.len() + same.len()
}

/// A category with nearly as many levels as rows names rows; it does not describe them.
pub(super) fn identifier_like(cohort: &Cohort, file: &str) -> Option<Finding> {
    let mut columns = Vec::new();
    for (feature, about) in cohort.x.features().iter().enumerate() {
        let FeatureKind::Category { levels } = &about.kind else { continue };
        if levels.len() <= 20 {
            continue;
        }
        let mut seen: Vec<u32> = cohort.x.column(feature).filter(|v| !v.is_nan()).map(|v| v as u32).collect();
        let filled = seen.len();
        seen.sort_unstable();
        seen.dedup();
        if seen.len() > 20 && seen.len() * 2 > filled {
            columns.push(about.name.clone());
        }
    }
    grouped("features_identifier_like", file, &columns)
}

/// How well one feature alone must tell the label for it to be suspected of holding it.
const GIVES_AWAY: f64 = 0.98;

/// Features that tell the label nearly alone: by AUROC (the larger of value and missingness) or |r|.
/// Named ones too: `outcome_code` beside `outcome`.
pub(super) fn give_away(cohort: &Cohort, label: &str, file: &str) -> Vec<Finding> {
    let rows = cohort.labelled();
    let mut out = Vec::new();
    let events = match &rows.y {
        Some(Labels::Classes { event, codes, .. }) => {
            Some(codes.iter().map(|code| *code == Some(*event as u32)).collect::<Vec<bool>>())
        }
        _ => None,
    };
    let values = match &rows.y {
        Some(Labels::Values { values, .. }) => Some(values.clone()),
        _ => None,
    };
    let wide = rows.x.features().len() > 1000;
    let enough = match (&events, &values) {
        // Among very many features some separate very few rows by chance.
        (Some(events), _) => {
            let n = events.iter().filter(|e| **e).count();
            n.min(events.len() - n) >= if wide { 20 } else { 10 }
        }
        (None, Some(values)) => values.len() >= if wide { 40 } else { 20 },
        (None, None) => false,
    };
    for (feature, about) in rows.x.features().iter().enumerate() {
        if named_like(&about.name, label) {
            out.push(Finding::warning("give_away_name").file(file).column(&about.name).with("label", label));
        }
        if !enough {
            continue;
        }
        let column = rows.x.column_f64(feature);
        let (measure, strength) = match (&events, &values) {
            (Some(events), _) => ("AUROC", separates(&column, events, &about.kind)),
            (None, Some(values)) if about.kind == FeatureKind::Number => {
                let both = column.iter().zip(values).filter(|(x, y)| !x.is_nan() && !y.is_nan());
                let (x, y): (Vec<f64>, Vec<f64>) = both.map(|(x, y)| (*x, *y)).unzip();
                ("|r|", if x.len() < 20 { 0.0 } else { correlation(&x, &y).abs() })
            }
            _ => continue,
        };
        if strength >= GIVES_AWAY {
            let finding = Finding::warning("give_away").file(file).column(&about.name);
            out.push(finding.with("measure", measure).with("value", short(strength)).with("label", label));
        }
    }
    out
}

/// The AUROC of a feature alone, whichever way it points; of its missingness if that tells more. Levels of a category
/// are ranked by their share of events, so those of few rows are left out: they would tell the label by construction.
fn separates(column: &[f64], events: &[bool], kind: &FeatureKind) -> f64 {
    let missing: Vec<f64> = column.iter().map(|v| f64::from(u8::from(v.is_nan()))).collect();
    let by_missing = auc(&missing, events);
    let known = column.iter().zip(events).filter(|(v, _)| !v.is_nan()).map(|(v, e)| (*v, *e));
    let (mut values, known_events): (Vec<f64>, Vec<bool>) = known.unzip();
    let n = known_events.iter().filter(|e| **e).count();
    if n.min(known_events.len() - n) < 10 {
        return by_missing;
    }
    if let FeatureKind::Category { levels } = kind {
        if levels.len() * 5 > known_events.len() {
            return by_missing;
        }
        let mut share = vec![(0.0, 0.0); levels.len()];
        for (v, event) in values.iter().zip(&known_events) {
            if let Some((of, all)) = share.get_mut(*v as usize) {
                *of += f64::from(u8::from(*event));
                *all += 1.0;
            }
        }
        values.iter_mut().for_each(|v| *v = share.get(*v as usize).map_or(0.0, |(of, all)| of / all));
    }
    by_missing.max(auc(&values, &known_events))
}

/// The Mann–Whitney AUROC, folded to [0.5, 1]; 0.5 where a side is empty.
fn auc(score: &[f64], events: &[bool]) -> f64 {
    let n = events.iter().filter(|e| **e).count() as f64;
    let m = events.len() as f64 - n;
    if n == 0.0 || m == 0.0 {
        return 0.5;
    }
    let rank_sum: f64 = ranks(score).iter().zip(events).filter(|(_, e)| **e).map(|(r, _)| *r).sum();
    let auc = (rank_sum - n * (n + 1.0) / 2.0) / (n * m);
    auc.max(1.0 - auc)
}

/// Whether a name holds the label's name, or says that it is one.
fn named_like(name: &str, label: &str) -> bool {
    let (name_plain, label_plain) = (plain(name), plain(label));
    const SAYS: [&str; 5] = ["outcome", "label", "target", "prediction", "predicted"];
    label_plain.chars().count() >= 4 && name_plain.contains(&label_plain)
        || words(name).iter().any(|word| SAYS.contains(&word.as_str()))
}
