//! Plan and tables -> report: the only place that knows the order of the steps.
//!
//! `prepare` lays out who is compared on which rows and lists the work; `work` does one unit; `assemble` puts the
//! outcomes together. A scheduler (the page's workers, the command's threads) stands between the last two.

mod assemble;
mod before;
mod divide;
mod evaluation;
mod groups;
mod prepare;
pub mod scoring;
mod threshold;
mod unit;
mod work;

pub use assemble::assemble;
pub use prepare::{Entry, Prepared, Sides};
pub use unit::{Cell, Direction, Job, Outcome, Unit};

use crate::cohort::{Cohort, Side};
use crate::error::Result;
use crate::shift::{self, Shift};
use crate::watch::{Pulse, Watch};

impl Prepared {
    /// How the cohorts differ, from the features and the labels' prevalence alone.
    ///
    /// # Errors
    /// [`crate::Code::Cancelled`]; what the tables say.
    pub async fn shift(&self, watch: &dyn Watch) -> Result<Shift> {
        shift::compute(&self.forward.sources, &self.everyone(), u64::from(self.plan.seed), &Pulse::new(watch)).await
    }

    /// Every row of the target, whatever its part.
    fn everyone(&self) -> Cohort {
        let sides = &self.forward;
        let all: Vec<Cohort> = [Some(&sides.target), sides.test.as_ref(), sides.unlabelled.as_ref()]
            .into_iter()
            .flatten()
            .cloned()
            .collect();
        Cohort::join(&all, Side::Target).unwrap_or_else(|| sides.target.clone())
    }
}
