//! Source-only: the network that was pre-trained on the source, applied to the target as it is.
//!
//! The reference for "is anything gained by adapting?". No row of the target is learned from.

use serde_json::{Value, json};

use super::super::common::learner::LearnerConfig;
use super::super::common::network::Network;
use super::super::common::shared;
use super::super::{Card, Method, Model, card};
use crate::cohort::{Cohort, Prediction, Task};
use crate::error::Result;
use crate::train::Run;

/// See the [module](self).
pub struct SourceOnly;

impl Method for SourceOnly {
    const CARD: Card = Card {
        id: "source_only",
        scenario: card::Scenario::Baseline,
        factor: card::Factor::Parameters,
        needs: &[card::Needs::SourceLabels],
        kinds: card::Kinds::Both,
        honesty: card::Honesty::Standard,
        paper: None,
        uses_network: true,
        sensible: false,
    };
    type Config = LearnerConfig;

    fn pretrain_key(config: &LearnerConfig) -> Option<Value> {
        Some(config.learner().pretrain_key())
    }

    async fn pretrain(config: &LearnerConfig, sources: &[Cohort], run: &Run<'_>) -> Result<Model> {
        shared::pretrain(&config.learner(), sources, run).await
    }

    async fn adapt(pre: Option<&Model>, config: &LearnerConfig, _task: &Task, _run: &Run<'_>) -> Result<Model> {
        shared::pretrained(pre)?.to_model(Self::CARD.id, &json!(config))
    }

    async fn predict(model: &Model, x: &Cohort, run: &Run<'_>) -> Result<Prediction> {
        Network::from_model(model)?.predict(&x.x, run).await
    }
}
