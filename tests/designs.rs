//! Groups of patients, what the rows allow, what is missing, and where transfer stops paying: wired, through the desk.

use autograft::Code;
use autograft::evaluate::subgroup::{Column, Name, Told, compare, subgroups};
use autograft::evaluate::{Design, Reason, Verdict};
use autograft::metrics::{Metric, Truth, delong};
use autograft::plan::{Grid, Grouping, Plan, Split};
use autograft::preprocess::Role;
use autograft::report::designs::IfReached;
use autograft::rng::Rng;
use autograft::session::Prepared;
use autograft::table::{self, ReadOptions};
use autograft::watch::Quiet;

use crate::session::{hospital, open, plan_of, run};

fn risks(n: usize, seed: u64, slope: f64) -> (Vec<u32>, Vec<f64>, Vec<f64>) {
    let mut rng = Rng::stream(seed, "designs");
    let (mut y, mut a, mut b) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..n {
        let x = rng.normal();
        let p = 1.0 / (1.0 + (-x).exp());
        y.push(u32::from(rng.uniform() < p));
        a.push(1.0 / (1.0 + (-slope * x - 0.3 * rng.normal()).exp()));
        b.push(1.0 / (1.0 + (-0.5 * x - 0.8 * rng.normal()).exp()));
    }
    (y, a, b)
}

fn is(told: &Told) -> autograft::metrics::Estimate {
    if let Told::Is(e) = told { *e } else { panic!("{told:?}") }
}

#[test]
fn a_group_s_difference_is_that_of_the_group_alone() {
    let (y, a, b) = risks(400, 1, 1.0);
    let names = ["f".to_owned(), "m".to_owned()];
    let of: Vec<Option<u32>> = (0..400).map(|row| if row < 7 { None } else { Some(u32::from(row % 3 == 0)) }).collect();
    let truth = Truth::Classes { y: &y, classes: 2 };
    let found = compare(Metric::Auroc, truth, &a, &b, None, Column::Levels { of: &of, names: &names });
    assert_eq!(found.metric, Metric::Auroc);
    let rows: Vec<usize> = (0..400).filter(|&row| of[row] == Some(1)).collect();
    let pick = |values: &[f64]| rows.iter().map(|&row| values[row]).collect::<Vec<f64>>();
    let event: Vec<bool> = rows.iter().map(|&row| y[row] == 1).collect();
    let paired = delong::paired(&event, &pick(&a), &pick(&b)).unwrap();
    let group = &found.groups[1];
    assert_eq!((group.n as usize, group.events.unwrap() as usize), (rows.len(), event.iter().filter(|e| **e).count()));
    assert!((is(&group.difference).value - paired.difference).abs() < 1e-12);
    // DeLong divides by events and non-events less one, the influence by patients less one.
    assert!((is(&group.difference).se.unwrap() / paired.se - 1.0).abs() < 0.02);
    // Brier: the mean of paired differences, by hand.
    let loss = |p: f64, e: bool| (p - f64::from(u8::from(e))).powi(2);
    let d: Vec<f64> = rows.iter().zip(&event).map(|(&r, &e)| loss(b[r], e) - loss(a[r], e)).collect();
    let n = d.len() as f64;
    let mean = d.iter().sum::<f64>() / n;
    let se = (d.iter().map(|v| (v - mean).powi(2)).sum::<f64>() / (n - 1.0) / n).sqrt();
    let score = is(&group.score_difference);
    assert!((score.value - mean).abs() < 1e-12 && (score.se.unwrap() / se - 1.0).abs() < 1e-9);
    // Each side alone is what `subgroups` says.
    let alone = subgroups(truth, &a, None, Column::Levels { of: &of, names: &names });
    assert_eq!(alone.groups[1].performance, group.transfer.performance);
    let missing = found.groups.last().unwrap();
    assert_eq!((missing.name.clone(), missing.n), (Name::Missing, 7));
    assert!(matches!(missing.difference, Told::CannotTell { reason: Reason::TooFewEvents { .. } }));
    // Two groups, Cochran's Q is z².
    let (one, two) = (is(&found.groups[0].difference), is(&found.groups[1].difference));
    let q = (one.value - two.value).powi(2) / (one.se.unwrap().powi(2) + two.se.unwrap().powi(2));
    assert!((found.interaction.unwrap().q - q).abs() < 1e-9);
    // A metric without an influence function gives way, and says so; a baseline equal to the transfer has no interval.
    let other = compare(Metric::Auprc, truth, &a, &a, None, Column::Levels { of: &of, names: &names });
    assert_eq!(other.metric, Metric::Auroc);
    assert_eq!(other.groups[0].difference, Told::CannotTell { reason: Reason::Degenerate });
}

