//! Column names: trimmed, never blank, no two alike; what was changed is said.

use super::format::Note;
use std::collections::HashSet;

/// The names of `header`, made unique, with the notes of what was changed. Row counts as in a spreadsheet.
pub(super) fn names(header: &[String], row: usize, notes: &mut Vec<Note>) -> Vec<String> {
    let given: HashSet<&str> = header.iter().map(|name| name.trim()).collect();
    let mut taken: HashSet<String> = HashSet::new();
    let (mut blank, mut double) = (Vec::new(), Vec::new());
    let mut names = Vec::with_capacity(header.len());
    for (at, given_name) in header.iter().enumerate() {
        let name = given_name.trim().trim_start_matches('\u{feff}');
        let base = if name.is_empty() { format!("column {}", at + 1) } else { name.to_owned() };
        let mut unique = base.clone();
        let mut count = 1;
        while taken.contains(&unique) || (unique != name && given.contains(unique.as_str())) {
            count += 1;
            unique = format!("{base}.{count}");
        }
        if name.is_empty() {
            blank.push(unique.clone());
        } else if unique != name {
            double.push(unique.clone());
        }
        taken.insert(unique.clone());
        names.push(unique);
    }
    let list = |names: &[String]| {
        let more = if names.len() > 5 { ", …" } else { "" };
        names.iter().take(5).map(String::as_str).collect::<Vec<_>>().join(", ") + more
    };
    for (code, changed) in [("blank_names", blank), ("duplicate_names", double)] {
        if let Some(first) = changed.first() {
            let note = Note::new(code).with("count", changed.len()).with("columns", list(&changed));
            notes.push(note.row(row).column(first));
        }
    }
    names
}

/// Names for columns that have none.
pub(super) fn numbered(count: usize) -> Vec<String> {
    (1..=count).map(|at| format!("column {at}")).collect()
}
