//! What forecasts of glucose are worth clinically: the judged series, and where each forecast stands in the error grids.
//! Research only: nothing here is for dosing.

use serde::{Deserialize, Serialize};

/// The judged rows of one person, in the order of time.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Glucose {
    /// Minutes between two judged rows.
    pub step: u32,
    /// Minutes ahead.
    pub horizon: u32,
    /// Whose.
    pub person: String,
    /// When each value was read: minutes since 1970-01-01, by the wall clock.
    pub minutes: Vec<i64>,
    /// What was read, in mg/dL.
    pub truth: Vec<f64>,
    /// The methods, in the order of the comparison.
    pub methods: Vec<OneMethod>,
}

/// One method's forecasts of the first repeat.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OneMethod {
    /// The method.
    pub id: String,
    /// What was forecast, in mg/dL.
    pub said: Vec<f64>,
    /// Mean absolute error in percent.
    pub mape: Option<f64>,
    /// Minutes that are gained over waiting; absent where rows are as far apart as the horizon.
    pub time_gain: Option<i64>,
    /// Rows in the zones A–E of Clarke's grid.
    pub clarke: [u32; 5],
    /// Rows in the zones A–E of the P-EGA grid; rows without a rate are in none of the grids from here on.
    pub p_ega: [u32; 5],
    /// Rows in the zones A, B, uC, lC, uD, lD, uE, lE of the R-EGA grid.
    pub r_ega: [u32; 8],
    /// Rows by low, usual and high truth: accurate, benign, erroneous.
    pub cg_ega: [[u32; 3]; 3],
    /// Each row's mark: accurate 0, benign 1, erroneous 2; 3 without a rate.
    pub marks: Vec<u8>,
}

impl Glucose {
    /// Columns of [`Glucose::lines`].
    pub const HEAD: [&'static str; 6] = ["person", "minute", "truth", "method", "said", "mark"];

    /// A line a row and method.
    pub fn lines(&self) -> Vec<Vec<String>> {
        let of = |method: &OneMethod| -> Vec<Vec<String>> {
            let line = |at: usize| {
                let mark = ["AP", "BE", "EP", ""][usize::from(method.marks.get(at).copied().unwrap_or(3)).min(3)];
                let numbers = [self.minutes[at].to_string(), self.truth[at].to_string()];
                let said = method.said.get(at).map_or(String::new(), f64::to_string);
                [vec![self.person.clone()], numbers.to_vec(), vec![method.id.clone(), said, mark.to_owned()]].concat()
            };
            (0..self.truth.len()).map(line).collect()
        };
        self.methods.iter().flat_map(of).collect()
    }
}
