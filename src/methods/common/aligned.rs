//! Source and target in the same columns, for methods that make the source's rows look like the target's and then fit a
//! penalised linear model on them.
//!
//! What is known of the target's features are its labelled training rows and the rows that are declared unlabelled: a
//! row that judges is in neither. All maps are linear, so what comes out is a linear model on the target's own columns.

use serde::Serialize;
use serde_json::{Value, json};

use super::encoder::{Encoder, Rows};
use super::linear::{FOLDS, Linear};
use super::penalised::{self, FEW_LAMBDAS, Fitted, Problem};
use super::rows::{Known, canonical, ordered};
use super::{select, shared};
use crate::cohort::{Cohort, Task};
use crate::error::{Code, Result};
use crate::math::align::{Affine, Shrinkage};
use crate::math::rows::Rows as Cells;
use crate::methods::Model;
use crate::methods::config::Range;
use crate::train::Run;
use crate::watch::Event;

crate::config! {
    /// Of the methods that move the source's rows: the map, and what is learned from.
    pub struct MovedConfig {
        /// Which penalties are tried.
        penalty: String = "ridge".to_owned(), penalised::penalties(), "";
        /// How covariances are estimated.
        covariance: String = "shrunk".to_owned(), covariances(), "";
        /// Whether the target's labelled rows are learned from too.
        learn_from: String = "both".to_owned(), learn_from(), "";
    }
}

/// A model on rows of the source that a map of the covariances moved, and on the target's.
///
/// # Errors
/// As [`Sides::of`], the map and [`Sides::learn`].
pub async fn moved(
    method: &str,
    map: impl Fn(Cells<'_>, Cells<'_>, Shrinkage) -> Result<Affine>,
    config: &MovedConfig,
    task: &Task,
    run: &Run<'_>,
) -> Result<Model> {
    let sides = Sides::begin(task, method, run)?;
    let (source, target) = sides.cells()?;
    let map = map(source, target, shrinkage(&config.covariance))?;
    run.event(Event::Phase { name: "linear".to_owned(), facts: Vec::new() });
    let moved = Rows { values: map.apply(&sides.source.values), ..sides.source.clone() };
    let (fitted, known) = sides.learn(&moved, &sides.target, None, &config.learn_from, &config.penalty, run).await?;
    Linear::of(sides.encoder, &known, fitted).to_model(method, &json!(config))
}

/// What may stand as `learn_from`.
pub fn learn_from() -> Range {
    Range::Choice { options: vec!["both", "source"] }
}

/// What may stand as `covariance`.
pub fn covariances() -> Range {
    Range::Choice { options: vec!["shrunk", "sample"] }
}

/// How covariances are estimated under a `covariance`. The ridge of a sample's is a hundredth of a column's variance.
fn shrinkage(covariance: &str) -> Shrinkage {
    match covariance {
        "sample" => Shrinkage::Ridge { lambda: 0.01 },
        _ => Shrinkage::LedoitWolf,
    }
}

/// Both sides, encoded.
#[derive(Debug, Clone)]
pub struct Sides {
    /// Fitted on all rows of both sides.
    pub encoder: Encoder,
    /// The labelled rows of the target, in canonical order; may be none.
    pub own: Cohort,
    /// Each source domain's labelled rows, likewise; none is empty.
    pub sources: Vec<Cohort>,
    /// Rows of the target without labels.
    pub unlabelled: Option<Cohort>,
    /// Labels: the target's, then the sources'.
    pub known: Known,
    /// The sources' rows.
    pub source: Rows<f64>,
    /// The target's rows: the labelled, then the others.
    pub target: Rows<f64>,
}

/// What a method of components found: where its axes start, and the axes, the strongest first.
pub struct Axes<'a> {
    /// Columns of the table.
    pub centre: &'a [f64],
    /// Components × columns.
    pub axes: &'a [f64],
}

