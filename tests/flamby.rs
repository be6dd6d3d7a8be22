//! FLamby's Fed-Heart-Disease table in its own protocol, with this crate's network, optimiser and training loop.
//!
//! The protocol is that of owkin/FLamby (dataset.py, common.py, fed_benchmark.py): 740 complete patients of four
//! hospitals, slope, ca and thal left out, 13 inputs after chest pain and ECG became indicators; logistic regression,
//! Adam 1e-3, batch 4, 50 epochs. A local model is trained and judged on inputs standardised by each hospital's own
//! training rows; the pooled one is trained on inputs standardised by all training rows, judged by hospital on the
//! former and on all test rows on the latter. The rows come from `tests/golden/flamby.py`; the published cells are the
//! five CSVs of the benchmark.

use autograft::nets::mlp::{Layer, Mlp};
use autograft::rng::Rng;
use autograft::train::{Decay, LossTerm, Run, Schedule, descend};
use autograft::watch::{Quiet, block_on};
use burn::tensor::{Tensor, TensorData, activation};
use serde_json::Value;
use std::collections::BTreeMap;
use std::fmt::Write;

use crate::shared::shared;

const HOSPITALS: [&str; 4] = ["cleveland", "hungarian", "switzerland", "va"];
const TESTS: [&str; 5] = ["client_test_0", "client_test_1", "client_test_2", "client_test_3", "Pooled Test"];
const METHODS: [&str; 5] = ["Pooled Training", "Local 0", "Local 1", "Local 2", "Local 3"];
const INPUTS: usize = 13;
const SEEDS: u64 = 5;

struct Patient {
    hospital: usize,
    trains: bool,
    x: [f64; INPUTS],
    event: bool,
}

/// The complete patients; `None` where the data are absent.
fn patients() -> Option<Vec<Patient>> {
    let split: Value = serde_json::from_str(include_str!("golden/flamby.json")).unwrap();
    let mut all = Vec::new();
    for (hospital, name) in HOSPITALS.into_iter().enumerate() {
        let text = shared(&format!("data/heart/processed.{name}.data"))?;
        let lines: Vec<&str> = text.lines().collect();
        for (part, trains) in [("train", true), ("test", false)] {
            for row in split["hospitals"][name][part].as_array().unwrap() {
                let cells: Vec<&str> = lines[row.as_u64().unwrap() as usize].split(',').map(str::trim).collect();
                let number = |at: usize| cells[at].parse::<f64>().unwrap();
                let is = |at: usize, level: f64| f64::from(u8::from(number(at) == level));
                let mut x: Vec<f64> = [0, 1, 3, 4, 5, 7, 8, 9].into_iter().map(number).collect();
                // The first level is the reference: pandas.get_dummies(drop_first=True).
                x.extend([is(2, 2.0), is(2, 3.0), is(2, 4.0), is(6, 1.0), is(6, 2.0)]);
                all.push(Patient { hospital, trains, x: x.try_into().unwrap(), event: number(13) != 0.0 });
            }
        }
    }
    Some(all)
}

/// The inputs standardised by these rows (sd with n − 1, as torch's).
fn standardised(patients: &[Patient], by: &dyn Fn(&Patient) -> bool, of: &dyn Fn(&Patient) -> bool) -> Vec<Vec<f64>> {
    let rows: Vec<&Patient> = patients.iter().filter(|p| by(p)).collect();
    let n = rows.len() as f64;
    let mean: Vec<f64> = (0..INPUTS).map(|i| rows.iter().map(|p| p.x[i]).sum::<f64>() / n).collect();
    let sd: Vec<f64> = (0..INPUTS)
        .map(|i| (rows.iter().map(|p| (p.x[i] - mean[i]).powi(2)).sum::<f64>() / (n - 1.0)).sqrt())
        .collect();
    let z = |p: &Patient| (0..INPUTS).map(|i| (p.x[i] - mean[i]) / (sd[i] + 1e-9)).collect();
    patients.iter().filter(|p| of(p)).map(z).collect()
}

/// Trains the logistic regression; its weights and bias.
fn train(x: &[Vec<f64>], y: &[bool], seed: u64) -> (Vec<f64>, f64) {
    let device = autograft::device::cpu();
    // torch.nn.Linear draws from ±1/√inputs, the bias too.
    let mut rng = Rng::stream(seed, "flamby");
    let bound = 1.0 / (INPUTS as f64).sqrt();
    let mut draw = || ((2.0 * rng.uniform() - 1.0) * bound) as f32;
    let weight = (0..INPUTS).map(|_| draw()).collect();
    let layer = Layer { inputs: INPUTS, outputs: 1, weight, bias: vec![draw()] };
    let model = Mlp::build(&[layer], &device.clone().autodiff());
    let schedule = Schedule {
        name: "flamby",
        rows: x.len(),
        batch: 4,
        max_epochs: 50,
        patience: 50,
        max_steps: None,
        rate: 1e-3,
        decay: Decay::Decoupled(0.0),
    };
    let run = Run::new(device.clone(), seed, &Quiet);
    let upload = |values: Vec<f32>, columns: usize| {
        let rows = values.len() / columns;
        Tensor::<2>::from_data(TensorData::new(values, [rows, columns]), &device.clone().autodiff())
    };
    let objective = |model: &Mlp, batch: &autograft::train::Batch<'_>| {
        let inputs = upload(batch.rows.iter().flat_map(|&row| x[row].iter().map(|v| *v as f32)).collect(), INPUTS);
        let truth = upload(batch.rows.iter().map(|&row| f32::from(u8::from(y[row]))).collect(), 1);
        let z = model.forward(inputs, &[]);
        // Binary cross-entropy of the logit: softplus(z) − y·z.
        let value = (activation::softplus(z.clone(), 1.0) - truth * z).mean();
        vec![LossTerm { name: "bce", weight: 1.0, value }]
    };
    let none: Option<fn(&Mlp) -> Tensor<1>> = None;
    let (model, descent) = block_on(descend(model, &schedule, &run, objective, none)).unwrap();
    assert_eq!(descent.steps as usize, 50 * x.len().div_ceil(4));
    let layer = block_on(model.layers()).unwrap().remove(0);
    (layer.weight.iter().map(|w| f64::from(*w)).collect(), f64::from(layer.bias[0]))
}

