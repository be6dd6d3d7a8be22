//! Linear optimal transport (Flamary, Lounici & Ferrari 2019): the source's rows are moved by the cheapest linear map that
//! gives them the target's mean and covariance, then learned from.
//!
//! x ↦ (x − m_s) A + m_t, A = Σs^(−½) (Σs^(½) Σt Σs^(½))^(½) Σs^(−½). Between normal distributions it is the optimal
//! transport; unlike CORAL's map it is symmetric, so no column is turned into another where nothing asks for it.

use super::super::common::aligned::{self, MovedConfig};
use super::super::common::linear::Linear;
use super::super::{Card, Method, Model, card};
use crate::cohort::{Cohort, Prediction, Task};
use crate::error::Result;
use crate::math::align;
use crate::train::Run;

/// See the [module](self).
pub struct LinearTransport;

impl Method for LinearTransport {
    const CARD: Card = Card {
        id: "linear_transport",
        scenario: card::Scenario::Transductive,
        factor: card::Factor::Features,
        needs: &[card::Needs::SourceLabels, card::Needs::SourceRows, card::Needs::TargetFeatures],
        kinds: card::Kinds::Both,
        honesty: card::Honesty::Reconstructed,
        paper: Some(card::Paper {
            authors: "Flamary R, Lounici K, Ferrari A",
            year: 2019,
            title: "Concentration bounds for linear Monge mapping estimation and optimal transport domain adaptation",
            doi: "10.48550/arXiv.1905.10155",
        }),
        uses_network: false,
        sensible: false,
    };
    type Config = MovedConfig;

    async fn adapt(_pre: Option<&Model>, config: &MovedConfig, task: &Task, run: &Run<'_>) -> Result<Model> {
        aligned::moved(Self::CARD.id, align::monge, config, task, run).await
    }

    async fn predict(model: &Model, x: &Cohort, _run: &Run<'_>) -> Result<Prediction> {
        Linear::from_model(model)?.predict(&x.x)
    }
}
