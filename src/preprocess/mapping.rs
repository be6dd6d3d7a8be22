//! How the columns and levels of two tables correspond: found from names and values, part of the plan, never silent.

use super::finding::{Finding, short};
use super::names::{Meaning, levels, meaning, plain, synonym};
use super::roles::{FEW, LabelPlan, Role, Roles};
use super::units;
use crate::table::{Column, Kind, Table};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// So many features without a partner, and fewer with one, are said.
const MANY_ALONE: usize = 50;

/// How a pair was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum How {
    /// The same name.
    Exact,
    /// The same name but for case, punctuation and unit.
    Normalised,
    /// Another name for the same thing.
    Synonym,
    /// The person said so.
    ByHand,
}

/// How both sides of a pair are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Measure {
    /// As numbers; yes and no are 1 and 0.
    Number,
    /// As levels.
    Category,
}

fn one() -> f64 {
    1.0
}
fn is_one(v: &f64) -> bool {
    *v == 1.0
}
fn is_zero(v: &f64) -> bool {
    *v == 0.0
}

/// A source column and the target column that means the same.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Pair {
    /// The source's column.
    pub source: String,
    /// The target's column; the feature goes by this name.
    pub target: String,
    /// How it was found.
    pub how: How,
    /// How it is read.
    pub measure: Measure,
    /// target unit = source × factor + offset.
    #[serde(default = "one", skip_serializing_if = "is_one")]
    pub factor: f64,
    /// See `factor`: for °F and °C.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub offset: f64,
    /// Source level to target level; a level that is not named stands for itself.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub levels: BTreeMap<String, String>,
}

impl Pair {
    /// Two columns that correspond, without conversion.
    pub fn new(source: &str, target: &str, how: How, measure: Measure) -> Self {
        let (source, target) = (source.to_owned(), target.to_owned());
        Self { source, target, how, measure, factor: 1.0, offset: 0.0, levels: BTreeMap::new() }
    }
}

/// How the label's levels become classes, on both sides. A level that is not named stands for itself.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct LabelMap {
    /// Source level to class.
    pub source: BTreeMap<String, String>,
    /// Target level to class.
    pub target: BTreeMap<String, String>,
    /// For a number: target unit = source × factor.
    pub factor: f64,
}

impl Default for LabelMap {
    fn default() -> Self {
        Self { source: BTreeMap::new(), target: BTreeMap::new(), factor: 1.0 }
    }
}

/// How two tables correspond.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mapping {
    /// The features of both sides.
    pub features: Vec<Pair>,
    /// The label's classes.
    #[serde(default)]
    pub label: LabelMap,
}

/// A pair whose scales differ as two units do. Nothing is converted until the person says so.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct UnitSuspicion {
    /// The source's column.
    pub source: String,
    /// The target's column.
    pub target: String,
    /// What it looks like: a key under `unit.`.
    pub conversion: String,
    /// target = source × factor + offset.
    pub factor: f64,
    /// See `factor`.
    pub offset: f64,
    /// The source's median.
    pub source_median: f64,
    /// The target's median.
    pub target_median: f64,
}

/// What was found when two tables were laid side by side.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Lined {
    /// The proposal.
    pub mapping: Mapping,
    /// Features of the source without a partner.
    pub unmatched_source: Vec<String>,
    /// Features of the target without a partner.
    pub unmatched_target: Vec<String>,
    /// Pairs whose units seem to differ.
    pub units: Vec<UnitSuspicion>,
    /// What else should be known.
    pub notes: Vec<Finding>,
}

/// The first column of this name among several tables.
pub(super) fn find<'t>(tables: &[&'t Table], name: &str) -> Option<&'t Column> {
    tables.iter().find_map(|table| table.column(name))
}

/// The columns of a side by name, in the order of the tables: with 20,000 columns a search for each would be 400 million.
pub(super) struct ByName<'t>(HashMap<&'t str, Vec<&'t Column>>);

