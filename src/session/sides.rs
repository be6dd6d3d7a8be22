//! One direction of the comparison: who is source, who is target, and how the target is divided.

use super::divide;
use super::groups::Grouped;
use crate::cohort::{Cohort, Labels, Side};
use crate::error::{Code, Result};
use crate::evaluate::contrast::Design;
use crate::plan::Plan;
use crate::rng::fnv1a;
use crate::split::{self, Fold, Respect};

/// One direction of the comparison.
#[derive(Debug, Clone)]
pub struct Sides {
    /// The source domains.
    pub sources: Vec<Cohort>,
    /// The labelled target rows that may be learned from.
    pub target: Cohort,
    /// Rows that were set aside by the person for testing.
    pub test: Option<Cohort>,
    /// Target rows without a label.
    pub unlabelled: Option<Cohort>,
    /// All folds of all repeats; `test` indices point into `test` where there is one, else into `target`.
    pub folds: Vec<Fold>,
    /// The fixed split of the learning curve, likewise.
    pub curve: Fold,
    /// Groups of the evaluated patients.
    pub groupings: Vec<Grouped>,
    /// The sites that are held out in turn, and each target row's; empty in every other design.
    pub sites: Vec<String>,
    /// Each target row's site, by number.
    pub site: Vec<u32>,
    /// The latest time that was learned from, where later rows are judged.
    pub until: Option<String>,
}

impl Sides {
    /// Not yet divided into folds.
    pub(super) fn new(sources: Vec<Cohort>, target: Cohort, test: Option<Cohort>, unlabelled: Option<Cohort>) -> Self {
        Self {
            sources,
            target,
            test,
            unlabelled,
            folds: Vec::new(),
            curve: Fold { train: Vec::new(), test: Vec::new(), repeat: 0, fold: 0 },
            groupings: Vec::new(),
            sites: Vec::new(),
            site: Vec::new(),
            until: None,
        }
    }
    /// A fold by its number over all repeats.
    ///
    /// # Errors
    /// [`Code::Internal`] where there is none.
    pub fn fold(&self, fold: u32) -> Result<&Fold> {
        let found = self.folds.get(fold as usize);
        found.ok_or_else(|| Code::Internal.err().with("reason", format!("no fold {fold}")))
    }
    /// The rows that a fold is judged on.
    pub fn evaluated(&self, fold: &Fold) -> Cohort {
        self.test.as_ref().unwrap_or(&self.target).select(&fold.test)
    }
    /// Whether a fold is one that the estimate comes from; the others (halves of the training rows beside a given test
    /// set) are there for its variance alone.
    pub fn estimates(&self, fold: &Fold) -> bool {
        self.test.is_none() || fold.fold == 0
    }
    /// Whether the models of a fold are explained: a few are enough for the picture.
    pub fn explains(&self, fold: &Fold) -> bool {
        if self.test.is_none() { fold.repeat == 0 } else { fold.fold == 0 && fold.repeat < 3 }
    }
    /// Whether the predictions of a fold are taken apart: of a few repeats, so that seeds can be compared. Beside a given
    /// test set also the fits on halves of the rows: what one training set says of stability is that of its seeds alone.
    pub fn tells(&self, fold: &Fold) -> bool {
        fold.repeat < 3
    }
    /// How the verdict's variance is made.
    pub fn design(&self) -> Design {
        match (&self.test, self.sites.is_empty()) {
            (Some(_), _) => Design::HeldOut,
            (None, true) => Design::Cv,
            (None, false) => Design::Sites,
        }
    }
}

pub(super) fn strata(cohort: &Cohort) -> Option<Vec<u32>> {
    cohort.y.as_ref().map(Labels::strata)
}

pub(super) fn lay_out(plan: &Plan, sides: &mut Sides) -> Result<()> {
    let target = &sides.target;
    let keys = keys(target);
    let strata = strata(target);
    let respect = Respect { strata: strata.as_deref(), groups: target.group.as_deref(), keys: Some(&keys) };
    let rows: Vec<usize> = (0..target.len()).collect();
    let (folds, repeats, seed) = (plan.design.folds as usize, plan.design.repeats as usize, u64::from(plan.seed));
    match &sides.test {
        Some(test) => {
            let all: Vec<usize> = (0..test.len()).collect();
            // Each repeat: all rows, then the two halves of a random cut (`fold` 0, 1, 2).
            for half in split::jackknife(&rows, respect, 2, repeats, seed)? {
                if half.fold == 0 {
                    let (train, test) = (rows.clone(), all.clone());
                    sides.folds.push(Fold { train, test, repeat: half.repeat, fold: 0 });
                }
                sides.folds.push(Fold { test: all.clone(), fold: half.fold + 1, ..half });
            }
            sides.curve = Fold { train: rows, test: all, repeat: 0, fold: 0 };
        }
        None if !sides.sites.is_empty() => {
            // A repeat differs by its seeds alone.
            sides.folds = divide::sites_in_turn(target, &sides.site, repeats.min(plan.design.seeds as usize))?;
            let whole = Respect { groups: Some(&sides.site), ..respect };
            sides.curve = split::hold_out(rows.len(), whole, 1.0 / 3.0, seed)?;
        }
        None => {
            sides.folds = split::k_fold_of(&rows, respect, folds, repeats, seed)?;
            // A third of the rows, in all sizes and repeats the same.
            sides.curve = split::hold_out(rows.len(), respect, 1.0 / 3.0, seed)?;
        }
    }
    Ok(())
}

/// What a row is known by wherever it stands in its file.
pub(super) fn keys(cohort: &Cohort) -> Vec<u64> {
    cohort.id.iter().map(|id| fnv1a(id.as_bytes())).collect()
}

/// Source and target exchanged.
pub(super) fn exchange(plan: &Plan, forward: &Sides) -> Result<Sides> {
    let turn = |cohort: &Cohort, side: Side| Cohort { side, ..cohort.clone() };
    let target = match forward.sources.as_slice() {
        [only] => turn(&only.labelled(), Side::Target),
        several => Cohort::join(several, Side::Target).unwrap_or_else(|| forward.target.clone()).labelled(),
    };
    let mut sides = Sides::new(vec![turn(&forward.target, Side::Source)], target, None, None);
    lay_out(plan, &mut sides)?;
    Ok(sides)
}
