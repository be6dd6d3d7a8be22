//! Splits: nobody on both sides, everybody tested once, strata even, groups whole, order of the file irrelevant.

use autograft::split::*;
use std::collections::BTreeSet;

fn labels(n: usize, every: usize) -> Vec<u32> {
    (0..n).map(|i| u32::from(i % every == 0)).collect()
}

#[test]
fn every_row_is_tested_once_a_repeat_and_strata_are_even() {
    let y = labels(103, 7);
    let folds = k_fold(103, Some(&y), None, 5, 3, 11).unwrap();
    assert_eq!(folds.len(), 15);
    for repeat in 0..3 {
        let mut seen = [0; 103];
        let (mut sizes, mut events) = (vec![], vec![]);
        for fold in folds.iter().filter(|f| f.repeat == repeat) {
            let train: BTreeSet<_> = fold.train.iter().collect();
            assert!(fold.test.iter().all(|r| !train.contains(r)));
            assert_eq!(fold.train.len() + fold.test.len(), 103);
            fold.test.iter().for_each(|&r| seen[r] += 1);
            sizes.push(fold.test.len());
            events.push(fold.test.iter().filter(|&&r| y[r] == 1).count());
        }
        assert!(seen.iter().all(|&s| s == 1));
        assert!(sizes.iter().max().unwrap() - sizes.iter().min().unwrap() <= 1);
        assert!(events.iter().max().unwrap() - events.iter().min().unwrap() <= 1);
    }
    assert_ne!(folds[0].test, folds[5].test, "repeats differ");
    assert_eq!(folds, k_fold(103, Some(&y), None, 5, 3, 11).unwrap());
    assert_ne!(folds, k_fold(103, Some(&y), None, 5, 3, 12).unwrap());
}

#[test]
fn groups_are_never_split_and_strata_stay_near() {
    let n = 200;
    let groups: Vec<u32> = (0..n as u32).map(|i| (i * i + 3) % 41).collect();
    let y = labels(n, 4);
    for fold in k_fold(n, Some(&y), Some(&groups), 4, 2, 5).unwrap() {
        let train: BTreeSet<u32> = fold.train.iter().map(|&r| groups[r]).collect();
        assert!(fold.test.iter().all(|&r| !train.contains(&groups[r])));
        let rate = fold.test.iter().filter(|&&r| y[r] == 1).count() as f64 / fold.test.len() as f64;
        assert!((rate - 0.25).abs() < 0.12, "event share {rate}");
        assert!((35..=65).contains(&fold.test.len()), "{}", fold.test.len());
    }
}

#[test]
fn as_many_folds_as_groups_leaves_none_empty() {
    let groups = [0, 0, 0, 0, 0, 0, 1, 2, 3, 3];
    let folds = k_fold(10, None, Some(&groups), 4, 5, 1).unwrap();
    assert!(folds.iter().all(|f| !f.test.is_empty() && !f.train.is_empty()));
}

#[test]
fn the_order_of_the_rows_does_not_matter_with_keys() {
    let n = 60;
    let y = labels(n, 3);
    let group: Vec<u32> = (0..n as u32).map(|i| i / 3).collect();
    let keys: Vec<u64> = (0..n as u64).map(|i| i * 977 + 13).collect();
    let rows: Vec<usize> = (0..n).collect();
    // A file in another order: row i of it is row back[i] of the first.
    let back: Vec<usize> = (0..n).map(|i| (i * 7 + 5) % n).collect();
    let y2: Vec<u32> = back.iter().map(|&i| y[i]).collect();
    let g2: Vec<u32> = back.iter().map(|&i| group[i]).collect();
    let k2: Vec<u64> = back.iter().map(|&i| keys[i]).collect();
    for grouped in [false, true] {
        let a = Respect { strata: Some(&y), groups: grouped.then_some(&group[..]), keys: Some(&keys) };
        let b = Respect { strata: Some(&y2), groups: grouped.then_some(&g2[..]), keys: Some(&k2) };
        let first = k_fold_of(&rows, a, 5, 2, 3).unwrap();
        let second = k_fold_of(&rows, b, 5, 2, 3).unwrap();
        for (f, s) in first.iter().zip(&second) {
            let f: BTreeSet<usize> = f.test.iter().copied().collect();
            let s: BTreeSet<usize> = s.test.iter().map(|&r| back[r]).collect();
            assert_eq!(f, s, "grouped: {grouped}");
        }
    }
    let a =
        nested_subsamples_of(&rows, Respect { strata: Some(&y), groups: None, keys: Some(&keys) }, &[20], 9).unwrap();
    let b =
        nested_subsamples_of(&rows, Respect { strata: Some(&y2), groups: None, keys: Some(&k2) }, &[20], 9).unwrap();
    let b: BTreeSet<usize> = b[0].iter().map(|&r| back[r]).collect();
    assert_eq!(a[0].iter().copied().collect::<BTreeSet<_>>(), b);
}

