//! Classifiers of the domain, and their predictions of rows that they were not fitted on.

use crate::error::{Code, Result};
use crate::math::elastic::{Design, Response, fit};
use crate::math::logistic::sigmoid;
use crate::math::rows::Rows;
use crate::math::stats::mean;
use crate::split::{Fold, Respect, k_fold_of};
use crate::watch::Pulse;

/// Learns to tell target rows from source rows. A closure of the same shape is one too: so boosted trees (or anything)
/// can take the place of [`Ridge`].
pub trait Discriminator {
    /// The log odds of "this is a target row" for the rows `test`, learned from the rows `train` alone.
    ///
    /// # Shapes
    /// `target` has one entry for each row of `x`; the answer one for each of `test`.
    ///
    /// # Errors
    /// Those of the learner; an error ends the cross-fit.
    fn log_odds(&self, x: Rows<'_>, target: &[bool], train: &[usize], test: &[usize]) -> Result<Vec<f64>>;
}

impl<F: Fn(Rows<'_>, &[bool], &[usize], &[usize]) -> Result<Vec<f64>>> Discriminator for F {
    fn log_odds(&self, x: Rows<'_>, target: &[bool], train: &[usize], test: &[usize]) -> Result<Vec<f64>> {
        self(x, target, train, test)
    }
}

/// Ridge logistic regression on columns standardised over the training rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Ridge;

impl Discriminator for Ridge {
    fn log_odds(&self, x: Rows<'_>, target: &[bool], train: &[usize], test: &[usize]) -> Result<Vec<f64>> {
        let y: Vec<u32> = train.iter().map(|&row| u32::from(target[row])).collect();
        let design = Design::new(train.len(), x.p(), None, true, |i, j| x.row(train[i])[j])?;
        // ½‖β‖² once per twenty columns: scikit-learn's C = 1 for small tables, firmer for wide ones.
        let lambda = (x.p() as f64 / 20.0).max(1.0) / train.len() as f64;
        let solution = fit(design, Response::Classes { y: &y, classes: 2 }, 0.0, lambda)?;
        Ok(test.iter().map(|&row| solution.linear(x.row(row)).first().copied().unwrap_or(0.0)).collect())
    }
}

/// Predictions of every row by a classifier that did not see it.
#[derive(Debug, Clone, PartialEq)]
pub struct CrossFit {
    /// Log odds of "target", one a row.
    pub log_odds: Vec<f64>,
    /// Log odds of "target" in the rows that each was learned from: what a classifier without features would say.
    pub prior: Vec<f64>,
    /// The fold of each row.
    pub fold: Vec<usize>,
    /// Folds.
    pub folds: usize,
}

impl CrossFit {
    /// Of no row yet.
    pub(super) fn new(x: Rows<'_>, target: &[bool], folds: usize) -> Result<Self> {
        let n = x.n();
        let those = target.iter().filter(|t| **t).count();
        if target.len() != n {
            return Err(Code::Internal.err().with("reason", "sides and rows differ in number"));
        }
        if those == 0 || those == n {
            return Err(Code::OneClass.err().with("found", if those == 0 { "source" } else { "target" }));
        }
        let fewer = those.min(n - those);
        if fewer < folds {
            return Err(Code::TooFewRows.err().with("found", fewer).with("needed", folds).with("what", "k-fold"));
        }
        Ok(Self { log_odds: vec![0.0; n], prior: vec![0.0; n], fold: vec![0; n], folds })
    }

    /// Takes what was found for the test rows of a fold.
    pub(super) fn put(&mut self, part: &Fold, prior: f64, found: Vec<f64>) -> Result<()> {
        for (&row, value) in part.test.iter().zip(found) {
            if value.is_nan() {
                let e = Code::NotFinite.err().with("term", "domain classifier").with("value", "NaN");
                return Err(e.with("step", part.fold));
            }
            self.log_odds[row] = value.clamp(-CERTAIN, CERTAIN);
            self.prior[row] = prior;
            self.fold[row] = part.fold;
        }
        Ok(())
    }

    /// Each row's log odds as they would be with as many target as source rows: ln p_target(x) / p_source(x).
    pub fn log_ratio(&self) -> Vec<f64> {
        self.log_odds.iter().zip(&self.prior).map(|(v, prior)| v - prior).collect()
    }

    /// ∫ p q / (p + q): the mass of the shared population, ½ for equal ones. `None` where `target` does not fit the rows or
    /// knows one side only.
    pub fn mass(&self, target: &[bool]) -> Option<f64> {
        let ratio = self.log_ratio();
        if ratio.len() != target.len() {
            return None;
        }
        let mean_of = |side: bool| {
            let rows = ratio.iter().zip(target).filter(|(_, t)| **t == side);
            let squares: Vec<f64> = rows.map(|(v, _)| sigmoid(if side { -v } else { *v }).powi(2)).collect();
            (!squares.is_empty()).then(|| mean(&squares))
        };
        Some(mean_of(false)? + mean_of(true)?)
    }

    /// What the two populations have in common, twice the [`mass`](Self::mass): 1 for equal populations, 0 for populations
    /// that share no patient.
    pub fn in_common(&self, target: &[bool]) -> Option<f64> {
        self.mass(target).map(|mass| (2.0 * mass).min(1.0))
    }
}

/// Log odds farther out than this (1 to 10¹³) are certainty; finite, so that sums of them are.
const CERTAIN: f64 = 30.0;

/// Divides the rows into `folds` that respect strata, groups and keys, and predicts each by a classifier of the others.
///
/// # Errors
/// `one_class` for one side only, `too_few_rows` where a side has fewer rows than folds, `not_finite` for log odds that are
/// NaN, those of the classifier, `cancelled`.
pub async fn cross_fit(
    by: &dyn Discriminator,
    x: Rows<'_>,
    target: &[bool],
    respect: Respect<'_>,
    folds: usize,
    seed: u64,
    pulse: &Pulse<'_>,
) -> Result<CrossFit> {
    let mut out = CrossFit::new(x, target, folds)?;
    for part in divided(x.n(), respect, folds, seed)? {
        pulse.breathe().await?;
        let prior = prior_odds(target, &part.train)?;
        let found = by.log_odds(x, target, &part.train, &part.test)?;
        out.put(&part, prior, found)?;
    }
    Ok(out)
}

/// The folds of all rows.
pub(super) fn divided(n: usize, respect: Respect<'_>, folds: usize, seed: u64) -> Result<Vec<Fold>> {
    k_fold_of(&(0..n).collect::<Vec<usize>>(), respect, folds, 1, seed)
}

/// What a classifier without features would say.
pub(super) fn prior_odds(target: &[bool], train: &[usize]) -> Result<f64> {
    let those = train.iter().filter(|&&row| target[row]).count();
    if those == 0 || those == train.len() {
        return Err(Code::OneClass.err().with("found", if those == 0 { "source" } else { "target" }));
    }
    Ok(libm::log(those as f64 / (train.len() - those) as f64))
}
