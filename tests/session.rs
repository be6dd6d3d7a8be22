//! The main job whole, through the conversation that the page has: open, suggest, line up, prepare, run, report.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use autograft::Code;
use autograft::cohort::Labels;
use autograft::device;
use autograft::methods::Model;
use autograft::metrics::Metric;
use autograft::plan::{Chosen, Design, Grid, Plan, TablePlan};
use autograft::preprocess::Preparation;
use autograft::report::Report;
use autograft::rng::Rng;
use autograft::session::{Direction, Outcome, Prepared, Unit, assemble};
use autograft::table::{self, ReadOptions};
use autograft::train::Run;
use autograft::watch::{Event, Quiet, Watch, block_on};
use autograft::web::ask::{Answer, Ask};
use autograft::web::desk::Desk;

/// Two hospitals whose outcome follows the same two features, the first with many rows; `turned` reverses the source.
pub(crate) fn hospital(rows: usize, seed: u64, turned: bool, prefix: &str) -> String {
    let mut rng = Rng::stream(seed, "hospital");
    let mut text = String::from("patient,age,lactate,sex,noise,died\n");
    for row in 0..rows {
        let (age, lactate, noise) = (rng.normal(), rng.normal(), rng.normal());
        let sex = if rng.uniform() < 0.5 { "M" } else { "F" };
        let sign = if turned { -1.0 } else { 1.0 };
        let risk = 1.0 / (1.0 + (-(sign * (1.6 * age + 1.2 * lactate))).exp());
        let died = u32::from(rng.uniform() < risk);
        let lactate = if rng.uniform() < 0.05 { "NA".to_owned() } else { format!("{:.3}", 2.0 + lactate) };
        text += &format!("{prefix}{row},{:.1},{lactate},{sex},{noise:.3},{died}\n", 60.0 + 10.0 * age);
    }
    text
}

pub(crate) struct Study {
    pub(crate) desk: Desk,
    pub(crate) jobs: Vec<autograft::session::Job>,
}

pub(crate) fn ask_on(desk: &Desk, ask: Ask, buffers: Vec<Vec<u8>>, watch: &dyn Watch) -> (Answer, Vec<Vec<u8>>) {
    block_on(desk.answer(ask, buffers, &device::cpu(), watch)).unwrap()
}

pub(crate) fn plan_of(desk: &Desk, source: &str, target: &str, change: impl Fn(&mut Plan)) -> Plan {
    let read = |name: &str, text: &str| table::read(name, text.as_bytes(), &ReadOptions::default()).unwrap();
    let (source, target) = (read("source.csv", source), read("target.csv", target));
    ask_on(desk, Ask::Load { sources: 1 }, vec![source.to_bytes(), target.to_bytes()], &Quiet);
    let (Answer::Suggestion(suggestion), _) = ask_on(desk, Ask::Suggest, vec![], &Quiet) else { panic!() };
    let label = suggestion.label().expect("`died` is found as the label");
    let lining =
        Ask::LineUp { source: suggestion.source.clone(), target: suggestion.target.clone(), label: label.clone() };
    let (Answer::LinedUp(lined), _) = ask_on(desk, lining, vec![], &Quiet) else { panic!() };
    assert!(lined.mapping.features.len() >= 4, "{:?}", lined.mapping.features);
    let table = |name: &str| TablePlan { name: name.into(), fingerprint: String::new(), read: ReadOptions::default() };
    let preparation = Preparation {
        source_roles: suggestion.source,
        target_roles: suggestion.target,
        mapping: lined.mapping,
        label,
        person: None,
    };
    let mut plan = Plan::new(vec![table("source.csv")], vec![table("target.csv")], preparation);
    plan.design = Design { folds: 3, repeats: 2, seeds: 2 };
    plan.importance = 1;
    plan.thresholds = 2;
    for chosen in [&mut plan.transfer, &mut plan.baseline].into_iter().chain(&mut plan.others) {
        chosen.config = serde_json::json!({ "widths": [16, 16, 8], "max_epochs": 15 });
        if chosen.method == "target_only_linear" {
            chosen.config = serde_json::Value::Null;
        }
    }
    change(&mut plan);
    plan
}

pub(crate) fn open(source: &str, target: &str, change: impl Fn(&mut Plan)) -> Study {
    let desk = Desk::default();
    let plan = plan_of(&desk, source, target, change);
    prepare(desk, plan)
}

