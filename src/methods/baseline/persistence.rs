//! Persistence: what is read at the end of the history is the forecast. Nothing is learned but which series is forecast,
//! the one whose last reading goes most along with the label in the training rows.

use serde_json::{Value, json};

use super::super::common::rows::{Known, canonical};
use super::super::common::series::Shape;
use super::super::config::NoConfig;
use super::super::{Card, Method, Model, card};
use crate::cohort::{Cohort, Prediction, Task};
use crate::error::{Code, Result};
use crate::math::stats::{correlation, mean};
use crate::train::Run;

/// See the [module](self).
pub struct Persistence;

impl Method for Persistence {
    const CARD: Card = Card {
        id: "persistence",
        scenario: card::Scenario::Baseline,
        factor: card::Factor::None,
        needs: &[card::Needs::TimeSeries, card::Needs::TargetLabels],
        kinds: card::Kinds::Values,
        honesty: card::Honesty::Standard,
        paper: None,
        uses_network: false,
        sensible: false,
    };
    type Config = NoConfig;

    async fn adapt(_pre: Option<&Model>, _config: &NoConfig, task: &Task, run: &Run<'_>) -> Result<Model> {
        run.breathe().await?;
        let rows = canonical(&task.target);
        let shape = Shape::of(rows.x.features(), Self::CARD.id)?;
        let Known::Values { values, .. } = Known::of(&rows, Code::LabelMissingInTarget)? else {
            return Err(Code::NeedNotMet
                .err()
                .with("method", Self::CARD.id)
                .with("need", "an outcome that is a number"));
        };
        let x = shape.rows(&rows.x)?;
        let with_label = |column: usize| {
            let last = x.values.iter().skip(column).step_by(x.cols.max(1));
            let known = last.zip(&values).filter(|(v, _)| v.is_finite());
            let (v, y): (Vec<f64>, Vec<f64>) = known.map(|(v, y)| (*v, *y)).unzip();
            let r = correlation(&v, &y).abs();
            if r.is_finite() { r } else { 0.0 }
        };
        let newest = shape.columns.len() - shape.channels..shape.columns.len();
        let best = newest.max_by(|&a, &b| with_label(a).total_cmp(&with_label(b)));
        let column = best.and_then(|at| shape.columns.get(at)).cloned().unwrap_or_default();
        let mut model = Model::new(Self::CARD.id, json!({ "column": column, "choice": Value::Null }));
        // Where nothing was read, what the person usually has.
        model.put_f64("usual", &[1], vec![mean(&values)]);
        Ok(model)
    }

    async fn predict(model: &Model, x: &Cohort, _run: &Run<'_>) -> Result<Prediction> {
        let column: String = model.meta("column")?;
        let usual = model.f64("usual")?.first().copied().unwrap_or(f64::NAN);
        let at = x.x.features().iter().position(|feature| feature.name == column);
        let at = at.ok_or_else(|| Code::ModelOtherColumns.err().with("columns", &column))?;
        let one = |v: f32| if v.is_finite() { f64::from(v) } else { usual };
        Ok(Prediction::Values { values: x.x.column(at).map(one).collect() })
    }
}