#[test]
fn the_interaction_test_keeps_its_level_and_finds_a_planted_one() {
    let names = ["a".to_owned(), "b".to_owned()];
    let mut rejected = [0, 0];
    for (at, planted) in [false, true].into_iter().enumerate() {
        for seed in 0..200 {
            let (mut y, mut a, mut b) = risks(300, 1000 + seed, 1.0);
            let (more_y, more_a, more_b) = risks(300, 5000 + seed, if planted { -0.2 } else { 1.0 });
            y.extend(more_y);
            a.extend(more_a);
            b.extend(more_b);
            let of: Vec<Option<u32>> = (0..600).map(|row| Some(u32::from(row >= 300))).collect();
            let truth = Truth::Classes { y: &y, classes: 2 };
            let found = compare(Metric::Auroc, truth, &a, &b, None, Column::Levels { of: &of, names: &names });
            rejected[at] += u32::from(found.interaction.unwrap().p < 0.05);
        }
    }
    // 5 % of 200 is 10 ± 3.1.
    assert!(rejected[0] <= 19, "false alarms: {} of 200", rejected[0]);
    assert!(rejected[1] > 195, "found: {} of 200", rejected[1]);
}

fn tables(source: &str, target: &str) -> (table::Table, table::Table) {
    let read = |name: &str, text: &str| table::read(name, text.as_bytes(), &ReadOptions::default()).unwrap();
    (read("source.csv", source), read("target.csv", target))
}

#[test]
fn groups_size_and_gaps_go_from_the_plan_to_the_report() {
    let (source, target) = (hospital(300, 1, false, "s"), hospital(120, 2, false, "t"));
    let linear = |plan: &mut Plan| {
        plan.transfer.method = "recalibration".to_owned();
        plan.baseline.method = "target_only_linear".to_owned();
        plan.transfer.config = serde_json::Value::Null;
        plan.baseline.config = serde_json::Value::Null;
        plan.others.clear();
        plan.importance = 0;
    };
    let study = open(&source, &target, |plan| {
        linear(plan);
        plan.grid = Some(Grid { frozen: vec![], sizes: vec![20, 40], repeats: 5, ..Grid::default() });
    });
    let (report, _) = run(&[&study], &Quiet);
    let comparison = report.forward.unwrap();
    let columns: Vec<&str> = comparison.subgroups.iter().map(|one| one.column.as_str()).collect();
    assert_eq!(columns, ["age", "sex"], "found by their names");
    assert!(comparison.subgroups.iter().all(|one| one.found));
    let ages = &comparison.subgroups[0];
    assert!(ages.cuts.iter().all(|cut| [18.0, 40.0, 65.0, 80.0].contains(cut)) && !ages.cuts.is_empty(), "{ages:?}");
    for column in &comparison.subgroups {
        assert_eq!(column.compared.groups.iter().map(|group| group.n).sum::<u32>(), 120);
    }
    // The crossing has an answer: five repeats, three sizes.
    let crossed = comparison.crossing.unwrap();
    assert_eq!((crossed.why, crossed.crossing.as_ref().map(|c| (c.repeats, c.curve.len()))), (None, Some((5, 3))));
    // What the rows allow: four candidates, sex with one coefficient.
    let size = report.sample_size.unwrap();
    assert_eq!((size.rows, size.parameters), (120, 4));
    let IfReached { needed: Some(needed), allowed, .. } = size.scenarios[0] else { panic!() };
    assert_eq!(needed > 120, allowed < 4, "{size:?}");
    let easier = &size.scenarios[2];
    assert!(easier.needed.unwrap() <= needed && easier.allowed >= allowed);
    let missing = report.missing.unwrap();
    assert_eq!(missing.features, ["lactate"]);
    let gaps = target.matches(",NA,").count() as u32;
    assert_eq!((missing.target.rows, missing.target.complete), (120, 120 - gaps));
    assert_eq!(missing.target.patterns, [(vec![0], gaps)]);

    // Chosen in the plan: these columns and cuts, and a column that cannot be used is said.
    let desk = autograft::web::desk::Desk::default();
    let plan = plan_of(&desk, &source, &target, |plan| {
        linear(plan);
        plan.subgroups = Some(vec![
            Grouping { column: "age".to_owned(), cuts: vec![50.0, 70.0] },
            Grouping { column: "no such".to_owned(), cuts: vec![] },
        ]);
    });
    let (a, b) = tables(&source, &target);
    let prepared = Prepared::new(plan.clone(), &[a], &[b], None).unwrap();
    assert_eq!(prepared.forward.groupings.len(), 1);
    assert_eq!(prepared.forward.groupings[0].cuts, [50.0, 70.0]);
    assert!(prepared.findings.iter().any(|finding| finding.key == "subgroup_unusable"));
    let mut wrong = plan;
    wrong.subgroups = Some(vec![Grouping { column: "age".to_owned(), cuts: vec![70.0, 50.0] }]);
    assert_eq!(wrong.check().unwrap_err().code(), Code::WrongType);
}

