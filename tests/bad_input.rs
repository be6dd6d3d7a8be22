//! Bad input, case by case: each is said in words that the page has, with what can still be concluded.

use autograft::evaluate::{Reason, Verdict};
use autograft::math::weights::Health;
use autograft::metrics::Metric;
use autograft::plan::Plan;
use autograft::report::Report;
use autograft::session::Prepared;
use autograft::table::{self, ReadOptions};
use autograft::watch::{Quiet, block_on};
use autograft::web::desk::Desk;
use autograft::{Code, text};

use crate::session::{plan_of, prepare, run};

const HEAD: &str = "patient,age,lactate,sex,noise,died\n";

/// Rows of a table by their number: age, lactate, sex, noise, died.
fn table_of(prefix: &str, rows: usize, row: impl Fn(usize) -> (f64, f64, &'static str, f64, u32)) -> String {
    let mut out = HEAD.to_owned();
    for at in 0..rows {
        let (age, lactate, sex, noise, died) = row(at);
        out += &format!("{prefix}{at},{age:.2},{lactate:.3},{sex},{noise:.3},{died}\n");
    }
    out
}

/// Numbers from 0 to 1 without a pattern, the same each time.
fn wild(at: usize, by: f64) -> f64 {
    autograft::rng::Rng::child((1000.0 * by) as u64, "wild", at).uniform()
}

fn usual(prefix: &str, rows: usize, every: usize) -> String {
    table_of(prefix, rows, |at| {
        let sex = if at % 2 == 0 { "F" } else { "M" };
        (60.0 + 10.0 * wild(at, 1.7), 2.0 + wild(at, 2.3), sex, wild(at, 3.1), u32::from(at % every == 0))
    })
}

fn plain_linear(plan: &mut Plan) {
    for (chosen, method) in [(&mut plan.transfer, "recalibration"), (&mut plan.baseline, "target_only_linear")] {
        chosen.method = method.to_owned();
        chosen.config = serde_json::Value::Null;
    }
    plan.others.clear();
    plan.importance = 0;
}

fn prepared(source: &str, target: &str, change: impl Fn(&mut Plan)) -> autograft::Result<Prepared> {
    let desk = Desk::default();
    // Made with tables in order: the trouble comes with the rows.
    let plan = plan_of(&desk, &usual("s", 60, 3), &usual("t", 60, 3), |plan| {
        plain_linear(plan);
        change(plan);
    });
    let read = |name: &str, text: &str| table::read(name, text.as_bytes(), &ReadOptions::default()).unwrap();
    Prepared::new(plan, &[read("source.csv", source)], &[read("target.csv", target)], None)
}

fn report(source: &str, target: &str, change: impl Fn(&mut Plan)) -> Report {
    let desk = Desk::default();
    let plan = plan_of(&desk, source, target, |plan| {
        plain_linear(plan);
        change(plan);
    });
    run(&[&prepare(desk, plan)], &Quiet).0
}

/// What the page says: message and way out, without an open slot.
fn said(error: &autograft::Error) -> String {
    let facts: Vec<(&str, String)> = error.facts().iter().map(|(k, v)| (k.as_str(), v.clone())).collect();
    let name = serde_json::to_value(error.code()).unwrap().as_str().unwrap().to_owned();
    let words = [format!("error.{name}"), format!("error.{name}.hint")].map(|key| text::fill(&key, &facts)).join(" ");
    assert!(!words.contains("error."), "{words}");
    words
}

#[test]
fn what_cannot_be_begun_is_refused_by_name() {
    let source = usual("s", 100, 3);
    type Case<'a> = (&'a str, String, fn(&mut Plan), Code);
    let cases: Vec<Case<'_>> = vec![
        ("one class in the target", usual("t", 40, 1), |_| {}, Code::OneClass),
        ("fewer rows than folds", usual("t", 12, 3), |plan| plan.design.folds = 20, Code::TooFewRows),
        ("next to no rows", usual("t", 5, 2), |_| {}, Code::TooFewRows),
        ("nothing varies", table_of("t", 40, |at| (60.0, 2.0, "F", 0.5, at as u32 % 2)), |_| {}, Code::NothingVaries),
    ];
    for (name, target, change, code) in cases {
        // Constant columns on both sides: then nothing is left to learn from.
        let source = if code == Code::NothingVaries { target.replace("\nt", "\ns") } else { source.clone() };
        let error = prepared(&source, &target, change).err().unwrap_or_else(|| panic!("{name}: was begun"));
        assert_eq!(error.code(), code, "{name}");
        assert!(said(&error).len() > 40, "{name}: {}", said(&error));
    }
}

#[test]
fn a_fold_without_events_is_left_out_and_told() {
    // Three events in 40 rows: of five folds two at least have none.
    let target =
        table_of("t", 40, |at| (60.0 + 10.0 * wild(at, 1.7), 2.0, "F", wild(at, 3.1), u32::from(at % 14 == 1)));
    let report = report(&usual("s", 100, 3), &target, |plan| plan.design.folds = 5);
    let contrast = report.forward.unwrap().contrast;
    assert!(contrast.n_undefined >= 2, "{contrast:?}");
    assert!(contrast.n_folds >= 2, "the others stand");
    assert!(matches!(contrast.verdict, Verdict::CannotTell { reason: Reason::TooFewEvents { found: 3, .. } }));
}

