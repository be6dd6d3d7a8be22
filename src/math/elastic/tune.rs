//! The choice of α and λ by the deviance of inner cross-validation.

use super::gram::Warm;
use super::{Design, Family, Lambdas, Options, Path, Response, Solution, softmax};
use crate::error::{Code, Result};
use crate::math::logistic::sigmoid;
use crate::math::stats::variance;
use serde::{Deserialize, Serialize};

/// One candidate.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct CvPoint {
    /// The mixture.
    pub alpha: f64,
    /// The penalty.
    pub lambda: f64,
    /// Mean over inner test rows of the squared error, or of −2 ln p.
    pub deviance: f64,
    /// Its standard error over folds.
    pub se: f64,
}

/// The chosen fit on all rows given.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Tuned {
    /// The chosen mixture.
    pub alpha: f64,
    /// The fit.
    pub solution: Solution,
    /// Every candidate.
    pub candidates: Vec<CvPoint>,
}

/// The fold of a row that is always learned from and never judges: a source row beside the target's.
pub const ALWAYS: usize = usize::MAX;

/// Tunes step by step: each [`step`](Tuner::step) fits one λ on one part of the rows, so that a caller may breathe.
pub struct Tuner {
    x: Vec<f64>,
    n: usize,
    p: usize,
    y: Owned,
    /// outputs × n.
    offset: Option<Vec<f64>>,
    weights: Option<Vec<f64>>,
    fold_of: Vec<usize>,
    folds: usize,
    alphas: Vec<f64>,
    count: usize,
    lambdas: Option<Vec<f64>>,
    standardise: bool,
    alpha: usize,
    /// 0 is all rows, then the folds.
    part: usize,
    path: Option<Path>,
    fits: Vec<Solution>,
    /// Where the folds of the α at work start, at each λ: the fits on all rows.
    warm: Vec<Warm>,
    full: Vec<Vec<Solution>>,
    /// Of the α at work: for each fold, for each λ, (weighted sum of deviances, sum of weights).
    held: Vec<Vec<(f64, f64)>>,
    candidates: Vec<Vec<CvPoint>>,
}

enum Owned {
    Values(Vec<f64>),
    Classes(Vec<u32>, usize),
}

impl Tuner {
    /// Over x by rows (n × p). `fold_of` is the inner fold of each row, stratified and grouped by the caller, or [`ALWAYS`];
    /// `alphas` the mixtures to try (ridge, both and lasso: `[0.0, 0.5, 1.0]`), `count` the λ of each path.
    ///
    /// # Errors
    /// `one_class`, `too_few_rows` under two inner folds, `internal` for lengths that do not fit.
    pub fn new(
        x: Vec<f64>,
        p: usize,
        response: Response<'_>,
        fold_of: Vec<usize>,
        alphas: &[f64],
        count: usize,
    ) -> Result<Self> {
        let n = response.len();
        if x.len() != n * p || fold_of.len() != n || alphas.is_empty() {
            return Err(Code::Internal.err().with("reason", "x, y and folds differ in rows"));
        }
        let folds = fold_of.iter().filter(|&&fold| fold != ALWAYS).max().map_or(0, |m| m + 1);
        if folds < 2 {
            return Err(Code::TooFewRows.err().with("found", folds).with("needed", 2).with("what", "inner folds"));
        }
        let y = match response {
            Response::Values(y) => Owned::Values(y.to_vec()),
            Response::Classes { y, classes } => Owned::Classes(y.to_vec(), classes),
        };
        let alphas = alphas.to_vec();
        Ok(Self {
            x,
            n,
            p,
            y,
            offset: None,
            weights: None,
            fold_of,
            folds,
            alphas,
            count,
            lambdas: None,
            standardise: true,
            alpha: 0,
            part: 0,
            path: None,
            fits: Vec::new(),
            warm: Vec::new(),
            full: Vec::new(),
            held: Vec::new(),
            candidates: Vec::new(),
        })
    }

    /// Beside an offset ([`super::Offset`]): outputs × n.
    #[must_use]
    pub fn beside(self, offset: Vec<f64>) -> Self {
        Self { offset: Some(offset), ..self }
    }

