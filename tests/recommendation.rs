//! The recommendation: what it counts, that what it names can be run, and that it travels with the report.

use autograft::evaluate::Evidence;
use autograft::evaluate::recommendation::{Because, LEAST_OF_CLASS, LEAST_VALUES, SourceKind, recommend};
use autograft::generate::{Outcome, Recipe, Truth, generate};
use autograft::methods::card::{Needs, Scenario};
use autograft::methods::registry;
use autograft::plan::{Plan, TablePlan};
use autograft::preprocess::{Preparation, line_up, suggest_roles};
use autograft::report::Data;
use autograft::session::Prepared;
use autograft::table::{ReadOptions, Table, read};

const SOURCES: [SourceKind; 5] =
    [SourceKind::Labelled, SourceKind::Unlabelled, SourceKind::Linear, SourceKind::Network, SourceKind::Trees];

#[test]
fn the_scarcest_class_decides() {
    let of = |counts: &[usize]| recommend(SourceKind::Labelled, Some(&Evidence::Classes(counts.to_vec())));
    let (found, needed) = (LEAST_OF_CLASS as u32, LEAST_OF_CLASS as u32);
    let enough = of(&[90, LEAST_OF_CLASS]);
    assert_eq!((enough.method.as_str(), enough.because), ("ridge_to_source", Because::Enough { found, needed }));
    let few = of(&[LEAST_OF_CLASS - 1, 90, 70]);
    assert_eq!((few.method.as_str(), few.because), ("recalibration", Because::Few { found: found - 1, needed }));
    // A class of the task without a row is the scarcest.
    assert_eq!(of(&[50, 50, 0]).because, Because::Few { found: 0, needed });
    let values = |n| recommend(SourceKind::Linear, Some(&Evidence::Values(n))).method;
    assert_eq!(values(LEAST_VALUES), "ridge_to_source");
    assert_eq!(values(LEAST_VALUES - 1), "recalibration");
}

#[test]
fn what_is_recommended_can_be_run() {
    for source in SOURCES {
        for target in [None, Some(Evidence::Classes(vec![2, 40])), Some(Evidence::Values(200))] {
            let found = recommend(source, target.as_ref());
            let method = registry::find(&found.method).expect("a method of the registry");
            let card = method.card();
            if target.is_none() && source != SourceKind::Unlabelled {
                assert!(!card.needs.contains(&Needs::TargetLabels), "{source:?}: {}", card.id);
            }
            if source == SourceKind::Unlabelled {
                assert!(!card.needs.contains(&Needs::SourceLabels), "{}", card.id);
            }
            // A saved model goes to a method of its own kind.
            let settings = method.settings(&serde_json::Value::Null).unwrap();
            let learner =
                method.pretrain_key(&settings).unwrap().map(|key| key["learner"].as_str().unwrap().to_owned());
            match source {
                SourceKind::Linear => assert_eq!(learner.as_deref(), Some("linear")),
                SourceKind::Trees => assert_eq!(learner.as_deref(), Some("trees")),
                SourceKind::Network => assert_eq!(learner.as_deref(), Some("mlp")),
                _ => {}
            }
            assert_eq!(card.scenario == Scenario::Baseline, target.is_none() || source == SourceKind::Unlabelled);
        }
    }
}

fn data(target: usize) -> Data {
    let recipe = Recipe { truth: Truth::Helps, outcome: Outcome::Class, source: 80, target, test: 0, seed: 3 };
    let (source, target) = generate(&recipe);
    let open = |name: &str, text: &str| -> Table { read(name, text.as_bytes(), &ReadOptions::default()).unwrap() };
    let (source, target) = (open("source.csv", &source), open("target.csv", &target));
    let suggestion = suggest_roles(&[&source], &[&target]);
    let label = suggestion.label().unwrap();
    let lined = line_up(&[&source], &[&target], &suggestion.source, &suggestion.target, &label);
    let plan_of = |table: &Table| TablePlan {
        name: table.name.clone(),
        fingerprint: String::new(),
        read: ReadOptions::default(),
    };
    let preparation = Preparation {
        source_roles: suggestion.source,
        target_roles: suggestion.target,
        mapping: lined.mapping,
        label,
        person: None,
    };
    let plan = Plan::new(vec![plan_of(&source)], vec![plan_of(&target)], preparation);
    Prepared::new(plan, &[source], &[target], None).unwrap().data()
}

#[test]
fn the_tables_are_counted_and_the_report_carries_it() {
    let data = data(60);
    let found = data.recommended.clone().expect("a recommendation");
    let scarcest = data.target.classes.iter().min().copied().unwrap();
    assert_eq!(found.because, Because::Enough { found: scarcest, needed: LEAST_OF_CLASS as u32 });
    let mut json = serde_json::to_value(&data).unwrap();
    assert_eq!(json["recommended"]["method"], "ridge_to_source");
    assert_eq!(json["recommended"]["because"]["kind"], "enough");
    // Reports of before still open.
    json.as_object_mut().unwrap().remove("recommended");
    assert_eq!(serde_json::from_value::<Data>(json).unwrap().recommended, None);
}
