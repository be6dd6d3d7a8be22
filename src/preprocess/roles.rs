//! What each column is for, guessed from names and values and always shown: the person decides.

use super::finding::Finding;
use super::mapping::ByName;
use super::names::{levels, plain, words};
use super::survival;
use crate::table::{Column, Kind, Table, Windows};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// What a column is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Something known of a row, to predict from.
    Feature,
    /// What is to be predicted.
    Label,
    /// What the person calls a row.
    Identifier,
    /// Rows with one value belong together (a patient with several stays) and are never split.
    Group,
    /// The hospital, batch or study: each value is a domain.
    Site,
    /// Says which rows train, test or wait for a prediction.
    Set,
    /// When: for series and splits by time.
    Time,
    /// A second outcome, a number that this side alone has (a drug's log IC50): for methods that learn from both.
    Outcome,
    /// Not used.
    Ignored,
}

/// The roles of one side's columns, by name. A column that is not named is ignored.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Roles {
    /// Column to role.
    pub roles: BTreeMap<String, Role>,
}

impl Roles {
    /// The role of a column.
    pub fn get(&self, column: &str) -> Role {
        self.roles.get(column).copied().unwrap_or(Role::Ignored)
    }
    /// Gives a column a role. Roles that one column alone can have are taken from the column that had it: an old
    /// label, set or time is ignored from then on.
    pub fn set(&mut self, column: &str, role: Role) {
        if !matches!(role, Role::Feature | Role::Ignored) {
            for (name, old) in &mut self.roles {
                if *old == role && name != column {
                    *old = Role::Ignored;
                }
            }
        }
        self.roles.insert(column.to_owned(), role);
    }
    /// The columns of a role, by name.
    pub fn of(&self, role: Role) -> impl Iterator<Item = &str> {
        self.roles.iter().filter(move |(_, r)| **r == role).map(|(name, _)| name.as_str())
    }
    /// The first column of a role.
    pub fn one(&self, role: Role) -> Option<&str> {
        self.of(role).next()
    }
}

/// What is to be predicted, and where it stands in both tables.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "snake_case")]
pub struct LabelPlan {
    /// The source's column; none where the source has no labels.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
    /// The target's column; none where the target has no labels: then there is no verdict.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub target: Option<String>,
    /// Classes or a number.
    pub kind: LabelKind,
    /// The person says that a label that looks like the end of a follow-up is known for all rows at one fixed time.
    #[serde(default)]
    pub accept_fixed_horizon: bool,
}

/// Classes or a number.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
pub enum LabelKind {
    /// Classes.
    Classes {
        /// The class that counts as the event; guessed where none is given.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        event: Option<String>,
        /// The classes in their order; the target's levels, sorted, where empty.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        classes: Vec<String>,
        /// A number becomes two classes, `0` up to this value and `1` above it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        above: Option<f64>,
    },
    /// A number.
    Values {
        /// Its unit; empty if unknown.
        #[serde(default)]
        unit: String,
    },
}

impl Default for LabelKind {
    fn default() -> Self {
        LabelKind::Classes { event: None, classes: Vec::new(), above: None }
    }
}

/// A column that may be the label.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LabelCandidate {
    /// The target's column.
    pub target: String,
    /// The source's column of the same name, if there is one.
    pub source: Option<String>,
    /// How likely: only the order means anything.
    pub score: f64,
    /// Classes or a number.
    pub kind: LabelKind,
    /// Whether it looks like the end of a follow-up (see [`survival`]).
    pub survival: bool,
}

/// The roles that the tables themselves suggest.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Suggestion {
    /// Of the source's columns.
    pub source: Roles,
    /// Of the target's columns.
    pub target: Roles,
    /// Columns that may be the label, the likeliest first. The first has the role where its name says so.
    pub labels: Vec<LabelCandidate>,
    /// Why.
    pub notes: Vec<Finding>,
}

