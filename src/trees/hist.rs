//! Split search in histograms of bins.
//!
//! A node that holds a histogram hands it down: the lighter child's is counted from its rows, the heavier child's is
//! the parent's less those rows, in place, which loses nothing since sums are exact (`pair`). A node of few rows holds
//! none: it counts eight features at a time into one small buffer and looks only at the bins that it hit.

use super::bins::{Bins, Packed, WIDTH};
use super::gain::Rule;
use super::grow::{Finder, Node, Split, part};
use super::pair::{Pair, sub};
use super::scan::{Scan, Ways};

/// Sums of the bins of one feature; a code is always inside.
type Bank = [Pair; 256];

/// Under so many rows a node holds no histogram (measured: from 60 to 200 makes little difference).
const FEW: usize = 96;

/// With so many rows to move, one histogram is taken from another rather than row after row.
const MANY: usize = 160;

/// Held histograms of a tree may take so many bytes; beyond, no node holds one.
const MOST_BYTES: usize = 256 << 20;

/// Buffers that live as long as the booster.
pub(super) struct Space {
    spare: Vec<u32>,
    gathered: Vec<Pair>,
    pool: Vec<Vec<Bank>>,
    bench: Box<[Bank; WIDTH]>,
    scan: Scan,
}

impl Space {
    pub fn new(rows: usize) -> Self {
        let bench = Box::new([[[0.0; 2]; 256]; WIDTH]);
        Self {
            spare: vec![0; rows],
            gathered: Vec::with_capacity(rows),
            pool: Vec::new(),
            bench,
            scan: Scan::with_room(257),
        }
    }
}

/// The search of one tree.
pub(super) struct Hist<'a> {
    pub rule: Rule,
    pub bins: &'a Bins,
    pub packed: &'a Packed,
    pub pairs: &'a [Pair],
    pub rows: &'a mut [u32],
    /// The positions that each level may use.
    pub levels: &'a [Vec<u32>],
    pub space: &'a mut Space,
}

impl Hist<'_> {
    fn holds(&self, rows: usize) -> bool {
        let one = self.packed.blocks.len() * WIDTH * size_of::<Bank>();
        rows >= FEW && one * (self.rule.max_depth + 1) <= MOST_BYTES
    }

    /// A histogram of zeros.
    fn blank(&mut self) -> Vec<Bank> {
        let Some(mut banks) = self.space.pool.pop() else {
            return vec![[[0.0; 2]; 256]; self.packed.blocks.len() * WIDTH];
        };
        for (bank, feature) in banks.iter_mut().zip(&self.packed.columns) {
            let cuts = &self.bins.cuts[*feature as usize];
            bank[..cuts.bins() + usize::from(cuts.missing)].fill([0.0; 2]);
        }
        banks
    }

    /// Adds the rows of a range (or takes them away) to a histogram.
    fn tally(&mut self, banks: &mut [Bank], range: std::ops::Range<usize>, sign: f64) {
        let rows = &self.rows[range];
        gather(&mut self.space.gathered, rows, self.pairs, sign);
        for (block, banks) in self.packed.blocks.iter().zip(banks.as_chunks_mut::<WIDTH>().0) {
            count(banks, block, rows, &self.space.gathered);
        }
    }

    fn split(&self, position: u32, cut: super::scan::Cut) -> Split {
        let feature = self.packed.columns[position as usize];
        let cuts = &self.bins.cuts[feature as usize];
        let at = |i: usize| self.space.scan.at[i] as usize;
        // Bins between two that were hit could go either way: as XGBoost, the way of the missing.
        let bins = match (cut.missing_left, cut.values) {
            (true, values) => at(values),
            (false, 0) => 0,
            (false, values) => at(values - 1) + 1,
        };
        Split {
            column: position,
            feature,
            threshold: cuts.threshold(bins),
            bins,
            missing_left: cut.missing_left,
            gain: cut.gain,
            left: cut.left,
        }
    }

    fn judge(&mut self, position: u32, node: &Node, node_gain: f32, best: &mut Option<Split>, least: f32) {
        let least = best.map_or(least, |b: Split| b.gain);
        let missing = self.bins.cuts[self.packed.columns[position as usize] as usize].missing;
        let ways = Ways { right: true, left: missing };
        if let Some(cut) = self.space.scan.best(&self.rule, node.sum, node_gain, ways, least) {
            *best = Some(self.split(position, cut));
        }
    }

    fn best_of_held(&mut self, banks: &[Bank], node: &Node, node_gain: f32, least: f32) -> Option<Split> {
        let (mut best, levels) = (None, self.levels);
        for position in &levels[node.depth] {
            let cuts = &self.bins.cuts[self.packed.columns[*position as usize] as usize];
            self.space.scan.fill(banks[*position as usize][..cuts.bins()].iter().copied().enumerate());
            self.judge(*position, node, node_gain, &mut best, least);
        }
        best
    }

    /// Counts a block, looks, and leaves the buffer at zero.
    fn best_of_rows(&mut self, node: &Node, node_gain: f32, least: f32) -> Option<Split> {
        let (mut best, levels, packed) = (None, self.levels, self.packed);
        gather(&mut self.space.gathered, &self.rows[node.range.clone()], self.pairs, 1.0);
        let mut wanted = levels[node.depth].iter().peekable();
        for (number, block) in packed.blocks.iter().enumerate() {
            let end = ((number + 1) * WIDTH) as u32;
            if wanted.peek().is_none_or(|position| **position >= end) {
                continue;
            }
            let rows = &self.rows[node.range.clone()];
            count(&mut self.space.bench, block, rows, &self.space.gathered);
            let mut hit = [[0_u64; 4]; WIDTH];
            for row in rows {
                for (hit, code) in hit.iter_mut().zip(&block[*row as usize]) {
                    hit[usize::from(*code >> 6)] |= 1 << (code & 63);
                }
            }
            for (k, hit) in hit.into_iter().enumerate() {
                let position = (number * WIDTH + k) as u32;
                let looked_at = wanted.next_if_eq(&&position).is_some();
                let bins = packed.columns.get(position as usize).map_or(0, |f| self.bins.cuts[*f as usize].bins());
                let bank = &mut self.space.bench[k];
                self.space.scan.fill(Hits { words: hit, word: 0 }.filter_map(|bin| {
                    let pair = std::mem::take(&mut bank[bin]);
                    (bin < bins).then_some((bin, pair))
                }));
                if looked_at {
                    self.judge(position, node, node_gain, &mut best, least);
                }
            }
        }
        best
    }
}

