//! What a terminal says of the shift: whether the tables can be told apart, what moved, how common the event is.

use autograft::shift::Shift;
use autograft::shift::disde::Moved;
use autograft::shift::model::ByModel;
use autograft::text;

use crate::show::{fixed, interval, signed};

fn percent(share: f64) -> String {
    format!("{:.0}%", 100.0 * share)
}

/// The sentences, each with what it means for the choice of a method.
pub fn lines(shift: &Shift) -> Vec<String> {
    let mut out = Vec::new();
    if let Some(domain) = &shift.domain {
        let facts = |auroc: f64, low: f64, high: f64, p: f64| {
            [("auc", fixed(auroc)), ("low", fixed(low)), ("high", fixed(high)), ("p", fixed(p))]
        };
        out.push(text::fill("shift.auc", &facts(domain.auroc, domain.low, domain.high, domain.p)));
        let boosted = domain.boosted.as_ref();
        out.extend(boosted.map(|b| text::fill("shift.boosted", &facts(b.auroc, b.low, b.high, b.p))));
    }
    match &shift.by_model {
        Some(found) => out.extend(by_model(found)),
        None => out.push(text::get("moved.none").to_owned()),
    }
    out
}

fn by_model(found: &ByModel) -> Vec<String> {
    let mut out = Vec::new();
    match &found.moved {
        None => out.push(text::get("moved.none").to_owned()),
        Some(moved) => {
            let answer = name(&moved.moved);
            let ess = [&moved.source_health, &moved.target_health].map(|h| h.map_or(0.0, |h| h.ess));
            let facts = [
                ("ess", format!("{:.0}", ess[0].min(ess[1]))),
                ("least", format!("{:.0}", autograft::math::weights::LEAST_ESS)),
                ("shared", percent(moved.shared)),
            ];
            let because =
                moved.because.as_ref().map(name).map(|why| text::fill(&format!("moved.because.{why}"), &facts));
            let told = text::get(&format!("moved.answer.{answer}")).to_owned();
            out.push(std::iter::once(told).chain(because).collect::<Vec<_>>().join(" "));
            for (part, of) in [("y_given_x", moved.y_given_x), ("x_out", moved.x_out), ("x_in", moved.x_in)] {
                let range = interval(signed(of.low), signed(of.high));
                out.push(format!("  {}: {} ({range})", text::get(&format!("moved.part.{part}")), signed(of.value)));
            }
            if moved.moved != Moved::CannotTell {
                out.push(text::get(&format!("moved.advice.{answer}")).to_owned());
            }
        }
    }
    if let Some(priors) = &found.priors {
        let none = || "–".to_owned();
        let of = |all: Option<&Vec<autograft::shift::Prior>>| {
            all.and_then(|all| all.get(priors.event)).map_or_else(none, |one| percent(one.target))
        };
        let facts = [
            ("bbse", of(priors.bbse.as_ref().map(|b| &b.priors))),
            ("saerens", of(priors.saerens.as_ref().map(|s| &s.priors))),
            ("observed", priors.observed.get(priors.event).map_or_else(none, |seen| percent(seen.share))),
        ];
        out.push(text::fill("priors.line", &facts));
    }
    if let Some(worth) = &found.worth {
        let scores = worth.scores.iter().map(|score| {
            format!(
                "{} {} (p {})",
                text::get(&format!("worth.{}", name(&score.kind))),
                fixed(score.value),
                fixed(score.p)
            )
        });
        out.push(text::fill("worth.line", &[("scores", scores.collect::<Vec<_>>().join(", "))]));
    }
    out
}

/// A value's name as the report writes it.
fn name<T: serde::Serialize>(value: &T) -> String {
    serde_json::to_value(value).ok().and_then(|v| v.as_str().map(str::to_owned)).unwrap_or_default()
}
