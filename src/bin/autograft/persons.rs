//! Every person of the target in turn, in words.

use autograft::report::persons::{Persons, Ratio};
use autograft::text;

use crate::show::{aligned, fixed, method, metric};

/// The table of persons, and a line for each ratio.
pub fn lines(persons: &Persons) -> Vec<String> {
    let facts = [("metric", metric(persons.metric)), ("persons", persons.people.len().to_string())];
    let mut out = vec![String::new(), text::fill("persons.about", &facts)];
    let head = std::iter::once(text::get("persons.person").to_owned());
    let head = head.chain(persons.methods.iter().map(|id| method(id))).collect();
    let row = |one: &autograft::report::persons::OneOfThem| {
        let value = |value: &Option<f64>| value.map_or_else(|| "–".to_owned(), fixed);
        std::iter::once(one.name.clone()).chain(one.values.iter().map(value)).collect()
    };
    let mean =
        |(mean, sd): &(f64, Option<f64>)| format!("{} ({})", fixed(*mean), sd.map_or_else(|| "–".to_owned(), fixed));
    let last = std::iter::once(text::get("persons.mean").to_owned()).chain(persons.summary.iter().map(mean)).collect();
    let rows: Vec<Vec<String>> =
        std::iter::once(head).chain(persons.people.iter().map(row)).chain(std::iter::once(last)).collect();
    out.extend(aligned(&rows).lines().map(str::to_owned));
    out.extend(persons.ratios.iter().map(|ratio| sentence(persons, ratio)));
    out
}

fn sentence(persons: &Persons, ratio: &Ratio) -> String {
    let interval =
        ratio.interval.map_or_else(|| "–".to_owned(), |(low, high)| format!("{} – {}", fixed(low), fixed(high)));
    let facts = [
        ("metric", metric(persons.metric)),
        ("against", method(&ratio.against)),
        ("ratio", fixed(ratio.ratio)),
        ("interval", interval),
        ("better", ratio.better.to_string()),
        ("persons", ratio.people.to_string()),
    ];
    text::fill("persons.ratio", &facts)
}
