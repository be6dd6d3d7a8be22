//! A split by likeness: compounds whose fingerprints are alike stay on one side, as the rows of a patient do.

use super::sides::Sides;
use crate::cohort::{Cohort, FeatureKind};
use crate::error::{Code, Result};
use crate::math::tanimoto::{Bits, butina, with_neighbour_elsewhere};
use crate::preprocess::Finding;
use crate::table::{FEWEST_BITS, fingerprint};
use std::collections::BTreeMap;

/// Groups the target's rows by Butina's clusters at this Tanimoto coefficient, together with the groups that there are.
/// Says how many clusters there are and what they leave alike across groups.
///
/// # Errors
/// [`Code::NoFingerprint`] where no columns are bits.
pub(super) fn group(least: f64, sides: &mut Sides, findings: &mut Vec<Finding>) -> Result<()> {
    let columns = columns_of_bits(&sides.target);
    if columns.is_empty() {
        return Err(Code::NoFingerprint.err().with("needed", FEWEST_BITS));
    }
    let rows = bits(&sides.target, &columns);
    let clusters = butina(&rows, least);
    let mut sizes: BTreeMap<u32, usize> = BTreeMap::new();
    clusters.iter().for_each(|cluster| *sizes.entry(*cluster).or_default() += 1);
    let groups = match &sides.target.group {
        Some(group) => both(&clusters, group),
        None => clusters,
    };
    let close = with_neighbour_elsewhere(&rows, &groups, least);
    let note = Finding::note("similarity_clusters").with("clusters", sizes.len()).with("rows", rows.len());
    let largest = sizes.values().copied().max().unwrap_or(0);
    findings.push(note.with("largest", largest).with("least", least).with("close", close));
    sides.target.group = Some(groups);
    // Rows that are marked as test stay as they are, alike or not: how many are, is told.
    if let Some(test) = &sides.test {
        let marked = bits(test, &columns);
        let near = marked.iter().filter(|one| rows.iter().any(|other| one.alike(other, least))).count();
        let warning = Finding::warning("similarity_marked").with("rows", marked.len());
        findings.push(warning.with("close", near).with("least", least));
    }
    Ok(())
}

/// The columns of the target's fingerprint. What is no molecule has no bits: its cells are missing.
fn columns_of_bits(cohort: &Cohort) -> Vec<usize> {
    let features = cohort.x.features();
    let is_bit = |at: usize| {
        let mut known = cohort.x.column(at).filter(|value| !value.is_nan()).peekable();
        let number = features.get(at).is_some_and(|feature| feature.kind == FeatureKind::Number);
        number && known.peek().is_some() && known.all(|value| value == 0.0 || value == 1.0)
    };
    fingerprint(features.iter().map(|feature| feature.name.as_str()), is_bit)
}

fn bits(cohort: &Cohort, columns: &[usize]) -> Vec<Bits> {
    let mut on: Vec<Vec<usize>> = vec![Vec::new(); cohort.len()];
    for (bit, &column) in columns.iter().enumerate() {
        for (row, value) in cohort.x.column(column).enumerate() {
            if value == 1.0
                && let Some(on) = on.get_mut(row)
            {
                on.push(bit);
            }
        }
    }
    on.into_iter().map(|on| Bits::from_on(on, columns.len())).collect()
}

/// Groups that hold both groupings: rows that either of them ties are together.
fn both(one: &[u32], other: &[u32]) -> Vec<u32> {
    // Each row points to an earlier one of its group; the first of a group points to itself.
    let mut parent: Vec<usize> = (0..one.len()).collect();
    fn root(parent: &mut [usize], mut row: usize) -> usize {
        while parent[row] != row {
            parent[row] = parent[parent[row]];
            row = parent[row];
        }
        row
    }
    for grouping in [one, other] {
        let mut first: BTreeMap<u32, usize> = BTreeMap::new();
        for (row, group) in grouping.iter().enumerate().take(one.len()) {
            let known = *first.entry(*group).or_insert(row);
            let (a, b) = (root(&mut parent, known), root(&mut parent, row));
            parent[a.max(b)] = a.min(b);
        }
    }
    (0..one.len()).map(|row| root(&mut parent, row) as u32).collect()
}
