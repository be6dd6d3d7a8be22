//! Weighted pooling: one penalised regression on the rows of source and target together, the target's rows carrying a share
//! γ of the weight.
//!
//! min over (a, β) of γ/n_T Σ_T ℓᵢ + (1 − γ)/n_S Σ_S ℓᵢ + penalty. γ = 0 is the source model as it is, γ = n_T/(n_T + n_S)
//! is plain pooling, γ = 1 the target alone. γ and the penalty are chosen by the target's rows, in cross-validation where
//! the source's are always learned from; what a fold keeps is the weight of a target row beside a source row.

use serde_json::{Value, json};

use super::super::common::encoder::Encoder;
use super::super::common::linear::{FOLDS, Linear};
use super::super::common::penalised::{self, FEW_LAMBDAS, Problem};
use super::super::common::source::{self, Both, Source};
use super::super::common::{select, shared};
use super::super::{Card, Method, Model, card};
use crate::cohort::{Cohort, Prediction, Task};
use crate::error::Result;
use crate::math::elastic::ALWAYS;
use crate::train::Run;
use crate::watch::Event;

crate::config! {
    /// The penalty.
    pub struct PoolingConfig {
        /// Which penalties are tried.
        penalty: String = "ridge".to_owned(), penalised::penalties(), "";
    }
}

/// The shares γ beside 0, 1 and plain pooling's.
const SHARES: [f64; 5] = [0.1, 0.25, 0.5, 0.75, 0.9];

/// See the [module](self).
pub struct WeightedPooling;

impl Method for WeightedPooling {
    const CARD: Card = Card {
        id: "weighted_pooling",
        scenario: card::Scenario::Baseline,
        factor: card::Factor::Instances,
        needs: &[card::Needs::SourceLabels, card::Needs::SourceRows, card::Needs::TargetLabels],
        kinds: card::Kinds::Both,
        honesty: card::Honesty::Standard,
        paper: None,
        uses_network: false,
        sensible: false,
    };
    type Config = PoolingConfig;

    fn pretrain_key(config: &PoolingConfig) -> Option<Value> {
        Some(source::key(&config.penalty))
    }

    async fn pretrain(config: &PoolingConfig, sources: &[Cohort], run: &Run<'_>) -> Result<Model> {
        source::pretrain(&config.penalty, sources, run).await
    }

    async fn adapt(pre: Option<&Model>, config: &PoolingConfig, task: &Task, run: &Run<'_>) -> Result<Model> {
        run.event(Event::Phase { name: "linear".to_owned(), facts: Vec::new() });
        let source = Source::of(pre)?;
        let target = source.target(task)?;
        let all: Vec<usize> = (0..target.x.rows).collect();
        let mut tried = vec![(0.0, source.linear.clone(), penalised::loss(&target.outputs, &target.known, &all))];
        let both = Both::of(task, Self::CARD.id)?;
        // With too few rows to choose by, the source as it is.
        if let Some(fold_of) = penalised::folds(&[&target.rows], &target.known, FOLDS, run.seed)? {
            let cohorts = both.cohorts();
            let encoder = Encoder::fit_in(&cohorts, usize::MAX, run)?;
            let x = penalised::encode(&encoder, &cohorts)?;
            let alphas = penalised::alphas(&config.penalty);
            let own = both.target.len();
            let (n_t, n_s) = (own as f64, (x.rows - own) as f64);
            let mut shares = SHARES.to_vec();
            shares.push(n_t / (n_t + n_s));
            shares.sort_by(f64::total_cmp);
            for share in shares {
                let weight = |row: usize| if row < own { share / n_t } else { (1.0 - share) / n_s };
                let mut fold_of = fold_of.clone();
                fold_of.resize(x.rows, ALWAYS);
                let problem = Problem {
                    weights: Some((0..x.rows).map(weight).collect()),
                    count: FEW_LAMBDAS,
                    lambdas: Some(penalised::ridge_lambdas()),
                    ..Problem::new(x.clone(), &both.known, fold_of, alphas)
                };
                let fitted = penalised::fit(problem, run).await?;
                let loss = fitted.loss;
                tried.push((share, Linear::of(encoder.clone(), &both.known, fitted), loss));
            }
            let (alone, known) = (penalised::encode(&encoder, &[&both.target])?, both.known_target());
            let lambdas = Some(penalised::ridge_lambdas());
            let fitted =
                penalised::fit(Problem { lambdas, ..Problem::new(alone, &known, fold_of, alphas) }, run).await?;
            let loss = fitted.loss;
            tried.push((1.0, Linear::of(encoder, &known, fitted), loss));
        }
        let losses: Vec<f64> = tried.iter().map(|(_, _, loss)| *loss).collect();
        let chosen = select::lowest(&losses).unwrap_or(0);
        let of: Vec<Value> = tried.iter().map(|(share, _, _)| json!({ "target_share": share })).collect();
        let linear = tried.into_iter().nth(chosen).map_or(source.linear, |(_, linear, _)| linear);
        let mut model = linear.to_model(Self::CARD.id, &json!(config))?;
        shared::remark(&mut model, "choice", json!({ "chosen": chosen, "of": of, "losses": losses }));
        Ok(model)
    }

    async fn predict(model: &Model, x: &Cohort, _run: &Run<'_>) -> Result<Prediction> {
        Linear::from_model(model)?.predict(&x.x)
    }
}
