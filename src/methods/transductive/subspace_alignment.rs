//! Subspace alignment (Fernando, Habrard, Sebban & Tuytelaars 2013): the source's principal axes are turned into the
//! target's, and the model is fitted in the target's.
//!
//! Source rows become (x − m_s) Ps M with M = Psᵀ Pt, target rows (x − m_t) Pt. The model is linear in the target's
//! components, hence in its columns: β = Pt γ. How many axes there are is chosen by the inner loss.

use super::super::common::aligned::{self, Axes, Learning, Sides};
use super::super::common::linear::Linear;
use super::super::common::penalised;
use super::super::config::Range;
use super::super::{Card, Method, Model, card};
use crate::cohort::{Cohort, Prediction, Task};
use crate::error::Result;
use crate::math::align::Subspaces;
use crate::train::Run;

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
        let sides = Sides::begin(task, Self::CARD.id, run)?;
        let (source, target) = sides.cells()?;
        let whole = Subspaces::fit(source, target, usize::MAX)?;
        let most = whole.source.components().min(whole.target.components());
        let whole = whole.first(most);
        let found = Axes { centre: &whole.target.centre, axes: &whole.target.axes };
        let SubspaceConfig { penalty, components, learn_from } = config;
        let learning = Learning { method: Self::CARD.id, asked: *components, from: learn_from, penalty, config };
        let see = |d: usize| {
            let spaces = whole.first(d);
            (spaces.of_source(&sides.source.values), spaces.of_target(&sides.target.values))
        };
        sides.learn_in_components(learning, found, see, run).await
    }

    async fn predict(model: &Model, x: &Cohort, _run: &Run<'_>) -> Result<Prediction> {
        Linear::from_model(model)?.predict(&x.x)
    }
}
