//! The ranked list of candidates, in words and as a file.

use autograft::report::candidates::Candidates;
use autograft::text;

use crate::files;
use crate::save::number;
use crate::show::{aligned, fixed, method};

/// Rows that a terminal shows.
const SHOWN: usize = 10;

/// The first of the list, and how many rows lie outside of what was learned from.
pub fn lines(list: &Candidates) -> Vec<String> {
    let Some(usual) = &list.usual else { return Vec::new() };
    let facts = [
        ("method", method(&list.method)),
        ("all", list.all.to_string()),
        ("outside", list.outside.to_string()),
        ("threshold", fixed(usual.threshold)),
    ];
    let rows = if list.unlabelled { "candidates.unlabelled" } else { "candidates.judged" };
    let mut out = vec![String::new(), text::fill(rows, &facts)];
    // Whoever has rows without an outcome asks for the list; of judged rows the file is enough.
    if !list.unlabelled {
        return out;
    }
    let words = ["table.row", "table.predicted", "table.distance", "table.outside"];
    let head: Vec<String> = words.iter().map(|key| text::get(key).to_owned()).collect();
    let row = |one: &autograft::report::candidates::Candidate| {
        let outside = if one.outside { text::get("candidates.outside").to_owned() } else { String::new() };
        vec![one.id.clone(), fixed(one.score), one.distance.map_or_else(|| "–".to_owned(), fixed), outside]
    };
    let table: Vec<Vec<String>> = std::iter::once(head).chain(list.rows.iter().take(SHOWN).map(row)).collect();
    out.extend(aligned(&table).lines().map(str::to_owned));
    out
}

/// The list as a file.
pub fn csv(list: &Candidates) -> String {
    let head = ["rank", "id", list.method.as_str(), "distance", "outside"].map(str::to_owned);
    let mut out = files::csv_line(&head);
    for (at, one) in list.rows.iter().enumerate() {
        let outside = u8::from(one.outside).to_string();
        out += &files::csv_line(&[
            (at + 1).to_string(),
            one.id.clone(),
            number(Some(one.score)),
            number(one.distance),
            outside,
        ]);
    }
    out
}
