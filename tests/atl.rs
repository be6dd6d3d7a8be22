//! ATL: its network against jax step for step (tests/golden/atl.py), windows and scales, and what it does on virtual people.

use autograft::Code;
use autograft::cohort::{Cohort, Feature, FeatureKind, Frame, Labels, Prediction, Side, Task, View};
use autograft::math::rows::Rows;
use autograft::math::svm;
use autograft::methods::common::forecaster::{Block, Forecaster, Net, Parts, Windowed};
use autograft::methods::common::representation::representation;
use autograft::methods::common::series::{Scale, Shape};
use autograft::methods::registry::find;
use autograft::metrics::perplexity::Neighbourhoods;
use autograft::nets::{Kernel, Layer, Running, Scales};
use autograft::rng::Rng;
use autograft::table::Windows;
use autograft::train::adamw::AdamW;
use autograft::train::{Decay, Run};
use autograft::watch::{Pulse, Quiet, block_on};
use burn::tensor::{Device, Tensor, TensorData};
use serde_json::{Value, json};

use crate::adversarial::{floats, tensor, values};

fn golden() -> Value {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/golden/atl.json");
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

fn layer(value: &Value) -> Layer {
    let whole = |key: &str| value[key].as_u64().unwrap() as usize;
    let (inputs, outputs) = (whole("inputs"), whole("outputs"));
    Layer { inputs, outputs, weight: floats(&value["weight"]), bias: floats(&value["bias"]) }
}

fn scales(value: &Value) -> Scales {
    let of = |key: &str| floats(&value[key]);
    Scales { gamma: of("gamma"), beta: of("beta"), mean: of("mean"), variance: of("variance") }
}

fn parts(value: &Value) -> Parts {
    let block = |name: &str| Block {
        hidden: layer(&value[name]["hidden"]),
        norm: scales(&value[name]["norm"]),
        out: layer(&value[name]["out"]),
    };
    let convs = value["convs"].as_array().unwrap().iter();
    Parts {
        convs: convs.map(|one| Kernel { taps: 3, layer: layer(one) }).collect(),
        norms: value["norms"].as_array().unwrap().iter().map(scales).collect(),
        head: block("head"),
        critic: Some(block("critic")),
    }
}

/// Every number of the parts, with the running statistics.
fn flat(parts: &Parts) -> Vec<f32> {
    let mut out = Vec::new();
    let mut layer = |layer: &Layer| out.extend(layer.weight.iter().chain(&layer.bias).copied());
    let blocks = [Some(&parts.head), parts.critic.as_ref()];
    parts.convs.iter().for_each(|kernel| layer(&kernel.layer));
    for block in blocks.into_iter().flatten() {
        layer(&block.hidden);
        layer(&block.out);
    }
    for norm in parts.norms.iter().chain(blocks.into_iter().flatten().map(|block| &block.norm)) {
        out.extend(norm.gamma.iter().chain(&norm.beta).chain(&norm.mean).chain(&norm.variance).copied());
    }
    out
}

fn columns(steps: usize, channels: usize) -> Vec<Feature> {
    let name = |at: usize| Windows::lagged(["a", "b", "c"][at % channels], ((steps - 1 - at / channels) * 5) as u32);
    (0..steps * channels).map(|at| Feature { name: name(at), kind: FeatureKind::Number }).collect()
}

#[test]
fn every_term_weight_and_forecast_keeps_to_jaxs() {
    let golden = golden();
    let whole = |key: &str| golden[key].as_u64().unwrap() as usize;
    let (steps, channels, rows) = (whole("steps"), whole("channels"), golden["y"].as_array().unwrap().len());
    let device = Device::flex().autodiff();
    let before = parts(&golden["before"]);
    let x = TensorData::new(floats(&golden["x"]), [rows, steps, channels]);
    let mut hot = vec![0.0; rows * 3];
    for (row, subject) in golden["subject"].as_array().unwrap().iter().enumerate() {
        hot[row * 3 + subject.as_u64().unwrap() as usize] = 1.0;
    }
    let batch = Windowed {
        x: Tensor::from_data(x, &device),
        y: tensor(&floats(&golden["y"]), 1, &device),
        subject: Some((tensor(&hot, 3, &device), tensor(&floats(&golden["even"]), 1, &device))),
    };
    let scales = before.norms.iter().chain([&before.head.norm]).chain(before.critic.iter().map(|block| &block.norm));
    let mut running: Vec<Running> = scales.map(|scales| Running::build(scales, &device)).collect();
    let mut net = Net::build(&before, &device);
    let mut adam = AdamW::default();
    let weight = golden["weight"].as_f64().unwrap();
    for (step, expected) in golden["terms"].as_array().unwrap().iter().enumerate() {
        let terms = net.terms(&batch, weight, &mut running, &mut |_, _| None);
        assert_eq!(
            terms.iter().map(|term| term.name).collect::<Vec<_>>(),
            ["squared_error", "domain", "domains_told_apart"]
        );
        for term in terms.iter().take(2) {
            let (ours, theirs) = (f64::from(values(term.value.clone())[0]), expected[term.name].as_f64().unwrap());
            assert!((ours - theirs).abs() < 1e-4, "step {step}, {}: {ours}, jax {theirs}", term.name);
        }
        let total =
            terms.into_iter().filter(|t| t.weight > 0.0).map(|t| t.value * t.weight).reduce(|a, b| a + b).unwrap();
        net = block_on(adam.step(net, total.backward(), golden["rate"].as_f64().unwrap(), Decay::Decoupled(0.0)))
            .unwrap();
    }
    let after = block_on(net.parts(&running)).unwrap();
    for (i, (a, b)) in flat(&after).iter().zip(flat(&parts(&golden["after"]))).enumerate() {
        assert!((a - b).abs() < 1e-4, "number {i}: {a}, jax {b}");
    }
    // Saved and read again it says the same, by its running statistics.
    let shape = Shape::of(&columns(steps, channels), "atl").unwrap();
    let scale = Scale { mean: vec![0.0; steps * channels], sd: vec![1.0; steps * channels], label: [0.0, 1.0] };
    let kept = Forecaster { shape, parts: after }.to_model("atl", &json!({}), "mg/dL", Some(&scale)).unwrap();
    let bytes = kept.to_bytes().unwrap();
    let again = Forecaster::from_model(&autograft::methods::Model::from_bytes(&bytes).unwrap()).unwrap();
    let x = autograft::methods::common::encoder::Rows { rows, cols: steps * channels, values: floats(&golden["x"]) };
    let said = block_on(again.outputs(&x, &Run::new(Device::flex(), 1, &Quiet))).unwrap();
    for (ours, theirs) in said.iter().zip(floats(&golden["said"])) {
        assert!((ours - theirs).abs() < 1e-4, "{ours}, jax {theirs}");
    }
}

/// Days of a made person: waves of one period but a level and a swing of their own, at 15 minutes, 8 steps of history.
fn person(name: &str, side: Side, days: usize, level: f64, swing: f64, seed: u64) -> Cohort {
    let mut rng = Rng::stream(seed, "person");
    let n = days * 96;
    let mut value = Vec::new();
    let mut off = 0.0;
    for at in 0..n + 12 {
        off = 0.9 * off + 0.15 * swing * rng.normal();
        value.push(level + swing * libm::sin(at as f64 / 5.0) + off);
    }
    let steps = 8;
    let columns_of = |lag: usize| (0..n).map(|row| value[row + lag] as f32).collect::<Vec<f32>>();
    let noise: Vec<Vec<f32>> = (0..steps).map(|_| (0..n).map(|_| rng.normal() as f32).collect()).collect();
    let mut frame = Frame { features: columns(steps, 2), columns: Vec::new() };
    for (lag, noise) in noise.into_iter().enumerate() {
        frame.columns.push(columns_of(lag));
        frame.columns.push(noise);
    }
    Cohort {
        x: View::all(frame),
        y: Some(Labels::Values { unit: "mg/dL".into(), values: (0..n).map(|row| value[row + steps + 2]).collect() }),
        id: (0..n).map(|row| format!("{name}{row}")).collect::<Vec<_>>().into(),
        domain: name.into(),
        group: Some((0..n).map(|row| (row / 96) as u32).collect()),
        time: Some((0..n).map(|row| 20_000.0 + row as f64 / 96.0).collect()),
        outcome: None,
        side,
    }
}

fn rmse(cohort: &Cohort, said: &Prediction) -> f64 {
    let (Some(Labels::Values { values, .. }), Prediction::Values { values: said }) = (&cohort.y, said) else {
        panic!()
    };
    let square: f64 = values.iter().zip(said).map(|(a, b)| (a - b) * (a - b)).sum();
    (square / values.len() as f64).sqrt()
}

fn error(id: &str, sources: &[Cohort], own: &Cohort, judged: &Cohort, settings: &Value) -> f64 {
    let run = Run::new(Device::flex(), 3, &Quiet);
    let method = find(id).unwrap();
    let settings = method.settings(settings).unwrap();
    let pre =
        method.pretrain_key(&settings).unwrap().map(|_| block_on(method.pretrain(&settings, sources, &run)).unwrap());
    let task = Task { sources: sources.to_vec(), target: own.clone(), unlabelled: None };
    let model = block_on(method.adapt(pre.as_ref(), &settings, &task, &run)).unwrap();
    rmse(judged, &block_on(method.predict(&model, &judged.without_labels(), &run)).unwrap())
}

fn small() -> Value {
    json!({ "width": "narrow", "learning_rate": 3e-3, "dropout": 0.1, "max_steps": 150, "check_steps": 25, "batch_windows": 64 })
}

#[test]
fn many_people_help_one_of_whom_little_is_known_and_everything_beats_persistence() {
    let sources: Vec<Cohort> = (0..4)
        .map(|i| {
            person(
                &format!("s{i}"),
                Side::Source,
                5,
                110.0 + 20.0 * f64::from(i),
                25.0 + 5.0 * f64::from(i),
                10 + i as u64,
            )
        })
        .collect();
    let own = person("t", Side::Target, 1, 160.0, 35.0, 77);
    let judged = person("t", Side::Target, 4, 160.0, 35.0, 78);
    let persistence = error("persistence", &sources, &own, &judged, &json!({}));
    let alone = error("series_target_only", &sources, &own, &judged, &small());
    let [atl, standard] = ["atl", "series_transfer"].map(|id| error(id, &sources, &own, &judged, &small()));
    let [few, wide] =
        ["few", "wide"].map(|search| error("series_svr", &sources, &own, &judged, &json!({ "svr_search": search })));
    let said = format!(
        "persistence {persistence:.2}, alone {alone:.2}, standard {standard:.2}, ATL {atl:.2}, SVR {few:.2} and {wide:.2}"
    );
    assert!(atl < 0.75 * persistence && standard < 0.8 * persistence, "{said}");
    assert!(atl < alone, "{said}");
    assert!(few < persistence && wide < persistence, "{said}");
}

/// The same person with a second channel that follows the first, or goes against it: of no more use for the forecast than
/// the first alone, and it tells whose window it is, however it is scaled.
fn wearing(along: f32, cohort: Cohort, seed: u64) -> Cohort {
    let mut rng = Rng::stream(seed, "sensor");
    let x = (0..8).fold(cohort.x, |x, lag| {
        let follows: Vec<f32> = x.column(2 * lag).map(|v| along * v + 6.0 * rng.normal() as f32).collect();
        x.with_column(2 * lag + 1, follows)
    });
    Cohort { x, ..cohort }
}

#[test]
fn people_whom_the_network_has_never_seen_are_mixed_better_with_the_adversary() {
    let people = |names: [&str; 6], seed: u64| -> Vec<Cohort> {
        let each = names.iter().zip(seed..);
        each.map(|(name, seed)| {
            wearing(if seed % 2 == 0 { 1.0 } else { -1.0 }, person(name, Side::Source, 4, 120.0, 30.0, seed), seed)
        })
        .collect()
    };
    let (sources, strangers) = (people(["a", "b", "c", "d", "e", "f"], 10), people(["u", "v", "w", "x", "y", "z"], 50));
    let mixed = |weight: f64, seed: u64| {
        let run = Run::new(Device::flex(), seed, &Quiet);
        let method = find("atl").unwrap();
        let mut asked = small();
        asked["adversarial_weight"] = json!(weight);
        let settings = method.settings(&asked).unwrap();
        let model = block_on(method.pretrain(&settings, &sources, &run)).unwrap();
        let mut features = Vec::new();
        for cohort in &strangers {
            let all = block_on(representation(&model, cohort, &run)).unwrap().unwrap();
            features.extend(all.gather(&(0..60).map(|at| at * 6).collect::<Vec<_>>()));
        }
        let domain: Vec<usize> = (0..360).map(|row| row / 60).collect();
        Neighbourhoods::of(&features, 360, 60).unwrap().perplexity(&domain, 6)
    };
    let pairs: Vec<(f64, f64)> = (3..6).map(|seed| (mixed(0.0, seed), mixed(0.177_827_941, seed))).collect();
    let rise = pairs.iter().map(|(without, with)| with - without).sum::<f64>() / 3.0;
    println!("{pairs:.3?}");
    assert!(rise > 0.02 && pairs.iter().all(|(without, with)| with > without), "{pairs:.3?}");
}

#[test]
fn support_vector_regression_is_scikit_learns() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/golden/svr.json");
    let golden: Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    let reals = |value: &Value| -> Vec<f64> { value.as_array().unwrap().iter().map(|v| v.as_f64().unwrap()).collect() };
    let pulse = Pulse::new(&Quiet);
    for case in golden["cases"].as_array().unwrap() {
        let p = case["p"].as_u64().unwrap() as usize;
        let (x, y, test) = (reals(&case["x"]), reals(&case["y"]), reals(&case["test"]));
        let [c, epsilon, gamma] = ["c", "epsilon", "gamma"].map(|key| case[key].as_f64().unwrap());
        let mut kernel = svm::Kernel::new(Rows::new(&x, p).unwrap(), Some(gamma));
        // The second tolerance is the one that is used; both fits share the kernel.
        for (tolerance, near) in [(1e-7, 2e-5), (1e-3, 5e-3)] {
            let settings = svm::Settings { c, tolerance, gamma: None };
            let machine = block_on(svm::Svm::fit_values(&mut kernel, &y, epsilon, &settings, &pulse)).unwrap();
            let said = block_on(machine.decide(Rows::new(&test, p).unwrap(), &pulse)).unwrap();
            for (ours, theirs) in said.iter().zip(reals(&case["said"])) {
                assert!((ours - theirs).abs() < near, "{c} {epsilon} {gamma}: {ours}, scikit-learn {theirs}");
            }
            if tolerance < 1e-6 {
                assert_eq!(machine.weight.len() as u64, case["support"].as_u64().unwrap());
            }
        }
    }
}