/// What is learned from the components, and with what.
pub struct Learning<'a, C> {
    /// The method.
    pub method: &'a str,
    /// How many components were asked for; 0 leaves it open.
    pub asked: usize,
    /// Its `learn_from`.
    pub from: &'a str,
    /// Its `penalty`.
    pub penalty: &'a str,
    /// All of its settings, for the model.
    pub config: &'a C,
}

impl Sides {
    /// Of a task, and the phase is told.
    ///
    /// # Errors
    /// As [`Sides::of`].
    pub fn begin(task: &Task, method: &str, run: &Run<'_>) -> Result<Self> {
        run.event(Event::Phase { name: "align".to_owned(), facts: Vec::new() });
        Self::of(task, method)
    }

    /// Of a task.
    ///
    /// # Errors
    /// [`Code::NeedNotMet`] where a saved model stands for the source, [`Code::LabelMissingInSource`],
    /// [`Code::TooFewRows`] without a row of the target, [`Code::NothingVaries`].
    pub fn of(task: &Task, method: &str) -> Result<Self> {
        if task.sources.is_empty() {
            return Err(Code::NeedNotMet.err().with("method", method).with("need", "source"));
        }
        let own = canonical(&task.target);
        let unlabelled = task.unlabelled.as_ref().filter(|rows| !rows.is_empty());
        let unlabelled = unlabelled.map(|rows| ordered(rows.without_labels()));
        let sources: Vec<Cohort> = task.sources.iter().map(canonical).filter(|rows| !rows.is_empty()).collect();
        if sources.is_empty() {
            return Err(Code::LabelMissingInSource.err().with("found", 0));
        }
        if own.is_empty() && unlabelled.is_none() {
            return Err(Code::TooFewRows.err().with("found", 0).with("needed", 2).with("what", "the target"));
        }
        let judged: Vec<&Cohort> = Some(&own).filter(|own| !own.is_empty()).into_iter().chain(&sources).collect();
        let known = Known::join(&judged, Code::LabelMissingInSource)?;
        let all: Vec<&Cohort> = judged.iter().copied().chain(&unlabelled).collect();
        let encoder = Encoder::fit(&all, usize::MAX)?;
        let source = penalised::encode(&encoder, &sources.iter().collect::<Vec<_>>())?;
        let theirs: Vec<&Cohort> = std::iter::once(&own).chain(&unlabelled).collect();
        let target = penalised::encode(&encoder, &theirs)?;
        Ok(Self { encoder, own, sources, unlabelled, known, source, target })
    }

    /// The sources' and the target's cells.
    ///
    /// # Errors
    /// None that data can cause.
    pub fn cells(&self) -> Result<(Cells<'_>, Cells<'_>)> {
        Cells::pair(&self.source.values, &self.target.values, self.encoder.columns.len())
    }

    /// Fits on the sources' rows and, where `from` says `both`, on the labelled rows of the target, in columns that an
    /// alignment made (`source`: the sources' rows, `target`: the target's, of which those with a label come first).
    ///
    /// The penalty is chosen by the target's rows where they are learned from and there are enough of them, else by all.
    /// `weights`: one a row of the sources, about 1; a row of the target has 1.
    ///
    /// # Errors
    /// [`Code::TooFewRows`], [`Code::OneClass`], [`Code::Cancelled`].
    pub async fn learn(
        &self,
        source: &Rows<f64>,
        target: &Rows<f64>,
        weights: Option<&[f64]>,
        from: &str,
        penalty: &str,
        run: &Run<'_>,
    ) -> Result<(Fitted, Known)> {
        let own = if from == "both" { self.own.len() } else { 0 };
        let cohorts: Vec<&Cohort> = Some(&self.own).filter(|_| own > 0).into_iter().chain(&self.sources).collect();
        let skipped = self.own.len() - own;
        let known = self.known.select(&(skipped..self.known.len()).collect::<Vec<_>>());
        let fold_of = if own > 0 {
            penalised::folds_of_first(&cohorts, &known, FOLDS, run.seed)?
        } else {
            penalised::folds(&cohorts, &known, FOLDS, run.seed)?
        };
        let fold_of = fold_of.ok_or_else(|| {
            known.check().err().unwrap_or_else(|| {
                let few = Code::TooFewRows.err().with("found", known.fewest_present()).with("needed", 2);
                few.with("what", "a class")
            })
        })?;
        let cols = source.cols;
        let values = [&target.values[..own * cols], &source.values[..]].concat();
        let x = Rows { rows: own + source.rows, cols, values };
        let weights = weights.map(|w| std::iter::repeat_n(1.0, own).chain(w.iter().copied()).collect());
        let problem = Problem {
            weights,
            count: FEW_LAMBDAS,
            lambdas: Some(penalised::ridge_lambdas()),
            ..Problem::new(x, &known, fold_of, penalised::alphas(penalty))
        };
        let fitted = penalised::fit(problem, run).await?;
        Ok((fitted, known))
    }

