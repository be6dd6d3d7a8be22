//! The H-score (Bao, Li, Huang, Zhang, Zheng, Zamir and Guibas, ICIP 2019) and its shrunken form (Ibrahim, Ponomareva and
//! Mazumder, ECML PKDD 2022): tr(cov(f)⁻¹ cov(E[f | y])), how much of the features' spread lies between the classes.

use super::classes_of;
use crate::error::Result;
use crate::math::covariance::{ledoit_wolf, sample};
use crate::math::rows::Rows;
use crate::math::spd::{apply, product};

/// tr(cov(f)⁺ cov(g)), g the class means of f, both over n − 1. Between 0 and classes − 1 where n is over the rank; with
/// more columns than rows it is classes − 1 whatever the features: take [`shrunken`].
///
/// # Errors
/// `one_class`, `too_few_rows` under two rows, `internal` for lengths.
pub fn plain(f: Rows<'_>, y: &[u32]) -> Result<f64> {
    let between = between(f, y)?;
    trace_of_quotient(&sample(f, 1)?.matrix, &between, f.p())
}

/// The same with Ledoit and Wolf's covariance of f and (1 − δ) cov(g), δ its shrinkage.
///
/// # Errors
/// As [`plain`].
pub fn shrunken(f: Rows<'_>, y: &[u32]) -> Result<f64> {
    let between = between(f, y)?;
    let whole = ledoit_wolf(f)?;
    Ok((1.0 - whole.shrinkage) * trace_of_quotient(&whole.matrix, &between, f.p())?)
}

/// The covariance (over n − 1) of the class means, each counting as often as its class.
fn between(f: Rows<'_>, y: &[u32]) -> Result<Vec<f64>> {
    let counts = classes_of(y, f.n())?;
    let p = f.p();
    let mut means = vec![0.0; counts.len() * p];
    for (row, &class) in f.iter().zip(y) {
        let at = class as usize;
        means[at * p..(at + 1) * p].iter_mut().zip(row).for_each(|(m, v)| *m += v / counts[at] as f64);
    }
    let moved: Vec<f64> =
        y.iter().flat_map(|&class| means[class as usize * p..(class as usize + 1) * p].iter().copied()).collect();
    Ok(sample(Rows::new(&moved, p)?, 1)?.matrix)
}

fn trace_of_quotient(whole: &[f64], part: &[f64], p: usize) -> Result<f64> {
    let inverse = apply(whole, p, |v| if v > 0.0 { 1.0 / v } else { 0.0 })?;
    let quotient = product(&inverse, part, p, p, p);
    Ok((0..p).map(|j| quotient[j * p + j]).sum())
}
