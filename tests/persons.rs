//! One person of the target at a time: who is in which source, and what is said over all of them.

use std::fmt::Write as _;

use autograft::metrics::Metric;
use autograft::plan::{Chosen, Design, Plan, TablePlan};
use autograft::preprocess::{OnePerson, Preparation};
use autograft::report::Report;
use autograft::rng::Rng;
use autograft::table::{self, ReadOptions, Table};
use autograft::watch::Quiet;
use autograft::web::ask::{Answer, Ask};
use autograft::web::desk::Desk;
use serde_json::{Value, json};

use crate::session::{ask_on, prepare, run};

/// Four days of each of these people, every 15 minutes: a rhythm of their own around a level of their own.
fn long(people: &[u64]) -> String {
    let mut text = "subject,datetime,glucose,CHO,insulin\n".to_owned();
    for &person in people {
        let mut rng = Rng::stream(person, "person");
        let (level, swing, turn) = (110.0 + 8.0 * person as f64, 15.0 + 4.0 * person as f64, rng.uniform());
        for at in 0..4 * 96 {
            let hours = at as f64 / 4.0;
            let value = level + swing * (hours * std::f64::consts::TAU / 6.0 + turn).sin() + 2.0 * rng.normal();
            let (day, minute) = (at / 96 + 1, at % 96 * 15);
            let meal = if at % 32 == 8 { 40 } else { 0 };
            let clock = format!("2025-03-{day:02} {:02}:{:02}", minute / 60, minute % 60);
            writeln!(text, "p{person},{clock},{value:.1},{meal},0.2").unwrap();
        }
    }
    text
}

fn windows(name: &str, text: &str) -> Table {
    let mut how = table::read(name, text.as_bytes(), &ReadOptions::default()).unwrap().windows_suggested().unwrap();
    (how.test_days, how.every) = (1, 2);
    table::read(name, text.as_bytes(), &ReadOptions { windows: Some(how), ..ReadOptions::default() }).unwrap()
}

fn report(sources: &[u64], targets: &[u64], person: OnePerson) -> Report {
    let tables = [windows("source.csv", &long(sources)), windows("target.csv", &long(targets))];
    let desk = Desk::default();
    ask_on(&desk, Ask::Load { sources: 1 }, tables.iter().map(Table::to_bytes).collect(), &Quiet);
    let (Answer::Suggestion(suggestion), _) = ask_on(&desk, Ask::Suggest, vec![], &Quiet) else { panic!() };
    let label = suggestion.label().unwrap();
    let (source_roles, target_roles) = (suggestion.source.clone(), suggestion.target.clone());
    let lining = Ask::LineUp { source: source_roles.clone(), target: target_roles.clone(), label: label.clone() };
    let (Answer::LinedUp(lined), _) = ask_on(&desk, lining, vec![], &Quiet) else { panic!() };
    let plan_of = |table: &Table| TablePlan {
        name: table.name.clone(),
        fingerprint: String::new(),
        read: ReadOptions { windows: table.windows.clone(), ..ReadOptions::default() },
    };
    let preparation = Preparation { source_roles, target_roles, mapping: lined.mapping, label, person: Some(person) };
    let mut plan = Plan::new(vec![plan_of(&tables[0])], vec![plan_of(&tables[1])], preparation);
    let small = json!({ "width": "narrow", "max_steps": 40, "check_steps": 20, "learning_rate": 3e-3, "dropout": 0.1 });
    plan.design = Design { folds: 2, repeats: 1, seeds: 1 };
    plan.transfer = Chosen { method: "atl".into(), config: small };
    plan.baseline = Chosen { method: "target_only_linear".into(), config: Value::Null };
    plan.others = vec![Chosen { method: "persistence".into(), config: Value::Null }];
    plan.thresholds = 0;
    plan.explain.patients = 0;
    let study = prepare(desk, plan);
    run(&[&study], &Quiet).0
}

#[test]
fn everybody_is_forecast_with_a_source_without_that_person_and_as_alone() {
    // Person 3 is in both tables.
    let each = report(&[1, 2, 3], &[3, 4, 5, 6], OnePerson { name: None, each: true });
    let all = each.persons.as_ref().unwrap();
    assert_eq!(all.people.iter().map(|one| one.name.as_str()).collect::<Vec<_>>(), ["p3", "p4", "p5", "p6"]);
    let atl = all.methods.iter().position(|id| id == "atl").unwrap();
    assert!(all.methods.iter().any(|id| id == "series_transfer"), "{:?}", all.methods);
    let numbers: Vec<f64> = all.people.iter().map(|one| one.values[atl].unwrap()).collect();
    assert!((all.summary[atl].0 - numbers.iter().sum::<f64>() / 4.0).abs() < 1e-12);
    let ratio = all.ratios.iter().find(|ratio| ratio.against == "persistence").unwrap();
    assert_eq!(ratio.people, 4);
    assert!(ratio.interval.is_some_and(|(low, high)| low < ratio.ratio && ratio.ratio < high));
    // Who is shown in full is forecast as where nobody else is looked at, and by the same source.
    for (at, name) in [(0, "p3"), (2, "p5")] {
        let alone = report(&[1, 2, 3], &[3, 4, 5, 6], OnePerson { name: Some(name.into()), each: false });
        let one = alone.forward.as_ref().unwrap().methods.iter().find(|method| method.id == "atl").unwrap();
        let rmse = one.metrics.iter().find(|value| value.metric == Metric::Rmse).unwrap().mean;
        assert_eq!(Some(rmse), all.people[at].values[atl], "{name}");
        let others = if name == "p3" { &["p1", "p2"][..] } else { &["p1", "p2", "p3"] };
        let domains = &alone.forward.as_ref().unwrap().maps[0].domains;
        assert_eq!(*domains, [others, &[name]].concat(), "its own rows are the target alone");
    }
}

#[test]
fn the_map_says_how_people_are_mixed_whom_the_network_has_never_seen() {
    let each = report(&[1, 2, 3], &[3, 4, 5, 6], OnePerson { name: Some("p4".into()), each: true });
    let map = each.forward.as_ref().unwrap().maps.iter().find(|map| map.method == "atl").unwrap();
    // Persons 5 and 6: 4 is the one who is shown, 3 is in the source.
    let strangers = map.strangers.unwrap();
    assert_eq!(strangers.domains, 2);
    assert!(strangers.perplexity >= 0.5 && strangers.perplexity <= strangers.shuffled + 0.05, "{strangers:?}");
    let alone = report(&[1, 2, 3], &[4, 5, 6], OnePerson { name: None, each: false });
    assert!(alone.forward.as_ref().unwrap().maps.iter().all(|map| map.strangers.is_none()));
}
