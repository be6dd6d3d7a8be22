//! A ranked list of rows by what was predicted, each with its distance from the rows that were learned from.

use serde::{Deserialize, Serialize};

use crate::evaluate::applicability::Usual;

/// The list: rows without a label where there are any, else those that were judged.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Candidates {
    /// The method that predicted.
    pub method: String,
    /// Whether these rows have no label (predicted by the final model), or were judged (out of fold).
    pub unlabelled: bool,
    /// What is usual among the rows that were learned from; absent where too few.
    pub usual: Option<Usual>,
    /// Rows that are outside.
    pub outside: u32,
    /// All rows of the list, also those that are not shown.
    pub all: u32,
    /// The rows, the highest prediction first.
    pub rows: Vec<Candidate>,
}

/// A row of the list.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Candidate {
    /// What it is called.
    pub id: String,
    /// The event's probability, or the predicted value.
    pub score: f64,
    /// Its distance; absent where nothing could be compared.
    pub distance: Option<f64>,
    /// Whether it is further from the training rows than nineteen in twenty of these are from each other.
    pub outside: bool,
}
