//! What must hold of boosting whatever the numbers.

use super::Made;
use autograft::trees::{Booster, Forest, Loss, Matrix, Params, Rows, Search, train};
use autograft::{Code, rng::Rng};

const LOSSES: [Loss; 3] = [Loss::Logistic, Loss::Squared, Loss::Softmax { classes: 3 }];
const SEARCHES: [Search; 2] = [Search::Exact, Search::Hist];

fn params(search: Search) -> Params {
    Params { search, max_depth: 4, eta: 0.2, ..Params::default() }
}

fn margins(params: &Params, loss: Loss, rows: Rows<'_>, steps: usize) -> Vec<f64> {
    train(params, loss, rows, steps, 3).unwrap().margins(&rows.x, None).unwrap()
}

#[test]
fn the_same_seed_gives_the_same_bytes_and_another_seed_others() {
    for search in SEARCHES {
        for loss in LOSSES {
            let made = Made::new(1, 400, 9, 0.1, loss);
            let rows = Rows::new(made.matrix(), &made.y);
            let p = Params { subsample: 0.6, colsample_bytree: 0.7, colsample_bylevel: 0.6, ..params(search) };
            let bytes = |seed| serde_json::to_string(&train(&p, loss, rows, 6, seed).unwrap()).unwrap();
            assert_eq!(bytes(1), bytes(1));
            assert_ne!(bytes(1), bytes(2));
            let read: Forest = serde_json::from_str(&bytes(1)).unwrap();
            assert_eq!(serde_json::to_string(&read).unwrap(), bytes(1));
        }
    }
}

#[test]
fn the_order_of_the_rows_changes_nothing() {
    for search in SEARCHES {
        for loss in LOSSES {
            let made = Made::new(2, 500, 5, 0.2, loss);
            let order = Rng::stream(1, "order").permutation(500);
            let x: Vec<f32> =
                made.x.chunks_exact(500).flat_map(|c| order.iter().map(|i| c[*i]).collect::<Vec<_>>()).collect();
            let y: Vec<f64> = order.iter().map(|i| made.y[*i]).collect();
            // The base is a plain sum: given, so that only the trees are compared.
            let p = Params { base_score: Some(0.5), ..params(search) };
            let other = train(&p, loss, Rows::new(Matrix::new(&x, 500, 5).unwrap(), &y), 8, 3).unwrap();
            assert_eq!(train(&p, loss, Rows::new(made.matrix(), &made.y), 8, 3).unwrap(), other, "{search:?} {loss:?}");
        }
    }
}

#[test]
fn a_weight_is_a_number_of_rows() {
    for search in SEARCHES {
        for loss in LOSSES {
            let made = Made::new(3, 120, 4, 0.0, loss);
            let counts: Vec<usize> = (0..120).map(|i| [1, 0, 2, 1, 3][i % 5]).collect();
            let weight: Vec<f64> = counts.iter().map(|c| *c as f64).collect();
            let chosen: Vec<usize> = counts.iter().enumerate().flat_map(|(i, c)| vec![i; *c]).collect();
            let x: Vec<f32> =
                made.x.chunks_exact(120).flat_map(|c| chosen.iter().map(|i| c[*i]).collect::<Vec<_>>()).collect();
            let y: Vec<f64> = chosen.iter().map(|i| made.y[*i]).collect();
            let weighted = Rows { weight: Some(&weight), ..Rows::new(made.matrix(), &made.y) };
            let repeated = Rows::new(Matrix::new(&x, y.len(), 4).unwrap(), &y);
            let a = train(&params(search), loss, weighted, 5, 3).unwrap().margins(&made.matrix(), None).unwrap();
            let b = train(&params(search), loss, repeated, 5, 3).unwrap().margins(&made.matrix(), None).unwrap();
            assert!(a.iter().zip(&b).all(|(a, b)| (a - b).abs() < 1e-6), "{search:?} {loss:?}");
        }
    }
}

