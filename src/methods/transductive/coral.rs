//! CORAL (Sun, Feng & Saenko 2016): the source's rows are given the covariance of the target's, then learned from.
//!
//! x ↦ (x − m_s) Σs^(−½) Σt^(½) + m_t. The paper adds I to both covariances; here they are shrunk by as much as the rows ask
//! for (Ledoit and Wolf), and the means are moved too, without which a shift of a mean would stay.

use super::super::common::aligned::{self, MovedConfig};
use super::super::common::linear::Linear;
use super::super::{Card, Method, Model, card};
use crate::cohort::{Cohort, Prediction, Task};
use crate::error::Result;
use crate::math::align;
use crate::train::Run;

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
    type Config = MovedConfig;

    async fn adapt(_pre: Option<&Model>, config: &MovedConfig, task: &Task, run: &Run<'_>) -> Result<Model> {
        aligned::moved(Self::CARD.id, align::coral, config, task, run).await
    }

    async fn predict(model: &Model, x: &Cohort, _run: &Run<'_>) -> Result<Prediction> {
        Linear::from_model(model)?.predict(&x.x)
    }
}
