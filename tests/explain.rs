//! What explanations must do: agree with captum's and SHAP's numbers (tests/golden/explain.py), sum up, find what was
//! planted, and find nothing where there is nothing.

use std::cell::RefCell;

use autograft::cohort::{Cohort, Feature, FeatureKind, Frame, Labels, Prediction, Side, Task, View};
use autograft::explain::attribute::{Attributions, Explained, TreeForm, Way};
use autograft::explain::evidence::{Observed, borne_out};
use autograft::explain::influence::{Fit, agreement, leave_one_out};
use autograft::explain::integrated::Wide;
use autograft::explain::permutation::importance;
use autograft::math::stats;
use autograft::math::tests::benjamini_hochberg;
use autograft::methods::common::encoder::{Column, Encoder, Part, Rows};
use autograft::methods::common::forest::Grown;
use autograft::methods::common::head::Head;
use autograft::methods::common::linear::Linear;
use autograft::methods::common::rows::Known;
use autograft::methods::registry::find;
use autograft::metrics::{Metric, Truth};
use autograft::nets::Layer;
use autograft::rng::Rng;
use autograft::train::Run;
use autograft::trees::{Forest, Loss, Parts};
use autograft::watch::{Quiet, block_on};
use burn::tensor::Device;
use serde_json::{Value, json};

use crate::cohorts::{Kind, study};

fn golden() -> Value {
    serde_json::from_str(include_str!("golden/explain.json")).unwrap()
}

fn list(value: &Value) -> Vec<f64> {
    value.as_array().unwrap().iter().map(|v| v.as_f64().unwrap()).collect()
}

fn table(value: &Value) -> Vec<Vec<f64>> {
    value.as_array().unwrap().iter().map(list).collect()
}

fn run() -> Run<'static> {
    Run::new(Device::flex(), 7, &Quiet)
}

fn near(found: &[f64], expected: &[f64], by: f64) {
    assert_eq!(found.len(), expected.len());
    for (a, b) in found.iter().zip(expected) {
        assert!((a - b).abs() <= by, "{found:?}, expected {expected:?}");
    }
}

fn layer(inputs: usize, weight: &[f64], bias: &[f64]) -> Layer {
    let single = |values: &[f64]| values.iter().map(|&v| v as f32).collect();
    Layer { inputs, outputs: bias.len(), weight: single(weight), bias: single(bias) }
}

/// Features x0, x1, …; an encoder that changes nothing; rows without labels.
fn features(p: usize) -> Vec<Feature> {
    (0..p).map(|j| Feature { name: format!("x{j}"), kind: FeatureKind::Number }).collect()
}

fn plain(p: usize) -> Encoder {
    let columns = (0..p).map(|feature| Column { feature, part: Part::Value }).collect();
    Encoder { features: features(p), columns, fill: vec![0.0; p], mean: vec![0.0; p], sd: vec![1.0; p], impute: None }
}

fn cohort(rows: &[Vec<f64>]) -> Cohort {
    let p = rows[0].len();
    let columns = (0..p).map(|j| rows.iter().map(|row| row[j] as f32).collect()).collect();
    Cohort {
        x: View::all(Frame { features: features(p), columns }),
        y: None,
        id: (0..rows.len()).map(|row| format!("r{row}")).collect::<Vec<_>>().into(),
        domain: "made".to_owned(),
        group: None,
        time: None,
        outcome: None,
        side: Side::Target,
    }
}

fn two_classes() -> Head {
    Head::Classes { names: vec!["no".to_owned(), "yes".to_owned()], event: 1 }
}

fn explained(model: &Explained, rows: &Cohort, class: &str, reference: &Cohort, form: TreeForm) -> Attributions {
    let towards = vec![class.to_owned(); rows.len()];
    block_on(model.attribute(rows, &towards, reference, form, &run())).unwrap().unwrap()
}

