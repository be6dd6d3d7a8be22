//! From pushed bytes to a [`Table`]: unpack, decode, cut, gather. Nothing is kept of the text but the first megabyte
//! until the layout is known, and the record that a piece ends in.

use super::book;
use super::cell::Marks;
use super::decode::{self, Decode};
use super::format::{Container, Format, Note};
use super::frame::Table;
use super::matrix::{self, Part};
use super::names;
use super::options::ReadOptions;
use super::records::Records;
use super::sniff;
use crate::error::{Code, Result};
use flate2::write::MultiGzDecoder;
use std::io::Write;

/// The evidence: this much, and at least some lines, before anything is decided.
const HEAD: usize = 1 << 20;
const HEAD_LINES: usize = 4;
/// Lines longer than this are no table.
const HEAD_MOST: usize = 256 << 20;
/// What the engine itself needs beside the table, and the factor for the copy that is handed over.
const OVERHEAD: u64 = 32 << 20;
const COPIES: f64 = 2.2;

/// Reads one file, pushed in pieces of any size.
///
/// ```text
/// let mut reader = Reader::new("a.csv", Some(size), ReadOptions::default());
/// for piece in file { reader.push(piece)?; }
/// let table = reader.finish()?;
/// ```
pub struct Reader {
    name: String,
    size: Option<u64>,
    options: ReadOptions,
    limit: Option<u64>,
    taken: u64,
    start: Vec<u8>,
    gunzip: Option<MultiGzDecoder<Vec<u8>>>,
    begun: bool,
    unpacked: u64,
    stage: Stage,
}

enum Stage {
    /// Gathering the evidence; the lines counted so far and up to where.
    Head {
        bytes: Vec<u8>,
        lines: usize,
    },
    Book(Vec<u8>),
    Text(Box<Text>),
}

struct Text {
    decode: Decode,
    records: Records,
    format: Format,
    notes: Vec<Note>,
    first_row: usize,
    checked: usize,
}

impl Reader {
    /// A reader of the file `name` of `size` bytes (if known: for the estimate and the progress).
    pub fn new(name: &str, size: Option<u64>, options: ReadOptions) -> Reader {
        Reader {
            name: name.to_owned(),
            size,
            options,
            limit: None,
            taken: 0,
            start: Vec::new(),
            gunzip: None,
            begun: false,
            unpacked: 0,
            stage: Stage::Head { bytes: Vec::new(), lines: 0 },
        }
    }
    /// Refuse, after the first megabyte, what would need more than `bytes` of memory.
    pub fn set_limit(&mut self, bytes: u64) {
        self.limit = Some(bytes);
    }
    /// The rows read so far.
    pub fn rows(&self) -> usize {
        if let Stage::Text(text) = &self.stage { text.records.rows } else { 0 }
    }
    /// The bytes pushed so far.
    pub fn taken(&self) -> u64 {
        self.taken
    }

    /// Takes the next bytes of the file.
    ///
    /// # Errors
    /// Whatever can be wrong with a file: see the codes of [`crate::error::Code`].
    pub fn push(&mut self, bytes: &[u8]) -> Result<()> {
        self.taken += bytes.len() as u64;
        if self.begun {
            return self.unpack(bytes);
        }
        self.start.extend_from_slice(bytes);
        if self.start.len() < 2 { Ok(()) } else { self.begin() }
    }

    fn begin(&mut self) -> Result<()> {
        self.begun = true;
        let start = std::mem::take(&mut self.start);
        if start.starts_with(&[0x1f, 0x8b]) {
            self.gunzip = Some(MultiGzDecoder::new(Vec::new()));
        }
        self.unpack(&start)
    }

    fn unpack(&mut self, bytes: &[u8]) -> Result<()> {
        if self.gunzip.is_none() {
            return self.take(bytes);
        }
        // Small pieces: a kilobyte of zeros may be a megabyte packed.
        for piece in bytes.chunks(16 << 10) {
            let Some(gunzip) = &mut self.gunzip else { break };
            let damaged = |_| Code::BadGzip.err().file(&self.name);
            gunzip.write_all(piece).and_then(|()| gunzip.flush()).map_err(damaged)?;
            let text = std::mem::take(gunzip.get_mut());
            self.take(&text)?;
            if let Some(gunzip) = &mut self.gunzip
                && gunzip.get_ref().is_empty()
            {
                let mut room = text;
                room.clear();
                *gunzip.get_mut() = room;
            }
        }
        Ok(())
    }

    fn take(&mut self, bytes: &[u8]) -> Result<()> {
        self.unpacked += bytes.len() as u64;
        match &mut self.stage {
            Stage::Book(all) => {
                all.extend_from_slice(bytes);
                let need = all.len() as u64 * 12 + OVERHEAD;
                self.check(need)
            }
            Stage::Head { bytes: head, lines } => {
                *lines += bytes.iter().filter(|&&b| b == b'\n').count();
                head.extend_from_slice(bytes);
                if head.len() >= 8 && book::is_workbook(head) {
                    let all = std::mem::take(head);
                    self.stage = Stage::Book(all);
                    return Ok(());
                }
                if (head.len() >= HEAD && *lines >= HEAD_LINES) || head.len() > HEAD_MOST {
                    self.open(false)?;
                }
                Ok(())
            }
            Stage::Text(_) => self.text(bytes, false),
        }
    }

