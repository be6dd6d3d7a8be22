//! Texts in chunks: codes into one dictionary at the smallest width, or, once most cells are new words
//! (identifiers, free text), the words themselves one after the other.

/// Every distinct text once, in the order of first appearance.
#[derive(Debug, Clone, Default)]
pub(super) struct Dict {
    words: String,
    ends: Vec<u32>,
    /// Open addressing; 0 is free, otherwise code + 1.
    slots: Vec<u32>,
}

/// The slots follow from the words.
impl PartialEq for Dict {
    fn eq(&self, other: &Dict) -> bool {
        self.parts() == other.parts()
    }
}

pub(super) fn hash(word: &str) -> u64 {
    let mut state = 0x9e37_79b9_7f4a_7c15u64 ^ word.len() as u64;
    for part in word.as_bytes().chunks(8) {
        let mut block = [0u8; 8];
        block.iter_mut().zip(part).for_each(|(to, from)| *to = *from);
        state = (state ^ u64::from_le_bytes(block)).wrapping_mul(0xff51_afd7_ed55_8ccd);
        state ^= state >> 32;
    }
    state
}

impl Dict {
    pub(super) fn len(&self) -> usize {
        self.ends.len()
    }
    pub(super) fn get(&self, code: usize) -> Option<&str> {
        let start = if code == 0 { 0 } else { *self.ends.get(code - 1)? as usize };
        self.words.get(start..*self.ends.get(code)? as usize)
    }
    pub(super) fn words(&self) -> impl Iterator<Item = &str> {
        (0..self.len()).filter_map(|code| self.get(code))
    }
    /// The free slot for `word`, or its code.
    fn slot(&self, word: &str) -> Result<usize, u32> {
        let mask = self.slots.len() - 1;
        let mut at = hash(word) as usize & mask;
        loop {
            match self.slots.get(at).copied().unwrap_or(0) {
                0 => return Ok(at),
                code if self.get(code as usize - 1) == Some(word) => return Err(code - 1),
                _ => at = (at + 1) & mask,
            }
        }
    }
    pub(super) fn code(&mut self, word: &str) -> u32 {
        if self.slots.len() < (self.len() + 1) * 2 {
            self.grow();
        }
        match self.slot(word) {
            Err(code) => code,
            Ok(at) => {
                let code = self.len() as u32;
                self.words.push_str(word);
                self.ends.push(self.words.len() as u32);
                if let Some(slot) = self.slots.get_mut(at) {
                    *slot = code + 1;
                }
                code
            }
        }
    }
    fn grow(&mut self) {
        let size = (self.slots.len() * 2).max(8);
        self.slots = vec![0; size];
        for code in 0..self.len() {
            let free = self.get(code).and_then(|word| self.slot(word).ok());
            if let Some(slot) = free.and_then(|at| self.slots.get_mut(at)) {
                *slot = code as u32 + 1;
            }
        }
    }
    /// Drops the room that was kept for growing.
    pub(super) fn shrink(&mut self) {
        self.words.shrink_to_fit();
        self.ends.shrink_to_fit();
    }
    pub(super) fn memory(&self) -> usize {
        self.words.capacity() + 4 * (self.ends.capacity() + self.slots.capacity())
    }
    pub(super) fn parts(&self) -> (&str, &[u32]) {
        (&self.words, &self.ends)
    }
    /// From its parts; `None` where the ends do not cut the words.
    pub(super) fn from_parts(words: String, ends: Vec<u32>) -> Option<Dict> {
        let mut dict = Dict { words: String::new(), ends: Vec::new(), slots: Vec::new() };
        let mut start = 0;
        for &end in &ends {
            words.get(start..end as usize)?;
            start = end as usize;
        }
        (start == words.len()).then_some(())?;
        dict.words = words;
        dict.ends = ends;
        let mut size = 8;
        while size < (dict.len() + 1) * 2 {
            size *= 2;
        }
        dict.slots = vec![0; size / 2];
        dict.grow();
        Some(dict)
    }
}

/// Sets the high bit of an end: the cell is missing.
const GONE: u32 = 1 << 31;

#[derive(Debug, Clone, PartialEq)]
pub(super) enum Chunk {
    C8(Box<[u8]>),
    C16(Box<[u16]>),
    C32(Box<[u32]>),
    Raw { words: Box<str>, ends: Box<[u32]> },
}

impl Chunk {
    pub(super) fn len(&self) -> usize {
        match self {
            Chunk::C8(codes) => codes.len(),
            Chunk::C16(codes) => codes.len(),
            Chunk::C32(codes) => codes.len(),
            Chunk::Raw { ends, .. } => ends.len(),
        }
    }
}

/// A column of texts.
#[derive(Debug, Clone, PartialEq)]
pub struct Texts {
    pub(super) chunk_rows: usize,
    pub(super) len: usize,
    pub(super) dict: Dict,
    pub(super) chunks: Vec<Chunk>,
}

