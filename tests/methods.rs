//! Every method of the registry through one battery.

use std::cell::{Cell, RefCell};
use std::future::Future;
use std::pin::Pin;

use autograft::Code;
use autograft::cohort::{Cohort, FeatureKind, Frame, Labels, Prediction, Task, View};
use autograft::methods::config::Range;
use autograft::methods::registry::{self, find};
use autograft::methods::{AnyMethod, Card, Method, Model, card, config};
use autograft::rng::Rng;
use autograft::train::Run;
use autograft::watch::{Event, Quiet, Watch, block_on};
use burn::tensor::Device;
use serde_json::{Value, json};

use crate::cohorts::{Kind, cohort, columns_reversed, rows_reversed, study, with_value};

/// Every method; with AUTOGRAFT_METHODS=a,b these alone, for whoever writes one.
fn registry() -> Vec<&'static dyn AnyMethod> {
    let only = std::env::var("AUTOGRAFT_METHODS").ok();
    let wanted = |id: &str| only.as_ref().is_none_or(|only| only.split(',').any(|one| one == id));
    registry::REGISTRY.iter().copied().filter(|method| wanted(method.card().id)).collect()
}

pub const KINDS: [Kind; 3] = [Kind::Binary, Kind::Three, Kind::Number];

/// The kinds that a method can learn.
fn kinds(method: &dyn AnyMethod) -> impl Iterator<Item = Kind> {
    let (can, series) = (method.card().kinds, method.card().needs.contains(&card::Needs::TimeSeries));
    KINDS.into_iter().chain([Kind::Series]).filter(move |kind| match can {
        _ if series || *kind == Kind::Series => series && *kind == Kind::Series,
        card::Kinds::Classes => *kind != Kind::Number,
        card::Kinds::Two => *kind == Kind::Binary,
        card::Kinds::Values => *kind == Kind::Number,
        card::Kinds::Both => true,
    })
}

/// Two classes, or what it can learn.
fn one_kind(method: &dyn AnyMethod) -> Kind {
    kinds(method).next().unwrap()
}

/// Defaults, with a small network, so that the battery takes seconds.
pub fn small(method: &dyn AnyMethod) -> Value {
    let mut settings = serde_json::Map::new();
    for field in method.fields() {
        match field.name {
            "widths" => settings.insert("widths".to_owned(), json!([8, 8, 8, 8])),
            "predictor" => settings.insert("predictor".to_owned(), json!([8])),
            "grid" => settings.insert("grid".to_owned(), json!("one")),
            "one_trees" => settings.insert("one_trees".to_owned(), json!(12)),
            "extractor" | "shared_layer" | "code" => settings.insert(field.name.to_owned(), json!(8)),
            "low_outcome" => settings.insert("low_outcome".to_owned(), json!("no_event")),
            "max_epochs" => settings.insert("max_epochs".to_owned(), json!(4)),
            "width" => settings.insert("width".to_owned(), json!("narrow")),
            "check_steps" => {
                settings.insert("max_steps".to_owned(), json!(24));
                settings.insert(field.name.to_owned(), json!(6))
            }
            "source_epochs" | "target_epochs" => settings.insert(field.name.to_owned(), json!(12)),
            _ => None,
        };
    }
    method.settings(&Value::Object(settings)).unwrap()
}

pub fn learned(
    method: &dyn AnyMethod,
    settings: &Value,
    sources: &[Cohort],
    task: &Task,
    run: &Run<'_>,
) -> autograft::Result<Model> {
    let pre = match method.pretrain_key(settings)? {
        Some(_) => Some(block_on(method.pretrain(settings, sources, run))?),
        None => None,
    };
    block_on(method.adapt(pre.as_ref(), settings, task, run))
}

fn fitted(method: &dyn AnyMethod, kind: Kind, run: &Run<'_>) -> autograft::Result<Model> {
    let (sources, task, _) = study(kind, 1);
    learned(method, &small(method), &sources, &task, run)
}

