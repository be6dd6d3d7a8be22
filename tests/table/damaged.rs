//! Damaged workbooks, some hundreds of them: an error with the file's name or a table, never a panic. In the page a
//! panic would take the reader's worker with it.

use super::fixture;
use autograft::Code;
use autograft::rng::Rng;
use autograft::table::{ReadOptions, read};
use flate2::Crc;
use flate2::read::DeflateDecoder;
use std::io::Read;
use std::panic::catch_unwind;

/// The parts of a workbook, unpacked, in the order of its directory.
fn unzip(bytes: &[u8]) -> Vec<(String, Vec<u8>)> {
    let u16_at = |at: usize| usize::from(u16::from_le_bytes(bytes[at..at + 2].try_into().unwrap()));
    let u32_at = |at: usize| u32::from_le_bytes(bytes[at..at + 4].try_into().unwrap()) as usize;
    let end = bytes.windows(4).rposition(|four| four == b"PK\x05\x06").unwrap();
    let mut at = u32_at(end + 16);
    let mut parts = Vec::new();
    for _ in 0..u16_at(end + 10) {
        let (method, packed, name) = (u16_at(at + 10), u32_at(at + 20), u16_at(at + 28));
        let local = u32_at(at + 42);
        let start = local + 30 + u16_at(local + 26) + u16_at(local + 28);
        let body = &bytes[start..start + packed];
        let mut text = Vec::new();
        match method {
            0 => text.extend_from_slice(body),
            _ => drop(DeflateDecoder::new(body).read_to_end(&mut text).unwrap()),
        }
        parts.push((String::from_utf8(bytes[at + 46..at + 46 + name].to_vec()).unwrap(), text));
        at += 46 + name + u16_at(at + 30) + u16_at(at + 32);
    }
    parts
}

/// A sound archive of these parts, stored: damage inside then passes every checksum.
fn zip(parts: &[(String, Vec<u8>)]) -> Vec<u8> {
    let (mut file, mut directory) = (Vec::new(), Vec::new());
    for (name, body) in parts {
        let mut crc = Crc::new();
        crc.update(body);
        let mut head = vec![20, 0, 0, 0, 0, 0, 0, 0, 33, 0];
        for number in [crc.sum(), body.len() as u32, body.len() as u32, name.len() as u32] {
            head.extend(number.to_le_bytes());
        }
        directory.extend(b"PK\x01\x02\x14\0");
        directory.extend(&head);
        directory.extend([0; 10]);
        directory.extend((file.len() as u32).to_le_bytes());
        directory.extend(name.as_bytes());
        file.extend(b"PK\x03\x04");
        file.extend(&head);
        file.extend(name.as_bytes());
        file.extend(body);
    }
    let (start, size, count) = (file.len() as u32, directory.len() as u32, parts.len() as u16);
    file.extend(directory);
    file.extend(b"PK\x05\x06\0\0\0\0");
    file.extend([count.to_le_bytes(), count.to_le_bytes()].concat());
    file.extend([size.to_le_bytes(), start.to_le_bytes()].concat());
    file.extend([0, 0]);
    file
}

/// What the reader makes of it: fails where it panics.
fn reads(what: &str, bytes: &[u8]) -> bool {
    let options = ReadOptions::default();
    match catch_unwind(|| read("damaged.xlsx", bytes, &options)) {
        Err(_) => panic!("{what}: the reader panicked"),
        Ok(Err(error)) => {
            assert_eq!(error.at().file.as_deref(), Some("damaged.xlsx"), "{what}: {error}");
            assert_ne!(error.code(), Code::Internal, "{what}: {error}");
            false
        }
        Ok(Ok(table)) => table.rows > 0,
    }
}