pub(crate) fn prepare(desk: Desk, plan: Plan) -> Study {
    let asked = Ask::Prepare { plan: Box::new(plan) };
    let (Answer::Prepared { jobs, verdict_possible, .. }, _) = ask_on(&desk, asked, vec![], &Quiet) else { panic!() };
    assert!(verdict_possible);
    Study { desk, jobs }
}

/// Runs the jobs over some desks in turn, as the page does over its workers, and reports.
pub(crate) fn run(studies: &[&Study], watch: &dyn Watch) -> (Report, Vec<Vec<u8>>) {
    let mut outcomes = Vec::new();
    for (place, job) in studies[0].jobs.iter().enumerate() {
        let desk = &studies[place % studies.len()].desk;
        let (_, mut bytes) = ask_on(desk, Ask::Run { unit: job.unit.clone(), gpu_lost: false }, vec![], watch);
        let bytes = bytes.remove(0);
        if let Unit::Pretrain { key, .. } = &job.unit {
            for study in studies {
                ask_on(&study.desk, Ask::KeepPretrained { key: key.clone() }, vec![bytes.clone()], watch);
            }
        }
        outcomes.push(bytes);
    }
    let asked = Ask::Report { shift: None };
    let (Answer::Report(report), _) = ask_on(&studies[0].desk, asked, outcomes.clone(), watch) else { panic!() };
    (*report, outcomes)
}

/// All outcomes of a study, in the order of its jobs.
fn all_of(prepared: &Prepared) -> Vec<Outcome> {
    let run = Run::new(device::cpu(), u64::from(prepared.plan.seed), &Quiet);
    let mut kept: BTreeMap<String, Model> = BTreeMap::new();
    let mut outcomes = Vec::new();
    for job in prepared.jobs() {
        let outcome = block_on(prepared.work(&job.unit, |key| kept.get(key), &run)).unwrap();
        if let (Unit::Pretrain { key, .. }, Some(model)) = (&job.unit, &outcome.model) {
            kept.insert(key.clone(), model.clone());
        }
        outcomes.push(outcome);
    }
    outcomes
}

/// Turns the labels of some target rows around.
fn turn(prepared: &mut Prepared, rows: &[usize]) {
    let Some(Labels::Classes { codes, .. }) = &mut prepared.forward.target.y else { panic!("two classes") };
    for &row in rows {
        codes[row] = codes[row].map(|code| 1 - code);
    }
}

