//! Continued boosting: trees grown on the source, and on top of them trees grown on the target's training rows.
//!
//! Objective: second-order boosting (Chen & Guestrin, KDD 2016, doi 10.1145/2939672.2939785) that starts from the source's
//! margins. 1. Trees are grown on all labelled rows of the source. 2. More are appended, each fitted to what the ones
//! before leave of the target's labels, at a rate of their own. 3. How many is chosen by cross-validation inside the
//! training rows; none is a possible answer.

use serde_json::{Value, json};

use super::super::common::forest::Grown;
use super::super::common::rows::canonical;
use super::super::config::Range;
use super::super::{Card, Method, Model, card};
use crate::cohort::{Cohort, Prediction, Task};
use crate::error::{Code, Result};
use crate::train::Run;

crate::growth_config! {
    /// The trees' settings, and how they go on.
    pub struct ContinuedConfig {
        /// How much of each appended tree is taken.
        continue_eta: f64 = 0.03, Range::Real { low: 1e-4, high: 1.0 }, "";
        /// Levels of splits of the appended trees.
        continue_depth: usize = 2, Range::Whole { low: 1, high: 12 }, "levels";
    }
}

/// See the [module](self).
pub struct ContinuedTrees;

impl Method for ContinuedTrees {
    const CARD: Card = Card {
        id: "continued_trees",
        scenario: card::Scenario::Transductive,
        factor: card::Factor::Parameters,
        needs: &[card::Needs::SourceLabels, card::Needs::TargetLabels],
        kinds: card::Kinds::Both,
        honesty: card::Honesty::Standard,
        paper: None,
        uses_network: false,
        sensible: true,
    };
    type Config = ContinuedConfig;

    fn pretrain_key(config: &ContinuedConfig) -> Option<Value> {
        Some(config.growth().pretrain_key())
    }

    async fn pretrain(config: &ContinuedConfig, sources: &[Cohort], run: &Run<'_>) -> Result<Model> {
        Grown::pretrain(&config.growth(), sources, run).await
    }

    async fn adapt(pre: Option<&Model>, config: &ContinuedConfig, task: &Task, run: &Run<'_>) -> Result<Model> {
        let start = Grown::pretrained(pre)?;
        let rows = canonical(&task.target);
        let mut growth = config.growth();
        (growth.params.eta, growth.params.max_depth) = (config.continue_eta, config.continue_depth);
        let grown = Grown::fit(&growth, Some(&start), &rows, Code::LabelMissingInTarget, run).await?;
        grown.to_model(Self::CARD.id, &json!(config))
    }

    async fn predict(model: &Model, x: &Cohort, _run: &Run<'_>) -> Result<Prediction> {
        Grown::from_model(model)?.predict(&x.x)
    }
}
