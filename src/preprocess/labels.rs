//! The label's column as labels: classes by the target's names, or numbers.

use super::finding::Finding;
use super::mapping::{LabelMap, find};
use super::names::{Meaning, level_at, level_text, levels, meaning, sort_levels};
use super::read::numbers;
use super::roles::{LabelKind, LabelPlan};
use super::survival;
use crate::cohort::{Labels, Side};
use crate::error::{Code, Result};
use crate::table::Table;
use std::collections::{BTreeMap, BTreeSet};

/// What the labels of both sides are made into.
#[derive(Debug, Clone)]
pub(super) enum Scheme {
    Classes { names: Vec<String>, event: usize, above: Option<f64> },
    Values { unit: String },
}

/// More classes than this are no classification that a clinic's table can carry.
const MOST_CLASSES: usize = 50;

/// Decides the classes from the target (from the source where the target has no labels).
///
/// # Errors
/// [`Code::TooManyClasses`], [`Code::Unknown`] for an event that is no class.
pub(super) fn scheme(
    sources: &[&Table],
    targets: &[&Table],
    plan: &LabelPlan,
    map: &LabelMap,
) -> Result<Option<Scheme>> {
    let (event, classes, above) = match &plan.kind {
        LabelKind::Values { unit } => return Ok(Some(Scheme::Values { unit: unit.clone() })),
        LabelKind::Classes { event, classes, above } => (event, classes, *above),
    };
    let (tables, column, map) = match (&plan.target, &plan.source) {
        (Some(column), _) => (targets, column, &map.target),
        (None, Some(column)) => (sources, column, &map.source),
        (None, None) => return Ok(None),
    };
    let names = if above.is_some() {
        vec!["0".to_owned(), "1".to_owned()]
    } else if classes.is_empty() {
        let mut found = BTreeSet::new();
        let mut rows = 0;
        for table in tables {
            let Some(at) = table.column(column) else { continue };
            rows += table.rows.saturating_sub(at.missing());
            let too_many = |found: usize| {
                Code::TooManyClasses
                    .err()
                    .file(&table.name)
                    .column(column)
                    .with("found", found)
                    .with("rows", table.rows)
            };
            let own = levels(at, MOST_CLASSES).ok_or_else(|| too_many(at.levels().len()))?;
            found.extend(own.into_keys().map(|level| map.get(&level).cloned().unwrap_or(level)));
            if found.len() > MOST_CLASSES || found.len() > 2 && found.len() * 2 > rows {
                return Err(too_many(found.len()));
            }
        }
        let mut names: Vec<String> = found.into_iter().collect();
        sort_levels(&mut names);
        names
    } else {
        classes.iter().map(|class| level_text(class)).collect()
    };
    let event = match event {
        None => guess_event(&names),
        Some(event) => names
            .iter()
            .position(|name| *name == level_text(event))
            .ok_or_else(|| Code::Unknown.err().column(column).with("name", event).with("known", names.join(", ")))?,
    };
    Ok(Some(Scheme::Classes { names, event, above }))
}

/// The class that is most likely the event: yes, dead, a case; the last of the sorted names where nothing says so.
fn guess_event(names: &[String]) -> usize {
    const EVENTS: [&str; 15] = [
        "active",
        "dead",
        "died",
        "death",
        "deceased",
        "case",
        "cases",
        "event",
        "disease",
        "sick",
        "malignant",
        "relapse",
        "死亡",
        "responder",
        "sepsis",
    ];
    let is_event =
        |name: &String| EVENTS.contains(&name.to_lowercase().as_str()) || meaning(name) == Some(Meaning::Yes);
    names.iter().position(is_event).unwrap_or(names.len().saturating_sub(1))
}

