//! Boosted trees: against XGBoost, against brute force, and on rows that nobody would wish for.

mod bad;
mod boost;
mod golden;
mod shap;

use autograft::rng::Rng;
use autograft::trees::{Loss, Matrix};

/// Rows made up from a seed: columns by columns, with missing values, and labels of a loss.
pub struct Made {
    pub x: Vec<f32>,
    pub y: Vec<f64>,
    pub rows: usize,
    pub features: usize,
}

impl Made {
    pub fn new(seed: u64, rows: usize, features: usize, missing: f64, loss: Loss) -> Self {
        let mut rng = Rng::stream(seed, "made");
        let mut x = vec![0.0_f32; rows * features];
        for value in &mut x {
            *value = if rng.uniform() < missing { f32::NAN } else { (rng.normal() * 50.0).round() as f32 / 50.0 };
        }
        let known = |i: usize| if x[i].is_nan() { 0.3 } else { f64::from(x[i]) };
        let y = (0..rows)
            .map(|row| {
                let (a, b) = (known(row), known(rows * (features - 1) + row));
                let f = a + a * b + 0.5 * rng.normal();
                match loss {
                    Loss::Logistic => f64::from(f > 0.0),
                    Loss::Squared => 2.0 * f + 5.0,
                    Loss::Softmax { classes } => ((f + 2.0).max(0.0) as usize).min(classes - 1) as f64,
                }
            })
            .collect();
        Self { x, y, rows, features }
    }
    pub fn matrix(&self) -> Matrix<'_> {
        Matrix::new(&self.x, self.rows, self.features).unwrap()
    }
}
