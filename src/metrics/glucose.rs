//! What a forecast of glucose is worth clinically: error grids and the time that is gained.
//!
//! - Clarke's grid (Clarke et al. 1987, Diabetes Care 10:622–628).
//! - The continuous grids of Kovatchev et al. (2004, Diabetes Care 27:1922–1928): P-EGA is Clarke's with borders that widen
//!   by 10 mg/dL where the true rate is at least 1 mg/dL/min and by 20 from 2 on; R-EGA compares rates; CG-EGA combines
//!   both, by what the true glucose is (≤ 70, ≤ 180, above), to accurate (AP), benign (BE) and erroneous (EP).
//! - Time gain: the horizon less the shift of the forecasts at which they fit the truth best (least squares).
//!
//! Borders are those of De Bois et al.'s `GLYFE`. Values in mg/dL, rates in mg/dL/min, over neighbours exactly one step
//! apart; where no neighbour stands there is no rate, and no P-EGA, R-EGA or CG-EGA.

/// Up to 70 mg/dL.
const HYPO: f64 = 70.0;
/// Above 180 mg/dL.
const HYPER: f64 = 180.0;

/// The zones of Clarke's and the P-EGA grid, in order.
pub const POINT_ZONES: [&str; 5] = ["A", "B", "C", "D", "E"];
/// The zones of the R-EGA grid; upper ones forecast a higher rate than there is.
pub const RATE_ZONES: [&str; 8] = ["A", "B", "uC", "lC", "uD", "lD", "uE", "lE"];

/// Clarke's zone, as a place in [`POINT_ZONES`].
pub fn clarke(truth: f64, said: f64) -> usize {
    let (y, p) = (truth, said);
    if (y <= 70.0 && p <= 70.0) || (0.8 * y <= p && p <= 1.2 * y) {
        0
    } else if (y >= 180.0 && p <= 70.0) || (y <= 70.0 && p >= 180.0) {
        4
    } else if ((70.0..=290.0).contains(&y) && p >= y + 110.0)
        || ((130.0..=180.0).contains(&y) && p <= 7.0 / 5.0 * y - 182.0)
    {
        2
    } else if (y >= 240.0 && (70.0..=180.0).contains(&p))
        || (y <= 175.0 / 3.0 && (70.0..=180.0).contains(&p))
        || ((175.0 / 3.0..=70.0).contains(&y) && p >= 6.0 / 5.0 * y)
    {
        3
    } else {
        1
    }
}

/// The zone of the P-EGA grid at this true rate, as a place in [`POINT_ZONES`].
pub fn point_zone(truth: f64, said: f64, rate: f64) -> usize {
    let (y, p) = (truth, said);
    let wide = match rate.abs() {
        r if r >= 2.0 => 20.0,
        r if r >= 1.0 => 10.0,
        _ => 0.0,
    };
    let slope = 22.0 / 17.0;
    if (p <= HYPO + wide && y <= HYPO) || (p <= y * 6.0 / 5.0 + wide && p >= y * 4.0 / 5.0 - wide) {
        0
    } else if (y > HYPER && p < HYPO - wide) || (p > HYPER + wide && y <= HYPO) {
        4
    } else if (y <= HYPO && p > HYPO + wide && p <= HYPER + wide) || (y > 240.0 && p < HYPER - wide && p >= HYPO - wide)
    {
        3
    } else if (y > HYPO && p > y * slope + (HYPER - HYPO * slope) + wide)
        || (y <= HYPER && p < y * 7.0 / 5.0 - 182.0 - wide)
    {
        2
    } else {
        1
    }
}

/// The zone of the R-EGA grid, as a place in [`RATE_ZONES`]; on a border the earlier one.
pub fn rate_zone(truth: f64, said: f64) -> usize {
    let (t, p) = (truth, said);
    let near = (t - 1.0..=t + 1.0).contains(&p);
    if near || (p <= t / 2.0 && p >= t * 2.0) || (p <= t * 2.0 && p >= t / 2.0) {
        0
    } else if (p <= -1.0 && t <= -1.0) || (p <= t + 2.0 && p >= t - 2.0) || (p >= 1.0 && t >= 1.0) {
        1
    } else if (-1.0..1.0).contains(&t) && p > t + 2.0 {
        2
    } else if t > -1.0 && t <= 1.0 && p < t - 2.0 {
        3
    } else if (-1.0..=1.0).contains(&p) {
        if p > t + 2.0 { 4 } else { 5 }
    } else if p > 1.0 {
        6
    } else {
        7
    }
}

/// Low, usual or high true glucose: 0, 1, 2.
pub fn range(truth: f64) -> usize {
    usize::from(truth > HYPO) + usize::from(truth > HYPER)
}

/// Accurate, benign or erroneous (0, 1, 2), from the true glucose and the two zones.
pub fn combined(truth: f64, point: usize, rate: usize) -> usize {
    let far = match range(truth) {
        0 => point > 0,
        _ => point > 1,
    };
    // Of low glucose a forecast that rises while it falls, or stands, is dangerous; one that falls faster is not.
    let dangerous = if range(truth) == 0 { matches!(rate, 4 | 6) } else { matches!(rate, 6 | 7) };
    if far || dangerous { 2 } else { usize::from(rate > 1) }
}

/// Each value's rate: its difference to the one a step before, over the step; `None` where none stands there.
/// `minutes` ascend.
pub fn rates(minutes: &[i64], values: &[f64], step: i64) -> Vec<Option<f64>> {
    let one = |at: usize| {
        let before = at.checked_sub(1)?;
        let apart = minutes.get(at)? - minutes.get(before)?;
        (apart == step).then_some((values.get(at)? - values.get(before)?) / step as f64)
    };
    (0..values.len()).map(one).collect()
}

/// The time gain in minutes: horizon − argmin over shifts k = 0, step, … ≤ horizon of the mean square of
/// truth at t less the forecast for t + k. `None` where no shift but none can be looked at. `minutes` ascend.
pub fn time_gain(minutes: &[i64], truth: &[f64], said: &[f64], step: i64, horizon: i64) -> Option<i64> {
    let mut best: Option<(f64, i64)> = None;
    let mut looked = 0;
    for shift in (0..=horizon).step_by(step.max(1) as usize) {
        let (mut sum, mut n) = (0.0, 0_u32);
        let mut later = 0;
        for (at, minute) in minutes.iter().enumerate() {
            while minutes.get(later).is_some_and(|other| *other < minute + shift) {
                later += 1;
            }
            if minutes.get(later) == Some(&(minute + shift)) {
                sum += (truth[at] - said[later]) * (truth[at] - said[later]);
                n += 1;
            }
        }
        if n > 0 {
            looked += 1;
            let square = sum / f64::from(n);
            if best.is_none_or(|(least, _)| square < least) {
                best = Some((square, shift));
            }
        }
    }
    best.filter(|_| looked > 1).map(|(_, shift)| horizon - shift)
}

/// The mean absolute error in percent of the truth; `None` without a row, or where a truth is 0.
pub fn mape(truth: &[f64], said: &[f64]) -> Option<f64> {
    if truth.is_empty() || truth.contains(&0.0) {
        return None;
    }
    let sum: f64 = truth.iter().zip(said).map(|(y, p)| ((y - p) / y).abs()).sum();
    Some(100.0 * sum / truth.len() as f64)
}
