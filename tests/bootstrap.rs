//! The bootstrap against SciPy on SciPy's own resamples, and as a thing that can be stepped, stopped and trusted.

use crate::measures::{data, floats, golden, near};
use autograft::Code;
use autograft::evaluate::bootstrap::{Bootstrap, Kind, Series, Settings, Statistic, Units};
use autograft::evaluate::panel::{Panel, Request};
use autograft::metrics::weighted::Weighted;
use autograft::metrics::{Metric, Truth, Why, decision, delong, ranking};
use autograft::rng::Rng;
use autograft::watch::{Event, Pulse, Quiet, Watch, block_on};
use serde_json::Value;
use std::cell::{Cell, RefCell};
use std::future::Future;
use std::pin::Pin;

fn indices(v: &Value) -> Vec<Vec<u32>> {
    let row = |r: &Value| r.as_array().unwrap().iter().map(|i| i.as_u64().unwrap() as u32).collect();
    v.as_array().unwrap().iter().map(row).collect()
}

fn metric_of<'a>(metric: Metric, y: &'a [u32], p: &'a [f64]) -> Weighted<'a> {
    Weighted::new(metric, Truth::Classes { y, classes: 2 }, p).unwrap()
}

/// All numbers of one method as a statistic.
fn statistic<'a>(ready: Vec<Weighted<'a>>) -> Statistic<'a> {
    Box::new(move |weights, out| out.extend(ready.iter().map(|m| m.value(weights).unwrap_or(f64::NAN))))
}

fn all_steps(mut boot: Bootstrap<'_>) -> autograft::evaluate::bootstrap::Resamples {
    while boot.step() {}
    boot.finish()
}

#[test]
fn intervals_equal_scipy_on_the_same_resamples() {
    let g = golden();
    let (y, p, q) = data();
    let y: Vec<u32> = y.iter().take(60).map(|&e| u32::from(e)).collect();
    let (p, q) = (&p[..60], &q[..60]);
    for case in g["bootstrap"].as_array().unwrap() {
        let patient: Option<Vec<u32>> =
            case.get("patient").map(|v| v.as_array().unwrap().iter().map(|i| i.as_u64().unwrap() as u32).collect());
        let units = Units::new(60, patient.as_deref());
        let given = indices(&case["given"]);
        let settings = Settings { given: Some(given), ..Settings::new(0, 0) };
        let name = case["name"].as_str().unwrap();
        let ready = match name {
            "auroc_difference" => vec![metric_of(Metric::Auroc, &y, p), metric_of(Metric::Auroc, &y, q)],
            "brier" => vec![metric_of(Metric::Brier, &y, p)],
            "auprc" => vec![metric_of(Metric::Auprc, &y, p)],
            _ => vec![metric_of(Metric::Auroc, &y, p)],
        };
        let found = all_steps(Bootstrap::new(&units, settings, statistic(ready)).unwrap());
        let series = if found.width() == 2 { found.pair(0, 1, |a, b| a - b) } else { found.of(0) };
        let (percentile, bca) = (series.percentile(0.95).unwrap(), series.bca(0.95).unwrap());
        assert_eq!((percentile.resamples, percentile.undefined, bca.kind), (199, 0, Kind::Bca));
        for (found, key) in [(percentile, "percentile"), (bca, "BCa")] {
            let expected = floats(&case[key]);
            near(found.low, expected[0], 1e-9, &format!("{name}, {key}, low"));
            near(found.high, expected[1], 1e-9, &format!("{name}, {key}, high"));
            near(found.se, case["se"].as_f64().unwrap(), 1e-9, name);
        }
    }
}

#[test]
fn units_keep_patients_together_and_strata_their_size() {
    let patient = [7, 3, 7, 3, 9, 9, 9, 1];
    let units = Units::new(8, Some(&patient));
    assert_eq!(units.rows(), [vec![7], vec![1, 3], vec![0, 2], vec![4, 5, 6]]);
    let mut weights = vec![0; 8];
    for b in 0..50 {
        units.draw(&mut Rng::child(1, "t", b), &mut weights);
        assert!(weights[0] == weights[2] && weights[1] == weights[3] && weights[4] == weights[5]);
        assert_eq!(weights[0] + weights[1] + weights[4] + weights[7], 4, "four units");
    }
    units.without(1, 4, &mut weights);
    assert_eq!(weights, [1, 0, 1, 0, 1, 1, 1, 1]);
    let class: Vec<u32> = (0..40).map(|r| u32::from(r % 4 == 0)).collect();
    let strata = Units::new(40, None).stratified(&class);
    let mut weights = vec![0; 40];
    let mut plain = Vec::new();
    for b in 0..50 {
        strata.draw(&mut Rng::child(1, "t", b), &mut weights);
        let events = |w: &[u32]| w.iter().zip(&class).filter(|(_, c)| **c == 1).map(|(w, _)| *w).sum::<u32>();
        assert_eq!((events(&weights), weights.iter().sum::<u32>()), (10, 40));
        Units::new(40, None).draw(&mut Rng::child(1, "t", b), &mut weights);
        plain.push(events(&weights));
    }
    assert!(plain.iter().any(|e| *e != 10), "without strata the number of events varies");
}

