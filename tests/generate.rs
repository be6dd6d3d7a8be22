//! The made cohorts have the truth that they claim, and the examples are what their index and SOURCES.md say.

use std::collections::BTreeMap;
use std::fs;
use std::io::{Read, Write};
use std::path::PathBuf;

use autograft::generate::{MARKERS, Outcome, Recipe, Truth, generate};
use autograft::math::stats::{correlation, mean};
use autograft::metrics::ranking::auroc;
use flate2::read::GzDecoder;
use flate2::{Compression, GzBuilder};
use serde_json::Value;

fn recipe(truth: Truth, outcome: Outcome) -> Recipe {
    Recipe { truth, outcome, source: 4000, target: 80, test: 3920, seed: 7 }
}

/// Columns by name; made tables hold no quotes.
fn columns(text: &str) -> BTreeMap<String, Vec<String>> {
    let mut lines = text.lines();
    let names: Vec<&str> = lines.next().unwrap().split(',').collect();
    let mut columns: BTreeMap<String, Vec<String>> = names.iter().map(|n| ((*n).to_owned(), Vec::new())).collect();
    for line in lines {
        let cells: Vec<&str> = line.split(',').collect();
        assert_eq!(cells.len(), names.len(), "{line}");
        for (name, cell) in names.iter().zip(cells) {
            columns.get_mut(*name).unwrap().push(cell.to_owned());
        }
    }
    columns
}

/// The mean of the markers of one process in each row, over those that are there.
fn process(table: &BTreeMap<String, Vec<String>>, which: usize) -> Vec<f64> {
    let rows = table["patient"].len();
    let of_row = |row: usize| {
        let here: Vec<f64> = (0..MARKERS)
            .filter(|j| j % 3 == which)
            .filter_map(|j| table[&format!("marker_{}", j + 1)][row].parse().ok())
            .collect();
        mean(&here)
    };
    (0..rows).map(of_row).collect()
}

fn events(table: &BTreeMap<String, Vec<String>>) -> Vec<bool> {
    table["outcome"].iter().map(|cell| cell == "yes").collect()
}

fn near(found: f64, expected: f64, within: f64, what: &str) {
    assert!((found - expected).abs() <= within, "{what}: {found} is not {expected} within {within}");
}

#[test]
fn the_relation_is_the_one_that_is_claimed() {
    for truth in [Truth::Helps, Truth::Nothing, Truth::Harms] {
        let (source, target) = generate(&recipe(truth, Outcome::Class));
        let (source, target) = (columns(&source), columns(&target));
        let gap =
            |table: &BTreeMap<String, Vec<String>>, which| auroc(&events(table), &process(table, which)).unwrap() - 0.5;
        // The first process raises the risk, the second lowers it, the third does neither.
        let (first, second) = (gap(&target, 0), gap(&target, 1));
        assert!(first > 0.07 && second < -0.05, "{first} {second}");
        near(gap(&target, 2), 0.0, 0.03, "third process");
        let (there_first, there_second) = (gap(&source, 0), gap(&source, 1));
        match truth {
            Truth::Helps => {
                near(there_first, first, 0.05, "first process in the source");
                near(there_second, second, 0.05, "second process in the source");
            }
            Truth::Nothing => {
                near(there_first, 0.0, 0.03, "first process in the source");
                near(there_second, 0.0, 0.03, "second process in the source");
            }
            // What it follows is noise in the target, and what the target follows it does not know.
            Truth::Harms => {
                near(there_first, 0.0, 0.03, "first process in the source");
                near(there_second, 0.0, 0.03, "second process in the source");
                assert!(gap(&source, 2) > 0.2, "{}", gap(&source, 2));
            }
        }
    }
}

#[test]
fn the_number_follows_the_equation() {
    let (source, target) = generate(&recipe(Truth::Harms, Outcome::Number));
    let slope = |text: &str| {
        let table = columns(text);
        let y: Vec<f64> = table["response"].iter().map(|cell| cell.parse().unwrap()).collect();
        let age: Vec<f64> = table["age"].iter().map(|cell| cell.parse().unwrap()).collect();
        let spread = |x: &[f64]| autograft::math::stats::sd(x);
        correlation(&age, &y) * spread(&y) / spread(&age)
    };
    // 6 × 0.5 / 12 a year; its standard error at 4,000 rows is about 0.011.
    near(slope(&target), 0.25, 0.05, "years in the target");
    near(slope(&source), -0.25, 0.05, "years in the source");
}

#[test]
fn the_target_does_not_depend_on_the_source() {
    let (_, target) = generate(&recipe(Truth::Helps, Outcome::Class));
    let (_, same) = generate(&Recipe { source: 10, ..recipe(Truth::Harms, Outcome::Class) });
    assert_eq!(target, same);
    let (_, other) = generate(&Recipe { seed: 8, ..recipe(Truth::Helps, Outcome::Class) });
    assert_ne!(target, other);
}

