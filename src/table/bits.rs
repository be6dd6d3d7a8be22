//! Which columns are a molecule's fingerprint: many of 0 and 1 whose names differ by the number at their end.

use super::column::Data;
use super::frame::Table;
use std::collections::{BTreeMap, BTreeSet};

/// The fewest columns of 0 and 1 that are a fingerprint.
pub const FEWEST_BITS: usize = 64;

/// The places of the largest fingerprint's columns: names that differ by the number at their end (`ecfp4_0`, `ecfp4_1`),
/// at least [`FEWEST_BITS`] of them. `is_bit`: whether the column at a place holds nothing but 0, 1 and missing.
pub fn fingerprint<'a>(names: impl Iterator<Item = &'a str>, is_bit: impl Fn(usize) -> bool) -> Vec<usize> {
    let mut stems: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (at, name) in names.enumerate() {
        let stem = name.trim_end_matches(|letter: char| letter.is_ascii_digit());
        if stem.len() < name.len() {
            stems.entry(stem).or_default().push(at);
        }
    }
    let mut largest = Vec::new();
    for mut columns in stems.into_values().filter(|columns| columns.len() >= FEWEST_BITS) {
        columns.retain(|&column| is_bit(column));
        if columns.len() >= FEWEST_BITS && columns.len() > largest.len() {
            largest = columns;
        }
    }
    largest
}

impl Table {
    /// The places of the columns that are a fingerprint: see [`fingerprint`].
    pub fn fingerprint_bits(&self) -> BTreeSet<usize> {
        let is_bit = |at: usize| {
            self.columns.get(at).is_some_and(|column| {
                matches!(column.data, Data::Numbers(_))
                    && (0..self.rows).all(|row| matches!(column.number(row), None | Some(0.0 | 1.0)))
                    && column.missing() < column.len()
            })
        };
        fingerprint(self.columns.iter().map(|column| column.name.as_str()), is_bit).into_iter().collect()
    }
}
