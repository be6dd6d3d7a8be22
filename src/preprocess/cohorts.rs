//! Tables, roles and a mapping made into cohorts: the one place where rows and columns are chosen.

use super::checks;
use super::duplicates::{self, Names};
use super::finding::Finding;
use super::labels::{self, Scheme};
use super::mapping::{ByName, Mapping, Measure, Pair, find};
use super::names::{level_at, plain, sort_levels};
use super::person::OnePerson;
use super::read::{Reading, read};
use super::roles::{LabelPlan, Role, Roles};
use super::rows::{Rows, Set, number_groups};
use crate::cohort::{Cohort, Feature, FeatureKind, Frame, Labels, Side, View};
use crate::error::{Code, Result};
use crate::table::Table;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// All that a person decides between tables and cohorts: a part of the plan.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "snake_case")]
pub struct Preparation {
    /// The roles of the source's columns.
    #[serde(default)]
    pub source_roles: Roles,
    /// The roles of the target's columns.
    pub target_roles: Roles,
    /// How the columns correspond.
    #[serde(default)]
    pub mapping: Mapping,
    /// What is to be predicted.
    pub label: LabelPlan,
    /// The target is judged person by person: the column of sites names them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub person: Option<OnePerson>,
}

/// Who is in, and what was found on the way.
#[derive(Debug, Clone)]
pub struct Cohorts {
    /// The source domains: files, or sites within them; empty where a kept model stands for them.
    pub sources: Vec<Cohort>,
    /// The labelled training rows of the target; without rows where the target has no label.
    pub target: Cohort,
    /// Rows of the target that are marked as test, with their labels.
    pub test: Option<Cohort>,
    /// Rows of the target without a label.
    pub unlabelled: Option<Cohort>,
    /// What should be said about the tables.
    pub findings: Vec<Finding>,
    /// Which rows of the target's tables these are.
    pub origin: Origin,
}

/// Where the target's rows stand in its tables, laid one under the other.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Origin {
    /// The rows of [`Cohorts::target`].
    pub train: Vec<usize>,
    /// The rows of [`Cohorts::test`].
    pub test: Vec<usize>,
    /// The rows of [`Cohorts::unlabelled`].
    pub unlabelled: Vec<usize>,
    /// The site (else the file) of every row of the tables.
    pub site: Vec<String>,
}

impl Cohorts {
    /// The features, which all cohorts share.
    pub fn features(&self) -> &[Feature] {
        self.target.x.features()
    }
}

/// A feature with its reading on both sides.
struct Column {
    feature: Feature,
    source: Option<Reading>,
    target: Reading,
}

/// Makes the cohorts of a study. Features come in the order of their (target) names, so the order of a file's columns
/// changes nothing.
///
/// # Errors
/// [`Code::PlanOtherColumns`], [`Code::NoSharedFeatures`], [`Code::SurvivalLabel`], [`Code::LabelMissingInTarget`],
/// [`Code::LabelMissingInSource`], [`Code::OneClass`], [`Code::TooManyClasses`], [`Code::TextInNumbers`],
/// [`Code::TooFewRows`], [`Code::NothingVaries`], each with file and column.
pub fn assemble(sources: &[&Table], targets: &[&Table], preparation: &Preparation) -> Result<Cohorts> {
    let Preparation { source_roles, target_roles, mapping, label, person } = preparation;
    check_roles(sources, source_roles, label.source.as_deref())?;
    check_roles(targets, target_roles, label.target.as_deref())?;
    let pairs = used(preparation);
    let columns_of = |pick: fn(&Pair) -> &str| pairs.iter().map(|pair| pick(pair).to_owned()).collect::<Vec<_>>();
    check_columns(sources, &columns_of(|pair| &pair.source), Code::PlanOtherColumns)?;
    check_columns(targets, &columns_of(|pair| &pair.target), Code::PlanOtherColumns)?;
    if pairs.is_empty() {
        return Err(Code::NoSharedFeatures.err().file(file_names(targets)));
    }
    let columns: Vec<Column> = pairs.iter().map(|pair| shared_column(sources, targets, pair)).collect();
    let scheme = labels::scheme(sources, targets, label, &mapping.label)?;

    let mut findings = Vec::new();
    let target = target_side(targets, target_roles, label, mapping, &columns, scheme.as_ref(), &mut findings)?;
    // The target's fault is told before what follows from it in the source.
    if label.target.is_some() && !target.train.is_empty() {
        one_class(target.all.select(&target.train).y.as_ref(), &target.file, label.target.as_deref())?;
    }
    // Who is judged is left out of the source person by person, not all at once.
    let apart = person.is_none().then_some(&target);
    let sources = source_side(sources, source_roles, label, mapping, &columns, scheme.as_ref(), apart, &mut findings)?;
    finish(sources, target, label, findings)
}