impl<'t> ByName<'t> {
    pub(super) fn of(tables: &[&'t Table]) -> Self {
        let mut out: HashMap<&str, Vec<&Column>> = HashMap::new();
        for column in tables.iter().flat_map(|table| &table.columns) {
            out.entry(&column.name).or_default().push(column);
        }
        Self(out)
    }
    pub(super) fn all(&self, name: &str) -> &[&'t Column] {
        self.0.get(name).map_or(&[], Vec::as_slice)
    }
    pub(super) fn first(&self, name: &str) -> Option<&'t Column> {
        self.all(name).first().copied()
    }
}

fn feature_names<'t>(tables: &[&'t Table], roles: &Roles) -> Vec<&'t str> {
    let mut seen = BTreeSet::new();
    let columns = tables.iter().flat_map(|table| &table.columns);
    columns
        .map(|column| column.name.as_str())
        .filter(|name| roles.get(name) == Role::Feature && seen.insert(*name))
        .collect()
}

/// Lays the features of two sides together: the same name first, then without case, punctuation and unit, then by
/// synonyms; then the levels of categories, the units of numbers, and the classes of the label.
pub fn line_up(
    sources: &[&Table],
    targets: &[&Table],
    source_roles: &Roles,
    target_roles: &Roles,
    label: &LabelPlan,
) -> Lined {
    let mut out = Lined::default();
    let (from, to) = (ByName::of(sources), ByName::of(targets));
    let mut left = feature_names(sources, source_roles);
    let mut wanted = feature_names(targets, target_roles);
    for how in [How::Exact, How::Normalised, How::Synonym] {
        let key = |name: &str| match how {
            How::Exact | How::ByHand => name.to_owned(),
            How::Normalised => plain(name),
            How::Synonym => synonym(&plain(name)).to_owned(),
        };
        // A name that several columns share proves nothing about any of them.
        let mut by_key: BTreeMap<String, Vec<&str>> = BTreeMap::new();
        left.iter().for_each(|name| by_key.entry(key(name)).or_default().push(name));
        let mut rivals: BTreeMap<String, usize> = BTreeMap::new();
        wanted.iter().for_each(|name| *rivals.entry(key(name)).or_default() += 1);
        let (mut taken, mut missed) = (BTreeSet::new(), Vec::new());
        for name in std::mem::take(&mut wanted) {
            let key = key(name);
            match by_key.get(&key).map(Vec::as_slice) {
                Some([source]) if rivals.get(&key) == Some(&1) && !key.is_empty() => {
                    if pair_up(&mut out, &from, &to, source, name, how) {
                        taken.insert(*source);
                    } else {
                        missed.push(name);
                    }
                }
                _ => missed.push(name),
            }
        }
        wanted = missed;
        left.retain(|name| !taken.contains(name));
    }
    // Genes under two kinds of names, or two panels: little would be learned from, and nothing said of it.
    let (shared, alone) = (out.mapping.features.len(), wanted.len());
    if alone >= MANY_ALONE && shared < alone {
        let few = Finding::warning("few_shared").with("shared", shared).with("target", shared + alone);
        out.notes.push(few.with("source", shared + left.len()));
    }
    out.unmatched_source = left.into_iter().map(str::to_owned).collect();
    out.unmatched_target = wanted.into_iter().map(str::to_owned).collect();
    out.mapping.features.sort_by(|a, b| a.target.cmp(&b.target));
    out.units.sort_by(|a, b| a.target.cmp(&b.target));
    line_up_label(&mut out, sources, targets, label);
    out
}

