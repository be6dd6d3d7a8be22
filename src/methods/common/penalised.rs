//! One place where penalised regressions are set up and tuned: encoded rows, folds, weights and what stands beside them in,
//! intercepts and coefficients of a [`Head`](super::head::Head)'s outputs out.
//!
//! Two classes have two logits, the first 0, so that outputs mean the same in every linear model here.

use super::super::config::Range;
use super::encoder::{Encoder, Rows};
use super::head::softmax;
use super::rows::Known;
use crate::cohort::Cohort;
use crate::error::Result;
use crate::math::elastic::{ALWAYS, CvPoint, Family, Response, Tuner};
use crate::math::stats;
use crate::split::{self, Respect};
use crate::train::Run;

/// Penalties of each path: glmnet's 100 are half as far apart, and no choice depends on it.
pub const LAMBDAS: usize = 50;
/// Penalties of each path where every fit takes the rows of the source too, or where there are many paths.
pub const FEW_LAMBDAS: usize = 20;

crate::config! {
    /// The settings of a linear model that is tuned.
    pub struct LinearConfig {
        /// Which penalties are tried.
        penalty: String = "auto".to_owned(), penalties(), "";
    }
}

/// What may stand as `penalty`.
pub fn penalties() -> Range {
    Range::Choice { options: vec!["auto", "ridge", "elastic_net", "lasso"] }
}

/// The mixtures α of a `penalty`.
pub fn alphas(penalty: &str) -> &'static [f64] {
    match penalty {
        "ridge" => &[0.0],
        "elastic_net" => &[0.5],
        "lasso" => &[1.0],
        _ => &[0.0, 0.5, 1.0],
    }
}

/// The λ of a ridge on columns of unit variance, decreasing, five a decade from 10 to 1e-5: a coefficient goes a fortieth of
/// the way that a logistic model's rows ask for, or nearly all of it, even that of a few rows beside many.
pub fn ridge_lambdas() -> Vec<f64> {
    (0..=30).map(|i| libm::pow(10.0, 1.0 - f64::from(i) / 5.0)).collect()
}

/// What is to be fitted.
#[derive(Debug, Clone)]
pub struct Problem<'a> {
    /// Encoded rows.
    pub x: Rows<f64>,
    /// Their labels.
    pub known: &'a Known,
    /// The inner fold of each row, or [`ALWAYS`] for one that never judges.
    pub fold_of: Vec<usize>,
    /// The mixtures to try.
    pub alphas: &'a [f64],
    /// Known before, rows × outputs: the penalty draws towards what made it.
    pub offset: Option<&'a Rows<f64>>,
    /// A weight a row, of any scale.
    pub weights: Option<Vec<f64>>,
    /// Whether columns are divided by their standard deviation over the rows; else the penalty is on the columns as given.
    pub standardise: bool,
    /// How many λ a path has.
    pub count: usize,
    /// The λ of a ridge, decreasing; a path of its own where absent.
    pub lambdas: Option<Vec<f64>>,
    /// The largest λ within one standard error of the best, in place of the best.
    pub sparser: bool,
}

impl<'a> Problem<'a> {
    /// Plain: nothing beside, rows equal, columns standardised.
    pub fn new(x: Rows<f64>, known: &'a Known, fold_of: Vec<usize>, alphas: &'a [f64]) -> Self {
        Self {
            x,
            known,
            fold_of,
            alphas,
            offset: None,
            weights: None,
            standardise: true,
            count: LAMBDAS,
            lambdas: None,
            sparser: false,
        }
    }
}

/// A tuned fit, in a head's outputs.
#[derive(Debug, Clone, PartialEq)]
pub struct Fitted {
    /// One an output; what is added to the offset where there is one.
    pub intercepts: Vec<f64>,
    /// outputs × columns, by outputs; likewise.
    pub coefficients: Vec<f64>,
    /// The mixture.
    pub alpha: f64,
    /// The penalty.
    pub lambda: f64,
    /// Columns with a coefficient.
    pub nonzero: usize,
    /// The loss over the inner rows that judged: nats, or the unit squared.
    pub loss: f64,
    /// The losses of all candidates, likewise (`deviance` holds them).
    pub candidates: Vec<CvPoint>,
}

