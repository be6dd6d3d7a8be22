//! The drug–target system: its network against JAX, its shallow classifiers against scikit-learn (tests/golden/dti.py),
//! its modes on made cohorts.

use autograft::Code;
use autograft::cohort::{Cohort, Labels, Prediction};
use autograft::math::rows::Rows as Cells;
use autograft::math::svm::{Settings, Svm};
use autograft::methods::Model;
use autograft::methods::common::encoder::{Column, Encoder, Part};
use autograft::methods::common::head::Head;
use autograft::methods::common::normed::{Normed, Training, as_bits, batch_of};
use autograft::methods::common::rows::Known;
use autograft::methods::registry::find;
use autograft::methods::transductive::drug_target::MODES;
use autograft::nets::{Layer, Scales, Stack};
use autograft::train::Run;
use autograft::trees::{Bagged, Forest, Matrix};
use autograft::watch::{Pulse, Quiet, block_on};
use burn::tensor::Device;
use serde_json::{Value, json};

use crate::cohorts::{Kind, cohort, study};

fn golden() -> Value {
    serde_json::from_str(include_str!("golden/dti.json")).unwrap()
}

fn numbers(value: &Value) -> Vec<f64> {
    value.as_array().unwrap().iter().map(|v| v.as_f64().unwrap()).collect()
}

fn singles(value: &Value) -> Vec<f32> {
    numbers(value).into_iter().map(|v| v as f32).collect()
}

fn whole(value: &Value) -> usize {
    value.as_u64().unwrap() as usize
}

fn close(a: &[f64], b: &[f64], tolerance: f64, what: &str) {
    assert_eq!(a.len(), b.len(), "{what}");
    let apart = a.iter().zip(b).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max);
    assert!(apart <= tolerance, "{what}: {apart:e} apart");
}

fn quiet() -> Run<'static> {
    Run::new(Device::flex(), 7, &Quiet)
}

/// Rows of plain numbers, named so that their order is the columns'.
fn table(x: &[f32], cols: usize, y: Option<&[usize]>) -> Cohort {
    use autograft::cohort::{Feature, FeatureKind, Frame, Side, View};
    let rows = x.len() / cols;
    let features = (0..cols).map(|c| Feature { name: format!("x{c:03}"), kind: FeatureKind::Number }).collect();
    let columns = (0..cols).map(|c| x.iter().skip(c).step_by(cols).copied().collect()).collect();
    let codes = |y: &[usize]| y.iter().map(|&code| Some(code as u32)).collect();
    Cohort {
        x: View::all(Frame { features, columns }),
        y: y.map(|y| Labels::Classes { names: vec!["no".to_owned(), "yes".to_owned()], event: 1, codes: codes(y) }),
        id: (0..rows).map(|row| format!("c{row}")).collect(),
        domain: "made".to_owned(),
        group: None,
        time: None,
        outcome: None,
        side: Side::Target,
    }
}

fn as_is(cohort: &Cohort) -> Encoder {
    let features = cohort.x.features().to_vec();
    let n = features.len();
    Encoder {
        columns: (0..n).map(|feature| Column { feature, part: Part::Value }).collect(),
        features,
        fill: vec![0.0; n],
        mean: vec![0.0; n],
        sd: vec![1.0; n],
        impute: None,
    }
}

fn stack(value: &Value) -> Stack {
    let layer = |v: &Value| Layer {
        inputs: whole(&v["inputs"]),
        outputs: whole(&v["outputs"]),
        weight: singles(&v["weight"]),
        bias: singles(&v["bias"]),
    };
    let norm = |v: &Value| Scales {
        gamma: singles(&v["gamma"]),
        beta: singles(&v["beta"]),
        mean: singles(&v["mean"]),
        variance: singles(&v["variance"]),
    };
    Stack {
        layers: value["layers"].as_array().unwrap().iter().map(layer).collect(),
        norms: value["norms"].as_array().unwrap().iter().map(norm).collect(),
    }
}

