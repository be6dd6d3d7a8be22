//! What every training is handed: the device, the seed, and who watches.

use burn::tensor::Device;

use crate::error::Result;
use crate::rng::Rng;
use crate::watch::{Event, Pulse, Watch};

/// One run of a method: see the [module](self).
pub struct Run<'a> {
    /// Where networks are trained.
    pub device: Device,
    /// The seed of every stream of this run.
    pub seed: u64,
    pulse: Pulse<'a>,
}

impl<'a> Run<'a> {
    /// A run on this device.
    pub fn new(device: Device, seed: u64, watch: &'a dyn Watch) -> Self {
        Self { device, seed, pulse: Pulse::new(watch) }
    }
    /// The same device and watch under another seed.
    pub fn reseeded(&self, seed: u64) -> Run<'a> {
        Run::new(self.device.clone(), seed, self.pulse.watch())
    }
    /// A stream of random numbers for one purpose.
    pub fn rng(&self, name: &str) -> Rng {
        Rng::stream(self.seed, name)
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
