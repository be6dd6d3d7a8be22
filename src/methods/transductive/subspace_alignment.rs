//! Subspace alignment (Fernando, Habrard, Sebban & Tuytelaars 2013): the source's principal axes are turned into the
//! target's, and the model is fitted in the target's.
//!
//! Source rows become (x − m_s) Ps M with M = Psᵀ Pt, target rows (x − m_t) Pt. The model is linear in the target's
//! components, hence in its columns: β = Pt γ. How many axes there are is chosen by the inner loss.

use serde_json::{Value, json};

use super::super::common::aligned::{self, Sides};
use super::super::common::encoder::Rows;
use super::super::common::linear::Linear;
use super::super::common::{penalised, shared};
use super::super::config::Range;
use super::super::{Card, Method, Model, card};
use crate::cohort::{Cohort, Prediction, Task};
use crate::error::Result;
use crate::math::align::Subspaces;
use crate::train::Run;
use crate::watch::Event;

crate::config! {
    /// The axes, and what is learned from.
    pub struct SubspaceConfig {
        /// Which penalties are tried.
        penalty: String = "ridge".to_owned(), penalised::penalties(), "";
        /// Axes a side; 0 chooses.
        components: usize = 0, Range::Whole { low: 0, high: 1000 }, "";
        /// Whether the target's labelled rows are learned from too.
        learn_from: String = "both".to_owned(), aligned::learn_from(), "";
    }
}

/// See the [module](self).
pub struct SubspaceAlignment;

impl Method for SubspaceAlignment {
    const CARD: Card = Card {
        id: "subspace_alignment",
        scenario: card::Scenario::Transductive,
        factor: card::Factor::Features,
        needs: &[card::Needs::SourceLabels, card::Needs::SourceRows, card::Needs::TargetFeatures],
        kinds: card::Kinds::Both,
        honesty: card::Honesty::Reconstructed,
        paper: Some(card::Paper {
            authors: "Fernando B, Habrard A, Sebban M, Tuytelaars T",
            year: 2013,
            title: "Unsupervised visual domain adaptation using subspace alignment",
            doi: "10.1109/ICCV.2013.368",
        }),
        uses_network: false,
        sensible: false,
    };
    type Config = SubspaceConfig;

    async fn adapt(_pre: Option<&Model>, config: &SubspaceConfig, task: &Task, run: &Run<'_>) -> Result<Model> {
        run.event(Event::Phase { name: "align".to_owned(), facts: Vec::new() });
        let sides = Sides::of(task, Self::CARD.id)?;
        let (source, target) = sides.cells()?;
        let whole = Subspaces::fit(source, target, usize::MAX)?;
        let most = whole.source.components().min(whole.target.components());
        run.event(Event::Phase { name: "linear".to_owned(), facts: Vec::new() });
        let (mut fits, mut known) = (Vec::new(), None);
        for d in aligned::sizes(config.components, most) {
            let spaces = Subspaces::fit(source, target, d)?;
            let seen =
                |rows: &Rows<f64>, values: Vec<f64>| Rows { rows: rows.rows, cols: spaces.target.components(), values };
            let zs = seen(&sides.source, spaces.of_source(&sides.source.values));
            let zt = seen(&sides.target, spaces.of_target(&sides.target.values));
            let (fitted, labels) = sides.learn(&zs, &zt, None, &config.learn_from, &config.penalty, run).await?;
            fits.push((spaces.target.components(), fitted));
            known = Some(labels);
        }
        let losses: Vec<f64> = fits.iter().map(|(_, fitted)| fitted.loss).collect();
        let of: Vec<Value> = fits.iter().map(|(d, _)| json!({ "components": d })).collect();
        let chosen = aligned::best(&fits);
        let known = known.unwrap_or_else(|| sides.known.clone());
        let (d, fitted) = fits.swap_remove(chosen);
        let centre = &whole.target.centre;
        let linear = sides.in_columns(fitted, &known, centre, &whole.target.axes[..d * centre.len()]);
        let mut model = linear.to_model(Self::CARD.id, &json!(config))?;
        shared::remark(&mut model, "choice", json!({ "chosen": chosen, "of": of, "losses": losses }));
        Ok(model)
    }

    async fn predict(model: &Model, x: &Cohort, _run: &Run<'_>) -> Result<Prediction> {
        Linear::from_model(model)?.predict(&x.x)
    }
}
