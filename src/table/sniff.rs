//! How a text is laid out, from the evidence of its first megabyte: separator, header, decimal mark.

use super::cell::{Cell, Marks, number};
use super::format::{Found, Note};
use super::options::{Delimiter, ReadOptions};
use super::records::Cut;

/// Records that are looked at.
const MOST: usize = 1000;
/// Fields that are looked at in wide tables.
const CELLS: usize = 200_000;

/// The layout and its evidence.
pub(super) struct Layout {
    pub(super) cut: Cut,
    pub(super) delimiter: Found<Delimiter>,
    pub(super) quote: Found<bool>,
    pub(super) header: Found<bool>,
    pub(super) decimal: Found<char>,
    /// Records before the header (`sep=;`).
    pub(super) before: usize,
    /// The first record, and how many fields most of the others have.
    pub(super) first: Vec<String>,
    pub(super) fields: usize,
    pub(super) notes: Vec<Note>,
}

const DELIMITERS: [Delimiter; 5] =
    [Delimiter::Tab, Delimiter::Semicolon, Delimiter::Comma, Delimiter::Pipe, Delimiter::Whitespace];

/// How evenly `delimiter` cuts: (most common number of fields, rows that have it, rows).
fn evenness(cut: Cut, text: &str, last: bool) -> (usize, usize, usize) {
    let records = cut.records(text, MOST, last);
    let most = (CELLS * 8 / text.len().max(1)).max(3);
    let counts: Vec<usize> = records
        .iter()
        .filter(|record| !record.trim().is_empty())
        .take(if text.len() > CELLS * 8 { most } else { MOST })
        .map(|record| {
            let (mut fields, mut empty) = (0, false);
            cut.each_field(record, |field| (fields, empty) = (fields + 1, field.is_empty()));
            // A separator after the last field does not count.
            fields - usize::from(fields > 2 && empty)
        })
        .collect();
    let mut sorted = counts.clone();
    sorted.sort_unstable();
    let mut best = (0, 0);
    for run in sorted.chunk_by(|a, b| a == b) {
        if run.len() >= best.1 {
            best = (run.first().copied().unwrap_or(0), run.len());
        }
    }
    // A header without a name for the row names is one short.
    let short = counts.first().is_some_and(|&first| first + 1 == best.0 && first > 1);
    (best.0, best.1 + usize::from(short && best.1 + 1 == counts.len()), counts.len())
}

fn find_delimiter(end: u8, quote: bool, text: &str, last: bool) -> Found<Delimiter> {
    let mut tried: Vec<(Delimiter, usize, usize, usize)> = DELIMITERS
        .iter()
        .map(|&delimiter| {
            let (fields, even, rows) = evenness(Cut { delimiter, quote, end }, text, last);
            (delimiter, fields, even, rows)
        })
        .filter(|&(_, fields, ..)| fields > 1)
        .collect();
    let share = |&(_, _, even, rows): &(Delimiter, usize, usize, usize)| even as f64 / rows.max(1) as f64;
    // White space cuts any sentence: it counts only where nothing else cuts evenly.
    if tried.iter().any(|t| t.0 != Delimiter::Whitespace && share(t) >= 0.8) {
        tried.retain(|t| t.0 != Delimiter::Whitespace);
    }
    // Stable: among equally even ones the order of DELIMITERS stands, so `1,5;2,5` is cut at the semicolon.
    tried.sort_by(|a, b| share(b).total_cmp(&share(a)));
    match tried.first().copied() {
        Some(best @ (delimiter, fields, even, rows)) => {
            let rest: Vec<Delimiter> = tried.iter().skip(1).filter(|t| share(t) >= 0.8).map(|t| t.0).collect();
            let note = Note::new("delimiter_even").with("even", even).with("rows", rows).with("fields", fields);
            Found::guess(delimiter, share(&best) >= 1.0 && rest.is_empty() && rows > 1, rest, note)
        }
        None => Found::guess(Delimiter::Comma, false, vec![Delimiter::Whitespace], Note::new("delimiter_none")),
    }
}

/// `1,5` and no `1,234,567`.
fn has_mark(text: &str, mark: char) -> Option<usize> {
    let body = text.strip_prefix(['-', '+', '−']).unwrap_or(text);
    let (whole, part) = body.split_once(mark)?;
    let part = part.split(['e', 'E']).next().unwrap_or(part);
    let digits = |s: &str| s.bytes().all(|b| b.is_ascii_digit());
    (digits(whole) && digits(part) && !part.is_empty()).then_some(part.len())
}

fn find_decimal(rows: &[Vec<String>]) -> Found<char> {
    let (mut commas, mut points, mut thousands) = (0usize, 0usize, 0usize);
    for cell in rows.iter().flatten() {
        if let Some(part) = has_mark(cell, ',') {
            commas += 1;
            thousands += usize::from(part == 3);
        } else if has_mark(cell, '.').is_some() {
            points += 1;
        }
    }
    if commas > points && !(thousands == commas && points > 0) {
        // Three digits after every comma may be thousands.
        let sure = points == 0 && thousands * 2 < commas;
        return Found::guess(',', sure, vec!['.'], Note::new("decimal_comma").with("count", commas));
    }
    let note = if points > 0 { Note::new("decimal_point").with("count", points) } else { Note::new("decimal_none") };
    Found::guess('.', commas == 0, if commas > 0 { vec![','] } else { Vec::new() }, note)
}

