//! The thresholds that training rows chose, and what they do to held-out patients.

use std::collections::BTreeMap;

use super::super::work::Judged;
use super::{Bench, role};
use crate::error::Result;
use crate::evaluate::bootstrap::Settings;
use crate::evaluate::calls;
use crate::metrics::operating::Rule;
use crate::report::operating::{AtThreshold, CalledBy};
use crate::watch::Pulse;

/// The rules that are told: Youden's J, and nine events of ten found.
const RULES: [Rule; 2] = [Rule::Youden, Rule::Sensitivity(0.9)];
/// Resamples of patients.
const RESAMPLES: usize = 1000;
const LEVEL: f64 = 0.95;

/// A method's calls: row -> (event, called), and the threshold of each fold.
type Called = (BTreeMap<usize, (bool, bool)>, Vec<f64>);

impl Bench<'_> {
    pub(super) async fn operating(
        &self,
        transfer: usize,
        baseline: usize,
        pulse: &Pulse<'_>,
    ) -> Result<Vec<AtThreshold>> {
        let mut out = Vec::new();
        for rule in RULES {
            let order = if transfer == baseline { vec![transfer] } else { vec![baseline, transfer] };
            let called: Option<Vec<Called>> = order.iter().map(|&method| self.called(method, rule)).collect();
            let Some(called) = called.filter(|found| found.iter().all(|(rows, _)| !rows.is_empty())) else { continue };
            let rows: Vec<usize> =
                called[0].0.keys().copied().filter(|row| called.iter().all(|(of, _)| of.contains_key(row))).collect();
            let y: Vec<bool> = rows.iter().map(|row| called[0].0[row].0).collect();
            let calls: Vec<Vec<bool>> =
                called.iter().map(|(of, _)| rows.iter().map(|row| of[row].1).collect()).collect();
            let groups = self.evaluated_rows().group.as_ref();
            let clusters: Option<Vec<u32>> =
                groups.map(|groups| rows.iter().filter_map(|&row| groups.get(row).copied()).collect());
            let settings =
                Settings { jackknife: y.len() <= 2000, ..Settings::new(RESAMPLES, u64::from(self.prepared.plan.seed)) };
            let judged = calls::judge(&y, &calls, clusters.as_deref(), settings, LEVEL, pulse).await?;
            out.push(AtThreshold {
                rule,
                rows: rows.len() as u32,
                folds: called.iter().map(|(_, thresholds)| thresholds.len() as u32).min().unwrap_or(0),
                methods: order
                    .iter()
                    .zip(called)
                    .zip(judged)
                    .map(|((&method, (_, thresholds)), judged)| CalledBy {
                        id: self.prepared.entries[method].method.card().id.to_owned(),
                        role: role(method, transfer, baseline).to_owned(),
                        thresholds,
                        counts: judged.counts,
                        shares: judged.shares,
                        gains: judged.gains,
                    })
                    .collect(),
            });
        }
        Ok(out)
    }

    /// `None` where a method has no cross-fitted risks; a fold whose rule finds no threshold is left out.
    fn called(&self, method: usize, rule: Rule) -> Option<Called> {
        let mut found: Called = (BTreeMap::new(), Vec::new());
        let labels = self.sides.target.y.as_ref()?;
        for (at, &number) in self.folds.iter().enumerate() {
            let Some(outcome) = self.thresholds.get(&(method, number)) else { continue };
            let fold = self.sides.folds.get(number)?;
            let Some(own) = outcome.prediction.as_ref() else { continue };
            let own = Judged::new(&labels.select(&fold.train), own)?;
            let Ok(threshold) = rule.choose(&own.events(), &own.prediction) else { continue };
            found.1.push(threshold);
            let judged = &self.judged[method][at];
            for ((&row, &y), &risk) in judged.rows.iter().zip(&judged.y).zip(&judged.prediction) {
                found.0.insert(*fold.test.get(row)?, (y == 1, risk >= threshold));
            }
        }
        Some(found)
    }
}
