//! The source's prediction as one more column (PRED of Daumé III 2007).
//!
//! The source model's output joins the target's columns, and the penalised regression weighs it like any other: where the
//! source is right it does the work and the columns correct it. The source model never saw the target, so the column is
//! out-of-sample by construction. With more than two classes there is a column for each but the first.
//!
//! Columns are those of the source model; the result is one linear model: β = β_own + γ β_S.

use serde_json::{Value, json};

use super::super::common::encoder::Rows;
use super::super::common::linear::{FOLDS, Linear};
use super::super::common::penalised::{self, LinearConfig, Problem};
use super::super::common::shared;
use super::super::common::source::{self, Source, Target};
use super::super::{Card, Method, Model, card};
use crate::cohort::{Cohort, Prediction, Task};
use crate::error::Result;
use crate::train::Run;
use crate::watch::Event;

/// See the [module](self).
pub struct SourceAsFeature;

impl Method for SourceAsFeature {
    const CARD: Card = Card {
        id: "source_as_feature",
        scenario: card::Scenario::Transductive,
        factor: card::Factor::Features,
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
        let Some(fold_of) = penalised::folds(&[&target.rows], &target.known, FOLDS, run.seed)? else {
            let mut model = source.linear.to_model(Self::CARD.id, &json!(config))?;
            shared::remark(&mut model, "choice", json!("the source as it is: too few rows"));
            return Ok(model);
        };
        let problem = Problem::new(widened(&target), &target.known, fold_of, penalised::alphas(&config.penalty));
        let fitted = penalised::fit(problem, run).await?;
        let (p, extra) = (target.x.cols, extra(target.outputs.cols));
        let mut linear = Linear::of(source.encoder.clone(), &target.known, fitted);
        let whole = std::mem::take(&mut linear.coefficients);
        let old = &source.linear;
        for (intercept, b) in linear.intercepts.iter_mut().zip(whole.chunks(p + extra.len())) {
            let (own, gammas) = b.split_at(p);
            let mut own = own.to_vec();
            for (gamma, (class, reference)) in gammas.iter().zip(&extra) {
                let gap = |values: &[f64], at: usize, width: usize| {
                    values[class * width + at] - reference.map_or(0.0, |r: usize| values[r * width + at])
                };
                *intercept += gamma * gap(&old.intercepts, 0, 1);
                own.iter_mut().enumerate().for_each(|(j, v)| *v += gamma * gap(&old.coefficients, j, p));
            }
            linear.coefficients.extend(own);
        }
        linear.to_model(Self::CARD.id, &json!(config))
    }

    async fn predict(model: &Model, x: &Cohort, _run: &Run<'_>) -> Result<Prediction> {
        Linear::from_model(model)?.predict(&x.x)
    }
}

/// The outputs that become columns: each class against the first, or the number.
fn extra(outputs: usize) -> Vec<(usize, Option<usize>)> {
    if outputs == 1 { vec![(0, None)] } else { (1..outputs).map(|class| (class, Some(0))).collect() }
}

/// The target's columns, and the source model's outputs.
fn widened(target: &Target) -> Rows<f64> {
    let (p, k) = (target.x.cols, target.outputs.cols);
    let extra = extra(k);
    let mut values = Vec::with_capacity(target.x.rows * (p + extra.len()));
    for row in 0..target.x.rows {
        values.extend_from_slice(&target.x.values[row * p..(row + 1) * p]);
        let eta = &target.outputs.values[row * k..(row + 1) * k];
        values.extend(extra.iter().map(|(class, reference)| eta[*class] - reference.map_or(0.0, |r| eta[r])));
    }
    Rows { rows: target.x.rows, cols: p + extra.len(), values }
}
