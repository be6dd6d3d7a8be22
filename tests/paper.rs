//! What a run says of itself: the paragraph, the checklist, the manifest.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use autograft::report::paper::{Fact, Filled, ForPaper, Sentence, numbers, quoted, say};
use autograft::report::{Report, dependencies, manifest};
use autograft::rng::fnv1a;
use autograft::watch::Quiet;
use serde_json::json;

use crate::session::{hospital, open, run};

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn small(change: impl Fn(&mut autograft::plan::Plan)) -> Report {
    let study = open(&hospital(90, 1, false, "s"), &hospital(48, 2, false, "t"), |plan| {
        plan.design.repeats = 1;
        plan.design.seeds = 1;
        plan.others.clear();
        for chosen in [&mut plan.transfer, &mut plan.baseline] {
            chosen.config = json!({ "widths": [6, 4], "max_epochs": 4 });
        }
        change(plan);
    });
    run(&[&study], &Quiet).0
}

/// Every key that is told exists in both languages, and its slots are just the facts that fill them.
fn told_wholly(paper: &ForPaper) -> Vec<String> {
    let words: Vec<BTreeMap<String, String>> = ["en", "zh"]
        .iter()
        .map(|l| serde_json::from_str(&fs::read_to_string(root().join(format!("www/i18n/{l}.json"))).unwrap()).unwrap())
        .collect();
    fn told(fact: &Fact, words: &[BTreeMap<String, String>], wrong: &mut Vec<String>) {
        match fact {
            Fact::Word { key } if words.iter().any(|w| !w.contains_key(key)) => wrong.push(format!("no word {key}")),
            Fact::List { items } => items.iter().for_each(|one| told(one, words, wrong)),
            Fact::Within { sentence: one } => sentence(one, words, wrong),
            _ => {}
        }
    }
    fn sentence(one: &Sentence, words: &[BTreeMap<String, String>], wrong: &mut Vec<String>) {
        let given: BTreeSet<&str> = one.facts.iter().map(|(slot, _)| slot.as_str()).collect();
        for language in words {
            let Some(text) = language.get(&one.key) else {
                wrong.push(format!("no sentence {}", one.key));
                continue;
            };
            let asked: BTreeSet<&str> = text
                .split('{')
                .skip(1)
                .filter_map(|part| part.split_once('}'))
                .map(|(slot, _)| slot.split('|').next().unwrap_or(slot))
                .collect();
            if asked != given {
                wrong.push(format!("{}: asked {asked:?}, given {given:?}", one.key));
            }
        }
        one.facts.iter().for_each(|(_, value)| told(value, words, wrong));
    }
    let mut wrong = Vec::new();
    let all = paper.methods.iter().chain(paper.items.iter().flat_map(|item| &item.sentences));
    all.for_each(|one| sentence(one, &words, &mut wrong));
    wrong
}

fn filled(paper: &ForPaper, item: &str) -> Filled {
    paper.items.iter().find(|one| one.item == item).unwrap().filled
}

fn said(paper: &ForPaper, item: &str) -> String {
    say::paragraph(&paper.items.iter().find(|one| one.item == item).unwrap().sentences)
}

/// 27 items, 52 with their parts, each once, each with its words.
#[test]
fn the_checklist_is_whole() {
    let numbers = numbers();
    assert_eq!(numbers.len(), 52);
    assert_eq!(numbers.iter().collect::<BTreeSet<_>>().len(), 52);
    let main: BTreeSet<u32> =
        numbers.iter().map(|n| n.trim_end_matches(|c: char| c.is_ascii_lowercase()).parse().unwrap()).collect();
    assert_eq!(main.into_iter().collect::<Vec<_>>(), (1..=27).collect::<Vec<_>>());
    assert!(quoted().iter().all(|text| text.len() > 20));
}

