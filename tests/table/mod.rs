//! Bytes to tables.

mod bad_input;
mod books;
mod counts;
mod damaged;
mod encodings;
mod formats;
mod heart;
mod matrix;
mod properties;
mod stopped;
mod suspects;
mod windows;

use autograft::Result;
use autograft::table::{ReadOptions, Table, read};

/// Reads with everything guessed.
pub fn guess(bytes: &[u8]) -> Result<Table> {
    read("t.csv", bytes, &ReadOptions::default())
}

/// Reads what must be readable.
pub fn table(bytes: &[u8]) -> Table {
    guess(bytes).unwrap()
}

pub fn names(table: &Table) -> Vec<&str> {
    table.columns.iter().map(|column| column.name.as_str()).collect()
}

pub fn texts(table: &Table, column: &str) -> Vec<String> {
    let column = table.column(column).unwrap();
    (0..table.rows).map(|row| column.cell_text(row)).collect()
}

pub fn gz(bytes: &[u8]) -> Vec<u8> {
    use std::io::Write;
    let mut to = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    to.write_all(bytes).unwrap();
    to.finish().unwrap()
}

pub fn fixture(name: &str) -> Vec<u8> {
    std::fs::read(format!("{}/tests/table/fixtures/{name}", env!("CARGO_MANIFEST_DIR"))).unwrap()
}
