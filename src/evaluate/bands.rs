//! ROC and precision–recall curves with pointwise bands.
//!
//! A curve is the mean over judged folds at equal abscissas: scores of different models must not be pooled (vertical
//! averaging: Fawcett, Pattern Recognition Letters 2006;27:861–874, algorithm 3). Between two points the ROC is a straight
//! line; the precision is that of the first point which reaches the recall.
//!
//! The band is the percentile interval at each abscissa over resamples of *patients*: a drawn patient comes with all
//! rows, in every fold that judged them, each fold's curve is made anew from the rows that were drawn, and the curves are
//! averaged. It carries the chance of these patients, not that of training, and covers a point, not the whole curve.

use super::bootstrap::{Bootstrap, Settings, Statistic, Units};
use super::panel::{BandPoint, point};
use crate::metrics::Why;
use crate::metrics::sorted::Sorted;
use serde::{Deserialize, Serialize};

/// Points of a curve, from 0 to 1.
pub const POINTS: usize = 101;

/// One fold that a method was judged on.
#[derive(Debug, Clone, Copy)]
pub struct Judge<'a> {
    /// Which of the evaluated rows these are.
    pub rows: &'a [u32],
    /// Who has the event.
    pub y: &'a [bool],
    /// The predicted risks.
    pub risk: &'a [f64],
}

/// The two curves of a method.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Curves {
    /// Sensitivity over false-positive rate.
    pub roc: Vec<BandPoint>,
    /// Precision over recall.
    pub pr: Vec<BandPoint>,
}

/// The folds of one method, sorted. Those with one class or a number that is not finite do not count.
#[derive(Debug)]
pub struct Folds(Vec<Sorted>);

impl Folds {
    /// Sorts.
    pub fn new(folds: &[Judge<'_>]) -> Self {
        Self(folds.iter().filter_map(|fold| Sorted::among(fold.rows, fold.y, fold.risk).ok()).collect())
    }

    /// Both curves of the rows repeated by `weights` (one count for each evaluated row): the sensitivities at
    /// [`POINTS`] false-positive rates, then the precisions at as many recalls; NaN where no fold has both classes.
    pub fn curves(&self, weights: &[u32]) -> Vec<f64> {
        let mut out = vec![0.0; 2 * POINTS];
        let (roc, pr) = out.split_at_mut(POINTS);
        let used = self.0.iter().filter(|fold| fold.trace(weights, roc, pr)).count();
        out.iter_mut().for_each(|value| *value /= used as f64);
        out
    }
}

/// The curves of several methods on the same resamples: step it as a [`Bootstrap`].
pub struct Bands<'a> {
    bootstrap: Bootstrap<'a>,
    methods: usize,
}

impl<'a> Bands<'a> {
    /// Prepares.
    ///
    /// # Errors
    /// What [`Bootstrap::new`] says; [`Why::OneClass`] where no fold of a method has both classes.
    pub fn new(methods: Vec<Folds>, units: &'a Units, settings: Settings) -> Result<Self, Why> {
        if methods.iter().any(|folds| folds.0.is_empty()) {
            return Err(Why::OneClass);
        }
        let count = methods.len();
        let statistic: Statistic<'a> = Box::new(move |weights, out| {
            for folds in &methods {
                out.extend(folds.curves(weights));
            }
        });
        let settings = Settings { jackknife: false, ..settings };
        Ok(Self { bootstrap: Bootstrap::new(units, settings, statistic)?, methods: count })
    }

    /// The bootstrap, to be run or stepped.
    pub fn bootstrap(&mut self) -> &mut Bootstrap<'a> {
        &mut self.bootstrap
    }

    /// Each method's curves with bands of this `level`.
    pub fn finish(self, level: f64) -> Vec<Curves> {
        let found = self.bootstrap.finish();
        let one = |start: usize| -> Vec<BandPoint> {
            (0..POINTS).map(|k| point(abscissa(k), &found.of(start + k), level)).collect()
        };
        (0..self.methods)
            .map(|method| Curves { roc: one(2 * POINTS * method), pr: one(2 * POINTS * method + POINTS) })
            .collect()
    }
}

/// Where point `k` stands.
pub fn abscissa(k: usize) -> f64 {
    k as f64 / (POINTS - 1) as f64
}
