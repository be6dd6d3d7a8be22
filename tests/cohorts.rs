//! Small generated cohorts for the tests of methods.

use autograft::cohort::{Cohort, Feature, FeatureKind, Frame, Labels, Side, Task, View};
use autograft::rng::Rng;
use autograft::table::Windows;

/// What is to be predicted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Two classes.
    Binary,
    /// Three classes.
    Three,
    /// A number.
    Number,
    /// A number, of rows that are windows: one series of eight steps.
    Series,
}

/// A cohort of `n` rows with five numbers (one of them with missing values) and a category of three levels.
/// `shift` moves the numbers.
pub fn cohort(kind: Kind, n: usize, seed: u64, shift: f64, side: Side) -> Cohort {
    let mut rng = Rng::stream(seed, "generator");
    let mut columns = vec![Vec::new(); 6];
    let (mut codes, mut values) = (Vec::new(), Vec::new());
    for _ in 0..n {
        let x: Vec<f64> = (0..5).map(|_| rng.normal() + shift).collect();
        let level = rng.below(3);
        let signal = 1.5 * x[0] - x[1] + if level == 1 { 1.0 } else { -0.5 } - 0.5 * shift;
        for (f, v) in x.iter().enumerate() {
            let lost = f == 4 && rng.uniform() < 0.1;
            columns[f].push(if lost { f32::NAN } else { *v as f32 });
        }
        columns[5].push(level as f32);
        let noise = rng.normal();
        codes.push(Some(match kind {
            Kind::Three => u32::from(signal + noise > -1.0) + u32::from(signal + noise > 1.0),
            _ => u32::from(signal + noise > 0.0),
        }));
        values.push(120.0 + 8.0 * (signal + 0.5 * noise));
    }
    let mut features: Vec<Feature> =
        (0..5).map(|f| Feature { name: format!("x{f}"), kind: FeatureKind::Number }).collect();
    let levels = ["a", "b", "c"].map(str::to_owned).to_vec();
    features.push(Feature { name: "grade".to_owned(), kind: FeatureKind::Category { levels } });
    if kind == Kind::Series {
        let half = |of: usize| columns[of].iter().map(|v| v / 2.0).collect::<Vec<f32>>();
        columns.extend([half(0), half(1)]);
        let name = |at: usize| Windows::lagged("s", 35 - 5 * at as u32);
        features = (0..8).map(|at| Feature { name: name(at), kind: FeatureKind::Number }).collect();
    }
    let names = |k: usize| ["no", "yes", "more"].iter().take(k).map(|s| (*s).to_owned()).collect();
    // What a source alone measures: more of it, more of the event.
    let outcome = (side == Side::Source).then(|| values.iter().map(|v| (v - 120.0) / 8.0).collect());
    let y = match kind {
        Kind::Binary => Labels::Classes { names: names(2), event: 1, codes },
        Kind::Three => Labels::Classes { names: names(3), event: 1, codes },
        Kind::Number | Kind::Series => Labels::Values { unit: "mmHg".to_owned(), values },
    };
    Cohort {
        x: View::all(Frame { features, columns }),
        y: Some(y),
        id: (0..n).map(|row| format!("p{row}")).collect::<Vec<_>>().into(),
        domain: format!("{side:?}"),
        group: None,
        time: None,
        outcome,
        side,
    }
}

/// A source of 300 rows, a target of 60 training rows, and 80 rows to be judged on.
pub fn study(kind: Kind, seed: u64) -> (Vec<Cohort>, Task, Cohort) {
    let source = cohort(kind, 300, seed, 0.0, Side::Source);
    let target = cohort(kind, 60, seed + 1, 0.3, Side::Target);
    let held_out = cohort(kind, 80, seed + 2, 0.3, Side::Target);
    (vec![source.clone()], Task { sources: vec![source], target, unlabelled: None }, held_out)
}

/// The columns of a cohort in the opposite order.
pub fn columns_reversed(cohort: &Cohort) -> Cohort {
    let p = cohort.x.features().len();
    let frame = Frame {
        features: cohort.x.features().iter().rev().cloned().collect(),
        columns: (0..p).rev().map(|f| cohort.x.column(f).collect()).collect(),
    };
    Cohort { x: View::all(frame), ..cohort.clone() }
}

/// The rows in the opposite order.
pub fn rows_reversed(cohort: &Cohort) -> Cohort {
    cohort.select(&(0..cohort.len()).rev().collect::<Vec<_>>())
}

/// The same rows with one value changed.
pub fn with_value(cohort: &Cohort, row: usize, feature: usize, value: f32) -> Cohort {
    let mut column: Vec<f32> = cohort.x.column(feature).collect();
    column[row] = value;
    Cohort { x: cohort.x.with_column(feature, column), ..cohort.clone() }
}
