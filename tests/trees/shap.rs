//! SHAP values against their definition, all subsets of features one by one, and their sum against the margin.

use super::Made;
use autograft::trees::{Forest, Loss, Matrix, Params, Parts, Rows, Search, train};

/// Shapley values of a game over `players`, by its definition.
fn shapley(players: usize, game: impl Fn(u32) -> f64) -> Vec<f64> {
    let factorial = |n: u32| (1..=n).map(f64::from).product::<f64>();
    let all = players as u32;
    (0..players)
        .map(|player| {
            (0..1_u32 << players)
                .filter(|set| set >> player & 1 == 0)
                .map(|set| {
                    let size = set.count_ones();
                    let weight = factorial(size) * factorial(all - size - 1) / factorial(all);
                    weight * (game(set | 1 << player) - game(set))
                })
                .sum()
        })
        .collect()
}

fn goes_left(parts: &Parts, node: usize, x: &Matrix<'_>, values: &[f32], row: usize) -> bool {
    let value = values[parts.feature[node] as usize * x.rows() + row];
    value < parts.threshold[node] || (value.is_nan() && parts.missing_left[node])
}

/// A tree's mean over the training weight where only the features of `known` are known (Lundberg 2020, algorithm 1).
fn known_only(parts: &Parts, start: usize, node: usize, x: &Matrix<'_>, values: &[f32], row: usize, known: u32) -> f64 {
    if parts.left[node] == 0 {
        return f64::from(parts.value[node]);
    }
    let children = [start + parts.left[node] as usize, start + parts.right[node] as usize];
    let below = children.map(|child| known_only(parts, start, child, x, values, row, known));
    if known >> parts.feature[node] & 1 == 1 {
        return if goes_left(parts, node, x, values, row) { below[0] } else { below[1] };
    }
    let covers = children.map(|child| f64::from(parts.cover[child]));
    (below[0] * covers[0] + below[1] * covers[1]) / (covers[0] + covers[1])
}

fn forests() -> Vec<(Made, Forest)> {
    let mut out = Vec::new();
    for (seed, loss) in [Loss::Logistic, Loss::Squared, Loss::Softmax { classes: 3 }].into_iter().enumerate() {
        for (search, depth) in [(Search::Exact, 5), (Search::Hist, 3), (Search::Exact, 1)] {
            let made = Made::new(seed as u64 + 20, 200, 6, 0.15, loss);
            let params = Params { search, max_depth: depth, min_child_weight: 0.1, ..Params::default() };
            let forest = train(&params, loss, Rows::new(made.matrix(), &made.y), 4, 1).unwrap();
            out.push((made, forest));
        }
    }
    out
}

/// The first rows, column by column.
fn head(made: &Made, rows: usize) -> Vec<f32> {
    made.x.chunks_exact(made.rows).flat_map(|column| column[..rows].to_vec()).collect()
}

#[test]
fn path_dependent_values_are_shapleys_of_the_training_shares() {
    for (made, forest) in forests() {
        let values = head(&made, 6);
        let x = Matrix::new(&values, 6, 6).unwrap();
        let shap = forest.shap_path(&x).unwrap();
        let (parts, outputs) = (forest.parts(), forest.outputs());
        for row in 0..6 {
            for output in 0..outputs {
                let game = |known: u32| -> f64 {
                    let trees = (0..forest.trees()).filter(|tree| tree % outputs == output);
                    trees
                        .map(|t| parts.starts[t] as usize)
                        .map(|s| known_only(parts, s, s, &x, &values, row, known))
                        .sum()
                };
                let expected = shapley(6, game);
                assert!((shap.bias[output] - parts.base[output] - game(0)).abs() < 1e-9);
                for (found, expected) in shap.of(row, output).iter().zip(&expected) {
                    assert!((found - expected).abs() < 1e-9, "{found} instead of {expected}");
                }
            }
        }
    }
}