pub fn quiet() -> Run<'static> {
    Run::new(Device::flex(), 7, &Quiet)
}

fn numbers(prediction: &Prediction) -> &[f64] {
    match prediction {
        Prediction::Classes { probabilities, .. } => probabilities,
        Prediction::Values { values } => values,
    }
}

#[test]
fn defaults_are_valid_and_every_field_is_checked_by_name() {
    for method in registry() {
        let id = method.card().id;
        let defaults = method.settings(&Value::Null).unwrap();
        assert_eq!(defaults, method.settings(&defaults).unwrap(), "{id}");
        for field in method.fields() {
            field.check(&field.default).unwrap();
            let beyond = match &field.range {
                Range::Whole { low, high } => vec![json!(low - 1), json!(high + 1), json!("x"), json!(0.5)],
                Range::Real { low, high } => vec![json!(low - 1.0), json!(high + 1.0), json!("x")],
                Range::Switch => vec![json!("x"), json!(2)],
                Range::Choice { .. } => vec![json!("no such choice"), json!(1)],
                Range::Wholes { high, max_len, .. } => {
                    vec![json!([]), json!([high + 1]), json!(vec![1; max_len + 1]), json!(3)]
                }
            };
            for value in beyond {
                let error = method.settings(&json!({ field.name: value })).unwrap_err();
                assert!(matches!(error.code(), Code::OutOfRange | Code::WrongType), "{id}.{}: {error}", field.name);
                assert!(error.facts().iter().any(|(_, fact)| fact == field.name), "{id}.{}: {error}", field.name);
            }
        }
        let error = method.settings(&json!({ "no_such_field": 1 })).unwrap_err();
        assert_eq!(error.code(), Code::Unknown, "{id}");
    }
}

#[test]
fn same_seed_same_bytes_and_another_seed_other_bytes() {
    for method in registry() {
        for kind in kinds(method) {
            let bytes =
                |seed| fitted(method, kind, &Run::new(Device::flex(), seed, &Quiet)).unwrap().to_bytes().unwrap();
            let first = bytes(7);
            assert_eq!(first, bytes(7), "{} {kind:?}", method.card().id);
            // The better of two may be the linear model, which draws nothing but folds.
            if method.card().uses_network && method.card().id != "target_only" {
                assert_ne!(first, bytes(8), "{} {kind:?}", method.card().id);
            }
        }
    }
}

#[test]
fn a_saved_model_predicts_the_same_and_holds_no_row() {
    let run = quiet();
    for method in registry() {
        for kind in kinds(method) {
            let (_, _, held_out) = study(kind, 1);
            let model = fitted(method, kind, &run).unwrap();
            let again = Model::from_bytes(&model.to_bytes().unwrap()).unwrap();
            let now = block_on(method.predict(&model, &held_out, &run)).unwrap();
            let then = block_on(method.predict(&again, &held_out, &run)).unwrap();
            assert_eq!(now, then, "{} {kind:?}", method.card().id);
            assert_eq!(now.len(), held_out.len());
            assert!(numbers(&now).iter().all(|v| v.is_finite()));
            if let Prediction::Classes { names, probabilities } = &now {
                for row in probabilities.chunks(names.len()) {
                    assert!((row.iter().sum::<f64>() - 1.0).abs() < 1e-12, "{row:?}");
                }
            }
            for (name, value) in model.meta.as_object().unwrap() {
                assert!(!value.to_string().contains("\"p0\""), "{name} holds an identifier");
            }
        }
    }
}

#[test]
fn damaged_models_are_errors() {
    let run = quiet();
    for method in registry() {
        let kind = one_kind(method);
        let (_, _, held_out) = study(kind, 1);
        let model = fitted(method, kind, &run).unwrap();
        for lost in 0..model.arrays.len() {
            let mut damaged = model.clone();
            damaged.arrays.remove(lost);
            let error = block_on(method.predict(&damaged, &held_out, &run)).unwrap_err();
            assert_eq!(error.code(), Code::BadModel, "{} without {}", method.card().id, model.arrays[lost].name);
        }
    }
}

