//! Who trains and who tests: indices only, over labels and groups given as slices.
//!
//! A row's place in the draw is decided by its key, not by its position in the file: with keys made from a row's
//! content or identifier (the `_keyed` forms) the same rows give the same folds in whatever order they stand.
//! Without keys, the position is the key.

use crate::error::{Code, Result};
use crate::rng::{Rng, mix};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// One division of the rows. `train` and `test` are sorted, disjoint row numbers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fold {
    /// Rows to learn from.
    pub train: Vec<usize>,
    /// Rows to be judged on.
    pub test: Vec<usize>,
    /// Which repeat, from 0.
    pub repeat: usize,
    /// Which fold of the repeat, from 0.
    pub fold: usize,
}

/// What a split has to respect. Every slice has one entry for each row of the whole table.
#[derive(Debug, Clone, Copy, Default)]
pub struct Respect<'a> {
    /// Classes, or [`quantile_bins`] of a number: each part gets its share.
    pub strata: Option<&'a [u32]>,
    /// Rows of one group (patient, family, site) stay on one side.
    pub groups: Option<&'a [u32]>,
    /// What identifies a row wherever it stands in the file: a hash of its identifier or content.
    pub keys: Option<&'a [u64]>,
}

impl Respect<'_> {
    fn stratum(&self, row: usize) -> u32 {
        self.strata.and_then(|s| s.get(row)).copied().unwrap_or(0)
    }
    fn key(&self, row: usize) -> u64 {
        self.keys.and_then(|k| k.get(row)).copied().unwrap_or(row as u64)
    }
    /// The units that are drawn: groups, or single rows. Sorted by nothing that depends on the file's order
    /// except ties of equal keys.
    fn units(&self, rows: &[usize]) -> Vec<Unit> {
        match self.groups {
            None => rows.iter().map(|&row| Unit { key: self.key(row), rows: vec![row] }).collect(),
            Some(groups) => {
                let mut by_group: BTreeMap<u32, Unit> = BTreeMap::new();
                for &row in rows {
                    let group = groups.get(row).copied().unwrap_or(u32::MAX);
                    let unit = by_group.entry(group).or_insert(Unit { key: 0, rows: Vec::new() });
                    // A sum: the group's key must not depend on the order of its rows or on its number.
                    unit.key = unit.key.wrapping_add(mix(self.key(row), 1));
                    unit.rows.push(row);
                }
                by_group.into_values().collect()
            }
        }
    }
}

struct Unit {
    key: u64,
    rows: Vec<usize>,
}

/// Repeated stratified (grouped) k-fold over rows 0..`n`.
///
/// Fold sizes differ by one row at most, and so do the counts of each stratum, when there are no groups. With groups,
/// they are placed from the largest to the smallest, each where the strata stay most even (as scikit-learn's
/// `StratifiedGroupKFold` aims for).
///
/// # Errors
/// `out_of_range` for fewer than 2 folds or no repeat, `too_few_rows` when there are fewer rows (groups) than folds.
pub fn k_fold(
    n: usize,
    strata: Option<&[u32]>,
    groups: Option<&[u32]>,
    folds: usize,
    repeats: usize,
    seed: u64,
) -> Result<Vec<Fold>> {
    let rows: Vec<usize> = (0..n).collect();
    k_fold_of(&rows, Respect { strata, groups, keys: None }, folds, repeats, seed)
}

/// As [`k_fold`], over some rows of the table and with keys. The folds hold row numbers of the table.
///
/// # Errors
/// As [`k_fold`].
pub fn k_fold_of(rows: &[usize], respect: Respect<'_>, folds: usize, repeats: usize, seed: u64) -> Result<Vec<Fold>> {
    let units = respect.units(rows);
    check_range("folds", folds, 2, units.len().max(2))?;
    check_range("repeats", repeats, 1, 10_000)?;
    if units.len() < folds {
        return Err(Code::TooFewRows.err().with("found", units.len()).with("needed", folds).with("what", "k-fold"));
    }
    let mut out = Vec::with_capacity(folds * repeats);
    for repeat in 0..repeats {
        let part = partition(&units, &respect, folds, mix(seed, repeat as u64));
        for fold in 0..folds {
            let mut train = Vec::with_capacity(rows.len());
            let mut test = Vec::with_capacity(rows.len() / folds + 1);
            for (unit, &place) in units.iter().zip(&part) {
                if place == fold { &mut test } else { &mut train }.extend_from_slice(&unit.rows);
            }
            train.sort_unstable();
            test.sort_unstable();
            out.push(Fold { train, test, repeat, fold });
        }
    }
    Ok(out)
}

