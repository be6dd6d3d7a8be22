//! Target-only, boosted trees: what is commonly tried first on tables, with the target's rows alone.
//!
//! Objective: second-order boosting (Chen & Guestrin, KDD 2016, doi 10.1145/2939672.2939785), the number of trees chosen by
//! cross-validation inside the training rows.

use serde_json::json;

use super::super::common::forest::{Grown, GrowthConfig};
use super::super::common::rows::canonical;
use super::super::{Card, Method, Model, card};
use crate::cohort::{Cohort, Prediction, Task};
use crate::error::{Code, Result};
use crate::train::Run;

/// See the [module](self).
pub struct TargetOnlyTrees;

impl Method for TargetOnlyTrees {
    const CARD: Card = Card {
        id: "target_only_trees",
        scenario: card::Scenario::Baseline,
        factor: card::Factor::None,
        needs: &[card::Needs::TargetLabels],
        kinds: card::Kinds::Both,
        honesty: card::Honesty::Standard,
        paper: None,
        uses_network: false,
        sensible: true,
    };
    type Config = GrowthConfig;

    async fn adapt(_pre: Option<&Model>, config: &GrowthConfig, task: &Task, run: &Run<'_>) -> Result<Model> {
        let rows = canonical(&task.target);
        let grown = Grown::fit(&config.growth(), None, &rows, Code::LabelMissingInTarget, run).await?;
        grown.to_model(Self::CARD.id, &json!(config))
    }

    async fn predict(model: &Model, x: &Cohort, _run: &Run<'_>) -> Result<Prediction> {
        Grown::from_model(model)?.predict(&x.x)
    }
}
