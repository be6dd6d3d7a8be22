//! Bytes to text. The first megabyte decides: byte order mark, UTF-16 by its zero bytes, strict UTF-8, and only then a
//! guess between GB18030 and windows-1252. A file that is ASCII for long and then is not UTF-8 is decided there.

use super::format::{Found, Note};
use super::options::Encoding;
use crate::error::{Code, Error, Result};
use encoding_rs::DecoderResult;

/// How many bytes decide when the first one that is no UTF-8 comes late.
const LATE: usize = 64 << 10;

const GUESSED: [Encoding; 8] = [
    Encoding::Utf8,
    Encoding::Gb18030,
    Encoding::Windows1252,
    Encoding::Windows1250,
    Encoding::Windows1251,
    Encoding::Big5,
    Encoding::ShiftJis,
    Encoding::EucKr,
];

fn others(encoding: Encoding) -> Vec<Encoding> {
    GUESSED.into_iter().filter(|&other| other != encoding).collect()
}

/// What the first bytes are when they are no text, by their magic numbers.
pub(super) fn magic(bytes: &[u8]) -> Option<&'static str> {
    const KNOWN: [(&[u8], &str); 16] = [
        (b"\x89PNG", "PNG"),
        (b"%PDF", "PDF"),
        (b"\xff\xd8\xff", "JPEG"),
        (b"GIF8", "GIF"),
        (b"Rar!", "RAR"),
        (b"7z\xbc\xaf", "7z"),
        (b"\x89HDF", "HDF5"),
        (b"PAR1", "Parquet"),
        (b"RDX", "RData"),
        (b"$FL2", "SPSS .sav"),
        (b"$FL3", "SPSS .zsav"),
        (b"SQLite format 3", "SQLite"),
        (b"BZh", "bzip2"),
        (b"\xfd7zXZ", "xz"),
        (b"\x28\xb5\x2f\xfd", "zstd"),
        (b"<stata_dta>", "Stata .dta"),
    ];
    KNOWN.iter().find(|(start, _)| bytes.starts_with(start)).map(|(_, name)| *name)
}

/// The encoding that the first bytes speak for. `whole`: there are no more.
pub(super) fn detect(
    file: &str,
    head: &[u8],
    whole: bool,
    chosen: Option<Encoding>,
) -> Result<(Found<Encoding>, usize)> {
    let marks: [(&[u8], Encoding); 3] =
        [(b"\xef\xbb\xbf", Encoding::Utf8), (b"\xff\xfe", Encoding::Utf16le), (b"\xfe\xff", Encoding::Utf16be)];
    let mark = marks.iter().find(|(start, _)| head.starts_with(start));
    let bom = mark.map_or(0, |(start, _)| start.len());
    if let Some(encoding) = chosen {
        // A mark of the chosen encoding is no text.
        let skip = if mark.is_some_and(|(_, marked)| *marked == encoding) { bom } else { 0 };
        return Ok((Found::chosen(encoding, others(encoding)), skip));
    }
    if let Some(&(_, encoding)) = mark {
        let note = Note::new("encoding_bom").with("encoding", encoding.label());
        return Ok((Found::guess(encoding, true, Vec::new(), note), bom));
    }
    if head.contains(&0) {
        let zeros = |from: usize| head.iter().skip(from).step_by(2).filter(|&&b| b == 0).count();
        let (even, odd, half) = (zeros(0), zeros(1), head.len() / 2);
        for (encoding, full, empty) in [(Encoding::Utf16le, odd, even), (Encoding::Utf16be, even, odd)] {
            let cut = head.len() & !1;
            let sound = encoding
                .codec()
                .decode_without_bom_handling_and_without_replacement(head.get(..cut).unwrap_or_default());
            if full * 5 > half && empty * 4 <= full && sound.is_some_and(|text| plain(&text)) {
                let note = Note::new("encoding_zeros").with("encoding", encoding.label());
                return Ok((Found::guess(encoding, true, vec![Encoding::Utf8], note), 0));
            }
        }
        return Err(Code::BinaryFile.err().file(file).with("found", "NUL"));
    }
    match std::str::from_utf8(head) {
        Ok(text) if text.is_ascii() => {
            if !plain(text) {
                return Err(Code::BinaryFile.err().file(file).with("found", "control characters"));
            }
            return Ok((Found::guess(Encoding::Utf8, whole, Vec::new(), Note::new("encoding_ascii")), 0));
        }
        Ok(text) if plain(text) => {
            return Ok((Found::guess(Encoding::Utf8, true, others(Encoding::Utf8), Note::new("encoding_utf8")), 0));
        }
        // The head may end inside a character.
        Err(error) if error.error_len().is_none() && !whole => {
            return Ok((Found::guess(Encoding::Utf8, true, others(Encoding::Utf8), Note::new("encoding_utf8")), 0));
        }
        _ => {}
    }
    if head.iter().filter(|b| **b < 32 && !matches!(b, b'\t' | b'\n' | b'\r' | 0x0c)).count() * 50 > head.len() {
        return Err(Code::BinaryFile.err().file(file).with("found", "control characters"));
    }
    Ok((legacy(head), 0))
}

