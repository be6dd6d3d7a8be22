//! Performance within groups of patients: by a category, or by bands of a number.
//!
//! Small groups get no number but the reason. Whether groups differ is told by one test over them, not by whose interval
//! crosses what.

mod compare;

pub use compare::{Compared, Group, OfGroup, compare, supported};

use super::bootstrap::Units;
use super::contrast::{Evidence, LEAST_ROWS, Reason};
use super::influence::{influences, variance_over};
use crate::math::dist::{chi2_sf, normal_quantile, t_quantile};
use crate::math::logistic::sigmoid;
use crate::math::stats::{mean, quantile_sorted};
use crate::metrics::calibration::{in_the_large, logit};
use crate::metrics::weighted::event_risks;
use crate::metrics::{Estimate, Metric, Truth, delong};
use serde::{Deserialize, Serialize};

/// The column that makes the groups, one entry a row.
#[derive(Debug, Clone, Copy)]
pub enum Column<'a> {
    /// A category: the level of each row, `None` where missing.
    Levels {
        /// Level of each row.
        of: &'a [Option<u32>],
        /// Names of the levels.
        names: &'a [String],
    },
    /// A number in bands that are cut at these values, the lower end inside; NaN where missing.
    Bands {
        /// The number of each row.
        values: &'a [f64],
        /// Cuts, increasing.
        cuts: &'a [f64],
    },
}

/// Cuts at the quantiles of a number, for so many bands of about equal size; fewer where values are tied.
pub fn cuts(values: &[f64], bands: usize) -> Vec<f64> {
    let mut sorted: Vec<f64> = values.iter().copied().filter(|v| v.is_finite()).collect();
    sorted.sort_by(f64::total_cmp);
    let mut cuts: Vec<f64> = (1..bands).map(|b| quantile_sorted(&sorted, b as f64 / bands as f64)).collect();
    cuts.dedup();
    cuts.retain(|c| sorted.first().is_some_and(|lowest| c > lowest));
    cuts
}

/// What a group is called.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Name {
    /// A level.
    Level {
        /// Its name.
        name: String,
    },
    /// low ≤ value < high; open where absent.
    Band {
        /// Lower end.
        low: Option<f64>,
        /// Upper end.
        high: Option<f64>,
    },
    /// The column is missing there.
    Missing,
}

/// A number, or why it cannot be told.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Told {
    /// The number with its 95 % interval.
    Is(Estimate),
    /// Nothing can be told.
    CannotTell {
        /// Why.
        reason: Reason,
    },
}

impl Told {
    fn estimate(&self) -> Option<Estimate> {
        if let Told::Is(e) = self { Some(*e) } else { None }
    }
}

/// One group.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Subgroup {
    /// Its name.
    pub name: Name,
    /// Rows.
    pub n: usize,
    /// Events; `None` for numbers and more than two classes.
    pub events: Option<usize>,
    /// AUROC (macro over classes), or RMSE of numbers; in [`compare`] the declared metric.
    pub performance: Told,
    /// Calibration in the large: of two classes on the logit scale, of numbers the mean of truth − prediction. `None` for
    /// more than two classes.
    pub in_the_large: Option<Told>,
    /// Brier score, or mean absolute error of numbers.
    pub score: Told,
}

/// Whether the groups differ.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Heterogeneity {
    /// Cochran's Q over the groups that have a number and a standard error.
    pub q: f64,
    /// Groups minus one.
    pub df: f64,
    /// Of χ².
    pub p: f64,
}

/// The groups, and whether they differ.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Subgroups {
    /// In the order of the levels or bands; those without rows are left out.
    pub groups: Vec<Subgroup>,
    /// In the AUROC or RMSE. `None` under two groups.
    pub performance: Option<Heterogeneity>,
    /// In calibration in the large.
    pub in_the_large: Option<Heterogeneity>,
}

