//! Who each row is: its name, its group, its time, its domain, and whether it trains, tests or waits.

use super::names::level_at;
use super::roles::{Role, Roles};
use crate::table::Table;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// What a row is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Set {
    /// To learn from.
    Train,
    /// To be judged on at the end.
    Test,
    /// To choose settings on: trains here, since the choice is made by inner folds.
    Validation,
    /// Waits for a prediction.
    Unlabelled,
}

impl Set {
    /// Reads a cell of a set column; `None` for a word that is no set.
    pub fn read(level: &str) -> Option<Self> {
        match level.trim().to_lowercase().as_str() {
            "train" | "training" | "tr" | "development" | "dev" | "derivation" | "训练" | "训练集" => {
                Some(Self::Train)
            }
            "test" | "testing" | "te" | "holdout" | "held-out" | "hold-out" | "测试" | "测试集" => {
                Some(Self::Test)
            }
            "val" | "valid" | "validation" | "tune" | "tuning" | "验证" | "验证集" => Some(Self::Validation),
            "unlabelled" | "unlabeled" | "predict" | "score" | "new" | "pool" | "未标注" => Some(Self::Unlabelled),
            _ => None,
        }
    }
}

/// What is known of the rows of one table.
pub(super) struct Rows {
    pub id: Vec<String>,
    pub group: Option<Vec<Option<String>>>,
    pub time: Option<Vec<f64>>,
    pub outcome: Option<Vec<f64>>,
    pub site: Option<Vec<Option<String>>>,
    pub set: Vec<Option<Set>>,
}

impl Rows {
    pub(super) fn of(table: &Table, roles: &Roles) -> Self {
        let column = |role: Role| roles.of(role).find_map(|name| table.column(name));
        let levels = |role: Role| {
            column(role).map(|column| (0..table.rows).map(|row| level_at(column, row)).collect::<Vec<_>>())
        };
        let named = levels(Role::Identifier);
        let id = (0..table.rows)
            .map(|row| {
                let name = named.as_ref().and_then(|names| names.get(row).cloned().flatten());
                name.unwrap_or_else(|| table.spreadsheet_row(row).to_string())
            })
            .collect();
        let set = match levels(Role::Set) {
            Some(levels) => levels.into_iter().map(|level| Set::read(&level?)).collect(),
            None => vec![Some(Set::Train); table.rows],
        };
        Self {
            id,
            group: levels(Role::Group),
            time: column(Role::Time).map(crate::table::Column::numbers),
            outcome: column(Role::Outcome).map(crate::table::Column::numbers),
            site: levels(Role::Site),
            set,
        }
    }
}

/// Numbers groups by their sorted names, so that neither the file's order nor another column moves them. A row without
/// a group is one of its own.
pub(super) fn number_groups(names: &[Option<String>]) -> Vec<u32> {
    let mut numbers: BTreeMap<&str, u32> = names.iter().flatten().map(|name| (name.as_str(), 0)).collect();
    for (number, slot) in numbers.values_mut().enumerate() {
        *slot = number as u32;
    }
    let mut next = numbers.len() as u32;
    let mut alone = || {
        next += 1;
        next - 1
    };
    names
        .iter()
        .map(|name| name.as_ref().and_then(|n| numbers.get(n.as_str()).copied()).unwrap_or_else(&mut alone))
        .collect()
}
