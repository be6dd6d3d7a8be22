//! The linear transfer methods: against statsmodels, scipy and scikit-learn (tests/golden/linear.py), at their limits, and
//! on cohorts whose truth is planted.

use autograft::Code;
use autograft::cohort::{Cohort, Feature, FeatureKind, Frame, Labels, Side, Task, View};
use autograft::math::logistic::sigmoid;
use autograft::math::softmax::{Newton, Softmax};
use autograft::methods::common::encoder::{Column, Encoder, Part, Rows};
use autograft::methods::common::head::Head;
use autograft::methods::common::ladder::{self, Rung, Step};
use autograft::methods::common::linear::Linear;
use autograft::methods::common::penalised::{self, Problem};
use autograft::methods::common::rows::Known;
use autograft::methods::common::source::Source;
use autograft::methods::common::{combine, source};
use autograft::methods::registry::find;
use autograft::methods::transductive::feature_augmentation::{augmented, of_target};
use autograft::methods::transductive::prior_shift;
use autograft::methods::{AnyMethod, Model};
use autograft::rng::Rng;
use autograft::train::Run;
use autograft::watch::{Quiet, block_on};
use burn::tensor::Device;
use serde_json::{Value, json};

use crate::cohorts::{Kind, study};

fn run() -> Run<'static> {
    Run::new(Device::flex(), 7, &Quiet)
}

fn golden() -> Value {
    serde_json::from_str(include_str!("golden/linear.json")).unwrap()
}

fn list(value: &Value) -> Vec<f64> {
    value.as_array().unwrap().iter().map(|v| v.as_f64().unwrap()).collect()
}

fn codes(value: &Value) -> Vec<usize> {
    list(value).into_iter().map(|v| v as usize).collect()
}

fn near(found: &[f64], expected: &[f64], by: f64, what: &str) {
    assert_eq!(found.len(), expected.len(), "{what}");
    for (a, b) in found.iter().zip(expected) {
        assert!((a - b).abs() <= by * (1.0 + b.abs()), "{what}: {found:?}, expected {expected:?}");
    }
}

fn features(p: usize) -> Vec<Feature> {
    (0..p).map(|j| Feature { name: format!("x{j}"), kind: FeatureKind::Number }).collect()
}

/// An encoder that changes nothing.
fn plain(p: usize) -> Encoder {
    let columns = (0..p).map(|feature| Column { feature, part: Part::Value }).collect();
    Encoder { features: features(p), columns, fill: vec![0.0; p], mean: vec![0.0; p], sd: vec![1.0; p], impute: None }
}

/// A source model of these numbers.
fn given(head: Head, intercepts: Vec<f64>, coefficients: Vec<f64>) -> Source {
    let p = coefficients.len() / intercepts.len();
    let shares = match &head {
        Head::Classes { names, .. } => vec![1.0 / names.len() as f64; names.len()],
        Head::Values { .. } => Vec::new(),
    };
    let encoder = plain(p);
    let chosen = json!({ "penalty": "given" });
    let linear = Linear { encoder: Some(encoder.clone()), head, intercepts, coefficients, chosen, loss: f64::NAN };
    Source { linear, encoder, shares }
}

fn names(k: usize) -> Vec<String> {
    ["no", "yes", "more"].iter().take(k).map(|name| (*name).to_owned()).collect()
}

fn two_classes(intercept: f64, b: &[f64]) -> Source {
    let head = Head::Classes { names: names(2), event: 1 };
    given(head, vec![0.0, intercept], [vec![0.0; b.len()], b.to_vec()].concat())
}

fn number(intercept: f64, b: &[f64]) -> Source {
    given(Head::Values { unit: String::new(), mean: 0.0, sd: 1.0 }, vec![intercept], b.to_vec())
}

fn classes(codes: Vec<usize>, k: usize) -> Known {
    Known::Classes { names: names(k), event: 1, codes }
}

fn values(values: Vec<f64>) -> Known {
    Known::Values { unit: String::new(), values }
}

