//! Boosted trees as methods use them: settings, fitting with an inner choice of how many trees, and the way to a model
//! and back.
//!
//! Trees see values as they were recorded: nothing is scaled, a missing number goes the way that a split learned, a
//! category is one column a level.

use serde_json::{Value, json};

use super::super::Model;
use super::encoder::{Encoder, Part};
use super::head::Head;
use super::rows::{Known, canonical};
use super::select;
use crate::cohort::{Cohort, Prediction, Side, View};
use crate::error::{Code, Result};
use crate::train::Run;
use crate::trees::{Booster, Forest, Loss, Matrix, Params, Parts, Rows};
use crate::watch::Event;

/// The settings of boosting, as the methods use them.
#[derive(Debug, Clone, PartialEq)]
pub struct Growth {
    /// Trees (a class) at most.
    pub trees: usize,
    /// Steps without a better loss before it stops.
    pub patience: usize,
    /// XGBoost's settings.
    pub params: Params,
}

impl Growth {
    /// The part on which pre-training depends.
    pub fn pretrain_key(&self) -> Value {
        json!({ "learner": "trees", "trees": self.trees, "patience": self.patience, "params": self.params })
    }
}

/// A configuration that starts with the growth's fields, and may add its own.
#[macro_export]
macro_rules! growth_config {
    ($(#[$doc:meta])* pub struct $name:ident { $($more:tt)* }) => {
        $crate::config! {
            $(#[$doc])*
            pub struct $name {
                /// Trees at most; how many are kept is chosen inside the training rows.
                trees: usize = 400, $crate::methods::config::Range::Whole { low: 1, high: 5000 }, "trees";
                /// How much of each tree is taken.
                eta: f64 = 0.05, $crate::methods::config::Range::Real { low: 1e-4, high: 1.0 }, "";
                /// Levels of splits.
                max_depth: usize = 3, $crate::methods::config::Range::Whole { low: 1, high: 12 }, "levels";
                /// Least sum of second derivatives in a leaf.
                min_child_weight: f64 = 1.0, $crate::methods::config::Range::Real { low: 0.0, high: 1000.0 }, "";
                /// Share of the rows that each tree sees.
                subsample: f64 = 0.8, $crate::methods::config::Range::Real { low: 0.1, high: 1.0 }, "";
                /// Share of the columns that each tree sees.
                colsample: f64 = 0.8, $crate::methods::config::Range::Real { low: 0.05, high: 1.0 }, "";
                /// L2 penalty of leaf values.
                lambda: f64 = 1.0, $crate::methods::config::Range::Real { low: 0.0, high: 1000.0 }, "";
                /// Trees without a better loss before it stops.
                tree_patience: usize = 40, $crate::methods::config::Range::Whole { low: 1, high: 1000 }, "trees";
                $($more)*
            }
        }
        impl $name {
            /// The growth's part of these settings.
            pub fn growth(&self) -> $crate::methods::common::forest::Growth {
                $crate::methods::common::forest::Growth {
                    trees: self.trees,
                    patience: self.tree_patience,
                    params: $crate::trees::Params {
                        eta: self.eta,
                        max_depth: self.max_depth,
                        min_child_weight: self.min_child_weight,
                        subsample: self.subsample,
                        colsample_bytree: self.colsample,
                        lambda: self.lambda,
                        ..$crate::trees::Params::default()
                    },
                }
            }
        }
    };
}

growth_config! {
    /// The trees' settings.
    pub struct GrowthConfig {}
}

/// The method's name in a file of trees grown on a source: it belongs to no method alone.
pub const PRETRAINED: &str = "pretrained_trees";

/// Boosted trees with what stands before and behind them.
#[derive(Debug, Clone, PartialEq)]
pub struct Grown {
    /// From recorded values to columns, as they are.
    pub encoder: Encoder,
    /// What the margins mean; numbers are learned standardised.
    pub head: Head,
    /// The trees.
    pub forest: Forest,
    /// Each candidate number's inner loss where one was chosen: the trees kept, and their loss.
    pub chosen: Value,
}

/// Values by columns, and labels as the loss wants them.
struct Ready {
    x: Vec<f32>,
    y: Vec<f64>,
    rows: usize,
}

impl Ready {
    fn of(cohort: &Cohort, encoder: &Encoder, head: &Head, lacking: Code) -> Result<Self> {
        let known = Known::of(cohort, lacking)?;
        let y = head.targets(&known).ok_or_else(|| Code::ModelOtherColumns.err().with("columns", "classes"))?;
        let class = |row: &[f32]| row.iter().position(|v| *v > 0.5).unwrap_or(0) as f64;
        let y = match head {
            Head::Classes { .. } => y.values.chunks(y.cols.max(1)).map(class).collect(),
            Head::Values { .. } => y.values.iter().map(|&v| f64::from(v)).collect(),
        };
        Ok(Self { x: by_columns(encoder, &cohort.x)?, y, rows: cohort.len() })
    }
}

impl Grown {
    /// Trees on these rows (canonical order), as many as an inner cross-validation finds best. `start`: the trees that
    /// new ones are appended to, with their columns and classes; then no new tree at all is a possible answer.
    ///
    /// # Errors
    /// `lacking` without labels, [`Code::OneClass`], [`Code::NothingVaries`], [`Code::ModelOtherColumns`] for a class or
    /// column that the start does not have, [`Code::Cancelled`].
    pub async fn fit(
        growth: &Growth,
        start: Option<&Grown>,
        rows: &Cohort,
        lacking: Code,
        run: &Run<'_>,
    ) -> Result<Self> {
        let known = Known::of(rows, lacking)?;
        known.check()?;
        let (encoder, head) = match start {
            Some(start) => (start.encoder.clone(), start.head.clone()),
            None => (as_recorded(Encoder::fit(&[rows], usize::MAX)?), Head::of(&known)),
        };
        let ready = |cohort: &Cohort| Ready::of(cohort, &encoder, &head, lacking);
        let (loss, forest) = (loss_of(&head), start.map(|start| &start.forest));
        // Too few rows to compare: a part of what is allowed from scratch, nothing more than the start has.
        let mut kept = if start.is_some() { 0 } else { growth.trees.div_ceil(8) };
        let mut found = f64::NAN;
        if let Some(folds) = select::parts(rows, select::FOLDS, run.seed)? {
            run.event(Event::Phase { name: "select".to_owned(), facts: Vec::new() });
            let mut curve = vec![0.0; growth.trees + 1];
            for fold in folds {
                let (train, judge) = (ready(&rows.select(&fold.train))?, ready(&rows.select(&fold.test))?);
                let (_, seen) = follow(growth, loss, forest, &train, Some(&judge), growth.trees, run).await?;
                let mut last = f64::NAN;
                for (at, sum) in curve.iter_mut().enumerate() {
                    last = seen.get(at).copied().unwrap_or(last);
                    *sum += last * judge.rows as f64 / rows.len() as f64;
                }
            }
            kept = select::lowest(&curve).unwrap_or(0);
            found = curve[kept] * head.loss_unit();
        }
        run.event(Event::Phase { name: "trees".to_owned(), facts: Vec::new() });
        let (forest, _) = follow(growth, loss, forest, &ready(rows)?, None, kept, run).await?;
        let chosen = json!({ "trees": kept, "loss": found.is_finite().then_some(found) });
        Ok(Self { encoder, head, forest, chosen })
    }

    /// Trees on all labelled rows of the sources, as one cohort.
    ///
    /// # Errors
    /// As [`Grown::fit`].
    pub async fn pretrain(growth: &Growth, sources: &[Cohort], run: &Run<'_>) -> Result<Model> {
        let rows: Vec<Cohort> = sources.iter().map(Cohort::labelled).filter(|cohort| !cohort.is_empty()).collect();
        let rows =
            Cohort::join(&rows, Side::Source).ok_or_else(|| Code::LabelMissingInSource.err().with("found", 0))?;
        let key = growth.pretrain_key();
        let grown = Self::fit(growth, None, &canonical(&rows), Code::LabelMissingInSource, run).await?;
        run.event(Event::Pretrained { key: format!("{key} {}", run.seed) });
        grown.to_model(PRETRAINED, &key)
    }

    /// The trees that a method was handed.
    ///
    /// # Errors
    /// [`Code::Internal`] where there are none, [`Code::BadModel`].
    pub fn pretrained(pre: Option<&Model>) -> Result<Self> {
        let pre = pre.ok_or_else(|| Code::Internal.err().with("reason", "no pre-trained model was handed over"))?;
        Self::from_model(pre)
    }

    /// The rows as the trees see them, column after column.
    ///
    /// # Errors
    /// [`Code::ModelOtherColumns`].
    pub fn columns(&self, view: &View) -> Result<Vec<f32>> {
        by_columns(&self.encoder, view)
    }

    /// Predicts rows.
    ///
    /// # Errors
    /// [`Code::ModelOtherColumns`].
    pub fn predict(&self, view: &View) -> Result<Prediction> {
        let x = self.columns(view)?;
        let p = self.forest.predict(&Matrix::new(&x, view.len(), self.encoder.columns.len())?)?;
        Ok(match &self.head {
            Head::Classes { names, .. } if names.len() == 2 => Prediction::Classes {
                names: names.clone(),
                probabilities: p.iter().flat_map(|&p| [1.0 - p, p]).collect(),
            },
            Head::Classes { names, .. } => Prediction::Classes { names: names.clone(), probabilities: p },
            Head::Values { mean, sd, .. } => Prediction::Values { values: p.iter().map(|v| mean + sd * v).collect() },
        })
    }

    /// As a model of this method.
    ///
    /// # Errors
    /// [`Code::Internal`].
    pub fn to_model(&self, method: &str, config: &Value) -> Result<Model> {
        let defect = |e: serde_json::Error| Code::Internal.err().with("reason", e);
        let meta = json!({
            "form": "trees", "config": config, "head": serde_json::to_value(&self.head).map_err(defect)?,
            "loss": serde_json::to_value(self.forest.parts().loss).map_err(defect)?, "choice": self.chosen,
        });
        let mut model = Model::new(method, meta);
        self.encoder.store(&mut model)?;
        store(&self.forest, &mut model);
        Ok(model)
    }

    /// From a model.
    ///
    /// # Errors
    /// [`Code::BadModel`].
    pub fn from_model(model: &Model) -> Result<Self> {
        let encoder = Encoder::restore(model)?;
        let forest = restore(model, encoder.columns.len())?;
        let head: Head = model.meta("head")?;
        if forest.parts().loss != loss_of(&head) {
            return Err(Code::BadModel.err().with("reason", "trees: the loss does not fit the labels"));
        }
        Ok(Self { encoder, head, forest, chosen: model.meta("choice")? })
    }
}

/// Writes trees into a model; their loss belongs into its `loss`.
pub fn store(forest: &Forest, model: &mut Model) {
    let parts = forest.parts();
    let whole = |values: &[u32]| values.iter().map(|&v| f64::from(v)).collect::<Vec<f64>>();
    let nodes = parts.feature.len();
    model.put_f64("trees.base", &[parts.base.len()], parts.base.clone());
    model.put_f64("trees.starts", &[parts.starts.len()], whole(&parts.starts));
    for (name, values) in [("feature", &parts.feature), ("left", &parts.left), ("right", &parts.right)] {
        model.put_f64(format!("trees.{name}"), &[nodes], whole(values));
    }
    let missing = parts.missing_left.iter().map(|&left| f32::from(u8::from(left))).collect();
    model.put_f32("trees.missing_left", &[nodes], missing);
    for (name, values) in
        [("threshold", &parts.threshold), ("value", &parts.value), ("cover", &parts.cover), ("gain", &parts.gain)]
    {
        model.put_f32(format!("trees.{name}"), &[nodes], values.clone());
    }
}

/// Reads trees over so many columns from a model.
///
/// # Errors
/// [`Code::BadModel`].
pub fn restore(model: &Model, features: usize) -> Result<Forest> {
    let whole = |name: &str| -> Result<Vec<u32>> {
        model
            .f64(&format!("trees.{name}"))?
            .iter()
            .map(|&v| {
                let fits = v >= 0.0 && v <= f64::from(u32::MAX) && v == v.trunc();
                fits.then_some(v as u32).ok_or_else(|| Code::BadModel.err().with("reason", format!("trees.{name}")))
            })
            .collect()
    };
    let single = |name: &str| Ok::<_, crate::Error>(model.f32(&format!("trees.{name}"))?.to_vec());
    Forest::new(Parts {
        loss: model.meta("loss")?,
        features,
        base: model.f64("trees.base")?.to_vec(),
        starts: whole("starts")?,
        feature: whole("feature")?,
        threshold: single("threshold")?,
        left: whole("left")?,
        right: whole("right")?,
        missing_left: single("missing_left")?.iter().map(|v| *v > 0.5).collect(),
        value: single("value")?,
        cover: single("cover")?,
        gain: single("gain")?,
    })
}

fn loss_of(head: &Head) -> Loss {
    match head {
        Head::Classes { names, .. } if names.len() == 2 => Loss::Logistic,
        Head::Classes { names, .. } => Loss::Softmax { classes: names.len() },
        Head::Values { .. } => Loss::Squared,
    }
}

/// Grows so many trees, and tells the judges' loss before the first and after each.
async fn follow(
    growth: &Growth,
    loss: Loss,
    start: Option<&Forest>,
    train: &Ready,
    judge: Option<&Ready>,
    trees: usize,
    run: &Run<'_>,
) -> Result<(Forest, Vec<f64>)> {
    let features = train.x.len() / train.rows.max(1);
    let rows = Rows::new(Matrix::new(&train.x, train.rows, features)?, &train.y);
    let seed = run.rng("trees").next_u64();
    let mut booster = Booster::new(&growth.params, loss, rows, start, seed)?;
    let mut seen = Vec::new();
    if let Some(judge) = judge {
        let rows = Rows::new(Matrix::new(&judge.x, judge.rows, features)?, &judge.y);
        booster = booster.watch(rows, growth.patience)?;
        seen.extend(booster.watched());
    }
    for tree in 0..trees {
        run.breathe().await?;
        let step = booster.step()?;
        seen.extend(step.watched);
        run.event(Event::Progress { done: (tree + 1) as f64, total: trees as f64 });
        if step.stop {
            break;
        }
    }
    Ok((booster.finish(), seen))
}

/// The same columns without what is for linear models: no scale, no imputed value, no column that says *missing*.
pub fn as_recorded(encoder: Encoder) -> Encoder {
    let columns: Vec<_> = encoder.columns.into_iter().filter(|column| column.part != Part::Missing).collect();
    let (n, features) = (columns.len(), encoder.features.len());
    Encoder { columns, fill: vec![f64::NAN; features], mean: vec![0.0; n], sd: vec![1.0; n], ..encoder }
}

/// Rows as trees read them: column after column.
///
/// # Errors
/// [`Code::ModelOtherColumns`].
pub fn by_columns(encoder: &Encoder, view: &View) -> Result<Vec<f32>> {
    let x = encoder.transform(view)?;
    Ok((0..x.cols).flat_map(|col| x.values.iter().skip(col).step_by(x.cols.max(1)).copied()).collect())
}

/// The rows of cohorts one after the other, column after column.
///
/// # Errors
/// [`Code::ModelOtherColumns`].
pub fn stacked(encoder: &Encoder, cohorts: &[&Cohort]) -> Result<Vec<f32>> {
    let parts = cohorts.iter().map(|c| Ok((c.len(), by_columns(encoder, &c.x)?))).collect::<Result<Vec<_>>>()?;
    let column = |j: usize| parts.iter().flat_map(move |(n, x)| x[j * n..(j + 1) * n].iter().copied());
    Ok((0..encoder.columns.len()).flat_map(column).collect())
}
