//! The command, as a person runs it: on files, from the outside.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use autograft::rng::Rng;
use serde_json::{Value, json};

/// A folder of its own for a test, gone afterwards.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("autograft-{}-{name}", std::process::id()));
        let _ = fs::remove_dir_all(&path);
        fs::create_dir_all(&path).unwrap();
        Self(path)
    }
    fn with(self, file: &str, text: &str) -> Self {
        fs::write(self.0.join(file), text).unwrap();
        self
    }
    fn run(&self, args: &[&str]) -> Output {
        let mut command = Command::new(env!("CARGO_BIN_EXE_autograft"));
        command.current_dir(&self.0).args(args).env_remove("AUTOGRAFT_REPORT_JS").output().unwrap()
    }
    fn done(&self, args: &[&str]) -> String {
        let output = self.run(args);
        let said = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        assert!(output.status.success(), "{args:?}\n{said}");
        String::from_utf8(output.stdout).unwrap()
    }
    fn bytes(&self, file: &str) -> Vec<u8> {
        fs::read(self.0.join(file)).unwrap_or_else(|e| panic!("{file}: {e}"))
    }
    fn json(&self, file: &str) -> Value {
        serde_json::from_slice(&self.bytes(file)).unwrap()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// A cohort whose label depends on two of its three features and on a level.
fn table(rows: usize, seed: u64, shift: f64) -> String {
    let mut rng = Rng::stream(seed, "table");
    let mut csv = String::from("id,age,marker,noise,sex,outcome\n");
    for row in 0..rows {
        let (a, b, c) = (rng.normal() + shift, rng.normal(), rng.normal());
        let sex = if rng.below(2) == 0 { "female" } else { "male" };
        let event = 1.4 * a - 1.1 * b + f64::from(u8::from(sex == "male")) + 0.7 * rng.normal() > shift;
        let marker = if row % 17 == 3 { String::new() } else { format!("{b:.4}") };
        csv += &format!(
            "P{seed}-{row},{:.1},{marker},{c:.4},{sex},{}\n",
            60.0 + 9.0 * a,
            if event { "yes" } else { "no" }
        );
    }
    csv
}

fn study(name: &str) -> Folder {
    Folder::new(name).with("source.csv", &table(160, 1, 0.0)).with("target.csv", &table(60, 2, 0.4))
}

const TABLES: [&str; 6] = ["--source", "source.csv", "--target", "target.csv", "--label", "outcome"];
/// So small that the whole takes seconds.
const SMALL: [&str; 14] = [
    "--folds",
    "3",
    "--repeats",
    "1",
    "--seeds",
    "1",
    "--importance",
    "1",
    "--set",
    "widths=[6,4]",
    "--set",
    "max_epochs=8",
    "--set",
    "frozen=1",
];

fn compare<'a>(more: &[&'a str]) -> Vec<&'a str> {
    ["compare"].iter().chain(&TABLES).chain(&SMALL).chain(more).copied().collect()
}

const WRITTEN: [&str; 6] =
    ["plan.json", "report.json", "report.html", "predictions.csv", "model.safetensors", "pretrained.safetensors"];

/// One thread and two, the command line and the plan that it wrote: the same bytes in every file.
#[test]
fn the_same_bytes_from_threads_and_plans() {
    let folder = study("same");
    folder.done(&compare(&[
        "--grid",
        "--frozen",
        "0,1",
        "--sizes",
        "10",
        "--grid-repeats",
        "2",
        "--threads",
        "1",
        "--out",
        "one",
    ]));
    folder.done(&[
        "run",
        "one/plan.json",
        "--source",
        "source.csv",
        "--target",
        "target.csv",
        "--threads",
        "2",
        "--out",
        "two",
    ]);
    for file in WRITTEN {
        assert!(folder.bytes(&format!("one/{file}")) == folder.bytes(&format!("two/{file}")), "{file} differs");
    }
    // Tables beside the plan are found by their names.
    fs::copy(folder.0.join("one/plan.json"), folder.0.join("plan.json")).unwrap();
    folder.done(&["run", "plan.json", "--out", "three"]);
    assert!(folder.bytes("one/report.json") == folder.bytes("three/report.json"));
    assert!(!folder.json("one/report.json")["forward"]["learning"].as_array().unwrap().is_empty());
}