/// What the goldens are made on: rows, source intercept and coefficients.
fn material(golden: &Value) -> (Rows<f64>, f64, Vec<f64>) {
    let (n, p) = (golden["n"].as_u64().unwrap() as usize, golden["p"].as_u64().unwrap() as usize);
    let x = Rows { rows: n, cols: p, values: list(&golden["x"]) };
    (x, golden["source"]["intercept"].as_f64().unwrap(), list(&golden["source"]["coef"]))
}

fn rung(source: &Source, x: &Rows<f64>, known: &Known, rung: Rung) -> Option<Step> {
    block_on(ladder::fit(source, x, &source.linear.outputs(x), known, rung, &run())).unwrap()
}

fn rungs(source: &Source, x: &Rows<f64>, known: &Known) -> Vec<Step> {
    Rung::ALL.into_iter().filter_map(|one| rung(source, x, known, one)).collect()
}

#[test]
fn the_rungs_are_those_of_statsmodels() {
    let golden = golden();
    let (x, a, b) = material(&golden);
    let cases = [
        ("binary", two_classes(a, &b), classes(codes(&golden["y"]), 2), "llf"),
        ("number", number(a, &b), values(list(&golden["v"])), "rss"),
    ];
    for (case, source, known, fit) in cases {
        let golden = &golden[case];
        let steps = rungs(&source, &x, &known);
        assert_eq!(steps.len(), 4, "{case}");
        // The last output carries everything: the first of two classes is 0.
        let last =
            |step: &Step| (*step.intercepts.last().unwrap(), step.coefficients[step.coefficients.len() - 4..].to_vec());
        let (none, moved) = (last(&steps[0]), last(&steps[1]));
        assert_eq!(none, (a, b.clone()), "{case}");
        near(&[moved.0 - a], &list(&golden["intercept"]), 1e-7, case);
        assert_eq!(moved.1, b, "{case}");
        let slope = list(&golden["slope"]);
        let tilted = last(&steps[2]);
        near(&[tilted.0], &[slope[0] + slope[1] * a], 1e-7, case);
        near(&tilted.1, &b.iter().map(|b| b * slope[1]).collect::<Vec<_>>(), 1e-7, case);
        let revised = last(&steps[3]);
        near(&[vec![revised.0], revised.1].concat(), &list(&golden["revision"]), 1e-7, case);
        near(&steps.iter().map(|s| s.fit).collect::<Vec<_>>(), &list(&golden[fit]), 1e-9, case);
        for (low, test) in golden["tests"].as_array().unwrap().iter().enumerate() {
            let found = ladder::test(&steps[low], &steps[3], &known);
            assert_eq!(found.df as u64, test["df"].as_u64().unwrap(), "{case} {low}");
            near(&[found.statistic], &[test["statistic"].as_f64().unwrap()], 1e-7, case);
            let p = test["p"].as_f64().unwrap();
            assert!((found.p - p).abs() < 1e-6 * p + 1e-12, "{case} {low}: {} {p}", found.p);
        }
    }
}

#[test]
fn three_classes_have_an_intercept_each_and_one_slope() {
    let golden = golden();
    let (x, ..) = material(&golden);
    let golden = &golden["three"];
    let (a, b) = (list(&golden["intercepts"]), list(&golden["coefficients"]));
    let source = given(Head::Classes { names: names(3), event: 1 }, a.clone(), b.clone());
    let known = classes(codes(&golden["y"]), 3);
    let expected = list(&golden["slope"]);
    let tilted = rung(&source, &x, &known, Rung::Slope).unwrap();
    assert_eq!(tilted.parameters, 3);
    near(&[tilted.fit], &[golden["slope_llf"].as_f64().unwrap()], 1e-8, "likelihood");
    let moved: Vec<f64> = tilted.intercepts.iter().zip(&a).map(|(new, old)| new - expected[2] * old).collect();
    near(&moved, &[0.0, expected[0], expected[1]], 1e-4, "intercepts");
    near(&tilted.coefficients, &b.iter().map(|b| b * expected[2]).collect::<Vec<_>>(), 1e-4, "slope");
    let revised = rung(&source, &x, &known, Rung::Revision).unwrap();
    assert_eq!(revised.parameters, 10);
    near(&[revised.fit], &[golden["revision_llf"].as_f64().unwrap()], 1e-9, "likelihood");
    let flat: Vec<f64> = (1..3)
        .flat_map(|k| std::iter::once(revised.intercepts[k]).chain(revised.coefficients[k * 4..(k + 1) * 4].to_vec()))
        .collect();
    near(&flat, &list(&golden["revision"]), 1e-6, "revision");
}

