//! Forecasters learned from many people, from one, or from many and then one: what the methods on windows share.

use serde_json::{Value, json};

use super::forecaster::{Data, FORM, Forecaster, Parts, Training, Width};
use super::rows::{Known, canonical};
use super::series::{Scale, Shape};
use super::shared;
use crate::cohort::{Cohort, Prediction, Task};
use crate::error::{Code, Result};
use crate::methods::{Card, Model, card};
use crate::split::{self, Respect};
use crate::train::{Descent, Run};
use crate::watch::Event;

/// The method's name in the file of a forecaster that was learned from the source.
pub const PRETRAINED: &str = "pretrained_forecaster";
/// The paper.
pub const PAPER: card::Paper = card::Paper {
    authors: "De Bois M, El Yacoubi MA, Ammi M",
    year: 2021,
    title: "Adversarial multi-source transfer learning in healthcare: application to glucose prediction for diabetic people",
    doi: "10.48550/arXiv.2006.15940",
};
/// The share of one person's days that says when to stop.
const HELD: f64 = 0.2;
/// Points of a learning curve that a model keeps.
const POINTS: usize = 60;

/// The settings in one form.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Settings<'a> {
    /// A name of [`Width::NAMES`].
    pub width: &'a str,
    /// λ; `None` has no classifier of subjects.
    pub weight: Option<f64>,
    /// The share of units dropped.
    pub dropout: f64,
    /// Adam's rate.
    pub rate: f64,
    /// Rows a batch.
    pub batch: usize,
    /// Steps between two looks.
    pub check_steps: usize,
    /// Looks without a lower error.
    pub patience: usize,
    /// Steps at most.
    pub max_steps: u32,
    /// The last days of each person of the source that say when to stop.
    pub held_days: usize,
}

