//! What is drawn: patients, with all their rows, from each stratum as many as it holds.

use crate::rng::Rng;
use std::collections::BTreeMap;

/// The units of a resample.
#[derive(Debug, Clone, PartialEq)]
pub struct Units {
    /// The rows of each unit.
    rows: Vec<Vec<u32>>,
    /// The units of each stratum; one stratum holds all where nothing is stratified.
    strata: Vec<Vec<u32>>,
    n: usize,
}

impl Units {
    /// Each of `n` rows its own unit; with `clusters` (a patient's or family's number for each row), rows of one number
    /// together. Units stand in the order of their numbers.
    pub fn new(n: usize, clusters: Option<&[u32]>) -> Self {
        let mut by_id: BTreeMap<u64, Vec<u32>> = BTreeMap::new();
        for row in 0..n {
            let id = clusters.and_then(|c| c.get(row)).map_or(row as u64, |&c| u64::from(c));
            by_id.entry(id).or_default().push(row as u32);
        }
        let rows: Vec<Vec<u32>> = by_id.into_values().collect();
        let strata = vec![(0..rows.len() as u32).collect()];
        Self { rows, strata, n }
    }

    /// Draws within strata, so that each resample has as many units of each as the data. With the class as `of`, the
    /// number of events is fixed, as in a case–control study; leave it out where the events came as they came. A unit
    /// whose rows differ belongs to its largest.
    pub fn stratified(mut self, of: &[u32]) -> Self {
        let mut strata: BTreeMap<u32, Vec<u32>> = BTreeMap::new();
        for (unit, rows) in self.rows.iter().enumerate() {
            let stratum = rows.iter().filter_map(|&r| of.get(r as usize)).max().copied().unwrap_or(0);
            strata.entry(stratum).or_default().push(unit as u32);
        }
        self.strata = strata.into_values().collect();
        self
    }

    /// Units.
    pub fn len(&self) -> usize {
        self.rows.len()
    }
    /// Without units.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }
    /// Rows.
    pub fn n(&self) -> usize {
        self.n
    }
    /// The rows of each unit.
    pub fn rows(&self) -> &[Vec<u32>] {
        &self.rows
    }

    /// One resample: how often each row was drawn.
    pub fn draw(&self, rng: &mut Rng, weights: &mut [u32]) {
        weights.fill(0);
        for stratum in &self.strata {
            for _ in 0..stratum.len() {
                for &row in &self.rows[stratum[rng.below(stratum.len())] as usize] {
                    weights[row as usize] += 1;
                }
            }
        }
    }

    /// A given resample of units, as counts of rows.
    pub fn given(&self, units: &[u32], weights: &mut [u32]) {
        weights.fill(0);
        for &unit in units {
            for &row in self.rows.get(unit as usize).into_iter().flatten() {
                weights[row as usize] += 1;
            }
        }
    }

    /// All rows once, without the units of one of `of` groups. Units are dealt to groups in turn.
    pub fn without(&self, group: usize, of: usize, weights: &mut [u32]) {
        weights.fill(1);
        for unit in self.rows.iter().skip(group).step_by(of.max(1)) {
            for &row in unit {
                weights[row as usize] = 0;
            }
        }
    }
}
