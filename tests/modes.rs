//! The experiment over a method's modes: on made families the crossing appears, counts are balanced, what cannot be is said.

use autograft::Code;
use autograft::evaluate::crossing::Place;
use autograft::generate::families::{Families, families};
use autograft::metrics::Metric;
use autograft::plan::{Chosen, Design, Grid, Plan};
use autograft::report::Report;
use autograft::report::modes::Modes;
use autograft::session::Prepared;
use autograft::watch::Quiet;
use autograft::web::desk::Desk;
use serde_json::{Value, json};

use crate::session::{open, plan_of, run};

fn tables() -> (String, String) {
    let (source, target) = families(&Families { source: 900, target: 240, test: 400, seed: 2 });
    // A name that is found without being told.
    (source.replace(",active", ",outcome"), target.replace(",active", ",outcome"))
}

fn lean(plan: &mut Plan, modes: &[&str], sizes: &[u32], repeats: u32) {
    let config = json!({ "widths": [32, 16], "adam_rate": 1e-3, "source_epochs": 60 });
    plan.transfer = Chosen { method: "drug_target".to_owned(), config };
    plan.baseline = Chosen { method: "source_only_linear".to_owned(), config: Value::Null };
    plan.others.clear();
    plan.metric = Metric::Mcc;
    plan.grid = Some(Grid {
        sizes: sizes.to_vec(),
        repeats,
        modes: modes.iter().map(|mode| (*mode).to_owned()).collect(),
        balanced: true,
        ..Grid::default()
    });
    plan.design = Design { folds: 2, repeats: 1, seeds: 1 };
    (plan.importance, plan.thresholds, plan.explain.patients, plan.crossing) = (0, 0, 0, false);
}

fn found(modes: &[&str], sizes: &[u32], repeats: u32) -> (Report, Modes) {
    let (source, target) = tables();
    let study = open(&source, &target, |plan| lean(plan, modes, sizes, repeats));
    let report = run(&[&study], &Quiet).0;
    let modes = report.forward.as_ref().unwrap().modes.clone().unwrap();
    (report, modes)
}

#[test]
fn few_compounds_are_better_fine_tuned_and_many_need_no_source() {
    let (report, modes) =
        found(&["scratch", "random_forest", "svm", "fine_tune", "frozen_1", "svm_1"], &[4, 32, 4000], 6);
    // 4,000 are not there: as many of each class as there are, and it is said.
    assert!(report.findings.iter().any(|one| one.key == "grid_sizes_above"));
    let sizes = modes.sizes();
    assert_eq!(sizes[..2], [4, 32]);
    assert!(sizes.len() == 3 && sizes[2] > 150 && sizes[2] <= 240 && sizes[2] % 2 == 0, "{sizes:?}");
    assert_eq!(modes.names(), ["scratch", "random_forest", "svm", "fine_tune", "frozen_1", "svm_1"]);
    let mcc = |mode: &str, n: u32| modes.at(mode, n, Metric::Mcc).unwrap().mean;
    assert!(mcc("fine_tune", 4) > mcc("scratch", 4) + 0.05, "{} {}", mcc("fine_tune", 4), mcc("scratch", 4));
    let gain = |n: u32| mcc("fine_tune", n) - mcc("scratch", n);
    assert!(gain(4) > gain(sizes[2]) + 0.05, "{} on four, {} on all", gain(4), gain(sizes[2]));
    for metric in Metric::OF_MODES {
        let point = modes.at("fine_tune", 32, *metric).unwrap();
        let (low, high) = metric.range();
        assert!(
            point.values.len() == 6 && point.values.iter().flatten().all(|v| (low..=high).contains(v)),
            "{metric:?}"
        );
    }
    // The better of the two shallow ones stands for them.
    assert_eq!(modes.against.len(), 2);
    let over = |mode: &str| sizes.iter().map(|&n| mcc(mode, n)).sum::<f64>();
    let better = if over("svm") > over("random_forest") { "svm" } else { "random_forest" };
    assert_eq!(modes.against, ["scratch", better]);
    for one in &modes.gains {
        assert!(one.low.unwrap() <= one.difference && one.difference <= one.high.unwrap());
        assert!(one.wins + one.losses <= one.repeats);
        let expected = mcc(&one.mode, one.n) - mcc(&one.against, one.n);
        assert!((one.difference - expected).abs() < 1e-12);
    }
    let crossed = modes.crossings.iter().find(|one| one.mode == "fine_tune" && one.against == "scratch").unwrap();
    assert!(!matches!(crossed.crossed.crossing.as_ref().unwrap().place, Place::Never { .. }));
    // Modes have a picture of their own, and no line among the others.
    assert!(report.forward.as_ref().unwrap().learning.is_empty());
    let lines = modes.lines();
    assert_eq!(lines.len(), 6 * 3 * 7 * 6);
    assert!(lines.iter().all(|line| line.len() == Modes::HEAD.len()));
}

#[test]
fn a_cell_does_not_depend_on_which_other_modes_are_compared() {
    let alone = found(&["fine_tune"], &[6, 20], 2).1;
    let among = found(&["scratch", "fine_tune", "random_forest"], &[6, 20], 2).1;
    for n in [6, 20] {
        let of = |modes: &Modes| modes.at("fine_tune", n, Metric::Mcc).unwrap().clone();
        assert_eq!(of(&alone), of(&among));
    }
    assert!(alone.against.is_empty() && alone.gains.is_empty());
    // As published: all sizes are there, and none is added.
    assert_eq!(alone.sizes(), [6, 20]);
}

#[test]
fn a_mode_that_is_none_and_a_method_without_modes_are_refused_by_name() {
    let (source, target) = tables();
    let desk = Desk::default();
    let mut plan = plan_of(&desk, &source, &target, |plan| lean(plan, &["fine_tune"], &[6], 1));
    plan.grid.as_mut().unwrap().modes = vec!["frozen_7".to_owned()];
    assert_eq!(plan.check().unwrap_err().code(), Code::OutOfRange);
    plan.grid.as_mut().unwrap().modes = vec!["scratch".to_owned()];
    plan.transfer = Chosen { method: "hanczar".to_owned(), config: Value::Null };
    assert_eq!(plan.check().unwrap_err().code(), Code::Unknown);
}

#[test]
fn a_source_family_of_one_class_is_an_error_that_says_so() {
    let (source, target) = tables();
    let one = source.replace(",yes\n", ",no\n");
    let read = |name: &str, text: &str| {
        autograft::table::read(name, text.as_bytes(), &autograft::table::ReadOptions::default()).unwrap()
    };
    let plan = plan_of(&Desk::default(), &source, &target, |plan| lean(plan, &["fine_tune"], &[6], 1));
    let prepared = Prepared::new(plan, &[read("source.csv", &one)], &[read("target.csv", &target)], None);
    let error = match prepared {
        Err(error) => error,
        Ok(prepared) => {
            let unit = prepared.jobs().remove(0).unit;
            let run = autograft::train::Run::new(autograft::device::cpu(), 1, &Quiet);
            let worked = autograft::watch::block_on(prepared.work(&unit, |_| None, &run));
            worked.map(drop).expect_err("one class cannot be learned")
        }
    };
    assert_eq!(error.code(), Code::OneClass, "{error}");
}

#[test]
fn a_grid_of_before_is_read() {
    let grid: Grid = serde_json::from_value(json!({ "frozen": [0], "sizes": [25], "repeats": 3 })).unwrap();
    assert_eq!(grid, Grid { frozen: vec![0], sizes: vec![25], repeats: 3, ..Grid::default() });
}
