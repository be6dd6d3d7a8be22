//! A table as bytes and back: how it travels between page and workers. Little-endian; a JSON head, then the columns.

use super::builder::Odd;
use super::column::{Column, Data};
use super::dates;
use super::format::{Format, Note};
use super::frame::Table;
use super::numbers::{self, Numbers, Packed, Style};
use super::options::Kind;
use super::texts::{self, Dict, Texts};
use super::windows::Windows;
use crate::error::{Code, Error, Result};
use serde::{Deserialize, Serialize};

const MAGIC: &[u8; 8] = b"AGtable1";

#[derive(Serialize, Deserialize)]
struct Head {
    name: String,
    rows: usize,
    format: Format,
    notes: Vec<Note>,
    sheets: Vec<String>,
    bytes: u64,
    first_row: usize,
    #[serde(default)]
    windows: Option<Windows>,
    blank: Vec<u32>,
    columns: Vec<ColumnHead>,
}

#[derive(Serialize, Deserialize)]
struct ColumnHead {
    name: String,
    kind: Kind,
    marks: u64,
    decimal: u8,
    order: dates::Order,
}

/// Counts the bytes, or hands them over in pieces.
struct Writer<'a> {
    room: Vec<u8>,
    /// What went before `room`.
    sent: usize,
    take: Option<Take<'a>>,
}

/// What becomes of a piece.
type Take<'a> = &'a mut dyn FnMut(&[u8]);

/// A piece is at least so long, but for the last.
const PIECE: usize = 256 << 10;

macro_rules! slices {
    ($($put:ident $get:ident $int:ty;)+) => {
        impl Writer<'_> {
            $(fn $put(&mut self, values: &[$int]) {
                self.size(values.len());
                let bytes = size_of_val(values);
                if self.take.is_none() {
                    self.sent += bytes;
                    return;
                }
                // Room first: byte by byte is a tenth as fast.
                let start = self.room.len();
                self.room.resize(start + bytes, 0);
                let room = self.room.get_mut(start..).unwrap_or_default().chunks_exact_mut(size_of::<$int>());
                room.zip(values).for_each(|(room, v)| room.copy_from_slice(&v.to_le_bytes()));
                if self.room.len() >= PIECE {
                    self.send();
                }
            })+
        }
        impl Cursor<'_> {
            $(fn $get(&mut self) -> Result<Vec<$int>> {
                const SIZE: usize = size_of::<$int>();
                let count = self.size()?;
                let bytes = self.take(count.checked_mul(SIZE).ok_or_else(damaged)?)?;
                let one = |part: &[u8]| {
                    let mut word = [0u8; SIZE];
                    word.iter_mut().zip(part).for_each(|(to, from)| *to = *from);
                    <$int>::from_le_bytes(word)
                };
                Ok(bytes.chunks_exact(SIZE).map(one).collect())
            })+
        }
    };
}

slices! {
    put_u8 get_u8 u8;
    put_u16 get_u16 u16;
    put_u32 get_u32 u32;
    put_i8 get_i8 i8;
    put_i16 get_i16 i16;
    put_i32 get_i32 i32;
    put_i64 get_i64 i64;
    put_f64 get_f64 f64;
}

fn damaged() -> Error {
    Code::Internal.err().with("reason", "damaged table bytes")
}

impl Writer<'_> {
    fn raw(&mut self, bytes: &[u8]) {
        if self.take.is_some() { self.room.extend_from_slice(bytes) } else { self.sent += bytes.len() }
    }
    fn byte(&mut self, byte: u8) {
        self.raw(&[byte]);
    }
    fn size(&mut self, size: usize) {
        self.raw(&(size as u64).to_le_bytes());
    }
    fn send(&mut self) {
        self.sent += self.room.len();
        if let Some(take) = &mut self.take {
            take(&self.room);
        }
        self.room.clear();
    }
    fn dict(&mut self, dict: &Dict) {
        let (words, ends) = dict.parts();
        self.put_u8(words.as_bytes());
        self.put_u32(ends);
    }
}

struct Cursor<'a>(&'a [u8]);