#[test]
fn two_ways_to_write_one_function_have_captums_integrated_gradients() {
    // f = relu(relu(x₁) − 1 − relu(x₂)), and relu(relu(x₁ − 1) − relu(x₂)): captum's tests, (1.5, −0.5) at (3, 1) from 0.
    let one = [layer(2, &[1.0, 0.0, 0.0, 1.0], &[0.0, 0.0]), layer(2, &[1.0, -1.0], &[-1.0]), layer(1, &[1.0], &[0.0])];
    let two = [layer(2, &[1.0, 0.0, 0.0, 1.0], &[-1.0, 0.0]), layer(2, &[1.0, -1.0], &[0.0]), layer(1, &[1.0], &[0.0])];
    for layers in [one, two] {
        let found = Wide::new(&layers).integrated(&[1.0], &[3.0, 1.0], &[0.0, 0.0]);
        near(&found.values, &[1.5, -0.5], 1e-12);
        near(&[found.output, found.base], &[1.0, 0.0], 0.0);
        assert!(found.pieces > 1);
    }
}

#[test]
fn a_network_agrees_with_the_integral_by_brute_force() {
    let golden = &golden()["network"];
    let widths = list(&golden["widths"]);
    let (weights, biases) = (table(&golden["weights"]), table(&golden["biases"]));
    let layers: Vec<Layer> =
        (0..weights.len()).map(|at| layer(widths[at] as usize, &weights[at], &biases[at])).collect();
    let (net, reference) = (Wide::new(&layers), list(&golden["reference"]));
    for (x, values) in table(&golden["x"]).iter().zip(golden["values"].as_array().unwrap()) {
        for (k, expected) in table(values).iter().enumerate() {
            let readout: Vec<f64> = (0..3).map(|class| f64::from(u8::from(class == k))).collect();
            let found = net.integrated(&readout, x, &reference);
            // The sum over midpoints misses a turning point by up to one step of 400,000.
            near(&found.values, expected, 1e-4);
            let sum: f64 = found.values.iter().sum();
            assert!((sum - (found.output - found.base)).abs() < 1e-12, "{sum}");
        }
    }
}

#[test]
fn a_linear_model_agrees_with_shap() {
    let golden = &golden()["linear"];
    let coefficients = list(&golden["coefficients"]);
    let model = Explained::Linear(Linear {
        encoder: Some(plain(4)),
        head: two_classes(),
        intercepts: vec![0.0, golden["intercept"].as_f64().unwrap()],
        coefficients: [vec![0.0; 4], coefficients].concat(),
        chosen: Value::Null,
        loss: f64::NAN,
    });
    let (rows, reference) = (cohort(&table(&golden["x"])), cohort(&table(&golden["background"])));
    let found = explained(&model, &rows, "yes", &reference, TreeForm::Against);
    assert_eq!(found.way, Way::Linear);
    // Our table holds single precision.
    near(&found.values, &table(&golden["values"]).concat(), 1e-6);
    let other = explained(&model, &rows, "no", &reference, TreeForm::Against);
    near(&other.values, &found.values.iter().map(|v| -v).collect::<Vec<_>>(), 1e-12);
    let unknown = vec!["perhaps".to_owned(); rows.len()];
    assert!(block_on(model.attribute(&rows, &unknown, &reference, TreeForm::Against, &run())).unwrap().is_none());
}

