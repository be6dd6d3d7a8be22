//! What a person may choose before reading, and the small enums that the choices are made of.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

use super::counts::Counts;
use super::windows::Windows;

/// How the bytes of a text are to be understood.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Encoding {
    /// UTF-8, of which ASCII is a part.
    Utf8,
    /// UTF-16, little end first (Windows' "Unicode text").
    Utf16le,
    /// UTF-16, big end first.
    Utf16be,
    /// GB18030, of which GBK and GB2312 are parts.
    Gb18030,
    /// Windows-1252, of which Latin-1's letters are a part.
    Windows1252,
    /// Windows-1250, central European.
    Windows1250,
    /// Windows-1251, Cyrillic.
    Windows1251,
    /// Big5, traditional Chinese.
    Big5,
    /// Shift_JIS, Japanese.
    ShiftJis,
    /// EUC-KR, Korean.
    EucKr,
}

impl Encoding {
    pub(super) fn codec(self) -> &'static encoding_rs::Encoding {
        match self {
            Encoding::Utf8 => encoding_rs::UTF_8,
            Encoding::Utf16le => encoding_rs::UTF_16LE,
            Encoding::Utf16be => encoding_rs::UTF_16BE,
            Encoding::Gb18030 => encoding_rs::GB18030,
            Encoding::Windows1252 => encoding_rs::WINDOWS_1252,
            Encoding::Windows1250 => encoding_rs::WINDOWS_1250,
            Encoding::Windows1251 => encoding_rs::WINDOWS_1251,
            Encoding::Big5 => encoding_rs::BIG5,
            Encoding::ShiftJis => encoding_rs::SHIFT_JIS,
            Encoding::EucKr => encoding_rs::EUC_KR,
        }
    }
    /// The name under which the encoding is registered with IANA.
    pub fn label(self) -> &'static str {
        self.codec().name()
    }
}

/// What stands between two fields.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Delimiter {
    /// `,`
    Comma,
    /// `;`
    Semicolon,
    /// A tab.
    Tab,
    /// `|`
    Pipe,
    /// One or several blanks or tabs; blanks at either end of the row do not count.
    Whitespace,
}

impl Delimiter {
    /// The byte, or a blank for runs of white space.
    pub(super) fn byte(self) -> u8 {
        match self {
            Delimiter::Comma => b',',
            Delimiter::Semicolon => b';',
            Delimiter::Tab => b'\t',
            Delimiter::Pipe => b'|',
            Delimiter::Whitespace => b' ',
        }
    }
    pub(super) fn sign(self) -> &'static str {
        match self {
            Delimiter::Comma => ",",
            Delimiter::Semicolon => ";",
            Delimiter::Tab => "\\t",
            Delimiter::Pipe => "|",
            Delimiter::Whitespace => "\\s+",
        }
    }
}

/// What the cells of a column are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// Numbers.
    Number,
    /// One of a few names.
    Category,
    /// Yes or no.
    Boolean,
    /// A day, perhaps with a time; as a number: days since 1970-01-01.
    Date,
    /// A name of the row, of no use as a feature.
    Identifier,
    /// Free text.
    Text,
}

/// The reading options; each `None` means "find it from the evidence".
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ReadOptions {
    /// The encoding.
    pub encoding: Option<Encoding>,
    /// The separator.
    pub delimiter: Option<Delimiter>,
    /// Whether `"` quotes fields.
    pub quote: Option<bool>,
    /// Whether the first row names the columns.
    pub header: Option<bool>,
    /// The decimal mark, `.` or `,`.
    pub decimal: Option<char>,
    /// The sheet of a workbook.
    pub sheet: Option<String>,
    /// The columns' names, in order, in place of the header's or where there is none.
    pub names: Option<Vec<String>>,
    /// Turn the table: rows become columns.
    pub transpose: bool,
    /// Make a long table of readings into windows, after everything else.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub windows: Option<Windows>,
    /// Prepare the counts of genes in cells, after everything else.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub counts: Option<Counts>,
    /// Fill short rows with missing cells instead of refusing them.
    pub pad_short_rows: bool,
    /// Further cells that mean "missing", in every column.
    pub extra_missing: Vec<String>,
    /// Usual missing marks that are values here (such as `-` beside `+`, or `None` for "no complication").
    pub not_missing: Vec<String>,
    /// Codes that mean "missing" in one column; `*` for all columns.
    pub missing_codes: BTreeMap<String, Vec<String>>,
    /// The kind of a column, by its name.
    pub kinds: BTreeMap<String, Kind>,
}