/// Makes the target's cohorts for a kept model: its features, in its order, from the columns that the mapping's pairs
/// name (`source` is the model's feature, `target` the table's column), in the model's units and levels.
///
/// `classes` are the model's classes and which one is its event, where it predicts classes.
///
/// # Errors
/// [`Code::ModelOtherColumns`] naming the features without a column; else as [`assemble`].
pub fn assemble_for_model(
    features: &[Feature],
    classes: Option<(&[String], usize)>,
    targets: &[&Table],
    preparation: &Preparation,
) -> Result<Cohorts> {
    let Preparation { target_roles, mapping, label, .. } = preparation;
    check_roles(targets, target_roles, label.target.as_deref())?;
    let pair_of = |feature: &Feature| {
        mapping.features.iter().find(|pair| pair.source == feature.name && find(targets, &pair.target).is_some())
    };
    let absent: Vec<&str> =
        features.iter().filter(|feature| pair_of(feature).is_none()).map(|feature| feature.name.as_str()).collect();
    if !absent.is_empty() {
        return Err(Code::ModelOtherColumns.err().file(file_names(targets)).with("columns", listed(&absent)));
    }
    let columns: Vec<Column> = features
        .iter()
        .filter_map(|feature| {
            let pair = pair_of(feature)?;
            // The model's units and levels are the source's: the pair is read backwards.
            let levels = pair.levels.iter().map(|(source, target)| (target.clone(), source.clone())).collect();
            let (factor, offset) = (1.0 / pair.factor, -pair.offset / pair.factor);
            let target = Reading { factor, offset, levels, ..Reading::plain(&pair.target) };
            Some(Column { feature: feature.clone(), source: None, target })
        })
        .collect();
    let scheme = match (classes, &label.kind) {
        (Some((names, event)), super::LabelKind::Classes { above, .. }) => {
            Some(Scheme::Classes { names: names.to_vec(), event, above: *above })
        }
        (_, super::LabelKind::Values { unit }) => Some(Scheme::Values { unit: unit.clone() }),
        (None, _) => labels::scheme(&[], targets, label, &mapping.label)?,
    };
    let mut findings = Vec::new();
    let target = target_side(targets, target_roles, label, mapping, &columns, scheme.as_ref(), &mut findings)?;
    finish(Vec::new(), target, label, findings)
}

/// The pairs whose columns are features on both sides, by the target's name.
fn used(preparation: &Preparation) -> Vec<&Pair> {
    let is_feature = |roles: &Roles, name: &str| roles.get(name) == Role::Feature;
    let mut pairs: Vec<&Pair> = preparation
        .mapping
        .features
        .iter()
        .filter(|pair| is_feature(&preparation.source_roles, &pair.source))
        .filter(|pair| is_feature(&preparation.target_roles, &pair.target))
        .filter(|pair| preparation.label.source.as_ref() != Some(&pair.source))
        .filter(|pair| preparation.label.target.as_ref() != Some(&pair.target))
        .collect();
    pairs.sort_by(|a, b| a.target.cmp(&b.target));
    pairs.dedup_by(|a, b| a.target == b.target);
    pairs
}

