//! Outcomes -> report. Everything here is a function of the outcomes; nothing is trained.

mod association;
mod candidates;
mod critical;
mod divided;
mod explanation;
mod glucose;
mod groups;
mod influence;
mod internal;
mod lines;
mod modes;
mod operating;
mod persons;
mod rounds;
mod rows;
mod trainings;

use std::collections::BTreeMap;

use serde_json::Value;

use super::prepare::Prepared;
use super::sides::Sides;
use super::told::Told;
use super::unit::{Direction, Outcome, Unit};
use super::work::Judged;
use crate::cohort::{Cohort, Labels};
use crate::device::DeviceKind;
use crate::error::Result;
use crate::evaluate::contrast::{self, Contrast, Design, Evidence};
use crate::evaluate::cv::{self, FoldScores};
use crate::evaluate::held_out::{self, Fit, Fits};
use crate::evaluate::sites;
use crate::math::stats;
use crate::metrics::risks::distributions;
use crate::metrics::{Metric, calibration};
use crate::report::manifest::TrainedOn;
use crate::report::{self, Comparison, Data, Estimand, MethodReport, MetricReport, Report, Risks, Secondary, Size};
use crate::shift::Shift;
use crate::split::Fold;
use crate::watch::{Pulse, Watch};

/// Bins of the risk histograms, from 0 to 1.
const RISK_BINS: usize = 20;
/// Bins of the calibration plot.
const CALIBRATION_BINS: usize = 10;

/// Puts the outcomes of a run together. Outcomes that are not there (a run that was stopped) leave gaps, and only folds
/// that every method finished are compared. The resamples of the evaluation breathe.
///
/// # Errors
/// [`crate::Code::Internal`] where the outcomes belong to another plan; [`crate::Code::Cancelled`].
pub async fn assemble(
    prepared: &Prepared,
    outcomes: Vec<Outcome>,
    shift: Option<Shift>,
    watch: &dyn Watch,
) -> Result<Report> {
    let pulse = Pulse::new(watch);
    let trained_on = trained_on(prepared, &outcomes);
    let pretrainings = outcomes.iter().filter(|outcome| matches!(outcome.unit, Unit::Pretrain { .. })).count() as u32;
    let mut compared = [None, None];
    let directions = [(Direction::Forward, true), (Direction::Reverse, prepared.reverse.is_some())];
    for (slot, (direction, wanted)) in compared.iter_mut().zip(directions) {
        if !(prepared.verdict_possible && wanted) {
            continue;
        }
        if let Some(bench) = Bench::new(prepared, direction, &outcomes)? {
            *slot = Some(bench.compare(&pulse, shift.as_ref()).await?);
        }
    }
    let [forward, reverse] = compared;
    let judged = forward.as_ref().map(|forward| &forward.predictions);
    let candidates = candidates::candidates(prepared, &outcomes, judged, &pulse).await?;
    let mut report = Report {
        version: report::VERSION,
        program: env!("CARGO_PKG_VERSION").to_owned(),
        plan: prepared.plan.clone(),
        data: prepared.data(),
        findings: prepared.findings.clone(),
        shift,
        forward,
        reverse,
        pretrainings,
        device: if trained_on.gpu > 0 { DeviceKind::Gpu } else { DeviceKind::Cpu },
        trained_on,
        tables: prepared.tables.clone(),
        source_model: prepared.source_model.clone(),
        sample_size: prepared.sample_size(),
        missing: Some(prepared.missing()),
        candidates,
        persons: persons::persons(prepared, &outcomes)?,
        critical: critical::of_cells(prepared, &outcomes),
        paper: None,
    };
    report.paper = Some(report::paper::of(&report));
    Ok(report)
}

/// Where networks were trained. A unit without a network does not care for the device that its worker was given.
fn trained_on(prepared: &Prepared, outcomes: &[Outcome]) -> TrainedOn {
    let mut found = TrainedOn::default();
    for outcome in outcomes {
        let network = match &outcome.unit {
            Unit::Pretrain { method, .. }
            | Unit::Fold { method, .. }
            | Unit::Threshold { method, .. }
            | Unit::Refit { method, .. }
            | Unit::Final { method } => prepared.entry(*method).is_ok_and(|entry| entry.method.card().uses_network),
            Unit::Grid { .. } => true,
        };
        match outcome.device {
            _ if !network => {}
            DeviceKind::Gpu => found.gpu += 1,
            DeviceKind::Cpu => {
                found.cpu += 1;
                found.cpu_after_loss += u32::from(outcome.gpu_lost);
            }
        }
    }
    found
}

