//! Deep CORAL (Sun & Saenko 2016): the covariances of the last hidden layer are to be the same in both domains.
//!
//! task + w ‖C_s − C_t‖² / 4d², both terms reaching every layer. (A well-known implementation lets only the second one
//! reach the encoder; then nothing keeps the features useful.) The paper puts it on the layer before the softmax; here it is
//! the last hidden one. All sources are one domain. Ours: AdamW, the widths, and the target's labelled rows in the task
//! unless `learn_from` is *source*. It sees covariances alone: a difference of means is left as it is.

use serde_json::json;

use super::super::common::deep::{self, Alignment};
use super::super::common::network::Network;
use super::super::{Card, Method, Model, card};
use crate::cohort::{Cohort, Prediction, Task};
use crate::error::Result;
use crate::train::Run;

crate::deep_config! {
    /// The alignment and the network.
    pub struct DeepCoralConfig {
        weight: 1.0, ramp: 0.0;
    }
}

/// See the [module](self).
pub struct DeepCoral;

impl Method for DeepCoral {
    const CARD: Card = Card {
        id: "deep_coral",
        scenario: card::Scenario::Transductive,
        factor: card::Factor::Features,
        needs: &[card::Needs::SourceLabels, card::Needs::SourceRows, card::Needs::TargetFeatures],
        kinds: card::Kinds::Both,
        honesty: card::Honesty::Reconstructed,
        paper: Some(card::Paper {
            authors: "Sun B, Saenko K",
            year: 2016,
            title: "Deep CORAL: correlation alignment for deep domain adaptation",
            doi: "10.1007/978-3-319-49409-8_35",
        }),
        uses_network: true,
        sensible: false,
    };
    type Config = DeepCoralConfig;

    async fn adapt(_pre: Option<&Model>, config: &DeepCoralConfig, task: &Task, run: &Run<'_>) -> Result<Model> {
        let deep = config.deep(Alignment::Covariances, &[]);
        deep::learn(Self::CARD.id, &deep, &json!(config), task, run).await
    }

    async fn predict(model: &Model, x: &Cohort, run: &Run<'_>) -> Result<Prediction> {
        Network::from_model(model)?.predict(&x.x, run).await
    }
}
