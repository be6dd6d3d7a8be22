//! A long table of readings (person, time, glucose, carbohydrate, insulin) made into rows that a forecast is learned from:
//! each row is the history up to one moment, and the label is what is read a horizon later.
//!
//! The steps are those of De Bois, El Yacoubi & Ammi (arXiv 2006.15940, section 3, and their released preprocessing):
//! whole days on a regular grid (readings averaged, amounts summed), gaps in the history of a window filled from that
//! history alone, windows whose label was not read left out. Scaling is no part of it: it is learned from training rows.

use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

use super::column::{Column, Data};
use super::dates::civil_text;
use super::format::Note;
use super::frame::Table;
use super::options::Kind;
use super::spikes::spikes;
use crate::error::{Code, Result};

/// mg/dL in one mmol/L of glucose (its molar mass is 180.16 g/mol).
pub const MG_PER_MMOL: f64 = 18.016;
/// Under this median a person's glucose is in mmol/L, above it in mg/dL: no living person's median is near 30 of either.
const UNIT_BORDER: f64 = 30.0;
const MINUTES: f64 = 1440.0;
/// The number of windows from which on [`Table::windows_suggested`] leaves some out.
const MANY: usize = 60_000;

/// The unit in which glucose was written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum GlucoseUnit {
    /// Milligrams in a decilitre.
    #[default]
    MgDl,
    /// Millimoles in a litre: multiplied by 18.016.
    MmolL,
}

/// How a long table becomes windows.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Windows {
    /// The column that names the person; absent: all rows are one person's.
    #[serde(default)]
    pub person: Option<String>,
    /// The column of times.
    pub time: String,
    /// The column that is forecast: averaged over a step, its gaps filled inside a window.
    pub value: String,
    /// Its unit; rows are in mg/dL whatever it is.
    #[serde(default)]
    pub unit: GlucoseUnit,
    /// Columns of amounts (carbohydrate, insulin): summed over a step, missing is none.
    #[serde(default)]
    pub amounts: Vec<String>,
    /// Minutes between two steps of the grid.
    pub step: u32,
    /// Minutes of history in a row.
    pub history: u32,
    /// Minutes from the last reading of the history to the one that is forecast.
    pub horizon: u32,
    /// A row every so many steps; 1 is every one.
    #[serde(default = "one")]
    pub every: u32,
    /// The last days of each person, with readings, that are marked as test; 0 marks none.
    #[serde(default)]
    pub test_days: u32,
    /// Whether readings that leap away and straight back are taken out ([`spikes`](super::spikes)).
    #[serde(default)]
    pub spikes: bool,
}

fn one() -> u32 {
    1
}

impl Windows {
    /// The name of the column that is forecast.
    pub fn label(&self) -> String {
        format!("{} in {} min", self.value, self.horizon)
    }
    /// The steps of a history.
    pub fn steps(&self) -> usize {
        (self.history / self.step.max(1)) as usize
    }
    /// The name of a series' column so many minutes before the moment of the forecast.
    pub fn lagged(series: &str, minutes: u32) -> String {
        format!("{series} {minutes} min ago")
    }
    /// The column of persons in the rows.
    pub const PERSON: &'static str = "person";
    /// The column of days in the rows: the day of the label.
    pub const DAY: &'static str = "day";
    /// The column of moments in the rows: when the forecast is made.
    pub const MOMENT: &'static str = "time";
    /// The column that says which rows are tested.
    pub const SET: &'static str = "set";

    /// The series and minutes of a column's name, if it is one of a history.
    pub fn lag(name: &str) -> Option<(&str, u32)> {
        let (series, minutes) = name.strip_suffix(" min ago")?.rsplit_once(' ')?;
        Some((series, minutes.parse().ok()?))
    }

