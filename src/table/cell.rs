//! One cell: number, missing mark or text. Decimals go from bytes to (mantissa, decimals) without a float between:
//! at most 15 digits and 22 decimals, so that mantissa / 10^decimals is the correctly rounded f64 (Clinger's fast path).

/// A cell, classified.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Cell {
    /// A decimal in its usual writing, [`pack`]ed: its text can be made again.
    Number(i64),
    /// A decimal in another writing (`.7`, `+3`, `-0`), packed.
    Odd(i64),
    /// A number that needs a float: an exponent, or more than 15 digits.
    Float(f64),
    /// A missing mark.
    Missing,
    /// Anything else.
    Text,
}

/// Powers of ten that are exact in f64.
pub(super) const TEN: [f64; 23] = [
    1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20,
    1e21, 1e22,
];

/// Mantissa and decimals (at most 22) in one word; |mantissa| < 2^53 leaves room for the sentinels of the open chunk.
pub(super) fn pack(mantissa: i64, decimals: usize) -> i64 {
    (mantissa << 5) | (decimals as i64 & 31)
}

/// The two halves of [`pack`].
pub(super) fn unpack(packed: i64) -> (i64, usize) {
    (packed >> 5, (packed & 31) as usize)
}

/// The f64 nearest to mantissa / 10^decimals.
pub(super) fn value(mantissa: i64, decimals: usize) -> f64 {
    mantissa as f64 / TEN.get(decimals).copied().unwrap_or(f64::INFINITY)
}

/// The usual decimal that starts at `start` and ends at `delimiter` or the end of the line: (packed, end).
/// `None` sends the cell the slow way; it does not mean that it is no number.
#[inline(always)]
pub(super) fn fast(bytes: &[u8], start: usize, delimiter: u8, decimal: u8) -> Option<(i64, usize)> {
    let mut at = start;
    let minus = *bytes.get(at)? == b'-';
    at += usize::from(minus);
    let first = at;
    let mut mantissa = 0i64;
    let mut byte;
    loop {
        byte = *bytes.get(at)?;
        let digit = byte.wrapping_sub(b'0');
        if digit > 9 {
            break;
        }
        mantissa = mantissa.wrapping_mul(10).wrapping_add(i64::from(digit));
        at += 1;
    }
    let whole = at - first;
    if whole == 0 || (whole > 1 && *bytes.get(first)? == b'0') {
        return None;
    }
    let mut decimals = 0;
    if byte == decimal && byte != delimiter {
        at += 1;
        let point = at;
        loop {
            byte = *bytes.get(at)?;
            let digit = byte.wrapping_sub(b'0');
            if digit > 9 {
                break;
            }
            mantissa = mantissa.wrapping_mul(10).wrapping_add(i64::from(digit));
            at += 1;
        }
        decimals = at - point;
        if decimals == 0 {
            return None;
        }
    }
    if whole + decimals > 15 || !(byte == delimiter || byte == b'\n' || byte == b'\r') || (minus && mantissa == 0) {
        return None;
    }
    Some((pack(if minus { -mantissa } else { mantissa }, decimals), at))
}