fn flat(stack: &Stack) -> Vec<f64> {
    let layers = stack.layers.iter().flat_map(|l| l.weight.iter().chain(&l.bias));
    let norms = stack.norms.iter().flat_map(|n| n.gamma.iter().chain(&n.beta).chain(&n.mean).chain(&n.variance));
    layers.chain(norms).map(|&v| f64::from(v)).collect()
}

/// ln p/(1 − p) of the event.
fn logits(prediction: &Prediction) -> Vec<f64> {
    prediction.score(1).iter().map(|p| (p / (1.0 - p)).ln()).collect()
}

fn training(epochs: usize, fixed: Vec<usize>) -> Training {
    Training {
        phase: "fine_tune",
        rate: 1e-3,
        l2: 1e-2,
        dropout: 0.0,
        batch: 256,
        epochs,
        fixed,
        judged: false,
        released: false,
    }
}

#[test]
fn the_network_is_jaxs_forward_and_over_ten_fine_tuning_steps() {
    let run = quiet();
    let golden = &golden()["network"];
    let cols = whole(&golden["cols"]);
    let y: Vec<usize> = numbers(&golden["y"]).into_iter().map(|v| v as usize).collect();
    let rows = table(&singles(&golden["x"]), cols, Some(&y));
    let fresh = table(&singles(&golden["fresh"]), cols, None);
    let known = Known::of(&rows, Code::Internal).unwrap();
    let start = Normed { encoder: as_is(&rows), head: Head::of(&known), stack: stack(&golden["before"]) };
    let said = block_on(start.predict(&fresh.x, 0.0, &run)).unwrap();
    close(&logits(&said), &numbers(&golden["logits"]), 1e-4, "forward");
    for (layer, expected) in golden["linear"].as_array().unwrap().iter().enumerate() {
        let found = block_on(start.linear_output(&fresh.x, layer, &run)).unwrap();
        let found: Vec<f64> = found.values.iter().map(|&v| f64::from(v)).collect();
        close(&found, &numbers(expected), 1e-4, "linear output");
    }
    for case in golden["cases"].as_array().unwrap() {
        let fixed: Vec<usize> = case["fixed"].as_array().unwrap().iter().map(whole).collect();
        let mut network = start.clone();
        let how = training(whole(&golden["steps"]), fixed.clone());
        assert_eq!((how.rate, how.l2), (golden["rate"].as_f64().unwrap(), golden["l2"].as_f64().unwrap()));
        let descent = block_on(network.train(&[&rows], &known, &how, &run)).unwrap();
        close(&descent.losses, &numbers(&case["losses"]), 1e-4, "losses");
        close(&flat(&network.stack), &flat(&stack(&case["after"])), 1e-4, "weights");
        let said = block_on(network.predict(&fresh.x, 0.0, &run)).unwrap();
        close(&logits(&said), &numbers(&case["logits"]), 1e-4, "logits afterwards");
        for (at, (layer, before)) in network.stack.layers.iter().zip(&start.stack.layers).enumerate() {
            assert_eq!(layer == before, fixed.contains(&at), "layer {at} with {fixed:?} fixed");
        }
        for (norm, before) in network.stack.norms.iter().zip(&start.stack.norms) {
            assert!(norm.gamma != before.gamma && norm.mean != before.mean, "normalisation is trained all the same");
        }
    }
}

#[test]
fn the_released_codes_normalisation_stands_still_from_the_second_epoch_on() {
    let run = quiet();
    let golden = &golden()["network"];
    let cols = whole(&golden["cols"]);
    let y: Vec<usize> = numbers(&golden["y"]).into_iter().map(|v| v as usize).collect();
    let rows = table(&singles(&golden["x"]), cols, Some(&y));
    let known = Known::of(&rows, Code::Internal).unwrap();
    let start = Normed { encoder: as_is(&rows), head: Head::of(&known), stack: stack(&golden["before"]) };
    let statistics = |epochs: usize, released: bool| {
        let mut network = start.clone();
        let how = Training { released, ..training(epochs, vec![]) };
        block_on(network.train(&[&rows], &known, &how, &run)).unwrap();
        network.stack.norms.iter().flat_map(|n| n.mean.clone()).collect::<Vec<f32>>()
    };
    assert_eq!(statistics(1, true), statistics(1, false));
    assert_eq!(statistics(1, true), statistics(6, true));
    assert_ne!(statistics(1, false), statistics(6, false));
}