/// A ridge beside the source at one λ: intercepts and coefficients of the last output.
fn towards(source: &Source, x: &Rows<f64>, known: &Known, lambda: f64) -> (f64, Vec<f64>) {
    let outputs = source.linear.outputs(x);
    let fold_of = (0..x.rows).map(|row| row % 5).collect();
    let problem = Problem {
        offset: Some(&outputs),
        standardise: false,
        lambdas: Some(vec![lambda]),
        ..Problem::new(x.clone(), known, fold_of, &[0.0])
    };
    let fitted = block_on(penalised::fit(problem, &run())).unwrap();
    let linear = source.plus(&fitted.intercepts, &fitted.coefficients);
    (*linear.intercepts.last().unwrap(), linear.coefficients[linear.coefficients.len() - x.cols..].to_vec())
}

#[test]
fn ridge_towards_the_source_has_its_closed_form_and_its_limits() {
    let golden = golden();
    let (x, a, b) = material(&golden);
    let lambda = golden["towards"]["lam"].as_f64().unwrap();
    let cases = [
        ("binary", two_classes(a, &b), classes(codes(&golden["y"]), 2)),
        ("number", number(a, &b), values(list(&golden["v"]))),
    ];
    for (case, source, known) in cases {
        let (intercept, coefficients) = towards(&source, &x, &known, lambda);
        near(&[vec![intercept], coefficients].concat(), &list(&golden["towards"][case]), 1e-6, case);
        // λ → ∞: the source's coefficients and, since the intercept is free, not the source's intercept.
        let (intercept, coefficients) = towards(&source, &x, &known, 1e9);
        near(&coefficients, &b, 1e-8, case);
        near(&[intercept - a], &list(&golden[case]["intercept"]), 1e-6, case);
        // λ → 0: the target alone.
        let (intercept, coefficients) = towards(&source, &x, &known, 1e-10);
        near(&[vec![intercept], coefficients].concat(), &list(&golden[case]["revision"]), 1e-5, case);
    }
}

#[test]
fn the_penalty_is_lambda_and_leaves_the_intercept_alone() {
    // A peer's form solves with λ² and draws the intercept to 0 (so that far labels stay far). Here a shift of every label
    // moves the intercept by that shift and nothing else, and λ enters once.
    let golden = golden();
    let (x, a, b) = material(&golden);
    let y = list(&golden["v"]);
    let source = number(a, &b);
    let (level, slopes) = towards(&source, &x, &values(y.clone()), 3.0);
    let (far, same) = towards(&source, &x, &values(y.iter().map(|v| v + 1000.0).collect()), 3.0);
    near(&same, &slopes, 1e-9, "slopes");
    near(&[far], &[level + 1000.0], 1e-9, "intercept");
    // With one column: β − β_S = cov / (var + λ).
    let column: Vec<f64> = x.values.iter().step_by(4).copied().collect();
    let n = column.len() as f64;
    let mean = column.iter().sum::<f64>() / n;
    let var = column.iter().map(|v| (v - mean) * (v - mean)).sum::<f64>() / n;
    let cov = column.iter().zip(&y).map(|(v, y)| (v - mean) * (y - 0.9 * v)).sum::<f64>() / n;
    let one = Rows { rows: column.len(), cols: 1, values: column };
    let (_, slope) = towards(&number(0.0, &[0.9]), &one, &values(y), 3.0);
    near(&slope, &[0.9 + cov / (var + 3.0)], 1e-8, "λ once");
}