fn listed(names: &[&str]) -> String {
    let more = if names.len() > 12 { ", …" } else { "" };
    names.iter().take(12).copied().collect::<Vec<_>>().join(", ") + more
}

pub(super) fn file_names(tables: &[&Table]) -> String {
    tables.iter().map(|table| table.name.as_str()).collect::<Vec<_>>().join(", ")
}

/// Every column with a part in the study must be in a table of its side. The label has errors of its own.
fn check_roles(tables: &[&Table], roles: &Roles, label: Option<&str>) -> Result<()> {
    let named = roles.roles.iter().filter(|(_, role)| !matches!(role, Role::Ignored | Role::Label | Role::Feature));
    let columns: Vec<String> =
        named.map(|(name, _)| name.clone()).filter(|name| Some(name.as_str()) != label).collect();
    check_columns(tables, &columns, Code::PlanOtherColumns)
}

fn check_columns(tables: &[&Table], columns: &[String], code: Code) -> Result<()> {
    let known: BTreeSet<&str> = tables.iter().flat_map(|t| &t.columns).map(|column| column.name.as_str()).collect();
    let absent: Vec<&str> = columns.iter().map(String::as_str).filter(|name| !known.contains(name)).collect();
    match absent.first() {
        None => Ok(()),
        Some(first) => Err(code.err().file(file_names(tables)).column(*first).with("columns", listed(&absent))),
    }
}

/// The feature that a pair makes: its levels are those of both sides.
fn shared_column(sources: &[&Table], targets: &[&Table], pair: &Pair) -> Column {
    let source = Reading {
        factor: pair.factor,
        offset: pair.offset,
        levels: pair.levels.clone(),
        ..Reading::plain(&pair.source)
    };
    let target = Reading::plain(&pair.target);
    let kind = match pair.measure {
        Measure::Number => FeatureKind::Number,
        Measure::Category => {
            let from = sources.iter().flat_map(|table| source.all_levels(table));
            let levels: BTreeSet<String> =
                from.chain(targets.iter().flat_map(|table| target.all_levels(table))).collect();
            let mut levels: Vec<String> = levels.into_iter().collect();
            sort_levels(&mut levels);
            FeatureKind::Category { levels }
        }
    };
    Column { feature: Feature { name: pair.target.clone(), kind }, source: Some(source), target }
}

/// One side's tables, one under the other.
struct Stack {
    columns: Vec<Vec<f32>>,
    labels: Option<Labels>,
    id: Vec<String>,
    group: Option<Vec<Option<String>>>,
    time: Option<Vec<f64>>,
    outcome: Option<Vec<f64>>,
    set: Vec<Option<Set>>,
    domain: Vec<String>,
}