#[test]
fn a_plan_for_the_gpu_runs_on_the_processor_and_both_words_and_report_say_so() {
    let folder = study("device");
    folder.done(&compare(&["--out", "cpu"]));
    let mut plan = folder.json("cpu/plan.json");
    plan["device"] = "gpu".into();
    fs::write(folder.0.join("plan.json"), plan.to_string()).unwrap();
    let output = folder.run(&["run", "plan.json", "--out", "gpu"]);
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success() && said.contains("this command computes on the processor"), "{said}");
    let report = folder.json("gpu/report.json");
    assert_eq!((report["plan"]["device"].as_str(), report["device"].as_str()), (Some("gpu"), Some("cpu")));
    assert_eq!(report["forward"], folder.json("cpu/report.json")["forward"]);
}

#[test]
fn the_verdict_is_said_and_written() {
    let folder = study("verdict");
    let said = folder.done(&compare(&["--out", "out"]));
    let report = folder.json("out/report.json");
    let contrast = &report["forward"]["contrast"];
    let estimate = contrast["estimate"].as_f64().unwrap();
    let shown = format!("{estimate:+.3}").replace('-', "−");
    assert!(said.contains(&shown), "{shown} is not in\n{said}");
    assert_eq!(report["pretrainings"], 1);
    let csv = String::from_utf8(folder.bytes("out/predictions.csv")).unwrap();
    assert_eq!(csv.lines().count(), 61);
    assert!(csv.lines().next().unwrap().starts_with("id,rows,truth,"));
    // The page is whole: it names no other place, and its facts are those of the report.
    let html = String::from_utf8(folder.bytes("out/report.html")).unwrap();
    for outside in ["src=", "href=", "@import", "url("] {
        assert!(!html.contains(outside), "{outside}");
    }
    let (_, rest) = html.split_once("<script type=\"application/json\" id=\"report\">").unwrap();
    let (json, _) = rest.split_once("</script>").unwrap();
    // But for what names a patient: a page is made to be passed on.
    let mut nameless = report.clone();
    let forward = &mut nameless["forward"];
    for id in forward["predictions"]["id"].as_array_mut().unwrap() {
        *id = "".into();
    }
    assert!(!forward["explanation"]["patients"].as_array().unwrap().is_empty());
    forward["explanation"]["patients"] = json!([]);
    if forward["influence"].is_object() {
        forward["influence"]["helping"] = json!([]);
        forward["influence"]["harming"] = json!([]);
    }
    let rows = nameless["candidates"]["rows"].as_array_mut().unwrap();
    assert_eq!(rows.len(), 60);
    for row in rows {
        row["id"] = "".into();
    }
    assert_eq!(serde_json::from_str::<Value>(json).unwrap(), nameless);
    assert!(html.contains(&shown));
}

/// What a file holds cannot end the script element that carries it.
#[test]
fn a_hostile_class_stays_text() {
    let hostile = |text: String| text.replace("yes", "</script><b>").replace("no\n", "no<i>\n");
    let folder = Folder::new("hostile")
        .with("source.csv", &hostile(table(160, 1, 0.0)))
        .with("target.csv", &hostile(table(60, 2, 0.4)));
    folder.done(&compare(&["--out", "out"]));
    let html = String::from_utf8(folder.bytes("out/report.html")).unwrap();
    assert!(!html.contains("<b>") && !html.contains("<i>"));
}

/// The pre-trained file stands for the source's rows: the transferred predictions are the same.
#[test]
fn a_kept_model_is_a_source() {
    let folder = study("kept");
    folder.done(&compare(&["--out", "rows"]));
    let mut args = vec!["compare", "--source-model", "rows/pretrained.safetensors"];
    args.extend(&TABLES[2..]);
    args.extend(SMALL);
    args.extend(["--out", "model"]);
    folder.done(&args);
    let (rows, model) = (folder.json("rows/report.json"), folder.json("model/report.json"));
    let of = |report: &Value| report["forward"]["predictions"]["methods"]["hanczar"].clone();
    assert_eq!(of(&rows), of(&model));
    assert!(model["forward"]["predictions"]["methods"].get("pooled").is_none());
}

