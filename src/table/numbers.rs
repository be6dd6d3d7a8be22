//! Numbers in chunks, each at the smallest width that holds it without loss: i8, i16, i32 or i64 mantissas under one
//! power of ten, or f64. Missing is the width's smallest value (NaN for f64). How the decimals were written is kept,
//! so that a column that turns out to be text gets the text of its cells back.

use super::cell::{TEN, unpack, value};

/// No cell here.
pub(super) const MISSING: i64 = i64::MIN;
/// The next value of `floats` stands here.
const FLOAT: i64 = i64::MIN + 1;
/// Of a float among decimals: its text is the shortest.
const SHORTEST: u8 = u8::MAX;
/// Mantissas up to here are exact in f64.
const EXACT: i64 = 1 << 53;

#[derive(Debug, Clone)]
pub(super) enum Packed {
    I8(Box<[i8]>),
    I16(Box<[i16]>),
    I32(Box<[i32]>),
    I64(Box<[i64]>),
    F64(Box<[f64]>),
}

impl Packed {
    pub(super) fn len(&self) -> usize {
        match self {
            Packed::I8(v) => v.len(),
            Packed::I16(v) => v.len(),
            Packed::I32(v) => v.len(),
            Packed::I64(v) => v.len(),
            Packed::F64(v) => v.len(),
        }
    }
}

impl PartialEq for Packed {
    fn eq(&self, other: &Packed) -> bool {
        match (self, other) {
            (Packed::I8(a), Packed::I8(b)) => a == b,
            (Packed::I16(a), Packed::I16(b)) => a == b,
            (Packed::I32(a), Packed::I32(b)) => a == b,
            (Packed::I64(a), Packed::I64(b)) => a == b,
            // By bits: two missing cells are equal.
            (Packed::F64(a), Packed::F64(b)) => a.iter().map(|v| v.to_bits()).eq(b.iter().map(|v| v.to_bits())),
            _ => false,
        }
    }
}

/// How many decimals each cell was written with.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Style {
    /// As many as needed.
    Short,
    /// As many as needed, at least one (Python's floats).
    Float,
    /// Always the chunk's scale.
    Fixed,
    /// One by one.
    Each(Box<[u8]>),
}

#[derive(Debug, Clone, PartialEq)]
pub(super) struct Chunk {
    pub(super) values: Packed,
    pub(super) scale: u8,
    pub(super) style: Style,
}

/// A column of numbers.
#[derive(Debug, Clone, PartialEq)]
pub struct Numbers {
    pub(super) chunk_rows: usize,
    pub(super) len: usize,
    pub(super) chunks: Vec<Chunk>,
}

/// The chunk that is being filled: [`pack`](super::cell::pack)ed cells or sentinels.
#[derive(Debug, Default)]
pub(super) struct Open {
    cells: Vec<i64>,
    floats: Vec<f64>,
    /// The cells of a full chunk: kept here, so that a push touches nothing else of its column.
    rows: usize,
}

impl Open {
    pub(super) fn new(rows: usize) -> Open {
        Open { rows, ..Open::default() }
    }
    pub(super) fn len(&self) -> usize {
        self.cells.len()
    }
    #[inline(always)]
    pub(super) fn full(&self) -> bool {
        self.cells.len() == self.rows
    }
    #[inline(always)]
    pub(super) fn push(&mut self, packed: i64) {
        if self.cells.len() == self.cells.capacity() {
            self.grow();
        }
        self.cells.push(packed);
    }
    /// A few rows, then the whole chunk: doubling moved every column of a wide table seven times.
    #[inline(never)]
    fn grow(&mut self) {
        const FEW: usize = 16;
        let room = if self.cells.is_empty() { FEW } else { self.rows };
        self.cells.reserve_exact(room.saturating_sub(self.cells.len()).max(1));
    }
    pub(super) fn push_float(&mut self, value: f64) {
        self.push(FLOAT);
        self.floats.push(value);
    }
    pub(super) fn memory(&self) -> usize {
        (self.cells.capacity() + self.floats.capacity()) * 8
    }

    /// The chunk at its smallest width; what was open is empty afterwards and keeps its room.
    pub(super) fn seal(&mut self) -> Chunk {
        let chunk =
            if self.floats.is_empty() { self.integers().unwrap_or_else(|| self.as_floats()) } else { self.as_floats() };
        self.cells.clear();
        self.floats.clear();
        chunk
    }

