//! The shallow classifiers of two classes that stand beside networks: a support vector machine with a Gaussian kernel, a
//! random forest, boosted trees. Settings are scikit-learn's defaults (boosting: 100 trees of depth 3, rate 0.1), so
//! that nothing has to be chosen on two rows.
//!
//! The machine's decision value f stands in the answer as 1 / (1 + e⁻ᶠ): the class and the order of the rows are the
//! machine's own, the number is no calibrated probability.

use serde_json::json;

use super::super::Model;
use super::encoder::Rows;
use super::forest;
use crate::error::{Code, Result};
use crate::math::rows::Rows as Cells;
use crate::math::svm::{Settings, Svm};
use crate::train::Run;
use crate::trees::{Bagged, Booster, Forest, Loss, Matrix, Params, Rows as Labelled};

/// Trees of a forest, and of boosting.
const TREES: usize = 100;

/// Which one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A support vector machine.
    Svm,
    /// A random forest.
    Forest,
    /// Boosted trees.
    Boosted,
}

/// A fitted one.
#[derive(Debug, Clone, PartialEq)]
pub enum Shallow {
    /// A support vector machine.
    Svm(Svm),
    /// Trees: a random forest's (squared loss: the leaves are shares), or boosted ones (logistic).
    Trees(Forest),
}

fn columns(x: &Rows<f32>) -> Vec<f32> {
    (0..x.cols).flat_map(|col| x.values.iter().skip(col).step_by(x.cols.max(1)).copied()).collect()
}

fn double(x: &Rows<f32>) -> Vec<f64> {
    x.values.iter().map(|&v| f64::from(v)).collect()
}

impl Shallow {
    /// Fits rows whose class is the event or not; trees draw from stream `shallow`.
    ///
    /// # Errors
    /// [`Code::OneClass`], [`Code::Cancelled`].
    pub async fn fit(kind: Kind, x: &Rows<f32>, event: &[bool], run: &Run<'_>) -> Result<Self> {
        if event.iter().all(|e| *e) || event.iter().all(|e| !*e) {
            return Err(Code::OneClass.err().with("found", u8::from(event.first().copied().unwrap_or(false))));
        }
        let seed = run.rng("shallow").next_u64();
        match kind {
            Kind::Svm => {
                let cells = double(x);
                Ok(Shallow::Svm(Svm::fit(Cells::new(&cells, x.cols)?, event, &Settings::default(), run.pulse()).await?))
            }
            Kind::Forest => {
                let cells = columns(x);
                let matrix = Matrix::new(&cells, x.rows, x.cols)?;
                let bagged = Bagged { trees: TREES, ..Bagged::default() };
                let mut forest = None;
                for _ in 0..TREES {
                    run.breathe().await?;
                    forest = Some(bagged.grow(forest, &matrix, event, seed)?);
                }
                forest.map(Shallow::Trees).ok_or_else(|| Code::Internal.err().with("reason", "no tree"))
            }
            Kind::Boosted => {
                let cells = columns(x);
                let y: Vec<f64> = event.iter().map(|&e| f64::from(u8::from(e))).collect();
                let rows = Labelled::new(Matrix::new(&cells, x.rows, x.cols)?, &y);
                // The second derivatives of two rows sum up to a half: no least weight, as in scikit-learn.
                let params = Params { eta: 0.1, max_depth: 3, min_child_weight: 0.0, ..Params::default() };
                let mut booster = Booster::new(&params, Loss::Logistic, rows, None, seed)?;
                for _ in 0..TREES {
                    run.breathe().await?;
                    booster.step()?;
                }
                Ok(Shallow::Trees(booster.finish()))
            }
        }
    }

    /// The event's number between 0 and 1, row by row: over 0.5 is called the event.
    ///
    /// # Errors
    /// [`Code::Cancelled`].
    pub async fn predict(&self, x: &Rows<f32>, run: &Run<'_>) -> Result<Vec<f64>> {
        if x.rows == 0 {
            return Ok(Vec::new());
        }
        match self {
            Shallow::Svm(svm) => {
                let cells = double(x);
                let f = svm.decide(Cells::new(&cells, x.cols)?, run.pulse()).await?;
                Ok(f.into_iter().map(|f| 1.0 / (1.0 + libm::exp(-f))).collect())
            }
            Shallow::Trees(forest) => {
                let cells = columns(x);
                let p = forest.predict(&Matrix::new(&cells, x.rows, x.cols)?)?;
                // Shares are summed in single precision.
                Ok(p.into_iter().map(|p| p.clamp(0.0, 1.0)).collect())
            }
        }
    }

    /// Writes itself into a model.
    pub fn store(&self, model: &mut Model) {
        let (kind, loss) = match self {
            Shallow::Svm(_) => ("svm", json!(null)),
            Shallow::Trees(forest) => ("trees", json!(forest.parts().loss)),
        };
        let cols = match self {
            Shallow::Svm(svm) => svm.cols,
            Shallow::Trees(forest) => forest.parts().features,
        };
        if let Some(meta) = model.meta.as_object_mut() {
            meta.insert("shallow".to_owned(), json!(kind));
            meta.insert("shallow_columns".to_owned(), json!(cols));
            meta.insert("loss".to_owned(), loss);
        }
        match self {
            Shallow::Svm(svm) => {
                model.put_f64("svm.facts", &[2], vec![svm.gamma, svm.rho]);
                model.put_f64("svm.support", &[svm.weight.len(), svm.cols], svm.support.clone());
                model.put_f64("svm.weight", &[svm.weight.len()], svm.weight.clone());
            }
            Shallow::Trees(trees) => forest::store(trees, model),
        }
    }

    /// Reads itself from a model.
    ///
    /// # Errors
    /// [`Code::BadModel`].
    pub fn restore(model: &Model) -> Result<Self> {
        let bad = || Code::BadModel.err().with("reason", "svm: the lengths do not fit");
        let cols: usize = model.meta("shallow_columns")?;
        if model.meta::<String>("shallow")? == "trees" {
            return Ok(Shallow::Trees(forest::restore(model, cols)?));
        }
        let (support, weight) = (model.f64("svm.support")?.to_vec(), model.f64("svm.weight")?.to_vec());
        let &[gamma, rho] = model.f64("svm.facts")? else { return Err(bad()) };
        if support.len() != weight.len() * cols || cols == 0 {
            return Err(bad());
        }
        Ok(Shallow::Svm(Svm { gamma, rho, cols, support, weight }))
    }
}
