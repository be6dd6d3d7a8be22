//! Target-only, the better of two: the network and the penalised linear model, compared by cross-validation inside the
//! training rows, on the same inner folds. Transfer is judged against this: against the best that can be had without it.
//!
//! With fewer than two rows of a class it is the mean.

use serde_json::json;

use super::super::common::learner::LearnerConfig;
use super::super::common::linear::Linear;
use super::super::common::network::Network;
use super::super::common::rows::{Known, canonical};
use super::super::common::{select, shared, tune};
use super::super::{Card, Method, Model, card};
use crate::cohort::{Cohort, Prediction, Task};
use crate::error::{Code, Result};
use crate::train::Run;

/// See the [module](self).
pub struct TargetOnly;

impl Method for TargetOnly {
    const CARD: Card = Card {
        id: "target_only",
        scenario: card::Scenario::Baseline,
        factor: card::Factor::None,
        needs: &[card::Needs::TargetLabels],
        kinds: card::Kinds::Both,
        honesty: card::Honesty::Standard,
        paper: None,
        uses_network: true,
        sensible: false,
    };
    type Config = LearnerConfig;

    async fn adapt(_pre: Option<&Model>, config: &LearnerConfig, task: &Task, run: &Run<'_>) -> Result<Model> {
        let rows = canonical(&task.target);
        let known = Known::of(&rows, Code::LabelMissingInTarget)?;
        let linear = Linear::fit(&[&rows], Code::LabelMissingInTarget, select::FOLDS, &[0.0, 0.5, 1.0], run).await?;
        let (learner, config) = (config.learner(), json!(config));
        // The mean, or too few rows to compare: the simpler one.
        if known.check().is_err()
            || select::parts(&rows, select::FOLDS, run.seed)?.is_none()
            || linear.encoder.is_none()
        {
            return linear.to_model(Self::CARD.id, &config);
        }
        let (network, choice) = tune::from_scratch(&learner, &rows, "from_scratch", run).await?;
        let network_loss = select::lowest(&choice.losses).map_or(f64::INFINITY, |i| choice.losses[i]);
        let mut model = if network_loss < linear.loss {
            network.to_model(Self::CARD.id, &config)?
        } else {
            linear.to_model(Self::CARD.id, &config)?
        };
        shared::remark(&mut model, "compared", json!({ "linear": linear.loss, "network": network_loss }));
        Ok(model)
    }

    async fn predict(model: &Model, x: &Cohort, run: &Run<'_>) -> Result<Prediction> {
        match model.meta::<String>("form")?.as_str() {
            "linear" => Linear::from_model(model)?.predict(&x.x),
            _ => Network::from_model(model)?.predict(&x.x, run).await,
        }
    }
}
