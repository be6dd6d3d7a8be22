//! MDD, the margin disparity discrepancy (Zhang et al. 2019): a second head on the same features looks for decisions that
//! agree with the first one's in the source and contradict them in the target; features leave it none.
//!
//! task + γ · CE(f′(s), ŷ(s)) − log(1 − softmax f′(t)[ŷ(t)]), the second head behind a gradient reversal that grows to 0.1
//! (both from the authors' code; γ = 4 is theirs for Office-31). Ours: AdamW, the widths, one schedule over the whole
//! training, and the target's labelled rows in the task unless `learn_from` is *source*.

use serde_json::json;

use super::super::common::deep::{self, Alignment};
use super::super::common::network::Network;
use super::super::config::Range;
use super::super::{Card, Method, Model, card};
use crate::cohort::{Cohort, Prediction, Task};
use crate::error::Result;
use crate::train::Run;

crate::deep_config! {
    /// The alignment and the network.
    pub struct MddConfig {
        weight: 0.1, ramp: 10.0;
        /// The margin: how much more the second head's agreement in the source counts.
        margin: f64 = 4.0, Range::Real { low: 1.0, high: 100.0 }, "";
        /// Widths of the hidden layers of what tells the domains apart.
        critic: Vec<usize> = vec![64], Range::Wholes { low: 1, high: 1024, min_len: 1, max_len: 3 }, "units";
    }
}

/// See the [module](self).
pub struct Mdd;

impl Method for Mdd {
    const CARD: Card = Card {
        id: "mdd",
        scenario: card::Scenario::Transductive,
        factor: card::Factor::Features,
        needs: &[card::Needs::SourceLabels, card::Needs::SourceRows, card::Needs::TargetFeatures],
        kinds: card::Kinds::Classes,
        honesty: card::Honesty::Reconstructed,
        paper: Some(card::Paper {
            authors: "Zhang Y, Liu T, Long M, Jordan MI",
            year: 2019,
            title: "Bridging theory and algorithm for domain adaptation",
            doi: "10.48550/arXiv.1904.05801",
        }),
        uses_network: true,
        sensible: false,
    };
    type Config = MddConfig;

    async fn adapt(_pre: Option<&Model>, config: &MddConfig, task: &Task, run: &Run<'_>) -> Result<Model> {
        let deep = config.deep(Alignment::Margin { margin: config.margin }, &config.critic);
        deep::learn(Self::CARD.id, &deep, &json!(config), task, run).await
    }

    async fn predict(model: &Model, x: &Cohort, run: &Run<'_>) -> Result<Prediction> {
        Network::from_model(model)?.predict(&x.x, run).await
    }
}