/// Whether the first row names the columns: texts over numbers speak for it, numbers or values that come again against.
pub(super) fn find_header(rows: &[Vec<String>], decimal: u8, marks: &Marks) -> Found<bool> {
    let (Some(first), below) = (rows.first(), rows.get(1..).unwrap_or_default()) else {
        return Found::guess(true, false, vec![false], Note::new("header_names"));
    };
    let is_number =
        |text: &str| matches!(marks.classify(text.trim(), decimal).0, Cell::Number(_) | Cell::Odd(_) | Cell::Float(_));
    if below.is_empty() {
        // One row: names where nothing in it is a number.
        let names = !first.iter().any(|cell| is_number(cell));
        return Found::guess(names, false, vec![!names], Note::new("header_alone"));
    }
    let (mut over_numbers, mut against, mut names, mut again) = (0usize, 0usize, 0usize, 0usize);
    let mut counting: Vec<f64> = Vec::new();
    let shift = below.first().map_or(0, |row| usize::from(row.len() == first.len() + 1));
    for (column, cell) in first.iter().enumerate() {
        let cells = || below.iter().filter_map(|row| row.get(column + shift)).filter(|cell| marks.find(cell).is_none());
        let numbers = cells().filter(|cell| is_number(cell)).count();
        let all = cells().count();
        let numeric = numbers * 10 >= all * 8 && numbers > 0;
        if marks.find(cell).is_some() {
            // A blank corner stands over row names, NA may be sodium; `?` and `.` are no names.
            against += usize::from(!cell.is_empty() && !cell.contains(char::is_alphabetic));
        } else if is_number(cell) {
            counting.extend(number(cell, decimal).and_then(|_| cell.parse::<f64>().ok()));
            against += usize::from(numeric);
        } else if numeric {
            over_numbers += 1;
        } else if all > 0 {
            if cells().any(|other| other == cell) { again += 1 } else { names += 1 }
        }
    }
    // 0, 1, 2... over columns, as pandas writes for columns without names.
    let steps = counting.windows(2).all(|w| matches!(w, [a, b] if b - a == 1.0)) && counting.len() + 1 == first.len();
    if steps && counting.len() > 1 && against == counting.len() && matches!(counting.first(), Some(0.0 | 1.0)) {
        return Found::guess(true, false, vec![false], Note::new("header_counts"));
    }
    if over_numbers > 0 && against * 4 <= over_numbers {
        let note = Note::new("header_over_numbers").with("columns", over_numbers);
        return Found::guess(true, against == 0, vec![false], note);
    }
    if against > 0 {
        return Found::guess(
            false,
            over_numbers + names == 0,
            vec![true],
            Note::new("header_numbers").with("columns", against),
        );
    }
    let names_win = names > again;
    let note = if names_win { Note::new("header_names") } else { Note::new("header_again").with("columns", again) };
    Found::guess(names_win, false, vec![!names_win], note)
}

/// The layout of `text`; `last`: there is no more of it.
pub(super) fn layout(text: &str, last: bool, options: &ReadOptions) -> Layout {
    let end = if !text.contains('\n') && text.contains('\r') { b'\r' } else { b'\n' };
    let quote = match options.quote {
        Some(quote) => Found::chosen(quote, vec![!quote]),
        None => {
            let seen = text.bytes().filter(|&b| b == b'"').count();
            let code = if seen > 0 { "quote_seen" } else { "quote_unseen" };
            Found::guess(true, true, vec![false], Note::new(code).with("count", seen))
        }
    };
    let mut before = 0;
    let mut body = text;
    // Excel's own hint.
    let mut named = None;
    if let Some(rest) = text.strip_prefix("sep=").or_else(|| text.strip_prefix("SEP=")) {
        named = DELIMITERS.into_iter().find(|d| rest.as_bytes().first() == Some(&d.byte()));
        if named.is_some() {
            before = 1;
            body = text.find(char::from(end)).and_then(|at| text.get(at + 1..)).unwrap_or_default();
        }
    }
    let delimiter = match (options.delimiter, named) {
        (Some(delimiter), _) => Found::chosen(delimiter, DELIMITERS.into_iter().filter(|&d| d != delimiter).collect()),
        (None, Some(delimiter)) => Found::guess(delimiter, true, Vec::new(), Note::new("delimiter_named")),
        (None, None) => find_delimiter(end, quote.value, body, last),
    };
    let cut = Cut { delimiter: delimiter.value, quote: quote.value, end };
    let mut cells = 0;
    let mut rows: Vec<Vec<String>> = Vec::new();
    for record in cut.records(body, MOST, last) {
        if record.trim().is_empty() {
            if rows.is_empty() {
                before += 1;
            }
            continue;
        }
        let fields: Vec<String> = cut.fields(record).into_iter().map(|field| field.trim().to_owned()).collect();
        cells += fields.len();
        rows.push(fields);
        if cells > CELLS && rows.len() > 2 {
            break;
        }
    }
    let decimal = match options.decimal {
        Some(mark) => Found::chosen(if mark == ',' { ',' } else { '.' }, vec![if mark == ',' { '.' } else { ',' }]),
        None => find_decimal(&rows),
    };
    let marks = Marks::new(&options.extra_missing, &options.not_missing);
    let header = match options.header {
        Some(header) => Found::chosen(header, vec![!header]),
        None => find_header(&rows, decimal.value as u8, &marks),
    };
    let (fields, ..) = evenness(cut, body, last);
    let first = rows.into_iter().next().unwrap_or_default();
    Layout { cut, delimiter, quote, header, decimal, before, first, fields, notes: Vec::new() }
}
