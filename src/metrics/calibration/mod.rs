//! Whether risks are right on average, and along their range.
//!
//! Van Calster et al., BMC Med 2019;17:230 (the hierarchy); Austin and Steyerberg, Stat Med 2019;38:4051–4065 (ICI).

mod bins;
mod logit;
mod profile;
mod refit;
mod smooth;
mod tests;

pub use bins::{Bin, BrierParts, binned, brier_parts, ece, wilson};
pub use logit::{Coefficient, LogitCalibration, in_the_large, logit, slope};
pub use profile::{LogitInterval, in_the_large_interval, observed_over_expected, slope_interval};
pub use refit::Refit;
pub use smooth::{Distance, Smoother, curve, curve_by, distance, distance_by};
pub use tests::{Recalibration, Spiegelhalter, recalibration, spiegelhalter};