#[test]
fn exact_and_histogram_search_agree_where_each_value_has_a_bin() {
    for (seed, loss) in LOSSES.into_iter().enumerate() {
        // Nothing missing, or something in every column: where nothing is, the two send later missing values other
        // ways.
        for missing in [0.0, 0.3] {
            let mut made = Made::new(seed as u64 + 40, 250, 5, missing, loss);
            // No two values so near that their middle is one of them, and no ties between partitions.
            made.x.iter_mut().enumerate().for_each(|(i, x)| *x += i as f32 * 1e-5);
            let rows = Rows::new(made.matrix(), &made.y);
            let (a, b) =
                (margins(&params(Search::Exact), loss, rows, 10), margins(&params(Search::Hist), loss, rows, 10));
            assert!(a.iter().zip(&b).all(|(a, b)| (a - b).abs() < 1e-9), "{loss:?} {missing}");
        }
    }
}

#[test]
fn a_wide_table_that_holds_no_histogram_grows_the_same_trees() {
    let made = Made::new(12, 300, 4, 0.1, Loss::Logistic);
    // 24,000 columns, of which four say something: their histograms together would be larger than is held.
    let wide = 24_000;
    let mut x = vec![1.0_f32; 300 * wide];
    for (i, column) in made.x.chunks_exact(300).enumerate() {
        x[(i * 6001) * 300..][..300].copy_from_slice(column);
    }
    let grown = |x: Matrix<'_>| {
        let mut parts = train(&params(Search::Hist), Loss::Logistic, Rows::new(x, &made.y), 2, 1).unwrap().into_parts();
        parts.feature.iter_mut().for_each(|f| *f /= if x.features() == wide { 6001 } else { 1 });
        parts.features = 4;
        parts
    };
    assert_eq!(grown(Matrix::new(&x, 300, wide).unwrap()), grown(made.matrix()));
}

#[test]
fn continuing_is_the_same_as_going_on() {
    for search in SEARCHES {
        for loss in LOSSES {
            let made = Made::new(5, 300, 6, 0.1, loss);
            let rows = Rows::new(made.matrix(), &made.y);
            let p = Params { subsample: 0.7, colsample_bytree: 0.8, ..params(search) };
            let whole = train(&p, loss, rows, 9, 11).unwrap();
            let first = train(&p, loss, rows, 4, 11).unwrap();
            assert_eq!(whole.truncated(4), first);
            let mut booster = Booster::new(&p, loss, rows, Some(&first), 11).unwrap();
            for step in 5..=9 {
                assert_eq!(booster.step().unwrap().steps, step);
            }
            let continued = booster.finish();
            // The streams are named by the step; margins that were added up anew may differ in the last bit, leaves may
            // not.
            assert_eq!(continued, whole, "{search:?} {loss:?}");
            // From a forest elsewhere: its margins as the rows' own, and new trees alone, add up to the same.
            let start = first.margins(&made.matrix(), None).unwrap();
            let own = Rows { margin: Some(&start), ..rows };
            let p = Params { subsample: 1.0, colsample_bytree: 1.0, ..p };
            let alone = train(&p, loss, own, 3, 1).unwrap();
            let mut booster = Booster::new(&p, loss, rows, Some(&first), 1).unwrap();
            (0..3).for_each(|_| assert!(booster.step().is_ok()));
            let together = alone.margins(&made.matrix(), Some(&start)).unwrap();
            assert!(together.iter().zip(booster.margins()).all(|(a, b)| (a - b).abs() < 1e-9), "{search:?} {loss:?}");
        }
    }
}