#[test]
fn trees_agree_with_shap_in_both_forms() {
    let golden = &golden()["trees"];
    let mut parts = Parts {
        loss: Loss::Logistic,
        features: 5,
        base: vec![golden["base"].as_f64().unwrap()],
        starts: vec![0],
        feature: Vec::new(),
        threshold: Vec::new(),
        left: Vec::new(),
        right: Vec::new(),
        missing_left: Vec::new(),
        value: Vec::new(),
        cover: Vec::new(),
        gain: Vec::new(),
    };
    for tree in golden["trees"].as_array().unwrap() {
        let whole = |name: &str| list(&tree[name]).into_iter().map(|v| v as u32);
        let leaf: Vec<bool> = whole("left").map(|left| left == 0).collect();
        let only = |inner: bool, values: Vec<f64>| -> Vec<f32> {
            values.iter().zip(&leaf).map(|(v, leaf)| if *leaf == inner { 0.0 } else { *v as f32 }).collect()
        };
        parts.feature.extend(whole("feature"));
        parts.left.extend(whole("left"));
        parts.right.extend(whole("right"));
        parts.threshold.extend(only(true, list(&tree["threshold"])));
        parts.value.extend(only(false, list(&tree["value"])));
        parts.cover.extend(list(&tree["cover"]).into_iter().map(|v| v as f32));
        parts.missing_left.extend(leaf.iter().map(|_| false));
        parts.gain.extend(leaf.iter().map(|_| 0.0));
        parts.starts.push(parts.feature.len() as u32);
    }
    let forest = Forest::new(parts).unwrap();
    let model = Explained::Trees(Grown { encoder: plain(5), head: two_classes(), forest, chosen: Value::Null });
    let (rows, reference) = (cohort(&table(&golden["x"])), cohort(&table(&golden["background"])));
    for (form, name, way) in
        [(TreeForm::Against, "against", Way::TreesAgainst), (TreeForm::Path, "path", Way::TreesPath)]
    {
        let found = explained(&model, &rows, "yes", &reference, form);
        assert_eq!(found.way, way);
        near(&found.outputs, &list(&golden["margins"]), 1e-5);
        near(&found.values, &table(&golden[name]).concat(), 1e-5);
        assert!(found.gap < 1e-9, "{}", found.gap);
    }
}

/// Settings that train in a moment.
fn quick(id: &str) -> Value {
    match id {
        "hanczar" | "source_only" => json!({ "widths": [8, 8], "max_epochs": 5 }),
        "continued_trees" | "source_only_trees" => json!({ "trees": 20 }),
        _ => Value::Null,
    }
}

#[test]
fn every_row_of_every_kind_of_model_sums_to_its_prediction() {
    for kind in [Kind::Binary, Kind::Three, Kind::Number] {
        let (_, task, held_out) = study(kind, 3);
        for id in ["hanczar", "ridge_to_source", "continued_trees", "pooled", "target_only_trees"] {
            let method = find(id).unwrap();
            let settings = method.settings(&quick(id)).unwrap();
            let run = run();
            let pre = match method.pretrain_key(&settings).unwrap() {
                Some(_) => Some(block_on(method.pretrain(&settings, &task.sources, &run)).unwrap()),
                None => None,
            };
            let model = block_on(method.adapt(pre.as_ref(), &settings, &task, &run)).unwrap();
            let rows = held_out.select(&(0..20).collect::<Vec<_>>());
            let prediction = block_on(method.predict(&model, &rows.without_labels(), &run)).unwrap();
            let (towards, expected): (Vec<String>, Vec<f64>) = match (&rows.y, &prediction) {
                (
                    Some(Labels::Classes { names, codes, .. }),
                    autograft::cohort::Prediction::Classes { probabilities, .. },
                ) => {
                    let k = names.len();
                    let of = |row: usize| {
                        let class = codes[row].unwrap() as usize;
                        let log = |c: usize| probabilities[row * k + c].ln();
                        let others: f64 = (0..k).filter(|c| *c != class).map(log).sum();
                        (names[class].clone(), log(class) - others / (k as f64 - 1.0))
                    };
                    (0..rows.len()).map(of).unzip()
                }
                (_, prediction) => (Vec::new(), prediction.score(0)),
            };
            let model = Explained::of(&model).unwrap().unwrap();
            for form in [TreeForm::Against, TreeForm::Path] {
                let found = block_on(model.attribute(&rows, &towards, &task.target, form, &run)).unwrap().unwrap();
                let scale = expected.iter().fold(1.0, |m: f64, v| m.max(v.abs()));
                // Networks predict in single precision.
                near(&found.outputs, &expected, 1e-4 * scale);
                assert!(found.gap <= 1e-9 * scale, "{id}: {}", found.gap);
                assert_eq!(
                    found.features.len(),
                    task.target.x.features().len(),
                    "{id}: columns are summed to features"
                );
            }
        }
    }
}

