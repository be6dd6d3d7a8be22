//! Target-only, penalised linear: what a careful statistician would do with the target's rows alone.
//!
//! Objective: penalised likelihood (Friedman, Hastie & Tibshirani 2010, J Stat Softw 33(1), doi 10.18637/jss.v033.i01).

use serde_json::json;

use super::super::common::linear::{FOLDS, Linear};
use super::super::common::penalised::{self, LinearConfig};
use super::super::common::rows::canonical;
use super::super::{Card, Method, Model, card};
use crate::cohort::{Cohort, Prediction, Task};
use crate::error::{Code, Result};
use crate::train::Run;
use crate::watch::Event;

/// See the [module](self).
pub struct TargetOnlyLinear;

impl Method for TargetOnlyLinear {
    const CARD: Card = Card {
        id: "target_only_linear",
        scenario: card::Scenario::Baseline,
        factor: card::Factor::None,
        needs: &[card::Needs::TargetLabels],
        kinds: card::Kinds::Both,
        honesty: card::Honesty::Standard,
        paper: None,
        uses_network: false,
        sensible: false,
    };
    type Config = LinearConfig;

    async fn adapt(_pre: Option<&Model>, config: &LinearConfig, task: &Task, run: &Run<'_>) -> Result<Model> {
        run.event(Event::Phase { name: "linear".to_owned(), facts: Vec::new() });
        let rows = canonical(&task.target);
        let linear =
            Linear::fit(&[&rows], Code::LabelMissingInTarget, FOLDS, penalised::alphas(&config.penalty), run).await?;
        linear.to_model(Self::CARD.id, &json!(config))
    }

    async fn predict(model: &Model, x: &Cohort, _run: &Run<'_>) -> Result<Prediction> {
        Linear::from_model(model)?.predict(&x.x)
    }
}
