//! How two cohorts differ, against scipy, scikit-learn and statsmodels (tests/golden/shift.py).

use autograft::cohort::{Cohort, Feature, FeatureKind, Frame, Labels, Side, View};
use autograft::error::Code;
use autograft::math::tests::fisher_exact;
use autograft::rng::Rng;
use autograft::shift::{LabelShift, Shape, Shift, compute};
use autograft::watch::{Pulse, Quiet, block_on};
use serde_json::Value;

fn golden() -> Value {
    serde_json::from_str(include_str!("golden/shift.json")).unwrap()
}

fn list(value: &Value) -> Vec<f64> {
    value.as_array().unwrap().iter().map(|v| v.as_f64().unwrap()).collect()
}

fn near(ours: Option<f64>, theirs: &Value, what: &str) {
    let (ours, theirs) = (ours.unwrap(), theirs.as_f64().unwrap());
    assert!((ours - theirs).abs() <= 1e-9 * (1.0 + theirs.abs()), "{what}: {ours} and {theirs}");
}

fn numbers(columns: &[Vec<f64>], side: Side, y: Option<Labels>) -> Cohort {
    let feature = |place: usize| Feature { name: format!("x{place}"), kind: FeatureKind::Number };
    let frame = Frame {
        features: (0..columns.len()).map(feature).collect(),
        columns: columns.iter().map(|column| column.iter().map(|v| *v as f32).collect()).collect(),
    };
    let x = View::all(frame);
    let id = (0..x.len()).map(|row| row.to_string()).collect();
    Cohort { x, y, id, domain: "d".into(), group: None, time: None, outcome: None, side }
}

fn shift(source: &Cohort, target: &Cohort) -> Shift {
    block_on(compute(std::slice::from_ref(source), target, 1, &Pulse::new(&Quiet))).unwrap()
}

#[test]
fn numbers_differ_as_scipy_says() {
    for case in ["small", "large"] {
        let golden = &golden()[case];
        let (source, target) = (list(&golden["source"]), list(&golden["target"]));
        let shift = shift(&numbers(&[source], Side::Source, None), &numbers(&[target], Side::Target, None));
        let feature = &shift.features[0];
        near(feature.smd, &golden["smd"], "smd");
        near(feature.distance, &golden["ks"], "ks");
        near(feature.p, &golden["p"], "p");
        near(feature.wasserstein, &golden["wasserstein"], "wasserstein");
        near(feature.psi, &golden["psi"], "psi");
        assert_eq!(feature.p, feature.q, "one test needs no adjustment");
        let Some(Shape::Bins { edges, source, target }) = &feature.shape else { panic!("{:?}", feature.shape) };
        assert_eq!((edges.len(), source.len()), (21, 20));
        assert!((source.iter().sum::<f64>() - 1.0).abs() < 1e-9 && (target.iter().sum::<f64>() - 1.0).abs() < 1e-9);
    }
}

#[test]
fn categories_differ_as_scipy_says() {
    let golden = &golden()["category"];
    let levels: Vec<String> = ["a", "b", "c"].map(str::to_owned).to_vec();
    let cohort = |codes: &Value, side: Side| {
        let mut cohort = numbers(&[list(codes)], side, None);
        let features = vec![Feature { name: "f".into(), kind: FeatureKind::Category { levels: levels.clone() } }];
        cohort.x = View::all(Frame { features, columns: vec![cohort.x.column(0).collect()] });
        cohort
    };
    let shift = shift(&cohort(&golden["source"], Side::Source), &cohort(&golden["target"], Side::Target));
    let feature = &shift.features[0];
    near(feature.smd, &golden["smd"], "smd");
    assert_eq!(feature.level.as_deref(), Some(["a", "b", "c"][golden["level"].as_u64().unwrap() as usize]));
    near(feature.distance, &golden["distance"], "total variation");
    near(feature.p, &golden["p"], "chi-square");
    near(feature.psi, &golden["psi"], "psi");
    assert_eq!((feature.psi_noise, feature.wasserstein), (Some(2.0 * (1.0 / 200.0 + 1.0 / 120.0)), None));
}

#[test]
fn labels_differ_as_statsmodels_and_scipy_say() {
    let golden = golden();
    let classes = |case: &Value| {
        let (events, rows) = (case[0].as_u64().unwrap() as usize, case[1].as_u64().unwrap() as usize);
        let codes = (0..rows).map(|row| Some(u32::from(row < events))).collect();
        (rows, Labels::Classes { names: vec!["no".into(), "yes".into()], event: 1, codes })
    };
    let case = &golden["prevalence"];
    let ((n, y_source), (m, y_target)) = (classes(&case["source"]), classes(&case["target"]));
    let ramp = |rows: usize| vec![(0..rows).map(|row| row as f64).collect::<Vec<f64>>()];
    let found =
        shift(&numbers(&ramp(n), Side::Source, Some(y_source)), &numbers(&ramp(m), Side::Target, Some(y_target)));
    let Some(LabelShift::Classes { event: 1, classes }) = &found.label else { panic!("{:?}", found.label) };
    near(Some(classes[1].difference), &case["difference"], "difference");
    near(Some(classes[1].low), &case["low"], "low");
    near(Some(classes[1].high), &case["high"], "high");
    near(Some(classes[1].p), &case["p"], "p");
    assert_eq!(found.sources[0].label, Some(90.0 / 400.0));

    let case = &golden["values"];
    let values = |v: &Value| Some(Labels::Values { unit: "u".into(), values: list(v) });
    let (source, target) = (&case["source"], &case["target"]);
    let found = shift(
        &numbers(&[list(source)], Side::Source, values(source)),
        &numbers(&[list(target)], Side::Target, values(target)),
    );
    let Some(LabelShift::Values { difference, low, high, p, .. }) = found.label else { panic!("{:?}", found.label) };
    near(Some(difference), &case["difference"], "difference");
    near(low, &case["low"], "low");
    near(high, &case["high"], "high");
    near(p, &case["p"], "p");
}