/// Everything by groups. `clusters` (a patient's number for each row) keep rows together in the standard errors.
///
/// # Shapes
/// `prediction`: as [`Metric::compute`]; the column as long as the truth, else there are no groups.
pub fn subgroups(truth: Truth<'_>, prediction: &[f64], clusters: Option<&[u32]>, column: Column<'_>) -> Subgroups {
    let metric = usual(truth);
    let groups: Vec<Subgroup> = members(truth.len(), column)
        .into_iter()
        .filter(|(_, rows)| !rows.is_empty())
        .map(|(name, rows)| one(metric, name, &rows, truth, prediction, clusters))
        .collect();
    let known = |told: &dyn Fn(&Subgroup) -> Option<Estimate>| -> Option<Heterogeneity> {
        // The missing are no group of the question.
        heterogeneity(&groups.iter().filter(|g| g.name != Name::Missing).filter_map(told).collect::<Vec<_>>())
    };
    let performance = known(&|g| g.performance.estimate());
    let in_the_large = known(&|g| g.in_the_large.as_ref().and_then(Told::estimate));
    Subgroups { groups, performance, in_the_large }
}

fn members(n: usize, column: Column<'_>) -> Vec<(Name, Vec<usize>)> {
    let (names, place): (Vec<Name>, Vec<Option<usize>>) = match column {
        Column::Levels { of, names } => (
            names.iter().map(|name| Name::Level { name: name.clone() }).collect(),
            of.iter().map(|level| level.map(|l| l as usize)).collect(),
        ),
        Column::Bands { values, cuts } => (
            (0..=cuts.len())
                .map(|b| Name::Band { low: b.checked_sub(1).map(|b| cuts[b]), high: cuts.get(b).copied() })
                .collect(),
            values.iter().map(|&v| (!v.is_nan()).then(|| cuts.partition_point(|&cut| cut <= v))).collect(),
        ),
    };
    if place.len() != n {
        return Vec::new();
    }
    let mut out: Vec<(Name, Vec<usize>)> = names.into_iter().map(|name| (name, Vec::new())).collect();
    out.push((Name::Missing, Vec::new()));
    let missing = out.len() - 1;
    for (row, group) in place.into_iter().enumerate() {
        out[group.unwrap_or(missing).min(missing)].1.push(row);
    }
    out
}

/// The metric that groups are told in where none was declared.
fn usual(truth: Truth<'_>) -> Metric {
    if matches!(truth, Truth::Values(_)) { Metric::Rmse } else { Metric::Auroc }
}

fn one(
    metric: Metric,
    name: Name,
    rows: &[usize],
    truth: Truth<'_>,
    prediction: &[f64],
    clusters: Option<&[u32]>,
) -> Subgroup {
    let width = prediction.len() / truth.len().max(1);
    let p: Vec<f64> = rows.iter().flat_map(|&r| prediction[r * width..(r + 1) * width].iter().copied()).collect();
    let ids: Option<Vec<u32>> = clusters.map(|c| rows.iter().filter_map(|&r| c.get(r)).copied().collect());
    let units = Units::new(rows.len(), ids.as_deref());
    let n = rows.len();
    match truth {
        Truth::Values(y) => {
            let y: Vec<f64> = rows.iter().map(|&r| y[r]).collect();
            let truth = Truth::Values(&y);
            let few = enough(&units, truth);
            let by = |metric| few.map_or_else(|| by_influence(metric, truth, &p, &units), cannot);
            let off: Vec<f64> = y.iter().zip(&p).map(|(y, p)| y - p).collect();
            let large = few.map_or_else(
                || {
                    let centre = mean(&off);
                    let centred: Vec<f64> = off.iter().map(|v| v - centre).collect();
                    wald(centre, variance_over(units.rows(), &centred), units.len())
                },
                cannot,
            );
            Subgroup {
                name,
                n,
                events: None,
                performance: by(metric),
                in_the_large: Some(large),
                score: by(Metric::Mae),
            }
        }
        Truth::Classes { y, classes } => {
            let y: Vec<u32> = rows.iter().map(|&r| y[r]).collect();
            let truth = Truth::Classes { y: &y, classes };
            let few = enough(&units, truth);
            let by = |metric| few.map_or_else(|| by_influence(metric, truth, &p, &units), cannot);
            let score = by(Metric::Brier);
            if classes != 2 {
                return Subgroup { name, n, events: None, performance: by(metric), in_the_large: None, score };
            }
            let event: Vec<bool> = y.iter().map(|&c| c == 1).collect();
            let risk = event_risks(n, &p);
            let performance = match (few, clusters) {
                (None, None) if metric == Metric::Auroc => delong::logit_interval(&event, &risk, 0.95)
                    .map_or(Told::CannotTell { reason: Reason::Degenerate }, Told::Is),
                _ => by(metric),
            };
            let large = few.map_or_else(|| large(&event, &risk, &units), cannot);
            let events = event.iter().filter(|&&e| e).count();
            Subgroup { name, n, events: Some(events), performance, in_the_large: Some(large), score }
        }
    }
}

