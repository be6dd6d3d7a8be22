//! ATL, adversarial multi-source transfer for forecasts of glucose (De Bois, El Yacoubi & Ammi 2021, arXiv 2006.15940).
//!
//! 1. A convolutional network learns from the windows of many people to forecast, while a classifier behind a gradient
//!    reversal tries to tell from its features whose window it is: what is learned is to hold for anybody
//!    ([`forecaster`](super::super::common::forecaster)).
//! 2. For the person at hand it is taken as it is (*global*), or trained on at a slower rate (*fine-tuned*), always on the
//!    scale of that person's own training days.
//!
//! Early stopping looks at the squared error of each person's last days, never at the classifier. Departures: a look is
//! taken every so many steps at up to 1,000 held-back windows, where the released code takes one an epoch at all of them;
//! and one network is fine-tuned a fold, whose fold of days to stop by is drawn, where the paper averages five.

pub mod standard;

use serde_json::Value;

use super::super::common::forecasting::{self, PAPER, Settings};
use super::super::config::Range;
use super::super::{Card, Method, Model, card};
use crate::cohort::{Cohort, Prediction, Task};
use crate::error::Result;
use crate::train::Run;

crate::forecast_config! {
    /// How people are drawn together, and how the person at hand is met.
    pub struct AtlConfig {
        /// λ, of the classifier of subjects: 10^−0.75 as published.
        adversarial_weight: f64 = 0.177_827_941_003_892_3, Range::Real { low: 0.0, high: 100.0 }, "";
        /// Whether the network is trained on by the person's own days.
        person: String = "fine_tuned".to_owned(), Range::Choice { options: vec!["fine_tuned", "global"] }, "";
        /// Adam's rate for that.
        fine_tune_rate: f64 = 1e-5, Range::Real { low: 1e-7, high: 0.1 }, "";
        /// The last days of each person of the source that say when to stop; at most a third of them.
        held_days: usize = 10, Range::Whole { low: 0, high: 100 }, "days";
    }
}

impl AtlConfig {
    /// With the classifier of subjects, or without.
    pub fn settings(&self, adversarial: bool) -> Settings<'_> {
        Settings {
            width: &self.width,
            weight: adversarial.then_some(self.adversarial_weight),
            dropout: self.dropout,
            rate: self.learning_rate,
            batch: self.batch_windows,
            check_steps: self.check_steps,
            patience: self.patience,
            max_steps: self.max_steps,
            held_days: self.held_days,
        }
    }

    /// The rate on the person's own days, if they are learned from.
    pub fn own_rate(&self) -> Option<f64> {
        (self.person == "fine_tuned").then_some(self.fine_tune_rate)
    }
}

/// See the [module](self).
pub struct Atl;

impl Method for Atl {
    const CARD: Card = Card {
        id: "atl",
        scenario: card::Scenario::Inductive,
        factor: card::Factor::Features,
        needs: &[card::Needs::TimeSeries, card::Needs::SourceLabels, card::Needs::TargetLabels],
        kinds: card::Kinds::Values,
        honesty: card::Honesty::FaithfulDescription,
        paper: Some(PAPER),
        uses_network: true,
        sensible: false,
    };
    const BESIDE: Option<&'static str> = Some("series_transfer");
    type Config = AtlConfig;

    fn pretrain_key(config: &AtlConfig) -> Option<Value> {
        Some(config.settings(true).pretrain_key())
    }

    async fn pretrain(config: &AtlConfig, sources: &[Cohort], run: &Run<'_>) -> Result<Model> {
        let settings = config.settings(true);
        forecasting::pretrain(&settings, &settings.pretrain_key(), sources, run).await
    }

    async fn adapt(pre: Option<&Model>, config: &AtlConfig, task: &Task, run: &Run<'_>) -> Result<Model> {
        forecasting::adapted(&Self::CARD, pre, &config.settings(true), config.own_rate(), task, run).await
    }

    async fn predict(model: &Model, x: &Cohort, run: &Run<'_>) -> Result<Prediction> {
        forecasting::predict(model, x, run).await
    }
}
