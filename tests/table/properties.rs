//! Properties: the slices of a push do not matter, no bytes make a panic, bytes and back are the same table.

use super::guess;
use autograft::Result;
use autograft::table::{ReadOptions, Reader, Table};
use proptest::prelude::*;

fn sliced(bytes: &[u8], cuts: &[usize]) -> Result<Table> {
    let mut reader = Reader::new("t.csv", Some(bytes.len() as u64), ReadOptions::default());
    let mut rest = bytes;
    for &cut in cuts {
        let (piece, after) = rest.split_at(cut.min(rest.len()));
        reader.push(piece)?;
        rest = after;
    }
    reader.push(rest)?;
    reader.finish()
}

fn cell() -> impl Strategy<Value = String> {
    prop_oneof![
        5 => (-100_000i64..100_000, 0u32..5).prop_map(|(m, d)| format!("{:.*}", d as usize, m as f64 / 100.0)),
        2 => (0i64..50).prop_map(|n| n.to_string()),
        1 => prop::sample::select(vec!["", "NA", "?", "\"a,b\"", "\"x\"\"y\"", "\"two\nlines\"", "007", "1e-5", ".5", "é", "张", "abc", " 7 ", "yes", "2024-01-02"])
            .prop_map(str::to_owned),
    ]
}

