//! Source-only, boosted trees: grown on the source, applied to the target as they are.
//!
//! Objective: second-order boosting (Chen & Guestrin, KDD 2016, doi 10.1145/2939672.2939785), the number of trees chosen by
//! cross-validation inside the source.

use serde_json::{Value, json};

use super::super::common::forest::{Grown, GrowthConfig};
use super::super::{Card, Method, Model, card};
use crate::cohort::{Cohort, Prediction, Task};
use crate::error::Result;
use crate::train::Run;

/// See the [module](self).
pub struct SourceOnlyTrees;

impl Method for SourceOnlyTrees {
    const CARD: Card = Card {
        id: "source_only_trees",
        scenario: card::Scenario::Baseline,
        factor: card::Factor::Parameters,
        needs: &[card::Needs::SourceLabels],
        kinds: card::Kinds::Both,
        honesty: card::Honesty::Standard,
        paper: None,
        uses_network: false,
        sensible: false,
    };
    type Config = GrowthConfig;

    fn pretrain_key(config: &GrowthConfig) -> Option<Value> {
        Some(config.growth().pretrain_key())
    }

    async fn pretrain(config: &GrowthConfig, sources: &[Cohort], run: &Run<'_>) -> Result<Model> {
        Grown::pretrain(&config.growth(), sources, run).await
    }

    async fn adapt(pre: Option<&Model>, config: &GrowthConfig, _task: &Task, _run: &Run<'_>) -> Result<Model> {
        Grown::pretrained(pre)?.to_model(Self::CARD.id, &json!(config))
    }

    async fn predict(model: &Model, x: &Cohort, _run: &Run<'_>) -> Result<Prediction> {
        Grown::from_model(model)?.predict(&x.x)
    }
}
