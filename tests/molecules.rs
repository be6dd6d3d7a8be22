//! Molecules: the column of SMILES that is recognised, the table that is written with fingerprints, clusters held to
//! RDKit's (tests/golden/molecules.py), and compounds that a split keeps together.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use autograft::Code;
use autograft::math::tanimoto::{Bits, butina, with_neighbour_elsewhere};
use autograft::plan::{Plan, TablePlan};
use autograft::preprocess::{LabelPlan, Preparation, Role, line_up, suggest_roles};
use autograft::session::Prepared;
use autograft::table::{self, Added, Kind, ReadOptions, Table};
use serde::Deserialize;

#[derive(Deserialize)]
struct Golden {
    bits: usize,
    compounds: Vec<Compound>,
    tanimoto: Vec<(usize, usize, f64)>,
    butina: Vec<Clusters>,
}

#[derive(Deserialize)]
struct Compound {
    smiles: String,
    on: Vec<usize>,
    inchikey: String,
    scaffold: String,
}

#[derive(Deserialize)]
struct Clusters {
    similarity: f64,
    clusters: Vec<Vec<usize>>,
}

fn golden() -> Golden {
    serde_json::from_str(include_str!("golden/molecules.json")).unwrap()
}

fn rows(golden: &Golden) -> Vec<Bits> {
    golden.compounds.iter().map(|one| Bits::from_on(one.on.iter().copied(), golden.bits)).collect()
}

fn read(name: &str, text: &[u8]) -> Table {
    table::read(name, text, &ReadOptions::default()).unwrap()
}

#[test]
fn likeness_and_clusters_are_rdkits() {
    let golden = golden();
    let rows = rows(&golden);
    for &(a, b, value) in &golden.tanimoto {
        assert!((rows[a].tanimoto(&rows[b]) - value).abs() < 1e-15, "{a} {b}");
    }
    for Clusters { similarity, clusters } in &golden.butina {
        let found = butina(&rows, *similarity);
        let mut by: BTreeMap<u32, BTreeSet<usize>> = BTreeMap::new();
        found.iter().enumerate().for_each(|(row, cluster)| _ = by.entry(*cluster).or_default().insert(row));
        let found: BTreeSet<BTreeSet<usize>> = by.into_values().collect();
        let expected: BTreeSet<BTreeSet<usize>> = clusters.iter().map(|one| one.iter().copied().collect()).collect();
        assert_eq!(found, expected, "at {similarity}");
    }
}

#[test]
fn the_order_of_the_compounds_changes_no_cluster() {
    let golden = golden();
    let rows = rows(&golden);
    let turned: Vec<Bits> = rows.iter().rev().cloned().collect();
    let (one, mut other) = (butina(&rows, 0.4), butina(&turned, 0.4));
    other.reverse();
    for a in 0..rows.len() {
        for b in 0..a {
            assert_eq!(one[a] == one[b], other[a] == other[b], "{a} {b}");
        }
    }
    // One group holds nothing elsewhere; every compound by itself has its neighbours elsewhere.
    assert_eq!(with_neighbour_elsewhere(&rows, &vec![0; rows.len()], 0.4), 0);
    let alone: Vec<u32> = (0..rows.len() as u32).collect();
    assert!(with_neighbour_elsewhere(&rows, &alone, 0.4) > 100);
}

#[test]
fn a_column_of_smiles_is_noticed_and_words_are_not() {
    let golden = golden();
    let mut text = String::from("name,structure,sex,code\n");
    for (at, one) in golden.compounds.iter().enumerate() {
        writeln!(text, "m{at},{},{},{}", one.smiles, ["F", "N"][at % 2], ["CON", "COPS", "SO"][at % 3]).unwrap();
    }
    let summary = read("a.csv", text.as_bytes()).summary();
    let noticed = summary.columns.iter().filter(|column| column.suspects.iter().any(|note| note.code == "smiles"));
    assert_eq!(noticed.map(|column| column.name.as_str()).collect::<Vec<_>>(), ["structure"]);
    // Called so, a column may hold what is none; half of it at most.
    let few = "SMILES,y\nCC(=O)O,1\nnot one,0\nC1CC,1\nc1ccccc1,0\n";
    let summary = read("b.csv", few.as_bytes()).summary();
    assert!(summary.columns[0].suspects.iter().any(|note| note.code == "smiles"));
    let bad = read("c.csv", b"SMILES,y\nCC(=O)O,1\nnot one,0\nC1CC,1\nbad,0\n").summary();
    assert!(!bad.columns[0].suspects.iter().any(|note| note.code == "smiles"));
}