#[test]
fn each_step_lowers_the_loss_and_the_margins_are_the_forests() {
    for search in SEARCHES {
        for loss in LOSSES {
            let made = Made::new(6, 300, 6, 0.15, loss);
            let rows = Rows::new(made.matrix(), &made.y);
            let mut booster = Booster::new(&params(search), loss, rows, None, 1).unwrap();
            let mut last = booster.loss();
            for _ in 0..15 {
                booster.step().unwrap();
                assert!(booster.loss() < last);
                last = booster.loss();
            }
            let kept = booster.margins().to_vec();
            let forest = booster.finish();
            let x = made.matrix();
            assert_eq!(forest.margins(&x, None).unwrap(), kept);
            let p = forest.predict(&x).unwrap();
            if loss != Loss::Squared {
                assert!(p.iter().all(|p| (0.0..=1.0).contains(p)));
            }
            if let Loss::Softmax { classes } = loss {
                assert!(p.chunks_exact(classes).all(|p| (p.iter().sum::<f64>() - 1.0).abs() < 1e-12));
            }
            let leaves = forest.leaves(&x).unwrap();
            let of_first: f64 = forest.parts().base[0]
                + (0..forest.trees())
                    .filter(|tree| tree % forest.outputs() == 0)
                    .map(|tree| {
                        let node = forest.parts().starts[tree] + leaves[tree];
                        f64::from(forest.parts().value[node as usize])
                    })
                    .sum::<f64>();
            assert!((of_first - kept[0]).abs() < 1e-12);
        }
    }
}

#[test]
fn watched_rows_stop_in_time_and_the_best_step_is_kept() {
    let (made, other) = (Made::new(7, 150, 6, 0.0, Loss::Logistic), Made::new(8, 150, 6, 0.0, Loss::Logistic));
    let watched = Rows::new(other.matrix(), &other.y);
    for search in SEARCHES {
        let p = Params { max_depth: 6, eta: 0.5, ..params(search) };
        let rows = Rows::new(made.matrix(), &made.y);
        let mut booster = Booster::new(&p, Loss::Logistic, rows, None, 1).unwrap().watch(watched, 5).unwrap();
        let mut losses = Vec::new();
        loop {
            let step = booster.step().unwrap();
            losses.push(step.watched.unwrap());
            if step.stop {
                break;
            }
            assert!(losses.len() < 200, "noise must have been learned by now");
        }
        let best = (0..losses.len()).min_by(|a, b| losses[*a].total_cmp(&losses[*b])).unwrap();
        assert_eq!(losses.len(), best + 1 + 5);
        let forest = booster.finish();
        assert_eq!(forest.steps(), best + 1);
        let p = forest.predict(&other.matrix()).unwrap();
        let loss = -p.iter().zip(&other.y).map(|(p, y)| if *y == 1.0 { p.ln() } else { (1.0 - p).ln() }).sum::<f64>();
        assert!((loss / 150.0 - losses[best]).abs() < 1e-9);
    }
}

#[test]
fn settings_bound_the_trees() {
    let made = Made::new(9, 400, 8, 0.1, Loss::Logistic);
    let rows = Rows::new(made.matrix(), &made.y);
    for search in SEARCHES {
        let p = Params { base_score: Some(0.5), ..params(search) };
        let nodes = |p: &Params| train(p, Loss::Logistic, rows, 5, 1).unwrap().into_parts();
        let whole = nodes(&p);
        assert!(whole.gain.iter().zip(&whole.left).all(|(gain, left)| *left == 0 || *gain > 0.0));

        let none = nodes(&Params { max_depth: 0, ..p.clone() });
        assert_eq!(none.feature.len(), 5);
        let heavy = nodes(&Params { min_child_weight: 12.0, ..p.clone() });
        assert!(heavy.cover.iter().all(|cover| *cover >= 12.0) && heavy.feature.len() > 5);
        let bounded = nodes(&Params { max_delta_step: 0.1, ..p.clone() });
        assert!(bounded.value.iter().all(|v| v.abs() <= 0.1 * 0.2 + 1e-9));
        assert!(bounded.value.iter().any(|v| v.abs() > 0.0199));
        let dear = nodes(&Params { gamma: 3.0, ..p.clone() });
        assert!(dear.feature.len() < whole.feature.len());
        // Nothing is worth an infinite price, nothing is left of any gradient under an infinite L1 penalty.
        assert_eq!(nodes(&Params { gamma: 1e30, ..p.clone() }).feature.len(), 5);
        let lasso = nodes(&Params { alpha: 1e30, ..p.clone() });
        assert!(lasso.value.iter().all(|v| *v == 0.0));
        let one = nodes(&Params { colsample_bytree: 1e-6, ..p.clone() });
        for tree in one.starts.windows(2) {
            let range = tree[0] as usize..tree[1] as usize;
            let mut used: Vec<u32> = range.filter(|i| one.left[*i] != 0).map(|i| one.feature[i]).collect();
            used.dedup();
            assert!(used.len() <= 1, "one column a tree, {used:?}");
        }
    }
}