#[test]
fn values_against_a_background_are_shapleys_of_mixed_rows() {
    for (made, forest) in forests() {
        let values = head(&made, 20);
        let (mine, others) = (5, 15);
        let cut = |rows: std::ops::Range<usize>| -> Vec<f32> {
            values.chunks_exact(20).flat_map(|column| column[rows.clone()].to_vec()).collect()
        };
        let (own, background) = (cut(0..mine), cut(mine..20));
        let (x, b) = (Matrix::new(&own, mine, 6).unwrap(), Matrix::new(&background, others, 6).unwrap());
        let shap = forest.shap_against(&x, &b).unwrap();
        let outputs = forest.outputs();
        for row in 0..mine {
            // The mean margin where the features of `known` come from the row and the others from the background.
            let game = |known: u32| -> Vec<f64> {
                let mixed: Vec<f32> = (0..6)
                    .flat_map(|f| (0..others).map(move |o| (f, o)))
                    .map(|(f, o)| if known >> f & 1 == 1 { own[f * mine + row] } else { background[f * others + o] })
                    .collect();
                let margins = forest.margins(&Matrix::new(&mixed, others, 6).unwrap(), None).unwrap();
                (0..outputs).map(|k| margins.iter().skip(k).step_by(outputs).sum::<f64>() / others as f64).collect()
            };
            let table: Vec<Vec<f64>> = (0..64).map(game).collect();
            for (output, bias) in shap.bias.iter().enumerate() {
                let expected = shapley(6, |known| table[known as usize][output]);
                assert!((bias - table[0][output]).abs() < 1e-9);
                for (found, expected) in shap.of(row, output).iter().zip(&expected) {
                    assert!((found - expected).abs() < 1e-9, "{found} instead of {expected}");
                }
            }
        }
    }
}

#[test]
fn values_and_bias_sum_to_the_margin() {
    for loss in [Loss::Logistic, Loss::Squared, Loss::Softmax { classes: 4 }] {
        let made = Made::new(31, 500, 12, 0.2, loss);
        let params = Params { max_depth: 7, min_child_weight: 0.0, ..Params::default() };
        let forest = train(&params, loss, Rows::new(made.matrix(), &made.y), 40, 1).unwrap();
        let values = head(&made, 30);
        let x = Matrix::new(&values, 30, 12).unwrap();
        let margins = forest.margins(&x, None).unwrap();
        for shap in [forest.shap_path(&x).unwrap(), forest.shap_against(&x, &made.matrix()).unwrap()] {
            for (i, margin) in margins.iter().enumerate() {
                let (row, output) = (i / forest.outputs(), i % forest.outputs());
                let sum = shap.bias[output] + shap.of(row, output).iter().sum::<f64>();
                assert!((sum - margin).abs() < 1e-9, "{sum} instead of {margin}");
            }
        }
    }
}

#[test]
fn a_branch_that_no_training_row_took_is_no_trouble() {
    // x0 < 0 ? 1 : (x1 < 0 ? 2 : (x0 < 1 ? 3 : 4)), where nothing was ever at x0 >= 0; and the mirror of it.
    for covers in [[5.0, 5.0, 0.0, 0.0, 0.0, 0.0, 0.0], [5.0, 0.0, 5.0, 5.0, 0.0, 0.0, 0.0]] {
        let parts = Parts {
            loss: Loss::Squared,
            features: 2,
            base: vec![0.5],
            starts: vec![0, 7],
            feature: vec![0, 0, 1, 0, 0, 0, 0],
            threshold: vec![0.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0],
            left: vec![1, 0, 3, 0, 5, 0, 0],
            right: vec![2, 0, 4, 0, 6, 0, 0],
            missing_left: vec![false; 7],
            value: vec![0.0, 1.0, 0.0, 2.0, 0.0, 3.0, 4.0],
            cover: covers.to_vec(),
            gain: vec![0.0; 7],
        };
        let forest = Forest::new(parts).unwrap();
        let values = [-1.0, 0.5, 2.0, 0.5, 1.0, 1.0, 1.0, -1.0];
        let x = Matrix::new(&values, 4, 2).unwrap();
        let shap = forest.shap_path(&x).unwrap();
        for (row, margin) in forest.margins(&x, None).unwrap().into_iter().enumerate() {
            let sum = shap.bias[0] + shap.of(row, 0).iter().sum::<f64>();
            assert!((sum - margin).abs() < 1e-12, "row {row}: {sum} instead of {margin}");
        }
    }
}