#[test]
fn the_table_has_the_shape_that_is_claimed() {
    let (source, target) = generate(&recipe(Truth::Helps, Outcome::Class));
    let (source, target) = (columns(&source), columns(&target));
    assert!(!source.contains_key("set"));
    assert_eq!(target["set"].iter().filter(|cell| *cell == "train").count(), 80);
    assert_eq!(target["set"].iter().filter(|cell| *cell == "test").count(), 3920);
    let missing = target["marker_5"].iter().filter(|cell| cell.is_empty()).count() as f64 / 4000.0;
    near(missing, 0.08, 0.02, "missing");
    assert!(target["age"].iter().all(|cell| !cell.is_empty()));
    let share = events(&target).iter().filter(|e| **e).count() as f64 / 4000.0;
    near(share, 0.35, 0.05, "events");
    let age = |table: &BTreeMap<String, Vec<String>>| {
        mean(&table["age"].iter().map(|cell| cell.parse::<f64>().unwrap()).collect::<Vec<_>>())
    };
    near(age(&source) - age(&target), 3.0, 0.9, "years between the cohorts");
}

fn examples() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("www/examples")
}

fn index() -> Vec<Value> {
    serde_json::from_str(&fs::read_to_string(examples().join("index.json")).unwrap()).unwrap()
}

fn unpacked(name: &str) -> String {
    let mut text = String::new();
    let bytes = fs::read(examples().join(name)).unwrap_or_else(|e| panic!("{name}: {e}"));
    GzDecoder::new(&bytes[..]).read_to_string(&mut text).unwrap();
    text
}

fn files(example: &Value) -> (String, String) {
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    (text(&example["files"]["source"][0]), text(&example["files"]["target"]))
}

fn pack(name: &str, text: &str) {
    let mut packed = GzBuilder::new().mtime(0).write(Vec::new(), Compression::best());
    packed.write_all(text.as_bytes()).unwrap();
    fs::write(examples().join(name), packed.finish().unwrap()).unwrap();
}

/// `AUTOGRAFT_WRITE_EXAMPLES=1 cargo test examples` writes them anew.
#[test]
fn the_made_examples_are_what_the_generator_makes() {
    let mut seen = 0;
    for example in index().iter().filter(|example| !example["generate"].is_null()) {
        let recipe: Recipe = serde_json::from_value(example["generate"].clone()).unwrap();
        let (source, target) = generate(&recipe);
        let (source_file, target_file) = files(example);
        if std::env::var_os("AUTOGRAFT_WRITE_EXAMPLES").is_some() {
            pack(&source_file, &source);
            pack(&target_file, &target);
        }
        assert!(unpacked(&source_file) == source, "{source_file} is not what its recipe makes");
        assert!(unpacked(&target_file) == target, "{target_file} is not what its recipe makes");
        seen += 1;
    }
    assert_eq!(seen, 4);
}

#[test]
fn the_examples_hold_what_their_index_says() {
    let left_out = "sno death d.time slos charges totcst totmcst avtisst hday surv2m surv6m prg2m prg6m aps sps dnr \
                    dnrday sfdm2 dzclass";
    let mut bytes = 0;
    for entry in fs::read_dir(examples()).unwrap() {
        bytes += entry.unwrap().metadata().unwrap().len();
    }
    assert!(bytes < 1_500_000, "{bytes} bytes of examples");
    for example in index() {
        let (source, target) = files(&example);
        let (label, event) = (example["label"].as_str().unwrap(), example["event"].as_str().unwrap());
        for file in [&source, &target] {
            let text = unpacked(file);
            let names: Vec<&str> = text.lines().next().unwrap().split(',').collect();
            let at = names.iter().position(|name| *name == label).unwrap_or_else(|| panic!("{file}: no {label}"));
            assert!(text.lines().skip(1).any(|line| line.split(',').nth(at) == Some(event)), "{file}: no {event}");
            for name in left_out.split_whitespace() {
                assert!(!names.contains(&name), "{file}: {name}");
            }
        }
        let sets = |set: &str| unpacked(&target).lines().filter(|line| line.ends_with(set)).count();
        let labelled = example["generate"]["target"].as_u64().unwrap_or(100) as usize;
        assert_eq!(sets(",train"), labelled, "{target}");
        assert!(sets(",test") > 400, "{target}");
    }
}

/// SOURCES.md states rows and deaths; they are counted here.
#[test]
fn the_document_counts_right() {
    let document = fs::read_to_string(PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("SOURCES.md")).unwrap();
    for file in ["copd-source", "copd-target", "colon-source", "colon-target"] {
        let name = format!("support2-{file}.csv.gz");
        let table = unpacked(&name);
        let at = table.lines().next().unwrap().split(',').position(|n| n == "hospdead").unwrap();
        let deaths = table.lines().skip(1).filter(|line| line.split(',').nth(at) == Some("1")).count();
        let rows = table.lines().count() - 1;
        let said = format!("| `{name}` | {rows} | {deaths} |");
        assert!(document.contains(&said), "SOURCES.md lacks \"{said}\"");
    }
}
