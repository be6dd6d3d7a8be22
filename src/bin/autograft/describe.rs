//! `describe`: how a file is read and what is in it.

use autograft::table::ColumnSummary;
use autograft::{Code, Result, text};

use crate::args::Describe;
use crate::{files, show};

/// Levels that fit into a line.
const LEVELS: usize = 6;

/// `autograft describe`.
pub fn describe(asked: &Describe) -> Result<()> {
    let opened = files::open(&[&asked.file], &asked.reading)?;
    let Some(table) = opened.first().map(|one| &one.table) else { return Ok(()) };
    let summary = table.summary();
    if asked.json {
        let json = serde_json::to_string_pretty(&summary).map_err(|e| Code::Internal.err().with("reason", e))?;
        return files::print(&(json + "\n"));
    }
    let mut out = show::read(table) + "\n\n";
    let head = ["column", "kind", "missing", "distinct", "values"];
    let mut rows = vec![head.iter().map(|key| text::get(&format!("command.describe.{key}")).to_owned()).collect()];
    rows.extend(summary.columns.iter().map(row));
    out += &show::aligned(&rows);
    let suspects = summary.columns.iter().flat_map(|column| &column.suspects);
    let mut notes: Vec<String> = summary.notes.iter().chain(suspects).map(show::note).collect();
    if summary.counts.is_some() {
        notes.push(text::get("note.counts_suggested").to_owned());
    }
    if !notes.is_empty() {
        out.push('\n');
    }
    for note in notes {
        out += &format!("? {note}\n");
    }
    files::print(&out)
}

fn row(column: &ColumnSummary) -> Vec<String> {
    let kind = column.kind.and_then(|kind| serde_json::to_value(kind).ok()).and_then(|v| v.as_str().map(str::to_owned));
    let values = match (column.quartiles, column.min, column.max) {
        (Some([low, middle, high]), Some(min), Some(max)) => [min, low, middle, high, max].map(short).join("  "),
        _ => {
            let more = if column.distinct > LEVELS { ", …" } else { "" };
            let levels = column.levels.iter().take(LEVELS).map(|(level, n)| format!("{level}: {n}"));
            levels.collect::<Vec<_>>().join(", ") + more
        }
    };
    vec![
        column.name.clone(),
        text::get(&format!("kind.{}", kind.unwrap_or_default())).to_owned(),
        column.missing.to_string(),
        column.distinct.to_string(),
        values,
    ]
}

fn short(value: f64) -> String {
    autograft::preprocess::finding::short(value)
}
