//! Boosted trees tuned over a grid by cross-validation, as caret's `xgbTree` does it: the settings of the highest mean
//! area under the ROC curve over the folds.
//!
//! Numbers of trees are no trainings of their own: a forest of many trees holds those of fewer.

use serde::{Deserialize, Serialize};

use super::pool::Pool;
use crate::error::{Code, Result};
use crate::rng::{Rng, mix};
use crate::split::{Respect, k_fold_of};
use crate::train::Run;
use crate::trees::{Booster, Forest, Matrix, Params, Rows};
use crate::watch::Event;

/// Folds of the tuning.
pub const FOLDS: usize = 5;

/// A point of a grid.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Point {
    /// Trees (a class).
    pub trees: usize,
    /// How much of each tree is taken.
    pub eta: f64,
    /// Levels of splits.
    pub max_depth: usize,
    /// Least sum of second derivatives in a leaf.
    pub min_child_weight: f64,
}

/// What is tried, and what all have in common.
#[derive(Debug, Clone, PartialEq)]
pub struct Grid {
    /// The points, of equal ones the first is taken.
    pub points: Vec<Point>,
    /// The other settings.
    pub params: Params,
}

impl Grid {
    /// All combinations, the cautious ones first.
    pub fn of(params: Params, trees: &[usize], eta: &[f64], depth: &[usize], weight: &[f64]) -> Self {
        let mut points = Vec::with_capacity(trees.len() * eta.len() * depth.len() * weight.len());
        for &max_depth in depth {
            for &min_child_weight in weight {
                for &eta in eta {
                    points.extend(trees.iter().map(|&trees| Point { trees, eta, max_depth, min_child_weight }));
                }
            }
        }
        Self { points, params }
    }

    /// The 96 combinations of Bashiri et al.'s released code.
    pub fn published(params: Params) -> Self {
        Self::of(params, &[500, 1000, 1500, 2000], &[0.001, 0.01, 0.1], &[2, 5, 10, 15], &[5.0, 2.0])
    }

    /// Twelve combinations that take seconds.
    pub fn small(params: Params) -> Self {
        Self::of(params, &[50, 150, 400], &[0.03, 0.1], &[2, 5], &[2.0])
    }

    /// The grid of a setting: `published`, `one` (that point alone), or else the small one.
    pub fn named(name: &str, params: Params, one: Point) -> Self {
        match name {
            "published" => Self::published(params),
            "one" => Self { points: vec![one], params },
            _ => Self::small(params),
        }
    }

    /// The settings of a point.
    pub fn params(&self, point: &Point) -> Params {
        Params {
            eta: point.eta,
            max_depth: point.max_depth,
            min_child_weight: point.min_child_weight,
            ..self.params.clone()
        }
    }

    /// Trees of these settings on some rows of a pool, whose labels are `codes` (one a row of the pool).
    ///
    /// # Errors
    /// [`Code::OneClass`], [`Code::Cancelled`].
    pub async fn grow(
        &self,
        pool: &Pool,
        rows: &[usize],
        codes: &[usize],
        point: &Point,
        seed: u64,
        run: &Run<'_>,
    ) -> Result<Forest> {
        let x = pool.gather(rows);
        let y: Vec<f64> = rows.iter().filter_map(|&row| codes.get(row)).map(|&code| code as f64).collect();
        let rows = Rows::new(Matrix::new(&x, rows.len(), pool.columns())?, &y);
        let mut booster = Booster::new(&self.params(point), pool.loss(), rows, None, seed)?;
        for tree in 0..point.trees {
            run.breathe().await?;
            booster.step()?;
            run.event(Event::Progress { done: (tree + 1) as f64, total: point.trees as f64 });
        }
        Ok(booster.finish())
    }

    /// The best point on some rows of a pool, and its mean area under the curve; the first point and nothing where there
    /// is no choice, or a class has fewer rows than two folds need.
    ///
    /// # Errors
    /// [`Code::Cancelled`].
    pub async fn tune(
        &self,
        pool: &Pool,
        rows: &[usize],
        codes: &[usize],
        seed: u64,
        run: &Run<'_>,
    ) -> Result<(Point, Option<f64>)> {
        let first =
            self.points.first().copied().unwrap_or(Point { trees: 100, eta: 0.1, max_depth: 3, min_child_weight: 2.0 });
        let folds = pool.fewest(rows, codes).min(FOLDS);
        if self.points.len() < 2 || folds < 2 {
            return Ok((first, None));
        }
        let strata: Vec<u32> = codes.iter().map(|&code| code as u32).collect();
        let respect = Respect { strata: Some(&strata), groups: pool.groups(), keys: None };
        let Ok(folds) = k_fold_of(rows, respect, folds, 1, seed) else { return Ok((first, None)) };
        run.event(Event::Phase { name: "select".to_owned(), facts: Vec::new() });
        // Points that differ by their trees alone share one forest a fold.
        let mut sums = vec![(0.0, 0_usize); self.points.len()];
        for (at, point) in self.points.iter().enumerate() {
            let alike = |other: &Point| Point { trees: 0, ..*other } == Point { trees: 0, ..*point };
            if self.points[..at].iter().any(alike) {
                continue;
            }
            let family: Vec<usize> = (at..self.points.len()).filter(|&other| alike(&self.points[other])).collect();
            let most = family.iter().map(|&other| self.points[other].trees).max().unwrap_or(0);
            for fold in &folds {
                let draws = mix(seed, fold.fold as u64);
                let whole = Point { trees: most, ..*point };
                let forest = match self.grow(pool, &fold.train, codes, &whole, draws, run).await {
                    Ok(forest) => forest,
                    // Groups can leave a part with one class: that fold judges nothing.
                    Err(error) if error.code() == Code::OneClass => continue,
                    Err(error) => return Err(error),
                };
                for &other in &family {
                    let said = pool.predict(&forest.truncated(self.points[other].trees), &fold.test)?;
                    if let Some(auc) = pool.auc(&said, &fold.test, codes) {
                        sums[other].0 += auc;
                        sums[other].1 += 1;
                    }
                }
            }
        }
        let mean = |&(sum, n): &(f64, usize)| if n == 0 { f64::NEG_INFINITY } else { sum / n as f64 };
        // The first of the highest.
        let best = (0..sums.len()).rev().max_by(|&a, &b| mean(&sums[a]).total_cmp(&mean(&sums[b]))).unwrap_or(0);
        let found = mean(&sums[best]);
        Ok((self.points[best], found.is_finite().then_some(found)))
    }
}

/// The seed of a fit: each round and purpose has draws of its own.
pub fn draws(run: &Run<'_>, name: &str, number: usize) -> u64 {
    Rng::child(run.seed, name, number).next_u64()
}