impl Prepared {
    /// Who is in the study.
    pub fn data(&self) -> Data {
        let label = &self.plan.preparation.label;
        let sides = &self.forward;
        let (classes, event) = match sides.target.y.as_ref().or(sides.sources.first().and_then(|s| s.y.as_ref())) {
            Some(Labels::Classes { names, event, .. }) => {
                (names.clone(), if names.len() == 2 { names.get(*event).cloned() } else { None })
            }
            _ => (Vec::new(), None),
        };
        Data {
            sources: sides.sources.iter().map(size).collect(),
            target: size(&sides.target),
            test: sides.test.as_ref().map(size),
            unlabelled: sides.unlabelled.as_ref().map_or(0, |rows| rows.len() as u32),
            features: sides.target.x.features().len() as u32,
            label: label.target.clone().or(label.source.clone()).unwrap_or_default(),
            classes,
            event,
            recommended: Some(self.recommended.clone()),
        }
    }
}

fn size(cohort: &Cohort) -> Size {
    let labelled = cohort.y.as_ref().map_or(0, |y| y.labelled().len() as u32);
    let (mut classes, mut mean_sd) = (Vec::new(), None);
    match &cohort.y {
        Some(Labels::Classes { names, codes, .. }) => {
            classes = (0..names.len() as u32)
                .map(|class| codes.iter().filter(|code| **code == Some(class)).count() as u32)
                .collect();
        }
        Some(Labels::Values { values, .. }) => {
            let known: Vec<f64> = values.iter().copied().filter(|v| !v.is_nan()).collect();
            if known.len() > 1 {
                mean_sd = Some((stats::mean(&known), stats::sd(&known)));
            }
        }
        _ => {}
    }
    Size { domain: cohort.domain.clone(), rows: cohort.len() as u32, labelled, classes, mean_sd }
}

/// The outcomes of one direction, laid out by method and fold.
struct Bench<'a> {
    prepared: &'a Prepared,
    sides: &'a Sides,
    /// By method, then by complete fold.
    judged: Vec<Vec<Judged>>,
    outcomes: Vec<Vec<&'a Outcome>>,
    /// The complete folds that the estimate comes from.
    folds: Vec<usize>,
    /// The complete pairs of halves, by cut and then by method: for the variance beside a given test set.
    halves: Vec<[Vec<Judged>; 2]>,
    /// What was told of fits on halves.
    told_of_halves: Vec<&'a Told>,
    cells: Vec<(u32, u32, &'a Outcome)>,
    /// Cross-fitted risks of the training rows, by method and fold.
    thresholds: BTreeMap<(usize, usize), &'a Outcome>,
    /// Bootstrap refits.
    refitted: Vec<&'a Outcome>,
}

impl<'a> Bench<'a> {
    fn new(prepared: &'a Prepared, direction: Direction, all: &'a [Outcome]) -> Result<Option<Self>> {
        let sides = prepared.sides(direction)?;
        let methods = prepared.entries.len();
        let mut table: BTreeMap<usize, Vec<Option<&Outcome>>> = BTreeMap::new();
        let mut cells = Vec::new();
        let mut thresholds = BTreeMap::new();
        for outcome in all {
            match &outcome.unit {
                Unit::Fold { direction: d, method, fold } if *d == direction => {
                    let row = table.entry(*fold as usize).or_insert_with(|| vec![None; methods]);
                    if let Some(slot) = row.get_mut(*method as usize) {
                        *slot = Some(outcome);
                    }
                }
                Unit::Threshold { direction: d, method, fold } if *d == direction => {
                    thresholds.insert((*method as usize, *fold as usize), outcome);
                }
                Unit::Grid { direction: d, size, repeat } if *d == direction => cells.push((*size, *repeat, outcome)),
                _ => {}
            }
        }
        cells.sort_by_key(|(size, repeat, _)| (*size, *repeat));
        let mut bench = Self {
            prepared,
            sides,
            judged: (0..methods).map(|_| Vec::new()).collect(),
            outcomes: (0..methods).map(|_| Vec::new()).collect(),
            folds: Vec::new(),
            halves: Vec::new(),
            told_of_halves: Vec::new(),
            cells,
            thresholds,
            refitted: all.iter().filter(|outcome| matches!(outcome.unit, Unit::Refit { .. })).collect(),
        };
        let mut half: Option<(usize, Vec<Judged>)> = None;
        for (fold, row) in table {
            let Some(place) = sides.folds.get(fold) else { continue };
            let truth = sides.evaluated(place).y;
            let judged: Option<Vec<(Judged, &Outcome)>> = row
                .into_iter()
                .map(|outcome| {
                    let outcome = outcome?;
                    Some((Judged::new(truth.as_ref()?, outcome.prediction.as_ref()?)?, outcome))
                })
                .collect();
            let Some(judged) = judged else { continue };
            if !sides.estimates(place) {
                bench.told_of_halves.extend(judged.iter().flat_map(|(_, outcome)| &outcome.told));
                let judged: Vec<Judged> = judged.into_iter().map(|(judged, _)| judged).collect();
                half = match half.take() {
                    Some((repeat, first)) if repeat == place.repeat => {
                        bench.halves.push([first, judged]);
                        None
                    }
                    _ => Some((place.repeat, judged)),
                };
                continue;
            }
            bench.folds.push(fold);
            for (method, (judged, outcome)) in judged.into_iter().enumerate() {
                bench.judged[method].push(judged);
                bench.outcomes[method].push(outcome);
            }
        }
        Ok(if bench.folds.is_empty() { None } else { Some(bench) })
    }