fn stack(
    tables: &[&Table],
    roles: &Roles,
    readings: &[(&Feature, &Reading)],
    labels: Option<Vec<Labels>>,
    findings: &mut Vec<Finding>,
) -> Result<Stack> {
    let by_name: Vec<ByName<'_>> = tables.iter().map(|table| ByName::of(std::slice::from_ref(table))).collect();
    let mut columns: Vec<Vec<f32>> = Vec::with_capacity(readings.len());
    for (feature, reading) in readings {
        let mut column = Vec::new();
        for (table, by_name) in tables.iter().zip(&by_name) {
            let at = by_name.first(&reading.column);
            if at.is_none() {
                findings.push(Finding::warning("feature_missing_in_file").file(&table.name).column(&reading.column));
            }
            let (values, unknown) = read(table, at, reading, feature)?;
            if unknown > 0 {
                let finding = Finding::warning("level_unknown").file(&table.name).column(&reading.column);
                findings.push(finding.with("rows", unknown));
            }
            column.extend(values);
        }
        columns.push(column);
    }
    let mut out = Stack {
        columns,
        labels: None,
        id: Vec::new(),
        group: None,
        time: None,
        outcome: None,
        set: Vec::new(),
        domain: Vec::new(),
    };
    out.labels = labels.and_then(|labels| labels.into_iter().reduce(append));
    let has = |role: Role| roles.of(role).any(|name| find(tables, name).is_some());
    let (mut group, mut time, mut outcome) = (Vec::new(), Vec::new(), Vec::new());
    for table in tables {
        let rows = Rows::of(table, roles);
        out.id.extend(rows.id);
        group.extend(rows.group.unwrap_or_else(|| vec![None; table.rows]));
        time.extend(rows.time.unwrap_or_else(|| vec![f64::NAN; table.rows]));
        outcome.extend(rows.outcome.unwrap_or_else(|| vec![f64::NAN; table.rows]));
        let odd = rows.set.iter().filter(|set| set.is_none()).count();
        if odd > 0 {
            findings.push(Finding::warning("set_unknown").file(&table.name).with("rows", odd));
        }
        out.set.extend(rows.set);
        out.domain.extend((0..table.rows).map(|row| {
            let site = rows.site.as_ref().and_then(|sites| sites.get(row).cloned().flatten());
            match (site, tables.len()) {
                (Some(site), 1) => site,
                (Some(site), _) => format!("{}: {site}", table.name),
                (None, _) => table.name.clone(),
            }
        }));
    }
    out.group = has(Role::Group).then_some(group);
    out.time = has(Role::Time).then_some(time);
    out.outcome = has(Role::Outcome).then_some(outcome);
    Ok(out)
}

fn append(mut a: Labels, b: Labels) -> Labels {
    match (&mut a, b) {
        (Labels::Classes { codes, .. }, Labels::Classes { codes: more, .. }) => codes.extend(more),
        (Labels::Values { values, .. }, Labels::Values { values: more, .. }) => values.extend(more),
        _ => {}
    }
    a
}

/// The stacked rows as one cohort.
fn cohort(stack: &mut Stack, features: Vec<Feature>, domain: String, side: Side) -> Cohort {
    Cohort {
        x: View::all(Frame { features, columns: std::mem::take(&mut stack.columns) }),
        y: stack.labels.take(),
        id: Arc::from(std::mem::take(&mut stack.id)),
        domain,
        group: stack.group.as_deref().map(number_groups),
        time: stack.time.take(),
        outcome: stack.outcome.take(),
        side,
    }
}

/// The target's rows by what they are for, and what names its patients.
struct TargetSide {
    all: Cohort,
    train: Vec<usize>,
    test: Vec<usize>,
    unlabelled: Vec<usize>,
    site: Vec<String>,
    file: String,
    id_column: Option<String>,
    group_column: Option<String>,
    group_names: Option<Vec<Option<String>>>,
    compounds: Option<Vec<Option<String>>>,
}