impl Suggestion {
    /// The plan of the suggested label, if one was convincing.
    pub fn label(&self) -> Option<LabelPlan> {
        let target = self.target.one(Role::Label)?;
        let candidate = self.labels.iter().find(|candidate| candidate.target == target)?;
        Some(LabelPlan {
            source: candidate.source.clone(),
            target: Some(candidate.target.clone()),
            kind: candidate.kind.clone(),
            accept_fixed_horizon: false,
        })
    }
}

/// Columns with up to so many values may be classes, sites, or codes that are written as numbers.
pub(super) const FEW: usize = 20;

/// Guesses roles from names and values.
pub fn suggest_roles(sources: &[&Table], targets: &[&Table]) -> Suggestion {
    let mut out = Suggestion::default();
    let source_has_several = sources.len() > 1;
    for (tables, roles, own) in [(sources, &mut out.source, false), (targets, &mut out.target, true)] {
        for table in tables {
            if table.counts_suggested().is_some() {
                out.notes.push(Finding::warning("raw_counts").file(&table.name));
            }
            for column in &table.columns {
                if roles.roles.contains_key(&column.name) {
                    continue;
                }
                let (role, note) = match &table.windows {
                    Some(windows) => (of_windows(windows, &column.name, own), None),
                    None => guess(table, column, roles, source_has_several && !own),
                };
                roles.roles.insert(column.name.clone(), role);
                out.notes.extend(note.map(|key| Finding::note(key).file(&table.name).column(&column.name)));
            }
        }
    }
    out.labels = label_candidates(sources, targets, &out.target);
    let by_name = out.labels.first().filter(|first| first.score >= 9.0 && !first.survival).cloned();
    if let Some(first) = by_name {
        out.notes.push(Finding::confirm("label_guessed").column(&first.target));
        out.target.set(&first.target, Role::Label);
        if let Some(source) = &first.source {
            out.source.set(source, Role::Label);
        }
    }
    out
}

/// The roles of a table of windows, which was made for them: a person is a domain, a day is never divided. Which days of
/// the source are held back is the method's own choice.
fn of_windows(windows: &Windows, name: &str, own: bool) -> Role {
    match name {
        Windows::PERSON => Role::Site,
        Windows::DAY => Role::Group,
        Windows::MOMENT => Role::Time,
        Windows::SET if own => Role::Set,
        Windows::SET => Role::Ignored,
        _ if Windows::lag(name).is_some() || name == windows.label() => Role::Feature,
        _ => Role::Ignored,
    }
}

/// One column's role and the finding that says why.
fn guess(table: &Table, column: &Column, roles: &Roles, several_files: bool) -> (Role, Option<&'static str>) {
    let words = words(&column.name);
    let has = |wanted: &[&str]| words.iter().any(|word| wanted.contains(&word.as_str()));
    let free = |role: Role| roles.one(role).is_none();
    if let Some(guess) = compound(&words.concat()) {
        return match guess {
            // A compound with several rows is what a patient with several stays is.
            (Role::Identifier, _) if repeats(table, column) && free(Role::Group) => (Role::Group, Some("role_group")),
            (Role::Identifier, _) if !free(Role::Identifier) => (Role::Ignored, Some("role_compound")),
            guess => guess,
        };
    }
    let filled = table.rows.saturating_sub(column.missing());
    if filled == 0 {
        return (Role::Ignored, Some("role_empty"));
    }
    if has(&["set", "split", "fold", "partition", "subset"]) && is_set(column) && free(Role::Set) {
        return (Role::Set, Some("role_set"));
    }
    let few = levels(column, FEW);
    if column.kind == Kind::Identifier || is_identifier(table, column, &words) {
        if few.is_none() && repeats(table, column) {
            return if free(Role::Group) { (Role::Group, Some("role_group")) } else { (Role::Ignored, None) };
        }
        return if free(Role::Identifier) {
            (Role::Identifier, Some("role_identifier"))
        } else {
            (Role::Ignored, Some("role_identifier_more"))
        };
    }
    let site =
        has(&["site", "hospital", "hosp", "centre", "center", "clinic", "institution", "batch", "cohort", "dzgroup"])
            || has(&["hospitalid", "siteid", "centerid", "centreid", "study", "dataset", "plate"]);
    if site && few.as_ref().is_some_and(|few| !few.is_empty()) && column.kind != Kind::Boolean && !several_files {
        return if free(Role::Site) { (Role::Site, Some("role_site")) } else { (Role::Feature, None) };
    }
    // Nobody predicts from a drug's measured effect: it is one outcome of the experiment, and only cell lines have it.
    if column.kind == Kind::Number && words.concat().contains("ic50") && free(Role::Outcome) {
        return (Role::Outcome, Some("role_outcome"));
    }
    match column.kind {
        Kind::Date if free(Role::Time) => (Role::Time, Some("role_time")),
        Kind::Date => (Role::Ignored, Some("role_date")),
        Kind::Text => (Role::Ignored, Some("role_text")),
        _ => (Role::Feature, None),
    }
}

