//! Three classes from table to report, with outcomes that can be counted by hand; and a target of which some rows have no
//! label.

use crate::session::{open, run};
use autograft::cohort::Side;
use autograft::device;
use autograft::evaluate::contrast::Verdict;
use autograft::metrics::Metric;
use autograft::plan::Chosen;
use autograft::rng::Rng;
use autograft::shift::LabelShift;
use autograft::watch::{Quiet, block_on};
use autograft::web::ask::{Answer, Ask};

/// Three clouds of `each` patients at the corners of a triangle; the outcome is the corner's.
fn triangle(each: usize, outcomes: [&str; 3], side: Side) -> String {
    let mut rng = Rng::stream(each as u64, "triangle");
    let mut text = String::from("patient,age,lactate,sex,noise,outcome\n");
    for row in 0..3 * each {
        let (age, lactate) = [(50.0, 2.0), (70.0, 2.0), (60.0, 8.0)][row % 3];
        let sex = if rng.uniform() < 0.5 { "M" } else { "F" };
        let (age, lactate) = (age + rng.normal(), lactate + 0.3 * rng.normal());
        text += &format!("{side:?}{row},{age:.1},{lactate:.2},{sex},{:.3},{}\n", rng.normal(), outcomes[row % 3]);
    }
    text
}

const CLASSES: [&str; 3] = ["home", "ward", "unit"];

#[test]
fn three_classes_from_table_to_report() {
    // In the source, who lies in a ward and who in the unit has been exchanged.
    let source = triangle(30, ["home", "unit", "ward"], Side::Source);
    let target = triangle(24, CLASSES, Side::Target);
    let study = open(&source, &target, |plan| {
        let chosen = |method: &str| Chosen { method: method.to_owned(), config: serde_json::Value::Null };
        (plan.transfer, plan.baseline) = (chosen("source_only_linear"), chosen("target_only_linear"));
        (plan.others, plan.importance) = (vec![], 0);
    });
    let report = run(&[&study], &Quiet).0;
    assert_eq!(report.data.classes.len(), 3);
    let forward = report.forward.as_ref().unwrap();
    assert!(forward.operating.is_empty(), "a threshold needs two classes");
    let evaluation = forward.evaluation.as_ref().unwrap();
    for method in &evaluation.methods {
        let of = |metric: Metric| method.metrics.iter().find(|one| one.metric == metric).unwrap().value.unwrap();
        assert_eq!(method.classes.iter().map(|class| class.rows).collect::<Vec<_>>(), [24; 3]);
        // Two ways to the same number: the macro average, and each class against the rest.
        let areas: Vec<f64> = method.classes.iter().map(|class| class.metrics[0].value.unwrap()).collect();
        assert!((of(Metric::Auroc) - areas.iter().sum::<f64>() / 3.0).abs() < 1e-12, "{areas:?}");
        let baseline = method.role == "baseline";
        // Own rows: every patient right. The source's rule: those at home, and nobody else.
        assert!((of(Metric::Accuracy) - if baseline { 1.0 } else { 1.0 / 3.0 }).abs() < 1e-12, "{method:?}");
        assert_eq!(areas.iter().filter(|area| **area == 1.0).count(), if baseline { 3 } else { 1 }, "{areas:?}");
        assert_eq!(baseline, method.gains.is_empty());
    }
    let contrast = &forward.contrast;
    assert!(contrast.estimate < -0.3 && contrast.verdict == Verdict::Harms, "{contrast:?}");
}

#[test]
fn the_shares_of_the_classes_are_told_although_some_target_rows_have_no_label() {
    let source = triangle(20, CLASSES, Side::Source);
    // Of 60 rows 20 have no label: 20 of the 40 others are at home, none is in the unit.
    let target: String = triangle(20, ["home", "ward", ""], Side::Target);
    let study = open(&source, &target, |plan| plan.others = vec![]);
    let (answer, _) = block_on(study.desk.answer(Ask::Shift, vec![], &device::cpu(), &Quiet)).unwrap();
    let Answer::Shift(shift) = answer else { panic!() };
    assert_eq!(shift.target_rows, 60, "the features of all rows are compared");
    let Some(LabelShift::Classes { classes, .. }) = &shift.label else { panic!("{:?}", shift.label) };
    let found: Vec<(&str, usize, f64)> = classes.iter().map(|c| (c.name.as_str(), c.target_rows, c.target)).collect();
    let of = |name: &str| found.iter().find(|(n, _, _)| *n == name).copied();
    assert_eq!(of("home"), Some(("home", 20, 0.5)), "{found:?}");
    assert_eq!(of("ward"), Some(("ward", 20, 0.5)), "{found:?}");
}
