//! Standard transfer of a forecaster: ATL without its classifier of subjects ("FCN #2" of De Bois, El Yacoubi & Ammi 2021,
//! arXiv 2006.15940). The same network, windows, scales, early stopping and fine-tuning; the adversarial weight is not used.
//! It stands beside ATL wherever that does, since what the adversary adds is the difference to this.

use serde_json::Value;

use super::super::super::common::forecasting::{self, PAPER};
use super::super::super::{Card, Method, Model, card};
use super::AtlConfig;
use crate::cohort::{Cohort, Prediction, Task};
use crate::error::Result;
use crate::train::Run;

/// See the [module](self).
pub struct SeriesTransfer;

impl Method for SeriesTransfer {
    const CARD: Card = Card {
        id: "series_transfer",
        scenario: card::Scenario::Inductive,
        factor: card::Factor::Parameters,
        needs: &[card::Needs::TimeSeries, card::Needs::SourceLabels, card::Needs::TargetLabels],
        kinds: card::Kinds::Values,
        honesty: card::Honesty::FaithfulDescription,
        paper: Some(PAPER),
        uses_network: true,
        sensible: false,
    };
    type Config = AtlConfig;

    fn pretrain_key(config: &AtlConfig) -> Option<Value> {
        Some(config.settings(false).pretrain_key())
    }

    async fn pretrain(config: &AtlConfig, sources: &[Cohort], run: &Run<'_>) -> Result<Model> {
        let settings = config.settings(false);
        forecasting::pretrain(&settings, &settings.pretrain_key(), sources, run).await
    }

    async fn adapt(pre: Option<&Model>, config: &AtlConfig, task: &Task, run: &Run<'_>) -> Result<Model> {
        forecasting::adapted(&Self::CARD, pre, &config.settings(false), config.own_rate(), task, run).await
    }

    async fn predict(model: &Model, x: &Cohort, run: &Run<'_>) -> Result<Prediction> {
        forecasting::predict(model, x, run).await
    }
}
