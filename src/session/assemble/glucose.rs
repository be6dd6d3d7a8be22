//! Forecasts of glucose in the error grids: the first repeat of each method, every judged row once.

use super::Bench;
use crate::cohort::Labels;
use crate::metrics::glucose::{clarke, combined, mape, point_zone, range, rate_zone, rates, time_gain};
use crate::report::glucose::{Glucose, OneMethod};

/// A row without a rate.
const UNRATED: u8 = 3;

impl Bench<'_> {
    /// `None` where the target is no windows, or its rows have no times.
    pub(super) fn glucose(&self) -> Option<Glucose> {
        let windows = self.prepared.plan.targets.iter().find_map(|table| table.read.windows.as_ref())?;
        let horizon = i64::from(windows.horizon);
        // Row by row of the first repeat: its minute, the truth, and what each method said.
        let mut rows: Vec<(i64, f64, Vec<f64>)> = Vec::new();
        for (at, place) in self.places().enumerate().filter(|(_, place)| place.repeat == 0) {
            let evaluated = self.sides.evaluated(place);
            let (Some(times), Some(Labels::Values { values, .. })) = (&evaluated.time, &evaluated.y) else {
                return None;
            };
            for (row, (time, truth)) in times.iter().zip(values).enumerate() {
                let minute = (time * 1440.0).round() as i64 + horizon;
                let said = |judged: &Vec<super::Judged>| -> Option<f64> {
                    let judged = judged.get(at)?;
                    let place = judged.rows.iter().position(|known| *known == row)?;
                    judged.prediction.get(place).copied()
                };
                let said: Option<Vec<f64>> = self.judged.iter().map(said).collect();
                if let Some(said) = said.filter(|_| time.is_finite() && truth.is_finite()) {
                    rows.push((minute, *truth, said));
                }
            }
        }
        rows.sort_by_key(|row| row.0);
        rows.dedup_by_key(|row| row.0);
        let minutes: Vec<i64> = rows.iter().map(|row| row.0).collect();
        let truth: Vec<f64> = rows.iter().map(|row| row.1).collect();
        let step = i64::from(windows.step * windows.every);
        let methods = self.prepared.entries.iter().enumerate();
        let methods = methods.map(|(method, entry)| {
            let said: Vec<f64> = rows.iter().map(|row| row.2[method]).collect();
            one(entry.method.card().id, &minutes, &truth, said, step, horizon)
        });
        Some(Glucose {
            step: step as u32,
            horizon: windows.horizon,
            person: self.sides.target.domain.clone(),
            methods: methods.collect(),
            minutes: minutes.clone(),
            truth: truth.clone(),
        })
    }
}

fn one(id: &str, minutes: &[i64], truth: &[f64], said: Vec<f64>, step: i64, horizon: i64) -> OneMethod {
    let (dy, dp) = (rates(minutes, truth, step), rates(minutes, &said, step));
    let mut found = OneMethod {
        id: id.to_owned(),
        mape: mape(truth, &said),
        time_gain: time_gain(minutes, truth, &said, step, horizon),
        clarke: [0; 5],
        p_ega: [0; 5],
        r_ega: [0; 8],
        cg_ega: [[0; 3]; 3],
        marks: Vec::with_capacity(said.len()),
        said: Vec::new(),
    };
    for (at, (y, p)) in truth.iter().zip(&said).enumerate() {
        found.clarke[clarke(*y, *p)] += 1;
        let (Some(t), Some(r)) = (dy[at], dp[at]) else {
            found.marks.push(UNRATED);
            continue;
        };
        let (point, rate) = (point_zone(*y, *p, t), rate_zone(t, r));
        let mark = combined(*y, point, rate);
        found.p_ega[point] += 1;
        found.r_ega[rate] += 1;
        found.cg_ega[range(*y)][mark] += 1;
        found.marks.push(mark as u8);
    }
    // A hundredth of a mg/dL is below any sensor's noise.
    found.said = said.into_iter().map(|p| (p * 100.0).round() / 100.0).collect();
    found
}
