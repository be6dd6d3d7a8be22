//! Losses against finite differences, and whole trainings, step for step, against numpy (tests/golden/nets.py).

use autograft::device::read;
use autograft::nets::losses::{cross_entropy, squared};
use autograft::nets::{Layer, Mlp, dropout};
use autograft::rng::Rng;
use autograft::train::{Decay, LossTerm, Run, Schedule, descend};
use autograft::watch::{Quiet, block_on};
use burn::module::Module;
use burn::tensor::{Device, Tensor, TensorData};
use serde_json::Value;

type Loss = fn(Tensor<2>, Tensor<2>, Option<Tensor<2>>) -> Tensor<1>;

fn tensor(values: &[f32], rows: usize, device: &Device) -> Tensor<2> {
    Tensor::from_data(TensorData::new(values.to_vec(), [rows, values.len() / rows]), device)
}

fn number(value: Tensor<1>) -> f64 {
    f64::from(block_on(read(vec![value])).unwrap()[0][0])
}

#[test]
fn losses_have_the_gradients_of_finite_differences() {
    const ROWS: usize = 4;
    let mut rng = Rng::stream(1, "gradients");
    let plain = Device::flex();
    let tracked = Device::flex().autodiff();
    for (name, loss, k) in [
        ("cross-entropy of two", cross_entropy as Loss, 2),
        ("cross-entropy of four", cross_entropy as Loss, 4),
        ("squared", squared as Loss, 1),
        ("squared of three", squared as Loss, 3),
    ] {
        let z: Vec<f32> = (0..ROWS * k).map(|_| rng.normal() as f32).collect();
        let y: Vec<f32> = match name.starts_with("cross") {
            true => (0..ROWS).flat_map(|row| (0..k).map(move |c| f32::from(u8::from(c == row % k)))).collect(),
            false => (0..ROWS * k).map(|_| rng.normal() as f32).collect(),
        };
        let w: Vec<f32> = (0..ROWS).map(|_| rng.uniform() as f32 + 0.2).collect();
        for weighted in [false, true] {
            let weights = |device| weighted.then(|| tensor(&w, ROWS, device));
            let at = |z: &[f32]| number(loss(tensor(z, ROWS, &plain), tensor(&y, ROWS, &plain), weights(&plain)));
            let leaf = tensor(&z, ROWS, &tracked).require_grad();
            let grads = loss(leaf.clone(), tensor(&y, ROWS, &tracked), weights(&tracked)).backward();
            let gradient = leaf.grad(&grads).unwrap().reshape([ROWS * k]);
            let gradient = block_on(read(vec![gradient])).unwrap().remove(0);
            assert!(gradient.iter().any(|g| g.abs() > 1e-2), "{name}: nothing to see");
            for i in 0..z.len() {
                let step = 1e-2_f32;
                let (mut up, mut down) = (z.clone(), z.clone());
                up[i] += step;
                down[i] -= step;
                let slope = (at(&up) - at(&down)) / f64::from(up[i] - down[i]);
                assert!((slope - f64::from(gradient[i])).abs() < 2e-4, "{name}, {weighted}, {i}: {slope}");
            }
        }
    }
}

#[test]
fn losses_hold_at_large_outputs() {
    let device = Device::flex();
    let z = tensor(&[500.0, -500.0, -500.0, 500.0], 2, &device);
    let y = tensor(&[1.0, 0.0, 1.0, 0.0], 2, &device);
    let loss = number(cross_entropy(z, y, None));
    assert!((loss - 500.0).abs() < 1e-3, "{loss}");
}

#[test]
fn weights_of_rows_are_a_weighted_mean() {
    let device = Device::flex();
    let (z, y) = (tensor(&[1.0, 3.0], 2, &device), tensor(&[0.0, 0.0], 2, &device));
    let w = tensor(&[3.0, 1.0], 2, &device);
    assert!((number(squared(z, y, Some(w))) - 3.0).abs() < 1e-6);
}

fn floats(value: &Value) -> Vec<f32> {
    value.as_array().unwrap().iter().map(|v| v.as_f64().unwrap() as f32).collect()
}

