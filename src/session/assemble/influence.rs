//! The folds' influences of source rows put together.

use serde_json::Value;

use super::super::carried::Carried;
use super::super::told::Whose;
use super::Bench;
use super::explanation::{round, truth};
use crate::cohort::Cohort;
use crate::math::stats;
use crate::report::influence::{Influence, RowInfluence, SiteInfluence};

/// Rows that are named at each end.
const NAMED: usize = 15;

/// A row's values over the folds.
struct Row {
    site: usize,
    id: String,
    label: Value,
    values: Vec<f64>,
}

impl Bench<'_> {
    pub(super) fn influence(&self) -> Option<Influence> {
        let all: Vec<&Carried> =
            self.outcomes.iter().flatten().filter_map(|outcome| outcome.carried.as_ref()).collect();
        let first = *all.first()?;
        let folds: Vec<&Carried> =
            all.into_iter().filter(|one| (one.measure, one.whose) == (first.measure, first.whose)).collect();
        let sources: Vec<Cohort> = self.sides.sources.iter().map(Cohort::labelled).collect();
        let mut starts = vec![0];
        for source in &sources {
            starts.push(starts[starts.len() - 1] + source.len());
        }
        let of = starts[starts.len() - 1];
        let mut slots: Vec<Vec<f64>> = vec![Vec::new(); of];
        for fold in &folds {
            for (&row, &value) in fold.rows.iter().zip(&fold.values) {
                if let Some(slot) = slots.get_mut(row as usize).filter(|_| value.is_finite()) {
                    slot.push(value);
                }
            }
        }
        let mut rows: Vec<Row> = Vec::new();
        for (at, values) in slots.into_iter().enumerate().filter(|(_, values)| !values.is_empty()) {
            let site = starts.partition_point(|&start| start <= at) - 1;
            let place = at - starts[site];
            let id = sources[site].id.get(place).cloned().unwrap_or_default();
            rows.push(Row { site, id, label: truth(&sources[site], place), values });
        }
        let means: Vec<f64> = rows.iter().map(|row| stats::mean(&row.values)).collect();
        let total = stats::sum(means.iter().map(|v| v.abs()));
        let square = stats::sum(means.iter().map(|v| v * v));
        if rows.is_empty() || total.is_nan() || total <= 0.0 {
            return None;
        }
        // A row of several folds weighs what it weighs on average.
        let weight = |site: usize| {
            let of: Vec<f64> = folds.iter().filter_map(|fold| fold.weights.get(site).copied()).collect();
            (!of.is_empty()).then(|| round(stats::mean(&of)))
        };
        let sites = (0..sources.len())
            .map(|site| {
                let own: Vec<f64> =
                    rows.iter().zip(&means).filter(|(row, _)| row.site == site).map(|(_, v)| *v).collect();
                let n = own.len().max(1) as f64;
                SiteInfluence {
                    domain: sources[site].domain.clone(),
                    rows: own.len() as u32,
                    mean: round(stats::sum(own.iter().copied()) / n),
                    share: round(stats::sum(own.iter().map(|v| v.abs())) / total),
                    harming: round(own.iter().filter(|v| **v < 0.0).count() as f64 / n),
                    weight: weight(site),
                }
            })
            .collect();
        let mut order: Vec<usize> = (0..rows.len()).collect();
        order.sort_by(|&a, &b| means[b].total_cmp(&means[a]).then(a.cmp(&b)));
        let named = |at: &usize| -> RowInfluence {
            let row = &rows[*at];
            RowInfluence {
                domain: sources[row.site].domain.clone(),
                id: row.id.clone(),
                label: row.label.clone(),
                value: round(means[*at]),
                low: round(row.values.iter().copied().fold(f64::INFINITY, f64::min)),
                high: round(row.values.iter().copied().fold(f64::NEG_INFINITY, f64::max)),
            }
        };
        let mut sizes: Vec<f64> = means.iter().map(|v| v.abs()).collect();
        sizes.sort_by(|a, b| b.total_cmp(a));
        Some(Influence {
            measure: first.measure,
            whose: match first.whose {
                Whose::Source => "source",
                Whose::Transferred => "transferred",
            }
            .to_owned(),
            rows: rows.len() as u32,
            of: of as u32,
            folds: folds.len() as u32,
            effective: round(total * total / square),
            top_share: round(stats::sum(sizes.iter().take(sizes.len().div_ceil(100)).copied()) / total),
            sites,
            helping: order.iter().filter(|&&at| means[at] > 0.0).take(NAMED).map(named).collect(),
            harming: order.iter().rev().filter(|&&at| means[at] < 0.0).take(NAMED).map(named).collect(),
        })
    }
}
