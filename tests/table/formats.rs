//! Separators, quotes, headers, decimals, kinds: found from the evidence, and the same table from each.

use super::{guess, gz, names, table, texts};
use autograft::table::{Delimiter, Kind, ReadOptions, Table, read};

#[test]
fn separators_are_found() {
    let cases: [(&str, Delimiter); 8] = [
        ("a,b,c\n1,2,3\n4,5,6\n", Delimiter::Comma),
        ("a;b;c\n1;2;3\n4;5;6\n", Delimiter::Semicolon),
        ("a\tb\tc\n1\t2\t3\n4\t5\t6\n", Delimiter::Tab),
        ("a|b|c\n1|2|3\n4|5|6\n", Delimiter::Pipe),
        ("a  b   c\n 1 2\t3\n4    5 6  \n", Delimiter::Whitespace),
        ("a;b;c\r\n1;2;3\r\n4;5;6", Delimiter::Semicolon),
        ("a,b,c\r1,2,3\r4,5,6\r", Delimiter::Comma),
        ("sep=;\na;b;c\n1;2;3\n4;5;6\n", Delimiter::Semicolon),
    ];
    for (text, delimiter) in cases {
        for bytes in [text.as_bytes().to_vec(), gz(text.as_bytes())] {
            let table = table(&bytes);
            assert_eq!(table.format.delimiter.as_ref().unwrap().value, delimiter, "{text:?}");
            assert_eq!(names(&table), ["a", "b", "c"], "{text:?}");
            assert_eq!(table.columns[1].numbers(), [2.0, 5.0], "{text:?}");
            assert_eq!(table.columns[2].numbers(), [3.0, 6.0], "{text:?}");
        }
    }
}

#[test]
fn decimal_commas_are_found() {
    for text in [
        "a;b\n1,5;x\n-2,25;y\n0,125;z\n",
        "a\tb\n1,5\tx\n-2,25\ty\n0,125\tz\n",
        "a,b\n\"1,5\",x\n\"-2,25\",y\n\"0,125\",z\n",
    ] {
        let table = table(text.as_bytes());
        assert_eq!(table.format.decimal.as_ref().unwrap().value, ',', "{text:?}");
        assert_eq!(table.columns[0].numbers(), [1.5, -2.25, 0.125], "{text:?}");
    }
    // By hand, against the evidence: then they are texts.
    let options = ReadOptions { decimal: Some('.'), ..ReadOptions::default() };
    let table = read("t", b"a;b\n1,5;x\n-2,25;y\n", &options).unwrap();
    assert_eq!(table.columns[0].kind, Kind::Category);
}

#[test]
fn headers_are_found() {
    let cases: [(&str, bool); 9] = [
        ("age,sex\n60,M\n50,F\n", true),
        ("60,M\n50,F\n60,M\n50,F\n", false),
        ("1,2\n3,4\n", false),
        ("name,city\nAnn,Paris\nBob,Rome\nEve,Paris\n", true),
        ("yes,no\nno,yes\nyes,yes\n", false),
        (",0,1,2\nTP53,1.5,2.5,3.5\nEGFR,2.5,3.5,1.5\n", true),
        ("1,2,3\n", false),
        ("63.0,1.0,?,4\n41,0,2,3\n", false),
        ("id,2019,2020\nx,1.5,2\ny,2.5,3\n", true),
    ];
    for (text, header) in cases {
        let options = ReadOptions::default();
        if text.starts_with("id,2019") {
            // Years over numbers: not to be known from the file; a person says so.
            assert!(!read("t", text.as_bytes(), &options).unwrap().format.header.sure);
            continue;
        }
        assert_eq!(read("t", text.as_bytes(), &options).unwrap().format.header.value, header, "{text:?}");
    }
}

#[test]
fn quotes_hold_separators_line_ends_and_quotes() {
    let table = table(b"id,text,n\n1,\"a, \"\"b\"\"\nc\",2\n2, \"x\" ,3\n3,5\" pipe,4\n");
    assert_eq!(texts(&table, "text"), ["a, \"b\"\nc", "x", "5\" pipe"]);
    assert_eq!(table.column("n").unwrap().numbers(), [2.0, 3.0, 4.0]);
    let options = ReadOptions { quote: Some(false), ..ReadOptions::default() };
    let table = read("t", b"a,b\n\"x,1\ny\",2\n", &options).unwrap();
    assert_eq!(texts(&table, "a"), ["\"x", "y\""]);
}

