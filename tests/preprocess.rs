//! Tables, roles and a mapping made into cohorts.

use autograft::cohort::{FeatureKind, Labels};
use autograft::error::Code;
use autograft::preprocess::{
    Cohorts, How, LabelKind, LabelPlan, Lined, Measure, Pair, Preparation, Role, assemble, assemble_for_model, line_up,
    line_up_model, suggest_roles,
};
use autograft::rng::Rng;
use autograft::table::{ReadOptions, Table, read};

use crate::shared::shared;

fn table(name: &str, text: &str) -> Table {
    read(name, text.as_bytes(), &ReadOptions::default()).unwrap()
}

/// What a person who agrees with everything gets.
fn prepared(sources: &[&Table], targets: &[&Table], label: &str) -> (Preparation, Lined) {
    let mut suggestion = suggest_roles(sources, targets);
    suggestion.source.set(label, Role::Label);
    suggestion.target.set(label, Role::Label);
    let plan = LabelPlan { source: Some(label.into()), target: Some(label.into()), ..LabelPlan::default() };
    let lined = line_up(sources, targets, &suggestion.source, &suggestion.target, &plan);
    let preparation = Preparation {
        source_roles: suggestion.source,
        target_roles: suggestion.target,
        mapping: lined.mapping.clone(),
        label: plan,
        person: None,
    };
    (preparation, lined)
}

fn agreed(sources: &[&Table], targets: &[&Table], label: &str) -> Cohorts {
    assemble(sources, targets, &prepared(sources, targets, label).0).unwrap()
}

/// A made table: `age`, `lab`, `sex` and the label `y` over `rows` rows.
fn made(rows: usize, seed: u64, lab: f64, sexes: [&str; 2], names: [&str; 4]) -> String {
    let mut rng = Rng::stream(seed, "made");
    let mut out = names.join(",") + "\n";
    for _ in 0..rows {
        let age = 40.0 + 40.0 * rng.uniform();
        let value = lab * (1.0 + 0.2 * rng.normal()).abs();
        let sex = sexes[rng.below(2)];
        let y = usize::from(rng.uniform() < 0.4);
        out += &format!("{age:.1},{value:.4},{sex},{y}\n");
    }
    out
}

fn classes(labels: &Option<Labels>) -> (Vec<String>, usize, Vec<Option<u32>>) {
    match labels {
        Some(Labels::Classes { names, event, codes }) => (names.clone(), *event, codes.clone()),
        other => panic!("classes were expected: {other:?}"),
    }
}

#[test]
fn two_tables_become_two_cohorts_with_the_same_features() {
    let source = table("a.csv", &made(60, 1, 100.0, ["M", "F"], ["Age (years)", "glucose", "sex", "y"]));
    let target = table("b.csv", &made(40, 2, 100.0, ["male", "female"], ["age", "glucose", "Sex", "y"]));
    let (preparation, lined) = prepared(&[&source], &[&target], "y");
    let how: Vec<(&str, How)> = lined.mapping.features.iter().map(|p| (p.target.as_str(), p.how)).collect();
    assert_eq!(how, [("Sex", How::Normalised), ("age", How::Normalised), ("glucose", How::Exact)]);
    assert!(lined.units.is_empty(), "{:?}", lined.units);
    let cohorts = assemble(&[&source], &[&target], &preparation).unwrap();
    let names: Vec<&str> = cohorts.features().iter().map(|f| f.name.as_str()).collect();
    assert_eq!(names, ["Sex", "age", "glucose"]);
    assert_eq!(cohorts.sources[0].x.features(), cohorts.features());
    let levels = FeatureKind::Category { levels: vec!["female".into(), "male".into()] };
    assert_eq!(cohorts.features()[0].kind, levels);
    // The first row's sex, read from both ends.
    let first = source.column("sex").unwrap().cell_text(0);
    let code = cohorts.sources[0].x.column(0).next().unwrap();
    assert_eq!(code, if first == "F" { 0.0 } else { 1.0 });
    assert_eq!((cohorts.sources[0].len(), cohorts.target.len()), (60, 40));
    let (names, event, codes) = classes(&cohorts.target.y);
    assert_eq!((names, event), (vec!["0".to_owned(), "1".to_owned()], 1));
    assert_eq!(codes[0].unwrap().to_string(), target.column("y").unwrap().cell_text(0));
}

