//! What was found out about a file, how surely, from what evidence; and the notes that the page shows.

use super::options::{Delimiter, Encoding};
use serde::{Deserialize, Serialize};
use std::fmt;

/// A sentence for the reader: `note.<code>` of the language files with the facts in its slots.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Note {
    /// The key without `note.`.
    pub code: String,
    /// The values of the slots.
    pub facts: Vec<(String, String)>,
    /// The row as a spreadsheet counts it, where the note is about one.
    pub row: Option<u32>,
    /// The column's name, where the note is about one.
    pub column: Option<String>,
    /// For a suspected missing code: the code, ready for [`ReadOptions::missing_codes`](super::ReadOptions).
    pub value: Option<String>,
}

impl Note {
    pub(super) fn new(code: &str) -> Note {
        Note { code: code.to_owned(), ..Note::default() }
    }
    pub(super) fn with(mut self, slot: &str, value: impl fmt::Display) -> Note {
        self.facts.push((slot.to_owned(), value.to_string()));
        self
    }
    pub(super) fn row(mut self, row: usize) -> Note {
        self.row = Some(u32::try_from(row).unwrap_or(u32::MAX));
        self
    }
    pub(super) fn column(mut self, column: &str) -> Note {
        self.column = Some(column.to_owned());
        self
    }
    pub(super) fn value(mut self, value: impl fmt::Display) -> Note {
        self.value = Some(value.to_string());
        self.with("value", value)
    }
}

/// A setting as it was found or chosen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Found<T> {
    /// The setting in force.
    pub value: T,
    /// Whether the evidence leaves no other reading.
    pub sure: bool,
    /// Whether a person chose it.
    pub chosen: bool,
    /// Other settings that a person may want to try.
    pub alternatives: Vec<T>,
    /// Why.
    pub evidence: Note,
}

impl<T> Found<T> {
    pub(super) fn guess(value: T, sure: bool, alternatives: Vec<T>, evidence: Note) -> Found<T> {
        Found { value, sure, chosen: false, alternatives, evidence }
    }
    pub(super) fn chosen(value: T, alternatives: Vec<T>) -> Found<T> {
        Found { value, sure: true, chosen: true, alternatives, evidence: Note::new("chosen") }
    }
}

/// The container a table came in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Container {
    /// Separated text.
    Text,
    /// A workbook.
    Workbook,
    /// The three files of a sparse matrix.
    Matrix,
}

/// How the file was read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Format {
    /// Text or workbook.
    pub container: Container,
    /// Whether it was gzipped.
    pub gz: bool,
    /// The encoding (text only).
    pub encoding: Option<Found<Encoding>>,
    /// The separator (text only).
    pub delimiter: Option<Found<Delimiter>>,
    /// Whether `"` quotes (text only).
    pub quote: Option<Found<bool>>,
    /// Whether the first row names the columns.
    pub header: Found<bool>,
    /// The decimal mark (text only).
    pub decimal: Option<Found<char>>,
    /// The sheet (workbook only).
    pub sheet: Option<String>,
}