#[test]
fn names_are_made_unique_and_said() {
    let table = table(b"x,,x,x.2,\n1,2,3,4,5\n6,7,8,9,0\n");
    assert_eq!(names(&table), ["x", "column 2", "x.3", "x.2", "column 5"]);
    let codes: Vec<&str> = table.notes.iter().map(|note| note.code.as_str()).collect();
    assert_eq!(codes, ["blank_names", "duplicate_names"]);
    assert_eq!(table.notes[0].row, Some(1));
    assert_eq!(table.notes[1].column.as_deref(), Some("x.3"));
}

#[test]
fn missing_marks_are_exact() {
    let marks = [
        "", "NA", "N/A", "NaN", "nan", "null", "NULL", ".", "?", "-", "−", "–", "缺失", "未知", "#N/A", "None", " NA ",
    ];
    let text: String = marks.iter().map(|mark| format!("{mark},1\n")).collect();
    let table = table(format!("v,w\n{text}3.5,1\n").as_bytes());
    let column = table.column("v").unwrap();
    assert_eq!((column.kind, column.missing(), column.number(marks.len())), (Kind::Number, marks.len(), Some(3.5)));
    let table = super::table(b"v\nNAN1\nNa x\n--\n.x\n");
    assert_eq!(table.columns[0].missing(), 0);
}

#[test]
fn missing_marks_can_be_chosen() {
    let options = serde_json::from_str(
        r#"{"extra_missing":["-9","leer"],"not_missing":["-"],"missing_codes":{"b":["0"],"*":["999"]}}"#,
    );
    let table = read("t", b"a,b,c\n-9,0,-\n999,1,+\n0,2,leer\n", &options.unwrap()).unwrap();
    assert_eq!(table.column("a").unwrap().codes(), [None, None, Some(0)]);
    assert_eq!(table.column("b").unwrap().codes(), [None, Some(0), Some(1)]);
    assert_eq!(texts(&table, "c"), ["-", "+", ""]);
}

#[test]
fn numbers_are_exact() {
    let texts = [
        "0",
        "1",
        "-1",
        "0.1",
        "0.30",
        "123456789012345",
        "-0.000001",
        "3.141592653589793",
        "1e-7",
        "1E5",
        ".5",
        "5.",
        "+2",
        "9007199254740993.5",
        "0.1234567890123456789",
        "1e300",
        "-0",
        "99999999999999.9",
        "2.2250738585072014e-308",
    ];
    let text = "v\n".to_owned() + &texts.join("\n") + "\n";
    let table = table(text.as_bytes());
    let column = &table.columns[0];
    assert_eq!(column.kind, Kind::Number);
    for (row, text) in texts.iter().enumerate() {
        assert_eq!(column.number(row), Some(text.parse::<f64>().unwrap()), "{text}");
        assert_eq!(&column.cell_text(row), text);
    }
}

#[test]
fn kinds_are_found() {
    let mut text = "n,cat,yes,day,id,free,zip,national,coded\n".to_owned();
    for i in 0..40 {
        let words = format!("patient {i} came with complaints about the {} side", ["left", "right"][i % 2]);
        let yes = ["Yes", "no"][i % 2];
        text += &format!(
            "{}.5,{},{yes},{:02}.{:02}.2024,P{i:03},{words},{:05},11010519491231{i:04},{}\n",
            i,
            ["A", "B", "C"][i % 3],
            i % 28 + 1,
            i % 12 + 1,
            1000 + i * 7 % 3,
            i % 3
        );
    }
    let table = table(text.as_bytes());
    let kinds: Vec<Kind> = table.columns.iter().map(|column| column.kind).collect();
    use Kind::*;
    assert_eq!(kinds, [Number, Category, Boolean, Date, Identifier, Text, Category, Identifier, Number]);
    assert_eq!(texts(&table, "zip")[..2], ["01000", "01001"]);
    assert_eq!(texts(&table, "national")[1], "110105194912310001");
    assert_eq!(table.column("yes").unwrap().numbers()[..2], [1.0, 0.0]);
    // 1 January 2024.
    assert_eq!(table.column("day").unwrap().number(0), Some(19_723.0));
    let levels = table.column("cat").unwrap().levels();
    assert_eq!(levels, [("A".to_owned(), 14), ("B".to_owned(), 13), ("C".to_owned(), 13)]);
    assert_eq!(table.column("coded").unwrap().levels()[2], ("2".to_owned(), 13));
}