#[test]
fn no_batch_of_one_row_is_left_over() {
    for asked in [2, 3, 8, 256] {
        for rows in 2..700 {
            let batch = batch_of(rows, asked);
            assert!(batch >= rows || rows % batch != 1, "{rows} rows, {asked} asked");
            assert!(batch >= asked && batch <= asked.max(rows) + 1);
        }
    }
    assert_eq!((batch_of(1000, 256), batch_of(257, 256), batch_of(513, 256)), (256, 257, 257));
}

#[test]
fn the_support_vector_machine_is_scikit_learns() {
    let golden = golden();
    for case in golden["svm"].as_array().unwrap() {
        let p = whole(&case["p"]);
        let (x, test) = (numbers(&case["x"]), numbers(&case["test"]));
        let y: Vec<bool> = numbers(&case["y"]).iter().map(|v| *v > 0.5).collect();
        let settings = Settings { c: case["c"].as_f64().unwrap(), tolerance: 1e-7, ..Settings::default() };
        let pulse = Pulse::new(&Quiet);
        let svm = block_on(Svm::fit(Cells::new(&x, p).unwrap(), &y, &settings, &pulse)).unwrap();
        let found = block_on(svm.decide(Cells::new(&test, p).unwrap(), &pulse)).unwrap();
        close(&found, &numbers(&case["decision"]), 1e-5, "decision");
        assert_eq!(svm.weight.len(), whole(&case["support"]));
        // At the default tolerance the same to what it promises.
        let rough = Settings { tolerance: 1e-3, ..settings };
        let svm = block_on(Svm::fit(Cells::new(&x, p).unwrap(), &y, &rough, &pulse)).unwrap();
        let found = block_on(svm.decide(Cells::new(&test, p).unwrap(), &pulse)).unwrap();
        close(&found, &numbers(&case["decision"]), 5e-3, "decision at the default tolerance");
    }
}

fn by_columns(x: &[f64], p: usize) -> Vec<f32> {
    (0..p).flat_map(|c| x.iter().skip(c).step_by(p).map(|&v| v as f32)).collect()
}

fn forest_of(case: &Value, bagged: &Bagged, seed: u64) -> (Forest, Vec<f64>) {
    let (n, p) = (whole(&case["n"]), whole(&case["p"]));
    let x = by_columns(&numbers(&case["x"]), p);
    let y: Vec<bool> = numbers(&case["y"]).iter().map(|v| *v > 0.5).collect();
    let matrix = Matrix::new(&x, n, p).unwrap();
    let mut forest = None;
    for _ in 0..bagged.trees {
        forest = Some(bagged.grow(forest, &matrix, &y, seed).unwrap());
    }
    let test = numbers(&case["test"]);
    let forest = forest.unwrap();
    let said = forest.predict(&Matrix::new(&by_columns(&test, p), test.len() / p, p).unwrap()).unwrap();
    (forest, said)
}

#[test]
fn one_tree_on_every_row_and_column_is_scikit_learns() {
    let case = &golden()["tree"];
    let p = whole(&case["p"]);
    let bagged = Bagged { trees: 1, columns: p, max_depth: whole(&case["depth"]), bootstrap: false };
    let (forest, said) = forest_of(case, &bagged, 1);
    assert_eq!(forest.parts().feature.len(), whole(&case["nodes"]));
    close(&said, &numbers(&case["probability"]), 1e-6, "probability");
}