    fn check(&self, file: &str) -> Result<()> {
        let whole = |field: &str, value: u32, low: u32, high: u32| {
            if (low..=high).contains(&value) {
                return Ok(());
            }
            let error = Code::OutOfRange.err().file(file).with("field", format!("windows.{field}"));
            Err(error.with("value", value).with("low", low).with("high", high))
        };
        whole("step", self.step, 1, 240)?;
        whole("history", self.history, self.step, 100 * self.step)?;
        whole("horizon", self.horizon, self.step, 100 * self.step)?;
        whole("every", self.every, 1, 288)?;
        for (field, minutes) in [("history", self.history), ("horizon", self.horizon)] {
            if minutes % self.step != 0 {
                let error = Code::WrongType.err().file(file).with("field", format!("windows.{field}"));
                return Err(error.with("value", minutes).with("expected", format!("a multiple of {}", self.step)));
            }
        }
        Ok(())
    }
}

/// One person's readings on the grid.
struct Series {
    /// The number of the first step since 1970.
    first: i64,
    value: Vec<f64>,
    amounts: Vec<Vec<f64>>,
}

/// What was met on the way.
#[derive(Default)]
struct Met {
    unread: usize,
    unordered: usize,
    repeated: usize,
    filled: usize,
    unlabelled: usize,
    empty: usize,
    leaps: usize,
}

impl Table {
    /// The table of windows.
    ///
    /// # Errors
    /// [`Code::NoSuchColumn`]; [`Code::TextInNumbers`] where a column has no times or numbers; [`Code::MixedUnits`] where
    /// persons' readings are not in the unit that was said; [`Code::NoWindows`] where no window has a label;
    /// [`Code::OutOfRange`], [`Code::WrongType`] for impossible settings.
    pub fn windowed(&self, how: &Windows) -> Result<Table> {
        how.check(&self.name)?;
        let mut met = Met::default();
        let people = self.people(how, &mut met)?;
        self.same_unit(how, &people)?;
        let steps = how.steps();
        let ahead = (how.horizon / how.step) as usize;
        let per_day = MINUTES / f64::from(how.step);
        // Each row: person, first step of the history.
        let mut rows: Vec<(usize, usize)> = Vec::new();
        let mut names = Vec::new();
        let mut short = Vec::new();
        let mut set: Vec<bool> = Vec::new();
        let day_of = |series: &Series, at: usize| ((series.first + at as i64) as f64 / per_day + 1e-9).floor() as i64;
        for (at, (name, series)) in people.iter().enumerate() {
            names.push(name.clone());
            let mut days = BTreeSet::new();
            let begun = rows.len();
            for start in (0..(series.value.len() + 1).saturating_sub(steps + ahead)).step_by(how.every as usize) {
                let label = start + steps - 1 + ahead;
                if series.value.get(label).is_none_or(|v| v.is_nan()) {
                    met.unlabelled += 1;
                } else if series.value[start..start + steps].iter().all(|v| v.is_nan()) {
                    met.empty += 1;
                } else {
                    rows.push((at, start));
                    days.insert(day_of(series, label));
                }
            }
            if days.len() <= 1 {
                short.push(name.clone());
            }
            let tested: BTreeSet<i64> = days.iter().rev().take(how.test_days as usize).copied().collect();
            set.extend(
                rows[begun..].iter().map(|(_, start)| tested.contains(&day_of(series, start + steps - 1 + ahead))),
            );
        }
        if rows.is_empty() {
            let minutes = how.history + how.horizon;
            return Err(Code::NoWindows.err().file(&self.name).column(&how.value).with("minutes", minutes));
        }
        let of = |&(person, start): &(usize, usize)| (&people[person].1, start);
        let moment = |series: &Series, at: usize| (series.first + at as i64) as f64 / per_day;
        let texts = |name: &str, kind: Kind, cell: &dyn Fn(&(usize, usize)) -> String| {
            Column::of_texts(name, kind, rows.iter().map(cell))
        };
        let label_at = steps - 1 + ahead;
        let mut columns = vec![
            texts(Windows::PERSON, Kind::Category, &|row| names[row.0].clone()),
            texts(Windows::DAY, Kind::Category, &|row| {
                let (series, start) = of(row);
                format!("{} {}", names[row.0], civil_text(day_of(series, start + label_at) as f64, false))
            }),
            texts(Windows::MOMENT, Kind::Date, &|row| {
                let (series, start) = of(row);
                civil_text(moment(series, start + steps - 1), true)
            }),
        ];
        if how.test_days > 0 {
            let word = |test: &bool| (if *test { "test" } else { "train" }).to_owned();
            columns.push(Column::of_texts(Windows::SET, Kind::Category, set.iter().map(word)));
        }
        let filled: Vec<Vec<f32>> = rows
            .iter()
            .map(|row| {
                let (series, start) = of(row);
                let (history, gaps) = filled(&series.value[start..start + steps]);
                met.filled += gaps;
                history
            })
            .collect();
        let minutes = |lag: usize| (steps - 1 - lag) as u32 * how.step;
        for lag in 0..steps {
            let values = filled.iter().map(|history| history.get(lag).map(|v| thousandths(f64::from(*v))));
            columns.push(Column::of_numbers(&Windows::lagged(&how.value, minutes(lag)), values));
        }
        for (which, amount) in how.amounts.iter().enumerate() {
            for lag in 0..steps {
                let values = rows.iter().map(|row| {
                    let (series, start) = of(row);
                    series.amounts.get(which).and_then(|of| of.get(start + lag)).map(|v| thousandths(*v))
                });
                columns.push(Column::of_numbers(&Windows::lagged(amount, minutes(lag)), values));
            }
        }
        let values = rows.iter().map(|row| {
            let (series, start) = of(row);
            series.value.get(start + label_at).map(|v| thousandths(*v))
        });
        columns.push(Column::of_numbers(&how.label(), values));
        let mut notes = self.notes.clone();
        notes.push(Note::new("windows").with("rows", rows.len()).with("persons", people.len()));
        let counted = [
            ("windows_unread", met.unread),
            ("windows_unordered", met.unordered),
            ("windows_repeated", met.repeated),
            ("windows_spikes", met.leaps),
            ("windows_filled", met.filled),
            ("windows_unlabelled", met.unlabelled),
            ("windows_empty", met.empty),
        ];
        notes.extend(counted.iter().filter(|(_, n)| *n > 0).map(|(code, n)| Note::new(code).with("count", n)));
        if !short.is_empty() {
            notes.push(Note::new("windows_one_day").with("persons", listed(&short)));
        }
        Ok(Table { rows: rows.len(), columns, notes, first_row: 2, windows: Some(how.clone()), ..self.bare() })
    }