#[test]
fn columns_that_are_no_windows_are_refused_and_scales_are_a_persons_own() {
    let mut other = columns(4, 2);
    assert_eq!(Shape::of(&other, "atl").unwrap().steps, 4);
    other[3].name = "age".into();
    assert_eq!(Shape::of(&other, "atl").unwrap_err().code(), Code::NeedNotMet);
    assert_eq!(Shape::of(&columns(4, 2)[..7], "atl").unwrap_err().code(), Code::NeedNotMet);
    // Steps stand in the order of time, whatever the order of the columns.
    let mut turned = columns(4, 2);
    turned.reverse();
    assert_eq!(Shape::of(&turned, "atl").unwrap(), Shape::of(&columns(4, 2), "atl").unwrap());
    let one = person("p", Side::Target, 2, 100.0, 10.0, 1);
    let shape = Shape::of(one.x.features(), "atl").unwrap();
    let x = Scale::fit(&shape, &one).unwrap().x(&shape, &one.x).unwrap();
    for column in 0..x.cols {
        let values: Vec<f64> = x.values.iter().skip(column).step_by(x.cols).map(|v| f64::from(*v)).collect();
        let mean = values.iter().sum::<f64>() / values.len() as f64;
        let square = values.iter().map(|v| v * v).sum::<f64>() / values.len() as f64;
        assert!(mean.abs() < 1e-5 && (square - 1.0).abs() < 1e-4, "{column}: {mean}, {square}");
    }
}
