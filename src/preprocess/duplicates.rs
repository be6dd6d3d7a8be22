//! Patients who are in both tables: learning from them in the source is learning the target's answers.

use super::finding::Finding;
use super::names::plain;
use crate::cohort::Cohort;
use crate::rng::mix;
use std::collections::{BTreeSet, HashMap};

/// What identifies the rows of one table.
pub(super) struct Names<'a> {
    /// The identifier's column.
    pub column: Option<&'a str>,
    /// The identifiers.
    pub id: &'a [String],
    /// The group's column and the groups.
    pub group: Option<(&'a str, &'a [Option<String>])>,
    /// The compounds' InChIKeys, whatever role their column has: a structure is what it is.
    pub compounds: Option<&'a [Option<String>]>,
}

/// The column of the compounds' names by structure.
pub(super) const INCHIKEY: &str = "inchikey";

/// The rows of `source` whose patient is in `target`, and what to say of them.
///
/// By identifier where both have one of the same name that is no local numbering (1, 2, 3 … of both hospitals are not
/// the same persons), by group likewise; else by equal rows, where a row holds enough to tell persons apart.
pub(super) fn in_both(
    source: &Cohort,
    source_names: &Names<'_>,
    target: &Cohort,
    target_names: &Names<'_>,
    file: &str,
) -> (Vec<usize>, Vec<Finding>) {
    let mut shared: BTreeSet<usize> = BTreeSet::new();
    let mut findings = Vec::new();
    let mut by_name = false;
    let ids = |names: &Names<'_>| -> Option<(String, Vec<Option<String>>)> {
        names.column.map(|column| (column.to_owned(), names.id.iter().cloned().map(Some).collect()))
    };
    let groups = |names: &Names<'_>| names.group.map(|(column, groups)| (column.to_owned(), groups.to_vec()));
    let known = |names: &Names<'_>| {
        let compounds = names.compounds.map(|compounds| (INCHIKEY.to_owned(), compounds.to_vec()));
        let by_role = [ids(names), groups(names)].into_iter().flatten();
        let by_role = by_role.filter(|named| compounds.is_none() || plain(&named.0) != INCHIKEY).collect::<Vec<_>>();
        compounds.clone().into_iter().chain(by_role).collect::<Vec<_>>()
    };
    // A name may stand for one row on one side and for several on the other.
    let (mine, theirs) = (known(source_names), known(target_names));
    for (mine, theirs) in mine.iter().flat_map(|mine| theirs.iter().map(move |theirs| (mine, theirs))) {
        let ((mine_column, mine), (theirs_column, theirs)) = (mine, theirs);
        // Two compounds of one scaffold are not one compound.
        if plain(mine_column) != plain(theirs_column) || plain(mine_column).contains("scaffold") {
            continue;
        }
        if local(mine) || local(theirs) {
            continue;
        }
        by_name = true;
        let known: BTreeSet<&str> = theirs.iter().flatten().map(String::as_str).collect();
        let rows: Vec<usize> =
            (0..mine.len()).filter(|&row| mine[row].as_deref().is_some_and(|name| known.contains(name))).collect();
        if !rows.is_empty() {
            let compound = plain(mine_column) == INCHIKEY;
            let key = if compound { "compounds_in_both" } else { "patients_in_both" };
            findings.push(Finding::warning(key).file(file).column(mine_column).with("rows", rows.len()));
        }
        shared.extend(rows);
    }
    if !by_name {
        let rows = equal_rows(source, target);
        if !rows.is_empty() {
            findings.push(Finding::warning("rows_in_both").file(file).with("rows", rows.len()));
        }
        shared.extend(rows);
    }
    (shared.into_iter().collect(), findings)
}

/// A numbering of the file's own: whole numbers that lie dense.
fn local(names: &[Option<String>]) -> bool {
    let numbers: Option<BTreeSet<i64>> = names.iter().flatten().map(|name| name.parse().ok()).collect();
    let Some(numbers) = numbers else { return false };
    match (numbers.first(), numbers.last()) {
        (Some(&first), Some(&last)) => last.saturating_sub(first) < 3 * numbers.len() as i64 + 30,
        _ => true,
    }
}