/// The label of a held-out patient never moves the threshold by which he is called; that of a training patient does.
#[test]
fn thresholds_come_from_training_rows_alone() {
    let (source, target) = (hospital(200, 1, false, "s"), hospital(90, 2, false, "t"));
    let desk = Desk::default();
    let plan = plan_of(&desk, &source, &target, |plan| {
        let chosen = |method: &str| Chosen { method: method.to_owned(), config: serde_json::Value::Null };
        (plan.transfer, plan.baseline) = (chosen("ridge_to_source"), chosen("target_only_linear"));
        (plan.others, plan.importance, plan.thresholds) = (vec![], 0, 5);
        plan.design = Design { folds: 3, repeats: 1, seeds: 1 };
    });
    let read = |name: &str, text: &str| table::read(name, text.as_bytes(), &ReadOptions::default()).unwrap();
    let tables = ([read("source.csv", &source)], [read("target.csv", &target)]);
    let prepare = || Prepared::new(plan.clone(), &tables.0, &tables.1, None).unwrap();
    let report = |prepared: &Prepared| {
        let report = block_on(assemble(prepared, all_of(prepared), None, &Quiet)).unwrap();
        report.forward.unwrap().operating
    };
    let plain = prepare();
    let held_out = plain.forward.folds[0].test.clone();
    let found = report(&plain);
    assert_eq!(found.len(), 2, "Youden, and nine of ten");
    let mut turned = prepare();
    turn(&mut turned, &held_out);
    let other = report(&turned);
    for (one, other) in found.iter().zip(&other) {
        assert_eq!((one.rows, one.folds, one.methods.len()), (90, 3, 2));
        for (one, other) in one.methods.iter().zip(&other.methods) {
            assert_eq!(one.thresholds[0], other.thresholds[0], "{}: its own fold", one.id);
            assert_ne!(one.thresholds[1..], other.thresholds[1..], "{}: who trains on them", one.id);
            assert_ne!(one.counts, other.counts);
            let shares: Vec<f64> = one.shares.iter().map(|share| share.value.unwrap()).collect();
            assert!(one.shares.iter().all(|share| share.low.unwrap() < share.high.unwrap()));
            assert!(shares[0] > 0.6 && shares[1] > 0.4, "{}: {shares:?}", one.id);
        }
        assert!(one.methods[0].gains.is_empty() && one.methods[1].gains.len() == 6);
    }
    // Nine of ten are asked for; Youden's threshold lies higher or finds as many.
    let counts = |at: usize| found[at].methods[1].counts;
    assert!(counts(1).sensitivity().unwrap() >= counts(0).sensitivity().unwrap());
    assert!(counts(1).sensitivity().unwrap() > 0.8, "{:?}", counts(1));
    // The unit itself: not a byte moves, whatever the held-out patients' labels; with a training patient's it does.
    let run = Run::new(device::cpu(), 1, &Quiet);
    let pre = all_of(&plain).remove(0).model;
    let unit = Unit::Threshold { direction: Direction::Forward, method: 0, fold: 0 };
    let bytes =
        |prepared: &Prepared| block_on(prepared.work(&unit, |_| pre.as_ref(), &run)).unwrap().to_bytes().unwrap();
    let mut trained = prepare();
    turn(&mut trained, &plain.forward.folds[0].train[..1]);
    assert!(bytes(&plain) == bytes(&turned) && bytes(&plain) != bytes(&trained));
    // Without it there is none, and plans of before know of none.
    let mut without = plan.clone();
    without.thresholds = 0;
    let without = Prepared::new(without, &tables.0, &tables.1, None).unwrap();
    assert!(report(&without).is_empty());
    let mut old: serde_json::Value = serde_json::from_str(&plan.to_json().unwrap()).unwrap();
    old.as_object_mut().unwrap().remove("thresholds");
    assert_eq!(Plan::from_json(&old.to_string()).unwrap().thresholds, 0);
    old["thresholds"] = 1.into();
    assert_eq!(Plan::from_json(&old.to_string()).unwrap_err().code(), Code::OutOfRange);
}

/// The linear study of other labels: the last column of each hospital is written anew from age and lactate.
fn evaluation_of(label: impl Fn(f64, f64) -> String) -> (Report, autograft::report::evaluation::Evaluation) {
    let relabelled = |text: String| -> String {
        let line = |line: &str| {
            let cells: Vec<&str> = line.split(',').collect();
            let number = |at: usize| cells[at].parse::<f64>().unwrap_or(2.0);
            let last =
                if cells[1] == "age" { "outcome".to_owned() } else { label(number(1) + 6.0 * number(4), number(2)) };
            format!("{},{last}\n", cells[..5].join(","))
        };
        text.lines().map(line).collect()
    };
    let (source, target) = (relabelled(hospital(200, 1, false, "s")), relabelled(hospital(90, 2, false, "t")));
    let study = open(&source, &target, |plan| {
        let chosen = |method: &str| Chosen { method: method.to_owned(), config: serde_json::Value::Null };
        (plan.transfer, plan.baseline) = (chosen("ridge_to_source"), chosen("target_only_linear"));
        (plan.others, plan.importance) = (vec![], 0);
    });
    let report = run(&[&study], &Quiet).0;
    let evaluation = report.forward.as_ref().unwrap().evaluation.clone().expect("an evaluation");
    (report, evaluation)
}

/// Two folds: t has one degree of freedom, and 12.7 standard errors leave what a metric can be.
#[test]
fn no_interval_leaves_what_the_metric_can_be() {
    let (source, target) = (hospital(400, 1, false, "s"), hospital(60, 2, false, "t"));
    let study = open(&source, &target, |plan| {
        linear(plan);
        (plan.others, plan.grid, plan.design) = (vec![], None, Design { folds: 2, repeats: 1, seeds: 1 });
    });
    let report = run(&[&study], &Quiet).0;
    let methods = report.forward.unwrap().methods;
    let all: Vec<_> = methods.iter().flat_map(|method| &method.metrics).collect();
    for one in &all {
        let (least, most) = one.metric.range();
        let inside = |end: Option<f64>| end.is_none_or(|end| (least..=most).contains(&end));
        assert!(inside(Some(one.mean)) && inside(one.low) && inside(one.high), "{one:?}");
    }
    assert!(all.iter().any(|one| one.metric == Metric::Auroc && one.high == Some(1.0)), "{all:?}");
}

