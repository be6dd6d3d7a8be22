//! What looks wrong in a column. Everything here is shown and asked; nothing is applied by itself.

use super::builder::name_identifies;
use super::column::{Column, Data};
use super::counts::Counted;
use super::dates;
use super::format::Note;
use super::frame::Table;
use super::numbers::float_text;
use super::options::Kind;
use super::smiles;
use super::summary::{ColumnSummary, quantile};

/// Quantities that a living patient has more than none of; parts of names, in lower case.
const NEVER_ZERO: [&str; 44] = [
    "chol",
    "trestbps",
    "bloodpressure",
    "blood_pressure",
    "systolic",
    "diastolic",
    "sbp",
    "dbp",
    "meanbp",
    "bmi",
    "weight",
    "height",
    "heart_rate",
    "heartrate",
    "thalach",
    "pulse",
    "hrt",
    "resp",
    "temp",
    "hemoglobin",
    "haemoglobin",
    "hematocrit",
    "albumin",
    "sodium",
    "potassium",
    "chloride",
    "calcium",
    "creatinine",
    "crea",
    "glucose",
    "platelet",
    "wbc",
    "rbc",
    "skinthickness",
    "insulin",
    "ldl",
    "hdl",
    "triglyceride",
    "胆固醇",
    "血压",
    "心率",
    "体重",
    "身高",
    "血红蛋白",
];
const CODES: [f64; 14] =
    [-1.0, -9.0, -99.0, -999.0, -9999.0, 9.0, 99.0, 999.0, 9999.0, 99999.0, 88.0, 888.0, 8888.0, 0.0];

fn never_zero(name: &str) -> bool {
    let name = name.to_lowercase();
    NEVER_ZERO.iter().any(|part| name.contains(part))
}

/// The run of `code` in `sorted`: (where it starts, how long it is).
fn run(sorted: &[f64], code: f64) -> (usize, usize) {
    let start = sorted.partition_point(|&v| v < code);
    (start, sorted.iter().skip(start).take_while(|&&v| v == code).count())
}

/// Ascending values without some runs of equal ones, and no copy of them.
struct Rest<'a> {
    sorted: &'a [f64],
    /// (where it starts, how long it is), in the order of their starts.
    cuts: Vec<(usize, usize)>,
}

impl<'a> Rest<'a> {
    fn len(&self) -> usize {
        self.sorted.len() - self.cuts.iter().map(|cut| cut.1).sum::<usize>()
    }
    fn get(&self, at: usize) -> Option<f64> {
        let mut place = at;
        for &(start, count) in &self.cuts {
            if place >= start {
                place += count;
            }
        }
        self.sorted.get(place).copied()
    }
    fn without(&self, cut: (usize, usize)) -> Rest<'a> {
        let mut cuts = self.cuts.clone();
        cuts.push(cut);
        cuts.sort_unstable();
        Rest { sorted: self.sorted, cuts }
    }
    fn quantile(&self, p: f64) -> Option<f64> {
        let place = p * (self.len().checked_sub(1)? as f64);
        let (low, high) = (self.get(place.floor() as usize)?, self.get(place.ceil() as usize)?);
        Some(low + (high - low) * place.fract())
    }
    /// How many distinct values, counted up to `most`.
    fn distinct(&self, most: usize) -> usize {
        let (mut count, mut at) = (0, 0);
        while let Some(v) = self.get(at).filter(|_| count < most) {
            count += 1;
            let place = self.sorted.partition_point(|w| *w <= v);
            at = place - self.cuts.iter().filter(|cut| cut.0 < place).map(|cut| cut.1).sum::<usize>();
        }
        count
    }
}

/// Codes that stand apart from all other values. `whole`: all values are whole numbers.
fn missing_codes(column: &Column, sorted: &[f64], whole: bool, notes: &mut Vec<Note>) {
    // What is suspected once does not stand beside the next code.
    let mut left = Rest { sorted, cuts: Vec::new() };
    for code in CODES {
        let (start, count) = run(sorted, code);
        if count == 0 {
            continue;
        }
        let rest = left.without((start, count));
        let named = code == 0.0 && never_zero(&column.name);
        let last = rest.len().checked_sub(1).and_then(|last| rest.get(last));
        let (Some(low), Some(high)) = (rest.get(0), last) else {
            // Nothing but this value: all of the column may be unmeasured.
            if left.cuts.is_empty() && !(0.1..=9.0).contains(&code) {
                notes.push(suspect(code, count, if named { "impossible_zero" } else { "only_code" }, column, None));
            }
            continue;
        };
        let distinct = rest.distinct(8);
        let spread = rest.quantile(0.75).unwrap_or(high) - rest.quantile(0.25).unwrap_or(low);
        let middle = rest.quantile(0.5).unwrap_or(low);
        let suspicious = if code == 0.0 {
            // All others positive, and the gap to them wide against their spread and their size.
            low > 0.0 && (named || (distinct >= 8 && low >= spread * 0.6 && low >= middle * 0.3 && low > 2.0))
        } else if code < 0.0 {
            // A value below zero where all others are not; -1, 1 is a coding, and so may be a short -1, 0, 1.
            let coding = code == -1.0 && distinct == 2 && (low, high) == (0.0, 1.0) && rest.len() <= 4 * count;
            low >= 0.0 && distinct >= 2 && !coding
        } else {
            let gap = code - high;
            let range = high - low;
            match code as i64 {
                // A last code after a few small ones.
                9 => whole && distinct >= 2 && high <= 6.0 && low >= 0.0 && gap >= 3.0,
                _ => gap > 0.0 && gap >= (range * 0.5).max(spread * 2.0).max(2.0),
            }
        };
        if suspicious {
            left = rest;
            let key = if code == 0.0 { "impossible_zero" } else { "missing_code" };
            notes.push(suspect(code, count, key, column, Some((low, high))));
        }
    }
}

