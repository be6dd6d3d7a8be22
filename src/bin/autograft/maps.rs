//! How well the domains are mixed in the networks' features, in words.

use autograft::report::Comparison;
use autograft::report::maps::FeatureMap;
use autograft::text;

use crate::show::{fixed, method};

/// A line a map of several domains, and one of the persons whom the network has never seen.
pub fn lines(comparison: &Comparison) -> Vec<String> {
    // Ten neighbours cannot come from more than ten domains.
    let most = |map: &FeatureMap, domains: usize| fixed((f64::from(map.neighbours) / domains as f64).min(1.0));
    let of = |map: &FeatureMap| {
        let facts = [
            ("method", method(&map.method)),
            ("value", fixed(map.perplexity?)),
            ("domains", map.domains.len().to_string()),
            ("least", fixed(1.0 / map.domains.len() as f64)),
            ("most", most(map, map.domains.len())),
        ];
        Some(text::fill("maps.command", &facts))
    };
    let unseen = |map: &FeatureMap| {
        let strangers = map.strangers?;
        let facts = [
            ("method", method(&map.method)),
            ("value", fixed(strangers.perplexity)),
            ("people", strangers.people.to_string()),
            ("least", fixed(1.0 / f64::from(strangers.people))),
            ("most", most(map, strangers.people as usize)),
        ];
        Some(text::fill("maps.strangers.command", &facts))
    };
    comparison.maps.iter().flat_map(|map| [of(map), unseen(map)]).flatten().collect()
}
