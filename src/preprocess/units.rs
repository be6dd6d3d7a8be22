//! Units that seem to differ: the ratio of medians and of spreads beside the factors that laboratories use.

use super::mapping::UnitSuspicion;
use super::names::{plain, synonym};
use crate::math::stats::quantile_sorted;

/// A known conversion: (key under `unit.`, the quantities it is used for, or none for any; the factor).
const FACTORS: [(&str, &[&str], f64); 14] = [
    ("glucose", &["glucose"], 18.016),
    ("cholesterol", &["cholesterol", "ldl", "hdl", "ldlcholesterol", "hdlcholesterol"], 38.67),
    ("triglycerides", &["triglycerides"], 88.57),
    ("creatinine", &["creatinine"], 88.42),
    ("bilirubin", &["bilirubin"], 17.1),
    ("urea", &["bun", "urea"], 2.801),
    ("calcium", &["calcium", "ca"], 4.008),
    ("weight", &["weight"], 2.204_62),
    ("height", &["height"], 2.54),
    ("kpa", &["pao2", "pco2", "paco2", "po2", "fio2"], 7.500_62),
    ("days_years", &["age"], 365.25),
    ("months_years", &["age"], 12.0),
    ("thousand", &[], 1000.0),
    ("hundred", &[], 100.0),
];
/// Ten is so common between real populations that it needs both tables to be close to it.
const TEN: f64 = 10.0;

/// Looks whether two samples of one quantity differ as two units of it do. `None` under eight values a side.
///
/// Both the ratio of medians and the ratio of interquartile ranges must be near the factor, and nearer to it than to
/// no change at all: a sicker population moves the median, a unit moves both.
pub fn suspect(source: &str, target: &str, from: &[f64], to: &[f64]) -> Option<UnitSuspicion> {
    let sorted = |values: &[f64]| {
        let mut values: Vec<f64> = values.iter().copied().filter(|v| v.is_finite()).collect();
        values.sort_by(f64::total_cmp);
        values
    };
    let (from, to) = (sorted(from), sorted(to));
    if from.len() < 8 || to.len() < 8 {
        return None;
    }
    let summary = |values: &[f64]| {
        let q = |p| quantile_sorted(values, p);
        (q(0.5), q(0.75) - q(0.25), values.windows(2).filter(|pair| pair[0] != pair[1]).count())
    };
    let (from_median, from_iqr, from_steps) = summary(&from);
    let (to_median, to_iqr, to_steps) = summary(&to);
    // Codes and counts have few values, and their ratios mean nothing.
    if from_iqr <= 0.0 || to_iqr <= 0.0 || from_steps < 6 || to_steps < 6 {
        return None;
    }
    let found = |conversion: &str, factor: f64, offset: f64| {
        Some(UnitSuspicion {
            source: source.to_owned(),
            target: target.to_owned(),
            conversion: conversion.to_owned(),
            factor,
            offset,
            source_median: from_median,
            target_median: to_median,
        })
    };
    let spread = to_iqr / from_iqr;
    let warm = |median: f64| (90.0..=108.0).contains(&median);
    let cool = |median: f64| (32.0..=42.0).contains(&median);
    let named_warm = synonym(&plain(target)).contains("temp") || synonym(&plain(source)).contains("temp");
    if named_warm && warm(from_median) && cool(to_median) {
        return found("fahrenheit_celsius", 5.0 / 9.0, -160.0 / 9.0);
    }
    if named_warm && cool(from_median) && warm(to_median) {
        return found("celsius_fahrenheit", 1.8, 32.0);
    }
    if from_median == 0.0 || to_median == 0.0 || (from_median < 0.0) != (to_median < 0.0) {
        return None;
    }
    let ratio = to_median / from_median;
    let far = |ratio: f64, factor: f64| libm::log(ratio / factor).abs();
    let near = |factor: f64, tight: f64| {
        far(ratio, factor) < tight && far(spread, factor) < 2.0 * tight && far(ratio, factor) < far(ratio, 1.0) / 2.0
    };
    let known = synonym(&plain(target)).to_owned();
    let known_source = synonym(&plain(source)).to_owned();
    let named = FACTORS
        .iter()
        .filter(|(_, of, _)| of.contains(&known.as_str()) || of.contains(&known_source.as_str()))
        .flat_map(|(key, _, factor)| [(*key, *factor), (*key, 1.0 / factor)])
        // A known quantity may differ by more between populations, but by less than half the way to another unit.
        .filter(|(_, factor)| near(*factor, (libm::log(*factor).abs() / 2.2).min(0.5)))
        .min_by(|a, b| far(ratio, a.1).total_cmp(&far(ratio, b.1)));
    if let Some((key, factor)) = named {
        return found(key, factor, 0.0);
    }
    let any = FACTORS
        .iter()
        .filter(|(_, of, _)| of.is_empty())
        .map(|(key, _, factor)| (*key, *factor, 0.45))
        .chain([("ten", TEN, 0.3)])
        .flat_map(|(key, factor, tight)| [(key, factor, tight), (key, 1.0 / factor, tight)])
        .filter(|(_, factor, tight)| near(*factor, *tight))
        .min_by(|a, b| far(ratio, a.1).total_cmp(&far(ratio, b.1)));
    any.and_then(|(key, factor, _)| found(key, factor, 0.0))
}
