//! Forecasts of glucose in the error grids, in words.

use autograft::report::Comparison;
use autograft::report::glucose::OneMethod;
use autograft::text;

use crate::show::{aligned, fixed, method};

/// The table of shares, and that it is for research only.
pub fn lines(comparison: &Comparison) -> Vec<String> {
    let Some(glucose) = &comparison.glucose else { return Vec::new() };
    let facts = [("person", glucose.person.clone()), ("horizon", glucose.horizon.to_string())];
    let mut out = vec![String::new(), text::fill("glucose.about", &facts)];
    let head = [
        "table.method",
        "glucose.mape",
        "glucose.time_gain",
        "glucose.clarke_ab",
        "glucose.p_ega_ab",
        "glucose.r_ega_ab",
    ];
    let marks = ["glucose.ap", "glucose.be", "glucose.ep"];
    let head = head.iter().chain(&marks).map(|key| text::get(key).to_owned()).collect();
    let row = |one: &OneMethod| {
        let ab = |zones: &[u32]| share(zones.iter().take(2).sum(), zones.iter().sum());
        let rated: u32 = one.cg_ega.iter().flatten().sum();
        let marks = (0..3).map(|mark| share(one.cg_ega.iter().map(|range| range[mark]).sum(), rated));
        let first = [
            method(&one.id),
            one.mape.map_or_else(|| "–".to_owned(), fixed),
            one.time_gain.map_or_else(|| "–".to_owned(), |minutes| minutes.to_string()),
            ab(&one.clarke),
            ab(&one.p_ega),
            ab(&one.r_ega),
        ];
        first.into_iter().chain(marks).collect()
    };
    let rows: Vec<Vec<String>> = std::iter::once(head).chain(glucose.methods.iter().map(row)).collect();
    out.extend(aligned(&rows).lines().map(str::to_owned));
    out.push(text::get("glucose.research").to_owned());
    out
}

fn share(count: u32, of: u32) -> String {
    if of == 0 { "–".to_owned() } else { format!("{:.1} %", 100.0 * f64::from(count) / f64::from(of)) }
}
