//! The report as one HTML file that needs nothing else: the facts as tables, and the page's own charts where the built
//! script is at hand.

use std::path::PathBuf;

use autograft::report::paper::{self, ForPaper, say};
use autograft::report::{Comparison, Report, to_json};
use autograft::{Result, text};

use crate::{show, why};

/// The script that draws a report; `./build.sh` makes it.
pub const SCRIPT: &str = "report.js";

/// The page, and whether the charts are in it.
pub fn html(report: &Report) -> Result<(String, bool)> {
    let script = script();
    let charts = script.is_some();
    let facts = facts(report);
    // With the charts, the tables are for a browser that runs no scripts.
    let facts = if charts { format!("<noscript>\n{facts}</noscript>\n") } else { format!("<main>\n{facts}</main>\n") };
    // A page is made to be passed on: it names no patient. The report's own file does.
    let json = to_json(&nameless(report))?.replace('<', "\\u003c"); // only "<" could end a script element early
    let script =
        script.map(|code| format!("<script>{}</script>\n", code.replace("</script", "<\\/script"))).unwrap_or_default();
    let title = escape(text::get("command.report.title"));
    // Nothing is loaded: the policy says so to the browser as well.
    let policy = "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data: blob:";
    let page = format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"{policy}\">\n\
         <title>{title}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n\
         <script type=\"application/json\" id=\"report\">{json}</script>\n\
         {facts}{script}</body>\n</html>\n"
    );
    Ok((page, charts))
}

/// The same report without what the rows are called, and without single patients.
fn nameless(report: &Report) -> Report {
    let mut report = report.clone();
    for comparison in [&mut report.forward, &mut report.reverse].into_iter().flatten() {
        comparison.predictions.id.iter_mut().for_each(String::clear);
        if let Some(explanation) = &mut comparison.explanation {
            explanation.patients.clear();
        }
        if let Some(influence) = &mut comparison.influence {
            influence.helping.clear();
            influence.harming.clear();
        }
    }
    if let Some(list) = &mut report.candidates {
        list.rows.iter_mut().for_each(|one| one.id.clear());
    }
    report
}

/// The script beside the program, in `./dist`, or where the variable says.
fn script() -> Option<String> {
    let named = std::env::var_os("AUTOGRAFT_REPORT_JS").map(PathBuf::from);
    let beside = std::env::current_exe().ok().and_then(|exe| exe.parent().map(|folder| folder.join(SCRIPT)));
    let built = PathBuf::from("dist").join(SCRIPT);
    [named, beside, Some(built)].into_iter().flatten().find_map(|path| std::fs::read_to_string(path).ok())
}

const STYLE: &str = ":root{color-scheme:light dark}body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;\
padding:0 1rem}table{border-collapse:collapse;margin:1rem 0}th,td{text-align:left;padding:.25rem .75rem .25rem 0;\
border-bottom:1px solid color-mix(in srgb,currentColor 25%,transparent)}td.n{text-align:right;font-variant-numeric:\
tabular-nums}.verdict{font-size:1.25rem}";

/// The facts without charts.
fn facts(report: &Report) -> String {
    let mut out = format!("<h1>{}</h1>\n", escape(text::get("command.report.title")));
    for (direction, comparison) in [("forward", &report.forward), ("reverse", &report.reverse)] {
        let Some(comparison) = comparison else { continue };
        if report.reverse.is_some() {
            out += &format!("<h2>{}</h2>\n", escape(text::get(&format!("command.direction.{direction}"))));
        }
        out += &one(report, comparison);
    }
    if report.forward.is_none() {
        out += &format!("<p>{}</p>\n", escape(text::get("command.no_verdict")));
    }
    out += &format!("<h2>{}</h2>\n<ul>\n", escape(text::get("command.report.study")));
    for line in show::study_lines(&report.data, &report.plan.preparation.label.kind) {
        out += &format!("<li>{}</li>\n", escape(&line));
    }
    out += "</ul>\n";
    let findings: Vec<String> = report.findings.iter().map(show::finding).collect();
    if !findings.is_empty() {
        out += &format!("<h2>{}</h2>\n<ul>\n", escape(text::get("command.report.findings")));
        for line in findings {
            out += &format!("<li>{}</li>\n", escape(&line));
        }
        out += "</ul>\n";
    }
    if let Some(paper) = &report.paper {
        out += &for_paper(paper);
    }
    out
}

/// The methods paragraph with its references, and the checklist's items as far as they are filled.
fn for_paper(paper: &ForPaper) -> String {
    let mut out = format!("<h2>{}</h2>\n", escape(text::get("paper.methods_of")));
    out += &format!("<p>{}</p>\n<ul>\n", escape(&say::paragraph(&paper.methods)));
    for (place, reference) in paper.references.iter().enumerate() {
        out += &format!("<li>{}</li>\n", escape(&say::reference(place + 1, reference)));
    }
    out += &format!("</ul>\n<h2>{}</h2>\n<table>\n", escape(text::get("paper.checklist")));
    for (item, asks) in paper.items.iter().zip(paper::quoted()) {
        let key = format!("paper.filled.{}", item.filled.as_str());
        let said = if item.sentences.is_empty() { text::get(&key).to_owned() } else { say::paragraph(&item.sentences) };
        out += &format!(
            "<tr><th scope=\"row\">{}</th><td>{}</td><td>{}</td></tr>\n",
            escape(&item.item),
            escape(&asks),
            escape(&said)
        );
    }
    out + &format!("</table>\n<p>{}</p>\n", escape(&paper::citation()))
}

fn one(report: &Report, comparison: &Comparison) -> String {
    let mut out = String::new();
    for (place, sentence) in show::verdict(report, comparison).iter().enumerate() {
        let class = if place == 0 { " class=\"verdict\"" } else { "" };
        out += &format!("<p{class}>{}</p>\n", escape(sentence));
    }
    out += &table(&show::methods_table(comparison));
    let secondary: Vec<Vec<String>> = std::iter::once(show::secondary_head())
        .chain(comparison.secondary.iter().map(|one| show::secondary_row(&one.method, &one.contrast)))
        .collect();
    if !comparison.secondary.is_empty() {
        out += &format!("<h2>{}</h2>\n", escape(text::get("command.report.secondary")));
        out += &table(&secondary);
    }
    let lines = why::lines(comparison);
    if !lines.is_empty() {
        out += &format!("<h2>{}</h2>\n", escape(text::get("stage.why.title")));
        for line in lines {
            out += &format!("<p>{}</p>\n", escape(&line));
        }
    }
    out
}

/// Rows of cells, the first one the header; all cells but the first of a row are numbers.
fn table(rows: &[Vec<String>]) -> String {
    let mut out = "<table>\n".to_owned();
    for (place, row) in rows.iter().enumerate() {
        out += "<tr>";
        for (column, cell) in row.iter().enumerate() {
            let cell = escape(cell);
            out += &match (place, column) {
                (0, _) => format!("<th scope=\"col\">{cell}</th>"),
                (_, 0) => format!("<th scope=\"row\">{cell}</th>"),
                _ => format!("<td class=\"n\">{cell}</td>"),
            };
        }
        out += "</tr>\n";
    }
    out + "</table>\n"
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