/// What names a compound is no feature of it: its InChIKey finds it in both tables, its scaffold may keep it on one side of
/// a split (which is offered, and done only where it is asked for).
fn compound(name: &str) -> Option<(Role, Option<&'static str>)> {
    match name {
        "inchikey" => Some((Role::Identifier, Some("role_inchikey"))),
        "inchikeyblock1" | "inchi" => Some((Role::Ignored, Some("role_compound"))),
        "smiles" | "canonicalsmiles" | "isomericsmiles" => Some((Role::Ignored, Some("role_compound"))),
        "murckoscaffold" | "scaffold" => Some((Role::Ignored, Some("role_scaffold"))),
        _ => None,
    }
}

/// Whether the values are those of a set column: train, test, unlabelled in their spellings.
fn is_set(column: &Column) -> bool {
    levels(column, 6).is_some_and(|levels| levels.keys().all(|level| super::rows::Set::read(level).is_some()))
}

/// Named as an identifier, or a running number.
fn is_identifier(table: &Table, column: &Column, words: &[String]) -> bool {
    const WHOLE: [&str; 16] = [
        "id",
        "sno",
        "rownames",
        "index",
        "unnamed0",
        "mrn",
        "patientid",
        "subjectid",
        "sampleid",
        "pid",
        "barcode",
        "patient",
        "subject",
        "sample",
        "uniquepid",
        "seqn",
    ];
    let whole = words.concat();
    let named = WHOLE.contains(&whole.as_str())
        || words.last().is_some_and(|last| last == "id" || last == "mrn")
        || (whole.len() > 4 && whole.ends_with("id") && whole.contains("patient"));
    let site = ["site", "hospital", "center", "centre"].iter().any(|word| whole.starts_with(word));
    if named && !site {
        return distinct_share(table, column) > 0.2 || whole.contains("patient") || whole.contains("subject");
    }
    column.kind == Kind::Number && is_running_number(table, column)
}

/// 1, 2, 3 … in the file's order, over at least ten rows.
pub(super) fn is_running_number(table: &Table, column: &Column) -> bool {
    table.rows >= 10
        && column.missing() == 0
        && (1..table.rows).all(|row| match (column.number(row - 1), column.number(row)) {
            (Some(before), Some(here)) => here - before == 1.0,
            _ => false,
        })
}

fn distinct_share(table: &Table, column: &Column) -> f64 {
    let seen: BTreeSet<String> = (0..table.rows).map(|row| column.cell_text(row)).filter(|t| !t.is_empty()).collect();
    seen.len() as f64 / table.rows.max(1) as f64
}

fn repeats(table: &Table, column: &Column) -> bool {
    distinct_share(table, column) * (table.rows as f64) + 0.5 < table.rows.saturating_sub(column.missing()) as f64
}

