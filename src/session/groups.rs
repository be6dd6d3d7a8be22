//! Which columns make groups of patients: those that were chosen, else those whose names say sex, age or site.

use super::sides::Sides;
use crate::cohort::Cohort;
use crate::evaluate::contrast::LEAST_ROWS;
use crate::evaluate::subgroup::cuts as quantile_cuts;
use crate::plan::Plan;
use crate::preprocess::aside::{self, Usual};
use crate::preprocess::{Aside, Finding, Origin, Role};
use crate::table::Table;

/// Ages that guidelines and trials part patients at; those that would leave a band nearly empty are passed over.
const AGES: [f64; 4] = [18.0, 40.0, 65.0, 80.0];
/// Bands of a number that no cuts were given for.
const BANDS: usize = 3;

/// A column and its values on the evaluated rows.
#[derive(Debug, Clone)]
pub struct Grouped {
    /// The column.
    pub column: String,
    /// Cuts of a number.
    pub cuts: Vec<f64>,
    /// Whether it was found by its name.
    pub found: bool,
    /// The values of the rows that are evaluated.
    pub values: Aside,
}

/// The groupings of the rows that `sides` evaluates. `rows` gives their places in the tables.
pub(super) fn find(
    plan: &Plan,
    targets: &[&Table],
    origin: &Origin,
    rows: &[usize],
    findings: &mut Vec<Finding>,
) -> Vec<Grouped> {
    let mut out = Vec::new();
    match &plan.subgroups {
        Some(chosen) => {
            for grouping in chosen {
                let found = aside::column(targets, &grouping.column, !grouping.cuts.is_empty());
                let Some(values) = found.map(|values| values.select(rows)) else {
                    findings.push(Finding::warning("subgroup_unusable").column(&grouping.column));
                    continue;
                };
                let cuts = match &values {
                    Aside::Numbers(numbers) if grouping.cuts.is_empty() => quantile_cuts(numbers, BANDS),
                    _ => grouping.cuts.clone(),
                };
                out.push(Grouped { column: grouping.column.clone(), cuts, found: false, values });
            }
        }
        None => {
            let label = plan.preparation.label.target.as_deref();
            let mut names: Vec<&str> = targets.iter().flat_map(|t| &t.columns).map(|c| c.name.as_str()).collect();
            names.sort_unstable();
            names.dedup();
            for name in names.into_iter().filter(|name| Some(*name) != label) {
                let Some(usual) = aside::usual(name) else { continue };
                let Some(values) = aside::column(targets, name, false).map(|values| values.select(rows)) else {
                    continue;
                };
                let cuts = match (&values, usual) {
                    (Aside::Numbers(numbers), Usual::Age) => ages(numbers),
                    (Aside::Numbers(_), Usual::Sex) => continue,
                    (Aside::Levels { .. }, _) => Vec::new(),
                };
                out.push(Grouped { column: name.to_owned(), cuts, found: true, values });
            }
            if let Some(column) = plan.preparation.target_roles.one(Role::Site) {
                let sites: Vec<Option<String>> = rows.iter().map(|&row| origin.site.get(row).cloned()).collect();
                out.push(Grouped {
                    column: column.to_owned(),
                    cuts: Vec::new(),
                    found: true,
                    values: Aside::of_texts(&sites),
                });
            }
            // One level parts nobody.
            out.retain(|grouped| match &grouped.values {
                Aside::Levels { of, .. } => {
                    let mut there: Vec<u32> = of.iter().flatten().copied().collect();
                    there.sort_unstable();
                    there.dedup();
                    there.len() > 1
                }
                Aside::Numbers(_) => !grouped.cuts.is_empty(),
            });
        }
    }
    out
}

/// The clinical cuts that leave no band under the fewest rows, from the lowest up; tertiles where none does.
fn ages(values: &[f64]) -> Vec<f64> {
    let known: Vec<f64> = values.iter().copied().filter(|v| v.is_finite()).collect();
    let between = |low: f64, high: f64| known.iter().filter(|v| **v >= low && **v < high).count();
    let mut cuts: Vec<f64> = Vec::new();
    for cut in AGES {
        let low = cuts.last().copied().unwrap_or(f64::NEG_INFINITY);
        if between(low, cut) >= LEAST_ROWS && between(cut, f64::INFINITY) >= LEAST_ROWS {
            cuts.push(cut);
        }
    }
    if cuts.is_empty() { quantile_cuts(values, BANDS) } else { cuts }
}

impl Sides {
    /// The rows that are judged, whatever the design.
    pub fn judged(&self) -> &Cohort {
        self.test.as_ref().unwrap_or(&self.target)
    }
}
