//! Deep transfer learning for a protein family with few measured compounds, after Dalkıran et al. (2023).
//!
//! Objective: tell active from inactive compounds of a scarce family by what a well-studied one taught. A compound is a
//! row of numbers (descriptors or the bits of a fingerprint); the protein is no feature: one classifier a family.
//! 1. A network p → 1200 → 300 → 1 (linear, batch normalisation, ReLU, dropout 0.1; the last linear alone) is trained on
//!    the source family: binary cross-entropy, Adam at 1e-4 with an L2 penalty of 1e-5 (coupled, as PyTorch's), batches of
//!    256, 100 epochs.
//! 2. The target's rows, in one of the *modes*:
//!    - `fine_tune`: every layer goes on from the source's weights for 50 epochs;
//!    - `frozen_1`, `frozen_2`, `frozen_1_2`: the same, weight and bias of these layers stay; their normalisation is
//!      trained, as in the released code;
//!    - `svm_1`, `random_forest_2`, …: a shallow classifier on what that layer of the source network puts out before its
//!      normalisation;
//!    - `scratch`, `svm`, `random_forest`, `boosted_trees`: no transfer, the comparators.
//!
//! Where paper and released code differ the paper's method is the default, and `released_code` takes the code's: its
//! dropout goes on at prediction (`f.dropout` without `training=`), and its normalisation goes by the running statistics
//! from the second epoch on (`model.eval()` is never undone). The code's choice of the epoch by the test rows is not
//! offered: it looks at the answer. Epochs are fixed, or chosen by a fifth of the training rows.
//!
//! Ours: all modes see the columns as the source scales them (mean and sd of its rows; columns of 0 and 1 as they are),
//! so that modes differ in nothing else; a last batch of one row, which has no variance, joins the one before.

use serde_json::{Value, json};

use super::super::common::encoder::{Encoder, Rows};
use super::super::common::head::Head;
use super::super::common::normed::{FORM, Normed, Training, as_bits, of_event};
use super::super::common::rows::{Known, canonical};
use super::super::common::shallow::{Kind, Shallow};
use super::super::common::shared;
use super::super::config::Range;
use super::super::{Card, Method, Model, card};
use crate::cohort::{Cohort, Prediction, Task, View};
use crate::error::{Code, Result};
use crate::train::Run;
use crate::watch::Event;

/// The modes, in the order of the tables: without transfer, with fine-tuning, with the source's features.
pub const MODES: &[&str] = &[
    "scratch",
    "svm",
    "random_forest",
    "boosted_trees",
    "fine_tune",
    "frozen_1",
    "frozen_2",
    "frozen_1_2",
    "svm_1",
    "random_forest_1",
    "boosted_trees_1",
    "svm_2",
    "random_forest_2",
    "boosted_trees_2",
];

/// The published experiment's modes.
pub const PUBLISHED: &[&str] = &[
    "scratch",
    "svm",
    "random_forest",
    "boosted_trees",
    "fine_tune",
    "frozen_1",
    "frozen_2",
    "svm_1",
    "random_forest_1",
    "boosted_trees_1",
    "svm_2",
    "random_forest_2",
    "boosted_trees_2",
];
/// One of each kind, for a look that takes minutes.
pub const QUICK: &[&str] = &["scratch", "random_forest", "fine_tune", "frozen_1", "svm_1"];
/// The published experiment's numbers of target rows.
pub const SIZES: [u32; 8] = [2, 6, 12, 48, 96, 400, 1000, 4000];

crate::config! {
    /// The network, and what is done with it in the target.
    pub struct DrugTargetConfig {
        /// What is done with the target's rows.
        mode: String = "fine_tune".to_owned(), Range::Choice { options: MODES.to_vec() }, "";
        /// What the source network learns: the label, or which of several sources a row is from.
        pretrain_on: String = "label".to_owned(), Range::Choice { options: vec!["label", "family"] }, "";
        /// Widths of the hidden layers, from the input on.
        widths: Vec<usize> = vec![1200, 300], Range::Wholes { low: 1, high: 4096, min_len: 2, max_len: 6 }, "units";
        /// The share of hidden units dropped in training.
        dropout: f64 = 0.1, Range::Real { low: 0.0, high: 0.8 }, "";
        /// Adam's rate.
        adam_rate: f64 = 1e-4, Range::Real { low: 1e-6, high: 0.1 }, "";
        /// The L2 penalty, added to the gradient.
        l2_penalty: f64 = 1e-5, Range::Real { low: 0.0, high: 1.0 }, "";
        /// Rows a batch.
        batch_rows: usize = 256, Range::Whole { low: 2, high: 4096 }, "rows";
        /// Passes over the source's rows.
        source_epochs: usize = 100, Range::Whole { low: 1, high: 2000 }, "epochs";
        /// Passes over the target's rows.
        target_epochs: usize = 50, Range::Whole { low: 1, high: 2000 }, "epochs";
        /// Whether all epochs are trained, or a fifth of the rows chooses which is kept.
        epochs_by: String = "fixed".to_owned(), Range::Choice { options: vec!["fixed", "validation"] }, "";
        /// How columns reach the network.
        inputs: String = "standardised".to_owned(), Range::Choice { options: vec!["standardised", "as_recorded"] }, "";
        /// Encoded columns at most; those of largest variance are kept.
        most_features: usize = 5000, Range::Whole { low: 1, high: 20_000 }, "columns";
        /// Dropout and normalisation as in the released code.
        released_code: bool = false, Range::Switch, "";
    }
}

