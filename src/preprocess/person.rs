//! One person of the target at a time: that person's rows are judged, and the source is everybody else.

use super::cohorts::{Cohorts, Origin};
use super::finding::Finding;
use crate::cohort::Cohort;
use crate::error::{Code, Result};
use serde::{Deserialize, Serialize};

/// Who is judged.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OnePerson {
    /// Whose results are shown in full; absent: the first one of the target.
    #[serde(default)]
    pub name: Option<String>,
    /// Whether every other person of the target is judged too, each with a source without that person.
    #[serde(default)]
    pub each: bool,
}

/// The name without the file that several files put before it.
pub fn bare(site: &str) -> &str {
    site.rsplit_once(": ").map_or(site, |(_, name)| name)
}

/// The persons who have labelled rows in the target, in the order of the tables.
pub fn persons(cohorts: &Cohorts) -> Vec<String> {
    let Origin { train, test, site, .. } = &cohorts.origin;
    let mut rows: Vec<usize> = train.iter().chain(test).copied().collect();
    rows.sort_unstable();
    let mut names: Vec<String> = Vec::new();
    for name in rows.iter().filter_map(|&row| site.get(row)).map(|site| bare(site)) {
        if names.last().is_none_or(|last| last != name) && !names.iter().any(|known| known == name) {
            names.push(name.to_owned());
        }
    }
    names
}

/// The cohorts of one person, who is in no source.
///
/// # Errors
/// [`Code::Unknown`] where the target has no such person; [`Code::TooFewRows`] where nobody else is in the source.
pub fn only(cohorts: &Cohorts, name: &str) -> Result<Cohorts> {
    let known = persons(cohorts);
    if !known.iter().any(|known| known == name) {
        return Err(Code::Unknown.err().with("name", name).with("known", known.join(", ")));
    }
    let of = |rows: &[usize]| -> (Vec<usize>, Vec<usize>) {
        let own = |row: &usize| cohorts.origin.site.get(*row).is_some_and(|site| bare(site) == name);
        let places = (0..rows.len()).filter(|&at| own(&rows[at]));
        places.map(|at| (at, rows[at])).unzip()
    };
    let sources: Vec<Cohort> = cohorts.sources.iter().filter(|source| bare(&source.domain) != name).cloned().collect();
    if sources.is_empty() && !cohorts.sources.is_empty() {
        return Err(Code::TooFewRows.err().with("found", 0).with("needed", 1).with("what", "source"));
    }
    let mut findings = cohorts.findings.clone();
    let left_out: usize = cohorts.sources.iter().filter(|source| bare(&source.domain) == name).map(Cohort::len).sum();
    if left_out > 0 {
        findings.push(Finding::note("person_left_out").with("person", name).with("rows", left_out));
    }
    let [train, test, unlabelled] =
        [&cohorts.origin.train, &cohorts.origin.test, &cohorts.origin.unlabelled].map(|r| of(r));
    let some = |cohort: &Option<Cohort>, rows: &[usize]| {
        let own = |cohort: &Cohort| Cohort { domain: name.to_owned(), ..cohort.select(rows) };
        cohort.as_ref().map(own).filter(|cohort| !cohort.is_empty())
    };
    Ok(Cohorts {
        sources,
        target: Cohort { domain: name.to_owned(), ..cohorts.target.select(&train.0) },
        test: some(&cohorts.test, &test.0),
        unlabelled: some(&cohorts.unlabelled, &unlabelled.0),
        findings,
        origin: Origin { train: train.1, test: test.1, unlabelled: unlabelled.1, site: cohorts.origin.site.clone() },
    })
}
