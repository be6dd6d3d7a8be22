//! Convolution and batch normalisation against JAX (tests/golden/conv.py): output, gradients, running statistics, three
//! optimiser steps, predictions; and gradients against finite differences.

use autograft::device::read;
use autograft::nets::init::dense;
use autograft::nets::{Conv1d, Dense, Kernel, Layer, Norm, Running, Scales, losses::squared};
use autograft::rng::Rng;
use autograft::train::adamw::{AdamW, Decay};
use autograft::watch::block_on;
use burn::module::Module;
use burn::tensor::activation::relu;
use burn::tensor::{Device, Tensor, TensorData};
use serde_json::Value;

#[derive(Module, Debug)]
struct Net {
    convs: Vec<Conv1d>,
    norms: Vec<Norm>,
    last: Dense,
}

impl Net {
    fn build(kernels: &[Kernel], scales: &[Scales], last: &Layer, device: &Device) -> Self {
        Self {
            convs: kernels.iter().map(|kernel| Conv1d::build(kernel, device)).collect(),
            norms: scales.iter().map(|scales| Norm::build(scales, device)).collect(),
            last: Dense::build(last, device),
        }
    }

    fn forward(&self, x: Tensor<3>, running: &mut [Running], training: bool) -> Tensor<2> {
        let mut h = x;
        for ((conv, norm), kept) in self.convs.iter().zip(&self.norms).zip(running) {
            let z = relu(conv.forward(h));
            h = if training {
                let (y, moved) = norm.forward_training(z, kept);
                *kept = moved;
                y
            } else {
                norm.forward_predicting(z, kept)
            };
        }
        let [rows, steps, channels] = h.dims();
        assert_eq!(steps, 1);
        self.last.forward(h.reshape([rows, channels]))
    }
}

fn tensor<const D: usize>(values: &[f32], shape: [usize; D], device: &Device) -> Tensor<D> {
    Tensor::from_data(TensorData::new(values.to_vec(), shape), device)
}

fn values<const D: usize>(tensor: Tensor<D>) -> Vec<f32> {
    let tensor = if tensor.is_autodiff() { tensor.inner() } else { tensor };
    block_on(read(vec![tensor])).unwrap().remove(0)
}

fn numbers(value: &Value) -> Vec<f32> {
    match value {
        Value::Array(all) => all.iter().flat_map(numbers).collect(),
        one => vec![one.as_f64().unwrap() as f32],
    }
}

fn sizes(value: &Value) -> Vec<usize> {
    value.as_array().map_or(Vec::new(), |all| [vec![all.len()], sizes(&all[0])].concat())
}

/// PyTorch's `[out, in, tap]` (or `[rows, channels, steps]`) with the last two dimensions exchanged.
fn channels_last(value: &Value) -> (Vec<f32>, [usize; 3]) {
    let (flat, size) = (numbers(value), sizes(value));
    let mut moved = Vec::with_capacity(flat.len());
    for o in 0..size[0] {
        for k in 0..size[2] {
            moved.extend((0..size[1]).map(|c| flat[(o * size[1] + c) * size[2] + k]));
        }
    }
    (moved, [size[0], size[2], size[1]])
}

/// A kernel of `[out, in, tap]`: row k · in + c, column o.
fn kernel(value: &Value) -> Kernel {
    let (by_output, [outputs, taps, inputs]) = channels_last(&value["weight"]);
    let rows = taps * inputs;
    let weight = (0..rows).flat_map(|row| (0..outputs).map(move |o| (row, o)));
    let weight = weight.map(|(row, o)| by_output[o * rows + row]).collect();
    Kernel { taps, layer: Layer { inputs: rows, outputs, weight, bias: numbers(&value["bias"]) } }
}

fn scales(value: &Value, running: Option<&Value>) -> Scales {
    let (gamma, beta) = (numbers(&value["gamma"]), numbers(&value["beta"]));
    let kept = running.map(|kept| (numbers(&kept["mean"]), numbers(&kept["variance"])));
    let (mean, variance) = kept.unwrap_or((vec![0.0; gamma.len()], vec![1.0; gamma.len()]));
    Scales { gamma, beta, mean, variance }
}

fn each<T>(value: &Value, read: impl Fn(&Value) -> T) -> Vec<T> {
    value.as_array().unwrap().iter().map(read).collect()
}

fn last(value: &Value) -> Layer {
    let size = sizes(&value["weight"]);
    Layer { inputs: size[0], outputs: size[1], weight: numbers(&value["weight"]), bias: numbers(&value["bias"]) }
}

