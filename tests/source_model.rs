//! What a linear source model says of the shift, from cohorts to facts: planted truths are found where they were planted.

use autograft::cohort::{Cohort, Feature, FeatureKind, Frame, Labels, Side, View};
use autograft::error::Code;
use autograft::math::logistic::sigmoid;
use autograft::math::rows::Rows;
use autograft::rng::Rng;
use autograft::shift::disde::{Because, Moved};
use autograft::shift::model::{ByModel, LossKind, ScoreKind};
use autograft::shift::{Ridge, classifier_test, cross_fit, cross_fit_boosted};
use autograft::split::Respect;
use autograft::transferability::source_model::{by_model, moved};
use autograft::watch::{Event, Pulse, Quiet, Watch, block_on};

fn cohort(columns: &[Vec<f64>], y: Option<Labels>, side: Side) -> Cohort {
    let feature = |place: usize| Feature { name: format!("x{place}"), kind: FeatureKind::Number };
    let frame = Frame {
        features: (0..columns.len()).map(feature).collect(),
        columns: columns.iter().map(|column| column.iter().map(|v| *v as f32).collect()).collect(),
    };
    let x = View::all(frame);
    let id = (0..x.len()).map(|row| format!("{side:?}{row}")).collect();
    Cohort { x, y, id, domain: format!("{side:?}"), group: None, time: None, outcome: None, side }
}

fn classes(codes: Vec<Option<u32>>) -> Option<Labels> {
    Some(Labels::Classes { names: vec!["no".into(), "yes".into()], event: 1, codes })
}

/// Three normal features, the first moved; an outcome whose log odds are `slope` times those of the source.
fn side(n: usize, moved: f64, slope: f64, which: Side, rng: &mut Rng) -> Cohort {
    let mut columns = vec![Vec::new(); 3];
    let mut codes = Vec::new();
    for _ in 0..n {
        let x: Vec<f64> = (0..3).map(|j| rng.normal() + if j == 0 { moved } else { 0.0 }).collect();
        let event = rng.uniform() < sigmoid(slope * (-0.5 + 1.5 * x[0] + 0.8 * x[1]));
        codes.push(Some(u32::from(event)));
        columns.iter_mut().zip(x).for_each(|(column, v)| column.push(v));
    }
    cohort(&columns, classes(codes), which)
}

/// A person who has asked to stop.
#[derive(Default)]
struct Stopped(std::cell::Cell<f64>);

impl Watch for Stopped {
    fn event(&self, _: Event) {}
    fn now_ms(&self) -> f64 {
        self.0.set(self.0.get() + 100.0);
        self.0.get()
    }
    fn cancelled(&self) -> bool {
        true
    }
    fn breathe<'a>(&'a self) -> std::pin::Pin<Box<dyn Future<Output = ()> + 'a>> {
        Box::pin(std::future::ready(()))
    }
}

fn ask(source: &Cohort, target: &Cohort) -> ByModel {
    block_on(by_model(std::slice::from_ref(source), target, target, 1, &Quiet)).unwrap().unwrap()
}

fn planted(n: usize, m: usize, moved: f64, slope: f64, seed: u64) -> ByModel {
    let mut rng = Rng::stream(seed, "planted");
    let source = side(n, 0.0, 1.0, Side::Source, &mut rng);
    let target = side(m, moved, slope, Side::Target, &mut rng);
    ask(&source, &target)
}

#[test]
fn a_planted_change_of_the_outcome_is_not_blamed_on_other_patients() {
    for seed in 0..3 {
        let found = planted(300, 200, 0.0, -0.7, seed);
        let parts = found.moved.unwrap();
        assert_eq!(parts.moved, Moved::YGivenX, "{parts:?}");
        assert!(parts.y_given_x.value > 0.05 && parts.y_given_x.value > 3.0 * parts.x_in.value.abs(), "{parts:?}");
        // The sum is the whole.
        let sum = parts.x_out.value + parts.y_given_x.value + parts.x_in.value;
        assert!((sum - (parts.target - parts.source)).abs() < 1e-9);
        // Another outcome at equal features: the shares alone do not explain what is seen, or the outputs point the wrong way.
        let worth = found.worth.unwrap();
        assert!(worth.scores.iter().all(|score| score.value.is_finite()), "{worth:?}");
    }
}

#[test]
fn planted_other_patients_are_found_as_such() {
    let mut found = 0;
    for seed in 0..3 {
        let parts = planted(500, 500, 1.2, 1.0, seed).moved.unwrap();
        assert!(!matches!(parts.moved, Moved::YGivenX | Moved::Both), "{parts:?}");
        found += usize::from(parts.moved == Moved::X);
    }
    assert!(found >= 2, "{found} of 3");
}