/// Settings that begin with those of a forecaster, and may add their own.
#[macro_export]
macro_rules! forecast_config {
    ($(#[$doc:meta])* pub struct $name:ident { $($more:tt)* }) => {
        $crate::config! {
            $(#[$doc])*
            pub struct $name {
                $($more)*
                /// How wide the network is.
                width: String = "lite".to_owned(),
                    $crate::methods::config::Range::Choice {
                        options: $crate::methods::common::forecaster::Width::NAMES.to_vec(),
                    }, "";
                /// The share of units dropped in training.
                dropout: f64 = 0.5, $crate::methods::config::Range::Real { low: 0.0, high: 0.8 }, "";
                /// Adam's rate.
                learning_rate: f64 = 1e-4, $crate::methods::config::Range::Real { low: 1e-6, high: 0.1 }, "";
                /// Rows a batch.
                batch_windows: usize = 100, $crate::methods::config::Range::Whole { low: 2, high: 4096 }, "rows";
                /// Steps between two looks at the held-back days.
                check_steps: usize = 100, $crate::methods::config::Range::Whole { low: 1, high: 100_000 }, "steps";
                /// Looks without a lower error before it stops.
                patience: usize = 50, $crate::methods::config::Range::Whole { low: 1, high: 1000 }, "";
                /// Steps at most; 0 is no cap.
                max_steps: u32 = 2000, $crate::methods::config::Range::Whole { low: 0, high: 1_000_000 }, "steps";
            }
        }
    };
}

/// The forecaster of all sources, each of which is a subject scaled by itself.
///
/// # Errors
/// [`Code::LabelMissingInSource`], [`Code::NeedNotMet`] where the columns are no windows, and what training gives.
pub async fn pretrain(settings: &Settings<'_>, key: &Value, sources: &[Cohort], run: &Run<'_>) -> Result<Model> {
    run.event(Event::Phase { name: "pretrain".to_owned(), facts: Vec::new() });
    let sources: Vec<Cohort> = sources.iter().map(canonical).filter(|rows| !rows.is_empty()).collect();
    let lacking = || Code::LabelMissingInSource.err().with("found", 0);
    let first = sources.first().ok_or_else(lacking)?;
    let shape = Shape::of(first.x.features(), PRETRAINED)?;
    let mut data = Data::empty(&shape);
    for (subject, cohort) in sources.iter().enumerate() {
        let held = last_days(cohort, settings.held_days);
        data.push(&shape, &Scale::fit(&shape, cohort)?, cohort, subject, &held)?;
    }
    let subjects = (settings.weight.is_some() && sources.len() > 1).then_some(sources.len());
    let mut rng = run.rng("init");
    let parts = Parts::initial(&shape, Width::of(settings.width), subjects, &mut rng)?;
    let mut network = Forecaster { shape, parts };
    let descent = network.train(&data, &settings.training("pretrain"), run).await?;
    let mut model = network.to_model(PRETRAINED, key, &unit(first)?, None)?;
    told(&mut model, &descent, sources.len());
    run.event(Event::Pretrained { key: format!("{key} {}", run.seed) });
    Ok(model)
}

/// The forecaster of one person: what was pre-trained, scaled by this person's rows, and trained on them at `rate`; as it
/// is where there is none.
///
/// # Errors
/// [`Code::LabelMissingInTarget`], [`Code::ModelOtherColumns`], and what training gives.
pub async fn adapted(
    card: &Card,
    pre: Option<&Model>,
    settings: &Settings<'_>,
    rate: Option<f64>,
    task: &Task,
    run: &Run<'_>,
) -> Result<Model> {
    let pre = pre.ok_or_else(|| Code::Internal.err().with("reason", "no pre-trained model was handed over"))?;
    let mut network = Forecaster::from_model(pre)?;
    let rows = canonical(&task.target);
    let scale = Scale::fit(&network.shape, &rows)?;
    let mut choice = pre.meta.get("choice").cloned().unwrap_or_else(|| json!({}));
    if let Some(rate) = rate {
        run.event(Event::Phase { name: "fine_tune".to_owned(), facts: Vec::new() });
        let data = own(&network.shape, &scale, &rows, run.seed)?;
        let descent = network.train(&data, &Training { rate, ..settings.training("fine_tune") }, run).await?;
        choice["fine_tuned_steps"] = json!(descent.steps);
    }
    let mut model = network.to_model(card.id, &json!({}), &unit(&rows)?, Some(&scale))?;
    shared::remark(&mut model, "choice", choice);
    Ok(model)
}

/// The forecaster of one person's rows alone.
///
/// # Errors
/// As [`adapted`].
pub async fn from_scratch(card: &Card, settings: &Settings<'_>, task: &Task, run: &Run<'_>) -> Result<Model> {
    run.event(Event::Phase { name: "from_scratch".to_owned(), facts: Vec::new() });
    let rows = canonical(&task.target);
    let shape = Shape::of(rows.x.features(), card.id)?;
    let scale = Scale::fit(&shape, &rows)?;
    let data = own(&shape, &scale, &rows, run.seed)?;
    let parts = Parts::initial(&shape, Width::of(settings.width), None, &mut run.rng("init"))?;
    let mut network = Forecaster { shape, parts };
    let descent = network.train(&data, &settings.training("from_scratch"), run).await?;
    let mut model = network.to_model(card.id, &json!({}), &unit(&rows)?, Some(&scale))?;
    told(&mut model, &descent, 1);
    Ok(model)
}

/// The forecasts of rows of the person whom the model was scaled by.
///
/// # Errors
/// [`Code::ModelOtherColumns`], [`Code::BadModel`], [`Code::GpuLost`].
pub async fn predict(model: &Model, x: &Cohort, run: &Run<'_>) -> Result<Prediction> {
    let network = Forecaster::from_model(model)?;
    if model.method == PRETRAINED {
        let need = "training days of the person: this forecaster was never scaled to one";
        return Err(Code::NeedNotMet.err().with("method", &model.method).with("need", need));
    }
    let scale = Scale::restore(&network.shape, model)?;
    let outputs = network.outputs(&scale.x(&network.shape, &x.x)?, run).await?;
    Ok(Prediction::Values { values: outputs.into_iter().map(|z| scale.back(z)).collect() })
}

impl Settings<'_> {
    /// What a pre-training depends on.
    pub fn pretrain_key(&self) -> Value {
        json!({
            "learner": FORM, "width": self.width, "weight": self.weight, "dropout": self.dropout, "rate": self.rate,
            "batch": self.batch, "check_steps": self.check_steps, "patience": self.patience,
            "max_steps": self.max_steps, "held_days": self.held_days,
        })
    }

    fn training(&self, phase: &'static str) -> Training {
        Training {
            phase,
            rate: self.rate,
            dropout: self.dropout,
            batch: self.batch,
            check_steps: self.check_steps,
            patience: self.patience,
            max_steps: self.max_steps,
            weight: self.weight.unwrap_or(0.0),
        }
    }
}

impl Data {
    fn empty(shape: &Shape) -> Self {
        let x = super::encoder::Rows { rows: 0, cols: shape.columns.len(), values: Vec::new() };
        Self { x, y: Vec::new(), subject: Vec::new(), fit: Vec::new(), held: Vec::new() }
    }

    fn push(&mut self, shape: &Shape, scale: &Scale, rows: &Cohort, subject: usize, held: &[bool]) -> Result<()> {
        let x = scale.x(shape, &rows.x)?;
        for (row, held) in held.iter().enumerate() {
            if *held { &mut self.held } else { &mut self.fit }.push(self.x.rows + row);
        }
        self.x.rows += x.rows;
        self.x.values.extend(x.values);
        self.y.extend(scale.y(rows)?);
        self.subject.extend(std::iter::repeat_n(subject, rows.len()));
        Ok(())
    }
}

/// One person's rows, some whole days held back.
///
/// # Errors
/// As [`Shape::rows`]; [`Code::LabelMissingInTarget`].
pub fn own(shape: &Shape, scale: &Scale, rows: &Cohort, seed: u64) -> Result<Data> {
    let mut held = vec![false; rows.len()];
    let days = days(rows);
    let respect = Respect { strata: None, groups: days.as_deref(), keys: None };
    // Of one day alone nothing can be held back.
    if days.as_ref().is_none_or(|days| days.iter().any(|day| Some(day) != days.first()))
        && let Ok(fold) = split::hold_out(rows.len(), respect, HELD, seed)
    {
        fold.test.iter().for_each(|&row| held[row] = true);
    }
    let mut data = Data::empty(shape);
    data.push(shape, scale, rows, 0, &held)?;
    Ok(data)
}

/// Each row's day: the group where there is one, else the day of its time.
fn days(rows: &Cohort) -> Option<Vec<u32>> {
    let of_time = |times: &Vec<f64>| times.iter().map(|time| time.max(0.0) as u32).collect();
    rows.group.clone().or_else(|| rows.time.as_ref().map(of_time))
}

/// Which rows are of the last days, at most a third of them; groups are numbered in the order of their names, and so of
/// time.
fn last_days(rows: &Cohort, most: usize) -> Vec<bool> {
    let Some(days) = days(rows) else { return vec![false; rows.len()] };
    let mut known = days.clone();
    known.sort_unstable();
    known.dedup();
    let held = most.min(known.len() / 3);
    let first = known.len() - held;
    let from = known.get(first).copied();
    days.iter().map(|day| from.is_some_and(|from| *day >= from)).collect()
}

fn unit(rows: &Cohort) -> Result<String> {
    match Known::of(rows, Code::LabelMissingInTarget)? {
        Known::Values { unit, .. } => Ok(unit),
        Known::Classes { .. } => {
            Err(Code::NeedNotMet.err().with("method", FORM).with("need", "an outcome that is a number"))
        }
    }
}

fn told(model: &mut Model, descent: &Descent, subjects: usize) {
    let checks: Vec<(usize, f64)> = descent
        .checks
        .iter()
        .map(|(at, rows)| (*at, rows.iter().map(|&e| f64::from(e)).sum::<f64>() / rows.len().max(1) as f64))
        .collect();
    let facts = json!({
        "subjects": subjects, "steps": descent.steps, "best": descent.best_epoch, "held_error": checks,
        "curves": descent.curves.thinned(POINTS),
    });
    shared::remark(model, "choice", facts);
}