/// Counts how often it is asked whether to stop, and says yes from one moment on; remembers pre-trainings.
#[derive(Default)]
struct Counter {
    asked: Cell<u64>,
    stop_at: Cell<Option<u64>>,
    pretrained: RefCell<Vec<String>>,
}

impl Watch for Counter {
    fn event(&self, event: Event) {
        if let Event::Pretrained { key } = event {
            self.pretrained.borrow_mut().push(key);
        }
    }
    fn now_ms(&self) -> f64 {
        0.0
    }
    fn cancelled(&self) -> bool {
        self.asked.set(self.asked.get() + 1);
        self.stop_at.get().is_some_and(|at| self.asked.get() >= at)
    }
    fn breathe<'a>(&'a self) -> Pin<Box<dyn Future<Output = ()> + 'a>> {
        Box::pin(std::future::ready(()))
    }
}

#[test]
fn cancelled_at_any_moment_it_stops_and_the_next_run_is_undisturbed() {
    let mut rng = Rng::stream(3, "moments");
    for method in registry() {
        let counter = Counter::default();
        let kind = one_kind(method);
        let undisturbed = fitted(method, kind, &Run::new(Device::flex(), 7, &counter)).unwrap();
        let moments = counter.asked.get();
        if method.card().uses_network || method.card().id.contains("linear") {
            assert!(moments >= 20, "{} breathes {moments} times only", method.card().id);
        }
        for _ in 0..20 {
            let moment = 1 + rng.below(moments as usize) as u64;
            let counter = Counter { stop_at: Cell::new(Some(moment)), ..Counter::default() };
            let error = fitted(method, kind, &Run::new(Device::flex(), 7, &counter)).unwrap_err();
            assert_eq!(error.code(), Code::Cancelled, "{} at {moment} of {moments}", method.card().id);
            assert_eq!(counter.asked.get(), moment, "{} went on after it was told to stop", method.card().id);
        }
        let after = fitted(method, kind, &quiet()).unwrap();
        assert_eq!(undisturbed.to_bytes().unwrap(), after.to_bytes().unwrap(), "{}", method.card().id);
    }
}

#[test]
fn pre_training_happens_once_for_all_methods_that_share_it() {
    let counter = Counter::default();
    let run = Run::new(Device::flex(), 7, &counter);
    let mut kept: Vec<(Value, Model)> = Vec::new();
    for method in registry() {
        let (sources, task, _) = study(one_kind(method), 1);
        for frozen in ["auto", "0", "3"] {
            let mut settings = small(method);
            if method.card().id == "hanczar" {
                settings["frozen"] = json!(frozen);
            }
            let pre = method.pretrain_key(&settings).unwrap().map(|key| {
                if !kept.iter().any(|(other, _)| *other == key) {
                    let model = block_on(method.pretrain(&settings, &sources, &run)).unwrap();
                    kept.push((key.clone(), model));
                }
                kept.iter().find(|(other, _)| *other == key).unwrap().1.clone()
            });
            block_on(method.adapt(pre.as_ref(), &settings, &task, &run)).unwrap();
        }
    }
    let networks = counter.pretrained.borrow().iter().filter(|key| key.contains("\"mlp\"")).count();
    let all = registry().len() == registry::REGISTRY.len();
    assert!(networks == 1 || (!all && networks == 0), "{:?}", counter.pretrained.borrow());
    assert_eq!(counter.pretrained.borrow().len(), kept.len());
}

#[test]
fn the_sensible_few_are_few_and_of_every_kind() {
    let few: Vec<_> = registry::REGISTRY.iter().map(|method| method.card()).filter(|card| card.sensible).collect();
    assert!(few.len() <= registry::REGISTRY.len() / 2);
    for id in ["source_only_linear", "recalibration", "ridge_to_source"] {
        assert!(few.iter().any(|card| card.id == id), "{id}");
    }
    for factor in [card::Factor::Instances, card::Factor::Features, card::Factor::Parameters] {
        assert!(few.iter().any(|card| card.factor == factor), "{factor:?}");
    }
}

