//! Recalibration: how much of the source's linear model must change for the target? As little as the rows ask for.
//!
//! The rungs of the [`ladder`]: none, intercept, intercept and slope, revision. `auto` is the closed test of Vergouwe et al.
//! (2017): none, intercept and slope are each tested against revision, from the lowest up (likelihood ratio; with two
//! classes and p columns p + 1, p and p − 1 degrees of freedom; for numbers the exact F test), at .05; the first that is
//! not rejected is kept. Each is reached only if all below were rejected, so that a model that fits is changed in 5 % of
//! cases at most.
//!
//! Where revision has no estimate (as many columns as rows, separated classes), the ladder ends at intercept and slope, and
//! the model's `revision` says so.

use serde_json::{Value, json};

use super::super::common::ladder::{self, Rung, Step};
use super::super::common::linear::Linear;
use super::super::common::source::{self, Source};
use super::super::common::{penalised, shared};
use super::super::config::Range;
use super::super::{Card, Method, Model, card};
use crate::cohort::{Cohort, Prediction, Task};
use crate::error::Result;
use crate::train::Run;
use crate::watch::Event;

/// The level of each test.
const LEVEL: f64 = 0.05;

crate::config! {
    /// The source model's penalty, and the rung.
    pub struct RecalibrationConfig {
        /// Which penalties are tried for the source model.
        penalty: String = "auto".to_owned(), penalised::penalties(), "";
        /// The rung, or "auto". One that has no estimate gives way to the next lower.
        rung: String = "auto".to_owned(),
            Range::Choice { options: vec!["auto", "none", "intercept", "slope", "revision"] }, "";
    }
}

/// See the [module](self).
pub struct Recalibration;

impl Method for Recalibration {
    const CARD: Card = Card {
        id: "recalibration",
        scenario: card::Scenario::Transductive,
        factor: card::Factor::Parameters,
        needs: &[card::Needs::SourceLabels, card::Needs::TargetLabels],
        kinds: card::Kinds::Both,
        honesty: card::Honesty::Reconstructed,
        paper: Some(card::Paper {
            authors: "Vergouwe Y, Nieboer D, Oostenbrink R, et al.",
            year: 2017,
            title: "A closed testing procedure to select an appropriate method for updating prediction models",
            doi: "10.1002/sim.7179",
        }),
        uses_network: false,
        sensible: true,
    };
    type Config = RecalibrationConfig;

    fn pretrain_key(config: &RecalibrationConfig) -> Option<Value> {
        Some(source::key(&config.penalty))
    }

    async fn pretrain(config: &RecalibrationConfig, sources: &[Cohort], run: &Run<'_>) -> Result<Model> {
        source::pretrain(&config.penalty, sources, run).await
    }

    async fn adapt(pre: Option<&Model>, config: &RecalibrationConfig, task: &Task, run: &Run<'_>) -> Result<Model> {
        run.event(Event::Phase { name: "linear".to_owned(), facts: Vec::new() });
        let source = Source::of(pre)?;
        let target = source.target(task)?;
        let mut rungs: Vec<Step> = Vec::new();
        for rung in Rung::ALL {
            rungs.extend(ladder::fit(&source, &target.x, &target.outputs, &target.known, rung, run).await?);
        }
        let names: Vec<Value> = rungs.iter().map(|step| json!({ "rung": step.rung })).collect();
        let asked = Rung::ALL.into_iter().find(|rung| json!(rung) == json!(config.rung));
        let (place, tests) = match asked {
            Some(asked) => (rungs.iter().rposition(|step| step.rung <= asked).unwrap_or(0), Vec::new()),
            None => ladder::closed(&rungs, &target.known, LEVEL),
        };
        let revised = rungs.iter().any(|step| step.rung == Rung::Revision);
        let mut linear = source.linear;
        if let Some(step) = rungs.into_iter().nth(place) {
            let chosen = json!({ "rung": step.rung });
            linear = Linear { intercepts: step.intercepts, coefficients: step.coefficients, chosen, ..linear };
        }
        let mut model = linear.to_model(Self::CARD.id, &json!(config))?;
        shared::remark(&mut model, "choice", json!({ "chosen": place, "of": names }));
        shared::remark(&mut model, "tests", json!(tests));
        let why = if revised { "estimated" } else { "no estimate: too few rows for its columns, or separated classes" };
        shared::remark(&mut model, "revision", json!(why));
        Ok(model)
    }

    async fn predict(model: &Model, x: &Cohort, _run: &Run<'_>) -> Result<Prediction> {
        Linear::from_model(model)?.predict(&x.x)
    }
}