#[test]
fn numbers_are_told_with_their_agreement() {
    let (_, evaluation) = evaluation_of(|age, lactate| format!("{:.3}", 1.3 * age + 9.0 * lactate));
    for method in &evaluation.methods {
        let agreed = method.agreement.as_ref().expect("agreement");
        assert!(
            agreed.limits.lower.value < agreed.limits.bias.value
                && agreed.limits.bias.value < agreed.limits.upper.value
        );
        let slope = method.metrics.iter().find(|one| one.metric == Metric::CalibrationSlope).unwrap();
        assert!((agreed.line.slope.value - slope.value.unwrap()).abs() < 1e-9, "the metric is the line's slope");
        assert!(slope.value.unwrap() > 0.8 && agreed.curve.len() == 41 && method.classes.is_empty());
    }
    let old: autograft::report::evaluation::Evaluated = {
        let mut value = serde_json::to_value(&evaluation.methods[0]).unwrap();
        for field in ["roc", "pr", "agreement", "classes"] {
            assert!(value.as_object_mut().unwrap().remove(field).is_some());
        }
        serde_json::from_value(value).expect("a report of before opens")
    };
    assert!(old.agreement.is_none() && old.roc.is_empty());
}

/// Counts how often the thread is given back, and stops at one of those times.
struct Stopping {
    at: usize,
    breaths: std::cell::Cell<usize>,
    clock: std::cell::Cell<f64>,
}

impl Watch for Stopping {
    fn event(&self, _event: Event) {}
    fn now_ms(&self) -> f64 {
        self.clock.set(self.clock.get() + 25.0);
        self.clock.get()
    }
    fn cancelled(&self) -> bool {
        self.breaths.get() >= self.at
    }
    fn breathe<'a>(&'a self) -> std::pin::Pin<Box<dyn std::future::Future<Output = ()> + 'a>> {
        self.breaths.set(self.breaths.get() + 1);
        Box::pin(std::future::ready(()))
    }
}

/// The evaluation resamples for seconds: meanwhile the page must answer, and a person may stop it.
#[test]
fn the_report_gives_the_thread_back_and_can_be_stopped() {
    let study = open(&hospital(80, 1, false, "s"), &hospital(50, 2, false, "t"), |plan| {
        linear(plan);
        plan.baseline = Chosen { method: "target_only_linear".to_owned(), config: serde_json::Value::Null };
    });
    let (report, outcomes) = run(&[&study], &Quiet);
    let ask = |at: usize| {
        let watch = Stopping { at, breaths: Default::default(), clock: Default::default() };
        let answer = block_on(study.desk.answer(Ask::Report { shift: None }, outcomes.clone(), &device::cpu(), &watch))
            .map(|(answer, _)| answer);
        (answer, watch.breaths.get())
    };
    let (whole, breaths) = ask(usize::MAX);
    // A breath at every second resample of this clock, of the curves and of the panel.
    let resamples = report.forward.as_ref().unwrap().evaluation.as_ref().unwrap().resamples as usize;
    assert!(breaths > resamples, "{breaths} breaths over {resamples} resamples, twice");
    let Ok(Answer::Report(again)) = whole else { panic!("no report") };
    assert_eq!(serde_json::to_string(&report).unwrap(), serde_json::to_string(&again).unwrap(), "no clock in it");
    for at in [1, breaths / 3, breaths - 1] {
        let (stopped, after) = ask(at);
        assert_eq!(stopped.err().map(|error| error.code()), Some(Code::Cancelled));
        assert_eq!(after, at, "at once");
    }
}

/// Counts pre-trainings.
/// Keeps what is told.
#[derive(Default)]
pub(crate) struct Heard(RefCell<Vec<Event>>);

impl Heard {
    /// Those that `of` knows.
    pub(crate) fn only<T>(&self, of: impl FnMut(Event) -> Option<T>) -> Vec<T> {
        self.0.borrow().iter().cloned().filter_map(of).collect()
    }
}

