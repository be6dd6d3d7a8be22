//! How well each method does on new patients of a target, over resplits: `recommendation.py` drives it.
//!
//! A question a line of standard input, an answer a resplit on standard output, both JSON. A part of the target's labelled
//! rows is learned from (stratified), all others judge. For the methods in `inner` the log-loss of each training row is
//! told too, from five folds inside the training rows: what a rule may look at.

use autograft::cohort::{Cohort, Labels, Prediction, Side, Task};
use autograft::device::cpu;
use autograft::generate::{Outcome, Recipe, Truth as Made, generate};
use autograft::methods::{AnyMethod, Model, registry};
use autograft::metrics::{Metric, Truth};
use autograft::preprocess::{self, Cohorts, LabelKind, LabelPlan, Preparation, Role};
use autograft::rng::{Rng, mix};
use autograft::split::{self, Respect};
use autograft::table::{ReadOptions, Table, read};
use autograft::train::Run;
use autograft::watch::{Quiet, block_on};
use serde::Deserialize;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::io::{BufRead, Read, Write};
use std::path::{Path, PathBuf};
use std::time::Instant;

#[path = "made.rs"]
mod made;

#[derive(Deserialize)]
struct Question {
    study: Study,
    /// Rows to learn from: a number, or under 1 a share.
    train: f64,
    from: u64,
    to: u64,
    methods: Vec<String>,
    inner: Vec<String>,
}

#[derive(Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
enum Study {
    /// Files.
    Tables {
        sources: Vec<PathBuf>,
        target: PathBuf,
        #[serde(default)]
        names: Option<Vec<String>>,
        label: String,
        #[serde(default)]
        above: Option<f64>,
        #[serde(default)]
        event: Option<String>,
        #[serde(default)]
        missing: BTreeMap<String, Vec<String>>,
    },
    /// The product's made cohorts; a new pair a resplit.
    Generated { truth: Made, rows: usize },
    /// Eight numbers and a linear relation; a new pair a resplit.
    Linear { r: f64, intercept: f64, rows: usize },
}

type Failed = Box<dyn std::error::Error>;

fn table(path: &Path, options: ReadOptions) -> Result<Table, Failed> {
    let mut bytes = std::fs::read(path)?;
    if path.extension().is_some_and(|end| end == "gz") {
        let mut text = Vec::new();
        flate2::read::GzDecoder::new(&bytes[..]).read_to_end(&mut text)?;
        bytes = text;
    }
    let name = path.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned());
    Ok(read(&name, &bytes, &options)?)
}

fn cohorts(sources: &[Table], target: &Table, label: LabelPlan) -> Result<Cohorts, Failed> {
    let sources: Vec<&Table> = sources.iter().collect();
    let targets = [target];
    let suggestion = preprocess::suggest_roles(&sources, &targets);
    let (mut source, mut target) = (suggestion.source, suggestion.target);
    for (roles, column) in [(&mut source, &label.source), (&mut target, &label.target)] {
        if let Some(column) = column {
            roles.set(column, Role::Label);
        }
    }
    let lined = preprocess::line_up(&sources, &targets, &source, &target, &label);
    let preparation =
        Preparation { source_roles: source, target_roles: target, mapping: lined.mapping, label, person: None };
    Ok(preprocess::assemble(&sources, &targets, &preparation)?)
}

fn label(name: &str, kind: LabelKind) -> LabelPlan {
    let name = Some(name.to_owned());
    LabelPlan { source: name.clone(), target: name, kind, accept_fixed_horizon: false }
}

/// Sources, and all labelled rows of the target.
fn opened(study: &Study, number: u64) -> Result<(Vec<Cohort>, Cohort), Failed> {
    let found = match study {
        Study::Tables { sources, target, names, label: name, above, event, missing } => {
            let options =
                ReadOptions { names: names.clone(), missing_codes: missing.clone(), ..ReadOptions::default() };
            let sources = sources.iter().map(|path| table(path, options.clone())).collect::<Result<Vec<_>, _>>()?;
            let target = table(target, options)?;
            let kind = LabelKind::Classes { event: event.clone(), classes: Vec::new(), above: *above };
            cohorts(&sources, &target, label(name, kind))?
        }
        Study::Generated { truth, rows } => {
            let seed = 100_000 + number as u32;
            let recipe = Recipe { truth: *truth, outcome: Outcome::Class, source: 800, target: *rows, test: 0, seed };
            let (source, target) = generate(&recipe);
            let read = |name: &str, text: String| read(name, text.as_bytes(), &ReadOptions::default());
            let kind = LabelKind::Classes { event: Some("yes".to_owned()), classes: Vec::new(), above: None };
            cohorts(&[read("source.csv", source)?], &read("target.csv", target)?, label("outcome", kind))?
        }
        Study::Linear { r, intercept, rows } => {
            let mut rng = Rng::stream(mix(77, number), "recommendation");
            let source = made::source(*r, &mut rng);
            return Ok((vec![source], made::target(*rows, *intercept, &mut rng)));
        }
    };
    let parts: Vec<Cohort> = [Some(found.target), found.test].into_iter().flatten().collect();
    let target = Cohort::join(&parts, Side::Target).ok_or("no target")?;
    Ok((found.sources, target))
}

fn events(cohort: &Cohort) -> Vec<u32> {
    match &cohort.y {
        Some(Labels::Classes { codes, event, .. }) => {
            codes.iter().map(|code| u32::from(*code == Some(*event as u32))).collect()
        }
        _ => Vec::new(),
    }
}

