//! A column that stands beside the features: patients are grouped by it, no method sees it.

use std::collections::BTreeSet;

use super::names::{level_at, levels, sort_levels, words};
use super::roles::FEW;
use crate::table::{Kind, Table};

/// The column's values, one a row of the tables laid one under the other.
#[derive(Debug, Clone, PartialEq)]
pub enum Aside {
    /// A category.
    Levels {
        /// The levels, sorted.
        names: Vec<String>,
        /// Each row's; `None` is missing.
        of: Vec<Option<u32>>,
    },
    /// A number; NaN is missing.
    Numbers(Vec<f64>),
}

impl Aside {
    /// These rows.
    pub fn select(&self, rows: &[usize]) -> Self {
        match self {
            Aside::Levels { names, of } => Aside::Levels {
                names: names.clone(),
                of: rows.iter().map(|&row| of.get(row).copied().flatten()).collect(),
            },
            Aside::Numbers(values) => {
                Aside::Numbers(rows.iter().map(|&row| values.get(row).copied().unwrap_or(f64::NAN)).collect())
            }
        }
    }

    /// Levels of texts, one a row.
    pub fn of_texts(texts: &[Option<String>]) -> Self {
        let set: BTreeSet<&String> = texts.iter().flatten().collect();
        let mut names: Vec<String> = set.into_iter().cloned().collect();
        sort_levels(&mut names);
        let of = texts.iter().map(|t| t.as_ref().and_then(|t| names.iter().position(|n| n == t)).map(|p| p as u32));
        Aside::Levels { of: of.collect(), names }
    }
}

/// A column of the target's tables by name: a number where it is one of many values or `as_number`, else its levels.
/// `None` where no table has it, or where it is neither a number nor of few levels.
pub fn column(tables: &[&Table], name: &str, as_number: bool) -> Option<Aside> {
    let there: Vec<_> = tables.iter().filter_map(|table| table.column(name)).collect();
    let numeric = there.iter().all(|column| column.kind == Kind::Number);
    let few = there.iter().all(|column| levels(column, FEW).is_some());
    if there.is_empty() || (!few && !numeric) || (as_number && !numeric) {
        return None;
    }
    if as_number || !few {
        let numbers = |table: &&Table| table.column(name).map_or_else(|| vec![f64::NAN; table.rows], |c| c.numbers());
        return Some(Aside::Numbers(tables.iter().flat_map(numbers).collect()));
    }
    let texts: Vec<Option<String>> = tables
        .iter()
        .flat_map(|table| {
            let column = table.column(name);
            (0..table.rows).map(move |row| column.and_then(|column| level_at(column, row))).collect::<Vec<_>>()
        })
        .collect();
    Some(Aside::of_texts(&texts))
}

/// What a column's name says of patients that are often told apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Usual {
    /// Sex or gender.
    Sex,
    /// Age.
    Age,
}

/// Whether a column is one of those that are looked at unasked, by its name.
pub fn usual(name: &str) -> Option<Usual> {
    let words = words(name);
    let has = |wanted: &[&str]| words.iter().any(|word| wanted.contains(&word.as_str()));
    if has(&["sex", "gender", "性别"]) {
        Some(Usual::Sex)
    } else if has(&["age", "ageyears", "年龄"]) {
        Some(Usual::Age)
    } else {
        None
    }
}
