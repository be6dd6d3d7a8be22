//! scDEAL: its transfer against jax step for step (tests/golden/scdeal.py), what it learns from and what not, and what it
//! does where the truth is known.

use autograft::Code;
use autograft::cohort::{Cohort, Labels, Side, Task};
use autograft::explain::integrated::Wide;
use autograft::methods::Model;
use autograft::methods::common::network::Network;
use autograft::methods::registry::find;
use autograft::methods::transductive::scdeal::net::{Masks, Net, Objective, Pair, Parts, mean_apart, spread};
use autograft::train::adamw::AdamW;
use autograft::train::{Decay, Run};
use autograft::watch::{Quiet, block_on};
use burn::tensor::Device;
use serde_json::{Value, json};

use crate::adversarial::{floats, layers, log_loss, side, tensor, values};

fn golden() -> Value {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/golden/scdeal.json");
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

fn parts(value: &Value) -> Parts {
    let of = |part: &str| layers(&value[part]);
    Parts { source: of("source"), target: of("target"), predictor: of("predictor") }
}

fn flat(parts: &Parts) -> Vec<f32> {
    let all = parts.source.iter().chain(&parts.target).chain(&parts.predictor);
    all.flat_map(|layer| layer.weight.iter().chain(&layer.bias).copied()).collect()
}

#[test]
fn every_term_and_weight_keeps_to_jaxs() {
    let golden = golden();
    let genes = golden["genes"].as_u64().unwrap() as usize;
    let device = Device::flex().autodiff();
    let of = |key: &str, cols: usize| tensor(&floats(&golden[key]), cols, &device);
    let pair = Pair { xs: of("xs", genes), ys: of("ys", 2), xt: of("xt", genes), alike: of("alike", 8) };
    let before = parts(&golden["before"]);
    for form in golden["forms"].as_array().unwrap() {
        let released = form["released"].as_bool().unwrap();
        let objective = Objective {
            discrepancy: golden["discrepancy"].as_f64().unwrap(),
            clusters: golden["clusters"].as_f64().unwrap(),
            released,
        };
        let mut net = Net::build(&before, released, &device);
        let mut adam = AdamW::default();
        for (step, expected) in form["terms"].as_array().unwrap().iter().enumerate() {
            let terms = net.terms(&pair, objective, &Masks::default());
            for term in &terms {
                let ours = f64::from(values(term.value.clone())[0]);
                let theirs = expected[term.name].as_f64().unwrap();
                // The released kernel is 1 − 1e-6 and less: single precision leaves it seven digits.
                assert!((ours - theirs).abs() < 1e-4, "{released}, step {step}, {}: {ours}, jax {theirs}", term.name);
            }
            let total = terms.into_iter().map(|term| term.value * term.weight).reduce(|a, b| a + b).unwrap();
            let rate = golden["rate"].as_f64().unwrap();
            net = block_on(adam.step(net, total.backward(), rate, Decay::Decoupled(0.0))).unwrap();
        }
        let after = block_on(net.parts()).unwrap();
        let expected = parts(&form["after"]);
        if released {
            // Nothing but the cells' encoder moves. Its gradient is some 1e-6 of differences of kernels that are nearly 1:
            // in single precision Adam makes whole steps of what is left of it.
            assert_eq!((&after.source, &after.predictor), (&before.source, &before.predictor));
            assert_eq!((&expected.source, &expected.predictor), (&before.source, &before.predictor));
            assert_ne!(after.target, before.target);
        } else {
            for (i, (a, b)) in flat(&after).iter().zip(flat(&expected)).enumerate() {
                assert!((a - b).abs() < 1e-4, "weight {i}: {a}, jax {b}");
            }
        }
    }
}

#[test]
fn the_spread_of_clusters_has_the_gradient_of_finite_differences() {
    let code: Vec<f32> = (0..12).map(|i| ((i * i) as f32 * 0.7).sin() + 0.2).collect();
    let alike: Vec<f32> = (0..16).map(|i| f32::from(u8::from(i / 4 != i % 4 && (i / 4) % 2 == (i % 4) % 2))).collect();
    let (plain, tracked) = (Device::flex(), Device::flex().autodiff());
    let leaf = tensor(&code, 3, &tracked).require_grad();
    let gradients = spread(leaf.clone(), tensor(&alike, 4, &tracked)).backward();
    let gradient = values(leaf.grad(&gradients).unwrap());
    assert!(gradient.iter().any(|g| g.abs() > 0.05), "{gradient:?}");
    for i in 0..code.len() {
        let at = |off: f32| {
            let mut moved = code.clone();
            moved[i] += off;
            values(spread(tensor(&moved, 3, &plain), tensor(&alike, 4, &plain)))[0]
        };
        let slope = (at(1e-2) - at(-1e-2)) / 2e-2;
        assert!((slope - gradient[i]).abs() < 2e-3, "{i}: {slope}, {}", gradient[i]);
    }
    // Without a pair there is nothing to keep together.
    assert_eq!(values(spread(tensor(&code, 3, &plain), tensor(&[0.0; 16], 4, &plain))), [0.0]);
    // The released code's kernel tells little but the means apart, and that by a millionth.
    let (a, b) = (tensor(&code, 3, &plain), tensor(&code, 3, &plain) + 1.0);
    let apart = values(mean_apart(a, b))[0];
    assert!((0.0..1e-5).contains(&apart), "{apart}");
}

/// Log-losses on judged cells: of the source's model, of scDEAL before the transfer, and after it.
fn losses(sides: [&Cohort; 3], change: &[(&str, Value)]) -> [f64; 3] {
    let run = Run::new(Device::flex(), 3, &Quiet);
    let mut settings = json!({ "widths": [16], "code": 8, "predictor": [8], "max_epochs": 40, "dropout": 0.0 });
    change.iter().for_each(|(name, value)| settings[*name] = value.clone());
    ["source_only", "scdeal_before", "scdeal"].map(|id| log_loss(id, sides[0], sides[1], sides[2], &settings, &run))
}

#[test]
fn a_shift_that_hides_the_task_is_undone_and_the_transfer_adds_to_it() {
    let source = side(400, 0.0, 0.5, Side::Source, 1);
    let (target, judged) = (side(300, 3.0, 0.5, Side::Target, 2), side(300, 3.0, 0.5, Side::Target, 3));
    let [alone, before, after] = losses([&source, &target, &judged], &[]);
    assert!(before < 0.5 * alone && after < before, "source alone {alone:.3}, before {before:.3}, after {after:.3}");
    // With a code of its own nothing says which cells are which: they may be taken for each other.
    let [.., own] = losses([&source, &target, &judged], &[("cells_begin", json!("own"))]);
    assert!(own > 10.0 * after, "own {own:.3}, after {after:.3}");
    // Where nothing has a gradient, nothing is trained: what is left is the cells' autoencoder.
    let still = [("form", json!("released")), ("align_weight", json!(0.0)), ("max_epochs", json!(2))];
    assert!(losses([&source, &target, &judged], &still)[2].is_finite());
}

#[test]
fn where_the_domain_is_the_class_it_harms() {
    let source = side(400, 0.0, 0.1, Side::Source, 1);
    let (target, judged) = (side(300, 0.0, 0.9, Side::Target, 2), side(300, 0.0, 0.9, Side::Target, 3));
    for form in ["described", "released"] {
        let [alone, _, after] = losses([&source, &target, &judged], &[("form", json!(form))]);
        assert!(after > 1.3 * alone, "{form}: after {after:.3}, source alone {alone:.3}");
    }
}

fn learned(settings: Value, sources: Vec<Cohort>, target: Cohort) -> autograft::Result<Model> {
    let run = Run::new(Device::flex(), 3, &Quiet);
    let method = find("scdeal").unwrap();
    let settings = method.settings(&settings)?;
    let pre = block_on(method.pretrain(&settings, &sources, &run))?;
    let task = Task { sources, target, unlabelled: None };
    block_on(method.adapt(Some(&pre), &settings, &task, &run))
}

#[test]
fn it_says_how_it_was_trained_and_its_attributions_sum_to_what_they_explain() {
    let small = json!({ "widths": [12], "code": 6, "predictor": [6], "max_epochs": 8, "sampling": "smote" });
    let cells = side(90, 1.0, 0.5, Side::Target, 2);
    let model = learned(small.clone(), vec![side(120, 0.0, 0.3, Side::Source, 1)], cells.clone()).unwrap();
    let choice: Value = model.meta("choice").unwrap();
    let sizes: Vec<u64> = choice["clusters"].as_array().unwrap().iter().map(|n| n.as_u64().unwrap()).collect();
    assert_eq!((sizes.len(), sizes.iter().sum::<u64>()), (6, 90));
    assert_eq!(choice["curves"]["terms"], json!(["cross_entropy", "discrepancy", "clusters"]));
    // What a gene adds: the sum over genes is f(x) − f(0), in the network's own inputs.
    let network = Network::from_model(&model).unwrap();
    let wide = Wide::new(&network.layers);
    let x = network.encoder.transform_f64(&cells.x).unwrap();
    for row in x.values.chunks(x.cols).take(10) {
        let found = wide.integrated(&[-1.0, 1.0], row, &vec![0.0; x.cols]);
        let sum: f64 = found.values.iter().sum();
        assert!((sum - (found.output - found.base)).abs() < 1e-9, "{sum}, {} − {}", found.output, found.base);
    }
    // The labels of the cells are no part of it.
    let mut turned = cells.clone();
    if let Some(Labels::Classes { codes, .. }) = &mut turned.y {
        codes.iter_mut().for_each(|code| *code = code.map(|code| 1 - code));
    }
    let other = learned(small, vec![side(120, 0.0, 0.3, Side::Source, 1)], turned).unwrap();
    assert_eq!(other, model);
}

#[test]
fn poor_sides_are_refused() {
    let small = json!({ "widths": [4], "code": 3, "predictor": [3], "max_epochs": 2 });
    let refused = |source: Cohort, target: Cohort| learned(small.clone(), vec![source], target).unwrap_err().code();
    let one_class = side(40, 0.0, 0.0, Side::Source, 1);
    assert_eq!(refused(one_class, side(30, 0.0, 0.5, Side::Target, 2)), Code::OneClass);
    assert_eq!(refused(side(40, 0.0, 0.5, Side::Source, 1), side(1, 0.0, 0.5, Side::Target, 2)), Code::TooFewRows);
    assert_eq!(
        learned(json!({ "data_set": "gse1" }), Vec::new(), side(3, 0.0, 0.5, Side::Target, 2)).unwrap_err().code(),
        Code::OutOfRange
    );
}
