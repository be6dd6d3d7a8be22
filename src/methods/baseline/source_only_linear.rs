//! Source-only, penalised linear: the linear model of the source, applied to the target as it is.
//!
//! The reference for every update of a linear model. No row of the target is learned from.

use serde_json::{Value, json};

use super::super::common::linear::Linear;
use super::super::common::penalised::LinearConfig;
use super::super::common::source::{self, Source};
use super::super::{Card, Method, Model, card};
use crate::cohort::{Cohort, Prediction, Task};
use crate::error::Result;
use crate::train::Run;

/// See the [module](self).
pub struct SourceOnlyLinear;

impl Method for SourceOnlyLinear {
    const CARD: Card = Card {
        id: "source_only_linear",
        scenario: card::Scenario::Baseline,
        factor: card::Factor::Parameters,
        needs: &[card::Needs::SourceLabels],
        kinds: card::Kinds::Both,
        honesty: card::Honesty::Standard,
        paper: None,
        uses_network: false,
        sensible: true,
    };
    type Config = LinearConfig;

    fn pretrain_key(config: &LinearConfig) -> Option<Value> {
        Some(source::key(&config.penalty))
    }

    async fn pretrain(config: &LinearConfig, sources: &[Cohort], run: &Run<'_>) -> Result<Model> {
        source::pretrain(&config.penalty, sources, run).await
    }

    async fn adapt(pre: Option<&Model>, config: &LinearConfig, _task: &Task, _run: &Run<'_>) -> Result<Model> {
        Source::of(pre)?.linear.to_model(Self::CARD.id, &json!(config))
    }

    async fn predict(model: &Model, x: &Cohort, _run: &Run<'_>) -> Result<Prediction> {
        Linear::from_model(model)?.predict(&x.x)
    }
}
