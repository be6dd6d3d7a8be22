//! The verdict: by hand, by rule, and by simulation of its false alarms.

use autograft::evaluate::contrast::{BetterWorse, adjust, ranks_better_calibrated_worse};
use autograft::evaluate::curve::{Score, compare, summarise};
use autograft::evaluate::cv::{FoldScores, contrast, corrected};
use autograft::evaluate::{Contrast, Design, Evidence, Reason, Verdict, held_out};
use autograft::math::linalg::solve_spd;
use autograft::math::logistic::sigmoid;
use autograft::math::stats::{mean, variance};
use autograft::metrics::{Metric, Truth, ranking};
use autograft::rng::Rng;
use autograft::split::{Respect, jackknife, k_fold};

fn folds(transfer: &[f64], target_only: &[f64]) -> Vec<FoldScores> {
    transfer
        .iter()
        .zip(target_only)
        .enumerate()
        .map(|(i, (a, b))| FoldScores {
            repeat: i / 5,
            fold: i % 5,
            n_train: 80,
            n_test: 20,
            transfer: Some(*a),
            target_only: Some(*b),
        })
        .collect()
}
fn enough() -> Evidence {
    Evidence::Classes(vec![60, 40])
}

#[test]
fn the_corrected_interval_by_hand() {
    let d = [0.02, 0.05, 0.01, 0.04, 0.08];
    // mean .04, s² = .00075, se² = (1/5 + 1/4) · .00075, t(4) at .975 = 2.7764451051977987 (scipy).
    let r = corrected(&d, 0.25);
    assert!((r.mean - 0.04).abs() < 1e-15 && r.df == 4.0);
    assert!((r.se - (0.45 * 0.00075_f64).sqrt()).abs() < 1e-15);
    assert!((r.high - 0.04 - 2.7764451051977987 * r.se).abs() < 1e-12);
    let base = [0.7; 5];
    let better: Vec<f64> = d.iter().map(|d| 0.7 + d).collect();
    let c = contrast(Metric::Auroc, &folds(&better, &base), &enough());
    assert!((c.estimate - 0.04).abs() < 1e-12 && (c.se - r.se).abs() < 1e-12);
    assert!((c.smallest_detectable - 2.8 * r.se).abs() < 1e-12);
    assert!((c.transfer - 0.74).abs() < 1e-12 && (c.target_only - 0.7).abs() < 1e-12);
    assert_eq!((c.n_folds, c.n_undefined, c.design), (5, 0, Design::Cv));
}

#[test]
fn verdicts_follow_the_interval_and_the_metric_direction() {
    let (low, high) = ([0.60, 0.61, 0.59, 0.605, 0.60], [0.80, 0.82, 0.79, 0.80, 0.81]);
    let says = |metric, a: &[f64], b: &[f64]| contrast(metric, &folds(a, b), &enough()).verdict;
    assert_eq!(says(Metric::Auroc, &high, &low), Verdict::Helps);
    assert_eq!(says(Metric::Auroc, &low, &high), Verdict::Harms);
    assert_eq!(says(Metric::Brier, &high, &low), Verdict::Harms);
    let mixed = [0.7, 0.9, 0.5, 0.8, 0.6];
    assert_eq!(says(Metric::Auroc, &mixed, &[0.7; 5]), Verdict::CannotTell { reason: Reason::Interval });
}

#[test]
fn rules_go_before_intervals() {
    let (low, high) = ([0.60, 0.61, 0.59, 0.605, 0.60], [0.80, 0.82, 0.79, 0.80, 0.81]);
    let c = contrast(Metric::Auroc, &folds(&high, &low), &Evidence::Classes(vec![200, 9]));
    let reason = Reason::TooFewEvents { class: 1, found: 9, needed: 10 };
    assert_eq!(c.verdict, Verdict::CannotTell { reason });
    assert!(c.low > 0.0, "the interval is shown all the same");
    assert_eq!(Evidence::of(Truth::Classes { y: &[0, 1, 1], classes: 3 }), Evidence::Classes(vec![1, 2, 0]));
    assert!(Evidence::Values(19).too_few().is_some() && Evidence::Values(20).too_few().is_none());
    // The same in every fold: no spread, no verdict, and JSON survives it.
    let flat = contrast(Metric::Auroc, &folds(&[0.75; 5], &[0.5; 5]), &enough());
    assert_eq!(flat.verdict, Verdict::CannotTell { reason: Reason::Degenerate });
    let back: Contrast = serde_json::from_str(&serde_json::to_string(&flat).unwrap()).unwrap();
    assert!(back.se.is_nan() && back.verdict == flat.verdict && back.estimate == flat.estimate);
    let json = serde_json::to_value(&c).unwrap();
    assert_eq!(json["verdict"]["kind"], "cannot_tell");
    assert_eq!(json["verdict"]["reason"]["kind"], "too_few_events");
    assert_eq!(json["metric"], "auroc");
}