#[test]
fn sex_in_digits_is_matched_by_the_standard_and_asked() {
    let source = table("a.csv", &made(60, 1, 100.0, ["1", "2"], ["age", "glucose", "sex", "y"]));
    let target = table("b.csv", &made(40, 2, 100.0, ["M", "F"], ["age", "glucose", "sex", "y"]));
    let (preparation, lined) = prepared(&[&source], &[&target], "y");
    let sex = lined.mapping.features.iter().find(|p| p.target == "sex").unwrap();
    assert_eq!((sex.measure, sex.levels["1"].as_str(), sex.levels["2"].as_str()), (Measure::Category, "M", "F"));
    let note = lined.notes.iter().find(|note| note.key == "levels_guessed").unwrap();
    assert_eq!(note.weight, autograft::preprocess::Weight::Confirm);
    let cohorts = assemble(&[&source], &[&target], &preparation).unwrap();
    let sex = cohorts.features().iter().find(|f| f.name == "sex").unwrap();
    assert_eq!(sex.kind, FeatureKind::Category { levels: vec!["F".into(), "M".into()] });
    // 0 and 1 for sex are two conventions: nothing is guessed, and it is said.
    let source = table("a.csv", &made(60, 1, 100.0, ["0", "1"], ["age", "glucose", "sex", "y"]));
    let (_, lined) = prepared(&[&source], &[&target], "y");
    assert!(lined.mapping.features.iter().find(|p| p.target == "sex").unwrap().levels.is_empty());
    assert!(lined.notes.iter().any(|note| note.key == "levels_disjoint"), "{:?}", lined.notes);
}

#[test]
fn units_that_differ_are_pointed_out_and_converted_on_request_only() {
    // (source level, target level, name, factor); none where populations differ and units do not.
    let cases = [
        (110.0, 6.1, "glucose", Some(1.0 / 18.016)),
        (5.2, 200.0, "chol", Some(38.67)),
        (1.0, 95.0, "creatinine", Some(88.42)),
        (0.9, 15.4, "bili", Some(17.1)),
        (2.0, 2000.0, "marker", Some(1000.0)),
        (100.0, 140.0, "glucose", None),
        (100.0, 250.0, "marker", None),
        (1.0, 2.5, "creatinine", None),
    ];
    for (from, to, name, factor) in cases {
        let source = table("a.csv", &made(150, 1, from, ["M", "F"], ["age", name, "sex", "y"]));
        let target = table("b.csv", &made(150, 2, to, ["M", "F"], ["age", name, "sex", "y"]));
        let (mut preparation, lined) = prepared(&[&source], &[&target], "y");
        let found: Vec<f64> = lined.units.iter().filter(|u| u.target == name).map(|u| u.factor).collect();
        assert_eq!(found, factor.into_iter().collect::<Vec<f64>>(), "{name} {from} {to}");
        let first = source.column(name).unwrap().number(0).unwrap();
        for factor in [1.0, 18.0] {
            let pair = preparation.mapping.features.iter_mut().find(|p| p.target == name).unwrap();
            pair.factor = factor;
            let cohorts = assemble(&[&source], &[&target], &preparation).unwrap();
            let place = cohorts.features().iter().position(|f| f.name == name).unwrap();
            assert_eq!(cohorts.sources[0].x.column(place).next().unwrap(), (first * factor) as f32);
        }
    }
}