/// Tunes and fits.
///
/// A class without rows takes, where something stands beside, what the others take on average; else the share of half a
/// row at the columns' means.
///
/// # Errors
/// Those of the data: [`crate::Code::OneClass`], [`crate::Code::NotFinite`]; [`crate::Code::Cancelled`].
pub async fn fit(problem: Problem<'_>, run: &Run<'_>) -> Result<Fitted> {
    let (n, p) = (problem.x.rows, problem.x.cols);
    let known = problem.known;
    let codes: Vec<u32> = match known {
        Known::Classes { codes, .. } => codes.iter().map(|&code| code as u32).collect(),
        Known::Values { .. } => Vec::new(),
    };
    let response = match known {
        Known::Classes { names, .. } => Response::Classes { y: &codes, classes: names.len() },
        Known::Values { values, .. } => Response::Values(values),
    };
    let mut tuner = Tuner::new(problem.x.values, p, response, problem.fold_of, problem.alphas, problem.count)?;
    if let Some(offset) = problem.offset {
        let at = |row: usize, output: usize| offset.values[row * offset.cols + output];
        tuner = tuner.beside(match offset.cols {
            2 => (0..n).map(|row| at(row, 1) - at(row, 0)).collect(),
            k => (0..k).flat_map(|output| (0..n).map(move |row| (row, output))).map(|(r, o)| at(r, o)).collect(),
        });
    }
    if let Some(weights) = problem.weights {
        tuner = tuner.weighted(weights);
    }
    if !problem.standardise {
        tuner = tuner.as_scaled();
    }
    if let Some(lambdas) = problem.lambdas {
        tuner = tuner.ridge_over(lambdas);
    }
    while !tuner.step()? {
        run.breathe().await?;
    }
    let tuned = if problem.sparser { tuner.finish_sparser()? } else { tuner.finish()? };
    let solution = tuned.solution;
    let (mut intercepts, mut coefficients) = (solution.intercepts, solution.coefficients);
    match solution.family {
        Family::Binomial => {
            intercepts.insert(0, 0.0);
            coefficients = [vec![0.0; p], coefficients].concat();
        }
        Family::Multinomial => absent(known, problem.offset.is_some(), &mut intercepts, &mut coefficients),
        Family::Gaussian => {}
    }
    // −2 ln p is the deviance of a class.
    let unit = if matches!(known, Known::Classes { .. }) { 0.5 } else { 1.0 };
    let candidates: Vec<CvPoint> =
        tuned.candidates.into_iter().map(|c| CvPoint { deviance: unit * c.deviance, se: unit * c.se, ..c }).collect();
    let chosen = candidates.iter().find(|c| c.alpha == tuned.alpha && c.lambda == solution.lambda);
    Ok(Fitted {
        intercepts,
        coefficients,
        alpha: tuned.alpha,
        lambda: solution.lambda,
        nonzero: solution.nonzero,
        loss: chosen.map_or(f64::NAN, |c| c.deviance),
        candidates,
    })
}

/// Classes that no row has; see [`fit`].
fn absent(known: &Known, beside: bool, intercepts: &mut [f64], coefficients: &mut [f64]) {
    let counts = known.counts();
    let present: Vec<usize> = (0..counts.len()).filter(|&k| counts[k] > 0).collect();
    if present.len() == counts.len() {
        return;
    }
    let p = coefficients.len() / counts.len().max(1);
    let average = |values: &[f64], at: &dyn Fn(usize) -> usize| {
        stats::sum(present.iter().map(|&k| values[at(k)])) / present.len() as f64
    };
    let level = if beside {
        average(intercepts, &|k| k)
    } else {
        let total = stats::sum(present.iter().map(|&k| libm::exp(intercepts[k])));
        libm::log(total * 0.5 / known.len() as f64)
    };
    let slopes: Vec<f64> = (0..p).map(|j| if beside { average(coefficients, &|k| k * p + j) } else { 0.0 }).collect();
    for k in (0..counts.len()).filter(|&k| counts[k] == 0) {
        intercepts[k] = level;
        coefficients[k * p..(k + 1) * p].copy_from_slice(&slopes);
    }
}

