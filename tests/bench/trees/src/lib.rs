//! The trees of the crate, and rows for them that both sides make alike.

#[path = "../../../../src/error.rs"]
pub mod error;
#[path = "../../../../src/rng.rs"]
pub mod rng;
#[path = "../../../../src/text.rs"]
pub mod text;
#[path = "../../../../src/trees/mod.rs"]
pub mod trees;

use rng::Rng;
use std::cell::RefCell;
use trees::{Booster, Loss, Matrix, Params, Rows};

/// Features by columns, and labels that depend on a few of them.
pub struct Made {
    pub x: Vec<f32>,
    pub y: Vec<f64>,
    pub features: usize,
}

impl Made {
    pub fn new(rows: usize, features: usize, seed: u32) -> Self {
        let mut rng = Rng::stream(u64::from(seed), "bench/trees");
        let x: Vec<f32> = (0..rows * features).map(|_| rng.normal() as f32).collect();
        let at = |row: usize, feature: usize| f64::from(x[feature * rows + row]);
        let y = (0..rows)
            .map(|row| {
                let f = at(row, 0) + at(row, 1) * at(row, 2) - 0.5 * at(row, 3) * at(row, 3);
                f64::from(f + libm::sin(2.0 * at(row, 4)) + rng.normal() > 0.0)
            })
            .collect();
        Self { x, y, features }
    }

    /// Bins, trees and the last loss.
    pub fn train(&self, depth: usize, steps: usize) -> error::Result<f64> {
        let params = Params { eta: 0.1, max_depth: depth, base_score: Some(0.5), ..Params::default() };
        let x = Matrix::new(&self.x, self.y.len(), self.features)?;
        let mut booster = Booster::new(&params, Loss::Logistic, Rows::new(x, &self.y), None, 1)?;
        for _ in 0..steps {
            booster.step()?;
        }
        Ok(booster.loss())
    }
}

thread_local!(static MADE: RefCell<Option<Made>> = const { RefCell::new(None) });

/// Makes the rows of the next trials.
#[unsafe(no_mangle)]
pub extern "C" fn make(rows: u32, features: u32, seed: u32) {
    MADE.replace(Some(Made::new(rows as usize, features as usize, seed)));
}

/// Trains on them; gives the loss, or NaN.
#[unsafe(no_mangle)]
pub extern "C" fn train(depth: u32, steps: u32) -> f64 {
    MADE.with_borrow(|made| {
        made.as_ref().and_then(|made| made.train(depth as usize, steps as usize).ok()).unwrap_or(f64::NAN)
    })
}

// The engine's allocator.
#[cfg(target_family = "wasm")]
#[global_allocator]
static ALLOCATOR: talc::TalckWasm = unsafe { talc::TalckWasm::new_global() };