fn target_side(
    targets: &[&Table],
    roles: &Roles,
    label: &LabelPlan,
    mapping: &Mapping,
    columns: &[Column],
    scheme: Option<&Scheme>,
    findings: &mut Vec<Finding>,
) -> Result<TargetSide> {
    let labels = labels::labels(targets, Side::Target, label, &mapping.label, scheme, findings)?;
    let readings: Vec<(&Feature, &Reading)> = columns.iter().map(|c| (&c.feature, &c.target)).collect();
    let mut stack = stack(targets, roles, &readings, labels, findings)?;
    let features = columns.iter().map(|c| c.feature.clone()).collect();
    let sites: BTreeSet<&String> = stack.domain.iter().collect();
    let file = file_names(targets);
    let domain = match sites.first() {
        Some(site) if sites.len() == 1 => (*site).clone(),
        _ => file.clone(),
    };
    let (set, site) = (std::mem::take(&mut stack.set), stack.domain.clone());
    let group_names = stack.group.clone();
    let all = cohort(&mut stack, features, domain, Side::Target);
    let labelled: BTreeSet<usize> = all.y.as_ref().map(|y| y.labelled().into_iter().collect()).unwrap_or_default();
    let has_test = set.contains(&Some(Set::Test));
    let (mut train, mut test, mut unlabelled) = (Vec::new(), Vec::new(), Vec::new());
    let mut unlabelled_test = 0;
    for row in 0..all.len() {
        let place = match set.get(row).copied().flatten() {
            // A study that marks validation and no test rows calls its test set so.
            Some(Set::Validation) if has_test => Some(Set::Train),
            Some(Set::Validation) => Some(Set::Test),
            other => other,
        };
        match (place, labelled.contains(&row)) {
            (Some(Set::Train), true) => train.push(row),
            (Some(Set::Test), true) => test.push(row),
            (Some(Set::Test), false) => {
                unlabelled_test += 1;
                unlabelled.push(row);
            }
            (None, _) => {}
            _ => unlabelled.push(row),
        }
    }
    if unlabelled_test > 0 && label.target.is_some() {
        findings.push(Finding::warning("test_unlabelled").file(&file).with("rows", unlabelled_test));
    }
    if let Some(column) = &label.target {
        if train.is_empty() {
            return Err(Code::LabelMissingInTarget.err().file(file).column(column).with("found", 0));
        }
        one_class(all.select(&train).y.as_ref(), &file, Some(column))?;
    }
    let column = |role: Role| roles.of(role).find(|name| find(targets, name).is_some()).map(str::to_owned);
    let (id_column, group_column) = (column(Role::Identifier), column(Role::Group));
    Ok(TargetSide {
        all,
        train,
        test,
        unlabelled,
        site,
        file,
        id_column,
        group_column,
        group_names,
        compounds: compounds(targets),
    })
}

#[expect(clippy::too_many_arguments, reason = "one call; the arguments are the study itself")]
fn source_side(
    sources: &[&Table],
    roles: &Roles,
    label: &LabelPlan,
    mapping: &Mapping,
    columns: &[Column],
    scheme: Option<&Scheme>,
    target: Option<&TargetSide>,
    findings: &mut Vec<Finding>,
) -> Result<Vec<Cohort>> {
    let labels = labels::labels(sources, Side::Source, label, &mapping.label, scheme, findings)?;
    let readings: Vec<(&Feature, &Reading)> =
        columns.iter().filter_map(|c| c.source.as_ref().map(|reading| (&c.feature, reading))).collect();
    let mut stack = stack(sources, roles, &readings, labels, findings)?;
    let features = columns.iter().map(|c| c.feature.clone()).collect();
    let (set, domain) = (std::mem::take(&mut stack.set), std::mem::take(&mut stack.domain));
    let group_names = stack.group.clone();
    let file = file_names(sources);
    let all = cohort(&mut stack, features, file.clone(), Side::Source);
    fn one<'c>(roles: &'c Roles, tables: &[&Table], role: Role) -> Option<&'c str> {
        roles.of(role).find(|name| find(tables, name).is_some())
    }
    let (group_column, keys) = (one(roles, sources, Role::Group), compounds(sources));
    let mine = Names {
        column: one(roles, sources, Role::Identifier),
        id: &all.id,
        group: group_column.zip(group_names.as_deref()),
        compounds: keys.as_deref(),
    };
    let mut shared: BTreeSet<usize> = BTreeSet::new();
    if let Some(target) = target {
        let theirs = Names {
            column: target.id_column.as_deref(),
            id: &target.all.id,
            group: target.group_column.as_deref().zip(target.group_names.as_deref()),
            compounds: target.compounds.as_deref(),
        };
        let (rows, said) = duplicates::in_both(&all, &mine, &target.all, &theirs, &file);
        findings.extend(said);
        shared.extend(rows);
    }
    let held_out = |row: usize| set.get(row).copied().flatten() == Some(Set::Test);
    let left_out = (0..all.len()).filter(|&row| held_out(row)).count();
    if left_out > 0 {
        findings.push(Finding::note("source_test_left_out").file(&file).with("rows", left_out));
    }
    let mut domains: BTreeMap<(usize, &str), Vec<usize>> = BTreeMap::new();
    // Files keep their order; sites stand by name.
    let mut file_of = sources.iter().enumerate().flat_map(|(place, table)| std::iter::repeat_n(place, table.rows));
    for (row, name) in domain.iter().enumerate() {
        let place = file_of.next().unwrap_or(0);
        if !shared.contains(&row) && !held_out(row) {
            domains.entry((place, name.as_str())).or_default().push(row);
        }
    }
    let mut out = Vec::new();
    for ((_, name), rows) in domains {
        out.push(Cohort { domain: name.to_owned(), ..all.select(&rows) });
    }
    if out.is_empty() {
        return Err(Code::TooFewRows.err().file(file).with("found", 0).with("needed", 1).with("what", "source"));
    }
    if label.source.is_some() {
        let used: Vec<usize> = (0..all.len()).filter(|row| !shared.contains(row) && !held_out(*row)).collect();
        let used = all.select(&used);
        one_class(used.y.as_ref(), &file, label.source.as_deref())?;
        for domain in out.iter().filter(|domain| domain.y.as_ref().is_some_and(|y| labels::present(y).len() < 2)) {
            findings.push(Finding::warning("domain_one_class").with("domain", &domain.domain));
        }
        if out.len() < 2 {
            findings.retain(|finding| finding.key != "domain_one_class");
        }
        findings.extend(checks::give_away(&used, label.source.as_deref().unwrap_or_default(), &file));
    }
    let every: Vec<&Cohort> = out.iter().collect();
    checks::say_constant(&every, &file, findings);
    findings.extend(checks::identifier_like(&all, &file));
    Ok(out)
}