/// Stops after so many looks, and counts what it hears.
struct Ear {
    looks: Cell<usize>,
    stop_at: usize,
    told: RefCell<Vec<(f64, f64)>>,
}

impl Watch for Ear {
    fn event(&self, event: Event) {
        if let Event::Progress { done, total } = event {
            self.told.borrow_mut().push((done, total));
        }
    }
    fn now_ms(&self) -> f64 {
        0.0
    }
    fn cancelled(&self) -> bool {
        self.looks.set(self.looks.get() + 1);
        self.looks.get() > self.stop_at
    }
    fn breathe<'a>(&'a self) -> Pin<Box<dyn Future<Output = ()> + 'a>> {
        Box::pin(std::future::ready(()))
    }
}

#[test]
fn a_run_tells_stops_and_equals_its_steps() {
    let (y, p, _) = data();
    let y: Vec<u32> = y.iter().map(|&e| u32::from(e)).collect();
    let units = Units::new(y.len(), None);
    let make =
        || Bootstrap::new(&units, Settings::new(60, 5), statistic(vec![metric_of(Metric::Auroc, &y, &p)])).unwrap();
    let ear = Ear { looks: Cell::new(0), stop_at: usize::MAX, told: RefCell::new(Vec::new()) };
    let mut run = make();
    block_on(run.run(&Pulse::new(&ear))).unwrap();
    assert_eq!(ear.told.borrow().last(), Some(&(220.0, 220.0)), "60 resamples and 160 rows left out");
    assert!(ear.told.borrow().len() > 5);
    assert_eq!(run.finish(), all_steps(make()));
    let ear = Ear { looks: Cell::new(0), stop_at: 10, told: RefCell::new(Vec::new()) };
    let mut run = make();
    assert_eq!(block_on(run.run(&Pulse::new(&ear))).unwrap_err().code(), Code::Cancelled);
    assert_eq!(run.progress().0, 10);
    // It goes on where it was stopped, to the same numbers; and more resamples change none of the first.
    block_on(run.run(&Pulse::new(&Quiet))).unwrap();
    let stopped = run.finish();
    assert_eq!(stopped, all_steps(make()));
    let more = Bootstrap::new(&units, Settings::new(90, 5), statistic(vec![metric_of(Metric::Auroc, &y, &p)])).unwrap();
    assert_eq!(all_steps(more).of(0).draws[..60], stopped.of(0).draws[..]);
}

#[test]
fn what_cannot_be_said_has_a_reason() {
    let units = Units::new(6, None);
    let run = |make: fn(&[u32]) -> f64| {
        let statistic: Statistic<'_> = Box::new(move |w, out| out.push(make(w)));
        all_steps(Bootstrap::new(&units, Settings::new(200, 1), statistic).unwrap()).of(0)
    };
    assert_eq!(run(|_| 1.0).bca(0.95), Err(Why::Degenerate));
    assert_eq!(run(|_| f64::NAN).percentile(0.95), Err(Why::WrongKind));
    // Row 0 is missing from a third of the resamples.
    let lost = run(|w| if w[0] == 0 { f64::NAN } else { f64::from(w[1]) });
    assert!(matches!(lost.bca(0.95), Err(Why::Lost { of: 200, lost: 40..=100 })), "{:?}", lost.bca(0.95));
    let nothing: Statistic<'_> = Box::new(|_, _| {});
    assert_eq!(Bootstrap::new(&units, Settings::new(9, 1), nothing).err(), Some(Why::NoRows));
    for (n, why) in [(0, Why::NoRows), (1, Why::TooFew { found: 1, needed: 2 })] {
        let one: Statistic<'_> = Box::new(|_, out| out.push(1.0));
        assert_eq!(Bootstrap::new(&Units::new(n, None), Settings::new(9, 1), one).err(), Some(why));
    }
    // The estimate over every resample: no z₀, so the percentile interval stands and says so.
    let edge = Series {
        value: 2.0,
        draws: (0..100).map(f64::from).map(|v| v / 100.0).collect(),
        jackknife: vec![1.0, 2.0, 4.0],
    };
    assert_eq!(edge.bca(0.95).unwrap().kind, Kind::Percentile);
    let flat = Series { value: 0.5, jackknife: vec![1.0; 5], ..edge };
    assert_eq!(flat.bca(0.95).unwrap().kind, Kind::Percentile);
}

