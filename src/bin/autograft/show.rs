//! What a terminal says: what was recognised, what looks wrong, the verdict, the table of methods. The page's HTML
//! takes its sentences from here, so that both say the same.

use autograft::evaluate::contrast::BetterWorse;
use autograft::evaluate::recommendation::{Because, Recommendation};
use autograft::evaluate::{Contrast, Reason, Verdict};
use autograft::metrics::Metric;
use autograft::preprocess::{Finding, How, LabelKind, Weight};
use autograft::report::{Comparison, Data, Report, Size};
use autograft::table::{Container, Note, Table};
use autograft::{Result, text};

use crate::candidates;
use crate::designs;
use crate::files::print;
use crate::modes;
use crate::panel;
use crate::roles::Parts;
use crate::why;
use crate::{association, critical, glucose, maps, persons, rounds, trainings};

/// Notes that `describe` tells and a comparison need not.
const MERELY_KNOWN: [&str; 6] = ["coded_category", "constant", "all_missing", "dates", "identifier", "identifier_like"];
/// Names listed before "and so on".
const LISTED: usize = 12;

/// Slots and their values.
type Facts = Vec<(&'static str, String)>;

/// Three digits after the point, a true minus.
pub fn fixed(value: f64) -> String {
    if value.is_finite() { format!("{value:.3}").replace('-', "−") } else { "–".to_owned() }
}

/// The same, with its sign.
pub fn signed(value: f64) -> String {
    if value > 0.0 { format!("+{}", fixed(value)) } else { fixed(value) }
}

fn listed(names: &[String]) -> String {
    let more = if names.len() > LISTED { ", …" } else { "" };
    names.iter().take(LISTED).map(String::as_str).collect::<Vec<_>>().join(", ") + more
}

/// How each table was read, and what looks wrong in it.
pub fn opened<'t>(tables: impl Iterator<Item = &'t Table>, verbose: bool) -> Result<()> {
    for table in tables {
        print(&(read(table) + "\n"))?;
        // A wide table's suspects would bury the rest; `describe` lists them all.
        let summary = table.summary();
        let suspects = summary.columns.iter().flat_map(|column| &column.suspects);
        let matters = |note: &&Note| verbose || !MERELY_KNOWN.contains(&note.code.as_str());
        let notes: Vec<&Note> = table.notes.iter().chain(suspects).filter(matters).collect();
        let most = if verbose { usize::MAX } else { LISTED };
        for shown in notes.iter().take(most) {
            print(&format!("  ? {}\n", note(shown)))?;
        }
        if notes.len() > most {
            print(&format!("  {}\n", text::fill("command.more", &[("n", (notes.len() - most).to_string())])))?;
        }
    }
    Ok(())
}

/// One line on how a file was read.
pub fn read(table: &Table) -> String {
    let format = &table.format;
    let mut how: Vec<String> = Vec::new();
    match format.container {
        Container::Matrix => how.push("MatrixMarket".to_owned()),
        Container::Workbook => {
            how.push(text::fill("command.read.sheet", &[("sheet", format.sheet.clone().unwrap_or_default())]));
        }
        Container::Text => {
            if let Some(delimiter) = &format.delimiter {
                let name = serde_json::to_value(delimiter.value).ok().and_then(|v| v.as_str().map(str::to_owned));
                how.push(text::get(&format!("delimiter.{}", name.unwrap_or_default())).to_owned());
            }
            if let Some(encoding) = &format.encoding {
                let guess = if encoding.sure { "" } else { "?" };
                how.push(format!("{}{guess}", encoding.value.label()));
            }
            if format.decimal.as_ref().is_some_and(|mark| mark.value == ',') {
                how.push(text::get("command.read.decimal_comma").to_owned());
            }
        }
    }
    if format.gz {
        how.push("gzip".to_owned());
    }
    if !format.header.value {
        how.push(text::get("command.read.no_header").to_owned());
    }
    let facts = [
        ("file", table.name.clone()),
        ("rows", table.rows.to_string()),
        ("columns", table.columns.len().to_string()),
        ("how", how.join(", ")),
    ];
    text::fill("command.read", &facts)
}

/// A note of a table as a sentence with its place.
pub fn note(note: &Note) -> String {
    let row = note.row.map(|row| text::fill("command.row", &[("row", row.to_string())]));
    place(&[row, note.column.clone()]) + &text::fill(&format!("note.{}", note.code), &note.facts)
}

