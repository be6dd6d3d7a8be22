//! A column while it is read. It begins as numbers; texts among them are kept aside with their rows; when there are
//! many, the numbers seen so far get their texts back and the column goes on as text.

use super::cell::{Cell, boolean, number, pack, unpack, value};
use super::column::{Column, Data};
use super::dates;
use super::numbers::{self, MISSING, Numbers};
use super::options::Kind;
use super::texts::{self, Dict};

/// Cells of a number column whose text is not what the number would be written as.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Odd {
    pub(super) rows: Vec<u32>,
    pub(super) codes: Vec<u32>,
    pub(super) dict: Dict,
    /// How many of them are no numbers at all.
    pub(super) words: usize,
    /// Whole numbers with leading zeros among the words.
    pub(super) padded: usize,
}

/// Odd writings of numbers (`1e-5`) are kept for this many cells; a longer column without a word is one of numbers.
const KEPT: usize = 4096;

impl Odd {
    fn push(&mut self, row: usize, text: &str) {
        self.rows.push(row as u32);
        let code = self.dict.code(text);
        self.codes.push(code);
    }
    pub(super) fn get(&self, row: usize) -> Option<&str> {
        let at = self.rows.binary_search(&(row as u32)).ok()?;
        self.dict.get(*self.codes.get(at)? as usize)
    }
    fn memory(&self) -> usize {
        4 * (self.rows.capacity() + self.codes.capacity()) + self.dict.memory()
    }
}

#[derive(Debug)]
pub(super) struct Builder {
    open: numbers::Open,
    numbers: Numbers,
    odd: Option<Box<Odd>>,
    texts: Option<Box<texts::Open>>,
    writing_dropped: bool,
    missing: usize,
    marks: u64,
    decimal: u8,
}

impl Builder {
    pub(super) fn new(chunk_rows: usize, decimal: u8) -> Builder {
        Builder {
            open: numbers::Open::new(chunk_rows),
            numbers: Numbers::new(chunk_rows),
            odd: None,
            texts: None,
            writing_dropped: false,
            missing: 0,
            marks: 0,
            decimal,
        }
    }
    /// Whether cells must come with their text.
    #[inline(always)]
    pub(super) fn wants_text(&self) -> bool {
        self.texts.is_some()
    }
    /// A decimal in its usual writing, while [`wants_text`](Self::wants_text) is false.
    #[inline(always)]
    pub(super) fn push_packed(&mut self, packed: i64) {
        self.open.push(packed);
        if self.open.full() {
            self.seal();
        }
    }
    fn len(&self) -> usize {
        self.texts.as_ref().map_or(self.numbers.len + self.open.len(), |texts| texts.len())
    }
    #[inline(never)]
    fn seal(&mut self) {
        self.numbers.len += self.open.len();
        let chunk = self.open.seal();
        self.numbers.chunks.push(chunk);
    }
    pub(super) fn push(&mut self, cell: Cell, mark: u32, text: &str) {
        if cell == Cell::Missing {
            self.missing += 1;
            self.marks |= 1 << mark;
        }
        if let Some(texts) = &mut self.texts {
            texts.push((cell != Cell::Missing).then_some(text));
            return;
        }
        let row = self.len();
        match cell {
            Cell::Number(packed) => self.open.push(packed),
            Cell::Missing => self.open.push(MISSING),
            Cell::Odd(packed) => {
                self.keep_writing(row, text);
                self.open.push(packed);
            }
            Cell::Float(value) => {
                self.keep_writing(row, text);
                self.open.push_float(value);
            }
            Cell::Text => {
                let odd = self.odd.get_or_insert_default();
                odd.push(row, text);
                odd.words += 1;
                odd.padded += usize::from(text.bytes().all(|b| b.is_ascii_digit()));
                self.open.push(MISSING);
            }
        }
        if self.open.full() {
            self.seal();
        }
        if let Some(odd) = &self.odd
            && odd.words >= 32
            && odd.words * 8 > row
        {
            self.become_texts();
        }
    }
    fn keep_writing(&mut self, row: usize, text: &str) {
        if self.writing_dropped {
            return;
        }
        let odd = self.odd.get_or_insert_default();
        if odd.words > 0 || odd.rows.len() < KEPT {
            odd.push(row, text);
        } else {
            // A long column of numbers: their writing no longer matters.
            self.writing_dropped = true;
            self.odd = None;
        }
    }
    fn become_texts(&mut self) {
        if self.open.len() > 0 {
            self.seal();
        }
        let numbers = std::mem::replace(&mut self.numbers, Numbers::new(1));
        let odd = self.odd.take();
        self.texts = Some(Box::new(as_texts(&numbers, odd.as_deref())));
        self.open = numbers::Open::default();
    }
    pub(super) fn memory(&self) -> usize {
        let odd = self.odd.as_ref().map_or(0, |odd| odd.memory());
        let texts = self.texts.as_ref().map_or(0, |texts| texts.memory());
        size_of::<Builder>() + self.open.memory() + self.numbers.memory() + odd + texts
    }