#[test]
fn augmentation_is_scikit_learns_on_the_stacked_matrix() {
    let golden = golden();
    let (x, ..) = material(&golden);
    let golden_case = &golden["augmented"];
    let own = golden_case["own"].as_u64().unwrap() as usize;
    let lambda = golden_case["lam"].as_f64().unwrap();
    for (case, known) in [("binary", classes(codes(&golden["y"]), 2)), ("number", values(list(&golden["v"])))] {
        let fold_of = (0..x.rows).map(|row| row % 5).collect();
        let problem = Problem {
            standardise: false,
            lambdas: Some(vec![lambda]),
            ..Problem::new(augmented(&x, own), &known, fold_of, &[0.0])
        };
        let fitted = block_on(penalised::fit(problem, &run())).unwrap();
        let (intercepts, coefficients) = of_target(&fitted, 4);
        let found = [vec![*intercepts.last().unwrap()], coefficients[coefficients.len() - 4..].to_vec()].concat();
        near(&found, &list(&golden_case[case]), 1e-5, case);
    }
}

#[test]
fn shares_maximise_the_likelihood() {
    let golden = golden();
    let (x, a, b) = material(&golden);
    let eta = two_classes(a, &b).linear.outputs(&x);
    let rows: Vec<Vec<f64>> = eta.values.chunks(2).map(|e| vec![1.0 - sigmoid(e[1]), sigmoid(e[1])]).collect();
    let source = list(&golden["shares"]["source"]);
    let mut shares = source.clone();
    for _ in 0..20_000 {
        shares = prior_shift::round(&rows, &[0, 0], &source, &shares);
    }
    near(&shares[1..], &[golden["shares"]["target"].as_f64().unwrap()], 1e-6, "EM");
    // Labelled rows alone are counted.
    near(&prior_shift::round(&[], &[3, 1], &source, &source), &[0.75, 0.25], 1e-15, "labels");
}

/// A made cohort: five numbers, the logit and the number `intercept + slope · (1.0, −0.7, 0.4, 0, 0)·x + more·x₅`.
fn made(n: usize, rng: &mut Rng, intercept: f64, slope: f64, more: f64, kind: Kind) -> Cohort {
    const B: [f64; 5] = [1.0, -0.7, 0.4, 0.0, 0.0];
    let mut columns = vec![Vec::new(); 5];
    let (mut codes, mut numbers) = (Vec::new(), Vec::new());
    for _ in 0..n {
        let x: Vec<f64> = (0..5).map(|_| rng.normal()).collect();
        let eta = intercept + slope * x.iter().zip(B).map(|(x, b)| x * b).sum::<f64>() + more * x[4];
        x.iter().zip(&mut columns).for_each(|(v, column)| column.push(*v as f32));
        codes.push(Some(u32::from(rng.uniform() < sigmoid(eta))));
        numbers.push(eta + rng.normal());
    }
    let y = match kind {
        Kind::Number => Labels::Values { unit: String::new(), values: numbers },
        _ => Labels::Classes { names: names(2), event: 1, codes },
    };
    Cohort {
        x: View::all(Frame { features: features(5), columns }),
        y: Some(y),
        id: (0..n).map(|row| row.to_string()).collect::<Vec<_>>().into(),
        domain: "made".to_owned(),
        group: None,
        time: None,
        outcome: None,
        side: Side::Target,
    }
}

/// How often each rung is kept, of replicates in which the target differs from the source's truth so.
fn kept(replicates: usize, n: usize, intercept: f64, slope: f64, more: f64, kind: Kind) -> [usize; 4] {
    const B: [f64; 5] = [1.0, -0.7, 0.4, 0.0, 0.0];
    // All columns take part in the revision, as under ridge.
    let b: Vec<f64> = B.iter().map(|b| if *b == 0.0 { 1e-12 } else { *b }).collect();
    let source = if kind == Kind::Number { number(0.0, &b) } else { two_classes(0.0, &b) };
    let mut counts = [0; 4];
    for replicate in 0..replicates {
        let mut rng = Rng::child(11, "replicate", replicate);
        let cohort = made(n, &mut rng, intercept, slope, more, kind);
        let known = Known::of(&cohort, Code::LabelMissingInTarget).unwrap();
        let x = source.encoder.transform_f64(&cohort.x).unwrap();
        let steps = rungs(&source, &x, &known);
        let (place, _) = ladder::closed(&steps, &known, 0.05);
        counts[steps[place].rung as usize] += 1;
    }
    counts
}