#[test]
fn a_kept_model_predicts_new_rows() {
    let folder = study("predict").with("new.csv", &table(25, 3, 0.4));
    folder.done(&compare(&["--out", "out"]));
    folder.done(&["predict", "--model", "out/model.safetensors", "--table", "new.csv", "--out", "p.csv"]);
    let csv = String::from_utf8(folder.bytes("p.csv")).unwrap();
    let mut lines = csv.lines();
    assert_eq!(lines.next(), Some("id,prediction:no,prediction:yes"));
    let mut rows = 0;
    for line in lines {
        let p: Vec<f64> = line.split(',').skip(1).map(|cell| cell.parse().unwrap()).collect();
        assert!((p[0] + p[1] - 1.0).abs() < 1e-5 && p.iter().all(|p| (0.0..=1.0).contains(p)), "{line}");
        rows += 1;
    }
    assert_eq!(rows, 25);
    // Columns in another order, and one more: the same predictions.
    let turned: String = table(25, 3, 0.4)
        .lines()
        .map(|line| {
            let mut cells: Vec<&str> = line.split(',').collect();
            cells.reverse();
            cells.join(",") + ",more\n"
        })
        .collect();
    let folder = folder.with("turned.csv", &turned);
    folder.done(&["predict", "--model", "out/model.safetensors", "--table", "turned.csv", "--out", "q.csv"]);
    assert_eq!(folder.bytes("p.csv"), folder.bytes("q.csv"));
}

#[test]
fn a_target_without_labels_gets_predictions_and_no_verdict() {
    let unlabelled: String =
        table(40, 2, 0.4).lines().map(|line| line.rsplit_once(',').unwrap().0.to_owned() + "\n").collect();
    let folder = Folder::new("unlabelled").with("source.csv", &table(160, 1, 0.0)).with("target.csv", &unlabelled);
    let mut args = vec![
        "compare",
        "--source",
        "source.csv",
        "--target",
        "target.csv",
        "--no-target-label",
        "--source-label",
        "outcome",
    ];
    args.extend(["--method", "source_only", "--set", "max_epochs=8", "--out", "out"]);
    folder.done(&args);
    assert!(folder.json("out/report.json")["forward"].is_null());
    let csv = String::from_utf8(folder.bytes("out/predictions.csv")).unwrap();
    assert_eq!(csv.lines().filter(|line| line.contains(",unlabelled,")).count(), 40);
}

#[test]
fn generate_writes_what_the_page_makes() {
    use autograft::generate::{Outcome, Recipe, Truth, generate};
    let folder = Folder::new("generate");
    let sizes = ["--source-rows", "50", "--target-rows", "20", "--test-rows", "30", "--seed", "3"];
    folder.done(&["generate", "harms", "--out", "made"].iter().chain(&sizes).copied().collect::<Vec<_>>());
    let recipe = Recipe { truth: Truth::Harms, outcome: Outcome::Class, source: 50, target: 20, test: 30, seed: 3 };
    let (source, target) = generate(&recipe);
    assert_eq!(folder.bytes("made/source.csv"), source.into_bytes());
    assert_eq!(folder.bytes("made/target.csv"), target.into_bytes());
}

#[test]
fn describe_tells_kinds_and_suspects() {
    let folder = Folder::new("describe").with("a.csv", "id;chol;sex\nx1;0;m\nx2;210,5;f\nx3;180,2;m\nx4;0;f\n");
    let said = folder.done(&["describe", "a.csv"]);
    assert!(said.contains("4 rows, 3 columns") && said.contains("decimal comma"), "{said}");
    let json: Value = serde_json::from_str(&folder.done(&["describe", "a.csv", "--json"])).unwrap();
    assert_eq!(json["columns"][1]["kind"], "number");
    let missing: Value =
        serde_json::from_str(&folder.done(&["describe", "a.csv", "--json", "--missing", "chol=0"])).unwrap();
    assert_eq!(missing["columns"][1]["missing"], 2);
}

