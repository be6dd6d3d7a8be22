//! The made cohorts have the truth that they claim, and the examples are what their index and SOURCES.md say.

use std::collections::BTreeMap;
use std::fs;
use std::io::{Read, Write};
use std::path::PathBuf;

use autograft::generate::cells::GENES as CELL_GENES;
use autograft::generate::drug::GENES;
use autograft::generate::families::{DESCRIPTORS, Families, another, families};
use autograft::generate::{MARKERS, Outcome, Recipe, Truth, generate};
use autograft::math::stats::{correlation, mean, sd};
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

#[test]
fn the_made_families_share_their_motifs_and_not_their_signs() {
    let recipe = Families { source: 4000, target: 4000, test: 0, seed: 3 };
    let (source, target) = families(&recipe);
    let third = another(&recipe);
    let tables = [&source, &target, &third].map(|text| columns(text));
    // What each family's actives have more of, descriptor by descriptor.
    let profile = |table: &BTreeMap<String, Vec<String>>| -> Vec<f64> {
        let active: Vec<bool> = table["active"].iter().map(|cell| cell == "yes").collect();
        let share = active.iter().filter(|a| **a).count() as f64 / active.len() as f64;
        near(share, 0.47, 0.06, "actives");
        (1..=DESCRIPTORS)
            .map(|j| {
                let values: Vec<f64> = table[&format!("d_{j:02}")].iter().map(|cell| cell.parse().unwrap()).collect();
                let of = |which: bool| -> Vec<f64> {
                    values.iter().zip(&active).filter(|(_, a)| **a == which).map(|(v, _)| *v).collect()
                };
                mean(&of(true)) - mean(&of(false))
            })
            .collect()
    };
    let [source, target, third] = tables.map(|table| profile(&table));
    // Five of eight motifs alike, and the others turned: related, and not the same.
    let alike = correlation(&source, &target);
    assert!(alike > 0.1 && alike < 0.9, "{alike}");
    assert!(correlation(&third, &target) < 0.9);
    assert_eq!(families(&recipe), families(&recipe));
}

#[test]
fn cell_lines_and_patients_differ_in_inputs_and_outcome_as_is_claimed() {
    let of = |truth| generate(&Recipe { truth, outcome: Outcome::Drug, source: 3000, target: 60, test: 2940, seed: 3 });
    let number = |table: &BTreeMap<String, Vec<String>>, name: &str| -> Vec<f64> {
        table[name].iter().map(|cell| cell.parse().unwrap()).collect()
    };
    // The mean of a pathway's genes, each gene centred and scaled in its own table.
    let pathway = |table: &BTreeMap<String, Vec<String>>, which: usize| -> Vec<f64> {
        let mut sum = vec![0.0; table["tissue"].len()];
        for j in (which..GENES).step_by(3) {
            let x = number(table, &format!("gene_{:02}", j + 1));
            let (centre, spread) = (mean(&x), sd(&x));
            sum.iter_mut().zip(&x).for_each(|(sum, x)| *sum += (x - centre) / spread);
        }
        sum
    };
    let (source, target) = of(Truth::Helps);
    let (source, target) = (columns(&source), columns(&target));
    let ic50 = number(&source, "log_ic50");
    near(mean(&ic50), 1.0, 0.1, "mean log IC50");
    // Slope −1.2 of a total spread √(1.2² + 0.9² + 0.7²); twenty genes show a pathway nearly whole.
    near(correlation(&ic50, &pathway(&source, 0)), -1.2 / 2.74_f64.sqrt(), 0.08, "first pathway");
    near(correlation(&ic50, &pathway(&source, 1)), 0.9 / 2.74_f64.sqrt(), 0.08, "second pathway");
    near(correlation(&ic50, &pathway(&source, 2)), 0.0, 0.06, "third pathway");
    assert!(source["response"].iter().zip(&ic50).all(|(r, v)| (r == "yes") == (*v < 1.0) || (v - 1.0).abs() < 1e-3));
    let responds: Vec<f64> = target["response"].iter().map(|r| f64::from(u8::from(r == "yes"))).collect();
    let with = |which| correlation(&responds, &pathway(&target, which));
    assert!(with(0) > 0.3 && with(1) < -0.2 && with(2) > 0.12, "{} {} {}", with(0), with(1), with(2));
    // Another way to measure: the genes' means lie apart as a normal variable does, those of the cell lines do not.
    let centres = |table: &BTreeMap<String, Vec<String>>| -> f64 {
        sd(&(1..=GENES).map(|j| mean(&number(table, &format!("gene_{j:02}")))).collect::<Vec<_>>())
    };
    assert!(centres(&source) < 0.05 && (0.7..1.3).contains(&centres(&target)));
    let (harms, same) = of(Truth::Harms);
    let harms = columns(&harms);
    near(correlation(&number(&harms, "log_ic50"), &pathway(&harms, 2)), 1.5 / 2.74_f64.sqrt(), 0.08, "harms");
    assert_eq!(columns(&same), target, "the patients are the same whatever the cell lines are");
    let nothing = columns(&of(Truth::Nothing).0);
    near(correlation(&number(&nothing, "log_ic50"), &pathway(&nothing, 0)), 0.0, 0.06, "nothing");
}

