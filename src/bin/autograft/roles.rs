//! From the command line's words to roles, label and mapping: what the tables suggest, then what the person says.

use autograft::preprocess::{
    Finding, How, LabelKind, LabelPlan, Mapping, Measure, Pair, Role, Roles, line_up, suggest_roles,
};
use autograft::table::{Kind, Table};
use autograft::{Code, Result};

use crate::args::RoleArgs;

/// A number with up to so many values is taken for classes.
const FEW: usize = 10;

/// Who plays which part, and what was noticed on the way.
pub struct Parts {
    /// Of the source's columns.
    pub source: Roles,
    /// Of the target's columns.
    pub target: Roles,
    /// What is predicted.
    pub label: LabelPlan,
    /// How the columns correspond.
    pub mapping: Mapping,
    /// Features of the source without a partner.
    pub alone_source: Vec<String>,
    /// Features of the target without a partner.
    pub alone_target: Vec<String>,
    /// What was noticed.
    pub findings: Vec<Finding>,
}

/// Puts suggestion and command line together. `model` gives the features that a kept model knows, where one stands
/// for the sources.
pub fn parts(
    sources: &[&Table],
    targets: &[&Table],
    asked: &RoleArgs,
    model: impl Fn(&Roles) -> Option<Result<autograft::preprocess::Lined>>,
) -> Result<Parts> {
    let suggestion = suggest_roles(sources, targets);
    let (mut source, mut target) = (suggestion.source.clone(), suggestion.target.clone());
    let sides = [(sources, &mut source), (targets, &mut target)];
    for (tables, roles) in sides {
        for (role, column) in [
            (Role::Identifier, &asked.identifier),
            (Role::Group, &asked.group),
            (Role::Site, &asked.site),
            (Role::Time, &asked.time),
            (Role::Outcome, &asked.outcome),
            (Role::Set, &asked.rows),
        ] {
            if let Some(column) = column
                && tables.iter().any(|table| table.column(column).is_some())
            {
                roles.set(column, role);
            }
        }
        if !asked.features.is_empty() {
            let names: Vec<String> = roles.of(Role::Feature).map(str::to_owned).collect();
            for name in names.iter().filter(|name| !asked.features.contains(name)) {
                roles.set(name, Role::Ignored);
            }
            for name in asked.features.iter().filter(|name| tables.iter().any(|t| t.column(name).is_some())) {
                roles.set(name, Role::Feature);
            }
        }
        for name in &asked.ignore {
            roles.set(name, Role::Ignored);
        }
        // Names that a side does not have say nothing about it.
        roles.roles.retain(|name, _| tables.iter().any(|table| table.column(name).is_some()));
    }
    let named =
        [&asked.identifier, &asked.group, &asked.site, &asked.time, &asked.outcome, &asked.rows].into_iter().flatten();
    for column in named.chain(&asked.ignore).chain(&asked.features) {
        if !sources.iter().chain(targets).any(|table| table.column(column).is_some()) {
            return Err(no_such(targets, column));
        }
    }
    let label = label(sources, targets, asked, &suggestion)?;
    if let Some(column) = &label.target {
        target.set(column, Role::Label);
    } else if let Some(column) = target.one(Role::Label).map(str::to_owned) {
        target.set(&column, Role::Ignored);
    }
    if let Some(column) = &label.source {
        source.set(column, Role::Label);
    }
    let lined = match model(&target) {
        Some(lined) => lined?,
        None => line_up(sources, targets, &source, &target, &label),
    };
    let mut mapping = lined.mapping;
    let mut findings = suggestion.notes;
    findings.extend(lined.notes);
    let (mut alone_source, mut alone_target) = (lined.unmatched_source, lined.unmatched_target);
    for (from, to) in &asked.map {
        let pair = by_hand(sources, targets, from, to)?;
        mapping.features.retain(|old| old.target != pair.target && old.source != pair.source);
        source.set(&pair.source, Role::Feature);
        target.set(&pair.target, Role::Feature);
        alone_source.retain(|name| *name != pair.source);
        alone_target.retain(|name| *name != pair.target);
        mapping.features.push(pair);
    }
    mapping.features.sort_by(|a, b| a.target.cmp(&b.target));
    Ok(Parts { source, target, label, mapping, alone_source, alone_target, findings })
}