/// Rows of the source that equal a row of the target in every feature, where chance does not explain it.
///
/// A row's information is the sum of −log2 of its values' frequencies; a source of n rows is expected to hold
/// n × 2^−bits accidental copies of it. A target row takes part where that is under 1/8. If all these rows together have
/// no more than three times the copies that are expected, only those stay that stand up to the number of target rows
/// as well.
fn equal_rows(source: &Cohort, target: &Cohort) -> Vec<usize> {
    let (hash, bits) = fingerprints(&[source, target]);
    let (Some(from), Some(to), Some(bits)) = (hash.first(), hash.get(1), bits.get(1)) else { return Vec::new() };
    let rows_over = |needed: f64| -> (Vec<usize>, f64) {
        let rows = to.iter().zip(bits).filter(|(_, bits)| **bits > needed);
        let telling: BTreeSet<u64> = rows.clone().map(|(hash, _)| *hash).collect();
        let expected = rows.map(|(_, bits)| from.len() as f64 * libm::exp2(-bits)).sum();
        ((0..from.len()).filter(|&row| telling.contains(&from[row])).collect(), expected)
    };
    let one_row = libm::log2(from.len().max(1) as f64) + MARGIN;
    let (rows, expected) = rows_over(one_row);
    if rows.len() as f64 > 3.0 * expected { rows } else { rows_over(one_row + libm::log2(to.len().max(1) as f64)).0 }
}

/// Of each row of each cohort a hash of all values and the information in them (bits).
fn fingerprints(cohorts: &[&Cohort]) -> (Vec<Vec<u64>>, Vec<Vec<f64>>) {
    let features = cohorts.first().map_or(0, |cohort| cohort.x.features().len());
    let mut hash: Vec<Vec<u64>> = cohorts.iter().map(|cohort| vec![FNV; cohort.len()]).collect();
    let mut bits: Vec<Vec<f64>> = cohorts.iter().map(|cohort| vec![0.0; cohort.len()]).collect();
    let all: usize = cohorts.iter().map(|cohort| cohort.len()).sum();
    for feature in 0..features {
        let mut count: HashMap<u32, u32> = HashMap::new();
        for cohort in cohorts {
            cohort.x.column(feature).for_each(|v| *count.entry(rounded(v)).or_default() += 1);
        }
        // How often another row has the value: a row's own copy proves nothing about chance.
        let others = |v: &u32| count.get(v).map_or(1, |count| count.saturating_sub(1).max(1));
        for ((cohort, hash), bits) in cohorts.iter().zip(&mut hash).zip(&mut bits) {
            for ((v, hash), bits) in cohort.x.column(feature).map(rounded).zip(hash).zip(bits) {
                *hash = mix(*hash, u64::from(v));
                if v != MISSING {
                    *bits -= libm::log2(f64::from(others(&v)) / all as f64);
                }
            }
        }
    }
    (hash, bits)
}

/// Bits beyond one expected accidental copy.
const MARGIN: f64 = 3.0;
const FNV: u64 = 0xcbf2_9ce4_8422_2325;
const MISSING: u32 = f32::NAN.to_bits();

/// A value without the last bits, which a unit's factor may change.
fn rounded(v: f32) -> u32 {
    if v.is_nan() {
        MISSING
    } else if v == 0.0 {
        0
    } else {
        (v.to_bits().wrapping_add(16)) & !31
    }
}

/// How many rows of a cohort repeat an earlier row in every feature, where the features can tell persons apart.
pub(super) fn repeated_rows(cohort: &Cohort) -> usize {
    let needed = 2.0 * libm::log2(cohort.len().max(1) as f64) + MARGIN;
    let (hash, bits) = fingerprints(&[cohort]);
    let rows = hash.into_iter().flatten().zip(bits.into_iter().flatten()).filter(|(_, bits)| *bits > needed);
    let rows: Vec<u64> = rows.map(|(hash, _)| hash).collect();
    rows.len() - rows.iter().collect::<BTreeSet<_>>().len()
}
