//! Two-stage TrAdaBoost.R2 (Pardoe & Stone 2010): boosting for numbers on the rows of both cohorts, in which the source's
//! rows lose their weight in steps, and how far is chosen on the target.
//!
//! Stage 1, for t = 1 … S: a learner under the weights w; eᵢ = |yᵢ − h(xᵢ)| / max_j |yⱼ − h(xⱼ)|; each source row's weight is
//! multiplied by β^eᵢ, with the β at which the target's rows have m/(n + m) + t/(S − 1)·(1 − m/(n + m)) of all weight.
//! Stage 2, at each of these weights: AdaBoost.R2 (Drucker 1997) over all rows in which the source's weights stay as they
//! are: ε = Σ wᵢeᵢ, it ends where ε ≥ ½, β = ε/(1 − ε), w ← w·β^(1 − e) on the target's rows; the answer is the median under
//! ln(1/β). Of the S such models the one with the least error in cross-validation on the target is kept.
//!
//! (The one-stage form is not offered: its authors found that it overfits the target.)

use serde_json::{Value, json};

use super::super::common::committee::{Committee, Member, median, tree};
use super::super::common::encoder::Encoder;
use super::super::common::head::Head;
use super::super::common::rows::Known;
use super::super::common::source::Both;
use super::super::common::{forest, penalised, select, shared};
use super::super::config::Range;
use super::super::{Card, Method, Model, card};
use crate::cohort::{Cohort, Prediction, Task};
use crate::error::{Code, Result};
use crate::train::Run;
use crate::trees::{Forest, Matrix};
use crate::watch::Event;

crate::config! {
    /// Steps, rounds and trees.
    pub struct TrAdaBoostR2Config {
        /// S: steps from all of the source to none of it.
        steps: usize = 8, Range::Whole { low: 2, high: 50 }, "";
        /// N: rounds of boosting at each.
        rounds: usize = 10, Range::Whole { low: 1, high: 200 }, "";
        /// Levels of splits of each tree.
        weak_depth: usize = 3, Range::Whole { low: 1, high: 8 }, "levels";
    }
}

/// See the [module](self).
pub struct TrAdaBoostR2;

/// Folds on the target.
const FOLDS: usize = 5;

impl Method for TrAdaBoostR2 {
    const CARD: Card = Card {
        id: "tradaboost_r2",
        scenario: card::Scenario::Transductive,
        factor: card::Factor::Instances,
        needs: &[card::Needs::SourceLabels, card::Needs::SourceRows, card::Needs::TargetLabels],
        kinds: card::Kinds::Values,
        honesty: card::Honesty::Reconstructed,
        paper: Some(card::Paper {
            authors: "Pardoe D, Stone P",
            year: 2010,
            title: "Boosting for regression transfer",
            doi: "10.5555/3104322.3104432",
        }),
        uses_network: false,
        sensible: false,
    };
    type Config = TrAdaBoostR2Config;

    async fn adapt(_pre: Option<&Model>, config: &TrAdaBoostR2Config, task: &Task, run: &Run<'_>) -> Result<Model> {
        run.event(Event::Phase { name: "trees".to_owned(), facts: Vec::new() });
        let both = Both::of(task, Self::CARD.id)?;
        let Known::Values { values, .. } = &both.known else {
            return Err(Code::NeedNotMet.err().with("method", Self::CARD.id).with("need", "numbers"));
        };
        both.known_target().check()?;
        let head = Head::of(&both.known);
        let Head::Values { mean, sd, .. } = &head else { return Err(Code::Internal.err().with("reason", "head")) };
        let y: Vec<f64> = values.iter().map(|v| (v - mean) / sd).collect();
        let cohorts = both.cohorts();
        let encoder = forest::as_recorded(Encoder::fit(&cohorts, usize::MAX)?);
        let data =
            Data { x: forest::stacked(&encoder, &cohorts)?, y, own: both.target.len(), depth: config.weak_depth };
        let fold_of = penalised::folds(&[&both.target], &both.known_target(), FOLDS, run.seed)?;
        let n = data.y.len();
        let mut w = vec![1.0 / n as f64; n];
        let (mut stages, mut losses) = (Vec::new(), Vec::new());
        for step in 1..=config.steps {
            run.event(Event::Progress { done: step as f64, total: config.steps as f64 });
            let mut loss = f64::NAN;
            if let Some(fold_of) = &fold_of {
                let mut total = 0.0;
                for fold in 0..fold_of.iter().max().map_or(0, |m| m + 1) {
                    let kept: Vec<usize> = (0..n).filter(|&row| fold_of.get(row) != Some(&fold)).collect();
                    let test: Vec<usize> = (0..data.own).filter(|&row| fold_of[row] == fold).collect();
                    let weights: Vec<f64> = kept.iter().map(|&row| w[row]).collect();
                    let boosted = boosted(&data.select(&kept), weights, config.rounds, run).await?;
                    let said = data.select(&test).said(&boosted)?;
                    total += test.iter().zip(&said).map(|(&row, v)| (data.y[row] - v) * (data.y[row] - v)).sum::<f64>();
                }
                loss = total / data.own as f64 * head.loss_unit();
            }
            losses.push(loss);
            stages.push(w.clone());
            if step < config.steps {
                let share = data.own as f64 / n as f64;
                let goal = share + step as f64 / (config.steps - 1) as f64 * (1.0 - share);
                let (_, said) = tree(&data.x, data.depth, &data.y, &w)?;
                shrink(&mut w, &errors(&data.y, &said).unwrap_or_else(|| vec![0.0; n]), data.own, goal);
            }
        }
        // Too few rows to choose by: half-way.
        let chosen = select::lowest(&losses).unwrap_or(config.steps / 2);
        let (members, votes) = boosted(&data, stages.swap_remove(chosen), config.rounds, run).await?;
        let members = members.into_iter().map(|forest| Member::Trees(vec![forest])).collect();
        let mut model = Committee::of(encoder, head, members, votes)?.to_model(Self::CARD.id, &json!(config))?;
        let of: Vec<Value> = (1..=config.steps).map(|step| json!({ "step": step })).collect();
        let losses: Vec<Option<f64>> = losses.into_iter().map(|l| l.is_finite().then_some(l)).collect();
        shared::remark(&mut model, "choice", json!({ "chosen": chosen, "of": of, "losses": losses }));
        Ok(model)
    }