#[test]
fn a_workbook_cut_or_flipped_anywhere_is_an_error_and_no_panic() {
    let mut refused = 0;
    for (seed, name) in ["sheets.xlsx", "merged.xlsx"].into_iter().enumerate() {
        let whole = fixture(name);
        let mut rng = Rng::stream(seed as u64, "damage");
        for case in 0..150 {
            let mut bytes = whole.clone();
            if case % 3 == 0 {
                bytes.truncate(rng.below(whole.len()));
            } else {
                for _ in 0..1 + rng.below(12) {
                    let at = rng.below(bytes.len());
                    bytes[at] ^= 1 << rng.below(8);
                }
            }
            refused += usize::from(!reads(&format!("{name}, case {case}"), &bytes));
        }
    }
    assert!(refused > 200, "{refused}");
}

#[test]
fn a_workbook_whose_contents_are_damaged_under_sound_checksums_is_no_panic_either() {
    let (mut refused, mut read) = (0, 0);
    for (seed, name) in ["sheets.xlsx", "merged.xlsx"].into_iter().enumerate() {
        let parts = unzip(&fixture(name));
        assert!(reads("as it was", &zip(&parts)), "{name}");
        let mut rng = Rng::stream(seed as u64, "contents");
        for case in 0..300 {
            let mut parts = parts.clone();
            let which = rng.below(parts.len());
            let part = &mut parts[which];
            for _ in 0..1 + rng.below(6) {
                let at = rng.below(part.1.len());
                match rng.below(4) {
                    0 => part.1[at] ^= 1 << rng.below(8),
                    // Digits are what sizes and indices are made of.
                    1 | 2 => {
                        let digits: Vec<usize> = (0..part.1.len()).filter(|&at| part.1[at].is_ascii_digit()).collect();
                        if !digits.is_empty() {
                            part.1[digits[rng.below(digits.len())]] = b'0' + rng.below(10) as u8;
                        }
                    }
                    _ => drop(part.1.drain(at..(at + 1 + rng.below(40)).min(part.1.len()))),
                }
                if part.1.is_empty() {
                    break;
                }
            }
            let what = format!("{name}, {}, case {case}", parts[which].0);
            if reads(&what, &zip(&parts)) { read += 1 } else { refused += 1 }
        }
    }
    assert!(refused > 50 && read > 50, "{refused} refused, {read} read");
}

#[test]
fn one_cell_far_away_is_an_error_and_not_a_rectangle_of_all_between() {
    let mut parts = unzip(&fixture("merged.xlsx"));
    let sheet = parts.iter_mut().find(|(name, _)| name.contains("worksheets/sheet")).unwrap();
    let text = String::from_utf8(sheet.1.clone()).unwrap();
    let far = "<row r=\"1048576\"><c r=\"XFD1048576\"><v>1</v></c></row></sheetData>";
    sheet.1 = text.replace("</sheetData>", far).into_bytes();
    let error = read("damaged.xlsx", &zip(&parts), &ReadOptions::default()).unwrap_err();
    assert_eq!(error.code(), Code::BadWorkbook);
    assert!(error.facts()[0].1.contains("16384 columns"), "{:?}", error.facts());
}

#[test]
fn a_sheet_that_breaks_off_says_which_one_and_behind_which_row() {
    let mut parts = unzip(&fixture("merged.xlsx"));
    let sheet = parts.iter_mut().find(|(name, _)| name.contains("worksheets/sheet")).unwrap();
    let text = String::from_utf8(sheet.1.clone()).unwrap();
    let broken = text.find("<row r=\"4\"").expect("a fourth row");
    sheet.1 = format!("{}<row r=\"4\"><c r=\"A4\"><v>1</w></c></row>", &text[..broken]).into_bytes();
    let error = read("damaged.xlsx", &zip(&parts), &ReadOptions::default()).unwrap_err();
    assert_eq!((error.code(), error.at().row), (Code::BadWorkbook, Some(3)), "{error}");
    assert!(error.facts()[0].1.starts_with("Labs: "), "{:?}", error.facts());
}
