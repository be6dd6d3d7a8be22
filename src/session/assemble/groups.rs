//! Performance by groups of patients, and where transfer stops paying.

use std::collections::BTreeMap;

use super::super::work::{AGAINST, PROCEDURE};
use super::Bench;
use crate::cohort::Labels;
use crate::evaluate::crossing::{PairedGain, crossing};
use crate::evaluate::subgroup::{Column, compare};
use crate::metrics::Truth;
use crate::preprocess::Aside;
use crate::report::designs::{ByColumn, Crossed};

impl Bench<'_> {
    /// From each patient's mean prediction: of two classes and of numbers.
    pub(super) fn subgroups(&self, transfer: usize, baseline: usize) -> Vec<ByColumn> {
        let (a, b) = (self.averaged(transfer), self.averaged(baseline));
        let rows: Vec<usize> = a.keys().copied().filter(|row| b.contains_key(row)).collect();
        let pick = |of: &BTreeMap<usize, f64>| rows.iter().filter_map(|row| of.get(row).copied()).collect::<Vec<f64>>();
        let judged = self.sides.judged();
        let (codes, values): (Vec<u32>, Vec<f64>);
        let truth = match &judged.y {
            Some(Labels::Classes { names, event, codes: of }) if names.len() == 2 => {
                let code = |&row: &usize| of.get(row).copied().flatten().map(|code| u32::from(code as usize == *event));
                let Some(found) = rows.iter().map(code).collect() else { return Vec::new() };
                codes = found;
                Truth::Classes { y: &codes, classes: 2 }
            }
            Some(Labels::Values { values: of, .. }) => {
                values = rows.iter().filter_map(|&row| of.get(row).copied()).collect();
                Truth::Values(&values)
            }
            _ => return Vec::new(),
        };
        let (a, b) = (pick(&a), pick(&b));
        let clusters: Option<Vec<u32>> =
            judged.group.as_ref().map(|groups| rows.iter().filter_map(|&row| groups.get(row).copied()).collect());
        self.sides
            .groupings
            .iter()
            .map(|grouped| {
                let here = grouped.values.select(&rows);
                let column = match &here {
                    Aside::Levels { names, of } => Column::Levels { of, names },
                    Aside::Numbers(values) => Column::Bands { values, cuts: &grouped.cuts },
                };
                ByColumn {
                    column: grouped.column.clone(),
                    cuts: if matches!(here, Aside::Numbers(_)) { grouped.cuts.clone() } else { Vec::new() },
                    found: grouped.found,
                    compared: compare(self.prepared.plan.metric, truth, &a, &b, clusters.as_deref(), column),
                }
            })
            .collect()
    }

    /// From the learning curve's cells, repeat by repeat. `None` where the curve was not asked for.
    pub(super) fn crossing(&self) -> Option<Crossed> {
        let metric = self.prepared.plan.metric;
        let gains: Vec<PairedGain> = self
            .cells
            .iter()
            .filter_map(|(size, repeat, outcome)| {
                let value = |line: &str| outcome.cells.iter().find(|cell| cell.line == line)?.value;
                let gain = metric.gain(value(PROCEDURE)?, value(AGAINST)?);
                Some(PairedGain { n: *size as usize, repeat: *repeat as usize, gain })
            })
            .collect();
        if self.cells.is_empty() || !self.prepared.plan.crossing {
            return None;
        }
        Some(match crossing(&gains, 0.95, u64::from(self.prepared.plan.seed)) {
            Ok(crossing) => Crossed { crossing: Some(crossing), why: None },
            Err(why) => Crossed { crossing: None, why: Some(why) },
        })
    }
}