fn numbers(rows: &[Vec<f64>]) -> Rows<f64> {
    Rows { rows: rows.len(), cols: rows[0].len(), values: rows.concat() }
}

#[test]
fn leaving_a_row_out_agrees_with_fitting_again_without_it() {
    let golden = &golden()["influence"];
    let (x, judges) = (numbers(&table(&golden["x"])), numbers(&table(&golden["judges"])));
    let lambda = golden["lambda"].as_f64().unwrap();
    let weights = vec![1.0 / x.rows as f64; x.rows];
    let penalty = vec![lambda / x.rows as f64; x.cols];
    let one = |part: &Value, known: &Known, truth: &Known, classes: bool| {
        let (intercept, own) = (part["intercept"].as_f64().unwrap(), list(&part["coefficients"]));
        let (intercepts, coefficients) =
            if classes { (vec![0.0, intercept], [vec![0.0; own.len()], own].concat()) } else { (vec![intercept], own) };
        let fit = Fit {
            x: &x,
            known,
            weights: &weights,
            intercepts: &intercepts,
            coefficients: &coefficients,
            penalty: &penalty,
        };
        block_on(leave_one_out(&fit, &judges, truth, &run())).unwrap().unwrap()
    };
    let value = |of: &Value| Known::Values { unit: String::new(), values: list(of) };
    let part = &golden["values"];
    let found = one(part, &value(&part["y"]), &value(&part["truth"]), false);
    let expected = list(&part["changes"]);
    // Least squares with a ridge: one Newton step is the whole way.
    near(&found, &expected, 1e-7);
    // Row 0 was given an outlying label: no other row moves the model as far.
    assert!(found.iter().all(|v| v.abs() <= found[0].abs()));
    let class = |of: &Value| Known::Classes {
        names: vec!["no".to_owned(), "yes".to_owned()],
        event: 1,
        codes: list(of).into_iter().map(|v| v as usize).collect(),
    };
    let part = &golden["classes"];
    let found = one(part, &class(&part["y"]), &class(&part["truth"]), true);
    let expected = list(&part["changes"]);
    let largest = expected.iter().fold(0.0, |m: f64, v| m.max(v.abs()));
    near(&found, &expected, 0.08 * largest);
    assert!(stats::correlation(&found, &expected) > 0.999, "{}", stats::correlation(&found, &expected));
}

#[test]
fn a_networks_gradients_are_those_of_a_small_change() {
    let layers =
        [layer(3, &[0.4, -0.3, 0.2, 0.5, 0.1, -0.6], &[0.1, 0.2]), layer(2, &[0.7, -0.2, 0.3, 0.9], &[0.0, -0.1])];
    let (x, judges) = (numbers(&[vec![1.0, 2.0, -1.0], vec![0.5, -0.4, 0.3]]), numbers(&[vec![-0.2, 1.0, 0.4]]));
    let y = Rows { rows: 2, cols: 2, values: vec![1.0, 0.0, 0.0, 1.0] };
    let truth = Rows { rows: 1, cols: 2, values: vec![1.0_f32, 0.0] };
    let found = block_on(agreement(&Wide::new(&layers), true, (&x, &y), (&judges, &truth), &run())).unwrap();
    let loss = |layers: &[Layer], x: &[f64], class: usize| {
        let z = Wide::new(layers).forward(x);
        (z[0].exp() + z[1].exp()).ln() - z[class]
    };
    // Σ over every weight of the product of two difference quotients; single precision bounds the step.
    let step = 2.0_f32.powi(-9);
    for (row, class) in [(0, 0), (1, 1)] {
        let mut expected = 0.0;
        for at in 0..layers.len() {
            for (bias, n) in [(false, layers[at].weight.len()), (true, layers[at].bias.len())] {
                for i in 0..n {
                    let moved = |by: f32| {
                        let mut layers = layers.clone();
                        let of = if bias { &mut layers[at].bias } else { &mut layers[at].weight };
                        of[i] += by;
                        layers
                    };
                    let (up, down) = (moved(step), moved(-step));
                    let slope = |x: &[f64], class: usize| {
                        (loss(&up, x, class) - loss(&down, x, class)) / (2.0 * f64::from(step))
                    };
                    expected += slope(&x.values[row * 3..row * 3 + 3], class) * slope(&judges.values, 0);
                }
            }
        }
        assert!((found[row] - expected).abs() < 1e-4, "{} instead of {expected}", found[row]);
    }
}

