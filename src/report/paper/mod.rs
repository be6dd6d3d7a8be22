//! What a paper about a run can say of it: the methods paragraph, and the reporting checklist as far as a program knows
//! the answers. A value without words: each sentence is a key of the language files and the facts that fill its slots,
//! so that one run speaks every language of the page.
//!
//! The checklist is TRIPOD+AI (Collins et al., BMJ 2024;385:e078378, CC BY 4.0); its items stand word for word in
//! `www/quoted/tripod-ai.json`.

mod checklist;
mod methods;
pub mod say;
mod sentences;

use serde::{Deserialize, Serialize};

use super::Report;

/// What fills a slot of a sentence.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Fact {
    /// A name from the tables or the plan, as it is.
    Text {
        /// The text.
        text: String,
    },
    /// Words of the language files.
    Word {
        /// Their key.
        key: String,
    },
    /// A whole number.
    Count {
        /// The number.
        n: u32,
    },
    /// A number.
    Number {
        /// The number.
        value: f64,
        /// Digits after the point.
        digits: u8,
        /// Whether its sign is always shown.
        signed: bool,
    },
    /// A share, as per cent.
    Share {
        /// From 0 to 1.
        value: f64,
    },
    /// The two ends of an interval.
    Interval {
        /// Its lower end.
        low: f64,
        /// Its upper end.
        high: f64,
        /// Whether signs are always shown.
        signed: bool,
    },
    /// A p-value.
    P {
        /// It.
        value: f64,
    },
    /// Several, one after the other.
    List {
        /// They.
        items: Vec<Fact>,
    },
    /// A sentence within a sentence.
    Within {
        /// It.
        sentence: Sentence,
    },
}

/// A sentence: the words of `key`, its slots filled.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Sentence {
    /// Of the language files.
    pub key: String,
    /// What fills its slots.
    pub facts: Vec<(String, Fact)>,
}

/// How much of an item the program could fill.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Filled {
    /// All that it asks for.
    Whole,
    /// What the program knows; the author adds the rest.
    Part,
    /// Nothing: for the author.
    Open,
}

impl Filled {
    /// The stable name, as in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Filled::Whole => "whole",
            Filled::Part => "part",
            Filled::Open => "open",
        }
    }
}

/// An item of the checklist.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Item {
    /// Its number in the checklist.
    pub item: String,
    /// How much is filled.
    pub filled: Filled,
    /// Where in the report it stands: a key under `paper.place`; none for open items.
    pub place: Option<String>,
    /// What is filled in.
    pub sentences: Vec<Sentence>,
}

/// A publication that the sentences cite, in the order of their numbers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reference {
    /// Authors, short.
    pub authors: String,
    /// Title.
    pub title: String,
    /// Journal, volume and pages, where known.
    pub journal: String,
    /// Year.
    pub year: u32,
    /// DOI without the resolver; empty where there is none.
    pub doi: String,
}

/// What a paper can say.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ForPaper {
    /// The methods paragraph.
    pub methods: Vec<Sentence>,
    /// Every item of the checklist, in its order.
    pub items: Vec<Item>,
    /// What `[1]`, `[2]` … stand for.
    pub references: Vec<Reference>,
}

/// The checklist's items as they were published: number to words.
const QUOTED: &str = include_str!("../../../www/quoted/tripod-ai.json");

#[derive(Deserialize)]
struct Quoted {
    citation: String,
    doi: String,
    licence: String,
    items: Vec<Asked>,
}

#[derive(Deserialize)]
struct Asked {
    item: String,
    text: String,
}

/// A damaged file is caught by the test that counts the items.
fn read() -> Option<Quoted> {
    serde_json::from_str(QUOTED).ok()
}

/// The numbers of the checklist's items, in its order.
pub fn numbers() -> Vec<String> {
    read().map(|quoted| quoted.items.into_iter().map(|one| one.item).collect()).unwrap_or_default()
}

/// What each item asks for, word for word, in the same order.
pub fn quoted() -> Vec<String> {
    read().map(|quoted| quoted.items.into_iter().map(|one| one.text).collect()).unwrap_or_default()
}

/// Where the items are quoted from, and under which licence.
pub fn citation() -> String {
    read().map(|Quoted { citation, doi, licence, .. }| format!("{citation} doi:{doi} ({licence})")).unwrap_or_default()
}

/// What a paper can say about this run.
pub fn of(report: &Report) -> ForPaper {
    let mut told = sentences::Told::new(report);
    let methods = methods::paragraph(&mut told);
    let items = checklist::items(&mut told);
    ForPaper { methods, items, references: told.references }
}

fn sentence(key: &str) -> Sentence {
    Sentence { key: format!("paper.{key}"), facts: Vec::new() }
}

impl Sentence {
    /// Fills a slot.
    fn with(mut self, slot: &str, fact: Fact) -> Self {
        self.facts.push((slot.to_owned(), fact));
        self
    }
    fn text(self, slot: &str, text: &str) -> Self {
        self.with(slot, Fact::text(text))
    }
    fn word(self, slot: &str, key: &str) -> Self {
        self.with(slot, Fact::word(key))
    }
    fn count(self, slot: &str, n: usize) -> Self {
        self.with(slot, Fact::Count { n: u32::try_from(n).unwrap_or(u32::MAX) })
    }
    fn number(self, slot: &str, value: f64, digits: u8) -> Self {
        self.with(slot, Fact::number(value, digits, false))
    }
    fn within(self) -> Fact {
        Fact::Within { sentence: self }
    }
}

impl Fact {
    fn text(text: &str) -> Self {
        Fact::Text { text: text.to_owned() }
    }
    fn word(key: &str) -> Self {
        Fact::Word { key: key.to_owned() }
    }
    /// JSON has no NaN, and a reader wants none.
    fn number(value: f64, digits: u8, signed: bool) -> Self {
        if value.is_finite() { Fact::Number { value, digits, signed } } else { Fact::text("–") }
    }
    fn list(items: impl IntoIterator<Item = Fact>) -> Self {
        Fact::List { items: items.into_iter().collect() }
    }
}