#[test]
fn the_closed_test_stops_where_the_truth_is() {
    for kind in [Kind::Binary, Kind::Number] {
        let share = |count: usize| count as f64 / 400.0;
        // Nothing moved: a change in about 5 % of replicates, whatever the rung.
        let still = kept(400, 250, 0.0, 1.0, 0.0, kind);
        assert!((0.015..0.085).contains(&(1.0 - share(still[0]))), "{kind:?} {still:?}");
        // Only the intercept moved, far: that rung in 90 % of replicates, and more than it in about 5 %.
        let intercept = kept(400, 250, 1.2, 1.0, 0.0, kind);
        assert!(share(intercept[1]) >= 0.9, "{kind:?} {intercept:?}");
        assert!((0.01..0.085).contains(&share(intercept[2] + intercept[3])), "{kind:?} {intercept:?}");
        // Intercept and slope, then a column of its own.
        let slope = kept(100, 600, 1.0, 0.3, 0.0, kind);
        assert!(slope[2] >= 88, "{kind:?} {slope:?}");
        let revision = kept(100, 600, 0.0, 1.0, 1.0, kind);
        assert!(revision[3] >= 95, "{kind:?} {revision:?}");
    }
}

#[test]
fn without_a_revision_the_ladder_ends_at_the_slope() {
    let mut rng = Rng::stream(1, "separated");
    let cohort = made(5, &mut rng, 0.0, 1.0, 0.0, Kind::Number);
    let x = plain(5).transform_f64(&cohort.x).unwrap();
    let known = Known::of(&cohort, Code::LabelMissingInTarget).unwrap();
    let steps = rungs(&number(0.0, &[1.0; 5]), &x, &known);
    assert_eq!(steps.iter().map(|s| s.rung).collect::<Vec<_>>(), Rung::ALL[..3].to_vec(), "five rows, five columns");
    // Separated along one column, which is not the source's direction.
    let cohort = made(60, &mut rng, 0.0, 0.0, 0.0, Kind::Binary);
    let x = plain(5).transform_f64(&cohort.x).unwrap();
    let split = classes(x.values.chunks(5).map(|row| usize::from(row[3] > 0.1)).collect(), 2);
    let source = two_classes(0.0, &[1.0, -0.7, 0.4, 0.01, 0.01]);
    let steps = rungs(&source, &x, &split);
    assert_eq!(steps.last().unwrap().rung, Rung::Slope);
    // Separated along the source's own direction: the intercept is all that can be estimated.
    let along = source.linear.outputs(&x);
    let split = classes(along.values.chunks(2).map(|e| usize::from(e[1] > 0.2)).collect(), 2);
    assert_eq!(rungs(&source, &x, &split).last().unwrap().rung, Rung::Intercept);
}

#[test]
fn a_class_without_rows_moves_with_the_others() {
    let golden = golden();
    let (x, ..) = material(&golden);
    let source = given(
        Head::Classes { names: names(3), event: 1 },
        list(&golden["three"]["intercepts"]),
        list(&golden["three"]["coefficients"]),
    );
    let known = classes(codes(&golden["y"]), 3);
    let moved = rung(&source, &x, &known, Rung::Intercept).unwrap();
    let shift = moved.intercepts[1] - source.linear.intercepts[1];
    near(&[moved.intercepts[2] - source.linear.intercepts[2]], &[shift / 2.0], 1e-12, "the third class");
    assert_eq!(moved.parameters, 1);
    assert!(shift.abs() > 0.1);
}

