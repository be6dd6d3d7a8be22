//! Time-to-event labels are recognised and refused: a row that left the study early is neither class, and learning it
//! as one is biased by who was followed for how long.

use super::names::{levels, words};
use crate::error::{Code, Result};
use crate::table::{Kind, Table};

/// The partner that makes a column half of a time-to-event label: `death` gives `d.time`. `None` for an outcome at a
/// fixed time (death in hospital, within 30 days) and for everything else.
pub fn looks(table: &Table, column: &str) -> Option<String> {
    let at = table.column(column)?;
    let is_time = |name: &str| survival_time(name);
    let numeric = |name: &str| table.column(name).is_some_and(|column| column.kind == Kind::Number);
    let binary =
        |name: &str| table.column(name).is_some_and(|column| levels(column, 3).is_some_and(|few| few.len() <= 3));
    let others = || table.columns.iter().map(|other| other.name.as_str()).filter(|other| *other != column);
    match (is_time(column), event_name(column)) {
        (Time::Sure | Time::Bare, _) if at.kind == Kind::Number && !binary(column) => {
            others().find(|other| event_name(other) && binary(other)).map(str::to_owned)
        }
        (_, true) if binary(column) => others()
            .filter(|other| numeric(other) && !binary(other))
            .find(|other| match is_time(other) {
                Time::Sure | Time::Bare => true,
                Time::No => same_stem(column, other),
            })
            .map(str::to_owned),
        _ => None,
    }
}

/// Refuses a label that [`looks`] like half of a time-to-event outcome, unless the person has said that all rows
/// reached the same fixed time.
///
/// # Errors
/// [`Code::SurvivalLabel`] with the file, the column and the partner.
pub fn refuse(table: &Table, column: &str, accept_fixed_horizon: bool) -> Result<()> {
    match looks(table, column) {
        Some(partner) if !accept_fixed_horizon => Err(Code::SurvivalLabel
            .err()
            .file(&table.name)
            .column(column)
            .with("found", format!("{column} + {partner}"))),
        _ => Ok(()),
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Time {
    Sure,
    Bare,
    No,
}

/// Whether a name says "time until something, or until the last visit".
fn survival_time(name: &str) -> Time {
    let words = words(name);
    let whole = words.concat();
    const SURE: [&str; 22] = [
        "dtime",
        "futime",
        "followup",
        "followuptime",
        "followupdays",
        "followupmonths",
        "fuptime",
        "survivaltime",
        "survtime",
        "timetoevent",
        "timetodeath",
        "tte",
        "ostime",
        "pfstime",
        "dfstime",
        "rfstime",
        "daystodeath",
        "survivalmonths",
        "survivaldays",
        "overallsurvival",
        "eventtime",
        "daystolastfollowup",
    ];
    let scale = words.iter().any(|w| matches!(w.as_str(), "time" | "months" | "days" | "years" | "month" | "day"));
    let curve = words.iter().any(|w| matches!(w.as_str(), "os" | "pfs" | "dfs" | "rfs" | "efs" | "dss" | "survival"));
    if SURE.contains(&whole.as_str()) || (scale && curve) || (whole.contains("timeto") && words.len() > 2) {
        Time::Sure
    } else if whole == "time" || whole == "survival" || curve && words.len() == 1 {
        Time::Bare
    } else {
        Time::No
    }
}

/// Whether a name says "it happened by the last visit", with no horizon in it.
fn event_name(name: &str) -> bool {
    let words = words(name);
    let fixed = words.iter().any(|word| {
        word.contains("hosp") || word == "icu" || word == "discharge" || word.bytes().any(|b| b.is_ascii_digit())
    });
    const EVENTS: [&str; 18] = [
        "status",
        "event",
        "death",
        "dead",
        "died",
        "censor",
        "censored",
        "censoring",
        "vital",
        "deceased",
        "fustat",
        "relapse",
        "progression",
        "deathevent",
        "os",
        "pfs",
        "dfs",
        "rfs",
    ];
    let smoking =
        words.iter().any(|w| matches!(w.as_str(), "smoking" | "marital" | "performance" | "er" | "pr" | "her2"));
    !fixed && !smoking && words.iter().any(|word| EVENTS.contains(&word.as_str()))
}

/// `OS` and `OS.time`, `pfs_event` and `pfs_days`: one stem, and the other is a length of time.
fn same_stem(event: &str, time: &str) -> bool {
    let (event, time) = (words(event), words(time));
    let scale = time.last().is_some_and(|w| matches!(w.as_str(), "time" | "months" | "days" | "years"));
    scale && time.len() > 1 && event.first() == time.first()
}