    async fn predict(model: &Model, x: &Cohort, _run: &Run<'_>) -> Result<Prediction> {
        Committee::from_model(model)?.predict(&x.x)
    }
}

/// Rows of both sides, the target's first.
struct Data {
    /// Column after column.
    x: Vec<f32>,
    y: Vec<f64>,
    own: usize,
    depth: usize,
}

impl Data {
    fn select(&self, rows: &[usize]) -> Self {
        Self {
            x: self.x.chunks(self.y.len()).flat_map(|column| rows.iter().map(move |&row| column[row])).collect(),
            y: rows.iter().map(|&row| self.y[row]).collect(),
            own: rows.iter().filter(|row| **row < self.own).count(),
            depth: self.depth,
        }
    }

    fn said(&self, (members, votes): &(Vec<Forest>, Vec<f64>)) -> Result<Vec<f64>> {
        let matrix = Matrix::new(&self.x, self.y.len(), self.x.len() / self.y.len().max(1))?;
        let all = members.iter().map(|member| member.margins(&matrix, None)).collect::<Result<Vec<_>>>()?;
        let one = |row: usize| median(&all.iter().map(|said| said[row]).collect::<Vec<_>>(), votes);
        Ok((0..self.y.len()).map(one).collect())
    }
}

/// |y − h| over the largest; `None` where all is right.
fn errors(y: &[f64], said: &[f64]) -> Option<Vec<f64>> {
    let off: Vec<f64> = y.iter().zip(said).map(|(y, h)| (y - h).abs()).collect();
    let top = off.iter().copied().fold(0.0, f64::max);
    (top > 1e-12).then(|| off.into_iter().map(|e| e / top).collect())
}

/// AdaBoost.R2 in which only the first `own` weights move: trees and their votes.
async fn boosted(data: &Data, mut w: Vec<f64>, rounds: usize, run: &Run<'_>) -> Result<(Vec<Forest>, Vec<f64>)> {
    let (mut members, mut votes) = (Vec::new(), Vec::new());
    for _ in 0..rounds {
        run.breathe().await?;
        let total: f64 = w.iter().sum();
        w.iter_mut().for_each(|w| *w /= total);
        let (forest, said) = tree(&data.x, data.depth, &data.y, &w)?;
        let Some(errors) = errors(&data.y, &said) else {
            // Right on every row: its word alone.
            return Ok((vec![forest], vec![1.0]));
        };
        let error: f64 = w.iter().zip(&errors).map(|(w, e)| w * e).sum();
        if error >= 0.5 {
            if members.is_empty() {
                (members, votes) = (vec![forest], vec![1.0]);
            }
            break;
        }
        let beta = error.max(1e-12) / (1.0 - error);
        w.iter_mut().zip(&errors).take(data.own).for_each(|(w, e)| *w *= libm::pow(beta, 1.0 - e));
        members.push(forest);
        votes.push(-libm::log(beta));
    }
    Ok((members, votes))
}

/// Multiplies the weights after the first `own` by β^e, with the β that gives the first so large a share of all; weights
/// sum to 1 afterwards. Rows without an error cannot be shrunk: where they alone are too heavy, β is 0.
pub fn shrink(w: &mut [f64], errors: &[f64], own: usize, goal: f64) {
    let target: f64 = w[..own].iter().sum();
    let source = |a: f64| -> f64 { w[own..].iter().zip(&errors[own..]).map(|(w, e)| w * libm::exp(-a * e)).sum() };
    // β = exp(−a); the share of the target rises with a.
    let (mut low, mut high) = (0.0, 1.0);
    while target < goal * (target + source(high)) && high < 1e6 {
        high *= 2.0;
    }
    for _ in 0..200 {
        let middle = 0.5 * (low + high);
        if target < goal * (target + source(middle)) { low = middle } else { high = middle }
    }
    let a = high;
    w.iter_mut().zip(errors).skip(own).for_each(|(w, e)| *w *= libm::exp(-a * e));
    let total: f64 = w.iter().sum();
    w.iter_mut().for_each(|w| *w = (*w / total).max(1e-30));
}