impl<'a> Cursor<'a> {
    fn take(&mut self, count: usize) -> Result<&'a [u8]> {
        let (head, rest) = self.0.split_at_checked(count).ok_or_else(damaged)?;
        self.0 = rest;
        Ok(head)
    }
    fn byte(&mut self) -> Result<u8> {
        self.take(1)?.first().copied().ok_or_else(damaged)
    }
    fn size(&mut self) -> Result<usize> {
        let bytes = self.take(8)?.try_into().map_err(|_| damaged())?;
        usize::try_from(u64::from_le_bytes(bytes)).map_err(|_| damaged())
    }
    fn text(&mut self) -> Result<String> {
        String::from_utf8(self.get_u8()?).map_err(|_| damaged())
    }
    fn dict(&mut self) -> Result<Dict> {
        let words = self.text()?;
        Dict::from_parts(words, self.get_u32()?).ok_or_else(damaged)
    }
}

fn put_numbers(to: &mut Writer<'_>, numbers: &Numbers) {
    to.size(numbers.chunk_rows);
    to.size(numbers.len);
    to.size(numbers.chunks.len());
    for chunk in &numbers.chunks {
        to.byte(chunk.scale);
        match &chunk.style {
            Style::Short => to.byte(0),
            Style::Float => to.byte(1),
            Style::Fixed => to.byte(2),
            Style::Each(decimals) => {
                to.byte(3);
                to.put_u8(decimals);
            }
        }
        match &chunk.values {
            Packed::I8(v) => {
                to.byte(0);
                to.put_i8(v)
            }
            Packed::I16(v) => {
                to.byte(1);
                to.put_i16(v)
            }
            Packed::I32(v) => {
                to.byte(2);
                to.put_i32(v)
            }
            Packed::I64(v) => {
                to.byte(3);
                to.put_i64(v)
            }
            Packed::F64(v) => {
                to.byte(4);
                to.put_f64(v)
            }
        }
    }
}

fn get_numbers(from: &mut Cursor<'_>) -> Result<Numbers> {
    let mut numbers = Numbers::new(from.size()?);
    numbers.len = from.size()?;
    for _ in 0..from.size()? {
        let scale = from.byte()?;
        let style = match from.byte()? {
            0 => Style::Short,
            1 => Style::Float,
            2 => Style::Fixed,
            3 => Style::Each(from.get_u8()?.into()),
            _ => return Err(damaged()),
        };
        let values = match from.byte()? {
            0 => Packed::I8(from.get_i8()?.into()),
            1 => Packed::I16(from.get_i16()?.into()),
            2 => Packed::I32(from.get_i32()?.into()),
            3 => Packed::I64(from.get_i64()?.into()),
            4 => Packed::F64(from.get_f64()?.into()),
            _ => return Err(damaged()),
        };
        if scale > 22 {
            return Err(damaged());
        }
        numbers.chunks.push(numbers::Chunk { values, scale, style });
    }
    numbers.chunks.shrink_to_fit();
    // Every chunk full but the last, and together as long as they say.
    let full = numbers.chunks.iter().rev().skip(1).all(|chunk| chunk.values.len() == numbers.chunk_rows);
    if !full || numbers.chunks.iter().map(|chunk| chunk.values.len()).sum::<usize>() != numbers.len {
        return Err(damaged());
    }
    Ok(numbers)
}

fn put_texts(to: &mut Writer<'_>, words: &Texts) {
    to.size(words.chunk_rows);
    to.size(words.len);
    to.dict(&words.dict);
    to.size(words.chunks.len());
    for chunk in &words.chunks {
        match chunk {
            texts::Chunk::C8(v) => {
                to.byte(0);
                to.put_u8(v)
            }
            texts::Chunk::C16(v) => {
                to.byte(1);
                to.put_u16(v)
            }
            texts::Chunk::C32(v) => {
                to.byte(2);
                to.put_u32(v)
            }
            texts::Chunk::Raw { words, ends } => {
                to.byte(3);
                to.put_u8(words.as_bytes());
                to.put_u32(ends);
            }
        }
    }
}

fn get_texts(from: &mut Cursor<'_>) -> Result<Texts> {
    let (chunk_rows, len, dict) = (from.size()?.max(1), from.size()?, from.dict()?);
    let mut chunks = Vec::new();
    for _ in 0..from.size()? {
        chunks.push(match from.byte()? {
            0 => texts::Chunk::C8(from.get_u8()?.into()),
            1 => texts::Chunk::C16(from.get_u16()?.into()),
            2 => texts::Chunk::C32(from.get_u32()?.into()),
            3 => {
                let words = from.text()?.into();
                texts::Chunk::Raw { words, ends: from.get_u32()?.into() }
            }
            _ => return Err(damaged()),
        });
    }
    chunks.shrink_to_fit();
    let full = chunks.iter().rev().skip(1).all(|chunk| chunk.len() == chunk_rows);
    if !full || chunks.iter().map(texts::Chunk::len).sum::<usize>() != len {
        return Err(damaged());
    }
    Ok(Texts { chunk_rows, len, dict, chunks })
}

