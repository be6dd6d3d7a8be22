//! scDEAL before the transfer: the bulk samples' encoder and predictor, on cells that are scaled by themselves. It stands
//! beside [`scDEAL`](super::ScDeal) in every comparison, and shares its pre-training.

use serde_json::{Value, json};

use super::super::super::common::network::Network;
use super::super::super::{Card, Method, Model, card};
use super::{Bulk, PAPER, ScDealConfig, bulk, cells};
use crate::cohort::{Cohort, Prediction, Task};
use crate::error::Result;
use crate::train::Run;

/// See the [module](self).
pub struct ScDealBefore;

impl Method for ScDealBefore {
    const CARD: Card = Card {
        id: "scdeal_before",
        scenario: card::Scenario::Transductive,
        factor: card::Factor::Parameters,
        needs: &[card::Needs::SourceLabels, card::Needs::TargetFeatures],
        kinds: card::Kinds::Classes,
        honesty: card::Honesty::Reconstructed,
        paper: Some(PAPER),
        uses_network: true,
        sensible: false,
    };
    type Config = ScDealConfig;

    fn pretrain_key(config: &ScDealConfig) -> Option<Value> {
        Some(config.key())
    }

    async fn pretrain(config: &ScDealConfig, sources: &[Cohort], run: &Run<'_>) -> Result<Model> {
        bulk(config, sources, run).await
    }

    async fn adapt(pre: Option<&Model>, config: &ScDealConfig, task: &Task, _run: &Run<'_>) -> Result<Model> {
        let network = Bulk::of(pre)?.network;
        let encoder = network.encoder.restandardised(&cells(task)?.x)?;
        Network { encoder, ..network }.to_model(Self::CARD.id, &json!(config))
    }

    async fn predict(model: &Model, x: &Cohort, run: &Run<'_>) -> Result<Prediction> {
        Network::from_model(model)?.predict(&x.x, run).await
    }
}
