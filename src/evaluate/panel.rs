//! Every method's metrics and curves with bootstrap intervals, and each against a reference, from one set of resamples.

use super::bootstrap::{Bootstrap, Interval, Series, Settings, Statistic, Units};
use crate::metrics::decision;
use crate::metrics::ranking::{precision_at, sensitivity_at};
use crate::metrics::sorted::Sorted;
use crate::metrics::weighted::{Weighted, event_risks};
use crate::metrics::{Metric, Truth, Why, calibration};
use serde::{Deserialize, Serialize};

/// What is asked for. Curves need two classes; grids that are empty cost nothing.
#[derive(Debug, Clone, Copy)]
pub struct Request<'a> {
    /// What was observed.
    pub truth: Truth<'a>,
    /// The predictions of each method on those rows, as [`Metric::compute`] takes them; the first is the reference.
    pub predictions: &'a [&'a [f64]],
    /// Metrics.
    pub metrics: &'a [Metric],
    /// False-positive rates at which the ROC is told.
    pub roc: &'a [f64],
    /// Recalls at which the precision is told.
    pub pr: &'a [f64],
    /// Risk thresholds of the decision curve, in [0, 1).
    pub thresholds: &'a [f64],
    /// Risks at which the calibration curve is told.
    pub calibration: &'a [f64],
}

/// A point of a curve with its pointwise interval; `None` ends where there is none.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct BandPoint {
    /// The abscissa.
    pub x: f64,
    /// The curve.
    pub value: Option<f64>,
    /// Lower end.
    pub low: Option<f64>,
    /// Upper end.
    pub high: Option<f64>,
}

/// A metric with its interval, or why there is none.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Measured {
    /// Which.
    pub metric: Metric,
    /// On the rows as they are; `None` where undefined.
    pub value: Option<f64>,
    /// BCa where it exists, else percentile.
    pub interval: Result<Interval, Why>,
}

/// One method.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct MethodPanel {
    /// Its metrics.
    pub metrics: Vec<Measured>,
    /// Gain over the reference in each metric, positive where better; empty for the reference.
    pub gains: Vec<Measured>,
    /// Sensitivity over false-positive rate.
    pub roc: Vec<BandPoint>,
    /// Precision over recall.
    pub pr: Vec<BandPoint>,
    /// Net benefit over threshold.
    pub decision: Vec<BandPoint>,
    /// Net benefit minus that of the better of treating all and none.
    pub over_default: Vec<BandPoint>,
    /// Interventions avoided for one patient, against treating all; no value at threshold 0.
    pub avoided: Vec<BandPoint>,
    /// Net benefit minus the reference's; empty for the reference.
    pub decision_gain: Vec<BandPoint>,
    /// Observed over predicted risk.
    pub calibration: Vec<BandPoint>,
}

/// Where a method's numbers stand among all.
struct Layout {
    metrics: usize,
    roc: usize,
    pr: usize,
    model: usize,
    all: usize,
    calibration: usize,
    width: usize,
}

impl Layout {
    fn of(r: &Request<'_>) -> Self {
        let metrics = 0;
        let roc = metrics + r.metrics.len();
        let pr = roc + r.roc.len();
        let model = pr + r.pr.len();
        let all = model + r.thresholds.len();
        let calibration = all + r.thresholds.len();
        Self { metrics, roc, pr, model, all, calibration, width: calibration + r.calibration.len() }
    }
}

/// A panel under way: step it as a [`Bootstrap`].
pub struct Panel<'a> {
    request: Request<'a>,
    bootstrap: Bootstrap<'a>,
}

struct Prepared<'a> {
    metrics: Vec<Option<Weighted<'a>>>,
    curves: Option<Curves>,
}

struct Curves {
    event: Vec<bool>,
    risk: Vec<f64>,
    sorted: Sorted,
    called: Vec<usize>,
}

