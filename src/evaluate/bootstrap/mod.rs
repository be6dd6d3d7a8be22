//! The bootstrap over patients, a step at a time, so that progress is told and a person can stop it.
//!
//! All numbers of one run (every method, metric and point of a curve) are computed on the same resamples: differences
//! are paired, and bands belong together. Resample b draws from a stream named by b, so that the order of steps and the
//! number of resamples change none of them. It carries the variance of testing only: models are not fitted again.

mod series;
mod units;

pub use series::{Interval, Kind, Series};
pub use units::Units;

use crate::error::Result;
use crate::metrics::Why;
use crate::rng::Rng;
use crate::watch::{Event, Pulse};

/// Units from which on the jackknife leaves out groups of them: its acceleration then costs no more than 1,000 values.
const JACKKNIFE_GROUPS: usize = 1000;
/// Steps between two reports of progress.
const TOLD_EVERY: usize = 25;

/// Numbers of the weighted rows: pushes as many at every call, NaN where one is undefined.
pub type Statistic<'a> = Box<dyn FnMut(&[u32], &mut Vec<f64>) + 'a>;

/// How many resamples, and of what.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Resamples.
    pub resamples: usize,
    /// The seed of their streams.
    pub seed: u64,
    /// Whether each unit is left out once too, which BCa needs.
    pub jackknife: bool,
    /// Resamples that were drawn elsewhere, as numbers of units; they stand in the place of our own draws.
    pub given: Option<Vec<Vec<u32>>>,
}

impl Settings {
    /// So many resamples of our own, with a jackknife.
    pub fn new(resamples: usize, seed: u64) -> Self {
        Self { resamples, seed, jackknife: true, given: None }
    }
}

/// A bootstrap under way.
pub struct Bootstrap<'a> {
    units: &'a Units,
    settings: Settings,
    statistic: Statistic<'a>,
    value: Vec<f64>,
    draws: Vec<Vec<f64>>,
    jackknife: Vec<Vec<f64>>,
    groups: usize,
    weights: Vec<u32>,
    out: Vec<f64>,
}

impl<'a> Bootstrap<'a> {
    /// Computes the numbers on the rows as they are; no resample yet.
    ///
    /// # Errors
    /// [`Why::NoRows`] without units or without a number; [`Why::TooFew`] with one unit.
    pub fn new(
        units: &'a Units,
        mut settings: Settings,
        mut statistic: Statistic<'a>,
    ) -> std::result::Result<Self, Why> {
        match units.len() {
            0 => return Err(Why::NoRows),
            1 => return Err(Why::TooFew { found: 1, needed: 2 }),
            _ => {}
        }
        if let Some(given) = &settings.given {
            settings.resamples = given.len();
        }
        let weights = vec![1; units.n()];
        let mut value = Vec::new();
        statistic(&weights, &mut value);
        if value.is_empty() {
            return Err(Why::NoRows);
        }
        let groups = if settings.jackknife { units.len().min(JACKKNIFE_GROUPS) } else { 0 };
        let (draws, jackknife) = (vec![Vec::new(); value.len()], vec![Vec::new(); value.len()]);
        Ok(Self { units, settings, statistic, value, draws, jackknife, groups, weights, out: Vec::new() })
    }

    /// Steps done, and all.
    pub fn progress(&self) -> (usize, usize) {
        let done = |columns: &[Vec<f64>]| columns.first().map_or(0, Vec::len);
        (done(&self.draws) + done(&self.jackknife), self.settings.resamples + self.groups)
    }

    /// One resample, or one unit left out. False once all is done.
    pub fn step(&mut self) -> bool {
        let (done, total) = self.progress();
        if done >= total {
            return false;
        }
        let resampling = done < self.settings.resamples;
        match (&self.settings.given, resampling) {
            (_, false) => self.units.without(done - self.settings.resamples, self.groups, &mut self.weights),
            (Some(given), true) => self.units.given(&given[done], &mut self.weights),
            (None, true) => {
                self.units.draw(&mut Rng::child(self.settings.seed, "bootstrap", done), &mut self.weights);
            }
        }
        self.out.clear();
        (self.statistic)(&self.weights, &mut self.out);
        let columns = if resampling { &mut self.draws } else { &mut self.jackknife };
        for (k, column) in columns.iter_mut().enumerate() {
            column.push(self.out.get(k).copied().unwrap_or(f64::NAN));
        }
        done + 1 < total
    }

    /// All steps, giving the thread back between them.
    ///
    /// # Errors
    /// [`crate::Code::Cancelled`] once the person asked to stop.
    pub async fn run(&mut self, pulse: &Pulse<'_>) -> Result<()> {
        loop {
            let (done, total) = self.progress();
            if done % TOLD_EVERY == 0 || done == total {
                pulse.watch().event(Event::Progress { done: done as f64, total: total as f64 });
            }
            pulse.breathe().await?;
            if done == total {
                return Ok(());
            }
            self.step();
        }
    }

    /// What was drawn so far.
    pub fn finish(self) -> Resamples {
        Resamples { value: self.value, draws: self.draws, jackknife: self.jackknife }
    }
}

/// All numbers over the resamples.
#[derive(Debug, Clone, PartialEq)]
pub struct Resamples {
    value: Vec<f64>,
    draws: Vec<Vec<f64>>,
    jackknife: Vec<Vec<f64>>,
}

impl Resamples {
    /// How many numbers.
    pub fn width(&self) -> usize {
        self.value.len()
    }

    /// Number `k`. Empty of values where there is no such number.
    pub fn of(&self, k: usize) -> Series {
        let column = |columns: &[Vec<f64>]| columns.get(k).cloned().unwrap_or_default();
        Series {
            value: self.value.get(k).copied().unwrap_or(f64::NAN),
            draws: column(&self.draws),
            jackknife: column(&self.jackknife),
        }
    }

    /// A number made of two, resample by resample: a paired difference, or a gain.
    pub fn pair(&self, first: usize, second: usize, join: impl Fn(f64, f64) -> f64) -> Series {
        let (a, b) = (self.of(first), self.of(second));
        let both = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| join(*a, *b)).collect();
        Series {
            value: join(a.value, b.value),
            draws: both(&a.draws, &b.draws),
            jackknife: both(&a.jackknife, &b.jackknife),
        }
    }
}