    fn as_floats(&self) -> Chunk {
        let mut floats = self.floats.iter();
        let one = |&cell: &i64| match cell {
            MISSING => f64::NAN,
            FLOAT => floats.next().copied().unwrap_or(f64::NAN),
            packed => {
                let (mantissa, decimals) = unpack(packed);
                value(mantissa, decimals)
            }
        };
        let values = self.cells.iter().map(one).collect();
        let (mut short, mut float) = (true, true);
        for &cell in self.cells.iter().filter(|&&cell| cell != MISSING && cell != FLOAT) {
            let (mantissa, d) = unpack(cell);
            let needed = mantissa % 10 != 0;
            // Below 1e-5 the shortest text of a float has an exponent.
            let plain = d < 5 || mantissa.abs() as f64 >= 1e-5 * TEN.get(d).copied().unwrap_or(1.0);
            short &= plain && (d == 0 || needed);
            float &= plain && (d == 1 || (d > 1 && needed));
        }
        let decimals = |&cell: &i64| if cell == MISSING || cell == FLOAT { SHORTEST } else { unpack(cell).1 as u8 };
        let style = match (short, float) {
            (true, _) => Style::Short,
            (_, true) => Style::Float,
            _ => Style::Each(self.cells.iter().map(decimals).collect()),
        };
        Chunk { values: Packed::F64(values), scale: 0, style }
    }

    fn integers(&self) -> Option<Chunk> {
        let present = || self.cells.iter().filter(|&&cell| cell != MISSING).map(|&cell| unpack(cell));
        // Bit d: a cell with d decimals.
        let seen = present().fold(0u32, |seen, (_, d)| seen | 1 << d);
        let scale = 31 - (seen | 1).leading_zeros() as usize;
        let one = seen == 1 << scale;
        // To the chunk's scale: by how much, and the largest mantissa that stays exact. 0 is a factor out of reach.
        let mut factors = [0i64; TEN.len()];
        let up = |d: usize| scale.checked_sub(d).and_then(|up| 10i64.checked_pow(up as u32)).unwrap_or(0);
        factors.iter_mut().enumerate().for_each(|(d, factor)| *factor = up(d));
        let factor = |d: usize| factors.get(d).copied().unwrap_or(0);
        let (mut low, mut high) = (0i64, 0i64);
        if one {
            present().for_each(|(mantissa, _)| (low, high) = (low.min(mantissa), high.max(mantissa)));
        } else {
            let limits = factors.map(|factor| EXACT.checked_div(factor).unwrap_or(-1));
            for (mantissa, d) in present() {
                if mantissa.abs() > limits.get(d).copied().unwrap_or(-1) {
                    return None;
                }
                let scaled = mantissa * factor(d);
                (low, high) = (low.min(scaled), high.max(scaled));
            }
        }
        if low < -EXACT || high > EXACT {
            return None;
        }
        let style = match self.written() {
            (true, _) => Style::Short,
            (_, true) => Style::Float,
            _ if one => Style::Fixed,
            _ => Style::Each(self.cells.iter().map(|&c| if c == MISSING { 0 } else { unpack(c).1 as u8 }).collect()),
        };
        // Strictly above the width's smallest value, which means "missing".
        let fits = |bound: i64| low >= -bound && high <= bound;
        macro_rules! at {
            ($kind:ident, $int:ty) => {{
                let scaled = |(mantissa, d): (i64, usize)| if one { mantissa } else { mantissa * factor(d) };
                let width = |&c: &i64| if c == MISSING { <$int>::MIN } else { scaled(unpack(c)) as $int };
                Packed::$kind(self.cells.iter().map(width).collect())
            }};
        }
        let values = if fits(i64::from(i8::MAX)) {
            at!(I8, i8)
        } else if fits(i64::from(i16::MAX)) {
            at!(I16, i16)
        } else if fits(i64::from(i32::MAX)) {
            at!(I32, i32)
        } else {
            at!(I64, i64)
        };
        Some(Chunk { values, scale: scale as u8, style })
    }

    /// Whether every cell is written with as many decimals as needed; and whether with one at least, as Python's floats.
    fn written(&self) -> (bool, bool) {
        let (mut short, mut float) = (true, true);
        for &cell in self.cells.iter().filter(|&&cell| cell != MISSING) {
            let (mantissa, d) = unpack(cell);
            // A division of 32 bits costs a multiplication in wasm, one of 64 a division.
            let needed = u32::try_from(mantissa.unsigned_abs()).map_or_else(|_| mantissa % 10 != 0, |m| m % 10 != 0);
            short &= d == 0 || needed;
            float &= d == 1 || (d > 1 && needed);
            if !short && !float {
                break;
            }
        }
        (short, float)
    }
}