/// What a mode does.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Mode {
    /// Trains a network, from the source's weights or anew; these layers stay.
    Network { anew: bool, fixed: Vec<usize> },
    /// Fits a shallow classifier on the columns, or on a layer's output.
    Shallow { kind: Kind, layer: Option<usize> },
}

impl DrugTargetConfig {
    fn mode(&self) -> Mode {
        let network = |fixed: &[usize]| Mode::Network { anew: false, fixed: fixed.to_vec() };
        match self.mode.as_str() {
            "scratch" => Mode::Network { anew: true, fixed: Vec::new() },
            "frozen_1" => network(&[0]),
            "frozen_2" => network(&[1]),
            "frozen_1_2" => network(&[0, 1]),
            name => {
                let (name, layer) = match name.rsplit_once('_') {
                    Some((name, "1")) => (name, Some(0)),
                    Some((name, "2")) => (name, Some(1)),
                    _ => (name, None),
                };
                match name {
                    "svm" => Mode::Shallow { kind: Kind::Svm, layer },
                    "random_forest" => Mode::Shallow { kind: Kind::Forest, layer },
                    "boosted_trees" => Mode::Shallow { kind: Kind::Boosted, layer },
                    _ => network(&[]),
                }
            }
        }
    }

    fn training(&self, phase: &'static str, epochs: usize, fixed: Vec<usize>) -> Training {
        Training {
            phase,
            rate: self.adam_rate,
            l2: self.l2_penalty,
            dropout: self.dropout,
            batch: self.batch_rows,
            epochs,
            fixed,
            judged: self.epochs_by == "validation",
            released: self.released_code,
        }
    }

    /// The event's probability of dropping at prediction: the released code's.
    fn dropped(&self) -> f64 {
        if self.released_code { self.dropout } else { 0.0 }
    }
}

/// See the [module](self).
pub struct DrugTarget;

impl Method for DrugTarget {
    const CARD: Card = Card {
        id: "drug_target",
        scenario: card::Scenario::Transductive,
        factor: card::Factor::Parameters,
        needs: &[card::Needs::SourceLabels, card::Needs::TargetLabels],
        kinds: card::Kinds::Classes,
        honesty: card::Honesty::FaithfulDescription,
        paper: Some(card::Paper {
            authors: "Dalkıran A, Atakan A, Rifaioğlu AS, et al.",
            year: 2023,
            title: "Transfer learning for drug–target interaction prediction",
            doi: "10.1093/bioinformatics/btad234",
        }),
        uses_network: true,
        sensible: false,
    };
    type Config = DrugTargetConfig;

    fn pretrain_key(config: &DrugTargetConfig) -> Option<Value> {
        Some(json!({
            "learner": FORM, "on": config.pretrain_on, "widths": config.widths, "dropout": config.dropout,
            "rate": config.adam_rate, "l2": config.l2_penalty, "batch": config.batch_rows,
            "epochs": config.source_epochs, "epochs_by": config.epochs_by, "inputs": config.inputs,
            "most_features": config.most_features, "released_code": config.released_code,
        }))
    }

    async fn pretrain(config: &DrugTargetConfig, sources: &[Cohort], run: &Run<'_>) -> Result<Model> {
        run.event(Event::Phase { name: "pretrain".to_owned(), facts: Vec::new() });
        let rows: Vec<Cohort> = sources.iter().map(canonical).filter(|cohort| !cohort.is_empty()).collect();
        let rows: Vec<&Cohort> = rows.iter().collect();
        let labels = Known::join(&rows, Code::LabelMissingInSource)?;
        let known = if config.pretrain_on == "family" { families(&rows)? } else { labels.clone() };
        known.check()?;
        let encoder = Encoder::fit_in(&rows, config.most_features, run)?;
        let encoder = as_bits(encoder, &rows, config.inputs == "standardised")?;
        let mut network = Normed::initial(encoder, Head::of(&known), &config.widths, run);
        let how = config.training("pretrain", config.source_epochs, Vec::new());
        network.train(&rows, &known, &how, run).await?;
        // What a family classifier taught is kept under a head for the label: it is what a saved model is asked for.
        if config.pretrain_on == "family" {
            network = network.ready_for(&labels, run);
        }
        let key = Self::pretrain_key(config).unwrap_or_default();
        let mut model = network.to_model(Self::CARD.id, &json!(config))?;
        shared::remark(&mut model, "pretrained", json!(true));
        run.event(Event::Pretrained { key: format!("{key} {}", run.seed) });
        Ok(model)
    }

