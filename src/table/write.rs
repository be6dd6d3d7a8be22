//! A table written as a file: some of its rows, further columns beside its own. What the page adds to a table comes back
//! through the reader like any other file, and the same bytes can be downloaded.

use super::frame::Table;
use crate::error::{Code, Result};
use serde::{Deserialize, Serialize};

/// A column that is added.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Added {
    /// Its name.
    pub name: String,
    /// A cell for each written row; empty is missing.
    pub cells: Vec<String>,
}

/// Columns of bits that are added: 0 or 1.
#[derive(Debug, Clone, Copy)]
pub struct Bits<'a> {
    /// What their names begin with; the bit's number follows.
    pub stem: &'a str,
    /// How many.
    pub width: usize,
    /// For each written row ⌈width / 8⌉ bytes, the lowest bit first.
    pub bytes: &'a [u8],
}

impl Table {
    /// The rows `rows` (from 0) with the columns `added` and `bits` behind the table's own, as UTF-8 with commas.
    ///
    /// # Errors
    /// `internal` where a row is not there or an added column has another length.
    pub fn to_csv(&self, rows: &[u32], added: &[Added], bits: Bits<'_>) -> Result<Vec<u8>> {
        let stride = bits.width.div_ceil(8);
        let odd = |what: &str| Code::Internal.err().with("reason", format!("{what} of another length"));
        if let Some(column) = added.iter().find(|column| column.cells.len() != rows.len()) {
            return Err(odd(&column.name));
        }
        if bits.bytes.len() != stride * rows.len() || rows.iter().any(|&row| row as usize >= self.rows) {
            return Err(odd("rows"));
        }
        let mut out = Vec::with_capacity(rows.len() * (2 * bits.width + 64));
        let names = self.columns.iter().map(|column| column.name.as_str()).chain(added.iter().map(|c| c.name.as_str()));
        names.for_each(|name| field(name, &mut out));
        (0..bits.width).for_each(|bit| field(&format!("{}{bit}", bits.stem), &mut out));
        end(&mut out);
        for (at, &row) in rows.iter().enumerate() {
            self.columns.iter().for_each(|column| field(&column.cell_text(row as usize), &mut out));
            added.iter().for_each(|column| field(column.cells.get(at).map_or("", String::as_str), &mut out));
            let own = bits.bytes.get(at * stride..(at + 1) * stride).unwrap_or_default();
            for bit in 0..bits.width {
                let on = own.get(bit / 8).is_some_and(|byte| byte >> (bit % 8) & 1 == 1);
                out.extend_from_slice(if on { b"1," } else { b"0," });
            }
            end(&mut out);
        }
        Ok(out)
    }
}

/// One field and the comma behind it.
fn field(text: &str, out: &mut Vec<u8>) {
    if text.contains(['"', ',', '\n', '\r']) || text.starts_with(' ') || text.ends_with(' ') {
        out.push(b'"');
        out.extend(text.replace('"', "\"\"").into_bytes());
        out.push(b'"');
    } else {
        out.extend_from_slice(text.as_bytes());
    }
    out.push(b',');
}

/// The line's last comma becomes its end.
fn end(out: &mut [u8]) {
    if let Some(last) = out.last_mut() {
        *last = b'\n';
    }
}