#[test]
fn poor_input_is_an_error_or_an_answer_but_never_a_panic() {
    let run = quiet();
    for method in registry() {
        let id = method.card().id;
        for kind in kinds(method) {
            let (sources, task, held_out) = study(kind, 1);
            let lost = |cohort: &Cohort| {
                let columns = vec![vec![f32::NAN; cohort.len()]; cohort.x.features().len()];
                Cohort { x: View::all(Frame { features: cohort.x.features().to_vec(), columns }), ..cohort.clone() }
            };
            let constant =
                |cohort: &Cohort| Cohort { x: cohort.x.with_column(0, vec![3.0; cohort.len()]), ..cohort.clone() };
            let infinite = |cohort: &Cohort| with_value(&with_value(cohort, 0, 0, f32::INFINITY), 1, 1, 1e30);
            let one_class = |cohort: &Cohort| {
                let y = match cohort.y.clone().unwrap() {
                    Labels::Classes { names, event, codes } => {
                        Labels::Classes { names, event, codes: vec![Some(0); codes.len()] }
                    }
                    Labels::Values { unit, values } => Labels::Values { unit, values: vec![5.0; values.len()] },
                    several => several,
                };
                Cohort { y: Some(y), ..cohort.clone() }
            };
            type Alteration<'a> = (&'a str, &'a dyn Fn(&Cohort) -> Cohort);
            let alter: [Alteration<'_>; 9] = [
                ("all missing", &lost),
                ("constant column", &constant),
                ("infinite", &infinite),
                ("one class", &one_class),
                ("one row", &|c| c.select(&[0])),
                ("two rows", &|c| c.select(&[0, 1])),
                ("no row", &|c| c.select(&[])),
                ("no label", &|c| c.without_labels()),
                ("unlabelled rows", &|c| {
                    let mut c = c.clone();
                    if let Some(Labels::Classes { codes, .. }) = &mut c.y {
                        codes.iter_mut().step_by(2).for_each(|code| *code = None);
                    }
                    c
                }),
            ];
            for (what, change) in alter {
                for side in ["source", "target"] {
                    let (mut sources, mut task) = (sources.clone(), task.clone());
                    if side == "source" {
                        sources = sources.iter().map(change).collect();
                        task.sources = sources.clone();
                    } else {
                        task.target = change(&task.target);
                    }
                    match learned(method, &small(method), &sources, &task, &run) {
                        Err(error) => {
                            assert!(error.code() != Code::Internal, "{id} {kind:?} {side} {what}: {error}");
                            assert!(
                                !["constant column", "unlabelled rows"].contains(&what),
                                "{id} {kind:?} {side} {what}: {error}"
                            );
                        }
                        Ok(model) => {
                            let answer = block_on(method.predict(&model, &held_out, &run)).unwrap();
                            assert!(
                                numbers(&answer).iter().all(|v| v.is_finite()),
                                "{id} {kind:?} {side} {what}: {answer:?}"
                            );
                            let none = block_on(method.predict(&model, &held_out.select(&[]), &run)).unwrap();
                            assert!(none.is_empty(), "{id} {kind:?} {side} {what}");
                            let empty = block_on(method.predict(&model, &lost(&held_out), &run)).unwrap();
                            assert!(numbers(&empty).iter().all(|v| v.is_finite()), "{id} {kind:?} {side} {what}");
                        }
                    }
                }
            }
        }
    }
}

