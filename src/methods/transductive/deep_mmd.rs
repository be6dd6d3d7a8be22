//! DAN, deep adaptation (Long et al. 2015): the maximum mean discrepancy between the domains' last hidden layer is kept small.
//!
//! task + w MMD², with the mean of five Gaussian kernels around the median distance. Ours: the unbiased estimate over all
//! pairs of a batch (the paper: linear time), equal weights of the kernels (the paper chooses them), one layer, all sources
//! as one domain, AdamW, the widths, and the target's labelled rows in the task unless `learn_from` is *source*.

use serde_json::json;

use super::super::common::deep::{self, Alignment};
use super::super::common::network::Network;
use super::super::{Card, Method, Model, card};
use crate::cohort::{Cohort, Prediction, Task};
use crate::error::Result;
use crate::train::Run;

crate::deep_config! {
    /// The alignment and the network.
    pub struct DeepMmdConfig {
        weight: 1.0, ramp: 0.0;
    }
}

/// See the [module](self).
pub struct DeepMmd;

impl Method for DeepMmd {
    const CARD: Card = Card {
        id: "deep_mmd",
        scenario: card::Scenario::Transductive,
        factor: card::Factor::Features,
        needs: &[card::Needs::SourceLabels, card::Needs::SourceRows, card::Needs::TargetFeatures],
        kinds: card::Kinds::Both,
        honesty: card::Honesty::Reconstructed,
        paper: Some(card::Paper {
            authors: "Long M, Cao Y, Wang J, Jordan MI",
            year: 2015,
            title: "Learning transferable features with deep adaptation networks",
            doi: "10.48550/arXiv.1502.02791",
        }),
        uses_network: true,
        sensible: false,
    };
    type Config = DeepMmdConfig;

    async fn adapt(_pre: Option<&Model>, config: &DeepMmdConfig, task: &Task, run: &Run<'_>) -> Result<Model> {
        let deep = config.deep(Alignment::Kernels, &[]);
        deep::learn(Self::CARD.id, &deep, &json!(config), task, run).await
    }

    async fn predict(model: &Model, x: &Cohort, run: &Run<'_>) -> Result<Prediction> {
        Network::from_model(model)?.predict(&x.x, run).await
    }
}