#[test]
fn nothing_planted_is_seldom_found_and_a_planted_change_is() {
    // The whole path, source model and all; tests/transferability.rs holds the rate over 200 tables where the model is given.
    let moved_in = |slope: f64, seed: u64| {
        let mut rng = Rng::stream(seed, "planted");
        let source = side(120, 0.0, 1.0, Side::Source, &mut rng);
        let target = side(80, 0.0, slope, Side::Target, &mut rng);
        block_on(moved(&[source], &target, 1, &Quiet)).unwrap().unwrap()
    };
    const TABLES: usize = 40;
    let (mut by_x, mut by_y) = (0, 0);
    for seed in 0..TABLES as u64 {
        let parts = moved_in(1.0, 100 + seed);
        by_x += usize::from(matches!(parts.moved, Moved::X | Moved::Both));
        by_y += usize::from(matches!(parts.moved, Moved::YGivenX | Moved::Both));
    }
    // Each at 5 %: the largest count that is not yet as rare as 1 %.
    let mut chance = 0.95_f64.powi(TABLES as i32);
    let (mut under, mut most) = (chance, 0);
    while under < 0.99 {
        chance *= (TABLES - most) as f64 / (most + 1) as f64 * 0.05 / 0.95;
        most += 1;
        under += chance;
    }
    println!("null: x {by_x}, y given x {by_y} of {TABLES}, at most {most}");
    assert!(by_x <= most && by_y <= most, "null: x {by_x}, y given x {by_y} of {TABLES}, at most {most}");
    let found = (0..3).filter(|seed| matches!(moved_in(-1.0, 200 + seed).moved, Moved::YGivenX | Moved::Both)).count();
    assert!(found == 3, "planted: {found} of 3");
}

#[test]
fn disjoint_supports_and_few_rows_are_no_answer() {
    let apart = planted(150, 100, 15.0, -1.0, 1).moved.unwrap();
    assert_eq!(apart.moved, Moved::CannotTell);
    assert!(matches!(apart.because, Some(Because::FewShared | Because::LittleOverlap)), "{apart:?}");
    let few = planted(150, 20, 0.0, -2.0, 1).moved.unwrap();
    assert_eq!((few.moved, few.because), (Moved::CannotTell, Some(Because::FewShared)));
    // Fewer target rows than folds: no decomposition at all, and everything else stays.
    let fewer = planted(150, 4, 0.0, 1.0, 3);
    assert!(fewer.moved.is_none() && fewer.priors.is_some(), "{fewer:?}");
}

/// Features normal around ±1 by class; classes in these shares.
fn by_class(n: usize, share: f64, labelled: bool, which: Side, rng: &mut Rng) -> Cohort {
    let mut columns = vec![Vec::new(); 2];
    let mut codes = Vec::new();
    for _ in 0..n {
        let event = rng.uniform() < share;
        let centre = if event { 1.0 } else { -1.0 };
        columns.iter_mut().for_each(|column| column.push(centre + rng.normal()));
        codes.push(Some(u32::from(event)));
    }
    cohort(&columns, if labelled { classes(codes) } else { None }, which)
}

#[test]
fn shares_of_the_classes_are_estimated_without_a_label() {
    let mut rng = Rng::stream(2, "shares");
    let source = by_class(400, 0.3, true, Side::Source, &mut rng);
    for labelled in [true, false] {
        let target = by_class(400, 0.7, labelled, Side::Target, &mut rng);
        let found = ask(&source, &target);
        assert_eq!((found.moved.is_some(), found.worth.is_some()), (labelled, labelled));
        let priors = found.priors.unwrap();
        for prior in [priors.bbse.as_ref().unwrap().priors[1], priors.saerens.as_ref().unwrap().priors[1]] {
            assert!((prior.target - 0.7).abs() < 0.07 && (prior.source - 0.3).abs() < 0.06, "{prior:?}");
            assert!(prior.low.unwrap() < prior.target && prior.target < prior.high.unwrap());
        }
        assert!(priors.saerens.unwrap().p < 1e-6);
        assert_eq!((priors.observed.len(), priors.gap.is_some()), if labelled { (2, true) } else { (0, false) });
        if let Some((_, low, high)) = priors.gap {
            assert!(low < 0.0 && 0.0 < high, "{low} to {high}: nothing but the shares moved");
        }
    }
    // The features' meaning turned round: the guess and what is seen part ways, and the report can say so.
    let mut turned = by_class(400, 0.8, true, Side::Target, &mut rng);
    if let Some(Labels::Classes { codes, .. }) = &mut turned.y {
        codes.iter_mut().for_each(|code| *code = code.map(|c| 1 - c));
    }
    let (_, low, _) = ask(&source, &turned).priors.unwrap().gap.unwrap();
    assert!(low > 0.3, "{low}");
}

