//! Least-squares importance fitting: uLSIF (Kanamori, Hido and Sugiyama, JMLR 2009;10:1391–1445) and its relative form,
//! RuLSIF (Yamada, Suzuki, Kanamori, Hachiya and Sugiyama, Neural Comput 2013;25:1324–1370).

use crate::error::{Code, Result};
use crate::math::kernel::{gaussian, square_distance};
use crate::math::linalg::{cholesky, inverse_spd, solve_spd};
use crate::math::rows::Rows;
use crate::rng::Rng;
use crate::watch::Pulse;

/// A fitted ratio r(x) = Σ θ_l k(x, c_l), estimating p_t / (α p_t + (1 − α) p_s): with α = 0 the importance, with α > 0 a
/// ratio that never exceeds 1/α.
#[derive(Debug, Clone, PartialEq)]
pub struct Ulsif {
    /// Centres × p by rows: rows of the target.
    centres: Vec<f64>,
    p: usize,
    /// Width of the kernels.
    pub sigma: f64,
    /// The penalty λ.
    pub lambda: f64,
    /// α.
    pub alpha: f64,
    /// One a centre; may be negative.
    pub theta: Vec<f64>,
    /// The criterion that chose sigma and lambda; NaN where they were given.
    pub criterion: f64,
}

/// Kernels on at most so many target rows (the papers' 100).
const CENTRES: usize = 100;

impl Ulsif {
    /// (H + λI) θ = h, H = α Φtᵀ Φt / n_t + (1 − α) Φsᵀ Φs / n_s, h = mean of Φt.
    ///
    /// # Errors
    /// `out_of_range` for a sigma or λ that is not over 0 or an α outside [0, 1); `internal` for other widths.
    pub fn fit(source: Rows<'_>, target: Rows<'_>, alpha: f64, sigma: f64, lambda: f64, seed: u64) -> Result<Self> {
        check(source, target, alpha, &[sigma], &[lambda])?;
        let centres = centres(target, seed);
        let (fs, ft) = (features(source, &centres, sigma), features(target, &centres, sigma));
        let b = centres.len() / target.p();
        let (h_matrix, h) = moments(&fs, &ft, b, alpha);
        let theta = solve_spd(&ridged(&h_matrix, b, lambda), &h)
            .ok_or_else(|| Code::Internal.err().with("reason", "the system of uLSIF is singular"))?;
        Ok(Self { centres, p: target.p(), sigma, lambda, alpha, theta, criterion: f64::NAN })
    }

    /// The ratio at rows of p columns, not under 0 (a density ratio is not negative; the fitted sum may be).
    pub fn ratio(&self, x: &[f64]) -> Vec<f64> {
        x.chunks_exact(self.p.max(1))
            .map(|row| {
                let terms = self.centres.chunks_exact(self.p.max(1)).zip(&self.theta);
                terms.map(|(c, t)| t * gaussian(square_distance(row, c), self.sigma)).sum::<f64>().max(0.0)
            })
            .collect()
    }
}

/// Chooses sigma and λ among all pairs: for α = 0 by the closed form of leaving one row of each side out (section 5.2 of the
/// first paper), else by five-fold cross-validation of J = α/2 mean_t r² + (1 − α)/2 mean_s r² − mean_t r.
///
/// # Errors
/// As [`Ulsif::fit`]; `too_few_rows` under five rows a side; `cancelled`.
pub async fn choose_ulsif(
    source: Rows<'_>,
    target: Rows<'_>,
    alpha: f64,
    sigmas: &[f64],
    lambdas: &[f64],
    seed: u64,
    pulse: &Pulse<'_>,
) -> Result<Ulsif> {
    let (source, target) = (source.at_least(5, "uLSIF")?, target.at_least(5, "uLSIF")?);
    check(source, target, alpha, sigmas, lambdas)?;
    let middle = centres(target, seed);
    let b = middle.len() / target.p();
    let order = |n: usize, name: &str| Rng::stream(seed, name).permutation(n);
    let (source_order, target_order) = (order(source.n(), "ulsif-source"), order(target.n(), "ulsif-target"));
    let mut best: Option<(f64, f64, f64)> = None;
    for &sigma in sigmas {
        let (fs, ft) = (features(source, &middle, sigma), features(target, &middle, sigma));
        for &lambda in lambdas {
            pulse.breathe().await?;
            let score = if alpha == 0.0 {
                leave_one_out(&fs, &ft, b, lambda, &source_order, &target_order)
            } else {
                cross_validated(&fs, &ft, b, alpha, lambda, &source_order, &target_order)
            };
            if let Some(score) = score.filter(|s| s.is_finite())
                && best.is_none_or(|(least, _, _)| score < least)
            {
                best = Some((score, sigma, lambda));
            }
        }
    }
    let (criterion, sigma, lambda) = best.ok_or_else(|| Code::NothingVaries.err())?;
    Ok(Ulsif { criterion, ..Ulsif::fit(source, target, alpha, sigma, lambda, seed)? })
}