impl Finder for Hist<'_> {
    type Held = Option<Vec<Bank>>;
    const PRUNE: bool = false;

    fn root(&mut self, rows: usize) -> Self::Held {
        self.holds(rows).then(|| {
            let mut banks = self.blank();
            self.tally(&mut banks, 0..rows, 1.0);
            banks
        })
    }

    fn best(&mut self, node: &Node, held: &Self::Held, node_gain: f32, least: f32) -> Option<Split> {
        match held {
            Some(banks) => self.best_of_held(banks, node, node_gain, least),
            None => self.best_of_rows(node, node_gain, least),
        }
    }

    fn part(&mut self, node: &Node, split: &Split, held: Self::Held, open: [bool; 2]) -> (usize, [Self::Held; 2]) {
        let position = split.column as usize;
        let (block, k) = (&self.packed.blocks[position / WIDTH], position % WIDTH);
        let cuts = &self.bins.cuts[split.feature as usize];
        let missing = if cuts.missing && split.missing_left { cuts.bins() } else { usize::MAX };
        let range = node.range.clone();
        let left = part(&mut self.rows[range.clone()], &mut self.space.spare, |row| {
            let code = usize::from(block[row as usize][k]);
            (code < split.bins) | (code == missing)
        });
        let middle = range.start + left;
        let Some(mut parent) = held else { return (middle, [None, None]) };

        let ranges = [range.start..middle, middle..range.end];
        let light = usize::from(ranges[0].len() > ranges[1].len());
        let keeps = [0, 1].map(|side| open[side] && self.holds(ranges[side].len()));
        let mut children = [None, None];
        if keeps[light] {
            let mut banks = self.blank();
            self.tally(&mut banks, ranges[light].clone(), 1.0);
            children[light] = Some(banks);
        }
        if keeps[1 - light] {
            match &children[light] {
                Some(banks) if ranges[light].len() >= MANY => subtract(&mut parent, banks, self.bins, self.packed),
                _ => self.tally(&mut parent, ranges[light].clone(), -1.0),
            }
            children[1 - light] = Some(parent);
        } else {
            self.space.pool.push(parent);
        }
        (middle, children)
    }

    fn drop(&mut self, held: Self::Held) {
        self.space.pool.extend(held);
    }
}

/// The bins that were hit, in rising order.
struct Hits {
    words: [u64; 4],
    word: usize,
}

impl Iterator for Hits {
    type Item = usize;
    #[inline(always)]
    fn next(&mut self) -> Option<usize> {
        loop {
            let bits = self.words.get_mut(self.word)?;
            if *bits != 0 {
                let bin = self.word * 64 + bits.trailing_zeros() as usize;
                *bits &= *bits - 1;
                // Never above: so the compiler knows it.
                return Some(bin & 255);
            }
            self.word += 1;
        }
    }
}

/// The pairs of these rows, one after the other.
fn gather(gathered: &mut Vec<Pair>, rows: &[u32], pairs: &[Pair], sign: f64) {
    gathered.clear();
    gathered.extend(rows.iter().map(|row| pairs[*row as usize].map(|v| sign * v)));
}

/// Adds rows to the histograms of a block.
#[inline(never)]
fn count(banks: &mut [Bank; WIDTH], block: &[[u8; WIDTH]], rows: &[u32], pairs: &[Pair]) {
    for (row, pair) in rows.iter().zip(pairs) {
        let codes = block[*row as usize];
        for k in 0..WIDTH {
            let sum = &mut banks[k][usize::from(codes[k])];
            sum[0] += pair[0];
            sum[1] += pair[1];
        }
    }
}

fn subtract(from: &mut [Bank], what: &[Bank], bins: &Bins, packed: &Packed) {
    for ((from, what), feature) in from.iter_mut().zip(what).zip(&packed.columns) {
        let cuts = &bins.cuts[*feature as usize];
        let used = cuts.bins() + usize::from(cuts.missing);
        for (from, what) in from[..used].iter_mut().zip(&what[..used]) {
            *from = sub(*from, *what);
        }
    }
}
