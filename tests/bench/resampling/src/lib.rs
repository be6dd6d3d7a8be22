//! Two things that resample, without the rest of the crate: the paired bootstrap of two AUROCs, and the permutation test
//! of the maximum mean discrepancy. Both sides make the same numbers from a seed.

#![allow(dead_code)]

#[path = "../../../../src/error.rs"]
pub mod error;
#[path = "../../../../src/evaluate/mod.rs"]
pub mod evaluate;
#[path = "../../../../src/metrics/mod.rs"]
pub mod metrics;
#[path = "../../../../src/shift/permuted.rs"]
pub mod permuted;
#[path = "../../../../src/rng.rs"]
pub mod rng;
#[path = "../../../../src/text.rs"]
pub mod text;
#[path = "../../../../src/watch.rs"]
pub mod watch;
/// The parts of `math` that these use.
#[path = "."]
pub mod math {
    #[path = "../../../../src/math/dist.rs"]
    pub mod dist;
    #[path = "../../../../src/math/kernel.rs"]
    pub mod kernel;
    #[path = "../../../../src/math/linalg.rs"]
    pub mod linalg;
    #[path = "../../../../src/math/loess.rs"]
    pub mod loess;
    #[path = "../../../../src/math/logistic.rs"]
    pub mod logistic;
    #[path = "../../../../src/math/rows.rs"]
    pub mod rows;
    #[path = "../../../../src/math/stats.rs"]
    pub mod stats;
    #[path = "../../../../src/math/tests.rs"]
    pub mod tests;
}

pub use error::{Code, Error, Result};

use evaluate::bootstrap::{Settings, Units};
use evaluate::panel::{Panel, Request};
use math::rows::Rows;
use metrics::{Metric, Truth};
use rng::Rng;
use std::cell::{Cell, RefCell};
use std::future::Future;
use std::pin::Pin;
use watch::{Event, Pulse, Watch, block_on};

/// The numbers of one trial.
pub enum Made {
    /// Who has the event, and two models' scores.
    Scores { y: Vec<u32>, first: Vec<f64>, second: Vec<f64> },
    /// Rows of both sides by rows, and their width.
    Sides { source: Vec<f64>, target: Vec<f64>, width: usize },
}

impl Made {
    /// `rows` scores of two models, the second a little better.
    pub fn scores(rows: usize, seed: u32) -> Self {
        let mut rng = Rng::stream(u64::from(seed), "bench/scores");
        let y: Vec<u32> = (0..rows).map(|_| u32::from(rng.uniform() < 0.2)).collect();
        let shared: Vec<f64> = y.iter().map(|&e| rng.normal() + 1.1 * f64::from(e)).collect();
        let mut model = |noise: f64| -> Vec<f64> { shared.iter().map(|s| s + noise * rng.normal()).collect() };
        let (first, second) = (model(0.7), model(0.5));
        Self::Scores { y, first, second }
    }

    /// `rows` a side, the target a little to the right.
    pub fn sides(rows: usize, width: usize, seed: u32) -> Self {
        let mut rng = Rng::stream(u64::from(seed), "bench/sides");
        let mut side = |by: f64| -> Vec<f64> { (0..rows * width).map(|_| rng.normal() + by).collect() };
        let (source, target) = (side(0.0), side(0.04));
        Self::Sides { source, target, width }
    }

    /// The bytes for Python: doubles, one after the other.
    pub fn bytes(&self) -> Vec<u8> {
        let all: Vec<f64> = match self {
            Self::Scores { y, first, second } => {
                y.iter().map(|&e| f64::from(e)).chain(first.iter().copied()).chain(second.iter().copied()).collect()
            }
            Self::Sides { source, target, .. } => source.iter().chain(target).copied().collect(),
        };
        all.into_iter().flat_map(f64::to_le_bytes).collect()
    }