/// Texts being gathered.
#[derive(Debug)]
pub(super) struct Open {
    done: Texts,
    codes: Vec<u32>,
    words: String,
    raw: bool,
}

impl Open {
    pub(super) fn new(chunk_rows: usize) -> Open {
        let done = Texts { chunk_rows: chunk_rows.max(1), len: 0, dict: Dict::default(), chunks: Vec::new() };
        Open { done, codes: Vec::new(), words: String::new(), raw: false }
    }
    pub(super) fn push(&mut self, word: Option<&str>) {
        let code = match (self.raw, word) {
            (false, Some(word)) => self.done.dict.code(word),
            (false, None) => u32::MAX,
            (true, Some(word)) => {
                self.words.push_str(word);
                self.words.len() as u32
            }
            (true, None) => self.words.len() as u32 | GONE,
        };
        self.codes.push(code);
        self.done.len += 1;
        // A chunk of very long texts is cut by its rows alone: the high bit must stay free (2 GiB in 4096 cells).
        if self.codes.len() == self.done.chunk_rows {
            self.seal();
        }
    }
    fn seal(&mut self) {
        let codes = &self.codes;
        let chunk = if self.raw {
            let words = std::mem::take(&mut self.words).into_boxed_str();
            Chunk::Raw { words, ends: codes.as_slice().into() }
        } else {
            let top = codes.iter().filter(|&&c| c != u32::MAX).max().copied().unwrap_or(0);
            if top < u32::from(u8::MAX) {
                Chunk::C8(codes.iter().map(|&c| if c == u32::MAX { u8::MAX } else { c as u8 }).collect())
            } else if top < u32::from(u16::MAX) {
                Chunk::C16(codes.iter().map(|&c| if c == u32::MAX { u16::MAX } else { c as u16 }).collect())
            } else {
                Chunk::C32(codes.as_slice().into())
            }
        };
        self.done.chunks.push(chunk);
        self.codes.clear();
        let words = self.done.dict.len();
        self.raw = self.raw || (words > 1 << 14 && words * 2 > self.done.len);
    }
    pub(super) fn finish(mut self) -> Texts {
        if !self.codes.is_empty() {
            self.seal();
        }
        self.done.dict.shrink();
        self.done.chunks.shrink_to_fit();
        self.done
    }
    pub(super) fn len(&self) -> usize {
        self.done.len
    }
    pub(super) fn memory(&self) -> usize {
        self.done.memory() + 4 * self.codes.capacity() + self.words.capacity()
    }
}

impl Texts {
    /// The cells.
    pub fn len(&self) -> usize {
        self.len
    }
    /// Whether there is no cell.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }
    /// The text of `row`, unless it is missing.
    pub fn get(&self, row: usize) -> Option<&str> {
        let at = row % self.chunk_rows;
        match self.chunks.get(row / self.chunk_rows)? {
            Chunk::C8(codes) => self.dict.get(usize::from(*codes.get(at)?)).filter(|_| codes.get(at) != Some(&u8::MAX)),
            Chunk::C16(codes) => {
                self.dict.get(usize::from(*codes.get(at)?)).filter(|_| codes.get(at) != Some(&u16::MAX))
            }
            Chunk::C32(codes) => self.dict.get(*codes.get(at)? as usize),
            Chunk::Raw { words, ends } => {
                let end = *ends.get(at)?;
                let start = if at == 0 { 0 } else { ends.get(at - 1)? & !GONE };
                (end & GONE == 0).then(|| words.get(start as usize..end as usize)).flatten()
            }
        }
    }
    /// Every cell.
    pub fn iter(&self) -> impl Iterator<Item = Option<&str>> {
        (0..self.len).map(|row| self.get(row))
    }
    /// Whether every text is in the dictionary.
    pub(super) fn coded(&self) -> bool {
        !self.chunks.iter().any(|chunk| matches!(chunk, Chunk::Raw { .. }))
    }
    /// The code of `row` where [`coded`](Self::coded).
    pub(super) fn code(&self, row: usize) -> Option<u32> {
        let at = row % self.chunk_rows;
        match self.chunks.get(row / self.chunk_rows)? {
            Chunk::C8(codes) => codes.get(at).filter(|&&c| c != u8::MAX).map(|&c| u32::from(c)),
            Chunk::C16(codes) => codes.get(at).filter(|&&c| c != u16::MAX).map(|&c| u32::from(c)),
            Chunk::C32(codes) => codes.get(at).filter(|&&c| c != u32::MAX).copied(),
            Chunk::Raw { .. } => None,
        }
    }
    pub(super) fn memory(&self) -> usize {
        let chunks = self.chunks.iter().map(|chunk| match chunk {
            Chunk::C8(v) => v.len(),
            Chunk::C16(v) => 2 * v.len(),
            Chunk::C32(v) => 4 * v.len(),
            Chunk::Raw { words, ends } => words.len() + 4 * ends.len(),
        });
        chunks.sum::<usize>() + self.chunks.capacity() * size_of::<Chunk>() + self.dict.memory()
    }
}
