//! Fine-tuning with frozen layers, after Hanczar, Bourgeais & Zehraoui (2022).
//!
//! Objective: the target's loss, from the weights that the source left.
//! 1. A network is trained on all labelled rows of the source.
//! 2. Its first F layers are frozen (F = 0..4; 0: nothing is).
//! 3. The others, the head included, go on from the pre-trained weights on the target's training rows; nothing is
//!    initialised again.
//!
//! F may be fixed, as in the paper, or chosen by cross-validation inside the training rows ("auto"), which also settles
//! the epochs. Where it is chosen, a network that begins anew competes (`fall_back`): a source that taught nothing of
//! use need not be paid for. The paper leaves widths, dropout, optimiser, rates and epochs open: those here are ours,
//! so the card says *reconstructed*.

use serde_json::{Value, json};

use super::super::common::network::{Network, Pace};
use super::super::common::rows::{Known, canonical};
use super::super::common::{shared, tune};
use super::super::config::Range;
use super::super::{Card, Method, Model, card};
use crate::cohort::{Cohort, Prediction, Task};
use crate::error::{Code, Result};
use crate::train::Run;

crate::learner_config! {
    /// The network's settings, and how it is fine-tuned.
    pub struct HanczarConfig {
        /// How many layers are frozen, or "auto".
        frozen: String = "auto".to_owned(),
            Range::Choice { options: vec!["auto", "0", "1", "2", "3", "4"] }, "layers";
        /// Whether three times the rate, and a third of it, are tried too.
        tune_rate: bool = false, Range::Switch, "";
        /// Whether a network that begins anew competes, where the frozen layers are chosen.
        fall_back: bool = true, Range::Switch, "";
        /// Whose mean and standard deviation scale the target: "source" or "target" (its training rows').
        scale: String = "source".to_owned(), Range::Choice { options: vec!["source", "target"] }, "";
    }
}

/// See the [module](self).
pub struct Hanczar;

impl HanczarConfig {
    /// The candidates, the preferred ones first: fewer frozen layers, as the paper found best.
    fn candidates(&self, hidden: usize) -> Vec<Pace> {
        let depths: Vec<usize> = match self.frozen.parse() {
            Ok(frozen) => vec![frozen],
            Err(_) => (0..=hidden.min(4)).collect(),
        };
        let factors: &[f64] = if self.tune_rate { &[1.0, 3.0, 1.0 / 3.0] } else { &[1.0] };
        let pace = |frozen: usize, factor: f64| Pace {
            rate: self.fine_tune_rate * factor,
            frozen,
            anew: false,
            phase: "fine_tune",
        };
        let mut all: Vec<Pace> =
            depths.iter().flat_map(|&frozen| factors.iter().map(move |&factor| pace(frozen, factor))).collect();
        if self.fall_back && self.frozen == "auto" {
            all.push(tune::anew(&self.learner(), "from_scratch"));
        }
        all
    }
}

impl Method for Hanczar {
    const CARD: Card = Card {
        id: "hanczar",
        scenario: card::Scenario::Transductive,
        factor: card::Factor::Parameters,
        needs: &[card::Needs::SourceLabels, card::Needs::TargetLabels],
        kinds: card::Kinds::Both,
        honesty: card::Honesty::Reconstructed,
        paper: Some(card::Paper {
            authors: "Hanczar B, Bourgeais V, Zehraoui F",
            year: 2022,
            title: "Assessment of deep learning and transfer learning for cancer prediction based on gene expression data",
            doi: "10.1186/s12859-022-04807-7",
        }),
        uses_network: true,
        sensible: true,
    };
    type Config = HanczarConfig;

    fn pretrain_key(config: &HanczarConfig) -> Option<Value> {
        Some(config.learner().pretrain_key())
    }

    async fn pretrain(config: &HanczarConfig, sources: &[Cohort], run: &Run<'_>) -> Result<Model> {
        shared::pretrain(&config.learner(), sources, run).await
    }

    async fn adapt(pre: Option<&Model>, config: &HanczarConfig, task: &Task, run: &Run<'_>) -> Result<Model> {
        let pretrained = shared::pretrained(pre)?;
        let rows = canonical(&task.target);
        Known::of(&rows, Code::LabelMissingInTarget)?.check()?;
        let candidates = config.candidates(pretrained.layers.len().saturating_sub(1));
        let learner = config.learner();
        let start = |train: &Cohort, pace: &Pace| {
            if pace.anew {
                return tune::initial(&learner, train, run);
            }
            let known = Known::of(train, Code::LabelMissingInTarget)?;
            scaled(pretrained.ready_for(&known, run), &config.scale, train)
        };
        let (network, choice) = tune::tuned(start, &candidates, &learner, &rows, run).await?;
        let mut model = network.to_model(Self::CARD.id, &json!(config))?;
        let tried: Vec<Value> =
            candidates.iter().map(|c| json!({ "frozen": c.frozen, "rate": c.rate, "anew": c.anew })).collect();
        shared::remark(&mut model, "candidates", Value::Array(tried));
        shared::remark(&mut model, "choice", json!(choice));
        Ok(model)
    }

    async fn predict(model: &Model, x: &Cohort, run: &Run<'_>) -> Result<Prediction> {
        Network::from_model(model)?.predict(&x.x, run).await
    }
}

/// The network with the scale that the settings ask for.
fn scaled(network: Network, scale: &str, train: &Cohort) -> Result<Network> {
    if scale == "target" {
        let encoder = network.encoder.restandardised(&train.x)?;
        Ok(Network { encoder, ..network })
    } else {
        Ok(network)
    }
}