    /// The finished column at the kind that its cells speak for.
    pub(super) fn finish(mut self, name: String) -> Column {
        if self.texts.is_none() && self.open.len() > 0 {
            self.seal();
        }
        self.open = numbers::Open::default();
        let words = self.odd.as_ref().map_or(0, |odd| odd.words);
        let present = self.len() - self.missing;
        if self.texts.is_none() {
            let padded = self.odd.as_ref().is_some_and(|odd| odd.padded == odd.words && words > 0);
            if words * 10 > present || padded {
                self.become_texts();
            }
        }
        let (marks, decimal) = (self.marks, self.decimal);
        match self.texts {
            None => {
                let odd = self.odd.filter(|odd| odd.dict.len() > 0);
                self.numbers.chunks.shrink_to_fit();
                let data = Data::Numbers(self.numbers);
                let mut column =
                    Column { name, kind: Kind::Number, data, odd, marks, decimal, order: dates::Order::DayFirst };
                if numbers_identify(&column) {
                    column.kind = Kind::Identifier;
                }
                column
            }
            Some(texts) => {
                let texts = texts.finish();
                let kind = text_kind(&texts, &name, self.decimal);
                let order = dates::order(texts.iter().flatten().filter(|_| kind == Kind::Date)).0;
                let column = Column { name, kind, data: Data::Texts(texts), odd: None, marks, decimal, order };
                // Many numbers behind some early texts.
                if kind == Kind::Number { column.as_numbers() } else { column }
            }
        }
    }
}

/// The cells of a number column as the texts they were.
pub(super) fn as_texts(numbers: &Numbers, odd: Option<&Odd>) -> texts::Open {
    let mut texts = texts::Open::new(numbers.chunk_rows);
    for row in 0..numbers.len {
        match odd.and_then(|odd| odd.get(row)) {
            Some(text) => texts.push(Some(text)),
            None => texts.push(numbers.text(row).as_deref()),
        }
    }
    texts
}

/// A number column from (row's number or text) cells; what is no number is kept aside.
pub(super) fn from_texts<'a>(
    cells: impl Iterator<Item = Option<&'a str>>,
    chunk_rows: usize,
    decimal: u8,
) -> (Numbers, Option<Box<Odd>>, usize) {
    let mut open = numbers::Open::default();
    let (mut done, mut odd, mut at, mut missing) = (Numbers::new(chunk_rows), Odd::default(), 0usize, 0usize);
    for text in cells {
        let cell = text.map(|text| (number_or_padded(text, decimal), text));
        match cell {
            None => {
                missing += 1;
                open.push(MISSING);
            }
            Some((Some(Cell::Number(packed)), _)) => open.push(packed),
            Some((Some(Cell::Odd(packed)), text)) => {
                odd.push(at, text);
                open.push(packed);
            }
            Some((Some(Cell::Float(value)), text)) => {
                if numbers::float_text(value) != text {
                    odd.push(at, text);
                }
                open.push_float(value);
            }
            Some((_, text)) => {
                odd.push(at, text);
                odd.words += 1;
                open.push(MISSING);
            }
        }
        at += 1;
        if at % done.chunk_rows == 0 {
            done.chunks.push(open.seal());
        }
    }
    if at % done.chunk_rows != 0 {
        done.chunks.push(open.seal());
    }
    done.len = at;
    (done, (!odd.rows.is_empty()).then(|| Box::new(odd)), missing)
}

/// As [`number`], and `007` is 7: asked for by a person who says that the column is one of numbers.
fn number_or_padded(text: &str, decimal: u8) -> Option<Cell> {
    number(text, decimal).or_else(|| {
        let digits = text.strip_prefix('-').unwrap_or(text);
        let bare = digits.trim_start_matches('0');
        if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit()) {
            None
        } else if bare.len() > 15 {
            text.parse().ok().map(Cell::Float)
        } else {
            text.parse().ok().map(|m| Cell::Odd(pack(m, 0)))
        }
    })
}

