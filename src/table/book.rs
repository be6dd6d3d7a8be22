//! Workbooks (.xlsx, .xls, .xlsb, .ods): one sheet, its header found under titles and over merged cells.

use super::builder::Builder;
use super::cell::{Cell, Marks, number};
use super::format::{Container, Format, Found, Note};
use super::frame::Table;
use super::names;
use super::numbers::float_text;
use super::options::ReadOptions;
use super::sniff::find_header;
use crate::error::{Code, Error, Result};
use calamine::{Data, DataRef, Dimensions, Range, Reader, SheetType, SheetVisible, Sheets, open_workbook_auto_from_rs};
use std::io::Cursor;
use std::rc::Rc;

/// Rows that are looked at for the header.
const LOOK: usize = 200;
/// Header rows and titles at most.
const DEEPEST: usize = 4;

const OLE: &[u8] = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1";

/// Whether the first bytes are those of a zip or of an OLE container.
pub(super) fn is_workbook(head: &[u8]) -> bool {
    head.starts_with(b"PK\x03\x04") || head.starts_with(OLE)
}

fn holds(bytes: &[u8], part: &[u8]) -> bool {
    bytes.windows(part.len()).any(|window| window == part)
}

/// Reads the chosen sheet, or the first visible one with cells in it.
///
/// # Errors
/// `binary_file` for other zips, `bad_workbook`, `no_such_sheet`, `empty_file`, `header_only`.
pub(super) fn read(name: &str, bytes: Vec<u8>, options: &ReadOptions) -> Result<Table> {
    let bad = |reason: &str| Code::BadWorkbook.err().file(name).with("reason", reason);
    // UTF-16, as OLE writes its names.
    if bytes.starts_with(OLE) && holds(&bytes, b"E\0n\0c\0r\0y\0p\0t\0e\0d\0P\0a\0c\0k\0a\0g\0e") {
        return Err(bad("it is protected by a password"));
    }
    if bytes.starts_with(b"PK") && !holds(&bytes, b"xl/") && !holds(&bytes, b"content.xml") {
        return Err(Code::BinaryFile.err().file(name).with("found", "ZIP"));
    }
    let size = bytes.len() as u64;
    let shared: Rc<[u8]> = bytes.into();
    let mut book = match open_workbook_auto_from_rs(Cursor::new(Rc::clone(&shared))) {
        Ok(book) => book,
        Err(_) => {
            // The guess hides the reason: ask the reader that the container calls for.
            let reason = if shared.starts_with(OLE) {
                calamine::Xls::new(Cursor::new(shared)).err().map(|e| e.to_string())
            } else {
                calamine::Xlsx::new(Cursor::new(shared)).err().map(|e| e.to_string())
            };
            return Err(bad(&reason.unwrap_or_default()));
        }
    };
    let visible: Vec<String> = book
        .sheets_metadata()
        .iter()
        .filter(|sheet| sheet.visible == SheetVisible::Visible && sheet.typ == SheetType::WorkSheet)
        .map(|sheet| sheet.name.clone())
        .collect();
    let sheets = if visible.is_empty() { book.sheet_names() } else { visible };
    let mut open = |sheet: &str| {
        cells(&mut book, sheet).map_err(|Damage { after, reason }| {
            let error = bad(&format!("{sheet}: {reason}"));
            after.map_or(error.clone(), |row| error.row(row))
        })
    };
    let (sheet, range) = match &options.sheet {
        Some(sheet) if sheets.contains(sheet) => (sheet.clone(), open(sheet)?),
        Some(sheet) => {
            return Err(Code::NoSuchSheet.err().file(name).with("sheet", sheet).with("sheets", sheets.join(", ")));
        }
        None => {
            let mut found = None;
            for sheet in &sheets {
                let range = open(sheet)?;
                if !range.is_empty() {
                    found = Some((sheet.clone(), range));
                    break;
                }
            }
            found.ok_or_else(|| Code::EmptyFile.err().file(name))?
        }
    };
    if range.is_empty() {
        return Err(Code::EmptyFile.err().file(name));
    }
    let merges = merged(&mut book, &sheet);
    let mut table = Sheet { name, range: &range, merges: &merges }.table(options)?;
    table.bytes = size;
    table.format.sheet = Some(sheet);
    table.sheets = sheets;
    Ok(table)
}

