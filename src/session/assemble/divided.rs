//! How the target was divided by time or site, and what each site gave.

use std::collections::BTreeMap;

use super::Bench;
use crate::cohort::Labels;
use crate::math::stats::mean;
use crate::plan::Split;
use crate::report::designs::{Divided, OneSite};

impl Bench<'_> {
    /// `None` for cross-validation and for rows that are marked as test.
    pub(super) fn divided(&self, transfer: usize, baseline: usize) -> Option<Divided> {
        let (split, sides) = (self.prepared.plan.split, self.sides);
        let by_time = sides.until.is_some();
        if !by_time && sides.sites.is_empty() {
            return None;
        }
        let train = mean(&self.places().map(|place| place.train.len() as f64).collect::<Vec<_>>());
        Some(Divided {
            split: if by_time { Split::Temporal } else { split },
            train: train as u32,
            test: sides.judged().len() as u32,
            until: sides.until.clone(),
            sites: sides.sites.iter().enumerate().map(|(at, name)| self.site(at, name, transfer, baseline)).collect(),
        })
    }

    fn site(&self, at: usize, name: &str, transfer: usize, baseline: usize) -> OneSite {
        let metric = self.prepared.plan.metric;
        let rows: Vec<usize> = (0..self.sides.site.len()).filter(|&row| self.sides.site[row] as usize == at).collect();
        let events = match &self.sides.target.y {
            Some(Labels::Classes { names, event, codes }) if names.len() == 2 => {
                let is = |row: &&usize| codes.get(**row).copied().flatten() == Some(*event as u32);
                Some(rows.iter().filter(is).count() as u32)
            }
            _ => None,
        };
        let values = |method: usize| -> BTreeMap<usize, f64> {
            let of = self.places().zip(&self.judged[method]).filter(|(place, _)| place.fold == at);
            of.filter_map(|(place, j)| Some((place.repeat, metric.compute(j.truth(), &j.prediction)?))).collect()
        };
        let (a, b) = (values(transfer), values(baseline));
        let over = |values: Vec<f64>| (!values.is_empty()).then(|| mean(&values));
        OneSite {
            site: name.to_owned(),
            n: rows.len() as u32,
            events,
            transfer: over(a.values().copied().collect()),
            baseline: over(b.values().copied().collect()),
            gain: over(a.iter().filter_map(|(r, a)| Some(metric.gain(*a, *b.get(r)?))).collect()),
        }
    }
}