fn accuracy((weight, bias): &(Vec<f64>, f64), x: &[Vec<f64>], y: &[bool]) -> f64 {
    let says = |x: &Vec<f64>| x.iter().zip(weight).map(|(x, w)| x * w).sum::<f64>() + bias > 0.0;
    x.iter().zip(y).filter(|(x, y)| says(x) == **y).count() as f64 / y.len() as f64
}

/// Method and test to the values over the seeds.
type Cells = BTreeMap<(String, String), Vec<f64>>;

fn ours(patients: &[Patient]) -> Cells {
    let mut cells = Cells::new();
    let labels = |of: &dyn Fn(&Patient) -> bool| patients.iter().filter(|p| of(p)).map(|p| p.event).collect::<Vec<_>>();
    for (method, name) in METHODS.into_iter().enumerate() {
        // Method 0 is the pooled one, method k the hospital k − 1.
        let trains = |p: &Patient| p.trains && (method == 0 || p.hospital + 1 == method);
        let x = standardised(patients, &trains, &trains);
        for seed in 0..SEEDS {
            let model = train(&x, &labels(&trains), seed);
            let mut note = |test: usize, value: f64| {
                cells.entry((name.to_owned(), TESTS[test].to_owned())).or_default().push(value);
            };
            for hospital in 0..4 {
                let by = |p: &Patient| p.trains && p.hospital == hospital;
                let of = |p: &Patient| !p.trains && p.hospital == hospital;
                note(hospital, accuracy(&model, &standardised(patients, &by, &of), &labels(&of)));
            }
            let of = |p: &Patient| !p.trains;
            note(4, accuracy(&model, &standardised(patients, &|p| p.trains, &of), &labels(&of)));
        }
    }
    cells
}

/// The published cells.
fn published() -> Option<Cells> {
    let mut cells = Cells::new();
    for seed in 42..47 {
        let text = shared(&format!("oracles/flamby_heart_seed{seed}.csv"))?;
        let mut lines = text.lines();
        let head: Vec<&str> = lines.next().unwrap().split(',').collect();
        let at = |name: &str| head.iter().position(|column| *column == name).unwrap();
        for line in lines {
            let cells_of_line: Vec<&str> = line.split(',').collect();
            let key = (cells_of_line[at("Method")].to_owned(), cells_of_line[at("Test")].to_owned());
            if METHODS.contains(&key.0.as_str()) {
                cells.entry(key).or_default().push(cells_of_line[at("Metric")].parse().unwrap());
            }
        }
    }
    Some(cells)
}

fn mean_sd(values: &[f64]) -> (f64, f64) {
    let mean = values.iter().sum::<f64>() / values.len() as f64;
    (mean, (values.iter().map(|v| (v - mean).powi(2)).sum::<f64>() / (values.len() - 1) as f64).sqrt())
}

/// Every cell is within two standard deviations over seeds (of both sides together; one patient of the test set at
/// least, since five equal published values do not mean that a sixth could not differ).
#[test]
fn the_published_table_comes_out() {
    let (Some(patients), Some(published)) = (patients(), published()) else { return };
    let count = |hospital: usize, trains: bool| {
        patients.iter().filter(|p| p.hospital == hospital && p.trains == trains).count()
    };
    let sizes: Vec<(usize, usize)> = (0..4).map(|h| (count(h, true), count(h, false))).collect();
    assert_eq!(sizes, [(199, 104), (172, 89), (30, 16), (85, 45)]);
    let ours = ours(&patients);
    let mut table = String::from(
        "| train | test | published, mean ± SD of 5 | ours, mean ± SD of 5 | within 2 SD |\n| --- | --- | --- | --- | --- |\n",
    );
    let mut misses = Vec::new();
    for method in METHODS {
        for (place, test) in TESTS.into_iter().enumerate() {
            let key = (method.to_owned(), test.to_owned());
            let ((theirs, their_sd), (mine, my_sd)) = (mean_sd(&published[&key]), mean_sd(&ours[&key]));
            let patient = 1.0 / (0..4).filter(|h| place == 4 || *h == place).map(|h| sizes[h].1).sum::<usize>() as f64;
            let allowed = (2.0 * (their_sd.powi(2) + my_sd.powi(2)).sqrt()).max(patient);
            let near = (theirs - mine).abs() <= allowed;
            let shown = if near { "yes" } else { "no" };
            writeln!(table, "| {method} | {test} | {theirs:.3} ± {their_sd:.3} | {mine:.3} ± {my_sd:.3} | {shown} |")
                .unwrap();
            if !near {
                misses.push(format!("{method} on {test}: {mine:.3}, published {theirs:.3}, allowed ±{allowed:.3}"));
            }
        }
    }
    println!("{table}");
    if let Some(file) = std::env::var_os("AUTOGRAFT_FLAMBY_TABLE") {
        std::fs::write(file, &table).unwrap();
    }
    assert!(misses.is_empty(), "{misses:#?}\n{table}");
}
