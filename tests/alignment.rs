//! Alignment, importance weighting and TrAdaBoost: against adapt's own scores (tests/golden/adapt.py), scipy and the papers
//! written out (tests/golden/align.py), and where peers went wrong.

use autograft::cohort::{Cohort, Feature, FeatureKind, Frame, Labels, Side, Task, View};
use autograft::error::Code;
use autograft::math::align::{Affine, LinearTca, Shrinkage, Subspaces, Tca, coral};
use autograft::math::elastic::{Design, Response, fit};
use autograft::math::kernel::{gaussian, square_distance};
use autograft::math::rows::Rows;
use autograft::math::weights::{Kliep, Ulsif, from_log_odds, kmm, normalised};
use autograft::methods::Model;
use autograft::methods::common::encoder::Rows as Encoded;
use autograft::methods::registry::find;
use autograft::methods::transductive::feature_augmentation::augmented;
use autograft::methods::transductive::{tradaboost, tradaboost_r2};
use autograft::rng::Rng;
use autograft::train::Run;
use autograft::watch::{Quiet, block_on};
use burn::tensor::Device;
use serde_json::{Value, json};

fn run() -> Run<'static> {
    Run::new(Device::flex(), 7, &Quiet)
}

fn list(value: &Value) -> Vec<f64> {
    value.as_array().unwrap().iter().map(|v| v.as_f64().unwrap()).collect()
}

/// scikit-learn's RidgeClassifier with penalty 1: weighted ridge on −1 and 1; the share of `xt` on the right side.
fn score(xs: &[f64], ys: &[f64], weights: Option<&[f64]>, xt: &[f64], yt: &[f64], p: usize) -> f64 {
    score_at(xs, ys, weights, xt, yt, p, 1.0)
}

/// As [`score`], with this penalty.
fn score_at(xs: &[f64], ys: &[f64], weights: Option<&[f64]>, xt: &[f64], yt: &[f64], p: usize, penalty: f64) -> f64 {
    let n = ys.len();
    let y: Vec<f64> = ys.iter().map(|y| 2.0 * y - 1.0).collect();
    let design = Design::new(n, p, weights, false, |i, j| xs[i * p + j]).unwrap();
    let total = weights.map_or(n as f64, |w| w.iter().sum());
    let solution = fit(design, Response::Values(&y), 0.0, penalty / total).unwrap();
    let right = xt.chunks(p).zip(yt).filter(|(row, y)| (solution.linear(row)[0] > 0.0) == (**y > 0.5)).count();
    right as f64 / yt.len() as f64
}

#[test]
fn the_scores_of_adapts_docstrings_on_the_same_arrays() {
    let golden: Value = serde_json::from_str(include_str!("golden/adapt.json")).unwrap();
    let (xs, ys, xt, yt) = (list(&golden["xs"]), list(&golden["ys"]), list(&golden["xt"]), list(&golden["yt"]));
    let expected = |name: &str| golden["scores"][name].as_f64().unwrap();
    let (s, t) = Rows::pair(&xs, &xt, 2).unwrap();
    assert_eq!(score(&xs, &ys, None, &xt, &yt, 2), expected("source"));
    // CORAL: theirs leaves the means where they are.
    let map = coral(s, t, Shrinkage::Ridge { lambda: 1e-5 }).unwrap();
    let map = Affine { from: vec![0.0; 2], to: vec![0.0; 2], ..map };
    assert_eq!(score(&map.apply(&xs), &ys, None, &xt, &yt, 2), expected("coral"));
    let spaces = Subspaces::fit(s, t, 2).unwrap();
    assert_eq!(score(&spaces.of_source(&xs), &ys, None, &spaces.of_target(&xt), &yt, 2), expected("sa"));
    // γ = 0.1 is 1/(2σ²).
    let tca = Tca::fit(s, t, 1, 0.1, (1.0 / 0.2_f64).sqrt()).unwrap();
    assert_eq!(score(&tca.transform(&xs), &ys, None, &tca.transform(&xt), &yt, 1), expected("tca"));
    // Ten labelled rows of the target, augmented; theirs augments no constant.
    let both = Encoded { rows: 110, cols: 2, values: [&xt[..20], &xs[..]].concat() };
    let columns = [0, 1, 3, 4, 6, 7];
    let pick = |x: &Encoded<f64>| -> Vec<f64> { x.values.chunks(8).flat_map(|row| columns.map(|c| row[c])).collect() };
    let labels = [&yt[..10], &ys[..]].concat();
    let judged = augmented(&Encoded { rows: 100, cols: 2, values: xt.clone() }, 100);
    assert_eq!(score(&pick(&augmented(&both, 10)), &labels, None, &pick(&judged), &yt, 6), expected("fa"));
    // Three labelled rows of the target with half of the weight; of mean 1, as theirs.
    let weights: Vec<f64> = (0..103).map(|row| if row < 3 { 103.0 / 6.0 } else { 103.0 / 200.0 }).collect();
    let (x, y) = ([&xt[..6], &xs[..]].concat(), [&yt[..3], &ys[..]].concat());
    assert_eq!(score(&x, &y, Some(&weights), &xt, &yt, 2), expected("balanced"));
    // Density ratios are found by other solvers: about the same weights, and scores within three rows of a hundred.
    let sigma = 0.5_f64.sqrt();
    let found = block_on(kmm(s, t, sigma, 1000.0, run().pulse())).unwrap().weights;
    let near = score(&xs, &ys, Some(&found), &xt, &yt, 2);
    assert!((near - expected("kmm")).abs() <= 0.0301, "KMM {near}");
    let found = block_on(Kliep::fit(s, t, sigma, 0, run().pulse())).unwrap().ratio(&xs);
    let near = score(&xs, &ys, Some(&found), &xt, &yt, 2);
    assert!((near - expected("kliep")).abs() <= 0.0301, "KLIEP {near}");
}

