//! AITL: its network against jax step for step (tests/golden/aitl.py), its sampling, what it asks, and what it does where
//! the truth is known.

use autograft::Code;
use autograft::cohort::{Cohort, Feature, FeatureKind, Frame, Labels, Side, Task, View};
use autograft::evaluate::association::associate;
use autograft::methods::Model;
use autograft::methods::common::encoder::Rows;
use autograft::methods::common::head::Head;
use autograft::methods::inductive::aitl::net::{Masks, Net, Objective, Pair, Parts};
use autograft::methods::inductive::aitl::preset;
use autograft::methods::registry::find;
use autograft::nets::{Layer, Mlp, Running, Scales};
use autograft::rng::Rng;
use autograft::train::adamw::{AdamW, Rule};
use autograft::train::{Curves, Decay, Run};
use autograft::watch::{Quiet, block_on};
use burn::tensor::Device;
use serde_json::{Value, json};

use crate::adversarial::{floats, tensor, values};

fn golden() -> Value {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/golden/aitl.json");
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

fn parts(value: &Value) -> Parts {
    let size = |v: &Value| v.as_u64().unwrap() as usize;
    let layer = |v: &Value| Layer {
        inputs: size(&v["inputs"]),
        outputs: size(&v["outputs"]),
        weight: floats(&v["weight"]),
        bias: floats(&v["bias"]),
    };
    let norm = |v: &Value| Scales {
        gamma: floats(&v["gamma"]),
        beta: floats(&v["beta"]),
        mean: floats(&v["mean"]),
        variance: floats(&v["variance"]),
    };
    let layers: Vec<Layer> = value["layers"].as_array().unwrap().iter().map(layer).collect();
    Parts { layers: layers.try_into().unwrap(), norms: [norm(&value["norms"][0]), norm(&value["norms"][1])] }
}

fn flat(parts: &Parts) -> Vec<f32> {
    let layers = parts.layers.iter().flat_map(|layer| [&layer.weight, &layer.bias]);
    let norms = parts.norms.iter().flat_map(|norm| [&norm.gamma, &norm.beta, &norm.mean, &norm.variance]);
    layers.chain(norms).flatten().copied().collect()
}

#[test]
fn every_term_and_weight_keeps_to_jaxs() {
    let golden = golden();
    let genes = golden["genes"].as_u64().unwrap() as usize;
    let device = Device::flex().autodiff();
    let of = |key: &str, cols: usize| tensor(&floats(&golden[key]), cols, &device);
    let pair = Pair { xs: of("xs", genes), ys: of("ys", 1), xt: of("xt", genes), yt: of("yt", 1) };
    let before = parts(&golden["before"]);
    for form in golden["forms"].as_array().unwrap() {
        let released = form["released"].as_bool().unwrap();
        let objective = Objective {
            global: golden["global"].as_f64().unwrap(),
            class_wise: golden["class_wise"].as_f64().unwrap(),
            released,
        };
        let mut net = Net::build(&before, &device);
        let mut running = [Running::build(&before.norms[0], &device), Running::build(&before.norms[1], &device)];
        let mut adagrad = AdamW::of(Rule::Adagrad);
        for (step, expected) in form["terms"].as_array().unwrap().iter().enumerate() {
            let terms = net.terms(&pair, objective, &mut running, &mut Masks(&mut |_, _| None));
            assert_eq!(terms.len(), expected.as_object().unwrap().len());
            for term in &terms {
                let ours = f64::from(values(term.value.clone())[0]);
                let theirs = expected[term.name].as_f64().unwrap();
                assert!((ours - theirs).abs() < 1e-4, "{released}, step {step}, {}: {ours}, jax {theirs}", term.name);
            }
            let total = terms.into_iter().filter(|term| term.weight != 0.0).map(|term| term.value * term.weight);
            let gradients = total.reduce(|a, b| a + b).unwrap().backward();
            net = block_on(adagrad.step(net, gradients, golden["rate"].as_f64().unwrap(), Decay::Decoupled(0.0)))
                .unwrap();
        }
        let after = block_on(net.parts(&running)).unwrap();
        for (i, (a, b)) in flat(&after).iter().zip(flat(&parts(&form["after"]))).enumerate() {
            assert!((a - b).abs() < 1e-4, "{released}, weight {i}: {a}, jax {b}");
        }
        // The folded layers say what the network with its normalisations says, whichever output is the event.
        for event in [0, 1] {
            let folded = Mlp::build(&after.predictor(event), &Device::flex());
            let outputs = values(folded.forward(tensor(&floats(&golden["xt"]), genes, &Device::flex()), &[]));
            let rows = Rows { rows: outputs.len() / 2, cols: 2, values: outputs };
            let head = Head::Classes { names: vec!["a".to_owned(), "b".to_owned()], event };
            for (ours, theirs) in head.predict(&rows).score(event).iter().zip(floats(&form["predicted"])) {
                assert!((ours - f64::from(theirs)).abs() < 1e-4, "{ours}, jax {theirs}");
            }
        }
    }
}

#[test]
fn what_goes_along_with_a_prediction_is_scipys() {
    let golden = golden();
    let case = &golden["association"];
    let list = |value: &Value| -> Vec<f64> {
        value.as_array().unwrap().iter().map(|v| v.as_f64().unwrap_or(f64::NAN)).collect()
    };
    let columns: Vec<(String, Vec<f64>)> =
        case["x"].as_array().unwrap().iter().enumerate().map(|(g, x)| (format!("g{g}"), list(x))).collect();
    let found = associate(&columns, &list(&case["said"]));
    assert_eq!(found.len(), 6);
    assert!(found.windows(2).all(|pair| pair[0].p <= pair[1].p));
    for one in &found {
        let g: usize = one.feature[1..].parse().unwrap();
        assert_eq!(one.rows, if g == 4 { 14 } else { 15 });
        for (ours, theirs) in [(one.rho, &case["rho"]), (one.p, &case["p"]), (one.q, &case["q"])] {
            assert!((ours - list(theirs)[g]).abs() < 1e-9, "{}: {ours}, scipy {}", one.feature, list(theirs)[g]);
        }
    }
    // Too few values, or one value alone, is no relation.
    let flat = [("a".to_owned(), vec![2.0; 15]), ("b".to_owned(), vec![f64::NAN; 15])];
    assert!(associate(&flat, &list(&case["said"])).is_empty());
}

#[test]
fn presets_are_the_supplements() {
    let epochs = |drug: &str, released| preset::of(drug, released).unwrap().epochs;
    assert_eq!((epochs("bortezomib", false), epochs("bortezomib", true)), (10, 15));
    assert_eq!((epochs("paclitaxel", false), epochs("paclitaxel", true)), (20, 20));
    let cisplatin = preset::of("cisplatin", false).unwrap();
    assert_eq!(
        (cisplatin.extractor, cisplatin.shared, cisplatin.batch_source, cisplatin.batch_target),
        (512, 16, 32, 8)
    );
    assert_eq!((cisplatin.rate, cisplatin.global, cisplatin.class_wise, cisplatin.dropout), (0.05, 0.3, 0.3, 0.15));
    assert!(preset::of("below", false).is_none());
    let mut rng = Rng::stream(1, "search");
    for _ in 0..200 {
        let one = preset::drawn(&mut rng);
        assert!((10..=50).contains(&one.epochs) && one.epochs.is_multiple_of(5));
        assert!((0.099..0.851).contains(&one.dropout) && (0.099..1.001).contains(&one.global));
        assert!(one.extractor.is_power_of_two() && (16..=1024).contains(&one.extractor));
    }
}

const GENES: usize = 20;

/// Cell lines and patients as the example's generator makes them, in small: the first five genes carry the effect.
fn made(n: usize, side: Side, seed: u64, low_is_event: bool) -> Cohort {
    let mut rng = Rng::stream(seed, "made");
    let mut columns = vec![Vec::new(); GENES];
    let (mut codes, mut outcome) = (Vec::new(), Vec::new());
    for _ in 0..n {
        let x: Vec<f64> = (0..GENES).map(|_| rng.normal()).collect();
        let effect: f64 = x[..5].iter().sum::<f64>() / 5.0_f64.sqrt();
        let moved = |gene: usize| if side == Side::Target { 0.8 * x[gene] + (gene % 3) as f64 * 0.5 } else { x[gene] };
        (0..GENES).for_each(|gene| columns[gene].push(moved(gene) as f32));
        codes.push(Some(u32::from(effect + 0.7 * rng.normal() > 0.0)));
        outcome.push(if low_is_event { -effect } else { effect } * 2.0 + 0.5 * rng.normal());
    }
    let feature = |g: usize| Feature { name: format!("g{g:02}"), kind: FeatureKind::Number };
    let source = side == Side::Source;
    Cohort {
        x: View::all(Frame { features: (0..GENES).map(feature).collect(), columns }),
        y: Some(Labels::Classes { names: vec!["no".to_owned(), "yes".to_owned()], event: 1, codes }),
        id: (0..n).map(|row| format!("{side:?}{row}")).collect::<Vec<_>>().into(),
        domain: format!("{side:?}"),
        group: None,
        time: None,
        outcome: source.then_some(outcome),
        side,
    }
}

fn adapt(task: &Task, settings: Value) -> autograft::Result<Model> {
    let method = find("aitl").unwrap();
    let settings = method.settings(&settings).unwrap();
    block_on(method.adapt(None, &settings, task, &Run::new(Device::flex(), 5, &Quiet)))
}

fn task(low_is_event: bool) -> Task {
    let source = made(300, Side::Source, 1, low_is_event);
    Task { sources: vec![source], target: made(30, Side::Target, 2, low_is_event), unlabelled: None }
}

#[test]
fn what_a_low_number_means_is_asked_and_checked() {
    let small = |low: &str| json!({ "extractor": 8, "shared_layer": 8, "max_epochs": 3, "low_outcome": low });
    let error = adapt(&task(true), small("unsaid")).unwrap_err();
    assert_eq!(error.code(), Code::PolarityUnsaid);
    let error = adapt(&task(true), small("no_event")).unwrap_err();
    assert_eq!(error.code(), Code::PolarityContradicted, "{error}");
    adapt(&task(true), small("event")).unwrap();
    // Without a label of the source nothing contradicts.
    let mut bare = task(true);
    bare.sources = bare.sources.iter().map(Cohort::without_labels).collect();
    adapt(&bare, small("no_event")).unwrap();
    bare.sources[0].outcome = None;
    let error = adapt(&bare, small("event")).unwrap_err();
    assert_eq!(error.code(), Code::NeedNotMet);
    let mut few = task(true);
    few.target = few.target.select(&[0, 1, 2, 3]);
    assert!(matches!(adapt(&few, small("event")).unwrap_err().code(), Code::TooFewRows | Code::OneClass));
}

fn area(model: &Model, judged: &Cohort) -> f64 {
    let run = Run::new(Device::flex(), 5, &Quiet);
    let said = block_on(find("aitl").unwrap().predict(model, &judged.without_labels(), &run)).unwrap().score(1);
    let Some(Labels::Classes { codes, .. }) = &judged.y else { panic!("classes") };
    let of = |class: u32| said.iter().zip(codes).filter(move |(_, c)| **c == Some(class)).map(|(p, _)| *p);
    let pairs = of(1).flat_map(|a| of(0).map(move |b| f64::from(u8::from(a > b)) + 0.5 * f64::from(u8::from(a == b))));
    let pairs: Vec<f64> = pairs.collect();
    pairs.iter().sum::<f64>() / pairs.len() as f64
}

#[test]
fn cell_lines_help_where_they_know_and_the_curves_are_kept() {
    let task = task(true);
    let judged = made(400, Side::Target, 3, true);
    let settings = |low: &str| json!({ "low_outcome": low, "extractor": 64, "shared_layer": 32 });
    let model = adapt(&task, settings("event")).unwrap();
    let helped = area(&model, &judged);
    // The same patients beside cell lines whose number says nothing.
    let mut nothing = task.clone();
    let order = Rng::stream(9, "shuffle").permutation(300);
    let source = &task.sources[0];
    nothing.sources[0].outcome = source.outcome.as_ref().map(|all| order.iter().map(|&row| all[row]).collect());
    nothing.sources[0].y = None;
    let beside = area(&adapt(&nothing, settings("event")).unwrap(), &judged);
    assert!(helped > beside + 0.05, "{helped} {beside}");
    assert_eq!(model.meta["choice"]["source_outcome_follows"], "as was said");
    assert!(model.meta["source_rank_correlation"].as_f64().unwrap() < -0.3);
    let curves: Curves = serde_json::from_value(model.meta["choice"]["curves"].clone()).unwrap();
    assert_eq!(curves.terms.len(), 8);
    assert!(curves.steps.len() > 10);
    let released =
        adapt(&task, json!({ "low_outcome": "event", "form": "released", "extractor": 16, "shared_layer": 8 }));
    assert!(area(&released.unwrap(), &judged).is_finite());
}

#[test]
fn the_search_keeps_the_best_of_what_it_tried() {
    let settings = json!({ "low_outcome": "event", "settings_tried": 2 });
    let mut small = task(true);
    small.sources[0] = small.sources[0].select(&(0..10).collect::<Vec<_>>());
    let model = adapt(&small, settings).unwrap();
    let tried = model.meta["tried"].as_array().unwrap();
    assert_eq!(tried.len(), 2);
    let mean = |one: &Value| {
        let all = one["auroc"].as_array().unwrap();
        assert_eq!(all.len(), 3);
        all.iter().map(|v| v.as_f64().unwrap()).sum::<f64>() / 3.0
    };
    let best = if mean(&tried[1]) > mean(&tried[0]) { 1 } else { 0 };
    assert_eq!(model.meta["choice"]["settings"], tried[best]["settings"]);
}
