//! Quantiles of a weighted column as XGBoost takes them: a summary of ranks, pruned (Chen and Guestrin 2016, appendix
//! A).

/// Summaries keep this many times more entries than bins until the last step (XGBoost's `kFactor`).
const SPARE: usize = 8;

/// A value and the ranks (in weight) of what lies below it, in single precision as XGBoost counts them.
#[derive(Debug, Clone, Copy)]
struct Entry {
    below: f32,
    up_to: f32,
    weight: f32,
    value: f32,
}

impl Entry {
    fn next(&self) -> f32 {
        self.below + self.weight
    }
    fn previous(&self) -> f32 {
        self.up_to - self.weight
    }
}

/// The lower bounds of all bins but the first, in rising order: at most `bins` − 1 of them. With no more distinct
/// values than bins, each has its own. `sorted` holds values in rising order with their weights.
pub(super) fn bounds(sorted: impl Iterator<Item = (f32, f32)>, bins: usize) -> Vec<f32> {
    let mut entries: Vec<Entry> = Vec::new();
    let mut present = 0;
    let mut rank = 0.0_f32;
    for (value, weight) in sorted {
        if weight == 0.0 {
            continue;
        }
        present += 1;
        match entries.last_mut() {
            Some(last) if last.value == value => last.weight += weight,
            _ => entries.push(Entry { below: 0.0, up_to: 0.0, weight, value }),
        }
    }
    for entry in &mut entries {
        entry.below = rank;
        rank += entry.weight;
        entry.up_to = rank;
    }
    // The three prunings of a column that fits XGBoost's queue; a longer one XGBoost summarises piecewise, less
    // exactly.
    let most = bins.min(present * SPARE);
    let kept = prune(entries, level(present, bins.min(present).max(1)));
    let kept = prune(kept, present.min(bins * SPARE));
    let kept = prune(kept, most + 1);
    let mut bounds: Vec<f32> = Vec::new();
    for entry in kept.iter().take(most).skip(1) {
        if bounds.last().is_none_or(|last| entry.value > *last) {
            bounds.push(entry.value);
        }
    }
    bounds
}

/// The size of XGBoost's first level for so many values.
fn level(values: usize, bins: usize) -> usize {
    let mut levels = 1;
    loop {
        let size = (levels * bins * SPARE + 1).min(values);
        if size << levels >= values {
            return size;
        }
        levels += 1;
    }
}

/// At most `size` entries, evenly over the ranks.
fn prune(entries: Vec<Entry>, size: usize) -> Vec<Entry> {
    let last = entries.len().saturating_sub(1);
    if entries.len() <= size || size < 2 {
        return entries;
    }
    let begin = entries[0].up_to;
    let range = entries[last].below - begin;
    let parts = size - 1;
    let mut kept = vec![entries[0]];
    let (mut i, mut latest) = (1, 0);
    for k in 1..parts {
        let twice = 2.0 * ((k as f32 * range) / parts as f32 + begin);
        while i < last && twice >= entries[i + 1].up_to + entries[i + 1].below {
            i += 1;
        }
        if i == last {
            break;
        }
        let nearer = if twice < entries[i].next() + entries[i + 1].previous() { i } else { i + 1 };
        if nearer != latest {
            kept.push(entries[nearer]);
            latest = nearer;
        }
    }
    if latest != last {
        kept.push(entries[last]);
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(values: &[f32], bins: usize) -> Vec<f32> {
        bounds(values.iter().map(|v| (*v, 1.0)), bins)
    }

    #[test]
    fn few_values_have_a_bin_each() {
        assert_eq!(of(&[1.0, 1.0, 2.0, 5.0], 256), [2.0, 5.0]);
        assert!(of(&[3.0; 4], 256).is_empty());
        assert!(of(&[], 256).is_empty());
        assert_eq!(of(&[1.0, 2.0, 3.0, 4.0], 4), [2.0, 3.0, 4.0]);
    }

    #[test]
    fn many_values_share_bins_of_equal_weight() {
        let values: Vec<f32> = (0..3000).map(|i| i as f32).collect();
        let cuts = of(&values, 10);
        assert_eq!(cuts.len(), 9);
        for (i, cut) in cuts.iter().enumerate() {
            // Half of the distance between the 80 entries of the summary.
            assert!((cut - 300.0 * (i + 1) as f32).abs() <= 20.0, "{cuts:?}");
        }
        // A heavy row moves the cuts to itself; rows without weight are not there.
        let cuts = bounds(values.iter().map(|v| (*v, if *v >= 2700.0 { 9.0 } else { 1.0 })), 10);
        assert!(cuts[5] > 2700.0, "{cuts:?}");
        assert_eq!(bounds([(1.0, 1.0), (2.0, 0.0), (3.0, 1.0)].into_iter(), 8), [3.0]);
    }
}
