//! Neural transfer in two phases, after Bashiri et al. (2022): a new head first, then everything, slowly.
//!
//! Objective: the target's loss, from the weights that the source left (there: silver labels).
//! 1. A network is trained on all labelled rows of the source, and its output layer is taken off.
//! 2. A layer of 10–100 units with ReLU and an output layer are put in its place and learn on the target's training
//!    rows, while all else is frozen. The layer's width is the one of lowest loss on a share of these rows that is set
//!    aside (in the paper 50 trials of a Bayesian search; here the widths are few enough to try all).
//! 3. All layers learn, at a rate of 1e-5, until that share's loss falls no more.
//!
//! The paper's networks read 24 hours hour by hour (convolutions, recurrent layers); a table of one row a patient has no
//! hours, so that the body is a fully connected network, its updates (AdamW's) are not clipped, and the share is judged
//! by its loss instead of its AUROC: *reconstructed*.

use serde_json::{Value, json};

use super::super::common::head::Head;
use super::super::common::network::{Network, Pace, Stop};
use super::super::common::pool::PAPER;
use super::super::common::rows::{Known, canonical};
use super::super::common::shared;
use super::super::config::Range;
use super::super::{Card, Method, Model, card};
use crate::cohort::{Cohort, Prediction, Task};
use crate::error::{Code, Result};
use crate::nets::init;
use crate::train::Run;
use crate::watch::Event;

crate::learner_config! {
    /// The network's settings, and what is put on top of it; all layers learn at the rate of the last phase, 1e-5.
    fine_tune_rate = 1e-5;
    pub struct TwoPhaseConfig {
        /// Widths of the new layer that are tried.
        new_layer: Vec<usize> = vec![10, 30, 100], Range::Wholes { low: 1, high: 1024, min_len: 1, max_len: 8 }, "units";
    }
}

/// See the [module](self).
pub struct TwoPhase;

impl Method for TwoPhase {
    const CARD: Card = Card {
        id: "two_phase",
        scenario: card::Scenario::Transductive,
        factor: card::Factor::Parameters,
        needs: &[card::Needs::SourceLabels, card::Needs::TargetLabels],
        kinds: card::Kinds::Both,
        honesty: card::Honesty::Reconstructed,
        paper: Some(PAPER),
        uses_network: true,
        sensible: false,
    };
    type Config = TwoPhaseConfig;

    fn pretrain_key(config: &TwoPhaseConfig) -> Option<Value> {
        Some(config.learner().pretrain_key())
    }

    async fn pretrain(config: &TwoPhaseConfig, sources: &[Cohort], run: &Run<'_>) -> Result<Model> {
        shared::pretrain(&config.learner(), sources, run).await
    }

    async fn adapt(pre: Option<&Model>, config: &TwoPhaseConfig, task: &Task, run: &Run<'_>) -> Result<Model> {
        let pretrained = shared::pretrained(pre)?;
        let rows = canonical(&task.target);
        let known = Known::of(&rows, Code::LabelMissingInTarget)?;
        known.check()?;
        let learner = config.learner();
        let body = pretrained.layers.len().saturating_sub(1);

        run.event(Event::Phase { name: "new_head".to_owned(), facts: Vec::new() });
        let head = Pace { rate: config.learning_rate, frozen: body, anew: false, phase: "new_head" };
        let mut best: Option<(f64, usize, Network)> = None;
        for &width in &config.new_layer {
            let mut network = with_new_head(&pretrained, &known, width, run);
            let loss = network.train(&learner, &[&rows], &head, Stop::Share, run).await?.best_loss;
            // Without a share to judge by (NaN), the first width stands.
            if best.as_ref().is_none_or(|(lowest, ..)| loss < *lowest) {
                best = Some((loss, width, network));
            }
        }
        let Some((_, width, mut network)) = best else {
            return Err(Code::Internal.err().with("reason", "no width to try"));
        };

        run.event(Event::Phase { name: "fine_tune".to_owned(), facts: Vec::new() });
        let all = Pace { rate: config.fine_tune_rate, frozen: 0, anew: false, phase: "fine_tune" };
        network.train(&learner, &[&rows], &all, Stop::Share, run).await?;
        let mut model = network.to_model(Self::CARD.id, &json!(config))?;
        shared::remark(&mut model, "new_layer", json!(width));
        Ok(model)
    }

    async fn predict(model: &Model, x: &Cohort, run: &Run<'_>) -> Result<Prediction> {
        Network::from_model(model)?.predict(&x.x, run).await
    }
}

/// The network with its output layer taken off, a new layer of this width and a new output (stream `head`) put on.
fn with_new_head(from: &Network, known: &Known, width: usize, run: &Run<'_>) -> Network {
    let mut network = from.clone();
    if network.head.targets(known).is_none() {
        network.head = Head::of(known);
    }
    if let Some(output) = network.layers.pop() {
        let widths = [output.inputs, width, network.head.outputs()];
        network.layers.extend(init::mlp(&widths, &network.head.prior(known), &mut run.rng("head")));
    }
    network
}
