//! Local Domain Perplexity (De Bois et al., arXiv 2006.15940, section 4.3): how well the domains are mixed in the
//! neighbourhoods of a space.

/// LDP = mean over rows of 2^H(p) / D, where p are the shares of the D domains among a row's nearest `neighbours` (Euclid, the
/// row itself left out) and H is Shannon's entropy in bits: 1/D where every row stands among its own, 1 where all domains
/// are as near (neighbours / D where the neighbours are fewer than the domains). Domains should have equally many rows. `None` where there are fewer rows than neighbours + 1, or no domain.
///
/// `x`: row-major `[rows, columns]`; `domain`: a number under `domains` for each row.
pub fn local_domain_perplexity(x: &[f32], domain: &[usize], domains: usize, neighbours: usize) -> Option<f64> {
    let rows = domain.len();
    if rows <= neighbours || neighbours == 0 || domains == 0 {
        return None;
    }
    let cols = x.len() / rows;
    let row = |at: usize| &x[at * cols..(at + 1) * cols];
    let mut sum = 0.0;
    let mut apart: Vec<(f64, usize)> = Vec::with_capacity(rows);
    for at in 0..rows {
        apart.clear();
        let square = |other: usize| -> f64 {
            row(at).iter().zip(row(other)).map(|(a, b)| f64::from(a - b) * f64::from(a - b)).sum()
        };
        apart.extend((0..rows).filter(|&other| other != at).map(|other| (square(other), other)));
        let order = |a: &(f64, usize), b: &(f64, usize)| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1));
        apart.select_nth_unstable_by(neighbours - 1, order);
        let mut counts = vec![0_u32; domains];
        for (_, other) in &apart[..neighbours] {
            if let Some(count) = counts.get_mut(domain[*other]) {
                *count += 1;
            }
        }
        let share = |count: &u32| f64::from(*count) / neighbours as f64;
        let entropy: f64 = counts.iter().map(share).filter(|p| *p > 0.0).map(|p| -p * libm::log2(p)).sum();
        sum += libm::exp2(entropy);
    }
    Some(sum / rows as f64 / domains as f64)
}
