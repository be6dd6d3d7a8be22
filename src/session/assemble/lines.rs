//! Learning curves, the grid's gains, and importance.

use std::collections::BTreeMap;

use super::super::work::MODE;
use super::Bench;
use crate::math::{stats, tests};
use crate::report::{Gain, Importance, LearningPoint};

impl Bench<'_> {
    pub(super) fn learning(&self) -> Vec<LearningPoint> {
        let mut points: BTreeMap<(String, u32), Vec<f64>> = BTreeMap::new();
        for (size, _, outcome) in &self.cells {
            // Modes have a picture of their own.
            for cell in outcome.cells.iter().filter(|cell| !cell.line.starts_with(MODE)) {
                if let Some(value) = cell.value {
                    points.entry((cell.line.clone(), *size)).or_default().push(value);
                }
            }
        }
        points
            .into_iter()
            .map(|((line, n), values)| LearningPoint {
                line,
                n,
                mean: stats::mean(&values),
                sd: if values.len() > 1 { stats::sd(&values) } else { 0.0 },
                values,
            })
            .collect()
    }

    pub(super) fn gain(&self) -> Vec<Gain> {
        let metric = self.prepared.plan.metric;
        let mut gains: BTreeMap<(u32, u32), Vec<f64>> = BTreeMap::new();
        for (size, _, outcome) in &self.cells {
            let value = |line: &str| outcome.cells.iter().find(|cell| cell.line == line).and_then(|cell| cell.value);
            let Some(scratch) = value("scratch") else { continue };
            for cell in &outcome.cells {
                let frozen = cell.line.strip_prefix("frozen_").and_then(|f| f.parse().ok());
                if let (Some(frozen), Some(value)) = (frozen, cell.value) {
                    gains.entry((frozen, *size)).or_default().push(metric.gain(value, scratch));
                }
            }
        }
        gains
            .into_iter()
            .map(|((frozen, n), values)| Gain {
                frozen,
                n,
                gain: stats::mean(&values),
                p: tests::wilcoxon_signed_rank(&values).map(|test| test.p),
            })
            .collect()
    }

    pub(super) fn importance(&self, transfer: usize) -> Vec<Importance> {
        let source = self.prepared.source_model().map(|source| source.method.card().id);
        let source = self.prepared.entries.iter().position(|entry| Some(entry.method.card().id) == source);
        let drops = |method: usize| {
            let mut drops: BTreeMap<&str, Vec<f64>> = BTreeMap::new();
            for outcome in &self.outcomes[method] {
                for drop in &outcome.importance {
                    drops.entry(drop.feature.as_str()).or_default().push(drop.drop);
                }
            }
            drops
        };
        let of_source = source.map(drops).unwrap_or_default();
        let mut out: Vec<Importance> = drops(transfer)
            .into_iter()
            .map(|(feature, values)| Importance {
                feature: feature.to_owned(),
                source: of_source.get(feature).map(|values| stats::mean(values)),
                transferred: stats::mean(&values),
                low: values.iter().copied().fold(f64::INFINITY, f64::min),
                high: values.iter().copied().fold(f64::NEG_INFINITY, f64::max),
            })
            .collect();
        out.sort_by(|a, b| b.transferred.total_cmp(&a.transferred).then_with(|| a.feature.cmp(&b.feature)));
        out
    }
}
