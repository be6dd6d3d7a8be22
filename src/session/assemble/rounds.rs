//! The rounds of methods that label rows on their own, fold by fold.

use super::Bench;
use crate::methods::common::pool::Labelling;
use crate::report::rounds::Rounds;

impl Bench<'_> {
    pub(super) fn rounds(&self) -> Vec<Rounds> {
        let mut out = Vec::new();
        for (entry, outcomes) in self.prepared.entries.iter().zip(&self.outcomes) {
            for (place, outcome) in self.places().zip(outcomes) {
                let method = entry.method.card().id.to_owned();
                let (repeat, fold) = (place.repeat as u32, place.fold as u32);
                out.extend(Labelling::of(&outcome.choice).map(|labelling| Rounds { method, repeat, fold, labelling }));
            }
        }
        out
    }
}
