//! Every word that a person reads is in both language files, and every key that somebody uses is there.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use autograft::Code;
use autograft::methods::config::Range;
use autograft::methods::registry::REGISTRY;

type Words = BTreeMap<String, String>;

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn words(language: &str) -> Words {
    let path = root().join(format!("www/i18n/{language}.json"));
    let text = fs::read_to_string(&path).unwrap();
    let words: Words = serde_json::from_str(&text).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    // One key a line; of two equal ones the second would win in silence.
    let lines = text.lines().filter(|line| line.trim_start().starts_with('"')).count();
    assert_eq!(lines, words.len(), "{}: a key stands twice, or two share a line", path.display());
    words
}

/// The `{slots}` of a sentence.
fn slots(sentence: &str) -> BTreeSet<&str> {
    let mut found = BTreeSet::new();
    for part in sentence.split('{').skip(1) {
        if let Some((slot, _)) = part.split_once('}')
            && slot.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
            && !slot.is_empty()
        {
            found.insert(slot);
        }
    }
    found
}

/// Both languages say the same things, with the same facts in them.
fn differences(english: &Words, chinese: &Words) -> Vec<String> {
    let mut found = Vec::new();
    for key in english.keys().chain(chinese.keys()).collect::<BTreeSet<_>>() {
        match (english.get(key), chinese.get(key)) {
            (Some(en), Some(zh)) => {
                if slots(en) != slots(zh) {
                    found.push(format!("{key}: slots {:?} and {:?}", slots(en), slots(zh)));
                }
                if en.trim().is_empty() || zh.trim().is_empty() {
                    found.push(format!("{key}: empty"));
                }
            }
            (Some(_), None) => found.push(format!("{key}: not in Chinese")),
            (None, _) => found.push(format!("{key}: not in English")),
        }
    }
    found
}

/// A key as the page writes it: whole, or with something between a head and a tail (`error.${code}.hint`).
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Used {
    head: String,
    tail: Option<String>,
}

impl Used {
    fn is_in(&self, words: &Words) -> bool {
        match &self.tail {
            None => words.contains_key(&self.head),
            Some(tail) => words.keys().any(|key| {
                key.len() > self.head.len() + tail.len() && key.starts_with(&self.head) && key.ends_with(tail)
            }),
        }
    }
}

/// The keys that a script takes to be there; where it asks `known(…)` first, it does not.
fn used(script: &str) -> BTreeSet<Used> {
    let asked = calls(script, "known(");
    calls(script, "t(").into_iter().filter(|key| !asked.contains(key)).collect()
}

/// The keys of a script's calls that begin with a text; computed keys are their users' own care.
fn calls(script: &str, function: &str) -> BTreeSet<Used> {
    let mut found = BTreeSet::new();
    let mut rest = script;
    while let Some(at) = rest.find(function) {
        let before = rest[..at].chars().next_back();
        let call = &rest[at + function.len()..];
        rest = call;
        if before.is_some_and(|c| c.is_alphanumeric() || c == '_' || c == '$' || c == '.') {
            continue;
        }
        let call = call.trim_start();
        let Some(quote) = call.chars().next().filter(|c| matches!(c, '"' | '\'' | '`')) else { continue };
        let Some((key, _)) = call[1..].split_once(quote) else { continue };
        match (quote, key.split_once("${"), key.rsplit_once('}')) {
            ('`', Some((head, _)), Some((_, tail))) => {
                found.insert(Used { head: head.to_owned(), tail: Some(tail.to_owned()) })
            }
            _ => found.insert(Used { head: key.to_owned(), tail: None }),
        };
    }
    found
}

fn scripts(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        // The engine's glue is generated.
        if path.is_dir() && !path.ends_with("pkg") && !path.ends_with("node_modules") {
            scripts(&path, found);
        } else if path.extension().is_some_and(|e| e == "js") {
            found.push(path);
        }
    }
}