#[test]
fn newton_finds_no_maximum_where_there_is_none() {
    let column = |z: f64| vec![0.0, z];
    let z: Vec<f64> = [-2.0, -1.0, 1.0, 2.0].into_iter().flat_map(column).collect();
    let data = |y: Vec<usize>| Softmax { classes: 2, d: 1, z: z.clone(), offset: vec![0.0; 8], y };
    assert!(Newton::new(data(vec![0, 0, 1, 1])).unwrap().run().is_none());
    let there = Newton::new(data(vec![0, 1, 0, 1])).unwrap().run().unwrap();
    let slope = there.theta[0];
    // Σ z (y − σ(zθ)) = 0.
    let score: f64 = [(-2.0, 0.0), (-1.0, 1.0), (1.0, 0.0), (2.0, 1.0)]
        .iter()
        .map(|(z, y): &(f64, f64)| z * (y - sigmoid(z * slope)))
        .sum();
    assert!(score.abs() < 1e-10, "{score}");
}

#[test]
fn weights_of_a_combination_are_not_negative() {
    let mut rng = Rng::stream(3, "combine");
    let n = 300;
    let good: Vec<f64> = (0..n).map(|_| 1.5 * rng.normal()).collect();
    let wrong: Vec<f64> = good.iter().map(|g| -g + 0.5 * rng.normal()).collect();
    let noise: Vec<f64> = (0..n).map(|_| rng.normal()).collect();
    let y: Vec<usize> = good.iter().map(|g| usize::from(rng.uniform() < sigmoid(*g))).collect();
    let two = |eta: &[f64]| Rows { rows: n, cols: 2, values: eta.iter().flat_map(|e| [0.0, *e]).collect() };
    let known = classes(y, 2);
    let found = combine::best([&two(&good), &two(&wrong)], &known);
    assert!(found.weights[1] == 0.0 && (found.weights[0] - 1.0).abs() < 0.3, "{found:?}");
    let found = combine::best([&two(&noise), &two(&good)], &known);
    assert!(found.weights[0] < 0.2 && (found.weights[1] - 1.0).abs() < 0.3, "{found:?}");
    // Numbers: the truth is half of each and 3.
    let one = |eta: &[f64]| Rows { rows: n, cols: 1, values: eta.to_vec() };
    let sum: Vec<f64> = good.iter().zip(&noise).map(|(a, b)| 0.5 * a + 0.5 * b + 3.0).collect();
    let found = combine::best([&one(&good), &one(&noise)], &values(sum));
    near(&[found.weights[0], found.weights[1], found.intercepts[0]], &[0.5, 0.5, 3.0], 1e-9, "half of each");
}

fn settings(method: &dyn AnyMethod, given: Value) -> Value {
    method.settings(&given).unwrap()
}

fn fitted(id: &str, given: Value, task: &Task) -> Model {
    let (method, run) = (find(id).unwrap(), run());
    let settings = settings(method, given);
    let pre = method
        .pretrain_key(&settings)
        .unwrap()
        .map(|_| block_on(method.pretrain(&settings, &task.sources, &run)).unwrap());
    block_on(method.adapt(pre.as_ref(), &settings, task, &run)).unwrap()
}

fn scores(id: &str, model: &Model, x: &Cohort) -> Vec<f64> {
    block_on(find(id).unwrap().predict(model, x, &run())).unwrap().score(1)
}

fn log_loss(p: &[f64], rows: &Cohort) -> f64 {
    let Some(Labels::Classes { codes, .. }) = &rows.y else { panic!("classes") };
    let one = |p: f64, code: Option<u32>| -(if code == Some(1) { p } else { 1.0 - p }).max(1e-12).ln();
    p.iter().zip(codes).map(|(&p, &code)| one(p, code)).sum::<f64>() / p.len() as f64
}

fn source_of(mut cohort: Cohort, name: &str) -> Cohort {
    cohort.side = Side::Source;
    cohort.domain = name.to_owned();
    cohort
}

