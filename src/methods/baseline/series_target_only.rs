//! The convolutional forecaster from initial weights, on the person's own training days alone ("FCN #1" of De Bois, El
//! Yacoubi & Ammi 2021, arXiv 2006.15940).

use super::super::common::forecasting::{self, PAPER, Settings};
use super::super::{Card, Method, Model, card};
use crate::cohort::{Cohort, Prediction, Task};
use crate::error::Result;
use crate::train::Run;

crate::forecast_config! {
    /// The network and its training.
    pub struct SeriesTargetOnlyConfig {}
}

/// See the [module](self).
pub struct SeriesTargetOnly;

impl Method for SeriesTargetOnly {
    const CARD: Card = Card {
        id: "series_target_only",
        scenario: card::Scenario::Baseline,
        factor: card::Factor::None,
        needs: &[card::Needs::TimeSeries, card::Needs::TargetLabels],
        kinds: card::Kinds::Values,
        honesty: card::Honesty::FaithfulDescription,
        paper: Some(PAPER),
        uses_network: true,
        sensible: false,
    };
    type Config = SeriesTargetOnlyConfig;

    async fn adapt(_pre: Option<&Model>, config: &SeriesTargetOnlyConfig, task: &Task, run: &Run<'_>) -> Result<Model> {
        let settings = Settings {
            width: &config.width,
            weight: None,
            dropout: config.dropout,
            rate: config.learning_rate,
            batch: config.batch_windows,
            check_steps: config.check_steps,
            patience: config.patience,
            max_steps: config.max_steps,
            held_days: 0,
        };
        forecasting::from_scratch(&Self::CARD, &settings, task, run).await
    }

    async fn predict(model: &Model, x: &Cohort, run: &Run<'_>) -> Result<Prediction> {
        forecasting::predict(model, x, run).await
    }
}