#[test]
fn degrees_are_converted_with_their_offset() {
    let temperature = |seed: u64, scale: f64, offset: f64| {
        let mut rng = Rng::stream(seed, "temperature");
        let rows = (0..60).map(|i| format!("{:.2},{}\n", (37.0 + 0.6 * rng.normal()) * scale + offset, i % 2));
        "temp,y\n".to_owned() + &rows.collect::<String>()
    };
    let source = table("a.csv", &temperature(1, 1.8, 32.0));
    let target = table("b.csv", &temperature(2, 1.0, 0.0));
    let (mut preparation, lined) = prepared(&[&source], &[&target], "y");
    assert_eq!(lined.units.len(), 1);
    let pair = &mut preparation.mapping.features[0];
    (pair.factor, pair.offset) = (lined.units[0].factor, lined.units[0].offset);
    let cohorts = assemble(&[&source], &[&target], &preparation).unwrap();
    assert!(cohorts.sources[0].x.column(0).all(|v| (33.0..41.0).contains(&v)));
}

#[test]
fn the_order_of_columns_and_rows_changes_nothing() {
    let text = made(40, 2, 100.0, ["M", "F"], ["age", "lab", "sex", "y"]);
    let turned: String = text.lines().map(|line| line.split(',').rev().collect::<Vec<_>>().join(",") + "\n").collect();
    let source = table("a.csv", &made(60, 1, 100.0, ["M", "F"], ["age", "lab", "sex", "y"]));
    let one = agreed(&[&source], &[&table("b.csv", &text)], "y");
    let other = agreed(&[&source], &[&table("b.csv", &turned)], "y");
    assert_eq!(one.features(), other.features());
    for feature in 0..one.features().len() {
        let values = |c: &Cohorts| c.target.x.column(feature).map(f32::to_bits).collect::<Vec<u32>>();
        assert_eq!(values(&one), values(&other));
    }
    assert_eq!(one.target.y, other.target.y);
}

#[test]
fn bad_tables_are_refused_by_code_file_and_column() {
    let good = made(40, 1, 100.0, ["M", "F"], ["age", "lab", "sex", "y"]);
    let one_class: String = good
        .lines()
        .map(|l| l.trim_end_matches(['0', '1']).to_owned() + if l.ends_with('y') { "y\n" } else { "1\n" })
        .map(|l| l.replace("yy", "y"))
        .collect();
    let no_label: String = good.lines().map(|l| l.rsplit_once(',').unwrap().0.to_owned() + "\n").collect();
    let empty_label: String = good
        .lines()
        .map(
            |l| if l.ends_with('y') { l.to_owned() + "\n" } else { l.rsplit_once(',').unwrap().0.to_owned() + ",NA\n" },
        )
        .collect();
    let cases: [(&str, &str, &str, Code, &str); 5] = [
        ("one class in the target", &good, &one_class, Code::OneClass, "b.csv"),
        ("one class in the source", &one_class, &good, Code::OneClass, "a.csv"),
        ("no label in the target", &good, &no_label, Code::LabelMissingInTarget, "b.csv"),
        ("an empty label in the target", &good, &empty_label, Code::LabelMissingInTarget, "b.csv"),
        ("no label in the source", &no_label, &good, Code::LabelMissingInSource, "a.csv"),
    ];
    for (what, source, target, code, file) in cases {
        // Other ages, or the rows would be the same patients.
        let (source, target) = (table("a.csv", source), table("b.csv", &target.replace('.', ".0")));
        let (preparation, _) = prepared(&[&source], &[&target], "y");
        let error = assemble(&[&source], &[&target], &preparation).unwrap_err();
        assert_eq!((error.code(), error.at().file.as_deref()), (code, Some(file)), "{what}: {error}");
        assert_eq!(error.at().column.as_deref(), Some("y"), "{what}");
        assert!(!error.hint().is_empty());
    }
    let (source, target) = (table("a.csv", &good), table("b.csv", &good.replace("age,lab,sex", "u,v,w")));
    let (preparation, lined) = prepared(&[&source], &[&target], "y");
    assert_eq!((lined.unmatched_source.len(), lined.unmatched_target.len()), (3, 3));
    assert_eq!(assemble(&[&source], &[&target], &preparation).unwrap_err().code(), Code::NoSharedFeatures);
    let (mut preparation, _) = prepared(&[&source], &[&source], "y");
    let error = assemble(&[&source], &[&target], &preparation).unwrap_err();
    assert_eq!((error.code(), error.at().column.as_deref()), (Code::PlanOtherColumns, Some("age")));
    preparation.mapping.features.retain(|pair| pair.target == "sex");
    preparation.mapping.features[0].measure = Measure::Number;
    let error = assemble(&[&source], &[&source], &preparation).unwrap_err();
    assert_eq!((error.code(), error.at().row), (Code::TextInNumbers, Some(2)), "{error}");
}

