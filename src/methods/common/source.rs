//! The linear source model: what several methods start from, pre-trained once for all of them.
//!
//! The tuned penalised linear model on the labelled rows of all sources, a value that can be saved and can stand for the
//! source's table. It names the share of each class among its rows.

use serde_json::{Value, json};

use super::super::Model;
use super::encoder::{Encoder, Rows};
use super::head::Head;
use super::linear::{FOLDS, Linear};
use super::penalised;
use super::rows::{Known, canonical};
use super::shared::remark;
use crate::cohort::{Cohort, Task};
use crate::error::{Code, Result};
use crate::train::Run;
use crate::watch::Event;

/// The method's name in the file of a linear source model: it belongs to no method alone.
pub const PRETRAINED_LINEAR: &str = "pretrained_linear";

/// What the pre-training depends on: the `penalty`.
pub fn key(penalty: &str) -> Value {
    json!({ "learner": "linear", "penalty": penalty })
}

/// Fits the linear model on the labelled rows of all sources.
///
/// # Errors
/// [`Code::LabelMissingInSource`], [`Code::OneClass`], [`Code::TooFewRows`], [`Code::NothingVaries`].
pub async fn pretrain(penalty: &str, sources: &[Cohort], run: &Run<'_>) -> Result<Model> {
    run.event(Event::Phase { name: "pretrain".to_owned(), facts: Vec::new() });
    let rows: Vec<Cohort> = sources.iter().map(canonical).filter(|cohort| !cohort.is_empty()).collect();
    let rows: Vec<&Cohort> = rows.iter().collect();
    let known = Known::join(&rows, Code::LabelMissingInSource)?;
    known.check()?;
    if known.fewest_present() < 2 {
        let few = Code::TooFewRows.err().with("found", known.fewest_present()).with("needed", 2);
        return Err(few.with("what", "a class of the source"));
    }
    let linear = Linear::fit(&rows, Code::LabelMissingInSource, FOLDS, penalised::alphas(penalty), run).await?;
    if linear.encoder.is_none() {
        return Err(Code::NothingVaries.err());
    }
    let key = key(penalty);
    let mut model = linear.to_model(PRETRAINED_LINEAR, &key)?;
    let n = known.len() as f64;
    let shares: Vec<f64> = known.counts().into_iter().map(|count| count as f64 / n).collect();
    remark(&mut model, "shares", json!(shares));
    run.event(Event::Pretrained { key: format!("{key} {}", run.seed) });
    Ok(model)
}

/// A linear source model in use.
#[derive(Debug, Clone, PartialEq)]
pub struct Source {
    /// The model.
    pub linear: Linear,
    /// Its columns.
    pub encoder: Encoder,
    /// The share of each class among the source's rows; empty for numbers, and where the file does not say.
    pub shares: Vec<f64>,
}

/// Labelled rows of the target, in a source model's words.
#[derive(Debug, Clone)]
pub struct Target {
    /// The rows, in canonical order.
    pub rows: Cohort,
    /// Their labels, classes in the source model's order.
    pub known: Known,
    /// The rows in the source model's columns.
    pub x: Rows<f64>,
    /// The source model's outputs.
    pub outputs: Rows<f64>,
}

impl Source {
    /// The model that a method was handed.
    ///
    /// # Errors
    /// [`Code::Internal`] where there is none; [`Code::BadModel`], also for a network.
    pub fn of(pre: Option<&Model>) -> Result<Self> {
        let pre = pre.ok_or_else(|| Code::Internal.err().with("reason", "no pre-trained model was handed over"))?;
        let bad = |reason: &str| Code::BadModel.err().with("reason", reason);
        if pre.meta::<String>("form")? != "linear" {
            return Err(bad("a linear source model is needed, and this is a network"));
        }
        let linear = Linear::from_model(pre)?;
        let encoder = linear.encoder.clone().ok_or_else(|| bad("the source model has no columns"))?;
        let shares: Vec<f64> = pre.meta::<Option<Vec<f64>>>("shares")?.unwrap_or_default();
        if !shares.is_empty() && shares.len() != linear.intercepts.len() {
            return Err(bad("shares: the lengths do not fit"));
        }
        Ok(Self { linear, encoder, shares })
    }

