//! Prior shift: the source's linear model with the target's class shares in place of the source's.
//!
//! If classes look alike on both sides and only their shares differ, P_T(k | x) ∝ P_S(k | x)·π_T,ₖ/π_S,ₖ. The target's shares
//! maximise the likelihood of its rows (Saerens, Latinne & Decaestecker 2002), by EM from π_S: each row's class
//! probabilities under the shares so far, then their mean. A row whose label is known counts for its class; `features`
//! leaves labels aside, as in the paper.

use serde_json::{Value, json};

use super::super::common::head::Head;
use super::super::common::linear::Linear;
use super::super::common::rows::{Known, canonical};
use super::super::common::source::{self, Source};
use super::super::common::{penalised, shared};
use super::super::config::Range;
use super::super::{Card, Method, Model, card};
use crate::cohort::{Cohort, Prediction, Task};
use crate::error::{Code, Result};
use crate::math::elastic::softmax;
use crate::math::stats::sum;
use crate::train::Run;
use crate::watch::Event;

crate::config! {
    /// The source model's penalty, and where the target's shares come from.
    pub struct PriorShiftConfig {
        /// Which penalties are tried for the source model.
        penalty: String = "auto".to_owned(), penalised::penalties(), "";
        /// Whether labels count where they are there, or features alone.
        shares: String = "labels".to_owned(), Range::Choice { options: vec!["labels", "features"] }, "";
    }
}

/// See the [module](self).
pub struct PriorShift;

/// EM stops when no share moves by more.
const TOLERANCE: f64 = 1e-10;
const ROUNDS: usize = 10_000;

impl Method for PriorShift {
    const CARD: Card = Card {
        id: "prior_shift",
        scenario: card::Scenario::Transductive,
        factor: card::Factor::Parameters,
        needs: &[card::Needs::SourceLabels, card::Needs::TargetFeatures],
        kinds: card::Kinds::Classes,
        honesty: card::Honesty::Reconstructed,
        paper: Some(card::Paper {
            authors: "Saerens M, Latinne P, Decaestecker C",
            year: 2002,
            title: "Adjusting the outputs of a classifier to new a priori probabilities: a simple procedure",
            doi: "10.1162/089976602753284446",
        }),
        uses_network: false,
        sensible: false,
    };
    type Config = PriorShiftConfig;

    fn pretrain_key(config: &PriorShiftConfig) -> Option<Value> {
        Some(source::key(&config.penalty))
    }

    async fn pretrain(config: &PriorShiftConfig, sources: &[Cohort], run: &Run<'_>) -> Result<Model> {
        source::pretrain(&config.penalty, sources, run).await
    }

    async fn adapt(pre: Option<&Model>, config: &PriorShiftConfig, task: &Task, run: &Run<'_>) -> Result<Model> {
        run.event(Event::Phase { name: "linear".to_owned(), facts: Vec::new() });
        let source = Source::of(pre)?;
        if !matches!(source.linear.head, Head::Classes { .. }) {
            return Err(Code::NeedNotMet.err().with("method", Self::CARD.id).with("need", "classes"));
        }
        if source.shares.is_empty() {
            return Err(Code::BadModel.err().with("reason", "the source model does not say the shares of its classes"));
        }
        let labelled = canonical(&task.target);
        let mut rows: Vec<Vec<f64>> = Vec::new();
        let mut counted = vec![0; source.shares.len()];
        let outputs = |cohort: &Cohort| -> Result<Vec<Vec<f64>>> {
            let eta = source.linear.outputs(&source.encoder.transform_f64(&cohort.x)?);
            Ok(eta.values.chunks(eta.cols.max(1)).map(softmax).collect())
        };
        if config.shares == "features" {
            rows.extend(outputs(&labelled)?);
        } else if !labelled.is_empty()
            && let Known::Classes { codes, .. } = source.recoded(&Known::of(&labelled, Code::LabelMissingInTarget)?)?
        {
            codes.iter().for_each(|&code| counted[code] += 1);
        }
        if let Some(unlabelled) = &task.unlabelled {
            rows.extend(outputs(unlabelled)?);
        }
        // The order of a table's rows must not change the sums.
        rows.sort_by(|a, b| {
            let differs = |o: &std::cmp::Ordering| o.is_ne();
            a.iter().zip(b).map(|(a, b)| a.total_cmp(b)).find(differs).unwrap_or(std::cmp::Ordering::Equal)
        });
        let n = rows.len() + counted.iter().sum::<usize>();
        if n == 0 {
            return Err(Code::TooFewRows.err().with("found", 0).with("needed", 1).with("what", "the target"));
        }
        let mut shares = source.shares.clone();
        for _ in 0..ROUNDS {
            run.breathe().await?;
            let next = round(&rows, &counted, &source.shares, &shares);
            let moved = next.iter().zip(&shares).fold(0.0, |m: f64, (a, b)| m.max((a - b).abs()));
            shares = next;
            if moved < TOLERANCE {
                break;
            }
        }
        let mut linear = source.linear.clone();
        for (k, intercept) in linear.intercepts.iter_mut().enumerate() {
            // A class that no row speaks for keeps half a row's share; one that the source does not know stays as it is.
            if source.shares[k] > 0.0 {
                *intercept += libm::log(shares[k].max(0.5 / n as f64) / source.shares[k]);
            }
        }
        linear.chosen = json!({ "shares": shares });
        let mut model = linear.to_model(Self::CARD.id, &json!(config))?;
        shared::remark(&mut model, "shares", json!({ "source": source.shares, "target": shares }));
        Ok(model)
    }

    async fn predict(model: &Model, x: &Cohort, _run: &Run<'_>) -> Result<Prediction> {
        Linear::from_model(model)?.predict(&x.x)
    }
}

/// One round of EM.
///
/// # Shapes
/// `rows`: each row's class probabilities under the source's shares; `counted`: labelled rows of each class; `source`,
/// `shares`: the source's shares, and the target's so far.
pub fn round(rows: &[Vec<f64>], counted: &[usize], source: &[f64], shares: &[f64]) -> Vec<f64> {
    let ratio: Vec<f64> = shares.iter().zip(source).map(|(t, s)| if *s > 0.0 { t / s } else { 0.0 }).collect();
    let totals: Vec<f64> = rows.iter().map(|p| sum(p.iter().zip(&ratio).map(|(p, r)| p * r))).collect();
    let n = rows.len() + counted.iter().sum::<usize>();
    (0..source.len())
        .map(|c| {
            let soft = rows.iter().zip(&totals).filter(|(_, total)| **total > 0.0);
            (sum(soft.map(|(p, total)| p[c] * ratio[c] / total)) + counted[c] as f64) / n as f64
        })
        .collect()
}