#[test]
fn both_languages_say_the_same() {
    let found = differences(&words("en"), &words("zh"));
    assert!(found.is_empty(), "\n{}\n", found.join("\n"));
}

#[test]
fn the_comparison_sees_what_differs() {
    let of = |pairs: &[(&str, &str)]| pairs.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect::<Words>();
    let english = of(&[("a", "{n} rows"), ("b", "x"), ("c", "y"), ("e", "{not a slot} {}")]);
    let chinese = of(&[("a", "{rows} 行"), ("b", " "), ("d", "z"), ("e", "甲")]);
    assert_eq!(
        differences(&english, &chinese),
        ["a: slots {\"n\"} and {\"rows\"}", "b: empty", "c: not in Chinese", "d: not in English"]
    );
}

#[test]
fn every_error_has_a_message_and_a_way_out() {
    let english = words("en");
    for code in Code::ALL {
        for key in [format!("error.{}", code.as_str()), format!("error.{}.hint", code.as_str())] {
            assert!(english.contains_key(&key), "{key}");
        }
    }
}

#[test]
fn every_method_and_setting_has_words() {
    let english = words("en");
    let mut missing = BTreeSet::new();
    for method in REGISTRY {
        let id = method.card().id;
        let mut keys = vec![format!("method.{id}.name"), format!("method.{id}.idea")];
        for field in method.fields() {
            keys.push(format!("config.{}", field.name));
            keys.push(format!("config.{}.help", field.name));
            if !field.unit.is_empty() {
                keys.push(format!("unit.{}", field.unit));
            }
            if let Range::Choice { options } = &field.range {
                keys.extend(options.iter().map(|option| format!("option.{option}")));
            }
        }
        missing.extend(keys.into_iter().filter(|key| !english.contains_key(key)));
    }
    assert!(missing.is_empty(), "{missing:#?}");
}

#[test]
fn every_key_of_the_page_is_there() {
    let english = words("en");
    let mut paths = Vec::new();
    scripts(&root().join("www"), &mut paths);
    let mut missing = Vec::new();
    for path in paths {
        let script = fs::read_to_string(&path).unwrap();
        for key in used(&script).into_iter().filter(|key| !key.is_in(&english)) {
            missing.push(format!("{}: {key:?}", path.display()));
        }
    }
    assert!(missing.is_empty(), "\n{}\n", missing.join("\n"));
}

#[test]
fn the_page_is_read_as_it_is_written() {
    let script = "t(\"a.b\"); cost(\"no\"); x.t('no'); t( 'c', {n}); t(`d.${x}.hint`, f); t(key); t(`e`); known(`f.${x}`) ? t(`f.${x}`) : x";
    let key = |head: &str, tail: Option<&str>| Used { head: head.to_owned(), tail: tail.map(str::to_owned) };
    let expected = [key("a.b", None), key("c", None), key("d.", Some(".hint")), key("e", None)];
    assert_eq!(used(script), expected.into_iter().collect());
}

#[test]
fn a_count_of_one_is_said_in_the_singular() {
    use autograft::text::fill;
    let said = |repeats: &str| fill("verdict.design.cv", &[("folds", "5"), ("repeats", repeats)]);
    assert!(said("1").contains("5 folds, 1 time;"), "{}", said("1"));
    assert!(said("10").contains("5 folds, 10 times;"), "{}", said("10"));
    let unfilled = fill("verdict.design.cv", &[("folds", "1")]);
    assert!(unfilled.contains("1 fold, {repeats} {repeats|time|times};"), "{unfilled}");
    // A form that names no slot of its sentence, or has not two words, would stand there as it is written.
    for language in ["en", "zh"] {
        for (key, sentence) in words(language) {
            for form in sentence.split('{').skip(1).filter_map(|part| part.split_once('}')).map(|(form, _)| form) {
                if let Some((slot, forms)) = form.split_once('|') {
                    assert!(slots(&sentence).contains(slot) && forms.split('|').count() == 2, "{key}: {form}");
                }
            }
        }
    }
}