#[test]
fn cells_are_counted_as_is_claimed_and_respond_as_bulk_samples_do() {
    let of =
        |truth| generate(&Recipe { truth, outcome: Outcome::Cells, source: 1500, target: 50, test: 1450, seed: 3 });
    let number = |table: &BTreeMap<String, Vec<String>>, j: usize| -> Vec<f64> {
        table[&format!("gene_{:03}", j + 1)].iter().map(|cell| cell.parse().unwrap()).collect()
    };
    let programme = |table: &BTreeMap<String, Vec<String>>, which: usize| -> Vec<f64> {
        let mut sum = vec![0.0; table["response"].len()];
        for j in (which..CELL_GENES).step_by(3) {
            let x = number(table, j);
            let (centre, spread) = (mean(&x), sd(&x).max(1e-9));
            sum.iter_mut().zip(&x).for_each(|(sum, x)| *sum += (x - centre) / spread);
        }
        sum
    };
    let responds = |table: &BTreeMap<String, Vec<String>>| -> Vec<f64> {
        table["response"].iter().map(|r| f64::from(u8::from(r == "yes"))).collect()
    };
    let zeros = |table: &BTreeMap<String, Vec<String>>| -> f64 {
        let all: Vec<f64> = (0..CELL_GENES).flat_map(|j| number(table, j)).collect();
        all.iter().filter(|value| **value == 0.0).count() as f64 / all.len() as f64
    };
    let (source, target) = of(Truth::Helps);
    let (source, target) = (columns(&source), columns(&target));
    assert!(zeros(&source) < 0.01 && (0.1..0.6).contains(&zeros(&target)), "{} {}", zeros(&source), zeros(&target));
    for table in [&source, &target] {
        let with = |which| correlation(&responds(table), &programme(table, which));
        assert!(with(0) > 0.3 && with(1) < with(0) - 0.3, "{} {}", with(0), with(1));
        // A share of ten thousand: what a cell's genes add up to.
        let sum: f64 = (0..CELL_GENES).map(|j| number(table, j)[0].exp_m1()).sum();
        near(sum / 1e4, 1.0, 0.05, "the sum of a row");
    }
    let (harms, same) = of(Truth::Harms);
    let harms = columns(&harms);
    assert!(correlation(&responds(&harms), &programme(&harms, 0)) < -0.3);
    assert_eq!(columns(&same), target, "the cells are the same whatever the bulk samples are");
    let nothing = columns(&of(Truth::Nothing).0);
    near(correlation(&responds(&nothing), &programme(&nothing, 0)), 0.0, 0.08, "nothing");
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
    assert_eq!(seen, 6);
    for example in index().iter().filter(|example| !example["families"].is_null()) {
        let (source, target) = families(&serde_json::from_value(example["families"].clone()).unwrap());
        let (source_file, target_file) = files(example);
        if std::env::var_os("AUTOGRAFT_WRITE_EXAMPLES").is_some() {
            pack(&source_file, &source);
            pack(&target_file, &target);
        }
        assert!(unpacked(&source_file) == source, "{source_file} is not what its recipe makes");
        assert!(unpacked(&target_file) == target, "{target_file} is not what its recipe makes");
        seen += 1;
    }
    assert_eq!(seen, 7);
}

#[test]
fn the_examples_hold_what_their_index_says() {
    let left_out = "sno death d.time slos charges totcst totmcst avtisst hday surv2m surv6m prg2m prg6m aps sps dnr \
                    dnrday sfdm2 dzclass";
    let mut bytes = 0;
    for entry in fs::read_dir(examples()).unwrap() {
        bytes += entry.unwrap().metadata().unwrap().len();
    }
    assert!(bytes < 2_500_000, "{bytes} bytes of examples");
    // Windows are made as a file is read: their label is in no file.
    for example in index().into_iter().filter(|example| example["read"].is_null()) {
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
        let labelled =
            example["generate"]["target"].as_u64().or(example["families"]["target"].as_u64()).unwrap_or(100) as usize;
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
    for name in ["molecules-source.csv.gz", "molecules-target.csv.gz"] {
        let table = unpacked(name);
        let active = table.lines().skip(1).filter(|line| line.split(',').nth(2) == Some("1")).count();
        let said = format!("| `{name}` | {} | {active} |", table.lines().count() - 1);
        assert!(document.contains(&said), "SOURCES.md lacks \"{said}\"");
    }
}