#[test]
fn the_random_forest_is_as_far_from_scikit_learns_as_those_are_from_each_other() {
    let case = &golden()["forest"];
    let theirs: Vec<Vec<f64>> = case["probabilities"].as_array().unwrap().iter().map(numbers).collect();
    let n = theirs[0].len();
    let mean: Vec<f64> = (0..n).map(|i| theirs.iter().map(|one| one[i]).sum::<f64>() / theirs.len() as f64).collect();
    let off = |one: &[f64]| (one.iter().zip(&mean).map(|(a, b)| (a - b).powi(2)).sum::<f64>() / n as f64).sqrt();
    let widest = theirs.iter().map(|one| off(one)).fold(0.0, f64::max);
    let ours: Vec<Vec<f64>> = (0..10).map(|seed| forest_of(case, &Bagged::default(), seed).1).collect();
    for one in &ours {
        assert!(off(one) < 1.35 * widest, "{} against {widest}", off(one));
    }
    // On average over seeds nothing is left but the noise of ten seeds on either side.
    let average: Vec<f64> = (0..n).map(|i| ours.iter().map(|one| one[i]).sum::<f64>() / 10.0).collect();
    assert!(off(&average) < 0.6 * widest, "{} against {widest}", off(&average));
    let truth = numbers(&case["truth"]);
    let right = |p: &[f64]| p.iter().zip(&truth).filter(|(p, t)| (**p >= 0.5) == (**t > 0.5)).count() as f64 / n as f64;
    assert!((right(&average) - right(&mean)).abs() < 0.03, "{} against {}", right(&average), right(&mean));
}

fn settings(mode: &str) -> Value {
    let method = find("drug_target").unwrap();
    method
        .settings(
            &json!({ "mode": mode, "widths": [16, 8], "source_epochs": 20, "target_epochs": 10, "adam_rate": 1e-3 }),
        )
        .unwrap()
}

fn pretrained(settings: &Value, sources: &[Cohort]) -> Model {
    block_on(find("drug_target").unwrap().pretrain(settings, sources, &quiet())).unwrap()
}

#[test]
fn every_mode_learns_saves_and_predicts_and_all_share_one_pre_training() {
    let run = quiet();
    let method = find("drug_target").unwrap();
    let (sources, task, held_out) = study(Kind::Binary, 1);
    let pre = pretrained(&settings("fine_tune"), &sources);
    let mut seen: Vec<Vec<f64>> = Vec::new();
    for mode in MODES {
        let settings = settings(mode);
        assert_eq!(method.pretrain_key(&settings).unwrap(), method.pretrain_key(&self::settings("scratch")).unwrap());
        let model = block_on(method.adapt(Some(&pre), &settings, &task, &run)).unwrap();
        let again = Model::from_bytes(&model.to_bytes().unwrap()).unwrap();
        let said = block_on(method.predict(&again, &held_out, &run)).unwrap();
        assert_eq!(said, block_on(method.predict(&model, &held_out, &run)).unwrap(), "{mode}");
        let p = said.score(1);
        assert!(p.iter().all(|p| (0.0..=1.0).contains(p)) && p.iter().any(|v| *v != p[0]), "{mode}");
        assert!(!seen.contains(&p), "{mode} says what another mode says");
        seen.push(p);
        for lost in 0..model.arrays.len() {
            let mut damaged = model.clone();
            damaged.arrays.remove(lost);
            assert_eq!(
                block_on(method.predict(&damaged, &held_out, &run)).unwrap_err().code(),
                Code::BadModel,
                "{mode} without {}",
                model.arrays[lost].name
            );
        }
    }
}

