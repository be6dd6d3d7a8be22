//! Transfer component analysis (Pan, Tsang, Kwok & Yang 2011) with the linear kernel: directions that keep the variance of
//! both cohorts and bring their means together; the model is fitted in them.
//!
//! max tr(Wᵀ K H K W) with Wᵀ (I + (μ/N) K L K) W = I, solved as the symmetric generalised problem that it is
//! ([`LinearTca`]). With a Gaussian kernel the components are sums over kept rows, and a model here holds nobody's row;
//! with the linear one they are directions of the columns, so what comes out is a linear model on them.

use super::super::common::aligned::{self, Axes, Learning, Sides};
use super::super::common::linear::Linear;
use super::super::common::penalised;
use super::super::config::Range;
use super::super::{Card, Method, Model, card};
use crate::cohort::{Cohort, Prediction, Task};
use crate::error::Result;
use crate::math::align::LinearTca;
use crate::train::Run;

crate::config! {
    /// The components, and what is learned from.
    pub struct ComponentsConfig {
        /// Which penalties are tried.
        penalty: String = "ridge".to_owned(), penalised::penalties(), "";
        /// Components; 0 chooses.
        components: usize = 0, Range::Whole { low: 0, high: 1000 }, "";
        /// How much near means count beside variance.
        mean_weight: f64 = 1.0, Range::Real { low: 1e-6, high: 1e6 }, "";
        /// Whether the target's labelled rows are learned from too.
        learn_from: String = "both".to_owned(), aligned::learn_from(), "";
    }
}

/// See the [module](self).
pub struct TransferComponents;

impl Method for TransferComponents {
    const CARD: Card = Card {
        id: "transfer_components",
        scenario: card::Scenario::Transductive,
        factor: card::Factor::Features,
        needs: &[card::Needs::SourceLabels, card::Needs::SourceRows, card::Needs::TargetFeatures],
        kinds: card::Kinds::Both,
        honesty: card::Honesty::Reconstructed,
        paper: Some(card::Paper {
            authors: "Pan SJ, Tsang IW, Kwok JT, Yang Q",
            year: 2011,
            title: "Domain adaptation via transfer component analysis",
            doi: "10.1109/TNN.2010.2091281",
        }),
        uses_network: false,
        sensible: false,
    };
    type Config = ComponentsConfig;

    async fn adapt(_pre: Option<&Model>, config: &ComponentsConfig, task: &Task, run: &Run<'_>) -> Result<Model> {
        let sides = Sides::begin(task, Self::CARD.id, run)?;
        let (source, target) = sides.cells()?;
        let whole = LinearTca::fit(source, target, usize::MAX, config.mean_weight)?;
        let found = Axes { centre: &whole.centre, axes: &whole.axes };
        let ComponentsConfig { penalty, components, learn_from, .. } = config;
        let learning = Learning { method: Self::CARD.id, asked: *components, from: learn_from, penalty, config };
        let see = |d: usize| {
            let part = whole.first(d);
            (part.transform(&sides.source.values), part.transform(&sides.target.values))
        };
        sides.learn_in_components(learning, found, see, run).await
    }

    async fn predict(model: &Model, x: &Cohort, _run: &Run<'_>) -> Result<Prediction> {
        Linear::from_model(model)?.predict(&x.x)
    }
}
