//! What every training is handed: the device, the seed, and who watches.

use burn::tensor::Device;

use crate::error::Result;
use crate::rng::Rng;
use crate::watch::{Event, Pulse, Watch};
use serde::{Deserialize, Serialize};

/// What stands for a missing number; always learned from the fitted rows alone.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Fill {
    /// The median.
    #[default]
    Median,
    /// The mean of like rows: the nearest of k-means' centroids.
    Centroids,
    /// Regressions on the other numbers, in rounds.
    Iterative,
}

/// How missing values are met before a model sees them. Boosted trees meet them on their own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Imputation {
    /// What stands for a missing number.
    #[serde(default)]
    pub fill: Fill,
    /// Whether a column says where a number is missing, where more than a hundredth of the rows lack it.
    pub indicators: bool,
}

impl Default for Imputation {
    fn default() -> Self {
        Self { fill: Fill::Median, indicators: true }
    }
}

/// One run of a method: see the [module](self).
pub struct Run<'a> {
    /// Where networks are trained.
    pub device: Device,
    /// The seed of every stream of this run.
    pub seed: u64,
    /// How missing values are met.
    pub imputation: Imputation,
    pulse: Pulse<'a>,
}

impl<'a> Run<'a> {
    /// A run on this device.
    pub fn new(device: Device, seed: u64, watch: &'a dyn Watch) -> Self {
        Self { device, seed, imputation: Imputation::default(), pulse: Pulse::new(watch) }
    }
    /// The same device and watch under another seed.
    pub fn reseeded(&self, seed: u64) -> Run<'a> {
        Run { imputation: self.imputation, ..Run::new(self.device.clone(), seed, self.pulse.watch()) }
    }
    /// The same run with another way to meet missing values.
    pub fn with_imputation(&self, imputation: Imputation) -> Run<'a> {
        Run { imputation, ..self.reseeded(self.seed) }
    }
    /// A stream of random numbers for one purpose.
    pub fn rng(&self, name: &str) -> Rng {
        Rng::stream(self.seed, name)
    }
    /// The pulse, for work that is handed no run.
    pub fn pulse(&self) -> &Pulse<'a> {
        &self.pulse
    }
    /// Tells the watcher.
    pub fn event(&self, event: Event) {
        self.pulse.watch().event(event);
    }
    /// Gives the thread back where it is time.
    ///
    /// # Errors
    /// [`crate::Code::Cancelled`] once the person asked to stop.
    pub async fn breathe(&self) -> Result<()> {
        self.pulse.breathe().await
    }
}
