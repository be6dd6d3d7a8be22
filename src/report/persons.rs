//! Every person of the target in turn: what each was forecast with, and the ratio of two methods over people.

use serde::{Deserialize, Serialize};

use crate::metrics::Metric;

/// The table of persons.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Persons {
    /// The metric of every number here.
    pub metric: Metric,
    /// The methods, in the order of the values.
    pub methods: Vec<String>,
    /// The persons: the one who is shown in full first.
    pub people: Vec<OneOfThem>,
    /// Mean and standard deviation (n − 1) over persons, a method each.
    pub summary: Vec<(f64, Option<f64>)>,
    /// The transferred procedure against every other method.
    pub ratios: Vec<Ratio>,
}

/// One person.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OneOfThem {
    /// The name.
    pub name: String,
    /// Rows that were judged.
    pub rows: u32,
    /// Each method's metric, mean over repeats; absent where it is undefined.
    pub values: Vec<Option<f64>>,
}

/// One procedure's metric over another's, person by person.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Ratio {
    /// The method below the line.
    pub against: String,
    /// Persons with both.
    pub people: u32,
    /// The mean of the ratios.
    pub ratio: f64,
    /// Its 95 % interval: Student's t over persons; absent under two.
    pub interval: Option<(f64, f64)>,
    /// Persons for whom the transferred procedure is the better.
    pub better: u32,
}

impl Persons {
    /// A line a person, under its head.
    pub fn lines(&self) -> (Vec<String>, Vec<Vec<String>>) {
        let head = ["person", "rows"].map(str::to_owned).into_iter().chain(self.methods.iter().cloned()).collect();
        let line = |one: &OneOfThem| {
            let values = one.values.iter().map(|value| value.map_or(String::new(), |v| v.to_string()));
            [one.name.clone(), one.rows.to_string()].into_iter().chain(values).collect()
        };
        (head, self.people.iter().map(line).collect())
    }
}
