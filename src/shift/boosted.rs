//! Boosted trees as a classifier of the domain: they find what a linear one cannot, a variance that changed or two features
//! that go together in another way. A step is a piece, so that a large table can be stopped.

use super::discriminator::{CrossFit, divided, prior_odds};
use crate::error::Result;
use crate::math::rows::Rows;
use crate::split::Respect;
use crate::trees::{Booster, Loss, Matrix, Params, Rows as TreeRows};
use crate::watch::Pulse;

/// Trees of each fold.
const STEPS: usize = 30;

/// Small trees, slowly, on few bins: nothing is tuned, since the test holds for any fixed learner.
fn params() -> Params {
    Params { eta: 0.2, max_depth: 3, min_child_weight: 2.0, max_bin: 32, ..Params::default() }
}

/// As [`super::cross_fit`], by trees.
///
/// # Errors
/// As there.
pub async fn cross_fit_boosted(
    x: Rows<'_>,
    target: &[bool],
    respect: Respect<'_>,
    folds: usize,
    seed: u64,
    pulse: &Pulse<'_>,
) -> Result<CrossFit> {
    let mut out = CrossFit::new(x, target, folds)?;
    for part in divided(x.n(), respect, folds, seed)? {
        pulse.breathe().await?;
        let prior = prior_odds(target, &part.train)?;
        let columns = |rows: &[usize]| -> Vec<f32> {
            (0..x.p()).flat_map(|j| rows.iter().map(move |&row| x.row(row)[j] as f32)).collect()
        };
        let (train, test) = (columns(&part.train), columns(&part.test));
        let y: Vec<f64> = part.train.iter().map(|&row| f64::from(u8::from(target[row]))).collect();
        let rows = TreeRows::new(Matrix::new(&train, part.train.len(), x.p())?, &y);
        let mut booster = Booster::new(&params(), Loss::Logistic, rows, None, seed)?;
        for _ in 0..STEPS {
            pulse.breathe().await?;
            booster.step()?;
        }
        let test = Matrix::new(&test, part.test.len(), x.p())?;
        let found = booster.finish().margins(&test, None)?;
        out.put(&part, prior, found)?;
    }
    Ok(out)
}
