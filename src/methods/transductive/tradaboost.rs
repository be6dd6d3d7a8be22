//! TrAdaBoost (Dai, Yang, Xue & Yu 2007): boosting on the rows of both cohorts, in which target rows that are missed gain
//! weight and source rows that are missed lose it.
//!
//! With h_t ∈ [0, 1] learned under the weights w and |h_t(x) − c(x)| the share that the true class lacks:
//! 1. ε_t = Σ_T w|h_t − c| / Σ_T w, over the target's rows; it ends where ε_t ≥ ½.
//! 2. β_t = ε_t / (1 − ε_t), β = 1 / (1 + √(2 ln n_S / N)).
//! 3. A row of the target: w ← w·β_t^(−|h_t − c|), one of the source: w ← w·β^(|h_t − c|).
//!
//! The vote is that of rounds ⌈N/2⌉ … N: the event where Σ h_t ln(1/β_t) ≥ ½ Σ ln(1/β_t), so the share
//! Σ h_t ln(1/β_t) / Σ ln(1/β_t) is what is predicted, and ½ is the paper's decision. It is a vote, not a calibrated
//! probability. With K > 2 classes, which the paper leaves aside, ½ becomes (K − 1)/K and ln(1/β_t) gains ln(K − 1), as in
//! SAMME (Zhu, Zou, Rosset & Hastie, Stat Interface 2009;2:349–360).
//!
//! Held to the paper's formulas written out in Python (tests/golden/align.py). The errors that the paper and adapt report on
//! mushrooms (UCI data set 73, "agaricus") are not reproduced: no package that was found ships the table, and the tests
//! download nothing.

use serde_json::json;

use super::super::common::committee::{Committee, Table, classifier};
use super::super::common::encoder::Encoder;
use super::super::common::head::Head;
use super::super::common::rows::Known;
use super::super::common::source::Both;
use super::super::common::{forest, penalised, shared};
use super::super::config::Range;
use super::super::{Card, Method, Model, card};
use crate::cohort::{Cohort, Prediction, Task};
use crate::error::{Code, Result};
use crate::math::weights::Health;
use crate::train::Run;
use crate::watch::Event;

crate::config! {
    /// Rounds and learner.
    pub struct TrAdaBoostConfig {
        /// N: rounds at most.
        rounds: usize = 30, Range::Whole { low: 2, high: 500 }, "";
        /// What is learned in each round.
        weak: String = "trees".to_owned(), Range::Choice { options: vec!["trees", "linear"] }, "";
        /// Levels of splits of each tree.
        weak_depth: usize = 2, Range::Whole { low: 1, high: 8 }, "levels";
    }
}

/// See the [module](self).
pub struct TrAdaBoost;

/// A round without an error would have all votes for ever.
const LEAST_ERROR: f64 = 1e-6;

/// β, by which a source row that is wholly missed is multiplied in each round.
pub fn source_factor(source_rows: usize, rounds: usize) -> f64 {
    1.0 / (1.0 + libm::sqrt(2.0 * libm::log(source_rows.max(1) as f64) / rounds.max(1) as f64))
}

impl Method for TrAdaBoost {
    const CARD: Card = Card {
        id: "tradaboost",
        scenario: card::Scenario::Transductive,
        factor: card::Factor::Instances,
        needs: &[card::Needs::SourceLabels, card::Needs::SourceRows, card::Needs::TargetLabels],
        kinds: card::Kinds::Classes,
        honesty: card::Honesty::Reconstructed,
        paper: Some(card::Paper {
            authors: "Dai W, Yang Q, Xue G-R, Yu Y",
            year: 2007,
            title: "Boosting for transfer learning",
            doi: "10.1145/1273496.1273521",
        }),
        uses_network: false,
        sensible: false,
    };
    type Config = TrAdaBoostConfig;

    async fn adapt(_pre: Option<&Model>, config: &TrAdaBoostConfig, task: &Task, run: &Run<'_>) -> Result<Model> {
        run.event(Event::Phase { name: "trees".to_owned(), facts: Vec::new() });
        let both = Both::of(task, Self::CARD.id)?;
        let Known::Classes { names, codes, .. } = &both.known else {
            return Err(Code::NeedNotMet.err().with("method", Self::CARD.id).with("need", "classes"));
        };
        both.known_target().check()?;
        let cohorts = both.cohorts();
        let mut encoder = Encoder::fit(&cohorts, usize::MAX)?;
        let table = if config.weak == "linear" {
            Table::Linear(penalised::encode(&encoder, &cohorts)?)
        } else {
            encoder = forest::as_recorded(encoder);
            Table::Trees { x: forest::stacked(&encoder, &cohorts)?, depth: config.weak_depth }
        };
        let (n, own, k) = (codes.len(), both.target.len(), names.len());
        let outputs = if k == 2 { 1 } else { k };
        let beta = source_factor(n - own, config.rounds);
        let most = (k - 1) as f64 / k as f64;
        let mut w = vec![1.0; n];
        let (mut members, mut votes) = (Vec::new(), Vec::new());
        let mut stopped = false;
        for round in 0..config.rounds {
            run.breathe().await?;
            run.event(Event::Progress { done: round as f64, total: config.rounds as f64 });
            let (member, said) = classifier(&table, codes, k, &w)?;
            let missed = |row: usize| match (outputs, codes[row]) {
                (1, 1) => 1.0 - said[row],
                (1, _) => said[row],
                (_, code) => 1.0 - said[row * outputs + code],
            };
            let weight: f64 = w[..own].iter().sum();
            let error = (0..own).map(|row| w[row] * missed(row)).sum::<f64>() / weight;
            if error >= most {
                stopped = true;
                if members.is_empty() {
                    // Nothing better than chance under equal weights: what there is, with one vote.
                    members.push(member);
                    votes.push(1.0);
                }
                break;
            }
            let error = error.max(LEAST_ERROR);
            let vote = libm::log((1.0 - error) / error) + libm::log((k - 1) as f64);
            for (row, w) in w.iter_mut().enumerate() {
                *w *= if row < own { libm::exp(vote * missed(row)) } else { libm::pow(beta, missed(row)) };
            }
            let top = w.iter().copied().fold(0.0, f64::max);
            w.iter_mut().for_each(|w| *w = (*w / top).max(1e-30));
            members.push(member);
            votes.push(vote);
        }
        let done = members.len();
        let first = done.div_ceil(2) - 1;
        let committee = Committee::of(
            encoder,
            Head::of(&both.known),
            members.into_iter().skip(first).collect(),
            votes[first..].to_vec(),
        )?;
        let mut model = committee.to_model(Self::CARD.id, &json!(config))?;
        let share = w[..own].iter().sum::<f64>() / w.iter().sum::<f64>();
        let ended = if stopped { "no better than chance" } else { "all rounds" };
        shared::remark(&mut model, "choice", json!({ "ended": ended }));
        shared::remark(
            &mut model,
            "boosting",
            json!({ "rounds": done, "voting": done - first, "target_share": share, "source": Health::of(&w[own..]) }),
        );
        Ok(model)
    }

    async fn predict(model: &Model, x: &Cohort, _run: &Run<'_>) -> Result<Prediction> {
        Committee::from_model(model)?.predict(&x.x)
    }
}
