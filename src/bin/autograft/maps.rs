//! How well the domains are mixed in the networks' features, in words.

use autograft::report::Comparison;
use autograft::report::maps::{FeatureMap, Mixing};
use autograft::text;

use crate::show::{fixed, method};

/// A line a map of several domains, and one of the persons whom the network has never seen.
pub fn lines(comparison: &Comparison) -> Vec<String> {
    let of = |key: &str, map: &FeatureMap, mixing: Option<Mixing>| {
        let mixing = mixing?;
        let facts = [
            ("method", method(&map.method)),
            ("value", fixed(mixing.perplexity)),
            ("domains", mixing.domains.to_string()),
            ("least", fixed(1.0 / f64::from(mixing.domains))),
            ("most", fixed(mixing.shuffled)),
            ("n", mixing.neighbours.to_string()),
        ];
        Some(text::fill(key, &facts))
    };
    let both = |map| [of("maps.command", map, map.mixing), of("maps.strangers.command", map, map.strangers)];
    comparison.maps.iter().flat_map(both).flatten().collect()
}