/// The features by size, the largest first.
fn ranked(found: &Attributions) -> Vec<String> {
    let mut of: Vec<(f64, String)> = found.sizes().into_iter().zip(found.features.clone()).collect();
    of.sort_by(|a, b| b.0.total_cmp(&a.0));
    of.into_iter().map(|(_, name)| name).collect()
}

#[test]
fn planted_features_are_found_by_every_explanation() {
    // The label follows x0, x1 and grade; x2, x3 and x4 are noise.
    let (sources, task, held_out) = study(Kind::Binary, 5);
    let settings = [
        ("ridge_to_source", json!({ "penalty": "ridge" })),
        ("hanczar", json!({ "widths": [16, 8], "max_epochs": 30, "frozen": "0" })),
        ("continued_trees", json!({ "trees": 40 })),
    ];
    for (id, config) in settings {
        let (method, run) = (find(id).unwrap(), run());
        let config = method.settings(&config).unwrap();
        let pre = block_on(method.pretrain(&config, &sources, &run)).unwrap();
        let model = block_on(method.adapt(Some(&pre), &config, &task, &run)).unwrap();
        let planted = |names: &[String]| {
            let mut first: Vec<&str> = names.iter().take(3).map(String::as_str).collect();
            first.sort_unstable();
            assert_eq!(first, ["grade", "x0", "x1"], "{id}");
        };
        for of in [&model, &pre] {
            let explained_model = Explained::of(of).unwrap().unwrap();
            for form in [TreeForm::Against, TreeForm::Path] {
                planted(&ranked(&explained(&explained_model, &held_out, "yes", &task.target, form)));
            }
        }
        let truth = held_out.y.clone().unwrap();
        let Labels::Classes { codes, .. } = truth else { panic!() };
        let y: Vec<u32> = codes.iter().map(|code| code.unwrap()).collect();
        let drops = block_on(importance(
            |rows| {
                let (model, run) = (&model, &run);
                async move { method.predict(model, &rows, run).await }
            },
            |prediction| Metric::LogLoss.compute(Truth::Classes { y: &y, classes: 2 }, &prediction.score(1)),
            &held_out,
            Metric::LogLoss,
            5,
            &run,
        ))
        .unwrap();
        let mut by_drop: Vec<(f64, String)> = drops.into_iter().map(|one| (one.drop, one.feature)).collect();
        by_drop.sort_by(|a, b| b.0.total_cmp(&a.0));
        planted(&by_drop.into_iter().map(|(_, name)| name).collect::<Vec<_>>());
    }
}

