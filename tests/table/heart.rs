//! The four hospitals of the UCI heart data, as they are published: no header, `?`, CRLF in one of them.

use autograft::table::{Kind, ReadOptions, Table, read, suspects_between};

const NAMES: [&str; 14] = [
    "age", "sex", "cp", "trestbps", "chol", "fbs", "restecg", "thalach", "exang", "oldpeak", "slope", "ca", "thal",
    "num",
];

fn hospital(name: &str, options: &ReadOptions) -> Option<Table> {
    let file = format!("processed.{name}.data");
    let text = crate::shared::shared(&format!("data/heart/{file}"))?;
    Some(read(&file, text.as_bytes(), options).unwrap())
}

fn named() -> ReadOptions {
    ReadOptions { names: Some(NAMES.map(str::to_owned).to_vec()), ..ReadOptions::default() }
}

#[test]
fn the_four_hospitals_open() {
    for (name, rows, missing) in
        [("cleveland", 303, 6), ("hungarian", 294, 782), ("switzerland", 123, 273), ("va", 200, 698)]
    {
        let Some(table) = hospital(name, &ReadOptions::default()) else { return };
        assert_eq!((table.rows, table.columns.len()), (rows, 14), "{name}");
        assert!(!table.format.header.value, "{name}");
        assert!(table.columns.iter().all(|column| column.kind == Kind::Number), "{name}");
        assert_eq!(table.columns.iter().map(|column| column.missing()).sum::<usize>(), missing, "{name}");
    }
    let Some(table) = hospital("switzerland", &named()) else { return };
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
    let (Some(swiss), Some(va)) = (hospital("switzerland", &named()), hospital("va", &named())) else { return };
    assert_eq!(count(&zeros(&swiss, "chol").unwrap()), "123");
    assert_eq!(count(&zeros(&va, "chol").unwrap()), "49");
    // By the distribution alone, without names.
    let Some(nameless) = hospital("va", &ReadOptions::default()) else { return };
    assert_eq!(count(&zeros(&nameless, "column 5").unwrap()), "49");
    let Some(cleveland) = hospital("cleveland", &named()) else { return };
    assert!(zeros(&cleveland, "chol").is_none());
    // Zero is a value of these.
    for name in ["cleveland", "va", "hungarian"] {
        let Some(table) = hospital(name, &named()) else { return };
        for column in ["oldpeak", "fbs", "exang", "num"] {
            assert!(zeros(&table, column).is_none(), "{name} {column}");
        }
    }
}

#[test]
fn a_column_of_zeros_is_suspected_beside_another_hospital() {
    let options = ReadOptions::default();
    let both = (hospital("switzerland", &options), hospital("cleveland", &options));
    let (Some(swiss), Some(cleveland)) = both else { return };
    let notes = suspects_between(&swiss, &cleveland);
    let columns: Vec<&str> = notes.iter().filter_map(|note| note.column.as_deref()).collect();
    assert_eq!(columns, ["column 5"], "{notes:?}");
    assert_eq!(notes[0].value.as_deref(), Some("0"));
    assert!(suspects_between(&cleveland, &swiss).is_empty());
}