/// A finding as a sentence with its place.
pub fn finding(finding: &Finding) -> String {
    place(&[finding.file.clone(), finding.column.clone()])
        + &text::fill(&format!("finding.{}", finding.key), &finding.facts)
}

fn place(parts: &[Option<String>]) -> String {
    parts.iter().flatten().map(|part| format!("{part}: ")).collect()
}

fn findings(all: &[Finding], verbose: bool) -> Result<()> {
    for one in all {
        let mark = match one.weight {
            Weight::Note if !verbose => continue,
            Weight::Note => "·",
            Weight::Warning => "!",
            Weight::Confirm => "?",
        };
        print(&format!("  {mark} {}\n", finding(one)))?;
    }
    Ok(())
}

/// How the columns correspond, as far as a person should look at it.
pub fn lined(parts: &Parts, verbose: bool) -> Result<()> {
    for pair in &parts.mapping.features {
        let converted = pair.factor != 1.0 || pair.offset != 0.0;
        if pair.how == How::Exact && !converted {
            continue;
        }
        let how = match pair.how {
            How::Exact => "exact",
            How::Normalised => "normalised",
            How::Synonym => "synonym",
            How::ByHand => "by_hand",
        };
        let mut how = text::get(&format!("command.pair.{how}")).to_owned();
        if converted {
            how += &format!(", × {} + {}", pair.factor, pair.offset);
        }
        let facts = [("source", pair.source.clone()), ("target", pair.target.clone()), ("how", how)];
        print(&format!("  {}\n", text::fill("command.pair", &facts)))?;
    }
    for (key, names) in [("command.alone_source", &parts.alone_source), ("command.alone_target", &parts.alone_target)] {
        if !names.is_empty() {
            print(&format!("  {}\n", text::fill(key, &[("columns", listed(names))])))?;
        }
    }
    findings(&parts.findings, verbose)
}

/// Who is in the study.
pub fn study(data: &Data, kind: &LabelKind, all: &[Finding], verbose: bool) -> Result<()> {
    findings(all, verbose)?;
    print("\n")?;
    for line in study_lines(data, kind) {
        print(&(line + "\n"))?;
    }
    Ok(())
}

/// Who is in the study, a line a cohort.
pub fn study_lines(data: &Data, kind: &LabelKind) -> Vec<String> {
    let mut lines: Vec<String> =
        data.sources.iter().map(|size| cohort("command.source", size, &data.classes)).collect();
    lines.push(cohort("command.target", &data.target, &data.classes));
    lines.extend(data.test.iter().map(|size| cohort("command.test", size, &data.classes)));
    if data.unlabelled > 0 {
        lines.push(text::fill("command.unlabelled", &[("rows", data.unlabelled.to_string())]));
    }
    let label = match (kind, &data.event) {
        (LabelKind::Classes { above: Some(value), .. }, _) => format!("{} > {value}", data.label),
        (_, Some(event)) => format!("{} = {event}", data.label),
        (_, None) => data.label.clone(),
    };
    lines.push(text::fill("command.features", &[("features", data.features.to_string()), ("label", label)]));
    lines.extend(data.recommended.as_ref().map(recommended));
    lines
}

/// Where to begin, and why.
fn recommended(found: &Recommendation) -> String {
    let because = match found.because {
        Because::NoSourceLabels => text::get("recommend.because.no_source_labels").to_owned(),
        Because::NoTargetLabels => text::get("recommend.because.no_target_labels").to_owned(),
        Because::Network => text::get("recommend.because.network").to_owned(),
        Because::Trees => text::get("recommend.because.trees").to_owned(),
        Because::Few { found, needed } => counted("recommend.because.few", found, needed),
        Because::Enough { found, needed } => counted("recommend.because.enough", found, needed),
    };
    let name = text::get(&format!("method.{}.name", found.method)).to_owned();
    format!("{} {because}", text::fill("recommend.sentence", &[("method", name)]))
}

fn counted(key: &str, found: u32, needed: u32) -> String {
    text::fill(key, &[("found", found.to_string()), ("needed", needed.to_string())])
}

fn cohort(key: &str, size: &Size, classes: &[String]) -> String {
    let counts = classes.iter().zip(&size.classes).map(|(class, n)| format!("{class}: {n}"));
    let what = match size.mean_sd {
        Some((mean, sd)) => format!("{} ± {}", fixed(mean), fixed(sd)),
        None => counts.collect::<Vec<_>>().join(", "),
    };
    let facts = [
        ("domain", size.domain.clone()),
        ("rows", size.rows.to_string()),
        ("labelled", size.labelled.to_string()),
        ("what", what),
    ];
    text::fill(key, &facts)
}

