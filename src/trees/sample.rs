//! Which rows and columns a tree sees; every draw from its own stream.

use crate::rng::{Rng, mix};

/// Some of 0..n in rising order: the share of them, at least one (Knuth's algorithm S).
fn some(n: usize, share: f64, rng: impl FnOnce() -> Rng) -> Vec<u32> {
    let wanted = if share >= 1.0 { n } else { ((n as f64 * share + 0.5) as usize).clamp(1.min(n), n) };
    if wanted == n {
        return (0..n as u32).collect();
    }
    let mut rng = rng();
    let mut chosen = Vec::with_capacity(wanted);
    for item in 0..n {
        let needed = wanted - chosen.len();
        if rng.below(n - item) < needed {
            chosen.push(item as u32);
        }
    }
    chosen
}

/// The draws of one tree: step and class name its streams.
#[derive(Debug, Clone, Copy)]
pub(super) struct Draw {
    seed: u64,
    class: usize,
}

impl Draw {
    pub fn new(seed: u64, step: usize, class: usize) -> Self {
        Self { seed: mix(seed, step as u64), class }
    }
    pub fn rows(self, n: usize, share: f64) -> Vec<u32> {
        some(n, share, || Rng::child(self.seed, "trees/rows", self.class))
    }
    pub fn columns(self, n: usize, share: f64) -> Vec<u32> {
        some(n, share, || Rng::child(self.seed, "trees/columns", self.class))
    }
    /// Positions among a tree's columns, for each of its levels.
    pub fn levels(self, columns: usize, share: f64, depth: usize) -> Vec<Vec<u32>> {
        let one = |level| some(columns, share, || Rng::child(mix(self.seed, level as u64), "trees/level", self.class));
        (0..depth).map(one).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn draws_are_shares_in_order_and_each_item_as_likely() {
        let mut hits = [0; 10];
        for step in 0..3000 {
            let chosen = Draw::new(5, step, 0).rows(10, 0.3);
            assert_eq!(chosen.len(), 3);
            assert!(chosen.is_sorted());
            chosen.iter().for_each(|c| hits[*c as usize] += 1);
        }
        // 900 expected, standard deviation 25.
        assert!(hits.iter().all(|h| (800..1000).contains(h)), "{hits:?}");
        assert_eq!(Draw::new(5, 1, 0).rows(10, 1.0).len(), 10);
        assert_eq!(Draw::new(5, 1, 0).rows(10, 1e-6).len(), 1);
        assert_eq!(Draw::new(5, 1, 0).rows(0, 0.5).len(), 0);
        assert_ne!(Draw::new(5, 1, 0).rows(100, 0.5), Draw::new(5, 1, 1).rows(100, 0.5));
        assert_ne!(Draw::new(5, 1, 0).rows(100, 0.5), Draw::new(5, 2, 0).rows(100, 0.5));
        let levels = Draw::new(5, 1, 0).levels(100, 0.5, 2);
        assert_ne!(levels[0], levels[1]);
    }
}
