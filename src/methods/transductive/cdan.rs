//! CDAN, conditional adversarial training (Long et al. 2018): as DANN, and the discriminator sees features ⊗ softmax(task),
//! so that the domains are aligned class by class as the network itself decides them.
//!
//! With `sure` (CDAN+E) rows count 1 + e^(−H), H the entropy of the decision. Products wider than 4,096 are drawn at random
//! (1,024 of them). No gradient reaches the decision from the discriminator, as in the authors' code. Schedule of λ, domains
//! and labels of the target as in DANN; AdamW and widths are ours.
//!
//! It is only as good as the decisions are: where the source misleads, wrong classes are drawn onto each other.

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
    pub struct CdanConfig {
        weight: 1.0, ramp: 10.0;
        /// Whether rows that are sure of their class count more.
        sure: bool = true, Range::Switch, "";
        /// Widths of the hidden layers of what tells the domains apart.
        critic: Vec<usize> = vec![64], Range::Wholes { low: 1, high: 1024, min_len: 1, max_len: 3 }, "units";
    }
}

/// See the [module](self).
pub struct Cdan;

impl Method for Cdan {
    const CARD: Card = Card {
        id: "cdan",
        scenario: card::Scenario::Transductive,
        factor: card::Factor::Features,
        needs: &[card::Needs::SourceLabels, card::Needs::SourceRows, card::Needs::TargetFeatures],
        kinds: card::Kinds::Classes,
        honesty: card::Honesty::Reconstructed,
        paper: Some(card::Paper {
            authors: "Long M, Cao Z, Wang J, Jordan MI",
            year: 2018,
            title: "Conditional adversarial domain adaptation",
            doi: "10.48550/arXiv.1705.10667",
        }),
        uses_network: true,
        sensible: false,
    };
    type Config = CdanConfig;

    async fn adapt(_pre: Option<&Model>, config: &CdanConfig, task: &Task, run: &Run<'_>) -> Result<Model> {
        let deep = config.deep(Alignment::Conditional { sure: config.sure }, &config.critic);
        deep::learn(Self::CARD.id, &deep, &json!(config), task, run).await
    }

    async fn predict(model: &Model, x: &Cohort, run: &Run<'_>) -> Result<Prediction> {
        Network::from_model(model)?.predict(&x.x, run).await
    }
}
