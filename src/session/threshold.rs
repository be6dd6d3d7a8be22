//! Thresholds from training rows alone.
//!
//! A threshold that is chosen on the rows it is judged on is too good (Leeflang et al., Clin Chem 2008;54:729–737). The
//! out-of-fold predictions that are there anyway are no way out: a training row of one fold is predicted by models that
//! learned from the held-out rows of it. A model's risks of its own training rows are honest but too sure. So the training
//! rows of a fold are cross-fitted: cut into folds of their own, each predicted by the procedure fitted on the others (as
//! scikit-learn's `TunedThresholdClassifierCV`, with the risks pooled). Only the first repeat is done so, and only for the
//! two procedures that are compared: that costs a fraction of the run, and calls every patient once.
//!
//! Everything here is made from the training rows' own cohort: the held-out rows are not in it.

use super::prepare::{Entry, Prepared};
use super::sides::{Sides, keys, strata};
use super::unit::{Direction, Job, Unit};
use super::work::too_little;
use crate::cohort::{Cohort, Labels, Prediction, Task};
use crate::error::Result;
use crate::methods::Model;
use crate::split::{Fold, Respect, k_fold_of};
use crate::train::Run;

impl Prepared {
    /// The folds whose training rows choose a threshold.
    pub(super) fn chooses(&self, sides: &Sides, fold: &Fold) -> bool {
        let two = matches!(&sides.target.y, Some(Labels::Classes { names, .. }) if names.len() == 2);
        self.plan.thresholds > 0 && two && fold.repeat == 0 && sides.estimates(fold)
    }

    /// The units that choose thresholds in this direction.
    pub(super) fn threshold_jobs(&self, direction: Direction, sides: &Sides) -> Vec<Job> {
        let folds = sides.folds.iter().enumerate().filter(|(_, fold)| self.chooses(sides, fold));
        let compared = || self.entries.iter().enumerate().take(2);
        folds
            .flat_map(|(number, fold)| {
                compared().map(move |(index, entry)| Job {
                    unit: Unit::Threshold { direction, method: index as u32, fold: number as u32 },
                    needs: self.key(direction, entry, fold.repeat as u32),
                    cost: entry.method.card().relative_cost() * f64::from(self.plan.thresholds),
                })
            })
            .collect()
    }

    /// The risks of a fold's training rows, in their order, each by a model that saw only others of them. `None` where the
    /// rows are too few to be cut.
    pub(super) async fn cross_fitted(
        &self,
        entry: &Entry,
        pre: Option<&Model>,
        sides: &Sides,
        fold: &Fold,
        run: &Run<'_>,
    ) -> Result<Option<Prediction>> {
        let train = sides.target.select(&fold.train);
        let Some(Labels::Classes { names, codes, .. }) = &train.y else { return Ok(None) };
        let (keys, strata) = (keys(&train), strata(&train));
        let respect = Respect { strata: strata.as_deref(), groups: train.group.as_deref(), keys: Some(&keys) };
        let of = |class: u32| codes.iter().filter(|code| **code == Some(class)).count();
        let scarce = (0..names.len() as u32).map(of).min().unwrap_or(0);
        let parts = (self.plan.thresholds as usize).min(scarce);
        let rows: Vec<usize> = (0..train.len()).collect();
        let inner = match k_fold_of(&rows, respect, parts.max(2), 1, run.seed) {
            Ok(inner) if parts > 1 => inner,
            _ => return Ok(None),
        };
        let mut probabilities = vec![f64::NAN; names.len() * train.len()];
        for Fold { train: learned, test: judged, .. } in inner {
            let task = Task {
                sources: sides.sources.clone(),
                target: train.select(&learned),
                unlabelled: sides.unlabelled.as_ref().map(Cohort::without_labels),
            };
            let model = match entry.method.adapt(pre, &entry.settings, &task, run).await {
                Ok(model) => model,
                Err(error) if too_little(&error) => return Ok(None),
                Err(error) => return Err(error),
            };
            let said = entry.method.predict(&model, &train.select(&judged).without_labels(), run).await?;
            let Prediction::Classes { names: said_names, probabilities: said } = said else { return Ok(None) };
            if said_names != *names || said.len() != judged.len() * names.len() {
                return Ok(None);
            }
            for (place, row) in judged.into_iter().enumerate() {
                let (from, to) = (place * names.len(), row * names.len());
                probabilities[to..to + names.len()].copy_from_slice(&said[from..from + names.len()]);
            }
        }
        Ok(Some(Prediction::Classes { names: names.clone(), probabilities }))
    }
}