/// Every bad input: what is said, where, and the way out; the exit code; and nothing is written.
#[test]
fn bad_input_is_told_with_its_place_and_a_way_out() {
    let ragged = table(60, 2, 0.0).replacen("P2-3,", "P2-3,1,2,", 1);
    let one_class = table(60, 2, 0.0).replace(",yes\n", ",no\n");
    let folder = study("bad")
        .with("empty.csv", "")
        .with("binary.csv", "\u{0}\u{1}\u{2}\u{0}PNG\u{0}\u{0}\u{3}\u{4}")
        .with("header.csv", "id,age,marker,noise,sex,outcome\n")
        .with("ragged.csv", &ragged)
        .with("one_class.csv", &one_class)
        .with(
            "strange.csv",
            "a,b,outcome\n1,2,yes\n2,3,no\n3,4,yes\n4,1,no\n5,2,yes\n6,3,no\n7,2,yes\n8,1,no\n9,3,yes\n",
        )
        .with("plan.txt", "no plan")
        .with("model.bin", "no model");
    let target = |file: &'static str| {
        vec!["compare", "--source", "source.csv", "--target", file, "--label", "outcome", "--out", "out"]
    };
    let cases: Vec<(Vec<&str>, &[&str])> = vec![
        (target("absent.csv"), &["absent.csv"]),
        (target("empty.csv"), &["empty.csv"]),
        (target("binary.csv"), &["binary.csv"]),
        (target("header.csv"), &["header.csv"]),
        (target("ragged.csv"), &["ragged.csv", "row 5"]),
        (target("one_class.csv"), &["one_class.csv", "outcome", "no"]),
        (target("strange.csv"), &["strange.csv"]),
        (compare(&["--label", "outcom", "--out", "out"]).into_iter().filter(|a| *a != "outcome").collect(), &[]),
        (compare(&["--method", "nothing", "--out", "out"]), &["nothing", "hanczar"]),
        (compare(&["--set", "frozn=1", "--out", "out"]), &["frozn", "frozen"]),
        (compare(&["--set", "dropout=7", "--out", "out"]), &["dropout", "7"]),
        (compare(&["--ignore", "hight", "--out", "out"]), &["hight"]),
        (compare(&["--event", "maybe", "--out", "out"]), &["maybe", "yes"]),
        (vec!["run", "plan.txt", "--out", "out"], &["plan.txt"]),
        (vec!["predict", "--model", "model.bin", "--table", "target.csv", "--out", "out"], &["model.bin"]),
    ];
    for (args, expected) in cases {
        let output = folder.run(&args);
        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{args:?}\n{said}");
        for part in expected {
            assert!(said.contains(part), "{args:?}: no {part:?} in\n{said}");
        }
        assert!(!said.contains("panicked") && !folder.0.join("out").exists(), "{args:?}\n{said}");
    }
}

/// A plan made for other columns names them.
#[test]
fn a_plan_for_other_columns_is_refused_by_name() {
    let folder = study("columns");
    folder.done(&compare(&["--out", "out"]));
    let other = table(60, 2, 0.4).replacen("marker", "biomarker_x", 1);
    let folder = folder.with("other.csv", &other);
    let output =
        folder.run(&["run", "out/plan.json", "--source", "source.csv", "--target", "other.csv", "--out", "no"]);
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{said}");
    assert!(said.contains("marker") && !folder.0.join("no").exists(), "{said}");
    let output = folder.run(&["predict", "--model", "out/model.safetensors", "--table", "other.csv"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).contains("marker"));
}

/// The committed pages are what the cards say now.
#[test]
fn the_methods_pages_are_current() {
    let folder = Folder::new("docs");
    folder.done(&["methods", "--docs", "pages"]);
    let committed = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/methods");
    let names = |path: &Path| {
        let mut names: Vec<String> =
            fs::read_dir(path).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    };
    assert_eq!(names(&committed), names(&folder.0.join("pages")), "run: autograft methods --docs docs/methods");
    for name in names(&committed) {
        let (old, new) = (fs::read_to_string(committed.join(&name)).unwrap(), folder.bytes(&format!("pages/{name}")));
        assert!(old.as_bytes() == new, "{name} is not current; run: autograft methods --docs docs/methods");
    }
}

