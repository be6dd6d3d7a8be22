//! Encodings, sure and guessed.

use super::{gz, table, texts};
use autograft::table::{Encoding, ReadOptions, read};

const CHINESE: &str = "编号,姓名,诊断,年龄\n甲一,张伟,高血压,60\n甲二,王芳,糖尿病,55\n甲三,李娜,冠心病,47\n";
const WESTERN: &str = "id,naam,größe\n1,Müller,180\n2,Françoise,165\n3,Ångström,171\n4,Señor,175\n";

fn utf16(text: &str, big: bool) -> Vec<u8> {
    text.encode_utf16().flat_map(|unit| if big { unit.to_be_bytes() } else { unit.to_le_bytes() }).collect()
}

fn encoded(text: &str, encoding: &'static encoding_rs::Encoding) -> Vec<u8> {
    encoding.encode(text).0.into_owned()
}

#[test]
fn encodings_are_found() {
    let marked = |mark: &[u8], body: Vec<u8>| [mark, &body].concat();
    let cases: Vec<(&str, Vec<u8>, Encoding, bool)> = vec![
        (CHINESE, CHINESE.into(), Encoding::Utf8, true),
        (CHINESE, marked(b"\xef\xbb\xbf", CHINESE.into()), Encoding::Utf8, true),
        (CHINESE, marked(b"\xff\xfe", utf16(CHINESE, false)), Encoding::Utf16le, true),
        (CHINESE, marked(b"\xfe\xff", utf16(CHINESE, true)), Encoding::Utf16be, true),
        (CHINESE, utf16(CHINESE, false), Encoding::Utf16le, true),
        (WESTERN, utf16(WESTERN, true), Encoding::Utf16be, true),
        (CHINESE, encoded(CHINESE, encoding_rs::GB18030), Encoding::Gb18030, false),
        (WESTERN, encoded(WESTERN, encoding_rs::WINDOWS_1252), Encoding::Windows1252, false),
    ];
    for (text, bytes, encoding, sure) in cases {
        let plain = table(text.as_bytes());
        for bytes in [gz(&bytes), bytes] {
            let table = table(&bytes);
            let found = table.format.encoding.as_ref().unwrap();
            assert_eq!((found.value, found.sure), (encoding, sure));
            assert_eq!(table.columns, plain.columns, "{encoding:?}");
        }
    }
}

#[test]
fn a_guess_can_be_changed() {
    let bytes = encoded("名,x\n漢字,1\n", encoding_rs::BIG5);
    let options = ReadOptions { encoding: Some(Encoding::Big5), ..ReadOptions::default() };
    let table = read("t", &bytes, &options).unwrap();
    assert_eq!(texts(&table, "名"), ["漢字"]);
    assert!(table.format.encoding.unwrap().chosen);
}

#[test]
fn what_is_no_utf8_late_is_decided_there() {
    let head = "name,n\n".to_owned() + &"Smith,1\n".repeat(200_000);
    for (name, encoding) in [("张伟", Encoding::Gb18030), ("Müller", Encoding::Windows1252)] {
        let codec = if encoding == Encoding::Gb18030 { encoding_rs::GB18030 } else { encoding_rs::WINDOWS_1252 };
        let bytes = encoded(&format!("{head}{name},2\n{name},3\nSmith,4\n"), codec);
        let table = table(&bytes);
        assert_eq!(table.format.encoding.as_ref().unwrap().value, encoding);
        assert_eq!(table.columns[0].cell_text(200_001), name);
        assert_eq!(table.columns[1].number(200_002), Some(4.0));
    }
    // After characters that only UTF-8 makes, it is damage, and said with its row.
    let bytes = [("name,n\nÅsa,1\n".to_owned() + &"Smith,1\n".repeat(200_000)).into_bytes(), b"M\xfcller,2\n".to_vec()]
        .concat();
    let error = super::guess(&bytes).unwrap_err();
    assert_eq!((error.code(), error.at().row), (autograft::Code::BadEncoding, Some(200_003)));
}