    fn index_of(&self, chosen: &crate::plan::Chosen) -> usize {
        let id = chosen.method.as_str();
        self.prepared.entries.iter().position(|entry| entry.method.card().id == id).unwrap_or(0)
    }

    async fn compare(&self, pulse: &Pulse<'_>, shift: Option<&Shift>) -> Result<Comparison> {
        let plan = &self.prepared.plan;
        let (transfer, baseline) = (self.index_of(&plan.transfer), self.index_of(&plan.baseline));
        let primary = self.contrast(plan.metric, transfer, baseline);
        pulse.breathe().await?;
        let mut secondary = self.secondary(transfer, baseline);
        pulse.breathe().await?;
        let mut family: Vec<Contrast> = secondary.iter().map(|one| one.contrast.clone()).collect();
        contrast::adjust(&mut family);
        for (one, contrast) in secondary.iter_mut().zip(family) {
            one.contrast = contrast;
        }
        let ranks_better = if plan.is_classes() {
            // Not the slope: with a given test set it has no influence function, and its bootstrap takes seconds.
            let beside = [Metric::Auroc, Metric::LogLoss, Metric::Brier];
            let beside: Vec<Contrast> =
                beside.iter().map(|&metric| self.contrast(metric, transfer, baseline)).collect();
            contrast::ranks_better_calibrated_worse(&beside)
        } else {
            None
        };
        let mut methods = Vec::with_capacity(self.judged.len());
        for method in 0..self.judged.len() {
            methods.push(self.method(method, transfer, baseline));
            pulse.breathe().await?;
        }
        Ok(Comparison {
            estimand: self.estimand(),
            contrast: primary,
            secondary,
            ranks_better_calibrated_worse: ranks_better,
            methods,
            learning: self.learning(),
            gain: self.gain(),
            importance: self.importance(transfer),
            explanation: self.explanation(shift),
            influence: self.influence(),
            evaluation: self.evaluation(transfer, baseline, pulse).await?,
            subgroups: self.subgroups(transfer, baseline),
            crossing: self.crossing(),
            operating: self.operating(transfer, baseline, pulse).await?,
            divided: self.divided(transfer, baseline),
            internal: self.internal(transfer, baseline),
            rounds: self.rounds(),
            modes: self.modes(),
            trainings: self.trainings(),
            maps: self.outcomes.iter().flatten().filter_map(|outcome| outcome.map.clone()).collect(),
            glucose: self.glucose(),
            association: self.association(transfer),
            critical: self.critical(transfer),
            predictions: self.predictions(),
        })
    }