#[test]
fn follow_up_is_refused_and_death_in_hospital_is_not() {
    let header = "age,d.time,death,hospdead,time,status,OS,OS.time,smoking_status,DEATH_EVENT";
    let mut rng = Rng::stream(5, "survival");
    let mut text = header.to_owned() + "\n";
    for row in 0..40 {
        let b = || usize::from(row % 3 == 0);
        let mut t = || rng.below(3000);
        text += &format!(
            "{},{},{},{},{},{},{},{},{},{}\n",
            50 + row % 20,
            t(),
            b(),
            row % 2,
            t(),
            b(),
            b(),
            t(),
            row % 2,
            b()
        );
    }
    let both = table("s.csv", &text);
    let mut other = text.lines();
    let header = other.next().unwrap().to_owned() + "\n";
    let elder = |line: &str| "9".to_owned() + &line[1..] + "\n";
    let target = table("t.csv", &(header + &other.map(elder).collect::<String>()));
    for (column, refused) in [
        ("death", true),
        ("d.time", true),
        ("hospdead", false),
        ("status", true),
        ("OS", true),
        ("OS.time", true),
        ("smoking_status", false),
        ("DEATH_EVENT", true),
        ("age", false),
    ] {
        let (mut preparation, _) = prepared(&[&both], &[&target], column);
        if matches!(column, "age" | "d.time" | "OS.time") {
            preparation.label.kind = LabelKind::Values { unit: "d".into() };
        }
        let code = assemble(&[&both], &[&target], &preparation).err().map(|error| error.code());
        assert_eq!(code == Some(Code::SurvivalLabel), refused, "{column}: {code:?}");
        preparation.label.accept_fixed_horizon = true;
        let code = assemble(&[&both], &[&target], &preparation).err().map(|error| error.code());
        assert_ne!(code, Some(Code::SurvivalLabel), "{column}");
    }
}

