//! What the models rely on, in a few lines: the page shows the rest.

use autograft::report::Comparison;
use autograft::report::explanation::{Explanation, FeaturePart};
use autograft::report::influence::Influence;
use autograft::text;

use crate::show::fixed;

/// Features that a line names.
const NAMED: usize = 5;
/// The level of "borne out".
const LEVEL: f64 = 0.05;

/// Features, and source rows, in sentences.
pub fn lines(comparison: &Comparison) -> Vec<String> {
    let mut out = comparison.explanation.as_ref().map(explained).unwrap_or_default();
    out.extend(comparison.influence.iter().flat_map(carried));
    out
}

fn carried(influence: &Influence) -> Vec<String> {
    let measure = word(influence.measure);
    let facts = [
        ("rows", influence.rows.to_string()),
        ("of", influence.of.to_string()),
        ("effective", format!("{:.0}", influence.effective)),
        ("top", format!("{:.1} %", 100.0 * influence.top_share)),
    ];
    let mut out = vec![
        format!(
            "{} {}",
            text::get(&format!("influence.measure.{measure}")),
            text::get(&format!("influence.whose.{}", influence.whose))
        ),
        text::fill("influence.spread", &facts),
    ];
    for site in influence.sites.iter().filter(|_| influence.sites.len() > 1) {
        let facts = [
            ("site", site.domain.clone()),
            ("share", format!("{:.1} %", 100.0 * site.share)),
            ("harming", format!("{:.0} %", 100.0 * site.harming)),
        ];
        out.push(format!("  {}", text::fill("influence.site_line", &facts)));
    }
    out
}

fn explained(explanation: &Explanation) -> Vec<String> {
    let mut out = Vec::new();
    let scale = text::get(&format!("why.scale.{}", explanation.scale)).to_owned();
    let facts = [("told", explanation.told.to_string()), ("judged", explanation.judged.to_string()), ("scale", scale)];
    out.push(text::fill("why.told", &facts));
    let mut models = vec![("transferred", &explanation.transferred)];
    models.extend(explanation.source.as_ref().map(|source| ("source", source)));
    for (name, teller) in models {
        let part = |one: &FeaturePart| if name == "source" { one.source.clone() } else { one.transferred.clone() };
        let mut parts: Vec<_> =
            explanation.features.iter().filter_map(|one| Some((&one.feature, part(one)?))).collect();
        parts.sort_by(|a, b| b.1.size.total_cmp(&a.1.size).then_with(|| a.0.cmp(b.0)));
        let features: Vec<String> = parts
            .iter()
            .take(NAMED)
            .filter(|(_, part)| part.size > 0.0)
            .map(|(feature, part)| {
                let sign = match part.direction {
                    Some(rho) if rho > 0.3 => " ↑",
                    Some(rho) if rho < -0.3 => " ↓",
                    _ => "",
                };
                let mark = if part.q.is_some_and(|q| q < LEVEL) { " ✓" } else { "" };
                format!("{feature}{sign} {}{mark}", fixed(part.size))
            })
            .collect();
        let facts = [
            ("model", text::get(&format!("why.model.{name}")).to_owned()),
            ("way", text::get(&format!("why.way.{}", word(teller.way))).to_owned()),
            ("features", if features.is_empty() { "–".to_owned() } else { features.join(", ") }),
        ];
        out.push(text::fill("why.relies", &facts));
        if let Some(stability) = &teller.stability {
            let facts = [
                ("rho", fixed(stability.spearman)),
                ("lowest", fixed(stability.lowest)),
                ("fits", teller.fits.to_string()),
                ("shared", format!("{:.1}", stability.shared)),
                ("leading", stability.leading.to_string()),
            ];
            out.push(format!("  {}", text::fill("why.stability", &facts)));
        }
    }
    out.push(text::get("why.marks").to_owned());
    if let Some(corner) = &explanation.corner {
        out.push(if corner.features.is_empty() {
            text::get("why.corner.none").to_owned()
        } else {
            text::fill("why.corner.some", &[("features", corner.features.join(", "))])
        });
    }
    out
}

/// The key's part of a name.
fn word(name: impl serde::Serialize) -> String {
    serde_json::to_value(name).ok().and_then(|v| v.as_str().map(str::to_owned)).unwrap_or_default()
}