/// A hospital whose rows have a site and a year; `sites` of them in turn.
fn with_site_and_year(rows: usize, seed: u64, sites: usize) -> String {
    let plain = hospital(rows, seed, false, "t");
    let mut lines = plain.lines();
    let mut out = format!("site,year,{}\n", lines.next().unwrap());
    for (row, line) in lines.enumerate() {
        out += &format!("H{},{},{line}\n", row % sites, 2000 + (row * 7) % 20);
    }
    out
}

fn linear(plan: &mut Plan) {
    for (chosen, method) in [(&mut plan.transfer, "recalibration"), (&mut plan.baseline, "target_only_linear")] {
        chosen.method = method.to_owned();
        chosen.config = serde_json::Value::Null;
    }
    plan.others.clear();
    plan.importance = 0;
    // What the study's own helper does not know of.
    plan.preparation.target_roles.set("site", Role::Site);
    plan.preparation.target_roles.set("year", Role::Time);
    plan.preparation.source_roles.set("site", Role::Ignored);
    plan.preparation.source_roles.set("year", Role::Ignored);
}

fn divided(sites: usize, split: Split, change: impl Fn(&mut Plan)) -> (Prepared, autograft::report::Report) {
    let (source, target) = (with_site_and_year(300, 1, 1), with_site_and_year(200, 2, sites));
    let desk = autograft::web::desk::Desk::default();
    let plan = plan_of(&desk, &source, &target, |plan| {
        linear(plan);
        plan.split = split;
        change(plan);
    });
    let (a, b) = tables(&source, &target);
    let prepared = Prepared::new(plan.clone(), &[a], &[b], None).unwrap();
    let study = crate::session::prepare(desk, plan);
    (prepared, run(&[&study], &Quiet).0)
}

#[test]
fn by_time_the_later_rows_judge() {
    let (prepared, report) = divided(3, Split::Temporal, |plan| plan.design.repeats = 4);
    let sides = &prepared.forward;
    let test = sides.test.as_ref().unwrap();
    let (before, after) = (sides.target.time.as_ref().unwrap(), test.time.as_ref().unwrap());
    let most = before.iter().copied().fold(f64::MIN, f64::max);
    assert!(after.iter().all(|time| *time > most), "nobody learned from what came later");
    assert_eq!(sides.target.len() + test.len(), 200);
    assert!((40..=60).contains(&test.len()), "{}", test.len());
    let comparison = report.forward.unwrap();
    assert_eq!(comparison.contrast.design, Design::HeldOut);
    assert!(comparison.contrast.se > 0.0);
    let divided = comparison.divided.unwrap();
    assert_eq!((divided.split, divided.until), (Split::Temporal, Some(format!("{most}"))));
    assert_eq!(divided.test as usize, test.len());
    // Groups of patients follow the rows that are judged.
    let ages = comparison.subgroups.iter().find(|one| one.column == "age").unwrap();
    assert_eq!(ages.compared.groups.iter().map(|group| group.n as usize).sum::<usize>(), test.len());
}

#[test]
fn a_patient_of_both_periods_is_judged_and_not_learned_from() {
    let (source, target) = (with_site_and_year(300, 1, 1), with_site_and_year(200, 2, 3));
    let desk = autograft::web::desk::Desk::default();
    // Ten patients with one row in 2000 and one in 2019: by their name.
    let mut late = 0;
    let target: Vec<String> = target
        .lines()
        .map(|line| {
            let mut cells: Vec<String> = line.split(',').map(str::to_owned).collect();
            if cells[1] == "2000" || cells[1] == "2019" {
                cells[2] = format!("both{}", late / 2);
                late += 1;
            }
            cells.join(",")
        })
        .collect();
    let target = target.join("\n") + "\n";
    let plan = plan_of(&desk, &source, &target, |plan| {
        linear(plan);
        plan.split = Split::Temporal;
        plan.preparation.target_roles.set("patient", Role::Group);
    });
    let (a, b) = tables(&source, &target);
    let prepared = Prepared::new(plan, &[a], &[b], None).unwrap();
    let groups = |cohort: &autograft::cohort::Cohort| cohort.group.clone().unwrap();
    let judged: Vec<u32> = groups(prepared.forward.test.as_ref().unwrap());
    assert!(groups(&prepared.forward.target).iter().all(|group| !judged.contains(group)));
    assert!(prepared.findings.iter().any(|finding| finding.key == "patients_in_both_periods"));
}

