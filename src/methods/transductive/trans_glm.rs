//! Trans-GLM (Tian & Feng 2022): which sources help is found out first; these are pooled, and the rest is corrected.
//!
//! 1. Detection: in three folds of the target, the lasso of target and one source against the lasso of the target alone, by
//!    the loss on the fold left out. A source is used where its mean loss is at most L₀ + C₀·max(σ̂, 0.01), L₀ and σ̂ mean
//!    and standard deviation of the target's own three losses. Each source domain is judged by itself.
//! 2. Transferring: ŵ, the lasso of the target and all sources that are used, each row counting the same.
//! 3. Debiasing: δ̂, the lasso of the target's rows beside xŵ. The answer is ŵ + δ̂.
//!
//! λ by cross-validation: within one standard error of the best in 1 and 2, the best in 3, as in the authors' package.
//! Their likelihoods are those of a number and of two classes; more than two classes are ours.

use serde_json::{Value, json};

use super::super::common::encoder::{Encoder, Rows};
use super::super::common::linear::{FOLDS, Linear};
use super::super::common::penalised::{self, FEW_LAMBDAS, Fitted, Problem};
use super::super::common::rows::Known;
use super::super::common::shared;
use super::super::common::source::Both;
use super::super::config::Range;
use super::super::{Card, Method, Model, card};
use crate::cohort::{Cohort, Prediction, Task};
use crate::error::{Code, Result};
use crate::math::stats;
use crate::train::Run;
use crate::watch::Event;

crate::config! {
    /// How sources are found.
    pub struct TransGlmConfig {
        /// The constant C₀: a source may be worse than the target alone by so many standard deviations.
        detection: f64 = 2.0, Range::Real { low: 0.0, high: 100.0 }, "";
    }
}

/// See the [module](self).
pub struct TransGlm;

/// Folds of the detection.
const DETECTION_FOLDS: usize = 3;
/// The authors' least σ̂.
const LEAST_SD: f64 = 0.01;

impl Method for TransGlm {
    const CARD: Card = Card {
        id: "trans_glm",
        scenario: card::Scenario::Transductive,
        factor: card::Factor::Parameters,
        needs: &[card::Needs::SourceLabels, card::Needs::SourceRows, card::Needs::TargetLabels],
        kinds: card::Kinds::Both,
        honesty: card::Honesty::Reconstructed,
        paper: Some(card::Paper {
            authors: "Tian Y, Feng Y",
            year: 2022,
            title: "Transfer learning under high-dimensional generalized linear models",
            doi: "10.1080/01621459.2022.2071278",
        }),
        uses_network: false,
        sensible: false,
    };
    type Config = TransGlmConfig;

    async fn adapt(_pre: Option<&Model>, config: &TransGlmConfig, task: &Task, run: &Run<'_>) -> Result<Model> {
        run.event(Event::Phase { name: "linear".to_owned(), facts: Vec::new() });
        let both = Both::of(task, Self::CARD.id)?;
        let own = both.known_target();
        own.check()?;
        let cohorts = both.cohorts();
        let encoder = Encoder::fit_in(&cohorts, usize::MAX, run)?;
        let mut facts = Vec::new();
        let mut used: Vec<&Cohort> = both.sources.iter().collect();
        // With too few rows to judge by, all sources are used.
        if let Some(fold_of) = penalised::folds(&[&both.target], &own, DETECTION_FOLDS, run.seed)? {
            let alone = losses(&encoder, &both.target, None, &fold_of, run).await?;
            let bound = stats::mean(&alone) + config.detection * stats::sd(&alone).max(LEAST_SD);
            used.clear();
            for source in &both.sources {
                let loss = stats::mean(&losses(&encoder, &both.target, Some(source), &fold_of, run).await?);
                if loss <= bound {
                    used.push(source);
                }
                facts.push(json!({ "domain": source.domain, "loss": loss, "bound": bound, "used": loss <= bound }));
            }
        }
        let pool: Vec<&Cohort> = std::iter::once(&both.target).chain(used.iter().copied()).collect();
        // The same names as with all sources, so that a model's classes do not hang on what was used.
        let known = named_as(&both.known, Known::join(&pool, Code::LabelMissingInSource)?);
        let x = penalised::encode(&encoder, &pool)?;
        let few = || {
            let few = Code::TooFewRows.err().with("found", known.fewest_present()).with("needed", 2);
            few.with("what", "a class")
        };
        let transferred = lasso(x, &known, &pool, true, None, run).await?.ok_or_else(few)?;
        let mut linear = Linear::of(encoder.clone(), &known, transferred);
        let x = encoder.transform_f64(&both.target.x)?;
        let beside = linear.outputs(&x);
        if let Some(delta) = lasso(x, &own, &[&both.target], false, Some(&beside), run).await? {
            let add = |a: &mut [f64], b: &[f64]| a.iter_mut().zip(b).for_each(|(a, b)| *a += b);
            add(&mut linear.intercepts, &delta.intercepts);
            add(&mut linear.coefficients, &delta.coefficients);
        }
        let names: Vec<&str> = used.iter().map(|source| source.domain.as_str()).collect();
        let said = if names.is_empty() { "none".to_owned() } else { names.join(" + ") };
        let mut model = linear.to_model(Self::CARD.id, &json!(config))?;
        shared::remark(&mut model, "choice", json!({ "sources": said }));
        shared::remark(&mut model, "detection", Value::Array(facts));
        Ok(model)
    }