#[test]
fn perfect_separation_gives_numbers_and_no_verdict() {
    let planted = |prefix: &str, rows: usize| {
        table_of(prefix, rows, |at| {
            let died = u32::from(at % 2 == 0);
            (40.0 + 30.0 * f64::from(died) + wild(at, 1.7), 2.0 + wild(at, 2.3), "F", wild(at, 3.1), died)
        })
    };
    let comparison = report(&planted("s", 100), &planted("t", 60), |_| {}).forward.unwrap();
    let auroc = comparison.methods[0].metrics.iter().find(|m| m.metric == Metric::Auroc).unwrap();
    assert_eq!(auroc.mean, 1.0);
    assert!(comparison.methods.iter().all(|m| m.metrics.iter().all(|one| one.mean.is_finite())), "no infinity");
    assert_eq!(comparison.contrast.verdict, Verdict::CannotTell { reason: Reason::Degenerate });
    let evaluation = comparison.evaluation.unwrap();
    let slope = evaluation.methods[0].metrics.iter().find(|m| m.metric == Metric::CalibrationSlope).unwrap();
    assert!(slope.value.is_none() || slope.why.is_some(), "a slope at infinity is none: {slope:?}");
}

#[test]
fn disjoint_supports_are_seen_and_the_comparison_still_stands() {
    let far = |prefix: &str, rows: usize, by: f64| {
        table_of(prefix, rows, |at| {
            let age = 60.0 + by + 10.0 * wild(at, 1.7);
            let died = u32::from(wild(at, 1.7) + 0.5 * wild(at, 5.3) > 0.75);
            (age, 2.0 + by + wild(at, 2.3), "F", wild(at, 3.1), died)
        })
    };
    let (source, target) = (far("s", 120, 0.0), far("t", 80, 500.0));
    let shift = block_on(prepared(&source, &target, |_| {}).unwrap().shift(&Quiet)).unwrap();
    assert!(shift.domain.unwrap().auroc > 0.99, "the cohorts are told apart without a mistake");
    let age = shift.features.iter().find(|one| one.name == "age").unwrap();
    assert!((age.distance.unwrap() - 1.0).abs() < 1e-9, "no overlap: {:?}", age.distance);
    let contrast = report(&source, &target, |_| {}).forward.unwrap().contrast;
    assert!(contrast.estimate.is_finite() && contrast.se.is_finite());
}

#[test]
fn a_feature_of_one_table_alone_is_named_and_the_others_serve() {
    let read = |name: &str, text: &str| table::read(name, text.as_bytes(), &ReadOptions::default()).unwrap();
    let source: String = usual("s", 60, 3)
        .lines()
        .map(|line| line.rsplitn(3, ',').collect::<Vec<_>>())
        .map(|cells| {
            // Without the last feature but one: `noise`.
            format!("{},{}\n", cells[2], cells[0])
        })
        .collect();
    let (a, b) = (read("source.csv", &source), read("target.csv", &usual("t", 60, 3)));
    let roles = autograft::preprocess::suggest_roles(&[&a], &[&b]);
    let label = roles.label().unwrap();
    let lined = autograft::preprocess::line_up(&[&a], &[&b], &roles.source, &roles.target, &label);
    assert_eq!(lined.unmatched_target, ["noise"]);
    assert_eq!(lined.mapping.features.len(), 3);
}

#[test]
fn constant_predictions_are_worth_one_half_and_no_verdict() {
    // An outcome that follows no column: the lasso keeps none, or next to none.
    let target = table_of("t", 80, |at| {
        let sex = if wild(at, 6.1) < 0.5 { "F" } else { "M" };
        (60.0 + 10.0 * wild(at, 1.7), 2.0 + wild(at, 2.3), sex, wild(at, 3.1), u32::from(wild(at, 7.7) < 0.3))
    });
    let comparison = report(&usual("s", 100, 3), &target, |plan| {
        for chosen in [&mut plan.transfer, &mut plan.baseline] {
            chosen.config = serde_json::json!({ "penalty": "lasso" });
        }
        plan.transfer.method = "target_only_linear".to_owned();
        plan.baseline.method = "source_only_linear".to_owned();
        plan.baseline.config = serde_json::Value::Null;
    })
    .forward
    .unwrap();
    for method in &comparison.methods {
        let auroc = method.metrics.iter().find(|m| m.metric == Metric::Auroc).unwrap();
        assert!((0.2..0.8).contains(&auroc.mean), "{}", auroc.mean);
    }
    assert!(!matches!(comparison.contrast.verdict, Verdict::Helps), "{:?}", comparison.contrast.verdict);
}

#[test]
fn all_weight_on_one_patient_counts_as_one() {
    let mut weights = vec![0.0; 50];
    weights[7] = 3.0;
    let health = Health::of(&weights).unwrap();
    assert_eq!((health.ess, health.largest_share, health.unused, health.enough), (1.0, 1.0, 49, false));
}
