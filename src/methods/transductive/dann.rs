//! DANN, domain-adversarial training (Ganin et al. 2016): the features must tell the classes and must not tell the domains.
//!
//! min over features and head, max over the discriminator: task − λ · domain, in one step through a gradient reversal of
//! λ(p) = w (2 / (1 + e^(−γp)) − 1), p the share of the training that is done, γ = 10, w = 1 as published. Each source is
//! a domain, the target another; each counts the same in the discriminator's loss. Ours: AdamW (the paper: SGD with
//! annealing), the widths, and the target's labelled rows, which the task learns from too unless `learn_from` is *source*.
//!
//! Where the classes' shares differ between the domains, features that hide the domain hide the class with it; where the
//! domain *is* the class, nothing is left. Without labels of the target none of that can be seen.

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
    pub struct DannConfig {
        weight: 1.0, ramp: 10.0;
        /// Widths of the hidden layers of what tells the domains apart.
        critic: Vec<usize> = vec![64], Range::Wholes { low: 1, high: 1024, min_len: 1, max_len: 3 }, "units";
    }
}

/// See the [module](self).
pub struct Dann;

impl Method for Dann {
    const CARD: Card = Card {
        id: "dann",
        scenario: card::Scenario::Transductive,
        factor: card::Factor::Features,
        needs: &[card::Needs::SourceLabels, card::Needs::SourceRows, card::Needs::TargetFeatures],
        kinds: card::Kinds::Both,
        honesty: card::Honesty::Reconstructed,
        paper: Some(card::Paper {
            authors: "Ganin Y, Ustinova E, Ajakan H, et al.",
            year: 2016,
            title: "Domain-adversarial training of neural networks",
            doi: "10.48550/arXiv.1505.07818",
        }),
        uses_network: true,
        sensible: false,
    };
    type Config = DannConfig;

    async fn adapt(_pre: Option<&Model>, config: &DannConfig, task: &Task, run: &Run<'_>) -> Result<Model> {
        let deep = config.deep(Alignment::Domain, &config.critic);
        deep::learn(Self::CARD.id, &deep, &json!(config), task, run).await
    }

    async fn predict(model: &Model, x: &Cohort, run: &Run<'_>) -> Result<Prediction> {
        Network::from_model(model)?.predict(&x.x, run).await
    }
}