    fn estimand(&self) -> Estimand {
        let n_train = stats::mean(&self.places().map(|place| place.train.len() as f64).collect::<Vec<_>>());
        let rows = self.evaluated_rows();
        let events = match &rows.y {
            Some(Labels::Classes { names, event, codes }) if names.len() == 2 => {
                Some(codes.iter().filter(|code| **code == Some(*event as u32)).count() as u32)
            }
            _ => None,
        };
        let plan = &self.prepared.plan.design;
        Estimand {
            metric: self.prepared.plan.metric,
            n_train,
            n_evaluated: rows.len() as u32,
            events,
            design: self.sides.design(),
            folds: if self.sides.sites.is_empty() { plan.folds } else { self.sides.sites.len() as u32 },
            repeats: if self.sides.sites.is_empty() { plan.repeats } else { plan.repeats.min(plan.seeds) },
        }
    }

    fn evaluated_rows(&self) -> &Cohort {
        self.sides.test.as_ref().unwrap_or(&self.sides.target)
    }

    /// `first` against `second`, positive where `first` is better.
    fn contrast(&self, metric: Metric, first: usize, second: usize) -> Contrast {
        let pairs = || self.judged[first].iter().zip(&self.judged[second]);
        match self.sides.design() {
            design @ (Design::Cv | Design::Sites) => {
                let scores: Vec<FoldScores> = self
                    .places()
                    .zip(pairs())
                    .map(|(place, (a, b))| FoldScores {
                        repeat: place.repeat,
                        fold: place.fold,
                        n_train: place.train.len(),
                        n_test: a.rows.len(),
                        transfer: metric.compute(a.truth(), &a.prediction),
                        target_only: metric.compute(b.truth(), &b.prediction),
                    })
                    .collect();
                let over = if design == Design::Sites { sites::contrast } else { cv::contrast };
                over(metric, &scores, &self.evidence())
            }
            Design::HeldOut => {
                fn fit<'j>(a: &'j Judged, b: &'j Judged) -> Fit<'j> {
                    Fit { transfer: &a.prediction, target_only: &b.prediction }
                }
                let fits = Fits {
                    whole: pairs().map(|(a, b)| fit(a, b)).collect(),
                    halves: self
                        .halves
                        .iter()
                        .map(|[one, two]| (fit(&one[first], &one[second]), fit(&two[first], &two[second])))
                        .collect(),
                };
                let clusters = self.evaluated_rows().group.as_deref();
                let truth = self.judged[first][0].truth();
                held_out::contrast(metric, truth, clusters, &fits, u64::from(self.prepared.plan.seed))
            }
        }
    }

    fn places(&self) -> impl Iterator<Item = &Fold> {
        self.folds.iter().filter_map(|&fold| self.sides.folds.get(fold))
    }

    /// Each evaluated row once.
    fn evidence(&self) -> Evidence {
        match &self.evaluated_rows().y {
            Some(Labels::Classes { names, codes, .. }) => Evidence::Classes(
                (0..names.len() as u32)
                    .map(|class| codes.iter().filter(|code| **code == Some(class)).count())
                    .collect(),
            ),
            Some(y) => Evidence::Values(y.labelled().len()),
            None => Evidence::Values(0),
        }
    }

    fn secondary(&self, transfer: usize, baseline: usize) -> Vec<Secondary> {
        let plan = &self.prepared.plan;
        let mut out = Vec::new();
        let mut push = |method: usize, metric: Metric| {
            let id = self.prepared.entries[method].method.card().id.to_owned();
            let contrast = self.contrast(metric, method, baseline);
            out.push(Secondary { method: id, metric, contrast });
        };
        for method in 0..self.judged.len() {
            if method != transfer && method != baseline {
                push(method, plan.metric);
            }
        }
        let beside: &[Metric] = if plan.is_classes() { &[Metric::LogLoss, Metric::Brier] } else { &[Metric::Mae] };
        for &metric in beside {
            push(transfer, metric);
        }
        out
    }

