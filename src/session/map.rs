//! The features of both domains' rows, of one fit: a map in two dimensions and Local Domain Perplexity.

use super::prepare::{Entry, Prepared};
use super::unit::Direction;
use crate::cohort::{Cohort, Labels, Side};
use crate::error::{Code, Result};
use crate::math::tsne::tsne;
use crate::methods::Model;
use crate::methods::common::representation::representation;
use crate::metrics::perplexity::Neighbourhoods;
use crate::preprocess::person::bare;
use crate::report::maps::{FeatureMap, Mixing};
use crate::rng::Rng;
use crate::split::Fold;
use crate::train::Run;

/// Rows of a map, at most.
const ROWS: usize = 500;
/// Rows of a domain, at most and at least.
const OF_DOMAIN: (usize, usize) = (10, 120);
/// Rows of Local Domain Perplexity, at most.
const MIXED: usize = 1000;
/// The perplexity of the picture.
const PERPLEXITY: f64 = 30.0;

impl Prepared {
    /// The map of the procedure, of what always stands beside it, or of the source's network, in the first fold;
    /// `None` for every other fit and for models that are no networks.
    ///
    /// # Errors
    /// What the device says; [`crate::Code::Cancelled`].
    pub(super) async fn map(
        &self,
        direction: Direction,
        place: &Fold,
        entry: &Entry,
        model: &Model,
        run: &Run<'_>,
    ) -> Result<Option<FeatureMap>> {
        let id = entry.method.card().id;
        let transfer = self.plan.transfer.method.as_str();
        let beside = self.entries.first().and_then(|first| first.method.beside());
        let asked = self.plan.maps && direction == Direction::Forward && place.repeat == 0 && place.fold == 0;
        if !asked || !(id == transfer || Some(id) == beside || id == "source_only") {
            return Ok(None);
        }
        let sides = self.sides(direction)?;
        let mut domains: Vec<&Cohort> = sides.sources.iter().filter(|source| !source.is_empty()).collect();
        // Two encoders: what one side's makes of the other side's rows says nothing.
        if id.starts_with("scdeal") {
            domains.clear();
        }
        let evaluated = sides.evaluated(place);
        domains.push(&evaluated);
        let fewest = domains.iter().map(|rows| rows.len()).min().unwrap_or(0);
        let each =
            (ROWS / domains.len()).clamp(OF_DOMAIN.0, if domains.len() > 1 { OF_DOMAIN.1 } else { ROWS }).min(fewest);
        let (mut features, mut cols, mut mixed) = (Vec::new(), 0, Vec::new());
        let among = (MIXED / domains.len()).max(each).min(fewest);
        let mut map = FeatureMap {
            method: id.to_owned(),
            domains: Vec::new(),
            domain: Vec::new(),
            class: Vec::new(),
            value: Vec::new(),
            points: Vec::new(),
            mixing: None,
            strangers: None,
        };
        for (number, cohort) in domains.iter().enumerate().take(ROWS / each.max(1)) {
            let Some(all) = representation(model, cohort, run).await? else { return Ok(None) };
            cols = all.cols;
            // Equally many rows of each domain, drawn by its number alone: the same rows for every method.
            let mut rows = Rng::child(self.seed("map", 0), "map", number).permutation(cohort.len());
            mixed.extend(all.gather(&rows[..among]));
            rows.truncate(each);
            features.extend(all.gather(&rows));
            map.domains.push(cohort.domain.clone());
            map.domain.extend(std::iter::repeat_n(number as u32, rows.len()));
            label(&mut map, cohort, &rows);
        }
        let n = map.domain.len();
        if n < 5 || cols == 0 || features.iter().any(|v: &f32| !v.is_finite()) {
            return Ok(None);
        }
        map.mixing = self.mixing(&mixed, map.domains.len(), among);
        map.strangers = self.strangers(place, model, run).await?;
        let x: Vec<f64> = features.iter().map(|v| f64::from(*v)).collect();
        // Features that do not vary are no map.
        let found = match tsne(&x, n, cols, PERPLEXITY, run.pulse()).await {
            Ok(found) => found,
            Err(error) if error.code() == Code::NothingVaries => return Ok(None),
            Err(error) => return Err(error),
        };
        let round = |v: f64| (v * 1000.0).round() / 1000.0;
        map.points = found.points.chunks(2).map(|pair| (round(pair[0]), round(pair[1]))).collect();
        Ok(Some(map))
    }

    /// How well the persons are mixed whom this model has never seen: those of the target who are judged in turn and are in
    /// no source. `None` under two of them.
    async fn strangers(&self, place: &Fold, model: &Model, run: &Run<'_>) -> Result<Option<Mixing>> {
        let known = self.sides(Direction::Forward)?;
        let seen = |name: &str| known.sources.iter().any(|source| bare(&source.domain) == name);
        let mut people = Vec::new();
        for (_, sides) in self.persons.iter().filter(|(name, _)| !seen(name)) {
            let of = sides.folds.iter().find(|fold| (fold.repeat, fold.fold) == (place.repeat, place.fold));
            // Scaled by this person's own rows, as the persons are whom it learned from.
            people.extend(of.map(|fold| Cohort { side: Side::Source, ..sides.evaluated(fold) }));
        }
        let each = people.iter().map(Cohort::len).min().unwrap_or(0).min(MIXED / people.len().max(1));
        if people.len() < 2 || each == 0 {
            return Ok(None);
        }
        let mut features = Vec::new();
        for (number, cohort) in people.iter().enumerate() {
            let Some(all) = representation(model, cohort, run).await? else { return Ok(None) };
            let mut rows = Rng::child(self.seed("map", 0), "strangers", number).permutation(cohort.len());
            rows.truncate(each);
            features.extend(all.gather(&rows));
        }
        Ok(self.mixing(&features, people.len(), each))
    }

    /// How well the domains are mixed whose rows, equally many, stand one domain after the other.
    fn mixing(&self, features: &[f32], domains: usize, each: usize) -> Option<Mixing> {
        if domains < 2 {
            return None;
        }
        let near = Neighbourhoods::of(features, domains * each, each)?;
        let mut of: Vec<usize> = (0..domains * each).map(|row| row / each).collect();
        let perplexity = near.perplexity(&of, domains);
        Rng::child(self.seed("map", 0), "shuffled", 0).shuffle(&mut of);
        let shuffled = near.perplexity(&of, domains);
        Some(Mixing { domains: domains as u32, neighbours: each as u32, perplexity, shuffled })
    }
}

/// Writes down what is known of these rows.
fn label(map: &mut FeatureMap, cohort: &Cohort, rows: &[usize]) {
    for &row in rows {
        let (class, value) = match &cohort.y {
            Some(Labels::Classes { names, codes, .. }) => {
                let code = codes.get(row).copied().flatten();
                (code.and_then(|code| names.get(code as usize)).cloned(), None)
            }
            Some(Labels::Values { values, .. }) => (None, values.get(row).copied().filter(|v| v.is_finite())),
            _ => (None, None),
        };
        map.class.push(class);
        map.value.push(value);
    }
}
