//! From how many target rows on transfer stops paying.
//!
//! The mean gain of transfer over target-only at each n, over repeats of the nested subsamples, is made non-increasing in n
//! (pool adjacent violators, weighted by repeats): that more rows of one's own make transfer less needed is the
//! assumption, and with it there is at most one crossing. Between two sizes the gain is a straight line in ln n. The
//! interval is over bootstrap samples of repeats, whole curves at a time: like the learning curve's spread it speaks of
//! these target rows and this test set.

use crate::math::stats::{mean, quantile_sorted};
use crate::metrics::Why;
use crate::rng::Rng;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The gain of transfer over target-only in one repeat at one n, positive where transfer is better
/// ([`crate::metrics::Metric::gain`]).
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct PairedGain {
    /// Target rows trained on.
    pub n: usize,
    /// Which repeat.
    pub repeat: usize,
    /// The gain.
    pub gain: f64,
}

/// Where the curve of gains lies.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Place {
    /// Transfer pays up to here.
    At {
        /// Target rows, between two of the sizes.
        n: f64,
    },
    /// It still pays at the largest n: not crossed within your n.
    NotWithin {
        /// The largest n.
        largest: usize,
    },
    /// It does not pay even at the smallest n.
    Never {
        /// The smallest n.
        smallest: usize,
    },
}

/// The crossing with its uncertainty.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Crossing {
    /// Of all repeats.
    pub place: Place,
    /// Lower end of the percentile interval; [`Place::Never`] means under the smallest n.
    pub low: Place,
    /// Upper end; [`Place::NotWithin`] means beyond the largest n.
    pub high: Place,
    /// Share of resamples that cross within the sizes.
    pub share_within: f64,
    /// Share that still pay at the largest n.
    pub share_beyond: f64,
    /// Share that pay nowhere.
    pub share_never: f64,
    /// The non-increasing curve: (n, gain).
    pub curve: Vec<(usize, f64)>,
    /// Repeats.
    pub repeats: usize,
}

/// Fewest repeats for an interval: with fewer their bootstrap has too few different samples.
const LEAST_REPEATS: usize = 5;
/// Resamples of repeats.
const RESAMPLES: usize = 2000;

/// The crossing. Gains that are not finite are left out; repeats need not have every n.
///
/// # Errors
/// [`Why::TooFew`] under two sizes or under five repeats; [`Why::Lost`] when over a tenth of the resamples of repeats leave a size
/// without a gain.
pub fn crossing(gains: &[PairedGain], level: f64, seed: u64) -> Result<Crossing, Why> {
    let mut sizes: Vec<usize> = gains.iter().filter(|g| g.gain.is_finite() && g.n > 0).map(|g| g.n).collect();
    sizes.sort_unstable();
    sizes.dedup();
    let mut by_repeat: BTreeMap<usize, Vec<Option<f64>>> = BTreeMap::new();
    for g in gains.iter().filter(|g| g.gain.is_finite()) {
        if let Ok(at) = sizes.binary_search(&g.n) {
            by_repeat.entry(g.repeat).or_insert_with(|| vec![None; sizes.len()])[at] = Some(g.gain);
        }
    }
    let curves: Vec<Vec<Option<f64>>> = by_repeat.into_values().collect();
    if sizes.len() < 2 {
        return Err(Why::TooFew { found: sizes.len(), needed: 2 });
    }
    if curves.len() < LEAST_REPEATS {
        return Err(Why::TooFew { found: curves.len(), needed: LEAST_REPEATS });
    }
    let all: Vec<usize> = (0..curves.len()).collect();
    let curve = falling(&curves, &all, sizes.len()).ok_or(Why::NoRows)?;
    let mut places = Vec::with_capacity(RESAMPLES);
    for b in 0..RESAMPLES {
        let mut rng = Rng::child(seed, "crossing", b);
        let drawn: Vec<usize> = all.iter().map(|_| rng.below(curves.len())).collect();
        if let Some(curve) = falling(&curves, &drawn, sizes.len()) {
            // Outside the sizes: beyond every number, or under it.
            places.push(match place(&sizes, &curve) {
                Place::At { n } => n,
                Place::NotWithin { .. } => f64::INFINITY,
                Place::Never { .. } => 0.0,
            });
        }
    }
    let lost = RESAMPLES - places.len();
    if lost * 10 > RESAMPLES {
        return Err(Why::Lost { lost, of: RESAMPLES });
    }
    places.sort_by(f64::total_cmp);
    let share = |is: fn(f64) -> bool| places.iter().filter(|p| is(**p)).count() as f64 / places.len() as f64;
    let end = |q: f64| match end_of(&places, q) {
        n if n.is_infinite() => Place::NotWithin { largest: sizes[sizes.len() - 1] },
        n if n > 0.0 => Place::At { n },
        _ => Place::Never { smallest: sizes[0] },
    };
    Ok(Crossing {
        place: place(&sizes, &curve),
        low: end((1.0 - level) / 2.0),
        high: end((1.0 + level) / 2.0),
        share_within: share(|p| p > 0.0 && p.is_finite()),
        share_beyond: share(f64::is_infinite),
        share_never: share(|p| p == 0.0),
        curve: sizes.iter().copied().zip(curve).collect(),
        repeats: curves.len(),
    })
}

/// The quantile; between a number and the outside it is the outside: the interval errs on the wide side.
fn end_of(places: &[f64], q: f64) -> f64 {
    let h = q * (places.len() - 1) as f64;
    let (below, above) = (places[h.floor() as usize], places[h.ceil() as usize]);
    if below == 0.0 {
        return if q < 0.5 { below } else { above };
    }
    if above.is_infinite() { above } else { quantile_sorted(places, q) }
}

/// Mean gains of the drawn repeats, made non-increasing. `None` where a size has none.
fn falling(curves: &[Vec<Option<f64>>], drawn: &[usize], sizes: usize) -> Option<Vec<f64>> {
    // Blocks of (mean, weight, sizes).
    let mut blocks: Vec<(f64, f64, usize)> = Vec::new();
    for size in 0..sizes {
        let values: Vec<f64> = drawn.iter().filter_map(|&r| *curves[r].get(size)?).collect();
        if values.is_empty() {
            return None;
        }
        blocks.push((mean(&values), values.len() as f64, 1));
        while let [.., before, last] = blocks.as_slice()
            && before.0 < last.0
        {
            let weight = before.1 + last.1;
            let joined = ((before.0 * before.1 + last.0 * last.1) / weight, weight, before.2 + last.2);
            blocks.truncate(blocks.len() - 2);
            blocks.push(joined);
        }
    }
    Some(blocks.into_iter().flat_map(|(value, _, n)| std::iter::repeat_n(value, n)).collect())
}

fn place(sizes: &[usize], curve: &[f64]) -> Place {
    let (first, last) = (sizes[0], sizes[sizes.len() - 1]);
    match curve.partition_point(|&gain| gain > 0.0) {
        0 => Place::Never { smallest: first },
        at if at == curve.len() => Place::NotWithin { largest: last },
        at => {
            let (a, b) = (curve[at - 1], curve[at]);
            let (x, z) = (libm::log(sizes[at - 1] as f64), libm::log(sizes[at] as f64));
            Place::At { n: libm::exp(x + a / (a - b) * (z - x)) }
        }
    }
}
