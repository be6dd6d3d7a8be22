//! What each evaluated row was predicted, and what follows from that.

use std::collections::BTreeMap;

use serde_json::Value;

use super::super::evaluation::{self, Averaged};
use super::super::work::Judged;
use super::{Bench, role};
use crate::cohort::Labels;
use crate::error::Result;
use crate::evaluate::bands::{Folds, Judge, POINTS, abscissa};
use crate::metrics::Truth;
use crate::report::Predictions;
use crate::report::evaluation::Evaluation;
use crate::watch::Pulse;

impl Bench<'_> {
    /// The event's probability (or the value) of each evaluated row, averaged over the folds that judged it.
    pub(super) fn averaged(&self, method: usize) -> BTreeMap<usize, f64> {
        let mut sums: BTreeMap<usize, (f64, f64)> = BTreeMap::new();
        for (at, judged) in self.judged[method].iter().enumerate() {
            let test = &self.sides.folds[self.folds[at]].test;
            let width = judged.prediction.len() / judged.rows.len().max(1);
            for (place, &row) in judged.rows.iter().enumerate() {
                let Some(&index) = test.get(row) else { continue };
                // Of several classes the one that was true: how much it was believed.
                let offset = if judged.classes > 2 { judged.y.get(place).map_or(0, |&y| y as usize) } else { 0 };
                if let Some(value) = judged.prediction.get(place * width + offset) {
                    let sum = sums.entry(index).or_insert((0.0, 0.0));
                    *sum = (sum.0 + value, sum.1 + 1.0);
                }
            }
        }
        sums.into_iter().map(|(row, (sum, n))| (row, sum / n)).collect()
    }

    /// All classes' probabilities of each evaluated row, averaged over the folds that judged it.
    fn averaged_probabilities(&self, method: usize) -> BTreeMap<usize, Vec<f64>> {
        let mut sums: BTreeMap<usize, (Vec<f64>, f64)> = BTreeMap::new();
        for (judged, fold) in self.judged[method].iter().zip(self.places()) {
            let width = judged.classes.max(1);
            for (row, p) in judged.rows.iter().zip(judged.prediction.chunks_exact(width)) {
                let Some(&index) = fold.test.get(*row) else { continue };
                let (sum, n) = sums.entry(index).or_insert_with(|| (vec![0.0; width], 0.0));
                sum.iter_mut().zip(p).for_each(|(sum, p)| *sum += p);
                *n += 1.0;
            }
        }
        sums.into_iter().map(|(row, (sum, n))| (row, sum.into_iter().map(|s| s / n).collect())).collect()
    }

    /// From each patient's mean prediction, and the curves over the folds.
    pub(super) async fn evaluation(
        &self,
        transfer: usize,
        baseline: usize,
        pulse: &Pulse<'_>,
    ) -> Result<Option<Evaluation>> {
        let rows = self.evaluated_rows();
        let others = (0..self.judged.len()).filter(|&method| method != transfer && method != baseline);
        let order: Vec<usize> = [baseline, transfer].into_iter().chain(others).collect();
        let several = matches!(&rows.y, Some(Labels::Classes { names, .. }) if names.len() > 2);
        let whole = |method: usize| -> BTreeMap<usize, Vec<f64>> {
            if several {
                self.averaged_probabilities(method)
            } else {
                self.averaged(method).into_iter().map(|(row, p)| (row, vec![p])).collect()
            }
        };
        let found: Vec<BTreeMap<usize, Vec<f64>>> = order.iter().map(|&method| whole(method)).collect();
        let places: Vec<usize> = found.first().map_or_else(Vec::new, |first| first.keys().copied().collect());
        let flat = |of: &BTreeMap<usize, Vec<f64>>| -> Option<Vec<f64>> {
            let rows: Option<Vec<&[f64]>> = places.iter().map(|row| of.get(row).map(Vec::as_slice)).collect();
            rows.map(|rows| rows.concat())
        };
        let predictions: Option<Vec<Vec<f64>>> = found.iter().map(flat).collect();
        let Some(predictions) = predictions else { return Ok(None) };
        let name = |method: usize| self.prepared.entries[method].method.card().id.to_owned();
        let methods = order
            .iter()
            .zip(predictions)
            .map(|(&method, p)| (name(method), role(method, transfer, baseline).to_owned(), p))
            .collect();
        let (codes, values): (Option<Vec<u32>>, Option<Vec<f64>>);
        let truth = match &rows.y {
            Some(Labels::Classes { names, event, codes: of }) if names.len() == 2 => {
                let code = |&row: &usize| of.get(row).copied().flatten().map(|code| u32::from(code as usize == *event));
                codes = places.iter().map(code).collect();
                codes.as_deref().map(|y| Truth::Classes { y, classes: 2 })
            }
            Some(Labels::Classes { names, codes: of, .. }) => {
                codes = places.iter().map(|&row| of.get(row).copied().flatten()).collect();
                codes.as_deref().map(|y| Truth::Classes { y, classes: names.len() })
            }
            Some(Labels::Values { values: of, .. }) => {
                values = places.iter().map(|&row| of.get(row).copied()).collect();
                values.as_deref().map(Truth::Values)
            }
            _ => None,
        };
        let Some(truth) = truth else { return Ok(None) };
        let groups = rows.group.as_ref();
        let clusters: Option<Vec<u32>> =
            groups.map(|groups| places.iter().filter_map(|&row| groups.get(row).copied()).collect());
        let folds = match truth {
            Truth::Classes { classes: 2, .. } => order.iter().map(|&method| self.folds_of(method, &places)).collect(),
            _ => Vec::new(),
        };
        let plan = &self.prepared.plan;
        let averaged = Averaged {
            truth,
            classes: match &rows.y {
                Some(Labels::Classes { names, .. }) if several => names,
                _ => &[],
            },
            methods,
            clusters: clusters.as_deref(),
            design: self.sides.design(),
            metric: plan.metric,
            seed: u64::from(plan.seed),
        };
        evaluation::evaluate(&averaged, folds, pulse).await
    }

    /// The folds of a method, their rows numbered by their place among `places` (evaluated rows, in order).
    fn folds_of(&self, method: usize, places: &[usize]) -> Folds {
        let numbered: Vec<(Vec<u32>, Vec<bool>, &Judged)> = self.judged[method]
            .iter()
            .zip(self.places())
            .filter_map(|(judged, fold)| {
                let place = |&row: &usize| Some(places.binary_search(fold.test.get(row)?).ok()? as u32);
                Some((judged.rows.iter().map(place).collect::<Option<_>>()?, judged.events(), judged))
            })
            .collect();
        let judges: Vec<Judge<'_>> =
            numbered.iter().map(|(rows, y, judged)| Judge { rows, y, risk: &judged.prediction }).collect();
        Folds::new(&judges)
    }

    /// The mean ROC and the mean precision over the folds; empty where no fold has both classes.
    pub(super) fn mean_curves(&self, method: usize) -> [Vec<(f64, f64)>; 2] {
        let places: Vec<usize> = (0..self.evaluated_rows().len()).collect();
        let values = self.folds_of(method, &places).curves(&vec![1; places.len()]);
        if values.iter().any(|value| value.is_nan()) {
            return [Vec::new(), Vec::new()];
        }
        let told = |values: &[f64]| values.iter().enumerate().map(|(k, &value)| (abscissa(k), value)).collect();
        [told(&values[..POINTS]), told(&values[POINTS..])]
    }

    pub(super) fn averaged_events(&self, method: usize) -> (Vec<bool>, Vec<f64>) {
        let rows = self.evaluated_rows();
        let averaged = self.averaged(method);
        let Some(Labels::Classes { event, codes, .. }) = &rows.y else { return (Vec::new(), Vec::new()) };
        averaged.into_iter().filter_map(|(row, p)| Some(((*codes.get(row)?)? as usize == *event, p))).unzip()
    }

    pub(super) fn predictions(&self) -> Predictions {
        let rows = self.evaluated_rows();
        let averaged: Vec<BTreeMap<usize, f64>> = (0..self.judged.len()).map(|method| self.averaged(method)).collect();
        let judged: Vec<usize> = averaged.first().map_or_else(Vec::new, |first| first.keys().copied().collect());
        let truth = |row: usize| match &rows.y {
            Some(Labels::Classes { names, codes, .. }) => codes
                .get(row)
                .copied()
                .flatten()
                .and_then(|code| names.get(code as usize))
                .map_or(Value::Null, |name| Value::from(name.as_str())),
            Some(Labels::Values { values, .. }) => values.get(row).map_or(Value::Null, |value| Value::from(*value)),
            _ => Value::Null,
        };
        Predictions {
            id: judged.iter().filter_map(|&row| rows.id.get(row).cloned()).collect(),
            truth: judged.iter().map(|&row| truth(row)).collect(),
            methods: self
                .prepared
                .entries
                .iter()
                .zip(&averaged)
                .map(|(entry, averaged)| {
                    let values = judged.iter().map(|row| averaged.get(row).copied().unwrap_or(f64::NAN)).collect();
                    (entry.method.card().id.to_owned(), values)
                })
                .collect(),
        }
    }
}