#[test]
fn undefined_folds_are_left_out_of_both_sides() {
    let mut f = folds(&[0.8, 0.9, 0.7, 0.85, 0.8], &[0.7, 0.75, 0.68, 0.7, 0.9]);
    f[4].transfer = None;
    let c = contrast(Metric::Auroc, &f, &enough());
    assert_eq!((c.n_folds, c.n_undefined), (4, 1));
    assert!((c.target_only - 0.7075).abs() < 1e-12 && (c.df - 3.0).abs() < 1e-12);
    for fold in &mut f {
        fold.target_only = None;
    }
    let c = contrast(Metric::Auroc, &f, &enough());
    assert_eq!(c.verdict, Verdict::CannotTell { reason: Reason::Degenerate });
}

#[test]
fn secondary_contrasts_are_adjusted_and_better_worse_is_seen() {
    let (low, high) = ([0.60, 0.61, 0.59, 0.605, 0.60], [0.80, 0.82, 0.79, 0.80, 0.81]);
    let mut all = vec![
        contrast(Metric::Auroc, &folds(&high, &low), &enough()),
        contrast(Metric::LogLoss, &folds(&high, &low), &enough()),
        contrast(Metric::Brier, &folds(&[0.75; 5], &[0.5; 5]), &enough()),
    ];
    adjust(&mut all);
    assert!(all[0].p_adjusted.unwrap() >= all[0].p && all[2].p_adjusted.is_none());
    assert!((all[0].p_adjusted.unwrap() - 2.0 * all[0].p.min(all[1].p)).abs() < 1e-12);
    assert_eq!(ranks_better_calibrated_worse(&all), Some(BetterWorse::Shown));
    all[1].high = 0.1;
    assert_eq!(ranks_better_calibrated_worse(&all), Some(BetterWorse::Suspected));
    all[1].estimate = 0.1;
    assert_eq!(ranks_better_calibrated_worse(&all), None);
    assert_eq!(ranks_better_calibrated_worse(&all[1..]), None);
}

#[test]
fn curves_are_summed_up_and_compared_in_pairs() {
    let mut scores = Vec::new();
    for repeat in 0..8 {
        for n in [20, 40] {
            let base = 0.6 + 0.01 * repeat as f64;
            let gain = if n == 20 { 0.05 + 0.001 * repeat as f64 } else { 0.0 };
            scores.push(Score { method: "target_only".into(), n, repeat, value: Some(base) });
            scores.push(Score { method: "f2".into(), n, repeat, value: (repeat != 3).then_some(base + gain) });
        }
    }
    let points = summarise(&scores);
    assert_eq!(points.len(), 4);
    assert_eq!((points[0].method.as_str(), points[0].n, points[0].repeats), ("target_only", 20, 8));
    assert!((points[0].mean - 0.635).abs() < 1e-12);
    let pairs = compare(&scores, "target_only", Metric::Auroc);
    assert_eq!(pairs.len(), 2);
    assert_eq!((pairs[0].wins, pairs[0].losses, pairs[0].repeats), (7, 0, 7));
    // All seven up: 2 · 2⁻⁷.
    assert!((pairs[0].p.unwrap() - 2.0 / 128.0).abs() < 1e-12);
    assert_eq!((pairs[1].p, pairs[1].p_adjusted), (None, None));
}