#[test]
fn each_site_is_judged_by_the_others_and_few_sites_give_no_verdict() {
    let (prepared, report) = divided(6, Split::LeaveSiteOut, |_| {});
    let sides = &prepared.forward;
    assert_eq!(sides.sites, ["H0", "H1", "H2", "H3", "H4", "H5"]);
    for fold in &sides.folds {
        assert!(fold.test.iter().all(|&row| sides.site[row] as usize == fold.fold));
        assert!(fold.train.iter().all(|&row| sides.site[row] as usize != fold.fold));
        assert_eq!(fold.test.len() + fold.train.len(), 200);
    }
    assert_eq!(sides.folds.len(), 12, "two seeds");
    let comparison = report.forward.unwrap();
    assert_eq!((comparison.contrast.design, comparison.contrast.df), (Design::Sites, 5.0));
    let sites = comparison.divided.unwrap().sites;
    assert_eq!(sites.iter().map(|site| site.n).sum::<u32>(), 200);
    let gains: Vec<f64> = sites.iter().map(|site| site.gain.unwrap()).collect();
    let mean = gains.iter().sum::<f64>() / 6.0;
    let s2 = gains.iter().map(|g| (g - mean).powi(2)).sum::<f64>() / 5.0;
    assert!((comparison.contrast.estimate - mean).abs() < 1e-12);
    // Sites of 34, 34, 33, 33, 33 and 33 rows.
    let ratio = sites.iter().map(|site| f64::from(site.n) / f64::from(200 - site.n)).sum::<f64>() / 6.0;
    assert!((comparison.contrast.se - (s2 * (1.0 / 6.0 + ratio)).sqrt()).abs() < 1e-12, "t over sites");
    assert!(!matches!(comparison.contrast.verdict, Verdict::CannotTell { reason: Reason::TooFewSites { .. } }));
    let (_, report) = divided(3, Split::LeaveSiteOut, |_| {});
    let contrast = report.forward.unwrap().contrast;
    assert_eq!(contrast.verdict, Verdict::CannotTell { reason: Reason::TooFewSites { found: 3, needed: 5 } });
}

#[test]
fn refits_give_optimism_that_is_positive_and_a_plus_between_apparent_and_out_of_bag() {
    let (_, report) = divided(1, Split::Repeated, |plan| plan.refits = 20);
    let comparison = report.forward.unwrap();
    let internal = comparison.internal.unwrap();
    assert_eq!((internal.methods.len(), internal.left_out.len()), (2, 0));
    let baseline = internal.methods.iter().find(|one| one.role == "baseline").unwrap();
    let auroc = &baseline.measures[0];
    let (found, plus) = (auroc.optimism.unwrap(), auroc.point632.unwrap());
    assert_eq!((auroc.metric, found.refits), (Metric::Auroc, 20));
    assert!(found.optimism > 0.0 && found.corrected < found.apparent, "{found:?}");
    assert!(plus.plus < found.apparent && plus.plus > 0.5, "{plus:?}");
    assert!((found.corrected - auroc.by_design.unwrap()).abs() < 0.05, "{auroc:?}");
    let brier = baseline.measures.iter().find(|one| one.metric == Metric::Brier).unwrap();
    assert!(brier.optimism.unwrap().optimism < 0.0 && brier.point632.unwrap().plus > brier.optimism.unwrap().apparent);
}

#[test]
fn splits_without_their_column_are_refused_by_name_and_old_plans_are_read() {
    let (source, target) = (hospital(100, 1, false, "s"), hospital(60, 2, false, "t"));
    let desk = autograft::web::desk::Desk::default();
    for (split, code) in [(Split::Temporal, Code::NoTimes), (Split::LeaveSiteOut, Code::NoSites)] {
        let plan = plan_of(&desk, &source, &target, |plan| plan.split = split);
        let (a, b) = tables(&source, &target);
        assert_eq!(Prepared::new(plan, &[a], &[b], None).err().unwrap().code(), code);
    }
    let plan = plan_of(&desk, &source, &target, |_| {});
    let mut json: serde_json::Value = serde_json::from_str(&plan.to_json().unwrap()).unwrap();
    for field in ["split", "refits", "subgroups", "crossing"] {
        json.as_object_mut().unwrap().remove(field).unwrap();
    }
    let old = Plan::from_json(&json.to_string()).unwrap();
    assert_eq!((old.split, old.refits, old.subgroups, old.crossing), (Split::Repeated, 0, None, false));
    json["split"] = "nested".into();
    assert_eq!(Plan::from_json(&json.to_string()).unwrap().split, Split::Repeated, "nested it is");
}
