//! The trainings of networks of several losses: of the first repeat, which is enough for the picture.

use super::Bench;
use crate::report::trainings::Training;
use crate::train::Curves;

impl Bench<'_> {
    pub(super) fn trainings(&self) -> Vec<Training> {
        let mut out = Vec::new();
        for (entry, outcomes) in self.prepared.entries.iter().zip(&self.outcomes) {
            for (place, outcome) in self.places().zip(outcomes).filter(|(place, _)| place.repeat == 0) {
                let curves: Option<Curves> = outcome
                    .choice
                    .get("curves")
                    .and_then(|curves| serde_json::from_value(curves.clone()).ok())
                    .filter(|curves: &Curves| !curves.steps.is_empty());
                out.extend(curves.map(|curves| Training {
                    method: entry.method.card().id.to_owned(),
                    repeat: place.repeat as u32,
                    fold: place.fold as u32,
                    curves,
                }));
            }
        }
        out
    }
}
