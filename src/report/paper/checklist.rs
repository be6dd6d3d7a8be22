//! The items of TRIPOD+AI that a run answers. What only the people of the study know stays open; an item that the run
//! answers by halves says so.

use super::sentences::{Told, method_name, metric_name, names};
use super::{Fact, Filled, Item, Sentence, numbers, sentence};
use crate::evaluate::contrast::{Reason, Verdict};
use crate::preprocess::{Role, Weight};
use crate::report::{Comparison, MetricReport};
use crate::shift::LabelShift;

/// Features whose difference is called one, after adjustment.
const FALSE_DISCOVERY: f64 = 0.05;

/// Every item, in the checklist's order.
pub(super) fn items(told: &mut Told<'_>) -> Vec<Item> {
    numbers().into_iter().map(|item| fill(told, item)).collect()
}

/// An item whose sentences are empty is open, whatever was hoped.
fn fill(told: &mut Told<'_>, item: String) -> Item {
    let (filled, place, sentences) = answer(told, &item);
    if sentences.is_empty() {
        return Item { item, filled: Filled::Open, place: None, sentences };
    }
    Item { item, filled, place: Some(place.to_owned()), sentences }
}

fn answer(told: &mut Told<'_>, item: &str) -> (Filled, &'static str, Vec<Sentence>) {
    let judged = told.forward().is_some();
    let when = |there: bool, sentences: Vec<Sentence>| if there { sentences } else { Vec::new() };
    match item {
        "1" => (Filled::Part, "methods", when(judged, title(told))),
        "4" => (Filled::Whole, "methods", objective(told)),
        "5a" => (Filled::Part, "methods", told.data()),
        "6a" => (Filled::Part, "methods", sites(told)),
        "7" => (Filled::Part, "findings", preparation(told)),
        "8a" => (Filled::Part, "methods", when(!told.report.data.label.is_empty(), told.outcome())),
        "9a" => (Filled::Part, "methods", chosen_predictors(told)),
        "9b" => (Filled::Part, "plan", [told.predictor_names(), told.converted()].into_iter().flatten().collect()),
        "10" => (Filled::Part, "verdict", size(told)),
        "11" => (
            Filled::Whole,
            "methods",
            when(judged, [told.missing(), told.missing_most().into_iter().collect()].concat()),
        ),
        "12a" => (Filled::Whole, "methods", when(judged, told.design())),
        "12b" => (Filled::Whole, "methods", when(judged, told.encoding())),
        "12c" => (Filled::Part, "methods", when(judged, [told.methods(), told.choices()].concat())),
        "12e" => (Filled::Whole, "methods", told_measures(told, judged)),
        "12f" => (Filled::Whole, "methods", when(judged, vec![sentence("updating")])),
        "12g" => (Filled::Whole, "plan", when(judged, vec![version(told, "predictions")])),
        "13" => (Filled::Whole, "methods", when(judged, vec![sentence("imbalance")])),
        "14" => (Filled::Part, "methods", when(judged, vec![sentence("fairness")])),
        "15" => (Filled::Whole, "methods", when(judged, output(told))),
        "16" => (Filled::Part, "shift", differences(told)),
        "18f" => (Filled::Part, "manifest", vec![version(told, "code")]),
        "20a" => (Filled::Part, "findings", flow(told)),
        "20b" => (Filled::Part, "shift", characteristics(told)),
        "20c" => (Filled::Whole, "shift", when(told.report.shift.is_some(), vec![sentence("compared_distributions")])),
        "21" => (Filled::Whole, "verdict", counts(told)),
        "22" => (Filled::Part, "manifest", when(judged, vec![version(told, "model")])),
        "23a" => (Filled::Part, "verdict", performance(told)),
        "24" => (Filled::Whole, "verdict", when(judged, vec![sentence("updating.results")])),
        "25" => (Filled::Part, "verdict", verdict(told)),
        "26" => (Filled::Part, "verdict", limits(told)),
        "27a" => (Filled::Part, "methods", when(judged, vec![sentence("unusable_input")])),
        "27b" => (
            Filled::Part,
            "methods",
            when(judged, vec![sentence("interaction").count("n", told.report.data.features as usize)]),
        ),
        // Dates, eligibility, ethics, funding, people: the program cannot know them.
        _ => (Filled::Open, "", Vec::new()),
    }
}