fn check(source: Rows<'_>, target: Rows<'_>, alpha: f64, sigmas: &[f64], lambdas: &[f64]) -> Result<()> {
    let range = |field: &str, value: f64, high: &str| {
        Code::OutOfRange.err().with("field", field).with("value", value).with("low", 0).with("high", high)
    };
    for (field, values) in [("sigma", sigmas), ("lambda", lambdas)] {
        if let Some(bad) = values.iter().find(|v| !v.is_finite() || **v <= 0.0) {
            return Err(range(field, *bad, "infinity"));
        }
    }
    if !(0.0..1.0).contains(&alpha) {
        return Err(range("alpha", alpha, "1"));
    }
    if source.p() != target.p() {
        return Err(Code::Internal.err().with("reason", "sides of other widths"));
    }
    Ok(())
}

pub(super) fn centres(target: Rows<'_>, seed: u64) -> Vec<f64> {
    if target.n() <= CENTRES {
        return target.values().to_vec();
    }
    let mut rows = Rng::stream(seed, "centres").permutation(target.n());
    rows.truncate(CENTRES);
    rows.sort_unstable();
    target.select(&rows)
}

/// Kernels of rows with centres, rows × b.
pub(super) fn features(x: Rows<'_>, centres: &[f64], sigma: f64) -> Vec<f64> {
    x.iter()
        .flat_map(|row| centres.chunks_exact(x.p()).map(move |c| gaussian(square_distance(row, c), sigma)))
        .collect()
}

/// H and h.
fn moments(fs: &[f64], ft: &[f64], b: usize, alpha: f64) -> (Vec<f64>, Vec<f64>) {
    let (ns, nt) = ((fs.len() / b) as f64, (ft.len() / b) as f64);
    let mut matrix = vec![0.0; b * b];
    for (rows, share) in [(fs, (1.0 - alpha) / ns), (ft, alpha / nt)] {
        if share == 0.0 {
            continue;
        }
        for f in rows.chunks_exact(b) {
            for (j, line) in matrix.chunks_exact_mut(b).enumerate() {
                let by = share * f[j];
                line[..=j].iter_mut().zip(f).for_each(|(m, f)| *m += by * f);
            }
        }
    }
    for i in 0..b {
        for j in 0..i {
            matrix[j * b + i] = matrix[i * b + j];
        }
    }
    let mut h = vec![0.0; b];
    for f in ft.chunks_exact(b) {
        h.iter_mut().zip(f).for_each(|(h, f)| *h += f / nt);
    }
    (matrix, h)
}

fn ridged(matrix: &[f64], b: usize, lambda: f64) -> Vec<f64> {
    let mut out = matrix.to_vec();
    (0..b).for_each(|j| out[j * b + j] += lambda);
    out
}

/// The criterion that chooses for α = 0, at one sigma and λ: row `source_order[i]` of the source and `target_order[i]` of the
/// target are left out together. `None` where the system is singular or a number is no row.
pub fn ulsif_left_out(
    (source, target): (Rows<'_>, Rows<'_>),
    (sigma, lambda): (f64, f64),
    source_order: &[usize],
    target_order: &[usize],
    seed: u64,
) -> Option<f64> {
    let middle = centres(target, seed);
    let (fs, ft) = (features(source, &middle, sigma), features(target, &middle, sigma));
    leave_one_out(&fs, &ft, middle.len() / target.p(), lambda, source_order, target_order)
}

