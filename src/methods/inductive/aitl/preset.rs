//! What was chosen for the four drugs, and what it was drawn from (Sharifi-Noghabi et al. 2020, supplement).

use serde::{Deserialize, Serialize};

use crate::rng::Rng;

/// The settings that the published search chose.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Chosen {
    /// Width of the extractor.
    pub extractor: usize,
    /// Width of the shared layer and of the source's tower.
    pub shared: usize,
    /// Adagrad's rate.
    pub rate: f64,
    /// λ₁.
    pub global: f64,
    /// λ₂.
    pub class_wise: f64,
    /// Rows of the source a batch.
    pub batch_source: usize,
    /// Rows of the target a batch.
    pub batch_target: usize,
    /// Dropout.
    pub dropout: f64,
    /// Passes over the source.
    pub epochs: usize,
}

/// The names of the presets.
pub const NAMES: [&str; 5] = ["below", "bortezomib", "cisplatin", "docetaxel", "paclitaxel"];

/// The settings of a drug; `released`: where the released script differs (Bortezomib: 15 epochs, in the supplement 10).
pub fn of(name: &str, released: bool) -> Option<Chosen> {
    let row = |extractor, shared, rate, global, class_wise, (batch_source, batch_target), dropout, epochs| Chosen {
        extractor,
        shared,
        rate,
        global,
        class_wise,
        batch_source,
        batch_target,
        dropout,
        epochs,
    };
    match name {
        "bortezomib" => Some(row(1024, 1024, 5e-4, 0.2, 0.4, (16, 16), 0.4, if released { 15 } else { 10 })),
        "cisplatin" => Some(row(512, 16, 0.05, 0.3, 0.3, (32, 8), 0.15, 25)),
        "docetaxel" => Some(row(512, 256, 5e-5, 0.1, 0.8, (16, 32), 0.4, 20)),
        "paclitaxel" => Some(row(1024, 1024, 1e-4, 0.9, 0.3, (32, 32), 0.5, 20)),
        _ => None,
    }
}

/// A point of the published random search. Its lists name no batch sizes: those of the presets are drawn from.
pub fn drawn(rng: &mut Rng) -> Chosen {
    const WIDTHS: [usize; 7] = [1024, 512, 256, 128, 64, 32, 16];
    const RATES: [f64; 9] = [0.1, 0.05, 0.01, 5e-3, 1e-3, 5e-4, 1e-4, 5e-5, 1e-5];
    const BATCHES: [usize; 3] = [8, 16, 32];
    Chosen {
        extractor: WIDTHS[rng.below(WIDTHS.len())],
        shared: WIDTHS[rng.below(WIDTHS.len())],
        rate: RATES[rng.below(RATES.len())],
        global: 0.1 * (1 + rng.below(10)) as f64,
        class_wise: 0.1 * (1 + rng.below(10)) as f64,
        batch_source: BATCHES[rng.below(BATCHES.len())],
        batch_target: BATCHES[rng.below(BATCHES.len())],
        dropout: 0.05 * (2 + rng.below(16)) as f64,
        epochs: 10 + 5 * rng.below(9),
    }
}
