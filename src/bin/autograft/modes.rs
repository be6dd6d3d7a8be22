//! A method's modes over numbers of target rows, in words.

use autograft::evaluate::crossing::Place;
use autograft::report::Comparison;
use autograft::report::modes::{ModeCrossing, ModeGain, Modes};
use autograft::text;

use crate::show::{aligned, fixed, metric, signed};

/// The table of the declared metric, and a line for each mode with transfer against each without.
pub fn lines(comparison: &Comparison) -> Vec<String> {
    let Some(modes) = &comparison.modes else { return Vec::new() };
    let facts = [
        ("metric", metric(modes.metric)),
        ("repeats", modes.repeats.to_string()),
        ("test", modes.test_rows.to_string()),
    ];
    let mut out = vec![String::new(), text::fill("command.modes", &facts)];
    out.extend(aligned(&table(modes)).lines().map(str::to_owned));
    out.extend(modes.crossings.iter().filter_map(|one| sentence(modes, one)));
    out
}

/// What a mode gains over one without transfer, as the page says it; `None` where nothing was compared.
fn sentence(modes: &Modes, one: &ModeCrossing) -> Option<String> {
    let own = || modes.gains.iter().filter(|gain| gain.mode == one.mode && gain.against == one.against);
    let (first, last) = (own().next()?, own().next_back()?);
    let sure = |gain: &&ModeGain| gain.p_adjusted.is_some_and(|p| p < 0.05);
    let sizes = |better: bool| -> Vec<String> {
        own().filter(sure).filter(|gain| (gain.difference > 0.0) == better).map(|gain| gain.n.to_string()).collect()
    };
    let place = |place: &Place| match place {
        Place::At { n } => format!("{n:.0}"),
        Place::NotWithin { largest } => format!("> {largest}"),
        Place::Never { smallest } => format!("< {smallest}"),
    };
    let facts = [
        ("mode", name(&one.mode)),
        ("against", name(&one.against)),
        ("smallest", first.n.to_string()),
        ("gain", signed(first.difference)),
        ("largest", last.n.to_string()),
        ("last", signed(last.difference)),
    ];
    let mut said = vec![text::fill("modes.gain", &facts)];
    if let Some(c) = &one.crossed.crossing {
        let facts = [("until", place(&c.place)), ("low", place(&c.low)), ("high", place(&c.high))];
        said.push(text::fill("modes.pays", &facts));
    }
    for (key, sizes) in [("modes.better", sizes(true)), ("modes.worse", sizes(false))] {
        if !sizes.is_empty() {
            said.push(text::fill(key, &[("sizes", sizes.join(", "))]));
        }
    }
    // With so few repeats that nothing could be shown, nothing is said of it.
    let reachable = libm::exp2(1.0 - f64::from(modes.repeats)) * modes.sizes().len() as f64 <= 0.05;
    if reachable && own().all(|gain| !sure(&gain)) {
        said.push(text::get("modes.unsure").to_owned());
    }
    Some(said.join(" "))
}

fn name(mode: &str) -> String {
    text::get(&format!("option.{mode}")).to_owned()
}

fn table(modes: &Modes) -> Vec<Vec<String>> {
    let sizes = modes.sizes();
    let head = std::iter::once("n".to_owned()).chain(sizes.iter().map(u32::to_string)).collect();
    let row = |mode: &str| {
        let cell = |&n: &u32| match modes.at(mode, n, modes.metric) {
            Some(point) => {
                format!("{} ({})", fixed(point.mean), point.sd.map_or_else(|| "–".to_owned(), fixed))
            }
            None => "–".to_owned(),
        };
        std::iter::once(name(mode)).chain(sizes.iter().map(cell)).collect()
    };
    std::iter::once(head).chain(modes.names().into_iter().map(row)).collect()
}
