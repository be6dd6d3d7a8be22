//! Turning a table: genes by samples become samples by genes.

use super::builder::repack;
use super::column::{Column, Data};
use super::dates;
use super::format::Note;
use super::frame::Table;
use super::names;
use super::numbers::{self, Numbers};
use super::options::Kind;
use super::texts;
use crate::error::Result;

impl Table {
    /// The table turned: the first column's cells become the columns' names, the other names the first column.
    ///
    /// # Errors
    /// None today; a table always turns.
    pub fn transposed(&self) -> Result<Table> {
        let mut notes = self.notes.clone();
        let (label, rest) = match self.columns.split_first() {
            Some((first, rest)) if !matches!(first.kind, Kind::Number | Kind::Boolean | Kind::Date) => {
                (Some(first), rest)
            }
            _ => (None, self.columns.as_slice()),
        };
        let header: Vec<String> = match label {
            Some(column) => (0..self.rows).map(|row| column.cell_text(row)).collect(),
            None => (1..=self.rows).map(|row| format!("row {row}")).collect(),
        };
        let header = names::names(&header, self.first_row, &mut notes);
        let chunk_rows = if self.rows > 2048 { 256 } else { 1024 };
        let mut samples = texts::Open::new(chunk_rows);
        rest.iter().for_each(|column| samples.push(Some(&column.name)));
        let first = Column {
            name: label.map_or_else(|| "column 1".to_owned(), |column| column.name.clone()),
            kind: Kind::Identifier,
            data: Data::Texts(samples.finish()),
            odd: None,
            marks: 0,
            decimal: b'.',
            order: dates::Order::DayFirst,
        };
        let mut columns = vec![first];
        let all_numbers = rest.iter().all(|column| matches!(column.data, Data::Numbers(_)) && column.words() == 0);
        // Blocks of rows, so that each column is decoded once for many new columns.
        const BLOCK: usize = 512;
        for start in (0..self.rows).step_by(BLOCK) {
            let stop = (start + BLOCK).min(self.rows);
            if all_numbers {
                let mut open: Vec<numbers::Open> = (start..stop).map(|_| numbers::Open::default()).collect();
                let mut done: Vec<Numbers> = open.iter().map(|_| Numbers::new(chunk_rows)).collect();
                for (at, column) in rest.iter().enumerate() {
                    for ((open, done), row) in open.iter_mut().zip(&mut done).zip(start..stop) {
                        repack(open, column.number(row));
                        done.len += 1;
                        if done.len % chunk_rows == 0 || at + 1 == rest.len() {
                            done.chunks.push(open.seal());
                        }
                    }
                }
                for (numbers, row) in done.into_iter().zip(start..stop) {
                    let name = header.get(row).cloned().unwrap_or_default();
                    columns.push(Column {
                        name,
                        kind: Kind::Number,
                        data: Data::Numbers(numbers),
                        odd: None,
                        marks: 0,
                        decimal: b'.',
                        order: dates::Order::DayFirst,
                    });
                }
            } else {
                for row in start..stop {
                    let mut builder = super::builder::Builder::new(chunk_rows, b'.');
                    let marks = super::cell::Marks::default();
                    for column in rest {
                        let text = column.cell_text(row);
                        let (cell, mark) = marks.classify(&text, b'.');
                        builder.push(cell, mark, &text);
                    }
                    columns.push(builder.finish(header.get(row).cloned().unwrap_or_default()));
                }
            }
        }
        notes.push(Note::new("turned").with("rows", rest.len()).with("columns", self.rows));
        Ok(Table { rows: rest.len(), columns, notes, first_row: 2, blank: Vec::new(), ..self.bare() })
    }

    /// Everything but the columns.
    pub(super) fn bare(&self) -> Table {
        Table {
            name: self.name.clone(),
            rows: 0,
            columns: Vec::new(),
            format: self.format.clone(),
            notes: Vec::new(),
            sheets: self.sheets.clone(),
            windows: None,
            bytes: self.bytes,
            first_row: self.first_row,
            blank: Vec::new(),
        }
    }

    /// Whether this looks like genes (rows) by samples (columns): many rows, few columns, gene-like names in the
    /// first column, numbers in all the others.
    pub fn genes_by_samples(&self) -> bool {
        let Some((first, rest)) = self.columns.split_first() else { return false };
        let numeric = rest.iter().all(|column| matches!(column.data, Data::Numbers(_)) && column.words() == 0);
        if !numeric
            || rest.len() < 2
            || self.rows < 100
            || self.rows < 2 * rest.len()
            || !matches!(first.data, Data::Texts(_))
        {
            return false;
        }
        let seen = self.rows.min(2000);
        let names: Vec<&str> = (0..seen).filter_map(|row| first.level(row)).collect();
        let like = names.iter().filter(|name| gene_like(name)).count();
        let mut prefixes: Vec<&str> =
            names.iter().map(|name| name.split(|c: char| c.is_ascii_digit()).next().unwrap_or("")).collect();
        prefixes.sort_unstable();
        prefixes.dedup();
        let probes = names.iter().filter(|name| name.starts_with("ENS") || name.ends_with("_at")).count();
        let mut distinct = names.clone();
        distinct.sort_unstable();
        distinct.dedup();
        // Patients' numbers share one prefix; genes' names do not.
        like * 10 >= seen * 6 && distinct.len() * 10 >= seen * 9 && (prefixes.len() * 10 >= seen || probes * 2 > seen)
    }
}

/// `TP53`, `Hnf4a`, `ENSG00000141510.17`, `HLA-DRB1`, `1007_s_at`.
pub(super) fn gene_like(name: &str) -> bool {
    let fits = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '.' | '_' | '/');
    if name.len() < 2 || name.len() > 40 || !name.chars().all(fits) {
        return false;
    }
    name.ends_with("_at") || name.starts_with(|c: char| c.is_ascii_uppercase())
}