    /// Resamples: the statistic, the resamples' standard error (scores) or p (sides), and the kernel's bandwidth.
    ///
    /// # Errors
    /// What the tests say; cancelled where `watch` says so.
    pub fn run(&self, resamples: usize, watch: &dyn Watch) -> Result<[f64; 3]> {
        let pulse = Pulse::new(watch);
        match self {
            Self::Scores { y, first, second } => {
                let units = Units::new(y.len(), None);
                let request = Request {
                    truth: Truth::Classes { y, classes: 2 },
                    predictions: &[first, second],
                    metrics: &[Metric::Auroc],
                    roc: &[],
                    pr: &[],
                    thresholds: &[],
                    calibration: &[],
                };
                let settings = Settings { jackknife: false, ..Settings::new(resamples, 1) };
                let undefined = || Code::NothingVaries.err();
                let mut panel = Panel::new(request, &units, settings).map_err(|_| undefined())?;
                block_on(panel.bootstrap().run(&pulse))?;
                let found = panel.finish(0.95);
                let gain = found.get(1).and_then(|two| two.gains.first()).ok_or_else(undefined)?;
                let interval = gain.interval.map_err(|_| undefined())?;
                Ok([interval.value, interval.se, f64::NAN])
            }
            Self::Sides { source, target, width } => {
                let (source, target) = Rows::pair(source, target, *width)?;
                let found = block_on(permuted::mmd(source, target, &[1.0], resamples, 1, &pulse))?;
                let at = found.bandwidths.first().ok_or_else(|| Code::NothingVaries.err())?;
                Ok([at.mmd2, found.p, at.sigma])
            }
        }
    }
}

/// Counts how often the thread is given back, tells how far it is, and stops after so many times.
pub struct Counting {
    /// The host's clock.
    pub clock: fn() -> f64,
    /// Times that the thread was given back.
    pub breaths: Cell<u32>,
    /// Stops at so many.
    pub stop_at: u32,
    /// The largest pause between two breaths, and when the last one was.
    pub longest: Cell<f64>,
    /// When the last breath was.
    pub last: Cell<f64>,
    /// Reports of progress.
    pub told: Cell<u32>,
}

impl Counting {
    /// With this clock.
    pub fn new(clock: fn() -> f64, stop_at: u32) -> Self {
        let last = Cell::new(clock());
        Self { clock, breaths: Cell::new(0), stop_at, longest: Cell::new(0.0), last, told: Cell::new(0) }
    }
}

impl Watch for Counting {
    fn event(&self, event: Event) {
        if matches!(event, Event::Progress { .. }) {
            self.told.set(self.told.get() + 1);
        }
    }
    fn now_ms(&self) -> f64 {
        (self.clock)()
    }
    fn cancelled(&self) -> bool {
        self.breaths.get() >= self.stop_at
    }
    fn breathe<'a>(&'a self) -> Pin<Box<dyn Future<Output = ()> + 'a>> {
        let now = (self.clock)();
        self.longest.set(self.longest.get().max(now - self.last.get()));
        self.last.set(now);
        self.breaths.set(self.breaths.get() + 1);
        Box::pin(std::future::ready(()))
    }
}

thread_local!(static MADE: RefCell<Option<Made>> = const { RefCell::new(None) });
thread_local!(static FOUND: RefCell<[f64; 5]> = const { RefCell::new([f64::NAN; 5]) });

#[cfg(target_family = "wasm")]
mod host {
    #[link(wasm_import_module = "host")]
    unsafe extern "C" {
        pub safe fn now() -> f64;
    }
}
#[cfg(target_family = "wasm")]
fn clock() -> f64 {
    host::now()
}

/// Makes the numbers of the next trials: `width` 0 are scores.
#[unsafe(no_mangle)]
pub extern "C" fn make(rows: u32, width: u32, seed: u32) {
    MADE.replace(Some(match width {
        0 => Made::scores(rows as usize, seed),
        _ => Made::sides(rows as usize, width as usize, seed),
    }));
}

/// Resamples them and stops after `stop_at` breaths; [`found`] has the results. 0: done; 1: stopped.
#[cfg(target_family = "wasm")]
#[unsafe(no_mangle)]
pub extern "C" fn run(resamples: u32, stop_at: u32) -> u32 {
    let watch = Counting::new(clock, stop_at);
    let result = MADE.with_borrow(|made| made.as_ref().map(|made| made.run(resamples as usize, &watch)));
    let [value, spread, _] = match &result {
        Some(Ok(found)) => *found,
        _ => [f64::NAN; 3],
    };
    let breaths = f64::from(watch.breaths.get());
    FOUND.replace([value, spread, breaths, watch.longest.get(), f64::from(watch.told.get())]);
    u32::from(!matches!(result, Some(Ok(_))))
}

/// Number `which` of the last run: statistic, standard error or p, breaths, longest pause in ms, reports of progress.
#[unsafe(no_mangle)]
pub extern "C" fn found(which: u32) -> f64 {
    FOUND.with_borrow(|found| found.get(which as usize).copied().unwrap_or(f64::NAN))
}

// The engine's allocator.
#[cfg(target_family = "wasm")]
#[global_allocator]
static ALLOCATOR: talc::TalckWasm = unsafe { talc::TalckWasm::new_global() };