#[test]
fn a_misleading_domain_is_left_out_and_a_like_one_is_used() {
    let mut right = 0;
    for replicate in 0..10 {
        let mut rng = Rng::child(5, "domains", replicate);
        let alike = source_of(made(400, &mut rng, 0.0, 1.6, 0.0, Kind::Binary), "alike");
        let misleading = source_of(made(400, &mut rng, 0.0, -1.6, 0.0, Kind::Binary), "misleading");
        let target = made(120, &mut rng, 0.0, 1.6, 0.0, Kind::Binary);
        let task = Task { sources: vec![alike, misleading], target, unlabelled: None };
        let model = fitted("trans_glm", Value::Null, &task);
        right += usize::from(model.meta["choice"]["sources"] == json!("alike"));
        let facts = model.meta["detection"].as_array().unwrap();
        assert_eq!(facts.len(), 2);
        assert_eq!(facts[1]["used"], json!(false), "{facts:?}");
    }
    assert!(right >= 9, "{right} of 10");
}

#[test]
fn augmentation_of_an_empty_source_is_the_target_alone() {
    // The source's label is noise: what is learned must be as good as without it.
    let (mut with, mut without) = (0.0, 0.0);
    for replicate in 0..5 {
        let mut rng = Rng::child(6, "empty", replicate);
        let source = source_of(made(400, &mut rng, 0.0, 0.0, 0.0, Kind::Binary), "noise");
        let target = made(150, &mut rng, 0.0, 1.6, 0.0, Kind::Binary);
        let test = made(2000, &mut rng, 0.0, 1.6, 0.0, Kind::Binary);
        let task = Task { sources: vec![source], target, unlabelled: None };
        let loss = |id: &str| log_loss(&scores(id, &fitted(id, json!({ "penalty": "ridge" }), &task), &test), &test);
        with += loss("feature_augmentation") / 5.0;
        without += loss("target_only_linear") / 5.0;
    }
    assert!((with - without).abs() < 0.02, "augmented {with}, alone {without}");
}

#[test]
fn where_the_source_is_right_every_method_takes_it_and_where_it_misleads_none_is_ruined() {
    const METHODS: [&str; 7] = [
        "recalibration",
        "ridge_to_source",
        "feature_augmentation",
        "source_as_feature",
        "stacking",
        "weighted_pooling",
        "trans_glm",
    ];
    let mut sums = vec![[0.0; 2]; METHODS.len() + 1];
    for replicate in 0..4 {
        for (at, slope) in [1.6, -1.6].into_iter().enumerate() {
            let mut rng = Rng::child(8, "both", replicate);
            let source = source_of(made(1000, &mut rng, 0.0, slope, 0.0, Kind::Binary), "source");
            let target = made(60, &mut rng, 0.4, 1.6, 0.0, Kind::Binary);
            let test = made(2000, &mut rng, 0.4, 1.6, 0.0, Kind::Binary);
            let task = Task { sources: vec![source], target, unlabelled: None };
            for (method, sum) in std::iter::once("target_only_linear").chain(METHODS).zip(&mut sums) {
                sum[at] += log_loss(&scores(method, &fitted(method, Value::Null, &task), &test), &test) / 4.0;
            }
        }
    }
    let told: Vec<String> =
        METHODS.iter().zip(&sums[1..]).map(|(m, s)| format!("{m} {:.4} {:.4}", s[0], s[1])).collect();
    println!("alone {:.4} {:.4}; {}", sums[0][0], sums[0][1], told.join("; "));
    for (method, sum) in METHODS.iter().zip(&sums[1..]) {
        assert!(sum[0] < sums[0][0] - 0.01, "{method}: {} beside {} alone", sum[0], sums[0][0]);
        assert!(sum[1] < sums[0][1] + 0.08, "{method}, misled: {} beside {} alone", sum[1], sums[0][1]);
    }
}