/// The delete-a-group jackknife of some training rows: `train` is what remains, `test` is the group left out.
///
/// # Errors
/// As [`k_fold`].
pub fn jackknife(rows: &[usize], respect: Respect<'_>, groups: usize, repeats: usize, seed: u64) -> Result<Vec<Fold>> {
    k_fold_of(rows, respect, groups, repeats, mix(seed, 0x6a61_636b))
}

/// The fold of every unit.
fn partition(units: &[Unit], respect: &Respect<'_>, folds: usize, seed: u64) -> Vec<usize> {
    let order = shuffled(units, seed, "split");
    let mut place = vec![0; units.len()];
    if respect.groups.is_none() {
        // Deal the strata one after the other without starting again: sizes and shares are both even.
        let mut dealt: Vec<usize> = order;
        dealt.sort_by_key(|&u| units[u].rows.first().map_or(0, |&r| respect.stratum(r)));
        let start = Rng::stream(seed, "split-start").below(folds);
        for (position, &u) in dealt.iter().enumerate() {
            place[u] = (start + position) % folds;
        }
        return place;
    }
    let strata = dense_strata(units, respect);
    let counts: Vec<Vec<f64>> = units
        .iter()
        .map(|unit| {
            let mut count = vec![0.0; strata.len() + 1];
            for &row in &unit.rows {
                if let Ok(s) = strata.binary_search(&respect.stratum(row)) {
                    count[s] += 1.0;
                }
            }
            // The last entry is the size, so that folds are even in rows too.
            count[strata.len()] = unit.rows.len() as f64;
            count
        })
        .collect();
    let total: Vec<f64> = (0..=strata.len()).map(|s| counts.iter().map(|c| c[s]).sum::<f64>().max(1.0)).collect();
    let mut order = order;
    order.sort_by(|&a, &b| units[b].rows.len().cmp(&units[a].rows.len()));
    let mut filled = vec![vec![0.0; strata.len() + 1]; folds];
    for (position, &u) in order.iter().enumerate() {
        // The sum over folds of squared shares is least when the folds are equal; only the chosen fold's term changes.
        let cost = |fold: usize| -> f64 {
            let grown = |s: usize| (filled[fold][s] + counts[u][s]) / total[s];
            let before = |s: usize| filled[fold][s] / total[s];
            (0..=strata.len()).map(|s| grown(s) * grown(s) - before(s) * before(s)).sum()
        };
        // No fold may stay empty: the last units are kept for the empty ones.
        let empty: Vec<usize> = (0..folds).filter(|&f| filled[f][strata.len()] == 0.0).collect();
        let must = order.len() - position <= empty.len();
        let choice: Vec<usize> = if must { empty } else { (0..folds).collect() };
        let best = choice.into_iter().min_by(|&a, &b| cost(a).total_cmp(&cost(b))).unwrap_or(0);
        place[u] = best;
        for (have, add) in filled[best].iter_mut().zip(&counts[u]) {
            *have += add;
        }
    }
    place
}

fn dense_strata(units: &[Unit], respect: &Respect<'_>) -> Vec<u32> {
    let mut strata: Vec<u32> = units.iter().flat_map(|u| u.rows.iter().map(|&r| respect.stratum(r))).collect();
    strata.sort_unstable();
    strata.dedup();
    strata
}

/// The units in a random order that depends on their keys and the seed alone.
fn shuffled(units: &[Unit], seed: u64, name: &str) -> Vec<usize> {
    let salt = Rng::stream(seed, name).next_u64();
    let mut order: Vec<usize> = (0..units.len()).collect();
    order.sort_by_key(|&u| (mix(mix(salt, units[u].key), seed), units[u].key));
    order
}

