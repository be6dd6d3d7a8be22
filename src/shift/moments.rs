//! How far means, covariances and correlations of the features are apart.

use crate::error::{Code, Result};
use crate::math::covariance::sample;
use crate::math::dist::normal_cdf;
use crate::math::rows::Rows;
use crate::math::spd::{eigen, product, sqrt};
use crate::math::tests::benjamini_hochberg;
use crate::rng::Rng;
use crate::watch::Pulse;
use serde::{Deserialize, Serialize};

/// Distances of the first two moments. Features should be on one scale (`Both` standardises them).
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Moments {
    /// ‖μs − μt‖².
    pub means: f64,
    /// ‖Σs − Σt‖ (Frobenius).
    pub covariances: f64,
    /// The mean over all entries of |Σs − Σt|.
    pub covariance_entry: f64,
    /// tr(Σs + Σt − 2 (Σs^½ Σt Σs^½)^½): the squared Bures distance of the covariances.
    pub bures: f64,
    /// `means` + `bures`: the squared Fréchet distance of two Gaussians of these moments (Dowson and Landau, J Multivar Anal
    /// 1982;12:450–455).
    pub frechet: f64,
    /// The mean of `frechet` over permutations of the sides. Estimated moments are never equal, so it is over 0 where
    /// nothing differs, the more the wider and shorter the table; none without permutations.
    pub frechet_by_chance: Option<f64>,
    /// Its permutation p; none without permutations.
    pub p: Option<f64>,
}

/// The distances, with `permutations` of who belongs to which side (0: none). Each costs two eigenproblems of p columns.
///
/// # Errors
/// `too_few_rows` under two rows a side, `internal` for other widths, `cancelled`.
pub async fn moments(
    source: Rows<'_>,
    target: Rows<'_>,
    permutations: usize,
    seed: u64,
    pulse: &Pulse<'_>,
) -> Result<Moments> {
    let mut found = distances(source, target)?;
    if permutations == 0 {
        return Ok(found);
    }
    let all = [source.values(), target.values()].concat();
    let (p, n) = (source.p(), source.n());
    let mut order: Vec<usize> = (0..n + target.n()).collect();
    let mut rng = Rng::stream(seed, "moments");
    let (mut total, mut at_least) = (0.0, 0);
    for _ in 0..permutations {
        pulse.breathe().await?;
        rng.shuffle(&mut order);
        let both = Rows::new(&all, p)?.select(&order);
        let (s, t) = both.split_at(n * p);
        let (s, t) = Rows::pair(s, t, p)?;
        let drawn = distances(s, t)?.frechet;
        total += drawn;
        at_least += usize::from(drawn >= found.frechet - 1e-9 * found.frechet.abs());
    }
    found.frechet_by_chance = Some(total / permutations as f64);
    found.p = Some((1 + at_least) as f64 / (1 + permutations) as f64);
    Ok(found)
}

fn distances(source: Rows<'_>, target: Rows<'_>) -> Result<Moments> {
    let p = source.p();
    if target.p() != p {
        return Err(Code::Internal.err().with("reason", "sides of other widths"));
    }
    let (s, t) = (sample(source, 1)?, sample(target, 1)?);
    let means: f64 = s.mean.iter().zip(&t.mean).map(|(a, b)| (a - b) * (a - b)).sum();
    let gaps: Vec<f64> = s.matrix.iter().zip(&t.matrix).map(|(a, b)| a - b).collect();
    let trace = |m: &[f64]| (0..p).map(|j| m[j * p + j]).sum::<f64>();
    let root = sqrt(&s.matrix, p)?;
    let middle = product(&product(&root, &t.matrix, p, p, p), &root, p, p, p);
    let cross: f64 = eigen(&middle, p)?.values.iter().map(|v| libm::sqrt(v.max(0.0))).sum();
    let bures = (trace(&s.matrix) + trace(&t.matrix) - 2.0 * cross).max(0.0);
    Ok(Moments {
        means,
        covariances: libm::sqrt(gaps.iter().map(|g| g * g).sum()),
        covariance_entry: gaps.iter().map(|g| g.abs()).sum::<f64>() / gaps.len() as f64,
        bures,
        frechet: means + bures,
        frechet_by_chance: None,
        p: None,
    })
}

/// Two columns whose correlation differs.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct CorrelationShift {
    /// The first column.
    pub first: usize,
    /// The second column.
    pub second: usize,
    /// Pearson's r in the source.
    pub source: f64,
    /// In the target.
    pub target: f64,
    /// Two-sided p of equal correlations (Fisher's z: normal columns).
    pub p: f64,
    /// `p` adjusted over all pairs (Benjamini and Hochberg).
    pub q: f64,
}

/// The correlations of all pairs of columns that vary on both sides, the ones that moved most (least p) first.
///
/// # Errors
/// `too_few_rows` under four rows a side (Fisher's z has variance 1/(n − 3)), `nothing_varies` where fewer than two columns
/// vary on both sides, `internal` for other widths.
pub fn correlations(source: Rows<'_>, target: Rows<'_>) -> Result<Vec<CorrelationShift>> {
    let (source, target) = (source.at_least(4, "correlations")?, target.at_least(4, "correlations")?);
    let p = source.p();
    if target.p() != p {
        return Err(Code::Internal.err().with("reason", "sides of other widths"));
    }
    let (s, t) = (sample(source, 1)?, sample(target, 1)?);
    let varies = |j: usize| [&s, &t].iter().all(|c| c.matrix[j * p + j] > 1e-24 * (1.0 + c.mean[j] * c.mean[j]));
    let columns: Vec<usize> = (0..p).filter(|&j| varies(j)).collect();
    if columns.len() < 2 {
        return Err(Code::NothingVaries.err());
    }
    let r = |c: &[f64], i: usize, j: usize| (c[i * p + j] / libm::sqrt(c[i * p + i] * c[j * p + j])).clamp(-1.0, 1.0);
    let se = libm::sqrt(1.0 / (source.n() - 3) as f64 + 1.0 / (target.n() - 3) as f64);
    // A perfect correlation is infinite on this scale; two of them are equal all the same.
    let z = |r: f64| libm::atanh(r.clamp(-1.0 + 1e-15, 1.0 - 1e-15));
    let mut out = Vec::with_capacity(columns.len() * (columns.len() - 1) / 2);
    for (place, &second) in columns.iter().enumerate() {
        for &first in &columns[..place] {
            let (a, b) = (r(&s.matrix, first, second), r(&t.matrix, first, second));
            let p = (2.0 * normal_cdf(-((z(b) - z(a)) / se).abs())).min(1.0);
            out.push(CorrelationShift { first, second, source: a, target: b, p, q: p });
        }
    }
    let q = benjamini_hochberg(&out.iter().map(|c| c.p).collect::<Vec<f64>>());
    out.iter_mut().zip(q).for_each(|(c, q)| c.q = q);
    let size = |c: &CorrelationShift| (c.target - c.source).abs();
    out.sort_by(|a, b| {
        a.p.total_cmp(&b.p).then(size(b).total_cmp(&size(a))).then((a.first, a.second).cmp(&(b.first, b.second)))
    });
    Ok(out)
}