#[test]
fn patients_of_both_tables_leave_the_source_and_it_is_said() {
    let names = ["age", "lab", "sex", "y"];
    let (a, b) = (made(60, 1, 100.0, ["M", "F"], names), made(40, 2, 100.0, ["M", "F"], names));
    let with = |text: &str, id: &dyn Fn(usize) -> String| {
        let lines = text.lines().enumerate();
        lines
            .map(|(row, line)| if row == 0 { format!("patient_id,{line}\n") } else { format!("{},{line}\n", id(row)) })
            .collect::<String>()
    };
    // By identifier: P041 to P060 are in both.
    let (source, target) = (with(&a, &|row| format!("P{row:03}")), with(&b, &|row| format!("P{:03}", row + 40)));
    let cohorts = agreed(&[&table("a.csv", &source)], &[&table("b.csv", &target)], "y");
    assert_eq!((cohorts.sources[0].len(), cohorts.target.len()), (40, 40));
    let said = cohorts.findings.iter().find(|finding| finding.key == "patients_in_both").unwrap();
    assert_eq!(said.facts, [("rows".to_owned(), "20".to_owned())]);
    assert!(cohorts.sources[0].id.iter().all(|id| !cohorts.target.id.contains(id)));
    // Both hospitals count 1, 2, 3 …: the same numbers are not the same patients.
    let (source, target) = (with(&a, &|row| row.to_string()), with(&b, &|row| row.to_string()));
    let cohorts = agreed(&[&table("a.csv", &source)], &[&table("b.csv", &target)], "y");
    assert_eq!(cohorts.sources[0].len(), 60);
    // Without identifiers: rows that are equal in every feature.
    let shared: String = b.lines().skip(1).take(7).map(|line| line.to_owned() + "\n").collect();
    let cohorts = agreed(&[&table("a.csv", &(a.clone() + &shared))], &[&table("b.csv", &b)], "y");
    assert_eq!(cohorts.sources[0].len(), 60);
    let said = cohorts.findings.iter().find(|finding| finding.key == "rows_in_both").unwrap();
    assert_eq!(said.facts[0].1, "7");
    // Where a row is a few ticks only, equal rows are different persons.
    let ticks = |shift: usize| {
        let rows = (0..80).map(|i| format!("{},{},{}\n", (i + shift) % 2, i / 2 % 2, i / 4 % 2)).collect::<String>();
        "u,v,y\n".to_owned() + &rows
    };
    let cohorts = agreed(&[&table("a.csv", &ticks(0))], &[&table("b.csv", &ticks(1))], "y");
    assert_eq!(cohorts.sources[0].len(), 80);
}

#[test]
fn files_and_sites_are_domains_and_sets_are_kept_apart() {
    let names = ["age", "lab", "sex", "y"];
    let one = table("a.csv", &made(30, 1, 100.0, ["M", "F"], names));
    let two = table("b.csv", &made(20, 2, 100.0, ["M", "F"], names));
    let target = table("t.csv", &made(40, 3, 100.0, ["M", "F"], names));
    let cohorts = agreed(&[&one, &two], &[&target], "y");
    let domains: Vec<(&str, usize)> = cohorts.sources.iter().map(|s| (s.domain.as_str(), s.len())).collect();
    assert_eq!(domains, [("a.csv", 30), ("b.csv", 20)]);

    let text = made(40, 4, 100.0, ["M", "F"], names);
    let add = |text: &str, name: &str, value: &dyn Fn(usize) -> String| {
        let lines = text.lines().enumerate();
        lines
            .map(|(row, line)| format!("{line},{}\n", if row == 0 { name.into() } else { value(row) }))
            .collect::<String>()
    };
    let sites = table("s.csv", &add(&text, "hospital", &|row| ["north", "south"][row % 2].into()));
    let sets = add(&made(40, 5, 100.0, ["M", "F"], names), "split", &|row| {
        ["train", "train", "test", "unlabelled"][row % 4].into()
    });
    let cohorts = agreed(&[&sites], &[&table("t.csv", &sets)], "y");
    let domains: Vec<(&str, usize)> = cohorts.sources.iter().map(|s| (s.domain.as_str(), s.len())).collect();
    assert_eq!(domains, [("north", 20), ("south", 20)]);
    assert_eq!((cohorts.target.len(), cohorts.test.as_ref().unwrap().len()), (20, 10));
    let unlabelled = cohorts.unlabelled.as_ref().unwrap();
    assert!(unlabelled.len() == 10 && unlabelled.y.is_none());
    assert!(cohorts.test.as_ref().unwrap().y.is_some());
    assert!(cohorts.features().iter().all(|f| f.name != "split" && f.name != "hospital"));
}

#[test]
fn a_target_without_labels_waits_for_predictions() {
    let names = ["age", "lab", "sex", "y"];
    let source = table("a.csv", &made(60, 1, 100.0, ["M", "F"], names));
    let target = made(40, 2, 100.0, ["M", "F"], names);
    let target: String = target.lines().map(|l| l.rsplit_once(',').unwrap().0.to_owned() + "\n").collect();
    let target = table("b.csv", &target);
    let (mut preparation, _) = prepared(&[&source], &[&target], "y");
    preparation.label.target = None;
    preparation.target_roles.roles.remove("y");
    let cohorts = assemble(&[&source], &[&target], &preparation).unwrap();
    assert_eq!((cohorts.target.len(), cohorts.unlabelled.unwrap().len(), cohorts.sources[0].len()), (0, 40, 60));
}

