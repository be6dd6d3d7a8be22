//! The applicability domain: distances against scikit-learn and scipy (tests/golden/applicability.py), and the list of
//! candidates in a report.

use autograft::cohort::{Cohort, Feature, FeatureKind, Frame, Side, View};
use autograft::evaluate::applicability::{Measure, Usual, distances};
use autograft::generate::families::{Families, families};
use autograft::plan::{Chosen, Design};
use autograft::watch::{Pulse, Quiet, block_on};
use serde_json::{Value, json};

use crate::session::{open, run};

fn table(x: &Value, cols: usize) -> Cohort {
    let x: Vec<f32> = x.as_array().unwrap().iter().map(|v| v.as_f64().unwrap() as f32).collect();
    let features = (0..cols).map(|c| Feature { name: format!("x{c}"), kind: FeatureKind::Number }).collect();
    let columns = (0..cols).map(|c| x.iter().skip(c).step_by(cols).copied().collect()).collect();
    Cohort {
        x: View::all(Frame { features, columns }),
        y: None,
        id: (0..x.len() / cols).map(|row| row.to_string()).collect(),
        outcome: None,
        domain: String::new(),
        group: None,
        time: None,
        side: Side::Source,
    }
}

fn found(training: &[&Cohort], rows: &Cohort, own: &[Option<usize>]) -> (Usual, Vec<f64>) {
    block_on(distances(training, &rows.x, own, 1, &Pulse::new(&Quiet))).unwrap().unwrap()
}

#[test]
fn distances_and_their_limit_are_scikit_learns() {
    let golden: Value = serde_json::from_str(include_str!("golden/applicability.json")).unwrap();
    for (name, measure) in [("numbers", Measure::Standardised), ("bits", Measure::Tanimoto)] {
        let case = &golden[name];
        let cols = case["cols"].as_u64().unwrap() as usize;
        let (known, rows) = (table(&case["known"], cols), table(&case["rows"], cols));
        // The training rows in two cohorts are the same training rows.
        let half: Vec<usize> = (0..known.len() / 2).collect();
        let rest: Vec<usize> = (known.len() / 2..known.len()).collect();
        let (first, second) = (known.select(&half), known.select(&rest));
        for training in [vec![&known], vec![&first, &second]] {
            let (usual, far) = found(&training, &rows, &[]);
            assert_eq!((usual.measure, usual.compared as usize), (measure, known.len()));
            assert!((usual.threshold - case["threshold"].as_f64().unwrap()).abs() < 1e-6, "{name}: {usual:?}");
            for (far, expected) in far.iter().zip(case["distances"].as_array().unwrap()) {
                assert!((far - expected.as_f64().unwrap()).abs() < 1e-6, "{name}: {far} {expected}");
            }
        }
        // A training row is not its own neighbour.
        let own: Vec<Option<usize>> = (0..known.len()).map(Some).collect();
        let (usual, itself) = found(&[&known], &known, &own);
        let outside = itself.iter().filter(|far| **far > usual.threshold).count();
        assert!(outside > 0 && outside <= known.len().div_ceil(20), "{outside} of {}", known.len());
        if measure == Measure::Standardised {
            assert!(itself.iter().all(|far| *far > 0.0));
        }
    }
}

#[test]
fn too_few_training_rows_say_nothing() {
    let x = json!([1.0, 2.0, 3.0, 5.0, 8.0, 1.5]);
    let rows = table(&x, 2);
    assert_eq!(block_on(distances(&[&rows], &rows.x, &[], 1, &Pulse::new(&Quiet))).unwrap(), None);
}

#[test]
fn rows_without_a_label_are_ranked_and_those_far_away_are_marked() {
    let (source, target) = families(&Families { source: 300, target: 120, test: 60, seed: 4 });
    let [source, mut target] = [source, target].map(|text| text.replace(",active", ",outcome"));
    // The test rows lose their label, and every third of them is far from all others.
    let mut at = 0;
    let lines: Vec<String> = target
        .lines()
        .map(|line| {
            let Some(row) = line.strip_suffix(",test") else { return line.to_owned() };
            let mut cells: Vec<String> = row.split(',').map(str::to_owned).collect();
            if at % 3 == 0 {
                cells[1..41].iter_mut().for_each(|cell| *cell = format!("{:.2}", cell.parse::<f64>().unwrap() + 9.0));
            }
            at += 1;
            let last = cells.len() - 1;
            cells[last].clear();
            format!("{},unlabelled", cells.join(","))
        })
        .collect();
    target = lines.join("\n") + "\n";
    let study = open(&source, &target, |plan| {
        plan.transfer = Chosen { method: "source_only_linear".to_owned(), config: Value::Null };
        plan.baseline = Chosen { method: "target_only_linear".to_owned(), config: Value::Null };
        plan.others.clear();
        plan.design = Design { folds: 2, repeats: 1, seeds: 1 };
        (plan.importance, plan.thresholds, plan.explain.patients) = (0, 0, 0);
    });
    let report = run(&[&study], &Quiet).0;
    let list = report.candidates.unwrap();
    assert!(list.unlabelled && list.method == "source_only_linear");
    assert_eq!((list.all, list.rows.len()), (60, 60));
    assert!(list.rows.windows(2).all(|pair| pair[0].score >= pair[1].score));
    assert_eq!(list.usual.as_ref().unwrap().training, 420);
    let far = list.rows.iter().filter(|row| row.outside).count();
    assert_eq!(list.outside as usize, far);
    assert!((20..=28).contains(&far), "{far}");
    let threshold = list.usual.unwrap().threshold;
    assert!(list.rows.iter().all(|row| row.outside == (row.distance.unwrap() > threshold)));
}
