//! What a terminal says of sample size, missing values, groups of patients and the crossing.

use autograft::evaluate::Reason;
use autograft::evaluate::crossing::Place;
use autograft::evaluate::subgroup::{Name, Told};
use autograft::report::Comparison;
use autograft::report::designs::{Gaps, Internal, SampleSize};
use autograft::{Result, text};

use crate::files::print;
use crate::show::{aligned, fixed, interval, metric, signed};

/// What the rows allow, in a sentence or two.
pub fn sample_size(size: &SampleSize) -> Vec<String> {
    let best = size.scenarios.iter().map(|one| one.allowed).max().unwrap_or(0);
    let enough = size.scenarios.iter().filter(|one| one.needed.is_some_and(|n| n <= size.rows)).count();
    let facts = [
        ("rows", size.rows.to_string()),
        ("events", size.events.map_or_else(|| "–".to_owned(), |n| n.to_string())),
        ("parameters", size.parameters.to_string()),
        ("best", best.to_string()),
    ];
    let have = if size.events.is_some() { "sample_size.have" } else { "sample_size.have_values" };
    let verdict = match enough {
        n if n == size.scenarios.len() => "sample_size.enough",
        0 => "sample_size.short",
        _ => "sample_size.partly",
    };
    let mut out = vec![format!("{} {}", text::fill(have, &facts), text::fill(verdict, &facts))];
    let risk = size.for_risk.filter(|n| *n > size.rows);
    out.extend(risk.map(|n| text::fill("sample_size.risk_short", &[("n", n.to_string())])));
    out.extend(size.to_judge.map(|n| {
        let key = if n <= size.rows { "sample_size.judge_enough" } else { "sample_size.judge_short" };
        text::fill(key, &[("n", n.to_string())])
    }));
    out
}

/// How many rows are complete on each side.
pub fn missing(missing: &Gaps) -> Vec<String> {
    if missing.features.is_empty() {
        return Vec::new();
    }
    let side = |name: &str, side: &autograft::report::designs::GapsSide| {
        let share = 100.0 * f64::from(side.complete) / f64::from(side.rows.max(1));
        let facts = [
            ("complete", side.complete.to_string()),
            ("rows", side.rows.to_string()),
            ("share", format!("{share:.0}%")),
        ];
        format!("{}: {}", text::get(name), text::fill("missing.complete", &facts))
    };
    let source = missing.source.as_ref().map(|one| side("side.source", one));
    source.into_iter().chain([side("side.target", &missing.target), text::get("missing.how").to_owned()]).collect()
}

/// Groups of patients and the crossing of one direction.
pub fn report(comparison: &Comparison) -> Result<()> {
    let rows = groups(comparison);
    if rows.len() > 1 {
        let of = comparison.subgroups.first().map_or(comparison.estimand.metric, |one| one.compared.metric);
        print(&format!("{}\n{}", text::fill("command.subgroups", &[("metric", metric(of))]), aligned(&rows)))?;
        let groups = (rows.len() - 1).to_string();
        print(&format!("{}\n\n", text::fill("subgroups.warning", &[("groups", groups)])))?;
    }
    for line in divided(comparison) {
        print(&format!("{line}\n"))?;
    }
    if let Some(found) = &comparison.internal {
        print(&format!("{}\n{}\n", text::get("internal.title"), aligned(&internal(found))))?;
    }
    for line in crossing(comparison) {
        print(&format!("{line}\n"))?;
    }
    Ok(())
}

fn groups(comparison: &Comparison) -> Vec<Vec<String>> {
    let head = ["command.group", "command.patients", "command.events", "command.transferred", "command.baseline"];
    let mut rows = vec![head.iter().chain(&["command.difference"]).map(|key| text::get(key).to_owned()).collect()];
    for column in &comparison.subgroups {
        for group in &column.compared.groups {
            rows.push(vec![
                name(&column.column, &group.name),
                group.n.to_string(),
                group.events.map_or_else(|| "–".to_owned(), |n| n.to_string()),
                told(&group.transfer.performance, fixed),
                told(&group.baseline.performance, fixed),
                told(&group.difference, signed),
            ]);
        }
    }
    rows
}

fn name(column: &str, name: &Name) -> String {
    let column = ("column", column.to_owned());
    match name {
        Name::Level { name } => format!("{} = {name}", column.1),
        Name::Missing => text::fill("subgroups.missing", &[column]),
        Name::Band { low: Some(low), high: Some(high) } => {
            text::fill("subgroups.between", &[column, ("low", low.to_string()), ("high", high.to_string())])
        }
        Name::Band { low: None, high } => {
            text::fill("subgroups.under", &[column, ("high", high.map_or_else(String::new, |v| v.to_string()))])
        }
        Name::Band { low: Some(low), high: None } => text::fill("subgroups.from", &[column, ("low", low.to_string())]),
    }
}