/// The label by name, else the one that the tables suggest.
fn label(
    sources: &[&Table],
    targets: &[&Table],
    asked: &RoleArgs,
    suggestion: &autograft::preprocess::Suggestion,
) -> Result<LabelPlan> {
    let has = |tables: &[&Table], name: &str| tables.iter().any(|table| table.column(name).is_some());
    let mut plan = match &asked.label {
        None => suggestion.label().unwrap_or_default(),
        Some(name) => {
            if !has(targets, name) {
                return Err(no_such(targets, name));
            }
            match suggestion.labels.iter().find(|candidate| candidate.target == *name) {
                Some(candidate) => LabelPlan {
                    source: candidate.source.clone(),
                    target: Some(name.clone()),
                    kind: candidate.kind.clone(),
                    accept_fixed_horizon: false,
                },
                None => LabelPlan {
                    source: has(sources, name).then(|| name.clone()),
                    target: Some(name.clone()),
                    kind: kind_of(targets, name),
                    accept_fixed_horizon: false,
                },
            }
        }
    };
    if let Some(name) = &asked.source_label {
        if !has(sources, name) {
            return Err(no_such(sources, name));
        }
        if asked.no_target_label {
            plan.kind = kind_of(sources, name);
        }
        plan.source = Some(name.clone());
    }
    if asked.no_target_label {
        plan.target = None;
    } else if plan.target.is_none() {
        return Err(Code::NoLabel.err().file(targets.first().map_or("", |table| table.name.as_str())));
    }
    plan.accept_fixed_horizon = asked.fixed_horizon;
    if asked.as_number {
        plan.kind = LabelKind::Values { unit: String::new() };
    }
    if asked.above.is_some() {
        plan.kind = LabelKind::Classes { event: None, classes: Vec::new(), above: asked.above };
    }
    if let Some(level) = &asked.event {
        plan.kind = LabelKind::Classes { event: Some(level.clone()), classes: Vec::new(), above: None };
    }
    Ok(plan)
}

fn kind_of(tables: &[&Table], name: &str) -> LabelKind {
    let many = tables.iter().filter_map(|table| table.column(name)).any(|column| {
        column.kind == Kind::Number && {
            let mut numbers = column.numbers();
            numbers.retain(|value| !value.is_nan());
            numbers.sort_by(f64::total_cmp);
            numbers.dedup();
            numbers.len() > FEW
        }
    });
    if many { LabelKind::Values { unit: String::new() } } else { LabelKind::default() }
}

/// `target[*factor][+offset]` as a pair.
fn by_hand(sources: &[&Table], targets: &[&Table], from: &str, to: &str) -> Result<Pair> {
    let wrong =
        |value: &str| Code::WrongType.err().with("field", "map").with("value", value).with("expected", "a number");
    let number = |text: &str| text.parse::<f64>().ok().filter(|v| v.is_finite()).ok_or_else(|| wrong(text));
    // A column may itself hold these signs: the whole is tried first.
    let known = |name: &str| targets.iter().any(|table| table.column(name).is_some());
    let (name, factor, offset) = if known(to) {
        (to, 1.0, 0.0)
    } else {
        let (rest, offset) = match to.rsplit_once('+') {
            Some((rest, offset)) => (rest, number(offset)?),
            None => (to, 0.0),
        };
        let (name, factor) = match rest.rsplit_once('*') {
            Some((name, factor)) => (name, number(factor)?),
            None => (rest, 1.0),
        };
        (name, factor, offset)
    };
    let source = sources.iter().find_map(|table| table.column(from)).ok_or_else(|| no_such(sources, from))?;
    let target = targets.iter().find_map(|table| table.column(name)).ok_or_else(|| no_such(targets, name))?;
    let numeric = |kind: Kind| matches!(kind, Kind::Number | Kind::Boolean | Kind::Date);
    let measure = if numeric(source.kind) && numeric(target.kind) { Measure::Number } else { Measure::Category };
    let mut pair = Pair::new(from, name, How::ByHand, measure);
    pair.factor = factor;
    pair.offset = offset;
    Ok(pair)
}

fn no_such(tables: &[&Table], column: &str) -> autograft::Error {
    let Some(first) = tables.first() else { return Code::NoSuchColumn.err().column(column).with("nearest", "") };
    // The table itself knows the nearest name; nothing is changed in it.
    match Table::clone(first).with_missing(column, &[]) {
        Err(error) => error,
        Ok(_) => Code::NoSuchColumn.err().file(&first.name).column(column).with("nearest", column),
    }
}