    /// Each person's readings on the grid of whole days, in the order of first appearance.
    fn people(&self, how: &Windows, met: &mut Met) -> Result<Vec<(String, Series)>> {
        let wanted = |name: &str| self.column(name).ok_or_else(|| self.nearest(name));
        let no_numbers = |column: &Column, found: &str| {
            Code::TextInNumbers.err().file(&self.name).column(&column.name).with("found", found)
        };
        let time = wanted(&how.time)?;
        if time.kind != Kind::Date {
            return Err(no_numbers(time, &time.cell_text(0)).row(self.spreadsheet_row(0)));
        }
        let number = |name: &str| -> Result<&Column> {
            let column = wanted(name)?;
            let Data::Numbers(_) = &column.data else {
                return Err(no_numbers(column, &column.cell_text(0)).row(self.spreadsheet_row(0)));
            };
            Ok(column)
        };
        let factor = if how.unit == GlucoseUnit::MmolL { MG_PER_MMOL } else { 1.0 };
        let times = time.numbers();
        let mut values = number(&how.value)?.numbers();
        let amounts = how.amounts.iter().map(|name| Ok(number(name)?.numbers())).collect::<Result<Vec<_>>>()?;
        let person = how.person.as_deref().map(wanted).transpose()?;
        let mut place: BTreeMap<String, usize> = BTreeMap::new();
        let mut people: Vec<(String, Vec<usize>)> = Vec::new();
        for (row, time) in times.iter().enumerate() {
            let name = person.map_or_else(|| "1".to_owned(), |column| column.cell_text(row));
            if name.is_empty() || !time.is_finite() {
                met.unread += 1;
                continue;
            }
            let at = *place.entry(name).or_insert_with_key(|name| {
                people.push((name.clone(), Vec::new()));
                people.len() - 1
            });
            if let Some((_, rows)) = people.get_mut(at) {
                rows.push(row);
            }
        }
        let step = |row: usize| (times[row] * MINUTES / f64::from(how.step) + 1e-6).floor() as i64;
        let per_day = (MINUTES / f64::from(how.step)).round() as i64;
        let mut out = Vec::new();
        for (name, mut rows) in people {
            met.unordered += rows.windows(2).filter(|pair| times[pair[1]] < times[pair[0]]).count();
            rows.sort_by(|&a, &b| times[a].total_cmp(&times[b]));
            let same = |a: &usize, b: &usize| {
                let equal = |of: &Vec<f64>| of[*a].to_bits() == of[*b].to_bits();
                times[*a] == times[*b] && equal(&values) && amounts.iter().all(equal)
            };
            let before = rows.len();
            rows.dedup_by(|a, b| same(a, b));
            met.repeated += before - rows.len();
            if how.spikes {
                let of = |all: &[f64]| -> Vec<f64> { rows.iter().map(|&row| all[row]).collect() };
                for (row, _) in rows.iter().zip(spikes(&of(&times), &of(&values))).filter(|(_, leaps)| *leaps) {
                    values[*row] = f64::NAN;
                    met.leaps += 1;
                }
            }
            let (Some(&begin), Some(&end)) = (rows.first(), rows.last()) else { continue };
            let first = step(begin).div_euclid(per_day) * per_day;
            let last = (step(end).div_euclid(per_day) + 1) * per_day;
            let length = (last - first) as usize;
            let mut sum = vec![0.0; length];
            let mut count = vec![0_u32; length];
            let mut totals = vec![vec![0.0; length]; amounts.len()];
            for &row in &rows {
                let at = (step(row) - first) as usize;
                if values[row].is_finite() {
                    sum[at] += values[row] * factor;
                    count[at] += 1;
                }
                for (total, of) in totals.iter_mut().zip(&amounts) {
                    total[at] += if of[row].is_finite() { of[row] } else { 0.0 };
                }
            }
            let mean = |(sum, count): (&f64, &u32)| if *count > 0 { sum / f64::from(*count) } else { f64::NAN };
            let value = sum.iter().zip(&count).map(mean).collect();
            out.push((name, Series { first, value, amounts: totals }));
        }
        Ok(out)
    }

