//! One column of a table as one column of a frame.

use super::names::{level_text, number_text};
use crate::cohort::{Feature, FeatureKind};
use crate::error::{Code, Result};
use crate::table::{Column, Kind, Table};
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// Where a feature's values stand in one side's tables, and how they become the feature's.
#[derive(Debug, Clone)]
pub(super) struct Reading {
    pub column: String,
    /// value = cell × factor + offset
    pub factor: f64,
    pub offset: f64,
    /// Cell to level; a cell that is not named stands for itself.
    pub levels: BTreeMap<String, String>,
}

impl Reading {
    pub(super) fn plain(column: &str) -> Self {
        Self { column: column.to_owned(), factor: 1.0, offset: 0.0, levels: BTreeMap::new() }
    }
    fn level(&self, cell: String) -> String {
        self.levels.get(&cell).cloned().unwrap_or(cell)
    }
    /// The levels of this column, as the feature's.
    pub(super) fn all_levels(&self, table: &Table) -> BTreeSet<String> {
        let Some(column) = table.column(&self.column) else { return BTreeSet::new() };
        column.levels().into_iter().map(|(cell, _)| self.level(level_text(&cell))).collect()
    }
}

/// The values of a feature in one table: NaN where the table lacks the column, the cell is missing, or the level is
/// unknown to the feature; and how many cells had an unknown level.
///
/// # Errors
/// [`Code::TextInNumbers`] with file, row and column.
pub(super) fn read(
    table: &Table,
    column: Option<&Column>,
    reading: &Reading,
    feature: &Feature,
) -> Result<(Vec<f32>, usize)> {
    let Some(column) = column else { return Ok((vec![f32::NAN; table.rows], 0)) };
    match &feature.kind {
        FeatureKind::Number => {
            let convert = |v: f64| {
                let v = (v * reading.factor + reading.offset) as f32;
                if v.is_finite() { v } else { f32::NAN }
            };
            Ok((numbers(table, column)?.into_iter().map(convert).collect(), 0))
        }
        FeatureKind::Category { levels } => Ok(categories(column, reading, levels)),
    }
}

/// The numbers of a column, whatever its kind.
///
/// # Errors
/// [`Code::TextInNumbers`] with file, row and column.
pub(super) fn numbers(table: &Table, column: &Column) -> Result<Vec<f64>> {
    match column.kind {
        Kind::Number | Kind::Boolean | Kind::Date => Ok(column.numbers()),
        _ => (0..table.rows)
            .map(|row| match (column.number(row), column.level(row)) {
                (Some(v), _) => Ok(v),
                (None, None) => Ok(f64::NAN),
                (None, Some(text)) => text.trim().parse().map_err(|_| {
                    Code::TextInNumbers
                        .err()
                        .file(&table.name)
                        .row(table.spreadsheet_row(row))
                        .column(&column.name)
                        .with("found", text)
                }),
            })
            .collect(),
    }
}

fn categories(column: &Column, reading: &Reading, levels: &[String]) -> (Vec<f32>, usize) {
    let code: HashMap<&str, f32> =
        levels.iter().enumerate().map(|(code, level)| (level.as_str(), code as f32)).collect();
    let find = |cell: String| code.get(reading.level(cell).as_str()).copied().unwrap_or(f32::NAN);
    let mut unknown = 0;
    let mut note = |v: f32| {
        unknown += usize::from(v.is_nan());
        v
    };
    let values = if column.kind == Kind::Number {
        let mut known: HashMap<u64, f32> = HashMap::new();
        let code_of =
            |v: f64, known: &mut HashMap<u64, f32>| *known.entry(v.to_bits()).or_insert_with(|| find(number_text(v)));
        column.numbers().into_iter().map(|v| if v.is_nan() { f32::NAN } else { note(code_of(v, &mut known)) }).collect()
    } else {
        let table: Vec<f32> = column.levels().into_iter().map(|(cell, _)| find(level_text(&cell))).collect();
        let code_of = |c: Option<u32>| c.map(|c| table.get(c as usize).copied().unwrap_or(f32::NAN));
        column.codes().into_iter().map(|c| code_of(c).map_or(f32::NAN, &mut note)).collect()
    };
    (values, unknown)
}
