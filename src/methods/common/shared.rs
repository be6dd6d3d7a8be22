//! The pre-training that source-only and fine-tuning share.

use serde_json::{Value, json};

use super::super::Model;
use super::learner::Learner;
use super::network::{Network, Pace, Stop};
use super::rows::{Known, canonical};
use crate::cohort::Cohort;
use crate::error::{Code, Result};
use crate::train::Run;
use crate::watch::Event;

/// The method's name in a pre-trained network's file: it belongs to no method alone.
pub const PRETRAINED: &str = "pretrained_network";

/// Trains the network on the labelled rows of all sources.
///
/// # Errors
/// [`Code::LabelMissingInSource`], [`Code::OneClass`], [`Code::NothingVaries`], and what training gives.
pub async fn pretrain(learner: &Learner, sources: &[Cohort], run: &Run<'_>) -> Result<Model> {
    run.event(Event::Phase { name: "pretrain".to_owned(), facts: Vec::new() });
    let rows: Vec<Cohort> = sources.iter().map(canonical).filter(|cohort| !cohort.is_empty()).collect();
    let rows: Vec<&Cohort> = rows.iter().collect();
    let key = learner.pretrain_key();
    let known = Known::join(&rows, Code::LabelMissingInSource)?;
    let mut network = Network::initial(learner, &rows, &known, run)?;
    let pace = Pace { rate: learner.learning_rate, frozen: 0, anew: true, phase: "pretrain" };
    network.train(learner, &rows, &pace, Stop::Share, run).await?;
    let model = network.to_model(PRETRAINED, &key)?;
    run.event(Event::Pretrained { key: format!("{key} {}", run.seed) });
    Ok(model)
}

/// The pre-trained network that a method was handed.
///
/// # Errors
/// [`Code::Internal`] where there is none, [`Code::BadModel`].
pub fn pretrained(pre: Option<&Model>) -> Result<Network> {
    let pre = pre.ok_or_else(|| Code::Internal.err().with("reason", "no pre-trained model was handed over"))?;
    Network::from_model(pre)
}

/// Puts a fact about how a model came to be into its meta data.
pub fn remark(model: &mut Model, key: &str, value: Value) {
    if let Some(meta) = model.meta.as_object_mut() {
        meta.insert(key.to_owned(), value);
    } else {
        model.meta = json!({ key: value });
    }
}