#[test]
fn kinds_can_be_changed_and_the_writing_is_kept() {
    let text =
        "v,w\n".to_owned() + &(0..300).map(|i| format!("{}.50,{:.1}\n", i % 5, i as f64 / 10.0)).collect::<String>();
    let table = table(text.as_bytes()).with_kind("v", Kind::Category).unwrap().with_kind("w", Kind::Text).unwrap();
    assert_eq!(table.column("v").unwrap().levels()[1], ("1.50".to_owned(), 60));
    assert_eq!(texts(&table, "w")[10], "1.0");
    let table = table.with_kind("v", Kind::Number).unwrap();
    assert_eq!(table.column("v").unwrap().number(1), Some(1.5));
    assert!(table.with_kind("w", Kind::Boolean).is_err());
}

#[test]
fn late_surprises_keep_every_text() {
    // Numbers in several writings for 10,000 rows, then a column of words.
    let cells: Vec<String> = (0..10_000)
        .map(|i| match i % 5 {
            0 => format!("{}.50", i),
            1 => format!(".{i}"),
            2 => format!("{i}"),
            3 => format!("{i}.0"),
            _ => format!("{i}e-3"),
        })
        .chain((0..40_000).map(|i| format!("w{}", i % 7)))
        .collect();
    let text = "v,n\n".to_owned() + &cells.iter().map(|cell| format!("{cell},1\n")).collect::<String>();
    let table = table(text.as_bytes());
    let column = &table.columns[0];
    assert_ne!(column.kind, Kind::Number);
    let mut wrong = 0;
    for (row, cell) in cells.iter().enumerate() {
        // The writing of numbers that need an exception is kept for the first 4096 of them: about 10,000 rows.
        wrong += usize::from(column.cell_text(row) != *cell);
    }
    assert_eq!(wrong, 0);
    // And the other way round: words first.
    let text = "v,n\n".to_owned() + &"none yet,1\n".repeat(40) + &"1.5,1\n".repeat(5000);
    let table = super::table(text.as_bytes());
    assert_eq!(table.columns[0].kind, Kind::Number);
    assert_eq!(table.columns[0].texts_among_numbers(1), [(0, "none yet")]);
    assert_eq!(table.columns[0].missing(), 40);
}

#[test]
fn odd_rows_are_borne_with_a_note() {
    let codes = |table: &Table| table.notes.iter().map(|note| note.code.clone()).collect::<Vec<_>>();
    let options = ReadOptions { pad_short_rows: true, ..ReadOptions::default() };
    let table = read("t", b"a,b,c\n1,2\n3,4,5\n6,7,8\n", &options).unwrap();
    assert_eq!((codes(&table), table.column("c").unwrap().missing()), (vec!["padded_rows".to_owned()], 1));
    let table = super::table(b"a,b,\n1,2,\n3,4,\n");
    assert_eq!(
        (codes(&table), names(&table)),
        (vec!["trailing_delimiter".to_owned(), "trailing_delimiter_rows".to_owned()], vec!["a", "b"])
    );
    let table = super::table(b"a,b\n1,2\n\n\n3,4\n5,x6\n\n");
    assert_eq!((codes(&table), table.rows), (vec!["blank_rows".to_owned()], 3));
    assert_eq!([0, 1, 2].map(|row| table.spreadsheet_row(row)), [2, 5, 6]);
    let table = super::table(b"age sex\np1 60 M\np2 50 F\n");
    assert_eq!(
        (codes(&table), names(&table)),
        (vec!["row_names".to_owned(), "blank_names".to_owned()], vec!["column 1", "age", "sex"])
    );
}

