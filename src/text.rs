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

/// The sentence of `key` with its `{slots}` filled from `facts`; `{slot|one|many}` is the first word where the slot is 1 and
/// else the second.
pub fn fill<K: AsRef<str>, V: AsRef<str>>(key: &str, facts: &[(K, V)]) -> String {
    let mut parts = get(key).split('{');
    let mut said = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let filled = part.split_once('}').and_then(|(slot, rest)| {
            let mut forms = slot.split('|');
            let name = forms.next()?;
            let value = facts.iter().find(|(fact, _)| fact.as_ref() == name)?.1.as_ref();
            let (one, many) = (forms.next(), forms.next());
            Some((one.zip(many).map_or(value, |(one, many)| if value == "1" { one } else { many }), rest))
        });
        match filled {
            Some((words, rest)) => said.extend([words, rest]),
            None => said.extend(["{", part]),
        }
    }
    said
}