/// mean over i of r₋ᵢ(source i)² / 2 − r₋ᵢ(target i), r₋ᵢ fitted without both rows and its θ cut at 0; i runs over the
/// first min(n_s, n_t) rows of each order. One factorisation serves all i (rank-one updates).
fn leave_one_out(
    fs: &[f64],
    ft: &[f64],
    b: usize,
    lambda: f64,
    source_order: &[usize],
    target_order: &[usize],
) -> Option<f64> {
    let (ns, nt) = ((fs.len() / b) as f64, (ft.len() / b) as f64);
    let (matrix, h) = moments(fs, ft, b, 0.0);
    // H without row i is n/(n−1) (H − φφᵀ/n): all is solved with H + λ(n−1)/n I.
    let system = ridged(&matrix, b, lambda * (ns - 1.0) / ns);
    cholesky(&system, b)?;
    let inverse = inverse_spd(&system, b)?;
    let times = |v: &[f64]| -> Vec<f64> {
        inverse.chunks_exact(b).map(|r| r.iter().zip(v).map(|(a, v)| a * v).sum()).collect()
    };
    let dot = |a: &[f64], b: &[f64]| -> f64 { a.iter().zip(b).map(|(x, y)| x * y).sum() };
    let solved_h = times(&h);
    let (mut total, mut count) = (0.0, 0.0);
    for (&i, &j) in source_order.iter().zip(target_order) {
        let (s, t) = (fs.get(i * b..(i + 1) * b)?, ft.get(j * b..(j + 1) * b)?);
        let (solved_s, solved_t) = (times(s), times(t));
        let rest = ns - dot(s, &solved_s);
        // (A − φφᵀ/n)⁻¹ v by Sherman and Morrison.
        let from_h = dot(&h, &solved_s) / rest;
        let from_t = dot(t, &solved_s) / rest;
        let factor = (ns - 1.0) / (ns * (nt - 1.0));
        let theta: Vec<f64> = (0..b)
            .map(|l| {
                let whole = nt * (solved_h[l] + from_h * solved_s[l]);
                (factor * (whole - (solved_t[l] + from_t * solved_s[l]))).max(0.0)
            })
            .collect();
        let at_source = dot(s, &theta);
        total += at_source * at_source / 2.0 - dot(t, &theta);
        count += 1.0;
    }
    (count > 0.0).then(|| total / count)
}

fn cross_validated(
    fs: &[f64],
    ft: &[f64],
    b: usize,
    alpha: f64,
    lambda: f64,
    source_order: &[usize],
    target_order: &[usize],
) -> Option<f64> {
    const FOLDS: usize = 5;
    let part = |f: &[f64], order: &[usize], fold: usize, held: bool| -> Vec<f64> {
        let rows = order.iter().enumerate().filter(|(place, _)| (place % FOLDS == fold) == held);
        rows.flat_map(|(_, &i)| f[i * b..(i + 1) * b].iter().copied()).collect()
    };
    let mut total = 0.0;
    for fold in 0..FOLDS {
        let (matrix, h) = moments(&part(fs, source_order, fold, false), &part(ft, target_order, fold, false), b, alpha);
        let theta = solve_spd(&ridged(&matrix, b, lambda), &h)?;
        let ratio = |f: &[f64]| -> Vec<f64> {
            f.chunks_exact(b).map(|f| f.iter().zip(&theta).map(|(f, t)| f * t).sum::<f64>().max(0.0)).collect()
        };
        let (rs, rt) = (ratio(&part(fs, source_order, fold, true)), ratio(&part(ft, target_order, fold, true)));
        let mean_square = |r: &[f64]| r.iter().map(|v| v * v).sum::<f64>() / r.len() as f64;
        let mean = rt.iter().sum::<f64>() / rt.len() as f64;
        total += alpha / 2.0 * mean_square(&rt) + (1.0 - alpha) / 2.0 * mean_square(&rs) - mean;
    }
    Some(total / FOLDS as f64)
}
