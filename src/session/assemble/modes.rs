//! The modes of a method over numbers of target rows, put together.

use super::super::work::MODE;
use super::Bench;
use crate::evaluate::crossing::{PairedGain, crossing};
use crate::evaluate::curve::{Score, compare};
use crate::math::{dist, stats};
use crate::metrics::Metric;
use crate::report::designs::Crossed;
use crate::report::modes::{ModeCrossing, ModeGain, ModePoint, Modes};

/// The same learner without the source.
const SCRATCH: &str = "scratch";
/// Learners of another kind without the source.
const SHALLOW: [&str; 3] = ["svm", "random_forest", "boosted_trees"];
/// Of intervals over repeats.
const LEVEL: f64 = 0.95;

impl Bench<'_> {
    pub(super) fn modes(&self) -> Option<Modes> {
        let plan = &self.prepared.plan;
        let grid = plan.grid.as_ref().filter(|grid| !grid.modes.is_empty())?;
        let points = self.mode_points(&grid.modes);
        let scores = |metric: Metric| -> Vec<Score> {
            let of = |point: &ModePoint| {
                let score = |(repeat, value): (usize, &Option<f64>)| Score {
                    method: point.mode.clone(),
                    n: point.n as usize,
                    repeat,
                    value: *value,
                };
                point.values.iter().enumerate().map(score).collect::<Vec<_>>()
            };
            points.iter().filter(|point| point.metric == metric).flat_map(of).collect()
        };
        let scores = scores(plan.metric);
        let is_transfer = |mode: &str| mode != SCRATCH && !SHALLOW.contains(&mode);
        let mean = |mode: &&str| -> f64 {
            let of = points.iter().filter(|point| point.mode == *mode && point.metric == plan.metric);
            stats::mean(&of.map(|point| plan.metric.oriented(point.mean)).collect::<Vec<_>>())
        };
        let there = |mode: &&str| points.iter().any(|point| point.mode == *mode && point.metric == plan.metric);
        let shallow = SHALLOW.into_iter().filter(there).max_by(|a, b| mean(a).total_cmp(&mean(b)));
        let against: Vec<&str> = Some(SCRATCH).into_iter().filter(there).chain(shallow).collect();
        let (mut gains, mut crossings) = (Vec::new(), Vec::new());
        for reference in &against {
            let of: Vec<Score> =
                scores.iter().filter(|s| is_transfer(&s.method) || s.method == *reference).cloned().collect();
            for mode in grid.modes.iter().filter(|mode| is_transfer(mode)) {
                // Holm over the sizes of this one comparison: what a reader asks is from where to where this mode pays.
                let pair: Vec<Score> =
                    of.iter().filter(|s| s.method == *mode || s.method == *reference).cloned().collect();
                for one in compare(&pair, reference, plan.metric) {
                    let half = one.sd.filter(|_| one.repeats > 1).map(|sd| {
                        let n = one.repeats as f64;
                        dist::t_quantile((1.0 + LEVEL) / 2.0, n - 1.0) * sd / libm::sqrt(n)
                    });
                    gains.push(ModeGain {
                        mode: one.method,
                        against: one.against,
                        n: one.n as u32,
                        difference: one.difference,
                        low: half.map(|half| one.difference - half),
                        high: half.map(|half| one.difference + half),
                        wins: one.wins as u32,
                        losses: one.losses as u32,
                        repeats: one.repeats as u32,
                        p_adjusted: one.p_adjusted,
                    });
                }
                let value = |mode: &str, s: &Score| {
                    let same = |o: &&Score| o.method == mode && o.n == s.n && o.repeat == s.repeat;
                    of.iter().find(same)?.value
                };
                let paired: Vec<PairedGain> = of
                    .iter()
                    .filter(|s| s.method == *mode)
                    .filter_map(|s| {
                        let gain = plan.metric.gain(s.value?, value(reference, s)?);
                        Some(PairedGain { n: s.n, repeat: s.repeat, gain })
                    })
                    .collect();
                let crossed = match crossing(&paired, LEVEL, u64::from(plan.seed)) {
                    Ok(crossing) => Crossed { crossing: Some(crossing), why: None },
                    Err(why) => Crossed { crossing: None, why: Some(why) },
                };
                crossings.push(ModeCrossing { mode: mode.clone(), against: (*reference).to_owned(), crossed });
            }
        }
        Some(Modes {
            method: plan.transfer.method.clone(),
            metric: plan.metric,
            balanced: grid.balanced,
            repeats: grid.repeats,
            test_rows: self.sides.curve.test.len() as u32,
            against: against.into_iter().map(str::to_owned).collect(),
            points,
            gains,
            crossings,
        })
    }

    /// Every mode (in the plan's order), size and metric that has a value in some repeat.
    fn mode_points(&self, modes: &[String]) -> Vec<ModePoint> {
        let primary = self.prepared.plan.metric;
        let mut metrics: Vec<Metric> = Metric::OF_MODES.to_vec();
        if !metrics.contains(&primary) {
            metrics.insert(0, primary);
        }
        let mut sizes: Vec<u32> = self.cells.iter().map(|(size, ..)| *size).collect();
        sizes.dedup();
        let repeats = self.prepared.plan.grid.as_ref().map_or(0, |grid| grid.repeats as usize);
        let mut out = Vec::new();
        for mode in modes {
            for &n in &sizes {
                for &metric in &metrics {
                    let value = |outcome: &crate::session::Outcome| {
                        let cell = outcome.cells.iter().find(|c| c.line.strip_prefix(MODE) == Some(mode.as_str()))?;
                        let beside = cell.measures.iter().find(|(of, _)| *of == metric).map(|(_, value)| *value);
                        if metric == primary { cell.value } else { beside }
                    };
                    // By repeat, also where a run was stopped before all were done.
                    let mut values = vec![None; repeats];
                    for (_, repeat, outcome) in self.cells.iter().filter(|(size, ..)| *size == n) {
                        if let Some(slot) = values.get_mut(*repeat as usize) {
                            *slot = value(outcome);
                        }
                    }
                    let known: Vec<f64> = values.iter().copied().flatten().collect();
                    if known.is_empty() {
                        continue;
                    }
                    let sd = (known.len() > 1).then(|| stats::sd(&known));
                    let mean = stats::mean(&known);
                    out.push(ModePoint { mode: mode.clone(), n, metric, mean, sd, values });
                }
            }
        }
        out
    }
}