#[test]
fn shuffling_a_bit_predicts_the_rows_that_change_and_gives_what_all_rows_would() {
    // A column of few ones, and a prediction that is a function of the row.
    let mut rng = Rng::stream(3, "bits");
    let rows: Vec<Vec<f64>> =
        (0..200).map(|_| vec![f64::from(u32::from(rng.uniform() < 0.04)), rng.normal()]).collect();
    let held_out = cohort(&rows);
    let said = |rows: &Cohort| -> Vec<f64> {
        rows.x.column_f64(0).iter().zip(rows.x.column_f64(1)).map(|(bit, x)| 3.0 * bit + x).collect()
    };
    let truth = said(&held_out);
    let asked = RefCell::new(Vec::new());
    let drops = block_on(importance(
        |rows| {
            asked.borrow_mut().push(rows.len());
            let values = said(&rows);
            async move { Ok(Prediction::Values { values }) }
        },
        |prediction| Metric::Rmse.compute(Truth::Values(&truth), &prediction.score(0)),
        &held_out,
        Metric::Rmse,
        4,
        &run(),
    ))
    .unwrap();
    let asked = asked.borrow();
    assert!(asked[0] == 200 && asked[1..5].iter().all(|rows| *rows > 0 && *rows < 30), "{asked:?}");
    // By hand: what all rows would give, from the same stream.
    for (feature, drop) in drops.iter().enumerate() {
        let values = held_out.x.column_f64(feature);
        let mut rng = run().rng(&format!("permutation {}", drop.feature));
        let each = (0..4).map(|_| {
            let order = rng.permutation(200);
            let slope = if feature == 0 { 3.0 } else { 1.0 };
            let off = |row: usize| slope * (values[order[row]] - values[row]);
            ((0..200).map(|row| off(row) * off(row)).sum::<f64>() / 200.0).sqrt()
        });
        let mean = each.sum::<f64>() / 4.0;
        assert!((drop.drop - mean).abs() < 1e-9, "{} instead of {mean}", drop.drop);
    }
}

#[test]
fn where_nothing_is_planted_nothing_is_borne_out_beyond_its_rate() {
    // Labels are drawn beside the features; trees lean on noise all the same. As a run does it: parts of held-out rows of
    // three folds together, one test a feature, adjusted over the features at .05.
    let method = find("target_only_trees").unwrap();
    let settings = method.settings(&json!({ "trees": 8, "eta": 0.3 })).unwrap();
    let tables = 60;
    let (mut false_alarms, mut leaned) = (0, 0);
    for table in 0..tables {
        let run = Run::new(Device::flex(), table, &Quiet);
        let mut rng = Rng::stream(table, "null");
        let rows: Vec<Vec<f64>> = (0..60).map(|_| (0..6).map(|_| rng.normal()).collect()).collect();
        let codes: Vec<Option<u32>> = (0..60).map(|_| Some(u32::from(rng.uniform() < 0.5))).collect();
        let names = vec!["no".to_owned(), "yes".to_owned()];
        let all = Cohort { y: Some(Labels::Classes { names, event: 1, codes: codes.clone() }), ..cohort(&rows) };
        let (mut added, mut observed) = (vec![Vec::new(); 6], Vec::new());
        for fold in 0..3 {
            let (test, train): (Vec<usize>, Vec<usize>) = (0..60).partition(|row| row % 3 == fold);
            let target = all.select(&train);
            let task = Task { sources: vec![], target: target.clone(), unlabelled: None };
            let model = block_on(method.adapt(None, &settings, &task, &run)).unwrap();
            let model = Explained::of(&model).unwrap().unwrap();
            let held_out = all.select(&test).without_labels();
            let found = explained(&model, &held_out, "yes", &target, TreeForm::Against);
            for (place, &row) in test.iter().enumerate() {
                found.of(place).iter().zip(&mut added).for_each(|(value, slot)| slot.push(*value));
                observed.push(f64::from(codes[row].unwrap()));
            }
        }
        leaned += usize::from(added.iter().flatten().any(|value| value.abs() > 0.2));
        let p: Vec<f64> = added
            .iter()
            .filter_map(|of| borne_out(of, Observed::Values(&observed), observed.len()))
            .map(|(_, p)| p)
            .collect();
        false_alarms += usize::from(benjamini_hochberg(&p).iter().any(|q| *q < 0.05));
    }
    assert!(leaned > 40, "the models leaned on noise in {leaned} tables only: the test would show nothing");
    // 5 %: at most 6 of 60 in 97 of 100 such tests.
    assert!(false_alarms <= 6, "{false_alarms} of {tables}");
    // And the test can see: a part that is the outcome itself.
    let y: Vec<f64> = (0..60).map(|row| f64::from(row % 2)).collect();
    let (r, p) = borne_out(&y, Observed::Values(&y), 60).unwrap();
    assert!(r > 0.999 && p < 1e-9);
    assert!(borne_out(&y, Observed::Values(&y), 3).is_none());
}