fn layers(value: &Value) -> Vec<Layer> {
    let size = |v: &Value| v.as_u64().unwrap() as usize;
    value
        .as_array()
        .unwrap()
        .iter()
        .map(|layer| Layer {
            inputs: size(&layer["inputs"]),
            outputs: size(&layer["outputs"]),
            weight: floats(&layer["weight"]),
            bias: floats(&layer["bias"]),
        })
        .collect()
}

fn golden() -> Value {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/golden/nets.json");
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

#[test]
fn training_keeps_to_numpys_step_for_step() {
    let golden = golden();
    let size = |key: &str| golden[key].as_u64().unwrap() as usize;
    let (rows, cols, batch) = (size("rows"), size("cols"), size("batch"));
    let x = floats(&golden["x"]);
    let device = Device::flex().autodiff();
    let run = Run::new(Device::flex(), 1, &Quiet);
    for case in golden["cases"].as_array().unwrap() {
        let name = case["loss"].as_str().unwrap();
        let loss = if name == "squared" { squared as Loss } else { cross_entropy as Loss };
        let (k, frozen) = (case["outputs"].as_u64().unwrap() as usize, case["frozen"].as_u64().unwrap() as usize);
        let y = floats(&case["y"]);
        let before = layers(&case["before"]);
        let expected: Vec<f64> = case["losses"].as_array().unwrap().iter().map(|v| v.as_f64().unwrap()).collect();
        let fixed = Mlp::build(&before[..frozen], &device);
        let schedule = Schedule {
            name: "golden",
            rows,
            batch,
            max_epochs: usize::MAX,
            patience: 1,
            max_steps: Some(expected.len() as u32),
            rate: golden["rate"].as_f64().unwrap(),
            decay: Decay::Decoupled(golden["decay"].as_f64().unwrap()),
        };
        let pick = |values: &[f32], cols: usize, step: u32| -> Vec<f32> {
            (0..batch)
                .map(|i| (i + step as usize * batch) % rows)
                .flat_map(|row| values[row * cols..(row + 1) * cols].to_vec())
                .collect()
        };
        let trained = descend(
            Mlp::build(&before[frozen..], &device),
            &schedule,
            &run,
            |model, at| {
                let h = fixed.features(tensor(&pick(&x, cols, at.step), batch, &device)).detach();
                let z = model.forward(h, &[]);
                vec![LossTerm {
                    name: "loss",
                    weight: 1.0,
                    value: loss(z, tensor(&pick(&y, k, at.step), batch, &device), None),
                }]
            },
            None::<fn(&Mlp) -> Tensor<1>>,
        );
        let (model, descent) = block_on(trained).unwrap();
        assert_eq!(descent.losses.len(), expected.len());
        for (step, (ours, theirs)) in descent.losses.iter().zip(&expected).enumerate() {
            assert!(
                (ours - theirs).abs() < 1e-4,
                "{name} of {k}, {frozen} frozen, step {step}: {ours}, numpy {theirs}"
            );
        }
        for (ours, theirs) in block_on(model.layers()).unwrap().iter().zip(&layers(&case["after"])[frozen..]) {
            for (a, b) in ours.weight.iter().chain(&ours.bias).zip(theirs.weight.iter().chain(&theirs.bias)) {
                assert!((a - b).abs() < 1e-3, "{name} of {k}, {frozen} frozen: {a}, numpy {b}");
            }
        }
    }
}

#[test]
fn parameters_that_ask_for_no_gradient_do_not_move() {
    let golden = golden();
    let case = &golden["cases"][0];
    let before = layers(&case["before"]);
    let device = Device::flex().autodiff();
    let run = Run::new(Device::flex(), 1, &Quiet);
    let schedule = Schedule {
        name: "golden",
        rows: 24,
        batch: 8,
        max_epochs: 3,
        patience: 1,
        max_steps: None,
        rate: 1e-2,
        decay: Decay::Decoupled(0.5),
    };
    let model = Mlp::build(&before, &device).no_grad();
    let objective = |model: &Mlp, _: &autograft::train::Batch<'_>| {
        let x = tensor(&floats(&golden["x"]), 24, &device).require_grad();
        let value = squared(model.forward(x, &[]), tensor(&[0.0; 72], 24, &device), None);
        vec![LossTerm { name: "loss", weight: 1.0, value }]
    };
    let (model, descent) = block_on(descend(model, &schedule, &run, objective, None::<fn(&Mlp) -> Tensor<1>>)).unwrap();
    assert_eq!(descent.steps, 9);
    assert_eq!(block_on(model.layers()).unwrap(), before);
}

