//! The table: its columns, how it was read, and what one may do with it.

use super::column::{Column, Data};
use super::format::{Format, Note};
use super::options::{Kind, ReadOptions};
use super::texts;
use super::windows::Windows;
use crate::error::{Code, Error, Result};

/// A table that was read.
#[derive(Debug, Clone, PartialEq)]
pub struct Table {
    /// The file's name.
    pub name: String,
    /// The rows, without the header.
    pub rows: usize,
    /// The columns, each of `rows` cells.
    pub columns: Vec<Column>,
    /// How the file was read.
    pub format: Format,
    /// What the reader of the page should know.
    pub notes: Vec<Note>,
    /// The sheets of the workbook.
    pub sheets: Vec<String>,
    /// How the rows were made from a long table, if they were.
    pub windows: Option<Windows>,
    pub(super) bytes: u64,
    pub(super) first_row: usize,
    /// The spreadsheet rows of empty lines.
    pub(super) blank: Vec<u32>,
}

impl Table {
    /// The column of that name.
    pub fn column(&self, name: &str) -> Option<&Column> {
        self.columns.iter().find(|column| column.name == name)
    }
    /// The row as a spreadsheet counts it.
    pub fn spreadsheet_row(&self, row: usize) -> usize {
        let mut at = self.first_row + row;
        for &blank in &self.blank {
            if (blank as usize) <= at {
                at += 1;
            } else {
                break;
            }
        }
        at
    }
    /// The bytes that the table holds in memory.
    pub fn memory(&self) -> usize {
        self.columns.iter().map(Column::memory).sum::<usize>() + 4 * self.blank.capacity()
    }

    pub(super) fn nearest(&self, name: &str) -> Error {
        let distance = |other: &str| {
            let (a, b): (Vec<char>, Vec<char>) =
                (name.to_lowercase().chars().collect(), other.to_lowercase().chars().collect());
            let mut row: Vec<usize> = (0..=b.len()).collect();
            for (i, ca) in a.iter().enumerate() {
                let mut last = i;
                let mut left = i + 1;
                for (j, cb) in b.iter().enumerate() {
                    let up = row.get(j + 1).copied().unwrap_or(usize::MAX - 1);
                    let best = (last + usize::from(ca != cb)).min(up + 1).min(left + 1);
                    last = up;
                    if let Some(cell) = row.get_mut(j) {
                        *cell = left;
                    }
                    left = best;
                }
                if let Some(cell) = row.last_mut() {
                    *cell = left;
                }
            }
            row.last().copied().unwrap_or(0)
        };
        let nearest = self.columns.iter().take(2000).min_by_key(|c| distance(&c.name)).map_or("", |c| c.name.as_str());
        Code::NoSuchColumn.err().file(&self.name).column(name).with("nearest", nearest)
    }
    fn position(&self, name: &str) -> Result<usize> {
        self.columns.iter().position(|column| column.name == name).ok_or_else(|| self.nearest(name))
    }

    /// The table with one column at another kind, from the cells as they were written.
    ///
    /// # Errors
    /// `no_such_column`; `text_in_numbers` with the row where a cell is no number, day, or yes or no.
    pub fn with_kind(mut self, column: &str, kind: Kind) -> Result<Table> {
        let at = self.position(column)?;
        if let Some(old) = self.columns.get(at) {
            let new = old.with_kind(kind).map_err(|(row, found)| {
                let error = Code::TextInNumbers.err().file(&self.name).row(self.spreadsheet_row(row));
                error.column(column).with("found", found)
            })?;
            if let Some(slot) = self.columns.get_mut(at) {
                *slot = new;
            }
        }
        Ok(self)
    }

    /// The table with the cells of `column` (`*`: of all columns) that equal one of `codes` missing.
    ///
    /// # Errors
    /// `no_such_column`.
    pub fn with_missing(mut self, column: &str, codes: &[String]) -> Result<Table> {
        if column == "*" {
            self.columns.iter_mut().for_each(|column| *column = column.with_missing(codes));
            return Ok(self);
        }
        let at = self.position(column)?;
        if let Some(slot) = self.columns.get_mut(at) {
            *slot = slot.with_missing(codes);
        }
        Ok(self)
    }

    /// Applies the choices that concern finished columns.
    pub(super) fn adjusted(self, options: &ReadOptions, limit: Option<u64>) -> Result<Table> {
        let mut table = if options.transpose { self.transposed()? } else { self };
        // Numbers named as further missing marks pass the fast path of the parser: they go here.
        let numeric: Vec<String> =
            options.extra_missing.iter().filter(|m| m.replace(',', ".").parse::<f64>().is_ok()).cloned().collect();
        if !numeric.is_empty() {
            table = table.with_missing("*", &numeric)?;
        }
        for (column, codes) in &options.missing_codes {
            table = table.with_missing(column, codes)?;
        }
        // A kind may be that of a column of the windows, or of the table that they are made from.
        let (before, after): (Vec<_>, Vec<_>) =
            options.kinds.iter().partition(|(name, _)| options.windows.is_none() || table.column(name).is_some());
        for (column, kind) in before {
            table = table.with_kind(column, *kind)?;
        }
        if let Some(windows) = &options.windows {
            table = table.windowed(windows)?;
        }
        if let Some(counts) = &options.counts {
            table = table.counted_within(counts, limit)?;
        }
        for (column, kind) in after {
            table = table.with_kind(column, *kind)?;
        }
        Ok(table)
    }

    /// A hash of names, kinds and cells: equal tables have equal ones, whatever file they came from.
    pub fn fingerprint(&self) -> u64 {
        let mut state = self.rows as u64;
        let mut mix = |word: u64| state = (state.rotate_left(23) ^ word).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        for column in &self.columns {
            mix(texts::hash(&column.name));
            mix(column.kind as u64);
            match &column.data {
                Data::Numbers(numbers) => numbers.each(|v| mix(if v.is_nan() { 1 } else { v.to_bits() })),
                Data::Texts(words) => words.iter().for_each(|word| mix(word.map_or(1, texts::hash))),
            }
        }
        state ^ (state >> 29)
    }

    /// The fingerprint as plans write it: 16 hexadecimal digits.
    pub fn fingerprint_text(&self) -> String {
        format!("{:016x}", self.fingerprint())
    }
}