/// The labels of one side's tables, one entry a table; none where the plan names no column.
///
/// # Errors
/// [`Code::SurvivalLabel`], [`Code::LabelMissingInSource`], [`Code::LabelMissingInTarget`], [`Code::TextInNumbers`].
pub(super) fn labels(
    tables: &[&Table],
    side: Side,
    plan: &LabelPlan,
    map: &LabelMap,
    scheme: Option<&Scheme>,
    findings: &mut Vec<Finding>,
) -> Result<Option<Vec<Labels>>> {
    let (column, map, factor) = match side {
        Side::Source => (&plan.source, &map.source, map.factor),
        Side::Target => (&plan.target, &map.target, 1.0),
    };
    let (Some(column), Some(scheme)) = (column, scheme) else { return Ok(None) };
    for table in tables {
        survival::refuse(table, column, plan.accept_fixed_horizon)?;
    }
    let missing = |found: usize| {
        let code = if side == Side::Source { Code::LabelMissingInSource } else { Code::LabelMissingInTarget };
        let file = tables.first().map_or("", |table| table.name.as_str());
        code.err().file(file).column(column).with("found", found)
    };
    if find(tables, column).is_none() {
        return Err(missing(0));
    }
    let out = tables
        .iter()
        .map(|table| of_table(table, column, map, factor, scheme, findings))
        .collect::<Result<Vec<_>>>()?;
    if out.iter().all(|labels| labels.labelled().is_empty()) {
        return Err(missing(0));
    }
    Ok(Some(out))
}

fn of_table(
    table: &Table,
    column: &str,
    map: &BTreeMap<String, String>,
    factor: f64,
    scheme: &Scheme,
    findings: &mut Vec<Finding>,
) -> Result<Labels> {
    let at = table.column(column);
    if at.is_none() {
        findings.push(Finding::warning("label_missing_in_file").file(&table.name).column(column));
    }
    match scheme {
        Scheme::Values { unit } => {
            let values = match at {
                Some(at) => {
                    numbers(table, at)?.into_iter().map(|v| if v.is_finite() { v * factor } else { f64::NAN }).collect()
                }
                None => vec![f64::NAN; table.rows],
            };
            Ok(Labels::Values { unit: unit.clone(), values })
        }
        Scheme::Classes { names, event, above } => {
            let mut others: BTreeMap<String, usize> = BTreeMap::new();
            let codes = match (at, above) {
                (None, _) => vec![None; table.rows],
                (Some(at), Some(cut)) => {
                    let side = |v: f64| v.is_finite().then(|| u32::from(v * factor > *cut));
                    numbers(table, at)?.into_iter().map(side).collect()
                }
                (Some(at), None) => (0..table.rows)
                    .map(|row| {
                        let level = level_at(at, row)?;
                        let level = map.get(&level).cloned().unwrap_or(level);
                        let code = names.iter().position(|name| *name == level);
                        if code.is_none() {
                            *others.entry(level).or_default() += 1;
                        }
                        code.map(|code| code as u32)
                    })
                    .collect(),
            };
            for (level, count) in others {
                let finding = Finding::warning("class_unknown").file(&table.name).column(column);
                findings.push(finding.with("level", level).with("rows", count));
            }
            Ok(Labels::Classes { names: names.clone(), event: *event, codes })
        }
    }
}

/// How many classes (distinct values, for numbers: 1 or 2) the labelled rows have.
pub(super) fn present(labels: &Labels) -> Vec<String> {
    match labels {
        Labels::Classes { names, codes, .. } => {
            let seen: BTreeSet<u32> = codes.iter().flatten().copied().collect();
            seen.into_iter().filter_map(|code| names.get(code as usize).cloned()).collect()
        }
        Labels::Values { values, .. } => {
            let mut seen: Vec<String> = Vec::new();
            for v in values.iter().filter(|v| !v.is_nan()) {
                let text = v.to_string();
                if !seen.contains(&text) {
                    seen.push(text);
                    if seen.len() == 2 {
                        break;
                    }
                }
            }
            seen
        }
        Labels::Several(several) => several.first().map_or_else(Vec::new, |(_, first)| present(first)),
    }
}
