//! What a person should know about the tables: said, counted and named, never applied in silence.

use serde::{Deserialize, Serialize};

/// How much it matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Weight {
    /// Good to know.
    Note,
    /// Look at it before the run.
    Warning,
    /// A guess that waits for a yes.
    Confirm,
}

/// One thing found: its words are `finding.<key>` in the language files, its facts fill the slots.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// The stable name.
    pub key: String,
    /// How much it matters.
    pub weight: Weight,
    /// The file it was found in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub file: Option<String>,
    /// The column it was found in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub column: Option<String>,
    /// What fills the slots of its words.
    #[serde(default)]
    pub facts: Vec<(String, String)>,
}

impl Finding {
    fn new(key: &str, weight: Weight) -> Self {
        Self { key: key.to_owned(), weight, file: None, column: None, facts: Vec::new() }
    }
    /// Good to know.
    pub fn note(key: &str) -> Self {
        Self::new(key, Weight::Note)
    }
    /// Look at it before the run.
    pub fn warning(key: &str) -> Self {
        Self::new(key, Weight::Warning)
    }
    /// A guess that waits for a yes.
    pub fn confirm(key: &str) -> Self {
        Self::new(key, Weight::Confirm)
    }
    /// Adds the file.
    pub fn file(mut self, file: impl Into<String>) -> Self {
        self.file = Some(file.into());
        self
    }
    /// Adds the column.
    pub fn column(mut self, column: impl Into<String>) -> Self {
        self.column = Some(column.into());
        self
    }
    /// Adds a fact for a `{slot}`.
    pub fn with(mut self, slot: &str, value: impl std::fmt::Display) -> Self {
        self.facts.push((slot.to_owned(), value.to_string()));
        self
    }
}

/// A number as a person writes it: four significant digits, no trailing zeros.
pub fn short(value: f64) -> String {
    if value == 0.0 || !value.is_finite() {
        return value.to_string();
    }
    let digits = (3 - libm::floor(libm::log10(value.abs())) as i32).clamp(0, 12) as usize;
    let text = format!("{value:.digits$}");
    if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.').to_owned() } else { text }
}
