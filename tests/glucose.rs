//! Error grids, time gain and Local Domain Perplexity against numpy (tests/golden/glucose.py), exactly.

use autograft::metrics::glucose::{clarke, combined, mape, point_zone, range, rate_zone, rates, time_gain};
use autograft::metrics::perplexity::Neighbourhoods;
use serde_json::Value;

fn golden() -> Value {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/golden/glucose.json");
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

fn reals(value: &Value) -> Vec<f64> {
    value.as_array().unwrap().iter().map(|v| v.as_f64().unwrap()).collect()
}

fn wholes(value: &Value) -> Vec<usize> {
    value.as_array().unwrap().iter().map(|v| v.as_u64().unwrap() as usize).collect()
}

#[test]
fn every_zone_mark_and_count_is_numpys() {
    let golden = golden();
    let (truth, said) = (reals(&golden["truth"]), reals(&golden["said"]));
    let minutes: Vec<i64> = golden["minutes"].as_array().unwrap().iter().map(|m| m.as_i64().unwrap()).collect();
    let zones: Vec<usize> = truth.iter().zip(&said).map(|(y, p)| clarke(*y, *p)).collect();
    assert_eq!(zones, wholes(&golden["clarke"]));
    let step = golden["step"].as_i64().unwrap();
    let (dy, dp) = (rates(&minutes, &truth, step), rates(&minutes, &said, step));
    let rated: Vec<usize> = (0..truth.len()).filter(|&at| dy[at].is_some() && dp[at].is_some()).collect();
    assert_eq!(rated, wholes(&golden["rated"]));
    let mut counts = [[0; 3]; 3];
    for (place, &at) in rated.iter().enumerate() {
        let (t, p) = (dy[at].unwrap(), dp[at].unwrap());
        let (point, rate) = (point_zone(truth[at], said[at], t), rate_zone(t, p));
        let mark = combined(truth[at], point, rate);
        let expected = ["point", "rate", "mark"].map(|key| golden[key][place].as_u64().unwrap() as usize);
        assert_eq!([point, rate, mark], expected, "row {at}: {} {} at {t}, {p}", truth[at], said[at]);
        counts[range(truth[at])][mark] += 1;
    }
    for (row, expected) in counts.iter().zip(golden["counts"].as_array().unwrap()) {
        assert_eq!(row.to_vec(), wholes(expected));
    }
    let error = mape(&truth, &said).unwrap() - golden["mape"].as_f64().unwrap();
    assert!(error.abs() < 1e-9, "{error}");
}

#[test]
fn on_the_borders_too() {
    let golden = golden();
    let pairs = |key: &str| -> Vec<Vec<f64>> { golden[key].as_array().unwrap().iter().map(reals).collect() };
    for (at, pair) in pairs("borders").iter().enumerate() {
        assert_eq!(clarke(pair[0], pair[1]) as u64, golden["border_clarke"][at].as_u64().unwrap(), "{pair:?}");
        for (which, rate) in [0.0, 1.0, -2.0].into_iter().enumerate() {
            let expected = golden["border_point"][which][at].as_u64().unwrap();
            assert_eq!(point_zone(pair[0], pair[1], rate) as u64, expected, "{pair:?} at {rate}");
        }
    }
    for (at, pair) in pairs("rates").iter().enumerate() {
        assert_eq!(rate_zone(pair[0], pair[1]) as u64, golden["border_rate"][at].as_u64().unwrap(), "{pair:?}");
    }
}

#[test]
fn a_forecast_that_lags_gains_no_time_and_gaps_break_a_series() {
    let golden = golden();
    let minutes: Vec<i64> = (0..1000).map(|at| at * 5).collect();
    let (truth, said) = (reals(&golden["truth"])[..1000].to_vec(), reals(&golden["said"])[..1000].to_vec());
    assert_eq!(time_gain(&minutes, &truth, &said, 5, 30), golden["gain"].as_i64());
    let wave: Vec<f64> = (0..600).map(|at| (f64::from(at) / 9.0).sin()).collect();
    // What is said is what was true 30 minutes before: persistence.
    let late: Vec<f64> = (0..600).map(|at: usize| wave[at.saturating_sub(6)]).collect();
    assert_eq!(time_gain(&minutes[..600], &wave, &late, 5, 30), Some(0));
    assert_eq!(time_gain(&minutes[..600], &wave, &wave, 5, 30), Some(30));
    let apart: Vec<i64> = (0..600).map(|at| at * 50).collect();
    assert_eq!(time_gain(&apart, &wave, &wave, 5, 30), None);
    assert_eq!(rates(&[0, 5, 15, 20], &[1.0, 2.0, 4.0, 9.0], 5), [None, Some(0.2), None, Some(1.0)]);
    assert_eq!(mape(&[], &[]), None);
}

#[test]
fn the_perplexity_of_neighbourhoods_is_numpys_and_keeps_its_ends() {
    let golden = golden();
    let x: Vec<f32> = reals(&golden["x"]).into_iter().map(|v| v as f32).collect();
    let domain = wholes(&golden["domain"]);
    for (neighbours, expected) in golden["perplexity"].as_object().unwrap() {
        let ours = Neighbourhoods::of(&x, domain.len(), neighbours.parse().unwrap()).unwrap().perplexity(&domain, 4);
        assert!((ours - expected.as_f64().unwrap()).abs() < 1e-9, "{neighbours}: {ours}, numpy {expected}");
    }
    let apart: Vec<f32> = (0..80).map(|at| (at / 20) as f32 * 1000.0 + at as f32).collect();
    let own: Vec<usize> = (0..80).map(|at| at / 20).collect();
    assert_eq!(Neighbourhoods::of(&apart, 80, 5).unwrap().perplexity(&own, 4), 0.25);
    assert!(Neighbourhoods::of(&apart, 80, 80).is_none() && Neighbourhoods::of(&apart, 80, 0).is_none());
}