/// The InChIKeys of all rows, where a table has them.
fn compounds(tables: &[&Table]) -> Option<Vec<Option<String>>> {
    let column = |table: &Table| table.columns.iter().position(|column| plain(&column.name) == duplicates::INCHIKEY);
    tables.iter().any(|table| column(table).is_some()).then(|| {
        let of = |table: &&Table| {
            let column = column(table).and_then(|at| table.columns.get(at));
            (0..table.rows).map(|row| level_at(column?, row)).collect::<Vec<_>>()
        };
        tables.iter().flat_map(of).collect()
    })
}

fn one_class(labels: Option<&Labels>, file: &str, column: Option<&str>) -> Result<()> {
    let present = labels.map(labels::present).unwrap_or_default();
    if present.len() < 2 {
        let found = present.first().cloned().unwrap_or_default();
        return Err(Code::OneClass.err().file(file).column(column.unwrap_or_default()).with("found", found));
    }
    Ok(())
}

fn finish(sources: Vec<Cohort>, side: TargetSide, label: &LabelPlan, mut findings: Vec<Finding>) -> Result<Cohorts> {
    let TargetSide { all, train, test, unlabelled, site, file, .. } = side;
    let target = all.select(&train);
    if let Some(column) = &label.target {
        findings.extend(checks::give_away(&target, column, &file));
    }
    if all.is_empty() {
        return Err(Code::TooFewRows.err().file(file).with("found", 0).with("needed", 1).with("what", "target"));
    }
    checks::say_constant(&[&all], &file, &mut findings);
    findings.extend(checks::identifier_like(&all, &file));
    let mut every: Vec<&Cohort> = sources.iter().collect();
    every.push(&all);
    let (empty, same) = checks::constant(&every);
    if empty.len() + same.len() == all.x.features().len() {
        return Err(Code::NothingVaries.err().file(file));
    }
    let repeated = duplicates::repeated_rows(&all);
    if repeated > 0 {
        findings.push(Finding::warning("target_rows_repeated").file(&file).with("rows", repeated));
    }
    let some = |rows: Vec<usize>, keep: bool| {
        (!rows.is_empty()).then(|| if keep { all.select(&rows) } else { all.select(&rows).without_labels() })
    };
    let origin = Origin { train, test: test.clone(), unlabelled: unlabelled.clone(), site };
    Ok(Cohorts { sources, test: some(test, true), unlabelled: some(unlabelled, false), target, findings, origin })
}