    /// The model in as many components as have the lowest inner loss.
    ///
    /// `see`: the sources' and the target's rows in so many components.
    ///
    /// # Errors
    /// As [`Sides::learn`].
    pub async fn learn_in_components<C: Serialize>(
        &self,
        learning: Learning<'_, C>,
        found: Axes<'_>,
        see: impl Fn(usize) -> (Vec<f64>, Vec<f64>),
        run: &Run<'_>,
    ) -> Result<Model> {
        run.event(Event::Phase { name: "linear".to_owned(), facts: Vec::new() });
        let p = found.centre.len();
        let (mut fits, mut of, mut losses) = (Vec::new(), Vec::<Value>::new(), Vec::new());
        for d in sizes(learning.asked, found.axes.len() / p.max(1)) {
            let (source, target) = see(d);
            let source = Rows { rows: self.source.rows, cols: d, values: source };
            let target = Rows { rows: self.target.rows, cols: d, values: target };
            let fit = self.learn(&source, &target, None, learning.from, learning.penalty, run).await?;
            of.push(json!({ "components": d }));
            losses.push(fit.0.loss);
            fits.push((d, fit));
        }
        let chosen = select::lowest(&losses).unwrap_or(0);
        let (d, (fitted, known)) = fits.swap_remove(chosen);
        let linear = self.in_columns(fitted, &known, found.centre, &found.axes[..d * p]);
        let mut model = linear.to_model(learning.method, &json!(learning.config))?;
        shared::remark(&mut model, "choice", json!({ "chosen": chosen, "of": of, "losses": losses }));
        Ok(model)
    }

    /// A fit in components (rows · axes, after the centre was taken off) as a linear model on the columns.
    ///
    /// # Shapes
    /// `axes`: components × columns by components; `centre`: columns.
    fn in_columns(&self, mut fitted: Fitted, known: &Known, centre: &[f64], axes: &[f64]) -> Linear {
        let p = centre.len();
        let k = axes.len() / p.max(1);
        let mut coefficients = Vec::with_capacity(fitted.intercepts.len() * p);
        for (a, g) in fitted.intercepts.iter_mut().zip(fitted.coefficients.chunks_exact(k.max(1))) {
            let mut b = vec![0.0; p];
            for (g, axis) in g.iter().zip(axes.chunks_exact(p)) {
                b.iter_mut().zip(axis).for_each(|(b, v)| *b += g * v);
            }
            *a -= b.iter().zip(centre).map(|(b, c)| b * c).sum::<f64>();
            coefficients.extend(b);
        }
        fitted.coefficients = coefficients;
        Linear::of(self.encoder.clone(), known, fitted)
    }
}

/// How many components are tried where that is left open: Fibonacci's numbers, then all.
fn sizes(asked: usize, most: usize) -> Vec<usize> {
    if asked > 0 {
        return vec![asked.min(most)];
    }
    let mut out: Vec<usize> = [1, 2, 3, 5, 8, 13, 21, 34, 55, 89].into_iter().filter(|k| *k < most).collect();
    out.push(most);
    out
}
