//! Target-only, the same learner: the network from initial weights, on the target's training rows alone.

use serde_json::json;

use super::super::common::learner::LearnerConfig;
use super::super::common::network::Network;
use super::super::common::rows::canonical;
use super::super::common::{shared, tune};
use super::super::{Card, Method, Model, card};
use crate::cohort::{Cohort, Prediction, Task};
use crate::error::Result;
use crate::train::Run;

/// See the [module](self).
pub struct TargetOnlyNetwork;

impl Method for TargetOnlyNetwork {
    const CARD: Card = Card {
        id: "target_only_network",
        scenario: card::Scenario::Baseline,
        factor: card::Factor::None,
        needs: &[card::Needs::TargetLabels],
        kinds: card::Kinds::Both,
        honesty: card::Honesty::Standard,
        paper: None,
        uses_network: true,
        sensible: false,
    };
    type Config = LearnerConfig;

    async fn adapt(_pre: Option<&Model>, config: &LearnerConfig, task: &Task, run: &Run<'_>) -> Result<Model> {
        let rows = canonical(&task.target);
        let (network, choice) = tune::from_scratch(&config.learner(), &rows, "from_scratch", run).await?;
        let mut model = network.to_model(Self::CARD.id, &json!(config))?;
        shared::remark(&mut model, "choice", json!(choice));
        Ok(model)
    }

    async fn predict(model: &Model, x: &Cohort, run: &Run<'_>) -> Result<Prediction> {
        Network::from_model(model)?.predict(&x.x, run).await
    }
}
