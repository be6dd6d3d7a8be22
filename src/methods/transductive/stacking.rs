//! Stacking: the source's linear model and the target's own, weighed against each other by how well each predicts rows
//! that the target's own model was not fitted on.
//!
//! ηₖ = aₖ + w_S·η_S,ₖ + w_T·η_T,ₖ with w ≥ 0 (Breiman, Mach Learn 1996;24:49–64: weights that may not be negative), fitted
//! on out-of-fold outputs inside the training rows; the source model is out-of-fold by construction. The target's own
//! model is then fitted on all training rows.
//!
//! Both use the source model's columns, so the result is one linear model.

use serde_json::{Value, json};

use super::super::common::combine;
use super::super::common::linear::{FOLDS, Linear};
use super::super::common::penalised::{self, FEW_LAMBDAS, LinearConfig, Problem};
use super::super::common::source::{self, Source, Target};
use super::super::common::{select, shared};
use super::super::{Card, Method, Model, card};
use crate::cohort::{Cohort, Prediction, Task};
use crate::error::Result;
use crate::train::Run;
use crate::watch::Event;

/// See the [module](self).
pub struct Stacking;

impl Method for Stacking {
    const CARD: Card = Card {
        id: "stacking",
        scenario: card::Scenario::Transductive,
        factor: card::Factor::Parameters,
        needs: &[card::Needs::SourceLabels, card::Needs::TargetLabels],
        kinds: card::Kinds::Both,
        honesty: card::Honesty::Standard,
        paper: None,
        uses_network: false,
        sensible: false,
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
        let alphas = penalised::alphas(&config.penalty);
        let mut linear = source.linear.clone();
        let mut weights = [1.0, 0.0];
        let all: Vec<usize> = (0..target.x.rows).collect();
        if let Some(fold_of) = penalised::folds(&[&target.rows], &target.known, FOLDS, run.seed)? {
            let k = target.outputs.cols;
            let mut outside = target.outputs.clone();
            for fold in 0..fold_of.iter().max().map_or(0, |m| m + 1) {
                let (test, train): (Vec<usize>, Vec<usize>) = all.iter().partition(|&&row| fold_of[row] == fold);
                let own = alone(&source, &target, &train, alphas, run).await?;
                let eta = own.outputs(&target.x.select(&test));
                for (&row, eta) in test.iter().zip(eta.values.chunks(k)) {
                    outside.values[row * k..(row + 1) * k].copy_from_slice(eta);
                }
            }
            let combined = combine::best([&target.outputs, &outside], &target.known);
            let own = alone(&source, &target, &all, alphas, run).await?;
            weights = combined.weights;
            let mix = |a: &[f64], b: &[f64]| -> Vec<f64> {
                a.iter().zip(b).map(|(a, b)| weights[0] * a + weights[1] * b).collect()
            };
            linear.coefficients = mix(&source.linear.coefficients, &own.coefficients);
            linear.intercepts = mix(&source.linear.intercepts, &own.intercepts);
            linear.intercepts.iter_mut().zip(&combined.intercepts).for_each(|(a, more)| *a += more);
        }
        linear.chosen = json!({ "source": weights[0], "target": weights[1] });
        let mut model = linear.to_model(Self::CARD.id, &json!(config))?;
        shared::remark(&mut model, "choice", json!({ "source": weights[0], "target": weights[1] }));
        Ok(model)
    }

    async fn predict(model: &Model, x: &Cohort, _run: &Run<'_>) -> Result<Prediction> {
        Linear::from_model(model)?.predict(&x.x)
    }
}

/// The target's own model on some of its rows, in the source model's columns; the mean where there are too few.
async fn alone(source: &Source, target: &Target, rows: &[usize], alphas: &[f64], run: &Run<'_>) -> Result<Linear> {
    let known = target.known.select(rows);
    let x = target.x.select(rows);
    match penalised::folds(&[&target.rows.select(rows)], &known, select::FOLDS, run.seed)? {
        Some(fold_of) => {
            let problem = Problem { count: FEW_LAMBDAS, ..Problem::new(x, &known, fold_of, alphas) };
            Ok(Linear::of(source.encoder.clone(), &known, penalised::fit(problem, run).await?))
        }
        None => {
            let mean = Linear::mean(&known);
            let coefficients = vec![0.0; mean.intercepts.len() * x.cols];
            Ok(Linear { encoder: Some(source.encoder.clone()), coefficients, ..mean })
        }
    }
}