fn suspect(code: f64, count: usize, key: &str, column: &Column, others: Option<(f64, f64)>) -> Note {
    let note = Note::new(key).column(&column.name).value(float_text(code)).with("count", count);
    match others {
        Some((low, high)) => note.with("low", float_text(low)).with("high", float_text(high)),
        None => note,
    }
}

/// The suspicions about one column; `sorted`: its numbers in ascending order. `bit`: it belongs to a fingerprint, most of
/// whose bits are 0 in most molecules, and many in all.
pub(super) fn find(table: &Table, column: &Column, summary: &ColumnSummary, sorted: &[f64], bit: bool) -> Vec<Note> {
    let mut notes = Vec::new();
    if bit {
        return notes;
    }
    let note = |code: &str| Note::new(code).column(&column.name);
    let present = column.len() - summary.missing;
    if present == 0 && column.words() == 0 {
        notes.push(note("all_missing"));
        return notes;
    }
    if summary.distinct == 1 && column.len() > 1 {
        let only = summary.min.map(float_text).or_else(|| column.levels().first().map(|level| level.0.clone()));
        notes.push(note("constant").with("level", only.unwrap_or_default()).with("count", present));
    }
    let words = column.texts_among_numbers(5);
    if let Some(&(row, text)) = words.first() {
        let cells: Vec<String> =
            words.iter().map(|(row, text)| format!("{text} ({})", table.spreadsheet_row(*row))).collect();
        let note = note("texts_in_numbers").with("count", column.words()).with("cells", cells.join(", "));
        notes.push(note.row(table.spreadsheet_row(row)).with("found", text));
    }
    let whole = matches!(column.data, Data::Numbers(_)) && sorted.iter().all(|v| v.trunc() == *v);
    if column.kind == Kind::Number && !sorted.is_empty() {
        missing_codes(column, sorted, whole, &mut notes);
        if whole && (2..=10).contains(&summary.distinct) && present > 2 * summary.distinct {
            let levels: Vec<String> = column.levels().into_iter().map(|level| level.0).collect();
            notes.push(note("coded_category").with("distinct", summary.distinct).with("levels", levels.join(", ")));
        }
        if whole && summary.distinct == present && present >= 20 && (name_identifies(&column.name) || present >= 50) {
            notes.push(note("identifier_like").with("distinct", summary.distinct));
        }
    }
    notes.extend(smiles::suspect(column));
    if matches!(column.kind, Kind::Identifier) {
        notes.push(note("identifier").with("distinct", summary.distinct));
    }
    if let (Kind::Date, Data::Texts(texts)) = (column.kind, &column.data) {
        let (order, open) = dates::order(texts.iter().flatten());
        let read = if order == dates::Order::DayFirst { "D/M/Y" } else { "M/D/Y" };
        notes.push(if open { note("date_order").with("order", read) } else { note("dates") });
        let bad = (0..column.len()).filter(|&row| texts.get(row).is_some_and(|day| dates::days(day, order).is_none()));
        let bad: Vec<usize> = bad.collect();
        if let Some(&row) = bad.first() {
            let found = column.cell_text(row);
            notes
                .push(note("not_a_date").with("count", bad.len()).with("found", found).row(table.spreadsheet_row(row)));
        }
    }
    if matches!(column.kind, Kind::Category | Kind::Boolean) {
        // A dash beside a plus, a "None" beside grades: the usual mark may be a value here.
        let seen = |marks: &[u32]| marks.iter().any(|mark| column.marks >> mark & 1 == 1);
        let plus = column.levels().iter().any(|level| level.0.starts_with('+'));
        if plus && seen(&[13, 14, 15, 16]) {
            notes.push(note("mark_may_be_value").with("mark", "-"));
        }
        if seen(&[28, 29, 30]) {
            notes.push(note("mark_may_be_value").with("mark", "None"));
        }
    }
    notes
}

/// Zeros of `here` that the column of the same name in `other` makes suspicious: all or many of the values are 0 here,
/// and there the values stand far from 0.
pub fn suspects_between(here: &Table, other: &Table) -> Vec<Note> {
    let numbers = |column: &Column| {
        let mut values = column.numbers();
        values.retain(|v| !v.is_nan());
        values.sort_unstable_by(f64::total_cmp);
        values
    };
    let by_name: std::collections::HashMap<&str, &Column> =
        other.columns.iter().map(|c| (c.name.as_str(), c)).collect();
    let mut notes = Vec::new();
    let genes = Counted::of(here);
    let asked = |column: &&Column| column.kind == Kind::Number && !genes.gene(column);
    for column in here.columns.iter().filter(asked) {
        let Some(twin) = by_name.get(column.name.as_str()).filter(|twin| twin.kind == Kind::Number) else { continue };
        let mine = numbers(column);
        let (_, zeros) = run(&mine, 0.0);
        // Only where the rest, if any, stands far from 0 too.
        if zeros == 0 || mine.first().is_some_and(|&v| v < 0.0) {
            continue;
        }
        let theirs = numbers(twin);
        let (_, there) = run(&theirs, 0.0);
        let rest: Vec<f64> = theirs.into_iter().filter(|v| *v != 0.0).collect();
        let (Some(&low), Some(&high), Some(middle)) = (rest.first(), rest.last(), quantile(&rest, 0.5)) else {
            continue;
        };
        let distinct = rest.chunk_by(|a, b| a == b).count();
        if low > 0.0 && distinct >= 8 && low >= middle * 0.3 && there * zeros.max(20) <= rest.len() {
            let note = suspect(0.0, zeros, "zero_elsewhere", column, Some((low, high)));
            notes.push(note.with("other", &other.name));
        }
    }
    notes
}
