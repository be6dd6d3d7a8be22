//! Counts of genes in cells made into expression, as scanpy makes them (tests/golden/counts.py).

use super::table;
use autograft::table::{Counts, Kind, ReadOptions, Table, Variable, read};
use serde_json::Value;

fn golden() -> Value {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/golden/counts.json");
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

fn list<T>(value: &Value, of: impl Fn(&Value) -> Option<T>) -> Vec<T> {
    value.as_array().unwrap().iter().map(|v| of(v).unwrap()).collect()
}

/// The golden counts as a file, with columns that are no genes; times `factor`.
fn file(golden: &Value, factor: f64) -> String {
    let names = list(&golden["names"], |v| v.as_str().map(str::to_owned));
    let mut text = format!("cell,{},response,age,day\n", names.join(","));
    for (cell, row) in golden["counts"].as_array().unwrap().iter().enumerate() {
        let row = list(row, |v| v.as_f64().map(|v| format!("{}", v * factor)));
        let response = if cell % 2 == 0 { "sensitive" } else { "resistant" };
        text += &format!("c{cell},{},{response},{},2025-01-0{}\n", row.join(","), 40 + cell % 30, 1 + cell % 9);
    }
    text
}

fn how(case: &Value) -> Counts {
    let how = &case["how"]["how"];
    let how = if how.is_null() { &case["how"] } else { how };
    let number = |of: &Value, key: &str| of[key].as_f64();
    let of = &how["variable"];
    Counts {
        min_genes: number(how, "min_genes").unwrap() as u32,
        min_cells: number(how, "min_cells").unwrap() as u32,
        max_mito: number(how, "max_mito"),
        total: number(how, "total").unwrap(),
        variable: match (number(of, "n_top_genes"), number(of, "min_mean")) {
            (Some(genes), _) => Some(Variable::Top { genes: genes as u32 }),
            (None, Some(min_mean)) => Some(Variable::Cutoffs {
                min_mean,
                max_mean: number(of, "max_mean").unwrap(),
                min_disp: number(of, "min_disp").unwrap(),
            }),
            (None, None) => None,
        },
        keep: vec!["age".to_owned()],
    }
}

fn counted(text: &str, counts: Counts) -> autograft::Result<Table> {
    read("cells.csv", text.as_bytes(), &ReadOptions { counts: Some(counts), ..ReadOptions::default() })
}

#[test]
fn cells_genes_values_and_variable_genes_are_scanpys() {
    let golden = golden();
    let scaled = &golden["scaled"];
    let cases = golden["cases"].as_array().unwrap().iter().map(|case| (case, 1.0));
    for (case, factor) in cases.chain([(scaled, scaled["factor"].as_f64().unwrap())]) {
        let table = counted(&file(&golden, factor), how(case)).unwrap();
        let cells = list(&case["cells"], |v| v.as_u64().map(|c| format!("c{c}")));
        let ours: Vec<String> = (0..table.rows).map(|row| table.column("cell").unwrap().cell_text(row)).collect();
        assert_eq!(ours, cells);
        let genes = list(&case["variable"], |v| v.as_str().map(str::to_owned));
        let others = ["cell", "response", "age", "day"];
        let names: Vec<&str> = table.columns.iter().map(|c| c.name.as_str()).filter(|n| !others.contains(n)).collect();
        assert_eq!(names, genes, "{}", case["how"]);
        let note = table.notes.iter().find(|note| note.code == "counts").unwrap();
        let left = note.facts.iter().find(|(slot, _)| slot == "genes").unwrap().1.parse::<u64>().unwrap();
        assert_eq!(Some(left), case["genes"].as_u64());
        for (cell, row) in case["values"].as_array().unwrap().iter().enumerate() {
            for (gene, value) in genes.iter().zip(row.as_array().unwrap()) {
                let (ours, theirs) = (table.column(gene).unwrap().number(cell).unwrap(), value.as_f64().unwrap());
                assert!((ours - theirs).abs() <= 1e-6, "{gene} of {}: {ours}, scanpy {theirs}", cells[cell]);
            }
        }
    }
}

#[test]
fn what_is_no_gene_stays_with_its_row_and_its_place_in_the_file() {
    let golden = golden();
    let text = file(&golden, 1.0);
    let table = counted(&text, how(&golden["cases"][0])).unwrap();
    let plain = super::table(text.as_bytes());
    assert_eq!(table.column("response").map(|c| c.kind), plain.column("response").map(|c| c.kind));
    assert_eq!(table.column("day").map(|c| c.kind), Some(Kind::Date));
    for row in 0..table.rows {
        let cell: usize = table.column("cell").unwrap().cell_text(row)[1..].parse().unwrap();
        for name in ["response", "age", "day"] {
            let texts = (table.column(name).unwrap().cell_text(row), plain.column(name).unwrap().cell_text(cell));
            assert_eq!(texts.0, texts.1, "{name} of c{cell}");
        }
        // The header is row 1 of a spreadsheet.
        assert_eq!(table.spreadsheet_row(row), cell + 2);
    }
    assert!(table.rows < plain.rows, "cells without genes must go for this test to mean anything");
}

#[test]
fn counts_are_recognised_and_nothing_is_done_before_it_is_asked() {
    let golden = golden();
    let text = file(&golden, 1.0);
    let plain = table(text.as_bytes());
    let suggested = plain.counts_suggested().expect("a suggestion");
    assert_eq!(suggested.keep, ["age"]);
    assert_eq!((suggested.min_genes, suggested.min_cells, suggested.total), (32, 3, 1e4), "a panel of 320 genes");
    assert_eq!(suggested.variable, None, "of a panel all genes stay");
    assert_eq!(plain.column("GENE9").map(|c| c.numbers()), {
        let row = |row: &Value| row[9].as_f64();
        Some(list(&golden["counts"], row))
    });
    let done = counted(&text, suggested).unwrap();
    let asked = |table: &Table| {
        let columns = table.summary().columns;
        columns.iter().filter(|c| !c.suspects.is_empty() && c.name.starts_with("GENE")).count()
    };
    assert_eq!((asked(&plain), asked(&done)), (0, 0), "a gene's zeros are no missing values and no codes");
    assert_eq!(done.counts_suggested(), None, "expression is no counts");
    // Twenty-thousand genes: the usual bounds.
    let wide: String = (0..20)
        .map(|c| (0..1200).map(|g| format!("{},", (g * 7 + c * 3) % 11 / 6 * 2)).collect::<String>() + "9\n")
        .collect();
    let header: String = (0..1200).map(|g| format!("GENE{g},")).collect();
    let suggested = table(format!("{header}LAST\n{wide}").as_bytes()).counts_suggested().expect("a suggestion");
    assert_eq!(suggested, Counts::default());
    // Patients' numbers and fingerprints are no counts.
    let patients: String = (0..40).map(|i| format!("{i},{},{},{}\n", 40 + i, 120 + i, i % 2)).collect();
    assert_eq!(table(format!("id,age,bp,died\n{patients}").as_bytes()).counts_suggested(), None);
    let bits: String =
        (0..40).map(|i| (0..80).map(|b| format!("{},", (i * b) % 2)).collect::<String>() + "1\n").collect();
    let header: String = (0..80).map(|b| format!("ecfp4_{b},")).collect();
    assert_eq!(table(format!("{header}y\n{bits}").as_bytes()).counts_suggested(), None);
}

#[test]
fn logarithms_are_refused_and_other_scales_are_said() {
    let golden = golden();
    let usual = || how(&golden["cases"][0]);
    let code = |text: &str| counted(text, usual()).expect_err("refused").code().as_str();
    assert_eq!(code(&file(&golden, 1.0 / 33.0)), "not_counts", "every value under 20 and not whole");
    assert_eq!(code(&file(&golden, -1.0)), "not_counts", "negative");
    let table = counted(&file(&golden, 137.25), usual()).unwrap();
    assert!(table.notes.iter().any(|note| note.code == "counts_not_whole"));
    let logs = counted(&file(&golden, 1.0 / 33.0), usual()).unwrap_err().to_string();
    assert!(logs.contains("log") && logs.contains("cells.csv"), "{logs}");
}

#[test]
fn quality_control_that_leaves_nothing_says_what_there_was() {
    let golden = golden();
    let text = file(&golden, 1.0);
    let refused = |change: fn(&mut Counts)| {
        let mut counts = how(&golden["cases"][0]);
        change(&mut counts);
        counted(&text, counts).expect_err("refused")
    };
    let error = refused(|counts| counts.min_genes = 5000);
    assert_eq!(error.code().as_str(), "no_cells_left");
    let most = golden["counts"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| list(row, |v| v.as_u64()).iter().filter(|n| **n > 0).count());
    assert!(error.to_string().contains(&most.max().unwrap().to_string()), "{error}: the richest cell is named");
    assert_eq!(refused(|counts| counts.min_cells = 5000).code().as_str(), "no_cells_left");
    assert_eq!(
        refused(|c| c.variable = Some(Variable::Cutoffs { min_mean: 0.0, max_mean: 1.0, min_disp: 99.0 }))
            .code()
            .as_str(),
        "no_cells_left"
    );
    assert_eq!(refused(|counts| counts.total = 0.0).code().as_str(), "out_of_range");
    assert_eq!(refused(|counts| counts.keep = vec!["agee".to_owned()]).code().as_str(), "no_such_column");
}

#[test]
fn missing_counts_are_zeros_and_are_counted() {
    let golden = golden();
    let text = file(&golden, 1.0);
    let (header, body) = text.split_once('\n').unwrap();
    // An empty cell in place of the first zero of the first row.
    let row = body.lines().next().unwrap();
    let with_gap = body.replacen(row, &row.replacen(",0,", ",,", 1), 1);
    let case = how(&golden["cases"][0]);
    let (a, b) = (counted(&text, case.clone()).unwrap(), counted(&format!("{header}\n{with_gap}"), case).unwrap());
    assert!(b.notes.iter().any(|note| note.code == "counts_missing"));
    assert_eq!(a.fingerprint(), b.fingerprint());
}

#[test]
fn a_plan_that_stores_the_choice_reads_the_same_table_again() {
    let golden = golden();
    for case in golden["cases"].as_array().unwrap() {
        let options = ReadOptions { counts: Some(how(case)), ..ReadOptions::default() };
        let stored: ReadOptions = serde_json::from_str(&serde_json::to_string(&options).unwrap()).unwrap();
        assert_eq!(stored, options);
        let text = file(&golden, 1.0);
        let again = read("cells.csv", text.as_bytes(), &stored).unwrap();
        assert_eq!(again.fingerprint(), counted(&text, how(case)).unwrap().fingerprint());
    }
    // All genes are not "what is usual", and an unknown setting is refused by name.
    let all: Counts = serde_json::from_str(r#"{"variable":null}"#).unwrap();
    assert_eq!((all.variable, all.min_genes), (None, 200));
    assert!(serde_json::from_str::<Counts>(r#"{"min_gene":1}"#).unwrap_err().to_string().contains("min_gene"));
}