impl Chunk {
    fn mantissa(&self, at: usize) -> Option<i64> {
        macro_rules! at {
            ($v:expr, $int:ty) => {
                $v.get(at).copied().filter(|&m| m != <$int>::MIN).map(i64::from)
            };
        }
        match &self.values {
            Packed::I8(v) => at!(v, i8),
            Packed::I16(v) => at!(v, i16),
            Packed::I32(v) => at!(v, i32),
            Packed::I64(v) => at!(v, i64),
            Packed::F64(_) => None,
        }
    }
    fn value(&self, at: usize) -> Option<f64> {
        match &self.values {
            Packed::F64(v) => v.get(at).copied().filter(|v| !v.is_nan()),
            _ => self.mantissa(at).map(|m| value(m, usize::from(self.scale))),
        }
    }
    fn text(&self, at: usize) -> Option<String> {
        if let Packed::F64(_) = self.values {
            let value = self.value(at)?;
            return Some(match &self.style {
                Style::Each(decimals) => match decimals.get(at) {
                    Some(&d) if d != SHORTEST => format!("{value:.*}", usize::from(d)),
                    _ => float_text(value),
                },
                Style::Float if value % 1.0 == 0.0 && value.abs() < 1e15 => format!("{value:.1}"),
                _ => float_text(value),
            });
        }
        let scale = usize::from(self.scale);
        let mut mantissa = self.mantissa(at)?;
        let kept = match &self.style {
            Style::Fixed => scale,
            Style::Each(decimals) => decimals.get(at).map_or(scale, |&d| usize::from(d)),
            Style::Short | Style::Float => {
                let least = usize::from(self.style == Style::Float);
                let (mut kept, mut rest) = (scale, mantissa);
                while kept > least && rest % 10 == 0 {
                    rest /= 10;
                    kept -= 1;
                }
                kept
            }
        };
        for _ in kept..scale {
            mantissa /= 10;
        }
        Some(decimal_text(mantissa, kept))
    }
    fn extend(&self, into: &mut Vec<f64>) {
        let ten = TEN.get(usize::from(self.scale)).copied().unwrap_or(1.0);
        macro_rules! at {
            ($v:expr, $int:ty) => {
                into.extend($v.iter().map(|&m| if m == <$int>::MIN { f64::NAN } else { m as f64 / ten }))
            };
        }
        match &self.values {
            Packed::I8(v) => at!(v, i8),
            Packed::I16(v) => at!(v, i16),
            Packed::I32(v) => at!(v, i32),
            Packed::I64(v) => at!(v, i64),
            Packed::F64(v) => into.extend_from_slice(v),
        }
    }
    /// The smallest and the largest mantissa; `None` for floats.
    fn bounds(&self) -> Option<(i64, i64)> {
        macro_rules! at {
            ($v:expr, $int:ty) => {{
                // The smallest value means "missing": taken for the largest, it is no minimum.
                let least = $v.iter().map(|&m| if m == <$int>::MIN { <$int>::MAX } else { m }).min();
                let most = $v.iter().copied().max().filter(|&m| m != <$int>::MIN);
                (least.map_or(i64::MAX, i64::from), most.map_or(i64::MIN, i64::from))
            }};
        }
        match &self.values {
            Packed::I8(v) => Some(at!(v, i8)),
            Packed::I16(v) => Some(at!(v, i16)),
            Packed::I32(v) => Some(at!(v, i32)),
            Packed::I64(v) => Some(at!(v, i64)),
            Packed::F64(_) => None,
        }
    }
    /// The distances of mantissa · `factor` from `low`, which all fit.
    fn keys(&self, factor: i64, low: i64, into: &mut Vec<u32>) {
        macro_rules! at {
            ($v:expr, $int:ty) => {
                into.extend($v.iter().filter(|&&m| m != <$int>::MIN).map(|&m| (i64::from(m) * factor - low) as u32))
            };
        }
        match &self.values {
            Packed::I8(v) => at!(v, i8),
            Packed::I16(v) => at!(v, i16),
            Packed::I32(v) => at!(v, i32),
            Packed::I64(v) => at!(v, i64),
            Packed::F64(_) => {}
        }
    }
    fn memory(&self) -> usize {
        let values = match &self.values {
            Packed::I8(v) => v.len(),
            Packed::I16(v) => 2 * v.len(),
            Packed::I32(v) => 4 * v.len(),
            Packed::I64(v) => 8 * v.len(),
            Packed::F64(v) => 8 * v.len(),
        };
        values + if let Style::Each(d) = &self.style { d.len() } else { 0 }
    }
}

/// Ascending, none above `most`: few values by comparisons, many by their digits, the last digit first.
fn sort_keys(keys: &mut Vec<u32>, most: u32) {
    match keys.len() {
        0..128 => keys.sort_unstable(),
        // The digit's table costs as much as the keys: base 2⁹ for some hundreds, 2¹¹ for more.
        128..1024 => sort_digits::<512>(keys, most),
        _ => sort_digits::<2048>(keys, most),
    }
}

