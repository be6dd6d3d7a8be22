//! Two clusters of rows by k-means (Lloyd's steps from k-means++ seeds, the best of several starts).

use crate::error::Result;
use crate::rng::Rng;
use crate::train::Run;

/// Starts, of which the one with the smallest sum of squares is taken.
const STARTS: usize = 25;
/// Steps of a start at most.
const STEPS: usize = 100;

/// The cluster of each row of `x` (rows × `cols`, row-major), 0 to `k` − 1, and the sum of squares within. Clusters are
/// numbered by their first coordinates, so that their numbers do not depend on the draw.
///
/// # Errors
/// [`crate::Code::Cancelled`].
pub async fn k_means(x: &[f64], cols: usize, k: usize, run: &Run<'_>) -> Result<(Vec<usize>, f64)> {
    let rows: Vec<&[f64]> = x.chunks_exact(cols.max(1)).collect();
    let mut best: Option<(Vec<usize>, Vec<Vec<f64>>, f64)> = None;
    for start in 0..STARTS {
        let mut centres = seeds(&rows, k, &mut Rng::child(run.seed, "k_means", start));
        let mut of = vec![0; rows.len()];
        let mut within = f64::INFINITY;
        for _ in 0..STEPS {
            run.breathe().await?;
            let mut sum = 0.0;
            for (place, row) in of.iter_mut().zip(&rows) {
                let (cluster, distance) = nearest(row, &centres);
                *place = cluster;
                sum += distance;
            }
            for (cluster, centre) in centres.iter_mut().enumerate() {
                let members: Vec<&&[f64]> =
                    rows.iter().zip(&of).filter(|(_, of)| **of == cluster).map(|(row, _)| row).collect();
                // An empty cluster keeps its centre.
                if !members.is_empty() {
                    for (at, value) in centre.iter_mut().enumerate() {
                        *value = members.iter().map(|row| row[at]).sum::<f64>() / members.len() as f64;
                    }
                }
            }
            let settled = sum >= within;
            within = sum;
            if settled {
                break;
            }
        }
        if best.as_ref().is_none_or(|(_, _, least)| within < *least) {
            best = Some((of, centres, within));
        }
    }
    let Some((of, centres, within)) = best else { return Ok((Vec::new(), 0.0)) };
    let mut order: Vec<usize> = (0..centres.len()).collect();
    let before = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| a.total_cmp(b)).find(|o| o.is_ne());
    order.sort_by(|&a, &b| before(&centres[a], &centres[b]).unwrap_or(std::cmp::Ordering::Equal));
    let place = |cluster: usize| order.iter().position(|&other| other == cluster).unwrap_or(0);
    Ok((of.into_iter().map(place).collect(), within))
}

/// Arthur & Vassilvitskii 2007: each next centre is a row drawn by its squared distance to the ones before.
fn seeds(rows: &[&[f64]], k: usize, rng: &mut Rng) -> Vec<Vec<f64>> {
    let mut centres: Vec<Vec<f64>> = rows.get(rng.below(rows.len())).map(|row| row.to_vec()).into_iter().collect();
    while !centres.is_empty() && centres.len() < k {
        let far: Vec<f64> = rows.iter().map(|row| nearest(row, &centres).1).collect();
        let mut point = rng.uniform() * far.iter().sum::<f64>();
        let drawn = far.iter().position(|distance| {
            point -= distance;
            point < 0.0
        });
        centres.push(rows[drawn.unwrap_or(rows.len() - 1)].to_vec());
    }
    centres
}

fn nearest(row: &[f64], centres: &[Vec<f64>]) -> (usize, f64) {
    let distance = |centre: &Vec<f64>| row.iter().zip(centre).map(|(a, b)| (a - b) * (a - b)).sum::<f64>();
    let all = centres.iter().map(distance).enumerate();
    all.fold((0, f64::INFINITY), |best, next| if next.1 < best.1 { next } else { best })
}