#[test]
fn missing_values_go_where_they_are_worth_more() {
    // Events are missing: they must leave the side of the others, in both directions.
    for flip in [false, true] {
        let x: Vec<f32> = (0..60).map(|i| if i % 3 == 0 { f32::NAN } else { i as f32 }).collect();
        let y: Vec<f64> = x.iter().map(|x| f64::from((x.is_nan() || *x > 40.0) != flip)).collect();
        for search in SEARCHES {
            let p = Params { max_depth: 1, eta: 1.0, ..params(search) };
            let matrix = Matrix::new(&x, 60, 1).unwrap();
            let forest = train(&p, Loss::Logistic, Rows::new(matrix, &y), 1, 1).unwrap();
            assert!(!forest.parts().missing_left[0]);
            let risk = forest.predict(&Matrix::new(&[f32::NAN, 10.0, 50.0], 3, 1).unwrap()).unwrap();
            assert!((risk[0] - risk[2]).abs() < 1e-12 && (risk[0] > risk[1]) != flip, "{risk:?}");
        }
    }
}

#[test]
fn a_forest_that_came_from_elsewhere_is_checked() {
    let made = Made::new(10, 100, 3, 0.0, Loss::Logistic);
    let rows = Rows::new(made.matrix(), &made.y);
    let parts = train(&params(Search::Hist), Loss::Logistic, rows, 2, 1).unwrap().into_parts();
    assert!(Forest::new(parts.clone()).is_ok());
    let breaks: [fn(&mut autograft::trees::Parts); 10] = [
        |p| p.left[0] = 1_000_000,
        |p| p.left[0] = 0,
        |p| p.right[0] = p.left[0],
        |p| p.feature[0] = 3,
        |p| p.value[0] = f32::NAN,
        |p| p.cover[0] = -1.0,
        |p| p.starts.truncate(2),
        |p| p.starts[1] = 0,
        |p| p.base.clear(),
        |p| p.gain.clear(),
    ];
    // A chain, deeper than any that is grown.
    let chain = |p: &mut autograft::trees::Parts, depth: u32| {
        p.starts = vec![0, 2 * depth + 1];
        p.left = (0..=2 * depth).map(|i| if i % 2 == 0 && i < 2 * depth { i + 1 } else { 0 }).collect();
        p.right = p.left.iter().map(|l| if *l > 0 { l + 1 } else { 0 }).collect();
        let n = p.left.len();
        (p.feature, p.threshold, p.value) = (vec![0; n], vec![0.0; n], vec![1.0; n]);
        (p.missing_left, p.cover, p.gain) = (vec![false; n], vec![1.0; n], vec![0.0; n]);
    };
    for (depth, fine) in [(64, true), (65, false)] {
        let mut long = parts.clone();
        chain(&mut long, depth);
        assert_eq!(Forest::new(long).is_ok(), fine, "{depth}");
    }
    for (i, break_it) in breaks.iter().enumerate() {
        let mut broken = parts.clone();
        break_it(&mut broken);
        assert_ne!(broken, parts, "{i}");
        assert_eq!(Forest::new(broken.clone()).unwrap_err().code(), Code::BadModel, "{i}");
        assert!(serde_json::from_str::<Forest>(&serde_json::to_string(&broken).unwrap_or_default()).is_err(), "{i}");
    }
}