/// The interval of an AUROC must hold the true one about as often as it says (binormal, true AUROC Φ(1/√2)).
#[test]
fn the_bca_interval_covers() {
    let truth = autograft::math::dist::normal_cdf(std::f64::consts::FRAC_1_SQRT_2);
    let (mut held, studies) = (0, 300);
    for study in 0..studies {
        let mut rng = Rng::child(11, "coverage", study);
        let y: Vec<u32> = (0..80).map(|i| u32::from(i % 2 == 0)).collect();
        let p: Vec<f64> = y.iter().map(|&e| rng.normal() + f64::from(e)).collect();
        let units = Units::new(80, None);
        let ready = vec![Weighted::new(Metric::Auroc, Truth::Classes { y: &y, classes: 2 }, &p).unwrap()];
        let settings = Settings::new(300, study as u64);
        let found = all_steps(Bootstrap::new(&units, settings, statistic(ready)).unwrap()).of(0).bca(0.9).unwrap();
        held += usize::from(found.low <= truth && truth <= found.high);
    }
    // 270 are expected, sd 5.2; small samples cost a little.
    assert!((250..=286).contains(&held), "{held} of {studies}");
}

#[test]
fn a_panel_tells_every_method_on_the_same_resamples() {
    let (y, p, q) = data();
    let codes: Vec<u32> = y.iter().map(|&e| u32::from(e)).collect();
    let truth = Truth::Classes { y: &codes, classes: 2 };
    let units = Units::new(codes.len(), None);
    let request = Request {
        truth,
        predictions: &[&q, &p],
        metrics: &[Metric::Auroc, Metric::CalibrationSlope, Metric::Rmse],
        roc: &[0.1, 0.5],
        pr: &[0.5],
        thresholds: &[0.0, 0.2, 0.4],
        calibration: &[0.3],
    };
    let settings = || Settings { jackknife: false, ..Settings::new(200, 3) };
    let mut panel = Panel::new(request, &units, settings()).unwrap();
    while panel.bootstrap().step() {}
    let found = panel.finish(0.95);
    let (reference, other) = (&found[0], &found[1]);
    assert!(reference.gains.is_empty() && reference.decision_gain.is_empty());
    let auroc = |p: &[f64]| ranking::auroc(&y, p).unwrap();
    assert_eq!(other.metrics[0].value, Some(auroc(&p)));
    near(other.gains[0].value.unwrap(), auroc(&p) - auroc(&q), 1e-15, "gain");
    // The paired spread is DeLong's, give or take the resamples.
    let paired = delong::paired(&y, &p, &q).unwrap();
    near(other.gains[0].interval.unwrap().se, paired.se, 0.012, "se of the gain");
    // Of the slope the gain is in distances from 1.
    let slope = |m: &autograft::evaluate::panel::MethodPanel| m.metrics[1].value.unwrap();
    near(other.gains[1].value.unwrap(), (slope(reference) - 1.0).abs() - (slope(other) - 1.0).abs(), 1e-12, "slope");
    assert_eq!((other.metrics[2].value, other.metrics[2].interval), (None, Err(Why::WrongKind)));
    let curve = ranking::curve(&y, &p);
    assert_eq!(other.roc[1].value, Some(ranking::sensitivity_at(&curve, 0.5)));
    assert_eq!(other.pr[0].value, Some(ranking::precision_at(&curve, 0.5)));
    let nb = |p: &[f64]| decision::net_benefit(&y, p, 0.2).unwrap();
    assert_eq!(other.decision[1].value, Some(nb(&p).model));
    near(other.decision_gain[1].value.unwrap(), nb(&p).model - nb(&q).model, 1e-15, "decision gain");
    near(other.over_default[1].value.unwrap(), nb(&p).model - nb(&p).all.max(0.0), 1e-15, "over default");
    near(other.avoided[1].value.unwrap(), nb(&p).avoided.unwrap(), 1e-15, "avoided");
    assert_eq!((other.avoided[0].value, other.over_default[0].low), (None, None), "at threshold 0 all are treated");
    for point in other.roc.iter().chain(&other.pr).chain(&other.decision).chain(&other.calibration) {
        let (low, value, high) = (point.low.unwrap(), point.value.unwrap(), point.high.unwrap());
        assert!(low <= value && value <= high && low < high, "{point:?}");
    }
    // Refused, with a reason.
    let refused = |request: Request<'_>| Panel::new(request, &units, settings()).err();
    assert_eq!(refused(Request { thresholds: &[1.0], ..request }), Some(Why::WrongKind));
    assert_eq!(refused(Request { predictions: &[&p[..9]], ..request }), Some(Why::Lengths));
    let one = vec![1; codes.len()];
    assert_eq!(refused(Request { truth: Truth::Classes { y: &one, classes: 2 }, ..request }), Some(Why::OneClass));
    assert_eq!(refused(Request { truth: Truth::Values(&p), ..request }), Some(Why::WrongKind));
}