    fn text(&mut self, bytes: &[u8], last: bool) -> Result<()> {
        let Stage::Text(text) = &mut self.stage else { return Ok(()) };
        let Text { decode, records, checked, .. } = &mut **text;
        decode.push(bytes, last, &mut |piece| records.push(piece)).map_err(|error| match error.code() {
            // Only here is it known how many records came before the bad bytes.
            Code::BadEncoding | Code::BinaryFile => error.row(records.met + decode.ahead + 1),
            _ => error,
        })?;
        if self.limit.is_some() && records.rows >= *checked + 4096 {
            *checked = records.rows;
            let need = records.memory() as u64;
            return self.check(need);
        }
        Ok(())
    }

    fn check(&self, need: u64) -> Result<()> {
        check(&self.name, need, self.limit)
    }

    /// Decides on the layout from the head and reads it.
    fn open(&mut self, whole: bool) -> Result<()> {
        let Stage::Head { bytes: head, .. } = &mut self.stage else { return Ok(()) };
        let head = std::mem::take(head);
        let file = self.name.clone();
        if head.starts_with(matrix::MARK.as_bytes()) {
            return Err(matrix::alone(&file, &[Part::Matrix]));
        }
        if let Some(found) = decode::magic(&head) {
            if found == "HDF5" {
                return Err(Code::Hdf5File.err().file(file));
            }
            return Err(Code::BinaryFile.err().file(file).with("found", found));
        }
        // The same bytes decide however the file was pushed.
        let window = if whole { head.len() } else { window(&head) };
        let evidence = head.get(..window).unwrap_or_default();
        let whole = whole && window == head.len();
        let (encoding, bom) = decode::detect(&file, evidence, whole, self.options.encoding)?;
        let mut sample = String::new();
        let mut trial = Decode::new(&file, encoding.value, encoding.chosen);
        let body = head.get(bom..window).unwrap_or_default();
        let tried = trial.push(body, whole, &mut |text| {
            sample.push_str(text);
            Ok(())
        });
        tried.map_err(|error| error.row(sample.matches('\n').count() + trial.ahead + 1))?;
        if whole && sample.trim().is_empty() {
            return Err(Code::EmptyFile.err().file(file));
        }
        let mut layout = sniff::layout(&sample, whole, &self.options);
        drop(sample);
        let mut notes = std::mem::take(&mut layout.notes);
        let (columns, skip) = self.columns(&mut layout, &mut notes);
        let marks = Marks::new(&self.options.extra_missing, &self.options.not_missing);
        let decimal = layout.decimal.value as u8;
        let records = Records::new(&file, layout.cut, decimal, marks, self.options.pad_short_rows, columns, skip);
        let format = Format {
            container: Container::Text,
            gz: self.gunzip.is_some(),
            encoding: Some(encoding.clone()),
            delimiter: Some(layout.delimiter),
            quote: Some(layout.quote),
            header: layout.header,
            decimal: Some(layout.decimal),
            sheet: None,
        };
        let decode = Decode::new(&file, encoding.value, encoding.chosen);
        let first_row = skip + 1;
        self.stage = Stage::Text(Box::new(Text { decode, records, format, notes, first_row, checked: 0 }));
        self.text(head.get(bom..window).unwrap_or_default(), false)?;
        if self.limit.is_some() && !whole {
            self.estimate(window)?;
        }
        self.text(head.get(window..).unwrap_or_default(), false)
    }

    /// What the whole file will need, judged by its first part.
    fn estimate(&self, window: usize) -> Result<()> {
        let (Stage::Text(text), Some(size)) = (&self.stage, self.size) else { return Ok(()) };
        // A packed file unpacks further as it did so far.
        let size = if self.gunzip.is_some() {
            size as f64 * self.unpacked as f64 / self.taken.max(1) as f64
        } else {
            size as f64
        };
        let each = text.records.memory() as f64 / window.max(1) as f64;
        self.check((size * each.min(3.0) * COPIES) as u64 + OVERHEAD)
    }

    /// The columns' names, and how many records come before the first row.
    fn columns(&self, layout: &mut sniff::Layout, notes: &mut Vec<Note>) -> (Vec<String>, usize) {
        let header_row = layout.before + 1;
        let first = layout.first.len();
        let mut skip = layout.before;
        let mut columns = if layout.header.value {
            skip += 1;
            let mut header = std::mem::take(&mut layout.first);
            if layout.fields == first + 1 {
                // R's write.table: the row names have no name.
                header.insert(0, String::new());
                notes.push(Note::new("row_names").row(header_row));
            } else if layout.fields + 1 == first && header.last().is_some_and(String::is_empty) {
                header.pop();
                notes.push(Note::new("trailing_delimiter").row(header_row));
            }
            names::names(&header, header_row, notes)
        } else {
            names::numbered(if layout.fields > 0 { layout.fields } else { first })
        };
        if let Some(given) = &self.options.names {
            columns
                .iter_mut()
                .zip(given)
                .filter(|(_, name)| !name.trim().is_empty())
                .for_each(|(c, name)| c.clone_from(name));
            columns = names::names(&columns, header_row, notes);
        }
        (columns, skip)
    }