/// Ridge logistic regression by Newton, its own code so that a fault of `elastic` cannot hide here.
fn ridge(x: &[Vec<f64>], y: &[u32], rows: &[usize], lambda: f64) -> Vec<f64> {
    let d = x[0].len() + 1;
    let row = |i: usize| -> Vec<f64> { std::iter::once(1.0).chain(x[i].iter().copied()).collect() };
    let mut beta = vec![0.0; d];
    for _ in 0..8 {
        let (mut g, mut h) = (vec![0.0; d], vec![0.0; d * d]);
        for &i in rows {
            let z = row(i);
            let q = sigmoid(z.iter().zip(&beta).map(|(a, b)| a * b).sum());
            for a in 0..d {
                g[a] += (f64::from(y[i]) - q) * z[a];
                (0..d).for_each(|b| h[a * d + b] += q * (1.0 - q) * z[a] * z[b]);
            }
        }
        for a in 0..d {
            let penalty = if a == 0 { 1e-6 } else { lambda };
            g[a] -= penalty * beta[a];
            h[a * d + a] += penalty;
        }
        beta.iter_mut().zip(solve_spd(&h, &g).unwrap()).for_each(|(b, s)| *b += s);
    }
    beta
}
fn risks(x: &[Vec<f64>], rows: &[usize], beta: &[f64]) -> Vec<f64> {
    rows.iter().map(|&i| sigmoid(beta[0] + x[i].iter().zip(&beta[1..]).map(|(a, b)| a * b).sum::<f64>())).collect()
}

/// Two views of each patient, three columns each, that carry equally much: a learner on one and a learner on the other are
/// exactly as good in expectation. `gain` adds to the first view.
fn cohort(n: usize, gain: f64, rng: &mut Rng) -> (Vec<Vec<f64>>, Vec<Vec<f64>>, Vec<u32>) {
    let (mut a, mut b, mut y) = (vec![], vec![], vec![]);
    for _ in 0..n {
        let class = u32::from(rng.uniform() < 0.4);
        let mut view = |extra: f64| -> Vec<f64> {
            (0..3).map(|j| rng.normal() + f64::from(class) * if j == 0 { 0.9 + extra } else { 0.0 }).collect()
        };
        a.push(view(gain));
        b.push(view(0.0));
        y.push(class);
    }
    (a, b, y)
}

fn simulate_cv(sim: usize, gain: f64) -> (Contrast, bool) {
    let mut rng = Rng::child(17, "simulation", sim);
    let n = 80;
    let (a, b, y) = cohort(n, gain, &mut rng);
    let mut scores = Vec::new();
    for fold in k_fold(n, Some(&y), None, 5, 4, sim as u64).unwrap() {
        let event: Vec<bool> = fold.test.iter().map(|&i| y[i] == 1).collect();
        let auroc = |x: &[Vec<f64>]| ranking::auroc(&event, &risks(x, &fold.test, &ridge(x, &y, &fold.train, 3.0)));
        scores.push(FoldScores {
            repeat: fold.repeat,
            fold: fold.fold,
            n_train: fold.train.len(),
            n_test: fold.test.len(),
            transfer: auroc(&a),
            target_only: auroc(&b),
        });
    }
    let c = contrast(Metric::Auroc, &scores, &Evidence::of(Truth::Classes { y: &y, classes: 2 }));
    let gains: Vec<f64> = scores.iter().map(|s| s.transfer.unwrap() - s.target_only.unwrap()).collect();
    // The t test that forgets that the folds share their rows.
    let naive = (mean(&gains) / (variance(&gains) / gains.len() as f64).sqrt()).abs() > 2.093;
    (c, naive)
}

#[test]
fn without_a_difference_the_cv_verdict_rarely_cries_and_the_naive_one_does() {
    let sims = 200;
    let (mut alarms, mut naive) = (0, 0);
    for sim in 0..sims {
        let (c, n) = simulate_cv(sim, 0.0);
        alarms += usize::from(matches!(c.verdict, Verdict::Helps | Verdict::Harms));
        naive += usize::from(n);
    }
    println!("false verdicts: corrected {alarms}, naive {naive} of {sims}");
    assert!(alarms * 10 <= sims, "{alarms} of {sims}");
    assert!(naive * 4 >= sims, "the naive test should be far too eager: {naive} of {sims}");
}

#[test]
fn with_a_large_difference_the_cv_verdict_finds_it() {
    let found = (0..40).filter(|&sim| simulate_cv(1000 + sim, 1.5).0.verdict == Verdict::Helps).count();
    assert!(found >= 32, "{found} of 40");
}

