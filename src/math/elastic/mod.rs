//! Linear, logistic and multinomial regression under an elastic net penalty, along a path of λ.
//!
//! min over (a, β) of Σ wᵢ ℓᵢ + λ [ (1 − α)/2 ‖β‖² + α ‖β‖₁ ], weights summing to 1, columns standardised (denominator n)
//! unless asked otherwise, intercepts free of penalty; ℓ is ½(y − η)² or the negative log-likelihood. The λ of glmnet
//! (Friedman, Hastie and Tibshirani, J Stat Softw 2010;33(1)); in scikit-learn's words λ = 1/(nC), and alpha of Ridge is nλ.
//!
//! α > 0: cyclic coordinate descent inside block Newton steps, warm starts, sequential strong rules (Tibshirani et al.,
//! J R Stat Soc B 2012;74:245–266) with a check of every column left out. α = 0: L-BFGS in the principal axes, so that
//! 20,000 columns and 100 rows are a problem of 100 unknowns. One output and three times more rows than columns: Newton
//! steps on a Gram matrix that is kept as long as it serves.
//!
//! [`Path::step`] fits one λ: a caller may breathe between steps.

mod coordinate;
mod design;
mod gram;
mod ridge;
mod tune;

pub use design::{Design, Offset, Response};
pub use tune::{ALWAYS, CvPoint, Tuned, Tuner};

use crate::error::{Code, Result};
use crate::math::logistic::sigmoid;
use crate::math::stats::sum;
use serde::{Deserialize, Serialize};

/// The penalty weights to fit, from the largest.
#[derive(Debug, Clone, PartialEq)]
pub enum Lambdas {
    /// So many, evenly on the logarithm, from the smallest λ at which every coefficient is 0 (for α under .001, as if α were
    /// .001) down to .01 of it where n < p, 1e-4 otherwise. Stops early when nothing is left to explain.
    Auto(usize),
    /// These, in decreasing order.
    Given(Vec<f64>),
}

/// How to fit.
#[derive(Debug, Clone, PartialEq)]
pub struct Options {
    /// 0 is ridge, 1 is lasso.
    pub alpha: f64,
    /// The path.
    pub lambdas: Lambdas,
    /// Coordinate descent stops when no update moves the loss by more than this share of the null deviance.
    pub tolerance: f64,
}

impl Default for Options {
    fn default() -> Self {
        Self { alpha: 0.5, lambdas: Lambdas::Auto(50), tolerance: 1e-8 }
    }
}

/// What the linear predictor means.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Family {
    /// The number itself.
    Gaussian,
    /// The logit of the event.
    Binomial,
    /// The logits of each class (softmax).
    Multinomial,
}

/// A fit at one λ, on the scale of the columns as given.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Solution {
    /// What the linear predictor means.
    pub family: Family,
    /// The penalty.
    pub lambda: f64,
    /// One intercept an output (one, or one a class).
    pub intercepts: Vec<f64>,
    /// outputs × p, by outputs.
    pub coefficients: Vec<f64>,
    /// Share of the null deviance that is explained.
    pub explained: f64,
    /// Columns with a coefficient that is not 0.
    pub nonzero: usize,
    /// False when the iterations ran out.
    pub converged: bool,
}

impl Solution {
    /// The outputs η of one row.
    pub fn linear(&self, row: &[f64]) -> Vec<f64> {
        let p = row.len().max(1);
        self.intercepts
            .iter()
            .zip(self.coefficients.chunks_exact(p))
            .map(|(a, b)| a + row.iter().zip(b).map(|(x, b)| x * b).sum::<f64>())
            .collect()
    }

    /// Predictions of rows of p columns: numbers (n), the event's probabilities (n), or probabilities n × classes by rows.
    pub fn predict(&self, x: &[f64], p: usize) -> Vec<f64> {
        let rows: Box<dyn Iterator<Item = &[f64]>> =
            if p == 0 { Box::new(std::iter::empty()) } else { Box::new(x.chunks_exact(p)) };
        rows.flat_map(|row| {
            let eta = self.linear(row);
            match self.family {
                Family::Gaussian => eta,
                Family::Binomial => eta.into_iter().map(sigmoid).collect(),
                Family::Multinomial => softmax(&eta),
            }
        })
        .collect()
    }
}

/// Softmax, without overflow.
pub fn softmax(eta: &[f64]) -> Vec<f64> {
    let top = eta.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let e: Vec<f64> = eta.iter().map(|v| libm::exp(v - top)).collect();
    let total: f64 = e.iter().sum();
    e.into_iter().map(|v| v / total).collect()
}

