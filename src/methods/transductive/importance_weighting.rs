//! Importance weighting: the source's rows count by how much likelier they are in the target, w(x) ≈ p_target(x) /
//! p_source(x), in a penalised regression (Shimodaira, J Stat Plan Inference 2000;90:227–244).
//!
//! Four estimators of the ratio: the odds of a classifier of the domains, cross-fitted (Bickel, Brückner & Scheffer 2009);
//! kernel mean matching (Huang et al. 2006), in parts of 1,000 source rows; uLSIF (Kanamori, Hido & Sugiyama 2009); KLIEP
//! (Sugiyama et al. 2008). Weights are not under 0, are cut at a multiple of their mean and have mean 1; the penalty is
//! chosen under them (Sugiyama, Krauledat & Müller, JMLR 2007;8:985–1005) where the target's rows do not judge.
//!
//! It corrects a shift of p(x) where the target lies inside the source, and nothing else. Kish's effective sample size says
//! over how few rows the weights are spread; under 30 the model says so, and nothing should be concluded from it. That is
//! not enough where the cohorts lie apart: a penalised classifier that separates them stays flat, so that its odds, and the
//! weights, look even. So the model also says what the cohorts have in common by that classifier, 2 ∫ p q / (p + q), as the
//! decomposition of the shift does and under the same bound. Where no row is left to learn from, it is an error that says
//! so.

use serde_json::{Value, json};

use super::super::common::aligned::{self, Sides};
use super::super::common::linear::Linear;
use super::super::common::{penalised, shared};
use super::super::config::Range;
use super::super::{Card, Method, Model, card};
use crate::cohort::{Cohort, Prediction, Task};
use crate::error::{Code, Result};
use crate::math::kernel::median_distance;
use crate::math::rows::Rows as Cells;
use crate::math::weights::{Health, choose_kliep, choose_ulsif, from_log_odds, kmm, normalised};
use crate::shift::disde::LEAST_SHARED;
use crate::shift::{CrossFit, Ridge, cross_fit};
use crate::split::Respect;
use crate::train::Run;
use crate::watch::Event;

crate::config! {
    /// The weights, and what is learned from.
    pub struct WeightingConfig {
        /// Which penalties are tried.
        penalty: String = "ridge".to_owned(), penalised::penalties(), "";
        /// Where the weights come from.
        weights: String = "odds".to_owned(),
            Range::Choice { options: vec!["odds", "kmm", "ulsif", "kliep"] }, "";
        /// The largest weight, in mean weights.
        largest_weight: f64 = 20.0, Range::Real { low: 1.0, high: 1e6 }, "";
        /// Whether the target's labelled rows are learned from too.
        learn_from: String = "both".to_owned(), aligned::learn_from(), "";
    }
}

/// See the [module](self).
pub struct ImportanceWeighting;

/// Folds of the domain classifier.
const FOLDS: usize = 5;
/// Source rows that are matched at once: kernel mean matching is quadratic in them.
const PART: usize = 1000;
/// The usual bound of kernel mean matching, before the cut.
const BOUND: f64 = 1000.0;
/// Kernel widths, in median distances.
const WIDTHS: [f64; 5] = [0.35, 0.5, 0.7, 1.0, 1.4];

impl Method for ImportanceWeighting {
    const CARD: Card = Card {
        id: "importance_weighting",
        scenario: card::Scenario::Transductive,
        factor: card::Factor::Instances,
        needs: &[card::Needs::SourceLabels, card::Needs::SourceRows, card::Needs::TargetFeatures],
        kinds: card::Kinds::Both,
        honesty: card::Honesty::Reconstructed,
        paper: Some(card::Paper {
            authors: "Bickel S, Brückner M, Scheffer T",
            year: 2009,
            title: "Discriminative learning under covariate shift",
            doi: "10.5555/1577069.1755858",
        }),
        uses_network: false,
        sensible: true,
    };
    type Config = WeightingConfig;

