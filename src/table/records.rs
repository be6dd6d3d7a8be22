//! Text to records to cells. Our own splitter and not csv-core: numbers are parsed where they stand, without a copy of
//! the field first.

use super::builder::Builder;
use super::cell::{Cell, Marks, fast};
use super::decode::has;
use super::options::Delimiter;
use crate::error::{Code, Error, Result};

/// A quote that is still open after this many bytes is one that nobody closes.
const OPEN_QUOTE_LIMIT: usize = 64 << 20;

/// How records are cut.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Cut {
    pub(super) delimiter: Delimiter,
    pub(super) quote: bool,
    /// The byte that ends a record: `\n`, or `\r` in files of old Macs.
    pub(super) end: u8,
}

/// Where in a record the scan stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum At {
    /// Before the first byte of a field that is no blank.
    #[default]
    Start,
    Plain,
    Quoted,
    /// After a quote inside quotes: its end, or the first half of `""`.
    Closing,
}

impl Cut {
    fn parts(&self, byte: u8) -> bool {
        byte == self.delimiter.byte() || (self.delimiter == Delimiter::Whitespace && byte == b'\t')
    }
    fn next(&self, at: At, byte: u8) -> At {
        match at {
            At::Quoted if byte == b'"' => At::Closing,
            At::Quoted => At::Quoted,
            At::Closing if byte == b'"' => At::Quoted,
            _ if byte == self.end || self.parts(byte) => At::Start,
            At::Start if byte == b'"' && self.quote => At::Quoted,
            At::Start if byte == b' ' => At::Start,
            _ => At::Plain,
        }
    }

    /// The fields of one record (without its end), unquoted.
    pub(super) fn fields(&self, record: &str) -> Vec<String> {
        let mut fields = Vec::new();
        self.each_field(record, |field| fields.push(field.to_owned()));
        fields
    }

    /// Hands over the fields of one record one by one.
    pub(super) fn each_field(&self, record: &str, mut take: impl FnMut(&str)) {
        let mut scratch = String::new();
        let (mut at, mut some) = (0, false);
        let record = record.strip_suffix('\r').unwrap_or(record);
        loop {
            if self.delimiter == Delimiter::Whitespace {
                at += blanks(record, at);
                if at >= record.len() && some {
                    return;
                }
            }
            let (text, _, end) = self.field(record, at, &mut scratch);
            take(text);
            some = true;
            if end >= record.len() {
                return;
            }
            at = end + 1;
        }
    }

    /// The field that starts at `start`: its text (trimmed unless quoted), whether it was quoted, and its end: the
    /// place of the delimiter, of the record's end, or of the text's.
    fn field<'a>(&self, text: &'a str, start: usize, scratch: &'a mut String) -> (&'a str, bool, usize) {
        let bytes = text.as_bytes();
        let closes = |byte: u8| byte == self.end || self.parts(byte);
        let mut at = start;
        while bytes.get(at) == Some(&b' ') && !self.parts(b' ') {
            at += 1;
        }
        if !self.quote || bytes.get(at) != Some(&b'"') {
            let end = bytes.iter().skip(at).position(|&b| closes(b)).map_or(bytes.len(), |n| at + n);
            return (text.get(at..end).unwrap_or_default().trim(), false, end);
        }
        at += 1;
        let first = at;
        scratch.clear();
        let mut from = at;
        let close = |at: usize| bytes.iter().skip(at).position(|&b| b == b'"').map_or(bytes.len(), |n| at + n);
        loop {
            at = close(at);
            if bytes.get(at + 1) == Some(&b'"') {
                scratch.push_str(text.get(from..at + 1).unwrap_or_default());
                at += 2;
                from = at;
            } else {
                break;
            }
        }
        let after = (at + 1).min(bytes.len());
        let end = bytes.iter().skip(after).position(|&b| closes(b)).map_or(bytes.len(), |n| after + n);
        let rest = text.get(after..end).unwrap_or_default().trim();
        if rest.is_empty() && from == first {
            return (text.get(from..at).unwrap_or_default(), true, end);
        }
        // A doubled quote, or text after the closing one, which is kept as it stands.
        scratch.push_str(text.get(from..at).unwrap_or_default());
        scratch.push_str(rest);
        (scratch.as_str(), true, end)
    }

    /// The records that are complete in `text`, at most `most`; with `last`, also one without an end.
    pub(super) fn records<'a>(&self, text: &'a str, most: usize, last: bool) -> Vec<&'a str> {
        if !(self.quote && has(text.as_bytes(), b'"')) {
            // No quote: the line ends are the record ends.
            let end = char::from(self.end);
            let whole = if last && !text.is_empty() {
                Some(text.strip_suffix(end).unwrap_or(text))
            } else {
                text.rfind(end).and_then(|at| text.get(..at))
            };
            return whole.map_or_else(Vec::new, |whole| whole.split(end).take(most).collect());
        }
        let mut records = Vec::new();
        let (mut start, mut at) = (0, At::Start);
        for (place, &byte) in text.as_bytes().iter().enumerate() {
            let quoted = at == At::Quoted;
            at = self.next(at, byte);
            if byte == self.end && !quoted {
                records.push(text.get(start..place).unwrap_or_default());
                start = place + 1;
                at = At::Start;
                if records.len() == most {
                    return records;
                }
            }
        }
        if last && start < text.len() {
            records.push(text.get(start..).unwrap_or_default());
        }
        records
    }
}

