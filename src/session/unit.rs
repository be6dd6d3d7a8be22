//! The pieces of a run, and what each gives. A piece is a pure function of plan, tables and pre-trained model,
//! so that one worker, two workers, the page and the command give the same bytes.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::carried::Carried;
use super::told::{self, Told};
use crate::cohort::Prediction;
use crate::device::DeviceKind;
use crate::error::{Code, Result};
use crate::explain::permutation::Drop;
use crate::methods::Model;
use crate::metrics::Metric;
use crate::report::maps::FeatureMap;

/// Which table plays the source, or who is the target.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    /// As the person opened them.
    Forward,
    /// Exchanged.
    Reverse,
    /// Another person of the target, by number.
    Person(u32),
}

/// A piece of a run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
pub enum Unit {
    /// Learns from the sources alone; its model is kept under `key` and serves every fold and grid cell.
    Pretrain {
        /// Which way.
        direction: Direction,
        /// Index into the plan's methods of one that pre-trains so.
        method: u32,
        /// Which of the design's seeds.
        seed: u32,
        /// The name under which it is kept.
        key: String,
    },
    /// One method on one fold.
    Fold {
        /// Which way.
        direction: Direction,
        /// Index into the plan's methods.
        method: u32,
        /// Index into the folds of all repeats.
        fold: u32,
    },
    /// One method's risks of a fold's own training rows, each by a model that saw only others of them: what a threshold
    /// for the fold's test rows is chosen on.
    Threshold {
        /// Which way.
        direction: Direction,
        /// Index into the plan's methods.
        method: u32,
        /// Index into the folds of all repeats.
        fold: u32,
    },
    /// Every line of the learning curve at one size, on one subsample.
    Grid {
        /// Which way.
        direction: Direction,
        /// Number of target rows.
        size: u32,
        /// Which subsample.
        repeat: u32,
    },
    /// One method on a bootstrap sample of the target's rows, judged on all of them.
    Refit {
        /// Index into the plan's methods.
        method: u32,
        /// Which sample; 0 is all rows as they are.
        sample: u32,
    },
    /// One method on all labelled rows: the model to keep.
    Final {
        /// Index into the plan's methods.
        method: u32,
    },
}

/// A unit, the pre-trained models that it needs, and about how long it takes beside the others.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Job {
    /// What to do.
    pub unit: Unit,
    /// The pre-trained model that must be there.
    pub needs: Option<String>,
    /// Relative cost, for the estimate of the time left.
    pub cost: f64,
}

/// One point of the learning curve.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Cell {
    /// `frozen_0` … `frozen_4`, `scratch`, `linear`, `source_only`, or `mode_` and the mode.
    pub line: String,
    /// The primary metric on the fixed test rows; absent where it is undefined.
    pub value: Option<f64>,
    /// Other metrics there, of modes.
    #[serde(default)]
    pub measures: Vec<(Metric, f64)>,
}

/// What a unit gave.
#[derive(Debug, Clone, PartialEq)]
pub struct Outcome {
    /// Of which unit.
    pub unit: Unit,
    /// The predictions of the unit's evaluated rows.
    pub prediction: Option<Prediction>,
    /// The primary metric on those rows, where it is defined.
    pub value: Option<f64>,
    /// What the method chose on its own (frozen layers, penalty, learner), as it wrote it into its model.
    pub choice: Value,
    /// Permutation importance on the evaluated rows.
    pub importance: Vec<Drop>,
    /// What the features add to the predictions of the evaluated rows.
    pub told: Vec<Told>,
    /// What the source rows do to the loss on the evaluated rows.
    pub carried: Option<Carried>,
    /// What the network makes of both domains' rows.
    pub map: Option<FeatureMap>,
    /// Points of the learning curve.
    pub cells: Vec<Cell>,
    /// The model, of pre-trainings and final fits.
    pub model: Option<Model>,
    /// Where its networks were trained, as the device itself said.
    pub device: DeviceKind,
    /// Whether it was meant for the GPU, which was lost.
    pub gpu_lost: bool,
}

impl Outcome {
    /// Nothing yet, of this unit.
    pub fn new(unit: Unit) -> Self {
        Self {
            unit,
            prediction: None,
            value: None,
            choice: Value::Null,
            importance: Vec::new(),
            told: Vec::new(),
            carried: None,
            map: None,
            cells: Vec::new(),
            model: None,
            device: DeviceKind::Cpu,
            gpu_lost: false,
        }
    }

    /// The outcome as bytes: what travels between workers and stands in a run file.
    ///
    /// # Errors
    /// [`Code::Internal`] if it cannot be written.
    pub fn to_bytes(&self) -> Result<Vec<u8>> {
        let mut file = Model::new("outcome", Value::Null);
        let (kind, names) = match &self.prediction {
            Some(Prediction::Classes { names, probabilities }) => {
                file.put_f64("prediction", &[probabilities.len()], probabilities.clone());
                ("classes", names.clone())
            }
            Some(Prediction::Values { values }) => {
                file.put_f64("prediction", &[values.len()], values.clone());
                ("values", Vec::new())
            }
            None => ("none", Vec::new()),
        };
        let model = self.model.as_ref().map(|model| {
            file.arrays.extend(model.arrays.iter().map(|array| {
                let mut array = array.clone();
                array.name = format!("model/{}", array.name);
                array
            }));
            json!({ "method": model.method, "meta": model.meta })
        });
        let told = told::store(&self.told, &mut file)?;
        file.meta = json!({
            "unit": self.unit, "kind": kind, "names": names, "value": self.value, "choice": self.choice,
            "importance": self.importance, "told": told, "carried": self.carried, "map": self.map, "cells": self.cells, "model": model,
            "device": self.device, "gpu_lost": self.gpu_lost,
        });
        file.to_bytes()
    }

    /// Reads an outcome.
    ///
    /// # Errors
    /// [`Code::BadModel`] where the bytes are no outcome.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self> {
        let file = Model::from_bytes(bytes)?;
        if file.method != "outcome" {
            return Err(Code::BadModel.err().with("reason", "it is no part of a run"));
        }
        let kind: String = file.meta("kind")?;
        let prediction = match kind.as_str() {
            "classes" => Some(Prediction::Classes {
                names: file.meta("names")?,
                probabilities: file.f64("prediction")?.to_vec(),
            }),
            "values" => Some(Prediction::Values { values: file.f64("prediction")?.to_vec() }),
            _ => None,
        };
        let model = match file.meta.get("model") {
            Some(Value::Object(head)) => {
                let method = head.get("method").and_then(Value::as_str).unwrap_or_default();
                let mut model = Model::new(method, head.get("meta").cloned().unwrap_or(Value::Null));
                for array in &file.arrays {
                    if let Some(name) = array.name.strip_prefix("model/") {
                        let mut array = array.clone();
                        array.name = name.to_owned();
                        model.arrays.push(array);
                    }
                }
                Some(model)
            }
            _ => None,
        };
        Ok(Self {
            unit: file.meta("unit")?,
            prediction,
            value: file.meta("value")?,
            choice: file.meta.get("choice").cloned().unwrap_or(Value::Null),
            importance: file.meta("importance")?,
            told: told::restore(&file)?,
            carried: file.meta("carried")?,
            // Run files of before had none.
            map: file.meta("map").unwrap_or_default(),
            cells: file.meta("cells")?,
            model,
            // Run files of before said nothing about it.
            device: file.meta("device").unwrap_or_default(),
            gpu_lost: file.meta("gpu_lost").unwrap_or_default(),
        })
    }
}