#[test]
fn a_kept_model_reads_a_table_in_its_own_units_and_levels() {
    let source = table("a.csv", &made(60, 1, 100.0, ["M", "F"], ["age", "glucose", "sex", "y"]));
    let home =
        agreed(&[&source], &[&table("b.csv", &made(40, 2, 100.0, ["M", "F"], ["age", "glucose", "sex", "y"]))], "y");
    let target = table("c.csv", &made(30, 3, 6.0, ["male", "female"], ["Age", "Glucose", "gender", "y"]));
    let mut suggestion = suggest_roles(&[], &[&target]);
    suggestion.target.set("y", Role::Label);
    let lined = line_up_model(home.features(), &[&target], &suggestion.target);
    let mut preparation = Preparation {
        target_roles: suggestion.target,
        mapping: lined.mapping,
        label: LabelPlan { target: Some("y".into()), ..LabelPlan::default() },
        ..Preparation::default()
    };
    // Model's unit (mg/dL) to the table's (mmol/L), as the person says.
    preparation.mapping.features.iter_mut().find(|p| p.target == "Glucose").unwrap().factor = 1.0 / 18.0;
    let classes = ["0".to_owned(), "1".to_owned()];
    let cohorts = assemble_for_model(home.features(), Some((&classes, 1)), &[&target], &preparation).unwrap();
    assert_eq!(cohorts.features(), home.features());
    assert!(cohorts.sources.is_empty());
    let place = |name: &str| home.features().iter().position(|f| f.name == name).unwrap();
    let first = target.column("Glucose").unwrap().number(0).unwrap() * 18.0;
    assert!((f64::from(cohorts.target.x.column(place("glucose")).next().unwrap()) - first).abs() < 1e-3);
    let male = target.column("gender").unwrap().cell_text(0) == "male";
    assert_eq!(cohorts.target.x.column(place("sex")).next().unwrap(), f32::from(u8::from(male)));

    preparation.mapping.features.retain(|pair| pair.target != "Age");
    let error = assemble_for_model(home.features(), Some((&classes, 1)), &[&target], &preparation).unwrap_err();
    assert_eq!(error.code(), Code::ModelOtherColumns);
    assert!(error.to_string().contains("age"), "{error}");
}

#[test]
fn columns_that_give_the_label_away_and_columns_that_say_nothing_are_pointed_out() {
    let names = ["age", "lab", "sex", "y"];
    let add = |text: String| {
        let lines = text.lines().enumerate();
        let tail = |row: usize, line: &str| {
            if row == 0 { "bill,always".into() } else { format!("{}.{},7", &line[line.len() - 1..], row % 10) }
        };
        lines.map(|(row, line)| format!("{},{line}\n", tail(row, line))).collect::<String>()
    };
    let (source, target) = (add(made(80, 1, 100.0, ["M", "F"], names)), add(made(60, 2, 100.0, ["M", "F"], names)));
    let cohorts = agreed(&[&table("a.csv", &source)], &[&table("b.csv", &target)], "y");
    let found = |key: &str| {
        let of = cohorts.findings.iter().filter(|finding| finding.key == key);
        of.map(|finding| finding.column.clone().unwrap_or_default()).collect::<Vec<String>>()
    };
    assert_eq!(found("give_away"), ["bill", "bill"], "{:?}", cohorts.findings);
    assert_eq!(found("features_constant"), ["always", "always"]);
}