fn blanks(text: &str, at: usize) -> usize {
    text.as_bytes().iter().skip(at).take_while(|b| matches!(b, b' ' | b'\t')).count()
}

/// What the rows are read into, and what was seen on the way.
#[derive(Debug)]
pub(super) struct Records {
    file: String,
    cut: Cut,
    decimal: u8,
    marks: Marks,
    pad: bool,
    names: Vec<String>,
    pub(super) builders: Vec<Builder>,
    /// Finished rows.
    pub(super) rows: usize,
    /// Records met so far, the header and empty ones included: the spreadsheet's count.
    pub(super) met: usize,
    pub(super) blank: Vec<u32>,
    pub(super) padded: usize,
    pub(super) trailing: usize,
    skip: usize,
    tail: String,
    at: At,
}

impl Records {
    pub(super) fn new(
        file: &str,
        cut: Cut,
        decimal: u8,
        marks: Marks,
        pad: bool,
        names: Vec<String>,
        skip: usize,
    ) -> Records {
        // Many columns: small chunks, or the open ones alone would fill the memory.
        let chunk_rows = match names.len() {
            0..=2048 => 1024,
            _ => 128,
        };
        Records {
            file: file.to_owned(),
            cut,
            decimal,
            marks,
            pad,
            builders: names.iter().map(|_| Builder::new(chunk_rows, decimal)).collect(),
            names,
            rows: 0,
            met: 0,
            blank: Vec::new(),
            padded: 0,
            trailing: 0,
            skip,
            tail: String::new(),
            at: At::Start,
        }
    }

    pub(super) fn memory(&self) -> usize {
        self.tail.capacity() + self.builders.iter().map(Builder::memory).sum::<usize>()
    }

    /// The end of the first record in `text`, or of the last one, going on from `at`.
    fn scan(&mut self, text: &str, first: bool) -> Option<usize> {
        let end = self.cut.end;
        if self.at != At::Quoted && self.at != At::Closing && !(self.cut.quote && has(text.as_bytes(), b'"')) {
            // No quote can be open: the line ends are the record ends.
            let found = if first { text.find(char::from(end)) } else { text.rfind(char::from(end)) };
            let rest = found.map_or(0, |at| at + 1);
            if found.is_some() {
                self.at = At::Start;
            }
            if found.is_none() || !first {
                for &byte in text.as_bytes().get(rest..).unwrap_or_default() {
                    self.at = self.cut.next(self.at, byte);
                    if self.at == At::Plain {
                        // Only a delimiter leads out of here, and only the last one matters.
                        self.at = self.last_state(text, rest);
                        break;
                    }
                }
            }
            return found.map(|at| at + 1);
        }
        let mut found = None;
        for (place, &byte) in text.as_bytes().iter().enumerate() {
            let quoted = self.at == At::Quoted;
            self.at = self.cut.next(self.at, byte);
            if byte == end && !quoted {
                self.at = At::Start;
                found = Some(place + 1);
                if first {
                    break;
                }
            }
        }
        found
    }

    /// The state after the quoteless `text[from..]`.
    fn last_state(&self, text: &str, from: usize) -> At {
        let bytes = text.as_bytes().get(from..).unwrap_or_default();
        let rest =
            bytes.iter().rposition(|&b| self.cut.parts(b)).map_or(bytes, |at| bytes.get(at + 1..).unwrap_or_default());
        if rest.len() < bytes.len() && rest.iter().all(|&b| b == b' ') { At::Start } else { At::Plain }
    }

    /// Takes the next piece of the text, cut anywhere.
    pub(super) fn push(&mut self, mut text: &str) -> Result<()> {
        if !self.tail.is_empty() {
            let Some(end) = self.scan(text, true) else {
                self.tail.push_str(text);
                return self.check_open();
            };
            let (head, rest) = text.split_at(end);
            let mut tail = std::mem::take(&mut self.tail);
            tail.push_str(head);
            self.region(&tail)?;
            tail.clear();
            self.tail = tail;
            text = rest;
        }
        let end = self.scan(text, false).unwrap_or(0);
        let (whole, rest) = text.split_at(end);
        self.region(whole)?;
        self.tail.push_str(rest);
        self.check_open()
    }

