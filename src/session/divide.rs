//! The target divided by time, or by site, where the plan asks for it.

use super::sides::Sides;
use crate::cohort::Cohort;
use crate::error::{Code, Result};
use crate::plan::{Plan, Split};
use crate::preprocess::{Aside, Finding, Origin, Role};
use crate::split::{Fold, by_time, leave_one_group_out};
use crate::table::Table;

/// The share of the rows, the latest ones, that is judged.
const LATEST: f64 = 0.3;

/// Puts the later rows into `test`, or numbers the sites. Rows that are marked as test go before both, and that is said.
///
/// # Errors
/// [`Code::NoTimes`], [`Code::NoSites`].
pub(super) fn divide(
    plan: &Plan,
    targets: &[&Table],
    sides: &mut Sides,
    origin: &mut Origin,
    findings: &mut Vec<Finding>,
) -> Result<()> {
    if plan.split != Split::Repeated && sides.test.is_some() {
        findings.push(Finding::warning("split_marked"));
        return Ok(());
    }
    match plan.split {
        Split::Repeated => {}
        Split::Temporal => {
            let none = || Code::NoTimes.err().file(targets.first().map_or("", |table| table.name.as_str()));
            let times = sides.target.time.clone().ok_or_else(none)?;
            let known: Vec<usize> = (0..times.len()).filter(|&row| times[row].is_finite()).collect();
            if known.len() < 2 {
                return Err(none());
            }
            if known.len() < times.len() {
                findings.push(Finding::warning("time_missing").with("rows", times.len() - known.len()));
            }
            let cut = by_time(&known.iter().map(|&row| times[row]).collect::<Vec<_>>(), LATEST).map_err(|_| none())?;
            let pick = |rows: &[usize]| rows.iter().map(|&row| known[row]).collect::<Vec<usize>>();
            let (mut train, test) = (pick(&cut.train), pick(&cut.test));
            let apart = without_patients(&sides.target, &mut train, &test);
            if apart > 0 {
                findings.push(Finding::warning("patients_in_both_periods").with("rows", apart));
            }
            let last = train.iter().copied().max_by(|&a, &b| times[a].total_cmp(&times[b]));
            sides.until = last.and_then(|row| cell(targets, plan, *origin.train.get(row)?));
            sides.test = Some(sides.target.select(&test));
            sides.target = sides.target.select(&train);
            let places = |rows: &[usize]| rows.iter().filter_map(|&row| origin.train.get(row).copied()).collect();
            (origin.test, origin.train) = (places(&test), places(&train));
        }
        Split::LeaveSiteOut => {
            let names: Vec<Option<String>> = origin.train.iter().map(|&row| origin.site.get(row).cloned()).collect();
            if let Aside::Levels { names, of } = Aside::of_texts(&names) {
                if names.len() < 2 {
                    return Err(Code::NoSites.err().file(targets.first().map_or("", |table| table.name.as_str())));
                }
                sides.site = of.into_iter().map(Option::unwrap_or_default).collect();
                sides.sites = names;
            }
        }
    }
    Ok(())
}

/// Each site held out in turn, as often as there are repeats.
///
/// # Errors
/// As [`leave_one_group_out`].
pub(super) fn sites_in_turn(target: &Cohort, site: &[u32], repeats: usize) -> Result<Vec<Fold>> {
    let mut folds = leave_one_group_out(site)?;
    for fold in &mut folds {
        without_patients(target, &mut fold.train, &fold.test);
    }
    let again = |repeat: usize| folds.iter().map(move |fold| Fold { repeat, ..fold.clone() });
    Ok((0..repeats.max(1)).flat_map(again).collect())
}

/// A patient who is judged is not learned from: takes such rows out of `train`, and tells how many.
fn without_patients(target: &Cohort, train: &mut Vec<usize>, test: &[usize]) -> usize {
    let Some(group) = &target.group else { return 0 };
    let judged: std::collections::BTreeSet<u32> = test.iter().filter_map(|&row| group.get(row).copied()).collect();
    let before = train.len();
    train.retain(|&row| group.get(row).is_none_or(|group| !judged.contains(group)));
    before - train.len()
}

/// The time of a row of the tables, as it is written there.
fn cell(targets: &[&Table], plan: &Plan, mut row: usize) -> Option<String> {
    let name = plan.preparation.target_roles.one(Role::Time)?;
    for table in targets {
        if row < table.rows {
            return table.column(name).map(|column| column.cell_text(row));
        }
        row -= table.rows;
    }
    None
}