fn simulate_held_out(sim: usize, gain: f64, metric: Metric) -> (Contrast, f64) {
    let mut rng = Rng::child(23, "simulation", sim);
    let (a, b, y) = cohort(180, gain, &mut rng);
    let (train, test): (Vec<usize>, Vec<usize>) = ((0..60).collect(), (60..180).collect());
    let truth: Vec<u32> = test.iter().map(|&i| y[i]).collect();
    let respect = Respect { strata: Some(&y), ..Respect::default() };
    let cuts = jackknife(&train, respect, 2, 10, sim as u64).unwrap();
    let fit = |rows: &[usize]| {
        let one = |x: &[Vec<f64>]| risks(x, &test, &ridge(x, &y, rows, 3.0));
        (one(&a), one(&b))
    };
    let whole = fit(&train);
    let halves: Vec<(Vec<f64>, Vec<f64>)> = cuts.iter().map(|f| fit(&f.train)).collect();
    let fits = held_out::Fits {
        whole: vec![held_out::Fit { transfer: &whole.0, target_only: &whole.1 }],
        halves: halves
            .chunks_exact(2)
            .map(|pair| {
                let fit = |at: usize| held_out::Fit { transfer: &pair[at].0, target_only: &pair[at].1 };
                (fit(0), fit(1))
            })
            .collect(),
    };
    let c = held_out::contrast(metric, Truth::Classes { y: &truth, classes: 2 }, None, &fits, 1);
    (c.clone(), c.se)
}

#[test]
fn the_held_out_verdict_rarely_cries_and_its_error_is_of_the_right_size() {
    for metric in [Metric::Auroc, Metric::LogLoss] {
        let sims = 200;
        let (mut alarms, mut estimates, mut variances) = (0, vec![], vec![]);
        for sim in 0..sims {
            let (c, se) = simulate_held_out(sim, 0.0, metric);
            alarms += usize::from(matches!(c.verdict, Verdict::Helps | Verdict::Harms));
            estimates.push(c.estimate);
            variances.push(se * se);
        }
        let ratio = mean(&variances) / variance(&estimates);
        println!("{metric:?}: false verdicts {alarms} of {sims}; mean variance over true variance {ratio:.2}");
        assert!(alarms * 10 <= sims, "{alarms} of {sims}");
        assert!((0.7..1.9).contains(&ratio), "{ratio}");
    }
    let found = (0..20).filter(|&s| simulate_held_out(500 + s, 1.5, Metric::Auroc).0.verdict == Verdict::Helps).count();
    assert!(found >= 16, "{found} of 20");
}

#[test]
fn influences_agree_with_the_bootstrap() {
    // The same test set judged with and without a closed form: clusters of one row force the influences for the AUROC;
    // the average precision has none and goes through the bootstrap.
    let mut rng = Rng::stream(5, "held-out");
    let n = 150;
    let y: Vec<u32> = (0..n).map(|_| u32::from(rng.uniform() < 0.4)).collect();
    let score =
        |rng: &mut Rng, s: f64| -> Vec<f64> { y.iter().map(|&c| sigmoid(s * f64::from(c) + rng.normal())).collect() };
    let (a, a2, b, b2) = (score(&mut rng, 1.5), score(&mut rng, 1.5), score(&mut rng, 0.8), score(&mut rng, 0.8));
    let (one, two) =
        (held_out::Fit { transfer: &a, target_only: &b }, held_out::Fit { transfer: &a2, target_only: &b2 });
    let fits = held_out::Fits { whole: vec![one, two], halves: vec![(one, two)] };
    let truth = Truth::Classes { y: &y, classes: 2 };
    let single: Vec<u32> = (0..n as u32).collect();
    let delong = held_out::contrast(Metric::Auroc, truth, None, &fits, 3);
    let influence = held_out::contrast(Metric::Auroc, truth, Some(&single), &fits, 3);
    assert!((delong.se / influence.se - 1.0).abs() < 0.02, "{} {}", delong.se, influence.se);
    let boot = held_out::contrast(Metric::Auprc, truth, None, &fits, 3);
    assert!(boot.se.is_finite() && boot.se > 0.01);
    assert_eq!(boot, held_out::contrast(Metric::Auprc, truth, None, &fits, 3), "the seed decides");
    // Rows twice, in clusters of two: no more information than once.
    let (y2, twice) = (y.repeat(2), |v: &[f64]| v.repeat(2));
    let (ta, ta2, tb, tb2) = (twice(&a), twice(&a2), twice(&b), twice(&b2));
    let one = held_out::Fit { transfer: &ta, target_only: &tb };
    let two = held_out::Fit { transfer: &ta2, target_only: &tb2 };
    let fits2 = held_out::Fits { whole: vec![one, two], halves: vec![(one, two)] };
    let double =
        held_out::contrast(Metric::Auroc, Truth::Classes { y: &y2, classes: 2 }, Some(&single.repeat(2)), &fits2, 3);
    assert!((double.se / influence.se - 1.0).abs() < 1e-9);
}