/// The verdict and the tables.
pub fn report(report: &Report) -> Result<()> {
    print("\n")?;
    if report.forward.is_none() {
        print(&format!("{}\n", text::get("command.no_verdict")))?;
    }
    for (direction, comparison) in [("forward", &report.forward), ("reverse", &report.reverse)] {
        let Some(comparison) = comparison else { continue };
        if report.reverse.is_some() {
            print(&format!("{}\n", text::get(&format!("command.direction.{direction}"))))?;
        }
        for sentence in verdict(report, comparison) {
            print(&(sentence + "\n"))?;
        }
        print(&format!("\n{}\n", aligned(&methods_table(comparison))))?;
        if !comparison.secondary.is_empty() {
            let rows = comparison.secondary.iter().map(|one| secondary_row(&one.method, &one.contrast));
            let rows: Vec<Vec<String>> = std::iter::once(secondary_head()).chain(rows).collect();
            print(&format!("{}\n{}\n", text::get("command.report.secondary"), aligned(&rows)))?;
        }
        designs::report(comparison)?;
        for table in panel::beside(comparison) {
            print(&(table + "\n"))?;
        }
        for line in modes::lines(comparison)
            .into_iter()
            .chain(rounds::lines(comparison))
            .chain(trainings::lines(comparison))
            .chain(maps::lines(comparison))
            .chain(glucose::lines(comparison))
            .chain(association::lines(comparison))
            .chain(critical::lines(comparison.critical.as_ref()))
            .chain(why::lines(comparison))
        {
            print(&(line + "\n"))?;
        }
    }
    for line in critical::lines(report.critical.as_ref()) {
        print(&(line + "\n"))?;
    }
    for line in report.persons.as_ref().map_or_else(Vec::new, persons::lines) {
        print(&(line + "\n"))?;
    }
    for line in report.candidates.as_ref().map_or_else(Vec::new, candidates::lines) {
        print(&(line + "\n"))?;
    }
    Ok(())
}

/// The verdict in words, its numbers, why nothing can be told where that is so, and the estimand.
pub fn verdict(report: &Report, comparison: &Comparison) -> Vec<String> {
    let (contrast, estimand) = (&comparison.contrast, &comparison.estimand);
    let (kind, reason) = match contrast.verdict {
        Verdict::Helps => ("helps", None),
        Verdict::Harms => ("harms", None),
        Verdict::CannotTell { reason } => ("cannot_tell", Some(reason)),
    };
    let metric = metric(contrast.metric);
    let mut out = vec![
        format!("{}. ", text::get(&format!("verdict.{kind}")))
            + &text::fill(
                &format!("verdict.{kind}.sentence"),
                &[
                    ("transfer", method(&report.plan.transfer.method)),
                    ("baseline", method(&report.plan.baseline.method)),
                    ("metric", metric.clone()),
                    ("estimate", fixed(contrast.estimate.abs())),
                ],
            ),
        text::fill(
            "verdict.numbers",
            &[
                ("metric", metric.clone()),
                ("estimate", signed(contrast.estimate)),
                ("interval", interval(signed(contrast.low), signed(contrast.high))),
                ("detectable", fixed(contrast.smallest_detectable)),
            ],
        ),
    ];
    out.extend(reason.map(|reason| why(&report.data, reason)));
    if contrast.n_undefined > 0 {
        let all = contrast.n_undefined + contrast.n_folds;
        out.push(text::fill("verdict.undefined", &[("n", contrast.n_undefined.to_string()), ("all", all.to_string())]));
    }
    if comparison.ranks_better_calibrated_worse == Some(BetterWorse::Shown) {
        out.push(text::get("verdict.ranks_better").to_owned());
    }
    let facts = [
        ("metric", metric),
        ("n", format!("{:.0}", estimand.n_train)),
        ("evaluated", estimand.n_evaluated.to_string()),
        ("events", estimand.events.map_or_else(|| "–".to_owned(), |n| n.to_string())),
    ];
    out.push(text::fill("verdict.estimand", &facts));
    out
}