    async fn adapt(_pre: Option<&Model>, config: &WeightingConfig, task: &Task, run: &Run<'_>) -> Result<Model> {
        run.event(Event::Phase { name: "weights".to_owned(), facts: Vec::new() });
        let sides = Sides::of(task, Self::CARD.id)?;
        let told_apart = told_apart(&sides, run).await?;
        let those = is_target(&sides);
        let shared = told_apart.in_common(&those).unwrap_or(0.0);
        let apart = || Code::NoOverlap.err().with("shared", format!("{:.1} %", 100.0 * shared));
        let raw = match estimate(&config.weights, &sides, &told_apart, run).await {
            // The kernels of one side do not reach the other.
            Err(e) if e.code() == Code::NothingVaries => return Err(apart()),
            other => other?,
        };
        let cut = |w: Vec<f64>| normalised(&w.into_iter().map(|w| w.min(config.largest_weight)).collect::<Vec<_>>());
        let over = |w: &[f64]| w.iter().filter(|w| **w > config.largest_weight).count();
        let (weights, at_most) = match normalised(&raw) {
            Some(w) => (cut(w.clone()), over(&w)),
            None => (None, 0),
        };
        // No row of the source has any weight: the supports are apart.
        let weights = weights.ok_or_else(apart)?;
        let health = Health::of(&weights).ok_or_else(apart)?;
        let overlap = shared >= LEAST_SHARED;
        let facts = vec![
            ("ess".to_owned(), format!("{:.0}", health.ess)),
            ("rows".to_owned(), health.rows.to_string()),
            ("shared".to_owned(), format!("{:.1} %", 100.0 * shared)),
        ];
        let name = match (overlap, health.enough) {
            (false, _) => "weighted_apart",
            (true, false) => "weighted_few",
            (true, true) => "weighted",
        };
        run.event(Event::Phase { name: name.to_owned(), facts });
        let learned =
            sides.learn(&sides.source, &sides.target, Some(&weights), &config.learn_from, &config.penalty, run).await;
        let (fitted, known) = match learned {
            // Both classes are there; it is the weights that leave only one.
            Err(e) if e.code() == Code::OneClass && !(overlap && health.enough) => return Err(apart()),
            other => other?,
        };
        let mut model = Linear::of(sides.encoder, &known, fitted).to_model(Self::CARD.id, &json!(config))?;
        let effective = match (overlap, health.enough) {
            (false, _) => "little overlap",
            (true, false) => "too few",
            (true, true) => "enough",
        };
        shared::remark(&mut model, "choice", json!({ "weights": config.weights, "effective_rows": effective }));
        let told = serde_json::to_value(health).unwrap_or(Value::Null);
        shared::remark(&mut model, "weights", json!({ "health": told, "cut": at_most, "shared": shared }));
        Ok(model)
    }

    async fn predict(model: &Model, x: &Cohort, _run: &Run<'_>) -> Result<Prediction> {
        Linear::from_model(model)?.predict(&x.x)
    }
}

/// Which rows are the target's, its rows before the sources'.
fn is_target(sides: &Sides) -> Vec<bool> {
    let own = sides.target.rows;
    (0..own + sides.source.rows).map(|row| row < own).collect()
}

/// A cross-fitted classifier of the target's rows (first) and the sources'.
async fn told_apart(sides: &Sides, run: &Run<'_>) -> Result<CrossFit> {
    let (source, target) = sides.cells()?;
    let own = target.n();
    let all = [target.values(), source.values()].concat();
    let those = is_target(sides);
    let strata: Vec<u32> = those.iter().map(|t| u32::from(*t)).collect();
    let cohorts: Vec<&Cohort> = std::iter::once(&sides.own).chain(&sides.unlabelled).chain(&sides.sources).collect();
    let groups = penalised::groups(&cohorts);
    let folds = FOLDS.min(own).min(source.n());
    let respect = Respect { strata: Some(&strata), groups: groups.as_deref(), keys: None };
    let x = Cells::new(&all, source.p())?.at_least(4, "a classifier of the cohorts")?;
    if folds < 2 {
        let few = Code::TooFewRows.err().with("found", own.min(source.n())).with("needed", 2);
        return Err(few.with("what", "a classifier of the cohorts"));
    }
    cross_fit(&Ridge, x, &those, respect, folds, run.seed, run.pulse()).await
}

/// One weight a row of the sources, not under 0, of any scale.
async fn estimate(by: &str, sides: &Sides, told_apart: &CrossFit, run: &Run<'_>) -> Result<Vec<f64>> {
    let (source, target) = sides.cells()?;
    let nothing = || Code::NothingVaries.err();
    if by == "odds" {
        return from_log_odds(&told_apart.log_ratio()[target.n()..], None).ok_or_else(nothing);
    }
    let middle = median_distance(source, target, run.seed).ok_or_else(nothing)?;
    let sigmas: Vec<f64> = WIDTHS.iter().map(|w| w * middle).collect();
    match by {
        "kmm" => matched(source, target, middle, run).await,
        "ulsif" => {
            let lambdas: Vec<f64> = (-6..=2).map(|k| libm::pow(10.0, f64::from(k) / 2.0)).collect();
            let found = choose_ulsif(source, target, 0.0, &sigmas, &lambdas, run.seed, run.pulse()).await?;
            Ok(found.ratio(source.values()))
        }
        _ => Ok(choose_kliep(source, target, &sigmas, run.seed, run.pulse()).await?.ratio(source.values())),
    }
}

/// Kernel mean matching of parts of the source, each drawn at random and matched to the target by itself.
async fn matched(source: Cells<'_>, target: Cells<'_>, sigma: f64, run: &Run<'_>) -> Result<Vec<f64>> {
    let n = source.n();
    let parts = n.div_ceil(PART);
    let order = run.rng("kmm-parts").permutation(n);
    let mut weights = vec![0.0; n];
    for part in 0..parts {
        let rows: Vec<usize> = order.iter().copied().skip(part).step_by(parts).collect();
        let cells = source.select(&rows);
        let found = kmm(Cells::new(&cells, source.p())?, target, sigma, BOUND, run.pulse()).await?;
        rows.iter().zip(found.weights).for_each(|(&row, w)| weights[row] = w);
    }
    Ok(weights)
}