fn version(told: &Told<'_>, key: &str) -> Sentence {
    sentence(key).text("version", &told.report.program)
}

fn told_measures(told: &mut Told<'_>, judged: bool) -> Vec<Sentence> {
    if judged { [told.measures(), told.inference()].concat() } else { Vec::new() }
}

fn title(told: &Told<'_>) -> Vec<Sentence> {
    vec![sentence("title").text("label", &told.report.data.label)]
}

fn objective(told: &Told<'_>) -> Vec<Sentence> {
    told.estimand().map(|estimand| vec![sentence("objective"), estimand]).unwrap_or_default()
}

/// Sites, where a column names them or several files are of one side.
fn sites(told: &Told<'_>) -> Vec<Sentence> {
    let sources = &told.report.data.sources;
    let named = |roles: &crate::preprocess::Roles| roles.one(Role::Site).is_some();
    let preparation = &told.report.plan.preparation;
    if sources.len() < 2 && !named(&preparation.source_roles) && !named(&preparation.target_roles) {
        return Vec::new();
    }
    let list = names(sources.iter().map(|size| size.domain.as_str()));
    vec![sentence("sites").count("n", sources.len()).with("names", list)]
}

fn preparation(told: &Told<'_>) -> Vec<Sentence> {
    let found = |weight: Weight| told.report.findings.iter().filter(|one| one.weight == weight).count();
    let mut out = vec![
        sentence("checked")
            .count("warnings", found(Weight::Warning) + found(Weight::Confirm))
            .count("notes", found(Weight::Note)),
    ];
    out.extend(told.converted());
    out.push(sentence("checked.alike"));
    out
}

fn chosen_predictors(told: &Told<'_>) -> Vec<Sentence> {
    let ignored = told.report.plan.preparation.target_roles.of(Role::Ignored).count();
    vec![told.predictors(), sentence("predictors.chosen").count("ignored", ignored)]
}

fn size(told: &Told<'_>) -> Vec<Sentence> {
    let Some(one) = told.forward() else { return Vec::new() };
    let detectable = one.contrast.smallest_detectable;
    let mut out = counts(told);
    out.extend(told.sample_size());
    if detectable.is_finite() {
        out.push(
            sentence("detectable").number("detectable", detectable, 3).with("metric", metric_name(one.estimand.metric)),
        );
    }
    out
}

fn counts(told: &Told<'_>) -> Vec<Sentence> {
    let Some(one) = told.forward() else { return Vec::new() };
    let estimand = &one.estimand;
    let base = |key: &str| {
        sentence(key).number("n_train", estimand.n_train, 0).count("evaluated", estimand.n_evaluated as usize)
    };
    vec![match estimand.events {
        Some(events) => base("counts").count("events", events as usize),
        None => base("counts.values"),
    }]
}

/// The findings that are about rows that were left out, merged or set aside.
fn flow(told: &Told<'_>) -> Vec<Sentence> {
    let mut out = told.data();
    out.push(sentence("flow.findings"));
    out
}

fn characteristics(told: &Told<'_>) -> Vec<Sentence> {
    if told.report.shift.is_none() {
        return Vec::new();
    }
    let mut out = told.data();
    out.push(sentence("characteristics"));
    out.extend(told.missing_most());
    out
}

fn output(told: &Told<'_>) -> Vec<Sentence> {
    if !told.report.plan.is_classes() {
        return vec![sentence("output.values")];
    }
    let threshold = match told.rules() {
        Some(rules) => sentence("output.thresholds").with("rules", rules),
        None => sentence("output.no_threshold"),
    };
    vec![sentence("output.classes"), threshold]
}

fn differences(told: &Told<'_>) -> Vec<Sentence> {
    let Some(shift) = &told.report.shift else { return Vec::new() };
    let mut out = Vec::new();
    if let Some(domain) = shift.domain.as_ref().filter(|domain| domain.low.is_finite() && domain.high.is_finite()) {
        let interval = Fact::Interval { low: domain.low, high: domain.high, signed: false };
        out.push(sentence("differences.domain").number("auroc", domain.auroc, 3).with("interval", interval));
    }
    let adjusted: Vec<f64> = shift.features.iter().filter_map(|one| one.q).collect();
    if !adjusted.is_empty() {
        let moved = adjusted.iter().filter(|q| **q < FALSE_DISCOVERY).count();
        out.push(sentence("differences.features").count("moved", moved).count("of", adjusted.len()));
    }
    match &shift.label {
        Some(LabelShift::Classes { event, classes }) => {
            let two = classes.len() == 2;
            for (_, class) in classes.iter().enumerate().filter(|(place, _)| !two || place == event) {
                let share = |value: f64| Fact::Share { value };
                let line = sentence("differences.share").text("class", &class.name);
                out.push(line.with("source", share(class.source)).with("target", share(class.target)));
            }
        }
        Some(LabelShift::Values { source_mean, target_mean, .. }) => {
            out.push(sentence("differences.mean").number("source", *source_mean, 2).number("target", *target_mean, 2));
        }
        None => {}
    }
    out
}

