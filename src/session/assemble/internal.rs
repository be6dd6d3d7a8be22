//! Secondary estimates from bootstrap refits: Harrell's optimism, .632 and .632+.

use super::super::unit::Unit;
use super::super::work::Judged;
use super::{Bench, role};
use crate::evaluate::optimism::{Point632, Refit, leave_one_out, no_information, optimism, point_632};
use crate::math::stats::mean;
use crate::metrics::{Metric, Truth, Why};
use crate::report::designs::{Internal, InternalMeasure, InternalMethod};

/// Every refit of one method: its sample's rows, and what it says of all rows. The first is the fit on all rows.
type Refits = Vec<(Vec<usize>, Judged)>;

impl Bench<'_> {
    /// `None` where the plan asked for no refits.
    pub(super) fn internal(&self, transfer: usize, baseline: usize) -> Option<Internal> {
        let truth = self.prepared.forward.target.y.as_ref()?;
        if self.prepared.plan.refits == 0 || !std::ptr::eq(self.sides, &self.prepared.forward) {
            return None;
        }
        let mut left_out = Vec::new();
        let mut methods = Vec::new();
        for (index, entry) in self.prepared.entries.iter().enumerate() {
            let id = entry.method.card().id.to_owned();
            if !self.prepared.refits(entry) {
                left_out.push(id);
                continue;
            }
            let mut refits: Refits = Vec::new();
            for outcome in &self.refitted {
                let Unit::Refit { method, sample } = outcome.unit else { continue };
                let judged = outcome.prediction.as_ref().and_then(|p| Judged::new(truth, p));
                if let (true, Some(judged)) = (method as usize == index, judged) {
                    let at = if sample == 0 { 0 } else { refits.len() };
                    refits.insert(at, (self.prepared.sample(sample), judged));
                }
            }
            if refits.is_empty() {
                continue;
            }
            let classes = self.prepared.plan.is_classes();
            let mut metrics = vec![self.prepared.plan.metric];
            metrics.extend(if classes { [Metric::Brier, Metric::CalibrationSlope] } else { [Metric::Mae, Metric::R2] });
            metrics.dedup();
            let measures = metrics.into_iter().map(|metric| self.measure(metric, index, &refits)).collect();
            methods.push(InternalMethod { id, role: role(index, transfer, baseline).to_owned(), measures });
        }
        let refits = self.prepared.plan.refits;
        (!methods.is_empty() || !left_out.is_empty()).then_some(Internal { refits, methods, left_out })
    }

    fn measure(&self, metric: Metric, method: usize, refits: &Refits) -> InternalMeasure {
        let by_design = self.metric(metric, method).map(|found| found.mean);
        let value = |judged: &Judged, rows: Option<&[usize]>| on(metric, judged, rows).unwrap_or(f64::NAN);
        let Some((apparent, again)) = refits.split_first() else {
            return InternalMeasure { metric, optimism: None, why: Some(Why::NoRows), point632: None, by_design };
        };
        let pairs: Vec<Refit> = again
            .iter()
            .map(|(rows, judged)| Refit { on_sample: value(judged, Some(rows)), on_original: value(judged, None) })
            .collect();
        let (optimism, why) = match optimism(value(&apparent.1, None), &pairs) {
            Ok(found) => (Some(found), None),
            Err(why) => (None, Some(why)),
        };
        InternalMeasure { metric, optimism, why, point632: plus(metric, &apparent.1, again), by_design }
    }
}

/// A metric on some rows, a row as often as it is named; on all without.
fn on(metric: Metric, judged: &Judged, rows: Option<&[usize]>) -> Option<f64> {
    let Some(rows) = rows else { return metric.compute(judged.truth(), &judged.prediction) };
    let n = judged.rows.len();
    let width = judged.prediction.len() / n.max(1);
    let p: Vec<f64> =
        rows.iter().filter_map(|&r| judged.prediction.get(r * width..(r + 1) * width)).flatten().copied().collect();
    if judged.classes > 0 {
        let y: Vec<u32> = rows.iter().filter_map(|&r| judged.y.get(r)).copied().collect();
        metric.compute(Truth::Classes { y: &y, classes: judged.classes }, &p)
    } else {
        let y: Vec<f64> = rows.iter().filter_map(|&r| judged.values.get(r)).copied().collect();
        metric.compute(Truth::Values(&y), &p)
    }
}

/// Rows that a sample left out.
fn out_of_bag(rows: &[usize], n: usize) -> Vec<usize> {
    let mut there = vec![false; n];
    rows.iter().for_each(|&row| there[row] = true);
    (0..n).filter(|&row| !there[row]).collect()
}

/// .632+ on the loss, turned back.
fn plus(metric: Metric, apparent: &Judged, refits: &[(Vec<usize>, Judged)]) -> Option<Point632> {
    let n = apparent.rows.len();
    let turned = |p: Point632| Point632 { plain: 1.0 - p.plain, plus: 1.0 - p.plus, ..p };
    match metric {
        Metric::Auroc if apparent.classes == 2 => {
            let outside: Vec<f64> = refits
                .iter()
                .filter_map(|(rows, judged)| on(metric, judged, Some(&out_of_bag(rows, n))))
                .map(|auroc| 1.0 - auroc)
                .collect();
            (!outside.is_empty()).then_some(())?;
            point_632(1.0 - on(metric, apparent, None)?, mean(&outside), 0.5).ok().map(turned)
        }
        Metric::Brier | Metric::Mae if apparent.classes == 2 || apparent.classes == 0 => {
            let loss = |judged: &Judged, truth: usize, prediction: usize| {
                let p = judged.prediction.get(prediction).copied().unwrap_or(f64::NAN);
                if judged.classes == 2 {
                    let off = judged.y.get(truth).map_or(f64::NAN, |&y| f64::from(y)) - p;
                    off * off
                } else {
                    (judged.values.get(truth).copied().unwrap_or(f64::NAN) - p).abs()
                }
            };
            let losses = refits.iter().flat_map(|(rows, judged)| {
                out_of_bag(rows, n).into_iter().map(move |row| (row, loss(judged, row, row)))
            });
            let outside = leave_one_out(n, losses).ok()?;
            let none = no_information(n, |truth, prediction| loss(apparent, truth, prediction));
            point_632(on(metric, apparent, None)?, outside, none).ok()
        }
        _ => None,
    }
}