/// min ‖[1 x]β − y‖² + λ‖β − β_S‖² over target rows, the intercept drawn too, as in adapt: our ridge beside the source's
/// outputs leaves the intercept free, and a row of nothing but the constant, with weight λ, holds it.
fn drawn(source: &[f64], x: &[f64], y: &[f64], lambda: f64) -> Vec<f64> {
    let (n, p) = (y.len(), source.len() - 1);
    let eta = |row: &[f64]| source[0] + row.iter().zip(&source[1..]).map(|(x, b)| x * b).sum::<f64>();
    let rest: Vec<f64> = x.chunks(p).zip(y).map(|(row, y)| y - eta(row)).chain([0.0]).collect();
    let weights: Vec<f64> = (0..=n).map(|i| if i < n { 1.0 } else { lambda }).collect();
    let value = |i: usize, j: usize| if i < n { x[i * p + j] } else { 0.0 };
    let design = Design::new(n + 1, p, Some(&weights), false, value).unwrap();
    let found = fit(design, Response::Values(&rest), 0.0, lambda / weights.iter().sum::<f64>()).unwrap();
    let moved = found.intercepts.iter().chain(&found.coefficients);
    source.iter().zip(moved).map(|(b, by)| b + by).collect()
}

#[test]
fn more_scores_of_adapts_docstrings_ulsif_odds_and_coefficients_drawn_to_the_source() {
    let golden: Value = serde_json::from_str(include_str!("golden/adapt.json")).unwrap();
    let (xs, ys, xt, yt) = (list(&golden["xs"]), list(&golden["ys"]), list(&golden["xt"]), list(&golden["yt"]));
    let expected = |name: &str| golden["scores"][name].as_f64().unwrap();
    let near = |ours: &[f64], theirs: &[f64], tolerance: f64, what: &str| {
        let size = theirs.iter().fold(1.0, |m: f64, v| m.max(v.abs()));
        assert!(ours.iter().zip(theirs).all(|(a, b)| (a - b).abs() <= tolerance * size), "{what}: {ours:?} {theirs:?}");
    };
    let (s, t) = Rows::pair(&xs, &xt, 2).unwrap();
    // uLSIF at the width and penalty that theirs chose. Their centres are all rows of the target, as ours; they set every
    // θ under 0 to 0, where the paper and we keep the solution and cut the ratio.
    let best = &golden["ulsif_best"];
    let sigma = (0.5 / best["k"]["gamma"].as_f64().unwrap()).sqrt();
    let ours = Ulsif::fit(s, t, 0.0, sigma, best["lamb"].as_f64().unwrap(), 1).unwrap();
    let cut = |row: &[f64]| -> f64 {
        let terms = xt.chunks(2).zip(&ours.theta);
        terms.map(|(c, theta)| theta.max(0.0) * gaussian(square_distance(row, c), sigma)).sum()
    };
    let weights: Vec<f64> = xs.chunks(2).map(cut).collect();
    near(&weights, &list(&golden["ulsif_weights"]), 1e-9, "uLSIF");
    assert_eq!(score_at(&xs, &ys, Some(&weights), &xt, &yt, 2, 1e-9), expected("ulsif"));
    assert_eq!(expected("ulsif"), 0.71);
    // The odds of a domain classifier, theirs not cross-fitted: least squares on −1 and 1 through a logistic.
    let sides: Vec<f64> = (0..200).map(|row| if row < 100 { 1.0 } else { -1.0 }).collect();
    let both = [&xs[..], &xt[..]].concat();
    let design = Design::new(200, 2, None, false, |i, j| both[i * 2 + j]).unwrap();
    let classifier = fit(design, Response::Values(&sides), 0.0, 1e-13).unwrap();
    let odds: Vec<f64> = xs.chunks(2).map(|row| -classifier.linear(row)[0]).collect();
    let weights = from_log_odds(&odds, None).unwrap();
    near(&weights, &normalised(&list(&golden["iwc_weights"])).unwrap(), 1e-8, "odds");
    assert_eq!(score_at(&xs, &ys, Some(&weights), &xt, &yt, 2, 1e-9), expected("iwc"));
    assert_eq!(expected("iwc"), 0.74);

    // RegularTransfer. Its code squares λ, its formula and its docstring's .92 do not.
    let ridge = |x: &[f64], y: &[f64], p: usize| -> Vec<f64> {
        let design = Design::new(y.len(), p, None, false, |i, j| x[i * p + j]).unwrap();
        let found = fit(design, Response::Values(y), 0.0, 1.0 / y.len() as f64).unwrap();
        [found.intercepts, found.coefficients].concat()
    };
    let signs = |y: &[f64]| y.iter().map(|y| 2.0 * y - 1.0).collect::<Vec<f64>>();
    let source = ridge(&xs, &signs(&ys), 2);
    let linear = |b: &[f64], row: &[f64]| b[0] + row.iter().zip(&b[1..]).map(|(x, b)| x * b).sum::<f64>();
    let right = |b: &[f64]| xt.chunks(2).zip(&yt).filter(|(row, y)| (linear(b, row) > 0.0) == (**y > 0.5)).count();
    let squared = drawn(&source, &xt[..6], &signs(&yt[..3]), 100.0);
    near(&squared, &list(&golden["regular_lc"]), 1e-6, "RegularTransferLC");
    assert_eq!(right(&squared) as f64 / 100.0, expected("regular_lc"));
    assert_eq!(right(&drawn(&source, &xt[..6], &signs(&yt[..3]), 10.0)), 92);
    let part = |name: &str| list(&golden["regression"][name]);
    let (xs, ys, xt, yt) = (part("xs"), part("ys"), part("xt"), part("yt"));
    let r_squared = |b: &[f64]| {
        let mean = yt.iter().sum::<f64>() / yt.len() as f64;
        let rest: f64 = xt.iter().zip(&yt).map(|(x, y)| (y - b[0] - b[1] * x).powi(2)).sum();
        1.0 - rest / yt.iter().map(|y| (y - mean).powi(2)).sum::<f64>()
    };
    let source = ridge(&xs, &ys, 1);
    near(&[r_squared(&source)], &[0.677_193_137_870_619_7], 1e-9, "source");
    near(&[r_squared(&drawn(&source, &xt[..3], &yt[..3], 1.0))], &[0.645_496_491_096_429_7], 1e-7, "RegularTransferLR");
}

