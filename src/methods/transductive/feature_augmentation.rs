//! Feature augmentation: "frustratingly easy domain adaptation" (Daumé III, ACL 2007).
//!
//! Every column is there three times, common, source and target: a row of the source is (x, x, 0), one of the target
//! (x, 0, x), and a constant is augmented like any column. One penalised regression over all rows then decides, column by
//! column, what the cohorts share: β_target = β_common + β_own. Columns are scaled once, over all rows; the penalty is on
//! the copies as they are, so that a coefficient costs the same wherever it stands.
//!
//! The penalty is chosen by the target's rows alone, in cross-validation where the source's are always learned from.

use serde_json::json;

use super::super::common::encoder::{Encoder, Rows};
use super::super::common::linear::{FOLDS, Linear};
use super::super::common::penalised::{self, FEW_LAMBDAS, Fitted, Problem};
use super::super::common::source::Both;
use super::super::{Card, Method, Model, card};
use crate::cohort::{Cohort, Prediction, Task};
use crate::error::{Code, Result};
use crate::train::Run;
use crate::watch::Event;

crate::config! {
    /// The penalty.
    pub struct AugmentationConfig {
        /// Which penalties are tried.
        penalty: String = "ridge".to_owned(), penalised::penalties(), "";
    }
}

/// See the [module](self).
pub struct FeatureAugmentation;

/// The augmented rows, the first `own` of them the target's: x, then 1 and x where it is the source's, then 1 and x where it
/// is the target's.
pub fn augmented(x: &Rows<f64>, own: usize) -> Rows<f64> {
    let p = x.cols;
    let cols = 3 * p + 2;
    let mut values = Vec::with_capacity(x.rows * cols);
    for row in 0..x.rows {
        let one = &x.values[row * p..(row + 1) * p];
        let copy = |here: bool| {
            let by = f64::from(u8::from(here));
            std::iter::once(by).chain(one.iter().map(move |v| by * v))
        };
        values.extend_from_slice(one);
        values.extend(copy(row >= own));
        values.extend(copy(row < own));
    }
    Rows { rows: x.rows, cols, values }
}

/// The intercepts and coefficients that hold for the target, of a fit on `p` columns [`augmented`].
pub fn of_target(fitted: &Fitted, p: usize) -> (Vec<f64>, Vec<f64>) {
    let cols = 3 * p + 2;
    let rows = fitted.coefficients.chunks(cols);
    let intercepts = fitted.intercepts.iter().zip(rows.clone()).map(|(a, b)| a + b[2 * p + 1]).collect();
    let coefficients = rows.flat_map(|b| (0..p).map(move |j| b[j] + b[2 * p + 2 + j])).collect();
    (intercepts, coefficients)
}

impl Method for FeatureAugmentation {
    const CARD: Card = Card {
        id: "feature_augmentation",
        scenario: card::Scenario::Transductive,
        factor: card::Factor::Features,
        needs: &[card::Needs::SourceLabels, card::Needs::SourceRows, card::Needs::TargetLabels],
        kinds: card::Kinds::Both,
        honesty: card::Honesty::Standard,
        paper: None,
        uses_network: false,
        sensible: false,
    };
    type Config = AugmentationConfig;

    async fn adapt(_pre: Option<&Model>, config: &AugmentationConfig, task: &Task, run: &Run<'_>) -> Result<Model> {
        run.event(Event::Phase { name: "linear".to_owned(), facts: Vec::new() });
        let both = Both::of(task, Self::CARD.id)?;
        let cohorts = both.cohorts();
        let encoder = Encoder::fit_in(&cohorts, usize::MAX, run)?;
        let x = penalised::encode(&encoder, &cohorts)?;
        let p = x.cols;
        let Some(fold_of) = penalised::folds_of_first(&cohorts, &both.known, FOLDS, run.seed)? else {
            let few = Code::TooFewRows.err().with("found", both.known.fewest_present()).with("needed", 2);
            return Err(few.with("what", "a class"));
        };
        let problem = Problem {
            standardise: false,
            count: FEW_LAMBDAS,
            lambdas: Some(penalised::ridge_lambdas()),
            ..Problem::new(augmented(&x, both.target.len()), &both.known, fold_of, penalised::alphas(&config.penalty))
        };
        let mut fitted = penalised::fit(problem, run).await?;
        (fitted.intercepts, fitted.coefficients) = of_target(&fitted, p);
        Linear::of(encoder, &both.known, fitted).to_model(Self::CARD.id, &json!(config))
    }

    async fn predict(model: &Model, x: &Cohort, _run: &Run<'_>) -> Result<Prediction> {
        Linear::from_model(model)?.predict(&x.x)
    }
}
