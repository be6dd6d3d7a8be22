//! Workbooks; made by fixtures/make.py.

use super::{fixture, names, texts};
use autograft::table::{Kind, ReadOptions, read};

fn sheet(name: &str) -> ReadOptions {
    ReadOptions { sheet: Some(name.into()), ..ReadOptions::default() }
}

#[test]
fn sheets_types_and_errors() {
    let table = read("sheets.xlsx", &fixture("sheets.xlsx"), &sheet("Patients")).unwrap();
    assert_eq!(table.sheets, ["Notes", "Patients"]);
    assert_eq!(table.format.sheet.as_deref(), Some("Patients"));
    assert_eq!((table.rows, names(&table)), (12, vec!["id", "age", "born", "smoker", "score", "visit"]));
    let kinds: Vec<Kind> = table.columns.iter().map(|column| column.kind).collect();
    assert_eq!(kinds, [Kind::Identifier, Kind::Number, Kind::Date, Kind::Boolean, Kind::Number, Kind::Date]);
    // 2 January 1970; 1 March 2024, half past twelve.
    assert_eq!(table.column("born").unwrap().number(0), Some(1.0));
    let half_past = table.column("visit").unwrap().numbers()[0];
    assert!((half_past - (19_783.0 + 12.5 / 24.0)).abs() < 1e-9, "{half_past}");
    assert_eq!(table.column("smoker").unwrap().numbers()[..2], [1.0, 0.0]);
    assert_eq!(table.column("age").unwrap().number(2), None);
    assert_eq!(table.column("score").unwrap().number(3), None);
    let note = table.notes.iter().find(|note| note.code == "error_cells").unwrap();
    assert!(note.row == Some(4) || note.row == Some(5), "{note:?}");
    // Without a choice: the first sheet that holds something.
    assert_eq!(
        read("sheets.xlsx", &fixture("sheets.xlsx"), &ReadOptions::default()).unwrap().format.sheet.as_deref(),
        Some("Notes")
    );
}

#[test]
fn merged_headers_are_joined_and_titles_left_out() {
    let table = read("merged.xlsx", &fixture("merged.xlsx"), &ReadOptions::default()).unwrap();
    assert_eq!(names(&table), ["id", "lipids / chol", "lipids / hdl", "pressure / sys", "pressure / dia"]);
    assert_eq!((table.rows, table.spreadsheet_row(0)), (11, 4));
    assert_eq!(texts(&table, "lipids / hdl")[0], "50.5");
    let codes: Vec<&str> = table.notes.iter().map(|note| note.code.as_str()).collect();
    assert_eq!(codes, ["title_row", "header_merged"]);
}
