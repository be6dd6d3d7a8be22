//! A finished column: its cells as numbers, as levels, as text.

use super::builder::{Odd, as_texts, from_texts, repack};
use super::cell::boolean;
use super::dates;
use super::numbers::{self, Numbers, float_text};
use super::options::Kind;
use super::texts::{Open, Texts};
use crate::error::{Code, Result};
use std::collections::HashMap;

/// Rows of a chunk of a column that is made, not read.
const CHUNK: usize = 1024;

/// The cells.
#[derive(Debug, Clone, PartialEq)]
pub enum Data {
    /// Numbers (of [`Kind::Number`] and of identifiers that are numbers).
    Numbers(Numbers),
    /// Texts (of every other kind).
    Texts(Texts),
}

/// A column.
#[derive(Debug, Clone, PartialEq)]
pub struct Column {
    /// The name in the header, made unique.
    pub name: String,
    /// What the cells are.
    pub kind: Kind,
    /// The cells.
    pub data: Data,
    pub(super) odd: Option<Box<Odd>>,
    /// Bit i: missing mark i was seen.
    pub(super) marks: u64,
    pub(super) decimal: u8,
    /// How a date column writes its days.
    pub(super) order: dates::Order,
}

impl Column {
    /// A column of these numbers; `None` is missing.
    pub(super) fn of_numbers(name: &str, values: impl Iterator<Item = Option<f64>>) -> Column {
        let mut numbers = Numbers::new(CHUNK);
        let mut open = numbers::Open::new(CHUNK);
        let mut seal = |open: &mut numbers::Open| {
            numbers.len += open.len();
            let chunk = open.seal();
            numbers.chunks.push(chunk);
        };
        for value in values {
            repack(&mut open, value);
            if open.full() {
                seal(&mut open);
            }
        }
        if open.len() > 0 {
            seal(&mut open);
        }
        Column::made(name, Kind::Number, Data::Numbers(numbers))
    }

    /// A column of these texts, of this kind.
    pub(super) fn of_texts(name: &str, kind: Kind, values: impl Iterator<Item = String>) -> Column {
        let mut texts = Open::new(CHUNK);
        values.for_each(|value| texts.push(Some(&value)));
        Column::made(name, kind, Data::Texts(texts.finish()))
    }

    fn made(name: &str, kind: Kind, data: Data) -> Column {
        let order = dates::Order::DayFirst;
        Column { name: name.to_owned(), kind, data, odd: None, marks: 0, decimal: b'.', order }
    }

    /// The number of rows.
    pub fn len(&self) -> usize {
        match &self.data {
            Data::Numbers(numbers) => numbers.len(),
            Data::Texts(texts) => texts.len(),
        }
    }
    /// Whether there is no row.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
    /// The number in `row`: a number as it is, yes and no as 1 and 0, a date as days since 1970-01-01.
    pub fn number(&self, row: usize) -> Option<f64> {
        match (&self.data, self.kind) {
            (Data::Numbers(numbers), _) => numbers.get(row),
            (Data::Texts(texts), Kind::Boolean) => texts.get(row).and_then(boolean).map(f64::from),
            (Data::Texts(texts), Kind::Date) => texts.get(row).and_then(|day| dates::days(day, self.order)),
            _ => None,
        }
    }
    /// All numbers, NaN where missing or where the kind has none.
    pub fn numbers(&self) -> Vec<f64> {
        match (&self.data, self.kind) {
            (Data::Numbers(numbers), _) => numbers.to_vec(),
            (Data::Texts(texts), Kind::Date) => {
                let order = self.order;
                texts.iter().map(|day| day.and_then(|day| dates::days(day, order)).unwrap_or(f64::NAN)).collect()
            }
            _ => (0..self.len()).map(|row| self.number(row).unwrap_or(f64::NAN)).collect(),
        }
    }
    /// The text of a cell of a category, boolean, date, identifier or text column.
    pub fn level(&self, row: usize) -> Option<&str> {
        match &self.data {
            Data::Texts(texts) => texts.get(row),
            Data::Numbers(_) => self.odd.as_ref().and_then(|odd| odd.get(row)),
        }
    }
    /// The distinct values and how many rows have each: numbers in ascending order (as [`float_text`] writes them),
    /// texts in the order of first appearance.
    pub fn levels(&self) -> Vec<(String, u32)> {
        match &self.data {
            Data::Numbers(numbers) => {
                let mut all: Vec<f64> = numbers.to_vec();
                all.retain(|v| !v.is_nan());
                all.sort_unstable_by(f64::total_cmp);
                let mut levels: Vec<(f64, u32)> = Vec::new();
                for v in all {
                    match levels.last_mut() {
                        Some((last, count)) if *last == v => *count += 1,
                        _ => levels.push((v, 1)),
                    }
                }
                levels.into_iter().map(|(v, count)| (float_text(v), count)).collect()
            }
            Data::Texts(texts) => {
                let (_, words, counts) = index(texts);
                words.into_iter().map(str::to_owned).zip(counts).collect()
            }
        }
    }
    /// For each row its index in [`levels`](Self::levels).
    pub fn codes(&self) -> Vec<Option<u32>> {
        match &self.data {
            Data::Numbers(numbers) => {
                let all = numbers.to_vec();
                let mut levels: Vec<f64> = all.iter().copied().filter(|v| !v.is_nan()).collect();
                levels.sort_unstable_by(f64::total_cmp);
                levels.dedup();
                let find = |v: &f64| levels.partition_point(|level| level < v) as u32;
                all.iter().map(|v| (!v.is_nan()).then(|| find(v))).collect()
            }
            Data::Texts(texts) => index(texts).0,
        }
    }
    /// The cell as it was written; empty where missing.
    pub fn cell_text(&self, row: usize) -> String {
        match &self.data {
            Data::Texts(texts) => texts.get(row).unwrap_or_default().to_owned(),
            Data::Numbers(numbers) => match self.odd.as_ref().and_then(|odd| odd.get(row)) {
                Some(text) => text.to_owned(),
                None => numbers.text(row).unwrap_or_default(),
            },
        }
    }
    /// How many cells are missing. A text among numbers counts: as a number it is.
    pub fn missing(&self) -> usize {
        match &self.data {
            Data::Numbers(numbers) => numbers.to_vec().iter().filter(|v| v.is_nan()).count(),
            Data::Texts(texts) => texts.iter().filter(Option::is_none).count(),
        }
    }
    /// The texts that stand among the numbers: (row, text), at most `most`.
    pub fn texts_among_numbers(&self, most: usize) -> Vec<(usize, &str)> {
        let (Some(odd), Data::Numbers(numbers)) = (&self.odd, &self.data) else { return Vec::new() };
        let rows = odd.rows.iter().map(|&row| row as usize).filter(|&row| numbers.get(row).is_none());
        rows.filter_map(|row| odd.get(row).map(|text| (row, text))).take(most).collect()
    }
    /// How many texts stand among the numbers.
    pub(super) fn words(&self) -> usize {
        self.odd.as_ref().map_or(0, |odd| odd.words)
    }