fn performance(told: &Told<'_>) -> Vec<Sentence> {
    let Some(one) = told.forward() else { return Vec::new() };
    let mut out: Vec<Sentence> = Vec::new();
    for method in &one.methods {
        let shown: Vec<Fact> = method.metrics.iter().filter(|m| leads(m, one)).map(measured).collect();
        if !shown.is_empty() {
            out.push(sentence("performance").with("name", method_name(&method.id)).with("list", Fact::list(shown)));
        }
    }
    if !one.subgroups.is_empty() {
        let columns = names(one.subgroups.iter().map(|group| group.column.as_str()));
        out.push(sentence("performance.subgroups").with("columns", columns));
    }
    out.extend(difference(one));
    out
}

/// The declared metric, and of the others those that a reader asks for first.
fn leads(metric: &MetricReport, one: &Comparison) -> bool {
    use crate::metrics::Metric::{Auroc, Brier, CalibrationInTheLarge, CalibrationSlope, R2, Rmse};
    metric.metric == one.estimand.metric
        || [Auroc, Brier, CalibrationInTheLarge, CalibrationSlope, R2, Rmse].contains(&metric.metric)
}

fn measured(metric: &MetricReport) -> Fact {
    let name = metric_name(metric.metric);
    match (metric.low, metric.high) {
        (Some(low), Some(high)) if low.is_finite() && high.is_finite() => sentence("measured")
            .with("metric", name)
            .number("mean", metric.mean, 3)
            .with("interval", Fact::Interval { low, high, signed: false }),
        _ => sentence("measured.bare").with("metric", name).number("mean", metric.mean, 3),
    }
    .within()
}

fn difference(one: &Comparison) -> Option<Sentence> {
    let c = &one.contrast;
    if !c.low.is_finite() || !c.high.is_finite() || !c.estimate.is_finite() || !c.p.is_finite() {
        return None;
    }
    let line = sentence("difference").with("metric", metric_name(c.metric));
    let line = line.with("estimate", Fact::number(c.estimate, 3, true));
    Some(
        line.with("interval", Fact::Interval { low: c.low, high: c.high, signed: true })
            .with("p", Fact::P { value: c.p }),
    )
}

fn verdict(told: &Told<'_>) -> Vec<Sentence> {
    let Some(one) = told.forward() else { return Vec::new() };
    let kind = match &one.contrast.verdict {
        Verdict::Helps => "verdict.helps",
        Verdict::Harms => "verdict.harms",
        Verdict::CannotTell { .. } => "verdict.cannot_tell",
    };
    let mut out = vec![sentence("interpretation").word("verdict", kind)];
    out.extend(difference(one));
    out
}

fn limits(told: &Told<'_>) -> Vec<Sentence> {
    let Some(one) = told.forward() else { return Vec::new() };
    let mut out = Vec::new();
    if let Verdict::CannotTell { reason } = &one.contrast.verdict {
        out.push(match reason {
            Reason::Interval => sentence("limits.interval"),
            Reason::TooFewEvents { found, needed, .. } => {
                sentence("limits.few_events").count("found", *found).count("needed", *needed)
            }
            Reason::TooFewRows { found, needed } => {
                sentence("limits.few_rows").count("found", *found).count("needed", *needed)
            }
            Reason::TooFewSites { found, needed } => {
                sentence("limits.few_sites").count("found", *found).count("needed", *needed)
            }
            Reason::Degenerate => sentence("limits.degenerate"),
        });
    }
    out.extend(size(told).pop().filter(|one| one.key == "paper.detectable"));
    if told.report.data.test.is_none() {
        out.push(sentence("limits.internal"));
    }
    out
}