    /// Every person's readings must be in the unit that was said.
    fn same_unit(&self, how: &Windows, people: &[(String, Series)]) -> Result<()> {
        let odd: Vec<String> = people
            .iter()
            .filter(|(_, series)| median(&series.value).is_some_and(|m| !(UNIT_BORDER..=600.0).contains(&m)))
            .map(|(name, _)| name.clone())
            .collect();
        if odd.is_empty() {
            return Ok(());
        }
        let error = Code::MixedUnits.err().file(&self.name).column(&how.value).with("persons", listed(&odd));
        Err(error.with("unit", if how.unit == GlucoseUnit::MmolL { "mmol/L" } else { "mg/dL" }))
    }

    /// The windows that the table itself suggests: a column of times with a clock, a column called glucose, several
    /// readings of a person; the columns of carbohydrate and insulin where there are any.
    pub fn windows_suggested(&self) -> Option<Windows> {
        let named = |column: &&Column, words: &[&str]| {
            let name = column.name.to_lowercase();
            words.iter().any(|word| name.split(|c: char| !c.is_alphanumeric()).any(|part| part == *word))
                || words.iter().any(|word| word.len() > 4 && name.contains(word))
        };
        let numbers = |column: &&Column| matches!(column.data, Data::Numbers(_));
        let value = self.columns.iter().filter(numbers).find(|column| {
            named(column, &["glucose", "cgm", "bg", "sgv", "glycaemia", "glycemia", "glucosa", "血糖"])
                && Windows::lag(&column.name).is_none()
        })?;
        let time = self.columns.iter().find(|column| column.kind == Kind::Date)?;
        let (times, values) = (time.numbers(), value.numbers());
        let person = self.columns.iter().find(|column| {
            !std::ptr::eq(*column, value)
                && column.kind != Kind::Date
                && named(column, &["subject", "patient", "person", "participant", "id", "患者"])
        });
        // The commonest gap between neighbours that are read.
        let mut gaps: BTreeMap<u32, usize> = BTreeMap::new();
        let mut last: BTreeMap<String, f64> = BTreeMap::new();
        let mut readings = 0;
        for row in 0..self.rows {
            let (t, v) = (times[row], values[row]);
            if !t.is_finite() || !v.is_finite() {
                continue;
            }
            readings += 1;
            let name = person.map_or_else(String::new, |column| column.cell_text(row));
            if let Some(before) = last.insert(name, t) {
                let minutes = ((t - before) * MINUTES).round();
                if (1.0..=60.0).contains(&minutes) {
                    *gaps.entry(minutes as u32).or_default() += 1;
                }
            }
        }
        let (&gap, &often) = gaps.iter().max_by_key(|(_, count)| **count)?;
        if often * 2 < readings || readings < 100 {
            return None;
        }
        // Published: five minutes, whatever is quicker is averaged.
        let step = if gap <= 5 { 5 } else { gap };
        let amounts = self.columns.iter().filter(numbers).filter(|column| {
            named(column, &["cho", "carbs", "carbohydrate", "carbohydrates", "insulin", "bolus", "basal"])
        });
        let steps = readings * gap as usize / step as usize;
        let days: BTreeSet<i64> = times.iter().filter(|t| t.is_finite()).map(|t| t.floor() as i64).collect();
        let of_median = median(&values)?;
        Some(Windows {
            person: person.map(|column| column.name.clone()),
            time: time.name.clone(),
            value: value.name.clone(),
            unit: if of_median < UNIT_BORDER { GlucoseUnit::MmolL } else { GlucoseUnit::MgDl },
            amounts: amounts.map(|column| column.name.clone()).collect(),
            step,
            history: 180 / step * step,
            horizon: (30 / step).max(1) * step,
            every: steps.div_ceil(MANY).clamp(1, 12) as u32,
            test_days: if days.len() >= 20 { 10 } else { (days.len() / 3) as u32 },
            spikes: false,
        })
    }
}