/// Names that an identifier's header ends or begins with.
pub(super) fn name_identifies(name: &str) -> bool {
    const NAMES: [&str; 26] = [
        "id",
        "ids",
        "mrn",
        "uuid",
        "guid",
        "patient",
        "patientid",
        "patientnumber",
        "patientno",
        "subject",
        "subjectid",
        "sample",
        "sampleid",
        "samplename",
        "record",
        "recordid",
        "caseid",
        "studyid",
        "usubjid",
        "barcode",
        "rownames",
        "no",
        "nr",
        "sno",
        "eid",
        "accession",
    ];
    const CHINESE: [&str; 6] = ["编号", "病历号", "住院号", "身份证", "序号", "样本号"];
    let plain: String = name.to_lowercase().chars().filter(|c| c.is_alphanumeric()).collect();
    NAMES.contains(&plain.as_str())
        || name.to_lowercase().ends_with("_id")
        || name.ends_with("ID")
        || CHINESE.iter().any(|part| name.contains(part))
}

/// Whole numbers, no two alike, that count 1, 2, 3... or whose header says so.
fn numbers_identify(column: &Column) -> bool {
    let named = name_identifies(&column.name);
    let Data::Numbers(numbers) = &column.data else { return false };
    if numbers.len < 3 {
        return false;
    }
    let (first, mut counting, mut whole) = (numbers.get(0), true, true);
    let Some(first) = first else { return false };
    for row in 0..numbers.len.min(64) {
        let cell = numbers.get(row);
        counting &= cell == Some(first + row as f64);
        whole &= cell.is_some_and(|v| v.trunc() == v);
        if !(counting || named && whole) {
            return false;
        }
    }
    // One pass over all cells only where the first ones agree.
    if counting && numbers.len >= 10 && (first == 0.0 || first == 1.0 || named) {
        let all = numbers.to_vec();
        counting = all.iter().enumerate().all(|(row, v)| *v == first + row as f64);
        return counting;
    }
    if !named || !whole {
        return false;
    }
    let mut all = numbers.to_vec();
    all.sort_unstable_by(f64::total_cmp);
    all.iter().all(|v| v.trunc() == *v) && all.windows(2).all(|w| matches!(w, [a, b] if a != b))
}

fn text_kind(texts: &texts::Texts, name: &str, decimal: u8) -> Kind {
    let (mut present, mut numeric, mut days, mut length, mut padded) = (0usize, 0usize, 0usize, 0usize, 0usize);
    let mut pair = (true, 0u8);
    let mut distinct = texts.dict.len();
    let mut look = |word: &str, times: usize| {
        present += times;
        length += word.chars().count() * times;
        if number(word, decimal).is_some() {
            numeric += times;
        } else if word.bytes().all(|b| b.is_ascii_digit()) {
            padded += times;
        }
        if dates::looks(word) {
            days += times;
        }
        if pair.0 {
            match boolean(word) {
                Some(yes) => pair.1 |= if yes { 1 } else { 2 },
                None => pair.0 = false,
            }
        }
    };
    if texts.coded() {
        let mut counts = vec![0usize; texts.dict.len()];
        (0..texts.len).filter_map(|row| texts.code(row)).for_each(|code| {
            if let Some(count) = counts.get_mut(code as usize) {
                *count += 1;
            }
        });
        texts.dict.words().zip(&counts).for_each(|(word, &times)| look(word, times));
    } else {
        texts.iter().flatten().for_each(|word| look(word, 1));
        // Most of the cells are new words there; how many exactly does not change the kind.
        distinct = distinct.max(present / 2 + 1);
        let mut seen: Vec<u64> = texts.iter().flatten().map(texts::hash).collect();
        seen.sort_unstable();
        seen.dedup();
        distinct = distinct.min(seen.len());
    }
    if present == 0 {
        Kind::Category
    } else if numeric * 10 >= present * 9 && padded == 0 {
        Kind::Number
    } else if pair.0 && distinct <= 2 {
        Kind::Boolean
    } else if days * 100 >= present * 98 {
        Kind::Date
    } else if distinct * 100 >= present * 95
        && length <= present * 40
        && (present >= 10 || (name_identifies(name) && present > 2))
    {
        if length > present * 24 { Kind::Text } else { Kind::Identifier }
    } else if distinct * 2 <= present.max(40) && distinct <= 1000 {
        Kind::Category
    } else if length > present * 24 || distinct > 1000 {
        Kind::Text
    } else {
        Kind::Category
    }
}

/// The packed cell of a number, for tables that are made and not read.
pub(super) fn repack(open: &mut numbers::Open, number: Option<f64>) {
    match number {
        None => open.push(MISSING),
        Some(v) if v % 1.0 == 0.0 && v.abs() < 1e15 => open.push(pack(v as i64, 0)),
        Some(v) => match super::cell::number(&numbers::float_text(v), b'.') {
            Some(Cell::Number(packed) | Cell::Odd(packed)) if back(packed) == v => open.push(packed),
            _ => open.push_float(v),
        },
    }
}

fn back(packed: i64) -> f64 {
    let (mantissa, decimals) = unpack(packed);
    value(mantissa, decimals)
}