/// A sheet may span this many cells however few it holds...
const SPARSE: u64 = 1 << 24;
/// ... and this many for each that it holds.
const SPREAD: u64 = 16;

/// The cells of a sheet as a rectangle. A single cell far away, by accident or damage, would make one of 17 thousand
/// million cells: where cells can be had one by one, their places are looked at first.
fn cells(book: &mut Sheets<Cursor<Rc<[u8]>>>, sheet: &str) -> std::result::Result<Range<Data>, Damage> {
    match book {
        Sheets::Xlsx(book) => match book.worksheet_cells_reader(sheet) {
            Ok(mut reader) => gather(|| reader.next_cell()),
            Err(calamine::XlsxError::NotAWorksheet(_)) => Ok(Range::default()),
            Err(reason) => Err(damage(reason)),
        },
        Sheets::Xlsb(book) => {
            let mut reader = book.worksheet_cells_reader(sheet).map_err(damage)?;
            gather(|| reader.next_cell())
        }
        // Read as a whole: where in the sheet they broke off is not known.
        book => book.worksheet_range(sheet).map_err(damage),
    }
}

/// Why a sheet cannot be read, and the last row that could be.
struct Damage {
    after: Option<usize>,
    reason: String,
}

fn damage(reason: impl std::fmt::Display) -> Damage {
    Damage { after: None, reason: reason.to_string() }
}

fn gather<'a, E: std::fmt::Display>(
    mut next: impl FnMut() -> std::result::Result<Option<calamine::Cell<DataRef<'a>>>, E>,
) -> std::result::Result<Range<Data>, Damage> {
    let mut cells = Vec::new();
    let (mut first, mut last) = ((u32::MAX, u32::MAX), (0, 0));
    let after = |cells: &[calamine::Cell<Data>]| cells.last().map(|cell| cell.get_position().0 as usize + 1);
    while let Some(cell) = next().map_err(|e| Damage { after: after(&cells), ..damage(e) })? {
        let (row, column) = cell.get_position();
        match cell.get_value() {
            DataRef::Empty => continue,
            value => cells.push(calamine::Cell::new((row, column), Data::from(value.clone()))),
        }
        first = (first.0.min(row), first.1.min(column));
        last = (last.0.max(row), last.1.max(column));
    }
    if cells.is_empty() {
        return Ok(Range::default());
    }
    let (rows, columns) = (u64::from(last.0 - first.0) + 1, u64::from(last.1 - first.1) + 1);
    if rows.saturating_mul(columns) > SPARSE.max(SPREAD * cells.len() as u64) {
        return Err(damage(format!("its {} cells lie scattered over {rows} rows and {columns} columns", cells.len())));
    }
    Ok(Range::from_sparse(cells))
}

/// The merged regions; a workbook without them, or one that hides them, has none.
fn merged(book: &mut Sheets<Cursor<Rc<[u8]>>>, sheet: &str) -> Vec<Dimensions> {
    match book {
        Sheets::Xlsx(book) => book.merge_cells_by_sheet_name(sheet).unwrap_or_default(),
        Sheets::Xls(book) => book.merge_cells_by_sheet_name(sheet).unwrap_or_default(),
        _ => Vec::new(),
    }
}

