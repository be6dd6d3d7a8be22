//! What looks wrong is shown, and what does not is left alone.

use super::table;
use autograft::table::{Note, Table};

fn suspects(table: &Table, column: &str) -> Vec<Note> {
    table.column_summary(column).unwrap().suspects
}

fn has(table: &Table, column: &str, code: &str, value: Option<&str>) -> bool {
    suspects(table, column).iter().any(|note| note.code == code && note.value.as_deref() == value)
}

/// 60 rows of the columns that the closures make.
fn made(columns: &[(&str, &dyn Fn(usize) -> String)]) -> Table {
    let mut text = columns.iter().map(|c| c.0).collect::<Vec<_>>().join(",") + "\n";
    for i in 0..60 {
        text += &(columns.iter().map(|c| c.1(i)).collect::<Vec<_>>().join(",") + "\n");
    }
    table(text.as_bytes())
}

#[test]
fn codes_that_stand_apart_are_suspected() {
    let table = made(&[
        ("age", &|i| if i == 7 { "999".into() } else { (30 + i).to_string() }),
        ("lab", &|i| if i % 9 == 0 { "-9".into() } else { format!("{}.5", i % 20) }),
        ("ward", &|i| if i % 11 == 0 { "9".into() } else { (1 + i % 3).to_string() }),
        ("smoker", &|i| if i == 3 { "-1".into() } else { (i % 2).to_string() }),
        ("bmi", &|i| if i < 4 { "0".into() } else { (20 + i % 15).to_string() }),
        ("marker", &|i| if i < 4 { "0".into() } else { format!("{}.1", 200 + i) }),
    ]);
    for (column, code, value) in [
        ("age", "missing_code", "999"),
        ("lab", "missing_code", "-9"),
        ("ward", "missing_code", "9"),
        ("smoker", "missing_code", "-1"),
        ("bmi", "impossible_zero", "0"),
        ("marker", "impossible_zero", "0"),
    ] {
        assert!(has(&table, column, code, Some(value)), "{column}: {:?}", suspects(&table, column));
        // Shown, not applied.
        assert_eq!(table.column(column).unwrap().missing(), 0);
    }
}

#[test]
fn values_that_belong_are_left_alone() {
    let table = made(&[
        ("count", &|i| (i % 12).to_string()),
        ("age", &|i| (40 + i).to_string()),
        ("z", &|i| format!("{:.2}", (i as f64 - 30.0) / 10.0)),
        ("flag", &|i| (i % 2).to_string()),
        ("dose", &|i| (i * 10).to_string()),
        ("genotype", &|i| (i as i64 % 3 - 1).to_string()),
    ]);
    for column in ["count", "age", "z", "flag", "dose", "genotype"] {
        let codes = suspects(&table, column);
        assert!(!codes.iter().any(|note| note.value.is_some()), "{column}: {codes:?}");
    }
    assert!(has(&table, "flag", "coded_category", None));
}

#[test]
fn other_suspicions() {
    let table = made(&[
        ("same", &|_| "7".into()),
        ("none", &|_| "NA".into()),
        ("limit", &|i| if i == 5 { "> 89".into() } else { (i + 20).to_string() }),
        ("patient", &|i| (7000 + i * 13).to_string()),
        ("when", &|i| format!("{:02}/{:02}/2024", i % 12 + 1, i % 11 + 1)),
        ("er", &|i| if i % 2 == 0 { "+".into() } else { "-".into() }),
    ]);
    assert!(has(&table, "same", "constant", None));
    assert!(has(&table, "none", "all_missing", None));
    assert!(has(&table, "patient", "identifier", None));
    assert!(has(&table, "when", "date_order", None));
    assert!(has(&table, "er", "mark_may_be_value", None));
    let note = suspects(&table, "limit").into_iter().find(|note| note.code == "texts_in_numbers").unwrap();
    assert_eq!((note.row, note.column.as_deref()), (Some(7), Some("limit")));
    assert!(note.facts.contains(&("found".into(), "> 89".into())));
}

#[test]
fn every_note_has_its_words() {
    let word = |key: &str| autograft::text::get(key).to_owned();
    let table =
        made(&[("same", &|_| "7".into()), ("limit", &|i| if i == 5 { "> 89".into() } else { (i + 20).to_string() })]);
    let summary = table.summary();
    let format = &summary.format;
    let mut notes: Vec<&Note> = summary.columns.iter().flat_map(|column| &column.suspects).collect();
    let text = [
        &format.encoding.as_ref().unwrap().evidence,
        &format.delimiter.as_ref().unwrap().evidence,
        &format.header.evidence,
    ];
    notes.extend(text);
    assert!(notes.len() >= 5);
    for note in notes {
        let key = format!("note.{}", note.code);
        assert_ne!(word(&key), key);
        assert!(!autograft::text::fill(&key, &note.facts).contains('{'), "{note:?}");
    }
}

#[test]
fn summaries_agree_with_numpy() {
    let table = table(b"v\n3\n1\n4\n1\n5\n9\n2\n6\nNA\n");
    let summary = table.column_summary("v").unwrap();
    // numpy: mean 3.875, std(ddof=1) 2.748376..., percentile 25, 50, 75 = 1.75, 3.5, 5.25
    assert_eq!(
        (summary.min, summary.max, summary.mean, summary.missing, summary.distinct),
        (Some(1.0), Some(9.0), Some(3.875), 1, 7)
    );
    assert!((summary.sd.unwrap() - 2.748376143938713).abs() < 1e-12);
    assert_eq!(summary.quartiles, Some([1.75, 3.5, 5.25]));
    assert_eq!(summary.histogram.iter().sum::<u32>(), 8);
}

#[test]
fn the_minus_ones_of_a_real_table_are_suspected_and_nothing_is_done_to_them() {
    let Some(text) = crate::shared::shared("data/eicu/eicu_first_day.csv") else { return };
    let table = table(text.as_bytes());
    // Counted without the reader: no cell of this file is quoted around a comma.
    let mut lines = text.lines();
    let names: Vec<&str> = lines.next().unwrap().split(',').collect();
    let mut counts = vec![0_usize; names.len()];
    for line in lines {
        assert!(!line.contains('"'));
        for (count, cell) in counts.iter_mut().zip(line.split(',')) {
            *count += usize::from(cell.parse::<f64>() == Ok(-1.0));
        }
    }
    assert_eq!(counts.iter().filter(|&&count| count > 0).count(), 21);
    for (name, count) in names.iter().zip(counts) {
        let found = suspects(&table, name).into_iter().find(|note| note.code == "missing_code");
        assert_eq!(found.is_some(), count > 0, "{name}");
        let Some(note) = found else { continue };
        assert_eq!(note.value.as_deref(), Some("-1"), "{name}");
        let told = note.facts.iter().find(|(fact, _)| fact == "count").map(|(_, count)| count.clone());
        assert_eq!(told, Some(count.to_string()), "{name}");
        // Asked, not applied.
        assert!(table.column(name).unwrap().numbers().contains(&-1.0), "{name}");
    }
}