/// The problem in the form that both solvers use.
pub(super) struct Problem {
    pub design: Design,
    pub family: Family,
    /// n × outputs by outputs: the number, or 1 for the class.
    pub target: Vec<f64>,
    pub outputs: usize,
    /// Outputs that have at least one row; the others keep a fixed, very low intercept.
    pub present: Vec<bool>,
    /// outputs × n.
    pub offset: Vec<f64>,
    pub null_deviance: f64,
}

/// Where a fit stands, on the standardised scale.
#[derive(Clone)]
pub(super) struct State {
    /// One an output.
    pub intercepts: Vec<f64>,
    /// outputs × p.
    pub beta: Vec<f64>,
    /// outputs × n.
    pub eta: Vec<f64>,
}

/// The logit of a class that no training row has: 2e-9 against the others.
const ABSENT: f64 = -20.0;

impl Problem {
    fn new(design: Design, response: Response<'_>, offset: Offset<'_>) -> Result<Self> {
        let n = design.n;
        if response.len() != n {
            return Err(Code::Internal.err().with("reason", "rows of x and y differ"));
        }
        let (family, outputs, target) = match response {
            Response::Values(y) => (Family::Gaussian, 1, y.to_vec()),
            Response::Classes { y, classes } if classes <= 2 => {
                (Family::Binomial, 1, y.iter().map(|&c| f64::from(u8::from(c == 1))).collect())
            }
            Response::Classes { y, classes } => {
                let hit = |c: usize| y.iter().map(move |&v| f64::from(u8::from(v as usize == c)));
                (Family::Multinomial, classes, (0..classes).flat_map(hit).collect())
            }
        };
        let offset = offset.map_or_else(|| vec![0.0; outputs * n], <[f64]>::to_vec);
        if offset.len() != outputs * n {
            return Err(Code::Internal.err().with("reason", "the offset is not outputs × n"));
        }
        if target.iter().chain(&offset).any(|t| !t.is_finite()) {
            return Err(Code::NotFinite.err().with("term", "y").with("value", "NaN").with("step", 0));
        }
        let share = |o: usize| sum((0..n).map(|i| design.weights[i] * target[o * n + i]));
        let shares: Vec<f64> = (0..outputs).map(share).collect();
        let varied = match family {
            Family::Gaussian => true,
            Family::Binomial => shares[0] > 0.0 && shares[0] < 1.0 - 1e-12,
            Family::Multinomial => shares.iter().filter(|s| **s > 0.0).count() >= 2,
        };
        if !varied {
            return Err(Code::OneClass.err().with("found", "the training rows"));
        }
        let present = shares.iter().map(|s| family == Family::Gaussian || *s > 0.0).collect();
        let mut problem = Self { design, family, target, outputs, present, offset, null_deviance: 0.0 };
        problem.null_deviance = problem.loss(&problem.null_state(&shares).eta);
        Ok(problem)
    }

    fn start(&self) -> State {
        let n = self.design.n;
        let share = |o: usize| sum((0..n).map(|i| self.design.weights[i] * self.target[o * n + i]));
        self.null_state(&(0..self.outputs).map(share).collect::<Vec<_>>())
    }

    fn null_state(&self, shares: &[f64]) -> State {
        let intercepts: Vec<f64> = shares
            .iter()
            .map(|&s| match self.family {
                Family::Gaussian => s,
                Family::Binomial => libm::log(s) - libm::log1p(-s),
                Family::Multinomial if s > 0.0 => libm::log(s),
                Family::Multinomial => ABSENT,
            })
            .collect();
        let beta = vec![0.0; self.outputs * self.design.p];
        let eta = self.predictors(&intercepts);
        let mut state = State { intercepts, beta, eta };
        if self.offset.iter().any(|o| *o != 0.0) {
            self.settle(&mut state);
        }
        state
    }

    /// η of these intercepts alone.
    fn predictors(&self, intercepts: &[f64]) -> Vec<f64> {
        let n = self.design.n;
        self.offset.iter().enumerate().map(|(at, offset)| offset + intercepts[at / n]).collect()
    }