/// What a method lets through from rows that it must not learn from; empty where it is sound.
fn leaks(method: &dyn AnyMethod, kind: Kind) -> Vec<&'static str> {
    let run = quiet();
    let (sources, task, held_out) = study(kind, 1);
    let settings = small(method);
    let fit = |sources: &[Cohort], task: &Task| learned(method, &settings, sources, task, &run).unwrap();
    let say = |model: &Model, x: &Cohort| numbers(&block_on(method.predict(model, x, &run)).unwrap()).to_vec();
    let close = |a: &[f64], b: &[f64]| a.len() == b.len() && a.iter().zip(b).all(|(a, b)| (a - b).abs() < 1e-4);
    let model = fit(&sources, &task);
    let bytes = model.to_bytes().unwrap();
    let said = say(&model, &held_out);
    let mut found = Vec::new();
    let order = Rng::stream(5, "labels").permutation(held_out.len());
    let shuffled = Cohort { y: held_out.y.as_ref().map(|y| y.select(&order)), ..held_out.clone() };
    if say(&model, &shuffled) != said || say(&model, &held_out.without_labels()) != said {
        found.push("labels of the rows to predict");
    }
    let half: Vec<usize> = (0..held_out.len() / 2).collect();
    let per_row = said.len() / held_out.len();
    if !close(&say(&model, &held_out.select(&half)), &said[..half.len() * per_row]) {
        found.push("other rows to predict");
    }
    if say(&model, &columns_reversed(&held_out)) != said {
        found.push("order of the columns to predict");
    }
    let mut order_of_columns = task.clone();
    order_of_columns.target = columns_reversed(&task.target);
    order_of_columns.sources = task.sources.iter().map(columns_reversed).collect();
    let turned: Vec<Cohort> = sources.iter().map(columns_reversed).collect();
    if fit(&turned, &order_of_columns).to_bytes().unwrap() != bytes {
        found.push("order of the columns");
    }
    let mut order_of_rows = task.clone();
    order_of_rows.target = rows_reversed(&task.target);
    order_of_rows.sources = task.sources.iter().map(rows_reversed).collect();
    let turned: Vec<Cohort> = sources.iter().map(rows_reversed).collect();
    if fit(&turned, &order_of_rows).to_bytes().unwrap() != bytes {
        found.push("order of the rows");
    }
    // Rows without a label are no training rows; nothing of them may count.
    let mut with_hidden = task.clone();
    let n = task.target.len();
    let mut more = cohort(kind, n + 20, 2, 0.3, task.target.side);
    let hidden: Vec<usize> = (n..n + 20).collect();
    match more.y.as_mut() {
        Some(Labels::Classes { codes, .. }) => hidden.iter().for_each(|&row| codes[row] = None),
        Some(Labels::Values { values, .. }) => hidden.iter().for_each(|&row| values[row] = f64::NAN),
        _ => {}
    }
    with_hidden.target = more;
    if fit(&sources, &with_hidden).to_bytes().unwrap() != bytes {
        found.push("rows without a label");
    }
    found
}

#[test]
fn nothing_leaks() {
    for method in registry() {
        for kind in kinds(method) {
            let found = leaks(method, kind);
            assert!(found.is_empty(), "{} {kind:?}: {found:?}", method.card().id);
        }
    }
}

/// A method with every fault that the battery is there for.
struct Leaky;

impl Method for Leaky {
    const CARD: Card = Card {
        id: "leaky",
        scenario: card::Scenario::Baseline,
        factor: card::Factor::None,
        needs: &[],
        kinds: card::Kinds::Both,
        honesty: card::Honesty::Standard,
        paper: None,
        uses_network: false,
        sensible: false,
    };
    type Config = config::NoConfig;
    fn pretrain_key(_config: &Self::Config) -> Option<Value> {
        None
    }
    async fn pretrain(_config: &Self::Config, _sources: &[Cohort], _run: &Run<'_>) -> autograft::Result<Model> {
        Ok(Model::new("leaky", Value::Null))
    }
    async fn adapt(
        _pre: Option<&Model>,
        _config: &Self::Config,
        task: &Task,
        _run: &Run<'_>,
    ) -> autograft::Result<Model> {
        // Scales by all rows, labelled or not, and depends on what stands first.
        let mut model = Model::new("leaky", Value::Null);
        let all: Vec<f64> = task.target.x.column_f64(0);
        let sum: f64 = all.iter().filter(|v| v.is_finite()).sum();
        model.put_f64("scale", &[2], vec![sum / all.len() as f64, all[0]]);
        Ok(model)
    }
    async fn predict(_model: &Model, x: &Cohort, _run: &Run<'_>) -> autograft::Result<Prediction> {
        let first = x.x.column_f64(0);
        let mean = first.iter().filter(|v| v.is_finite()).sum::<f64>() / first.len().max(1) as f64;
        let hint = |row: usize| match &x.y {
            Some(Labels::Values { values, .. }) => values[row],
            _ => 0.0,
        };
        Ok(Prediction::Values { values: (0..x.len()).map(|row| first[row] - mean + hint(row)).collect() })
    }
}