/// Text has next to no control characters.
fn plain(text: &str) -> bool {
    let controls = text.bytes().filter(|b| *b < 32 && !matches!(b, b'\t' | b'\n' | b'\r' | 0x0c | 0x1a)).count();
    controls * 100 <= text.len()
}

/// GB18030 or windows-1252, for bytes that are no UTF-8. Chinese text is pairs of high bytes, nearly all of them in
/// GB2312's rows of signs (A1-A9) and characters (B0-F7); western text has single high bytes between ASCII letters.
fn legacy(bytes: &[u8]) -> Found<Encoding> {
    let (mut chinese, mut strange, mut at) = (0usize, 0usize, 0usize);
    while let Some(&byte) = bytes.get(at) {
        if byte < 0x80 {
            at += 1;
            continue;
        }
        let next = bytes.get(at + 1).copied().unwrap_or(0);
        let common = matches!(byte, 0xa1..=0xa9 | 0xb0..=0xf7) && next >= 0xa1;
        if common {
            chinese += 1;
            at += 2;
        } else if matches!(byte, 0x81..=0xfe) && matches!(next, 0x40..=0x7e | 0x80..=0xfe) && next >= 0x80 {
            // A rare character of GBK, or two western letters.
            strange += 1;
            at += 2;
        } else {
            strange += 1;
            at += 1;
        }
    }
    let all = (chinese + strange).max(1);
    let share = format!("{:.0}", 100.0 * chinese as f64 / all as f64);
    let encoding = if chinese * 10 >= all * 8 { Encoding::Gb18030 } else { Encoding::Windows1252 };
    let code = if encoding == Encoding::Gb18030 { "encoding_chinese" } else { "encoding_western" };
    Found::guess(encoding, false, others(encoding), Note::new(code).with("share", share).with("count", all))
}

/// Whether `byte` is in `bytes`. In blocks without a branch, which the compiler makes SIMD of: the standard library's
/// search takes four bytes a step in wasm.
pub(super) fn has(bytes: &[u8], byte: u8) -> bool {
    bytes.chunks(512).any(|block| block.iter().fold(0u8, |seen, &b| seen | u8::from(b == byte)) != 0)
}

fn ascii_only(text: &str) -> bool {
    text.as_bytes().chunks(512).all(|block| block.iter().fold(0u8, |seen, &b| seen | b) < 0x80)
}

fn lines(text: &str) -> usize {
    text.bytes().filter(|&b| b == b'\n').count()
}

/// The decoder of one file, fed piece by piece.
pub(super) struct Decode {
    file: String,
    state: State,
    /// Set when the encoding was only found after the head.
    pub(super) late: Option<Found<Encoding>>,
    /// Line ends between what was handed over and the error.
    pub(super) ahead: usize,
    text: String,
}

enum State {
    /// UTF-8: the start of a character that is not complete, whether all was ASCII so far, and whether the encoding may still change.
    Utf8 {
        carry: Vec<u8>,
        ascii: bool,
        open: bool,
    },
    /// No UTF-8 after long ASCII: gathering evidence.
    Gather(Vec<u8>),
    Other {
        decoder: encoding_rs::Decoder,
        encoding: Encoding,
    },
}

impl Decode {
    pub(super) fn new(file: &str, encoding: Encoding, chosen: bool) -> Decode {
        let state = match encoding {
            Encoding::Utf8 => State::Utf8 { carry: Vec::new(), ascii: true, open: !chosen },
            other => State::Other { decoder: other.codec().new_decoder_without_bom_handling(), encoding: other },
        };
        Decode { file: file.to_owned(), state, late: None, ahead: 0, text: String::new() }
    }

    fn bad(&mut self, encoding: Encoding, sound: &str) -> Error {
        self.ahead = lines(sound);
        Code::BadEncoding.err().file(&self.file).with("encoding", encoding.label())
    }