impl Watch for Heard {
    fn event(&self, event: Event) {
        self.0.borrow_mut().push(event);
    }
    fn now_ms(&self) -> f64 {
        0.0
    }
    fn cancelled(&self) -> bool {
        false
    }
    fn breathe<'a>(&'a self) -> std::pin::Pin<Box<dyn std::future::Future<Output = ()> + 'a>> {
        Box::pin(std::future::ready(()))
    }
}

#[test]
fn the_main_job_gives_a_verdict_from_one_pretraining_a_seed() {
    let (source, target) = (hospital(600, 1, false, "s"), hospital(60, 2, false, "t"));
    let study = open(&source, &target, |plan| {
        plan.grid = Some(Grid { frozen: vec![0, 2], sizes: vec![20], repeats: 2, ..Grid::default() });
    });
    let pretrainings = study.jobs.iter().filter(|job| matches!(job.unit, Unit::Pretrain { .. })).count();
    assert_eq!(pretrainings, 2, "one a seed: {:?}", &study.jobs[..4]);
    let heard = Heard::default();
    let (report, _) = run(&[&study], &heard);
    let keys = heard.only(|event| match event {
        Event::Pretrained { key } => Some(key),
        _ => None,
    });
    assert_eq!(keys.len() as u32, report.pretrainings);
    assert_eq!(keys.iter().collect::<BTreeSet<_>>().len(), keys.len(), "none twice: {keys:?}");
    let comparison = report.forward.expect("a comparison");
    assert!(comparison.contrast.estimate.is_finite() && comparison.contrast.se > 0.0);
    assert_eq!(comparison.contrast.n_folds + comparison.contrast.n_undefined, 6);
    assert_eq!(comparison.predictions.id.len(), 60);
    let source_only = comparison.methods.iter().find(|method| method.id == "source_only").unwrap();
    let auroc = source_only.metrics.iter().find(|one| one.metric.as_str() == "auroc").unwrap();
    assert!(auroc.mean > 0.7, "the source knows the answer: {}", auroc.mean);
    assert!(!comparison.importance.is_empty() && !comparison.learning.is_empty() && !comparison.gain.is_empty());
    let best = &comparison.importance[0].feature;
    assert!(best == "age" || best == "lactate", "{best}");
    // Each patient once, taken apart by both models, as sums.
    let told = comparison.explanation.expect("an explanation");
    assert_eq!((told.told, told.judged, told.transferred.fits), (60, 60, 6), "three folds of two repeats");
    assert_eq!(told.patients.iter().map(|one| &one.id).collect::<BTreeSet<_>>().len(), 60);
    for one in &told.patients {
        for sum in [one.transferred.as_ref().unwrap(), one.source.as_ref().unwrap()] {
            let parts: f64 = sum.parts.iter().sum::<f64>() + sum.rest;
            assert!((parts - (sum.output - sum.base)).abs() < 1e-3, "{sum:?}");
        }
    }
    let first: BTreeSet<&str> = told.features.iter().take(2).map(|one| one.feature.as_str()).collect();
    assert_eq!(first, BTreeSet::from(["age", "lactate"]));
    let age = told.features.iter().find(|one| one.feature == "age").unwrap();
    let part = age.transferred.as_ref().unwrap();
    assert!(part.direction.unwrap() > 0.9 && part.q.unwrap() < 0.05 && part.low <= part.size && part.size <= part.high);
    assert!(told.transferred.gap < 1e-9 && told.source.unwrap().stability.unwrap().spearman > 0.5);
    let influence = comparison.influence.expect("the source rows' influence");
    assert_eq!((influence.of, influence.folds, influence.helping.len()), (600, 3, 15));
    assert!(influence.helping.iter().all(|row| row.id.starts_with('s') && row.value > 0.0));
}

#[test]
fn two_desks_give_the_bytes_of_one() {
    let (source, target) = (hospital(300, 3, false, "s"), hospital(45, 4, false, "t"));
    let open = || open(&source, &target, |plan| plan.importance = 0);
    let (one, two, three) = (open(), open(), open());
    let (report, outcomes) = run(&[&one], &Quiet);
    let (again, also) = run(&[&two, &three], &Quiet);
    assert!(outcomes == also);
    assert_eq!(serde_json::to_string(&report).unwrap(), serde_json::to_string(&again).unwrap());
}