/// One stratified (grouped) hold-out of about `test_share` of the rows 0..`n`. Each stratum with two rows (two groups)
/// or more is on both sides as far as the groups allow.
///
/// # Errors
/// `out_of_range` for a share outside (0, 1), `too_few_rows` when a side would stay empty.
pub fn hold_out(n: usize, respect: Respect<'_>, test_share: f64, seed: u64) -> Result<Fold> {
    if !(test_share > 0.0 && test_share < 1.0) {
        return Err(Code::OutOfRange
            .err()
            .with("field", "test_share")
            .with("value", test_share)
            .with("low", 0)
            .with("high", 1));
    }
    let rows: Vec<usize> = (0..n).collect();
    let units = respect.units(&rows);
    if units.len() < 2 {
        return Err(Code::TooFewRows.err().with("found", units.len()).with("needed", 2).with("what", "hold-out"));
    }
    let order = shuffled(&units, seed, "hold-out");
    let strata = dense_strata(&units, &respect);
    let mut size = vec![0.0; strata.len()];
    for &row in &rows {
        if let Ok(s) = strata.binary_search(&respect.stratum(row)) {
            size[s] += 1.0;
        }
    }
    let want: Vec<f64> =
        size.iter().map(|&s| if s < 2.0 { s * test_share } else { (s * test_share).clamp(1.0, s - 1.0) }).collect();
    let mut have = vec![0.0; strata.len()];
    let mut test = Vec::new();
    let mut train = Vec::new();
    let largest_first = {
        let mut o = order;
        o.sort_by(|&a, &b| units[b].rows.len().cmp(&units[a].rows.len()));
        o
    };
    for (position, &u) in largest_first.iter().enumerate() {
        let mut add = vec![0.0; strata.len()];
        for &row in &units[u].rows {
            if let Ok(s) = strata.binary_search(&respect.stratum(row)) {
                add[s] += 1.0;
            }
        }
        let miss = |with: f64| -> f64 {
            (0..strata.len()).map(|s| (have[s] + with * add[s] - want[s]) / size[s]).map(|d| d * d).sum()
        };
        let last = position + 1 == units.len();
        let to_test = if last && test.is_empty() {
            true
        } else if last && train.is_empty() {
            false
        } else {
            miss(1.0) < miss(0.0)
        };
        if to_test {
            for (h, a) in have.iter_mut().zip(&add) {
                *h += a;
            }
            test.extend_from_slice(&units[u].rows);
        } else {
            train.extend_from_slice(&units[u].rows);
        }
    }
    train.sort_unstable();
    test.sort_unstable();
    Ok(Fold { train, test, repeat: 0, fold: 0 })
}

/// The latest `test_share` of the rows by time is tested, what came before trains. Equal times stay together, on the
/// training side.
///
/// # Errors
/// `too_few_rows` when a side would stay empty.
pub fn by_time(times: &[f64], test_share: f64) -> Result<Fold> {
    let cut = crate::math::stats::quantile(times, 1.0 - test_share.clamp(0.0, 1.0));
    let (train, test): (Vec<usize>, Vec<usize>) = (0..times.len()).partition(|&row| times[row] <= cut);
    if train.is_empty() || test.is_empty() {
        return Err(Code::TooFewRows.err().with("found", times.len()).with("needed", 2).with("what", "split by time"));
    }
    Ok(Fold { train, test, repeat: 0, fold: 0 })
}

/// One fold for each group, the group left out to be tested; groups in increasing order.
///
/// # Errors
/// `too_few_rows` with fewer than two groups.
pub fn leave_one_group_out(groups: &[u32]) -> Result<Vec<Fold>> {
    let mut ids = groups.to_vec();
    ids.sort_unstable();
    ids.dedup();
    if ids.len() < 2 {
        return Err(Code::TooFewRows
            .err()
            .with("found", ids.len())
            .with("needed", 2)
            .with("what", "leave one group out"));
    }
    Ok(ids
        .iter()
        .enumerate()
        .map(|(fold, id)| {
            let (test, train) = (0..groups.len()).partition(|&row| groups[row] == *id);
            Fold { train, test, repeat: 0, fold }
        })
        .collect())
}