/// Columns that may be the label, the likeliest first.
fn label_candidates(sources: &[&Table], targets: &[&Table], roles: &Roles) -> Vec<LabelCandidate> {
    let Some(target) = targets.first() else { return Vec::new() };
    if let Some(windows) = &target.windows {
        let (label, kind) = (windows.label(), LabelKind::Values { unit: "mg/dL".to_owned() });
        let source = sources.iter().any(|table| table.column(&label).is_some()).then(|| label.clone());
        return vec![LabelCandidate { target: label, source, score: 20.0, kind, survival: false }];
    }
    let by_name = ByName::of(sources);
    let bits = target.fingerprint_bits();
    let last = (0..target.columns.len()).rfind(|place| !bits.contains(place));
    let compounds = target.columns.iter().any(|column| compound(&words(&column.name).concat()).is_some());
    let label_name = |name: &str| label_name(name).max(if compounds { activity_name(name) } else { 0.0 });
    let mut out = Vec::new();
    for (place, column) in target.columns.iter().enumerate() {
        if roles.get(&column.name) != Role::Feature || bits.contains(&place) {
            continue;
        }
        let few = levels(column, FEW);
        if few.as_ref().is_some_and(|few| few.len() < 2) {
            continue;
        }
        let alike = || {
            let alike = |other: &&Column| plain(&other.name) == plain(&column.name);
            sources.iter().flat_map(|table| &table.columns).find(alike)
        };
        let same = by_name.first(&column.name);
        // The search by spelling is for the few columns whose name or place says label.
        let named = label_name(&column.name) > 0.0 || Some(place) == last;
        let source = same.or_else(|| if named { alike() } else { None });
        let named = label_name(&column.name);
        let mut score = named;
        score += match few.as_ref().map(BTreeMap::len) {
            Some(2) => 2.0,
            Some(n) if n <= 6 => 1.0,
            _ => 0.0,
        };
        score += if source.is_some() { 1.0 } else { -2.0 };
        // The last column is the label in most files that were made for learning.
        score += if Some(place) == last { 1.5 } else { 0.0 };
        if score < 3.0 {
            continue;
        }
        out.push(LabelCandidate {
            target: column.name.clone(),
            source: source.map(|column| column.name.clone()),
            score,
            kind: match (&few, column.kind) {
                (None, Kind::Number) => LabelKind::Values { unit: String::new() },
                _ => LabelKind::default(),
            },
            survival: survival::looks(target, &column.name).is_some(),
        });
    }
    out.sort_by(|a, b| b.score.total_cmp(&a.score).then_with(|| a.target.cmp(&b.target)));
    out.truncate(8);
    out
}

/// How much a name says "label" beside compounds, where a patient's `active` would be a habit.
fn activity_name(name: &str) -> f64 {
    const MEASURED: [&str; 8] = ["active", "activity", "inhibitor", "binder", "binding", "toxic", "toxicity", "hit"];
    if MEASURED.contains(&words(name).concat().as_str()) { 9.0 } else { 0.0 }
}

/// How much a name says "label": 9 and more, with what the column holds, is convincing.
fn label_name(name: &str) -> f64 {
    let words = words(name);
    let whole = words.concat();
    const SURE: [&str; 14] = [
        "label",
        "outcome",
        "target",
        "y",
        "class",
        "hospdead",
        "hospitalexpireflag",
        "response",
        "diagnosis",
        "readmitted",
        "inhospitaldeath",
        "结局",
        "标签",
        "num",
    ];
    const LIKELY: [&str; 16] = [
        "outcome",
        "label",
        "target",
        "mortality",
        "dead",
        "died",
        "death",
        "response",
        "responder",
        "relapse",
        "recurrence",
        "readmission",
        "diagnosis",
        "sepsis",
        "status",
        "event",
    ];
    if SURE.contains(&whole.as_str()) {
        11.0
    } else if words.iter().any(|word| LIKELY.contains(&word.as_str())) {
        5.0
    } else {
        0.0
    }
}