#[test]
fn the_interval_of_one_procedure_is_that_of_its_contrast_with_a_constant() {
    let mut rng = Rng::stream(11, "single");
    let y: Vec<u32> = (0..90).map(|row| u32::from(row % 3 == 0)).collect();
    let mut fit = || -> Vec<f64> { y.iter().map(|&y| sigmoid(f64::from(y) - 0.5 + rng.normal())).collect() };
    let fits: Vec<Vec<f64>> = (0..10).map(|_| fit()).collect();
    let flat = vec![0.5; y.len()];
    let truth = Truth::Classes { y: &y, classes: 2 };
    let alone = held_out::Fits {
        whole: fits[..2].iter().map(Vec::as_slice).collect(),
        halves: fits[2..].chunks_exact(2).map(|two| (two[0].as_slice(), two[1].as_slice())).collect(),
    };
    let pairs = held_out::Fits {
        whole: fits[..2].iter().map(|p| held_out::Fit { transfer: p, target_only: &flat }).collect(),
        halves: fits[2..]
            .chunks_exact(2)
            .map(|two| {
                let fit = |at: usize| held_out::Fit { transfer: &two[at], target_only: &flat };
                (fit(0), fit(1))
            })
            .collect(),
    };
    let single = held_out::single(Metric::Auroc, truth, None, &alone, 1).unwrap();
    let contrast = held_out::contrast(Metric::Auroc, truth, None, &pairs, 1);
    assert!((single.mean - 0.5 - contrast.estimate).abs() < 1e-12);
    // DeLong divides by m − 1 and k − 1, the influence by c − 1 patients: equal but for that.
    assert!((single.se / contrast.se - 1.0).abs() < 0.02, "{} {}", single.se, contrast.se);
}

#[test]
fn metrics_without_an_influence_function_get_their_interval_by_resampling() {
    let mut rng = Rng::stream(12, "single");
    let y: Vec<u32> = (0..120).map(|row| u32::from(row % 3 == 0)).collect();
    let p: Vec<f64> = y.iter().map(|&y| sigmoid(1.2 * f64::from(y) - 1.0 + rng.normal())).collect();
    let truth = Truth::Classes { y: &y, classes: 2 };
    // Two halves alike: nothing but the test patients is left to vary.
    let fits = held_out::Fits { whole: vec![p.as_slice()], halves: vec![(p.as_slice(), p.as_slice()); 4] };
    for metric in [Metric::Auprc, Metric::CalibrationSlope] {
        let found = held_out::single(metric, truth, None, &fits, 1).unwrap();
        let mut rng = Rng::stream(13, "by hand");
        let draws: Vec<f64> = (0..2000)
            .filter_map(|_| {
                let rows: Vec<usize> = (0..y.len()).map(|_| rng.below(y.len())).collect();
                let (y, p): (Vec<u32>, Vec<f64>) = rows.iter().map(|&row| (y[row], p[row])).unzip();
                metric.compute(Truth::Classes { y: &y, classes: 2 }, &p)
            })
            .collect();
        let by_hand = autograft::math::stats::sd(&draws);
        assert!((found.se / by_hand - 1.0).abs() < 0.15, "{metric:?}: {} {by_hand}", found.se);
        assert!(found.low < found.mean && found.mean < found.high);
        assert_eq!(found, held_out::single(metric, truth, None, &fits, 1).unwrap());
    }
    // One class: no metric, no interval.
    let ones = vec![1; y.len()];
    let truth = Truth::Classes { y: &ones, classes: 2 };
    assert!(held_out::single(Metric::Auprc, truth, None, &fits, 1).is_none());
}