#[test]
fn linear_components_are_those_of_the_kernel_problem() {
    let golden: Value = serde_json::from_str(include_str!("golden/align.json")).unwrap();
    let (xs, xt) = (list(&golden["xs"]), list(&golden["xt"]));
    let (s, t) = Rows::pair(&xs, &xt, 4).unwrap();
    for case in golden["tca"].as_array().unwrap() {
        let found = LinearTca::fit(s, t, 3, case["mu"].as_f64().unwrap()).unwrap();
        for (value, expected) in found.values.iter().zip(list(&case["values"])) {
            assert!((value - expected).abs() < 1e-8 * expected, "{value} {expected}");
        }
        let (scores, expected) = (found.transform(&[xs.clone(), xt.clone()].concat()), list(&case["scores"]));
        for c in 0..3 {
            let mine: Vec<f64> = scores.iter().skip(c).step_by(3).copied().collect();
            let theirs: Vec<f64> = expected.iter().skip(c).step_by(3).copied().collect();
            let dot = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>();
            let sign = dot(&mine, &theirs).signum();
            let scale = dot(&theirs, &theirs).sqrt();
            for (a, b) in mine.iter().zip(&theirs) {
                assert!((a - sign * b).abs() < 1e-7 * scale, "{c}: {a} {b}");
            }
        }
    }
    assert!(LinearTca::fit(s, t, 3, 0.0).is_err());
}

