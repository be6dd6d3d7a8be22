//! Losses and networks that align domains, against jax (tests/golden/adversarial.py); what they do where it is known.

use autograft::cohort::{Cohort, Feature, FeatureKind, Frame, Labels, Prediction, Side, Task, View};
use autograft::device::read;
use autograft::explain::integrated::Wide;
use autograft::methods::common::deep::{Aligned, Alignment, Mixed, Parts, terms};
use autograft::methods::common::network::Network;
use autograft::methods::registry::find;
use autograft::nets::autoencoder::{Autoencoder, Output, keep};
use autograft::nets::losses::{
    Product, balanced, binary, contradiction_rows, coral, decided, mmd, separation, sureness,
};
use autograft::nets::{Layer, ramp, reverse};
use autograft::rng::Rng;
use autograft::train::adamw::AdamW;
use autograft::train::{Curves, Decay, LossTerm, Run};
use autograft::watch::{Quiet, block_on};
use burn::tensor::{Device, Tensor, TensorData};
use serde_json::{Value, json};

fn golden() -> Value {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/golden/adversarial.json");
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

pub(crate) fn floats(value: &Value) -> Vec<f32> {
    value.as_array().unwrap().iter().map(|v| v.as_f64().unwrap() as f32).collect()
}

pub(crate) fn tensor(values: &[f32], cols: usize, device: &Device) -> Tensor<2> {
    Tensor::from_data(TensorData::new(values.to_vec(), [values.len() / cols, cols]), device)
}

pub(crate) fn values<const D: usize>(tensor: Tensor<D>) -> Vec<f32> {
    let tensor = if tensor.is_autodiff() { tensor.inner() } else { tensor };
    block_on(read(vec![tensor])).unwrap().remove(0)
}

fn number(tensor: Tensor<1>) -> f64 {
    f64::from(values(tensor)[0])
}

fn close(ours: &[f32], theirs: &[f32], within: f32, what: &str) {
    assert_eq!(ours.len(), theirs.len(), "{what}");
    for (i, (a, b)) in ours.iter().zip(theirs).enumerate() {
        assert!((a - b).abs() < within * (1.0 + b.abs()), "{what}, {i}: {a}, jax {b}");
    }
}

pub(crate) fn layers(value: &Value) -> Vec<Layer> {
    let size = |v: &Value| v.as_u64().unwrap() as usize;
    let layer = |v: &Value| Layer {
        inputs: size(&v["inputs"]),
        outputs: size(&v["outputs"]),
        weight: floats(&v["weight"]),
        bias: floats(&v["bias"]),
    };
    value.as_array().unwrap().iter().map(layer).collect()
}

fn parts(value: &Value) -> Parts {
    Parts { body: layers(&value["body"]), head: layers(&value["head"]).remove(0), critic: layers(&value["critic"]) }
}

fn flat(parts: &Parts) -> Vec<f32> {
    let all = parts.body.iter().chain([&parts.head]).chain(&parts.critic);
    all.flat_map(|layer| layer.weight.iter().chain(&layer.bias).copied()).collect()
}

#[test]
fn losses_and_their_gradients_are_jaxs() {
    let golden = golden();
    let device = Device::flex().autodiff();
    for (name, loss) in [("coral", coral as fn(Tensor<2>, Tensor<2>) -> Tensor<1>), ("mmd", mmd)] {
        let case = &golden["losses"][name];
        let leaf = |key: &str| tensor(&floats(&case[key]), 4, &device).require_grad();
        let (a, b) = (leaf("a"), leaf("b"));
        let value = loss(a.clone(), b.clone());
        let gradients = value.backward();
        assert!((number(value) - case["value"].as_f64().unwrap()).abs() < 1e-5, "{name}");
        close(&values(a.grad(&gradients).unwrap()), &floats(&case["ga"]), 1e-5, name);
        close(&values(b.grad(&gradients).unwrap()), &floats(&case["gb"]), 1e-5, name);
    }
    let case = &golden["losses"]["binary"];
    let leaf = |key: &str| tensor(&floats(&case[key]), 1, &device);
    let z = leaf("z").require_grad();
    let value = binary(z.clone(), leaf("y"), Some(leaf("w")));
    let gradients = value.backward();
    assert!((number(value) - case["value"].as_f64().unwrap()).abs() < 1e-5);
    close(&values(z.grad(&gradients).unwrap()), &floats(&case["g"]), 1e-5, "binary");
    let apart = number(separation(leaf("z"), leaf("y"), leaf("z").zeros_like() + 1.0));
    assert!((apart - case["separation"].as_f64().unwrap()).abs() < 1e-6, "{apart}");
    let one_side = number(separation(leaf("z"), leaf("y"), leaf("y")));
    assert!((one_side - 0.5).abs() < 1e-7, "{one_side}");
    let case = &golden["losses"]["contradiction"];
    let leaf = |key: &str| tensor(&floats(&case[key]), 3, &device);
    assert_eq!(values(decided(leaf("decider"))), floats(&case["decision"]));
    close(&values(sureness(leaf("decider"))), &floats(&case["sureness"]), 1e-5, "sureness");
    let z = leaf("z").require_grad();
    let value = contradiction_rows(z.clone(), leaf("decision")).mean();
    let gradients = value.backward();
    assert!((number(value) - case["value"].as_f64().unwrap()).abs() < 1e-5);
    close(&values(z.grad(&gradients).unwrap()), &floats(&case["g"]), 1e-5, "contradiction");
}

#[test]
fn alignment_losses_have_the_gradients_of_finite_differences() {
    let mut rng = Rng::stream(2, "moments");
    let a: Vec<f32> = (0..5 * 3).map(|_| rng.normal() as f32).collect();
    let b: Vec<f32> = (0..6 * 3).map(|_| 0.6 + 1.5 * rng.normal() as f32).collect();
    let (plain, tracked) = (Device::flex(), Device::flex().autodiff());
    for (name, loss) in [("coral", coral as fn(Tensor<2>, Tensor<2>) -> Tensor<1>), ("mmd", mmd)] {
        let leaf = tensor(&a, 3, &tracked).require_grad();
        let gradients = loss(leaf.clone(), tensor(&b, 3, &tracked)).backward();
        let gradient = values(leaf.grad(&gradients).unwrap());
        assert!(gradient.iter().any(|g| g.abs() > 1e-2), "{name}: nothing to see");
        for i in 0..a.len() {
            let at = |off: f32| {
                let mut moved = a.clone();
                moved[i] += off;
                number(loss(tensor(&moved, 3, &plain), tensor(&b, 3, &plain)))
            };
            let slope = (at(1e-2) - at(-1e-2)) / 2e-2;
            // The median is a constant to the gradient, and moves with at most one pair.
            let within = if name == "mmd" { 2e-2 } else { 1e-3 };
            assert!((slope - f64::from(gradient[i])).abs() < within, "{name}, {i}: {slope}, {}", gradient[i]);
        }
    }
}

#[test]
fn reversal_keeps_every_bit_and_turns_the_gradient() {
    let device = Device::flex().autodiff();
    let cells: Vec<f32> = (0..64).map(|i| (i as f32 * 0.37).sin() * 1e3_f32.powi(i % 5 - 2)).collect();
    for lambda in [0.0, 0.3, 1.0, 7.5] {
        let x = tensor(&cells, 8, &device).require_grad();
        let y = reverse(x.clone(), lambda);
        assert_eq!(values(y.clone()), cells, "{lambda}");
        let gradients = (y * tensor(&cells, 8, &device)).sum().backward();
        let expected: Vec<f32> = cells.iter().map(|c| -(lambda as f32) * c).collect();
        close(&values(x.grad(&gradients).unwrap()), &expected, 1e-6, "reversed");
    }
    assert_eq!((ramp(0.0, 10.0), ramp(0.3, 0.0)), (0.0, 1.0));
    assert!((ramp(0.5, 10.0) - 0.986_614_298_151_430_3).abs() < 1e-12);
}

#[test]
fn every_class_counts_the_same() {
    let weights = balanced(&[2, 0, 2, 2, 0, 2]);
    assert_eq!(weights, [0.75, 1.5, 0.75, 0.75, 1.5, 0.75]);
    let device = Device::flex();
    // One row a side has neither a covariance nor pairs.
    let (one, more) = (tensor(&[1.0, 2.0], 2, &device), tensor(&[0.0, 1.0, 5.0, 2.0], 2, &device));
    assert_eq!(number(coral(one.clone(), more.clone())), 0.0);
    assert_eq!(number(mmd(one, more.clone())), 0.0);
    // Equal rows: no distance to measure by, and no NaN.
    assert!(number(mmd(more.clone() * 0.0, more * 0.0)).abs() < 1e-6);
}

#[test]
fn aligned_networks_keep_to_jaxs_step_for_step() {
    let golden = golden();
    let data = &golden["data"];
    let size = |key: &str| data[key].as_u64().unwrap() as usize;
    let device = Device::flex().autodiff();
    let of = |key: &str, cols: usize| tensor(&floats(&data[key]), cols, &device);
    let codes: Vec<usize> = data["codes"].as_array().unwrap().iter().map(|v| v.as_u64().unwrap() as usize).collect();
    close(&balanced(&codes), &floats(&data["even"]), 1e-6, "even");
    for case in golden["networks"].as_array().unwrap() {
        let name = case["alignment"].as_str().unwrap();
        let classes = case["classes"].as_bool().unwrap();
        let alignment = match name {
            "domain" => Alignment::Domain,
            "conditional" => Alignment::Conditional { sure: false },
            "conditional_sure" => Alignment::Conditional { sure: true },
            "margin" => Alignment::Margin { margin: 4.0 },
            "covariances" => Alignment::Covariances,
            _ => Alignment::Kernels,
        };
        let y = if classes { of("classes", 3) } else { of("numbers", 1) };
        let mixed = Mixed {
            x: of("x", 5),
            y,
            known: of("known", 1),
            domain: of("domain", 3),
            even: of("even", 1),
            source: size("source"),
        };
        let product = Product::new(6, 3, &mut Rng::stream(1, "product"), &device);
        let mut net = Aligned::build(&parts(&case["before"]), &device);
        let mut adam = AdamW::default();
        for (step, expected) in case["terms"].as_array().unwrap().iter().enumerate() {
            let strength = case["strength"].as_f64().unwrap();
            let found = terms(&net, alignment, &mixed, classes, strength, &product, &[]);
            assert_eq!(found.len(), expected.as_object().unwrap().len(), "{name}");
            for LossTerm { name: term, value, .. } in &found {
                let (ours, theirs) = (number(value.clone()), expected[term].as_f64().unwrap());
                assert!((ours - theirs).abs() < 1e-4, "{name} {classes}, step {step}, {term}: {ours}, jax {theirs}");
            }
            let total = found.into_iter().filter(|term| term.weight != 0.0).map(|term| term.value * term.weight);
            let gradients = total.reduce(|a, b| a + b).unwrap().backward();
            let (rate, decay) = (golden["rate"].as_f64().unwrap(), golden["decay"].as_f64().unwrap());
            net = block_on(adam.step(net, gradients, rate, autograft::train::Decay::Decoupled(decay))).unwrap();
        }
        let after = block_on(net.parts()).unwrap();
        close(&flat(&after), &flat(&parts(&case["after"])), 1e-4, name);
    }
}

#[test]
fn the_denoising_autoencoder_keeps_to_jaxs_and_gives_back_what_stood_there_before() {
    let golden = golden();
    let device = Device::flex().autodiff();
    for case in golden["autoencoders"].as_array().unwrap() {
        let output = if case["sigmoid"].as_bool().unwrap() { Output::Sigmoid } else { Output::Linear };
        let (before, after) = (&case["before"], &case["after"]);
        let mut net = Autoencoder::build(&layers(&before["encoder"]), &layers(&before["decoder"]), &device);
        let of = |key: &str| tensor(&floats(&case[key]), 5, &device);
        let mut adam = AdamW::default();
        for (step, expected) in case["losses"].as_array().unwrap().iter().enumerate() {
            let loss = net.loss(of("x"), of("keep"), output);
            let (ours, theirs) = (number(loss.clone()), expected.as_f64().unwrap());
            assert!((ours - theirs).abs() < 1e-5, "{output:?}, step {step}: {ours}, jax {theirs}");
            let decay = Decay::Decoupled(golden["decay"].as_f64().unwrap());
            net = block_on(adam.step(net, loss.backward(), golden["rate"].as_f64().unwrap(), decay)).unwrap();
        }
        let (encoder, decoder) = block_on(net.layers()).unwrap();
        let all = |layers: &[Layer]| -> Vec<f32> {
            layers.iter().flat_map(|layer| layer.weight.iter().chain(&layer.bias).copied()).collect()
        };
        close(&all(&encoder), &all(&layers(&after["encoder"])), 1e-4, "encoder");
        close(&all(&decoder), &all(&layers(&after["decoder"])), 1e-4, "decoder");
        close(&values(net.code(of("x"))), &floats(&case["code"]), 1e-4, "code");
    }
    let kept = values(keep(200, 50, 0.2, &mut Rng::stream(1, "noise"), &Device::flex()));
    let lost = kept.iter().filter(|cell| **cell == 0.0).count() as f64 / 1e4;
    assert!((lost - 0.2).abs() < 0.02 && kept.iter().all(|cell| *cell == 0.0 || *cell == 1.0), "{lost}");
}

#[test]
fn attributions_of_aligned_networks_sum_to_what_they_explain() {
    let run = Run::new(Device::flex(), 3, &Quiet);
    let (source, target) = (side(120, 0.0, 0.5, Side::Source, 1), side(40, 1.0, 0.5, Side::Target, 2));
    for id in DEEP {
        let method = find(id).unwrap();
        let settings = method.settings(&json!({ "widths": [9, 7], "max_epochs": 5 })).unwrap();
        let task = Task { sources: vec![source.clone()], target: target.clone(), unlabelled: None };
        let model = block_on(method.adapt(None, &settings, &task, &run)).unwrap();
        let network = Network::from_model(&model).unwrap();
        let x = network.encoder.transform_f64(&target.x).unwrap();
        let wide = Wide::new(&network.layers);
        let zero = vec![0.0; x.cols];
        let p = block_on(method.predict(&model, &target.without_labels(), &run)).unwrap().score(1);
        for (row, p) in x.values.chunks(x.cols).zip(p) {
            let found = wide.integrated(&[-1.0, 1.0], row, &zero);
            let sum: f64 = found.values.iter().sum();
            assert!((sum - (found.output - found.base)).abs() < 1e-9, "{id}: {sum}");
            // What is explained is the log-odds that the model predicts by.
            assert!((found.output - (p / (1.0 - p)).ln()).abs() < 1e-3, "{id}: {} {p}", found.output);
        }
    }
}

const DEEP: [&str; 5] = ["dann", "cdan", "mdd", "deep_coral", "deep_mmd"];

/// `x0` and `x1` show the class, `x0` better; in the target `x0` is moved by `moved`. `share`: of the class *yes*.
pub(crate) fn side(n: usize, moved: f64, share: f64, side: Side, seed: u64) -> Cohort {
    let mut rng = Rng::stream(seed, "moved");
    let mut columns = vec![Vec::new(); 4];
    let mut codes = Vec::new();
    for _ in 0..n {
        let yes = rng.uniform() < share;
        let signal = if yes { 1.0 } else { -1.0 };
        columns[0].push((signal + 0.5 * rng.normal() + moved) as f32);
        columns[1].push((signal + 0.8 * rng.normal()) as f32);
        columns[2].push(rng.normal() as f32);
        columns[3].push(rng.normal() as f32);
        codes.push(Some(u32::from(yes)));
    }
    let feature = |f: usize| Feature { name: format!("x{f}"), kind: FeatureKind::Number };
    Cohort {
        x: View::all(Frame { features: (0..4).map(feature).collect(), columns }),
        y: Some(Labels::Classes { names: vec!["no".to_owned(), "yes".to_owned()], event: 1, codes }),
        id: (0..n).map(|row| format!("{side:?}{row}")).collect::<Vec<_>>().into(),
        domain: format!("{side:?}"),
        group: None,
        time: None,
        outcome: None,
        side,
    }
}

/// Mean log-loss on the judged rows, of a method that learns from the source's labels and the target's features alone.
pub(crate) fn log_loss(
    id: &str,
    source: &Cohort,
    target: &Cohort,
    judged: &Cohort,
    settings: &Value,
    run: &Run<'_>,
) -> f64 {
    let method = find(id).unwrap();
    let mut settings = settings.clone();
    if id == "source_only" {
        settings = json!({ "widths": settings["widths"], "max_epochs": settings["max_epochs"], "dropout": 0.0 });
    }
    let settings = method.settings(&settings).unwrap();
    let sources = vec![source.clone()];
    let pre =
        method.pretrain_key(&settings).unwrap().map(|_| block_on(method.pretrain(&settings, &sources, run)).unwrap());
    let task = Task { sources, target: target.select(&[]), unlabelled: Some(target.without_labels()) };
    let model = block_on(method.adapt(pre.as_ref(), &settings, &task, run)).unwrap();
    let said = block_on(method.predict(&model, &judged.without_labels(), run)).unwrap();
    let Prediction::Classes { .. } = &said else { panic!("classes") };
    let Some(Labels::Classes { codes, .. }) = &judged.y else { panic!("classes") };
    let p = said.score(1);
    let sum: f64 = p.iter().zip(codes).map(|(p, y)| -(if *y == Some(1) { *p } else { 1.0 - p }).max(1e-6).ln()).sum();
    sum / p.len() as f64
}

/// The log-loss of the source's model and of each aligned network, none of which sees a label of the target.
fn all(source: &Cohort, target: &Cohort, judged: &Cohort) -> (f64, Vec<(&'static str, f64)>) {
    let run = Run::new(Device::flex(), 3, &Quiet);
    let settings = json!({ "widths": [16, 8], "max_epochs": 40, "dropout": 0.0, "learn_from": "source" });
    let of = |id: &'static str| {
        let mut settings = settings.clone();
        // The distances are small numbers on eight features: their weights are no published ones here.
        if matches!(id, "deep_coral" | "deep_mmd") {
            settings["align_weight"] = json!(10.0);
        }
        (id, log_loss(id, source, target, judged, &settings, &run))
    };
    (log_loss("source_only", source, target, judged, &settings, &run), DEEP.into_iter().map(of).collect())
}

#[test]
fn a_shift_that_hides_the_task_is_undone_without_a_label_of_the_target() {
    let source = side(400, 0.0, 0.5, Side::Source, 1);
    let (target, judged) = (side(300, 3.0, 0.5, Side::Target, 2), side(300, 3.0, 0.5, Side::Target, 3));
    let (plain, aligned) = all(&source, &target, &judged);
    for (id, aligned) in aligned {
        assert!(aligned < 0.5 * plain, "{id}: {aligned:.3}, source-only {plain:.3}");
    }
}

#[test]
fn where_the_domain_is_the_class_alignment_harms() {
    let source = side(400, 0.0, 0.1, Side::Source, 1);
    let (target, judged) = (side(300, 0.0, 0.9, Side::Target, 2), side(300, 0.0, 0.9, Side::Target, 3));
    let (plain, aligned) = all(&source, &target, &judged);
    for (id, aligned) in aligned {
        assert!(aligned > 1.3 * plain, "{id}: {aligned:.3}, source-only {plain:.3}");
    }
}

#[test]
fn a_model_says_how_it_was_trained() {
    let run = Run::new(Device::flex(), 3, &Quiet);
    let source = side(90, 0.0, 0.5, Side::Source, 1);
    let learn = |id: &str, target: Cohort, unlabelled: Option<Cohort>| {
        let method = find(id).unwrap();
        let settings = method.settings(&json!({ "widths": [8], "max_epochs": 30 })).unwrap();
        let task = Task { sources: vec![source.clone(), source.clone()], target, unlabelled };
        block_on(method.adapt(None, &settings, &task, &run)).unwrap()
    };
    let few = || side(20, 0.0, 0.5, Side::Target, 2);
    for (id, terms) in [
        ("dann", &["cross_entropy", "domain", "domains_told_apart"][..]),
        ("cdan", &["cross_entropy", "domain", "domains_told_apart"]),
        ("mdd", &["cross_entropy", "agreement", "contradiction"]),
        ("deep_coral", &["cross_entropy", "covariances"]),
        ("deep_mmd", &["cross_entropy", "discrepancy"]),
    ] {
        let model = learn(id, few(), None);
        let curves: Curves = serde_json::from_value(model.meta["choice"]["curves"].clone()).unwrap();
        assert_eq!(curves.terms, terms, "{id}");
        // 180 rows, 32 a batch: six steps an epoch.
        assert_eq!((curves.steps.last(), curves.steps.len()), (Some(&180), 8), "{id}");
        assert!(curves.values.iter().all(|point| point.len() == terms.len()), "{id}");
        assert_eq!(model.meta["choice"]["stopped_by"], "the number of epochs", "{id}");
    }
    let many = learn("dann", side(80, 0.0, 0.5, Side::Target, 2), None);
    assert_eq!(many.meta["choice"]["stopped_by"], "the target's rows");
    let none = learn("dann", few().select(&[]), Some(few().without_labels()));
    assert_eq!(none.meta["choice"]["stopped_by"], "the number of epochs");
    let thin = Curves { terms: vec![], steps: (1..=100).collect(), values: vec![vec![]; 100] }.thinned(3);
    assert_eq!(thin.steps, [33, 66, 100]);
}