fn text() -> impl Strategy<Value = String> {
    (1usize..5, prop::collection::vec(prop::collection::vec(cell(), 5), 1..60), any::<bool>()).prop_map(
        |(columns, rows, crlf)| {
            let end = if crlf { "\r\n" } else { "\n" };
            let mut text = (0..=columns).map(|c| format!("c{c}")).collect::<Vec<_>>().join(",") + end;
            for row in rows {
                text += &(row.into_iter().take(columns).chain(["1".to_owned()]).collect::<Vec<_>>().join(",") + end);
            }
            text
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn slices_do_not_matter(text in text(), cuts in prop::collection::vec(0usize..40, 0..60), how in 0..3) {
        let bytes = match how {
            0 => text.into_bytes(),
            1 => encoding_rs::GB18030.encode(&text).0.into_owned(),
            _ => super::gz(text.as_bytes()),
        };
        prop_assert_eq!(sliced(&bytes, &cuts), guess(&bytes));
    }

    #[test]
    fn bytes_and_back(text in text()) {
        let table = guess(text.as_bytes()).unwrap();
        let back = Table::from_bytes(&table.to_bytes()).unwrap();
        prop_assert_eq!(back.fingerprint(), table.fingerprint());
        // Room that was kept for growing is not carried over.
        let summary = |table: &Table| serde_json::to_string(&autograft::table::Summary { memory: 0, ..table.summary() }).unwrap();
        prop_assert_eq!(summary(&back), summary(&table));
        prop_assert_eq!(back, table);
    }

    #[test]
    fn written_numbers_are_kept(cells in prop::collection::vec(cell(), 1..200)) {
        let text = "v,w\n".to_owned() + &cells.iter().map(|cell| format!("{cell},1\n")).collect::<String>();
        let options = ReadOptions { header: Some(true), delimiter: Some(autograft::table::Delimiter::Comma), decimal: Some('.'), ..ReadOptions::default() };
        let table = autograft::table::read("t", text.as_bytes(), &options).unwrap();
        let column = &table.columns[0];
        for (row, cell) in cells.iter().enumerate() {
            let plain = cell.trim().trim_matches('"').replace("\"\"", "\"");
            let plain = if ["NA", "?"].contains(&plain.as_str()) { String::new() } else { plain };
            prop_assert_eq!(column.cell_text(row), plain.clone());
            if column.kind == autograft::table::Kind::Number && plain != "007" {
                prop_assert_eq!(column.number(row), plain.parse::<f64>().ok());
            }
        }
    }

    #[test]
    fn no_bytes_make_a_panic(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        if let Ok(table) = guess(&bytes) {
            table.summary();
            table.transposed().unwrap().summary();
        }
        let mut packed = b"\x1f\x8b\x08\0\0\0\0\0\0\x03".to_vec();
        packed.extend_from_slice(&bytes);
        let _ = guess(&packed);
        let _ = Table::from_bytes(&bytes);
    }

    #[test]
    fn no_text_makes_a_panic(text in "[ ,;|\t\n\r\"'0-9.eE+\\-xé张\u{0}\u{feff}]{0,200}", pad in any::<bool>(), header in any::<Option<bool>>()) {
        let options = ReadOptions { pad_short_rows: pad, header, ..ReadOptions::default() };
        if let Ok(table) = autograft::table::read("t", text.as_bytes(), &options) {
            let rows = table.rows;
            prop_assert!(table.columns.iter().all(|column| column.len() == rows));
            table.summary();
        }
    }

    #[test]
    fn damaged_table_bytes_are_refused_or_read(text in text(), at in any::<prop::sample::Index>(), byte in any::<u8>()) {
        let mut bytes = guess(text.as_bytes()).unwrap().to_bytes();
        let at = at.index(bytes.len());
        bytes[at] = byte;
        if let Ok(table) = Table::from_bytes(&bytes) {
            table.columns.iter().for_each(|column| { column.numbers(); column.codes(); });
        }
        let _ = Table::from_bytes(&bytes[..at]);
    }
}

#[test]
fn many_chunks_do_not_matter() {
    // Over the first megabyte and over several chunks of 4096 rows.
    let mut text = "a;b;c;d\n".to_owned();
    for i in 0..60_000 {
        let word = ["x", "\"y;\n\"", "z z", ""][i % 4];
        text += &format!("{};{word};{},{:02};id{i}\n", i % 300, i % 77, i % 100);
    }
    let whole = guess(text.as_bytes()).unwrap();
    assert_eq!(whole.rows, 60_000);
    assert_eq!(whole.columns[2].number(59_999), Some(16.99));
    for size in [1, 7, 4096, 1 << 20] {
        assert_eq!(sliced(text.as_bytes(), &vec![size; text.len() / size]).unwrap(), whole, "{size}");
    }
    assert_eq!(Table::from_bytes(&whole.to_bytes()).unwrap(), whole);
}

#[test]
fn numbers_are_sorted_as_comparisons_sort_them() {
    use autograft::rng::Rng;
    use autograft::table::Data;
    // Few and many rows; one power of ten and several; whole numbers, floats, gaps, and mantissas too far apart.
    type Write = fn(&mut Rng) -> String;
    let write: [(&str, Write); 6] = [
        ("four decimals", |rng| format!("{:.4}", 10.0 * rng.normal())),
        ("any decimals", |rng| format!("{:.*}", rng.below(6), 3.0 * rng.normal())),
        ("small and large", |rng| if rng.below(2) == 0 { format!("{}", rng.below(9)) } else { "-123456.789".into() }),
        ("far apart", |rng| if rng.below(2) == 0 { "999999999999".into() } else { format!("{:.3}", rng.normal()) }),
        ("exponents", |rng| format!("{:e}", rng.normal() * 1e-9)),
        ("nothing but zero", |_| "0".into()),
    ];
    for (rows, seed) in [(3, 1), (700, 2), (5000, 3)] {
        let mut rng = Rng::stream(seed, "sorted");
        let mut text = "a,b,c,d,e,f\n".to_owned();
        for row in 0..rows {
            let cells = write.iter().map(|(_, cell)| {
                let cell = cell(&mut rng);
                if row > 1 && rng.below(11) == 0 { String::new() } else { cell }
            });
            text += &(cells.collect::<Vec<_>>().join(",") + "\n");
        }
        let table = super::table(text.as_bytes());
        for (column, (what, _)) in table.columns.iter().zip(write) {
            let Data::Numbers(numbers) = &column.data else { panic!("{what}, {rows} rows: no numbers") };
            let mut by_comparison = numbers.to_vec();
            by_comparison.retain(|v| !v.is_nan());
            by_comparison.sort_unstable_by(f64::total_cmp);
            let bits = |values: &[f64]| values.iter().map(|v| v.to_bits()).collect::<Vec<_>>();
            assert_eq!(bits(&numbers.sorted()), bits(&by_comparison), "{what}, {rows} rows");
        }
    }
}