    async fn predict(model: &Model, x: &Cohort, _run: &Run<'_>) -> Result<Prediction> {
        Linear::from_model(model)?.predict(&x.x)
    }
}

/// Labels under all the names; those of a part are the first of them.
fn named_as(all: &Known, part: Known) -> Known {
    match (all, part) {
        (Known::Classes { names, .. }, Known::Classes { names: own, event, codes }) => {
            let place =
                |code: usize| own.get(code).and_then(|name| names.iter().position(|n| n == name)).unwrap_or(code);
            Known::Classes { names: names.clone(), event, codes: codes.into_iter().map(place).collect() }
        }
        (_, part) => part,
    }
}

/// A lasso over rows that all judge; `None` where they are too few.
async fn lasso(
    x: Rows<f64>,
    known: &Known,
    cohorts: &[&Cohort],
    sparser: bool,
    offset: Option<&Rows<f64>>,
    run: &Run<'_>,
) -> Result<Option<Fitted>> {
    let Some(fold_of) = penalised::folds(cohorts, known, FOLDS, run.seed)? else { return Ok(None) };
    let problem = Problem { offset, sparser, count: FEW_LAMBDAS, ..Problem::new(x, known, fold_of, &[1.0]) };
    Ok(Some(penalised::fit(problem, run).await?))
}

/// The losses of the folds left out: of the target alone, or with one source.
async fn losses(
    encoder: &Encoder,
    target: &Cohort,
    source: Option<&Cohort>,
    fold_of: &[usize],
    run: &Run<'_>,
) -> Result<Vec<f64>> {
    let mut out = Vec::new();
    for fold in 0..fold_of.iter().max().map_or(0, |m| m + 1) {
        let (test, train): (Vec<usize>, Vec<usize>) = (0..target.len()).partition(|&row| fold_of[row] == fold);
        let (train, test) = (target.select(&train), target.select(&test));
        let cohorts: Vec<&Cohort> = std::iter::once(&train).chain(source).collect();
        let known = Known::join(&cohorts, Code::LabelMissingInSource)?;
        let x = penalised::encode(encoder, &cohorts)?;
        let truth = Known::of(&test, Code::LabelMissingInTarget)?;
        let eta = match lasso(x, &known, &cohorts, true, None, run).await? {
            Some(fitted) => Linear::of(encoder.clone(), &known, fitted).outputs(&encoder.transform_f64(&test.x)?),
            None => Linear::mean(&known).outputs(&Rows { rows: test.len(), cols: 0, values: Vec::new() }),
        };
        out.push(penalised::loss(&eta, &truth, &(0..test.len()).collect::<Vec<_>>()));
    }
    Ok(out)
}