fn cohort(x: &[f64], p: usize, y: Labels, side: Side) -> Cohort {
    let columns = (0..p).map(|j| x.iter().skip(j).step_by(p).map(|v| *v as f32).collect()).collect();
    let features = (0..p).map(|j| Feature { name: format!("x{j}"), kind: FeatureKind::Number }).collect();
    let n = x.len() / p;
    Cohort {
        x: View::all(Frame { features, columns }),
        y: Some(y),
        id: (0..n).map(|row| row.to_string()).collect::<Vec<_>>().into(),
        domain: format!("{side:?}"),
        group: None,
        time: None,
        outcome: None,
        side,
    }
}

fn two(codes: &[usize]) -> Labels {
    let names = vec!["no".to_owned(), "yes".to_owned()];
    Labels::Classes { names, event: 1, codes: codes.iter().map(|c| Some(*c as u32)).collect() }
}

fn fitted(id: &str, given: Value, task: &Task) -> Model {
    let (method, run) = (find(id).unwrap(), run());
    let settings = method.settings(&given).unwrap();
    block_on(method.adapt(None, &settings, task, &run)).unwrap()
}

fn said(id: &str, model: &Model, x: &Cohort) -> Vec<f64> {
    block_on(find(id).unwrap().predict(model, x, &run())).unwrap().score(1)
}

#[test]
fn tradaboost_is_the_papers_and_not_its_copies() {
    let golden: Value = serde_json::from_str(include_str!("golden/align.json")).unwrap();
    let golden = &golden["boost"];
    let (own, rounds) = (golden["own"].as_u64().unwrap() as usize, golden["rounds"].as_u64().unwrap());
    let z = list(&golden["z"]);
    let y: Vec<usize> = list(&golden["y"]).into_iter().map(|v| v as usize).collect();
    let target = cohort(&z[..own * 3], 3, two(&y[..own]), Side::Target);
    let source = cohort(&z[own * 3..], 3, two(&y[own..]), Side::Source);
    let beta = tradaboost::source_factor(y.len() - own, rounds as usize);
    assert!((beta - golden["beta"].as_f64().unwrap()).abs() < 1e-12);
    let task = Task { sources: vec![source.clone()], target: target.clone(), unlabelled: None };
    let model = fitted("tradaboost", json!({ "rounds": rounds, "weak_depth": 1 }), &task);
    // β_t = ε/(1 − ε), not ε/(2 − ε); the votes are those of the second half, ⌈N/2⌉ … N.
    let all = list(&golden["votes"]);
    let votes = model.f64("committee.votes").unwrap();
    assert_eq!(votes.len(), all.len() - all.len().div_ceil(2) + 1);
    for (vote, expected) in votes.iter().zip(&all[all.len().div_ceil(2) - 1..]) {
        assert!((vote - expected).abs() < 1e-4, "{votes:?} {all:?}");
    }
    let found = [said("tradaboost", &model, &target), said("tradaboost", &model, &source)].concat();
    for (p, expected) in found.iter().zip(list(&golden["share"])) {
        assert!((p - expected).abs() < 1e-4, "{p} {expected}");
    }
    let share = model.meta["boosting"]["target_share"].as_f64().unwrap();
    assert!((share - golden["target_share"].as_f64().unwrap()).abs() < 1e-4, "{share}");
}

#[test]
fn source_rows_shrink_until_the_target_has_its_share() {
    let mut rng = Rng::stream(1, "shrink");
    let errors: Vec<f64> = (0..50).map(|_| rng.uniform()).collect();
    let mut w = vec![0.02; 50];
    for goal in [0.2, 0.5, 0.9, 0.999] {
        tradaboost_r2::shrink(&mut w, &errors, 5, goal);
        let share: f64 = w[..5].iter().sum();
        assert!((share - goal).abs() < 1e-9, "{share} for {goal}");
        assert!((w.iter().sum::<f64>() - 1.0).abs() < 1e-9);
    }
    // The more a row was missed, the less it has.
    let mut order: Vec<usize> = (5..50).collect();
    order.sort_by(|&a, &b| errors[a].total_cmp(&errors[b]));
    assert!(order.windows(2).all(|pair| w[pair[0]] >= w[pair[1]]));
}

