//! How many patients a model needs: to be developed ([`binary`], [`continuous`]), and to be judged ([`validation`]).
//!
//! Riley et al., Stat Med 2019;38:1276–1296 (binary) and 1262–1275 (continuous); BMJ 2020;368:m441. The formulas hold for
//! unpenalised regression with candidate parameters counted (not variables); a network or a forest wants more.

pub mod binary;
pub mod continuous;
pub mod validation;

use crate::error::{Code, Result};

/// Acceptable optimism in R².
const R2_OPTIMISM: f64 = 0.05;

/// The largest answer: beyond it the assumptions say nothing that a study could meet.
const MOST: usize = 10_000_000;

/// An answer that a study could meet.
fn reachable(n: usize) -> Result<usize> {
    if n <= MOST {
        return Ok(n);
    }
    Err(Code::OutOfRange.err().with("field", "n").with("value", n).with("low", 1).with("high", MOST))
}

/// A field inside an open interval.
fn inside(field: &str, value: f64, low: f64, high: f64) -> Result<()> {
    if value > low && value < high {
        return Ok(());
    }
    Err(Code::OutOfRange.err().with("field", field).with("value", value).with("low", low).with("high", high))
}

/// Refuses more than two classes: the criteria for them (Pate et al., Stat Methods Med Res 2023;32:555–571) need a R² for
/// each pair of classes, which nobody has at hand.
///
/// # Errors
/// [`Code::SampleSizeClasses`].
pub fn refuse_classes(classes: usize) -> Result<()> {
    if classes <= 2 { Ok(()) } else { Err(Code::SampleSizeClasses.err().with("found", classes)) }
}

fn ceil(value: f64) -> usize {
    // A count that is whole but for rounding stays.
    libm::ceil(value - 1e-9).max(0.0) as usize
}