    /// Intercepts of the null model beside an offset: Newton, one output after the other, steps of at most 1.
    fn settle(&self, state: &mut State) {
        let (n, w) = (self.design.n, &self.design.weights);
        state.intercepts.iter_mut().zip(&self.present).filter(|(_, present)| **present).for_each(|(a, _)| *a = 0.0);
        state.eta = self.predictors(&state.intercepts);
        for _ in 0..200 {
            let mut largest: f64 = 0.0;
            for o in (0..self.outputs).filter(|&o| self.present[o]) {
                let mu = self.mean(&state.eta, o);
                let slope = sum((0..n).map(|i| w[i] * (self.target[o * n + i] - mu[i])));
                let curvature = match self.family {
                    Family::Gaussian => 1.0,
                    _ => sum((0..n).map(|i| w[i] * mu[i] * (1.0 - mu[i]))).max(1e-12),
                };
                // A number may lie anywhere; a logit moves by little.
                let step = slope / curvature;
                let step = if self.family == Family::Gaussian { step } else { step.clamp(-1.0, 1.0) };
                state.intercepts[o] += step;
                state.eta[o * n..(o + 1) * n].iter_mut().for_each(|e| *e += step);
                largest = largest.max(step.abs());
            }
            if largest < 1e-12 {
                break;
            }
        }
    }

    /// Σ wᵢ ℓᵢ.
    pub fn loss(&self, eta: &[f64]) -> f64 {
        let n = self.design.n;
        let w = &self.design.weights;
        match self.family {
            Family::Gaussian => sum((0..n).map(|i| 0.5 * w[i] * (self.target[i] - eta[i]) * (self.target[i] - eta[i]))),
            Family::Binomial => {
                let one = |i: usize| w[i] * (super::logistic::softplus(eta[i]) - self.target[i] * eta[i]);
                sum((0..n).map(one))
            }
            Family::Multinomial => sum((0..n).map(|i| {
                let at = |o: usize| eta[o * n + i];
                let top = (0..self.outputs).map(at).fold(f64::NEG_INFINITY, f64::max);
                let total: f64 = (0..self.outputs).map(|o| libm::exp(at(o) - top)).sum();
                let own: f64 = (0..self.outputs).map(|o| self.target[o * n + i] * at(o)).sum();
                w[i] * (top + libm::log(total) - own)
            })),
        }
    }

    /// The mean response of one output at each row.
    pub fn mean(&self, eta: &[f64], output: usize) -> Vec<f64> {
        let n = self.design.n;
        match self.family {
            Family::Gaussian => eta[..n].to_vec(),
            Family::Binomial => eta[..n].iter().map(|&e| sigmoid(e)).collect(),
            Family::Multinomial => (0..n)
                .map(|i| {
                    let own = eta[output * n + i];
                    1.0 / (0..self.outputs).map(|o| libm::exp(eta[o * n + i] - own)).sum::<f64>()
                })
                .collect(),
        }
    }

    fn solution(&self, state: &State, lambda: f64, converged: bool) -> Solution {
        let d = &self.design;
        let mut intercepts = state.intercepts.clone();
        let mut coefficients = vec![0.0; state.beta.len()];
        for o in 0..self.outputs {
            for j in 0..d.p {
                let b = state.beta[o * d.p + j];
                if b != 0.0 && d.scale[j] > 0.0 {
                    coefficients[o * d.p + j] = b / d.scale[j];
                    intercepts[o] -= b / d.scale[j] * d.centre[j];
                }
            }
        }
        if self.family == Family::Multinomial && self.present.iter().all(|p| *p) {
            // A constant added to every class changes nothing: the sum is set to 0.
            let shift = intercepts.iter().sum::<f64>() / self.outputs as f64;
            intercepts.iter_mut().for_each(|a| *a -= shift);
        }
        let nonzero = (0..d.p).filter(|j| (0..self.outputs).any(|o| coefficients[o * d.p + j] != 0.0)).count();
        let explained = if self.null_deviance > 0.0 { 1.0 - self.loss(&state.eta) / self.null_deviance } else { 0.0 };
        Solution { family: self.family, lambda, intercepts, coefficients, explained, nonzero, converged }
    }
}

/// A path of fits, each started from the one before.
pub struct Path {
    problem: Problem,
    options: Options,
    lambdas: Vec<f64>,
    auto: bool,
    next: usize,
    state: State,
    last_explained: f64,
    ridge: Option<ridge::Rotated>,
    screen: coordinate::Screen,
    gram: Option<gram::Curvature>,
}

impl Path {
    /// A path over a design and its response.
    ///
    /// # Errors
    /// `one_class` when there is nothing to tell apart, `out_of_range` for α outside [0, 1] or a λ that is not positive.
    pub fn new(design: Design, response: Response<'_>, options: Options) -> Result<Self> {
        Self::beside(None, design, response, options)
    }