fn close(what: &str, ours: &[f32], theirs: &[f32]) {
    assert_eq!(ours.len(), theirs.len(), "{what}");
    for (at, (a, b)) in ours.iter().zip(theirs).enumerate() {
        assert!((a - b).abs() <= 1e-4 * b.abs().max(1.0), "{what}, {at}: {a}, JAX {b}");
    }
}

fn golden() -> Value {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/golden/conv.json");
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

#[test]
fn a_convolutional_training_keeps_to_jaxs() {
    let golden = golden();
    let device = Device::flex().autodiff();
    let before = &golden["before"];
    let start: Vec<Scales> = each(&before["norms"], |one| scales(one, None));
    let mut net = Net::build(&each(&before["convs"], kernel), &start, &last(&before["last"]), &device);
    let mut running: Vec<Running> = start.iter().map(|one| Running::build(one, &device)).collect();
    let (x, shape) = channels_last(&golden["x"]);
    let y = numbers(&golden["y"]);
    let (x, y) = (tensor(&x, shape, &device), tensor(&y, [y.len(), 1], &device));
    let mut adam = AdamW::default();
    let (rate, decay) = (golden["rate"].as_f64().unwrap(), golden["decay"].as_f64().unwrap());
    for (step, theirs) in numbers(&golden["losses"]).into_iter().enumerate() {
        let z = net.forward(x.clone(), &mut running, true);
        if step == 0 {
            close("output", &values(z.clone()), &numbers(&golden["output"]));
        }
        let loss = squared(z, y.clone(), None);
        close("loss", &values(loss.clone()), &[theirs]);
        let gradients = loss.backward();
        if step == 0 {
            let expected = &golden["gradients"];
            for (at, conv) in net.convs.iter().enumerate() {
                let theirs = kernel(&expected["convs"][at]).layer;
                let (weight, bias) = conv.dense().tensors();
                close("weight's gradient", &values(weight.grad(&gradients).unwrap()), &theirs.weight);
                close("bias's gradient", &values(bias.grad(&gradients).unwrap()), &theirs.bias);
            }
            for (at, norm) in net.norms.iter().enumerate() {
                let theirs = &expected["norms"][at];
                let (gamma, beta) = norm.tensors();
                close("gamma's gradient", &values(gamma.grad(&gradients).unwrap()), &numbers(&theirs["gamma"]));
                close("beta's gradient", &values(beta.grad(&gradients).unwrap()), &numbers(&theirs["beta"]));
            }
        }
        net = block_on(adam.step(net, gradients, rate, Decay::Decoupled(decay))).unwrap();
        if step == 0 {
            // The running variance tells biased (divided by 6) from unbiased (by 5) in the last one.
            let kept = each(&golden["running_once"], |one| (numbers(&one["mean"]), numbers(&one["variance"])));
            for ((norm, running), (mean, variance)) in net.norms.iter().zip(&running).zip(kept) {
                let ours = block_on(norm.scales(running)).unwrap();
                close("running mean", &ours.mean, &mean);
                close("running variance", &ours.variance, &variance);
            }
        }
    }
    let after = &golden["after"];
    for (conv, theirs) in net.convs.iter().zip(each(&after["convs"], kernel)) {
        let ours = block_on(conv.dense().layer()).unwrap();
        close("weights after", &ours.weight, &theirs.layer.weight);
        close("biases after", &ours.bias, &theirs.layer.bias);
    }
    for (at, (norm, running)) in net.norms.iter().zip(&running).enumerate() {
        let (ours, theirs) =
            (block_on(norm.scales(running)).unwrap(), scales(&after["norms"][at], Some(&golden["running"][at])));
        close("gamma after", &ours.gamma, &theirs.gamma);
        close("beta after", &ours.beta, &theirs.beta);
        close("running mean after", &ours.mean, &theirs.mean);
        close("running variance after", &ours.variance, &theirs.variance);
    }
    let predicted = net.clone().valid().forward(x.inner(), &mut running, false);
    close("predictions", &values(predicted), &numbers(&golden["predicted"]));
}

#[test]
fn convolution_and_normalisation_have_the_gradients_of_finite_differences() {
    const SHAPE: [usize; 3] = [3, 7, 2];
    let mut rng = Rng::stream(5, "convolution");
    let kernels = [Kernel::initial(2, 3, 3, 2.0, &mut rng), Kernel::initial(3, 2, 5, 2.0, &mut rng)];
    let mut of = |n: usize| (0..n).map(|_| 1.0 + 0.3 * rng.normal() as f32).collect::<Vec<f32>>();
    let scales: Vec<Scales> =
        [3, 2].map(|n| Scales { gamma: of(n), beta: of(n), ..Scales::initial(n) }).into_iter().collect();
    let x: Vec<f32> = (0..42).map(|_| rng.normal() as f32).collect();
    let y: Vec<f32> = (0..3).map(|_| rng.normal() as f32).collect();
    let last = dense(2, 1, 2.0, &mut rng);
    let loss = |x: Tensor<3>, kernels: &[Kernel], device: &Device| {
        let net = Net::build(kernels, &scales, &last, device);
        let mut running: Vec<Running> = scales.iter().map(|one| Running::build(one, device)).collect();
        squared(net.forward(x, &mut running, true), tensor(&y, [3, 1], device), None)
    };
    let (plain, tracked) = (Device::flex(), Device::flex().autodiff());
    let leaf = tensor(&x, SHAPE, &tracked).require_grad();
    let gradients = loss(leaf.clone(), &kernels, &tracked).backward();
    let gradient = values(leaf.grad(&gradients).unwrap());
    assert!(gradient.iter().any(|g| g.abs() > 1e-2), "nothing to see");
    let mut agreed = 0;
    for i in 0..x.len() {
        let slope = |step: f32| {
            let at = |value: f32| {
                let mut moved = x.clone();
                moved[i] = value;
                f64::from(values(loss(tensor(&moved, SHAPE, &plain), &kernels, &plain))[0])
            };
            (at(x[i] + step) - at(x[i] - step)) / f64::from(2.0 * step)
        };
        // Where two steps disagree a ReLU bends in between: no slope to compare with.
        let (far, near) = (slope(2e-2), slope(1e-2));
        if (far - near).abs() < 5e-3 {
            agreed += 1;
            assert!((near - f64::from(gradient[i])).abs() < 1e-2, "{i}: {near}, {}", gradient[i]);
        }
    }
    assert!(agreed > x.len() / 2, "{agreed}");
}

#[test]
fn a_kernel_slides_along_the_sequence() {
    // Two channels, three taps, one output: written out by hand.
    let device = Device::flex();
    let kernel = Kernel {
        taps: 3,
        layer: Layer { inputs: 6, outputs: 1, weight: vec![1.0, 0.0, 0.0, 10.0, -1.0, 0.5], bias: vec![0.25] },
    };
    let x = tensor(&[1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0], [1, 4, 2], &device);
    let z = Conv1d::build(&kernel, &device).forward(x);
    assert_eq!(z.dims(), [1, 2, 1]);
    // t = 0: 1·1 + 10·4 − 1·5 + 0.5·6 + 0.25; t = 1: 3 + 10·6 − 7 + 0.5·8 + 0.25.
    assert_eq!(values(z), [39.25, 60.25]);
}

#[test]
fn one_row_leaves_the_running_statistics_alone() {
    let device = Device::flex();
    let scales = Scales::initial(2);
    let (norm, running) = (Norm::build(&scales, &device), Running::build(&scales, &device));
    let (y, moved) = norm.forward_training(tensor(&[5.0, -3.0], [1, 2], &device), &running);
    assert_eq!(values(y), [0.0, 0.0]);
    assert_eq!(block_on(norm.scales(&moved)).unwrap(), scales);
}

#[test]
fn both_ways_to_convolve_give_the_same_and_have_the_same_gradients() {
    let device = Device::flex().autodiff();
    let mut rng = Rng::stream(9, "both");
    let mut kernel = Kernel::initial(3, 5, 4, 2.0, &mut rng);
    kernel.layer.bias = (0..5).map(|_| rng.normal() as f32).collect();
    let conv = Conv1d::build(&kernel, &device);
    let x: Vec<f32> = (0..2 * 9 * 3).map(|_| rng.normal() as f32).collect();
    let of = |forward: fn(&Conv1d, Tensor<3>) -> Tensor<3>| {
        let x = tensor(&x, [2, 9, 3], &device).require_grad();
        let z = forward(&conv, x.clone());
        assert_eq!(z.dims(), [2, 6, 5]);
        let gradients = (z.clone() * z.clone()).mean().backward();
        let (weight, bias) = conv.dense().tensors();
        let of_x = values(x.grad(&gradients).unwrap());
        [values(z), of_x, values(weight.grad(&gradients).unwrap()), values(bias.grad(&gradients).unwrap())]
    };
    let pairs = of(Conv1d::by_product).into_iter().zip(of(Conv1d::by_convolution));
    for ((ours, theirs), what) in pairs.zip(["output", "x's gradient", "weight's gradient", "bias's gradient"]) {
        assert!(ours.iter().any(|value| value.abs() > 1e-2), "{what}: nothing to see");
        for (a, b) in ours.iter().zip(&theirs) {
            assert!((a - b).abs() < 1e-5, "{what}: {a}, {b}");
        }
    }
}