    /// Hands the text of `bytes` to `take`. An error about the bytes has no row yet: see [`ahead`](Self::ahead).
    pub(super) fn push(&mut self, bytes: &[u8], last: bool, take: &mut dyn FnMut(&str) -> Result<()>) -> Result<()> {
        let file = self.file.clone();
        let mut nul = None;
        let mut pass = |text: &str| {
            if let Some(before) = has(text.as_bytes(), 0).then(|| text.split('\0').next()).flatten() {
                nul = Some(());
                take(before)?;
                return Err(Code::BinaryFile.err().file(file.as_str()).with("found", "NUL"));
            }
            take(text)
        };
        let done = self.step(bytes, last, &mut pass);
        if nul.is_some() {
            self.ahead = 0;
        }
        done
    }

    fn step(&mut self, bytes: &[u8], last: bool, pass: &mut dyn FnMut(&str) -> Result<()>) -> Result<()> {
        match &mut self.state {
            State::Utf8 { carry, ascii, open } => {
                let joined;
                let mut rest = bytes;
                if !carry.is_empty() {
                    // Three more bytes complete any character; the others stay where they are.
                    let take = bytes.len().min(4 - carry.len().min(3));
                    let (head, tail) = bytes.split_at(take);
                    carry.extend_from_slice(head);
                    joined = std::mem::take(carry);
                    rest = tail;
                    match std::str::from_utf8(&joined) {
                        Ok(text) => {
                            *ascii = false;
                            pass(text)?;
                        }
                        Err(error) => {
                            let (sound, wrong) = joined.split_at(error.valid_up_to());
                            let sound = std::str::from_utf8(sound).unwrap_or_default();
                            if !sound.is_empty() {
                                *ascii &= sound.is_ascii();
                                pass(sound)?;
                            }
                            if error.error_len().is_none() && !(last && rest.is_empty()) {
                                *carry = wrong.to_vec();
                                // A split character again (or still): go on with what is left.
                                if rest.is_empty() {
                                    return Ok(());
                                }
                                return self.step(rest, last, pass);
                            }
                            if *ascii && *open {
                                let gathered = wrong.to_vec();
                                self.state = State::Gather(gathered);
                                return self.step(rest, last, pass);
                            }
                            return Err(self.bad(Encoding::Utf8, ""));
                        }
                    }
                }
                match std::str::from_utf8(rest) {
                    Ok(text) => {
                        *ascii = *ascii && ascii_only(text);
                        if text.is_empty() { Ok(()) } else { pass(text) }
                    }
                    Err(error) => {
                        let (sound, wrong) = rest.split_at(error.valid_up_to());
                        let sound = std::str::from_utf8(sound).unwrap_or_default();
                        if error.error_len().is_none() && !last {
                            *ascii = *ascii && sound.is_ascii();
                            carry.extend_from_slice(wrong);
                            return if sound.is_empty() { Ok(()) } else { pass(sound) };
                        }
                        if !(*ascii && sound.is_ascii() && *open) {
                            return Err(self.bad(Encoding::Utf8, sound));
                        }
                        if !sound.is_empty() {
                            pass(sound)?;
                        }
                        let wrong = wrong.to_vec();
                        self.state = State::Gather(Vec::new());
                        self.step(&wrong, last, pass)
                    }
                }
            }
            State::Gather(gathered) => {
                gathered.extend_from_slice(bytes);
                if gathered.len() < LATE && !last {
                    return Ok(());
                }
                let gathered = std::mem::take(gathered);
                let found = legacy(gathered.get(..LATE.min(gathered.len())).unwrap_or_default());
                let encoding = found.value;
                self.late = Some(found);
                self.state = State::Other { decoder: encoding.codec().new_decoder_without_bom_handling(), encoding };
                self.step(&gathered, last, pass)
            }
            State::Other { decoder, encoding } => {
                let encoding = *encoding;
                let mut rest = bytes;
                let mut wrong = false;
                let text = &mut self.text;
                text.reserve(256 << 10);
                loop {
                    text.clear();
                    let (result, read) = decoder.decode_to_string_without_replacement(rest, text, last);
                    rest = rest.get(read..).unwrap_or_default();
                    if let DecoderResult::Malformed(..) = result {
                        wrong = true;
                        break;
                    }
                    if !text.is_empty() {
                        pass(text)?;
                    }
                    if result == DecoderResult::InputEmpty {
                        break;
                    }
                }
                if wrong {
                    let sound = std::mem::take(&mut self.text);
                    return Err(self.bad(encoding, &sound));
                }
                Ok(())
            }
        }
    }
}
