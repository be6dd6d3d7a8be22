//! What goes along with the transferred predictions, in words.

use autograft::report::Comparison;
use autograft::text;

use crate::show;

/// Features that are named.
const NAMED: usize = 8;

/// One line, where there is anything.
pub fn lines(comparison: &Comparison) -> Vec<String> {
    let Some(found) = comparison.association.as_ref().filter(|found| !found.surest.is_empty()) else {
        return Vec::new();
    };
    let named: Vec<String> = found
        .surest
        .iter()
        .take(NAMED)
        .map(|one| {
            format!(
                "{} {} (q {})",
                one.feature,
                show::fixed(one.rho),
                if one.q < 1e-3 { "< 0.001".to_owned() } else { show::fixed(one.q) }
            )
        })
        .collect();
    let facts = [
        ("method", show::method(&found.method)),
        ("rows", found.rows.to_string()),
        ("features", found.features.to_string()),
        ("list", named.join("; ")),
    ];
    vec![text::fill("command.association", &facts)]
}
