//! The released code's ways to make the classes of the bulk samples as frequent as each other, on training rows alone.
//!
//! *up*: rows of the rarer classes are drawn again; *down*: rows of the more frequent ones are left out; *smote*: rows are
//! made between one of a rarer class and one of its five nearest of that class (Chawla et al. 2002, JAIR 16:321).
//! What it costs: predicted risks are then about a population of equal classes, and no longer calibrated to the source's.

use crate::methods::common::encoder::Rows;
use crate::rng::Rng;

/// How many nearest rows SMOTE chooses from.
const NEAREST: usize = 5;

/// Rows and their classes, made even in this way ("none", "up", "down" or "smote").
pub fn even(x: &Rows<f32>, classes: &[usize], how: &str, rng: &mut Rng) -> (Rows<f32>, Vec<usize>) {
    let count = classes.iter().max().map_or(0, |most| most + 1);
    let of: Vec<Vec<usize>> =
        (0..count).map(|class| (0..classes.len()).filter(|&row| classes[row] == class).collect()).collect();
    let present = || of.iter().filter(|rows| !rows.is_empty());
    let most = present().map(Vec::len).max().unwrap_or(0);
    let fewest = present().map(Vec::len).min().unwrap_or(0);
    let mut rows: Vec<usize> = (0..classes.len()).collect();
    let mut made = Rows { rows: 0, cols: x.cols, values: Vec::new() };
    let mut made_of = Vec::new();
    match how {
        "up" => {
            for own in present() {
                rows.extend((own.len()..most).map(|_| own[rng.below(own.len())]));
            }
        }
        "down" => {
            rows = present()
                .flat_map(|own| rng.permutation(own.len()).into_iter().take(fewest).map(|at| own[at]))
                .collect();
            rows.sort_unstable();
        }
        "smote" => {
            for (class, own) in of.iter().enumerate().filter(|(_, own)| !own.is_empty()) {
                let near: Vec<Vec<usize>> = if own.len() < most { nearest(x, own) } else { Vec::new() };
                for _ in own.len()..most {
                    let one = rng.below(own.len());
                    let choice = near.get(one).map_or(&[][..], Vec::as_slice);
                    // A class of one row has no neighbour: it is drawn again.
                    let other = if choice.is_empty() { own[one] } else { choice[rng.below(choice.len())] };
                    let part = rng.uniform() as f32;
                    let (a, b) = (x.gather(&[own[one]]), x.gather(&[other]));
                    made.values.extend(a.iter().zip(&b).map(|(a, b)| a + part * (b - a)));
                    made.rows += 1;
                    made_of.push(class);
                }
            }
        }
        _ => {}
    }
    let mut out = x.select(&rows);
    let mut labels: Vec<usize> = rows.iter().map(|&row| classes[row]).collect();
    out.rows += made.rows;
    out.values.extend(made.values);
    labels.extend(made_of);
    (out, labels)
}

/// For each of these rows, the nearest others among them.
fn nearest(x: &Rows<f32>, own: &[usize]) -> Vec<Vec<usize>> {
    let cells: Vec<Vec<f32>> = own.iter().map(|&row| x.gather(&[row])).collect();
    let apart = |a: &[f32], b: &[f32]| a.iter().zip(b).map(|(a, b)| f64::from(a - b) * f64::from(a - b)).sum::<f64>();
    let of = |one: usize| {
        let mut others: Vec<(f64, usize)> = (0..own.len())
            .filter(|&other| other != one)
            .map(|other| (apart(&cells[one], &cells[other]), own[other]))
            .collect();
        others.sort_by(|a, b| a.0.total_cmp(&b.0));
        others.into_iter().take(NEAREST).map(|(_, row)| row).collect()
    };
    (0..own.len()).map(of).collect()
}

#[cfg(test)]
mod tests {
    use super::even;
    use crate::methods::common::encoder::Rows;
    use crate::rng::Rng;

    #[test]
    fn classes_are_even_and_made_rows_lie_between_their_own() {
        // Five of class 0 far below, two of class 1 between 10 and 12.
        let x = Rows { rows: 7, cols: 1, values: vec![-1.0, -2.0, -3.0, -4.0, -5.0, 10.0, 12.0] };
        let classes = [0, 0, 0, 0, 0, 1, 1];
        for (how, rows) in [("none", [5, 2]), ("up", [5, 5]), ("down", [2, 2]), ("smote", [5, 5])] {
            let (made, of) = even(&x, &classes, how, &mut Rng::stream(1, "test"));
            assert_eq!([0, 1].map(|class| of.iter().filter(|one| **one == class).count()), rows, "{how}");
            assert_eq!((made.rows, made.values.len()), (of.len(), of.len()), "{how}");
            for (value, class) in made.values.iter().zip(&of) {
                assert!(if *class == 0 { *value < 0.0 } else { (10.0..=12.0).contains(value) }, "{how}: {value}");
            }
        }
        let (made, _) = even(&x, &classes, "smote", &mut Rng::stream(1, "test"));
        assert!(made.values[7..].iter().any(|value| *value > 10.0 && *value < 12.0), "{made:?}");
    }
}