#[test]
fn a_loss_that_is_not_finite_names_its_term_and_step() {
    let before = layers(&golden()["cases"][0]["before"]);
    let device = Device::flex().autodiff();
    let run = Run::new(Device::flex(), 1, &Quiet);
    let schedule = Schedule {
        name: "golden",
        rows: 8,
        batch: 8,
        max_epochs: 60,
        patience: 1,
        max_steps: None,
        rate: 1e-3,
        decay: Decay::Decoupled(0.0),
    };
    let objective = |model: &Mlp, at: &autograft::train::Batch<'_>| {
        let z = model.forward(tensor(&[0.5; 40], 8, &device), &[]);
        let bad = if at.step == 30 { f32::NAN } else { 0.0 };
        let base = squared(z.clone(), tensor(&[0.0; 24], 8, &device), None);
        let other = squared(z, tensor(&[bad; 24], 8, &device), None);
        vec![
            LossTerm { name: "base", weight: 1.0, value: base },
            LossTerm { name: "adaptation", weight: 0.5, value: other },
        ]
    };
    let error =
        block_on(descend(Mlp::build(&before, &device), &schedule, &run, objective, None::<fn(&Mlp) -> Tensor<1>>))
            .unwrap_err();
    assert_eq!(error.code(), autograft::Code::NotFinite);
    let fact = |name: &str| error.facts().iter().find(|(slot, _)| slot == name).unwrap().1.clone();
    assert_eq!((fact("term").as_str(), fact("step").as_str()), ("adaptation", "31"));
}

#[test]
fn early_stopping_gives_back_the_best_weights() {
    // The validation grows with every look, so the weights before the first step are the best.
    let before = layers(&golden()["cases"][0]["before"]);
    let device = Device::flex().autodiff();
    let run = Run::new(Device::flex(), 1, &Quiet);
    let schedule = Schedule {
        name: "golden",
        rows: 8,
        batch: 4,
        max_epochs: 1000,
        patience: 7,
        max_steps: None,
        rate: 1e-2,
        decay: Decay::Decoupled(0.0),
    };
    let looks = std::cell::Cell::new(0.0_f32);
    let check = |_: &Mlp| {
        looks.set(looks.get() + 1.0);
        Tensor::<1>::from_data(TensorData::new(vec![looks.get()], [1]), &Device::flex())
    };
    let objective = |model: &Mlp, _: &autograft::train::Batch<'_>| {
        let z = model.forward(tensor(&[0.5; 40], 8, &device), &[]);
        vec![LossTerm { name: "loss", weight: 1.0, value: squared(z, tensor(&[1.0; 24], 8, &device), None) }]
    };
    let (model, descent) =
        block_on(descend(Mlp::build(&before, &device), &schedule, &run, objective, Some(check))).unwrap();
    assert_eq!((descent.best_epoch, descent.best_loss), (0, 1.0));
    // Looked at every 10 steps, so every fifth epoch: 10 is the first look that is 7 epochs stale.
    assert_eq!(descent.epochs, 10);
    assert_eq!(block_on(model.layers()).unwrap(), before);
}

#[test]
fn dropout_keeps_the_mean_and_the_rate() {
    let mask = dropout::mask(400, 50, 0.3, &mut Rng::stream(1, "dropout"));
    let dropped = mask.iter().filter(|m| **m == 0.0).count() as f64 / mask.len() as f64;
    let mean = mask.iter().map(|m| f64::from(*m)).sum::<f64>() / mask.len() as f64;
    assert_eq!(mask.len(), 20_000);
    assert!((dropped - 0.3).abs() < 0.015, "{dropped}");
    assert!((mean - 1.0).abs() < 0.02, "{mean}");
}