#[test]
fn subsamples_are_nested_stratified_and_hold_both_classes() {
    let y = labels(300, 20);
    let train: Vec<usize> = (0..300).filter(|i| i % 5 != 0 || i % 20 == 0).collect();
    let all = train.iter().filter(|&&r| y[r] == 1).count() as f64 / train.len() as f64;
    let sizes = [4, 10, 40, 100, train.len()];
    let sub = nested_subsamples(&train, Some(&y), &sizes, 4).unwrap();
    for (rows, size) in sub.iter().zip(sizes) {
        assert_eq!(rows.len(), size);
        let events = rows.iter().filter(|&&r| y[r] == 1).count();
        assert!(events >= 2 && rows.iter().all(|r| train.contains(r)));
        if size >= 40 {
            assert!((events as f64 - all * size as f64).abs() <= 1.0, "{events} of {size}");
        }
    }
    for pair in sub.windows(2) {
        assert!(pair[0].iter().all(|r| pair[1].contains(r)));
    }
    assert!(nested_subsamples(&train, Some(&y), &[301], 4).is_err());
    assert!(nested_subsamples(&train, Some(&y), &[0], 4).is_err());
}

#[test]
fn hold_out_keeps_shares_and_groups() {
    let y = labels(100, 10);
    let fold = hold_out(100, Respect { strata: Some(&y), ..Respect::default() }, 0.3, 2).unwrap();
    assert_eq!(fold.test.len(), 30);
    assert_eq!(fold.test.iter().filter(|&&r| y[r] == 1).count(), 3);
    let groups: Vec<u32> = (0..100).map(|i| i / 4).collect();
    let fold = hold_out(100, Respect { strata: Some(&y), groups: Some(&groups), keys: None }, 0.3, 2).unwrap();
    let train: BTreeSet<u32> = fold.train.iter().map(|&r| groups[r]).collect();
    assert!(fold.test.iter().all(|&r| !train.contains(&groups[r])));
    assert!((24..=36).contains(&fold.test.len()), "{}", fold.test.len());
    assert!(hold_out(100, Respect::default(), 1.0, 2).is_err());
    assert!(hold_out(1, Respect::default(), 0.5, 2).is_err());
}

#[test]
fn sites_are_left_out_one_by_one_and_times_are_cut() {
    let folds = leave_one_group_out(&[7, 7, 2, 9, 2]).unwrap();
    assert_eq!(folds.iter().map(|f| f.test.clone()).collect::<Vec<_>>(), [vec![2, 4], vec![0, 1], vec![3]]);
    assert!(leave_one_group_out(&[1, 1]).is_err());
    let fold = by_time(&[5.0, 1.0, 3.0, 2.0, 4.0], 0.4).unwrap();
    assert_eq!((fold.train, fold.test), (vec![1, 2, 3], vec![0, 4]));
}

#[test]
fn bad_requests_are_refused() {
    assert_eq!(k_fold(3, None, None, 5, 1, 0).unwrap_err().code(), autograft::Code::TooFewRows);
    assert_eq!(k_fold(9, None, None, 1, 1, 0).unwrap_err().code(), autograft::Code::OutOfRange);
    assert_eq!(k_fold(9, None, None, 3, 0, 0).unwrap_err().code(), autograft::Code::OutOfRange);
    assert_eq!(k_fold(9, None, Some(&[1; 9]), 3, 1, 0).unwrap_err().code(), autograft::Code::TooFewRows);
}

#[test]
fn numbers_are_binned_by_quantiles() {
    assert_eq!(quantile_bins(&[1.0, 2.0, 3.0, 4.0, f64::NAN], 2), [0, 0, 1, 1, 2]);
    assert_eq!(quantile_bins(&[0.0, 0.0, 0.0, 5.0], 4), [0, 0, 0, 2]);
}
