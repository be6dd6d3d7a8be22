//! What cannot be read: code, file, row, column, and a way out.

use super::{fixture, guess, gz};
use autograft::Code;
use autograft::table::{Encoding, Kind, ReadOptions, Reader, read};

struct Bad {
    what: &'static str,
    bytes: Vec<u8>,
    options: ReadOptions,
    code: Code,
    row: Option<u32>,
    column: Option<&'static str>,
}

fn bad(
    what: &'static str,
    bytes: impl Into<Vec<u8>>,
    code: Code,
    row: Option<u32>,
    column: Option<&'static str>,
) -> Bad {
    Bad { what, bytes: bytes.into(), options: ReadOptions::default(), code, row, column }
}

fn with(mut case: Bad, set: impl FnOnce(&mut ReadOptions)) -> Bad {
    set(&mut case.options);
    case
}

fn cases() -> Vec<Bad> {
    let rows = "a,b,c\n".to_owned() + &"1,2,3\n".repeat(500);
    let packed = gz(rows.as_bytes());
    let mut flipped = packed.clone();
    let middle = flipped.len() / 2;
    flipped[middle] ^= 0xff;
    let sheet = fixture("sheets.xlsx");
    vec![
        bad("no byte", "", Code::EmptyFile, None, None),
        bad("white space", " \n\n\t\n", Code::EmptyFile, None, None),
        bad("a mark only", "\u{feff}", Code::EmptyFile, None, None),
        bad("packed nothing", gz(b""), Code::EmptyFile, None, None),
        bad("png", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR".to_vec(), Code::BinaryFile, None, None),
        bad("pdf", "%PDF-1.7\n1 0 obj", Code::BinaryFile, None, None),
        bad("other zip", b"PK\x03\x04aaaaaaaaaaaaaaaaaaaaaaa".to_vec(), Code::BinaryFile, None, None),
        bad("zeros", b"a,b\n1,\x002\n\x00\x00\x00\x00\x00".to_vec(), Code::BinaryFile, None, None),
        bad("control characters", (0..200u8).map(|i| i % 31 + 1).collect::<Vec<u8>>(), Code::BinaryFile, None, None),
        bad("header", "age,sex,chol\n", Code::HeaderOnly, Some(1), None),
        bad("header without an end", "age,sex,chol", Code::HeaderOnly, Some(1), None),
        bad("header and empty lines", "age,sex\n\n\n", Code::HeaderOnly, Some(1), None),
        bad("short row", rows.clone() + "1,2\n" + "1,2,3\n", Code::RaggedRow, Some(502), Some("c")),
        bad("long row", rows.clone() + "1,2,3,4\n", Code::RaggedRow, Some(502), None),
        bad("long row, late text", rows.clone() + "1,2,3,,,x\n", Code::RaggedRow, Some(502), None),
        bad("short first row", "a,b,c\n1,2\n1,2,3\n1,2,3\n1,2,3\n1,2,3\n1,2,3\n", Code::RaggedRow, Some(2), Some("c")),
        bad("open quote", rows.clone() + "1,\"2,3\n4,5,6\n", Code::OpenQuote, Some(502), None),
        bad("cut gzip", &packed[..packed.len() - 9], Code::BadGzip, None, None),
        bad("damaged gzip", flipped, Code::BadGzip, None, None),
        bad("gzip of a picture", gz(b"\x89PNG\r\n\x1a\n"), Code::BinaryFile, None, None),
        bad("cut workbook", &sheet[..sheet.len() / 2], Code::BadWorkbook, None, None),
        bad("ole, no workbook", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1aaaaaaa".to_vec(), Code::BadWorkbook, None, None),
        bad("empty workbook", fixture("empty.xlsx"), Code::EmptyFile, None, None),
        bad("header in a workbook", fixture("header_only.xlsx"), Code::HeaderOnly, Some(1), None),
        with(bad("no such sheet", sheet, Code::NoSuchSheet, None, None), |o| o.sheet = Some("Labs".into())),
        with(bad("not UTF-8", b"name,n\nMuller,1\nM\xfcller,2\n".to_vec(), Code::BadEncoding, Some(3), None), |o| {
            o.encoding = Some(Encoding::Utf8)
        }),
        with(bad("not GB18030", b"name,n\nMuller,1\n\xff\xff,2\n".to_vec(), Code::BadEncoding, Some(3), None), |o| {
            o.encoding = Some(Encoding::Gb18030)
        }),
        with(bad("text among numbers", "x,y\n1,2\n3,> 89\n", Code::TextInNumbers, Some(3), Some("y")), |o| {
            o.kinds.insert("y".into(), Kind::Number);
        }),
        with(bad("no such column", "age,sex\n1,2\n", Code::NoSuchColumn, None, Some("agee")), |o| {
            o.kinds.insert("agee".into(), Kind::Number);
        }),
    ]
}

#[test]
fn every_bad_file_says_what_where_and_the_way_out() {
    for case in cases() {
        let error = match read("file.csv", &case.bytes, &case.options) {
            Err(error) => error,
            Ok(table) => panic!("{}: was read as {} rows", case.what, table.rows),
        };
        assert_eq!(error.code(), case.code, "{}: {error}", case.what);
        assert_eq!(error.at().file.as_deref(), Some("file.csv"), "{}", case.what);
        assert_eq!(error.at().row, case.row, "{}: {error}", case.what);
        assert_eq!(error.at().column.as_deref(), case.column, "{}: {error}", case.what);
        let (said, hint) = (error.to_string(), error.hint());
        assert!(!hint.is_empty() && !hint.starts_with("error."), "{}: no hint", case.what);
        assert!(!said.contains('{') && !hint.contains('{'), "{}: an empty slot in {said} / {hint}", case.what);
    }
}

#[test]
fn ragged_rows_say_both_counts() {
    let error = guess(b"a,b,c\n1,2,3\n1,2,3\n1,2,3,4,5\n").unwrap_err();
    let facts = error.facts();
    assert!(
        facts.contains(&("found".into(), "5".into())) && facts.contains(&("expected".into(), "3".into())),
        "{facts:?}"
    );
}

#[test]
fn what_cannot_fit_is_refused_after_the_first_megabyte() {
    let row = "1.2345,2.3456,3.4567,4.5678\n";
    let text = "a,b,c,d\n".to_owned() + &row.repeat(120_000);
    for bytes in [text.clone().into_bytes(), gz(text.as_bytes())] {
        let mut reader = Reader::new("big.csv", Some(bytes.len() as u64 * 1000), ReadOptions::default());
        reader.set_limit(512 << 20);
        let mut pushed = 0;
        let refused = bytes.chunks(1000).find_map(|piece| {
            pushed += piece.len();
            reader.push(piece).err()
        });
        let error = refused.unwrap();
        assert_eq!(error.code(), Code::TooLarge);
        assert!(pushed <= (1 << 20) + 2000, "only after {pushed} bytes");
        assert!(error.facts().iter().any(|(slot, value)| slot == "needed" && value.ends_with("GiB")), "{error}");
    }
    let mut reader = Reader::new("small.csv", Some(text.len() as u64), ReadOptions::default());
    reader.set_limit(512 << 20);
    reader.push(text.as_bytes()).unwrap();
    assert_eq!(reader.finish().unwrap().rows, 120_000);
}

#[test]
fn unknown_options_are_refused_by_name() {
    let error = serde_json::from_str::<ReadOptions>(r#"{"delimeter":"comma"}"#).unwrap_err();
    assert!(error.to_string().contains("delimeter"));
}
