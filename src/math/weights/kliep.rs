//! The Kullback–Leibler importance estimation procedure (Sugiyama, Suzuki, Nakajima, Kashima, von Bünau and Kawanabe,
//! Ann Inst Stat Math 2008;60:699–746).

use super::ulsif::{centres, features};
use crate::error::{Code, Result};
use crate::math::kernel::{gaussian, square_distance};
use crate::math::rows::Rows;
use crate::rng::Rng;
use crate::watch::Pulse;

/// A fitted ratio w(x) = Σ α_l k(x, c_l), α ≥ 0, whose mean over the source is 1.
#[derive(Debug, Clone, PartialEq)]
pub struct Kliep {
    /// Centres × p by rows: rows of the target.
    centres: Vec<f64>,
    p: usize,
    /// Width of the kernels.
    pub sigma: f64,
    /// One a centre.
    pub alpha: Vec<f64>,
    /// Mean of log w over the target: the likelihood that was maximised.
    pub likelihood: f64,
    /// How far `likelihood` can lie under its maximum.
    pub gap: f64,
    /// Mean of log w over held-out target rows, which chose sigma; NaN where it was given.
    pub held_out: f64,
}

const ITERATIONS: usize = 5000;
/// A likelihood this near to its maximum is good enough for weights, and
const NEAR: f64 = 1e-5;
/// this near for a choice of sigma.
const NEAR_ENOUGH_TO_CHOOSE: f64 = 1e-3;

impl Kliep {
    /// max mean_t log w subject to mean_s w = 1, α ≥ 0.
    ///
    /// With β_l = b_l α_l, b_l the mean of kernel l over the source, this is the maximum likelihood of the proportions β of a
    /// mixture of known components, concave; so we climb by its EM steps (each one raises the likelihood, none needs a step
    /// length), made longer as long as that raises it too, and the largest derivative bounds how far the maximum still is (Lindsay, Ann Stat 1983;11:86–94).
    ///
    /// # Errors
    /// `out_of_range` for a sigma that is not over 0; `nothing_varies` where no target row is within reach of a source row at
    /// this sigma; `internal` for other widths; `cancelled`.
    pub async fn fit(source: Rows<'_>, target: Rows<'_>, sigma: f64, seed: u64, pulse: &Pulse<'_>) -> Result<Self> {
        check(source, target, &[sigma])?;
        let centres = centres(target, seed);
        let (fs, ft) = (features(source, &centres, sigma), features(target, &centres, sigma));
        let climbed = climb(&fs, &ft, centres.len() / target.p(), NEAR, pulse).await?;
        let (alpha, likelihood, gap) = climbed.ok_or_else(|| Code::NothingVaries.err())?;
        Ok(Self { centres, p: target.p(), sigma, alpha, likelihood, gap, held_out: f64::NAN })
    }

    /// The ratio at rows of p columns.
    pub fn ratio(&self, x: &[f64]) -> Vec<f64> {
        x.chunks_exact(self.p.max(1))
            .map(|row| {
                let terms = self.centres.chunks_exact(self.p.max(1)).zip(&self.alpha);
                terms.map(|(c, a)| a * gaussian(square_distance(row, c), self.sigma)).sum()
            })
            .collect()
    }
}

/// Chooses sigma by likelihood cross-validation: five folds of the target, fitted on four, judged on the fifth (the
/// paper's section 2.3).
///
/// # Errors
/// As [`Kliep::fit`]; `too_few_rows` under five target rows.
pub async fn choose_kliep(
    source: Rows<'_>,
    target: Rows<'_>,
    sigmas: &[f64],
    seed: u64,
    pulse: &Pulse<'_>,
) -> Result<Kliep> {
    const FOLDS: usize = 5;
    let target = target.at_least(FOLDS, "KLIEP")?;
    check(source, target, sigmas)?;
    let middle = centres(target, seed);
    let b = middle.len() / target.p();
    let order = Rng::stream(seed, "kliep").permutation(target.n());
    let mut best: Option<(f64, f64)> = None;
    for &sigma in sigmas {
        let (fs, ft) = (features(source, &middle, sigma), features(target, &middle, sigma));
        let mut score = 0.0;
        for fold in 0..FOLDS {
            let part = |held: bool| -> Vec<f64> {
                let rows = order.iter().enumerate().filter(|(place, _)| (place % FOLDS == fold) == held);
                rows.flat_map(|(_, &i)| ft[i * b..(i + 1) * b].iter().copied()).collect()
            };
            let Some((alpha, _, _)) = climb(&fs, &part(false), b, NEAR_ENOUGH_TO_CHOOSE, pulse).await? else {
                score = f64::NEG_INFINITY;
                break;
            };
            score += mean_log(&part(true), &alpha) / FOLDS as f64;
        }
        if score.is_finite() && best.is_none_or(|(most, _)| score > most) {
            best = Some((score, sigma));
        }
    }
    let (held_out, sigma) = best.ok_or_else(|| Code::NothingVaries.err())?;
    Ok(Kliep { held_out, ..Kliep::fit(source, target, sigma, seed, pulse).await? })
}