/// Bulk samples' counts with a response, and cells as a 10x folder without one; the first genes say the response.
fn bulk_and_cells(name: &str) -> Folder {
    const GENES: usize = 60;
    let mut rng = Rng::stream(11, "counts");
    let mut sample = |yes: bool, depth: f64| -> Vec<u64> {
        let mean = |gene: usize| depth * (1 + gene % 9) as f64 * if yes && gene < 8 { 4.0 } else { 1.0 };
        (0..GENES).map(|gene| (mean(gene) * 2.0 * rng.uniform()) as u64).collect()
    };
    let header: Vec<String> = (0..GENES).map(|gene| format!("GENE{gene}")).collect();
    let mut bulk = format!("line,{},response\n", header.join(","));
    for line in 0..40 {
        let row: Vec<String> = sample(line % 2 == 1, 40.0).iter().map(u64::to_string).collect();
        bulk += &format!("L{line},{},{}\n", row.join(","), if line % 2 == 1 { "yes" } else { "no" });
    }
    let cells: Vec<Vec<u64>> = (0..40).map(|cell| sample(cell % 2 == 1, 0.5)).collect();
    let seen = |cell: usize| cells[cell].iter().enumerate().filter(|(_, n)| **n > 0).map(move |(g, n)| (g, cell, *n));
    let entries: Vec<(usize, usize, u64)> = (0..cells.len()).flat_map(seen).collect();
    let lines: String = entries.iter().map(|(gene, cell, n)| format!("{} {} {n}\n", gene + 1, cell + 1)).collect();
    let mtx = format!("%%MatrixMarket matrix coordinate integer general\n{GENES} 40 {}\n{lines}", entries.len());
    let folder = Folder::new(name).with("bulk.csv", &bulk);
    fs::create_dir(folder.0.join("cells")).unwrap();
    let features: String = header.iter().map(|gene| format!("E-{gene}\t{gene}\tGene Expression\n")).collect();
    let barcodes: String = (0..cells.len()).map(|cell| format!("C{cell}\n")).collect();
    folder.with("cells/matrix.mtx", &mtx).with("cells/features.tsv", &features).with("cells/barcodes.tsv", &barcodes)
}

#[test]
fn counts_of_a_csv_and_of_a_10x_folder_are_learned_from_and_the_plan_reads_them_alike() {
    let folder = bulk_and_cells("counts");
    let plain = folder.done(&["describe", "cells"]);
    assert!(plain.contains("40 rows, 61 columns") && plain.contains("--counts"), "{plain}");
    let done = folder.done(&["describe", "cells/matrix.mtx", "--counts", "min_genes=10,top=20"]);
    assert!(done.contains("21 columns") && done.contains("vary more"), "{done}");
    let alone = folder.run(&["describe", "cells/barcodes.tsv"]);
    assert!(!alone.status.success() && String::from_utf8_lossy(&alone.stderr).contains("matrix.mtx"));
    let mut asked = vec!["compare", "--source", "bulk.csv", "--target", "cells", "--source-label", "response"];
    asked.extend(["--no-target-label", "--method", "scdeal", "--others", "--seeds", "1", "--out", "out"]);
    asked.extend([
        "--counts",
        "min_genes=10,top=0",
        "--set",
        "widths=[8]",
        "--set",
        "code=4",
        "--set",
        "predictor=[4]",
    ]);
    asked.extend(["--set", "max_epochs=8", "--set", "batch=16"]);
    folder.done(&asked);
    let plan = folder.json("out/plan.json");
    for side in ["sources", "targets"] {
        assert_eq!(plan[side][0]["read"]["counts"]["min_genes"], 10, "{side}");
    }
    let report = folder.json("out/report.json");
    let critical = &report["critical"];
    assert_eq!(critical["genes"], report["data"]["features"], "genes that the bounds leave on both sides");
    assert_eq!(critical["called"].as_u64().unwrap() + critical["rest"].as_u64().unwrap(), 40);
    let genes = String::from_utf8(folder.bytes("out/critical-genes.csv")).unwrap();
    assert_eq!(genes.lines().count(), 1 + critical["surest"].as_array().unwrap().len());
    folder.done(&["run", "out/plan.json", "--source", "bulk.csv", "--target", "cells", "--out", "again"]);
    assert_eq!(folder.bytes("again/critical-genes.csv"), folder.bytes("out/critical-genes.csv"));
    assert_eq!(folder.bytes("again/predictions.csv"), folder.bytes("out/predictions.csv"));
}