/// Two numbers; the logit is `b`·x; `x` has mean `at` and standard deviation `sd`.
fn made(n: usize, rng: &mut Rng, at: [f64; 2], sd: f64, b: [f64; 2], side: Side) -> Cohort {
    let (mut x, mut codes) = (Vec::new(), Vec::new());
    for _ in 0..n {
        let row = at.map(|m| m + sd * rng.normal());
        // A bend that a straight line fits otherwise here than there.
        let eta = row[0] * b[0] + row[1] * b[1] + 0.8 * (row[0] * row[0] - 1.0);
        codes.push(usize::from(rng.uniform() < 1.0 / (1.0 + libm::exp(-eta))));
        x.extend(row);
    }
    cohort(&x, 2, two(&codes), side)
}

fn loss(p: &[f64], rows: &Cohort) -> f64 {
    let Some(Labels::Classes { codes, .. }) = &rows.y else { panic!("classes") };
    let one = |p: f64, c: Option<u32>| -(if c == Some(1) { p } else { 1.0 - p }).max(1e-9).ln();
    p.iter().zip(codes).map(|(&p, &c)| one(p, c)).sum::<f64>() / p.len() as f64
}

#[test]
fn weights_mend_another_mix_of_patients_and_say_when_they_cannot() {
    let mut rng = Rng::stream(4, "weights");
    let source = made(400, &mut rng, [0.0, 0.0], 1.0, [0.5, 1.0], Side::Source);
    let unlabelled = made(120, &mut rng, [1.2, 0.0], 0.6, [0.5, 1.0], Side::Target).without_labels();
    let test = made(3000, &mut rng, [1.2, 0.0], 0.6, [0.5, 1.0], Side::Target);
    let target = test.select(&[]);
    let task = Task { sources: vec![source.clone()], target, unlabelled: Some(unlabelled) };
    let plain = find("source_only_linear").unwrap();
    let settings = plain.settings(&Value::Null).unwrap();
    let pre = block_on(plain.pretrain(&settings, &[source], &run())).unwrap();
    let model = block_on(plain.adapt(Some(&pre), &settings, &task, &run())).unwrap();
    let unweighted = loss(&said("source_only_linear", &model, &test), &test);
    for by in ["odds", "ulsif"] {
        let model = fitted("importance_weighting", json!({ "weights": by }), &task);
        let weighted = loss(&said("importance_weighting", &model, &test), &test);
        assert!(weighted < unweighted - 0.02, "{by}: {weighted} with, {unweighted} without");
        assert_eq!(model.meta["choice"]["effective_rows"], json!("enough"), "{by}: {}", model.meta["weights"]);
        let health = &model.meta["weights"]["health"];
        assert!(health["ess"].as_f64().unwrap() < 400.0 && health["ess"].as_f64().unwrap() > 30.0, "{by} {health}");
    }
    // Far away hardly a row of the source can speak.
    let far = made(200, &mut rng, [3.0, 0.0], 0.3, [0.5, 1.0], Side::Target).without_labels();
    let task = Task { unlabelled: Some(far), ..task };
    let model = fitted("importance_weighting", json!({ "largest_weight": 1e6 }), &task);
    assert_ne!(model.meta["choice"]["effective_rows"], json!("enough"), "{}", model.meta["weights"]);
}

#[test]
fn kernel_weights_mend_another_mix_of_patients_too() {
    let mut rng = Rng::stream(4, "kernels");
    let source = made(150, &mut rng, [0.0, 0.0], 1.0, [0.5, 1.0], Side::Source);
    let unlabelled = made(80, &mut rng, [1.2, 0.0], 0.6, [0.5, 1.0], Side::Target).without_labels();
    let test = made(3000, &mut rng, [1.2, 0.0], 0.6, [0.5, 1.0], Side::Target);
    let task = Task { sources: vec![source.clone()], target: test.select(&[]), unlabelled: Some(unlabelled.clone()) };
    let plain = find("source_only_linear").unwrap();
    let settings = plain.settings(&Value::Null).unwrap();
    let pre = block_on(plain.pretrain(&settings, std::slice::from_ref(&source), &run())).unwrap();
    let model = block_on(plain.adapt(Some(&pre), &settings, &task, &run())).unwrap();
    let unweighted = loss(&said("source_only_linear", &model, &test), &test);
    for by in ["kmm", "kliep"] {
        let model = fitted("importance_weighting", json!({ "weights": by }), &task);
        let weighted = loss(&said("importance_weighting", &model, &test), &test);
        assert!(weighted < unweighted - 0.02, "{by}: {weighted} with, {unweighted} without");
        let weights = &model.meta["weights"];
        assert!(weights["shared"].as_f64().unwrap() > 0.3, "{by}: {weights}");
        assert_ne!(model.meta["choice"]["effective_rows"], json!("little overlap"), "{by}: {weights}");
        // The order of the tables' rows changes nothing, the seed of the parts and folds does little.
        let turned: Vec<usize> = (0..source.len()).rev().collect();
        let other = Task { sources: vec![source.select(&turned)], ..task.clone() };
        let again = fitted("importance_weighting", json!({ "weights": by }), &other);
        assert_eq!(model.f64("linear.coefficients").unwrap(), again.f64("linear.coefficients").unwrap(), "{by}");
    }
}