struct Entry {
    method: &'static dyn AnyMethod,
    settings: Value,
    key: Option<String>,
}

fn entry(id: &str) -> Result<Entry, Failed> {
    let method = registry::find(id)?;
    let settings = method.settings(&Value::Null)?;
    let key = method.pretrain_key(&settings)?.map(|key| key.to_string());
    Ok(Entry { method, settings, key })
}

/// The event's probabilities of rows, learned from the others.
fn predicted(
    entry: &Entry,
    kept: &BTreeMap<String, Model>,
    task: &Task,
    test: &Cohort,
    seed: u64,
) -> Result<Vec<f64>, Failed> {
    let run = Run::new(cpu(), seed, &Quiet);
    let pre = entry.key.as_ref().and_then(|key| kept.get(key));
    let model = block_on(entry.method.adapt(pre, &entry.settings, task, &run))?;
    let Some(Labels::Classes { names, event, .. }) = &task.target.y else { return Err("no classes".into()) };
    let prediction = block_on(entry.method.predict(&model, &test.without_labels(), &run))?;
    // The method may name the classes in another order.
    let own = match &prediction {
        Prediction::Classes { names: theirs, .. } => theirs.iter().position(|name| *name == names[*event]),
        Prediction::Values { .. } => None,
    };
    Ok(prediction.score(own.ok_or("the event is not among the predicted classes")?))
}

fn resplit(
    question: &Question,
    number: u64,
    opened: &(Vec<Cohort>, Cohort),
    kept: &mut BTreeMap<String, Model>,
) -> Result<Value, Failed> {
    let (sources, target) = opened;
    let seed = mix(20_261_122, number);
    let strata = target.y.as_ref().map_or_else(Vec::new, Labels::strata);
    let respect = Respect { strata: Some(&strata), groups: target.group.as_deref(), keys: None };
    let share = if question.train < 1.0 { question.train } else { question.train / target.len() as f64 };
    let fold = split::hold_out(target.len(), respect, 1.0 - share, seed)?;
    let (train, test) = (target.select(&fold.train), target.select(&fold.test));
    let y = events(&test);
    let task = Task { sources: sources.clone(), target: train.clone(), unlabelled: None };
    let mut methods = BTreeMap::new();
    let mut inner = BTreeMap::new();
    for id in &question.methods {
        let entry = entry(id)?;
        if let Some(key) = &entry.key
            && !kept.contains_key(key)
        {
            let run = Run::new(cpu(), 1, &Quiet);
            kept.insert(key.clone(), block_on(entry.method.pretrain(&entry.settings, sources, &run))?);
        }
        let began = Instant::now();
        let found = predicted(&entry, kept, &task, &test, seed);
        let seconds = began.elapsed().as_secs_f64();
        methods.insert(id.clone(), match found {
            Ok(p) => {
                let both: Vec<f64> = p.iter().flat_map(|p| [1.0 - p, *p]).collect();
                let of = |metric: Metric| metric.compute(Truth::Classes { y: &y, classes: 2 }, &both);
                json!({ "auroc": of(Metric::Auroc), "brier": of(Metric::Brier), "log_loss": of(Metric::LogLoss), "seconds": seconds })
            }
            Err(error) => json!({ "error": error.to_string() }),
        });
        if question.inner.contains(id) {
            inner.insert(id.clone(), losses(&entry, kept, &task, seed)?);
        }
    }
    let learned = events(&train);
    Ok(json!({
        "split": number, "train": [train.len(), learned.iter().sum::<u32>()], "test": [test.len(), y.iter().sum::<u32>()],
        "source": sources.iter().map(|s| json!([s.len(), events(s).iter().sum::<u32>()])).collect::<Vec<_>>(),
        "columns": target.x.features().len(), "methods": methods, "inner": inner,
        "y": learned,
    }))
}

/// The log-loss of each training row, from five folds inside them; null where a fold has no model.
fn losses(entry: &Entry, kept: &BTreeMap<String, Model>, task: &Task, seed: u64) -> Result<Vec<Option<f64>>, Failed> {
    let strata = task.target.y.as_ref().map_or_else(Vec::new, Labels::strata);
    let respect = Respect { strata: Some(&strata), groups: task.target.group.as_deref(), keys: None };
    let rows: Vec<usize> = (0..task.target.len()).collect();
    let mut out = vec![None; rows.len()];
    for fold in split::k_fold_of(&rows, respect, 5, 1, mix(seed, 99))? {
        let part = Task { target: task.target.select(&fold.train), ..task.clone() };
        let test = task.target.select(&fold.test);
        let Ok(p) = predicted(entry, kept, &part, &test, seed) else { continue };
        for ((&row, p), y) in fold.test.iter().zip(p).zip(events(&test)) {
            let p = if y == 1 { p } else { 1.0 - p };
            out[row] = Some((-p.max(1e-6).ln() * 1e5).round() / 1e5);
        }
    }
    Ok(out)
}

fn main() -> Result<(), Failed> {
    for line in std::io::stdin().lock().lines() {
        let question: Question = serde_json::from_str(&line?)?;
        let fixed = matches!(question.study, Study::Tables { .. });
        let mut kept = BTreeMap::new();
        let mut rows = opened(&question.study, question.from)?;
        for number in question.from..question.to {
            if !fixed {
                rows = opened(&question.study, number)?;
                kept.clear();
            }
            println!("{}", resplit(&question, number, &rows, &mut kept)?);
            std::io::stdout().flush()?;
        }
    }
    Ok(())
}
