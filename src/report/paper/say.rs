//! Sentences in English, for the command; the page has its own.

use super::{Fact, Reference, Sentence};
use crate::text;

/// The sentence in English.
pub fn english(sentence: &Sentence) -> String {
    let facts: Vec<(&str, String)> = sentence.facts.iter().map(|(slot, fact)| (slot.as_str(), filled(fact))).collect();
    text::fill(&sentence.key, &facts)
}

/// Sentences one after the other.
pub fn paragraph(sentences: &[Sentence]) -> String {
    sentences.iter().map(english).collect::<Vec<_>>().join(" ")
}

/// A publication as one line; the same in every language.
pub fn reference(number: usize, of: &Reference) -> String {
    let Reference { authors, title, journal, year, doi } = of;
    let journal = if journal.is_empty() { year.to_string() } else { format!("{journal} ({year})") };
    let doi = if doi.is_empty() { String::new() } else { format!(" doi:{doi}") };
    format!("[{number}] {authors}. {title}. {journal}.{doi}")
}

fn number(value: f64, digits: u8, signed: bool) -> String {
    let text = format!("{value:.*}", usize::from(digits));
    // A rounded zero has no sign.
    let zero = text.trim_start_matches('-').chars().all(|c| matches!(c, '0' | '.'));
    let text = if zero { text.trim_start_matches('-').to_owned() } else { text };
    let sign = if signed && value > 0.0 && !zero { "+" } else { "" };
    format!("{sign}{}", text.replace('-', "−"))
}

fn filled(fact: &Fact) -> String {
    match fact {
        Fact::Text { text } => text.clone(),
        Fact::Word { key } => text::get(key).to_owned(),
        Fact::Count { n } => grouped(*n),
        Fact::Number { value, digits, signed } => number(*value, *digits, *signed),
        Fact::Share { value } => format!("{}%", number(100.0 * value, 1, false)),
        Fact::Interval { low, high, signed } => {
            let ends = [("low", number(*low, 3, *signed)), ("high", number(*high, 3, *signed))];
            text::fill("number.interval", &ends)
        }
        Fact::P { value } if *value < 0.001 => text::fill("number.under", &[("x", "0.001")]),
        Fact::P { value } => number(*value, 3, false),
        Fact::List { items } => items.iter().map(filled).collect::<Vec<_>>().join(text::get("list.separator")),
        Fact::Within { sentence } => english(sentence),
    }
}

/// Thousands apart by commas.
fn grouped(n: u32) -> String {
    let digits = n.to_string();
    let mut out = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}
