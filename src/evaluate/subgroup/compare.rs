//! Two procedures on the same patients, group by group: each one's numbers, and their difference in pairs.

use super::{Column, Heterogeneity, Name, Subgroup, Told, cannot, enough, heterogeneity, members, one, wald};
use crate::evaluate::bootstrap::Units;
use crate::evaluate::contrast::Reason;
use crate::evaluate::influence::{influences, variance_over};
use crate::metrics::{Metric, Truth};
use serde::{Deserialize, Serialize};

/// One procedure in one group.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct OfGroup {
    /// In the metric of the comparison.
    pub performance: Told,
    /// Calibration in the large; absent for more than two classes.
    pub in_the_large: Option<Told>,
    /// Brier score, or mean absolute error of numbers.
    pub score: Told,
}

/// One group of patients.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Group {
    /// Its name.
    pub name: Name,
    /// Rows.
    pub n: u32,
    /// Events; absent unless there are two classes.
    pub events: Option<u32>,
    /// The transferred procedure.
    pub transfer: OfGroup,
    /// The baseline.
    pub baseline: OfGroup,
    /// Transferred against baseline in the metric, positive where transfer is better.
    pub difference: Told,
    /// The same in Brier score (mean absolute error).
    pub score_difference: Told,
}

/// The groups of one column.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Compared {
    /// The metric of `performance` and `difference`.
    pub metric: Metric,
    /// In the order of the levels or bands; those without rows are left out.
    pub groups: Vec<Group>,
    /// Whether the *difference* is another one in some group. `None` under two groups with a number.
    pub interaction: Option<Heterogeneity>,
}

/// Whether a metric's difference within a group has an interval: it needs an influence function in closed form.
pub fn supported(metric: Metric, truth: Truth<'_>) -> bool {
    match truth {
        Truth::Values(_) => matches!(metric, Metric::Rmse | Metric::Mae),
        Truth::Classes { .. } => {
            matches!(metric, Metric::Auroc | Metric::Brier | Metric::LogLoss | Metric::Accuracy)
        }
    }
}

/// Both procedures by groups. A metric that is not [`supported`] gives way to the AUROC (RMSE of numbers).
///
/// # Shapes
/// As [`super::subgroups`].
pub fn compare(
    metric: Metric,
    truth: Truth<'_>,
    transfer: &[f64],
    baseline: &[f64],
    clusters: Option<&[u32]>,
    column: Column<'_>,
) -> Compared {
    let metric = if supported(metric, truth) { metric } else { super::usual(truth) };
    let score = if matches!(truth, Truth::Values(_)) { Metric::Mae } else { Metric::Brier };
    let groups: Vec<Group> = members(truth.len(), column)
        .into_iter()
        .filter(|(_, rows)| !rows.is_empty())
        .map(|(name, rows)| {
            let of = |p: &[f64]| one(metric, name.clone(), &rows, truth, p, clusters);
            let (a, b) = (of(transfer), of(baseline));
            let side =
                |s: &Subgroup| OfGroup { performance: s.performance, in_the_large: s.in_the_large, score: s.score };
            let gain = |metric| difference(metric, &rows, truth, transfer, baseline, clusters);
            Group {
                n: a.n as u32,
                events: a.events.map(|n| n as u32),
                transfer: side(&a),
                baseline: side(&b),
                difference: gain(metric),
                score_difference: gain(score),
                name: a.name,
            }
        })
        .collect();
    let known: Vec<_> =
        groups.iter().filter(|g| g.name != Name::Missing).filter_map(|g| g.difference.estimate()).collect();
    Compared { metric, interaction: heterogeneity(&known), groups }
}

/// The gain within some rows: influence on one procedure's value minus that on the other's, patient by patient.
fn difference(
    metric: Metric,
    rows: &[usize],
    truth: Truth<'_>,
    transfer: &[f64],
    baseline: &[f64],
    clusters: Option<&[u32]>,
) -> Told {
    let width = transfer.len() / truth.len().max(1);
    let pick = |p: &[f64]| -> Vec<f64> {
        rows.iter().flat_map(|&r| p.get(r * width..(r + 1) * width).into_iter().flatten().copied()).collect()
    };
    let (a, b) = (pick(transfer), pick(baseline));
    let ids: Option<Vec<u32>> = clusters.map(|c| rows.iter().filter_map(|&r| c.get(r)).copied().collect());
    let units = Units::new(rows.len(), ids.as_deref());
    let (codes, values): (Vec<u32>, Vec<f64>);
    let here = match truth {
        Truth::Classes { y, classes } => {
            codes = rows.iter().filter_map(|&r| y.get(r)).copied().collect();
            Truth::Classes { y: &codes, classes }
        }
        Truth::Values(y) => {
            values = rows.iter().filter_map(|&r| y.get(r)).copied().collect();
            Truth::Values(&values)
        }
    };
    if let Some(reason) = enough(&units, here) {
        return cannot(reason);
    }
    let both = metric.compute(here, &a).zip(metric.compute(here, &b));
    let found = both.zip(influences(metric, here, &a)).zip(influences(metric, here, &b));
    let Some((((va, vb), ia), ib)) = found else { return cannot(Reason::Degenerate) };
    let sign = if metric.higher_is_better() { 1.0 } else { -1.0 };
    let influence: Vec<f64> = ia.iter().zip(&ib).map(|(a, b)| sign * (a - b)).collect();
    wald(metric.gain(va, vb), variance_over(units.rows(), &influence), units.len())
}