#[test]
fn a_preparation_survives_its_plan_and_refuses_unknown_fields() {
    let source = table("a.csv", &made(60, 1, 100.0, ["1", "2"], ["age", "glucose", "sex", "y"]));
    let target = table("b.csv", &made(40, 2, 6.0, ["M", "F"], ["age", "glucose", "sex", "y"]));
    let (mut preparation, _) = prepared(&[&source], &[&target], "y");
    preparation.mapping.features.push(Pair::new("u", "v", How::ByHand, Measure::Number));
    let text = serde_json::to_string(&preparation).unwrap();
    assert_eq!(serde_json::from_str::<Preparation>(&text).unwrap(), preparation);
    assert!(serde_json::from_str::<Preparation>(&text.replacen("\"mapping\"", "\"maping\"", 1)).is_err());
}

const HEART: [&str; 14] = [
    "age", "sex", "cp", "trestbps", "chol", "fbs", "restecg", "thalach", "exang", "oldpeak", "slope", "ca", "thal",
    "num",
];

#[test]
fn four_hospitals_line_up() {
    let options =
        ReadOptions { header: Some(false), names: Some(HEART.map(str::to_owned).to_vec()), ..Default::default() };
    let mut tables = Vec::new();
    for name in ["cleveland", "hungarian", "switzerland", "va"] {
        let Some(text) = shared(&format!("data/heart/processed.{name}.data")) else { return };
        tables.push(read(name, text.as_bytes(), &options).unwrap());
    }
    let rows = [303, 294, 123, 200];
    for target in 0..4 {
        let sources: Vec<&Table> = (0..4).filter(|s| *s != target).map(|s| &tables[s]).collect();
        let (mut preparation, lined) = prepared(&sources, &[&tables[target]], "num");
        preparation.label.kind = LabelKind::Classes { event: None, classes: Vec::new(), above: Some(0.0) };
        assert_eq!(lined.mapping.features.len(), 13, "{:?} {:?}", lined.unmatched_source, lined.notes);
        let cohorts = assemble(&sources, &[&tables[target]], &preparation).unwrap();
        assert_eq!(cohorts.sources.len(), 3);
        assert_eq!(cohorts.target.len(), rows[target]);
        let removed: usize = 920 - rows[target] - cohorts.sources.iter().map(|s| s.len()).sum::<usize>();
        assert!(removed <= 2, "{removed} rows taken for patients of two hospitals");
        // The published prevalences: 139, 106, 115 and 149 with disease.
        let (_, event, codes) = classes(&cohorts.target.y);
        assert_eq!(codes.iter().filter(|code| **code == Some(event as u32)).count(), [139, 106, 115, 149][target]);
        if target == 2 {
            let empty =
                cohorts.findings.iter().any(|f| f.column.as_deref() == Some("chol") && f.key == "features_constant");
            assert!(empty, "cholesterol is 0 in all of Switzerland: {:?}", cohorts.findings);
        }
    }
}

#[test]
fn genes_of_which_few_are_shared_are_said_and_raw_counts_too() {
    let genes = |name: &str, first: usize| {
        let header: String = (first..first + 90).map(|g| format!("GENE{g},")).collect();
        let row = |r: usize| (0..90).map(|g| format!("{},", (r * 5 + g * 3) % 7 * ((r + g) % 2))).collect::<String>();
        let rows: String = (0..40).map(|r| format!("{}{}\n", row(r), if r % 3 == 0 { "yes" } else { "no" })).collect();
        table(name, &format!("{header}response\n{rows}"))
    };
    let keys = |source: &Table, target: &Table| {
        let suggestion = suggest_roles(&[source], &[target]);
        let lined = prepared(&[source], &[target], "response").1;
        let of =
            |notes: &[autograft::preprocess::Finding], key: &str| notes.iter().filter(|note| note.key == key).count();
        (of(&suggestion.notes, "raw_counts"), of(&lined.notes, "few_shared"))
    };
    let (a, b) = (genes("bulk.csv", 0), genes("cells.csv", 70));
    assert_eq!(keys(&a, &b), (2, 1), "20 of 90 are shared");
    assert_eq!(keys(&a, &genes("cells.csv", 10)), (2, 0));
}