/// Gaps of a history filled from that history alone: between two readings on the line through them, before the first and
/// after the last on the line through the two nearest; one reading is repeated. And how many were filled.
fn filled(history: &[f64]) -> (Vec<f32>, usize) {
    let known: Vec<usize> = (0..history.len()).filter(|&at| !history[at].is_nan()).collect();
    let line = |a: usize, b: usize, at: usize| {
        history[a] + (history[b] - history[a]) * (at as f64 - a as f64) / (b as f64 - a as f64)
    };
    let one = |at: usize| {
        let after = known.partition_point(|&k| k < at);
        match known.as_slice() {
            _ if known.get(after) == Some(&at) => history[at],
            [only] => history[*only],
            [first, second, ..] if after == 0 => line(*first, *second, at),
            [.., before, last] if after == known.len() => line(*before, *last, at),
            many => line(many[after - 1], many[after], at),
        }
    };
    ((0..history.len()).map(|at| one(at) as f32).collect(), history.len() - known.len())
}

fn median(values: &[f64]) -> Option<f64> {
    let mut known: Vec<f64> = values.iter().copied().filter(|v| v.is_finite()).collect();
    let middle = known.len() / 2;
    (!known.is_empty()).then(|| *known.select_nth_unstable_by(middle, f64::total_cmp).1)
}

/// Means over a step have endless decimals; a sensor has none.
fn thousandths(value: f64) -> f64 {
    (value * 1000.0).round() / 1000.0
}

/// The first names, and how many more.
fn listed(names: &[String]) -> String {
    let more = names.len().saturating_sub(5);
    let first = names.iter().take(5).map(String::as_str).collect::<Vec<_>>().join(", ");
    if more > 0 { format!("{first} (+{more})") } else { first }
}