#[test]
fn a_table_is_written_with_its_bits_and_read_again() {
    let table = read("a.csv", b"name,dose,note\n\"a, b\",1.5,\"he said \"\"no\"\"\"\nc,,x\nd,3,y\ne,4,z\n");
    let added = [Added { name: "inchikey".to_owned(), cells: vec!["K1".to_owned(), String::new(), "K3".to_owned()] }];
    let bits = table::Bits { stem: "ecfp4_", width: 10, bytes: &[0b0000_0101, 0b10, 0, 0, 0xff, 0xff] };
    let written = table.to_csv(&[0, 1, 3], &added, bits).unwrap();
    let again = read("a.molecules.csv", &written);
    assert_eq!((again.rows, again.columns.len()), (3, 3 + 1 + 10));
    let cells = |name: &str| (0..3).map(|row| again.column(name).unwrap().cell_text(row)).collect::<Vec<_>>();
    assert_eq!(cells("name"), ["a, b", "c", "e"]);
    assert_eq!(cells("dose"), ["1.5", "", "4"]);
    assert_eq!(cells("note"), ["he said \"no\"", "x", "z"]);
    assert_eq!(cells("inchikey"), ["K1", "", "K3"]);
    let on = |row: usize| (0..10).filter(|bit| again.columns[4 + bit].number(row) == Some(1.0)).collect::<Vec<_>>();
    assert_eq!((on(0), on(1), on(2)), (vec![0, 2, 9], vec![], (0..10).collect()));
    assert!((4..14).all(|at| again.columns[at].kind == Kind::Number && again.columns[at].missing() == 0));
    let short = table::Bits { bytes: &[0], ..bits };
    assert_eq!(table.to_csv(&[0, 1, 3], &added, short).unwrap_err().code(), Code::Internal);
    assert_eq!(table.to_csv(&[0, 1, 9], &added, bits).unwrap_err().code(), Code::Internal);
    assert_eq!(table.to_csv(&[0, 1], &added, bits).unwrap_err().code(), Code::Internal);
}

/// The golden compounds `of` as the page's fingerprint table; whether a compound is active goes by one of its bits.
fn fingerprints(golden: &Golden, of: impl Iterator<Item = usize>) -> String {
    let mut text = String::from("smiles,active,inchikey,murcko_scaffold");
    (0..golden.bits).for_each(|bit| write!(text, ",ecfp4_{bit}").unwrap());
    text.push('\n');
    for at in of {
        let one = &golden.compounds[at];
        write!(text, "{},{},{},{}", one.smiles, u8::from(one.on.len().is_multiple_of(2)), one.inchikey, one.scaffold)
            .unwrap();
        let on: BTreeSet<usize> = one.on.iter().copied().collect();
        (0..golden.bits).for_each(|bit| write!(text, ",{}", u8::from(on.contains(&bit))).unwrap());
        text.push('\n');
    }
    text
}

/// Source and target that share twenty compounds.
fn families(golden: &Golden) -> (Table, Table) {
    let source = read("source.csv", fingerprints(golden, 0..220).as_bytes());
    (source, read("target.csv", fingerprints(golden, 200..400).as_bytes()))
}

fn planned(source: &Table, target: &Table, change: impl FnOnce(&mut Plan)) -> Plan {
    let suggestion = suggest_roles(&[source], &[target]);
    let (mut source_roles, mut target_roles) = (suggestion.source, suggestion.target);
    let label =
        target.columns.iter().map(|column| column.name.clone()).find(|name| ["active", "y"].contains(&name.as_str()));
    for roles in [&mut source_roles, &mut target_roles] {
        roles.set(label.as_deref().unwrap(), Role::Label);
    }
    let label = LabelPlan { source: label.clone(), target: label, ..LabelPlan::default() };
    let mapping = line_up(&[source], &[target], &source_roles, &target_roles, &label).mapping;
    let of = |table: &Table| TablePlan {
        name: table.name.clone(),
        fingerprint: String::new(),
        read: ReadOptions::default(),
    };
    let preparation = Preparation { source_roles, target_roles, mapping, label, person: None };
    let mut plan = Plan::new(vec![of(source)], vec![of(target)], preparation);
    plan.others.clear();
    change(&mut plan);
    plan
}