#[test]
fn the_verdict_comes_from_the_tables() {
    let target = hospital(150, 6, false, "t");
    let gain = |turned: bool| {
        let study = open(&hospital(600, 5, turned, "s"), &target, |plan| plan.importance = 0);
        run(&[&study], &Quiet).0.forward.unwrap().methods
    };
    let auroc = |methods: Vec<autograft::report::MethodReport>| {
        let source_only = methods.into_iter().find(|method| method.id == "source_only").unwrap();
        source_only.metrics.iter().find(|one| one.metric.as_str() == "auroc").unwrap().mean
    };
    let (right, turned) = (auroc(gain(false)), auroc(gain(true)));
    assert!(right > 0.75 && turned < 0.35, "{right} {turned}");
}

#[test]
fn a_pretrained_model_stands_for_its_table() {
    let (source, target) = (hospital(400, 7, false, "s"), hospital(60, 8, false, "t"));
    let study = open(&source, &target, |plan| plan.importance = 0);
    let (_, outcomes) = run(&[&study], &Quiet);
    let (Answer::Model { meta, .. }, model) = ask_on(&study.desk, Ask::ExtractModel, vec![outcomes[0].clone()], &Quiet)
    else {
        panic!()
    };
    assert!(meta.get("features").is_some());
    let table = table::read("target.csv", target.as_bytes(), &ReadOptions::default()).unwrap().to_bytes();
    let (answer, _) = ask_on(&study.desk, Ask::Predict, vec![model[0].clone(), table], &Quiet);
    assert!(matches!(answer, Answer::Predicted { id, .. } if id.len() == 60), "it scores patients by itself, too");
    // Another desk has the model and the target, and never saw a row of the source.
    let desk = Desk::default();
    let mut plan = plan_of(&desk, &source, &target, |plan| plan.importance = 0);
    let bytes = table::read("target.csv", target.as_bytes(), &ReadOptions::default()).unwrap().to_bytes();
    ask_on(&desk, Ask::Load { sources: 0 }, vec![bytes], &Quiet);
    plan.sources.clear();
    plan.source_model = Some("model.safetensors".into());
    let asked = Ask::Prepare { plan: Box::new(plan) };
    let (Answer::Prepared { jobs, data, .. }, _) = ask_on(&desk, asked, model, &Quiet) else { panic!() };
    assert!(data.sources.is_empty());
    assert!(!jobs.iter().any(|job| matches!(job.unit, Unit::Pretrain { .. })));
    let study = Study { desk, jobs };
    let (report, _) = run(&[&study], &Quiet);
    let methods = report.forward.unwrap().methods;
    assert!(methods.iter().any(|method| method.id == "hanczar"));
    assert!(!methods.iter().any(|method| method.id == "pooled"), "there is nothing to pool");
}

#[test]
fn a_target_without_labels_gets_predictions_and_no_verdict() {
    let (source, target) = (hospital(300, 9, false, "s"), hospital(30, 10, false, "t"));
    let desk = Desk::default();
    let mut plan = plan_of(&desk, &source, &target, |_| {});
    let unlabelled: String =
        target.lines().map(|line| line.rsplit_once(',').unwrap().0).collect::<Vec<_>>().join("\n") + "\n";
    let read = |name: &str, text: &str| table::read(name, text.as_bytes(), &ReadOptions::default()).unwrap().to_bytes();
    let tables = vec![read("source.csv", &source), read("target.csv", &unlabelled)];
    ask_on(&desk, Ask::Load { sources: 1 }, tables, &Quiet);
    plan.preparation.label.target = None;
    plan.preparation.target_roles.roles.remove("died");
    let asked = Ask::Prepare { plan: Box::new(plan) };
    let (Answer::Prepared { jobs, verdict_possible, .. }, _) = ask_on(&desk, asked, vec![], &Quiet) else { panic!() };
    assert!(!verdict_possible);
    let study = Study { desk, jobs };
    let (report, outcomes) = run(&[&study], &Quiet);
    assert!(report.forward.is_none());
    let last = autograft::session::Outcome::from_bytes(outcomes.last().unwrap()).unwrap();
    assert_eq!(last.prediction.unwrap().len(), 30);
}