fn sort_digits<const BASE: usize>(keys: &mut Vec<u32>, most: u32) {
    let bits = BASE.trailing_zeros();
    let digit = |key: u32, shift: u32| (key >> shift) as usize & (BASE - 1);
    let mut other = vec![0u32; keys.len()];
    let mut shift = 0;
    while shift < u32::BITS && most >> shift > 0 {
        let mut starts = [0u32; BASE];
        keys.iter().for_each(|&key| starts[digit(key, shift)] += 1);
        let mut start = 0;
        for count in &mut starts {
            start += std::mem::replace(count, start);
        }
        for &key in keys.iter() {
            let place = &mut starts[digit(key, shift)];
            other[*place as usize] = key;
            *place += 1;
        }
        std::mem::swap(keys, &mut other);
        shift += bits;
    }
}

/// mantissa / 10^decimals, written out.
pub(super) fn decimal_text(mantissa: i64, decimals: usize) -> String {
    if decimals == 0 {
        return mantissa.to_string();
    }
    let digits = format!("{:0width$}", mantissa.unsigned_abs(), width = decimals + 1);
    let (whole, part) = digits.split_at(digits.len() - decimals);
    format!("{}{whole}.{part}", if mantissa < 0 { "-" } else { "" })
}

/// The shortest text that reads back as the same f64.
pub(super) fn float_text(value: f64) -> String {
    let size = value.abs();
    if size != 0.0 && !(1e-5..1e16).contains(&size) { format!("{value:e}") } else { format!("{value}") }
}

impl Numbers {
    pub(super) fn new(chunk_rows: usize) -> Numbers {
        Numbers { chunk_rows: chunk_rows.max(1), len: 0, chunks: Vec::new() }
    }
    /// The cells.
    pub fn len(&self) -> usize {
        self.len
    }
    /// Whether there is no cell.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }
    fn at(&self, row: usize) -> Option<(&Chunk, usize)> {
        self.chunks.get(row / self.chunk_rows).map(|chunk| (chunk, row % self.chunk_rows))
    }
    /// The number of `row`, unless it is missing.
    pub fn get(&self, row: usize) -> Option<f64> {
        self.at(row).and_then(|(chunk, at)| chunk.value(at))
    }
    /// Its text as it was written.
    pub fn text(&self, row: usize) -> Option<String> {
        self.at(row).and_then(|(chunk, at)| chunk.text(at))
    }
    /// All of them, NaN where missing.
    pub fn to_vec(&self) -> Vec<f64> {
        let mut all = Vec::with_capacity(self.len);
        self.chunks.iter().for_each(|chunk| chunk.extend(&mut all));
        all
    }
    /// Hands over all of them as [`to_vec`](Self::to_vec) gives them, without holding them.
    pub(super) fn each(&self, mut take: impl FnMut(f64)) {
        let mut cells = Vec::with_capacity(self.chunk_rows);
        for chunk in &self.chunks {
            cells.clear();
            chunk.extend(&mut cells);
            cells.iter().for_each(|&cell| take(cell));
        }
    }
    /// All that are there, ascending. Decimals are sorted as whole numbers, which needs no comparison.
    pub fn sorted(&self) -> Vec<f64> {
        self.sorted_decimals().unwrap_or_else(|| {
            let mut all = self.to_vec();
            all.retain(|v| !v.is_nan());
            all.sort_unstable_by(f64::total_cmp);
            all
        })
    }

    /// `None` where a chunk holds floats, or mantissas under one power of ten lie too far apart.
    fn sorted_decimals(&self) -> Option<Vec<f64>> {
        let scale = self.chunks.iter().map(|chunk| chunk.scale).max()?;
        let (mut low, mut high) = (i64::MAX, i64::MIN);
        for chunk in &self.chunks {
            let factor = 10i64.checked_pow(u32::from(scale - chunk.scale))?;
            let (least, most) = chunk.bounds()?;
            // An empty chunk has bounds the wrong way round.
            if least <= most {
                low = low.min(least.checked_mul(factor).filter(|m| m.abs() <= EXACT)?);
                high = high.max(most.checked_mul(factor).filter(|m| m.abs() <= EXACT)?);
            }
        }
        if low > high {
            return Some(Vec::new());
        }
        u32::try_from(high - low).ok()?;
        let mut keys = Vec::with_capacity(self.len);
        for chunk in &self.chunks {
            chunk.keys(10i64.checked_pow(u32::from(scale - chunk.scale))?, low, &mut keys);
        }
        sort_keys(&mut keys, (high - low) as u32);
        let ten = TEN.get(usize::from(scale)).copied()?;
        Some(keys.into_iter().map(|key| (i64::from(key) + low) as f64 / ten).collect())
    }

    pub(super) fn memory(&self) -> usize {
        self.chunks.capacity() * size_of::<Chunk>() + self.chunks.iter().map(Chunk::memory).sum::<usize>()
    }
}
