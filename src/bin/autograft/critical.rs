//! The genes that drive the calls, in words.

use autograft::report::critical::CriticalGenes;
use autograft::text;

use crate::show;

/// Genes that are named.
const NAMED: usize = 8;

/// One line, where there is anything.
pub fn lines(found: Option<&CriticalGenes>) -> Vec<String> {
    let Some(found) = found else { return Vec::new() };
    let named = found.surest.iter().take(NAMED).map(|one| {
        let q = if one.q < 1e-3 { "< 0.001".to_owned() } else { show::fixed(one.q) };
        format!("{} (AUC {}, q {q})", one.gene, show::fixed(one.auc))
    });
    let facts = [
        ("method", show::method(&found.method)),
        ("event", found.event.clone()),
        ("called", found.called.to_string()),
        ("rest", found.rest.to_string()),
        ("chosen", found.chosen.to_string()),
        ("tested", found.tested.to_string()),
        ("list", named.collect::<Vec<_>>().join("; ")),
    ];
    vec![text::fill(if found.surest.is_empty() { "command.critical.none" } else { "command.critical" }, &facts)]
}
