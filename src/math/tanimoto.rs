//! Fingerprints of compounds: how alike two are, and clusters of those that are.

use std::cmp::Reverse;

/// One row's bits, 64 a word.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bits {
    words: Vec<u64>,
    /// How many are on.
    pub count: u32,
}

impl Bits {
    /// From the numbers of the bits that are on, of `width` bits; a number beyond them is left out.
    pub fn from_on(on: impl IntoIterator<Item = usize>, width: usize) -> Self {
        let mut words = vec![0u64; width.div_ceil(64)];
        for bit in on {
            if let Some(word) = words.get_mut(bit / 64) {
                *word |= 1 << (bit % 64);
            }
        }
        let count = words.iter().map(|word| word.count_ones()).sum();
        Self { words, count }
    }

    /// The numbers of the bits that are on, ascending.
    pub fn on(&self) -> Vec<u32> {
        let bits = |(at, &word): (usize, &u64)| {
            (0..64u32).filter(move |bit| word >> bit & 1 == 1).map(move |bit| 64 * at as u32 + bit)
        };
        self.words.iter().enumerate().flat_map(bits).collect()
    }

    /// Tanimoto's coefficient |a ∧ b| / |a ∨ b|; 0 where neither has a bit (as RDKit).
    pub fn tanimoto(&self, other: &Self) -> f64 {
        let both: u32 = self.words.iter().zip(&other.words).map(|(a, b)| (a & b).count_ones()).sum();
        let either = self.count + other.count - both;
        if either == 0 { 0.0 } else { f64::from(both) / f64::from(either) }
    }

    /// Whether the coefficient is at least `least`: most pairs are told apart by their numbers of bits.
    pub fn alike(&self, other: &Self, least: f64) -> bool {
        let (few, many) = (self.count.min(other.count), self.count.max(other.count));
        f64::from(few) >= least * f64::from(many) && self.tanimoto(other) >= least
    }
}

/// The cluster of each row by Butina's algorithm (D. Butina, *J. Chem. Inf. Comput. Sci.* 39:747, 1999): the row with
/// the most neighbours of at least `least` takes those that are still free, then the next, until none is left. Ties go by
/// the bits, so that the order of the rows changes nothing but the clusters' numbers. No list of neighbours is kept:
/// O(n²) time, O(n) memory.
pub fn butina(rows: &[Bits], least: f64) -> Vec<u32> {
    let mut neighbours = vec![0u32; rows.len()];
    for (at, one) in rows.iter().enumerate() {
        for (below, other) in rows.iter().enumerate().take(at) {
            if one.alike(other, least) {
                neighbours[at] += 1;
                neighbours[below] += 1;
            }
        }
    }
    let on: Vec<Vec<u32>> = rows.iter().map(Bits::on).collect();
    let mut order: Vec<usize> = (0..rows.len()).collect();
    order.sort_by(|&a, &b| (Reverse(neighbours[a]), &on[a]).cmp(&(Reverse(neighbours[b]), &on[b])));
    let mut cluster: Vec<Option<u32>> = vec![None; rows.len()];
    let mut free = order.clone();
    let mut next = 0;
    for &centre in &order {
        if cluster[centre].is_some() {
            continue;
        }
        free.retain(|&row| {
            let joins = row == centre || rows[row].alike(&rows[centre], least);
            if joins {
                cluster[row] = Some(next);
            }
            !joins
        });
        next += 1;
    }
    cluster.into_iter().map(Option::unwrap_or_default).collect()
}

/// How many rows have a neighbour of at least `least` among the rows of another group: what a split by
/// these groups cannot keep apart.
pub fn with_neighbour_elsewhere(rows: &[Bits], groups: &[u32], least: f64) -> usize {
    let elsewhere = |at: usize| {
        let mine = groups.get(at);
        rows.iter().zip(groups).any(|(other, group)| Some(group) != mine && rows[at].alike(other, least))
    };
    (0..rows.len().min(groups.len())).filter(|&at| elsewhere(at)).count()
}