#[test]
fn one_row_and_names_by_hand() {
    let options = ReadOptions { names: Some(vec!["age".into(), "chol".into()]), ..ReadOptions::default() };
    let table = read("t", b"60,NaN,3\n", &options).unwrap();
    assert_eq!((table.rows, names(&table)), (1, vec!["age", "chol", "column 3"]));
    assert!(table.column("chol").unwrap().numbers()[0].is_nan());
    assert_eq!(guess(b"5").unwrap().rows, 1);
}

#[test]
fn genes_by_samples_are_recognised_and_turned() {
    let mut text = "gene,s1,s2,s3\n".to_owned();
    for i in 0..240 {
        let letters = [b'A' + i as u8 % 26, b'A' + i as u8 / 26].map(char::from);
        text += &format!("{}{}{},{i}.25,{i},{}\n", letters[0], letters[1], i % 7, i * 2);
    }
    let table = table(text.as_bytes());
    assert!(table.genes_by_samples());
    let turned = table.transposed().unwrap();
    assert_eq!((turned.rows, turned.columns.len()), (3, 241));
    assert_eq!(texts(&turned, "gene"), ["s1", "s2", "s3"]);
    assert_eq!(turned.columns[3].numbers(), [2.25, 2.0, 4.0]);
    assert_eq!(turned.transposed().unwrap().column("s1").unwrap().numbers(), table.column("s1").unwrap().numbers());
    let options = ReadOptions { transpose: true, ..ReadOptions::default() };
    assert_eq!(read("t", text.as_bytes(), &options).unwrap().columns.len(), 241);
    // Patients' numbers are no genes.
    let text = "id,a,b\n".to_owned() + &(0..240).map(|i| format!("PAT{i:04},{i},2\n")).collect::<String>();
    assert!(!super::table(text.as_bytes()).genes_by_samples());
}

#[test]
fn memory_is_under_the_text() {
    // 200,000 x 20: numbers of several widths, categories, identifiers.
    let mut text = (0..20).map(|i| format!("c{i}")).collect::<Vec<_>>().join(",") + "\n";
    let mut state = 1u64;
    for row in 0..200_000 {
        for column in 0..20 {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            let v = (state >> 33) % 100_000;
            text += &match column {
                0 => format!("P{row:06}"),
                1..=3 => ["male", "female", "unknown"][v as usize % 3].to_owned(),
                4..=6 => (v % 2).to_string(),
                _ => format!("{}.{:03}", v / 1000, v % 1000),
            };
            text.push(if column == 19 { '\n' } else { ',' });
        }
    }
    let table = table(text.as_bytes());
    let copy = table.to_bytes();
    assert_eq!((table.rows, table.columns.len()), (200_000, 20));
    let held = table.memory() + copy.capacity();
    assert!(held < 3 * text.len() / 2, "{held} for {}", text.len());
    // Wide: what a column costs by itself must not count.
    let wide: String = (0..20_000).map(|i| format!("g{i}")).collect::<Vec<_>>().join("\t")
        + "\n"
        + &(0..60)
            .map(|row| (0..20_000).map(|i| format!("{}.{row}", i % 90)).collect::<Vec<_>>().join("\t") + "\n")
            .collect::<String>();
    let table = super::table(wide.as_bytes());
    assert!(table.memory() + table.to_bytes().capacity() < 3 * wide.len(), "{} for {}", table.memory(), wide.len());
}

#[test]
fn scientific_columns_stay_numbers_with_a_late_text() {
    let text =
        "p,n\n".to_owned() + &(1..9000).map(|i| format!("{i}.25e-7,1\n")).collect::<String>() + "below,1\n2e-3,1\n";
    let table = table(text.as_bytes());
    let column = &table.columns[0];
    assert_eq!((column.kind, column.number(8998), column.number(9000)), (Kind::Number, Some(8999.25e-7), Some(2e-3)));
    assert_eq!(column.texts_among_numbers(9), [(8999, "below")]);
    assert_eq!(Table::from_bytes(&table.to_bytes()).unwrap(), table);
}