fn told(told: &Told, write: fn(f64) -> String) -> String {
    match told {
        Told::Is(e) => format!("{} {}", write(e.value), interval(write(e.low), write(e.high))),
        Told::CannotTell { reason } => {
            let (key, facts) = match reason {
                Reason::TooFewEvents { found, needed, .. } => {
                    ("too_few_events", vec![("found", *found), ("needed", *needed)])
                }
                Reason::TooFewRows { found, needed } => ("too_few_rows", vec![("found", *found), ("needed", *needed)]),
                _ => ("degenerate", Vec::new()),
            };
            let facts: Vec<(&str, String)> = facts.into_iter().map(|(slot, n)| (slot, n.to_string())).collect();
            text::fill(&format!("subgroups.reason.{key}"), &facts)
        }
    }
}

/// How the target was divided, and each site's difference.
pub fn divided(comparison: &Comparison) -> Vec<String> {
    let Some(one) = &comparison.divided else { return Vec::new() };
    let facts = [
        ("train", one.train.to_string()),
        ("test", one.test.to_string()),
        ("until", one.until.clone().unwrap_or_default()),
        ("sites", one.sites.len().to_string()),
    ];
    let key = if one.until.is_some() { "divided.temporal" } else { "divided.leave_site_out" };
    let mut out = vec![text::fill(key, &facts)];
    if !one.sites.is_empty() {
        let number = |value: Option<f64>, write: fn(f64) -> String| value.map_or_else(|| "–".to_owned(), write);
        let head = ["divided.site", "command.patients", "command.events", "command.transferred", "command.baseline"];
        let mut rows: Vec<Vec<String>> =
            vec![head.iter().chain(&["command.difference"]).map(|key| text::get(key).to_owned()).collect()];
        rows.extend(one.sites.iter().map(|site| {
            vec![
                site.site.clone(),
                site.n.to_string(),
                site.events.map_or_else(|| "–".to_owned(), |n| n.to_string()),
                number(site.transfer, fixed),
                number(site.baseline, fixed),
                number(site.gain, signed),
            ]
        }));
        out.push(aligned(&rows));
    }
    out
}

fn internal(found: &Internal) -> Vec<Vec<String>> {
    let head = ["command.method", "command.metric", "internal.apparent", "internal.optimism", "internal.corrected"];
    let more = ["internal.plus", "internal.by_design"];
    let mut rows: Vec<Vec<String>> = vec![head.iter().chain(&more).map(|key| text::get(key).to_owned()).collect()];
    let number = |value: Option<f64>| value.map_or_else(|| "–".to_owned(), fixed);
    for method in &found.methods {
        for one in &method.measures {
            rows.push(vec![
                text::get(&format!("method.{}.name", method.id)).to_owned(),
                metric(one.metric),
                number(one.optimism.map(|o| o.apparent)),
                one.optimism.map_or_else(|| "–".to_owned(), |o| signed(o.optimism)),
                number(one.optimism.map(|o| o.corrected)),
                number(one.point632.map(|p| p.plus)),
                number(one.by_design),
            ]);
        }
    }
    rows
}

/// From how many rows on transfer stops paying, or why that cannot be told.
pub fn crossing(comparison: &Comparison) -> Vec<String> {
    let Some(found) = &comparison.crossing else { return Vec::new() };
    let Some(crossing) = &found.crossing else {
        return found
            .why
            .map(|why| {
                let value = serde_json::to_value(why).unwrap_or_default();
                let kind = value.get("kind").and_then(|kind| kind.as_str()).unwrap_or("no_rows").to_owned();
                let facts: Vec<(&str, String)> = ["found", "needed", "lost", "of"]
                    .into_iter()
                    .filter_map(|slot| Some((slot, value.get(slot)?.to_string())))
                    .collect();
                text::fill("crossing.none", &[("why", text::fill(&format!("undefined.{kind}"), &facts))])
            })
            .into_iter()
            .collect();
    };
    let say = |at: &str, beyond: &str, under: &str, place: Place| match place {
        Place::At { n } => text::fill(at, &[("n", format!("{n:.0}"))]),
        Place::NotWithin { largest } => text::fill(beyond, &[("n", largest.to_string())]),
        Place::Never { smallest } => text::fill(under, &[("n", smallest.to_string())]),
    };
    let end = |place| say("crossing.n", "crossing.beyond", "crossing.under", place);
    let facts = [("low", end(crossing.low)), ("high", end(crossing.high)), ("repeats", crossing.repeats.to_string())];
    vec![
        say("crossing.at", "crossing.not_within", "crossing.never", crossing.place),
        text::fill("crossing.interval", &facts),
    ]
}
