//! The words that a person reads. They live in `www/i18n/en.json` and `zh.json`, with equal keys;
//! the crate speaks the English ones, the page whichever the reader chose.

use std::collections::HashMap;
use std::sync::OnceLock;

/// The English file, flat: key to sentence with `{slots}`. The page has its own words, and its engine goes without these:
/// they would be a hundredth of what a visit costs.
pub const ENGLISH: &str = WORDS;

#[cfg(not(target_family = "wasm"))]
const WORDS: &str = include_str!("../www/i18n/en.json");
#[cfg(target_family = "wasm")]
const WORDS: &str = "{}";

fn english() -> &'static HashMap<String, String> {
    static WORDS: OnceLock<HashMap<String, String>> = OnceLock::new();
    // A damaged file is caught by the test that compares the two languages; here it leaves the keys themselves.
    WORDS.get_or_init(|| serde_json::from_str(ENGLISH).unwrap_or_default())
}

/// The English sentence of `key`, or the key itself where there is none.
pub fn get(key: &str) -> &str {
    english().get(key).map_or(key, String::as_str)
}

/// The sentence of `key` with its `{slots}` filled from `facts`.
pub fn fill<K: AsRef<str>, V: AsRef<str>>(key: &str, facts: &[(K, V)]) -> String {
    facts.iter().fold(get(key).to_owned(), |text, (slot, value)| {
        text.replace(&format!("{{{}}}", slot.as_ref()), value.as_ref())
    })
}
