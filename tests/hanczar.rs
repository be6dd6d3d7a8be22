//! Hanczar's experiment: on made cohorts the published ordering appears, and a source that says nothing gains nothing.

use autograft::generate::{Outcome, Recipe, Truth, generate};
use autograft::plan::Grid;
use autograft::report::Gain;
use autograft::watch::Quiet;

use crate::session::{open, run};

const SIZES: [u32; 2] = [25, 150];

/// The gains of the grid over two draws of the tables.
fn gains(truth: Truth) -> Vec<Gain> {
    let mut all = Vec::new();
    for seed in [1, 2] {
        let (source, target) =
            generate(&Recipe { truth, outcome: Outcome::Class, source: 1500, target: 200, test: 600, seed });
        let study = open(&source, &target, |plan| {
            plan.grid = Some(Grid { frozen: vec![0, 3], sizes: SIZES.to_vec(), repeats: 3, ..Grid::default() });
            plan.transfer.config = serde_json::json!({ "widths": [32, 16, 8], "max_epochs": 40 });
            plan.others.retain(|other| other.method == "target_only_network");
            for other in &mut plan.others {
                other.config.clone_from(&plan.transfer.config);
            }
            plan.seed = seed;
            plan.crossing = false;
            plan.importance = 0;
            plan.thresholds = 0;
            plan.explain.patients = 0;
            plan.design = autograft::plan::Design { folds: 2, repeats: 1, seeds: 1 };
        });
        all.extend(run(&[&study], &Quiet).0.forward.unwrap().gain);
    }
    all
}

fn mean(gains: &[Gain], frozen: u32, n: u32) -> f64 {
    let of: Vec<f64> = gains.iter().filter(|g| g.frozen == frozen && g.n == n).map(|g| g.gain).collect();
    assert_eq!(of.len(), 2, "F {frozen}, n {n}: {gains:?}");
    of.iter().sum::<f64>() / 2.0
}

#[test]
fn a_source_with_the_same_relation_gains_most_on_few_rows_with_nothing_frozen() {
    let found = gains(Truth::Helps);
    let [few, many] = SIZES.map(|n| mean(&found, 0, n));
    assert!(few > many && many > 0.0, "{few} on few rows, {many} on many");
    let frozen = SIZES.map(|n| mean(&found, 3, n));
    assert!(few + many >= frozen[0] + frozen[1] - 0.01, "nothing frozen {few} {many}, three layers {frozen:?}");
}

#[test]
fn a_source_that_says_nothing_gains_nothing() {
    let found = gains(Truth::Nothing);
    for frozen in [0, 3] {
        let gain = SIZES.map(|n| mean(&found, frozen, n)).iter().sum::<f64>() / 2.0;
        assert!(gain < 0.04, "F {frozen}: {gain}");
    }
}

#[test]
fn sizes_above_the_rows_that_there_are_are_said() {
    let (source, target) =
        generate(&Recipe { truth: Truth::Helps, outcome: Outcome::Class, source: 200, target: 60, test: 100, seed: 1 });
    let desk = autograft::web::desk::Desk::default();
    let plan = crate::session::plan_of(&desk, &source, &target, |plan| {
        plan.grid = Some(Grid { frozen: vec![0], sizes: vec![25, 1000, 5000], repeats: 1, ..Grid::default() });
    });
    let read = |name: &str, text: &str| {
        autograft::table::read(name, text.as_bytes(), &autograft::table::ReadOptions::default()).unwrap()
    };
    let prepared =
        autograft::session::Prepared::new(plan, &[read("source.csv", &source)], &[read("target.csv", &target)], None)
            .unwrap();
    let said = prepared.findings.iter().find(|one| one.key == "grid_sizes_above").expect("said");
    assert_eq!(said.facts[0].1, "1000, 5000");
    assert!(prepared.grid(autograft::session::Direction::Forward).unwrap().sizes.iter().all(|&n| n <= 60));
}