/// The number that `text` is, if it is one. Whole numbers with leading zeros or more than 15 digits are texts:
/// they are codes (postcodes, national identifiers), and as floats they would change.
pub(super) fn number(text: &str, decimal: u8) -> Option<Cell> {
    let bytes = text.as_bytes();
    let (sign, body) = match bytes.first()? {
        b'-' => (-1, 1),
        b'+' => (1, 1),
        _ => (1, 0),
    };
    let odd_minus = text.strip_prefix('−');
    if let Some(rest) = odd_minus {
        return match number(rest, decimal)? {
            Cell::Number(p) | Cell::Odd(p) if !rest.starts_with(['-', '+']) => {
                let (m, d) = unpack(p);
                Some(Cell::Odd(pack(-m, d)))
            }
            _ => None,
        };
    }
    let (mut mantissa, mut digits, mut whole, mut decimals, mut point, mut at) =
        (0i64, 0usize, 0usize, 0usize, false, body);
    while let Some(&byte) = bytes.get(at) {
        if byte.is_ascii_digit() {
            mantissa = mantissa.saturating_mul(10).saturating_add(i64::from(byte - b'0'));
            digits += usize::from(mantissa != 0);
            if point { decimals += 1 } else { whole += 1 }
        } else if byte == decimal && !point {
            point = true;
        } else {
            break;
        }
        at += 1;
    }
    if whole + decimals == 0 {
        return None;
    }
    let padded = whole > 1 && bytes.get(body) == Some(&b'0');
    if at == bytes.len() {
        if !point && (padded || digits > 15) {
            return None;
        }
        if digits <= 15 && decimals <= 22 {
            let packed = pack(sign * mantissa, decimals);
            let usual = whole > 0 && !padded && point == (decimals > 0) && bytes.first() != Some(&b'+');
            let usual = usual && !(sign < 0 && mantissa == 0);
            return Some(if usual { Cell::Number(packed) } else { Cell::Odd(packed) });
        }
    } else {
        // The rest must be an exponent.
        if !matches!(bytes.get(at), Some(b'e' | b'E')) {
            return None;
        }
        let digits_at = at + 1 + usize::from(matches!(bytes.get(at + 1), Some(b'+' | b'-')));
        let exponent = bytes.get(digits_at..).filter(|rest| !rest.is_empty())?;
        if !exponent.iter().all(u8::is_ascii_digit) {
            return None;
        }
    }
    let parsed =
        if decimal == b'.' { text.parse::<f64>() } else { text.replace(char::from(decimal), ".").parse::<f64>() };
    parsed.ok().filter(|v| v.is_finite()).map(Cell::Float)
}

/// The cells that mean "missing" wherever they stand alone. Bit `i` of a column's marks says that mark `i` was seen.
pub(super) const MARKS: [&str; 32] = [
    "", "NA", "na", "N/A", "n/a", "NaN", "nan", "NAN", "NULL", "null", "Null", ".", "?", "-", "−", "–", "—", "缺失",
    "未知", "不详", "#N/A", "#NULL!", "#VALUE!", "#DIV/0!", "#REF!", "#NUM!", "#NAME?", "<NA>", "None", "none", "NONE",
    "missing",
];

/// The missing marks of one reading.
#[derive(Debug, Clone, Default)]
pub(super) struct Marks {
    extra: Vec<String>,
    values: Vec<String>,
}

impl Marks {
    pub(super) fn new(extra: &[String], values: &[String]) -> Marks {
        Marks { extra: extra.to_vec(), values: values.to_vec() }
    }

    /// The number of the mark that `text` is; 31 + 1 for one of the person's own.
    pub(super) fn find(&self, text: &str) -> Option<u32> {
        let common = match text.as_bytes() {
            [] => Some(0),
            // Most texts are no mark: their first byte says so.
            [b'N' | b'n' | b'.' | b'?' | b'-' | b'#' | b'<' | b'm' | 0xe2..=0xe9, ..] if text.len() <= 7 => {
                MARKS.iter().position(|mark| *mark == text).map(|at| at as u32)
            }
            _ => None,
        };
        match common {
            Some(mark) if !self.values.iter().any(|v| v == text) => Some(mark),
            _ => self.extra.iter().any(|m| m == text).then_some(32),
        }
    }

    /// What a trimmed cell is.
    pub(super) fn classify(&self, text: &str, decimal: u8) -> (Cell, u32) {
        if let Some(mark) = self.find(text) {
            return (Cell::Missing, mark);
        }
        (number(text, decimal).unwrap_or(Cell::Text), 0)
    }
}

/// `Some(true)` for yes, `Some(false)` for no, in the usual writings.
pub(super) fn boolean(text: &str) -> Option<bool> {
    const YES: [&str; 8] = ["true", "yes", "y", "t", "是", "有", "ja", "oui"];
    const NO: [&str; 8] = ["false", "no", "n", "f", "否", "无", "nein", "non"];
    let low = text.to_lowercase();
    if YES.contains(&low.as_str()) {
        Some(true)
    } else if NO.contains(&low.as_str()) {
        Some(false)
    } else {
        None
    }
}