#[test]
fn a_plan_says_so_where_other_tables_are_open() {
    let (source, target) = (hospital(80, 1, false, "s"), hospital(60, 2, false, "t"));
    let other = target.replacen('M', "F", 1);
    let findings = |planned: &str| {
        let desk = Desk::default();
        let print = |text: &str| table::read("x", text.as_bytes(), &ReadOptions::default()).unwrap().fingerprint_text();
        let plan = plan_of(&desk, &source, &target, |plan| {
            plan.sources[0].fingerprint = print(&source);
            plan.targets[0].fingerprint = print(planned);
        });
        let asked = Ask::Prepare { plan: Box::new(plan) };
        let (Answer::Prepared { findings, .. }, _) = ask_on(&desk, asked, vec![], &Quiet) else { panic!() };
        findings.into_iter().filter(|one| one.key == "other_table").map(|one| one.file).collect::<Vec<_>>()
    };
    assert_eq!(findings(&target), Vec::<Option<String>>::new());
    assert_eq!(findings(&other), [Some("target.csv".to_owned())], "one cell of the target is another");
}

/// The recalibration judged, with a curve, beside linear methods and a network.
fn linear(plan: &mut Plan) {
    let chosen = |method: &str, config: serde_json::Value| Chosen { method: method.to_owned(), config };
    let small = serde_json::json!({ "widths": [4], "max_epochs": 2 });
    plan.importance = 0;
    plan.transfer = chosen("recalibration", serde_json::Value::Null);
    plan.others = vec![
        chosen("source_only_linear", serde_json::Value::Null),
        chosen("trans_glm", serde_json::Value::Null),
        chosen("source_only", small),
    ];
    plan.grid = Some(Grid { frozen: vec![0], sizes: vec![30], repeats: 1, ..Grid::default() });
}

#[test]
fn a_saved_source_model_serves_the_methods_of_its_own_kind() {
    let (source, target) = (hospital(400, 7, false, "s"), hospital(60, 8, false, "t"));
    let study = open(&source, &target, linear);
    let (report, outcomes) = run(&[&study], &Quiet);
    let ids = |report: &Report| -> Vec<String> {
        report.forward.as_ref().unwrap().methods.iter().map(|method| method.id.clone()).collect()
    };
    assert_eq!(ids(&report).len(), 5);
    // The curve's pre-trained model is linear: the network's source-only line would need another.
    let text = serde_json::to_string(&outcomes_of(&outcomes)).unwrap();
    assert!(text.contains("\"source_only\""), "the linear source model has its line");
    let saved = |method: &str| {
        let place = study.jobs.iter().position(|job| match &job.unit {
            Unit::Pretrain { method: index, .. } => study_methods()[*index as usize] == method,
            _ => false,
        });
        let asked = vec![outcomes[place.unwrap()].clone()];
        ask_on(&study.desk, Ask::ExtractModel, asked, &Quiet).1
    };
    let beside = |model: Vec<Vec<u8>>| {
        let desk = Desk::default();
        let mut plan = plan_of(&desk, &source, &target, linear);
        let bytes = table::read("target.csv", target.as_bytes(), &ReadOptions::default()).unwrap().to_bytes();
        ask_on(&desk, Ask::Load { sources: 0 }, vec![bytes], &Quiet);
        plan.sources.clear();
        plan.source_model = Some("model.safetensors".into());
        let asked = Ask::Prepare { plan: Box::new(plan) };
        block_on(desk.answer(asked, model, &device::cpu(), &Quiet)).map(|(answer, _)| (desk, answer))
    };
    // A linear model serves the linear methods; what needs a network or the rows is left out.
    let Ok((desk, Answer::Prepared { jobs, .. })) = beside(saved("recalibration")) else { panic!() };
    let (report, _) = run(&[&Study { desk, jobs }], &Quiet);
    assert_eq!(ids(&report), ["recalibration", "target_only", "source_only_linear"]);
    // A network does not serve the method that is judged: the plan is refused, with the reason.
    let Err(error) = beside(saved("source_only")) else { panic!("a network for a linear method") };
    assert_eq!(error.code(), autograft::Code::NeedNotMet);
    assert!(error.to_string().contains("a linear model of the source"), "{error}");
}

fn study_methods() -> [&'static str; 5] {
    ["recalibration", "target_only", "source_only_linear", "trans_glm", "source_only"]
}

/// The lines of the learning curve.
fn outcomes_of(outcomes: &[Vec<u8>]) -> Vec<String> {
    let read = |bytes: &Vec<u8>| autograft::session::Outcome::from_bytes(bytes).unwrap();
    outcomes.iter().flat_map(|bytes| read(bytes).cells).map(|cell| cell.line).collect()
}
