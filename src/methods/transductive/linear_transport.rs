//! Linear optimal transport (Flamary, Lounici & Ferrari 2019): the source's rows are moved by the cheapest linear map that
//! gives them the target's mean and covariance, then learned from.
//!
//! x ↦ (x − m_s) A + m_t, A = Σs^(−½) (Σs^(½) Σt Σs^(½))^(½) Σs^(−½). Between normal distributions it is the optimal
//! transport; unlike CORAL's map it is symmetric, so no column is turned into another where nothing asks for it.

use serde_json::json;

use super::super::common::aligned::{self, Sides};
use super::super::common::encoder::Rows;
use super::super::common::linear::Linear;
use super::super::common::penalised;
use super::super::{Card, Method, Model, card};
use crate::cohort::{Cohort, Prediction, Task};
use crate::error::Result;
use crate::math::align;
use crate::train::Run;
use crate::watch::Event;

crate::config! {
    /// The map, and what is learned from.
    pub struct LinearTransportConfig {
        /// Which penalties are tried.
        penalty: String = "ridge".to_owned(), penalised::penalties(), "";
        /// How covariances are estimated.
        covariance: String = "shrunk".to_owned(), aligned::covariances(), "";
        /// Whether the target's labelled rows are learned from too.
        learn_from: String = "both".to_owned(), aligned::learn_from(), "";
    }
}

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
    type Config = LinearTransportConfig;

    async fn adapt(_pre: Option<&Model>, config: &LinearTransportConfig, task: &Task, run: &Run<'_>) -> Result<Model> {
        run.event(Event::Phase { name: "align".to_owned(), facts: Vec::new() });
        let sides = Sides::of(task, Self::CARD.id)?;
        let (source, target) = sides.cells()?;
        let map = align::monge(source, target, aligned::shrinkage(&config.covariance))?;
        run.event(Event::Phase { name: "linear".to_owned(), facts: Vec::new() });
        let moved = Rows { values: map.apply(&sides.source.values), ..sides.source.clone() };
        let (fitted, known) =
            sides.learn(&moved, &sides.target, None, &config.learn_from, &config.penalty, run).await?;
        Linear::of(sides.encoder, &known, fitted).to_model(Self::CARD.id, &json!(config))
    }

    async fn predict(model: &Model, x: &Cohort, _run: &Run<'_>) -> Result<Prediction> {
        Linear::from_model(model)?.predict(&x.x)
    }
}
