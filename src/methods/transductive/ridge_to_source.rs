//! Ridge towards the source: regression on the target's rows whose coefficients are drawn to the source's, not to zero.
//!
//! min over (a, β) of (1/n) Σ ℓᵢ + λ/2 ‖β − β_S‖², ℓ the negative log-likelihood or ½(y − η)²; columns scaled as in the
//! source, the intercept free of penalty. λ is chosen by cross-validation inside the training rows; λ = ∞ is among the
//! candidates, with a new intercept and with the source's own.
//!
//! It is fitted as a ridge beside the source model's outputs: with β = β_S + δ the penalty is the usual one on δ.

use serde_json::{Value, json};

use super::super::common::ladder::{self, Rung};
use super::super::common::linear::{FOLDS, Linear};
use super::super::common::penalised::{self, LinearConfig, Problem};
use super::super::common::source::{self, Source, Target};
use super::super::common::{select, shared};
use super::super::{Card, Method, Model, card};
use crate::cohort::{Cohort, Prediction, Task};
use crate::error::Result;
use crate::math::stats::sum;
use crate::train::Run;
use crate::watch::Event;

/// See the [module](self).
pub struct RidgeToSource;

impl Method for RidgeToSource {
    const CARD: Card = Card {
        id: "ridge_to_source",
        scenario: card::Scenario::Transductive,
        factor: card::Factor::Parameters,
        needs: &[card::Needs::SourceLabels, card::Needs::TargetLabels],
        kinds: card::Kinds::Both,
        honesty: card::Honesty::Standard,
        paper: None,
        uses_network: false,
        sensible: true,
    };
    type Config = LinearConfig;

    fn pretrain_key(config: &LinearConfig) -> Option<Value> {
        Some(source::key(&config.penalty))
    }

    async fn pretrain(config: &LinearConfig, sources: &[Cohort], run: &Run<'_>) -> Result<Model> {
        source::pretrain(&config.penalty, sources, run).await
    }

    async fn adapt(pre: Option<&Model>, config: &LinearConfig, task: &Task, run: &Run<'_>) -> Result<Model> {
        run.event(Event::Phase { name: "linear".to_owned(), facts: Vec::new() });
        let source = Source::of(pre)?;
        let target = source.target(task)?;
        let mut candidates = vec![json!({ "lambda": "as it is" })];
        let mut losses = Vec::new();
        let mut chosen = 0;
        let mut linear = source.linear.clone();
        if let Some(fold_of) = penalised::folds(&[&target.rows], &target.known, FOLDS, run.seed)? {
            let all: Vec<usize> = (0..target.x.rows).collect();
            losses.push(penalised::loss(&target.outputs, &target.known, &all));
            candidates.push(json!({ "lambda": "intercept only" }));
            losses.push(intercept_only(&source, &target, &fold_of, run).await?);
            let problem = Problem {
                offset: Some(&target.outputs),
                standardise: false,
                lambdas: Some(penalised::ridge_lambdas()),
                ..Problem::new(target.x.clone(), &target.known, fold_of, &[0.0])
            };
            let fitted = penalised::fit(problem, run).await?;
            candidates.extend(fitted.candidates.iter().map(|c| json!({ "lambda": c.lambda })));
            losses.extend(fitted.candidates.iter().map(|c| c.deviance));
            chosen = select::lowest(&losses).unwrap_or(0);
            if chosen > 1 {
                linear = source.plus(&fitted.intercepts, &fitted.coefficients);
            } else if chosen == 1 {
                let step =
                    ladder::fit(&source, &target.x, &target.outputs, &target.known, Rung::Intercept, run).await?;
                linear.intercepts = step.map_or(linear.intercepts, |step| step.intercepts);
            }
        }
        linear.chosen = candidates[chosen].clone();
        let mut model = linear.to_model(Self::CARD.id, &json!(config))?;
        shared::remark(&mut model, "choice", json!({ "chosen": chosen, "of": candidates, "losses": losses }));
        Ok(model)
    }

    async fn predict(model: &Model, x: &Cohort, _run: &Run<'_>) -> Result<Prediction> {
        Linear::from_model(model)?.predict(&x.x)
    }
}

/// The loss of the source model with an intercept of each inner fold's other rows.
async fn intercept_only(source: &Source, target: &Target, fold_of: &[usize], run: &Run<'_>) -> Result<f64> {
    let n = fold_of.len();
    let mut total = Vec::new();
    for fold in 0..fold_of.iter().max().map_or(0, |m| m + 1) {
        let (test, train): (Vec<usize>, Vec<usize>) = (0..n).partition(|&row| fold_of[row] == fold);
        let (x, outputs) = (target.x.select(&train), target.outputs.select(&train));
        let known = target.known.select(&train);
        let step = ladder::fit(source, &x, &outputs, &known, Rung::Intercept, run).await?;
        let moved: Vec<f64> = match step {
            Some(step) => step.intercepts.iter().zip(&source.linear.intercepts).map(|(a, b)| a - b).collect(),
            None => vec![0.0; outputs.cols],
        };
        let mut eta = target.outputs.clone();
        eta.values.chunks_mut(moved.len().max(1)).for_each(|row| row.iter_mut().zip(&moved).for_each(|(e, a)| *e += a));
        total.push(test.len() as f64 * penalised::loss(&eta, &target.known, &test));
    }
    Ok(sum(total) / n as f64)
}
