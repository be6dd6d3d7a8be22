//! Local Domain Perplexity (De Bois et al., arXiv 2006.15940, section 4.3): how well the domains are mixed in the
//! neighbourhoods of a space.

/// Each row's nearest other rows (Euclid; of equals the one with the lower number).
pub struct Neighbourhoods {
    each: usize,
    near: Vec<u32>,
}

impl Neighbourhoods {
    /// The `each` nearest of every row of `x`, row-major `[rows, columns]`. `None` where there are not so many others.
    pub fn of(x: &[f32], rows: usize, each: usize) -> Option<Self> {
        if rows <= each || each == 0 {
            return None;
        }
        let cols = x.len() / rows;
        let row = |at: usize| &x[at * cols..(at + 1) * cols];
        let mut near = Vec::with_capacity(rows * each);
        let mut apart: Vec<(f64, u32)> = Vec::with_capacity(rows);
        for at in 0..rows {
            apart.clear();
            let square = |other: usize| -> f64 {
                row(at).iter().zip(row(other)).map(|(a, b)| f64::from(a - b) * f64::from(a - b)).sum()
            };
            apart.extend((0..rows).filter(|&other| other != at).map(|other| (square(other), other as u32)));
            apart.select_nth_unstable_by(each - 1, |a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
            near.extend(apart[..each].iter().map(|(_, other)| other));
        }
        Some(Self { each, near })
    }

    /// LDP = mean over rows of 2^H(p) / D, where p are the shares of the D domains among a row's nearest and H is Shannon's
    /// entropy in bits: 1/D where every row stands among its own, 1 where all domains are equally many in every
    /// neighbourhood. Where rows lie without regard to their domain it is less than 1, for a neighbourhood is a small
    /// sample: the same neighbourhoods with the domains shuffled say how much. Domains should have equally many rows.
    ///
    /// `domain`: of each row, a number under `domains`.
    pub fn perplexity(&self, domain: &[usize], domains: usize) -> f64 {
        let mut counts = vec![0_u32; domains];
        let mut sum = 0.0;
        for near in self.near.chunks(self.each) {
            counts.fill(0);
            near.iter().for_each(|&other| counts[domain[other as usize]] += 1);
            let share = |count: &u32| f64::from(*count) / self.each as f64;
            let entropy: f64 = counts.iter().map(share).filter(|p| *p > 0.0).map(|p| -p * libm::log2(p)).sum();
            sum += libm::exp2(entropy);
        }
        sum / domain.len() as f64 / domains as f64
    }
}