/// Why nothing can be told.
fn why(data: &Data, reason: Reason) -> String {
    let (key, facts): (&str, Facts) = match reason {
        Reason::Interval => ("interval", Vec::new()),
        Reason::Degenerate => ("degenerate", Vec::new()),
        Reason::TooFewSites { found, needed } => {
            ("too_few_sites", vec![("found", found.to_string()), ("needed", needed.to_string())])
        }
        Reason::TooFewRows { found, needed } => {
            ("too_few_rows", vec![("found", found.to_string()), ("needed", needed.to_string())])
        }
        Reason::TooFewEvents { class, found, needed } => (
            "too_few_events",
            vec![("class", class_name(data, class)), ("found", found.to_string()), ("needed", needed.to_string())],
        ),
    };
    text::fill(&format!("verdict.reason.{key}"), &facts)
}

/// From low to high.
pub fn interval(low: String, high: String) -> String {
    text::fill("number.interval", &[("low", low), ("high", high)])
}

/// Of two classes 1 is the event, wherever it stands among the names.
fn class_name(data: &Data, class: u32) -> String {
    let name = match (&data.event, data.classes.as_slice()) {
        (Some(event), [_, _]) => data.classes.iter().find(|name| (*name == event) == (class == 1)),
        _ => data.classes.get(class as usize),
    };
    name.cloned().unwrap_or_else(|| class.to_string())
}

/// A metric's name.
pub fn metric(metric: Metric) -> String {
    text::get(&format!("metric.{}", metric.as_str())).to_owned()
}

pub fn method(id: &str) -> String {
    text::get(&format!("method.{id}")).to_owned()
}

/// The methods and what they reached: the primary metric with its interval, others beside it.
pub fn methods_table(comparison: &Comparison) -> Vec<Vec<String>> {
    let primary = comparison.estimand.metric;
    let beside = [
        Metric::Auroc,
        Metric::Auprc,
        Metric::Brier,
        Metric::LogLoss,
        Metric::CalibrationSlope,
        Metric::Rmse,
        Metric::Mae,
        Metric::R2,
    ];
    let there = |metric: &Metric| {
        *metric != primary && comparison.methods.iter().any(|m| m.metrics.iter().any(|one| one.metric == *metric))
    };
    let columns: Vec<Metric> = beside.into_iter().filter(there).collect();
    let mut head =
        vec![text::get("command.method").to_owned(), metric(primary), text::get("command.interval").to_owned()];
    head.extend(columns.iter().map(|one| metric(*one)));
    let mut rows = vec![head];
    for one in &comparison.methods {
        let of = |wanted: Metric| one.metrics.iter().find(|value| value.metric == wanted);
        let role = match one.role.as_str() {
            "transfer" => " *",
            "baseline" => " †",
            _ => "",
        };
        let value = of(primary);
        let interval =
            value.and_then(|v| Some(interval(fixed(v.low?), fixed(v.high?)))).unwrap_or_else(|| "–".to_owned());
        let mut row = vec![method(&one.id) + role, value.map_or_else(|| "–".to_owned(), |v| fixed(v.mean)), interval];
        row.extend(columns.iter().map(|wanted| of(*wanted).map_or_else(|| "–".to_owned(), |v| fixed(v.mean))));
        rows.push(row);
    }
    rows
}

/// The header of the secondary contrasts.
pub fn secondary_head() -> Vec<String> {
    let words = ["command.method", "command.metric", "command.difference", "command.interval", "command.p_holm"];
    words.iter().map(|key| text::get(key).to_owned()).collect()
}

/// A secondary contrast as cells.
pub fn secondary_row(id: &str, contrast: &Contrast) -> Vec<String> {
    vec![
        method(id),
        metric(contrast.metric),
        signed(contrast.estimate),
        interval(signed(contrast.low), signed(contrast.high)),
        contrast.p_adjusted.map_or_else(|| "–".to_owned(), fixed),
    ]
}

/// Cells in columns.
pub fn aligned(rows: &[Vec<String>]) -> String {
    let columns = rows.iter().map(Vec::len).max().unwrap_or(0);
    let width = |column: usize| rows.iter().filter_map(|row| row.get(column)).map(|cell| cell.chars().count()).max();
    let widths: Vec<usize> = (0..columns).map(|column| width(column).unwrap_or(0)).collect();
    let mut out = String::new();
    for row in rows {
        for (column, (cell, width)) in row.iter().zip(&widths).enumerate() {
            let pad = " ".repeat(width - cell.chars().count());
            out += &if column == 0 { format!("{cell}{pad}") } else { format!("  {pad}{cell}") };
        }
        out.push('\n');
    }
    out
}