    /// The cell as the file wrote it: kept numbers have a point, odd texts are as they stood.
    fn written(&self, row: usize) -> String {
        let odd = self.odd.as_ref().is_some_and(|odd| odd.get(row).is_some());
        let text = self.cell_text(row);
        if self.decimal == b',' && !odd { text.replace('.', ",") } else { text }
    }

    /// These rows of the column.
    pub(super) fn rows(&self, rows: &[usize]) -> Column {
        if rows.len() == self.len() {
            return self.clone();
        }
        let (data, odd) = match &self.data {
            Data::Texts(texts) => {
                let mut open = Open::new(texts.chunk_rows);
                rows.iter().for_each(|&row| open.push(texts.get(row)));
                (Data::Texts(open.finish()), None)
            }
            Data::Numbers(numbers) => {
                let cells: Vec<Option<String>> =
                    rows.iter().map(|&row| Some(self.written(row)).filter(|text| !text.is_empty())).collect();
                let (numbers, odd, _) =
                    from_texts(cells.iter().map(Option::as_deref), numbers.chunk_rows, self.decimal);
                (Data::Numbers(numbers), odd)
            }
        };
        Column { data, odd, ..self.bare() }
    }

    /// The same cells as numbers; texts that are none are kept aside.
    pub(super) fn as_numbers(&self) -> Column {
        match &self.data {
            Data::Numbers(_) => Column { kind: Kind::Number, ..self.clone() },
            Data::Texts(texts) => {
                let order = self.order;
                if self.kind == Kind::Date || self.kind == Kind::Boolean {
                    let cells: Vec<Option<String>> = (0..self.len())
                        .map(|row| match self.kind {
                            Kind::Date => texts.get(row).and_then(|t| dates::days(t, order)).map(float_text),
                            _ => self.number(row).map(float_text),
                        })
                        .collect();
                    let (numbers, odd, _) = from_texts(cells.iter().map(Option::as_deref), texts.chunk_rows, b'.');
                    return Column { kind: Kind::Number, data: Data::Numbers(numbers), odd, ..self.bare() };
                }
                let (numbers, odd, _) = from_texts(texts.iter(), texts.chunk_rows, self.decimal);
                Column { kind: Kind::Number, data: Data::Numbers(numbers), odd, ..self.bare() }
            }
        }
    }
    fn bare(&self) -> Column {
        let data = Data::Numbers(Numbers::new(1));
        Column {
            name: self.name.clone(),
            kind: self.kind,
            data,
            odd: None,
            marks: self.marks,
            decimal: self.decimal,
            order: self.order,
        }
    }

