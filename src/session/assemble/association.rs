//! What goes along with the transferred predictions, where a method learned from a second outcome of the source.

use super::Bench;
use crate::cohort::FeatureKind;
use crate::evaluate::association::associate;
use crate::methods::card::Needs;
use crate::report::association::Association;

/// Features that a report keeps.
const KEPT: usize = 500;

impl Bench<'_> {
    pub(super) fn association(&self, transfer: usize) -> Option<Association> {
        let card = self.prepared.entries.get(transfer)?.method.card();
        if !card.needs.contains(&Needs::SourceOutcome) {
            return None;
        }
        let (places, predicted): (Vec<usize>, Vec<f64>) = self.averaged(transfer).into_iter().unzip();
        let rows = self.evaluated_rows().select(&places);
        let numbers = rows.x.features().iter().enumerate().filter(|(_, feature)| feature.kind == FeatureKind::Number);
        let columns: Vec<(String, Vec<f64>)> =
            numbers.map(|(f, feature)| (feature.name.clone(), rows.x.column_f64(f))).collect();
        let mut surest = associate(&columns, &predicted);
        let features = surest.len() as u32;
        surest.truncate(KEPT);
        Some(Association { method: card.id.to_owned(), rows: rows.len() as u32, features, surest })
    }
}
