//! What stands beside the verdict, as lines of a terminal: briefly, the report has the rest.

use autograft::metrics::operating::{Measure, Rule};
use autograft::metrics::{Estimate, Metric};
use autograft::report::Comparison;
use autograft::report::evaluation::Evaluated;
use autograft::text;

use crate::show::{aligned, fixed, interval, method, signed};

/// The tables that a comparison has, each under its heading.
pub fn beside(comparison: &Comparison) -> Vec<String> {
    let mut out = Vec::new();
    if !comparison.operating.is_empty() {
        out.push(format!("{}\n{}", text::get("operating.title"), aligned(&operating(comparison))));
    }
    let methods = comparison.evaluation.as_ref().map_or(&[][..], |evaluation| &evaluation.methods);
    if methods.iter().any(|one| !one.classes.is_empty()) {
        out.push(format!("{}\n{}", text::get("classes.title"), aligned(&classes(methods))));
    }
    if methods.iter().any(|one| one.agreement.is_some()) {
        out.push(format!("{}\n{}", text::get("agreement.title"), aligned(&agreement(methods))));
    }
    out
}

fn classes(methods: &[Evaluated]) -> Vec<Vec<String>> {
    const SHOWN: [Metric; 4] = [Metric::Auroc, Metric::HandTill, Metric::LogLoss, Metric::Brier];
    let mut head = vec![text::get("command.method").to_owned()];
    head.extend(SHOWN.iter().map(|metric| text::get(&format!("metric.{}", metric.as_str())).to_owned()));
    let row = |one: &Evaluated| {
        let cell = |metric: &Metric| {
            let found = one.metrics.iter().find(|ranged| ranged.metric == *metric);
            found.map_or_else(String::new, |ranged| {
                fixed(ranged.value.unwrap_or(f64::NAN)) + &ends(ranged.low, ranged.high, fixed)
            })
        };
        [vec![method(&one.id)], SHOWN.iter().map(cell).collect()].concat()
    };
    std::iter::once(head).chain(methods.iter().map(row)).collect()
}

fn agreement(methods: &[Evaluated]) -> Vec<Vec<String>> {
    let words = [
        "command.method",
        "agreement.intercept",
        "agreement.slope",
        "agreement.bias",
        "agreement.lower",
        "agreement.upper",
    ];
    let head: Vec<String> = words.iter().map(|key| text::get(key).to_owned()).collect();
    let row = |one: &Evaluated| {
        let agreed = one.agreement.as_ref()?;
        let cell = |e: Estimate| signed(e.value) + &ends(Some(e.low), Some(e.high), signed);
        let (line, limits) = (agreed.line, agreed.limits);
        let numbers = [line.intercept, line.slope, limits.bias, limits.lower, limits.upper].map(cell);
        Some([vec![method(&one.id)], numbers.to_vec()].concat())
    };
    std::iter::once(head).chain(methods.iter().filter_map(row)).collect()
}

fn ends(low: Option<f64>, high: Option<f64>, number: fn(f64) -> String) -> String {
    low.zip(high).map_or_else(String::new, |(low, high)| format!(" {}", interval(number(low), number(high))))
}

fn operating(comparison: &Comparison) -> Vec<Vec<String>> {
    const SHOWN: [Measure; 3] = [Measure::Sensitivity, Measure::Specificity, Measure::Mcc];
    let word = |key: &str| text::get(&format!("operating.{key}")).to_owned();
    let mut head = vec![word("rule"), text::get("command.method").to_owned()];
    head.extend(SHOWN.iter().map(|measure| word(measure.as_str())));
    let mut rows = vec![head];
    for one in &comparison.operating {
        let (key, value) = match one.rule {
            Rule::Youden => ("youden", f64::NAN),
            Rule::Sensitivity(least) => ("sensitivity", least),
            Rule::Risk(risk) => ("risk", risk),
        };
        let rule = text::fill(&format!("operating.rule.{key}"), &[("value", format!("{value:.2}"))]);
        for shown in &one.methods {
            let cells = |shares: &[autograft::evaluate::calls::Share], number: fn(f64) -> String| -> Vec<String> {
                let cell = |measure: &Measure| {
                    let share = shares.iter().find(|share| share.measure == *measure);
                    share.map_or_else(String::new, |share| {
                        number(share.value.unwrap_or(f64::NAN)) + &ends(share.low, share.high, number)
                    })
                };
                SHOWN.iter().map(cell).collect()
            };
            rows.push([vec![rule.clone(), method(&shown.id)], cells(&shown.shares, fixed)].concat());
            if !shown.gains.is_empty() {
                let difference = text::get("table.difference").to_owned();
                rows.push([vec![rule.clone(), difference], cells(&shown.gains, signed)].concat());
            }
        }
    }
    rows
}