    /// The column at another kind, from its cells as they were written.
    ///
    /// # Errors
    /// `text_in_numbers` where a cell is no number (or no date, no yes or no): its row is the row of the table, from 0,
    /// which [`Table::with_kind`](super::Table::with_kind) turns into the spreadsheet's.
    pub(super) fn with_kind(&self, kind: Kind) -> std::result::Result<Column, (usize, String)> {
        match kind {
            Kind::Number => {
                let column = self.as_numbers();
                match column.texts_among_numbers(1).first() {
                    Some(&(row, text)) => Err((row, text.to_owned())),
                    None => Ok(column),
                }
            }
            Kind::Identifier if matches!(self.data, Data::Numbers(_)) && self.words() == 0 => {
                Ok(Column { kind, ..self.clone() })
            }
            _ => {
                let data = match &self.data {
                    Data::Texts(texts) => Data::Texts(texts.clone()),
                    Data::Numbers(numbers) => Data::Texts(as_texts(numbers, self.odd.as_deref()).finish()),
                };
                let order = match &data {
                    Data::Texts(texts) if kind == Kind::Date => dates::order(texts.iter().flatten()).0,
                    _ => self.order,
                };
                let column = Column { kind, data, order, ..self.bare() };
                let wrong = |text: &str| match kind {
                    Kind::Boolean => boolean(text).is_none(),
                    Kind::Date => dates::days(text, order).is_none(),
                    _ => false,
                };
                let bad = (0..column.len())
                    .find_map(|row| column.level(row).filter(|t| wrong(t)).map(|t| (row, t.to_owned())));
                match bad {
                    Some(bad) => Err(bad),
                    None => Ok(column),
                }
            }
        }
    }

    /// The column with every cell that equals one of `codes` (as a number or as a text) missing.
    pub(super) fn with_missing(&self, codes: &[String]) -> Column {
        let values: Vec<f64> =
            codes.iter().filter_map(|c| c.replace('−', "-").replace(',', ".").parse().ok()).collect();
        match &self.data {
            Data::Numbers(numbers) => {
                let gone = |row: usize| {
                    numbers.get(row).is_some_and(|v| values.contains(&v))
                        || self.odd.as_ref().and_then(|odd| odd.get(row)).is_some_and(|t| codes.iter().any(|c| c == t))
                };
                if !(0..numbers.len()).any(gone) {
                    return self.clone();
                }
                let cells: Vec<Option<String>> = (0..numbers.len())
                    .map(|row| (!gone(row)).then(|| self.written(row)).filter(|text| !text.is_empty()))
                    .collect();
                let (numbers, odd, _) =
                    from_texts(cells.iter().map(Option::as_deref), numbers.chunk_rows, self.decimal);
                Column { data: Data::Numbers(numbers), odd, ..self.bare() }
            }
            Data::Texts(texts) => {
                let mut open = Open::new(texts.chunk_rows);
                texts.iter().for_each(|cell| open.push(cell.filter(|text| !codes.iter().any(|code| code == text))));
                Column { data: Data::Texts(open.finish()), ..self.bare() }
            }
        }
    }

    /// The bytes that the cells hold in memory.
    pub(super) fn memory(&self) -> usize {
        let odd = self.odd.as_ref().map_or(0, |odd| 8 * odd.rows.capacity() + odd.dict.memory());
        let cells = match &self.data {
            Data::Numbers(numbers) => numbers.memory(),
            Data::Texts(texts) => texts.memory(),
        };
        size_of::<Column>() + self.name.capacity() + odd + cells
    }

    /// Whether the column has as many rows as the table, for tables read from bytes.
    pub(super) fn check(&self, rows: usize) -> Result<()> {
        if self.len() == rows { Ok(()) } else { Err(Code::Internal.err().with("reason", "a column of another length")) }
    }
}

/// (code per row, words, counts), in the order of first appearance.
fn index(texts: &Texts) -> (Vec<Option<u32>>, Vec<&str>, Vec<u32>) {
    let (mut words, mut counts): (Vec<&str>, Vec<u32>) = (Vec::new(), Vec::new());
    let mut codes = Vec::with_capacity(texts.len());
    if texts.coded() {
        // The dictionary may hold words that no cell has any more (cells made missing).
        let mut renamed = vec![u32::MAX; texts.dict.len()];
        for row in 0..texts.len() {
            let code = texts.code(row).and_then(|code| {
                let new = renamed.get_mut(code as usize)?;
                if *new == u32::MAX {
                    *new = words.len() as u32;
                    words.push(texts.dict.get(code as usize)?);
                    counts.push(0);
                }
                if let Some(count) = counts.get_mut(*new as usize) {
                    *count += 1;
                }
                Some(*new)
            });
            codes.push(code);
        }
        return (codes, words, counts);
    }
    let mut known: HashMap<&str, u32> = HashMap::new();
    for cell in texts.iter() {
        codes.push(cell.map(|word| {
            let code = *known.entry(word).or_insert_with(|| {
                words.push(word);
                counts.push(0);
                words.len() as u32 - 1
            });
            if let Some(count) = counts.get_mut(code as usize) {
                *count += 1;
            }
            code
        }));
    }
    (codes, words, counts)
}