#[test]
fn prior_shift_finds_the_shares() {
    // One model, two prevalences: rows are drawn by class from the source's own distribution.
    let mut rng = Rng::stream(9, "shares");
    let all = made(6000, &mut rng, 0.0, 1.6, 0.0, Kind::Binary);
    let Some(Labels::Classes { codes, .. }) = &all.y else { panic!("classes") };
    let of = |class: u32| (0..6000).filter(|&row| codes[row] == Some(class)).collect::<Vec<_>>();
    let (no, yes) = (of(0), of(1));
    let source = source_of(all.select(&[&no[..1500], &yes[..1500]].concat()), "source");
    let target = all.select(&[&no[1500..2300], &yes[1500..1700]].concat());
    let task = Task { sources: vec![source], target, unlabelled: None };
    for (shares, by) in [("labels", 1e-9), ("features", 0.04)] {
        let model = fitted("prior_shift", json!({ "shares": shares }), &task);
        let found = model.meta["shares"]["target"][1].as_f64().unwrap();
        assert!((found - 0.2).abs() < by, "{shares}: {found}");
        let p = scores("prior_shift", &model, &task.target);
        let mean = p.iter().sum::<f64>() / p.len() as f64;
        assert!((mean - 0.2).abs() < 0.03, "{shares}: calibrated in the large, {mean}");
    }
}

#[test]
fn a_saved_source_model_stands_for_the_table() {
    let (sources, task, held_out) = study(Kind::Three, 1);
    let alone = Task { sources: Vec::new(), ..task.clone() };
    for id in ["source_only_linear", "recalibration", "ridge_to_source", "source_as_feature", "stacking", "prior_shift"]
    {
        let (method, run) = (find(id).unwrap(), run());
        assert!(!method.card().needs_source_rows(), "{id}");
        let settings = settings(method, Value::Null);
        let pre = block_on(method.pretrain(&settings, &sources, &run)).unwrap();
        assert_eq!(pre.method, source::PRETRAINED_LINEAR);
        let pre = Model::from_bytes(&pre.to_bytes().unwrap()).unwrap();
        let model = block_on(method.adapt(Some(&pre), &settings, &alone, &run)).unwrap();
        let said = block_on(method.predict(&model, &held_out, &run)).unwrap();
        let whole = block_on(method.predict(&fitted(id, Value::Null, &task), &held_out, &run)).unwrap();
        assert_eq!(said, whole, "{id}");
    }
    for id in ["feature_augmentation", "trans_glm", "weighted_pooling"] {
        let method = find(id).unwrap();
        assert!(method.card().needs_source_rows(), "{id}");
        let settings = settings(method, Value::Null);
        let pre = block_on(find("recalibration").unwrap().pretrain(&json!({}), &sources, &run())).unwrap();
        let error = block_on(method.adapt(Some(&pre), &settings, &alone, &run())).unwrap_err();
        assert_eq!(error.code(), Code::NeedNotMet, "{id}");
    }
    // A network is no linear model.
    let network = find("source_only").unwrap();
    let small = network.settings(&json!({ "widths": [4], "max_epochs": 1 })).unwrap();
    let pre = block_on(network.pretrain(&small, &sources, &run())).unwrap();
    let error = block_on(find("stacking").unwrap().adapt(Some(&pre), &json!({}), &alone, &run())).unwrap_err();
    assert_eq!(error.code(), Code::BadModel);
}

#[test]
fn classes_are_matched_by_name_and_a_new_one_is_named() {
    let (sources, mut task, held_out) = study(Kind::Binary, 1);
    let run = run();
    let method = find("recalibration").unwrap();
    let pre = block_on(method.pretrain(&json!({}), &sources, &run)).unwrap();
    let plain = block_on(method.adapt(Some(&pre), &json!({}), &task, &run)).unwrap();
    let Some(Labels::Classes { codes, .. }) = task.target.y.clone() else { panic!("classes") };
    let turned = codes.iter().map(|code| code.map(|code| 1 - code)).collect();
    task.target.y = Some(Labels::Classes { names: vec!["yes".into(), "no".into()], event: 0, codes: turned });
    let by_name = block_on(method.adapt(Some(&pre), &json!({}), &task, &run)).unwrap();
    let say = |model: &Model| block_on(method.predict(model, &held_out, &run)).unwrap();
    assert_eq!(say(&plain), say(&by_name));
    task.target.y = Some(Labels::Classes { names: vec!["no".into(), "unheard".into()], event: 1, codes });
    let error = block_on(method.adapt(Some(&pre), &json!({}), &task, &run)).unwrap_err();
    assert_eq!(error.code(), Code::ClassNotInSource);
    assert!(error.to_string().contains("unheard"), "{error}");
}