    /// With a weight a row, of any scale; rows that judge do so with theirs.
    #[must_use]
    pub fn weighted(self, weights: Vec<f64>) -> Self {
        Self { weights: Some(weights), ..self }
    }

    /// Ridge over these λ, in decreasing order: the automatic path, made for the lasso, ends where a ridge still shrinks.
    #[must_use]
    pub fn ridge_over(self, lambdas: Vec<f64>) -> Self {
        Self { lambdas: Some(lambdas), ..self }
    }

    /// The penalty is on the coefficients of the columns as they are scaled by the caller.
    #[must_use]
    pub fn as_scaled(self) -> Self {
        Self { standardise: false, ..self }
    }

    /// Does one fit; true when all is done.
    ///
    /// # Errors
    /// Those of the data: `one_class` among all rows, `not_finite`.
    pub fn step(&mut self) -> Result<bool> {
        let Some(&alpha) = self.alphas.get(self.alpha) else { return Ok(true) };
        if self.path.is_none() {
            match self.open(alpha) {
                Ok(path) => self.path = Some(path),
                // An inner fold may lack a class: it then has no say.
                Err(e) if self.part > 0 && e.code() == Code::OneClass => self.close_part(),
                Err(e) => return Err(e),
            }
            return Ok(self.alpha >= self.alphas.len());
        }
        if self.part > 0
            && let (Some(path), Some(warm)) = (self.path.as_mut(), self.warm.get(self.fits.len()))
        {
            path.start_from(warm);
        }
        match self.path.as_mut().and_then(Path::step) {
            Some(solution) => {
                self.fits.push(solution);
                if self.part == 0 {
                    self.warm.extend(self.path.as_ref().and_then(Path::keep));
                }
            }
            None => self.close_part(),
        }
        Ok(self.alpha >= self.alphas.len())
    }

    fn rows(&self, test: bool) -> Vec<usize> {
        (0..self.n).filter(|&i| self.part == 0 || (self.fold_of[i] == self.part - 1) == test).collect()
    }

    fn open(&self, alpha: f64) -> Result<Path> {
        let rows = self.rows(false);
        let weights: Option<Vec<f64>> = self.weights.as_ref().map(|w| rows.iter().map(|&i| w[i]).collect());
        let design =
            Design::new(rows.len(), self.p, weights.as_deref(), self.standardise, |i, j| self.x[rows[i] * self.p + j])?;
        let offset: Option<Vec<f64>> = self
            .offset
            .as_ref()
            .map(|offset| offset.chunks(self.n).flat_map(|output| rows.iter().map(|&i| output[i])).collect());
        let lambdas = match (self.full.get(self.alpha), &self.lambdas) {
            (Some(full), _) => Lambdas::Given(full.iter().map(|s| s.lambda).collect()),
            (None, Some(lambdas)) if alpha == 0.0 => Lambdas::Given(lambdas.clone()),
            (None, _) => Lambdas::Auto(self.count),
        };
        let options = Options { alpha, lambdas, ..Options::default() };
        match &self.y {
            Owned::Values(y) => {
                let y: Vec<f64> = rows.iter().map(|&i| y[i]).collect();
                Path::beside(offset.as_deref(), design, Response::Values(&y), options)
            }
            Owned::Classes(y, classes) => {
                let y: Vec<u32> = rows.iter().map(|&i| y[i]).collect();
                Path::beside(offset.as_deref(), design, Response::Classes { y: &y, classes: *classes }, options)
            }
        }
    }

    fn close_part(&mut self) {
        self.path = None;
        let fits = std::mem::take(&mut self.fits);
        if self.part == 0 {
            self.full.push(fits);
        } else if !fits.is_empty() {
            let rows = self.rows(true);
            let weight = |i: usize| self.weights.as_ref().map_or(1.0, |w| w[i]);
            let total: f64 = rows.iter().map(|&i| weight(i)).sum();
            let score = |s: &Solution| rows.iter().map(|&i| weight(i) * self.deviance(s, i)).sum::<f64>();
            let scores = fits.iter().map(|s| (score(s), total)).collect();
            self.held.push(scores);
        }
        self.part += 1;
        if self.part > self.folds {
            self.close_alpha();
        }
    }