/// The rows of cohorts, one after the other, encoded.
///
/// # Errors
/// [`crate::Code::ModelOtherColumns`].
pub fn encode(encoder: &Encoder, cohorts: &[&Cohort]) -> Result<Rows<f64>> {
    let mut all = Rows { rows: 0, cols: encoder.columns.len(), values: Vec::new() };
    for cohort in cohorts {
        let x = encoder.transform_f64(&cohort.x)?;
        all.rows += x.rows;
        all.values.extend(x.values);
    }
    Ok(all)
}

/// Inner folds of the rows of cohorts, stratified by label and grouped by patient: at most `folds`, and at most as many as
/// the class with fewest rows has. `None` under two rows of a class that is there, or where groups leave a part to learn
/// from with less than two classes.
///
/// # Errors
/// None that data can cause.
pub fn folds(cohorts: &[&Cohort], known: &Known, folds: usize, seed: u64) -> Result<Option<Vec<usize>>> {
    if known.fewest_present() < 2 || known.check().is_err() {
        return Ok(None);
    }
    let strata = known.strata();
    let groups = groups(cohorts);
    let respect = Respect { strata: Some(&strata), groups: groups.as_deref(), keys: None };
    let rows: Vec<usize> = (0..known.len()).collect();
    let folds = folds.min(known.fewest_present()).max(2);
    let Ok(parts) = split::k_fold_of(&rows, respect, folds, 1, seed) else { return Ok(None) };
    let mut fold_of = vec![0; known.len()];
    for (i, part) in parts.iter().enumerate() {
        if known.select(&part.train).check().is_err() {
            return Ok(None);
        }
        part.test.iter().for_each(|&row| fold_of[row] = i);
    }
    Ok(Some(fold_of))
}

/// The groups of all rows. Two cohorts that use one number may mean two patients: that costs a little balance, the
/// opposite would cost honesty.
pub fn groups(cohorts: &[&Cohort]) -> Option<Vec<u32>> {
    if cohorts.iter().all(|cohort| cohort.group.is_none()) {
        return None;
    }
    let mut free = cohorts.iter().filter_map(|cohort| cohort.group.as_ref()?.iter().max()).max().map_or(0, |m| m + 1);
    let mut own = |rows: usize| -> Vec<u32> {
        let first = free;
        free += rows as u32;
        (first..free).collect()
    };
    Some(cohorts.iter().flat_map(|cohort| cohort.group.clone().unwrap_or_else(|| own(cohort.len()))).collect())
}

/// Inner folds where the first cohort judges and the others are only learned from; where the first is too small to judge
/// ([`folds`]), all rows do. `None` where even these are too few.
///
/// # Errors
/// As [`folds`].
pub fn folds_of_first(cohorts: &[&Cohort], known: &Known, most: usize, seed: u64) -> Result<Option<Vec<usize>>> {
    let n = cohorts.first().map_or(0, |first| first.len());
    let own = known.select(&(0..n).collect::<Vec<_>>());
    match folds(&cohorts[..cohorts.len().min(1)], &own, most, seed)? {
        Some(mut fold_of) => {
            fold_of.resize(known.len(), ALWAYS);
            Ok(Some(fold_of))
        }
        None => folds(cohorts, known, most, seed),
    }
}

/// The mean loss of outputs over some rows: −ln p of the class, or the squared error.
pub fn loss(outputs: &Rows<f64>, known: &Known, rows: &[usize]) -> f64 {
    let k = outputs.cols;
    let one = |row: usize| {
        let eta = &outputs.values[row * k..(row + 1) * k];
        match known {
            // The bounds are those of the tuner's deviance.
            Known::Classes { codes, .. } => -libm::log(softmax(eta)[codes[row]].clamp(1e-15, 1.0 - 1e-15)),
            Known::Values { values, .. } => (values[row] - eta[0]) * (values[row] - eta[0]),
        }
    };
    stats::sum(rows.iter().map(|&row| one(row))) / rows.len() as f64
}