#[test]
fn missing_cells_are_a_shift_of_their_own() {
    for case in golden()["fisher"].as_array().unwrap() {
        let c = list(case);
        let found = fisher_exact(c[0] as usize, c[1] as usize, c[2] as usize, c[3] as usize).unwrap();
        near(Some(found.p), &case[4], "fisher");
    }
    assert!(fisher_exact(0, 0, 1, 2).is_none() && fisher_exact(3, 2, 1, 2).is_none());
    let column = |missing: usize, rows: usize| -> Vec<f64> {
        (0..rows).map(|row| if row < missing { f64::NAN } else { row as f64 }).collect()
    };
    let (source, target) = ([column(3, 40), column(0, 40)], [column(9, 30), column(0, 30)]);
    let found = shift(&numbers(&source, Side::Source, None), &numbers(&target, Side::Target, None));
    let of = |name: &str| found.features.iter().find(|f| f.name == name).unwrap().missing.unwrap();
    let p = golden()["fisher"][0][4].as_f64().unwrap();
    assert!((of("x0").p - p).abs() < 1e-12 && (of("x0").q - (2.0 * p).min(1.0)).abs() < 1e-12, "{:?}", of("x0"));
    assert!((of("x0").difference - (0.3 - 0.075)).abs() < 1e-12 && of("x0").low > 0.0, "{:?}", of("x0"));
    assert_eq!((of("x1").difference, of("x1").p), (0.0, 1.0));
}

#[test]
fn the_domain_classifier_reaches_scikit_learns() {
    let golden = &golden()["domain"];
    let columns = |side: &str| golden[side].as_array().unwrap().iter().map(list).collect::<Vec<_>>();
    let (source, target) = (columns("source"), columns("target"));
    let found = shift(&numbers(&source, Side::Source, None), &numbers(&target, Side::Target, None)).domain.unwrap();
    let (mean, sd) = (golden["auroc"].as_f64().unwrap(), golden["sd"].as_f64().unwrap());
    assert!((found.auroc - mean).abs() < 3.0 * sd, "{} and {mean} ± {sd}", found.auroc);
    assert!(found.low < mean && mean < found.high && found.low > 0.5, "{found:?}");
    assert!(found.p < 1e-3, "{found:?}");
    assert_eq!((found.source_rows, found.target_rows, found.features), (150, 110, 4));
}

#[test]
fn the_same_population_is_told_apart_no_better_than_by_a_coin() {
    let mut rng = Rng::stream(3, "null");
    let (mut outside, mut rejected) = (0, 0);
    for _ in 0..200 {
        let mut draw =
            |rows: usize| (0..6).map(|_| (0..rows).map(|_| rng.normal()).collect()).collect::<Vec<Vec<f64>>>();
        let (source, target) = (numbers(&draw(120), Side::Source, None), numbers(&draw(60), Side::Target, None));
        let found = shift(&source, &target).domain.unwrap();
        outside += usize::from(found.low > 0.5);
        rejected += usize::from(found.p < 0.05);
    }
    // Binomial(200, 0.05) is over 19, and Binomial(200, 0.025) over 12, with a chance of 0.3 %. With folds taken as
    // independent it is 23 of 200.
    assert!(rejected <= 19, "{rejected} of 200 null comparisons rejected");
    assert!(outside <= 12, "{outside} of 200 intervals lie over 0.5");
}

#[test]
fn order_changes_nothing_and_trouble_is_an_answer() {
    let mut rng = Rng::stream(4, "order");
    let mut draw = |rows: usize| (0..3).map(|_| (0..rows).map(|_| rng.normal()).collect()).collect::<Vec<Vec<f64>>>();
    let (source, target) = (numbers(&draw(80), Side::Source, None), numbers(&draw(50), Side::Target, None));
    let turned = source.select(&(0..80).rev().collect::<Vec<_>>());
    let (one, other) = (shift(&source, &target), shift(&turned, &target));
    assert!((one.domain.unwrap().auroc - other.domain.unwrap().auroc).abs() < 1e-9);

    // A feature that one side never measured must not tell the sides apart by itself; a constant one says nothing.
    let mut columns = draw(50);
    columns[0] = vec![f64::NAN; 50];
    columns[1] = vec![1.0; 50];
    let hole = shift(&source, &numbers(&columns, Side::Target, None));
    assert_eq!(hole.domain.as_ref().unwrap().one_sided, 1);
    let empty = hole.features.iter().find(|feature| feature.name == "x0").unwrap();
    assert_eq!((empty.target_missing, empty.distance, empty.p, empty.q), (1.0, None, None, None));
    // Too few rows for five folds: no classifier, the rest stands.
    let few = shift(&source, &target.select(&[0, 1, 2]));
    assert!(few.domain.is_none() && few.features[0].distance.is_some());
    let nobody = [source.select(&[])];
    let pulse = Pulse::new(&Quiet);
    assert_eq!(block_on(compute(&nobody, &target, 1, &pulse)).unwrap_err().code(), Code::TooFewRows);
    let text = serde_json::to_string(&hole).unwrap();
    assert_eq!(serde_json::from_str::<Shift>(&text).unwrap(), hole);
}