#[test]
fn a_cross_validated_run_is_told() {
    let report = small(|_| {});
    let paper = report.paper.as_ref().unwrap();
    assert_eq!(told_wholly(paper), Vec::<String>::new());
    let text = say::paragraph(&paper.methods);
    assert!(!text.contains(['{', '}']), "{text}");
    for there in
        ["3-fold cross-validation", "repeated 1 time ", "source.csv (90 rows", "seed 1", "Hidden layers 6–4", "[1]"]
    {
        assert!(text.contains(there), "{there}: {text}");
    }
    let estimand = &report.forward.as_ref().unwrap().estimand;
    assert!(said(paper, "21").contains(&format!("{} of them with the event", estimand.events.unwrap())));
    assert_eq!(filled(paper, "12a"), Filled::Whole);
    assert_eq!(filled(paper, "17"), Filled::Open, "ethics are the author's");
    assert!(said(paper, "23a").contains("AUROC"));
    // Every number in brackets stands in the list.
    let cited = text.matches('[').count();
    assert!(cited >= 2 && paper.references.len() >= 2, "{text}");
    // A second language tells the same value.
    let back: ForPaper = serde_json::from_str(&serde_json::to_string(paper).unwrap()).unwrap();
    assert_eq!(&back, paper);
}

#[test]
fn numbers_are_told_as_numbers() {
    use autograft::metrics::Metric;
    use autograft::preprocess::LabelKind;
    let report = small(|plan| {
        plan.preparation.label.kind = LabelKind::Values { unit: "mmol/L".into() };
        plan.preparation.label.source = Some("noise".into());
        plan.preparation.label.target = Some("noise".into());
        plan.preparation.mapping.features.retain(|pair| pair.target != "noise");
        plan.metric = Metric::Rmse;
    });
    let paper = report.paper.as_ref().unwrap();
    assert_eq!(told_wholly(paper), Vec::<String>::new());
    let text = say::paragraph(&paper.methods);
    assert!(text.contains("the number noise, in mmol/L"), "{text}");
    assert!(text.contains("fewer than 20 evaluated rows, the data cannot tell"), "{text}");
    assert!(said(paper, "15").contains("a number"));
}

/// Without an outcome nothing was judged, and nothing pretends that it was.
#[test]
fn what_was_not_judged_is_open() {
    let mut report = small(|_| {});
    report.forward = None;
    let paper = autograft::report::paper::of(&report);
    assert_eq!(told_wholly(&paper), Vec::<String>::new());
    for item in ["4", "12c", "12e", "15", "21", "23a", "25"] {
        assert_eq!(filled(&paper, item), Filled::Open, "{item}");
    }
    assert!(!say::paragraph(&paper.methods).contains("AUROC"));
}

/// A GPU that was lost is told, with how many units it was.
#[test]
fn a_lost_gpu_is_told() {
    use autograft::session::Outcome;
    use autograft::web::ask::{Answer, Ask};
    let study = open(&hospital(90, 1, false, "s"), &hospital(48, 2, false, "t"), |plan| {
        plan.design.repeats = 1;
        plan.design.seeds = 1;
        plan.others.clear();
        for chosen in [&mut plan.transfer, &mut plan.baseline] {
            chosen.config = json!({ "widths": [6, 4], "max_epochs": 2 });
        }
    });
    let (_, outcomes) = run(&[&study], &Quiet);
    let mut lost = 0;
    let changed: Vec<Vec<u8>> = outcomes
        .iter()
        .enumerate()
        .map(|(place, bytes)| {
            let mut outcome = Outcome::from_bytes(bytes).unwrap();
            if place % 2 == 0 {
                outcome.device = autograft::device::DeviceKind::Gpu;
            } else {
                outcome.gpu_lost = true;
                lost += 1;
            }
            outcome.to_bytes().unwrap()
        })
        .collect();
    let device = autograft::device::cpu();
    let answer = study.desk.answer(Ask::Report { shift: None }, changed, &device, &Quiet);
    let (Answer::Report(report), _) = autograft::watch::block_on(answer).unwrap() else { panic!() };
    assert_eq!(report.trained_on.cpu_after_loss, lost);
    assert_eq!(report.trained_on.all() as usize, outcomes.len());
    let text = say::paragraph(&report.paper.as_ref().unwrap().methods);
    let told =
        format!("Of {} pieces of work that train networks, {lost} were done on the processor after", outcomes.len());
    assert!(text.contains(&told), "{text}");
    assert_eq!(told_wholly(report.paper.as_ref().unwrap()), Vec::<String>::new());
}

