//! Whether patients who were not learned from bear out what a model relies on.
//!
//! A model can lean on noise, and then what a feature adds is as large as if it meant something. On held-out patients it
//! is not: what a feature adds to their predictions goes with what was observed only if there is something in it.

use crate::math::dist::t_cdf;
use crate::math::stats;

/// What was observed in the patients.
#[derive(Debug, Clone, Copy)]
pub enum Observed<'a> {
    /// 0 and 1, or numbers.
    Values(&'a [f64]),
    /// The parts are those of the class that was observed.
    Towards,
}

/// The correlation of what a feature adds with what was observed, and its one-sided p (Student's t). For
/// [`Observed::Towards`] the mean in standard deviations, and the p of its t. `people`: how many the rows belong to, for
/// the degrees of freedom. `None` under four people, and where nothing varies.
pub fn borne_out(added: &[f64], observed: Observed<'_>, people: usize) -> Option<(f64, f64)> {
    let n = people as f64;
    if people < 4 {
        return None;
    }
    let (found, t, df) = match observed {
        Observed::Values(values) => {
            let r = stats::correlation(added, values);
            (r, r * libm::sqrt((n - 2.0) / (1.0 - r * r).max(1e-12)), n - 2.0)
        }
        Observed::Towards => {
            let mean = stats::mean(added) / stats::sd(added);
            (mean, mean * libm::sqrt(n), n - 1.0)
        }
    };
    t.is_finite().then(|| (found, 1.0 - t_cdf(t, df)))
}
