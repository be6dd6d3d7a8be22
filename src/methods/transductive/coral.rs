//! CORAL (Sun, Feng & Saenko 2016): the source's rows are given the covariance of the target's, then learned from.
//!
//! x ↦ (x − m_s) Σs^(−½) Σt^(½) + m_t. The paper adds I to both covariances; here they are shrunk by as much as the rows ask
//! for (Ledoit and Wolf), and the means are moved too, without which a shift of a mean would stay.

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
    pub struct CoralConfig {
        /// Which penalties are tried.
        penalty: String = "ridge".to_owned(), penalised::penalties(), "";
        /// How covariances are estimated.
        covariance: String = "shrunk".to_owned(), aligned::covariances(), "";
        /// Whether the target's labelled rows are learned from too.
        learn_from: String = "both".to_owned(), aligned::learn_from(), "";
    }
}

/// See the [module](self).
pub struct Coral;

impl Method for Coral {
    const CARD: Card = Card {
        id: "coral",
        scenario: card::Scenario::Transductive,
        factor: card::Factor::Features,
        needs: &[card::Needs::SourceLabels, card::Needs::SourceRows, card::Needs::TargetFeatures],
        kinds: card::Kinds::Both,
        honesty: card::Honesty::Reconstructed,
        paper: Some(card::Paper {
            authors: "Sun B, Feng J, Saenko K",
            year: 2016,
            title: "Return of frustratingly easy domain adaptation",
            doi: "10.1609/aaai.v30i1.10306",
        }),
        uses_network: false,
        sensible: true,
    };
    type Config = CoralConfig;

    async fn adapt(_pre: Option<&Model>, config: &CoralConfig, task: &Task, run: &Run<'_>) -> Result<Model> {
        run.event(Event::Phase { name: "align".to_owned(), facts: Vec::new() });
        let sides = Sides::of(task, Self::CARD.id)?;
        let (source, target) = sides.cells()?;
        let map = align::coral(source, target, aligned::shrinkage(&config.covariance))?;
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