#[test]
fn scores_of_transferability_stand_beside_chance() {
    let mut rng = Rng::stream(3, "worth");
    let source = side(200, 0.0, 1.0, Side::Source, &mut rng);
    let related = ask(&source, &side(100, 0.0, 1.0, Side::Target, &mut rng)).worth.unwrap();
    let kinds: Vec<ScoreKind> = related.scores.iter().map(|score| score.kind).collect();
    assert_eq!(kinds, [ScoreKind::LogMe, ScoreKind::Leep, ScoreKind::HScore]);
    assert!(related.scores.iter().all(|score| score.p <= 0.01 && score.value > score.chance_high), "{related:?}");
    // An outcome that no feature has to do with.
    let unrelated = ask(&source, &side(100, 0.0, 0.0, Side::Target, &mut rng)).worth.unwrap();
    assert!(
        unrelated.scores.iter().all(|score| score.p > 0.01 && score.value < score.by_chance + 0.05),
        "{unrelated:?}"
    );
}

#[test]
fn numbers_are_decomposed_too() {
    let mut rng = Rng::stream(4, "numbers");
    let mut made = |n: usize, slope: f64, which: Side| -> Cohort {
        let x: Vec<Vec<f64>> = (0..2).map(|_| (0..n).map(|_| rng.normal()).collect()).collect();
        let values = (0..n).map(|i| slope * x[0][i] + x[1][i] + rng.normal()).collect();
        cohort(&x, Some(Labels::Values { unit: String::new(), values }), which)
    };
    let (source, target) = (made(200, 1.5, Side::Source), made(150, -1.0, Side::Target));
    let found = ask(&source, &target);
    assert_eq!(found.loss, LossKind::Squared);
    assert_eq!(found.moved.unwrap().moved, Moved::YGivenX);
    assert!(found.priors.is_none());
    assert_eq!(found.worth.unwrap().scores.len(), 1);
}

#[test]
fn what_cannot_be_fitted_is_left_out_and_a_stop_stops() {
    let mut rng = Rng::stream(5, "nothing");
    let target = side(60, 0.0, 1.0, Side::Target, &mut rng);
    let mut one = side(60, 0.0, 1.0, Side::Source, &mut rng);
    let source = one.clone();
    one.y = classes(vec![Some(1); 60]);
    let run = |source: &Cohort| block_on(by_model(std::slice::from_ref(source), &target, &target, 1, &Quiet)).unwrap();
    assert!(run(&one).is_none(), "one class");
    assert!(run(&one.without_labels()).is_none(), "no label");
    assert!(run(&source.select(&[0, 1, 2])).is_none(), "three rows");
    let stopped = block_on(by_model(std::slice::from_ref(&source), &target, &target, 1, &Stopped::default()));
    assert_eq!(stopped.err().unwrap().code(), Code::Cancelled);
}

#[test]
fn the_order_of_rows_changes_nothing() {
    let mut rng = Rng::stream(6, "order");
    let (source, target) = (side(80, 0.0, 1.0, Side::Source, &mut rng), side(60, 0.5, 1.0, Side::Target, &mut rng));
    let back = |of: &Cohort| of.select(&(0..of.len()).rev().collect::<Vec<_>>());
    let (a, b) = (ask(&source, &target), ask(&back(&source), &back(&target)));
    let (a, b) = (a.moved.unwrap(), b.moved.unwrap());
    assert!((a.y_given_x.value - b.y_given_x.value).abs() < 1e-6, "{a:?} and {b:?}");
    assert!((a.source - b.source).abs() < 1e-9 && (a.target - b.target).abs() < 1e-9);
}

#[test]
fn boosted_trees_see_what_a_line_does_not_and_hold_their_level() {
    let test = |spread: f64, n: usize, seed: u64| {
        let mut rng = Rng::stream(seed, "boosted");
        let target: Vec<bool> = (0..2 * n).map(|row| row >= n).collect();
        let x: Vec<f64> =
            target.iter().flat_map(|t| [rng.normal() * if *t { spread } else { 1.0 }, rng.normal()]).collect();
        let x = Rows::new(&x, 2).unwrap();
        let side: Vec<u32> = target.iter().map(|t| u32::from(*t)).collect();
        let respect = Respect { strata: Some(&side), groups: None, keys: None };
        let pulse = Pulse::new(&Quiet);
        let trees = block_on(cross_fit_boosted(x, &target, respect, 5, seed, &pulse)).unwrap();
        let line = block_on(cross_fit(&Ridge, x, &target, respect, 5, seed, &pulse)).unwrap();
        (classifier_test(&trees, &target).unwrap(), classifier_test(&line, &target).unwrap())
    };
    let (trees, line) = test(2.5, 200, 1);
    assert!(trees.auroc > 0.65 && trees.p < 0.001 && line.auroc < 0.6, "{trees:?}, {line:?}");
    // Over 8 of 60 has a chance of 0.3 % under Binomial(60, 0.05).
    let false_alarms = (0..60).filter(|seed| test(1.0, 60, 100 + seed).0.p < 0.05).count();
    println!("null: {false_alarms} of 60");
    assert!(false_alarms <= 8, "{false_alarms} of 60");
}