/// Nested subsamples of the training rows for a learning curve, in the order of `sizes`: every size holds each smaller
/// one. Two rows of each stratum come first as far as the size allows (a model cannot be fitted on one class), then
/// each prefix keeps the strata's shares to within a row. `strata` has one entry for each row of the table.
///
/// # Errors
/// `too_few_rows` when a size is larger than `train`; `out_of_range` for a size of 0.
pub fn nested_subsamples(
    train: &[usize],
    strata: Option<&[u32]>,
    sizes: &[usize],
    seed: u64,
) -> Result<Vec<Vec<usize>>> {
    nested_subsamples_of(train, Respect { strata, ..Respect::default() }, sizes, seed)
}

/// As [`nested_subsamples`], with keys. Groups are not used: a curve over n counts rows.
///
/// # Errors
/// As [`nested_subsamples`].
pub fn nested_subsamples_of(
    train: &[usize],
    respect: Respect<'_>,
    sizes: &[usize],
    seed: u64,
) -> Result<Vec<Vec<usize>>> {
    for &size in sizes {
        check_range("n", size, 1, train.len().max(1))?;
        if size > train.len() {
            return Err(Code::TooFewRows
                .err()
                .with("found", train.len())
                .with("needed", size)
                .with("what", "learning curve"));
        }
    }
    let order = nested_order(train, &respect, seed);
    Ok(sizes
        .iter()
        .map(|&size| {
            let mut rows = order.get(..size).unwrap_or(&order).to_vec();
            rows.sort_unstable();
            rows
        })
        .collect())
}

/// The training rows in the order in which a growing cohort would meet them.
fn nested_order(train: &[usize], respect: &Respect<'_>, seed: u64) -> Vec<usize> {
    const FIRST_OF_EACH: usize = 2;
    let single = Respect { groups: None, ..*respect };
    let units = single.units(train);
    let mut waiting: BTreeMap<u32, Vec<usize>> = BTreeMap::new();
    for u in shuffled(&units, seed, "subsample").into_iter().rev() {
        for &row in &units[u].rows {
            waiting.entry(respect.stratum(row)).or_default().push(row);
        }
    }
    let share: BTreeMap<u32, f64> =
        waiting.iter().map(|(&s, rows)| (s, rows.len() as f64 / train.len() as f64)).collect();
    let mut taken: BTreeMap<u32, f64> = waiting.keys().map(|&s| (s, 0.0)).collect();
    let mut order = Vec::with_capacity(train.len());
    for _ in 0..FIRST_OF_EACH {
        for (stratum, rows) in &mut waiting {
            if let Some(row) = rows.pop() {
                order.push(row);
                *taken.entry(*stratum).or_default() += 1.0;
            }
        }
    }
    while order.len() < train.len() {
        let m = (order.len() + 1) as f64;
        let next = waiting.iter().filter(|(_, rows)| !rows.is_empty()).map(|(&s, _)| s).max_by(|a, b| {
            let lack = |s: &u32| share[s] * m - taken[s];
            lack(a).total_cmp(&lack(b)).then(b.cmp(a))
        });
        let Some(stratum) = next else { break };
        if let Some(row) = waiting.get_mut(&stratum).and_then(Vec::pop) {
            order.push(row);
            *taken.entry(stratum).or_default() += 1.0;
        }
    }
    order
}

/// Strata of a number: the bin of each value between the quantiles (type 7) that cut it into `bins` parts.
/// Equal values share a bin. Values that are not finite get a bin of their own.
pub fn quantile_bins(values: &[f64], bins: usize) -> Vec<u32> {
    let finite: Vec<f64> = values.iter().copied().filter(|v| v.is_finite()).collect();
    let bins = bins.max(1);
    let mut cuts: Vec<f64> = (1..bins).map(|b| crate::math::stats::quantile(&finite, b as f64 / bins as f64)).collect();
    cuts.dedup();
    values
        .iter()
        .map(|v| if v.is_finite() { cuts.iter().filter(|&&cut| *v > cut).count() as u32 } else { bins as u32 })
        .collect()
}

fn check_range(field: &str, value: usize, low: usize, high: usize) -> Result<()> {
    if value < low || (value > high && field != "folds" && field != "n") {
        return Err(Code::OutOfRange
            .err()
            .with("field", field)
            .with("value", value)
            .with("low", low)
            .with("high", high));
    }
    Ok(())
}
