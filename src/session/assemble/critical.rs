//! Each gene's attributions over all fits of the transferred model, and their test between the two calls.

use std::collections::BTreeMap;

use super::super::prepare::Prepared;
use super::super::told::{CELLS, Told, Whose};
use super::super::unit::{Outcome, Unit};
use super::Bench;
use super::explanation::round;
use crate::cohort::{Cohort, FeatureKind, Labels};
use crate::evaluate::critical::{Critical, Gene, critical};
use crate::report::critical::CriticalGenes;

/// Genes that a report keeps.
const KEPT: usize = 500;

/// Sums over the fits of a row.
#[derive(Default, Clone, Copy)]
struct Mean {
    sum: f64,
    n: f64,
}

impl Mean {
    fn add(&mut self, value: f64) {
        self.sum += value;
        self.n += 1.0;
    }
    fn get(self) -> f64 {
        self.sum / self.n
    }
}

impl Bench<'_> {
    pub(super) fn critical(&self, transfer: usize) -> Option<CriticalGenes> {
        let id = self.prepared.entries.get(transfer)?.method.card().id;
        let judged = self.sides.judged();
        let Some(Labels::Classes { names, event, .. }) = &judged.y else { return None };
        let told = self.outcomes.iter().flatten().flat_map(|outcome| &outcome.told);
        of_fits(id, (names, names.get(*event)?), told.collect(), judged)
    }
}

/// Of cells without an outcome, where nothing can be judged.
pub(super) fn of_cells(prepared: &Prepared, outcomes: &[Outcome]) -> Option<CriticalGenes> {
    let data = prepared.data();
    if prepared.verdict_possible {
        return None;
    }
    let told = outcomes.iter().filter(|outcome| matches!(outcome.unit, Unit::Final { .. }));
    let cells = prepared.forward.unlabelled.as_ref()?;
    of_fits(
        &prepared.plan.transfer.method,
        (&data.classes, &data.event?),
        told.flat_map(|one| &one.told).collect(),
        cells,
    )
}

/// `classes`: all of them, and the event. `told`: the fits, whose rows are those of `judged`.
fn of_fits(id: &str, classes: (&[String], &String), told: Vec<&Told>, judged: &Cohort) -> Option<CriticalGenes> {
    let (names, event) = classes;
    if !CELLS.contains(&id) || names.len() != 2 {
        return None;
    }
    let fits: Vec<&Told> = told.into_iter().filter(|told| told.whose == Whose::Transferred).collect();
    let mut outputs: BTreeMap<u32, Mean> = BTreeMap::new();
    fits.iter().flat_map(|fit| fit.rows.iter().zip(&fit.outputs)).for_each(|(row, output)| {
        outputs.entry(*row).or_default().add(*output);
    });
    let place: BTreeMap<u32, usize> = outputs.keys().enumerate().map(|(at, row)| (*row, at)).collect();
    let mut added: BTreeMap<&str, Vec<Mean>> = BTreeMap::new();
    for fit in &fits {
        for (k, &j) in fit.kept.iter().enumerate() {
            let of = added
                .entry(fit.features.get(j as usize)?.as_str())
                .or_insert_with(|| vec![Mean::default(); place.len()]);
            for (at, row) in fit.rows.iter().enumerate() {
                of[*place.get(row)?].add(*fit.values.get(at * fit.kept.len() + k)?);
            }
        }
    }
    let seen = |name: &str| {
        let at = judged.x.features().iter().position(|f| f.name == name && f.kind == FeatureKind::Number)?;
        let known: Vec<f64> = judged.x.column_f64(at).into_iter().filter(|v| v.is_finite()).collect();
        let above = known.iter().filter(|v| **v > 0.0).count();
        (!known.is_empty()).then(|| above as f64 / known.len() as f64)
    };
    let genes: Vec<Gene> = added
        .iter()
        .map(|(name, of)| Gene {
            name: (*name).to_owned(),
            added: of.iter().map(|mean| mean.get()).collect(),
            seen: seen(name),
        })
        .collect();
    let event_called: Vec<bool> = outputs.values().map(|mean| mean.get() > 0.0).collect();
    let found = critical(&genes, &event_called);
    let called = event_called.iter().filter(|is| **is).count();
    let rounded = |one: &Critical| Critical {
        event: round(one.event),
        others: round(one.others),
        seen: one.seen.map(round),
        ..one.clone()
    };
    Some(CriticalGenes {
        method: id.to_owned(),
        event: event.clone(),
        other: names.iter().find(|name| *name != event)?.clone(),
        called: called as u32,
        rest: (event_called.len() - called) as u32,
        tested: found.len() as u32,
        genes: fits.iter().map(|fit| fit.features.len()).max()? as u32,
        chosen: found.iter().filter(|one| one.passes()).count() as u32,
        surest: found.iter().take(KEPT).map(rounded).collect(),
    })
}
