//! The four hospitals of the UCI heart data, as they are published: no header, `?`, CRLF in one of them.

use autograft::table::{Kind, ReadOptions, Table, read, suspects_between};

const NAMES: [&str; 14] = [
    "age", "sex", "cp", "trestbps", "chol", "fbs", "restecg", "thalach", "exang", "oldpeak", "slope", "ca", "thal",
    "num",
];

fn hospital(name: &str, options: &ReadOptions) -> Table {
    let shared =
        std::env::var("AUTOGRAFT_SHARED").unwrap_or_else(|_| format!("{}/../shared", env!("CARGO_MANIFEST_DIR")));
    let file = format!("processed.{name}.data");
    let bytes = std::fs::read(format!("{shared}/data/heart/{file}"))
        .unwrap_or_else(|e| panic!("{file} is needed under {shared}/data/heart (set AUTOGRAFT_SHARED): {e}"));
    read(&file, &bytes, options).unwrap()
}

fn named() -> ReadOptions {
    ReadOptions { names: Some(NAMES.map(str::to_owned).to_vec()), ..ReadOptions::default() }
}

#[test]
fn the_four_hospitals_open() {
    for (name, rows, missing) in
        [("cleveland", 303, 6), ("hungarian", 294, 782), ("switzerland", 123, 273), ("va", 200, 698)]
    {
        let table = hospital(name, &ReadOptions::default());
        assert_eq!((table.rows, table.columns.len()), (rows, 14), "{name}");
        assert!(!table.format.header.value, "{name}");
        assert!(table.columns.iter().all(|column| column.kind == Kind::Number), "{name}");
        assert_eq!(table.columns.iter().map(|column| column.missing()).sum::<usize>(), missing, "{name}");
    }
    let table = hospital("switzerland", &named());
    assert_eq!(table.column("oldpeak").unwrap().number(0), Some(0.7));
}

#[test]
fn cholesterol_zero_is_pointed_out() {
    let zeros = |table: &Table, column: &str| {
        let summary = table.summary();
        let column = summary.columns.iter().find(|c| c.name == column).unwrap().clone();
        column.suspects.into_iter().find(|note| note.code == "impossible_zero" && note.value.as_deref() == Some("0"))
    };
    let count = |note: &autograft::table::Note| note.facts.iter().find(|(slot, _)| slot == "count").unwrap().1.clone();
    assert_eq!(count(&zeros(&hospital("switzerland", &named()), "chol").unwrap()), "123");
    assert_eq!(count(&zeros(&hospital("va", &named()), "chol").unwrap()), "49");
    // By the distribution alone, without names.
    assert_eq!(count(&zeros(&hospital("va", &ReadOptions::default()), "column 5").unwrap()), "49");
    assert!(zeros(&hospital("cleveland", &named()), "chol").is_none());
    // Zero is a value of these.
    for name in ["cleveland", "va", "hungarian"] {
        for column in ["oldpeak", "fbs", "exang", "num"] {
            assert!(zeros(&hospital(name, &named()), column).is_none(), "{name} {column}");
        }
    }
}

#[test]
fn a_column_of_zeros_is_suspected_beside_another_hospital() {
    let options = ReadOptions::default();
    let (swiss, cleveland) = (hospital("switzerland", &options), hospital("cleveland", &options));
    let notes = suspects_between(&swiss, &cleveland);
    let columns: Vec<&str> = notes.iter().filter_map(|note| note.column.as_deref()).collect();
    assert_eq!(columns, ["column 5"], "{notes:?}");
    assert_eq!(notes[0].value.as_deref(), Some("0"));
    assert!(suspects_between(&cleveland, &swiss).is_empty());
}