#[test]
fn two_rows_are_enough_in_every_mode_and_one_class_in_none() {
    let run = quiet();
    let method = find("drug_target").unwrap();
    let (sources, task, held_out) = study(Kind::Binary, 1);
    let pre = pretrained(&settings("fine_tune"), &sources);
    let Some(Labels::Classes { codes, .. }) = &task.target.y else { panic!("classes") };
    let of = |class: u32| codes.iter().position(|code| *code == Some(class)).unwrap();
    for mode in MODES {
        let mut two = task.clone();
        two.target = task.target.select(&[of(0), of(1)]);
        let model = block_on(method.adapt(Some(&pre), &settings(mode), &two, &run)).unwrap();
        let said = block_on(method.predict(&model, &held_out, &run)).unwrap();
        assert!(said.score(1).iter().all(|p| p.is_finite()), "{mode}");
        let mut one = task.clone();
        let rows: Vec<usize> = (0..codes.len()).filter(|&row| codes[row] == Some(1)).collect();
        one.target = task.target.select(&rows);
        let error = block_on(method.adapt(Some(&pre), &settings(mode), &one, &run)).unwrap_err();
        assert_eq!(error.code(), Code::OneClass, "{mode}");
    }
}

#[test]
fn a_family_classifier_hands_its_hidden_layers_on_under_a_new_output() {
    let method = find("drug_target").unwrap();
    let (sources, task, held_out) = study(Kind::Binary, 1);
    let mut families: Vec<Cohort> = Vec::new();
    for (at, name) in ["kinases", "proteases", "channels"].into_iter().enumerate() {
        let mut one = cohort(Kind::Binary, 60, 10 + at as u64, at as f64, sources[0].side);
        one.domain = name.to_owned();
        families.push(one);
    }
    let with = |mode: &str| {
        let mut settings = settings(mode);
        settings["pretrain_on"] = json!("family");
        settings
    };
    assert_ne!(method.pretrain_key(&with("fine_tune")).unwrap(), method.pretrain_key(&settings("fine_tune")).unwrap());
    let pre = pretrained(&with("fine_tune"), &families);
    let head: Head = pre.meta("head").unwrap();
    assert_eq!(head.outputs(), 2, "the output is the label's again");
    for mode in ["fine_tune", "frozen_1", "random_forest_2"] {
        let model = block_on(method.adapt(Some(&pre), &with(mode), &task, &quiet())).unwrap();
        let said = block_on(method.predict(&model, &held_out, &quiet())).unwrap();
        assert_eq!(said.len(), held_out.len());
    }
    let error = block_on(method.pretrain(&with("fine_tune"), &families[..1], &quiet())).unwrap_err();
    assert_eq!(error.code(), Code::NeedNotMet);
}

#[test]
fn columns_of_bits_stay_and_others_are_scaled() {
    let x: Vec<f32> = [0.0, 3.0, 1.0, 5.0, 0.0, 7.0, 1.0, 9.0].to_vec();
    let rows = table(&x, 2, Some(&[0, 1, 0, 1]));
    let fitted = Encoder::fit(&[&rows], 10).unwrap();
    let mixed = as_bits(fitted.clone(), &[&rows], true).unwrap();
    assert_eq!((mixed.mean[0], mixed.sd[0]), (0.0, 1.0));
    assert_eq!((mixed.mean[1], mixed.sd[1]), (6.0, 5.0_f64.sqrt()));
    let plain = as_bits(fitted, &[&rows], false).unwrap();
    assert_eq!((plain.mean[1], plain.sd[1]), (0.0, 1.0));
}

#[test]
fn a_validation_keeps_the_statistics_that_its_weights_were_judged_with() {
    let (_, task, _) = study(Kind::Binary, 1);
    let rows = autograft::methods::common::rows::canonical(&task.target);
    let known = Known::of(&rows, Code::Internal).unwrap();
    let start = Normed::initial(Encoder::fit(&[&rows], 100).unwrap(), Head::of(&known), &[16, 8], &quiet());
    let judged = |epochs: usize| {
        let mut network = start.clone();
        let how = Training { judged: true, rate: 0.05, ..training(epochs, vec![]) };
        let descent = block_on(network.train(&[&rows], &known, &how, &quiet())).unwrap();
        (network.stack, descent.best_epoch)
    };
    // What stands at the best epoch is what training for so many epochs gives.
    let (kept, best) = judged(60);
    assert!(best < 60, "{best}");
    let (again, same) = judged(best.max(1));
    assert_eq!(best, same);
    assert_eq!(kept, again);
}