    fn deviance(&self, solution: &Solution, row: usize) -> f64 {
        let mut eta = solution.linear(&self.x[row * self.p..(row + 1) * self.p]);
        if let Some(offset) = &self.offset {
            eta.iter_mut().enumerate().for_each(|(output, eta)| *eta += offset[output * self.n + row]);
        }
        let p = match solution.family {
            Family::Gaussian => eta,
            Family::Binomial => eta.into_iter().map(sigmoid).collect(),
            Family::Multinomial => softmax(&eta),
        };
        let log = |p: f64| -2.0 * libm::log(p.clamp(1e-15, 1.0 - 1e-15));
        match &self.y {
            Owned::Values(y) => (y[row] - p[0]) * (y[row] - p[0]),
            Owned::Classes(y, classes) if *classes <= 2 => log(if y[row] == 1 { p[0] } else { 1.0 - p[0] }),
            Owned::Classes(y, _) => log(p.get(y[row] as usize).copied().unwrap_or(0.0)),
        }
    }

    fn close_alpha(&mut self) {
        let held = std::mem::take(&mut self.held);
        let alpha = self.alphas[self.alpha];
        let lambdas = self.full.last().map_or(0, Vec::len);
        let points = (0..lambdas)
            .map(|k| {
                let folds: Vec<(f64, f64)> = held.iter().filter_map(|f| f.get(k).copied()).collect();
                let rows: f64 = folds.iter().map(|f| f.1).sum();
                let means: Vec<f64> = folds.iter().filter(|f| f.1 > 0.0).map(|f| f.0 / f.1).collect();
                CvPoint {
                    alpha,
                    lambda: self.full.last().map_or(f64::NAN, |f| f[k].lambda),
                    deviance: if means.is_empty() {
                        // Finite, since JSON has no infinity: no inner fold could speak.
                        f64::MAX
                    } else {
                        folds.iter().map(|f| f.0).sum::<f64>() / rows
                    },
                    se: if means.len() > 1 { libm::sqrt(variance(&means) / means.len() as f64) } else { 0.0 },
                }
            })
            .collect();
        self.candidates.push(points);
        self.warm.clear();
        self.alpha += 1;
        self.part = 0;
    }

    /// The candidate of least deviance, the larger penalty among equals.
    ///
    /// # Errors
    /// `internal` before the last step.
    pub fn finish(self) -> Result<Tuned> {
        let best = self.lowest().map(|(a, k, _)| (a, k));
        self.finish_at(best)
    }

    /// The largest penalty whose deviance is within one standard error of the least (glmnet's `lambda.1se`), of the
    /// mixture that has the least.
    ///
    /// # Errors
    /// `internal` before the last step.
    pub fn finish_sparser(self) -> Result<Tuned> {
        let best = self.lowest().and_then(|(a, k, least)| {
            let points = self.candidates.get(a)?;
            let bound = least + points.get(k)?.se;
            Some((a, points.iter().position(|point| point.deviance <= bound)?))
        });
        self.finish_at(best)
    }

    fn lowest(&self) -> Option<(usize, usize, f64)> {
        let mut best: Option<(usize, usize, f64)> = None;
        for (a, points) in self.candidates.iter().enumerate() {
            for (k, point) in points.iter().enumerate() {
                if best.is_none_or(|(_, _, d)| point.deviance < d) {
                    best = Some((a, k, point.deviance));
                }
            }
        }
        best
    }

    fn finish_at(self, best: Option<(usize, usize)>) -> Result<Tuned> {
        let done = self.alpha >= self.alphas.len();
        let chosen = best.filter(|_| done).and_then(|(a, k)| Some((self.alphas[a], self.full.get(a)?.get(k)?.clone())));
        let (alpha, solution) = chosen.ok_or_else(|| Code::Internal.err().with("reason", "tuning is not done"))?;
        Ok(Tuned { alpha, solution, candidates: self.candidates.into_iter().flatten().collect() })
    }

    /// All steps at once.
    ///
    /// # Errors
    /// As [`Tuner::step`].
    pub fn run(mut self) -> Result<Tuned> {
        while !self.step()? {}
        self.finish()
    }
}
