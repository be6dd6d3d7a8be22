//! Pooled: one network on the labelled rows of all sources and the target's training rows together, each row counting
//! the same. What one does when one believes that the cohorts do not differ.

use serde_json::json;

use super::super::common::learner::LearnerConfig;
use super::super::common::network::{Network, Pace, Stop};
use super::super::common::rows::{Known, canonical};
use super::super::{Card, Method, Model, card};
use crate::cohort::{Cohort, Prediction, Task};
use crate::error::{Code, Result};
use crate::train::Run;
use crate::watch::Event;

/// See the [module](self).
pub struct Pooled;

impl Method for Pooled {
    const CARD: Card = Card {
        id: "pooled",
        scenario: card::Scenario::Baseline,
        factor: card::Factor::Instances,
        needs: &[card::Needs::SourceLabels, card::Needs::SourceRows, card::Needs::TargetLabels],
        kinds: card::Kinds::Both,
        honesty: card::Honesty::Standard,
        paper: None,
        uses_network: true,
        sensible: false,
    };
    type Config = LearnerConfig;

    async fn adapt(_pre: Option<&Model>, config: &LearnerConfig, task: &Task, run: &Run<'_>) -> Result<Model> {
        run.event(Event::Phase { name: "pooled".to_owned(), facts: Vec::new() });
        let rows: Vec<Cohort> = std::iter::once(&task.target)
            .chain(&task.sources)
            .map(canonical)
            .filter(|cohort| !cohort.is_empty())
            .collect();
        if task.sources.is_empty() {
            return Err(Code::NeedNotMet.err().with("method", Self::CARD.id).with("need", "source"));
        }
        let rows: Vec<&Cohort> = rows.iter().collect();
        let known = Known::join(&rows, Code::LabelMissingInSource)?;
        let learner = config.learner();
        let mut network = Network::initial(&learner, &rows, &known, run)?;
        let pace = Pace { rate: learner.learning_rate, frozen: 0, anew: true, phase: "pooled" };
        network.train(&learner, &rows, &pace, Stop::Share, run).await?;
        network.to_model(Self::CARD.id, &json!(config))
    }

    async fn predict(model: &Model, x: &Cohort, run: &Run<'_>) -> Result<Prediction> {
        Network::from_model(model)?.predict(&x.x, run).await
    }
}
