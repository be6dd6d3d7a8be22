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