#[test]
fn what_names_a_compound_is_no_feature_and_finds_it_in_both_tables() {
    let golden = golden();
    let (source, target) = families(&golden);
    let roles = suggest_roles(&[&source], &[&target]).target;
    assert_eq!(roles.get("inchikey"), Role::Identifier);
    assert_eq!((roles.get("smiles"), roles.get("murcko_scaffold")), (Role::Ignored, Role::Ignored));
    assert_eq!((roles.get("ecfp4_0"), roles.get("ecfp4_1023")), (Role::Feature, Role::Feature));
    let both: BTreeSet<&str> = golden.compounds[..220].iter().map(|one| one.inchikey.as_str()).collect();
    let twice = golden.compounds[200..400].iter().filter(|one| both.contains(one.inchikey.as_str())).count();
    let prepared = Prepared::new(planned(&source, &target, |_| {}), &[source], &[target], None).unwrap();
    let said = prepared.findings.iter().find(|finding| finding.key == "compounds_in_both").unwrap();
    assert!(twice >= 20);
    assert_eq!(said.facts, [("rows".to_owned(), twice.to_string())]);
    assert_eq!(prepared.forward.sources[0].len(), 220 - twice);
}

#[test]
fn compounds_of_one_scaffold_or_one_cluster_are_never_divided() {
    let golden = golden();
    let (source, target) = families(&golden);
    let scaffold = |plan: &mut Plan| {
        plan.preparation.source_roles.set("murcko_scaffold", Role::Group);
        plan.preparation.target_roles.set("murcko_scaffold", Role::Group);
    };
    let tables = || ([source.clone()], [target.clone()]);
    let prepare = |plan: Plan| {
        let (sources, targets) = tables();
        Prepared::new(plan, &sources, &targets, None)
    };
    let by_scaffold = prepare(planned(&source, &target, scaffold)).unwrap();
    // Compounds of the source are not taken for the target's because they share a scaffold.
    assert_eq!(by_scaffold.forward.sources[0].len(), 200);
    let of = |prepared: &Prepared, row: usize| {
        let id = &prepared.forward.target.id[row];
        golden.compounds.iter().position(|one| one.inchikey == **id).unwrap()
    };
    for fold in &by_scaffold.forward.folds {
        let scaffolds = |rows: &[usize]| {
            let all = rows.iter().map(|&row| golden.compounds[of(&by_scaffold, row)].scaffold.as_str());
            all.filter(|scaffold| !scaffold.is_empty()).collect::<BTreeSet<_>>()
        };
        assert!(scaffolds(&fold.train).is_disjoint(&scaffolds(&fold.test)));
    }
    let alike = prepare(planned(&source, &target, |plan| plan.similarity = Some(0.4))).unwrap();
    let rows = rows(&golden);
    let here: Vec<Bits> = (0..200).map(|row| rows[of(&alike, row)].clone()).collect();
    let clusters = butina(&here, 0.4);
    for fold in &alike.forward.folds {
        let there = |rows: &[usize]| rows.iter().map(|&row| clusters[row]).collect::<BTreeSet<_>>();
        assert!(there(&fold.train).is_disjoint(&there(&fold.test)));
    }
    let said = alike.findings.iter().find(|finding| finding.key == "similarity_clusters").unwrap();
    let fact = |name: &str| said.facts.iter().find(|fact| fact.0 == name).unwrap().1.clone();
    assert_eq!(fact("clusters"), clusters.iter().collect::<BTreeSet<_>>().len().to_string());
    assert_eq!(fact("close"), with_neighbour_elsewhere(&here, &clusters, 0.4).to_string());
    // Both at once: what either ties is together.
    let both = prepare(planned(&source, &target, |plan| {
        scaffold(plan);
        plan.similarity = Some(0.4);
    }));
    let both = both.unwrap();
    let groups = both.forward.target.group.clone().unwrap();
    let joined = by_scaffold.forward.target.group.clone().unwrap();
    for a in 0..200 {
        for b in 0..a {
            if clusters[a] == clusters[b] || joined[a] == joined[b] {
                assert_eq!(groups[a], groups[b], "{a} {b}");
            }
        }
    }
}