    fn method(&self, method: usize, transfer: usize, baseline: usize) -> MethodReport {
        let entry = &self.prepared.entries[method];
        let judged = &self.judged[method];
        let classes = judged.first().map_or(0, |j| j.classes);
        let all = if classes > 0 { Metric::OF_CLASSES } else { Metric::OF_VALUES };
        let metrics = all.iter().filter_map(|&metric| self.metric(metric, method)).collect();
        let mut choices = BTreeMap::new();
        for outcome in &self.outcomes[method] {
            if let Some(choice) = choice_text(&outcome.choice) {
                *choices.entry(choice).or_insert(0) += 1;
            }
        }
        let mut out = MethodReport {
            id: entry.method.card().id.to_owned(),
            role: role(method, transfer, baseline).to_owned(),
            metrics,
            roc: Vec::new(),
            pr: Vec::new(),
            calibration: Vec::new(),
            calibration_curve: Vec::new(),
            risks: None,
            choices,
        };
        if classes == 2 {
            [out.roc, out.pr] = self.mean_curves(method);
            let (y, p) = self.averaged_events(method);
            out.calibration = calibration::binned(&y, &p, CALIBRATION_BINS);
            let (low, high) = p.iter().fold((1.0_f64, 0.0_f64), |(l, h), &p| (l.min(p), h.max(p)));
            let at: Vec<f64> = (0..=50).map(|step| low + (high - low) * f64::from(step) / 50.0).collect();
            out.calibration_curve =
                calibration::curve(&y, &p, &at).map_or_else(Vec::new, |curve| at.iter().copied().zip(curve).collect());
            out.risks = distributions(&y, &p, RISK_BINS).ok().map(|found| Risks {
                event: counts(&found.events.counts),
                non_event: counts(&found.others.counts),
                discrimination_slope: Some(found.discrimination_slope),
            });
        }
        out
    }

    fn metric(&self, metric: Metric, method: usize) -> Option<MetricReport> {
        let judged = &self.judged[method];
        let values: Vec<(f64, f64)> = self
            .places()
            .zip(judged)
            .filter_map(|(place, judged)| {
                let ratio = judged.rows.len() as f64 / place.train.len().max(1) as f64;
                Some((metric.compute(judged.truth(), &judged.prediction)?, ratio))
            })
            .collect();
        if values.is_empty() {
            return None;
        }
        let (values, ratios): (Vec<f64>, Vec<f64>) = values.into_iter().unzip();
        let sd = if values.len() > 1 { stats::sd(&values) } else { 0.0 };
        let (low, high) = match self.sides.design() {
            Design::Cv => {
                let found = cv::corrected(&values, stats::mean(&ratios));
                (Some(found.low), Some(found.high))
            }
            Design::Sites => {
                let fold = |(place, judged): (&Fold, &Judged)| {
                    let ratio = judged.rows.len() as f64 / place.train.len().max(1) as f64;
                    Some((place.fold, metric.compute(judged.truth(), &judged.prediction)?, ratio))
                };
                let found = sites::single(self.places().zip(judged).filter_map(fold));
                (Some(found.low), Some(found.high))
            }
            Design::HeldOut => {
                let fits = Fits {
                    whole: judged.iter().map(|one| one.prediction.as_slice()).collect(),
                    halves: self
                        .halves
                        .iter()
                        .map(|[one, two]| (one[method].prediction.as_slice(), two[method].prediction.as_slice()))
                        .collect(),
                };
                let clusters = self.evaluated_rows().group.as_deref();
                let seed = u64::from(self.prepared.plan.seed);
                let found = judged.first().and_then(|one| held_out::single(metric, one.truth(), clusters, &fits, seed));
                (found.map(|found| found.low), found.map(|found| found.high))
            }
        };
        // With few folds the t interval can leave what the metric can be.
        let (least, most) = metric.range();
        let inside = |end: Option<f64>| end.filter(|end| end.is_finite()).map(|end| end.clamp(least, most));
        Some(MetricReport { metric, mean: stats::mean(&values), sd, low: inside(low), high: inside(high) })
    }
}

fn role(method: usize, transfer: usize, baseline: usize) -> &'static str {
    match method {
        m if m == transfer => "transfer",
        m if m == baseline => "baseline",
        _ => "other",
    }
}

fn counts(rows: &[usize]) -> Vec<u32> {
    rows.iter().map(|&n| n as u32).collect()
}

/// What a method chose, short: `frozen=2`, `linear`.
fn choice_text(choice: &Value) -> Option<String> {
    let chosen = choice.get("chosen").and_then(Value::as_u64).and_then(|index| choice.get("of")?.get(index as usize));
    match chosen.unwrap_or(choice) {
        Value::Null => None,
        Value::String(text) => Some(text.clone()),
        Value::Object(fields) => {
            let parts: Vec<String> = fields
                .iter()
                .filter(|(_, value)| !value.is_array() && !value.is_object())
                .map(|(name, value)| match value {
                    Value::String(text) => format!("{name}={text}"),
                    other => format!("{name}={other}"),
                })
                .collect();
            if parts.is_empty() { None } else { Some(parts.join(", ")) }
        }
        other => Some(other.to_string()),
    }
}