fn check(source: Rows<'_>, target: Rows<'_>, sigmas: &[f64]) -> Result<()> {
    if source.p() != target.p() {
        return Err(Code::Internal.err().with("reason", "sides of other widths"));
    }
    match sigmas.iter().find(|s| !s.is_finite() || **s <= 0.0) {
        Some(bad) => {
            let e = Code::OutOfRange.err().with("field", "sigma").with("value", *bad);
            Err(e.with("low", 0).with("high", "infinity"))
        }
        None => Ok(()),
    }
}

fn mean_log(f: &[f64], alpha: &[f64]) -> f64 {
    let rows = f.chunks_exact(alpha.len());
    let n = rows.len() as f64;
    rows.map(|f| libm::log(f.iter().zip(alpha).map(|(f, a)| f * a).sum())).sum::<f64>() / n
}

/// Mean log of the mixture, and its derivatives in β; `None` where a row has no likelihood.
fn slopes(rows: &[f64], beta: &[f64]) -> Option<(f64, Vec<f64>)> {
    let n = (rows.len() / beta.len()) as f64;
    let (mut likelihood, mut slope) = (0.0, vec![0.0; beta.len()]);
    for row in rows.chunks_exact(beta.len()) {
        let here: f64 = row.iter().zip(beta).map(|(r, b)| r * b).sum();
        if here <= 0.0 || !here.is_finite() {
            return None;
        }
        likelihood += libm::log(here) / n;
        slope.iter_mut().zip(row).for_each(|(s, r)| *s += r / (here * n));
    }
    Some((likelihood, slope))
}

/// α, the likelihood, and the gap; `None` where some target row can get no weight at all.
async fn climb(fs: &[f64], ft: &[f64], b: usize, near: f64, pulse: &Pulse<'_>) -> Result<Option<(Vec<f64>, f64, f64)>> {
    let ns = (fs.len() / b) as f64;
    let mut base = vec![0.0; b];
    for f in fs.chunks_exact(b) {
        base.iter_mut().zip(f).for_each(|(s, f)| *s += f / ns);
    }
    // A centre that no source row is near to could be given any height for nothing: it is left out.
    let usable: Vec<usize> = (0..b).filter(|&l| base[l] > 1e-12).collect();
    if usable.is_empty() {
        return Ok(None);
    }
    let rows: Vec<f64> = ft.chunks_exact(b).flat_map(|f| usable.iter().map(|&l| f[l] / base[l])).collect();
    let k = usable.len();
    let mut beta = vec![1.0 / k as f64; k];
    let Some((mut likelihood, mut slope)) = slopes(&rows, &beta) else { return Ok(None) };
    // The likelihood is concave and its derivatives average to 1 over β: the excess bounds what can be gained.
    let excess = |slope: &[f64]| slope.iter().copied().fold(0.0, f64::max) - 1.0;
    let mut length = 1.0;
    for iteration in 0..ITERATIONS {
        if excess(&slope) <= near {
            break;
        }
        if iteration % 20 == 0 {
            pulse.breathe().await?;
        }
        let mut next: Vec<f64> = beta.iter().zip(&slope).map(|(b, s)| b * libm::pow(*s, length)).collect();
        let total: f64 = next.iter().sum();
        next.iter_mut().for_each(|b| *b /= total);
        match slopes(&rows, &next).filter(|(reached, _)| *reached >= likelihood || length == 1.0) {
            Some((reached, steeper)) => {
                (beta, likelihood, slope) = (next, reached, steeper);
                length *= 1.5;
            }
            None if length == 1.0 => return Ok(None),
            None => length = 1.0,
        }
    }
    let gap = excess(&slope);
    let mut alpha = vec![0.0; b];
    for (&l, share) in usable.iter().zip(&beta) {
        alpha[l] = share / base[l];
    }
    let likelihood = mean_log(ft, &alpha);
    Ok(likelihood.is_finite().then_some((alpha, likelihood, gap)))
}