/// What RDKit cannot read has no bits: it is alone, and the others are divided as they would be without it.
#[test]
fn a_bit_is_asked_nothing_and_is_no_outcome() {
    let golden = golden();
    let tables = [0..200, 200..400].map(|of| read("one.csv", fingerprints(&golden, of).as_bytes()));
    let [source, target] = &tables;
    for table in &tables {
        assert!(
            table.columns.iter().any(|column| column.numbers().iter().all(|bit| *bit == 0.0)),
            "a bit of no molecule"
        );
        let suspects: Vec<_> = table.summary().columns.into_iter().flat_map(|column| column.suspects).collect();
        let about: BTreeSet<_> = suspects.iter().map(|note| note.code.as_str()).collect();
        assert!(suspects.len() < 10 && about.contains("smiles"), "{about:?}");
        assert!(table.column_summary("ecfp4_0").unwrap().suspects.is_empty());
    }
    let suggested = suggest_roles(&[source], &[target]);
    assert_eq!(suggested.labels.iter().map(|one| one.target.as_str()).collect::<Vec<_>>(), ["active"]);
    assert_eq!(suggested.target.one(Role::Label), Some("active"), "what was measured of compounds");
    // Beside patients the same word is a habit.
    let patients = read("patients.csv", b"age,active,smoker\n50,1,0\n61,0,1\n44,1,1\n70,0,0\n");
    assert_eq!(suggest_roles(&[&patients], &[&patients]).target.one(Role::Label), None);
}

#[test]
fn a_row_that_is_no_molecule_has_no_likes() {
    let golden = golden();
    let source = read("source.csv", fingerprints(&golden, 0..220).as_bytes());
    let mut text = fingerprints(&golden, 220..400);
    for smiles in ["C1CC", "CC(C)(C)(C)C"] {
        text.push_str(&format!("{smiles},1,,{}\n", ",".repeat(golden.bits)));
    }
    let target = read("target.csv", text.as_bytes());
    let plan = planned(&source, &target, |plan| plan.similarity = Some(0.4));
    let prepared = Prepared::new(plan, &[source], &[target], None).unwrap();
    let groups = prepared.forward.target.group.clone().unwrap();
    assert_eq!(groups.len(), 182);
    for alone in &groups[180..] {
        assert_eq!(groups.iter().filter(|group| *group == alone).count(), 1);
    }
    assert!(groups.iter().collect::<BTreeSet<_>>().len() < 182, "others are alike");
}

#[test]
fn compounds_that_are_marked_as_test_stay_so_and_their_likes_are_counted() {
    let golden = golden();
    let marked = |of: std::ops::Range<usize>| {
        let text = fingerprints(&golden, of);
        let rows = text.lines().enumerate().map(|(at, line)| {
            let set = if at == 0 {
                "set"
            } else if at % 2 == 0 {
                "train"
            } else {
                "test"
            };
            format!("{line},{set}\n")
        });
        read("target.csv", rows.collect::<String>().as_bytes())
    };
    let (source, target) = (read("source.csv", fingerprints(&golden, 0..200).as_bytes()), marked(200..400));
    let plan = planned(&source, &target, |plan| plan.similarity = Some(0.4));
    let prepared = Prepared::new(plan, &[source], &[target], None).unwrap();
    let said = prepared.findings.iter().find(|finding| finding.key == "similarity_marked").unwrap();
    // The first row under the header is a test row.
    let rows = rows(&golden);
    let (test, train): (Vec<usize>, Vec<usize>) = (200..400).partition(|at| at % 2 == 0);
    let near = test.iter().filter(|&&a| train.iter().any(|&b| rows[a].tanimoto(&rows[b]) >= 0.4)).count();
    assert!(near > 5 && near < 100);
    let facts: BTreeMap<&str, &str> = said.facts.iter().map(|(slot, value)| (slot.as_str(), value.as_str())).collect();
    assert_eq!((facts["rows"], facts["close"]), ("100", near.to_string().as_str()));
}

#[test]
fn likeness_asks_for_a_fingerprint_and_for_a_share() {
    let text = |from: u32| (from..from + 40).map(|at| format!("{}.5,{}\n", at * at % 97, at % 2)).collect::<String>();
    let (plain, other) = (
        read("t.csv", format!("x,y\n{}", text(1)).as_bytes()),
        read("s.csv", format!("x,y\n{}", text(500)).as_bytes()),
    );
    let plan = planned(&other, &plain, |plan| plan.similarity = Some(0.6));
    let (sources, targets) = ([other], [plain]);
    let asked = Prepared::new(plan.clone(), &sources, &targets, None);
    assert_eq!(asked.err().unwrap().code(), Code::NoFingerprint);
    let none = Prepared::new(Plan { similarity: Some(0.0), ..plan }, &sources, &targets, None);
    assert_eq!(none.err().unwrap().code(), Code::OutOfRange);
}
