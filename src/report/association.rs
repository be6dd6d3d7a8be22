//! What goes along with the predictions of a method that carries one outcome over to another.

use serde::{Deserialize, Serialize};

use crate::evaluate::association::Associated;

/// Of one method, on the patients that it was judged on.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Association {
    /// The method.
    pub method: String,
    /// Patients.
    pub rows: u32,
    /// Features that were looked at.
    pub features: u32,
    /// The surest of them first.
    pub surest: Vec<Associated>,
}

impl Association {
    /// Columns of [`Association::lines`].
    pub const HEAD: [&'static str; 6] = ["method", "feature", "rows", "spearman", "p", "q"];

    /// A line a feature.
    pub fn lines(&self) -> Vec<Vec<String>> {
        let line = |one: &Associated| {
            let numbers = [one.rho, one.p, one.q].map(|v| v.to_string());
            [vec![self.method.clone(), one.feature.clone(), one.rows.to_string()], numbers.to_vec()].concat()
        };
        self.surest.iter().map(line).collect()
    }
}
