//! How networks whose losses pull against each other were trained: every loss, and how well the sides could be told apart.

use serde::{Deserialize, Serialize};

use crate::train::Curves;

/// The training of one fit.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Training {
    /// The method.
    pub method: String,
    /// The repeat.
    pub repeat: u32,
    /// The fold.
    pub fold: u32,
    /// Each term's mean between two looks.
    pub curves: Curves,
}

impl Training {
    /// Columns of [`Training::lines`].
    pub const HEAD: [&'static str; 6] = ["method", "repeat", "fold", "step", "term", "value"];

    /// A line a point.
    pub fn lines(&self) -> Vec<Vec<String>> {
        let Curves { terms, steps, values } = &self.curves;
        let of_step = |(step, point): (&u32, &Vec<f64>)| -> Vec<Vec<String>> {
            let line = |(term, value): (&String, &f64)| {
                let place = [self.repeat, self.fold, *step].map(|n| n.to_string());
                [vec![self.method.clone()], place.to_vec(), vec![term.clone(), value.to_string()]].concat()
            };
            terms.iter().zip(point).map(line).collect()
        };
        steps.iter().zip(values).flat_map(of_step).collect()
    }
}