/// Adds one pair with its levels and its units; false where the two cannot be read alike.
fn pair_up(out: &mut Lined, sources: &ByName<'_>, targets: &ByName<'_>, source: &str, target: &str, how: How) -> bool {
    let (Some(from), Some(to)) = (sources.first(source), targets.first(target)) else { return false };
    let Some(measure) = measure(from, to) else {
        out.notes.push(Finding::warning("kinds_differ").column(target).with("source", source));
        return false;
    };
    let mut pair = Pair::new(source, target, how, measure);
    if how != How::Exact {
        let key = if how == How::Synonym { "paired_synonym" } else { "paired_normalised" };
        let note = if how == How::Synonym { Finding::confirm(key) } else { Finding::note(key) };
        out.notes.push(note.column(target).with("source", source));
    }
    match measure {
        Measure::Category => pair.levels = line_up_levels(from, to, target, &mut out.notes),
        Measure::Number => {
            let all = |side: &ByName<'_>, name: &str| -> Vec<f64> {
                side.all(name).iter().flat_map(|column| column.numbers()).collect()
            };
            if let Some(suspicion) = units::suspect(source, target, &all(sources, source), &all(targets, target)) {
                out.notes.push(
                    Finding::confirm("unit_suspected")
                        .column(target)
                        .with("source", source)
                        .with("source_median", short(suspicion.source_median))
                        .with("target_median", short(suspicion.target_median))
                        .with("factor", short(suspicion.factor))
                        .with("offset", short(suspicion.offset))
                        .with("conversion", &suspicion.conversion),
                );
                out.units.push(suspicion);
            }
        }
    }
    out.mapping.features.push(pair);
    true
}

/// How two columns can both be read: numbers where both are; levels where one has few and the other is a category.
pub(super) fn measure(source: &Column, target: &Column) -> Option<Measure> {
    let numeric = |column: &Column| matches!(column.kind, Kind::Number | Kind::Boolean | Kind::Date);
    // Yes and no in words on one side and 0 and 1 on the other are numbers; words on both stay words.
    if source.kind == Kind::Number && numeric(target) || target.kind == Kind::Number && numeric(source) {
        return Some(Measure::Number);
    }
    if source.kind == Kind::Date || target.kind == Kind::Date {
        return (source.kind == target.kind).then_some(Measure::Number);
    }
    let few = |column: &Column| column.kind != Kind::Number || levels(column, FEW).is_some();
    (few(source) && few(target)).then_some(Measure::Category)
}

/// Which source level is which target level; the same text needs no entry.
fn line_up_levels(source: &Column, target: &Column, name: &str, notes: &mut Vec<Finding>) -> BTreeMap<String, String> {
    const MANY: usize = 400;
    let (Some(from), Some(to)) = (levels(source, MANY), levels(target, MANY)) else { return BTreeMap::new() };
    let (map, sure) = match_levels(&from, &to);
    let show = |map: &BTreeMap<String, String>| {
        map.iter().map(|(from, to)| format!("{from} → {to}")).collect::<Vec<_>>().join(", ")
    };
    if !map.is_empty() {
        let note = if sure { Finding::note("levels_matched") } else { Finding::confirm("levels_guessed") };
        notes.push(note.column(name).with("levels", show(&map)));
    }
    let alone: Vec<&str> =
        from.keys().filter(|level| !to.contains_key(*level) && !map.contains_key(*level)).map(String::as_str).collect();
    if !alone.is_empty() {
        let disjoint = alone.len() == from.len();
        let note = if disjoint { Finding::confirm("levels_disjoint") } else { Finding::warning("levels_alone") };
        let theirs: Vec<&str> = to.keys().take(8).map(String::as_str).collect();
        let more = if alone.len() > 8 { ", …" } else { "" };
        let alone: Vec<&str> = alone.into_iter().take(8).collect();
        notes.push(note.column(name).with("levels", alone.join(", ") + more).with("target_levels", theirs.join(", ")));
    }
    map
}