#[test]
fn the_battery_catches_a_leaky_method() {
    assert_eq!(
        leaks(&Leaky, Kind::Number),
        [
            "labels of the rows to predict",
            "other rows to predict",
            "order of the columns to predict",
            "order of the columns",
            "order of the rows",
            "rows without a label"
        ]
    );
}

#[test]
fn another_hospitals_table_is_read_by_name() {
    let run = quiet();
    for method in registry() {
        let id = method.card().id;
        let kind = one_kind(method);
        let (_, _, held_out) = study(kind, 1);
        let model = fitted(method, kind, &run).unwrap();
        let said = block_on(method.predict(&model, &held_out, &run)).unwrap();
        // The same levels under other codes, one of them unknown to the model, and a column more.
        let mut features = held_out.x.features().to_vec();
        let mut columns: Vec<Vec<f32>> = (0..features.len()).map(|f| held_out.x.column(f).collect()).collect();
        if let Some(grade) = features.iter().position(|feature| feature.name == "grade") {
            features[grade].kind = FeatureKind::Category { levels: ["c", "new", "a", "b"].map(str::to_owned).to_vec() };
            columns[grade] = columns[grade].iter().map(|code| [2.0, 3.0, 0.0][*code as usize]).collect();
        }
        features.insert(0, autograft::cohort::Feature { name: "more".to_owned(), kind: FeatureKind::Number });
        columns.insert(0, vec![1.0; held_out.len()]);
        let other = Cohort { x: View::all(Frame { features, columns }), ..held_out.clone() };
        assert_eq!(block_on(method.predict(&model, &other, &run)).unwrap(), said, "{id}");
        // The last reading is all that this one asks for.
        if id == "persistence" {
            continue;
        }
        let lost =
            held_out.x.features()[..2].iter().map(|feature| feature.name.as_str()).collect::<Vec<_>>().join(", ");
        let features = held_out.x.features()[2..].to_vec();
        let columns = (2..held_out.x.features().len()).map(|f| held_out.x.column(f).collect()).collect();
        let fewer = Cohort { x: View::all(Frame { features, columns }), ..held_out.clone() };
        let error = block_on(method.predict(&model, &fewer, &run)).unwrap_err();
        assert_eq!(error.code(), Code::ModelOtherColumns, "{id}");
        assert!(error.facts().contains(&("columns".to_owned(), lost)), "{id}: {error}");
    }
}

#[test]
fn few_rows_of_a_class_give_the_mean() {
    let run = quiet();
    let (_, mut task, held_out) = study(Kind::Binary, 1);
    let codes = (0..task.target.len()).map(|row| Some(u32::from(row == 3))).collect();
    let names = vec!["no".to_owned(), "yes".to_owned()];
    task.target.y = Some(Labels::Classes { names, event: 1, codes });
    for id in ["target_only", "target_only_linear"] {
        let method = find(id).unwrap();
        let model = learned(method, &small(method), &[], &task, &run).unwrap();
        let said = block_on(method.predict(&model, &held_out, &run)).unwrap();
        assert!(said.score(1).iter().all(|p| (p - 1.0 / 60.0).abs() < 1e-12), "{id}: {said:?}");
    }
}