    async fn adapt(pre: Option<&Model>, config: &DrugTargetConfig, task: &Task, run: &Run<'_>) -> Result<Model> {
        let pre = pre.ok_or_else(|| Code::Internal.err().with("reason", "no pre-trained model was handed over"))?;
        let source = Normed::from_model(pre, pre.meta("head")?)?;
        let rows = canonical(&task.target);
        let known = Known::of(&rows, Code::LabelMissingInTarget)?;
        known.check()?;
        match config.mode() {
            Mode::Network { anew, fixed } => {
                let phase = if anew { "from_scratch" } else { "fine_tune" };
                let mut network = if anew {
                    let head = Head::of(&known);
                    Normed::initial(source.encoder.clone(), head, &source.stack.hidden(), run)
                } else {
                    source.ready_for(&known, run)
                };
                let how = config.training(phase, config.target_epochs, fixed);
                let descent = network.train(&[&rows], &known, &how, run).await?;
                let mut model = network.to_model(Self::CARD.id, &json!(config))?;
                shared::remark(&mut model, "choice", json!({ "mode": config.mode, "epochs": descent.best_epoch }));
                Ok(model)
            }
            Mode::Shallow { kind, layer } => {
                let Known::Classes { names, event, codes } = &known else {
                    return Err(Code::NeedNotMet.err().with("method", Self::CARD.id).with("need", "classes"));
                };
                if names.len() != 2 {
                    let need = Code::NeedNotMet.err().with("method", Self::CARD.id);
                    return Err(need.with("need", "an outcome of two classes in this mode"));
                }
                run.event(Event::Phase { name: "shallow".to_owned(), facts: Vec::new() });
                let x = features(&source, &rows.x, layer, run).await?;
                let events: Vec<bool> = codes.iter().map(|code| code == event).collect();
                let shallow = Shallow::fit(kind, &x, &events, run).await?;
                let head =
                    serde_json::to_value(Head::of(&known)).map_err(|e| Code::Internal.err().with("reason", e))?;
                let meta = json!({ "form": "shallow", "config": config, "head": head, "layer": layer,
                    "choice": { "mode": config.mode }, "source_head": source.head });
                let mut model = Model::new(Self::CARD.id, meta);
                match layer {
                    Some(_) => source.store(&mut model)?,
                    None => source.encoder.store(&mut model)?,
                }
                shallow.store(&mut model);
                Ok(model)
            }
        }
    }

    async fn predict(model: &Model, x: &Cohort, run: &Run<'_>) -> Result<Prediction> {
        let head: Head = model.meta("head")?;
        if model.meta::<String>("form")? == FORM {
            let config: DrugTargetConfig = model.meta("config")?;
            return Normed::from_model(model, head)?.predict(&x.x, config.dropped(), run).await;
        }
        let Head::Classes { names, event } = head else {
            return Err(Code::BadModel.err().with("reason", "a shallow classifier of numbers"));
        };
        let x = match model.meta::<Option<usize>>("layer")? {
            Some(layer) => {
                let source = Normed::from_model(model, model.meta("source_head")?)?;
                source.linear_output(&x.x, layer, run).await?
            }
            None => Encoder::restore(model)?.transform(&x.x)?,
        };
        let shallow = Shallow::restore(model)?;
        Ok(of_event(&names, event, shallow.predict(&x, run).await?.into_iter()))
    }
}

/// The columns as the source scales them, or a layer's output.
async fn features(source: &Normed, view: &View, layer: Option<usize>, run: &Run<'_>) -> Result<Rows<f32>> {
    match layer {
        Some(layer) => source.linear_output(view, layer, run).await,
        None => source.encoder.transform(view),
    }
}

/// Which source each row is from: one file, or one domain of a file, is a family.
fn families(cohorts: &[&Cohort]) -> Result<Known> {
    let mut names: Vec<String> = cohorts.iter().map(|cohort| cohort.domain.clone()).collect();
    names.sort();
    names.dedup();
    if names.len() < 2 {
        let need = Code::NeedNotMet.err().with("method", DrugTarget::CARD.id);
        return Err(need.with("need", "two source families or more"));
    }
    let code = |cohort: &&Cohort| std::iter::repeat_n(names.binary_search(&cohort.domain).unwrap_or(0), cohort.len());
    let codes = cohorts.iter().flat_map(code).collect();
    Ok(Known::Classes { event: 0, codes, names: names.clone() })
}