    /// The same beside an offset.
    ///
    /// # Errors
    /// As [`Path::new`]; `not_finite` for an offset that is not.
    pub fn beside(offset: Offset<'_>, design: Design, response: Response<'_>, options: Options) -> Result<Self> {
        if !(0.0..=1.0).contains(&options.alpha) {
            let e = Code::OutOfRange.err().with("field", "alpha").with("value", options.alpha);
            return Err(e.with("low", 0).with("high", 1));
        }
        let problem = Problem::new(design, response, offset)?;
        let state = problem.start();
        let (lambdas, auto) = match &options.lambdas {
            Lambdas::Given(list) => (list.clone(), false),
            Lambdas::Auto(count) => (auto_lambdas(&problem, &state, options.alpha, *count), true),
        };
        if let Some(bad) = lambdas.iter().find(|l| !l.is_finite() || **l <= 0.0) {
            let e = Code::OutOfRange.err().with("field", "lambda").with("value", bad);
            return Err(e.with("low", "0").with("high", "∞"));
        }
        let gram = gram::suits(&problem).then(gram::Curvature::default);
        let ridge = (options.alpha == 0.0 && gram.is_none()).then(|| ridge::Rotated::new(&problem.design));
        let screen = coordinate::Screen::new(&problem, &state, options.alpha);
        Ok(Self { problem, options, lambdas, auto, next: 0, state, last_explained: 0.0, ridge, screen, gram })
    }

    /// The λ that will be fitted.
    pub fn lambdas(&self) -> &[f64] {
        &self.lambdas
    }

    /// Fits the next λ; `None` at the end.
    pub fn step(&mut self) -> Option<Solution> {
        let lambda = *self.lambdas.get(self.next)?;
        let converged = match (&mut self.gram, &self.ridge) {
            (Some(gram), _) => gram::solve(&self.problem, gram, &mut self.state, lambda, &self.options),
            (None, Some(rotated)) => ridge::solve(&self.problem, rotated, &mut self.state, lambda),
            (None, None) => coordinate::solve(&self.problem, &mut self.screen, &mut self.state, lambda, &self.options),
        };
        self.next += 1;
        let solution = self.problem.solution(&self.state, lambda, converged);
        // As glmnet: a saturated fit, or one that no longer moves, ends an automatic path.
        let saturated = solution.explained > 0.999;
        let still = self.next > 5 && (solution.explained - self.last_explained) < 1e-5 * solution.explained;
        if self.auto && self.options.alpha > 0.0 && (saturated || still) {
            self.lambdas.truncate(self.next);
        }
        self.last_explained = solution.explained;
        Some(solution)
    }

    /// What a fit of about the same rows at the λ just fitted may start from.
    fn keep(&self) -> Option<gram::Warm> {
        self.gram.as_ref().map(|gram| gram.keep(&self.state))
    }

    /// The next λ is fitted from there.
    fn start_from(&mut self, warm: &gram::Warm) {
        if let Some(gram) = &mut self.gram {
            gram.start(&self.problem, &mut self.state, warm);
        }
    }

    /// Fits all that remain.
    pub fn run(mut self) -> Vec<Solution> {
        let mut out = Vec::with_capacity(self.lambdas.len());
        while let Some(solution) = self.step() {
            out.push(solution);
        }
        out
    }
}

/// Fits one λ, to within rounding.
///
/// # Errors
/// As [`Path::new`].
pub fn fit(design: Design, response: Response<'_>, alpha: f64, lambda: f64) -> Result<Solution> {
    let options = Options { alpha, lambdas: Lambdas::Given(vec![lambda]), tolerance: 1e-14 };
    Path::new(design, response, options)?.step().ok_or_else(|| Code::Internal.err().with("reason", "no step"))
}

fn auto_lambdas(problem: &Problem, state: &State, alpha: f64, count: usize) -> Vec<f64> {
    let steepest = coordinate::gradients(problem, &state.eta).into_iter().fold(0.0, |m: f64, g| m.max(g.abs()));
    let top = if steepest > 0.0 { steepest / alpha.max(1e-3) } else { 1.0 };
    let least = if problem.design.n < problem.design.p { 1e-2 } else { 1e-4 };
    let count = count.max(2);
    (0..count).map(|k| top * libm::pow(least, k as f64 / (count - 1) as f64)).collect()
}