/// Source level to target level where the texts differ, and whether it is beyond doubt.
pub(super) fn match_levels(
    from: &BTreeMap<String, u32>,
    to: &BTreeMap<String, u32>,
) -> (BTreeMap<String, String>, bool) {
    let mut map = BTreeMap::new();
    let mut sure = true;
    let free = |level: &str| !from.contains_key(level);
    for level in from.keys().filter(|level| !to.contains_key(*level)) {
        let same = |other: &&String| plain_level(other) == plain_level(level);
        let alike = |other: &&String| meaning(other).is_some() && meaning(other) == meaning(level);
        let words: Vec<&String> = to.keys().filter(|other| free(other)).filter(same).collect();
        let means: Vec<&String> = to.keys().filter(|other| free(other)).filter(alike).collect();
        if let ([one], _) | ([], [one]) = (words.as_slice(), means.as_slice()) {
            map.insert(level.clone(), (*one).clone());
        }
    }
    if map.is_empty() && from.keys().all(|level| !to.contains_key(level)) {
        // One side in words, the other in digits: ISO 5218 for sex (1 male, 2 female), 1 and 0 for yes and no.
        for (words, digits, forward) in [(from, to, false), (to, from, true)] {
            let word = |wanted: Meaning| words.keys().find(|level| meaning(level) == Some(wanted));
            let digit = |text: &str| digits.keys().find(|level| level.as_str() == text);
            let sexes = digits.len() == 2 && digit("1").is_some() && digit("2").is_some();
            let truths = digits.len() <= 2 && digits.keys().all(|d| d == "0" || d == "1");
            let table: [(Meaning, &str, bool); 4] = [
                (Meaning::Male, "1", sexes),
                (Meaning::Female, "2", sexes),
                (Meaning::Yes, "1", truths),
                (Meaning::No, "0", truths),
            ];
            for (wanted, text, applies) in table {
                if let (true, Some(word), Some(digit)) = (applies, word(wanted), digit(text)) {
                    sure &= matches!(wanted, Meaning::Yes | Meaning::No);
                    let (key, value) = if forward { (digit, word) } else { (word, digit) };
                    map.insert(key.clone(), value.clone());
                }
            }
        }
    }
    (map, sure)
}

fn plain_level(level: &str) -> String {
    level.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// The classes of the label: the target's names stand, the source's are matched to them.
fn line_up_label(out: &mut Lined, sources: &[&Table], targets: &[&Table], label: &LabelPlan) {
    let (Some(source), Some(target)) = (&label.source, &label.target) else { return };
    let (Some(from), Some(to)) = (find(sources, source), find(targets, target)) else { return };
    if let super::roles::LabelKind::Classes { above: None, .. } = label.kind {
        out.mapping.label.source = line_up_levels(from, to, target, &mut out.notes);
    }
}

/// Finds the columns of a table that a kept model's features stand for; in each pair `source` is the model's feature.
/// The values of the model's source are not kept with it, so units cannot be compared.
pub fn line_up_model(features: &[crate::cohort::Feature], targets: &[&Table], target_roles: &Roles) -> Lined {
    use crate::cohort::FeatureKind;
    let mut out = Lined::default();
    let mut left: Vec<&crate::cohort::Feature> = features.iter().collect();
    let mut wanted = feature_names(targets, target_roles);
    for how in [How::Exact, How::Normalised, How::Synonym] {
        left.retain(|feature| {
            let same = |name: &&str| match how {
                How::Exact | How::ByHand => **name == *feature.name,
                How::Normalised => plain(name) == plain(&feature.name),
                How::Synonym => synonym(&plain(name)) == synonym(&plain(&feature.name)),
            };
            let found: Vec<&str> = wanted.iter().copied().filter(|name| same(name)).collect();
            let [name] = found.as_slice() else { return true };
            let measure = if feature.kind == FeatureKind::Number { Measure::Number } else { Measure::Category };
            let mut pair = Pair::new(&feature.name, name, how, measure);
            if let (FeatureKind::Category { levels: known }, Some(column)) = (&feature.kind, find(targets, name)) {
                let from = known.iter().map(|level| (level.clone(), 1)).collect();
                if let Some(to) = levels(column, 400) {
                    let (map, sure) = match_levels(&from, &to);
                    if !map.is_empty() {
                        let shown = map.iter().map(|(a, b)| format!("{a} → {b}")).collect::<Vec<_>>().join(", ");
                        let note =
                            if sure { Finding::note("levels_matched") } else { Finding::confirm("levels_guessed") };
                        out.notes.push(note.column(*name).with("levels", shown));
                    }
                    pair.levels = map;
                }
            }
            if how == How::Synonym {
                out.notes.push(Finding::confirm("paired_synonym").column(*name).with("source", &feature.name));
            }
            let name = *name;
            wanted.retain(|other| *other != name);
            out.mapping.features.push(pair);
            false
        });
    }
    out.unmatched_source = left.into_iter().map(|feature| feature.name.clone()).collect();
    out.unmatched_target = wanted.into_iter().map(str::to_owned).collect();
    out
}
