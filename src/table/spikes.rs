//! Readings of a sensor that leap away and straight back (De Bois, El Yacoubi & Ammi's preprocessing of their own sensor's
//! data): taken out before anything else.

/// From how many standard deviations on a slope is a leap.
const LEAP: f64 = 2.5;
/// Passes: what stood beside a leap may be one itself.
const PASSES: usize = 5;

/// Which readings leap: the slopes to a reading and from it are both `LEAP` or more standard deviations from the person's
/// mean slope, to opposite sides; up to five passes. Slopes are of neighbours that were read, over the time between
/// them. Every reading with two neighbours is looked at (the released code stops one short of that).
///
/// `times`: ascending; `values`: NaN where nothing was read.
pub fn spikes(times: &[f64], values: &[f64]) -> Vec<bool> {
    let mut out = vec![false; values.len()];
    for _ in 0..PASSES {
        let read: Vec<usize> = (0..values.len()).filter(|&at| values[at].is_finite() && !out[at]).collect();
        let slope = |a: usize, b: usize| (values[b] - values[a]) / (times[b] - times[a]);
        let pairs: Vec<(usize, [f64; 2])> =
            read.windows(3).map(|three| (three[1], [slope(three[0], three[1]), slope(three[1], three[2])])).collect();
        // Two readings of one moment have no slope.
        let known: Vec<f64> = pairs.iter().flat_map(|(_, pair)| *pair).filter(|v| v.is_finite()).collect();
        let mean = known.iter().sum::<f64>() / known.len() as f64;
        let sd = libm::sqrt(known.iter().map(|v| (v - mean) * (v - mean)).sum::<f64>() / known.len() as f64);
        let before = out.iter().filter(|leaps| **leaps).count();
        for (at, pair) in pairs {
            let [to, from] = pair.map(|v| (v - mean) / sd);
            out[at] |= to.abs() >= LEAP && from.abs() >= LEAP && to * from < 0.0;
        }
        if out.iter().filter(|leaps| **leaps).count() == before {
            break;
        }
    }
    out
}