    /// The labelled rows of the target, with something to learn from in them.
    ///
    /// # Errors
    /// [`Code::LabelMissingInTarget`], [`Code::OneClass`], [`Code::TooFewRows`]; [`Code::ClassNotInSource`];
    /// [`Code::NeedNotMet`] where one side has classes and the other numbers; [`Code::ModelOtherColumns`].
    pub fn target(&self, task: &Task) -> Result<Target> {
        let rows = canonical(&task.target);
        let known = self.recoded(&Known::of(&rows, Code::LabelMissingInTarget)?)?;
        known.check()?;
        let x = self.encoder.transform_f64(&rows.x)?;
        let outputs = self.linear.outputs(&x);
        Ok(Target { rows, known, x, outputs })
    }

    /// Labels in the order of the source model's classes, matched by name.
    ///
    /// # Errors
    /// [`Code::ClassNotInSource`], [`Code::NeedNotMet`].
    pub fn recoded(&self, known: &Known) -> Result<Known> {
        match (&self.linear.head, known) {
            (Head::Classes { names, event }, Known::Classes { names: theirs, codes, .. }) => {
                let mut own = Vec::with_capacity(codes.len());
                for &code in codes {
                    let name = theirs.get(code).map_or("", String::as_str);
                    let place = names.iter().position(|n| n == name);
                    let place = place.filter(|&k| self.shares.get(k).is_none_or(|share| *share > 0.0));
                    own.push(place.ok_or_else(|| Code::ClassNotInSource.err().with("class", name))?);
                }
                Ok(Known::Classes { names: names.clone(), event: *event, codes: own })
            }
            (Head::Values { .. }, Known::Values { .. }) => Ok(known.clone()),
            _ => Err(Code::NeedNotMet.err().with("method", "").with("need", "one kind of label")),
        }
    }

    /// The source model plus what was fitted beside it.
    pub fn plus(&self, intercepts: &[f64], coefficients: &[f64]) -> Linear {
        let add = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| a + b).collect();
        let old = &self.linear;
        let (intercepts, coefficients) = (add(&old.intercepts, intercepts), add(&old.coefficients, coefficients));
        Linear { intercepts, coefficients, ..old.clone() }
    }
}

/// The labelled rows of both sides, for methods that learn from them together.
#[derive(Debug, Clone)]
pub struct Both {
    /// The target's, in canonical order.
    pub target: Cohort,
    /// Each source domain's, likewise; none is empty.
    pub sources: Vec<Cohort>,
    /// The labels, the target's first; classes are matched by name, in the target's order.
    pub known: Known,
}

impl Both {
    /// Of a task.
    ///
    /// # Errors
    /// [`Code::NeedNotMet`] where a saved model stands for the source; [`Code::LabelMissingInTarget`],
    /// [`Code::LabelMissingInSource`].
    pub fn of(task: &Task, method: &str) -> Result<Self> {
        if task.sources.is_empty() {
            return Err(Code::NeedNotMet.err().with("method", method).with("need", "source"));
        }
        let target = canonical(&task.target);
        Known::of(&target, Code::LabelMissingInTarget)?;
        let sources: Vec<Cohort> = task.sources.iter().map(canonical).filter(|rows| !rows.is_empty()).collect();
        if sources.is_empty() {
            return Err(Code::LabelMissingInSource.err().with("found", 0));
        }
        let cohorts: Vec<&Cohort> = std::iter::once(&target).chain(&sources).collect();
        let known = Known::join(&cohorts, Code::LabelMissingInSource)?;
        Ok(Self { target, sources, known })
    }

    /// The target, then the sources.
    pub fn cohorts(&self) -> Vec<&Cohort> {
        std::iter::once(&self.target).chain(&self.sources).collect()
    }

    /// The labels of the target's rows.
    pub fn known_target(&self) -> Known {
        self.known.select(&(0..self.target.len()).collect::<Vec<_>>())
    }
}