    fn open_quote(&self) -> Error {
        Code::OpenQuote.err().file(&self.file).row(self.met + 1)
    }
    fn check_open(&self) -> Result<()> {
        if self.at == At::Quoted && self.tail.len() > OPEN_QUOTE_LIMIT { Err(self.open_quote()) } else { Ok(()) }
    }

    /// The last record may lack its end.
    pub(super) fn finish(&mut self) -> Result<()> {
        if self.at == At::Quoted {
            return Err(self.open_quote());
        }
        let mut tail = std::mem::take(&mut self.tail);
        if !tail.is_empty() {
            tail.push(char::from(self.cut.end));
            self.region(&tail)?;
        }
        Ok(())
    }

    /// Whole records.
    fn region(&mut self, text: &str) -> Result<()> {
        let (bytes, delimiter, end, decimal) = (text.as_bytes(), self.cut.delimiter.byte(), self.cut.end, self.decimal);
        let wide = self.cut.delimiter == Delimiter::Whitespace;
        let expected = self.builders.len();
        let mut scratch = String::new();
        let mut at = 0;
        while at < bytes.len() {
            if self.skip > 0 {
                self.skip -= 1;
                self.met += 1;
                at += self.record_len(text, at);
                continue;
            }
            if wide {
                at += blanks(text, at);
            }
            // An empty line is no row.
            let empty = if bytes.get(at) == Some(&b'\r') && bytes.get(at + 1) == Some(&end) { 2 } else { 1 };
            if bytes.get(at + empty - 1) == Some(&end) {
                self.met += 1;
                self.blank.push(self.met as u32);
                at += empty;
                continue;
            }
            let mut column = 0;
            loop {
                let builder = self.builders.get_mut(column);
                if let Some(builder) = builder
                    && !builder.wants_text()
                    && let Some((packed, stop)) = fast(bytes, at, delimiter, decimal)
                {
                    let byte = bytes.get(stop).copied().unwrap_or(end);
                    if byte == delimiter && !wide {
                        builder.push_packed(packed);
                        column += 1;
                        at = stop + 1;
                        continue;
                    }
                    // A line end is one byte or two.
                    let over = stop + usize::from(byte == b'\r');
                    if bytes.get(over) == Some(&end) {
                        builder.push_packed(packed);
                        column += 1;
                        at = over + 1;
                        break;
                    }
                }
                let (field, quoted, stop) = self.cut.field(text, at, &mut scratch);
                let (cell, mark) = self.marks.classify(if quoted { field.trim() } else { field }, decimal);
                match self.builders.get_mut(column) {
                    Some(builder) => builder.push(cell, mark, field),
                    // Separators after the last field, with nothing between them.
                    None if field.is_empty() => {}
                    None => {
                        let rest = text.get(stop..).unwrap_or_default();
                        let more =
                            self.cut.records(rest, 1, true).first().map_or(0, |rest| self.cut.fields(rest).len() - 1);
                        return Err(self.ragged(column + 1 + more));
                    }
                }
                column += 1;
                at = stop + 1;
                if wide && bytes.get(stop) != Some(&end) {
                    at = stop + blanks(text, stop);
                    let over = at + usize::from(bytes.get(at) == Some(&b'\r'));
                    if bytes.get(over) == Some(&end) {
                        at = over + 1;
                        break;
                    }
                } else if bytes.get(stop).is_none_or(|&byte| byte == end) {
                    break;
                }
            }
            self.trailing += usize::from(column > expected);
            if column < expected {
                if !self.pad {
                    return Err(self.ragged(column));
                }
                self.padded += 1;
                self.builders.iter_mut().skip(column).for_each(|builder| builder.push(Cell::Missing, 0, ""));
            }
            self.met += 1;
            self.rows += 1;
        }
        Ok(())
    }

    /// The length of the record at `at`, its end included.
    fn record_len(&self, text: &str, at: usize) -> usize {
        let rest = text.get(at..).unwrap_or_default();
        self.cut.records(rest, 1, true).first().map_or(rest.len(), |record| record.len() + 1)
    }

    fn ragged(&self, found: usize) -> Error {
        let error = Code::RaggedRow.err().file(&self.file).row(self.met + 1);
        let error = match self.names.get(found) {
            Some(name) => error.column(name),
            None => error,
        };
        error.with("found", found).with("expected", self.builders.len()).with("delimiter", self.cut.delimiter.sign())
    }
}

impl Records {
    /// The columns' names, once they are no longer needed for errors.
    pub(super) fn take_names(&mut self) -> Vec<String> {
        std::mem::take(&mut self.names)
    }
}
