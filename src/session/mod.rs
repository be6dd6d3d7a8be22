//! Plan and tables -> report: the only place that knows the order of the steps.
//!
//! `prepare` lays out who is compared on which rows and lists the work; `work` does one unit; `assemble` puts the
//! outcomes together. A scheduler (the page's workers, the command's threads) stands between the last two.

mod alike;
mod assemble;
mod before;
mod carried;
mod divide;
mod evaluation;
mod groups;
mod map;
mod prepare;
pub mod scoring;
mod sides;
mod threshold;
mod told;
mod unit;
mod work;

pub use assemble::assemble;
pub use carried::Carried;
pub use prepare::{Entry, Prepared};
pub use sides::Sides;
pub use told::{Told, Whose};
pub use unit::{Cell, Direction, Job, Outcome, Unit};

use crate::cohort::{Cohort, Side};
use crate::error::Result;
use crate::shift::{self, Shift};
use crate::transferability::source_model;
use crate::watch::{Pulse, Watch};

impl Prepared {
    /// How the cohorts differ, from the tables and from what a linear model of the source says.
    ///
    /// # Errors
    /// [`crate::Code::Cancelled`]; what the tables say.
    pub async fn shift(&self, watch: &dyn Watch) -> Result<Shift> {
        let (everyone, seed) = (self.everyone(), u64::from(self.plan.seed));
        let sides = &self.forward;
        let mut shift = shift::compute(&sides.sources, &everyone, seed, &Pulse::new(watch)).await?;
        shift.by_model = source_model::by_model(&sides.sources, &sides.target, &everyone, seed, watch).await?;
        Ok(shift)
    }

    /// Every row of the target, whatever its part.
    fn everyone(&self) -> Cohort {
        let sides = &self.forward;
        let mut all: Vec<Cohort> = [Some(&sides.target), sides.test.as_ref(), sides.unlabelled.as_ref()]
            .into_iter()
            .flatten()
            .cloned()
            .collect();
        // Rows without a label take nothing from what is known of the others.
        if let Some(kind) = all.iter().find_map(|part| part.y.clone()) {
            all.iter_mut().filter(|part| part.y.is_none()).for_each(|part| part.y = Some(kind.unknown(part.len())));
        }
        Cohort::join(&all, Side::Target).unwrap_or_else(|| sides.target.clone())
    }
}