impl<'a> Panel<'a> {
    /// Prepares all methods.
    ///
    /// # Errors
    /// What [`Bootstrap::new`] says; [`Why::WrongKind`] for curves of more than two classes or of numbers, and for a
    /// threshold outside [0, 1); [`Why::Lengths`]; [`Why::NotFinite`]; [`Why::OneClass`].
    pub fn new(request: Request<'a>, units: &'a Units, settings: Settings) -> Result<Self, Why> {
        let n = request.truth.len();
        if units.n() != n {
            return Err(Why::Lengths);
        }
        let wants_curves = Layout::of(&request).width > request.metrics.len();
        if request.thresholds.iter().any(|t| !(0.0..1.0).contains(t)) {
            return Err(Why::WrongKind);
        }
        let mut prepared = Vec::new();
        for &p in request.predictions {
            let curves = match request.truth {
                _ if !wants_curves => None,
                Truth::Classes { y, classes: 2 } if p.len() == n || p.len() == 2 * n => {
                    let event: Vec<bool> = y.iter().map(|&c| c == 1).collect();
                    let risk = event_risks(n, p);
                    let sorted = Sorted::new(&event, &risk)?;
                    let called = sorted.called(request.thresholds);
                    Some(Curves { event, risk, sorted, called })
                }
                Truth::Classes { classes: 2, .. } => return Err(Why::Lengths),
                _ => return Err(Why::WrongKind),
            };
            let metrics = request.metrics.iter().map(|&m| Weighted::new(m, request.truth, p)).collect();
            prepared.push(Prepared { metrics, curves });
        }
        let statistic: Statistic<'a> = Box::new(move |weights, out| {
            for method in &prepared {
                out.extend(
                    method.metrics.iter().map(|m| m.as_ref().and_then(|m| m.value(weights)).unwrap_or(f64::NAN)),
                );
                if let Some(curves) = &method.curves {
                    curves.push(&request, weights, out);
                }
            }
        });
        Ok(Self { request, bootstrap: Bootstrap::new(units, settings, statistic)? })
    }

    /// The bootstrap, to be run or stepped.
    pub fn bootstrap(&mut self) -> &mut Bootstrap<'a> {
        &mut self.bootstrap
    }

    /// All methods, in the order of the request, with intervals of this `level`.
    pub fn finish(self, level: f64) -> Vec<MethodPanel> {
        let (r, layout) = (self.request, Layout::of(&self.request));
        let found = self.bootstrap.finish();
        (0..r.predictions.len())
            .map(|method| {
                let at = |k: usize| method * layout.width + k;
                let band = |start: usize, grid: &[f64]| -> Vec<BandPoint> {
                    grid.iter().enumerate().map(|(i, &x)| point(x, &found.of(at(start + i)), level)).collect()
                };
                let thresholds = |make: &dyn Fn(usize, f64) -> Series| -> Vec<BandPoint> {
                    r.thresholds.iter().enumerate().map(|(i, &t)| point(t, &make(i, t), level)).collect()
                };
                let against = method > 0;
                MethodPanel {
                    metrics: measured(&r, level, |k, _| found.of(at(layout.metrics + k))),
                    gains: if against {
                        measured(&r, level, |k, m| found.pair(at(layout.metrics + k), k, |a, b| m.gain(a, b)))
                    } else {
                        Vec::new()
                    },
                    roc: band(layout.roc, r.roc),
                    pr: band(layout.pr, r.pr),
                    decision: band(layout.model, r.thresholds),
                    over_default: thresholds(&|i, _| {
                        found.pair(at(layout.model + i), at(layout.all + i), |model, all| model - all.max(0.0))
                    }),
                    avoided: thresholds(&|i, t| {
                        let odds = t / (1.0 - t);
                        found.pair(at(layout.model + i), at(layout.all + i), |model, all| (model - all) / odds)
                    }),
                    decision_gain: if against {
                        thresholds(&|i, _| found.pair(at(layout.model + i), layout.model + i, |a, b| a - b))
                    } else {
                        Vec::new()
                    },
                    calibration: band(layout.calibration, r.calibration),
                }
            })
            .collect()
    }
}

fn measured(r: &Request<'_>, level: f64, series: impl Fn(usize, Metric) -> Series) -> Vec<Measured> {
    let one = |(k, &metric): (usize, &Metric)| {
        let s = series(k, metric);
        Measured { metric, value: s.value.is_finite().then_some(s.value), interval: s.bca(level) }
    };
    r.metrics.iter().enumerate().map(one).collect()
}

pub(super) fn point(x: f64, series: &Series, level: f64) -> BandPoint {
    let ends = series.percentile(level).ok();
    BandPoint {
        x,
        value: series.value.is_finite().then_some(series.value),
        low: ends.map(|i| i.low),
        high: ends.map(|i| i.high),
    }
}

impl Curves {
    fn push(&self, r: &Request<'_>, weights: &[u32], out: &mut Vec<f64>) {
        if !r.roc.is_empty() || !r.pr.is_empty() {
            let points = self.sorted.curve(weights);
            let some = |v: f64| if points.is_empty() { f64::NAN } else { v };
            out.extend(r.roc.iter().map(|&x| some(sensitivity_at(&points, x))));
            out.extend(r.pr.iter().map(|&x| some(precision_at(&points, x))));
        }
        if !r.thresholds.is_empty() {
            let benefits = decision::weighted(&self.sorted, weights, r.thresholds, &self.called);
            out.extend(benefits.iter().map(|b| b.0));
            out.extend(benefits.iter().map(|b| b.1));
        }
        if !r.calibration.is_empty() {
            let rows = || weights.iter().enumerate().flat_map(|(row, &w)| std::iter::repeat_n(row, w as usize));
            let y: Vec<bool> = rows().map(|row| self.event[row]).collect();
            let p: Vec<f64> = rows().map(|row| self.risk[row]).collect();
            match calibration::curve(&y, &p, r.calibration) {
                Some(curve) => out.extend(curve),
                None => out.extend(r.calibration.iter().map(|_| f64::NAN)),
            }
        }
    }
}