    /// The table.
    ///
    /// # Errors
    /// As [`push`](Self::push), and what only the end can show: an empty file, a header alone, an open quote, a cut
    /// gzip, a text in a column that was said to be of numbers.
    pub fn finish(mut self) -> Result<Table> {
        if !self.begun {
            self.begin()?;
        }
        if let Some(gunzip) = &mut self.gunzip {
            let damaged = |_| Code::BadGzip.err().file(&self.name);
            gunzip.try_finish().map_err(damaged)?;
            let rest = std::mem::take(gunzip.get_mut());
            self.take(&rest)?;
        }
        if let Stage::Book(bytes) = self.stage {
            return book::read(&self.name, bytes, &self.options)?.adjusted(&self.options, self.limit);
        }
        if let Stage::Head { bytes, .. } = &self.stage {
            if bytes.iter().all(u8::is_ascii_whitespace) {
                return Err(Code::EmptyFile.err().file(&self.name));
            }
            self.open(true)?;
        }
        self.text(&[], true)?;
        let Stage::Text(text) = self.stage else { return Err(Code::Internal.err().with("reason", "no text")) };
        let Text { decode, mut records, mut format, mut notes, first_row, .. } = *text;
        records.finish()?;
        if records.rows == 0 {
            let columns = records.builders.len();
            let error = Code::HeaderOnly.err().file(&self.name).row(first_row.saturating_sub(1).max(1));
            return Err(error.with("columns", columns));
        }
        if let Some(late) = decode.late {
            format.encoding = Some(late);
        }
        // Empty lines at the end are no rows and no news.
        let mut blank = std::mem::take(&mut records.blank);
        while blank.last().is_some_and(|&row| row as usize == records.met) {
            blank.pop();
            records.met -= 1;
        }
        blank.retain(|&row| row as usize >= first_row);
        if let Some(&row) = blank.first() {
            notes.push(Note::new("blank_rows").with("count", blank.len()).row(row as usize));
        }
        for (code, count) in [("padded_rows", records.padded), ("trailing_delimiter_rows", records.trailing)] {
            if count > 0 {
                notes.push(Note::new(code).with("count", count));
            }
        }
        let names = records.take_names();
        let columns = names.into_iter().zip(records.builders).map(|(name, builder)| builder.finish(name)).collect();
        let table = Table {
            name: self.name,
            rows: records.rows,
            columns,
            format,
            notes,
            sheets: Vec::new(),
            windows: None,
            bytes: self.taken,
            first_row,
            blank,
        };
        // A list of cells or of genes is no table, but a part of one.
        if let Some((part @ (Part::Barcodes | Part::Features), _)) = Part::of(&table.name)
            && table.columns.len() <= 3
            && table.columns.iter().all(|column| column.kind != super::options::Kind::Number)
        {
            return Err(matrix::alone(&table.name, &[part]));
        }
        table.adjusted(&self.options, self.limit)
    }
}

/// The part of the head that decides: a megabyte, or up to the fourth line end.
fn window(head: &[u8]) -> usize {
    let lines =
        head.iter().enumerate().filter(|(_, b)| **b == b'\n').nth(HEAD_LINES - 1).map_or(head.len(), |(at, _)| at + 1);
    lines.max(HEAD).min(head.len())
}

/// What a table of so many bytes takes with the copy that is handed over.
pub(super) fn needed(bytes: u64) -> u64 {
    (bytes as f64 * COPIES) as u64 + OVERHEAD
}

/// Refuses what would need more than `limit` bytes.
///
/// # Errors
/// [`Code::TooLarge`].
pub(super) fn check(file: &str, need: u64, limit: Option<u64>) -> Result<()> {
    match limit {
        Some(limit) if need > limit => {
            Err(Code::TooLarge.err().file(file).with("needed", amount(need)).with("limit", amount(limit)))
        }
        _ => Ok(()),
    }
}

/// Bytes as a person reads them.
fn amount(bytes: u64) -> String {
    let mega = bytes as f64 / (1 << 20) as f64;
    if mega >= 1024.0 { format!("{:.1} GiB", mega / 1024.0) } else { format!("{mega:.0} MiB") }
}

/// Reads a whole file that is in memory.
///
/// # Errors
/// As [`Reader::push`] and [`Reader::finish`].
pub fn read(name: &str, bytes: &[u8], options: &ReadOptions) -> Result<Table> {
    let mut reader = Reader::new(name, Some(bytes.len() as u64), options.clone());
    reader.push(bytes)?;
    reader.finish()
}