/// A cell's text; `None` where it is empty, an error's name where it holds one.
fn text(cell: &Data) -> Option<String> {
    match cell {
        Data::Empty => None,
        Data::String(text) | Data::DateTimeIso(text) | Data::DurationIso(text) => Some(text.trim().to_owned()),
        Data::Int(value) => Some(value.to_string()),
        Data::Float(value) => Some(float_text(*value)),
        Data::Bool(yes) => Some(if *yes { "TRUE" } else { "FALSE" }.to_owned()),
        Data::Error(error) => Some(error.to_string()),
        Data::DateTime(date) if date.is_duration() => Some(float_text(date.as_f64())),
        Data::DateTime(date) => {
            let (year, month, day, hour, minute, second, _) = date.to_ymd_hms_milli();
            let clock = format!("{hour:02}:{minute:02}:{second:02}");
            // A time without a day.
            if date.as_f64() < 1.0 {
                return Some(clock);
            }
            let day = format!("{year:04}-{month:02}-{day:02}");
            Some(if date.as_f64().fract() == 0.0 { day } else { format!("{day} {clock}") })
        }
    }
}

struct Sheet<'a> {
    name: &'a str,
    range: &'a Range<Data>,
    merges: &'a [Dimensions],
}

impl Sheet<'_> {
    fn start(&self) -> (u32, u32) {
        self.range.start().unwrap_or((0, 0))
    }
    /// The texts of row `at` of the range, merged cells filled.
    fn texts(&self, at: usize) -> Vec<String> {
        let (top, left) = self.start();
        let one = |column: usize| {
            let place = (top + at as u32, left + column as u32);
            let place = self.merges.iter().find(|m| m.contains(place.0, place.1)).map_or(place, |m| m.start);
            self.range.get_value(place).and_then(text).unwrap_or_default()
        };
        (0..self.range.width()).map(one).collect()
    }
    fn filled(&self, at: usize) -> usize {
        let cells = (0..self.range.width()).filter_map(|column| self.range.get((at, column)));
        cells.filter(|cell| text(cell).is_some_and(|text| !text.is_empty())).count()
    }
    /// Titles above the header: rows of one cell over rows of several.
    fn titles(&self) -> usize {
        if self.range.width() < 2 {
            return 0;
        }
        let fuller = |at: usize| (at + 1..self.range.height().min(at + 4)).any(|below| self.filled(below) > 1);
        (0..DEEPEST).take_while(|&at| self.filled(at) <= 1 && fuller(at)).count()
    }
    /// How many rows the header that begins in row `top` of the range has, by its merged cells.
    fn depth(&self, top: usize) -> usize {
        let first = self.start().0 + top as u32;
        let mut depth = 1;
        loop {
            let last = first + depth as u32 - 1;
            let inside = self.merges.iter().filter(|m| m.start.0 >= first && m.start.0 <= last);
            // A cell over several columns needs names under it; one over several rows reaches down.
            let next = inside.map(|m| (m.end.0 - first) as usize + 1 + usize::from(m.end.1 > m.start.1)).max();
            match next {
                Some(next) if next > depth && next <= DEEPEST && top + next < self.range.height() => depth = next,
                _ => return depth,
            }
        }
    }

    fn table(&self, options: &ReadOptions) -> Result<Table> {
        let (start, height) = (self.start().0 as usize, self.range.height());
        let mut notes = Vec::new();
        let marks = Marks::new(&options.extra_missing, &options.not_missing);
        let decimal = if options.decimal == Some(',') { b',' } else { b'.' };
        let top = self.titles();
        if top > 0 {
            let title = (0..top).flat_map(|at| self.texts(at)).find(|text| !text.is_empty()).unwrap_or_default();
            notes.push(Note::new("title_row").with("title", title).row(start + 1));
        }
        let depth = self.depth(top);
        let header = match options.header {
            Some(header) => Found::chosen(header, vec![!header]),
            None if depth > 1 => Found::guess(true, true, vec![false], Note::new("header_merged").with("rows", depth)),
            None => {
                let rows: Vec<Vec<String>> = (top..height.min(top + LOOK)).map(|at| self.texts(at)).collect();
                find_header(&rows, decimal, &marks)
            }
        };
        let (given, skip) = if header.value {
            if depth > 1 {
                notes.push(Note::new("header_merged").with("rows", depth).row(start + top + 1));
            }
            (self.names(top, depth), top + depth)
        } else {
            (names::numbered(self.range.width()), top)
        };
        let mut columns = names::names(&given, start + top + 1, &mut notes);
        if let Some(given) = &options.names {
            columns
                .iter_mut()
                .zip(given)
                .filter(|(_, name)| !name.trim().is_empty())
                .for_each(|(c, n)| c.clone_from(n));
            columns = names::names(&columns, start + top + 1, &mut notes);
        }
        if skip >= height {
            return Err(self.header_only(start + skip, columns.len()));
        }
        let chunk_rows = if columns.len() > 2048 { 256 } else { 4096 };
        let mut builders: Vec<Builder> = columns.iter().map(|_| Builder::new(chunk_rows, decimal)).collect();
        let (mut rows, mut blank, mut errors) = (0, Vec::new(), (0usize, None));
        for (at, cells) in self.range.rows().enumerate().skip(skip) {
            if cells.iter().all(|cell| matches!(cell, Data::Empty)) {
                blank.push((start + at + 1) as u32);
                continue;
            }
            for (column, (builder, cell)) in builders.iter_mut().zip(cells).enumerate() {
                let text = text(cell).unwrap_or_default();
                let (kind, mark) = match cell {
                    Data::Int(_) | Data::Float(_) => (number(&text, b'.').unwrap_or(Cell::Text), 0),
                    Data::Error(_) => {
                        errors.0 += 1;
                        errors.1.get_or_insert((at, column, text.clone()));
                        (Cell::Missing, 20)
                    }
                    _ => marks.classify(&text, decimal),
                };
                builder.push(kind, mark, &text);
            }
            rows += 1;
        }
        if rows == 0 {
            return Err(self.header_only(start + skip, columns.len()));
        }
        if let Some((at, column, found)) = errors.1 {
            let note = Note::new("error_cells").with("count", errors.0).with("found", found).row(start + at + 1);
            notes.push(note.column(columns.get(column).map_or("", String::as_str)));
        }
        let below = self.merges.iter().filter(|m| m.start.0 as usize >= start + skip);
        let below: Vec<&Dimensions> = below.filter(|m| m.len() > 1).collect();
        if let Some(first) = below.first() {
            notes.push(Note::new("merged_cells").with("count", below.len()).row(first.start.0 as usize + 1));
        }
        if let Some(&row) = blank.first() {
            notes.push(Note::new("blank_rows").with("count", blank.len()).row(row as usize));
        }
        let columns = columns.into_iter().zip(builders).map(|(name, builder)| builder.finish(name)).collect();
        let format = Format {
            container: Container::Workbook,
            gz: false,
            encoding: None,
            delimiter: None,
            quote: None,
            header,
            decimal: None,
            sheet: None,
        };
        let name = self.name.to_owned();
        Ok(Table {
            name,
            rows,
            columns,
            format,
            notes,
            sheets: Vec::new(),
            windows: None,
            bytes: 0,
            first_row: start + skip + 1,
            blank,
        })
    }

    /// The names over each column, the rows of the header joined.
    fn names(&self, top: usize, depth: usize) -> Vec<String> {
        let rows: Vec<Vec<String>> = (top..top + depth).map(|at| self.texts(at)).collect();
        let one = |column: usize| {
            let mut parts: Vec<&str> = rows.iter().filter_map(|row| row.get(column)).map(String::as_str).collect();
            parts.retain(|part| !part.is_empty());
            parts.dedup();
            parts.join(" / ")
        };
        (0..self.range.width()).map(one).collect()
    }

    fn header_only(&self, row: usize, columns: usize) -> Error {
        Code::HeaderOnly.err().file(self.name).row(row.max(1)).with("columns", columns)
    }
}