/// A table on its way out: its length is known before its bytes are there.
pub struct Packing<'a> {
    table: &'a Table,
    head: Vec<u8>,
}

impl Packing<'_> {
    /// How many bytes there are.
    #[expect(clippy::len_without_is_empty, reason = "there is no empty table")]
    pub fn len(&self) -> usize {
        self.pass(None)
    }
    /// Hands the bytes to `take`, piece by piece: the page copies them without a second whole here.
    pub fn write(&self, take: Take<'_>) {
        self.pass(Some(take));
    }

    fn pass(&self, take: Option<Take<'_>>) -> usize {
        let mut to = Writer { room: Vec::new(), sent: 0, take };
        to.raw(MAGIC);
        to.put_u8(&self.head);
        for column in &self.table.columns {
            match &column.data {
                Data::Numbers(numbers) => {
                    to.byte(0);
                    put_numbers(&mut to, numbers);
                }
                Data::Texts(words) => {
                    to.byte(1);
                    put_texts(&mut to, words);
                }
            }
            match &column.odd {
                None => to.byte(0),
                Some(odd) => {
                    to.byte(1);
                    to.put_u32(&odd.rows);
                    to.put_u32(&odd.codes);
                    to.dict(&odd.dict);
                    to.size(odd.words);
                    to.size(odd.padded);
                }
            }
        }
        to.send();
        to.sent
    }
}

impl Table {
    /// The table as bytes, for [`from_bytes`](Self::from_bytes).
    pub fn to_bytes(&self) -> Vec<u8> {
        let packing = self.packing();
        let mut all = Vec::with_capacity(packing.len());
        packing.write(&mut |piece| all.extend_from_slice(piece));
        all
    }

    /// The same, to be taken piece by piece.
    pub fn packing(&self) -> Packing<'_> {
        let head = Head {
            name: self.name.clone(),
            rows: self.rows,
            format: self.format.clone(),
            notes: self.notes.clone(),
            sheets: self.sheets.clone(),
            bytes: self.bytes,
            first_row: self.first_row,
            windows: self.windows.clone(),
            blank: self.blank.clone(),
            columns: self
                .columns
                .iter()
                .map(|c| ColumnHead {
                    name: c.name.clone(),
                    kind: c.kind,
                    marks: c.marks,
                    decimal: c.decimal,
                    order: c.order,
                })
                .collect(),
        };
        Packing { table: self, head: serde_json::to_vec(&head).unwrap_or_default() }
    }

    /// The table of [`to_bytes`](Self::to_bytes).
    ///
    /// # Errors
    /// `internal` for bytes that are no table.
    pub fn from_bytes(bytes: &[u8]) -> Result<Table> {
        let mut from = Cursor(bytes);
        if from.take(MAGIC.len())? != MAGIC {
            return Err(damaged());
        }
        let head: Head = serde_json::from_slice(&from.get_u8()?).map_err(|_| damaged())?;
        let mut columns = Vec::with_capacity(head.columns.len());
        for ColumnHead { name, kind, marks, decimal, order } in head.columns {
            let data = match from.byte()? {
                0 => Data::Numbers(get_numbers(&mut from)?),
                1 => Data::Texts(get_texts(&mut from)?),
                _ => return Err(damaged()),
            };
            let odd = match from.byte()? {
                0 => None,
                _ => {
                    let (rows, codes, dict) = (from.get_u32()?, from.get_u32()?, from.dict()?);
                    Some(Box::new(Odd { rows, codes, dict, words: from.size()?, padded: from.size()? }))
                }
            };
            let column = Column { name, kind, data, odd, marks, decimal, order };
            column.check(head.rows)?;
            columns.push(column);
        }
        let Head { name, rows, format, notes, sheets, windows, bytes, first_row, blank, .. } = head;
        Ok(Table { name, rows, columns, format, notes, sheets, windows, bytes, first_row, blank })
    }
}