fn cannot(reason: Reason) -> Told {
    Told::CannotTell { reason }
}

/// The rule of the verdict, on the group's rows; and, where patients repeat, on patients.
fn enough(units: &Units, truth: Truth<'_>) -> Option<Reason> {
    let few = || (units.len() < LEAST_ROWS).then_some(Reason::TooFewRows { found: units.len(), needed: LEAST_ROWS });
    Evidence::of(truth).too_few().or_else(few)
}

fn wald(value: f64, variance: f64, units: usize) -> Told {
    let se = libm::sqrt(variance);
    if !value.is_finite() || !se.is_finite() || se <= 1e-12 {
        return cannot(Reason::Degenerate);
    }
    Told::Is(Estimate::wald(value, se, t_quantile(0.975, units as f64 - 1.0)))
}

fn by_influence(metric: Metric, truth: Truth<'_>, p: &[f64], units: &Units) -> Told {
    let found = metric.compute(truth, p).zip(influences(metric, truth, p));
    let Some((value, influence)) = found else { return cannot(Reason::Degenerate) };
    match wald(value, variance_over(units.rows(), &influence), units.len()) {
        Told::Is(e) => {
            let (least, most) = metric.range();
            Told::Is(e.within(least, most))
        }
        cannot => cannot,
    }
}

/// a of logit P(y) = a + lp; with repeated patients the sandwich over them.
fn large(event: &[bool], risk: &[f64], units: &Units) -> Told {
    if risk.iter().any(|p| !(0.0..=1.0).contains(p)) {
        return cannot(Reason::Degenerate);
    }
    let Some(found) = in_the_large(event, risk) else { return cannot(Reason::Degenerate) };
    if units.len() == event.len() {
        return Told::Is(Estimate::wald(found.value, found.se, normal_quantile(0.975)));
    }
    let n = event.len() as f64;
    let information = 1.0 / (found.se * found.se * n);
    let influence: Vec<f64> = event
        .iter()
        .zip(risk)
        .map(|(&e, &p)| (f64::from(u8::from(e)) - sigmoid(found.value + logit(p))) / information)
        .collect();
    wald(found.value, variance_over(units.rows(), &influence), units.len())
}

/// Cochran's Q (Biometrics 1954;10:101–129) of independent estimates. `None` under two.
fn heterogeneity(estimates: &[Estimate]) -> Option<Heterogeneity> {
    let usable: Vec<(f64, f64)> =
        estimates.iter().filter_map(|e| e.se.filter(|se| *se > 0.0).map(|se| (e.value, 1.0 / (se * se)))).collect();
    if usable.len() < 2 {
        return None;
    }
    let all: f64 = usable.iter().map(|(_, w)| w).sum();
    let centre = usable.iter().map(|(v, w)| v * w).sum::<f64>() / all;
    let q: f64 = usable.iter().map(|(v, w)| w * (v - centre) * (v - centre)).sum();
    let df = usable.len() as f64 - 1.0;
    Some(Heterogeneity { q, df, p: chi2_sf(q, df) })
}