#[test]
fn equal_runs_have_equal_manifests_but_for_the_date() {
    let (one, two) = (small(|_| {}), small(|_| {}));
    let of = |report: &Report, made: &str| manifest::of(report, Some(made.to_owned())).unwrap();
    let (a, mut b) = (of(&one, "2026-01-01T00:00:00Z"), of(&two, "2026-01-02T00:00:00Z"));
    assert_ne!(a, b);
    b.made.clone_from(&a.made);
    assert_eq!(manifest::to_text(&a).unwrap(), manifest::to_text(&b).unwrap());
    // Another seed is another run; so are other data.
    let other = of(&small(|plan| plan.seed = 2), "2026-01-01T00:00:00Z");
    assert_ne!(a.results, other.results);
    assert_eq!(a.tables, other.tables);
    assert_eq!((a.tables[0].side.as_str(), a.tables[0].rows, a.tables[0].columns), ("source", 90, 6));
    assert_eq!(a.tables[0].fingerprint.len(), 16);
    assert_eq!(a.methods[0].settings["widths"], json!([6, 4]));
    assert!(a.methods[0].settings["dropout"].is_number(), "defaults are written out");
    let back: manifest::Manifest = serde_json::from_str(&manifest::to_text(&a).unwrap()).unwrap();
    assert_eq!(back, a);
}

/// The versions in the manifest are those of `Cargo.lock`.
#[test]
fn the_manifest_names_the_libraries_of_the_lock_file() {
    let lock = fs::read_to_string(root().join("Cargo.lock")).unwrap();
    let packages: Vec<(&str, &str)> = lock
        .split("[[package]]")
        .filter_map(|part| {
            let value =
                |key: &str| part.lines().find_map(|l| l.strip_prefix(&format!("{key} = \""))?.strip_suffix('"'));
            Some((value("name")?, value("version")?))
        })
        .collect();
    let toml = fs::read_to_string(root().join("Cargo.toml")).unwrap();
    let mut wanted: BTreeMap<String, String> = BTreeMap::new();
    let mut section = String::new();
    for line in toml.lines() {
        if line.starts_with('[') {
            section = line.trim_matches(['[', ']']).to_owned();
        } else if section.ends_with("dependencies") && section != "dev-dependencies" && !line.starts_with('#') {
            let Some((name, rest)) = line.split_once(" = ") else { continue };
            let value = |key: &str| rest.split(&format!("{key} = \"")).nth(1).and_then(|v| v.split('"').next());
            let name = value("package").unwrap_or(name);
            let asked = value("version").unwrap_or_else(|| rest.trim_matches('"')).trim_start_matches('=');
            let fits = |version: &str| version == asked || version.starts_with(&format!("{asked}."));
            let found =
                packages.iter().find(|(n, v)| *n == name && fits(v)).unwrap_or_else(|| panic!("{name} {asked}"));
            let key = if wanted.contains_key(name) && wanted[name] != found.1 {
                format!("{name} {}", found.1)
            } else {
                name.to_owned()
            };
            wanted.insert(key, found.1.to_owned());
        }
    }
    let path = root().join("src/report/dependencies.rs");
    let old = fs::read_to_string(&path).unwrap();
    let head = old.split("pub const DIRECT").next().unwrap();
    let rows: String = wanted.iter().map(|(name, version)| format!("    (\"{name}\", \"{version}\"),\n")).collect();
    let hash = manifest::hex(fnv1a(lock.as_bytes()));
    let new = format!(
        "{head}pub const DIRECT: &[(&str, &str)] = &[\n{rows}];\n/// FNV-1a of `Cargo.lock`.\npub const LOCK: &str = \"{hash}\";\n"
    );
    if std::env::var_os("AUTOGRAFT_BLESS").is_some() {
        fs::write(&path, &new).unwrap();
    }
    assert_eq!(fs::read_to_string(&path).unwrap(), new, "AUTOGRAFT_BLESS=1 cargo test --test main -- manifest");
    assert!(Path::new(&path).exists() && dependencies::DIRECT.len() <= wanted.len());
}