#[test]
fn a_target_far_away_is_never_called_enough() {
    for (sds, seed) in [(6.0, 1), (6.0, 2), (12.0, 3)] {
        let mut rng = Rng::stream(seed, "far");
        let source = made(120, &mut rng, [0.0, 0.0], 1.0, [0.5, 1.0], Side::Source);
        let far = made(60, &mut rng, [sds, 0.0], 1.0, [0.5, 1.0], Side::Target).without_labels();
        let task = Task { target: far.select(&[]), sources: vec![source], unlabelled: Some(far) };
        let method = find("importance_weighting").unwrap();
        for by in ["odds", "kmm", "ulsif", "kliep"] {
            let settings = method.settings(&json!({ "weights": by })).unwrap();
            match block_on(method.adapt(None, &settings, &task, &run())) {
                Ok(model) => {
                    let told = &model.meta["weights"];
                    assert_eq!(
                        model.meta["choice"]["effective_rows"],
                        json!("little overlap"),
                        "{by} at {sds}: {told}"
                    );
                    assert!(told["shared"].as_f64().unwrap() < 0.1, "{by} at {sds}: {told}");
                }
                Err(e) => assert_eq!(e.code(), Code::NoOverlap, "{by} at {sds}: {e}"),
            }
        }
    }
}

#[test]
fn an_alignment_needs_no_label_of_the_target_and_mends_a_moved_ruler() {
    // The target measures the same patients on other scales: only the features moved, and linearly.
    let mut rng = Rng::stream(9, "ruler");
    let source = made(800, &mut rng, [0.0, 0.0], 1.0, [1.5, -1.0], Side::Source);
    let ruler = |c: &Cohort| {
        let x: Vec<f64> = (0..c.len())
            .flat_map(|row| {
                let at = |f: usize| f64::from(c.x.column(f).nth(row).unwrap());
                [3.0 + 2.0 * at(0), -1.0 + 0.5 * at(1)]
            })
            .collect();
        Cohort { x: cohort(&x, 2, c.y.clone().unwrap(), Side::Target).x, ..c.clone() }
    };
    let unlabelled = ruler(&made(400, &mut rng, [0.0, 0.0], 1.0, [1.5, -1.0], Side::Target)).without_labels();
    let test = ruler(&made(2000, &mut rng, [0.0, 0.0], 1.0, [1.5, -1.0], Side::Target));
    let task = Task { sources: vec![source.clone()], target: test.select(&[]), unlabelled: Some(unlabelled) };
    let plain = find("source_only_linear").unwrap();
    let settings = plain.settings(&Value::Null).unwrap();
    let pre = block_on(plain.pretrain(&settings, &[source], &run())).unwrap();
    let model = block_on(plain.adapt(Some(&pre), &settings, &task, &run())).unwrap();
    let unmoved = loss(&said("source_only_linear", &model, &test), &test);
    for id in ["coral", "linear_transport"] {
        let aligned = loss(&said(id, &fitted(id, Value::Null, &task), &test), &test);
        assert!(aligned < unmoved - 0.2, "{id}: {aligned} aligned, {unmoved} as it is");
    }
    // The coefficients belong to the target's own columns: a model in a file is enough, and holds no row.
    let model = fitted("transfer_components", json!({ "components": 1 }), &task);
    assert_eq!(model.f64("linear.coefficients").unwrap().len(), 4);
    assert!(model.arrays.iter().all(|array| array.shape.iter().product::<usize>() <= 8));
}
