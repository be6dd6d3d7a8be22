//! Maps of features: t-SNE against scikit-learn (tests/golden/tsne.py), and what a map of a network holds.

use autograft::math::tsne::{joint, squares, tsne};
use autograft::methods::common::representation::representation;
use autograft::methods::registry::find;
use autograft::watch::{Pulse, Quiet, block_on};
use serde_json::Value;

use crate::cohorts::{Kind, study};
use crate::methods::{learned, quiet, small};

#[test]
fn neighbours_and_divergence_are_scikit_learns() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/golden/tsne.json");
    let golden: Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    let reals =
        |key: &str| -> Vec<f64> { golden[key].as_array().unwrap().iter().map(|v| v.as_f64().unwrap()).collect() };
    let (x, rows, cols) =
        (reals("x"), golden["rows"].as_u64().unwrap() as usize, golden["cols"].as_u64().unwrap() as usize);
    let perplexity = golden["perplexity"].as_f64().unwrap();
    // scikit-learn looks for the perplexity in single precision.
    for (ours, theirs) in joint(&squares(&x, rows, cols), rows, perplexity).iter().zip(reals("p")) {
        assert!((ours - theirs).abs() < 1e-4 * theirs + 1e-9, "{ours}, scikit-learn {theirs}");
    }
    let pulse = Pulse::new(&Quiet);
    let found = block_on(tsne(&x, rows, cols, perplexity, &pulse)).unwrap();
    let theirs = golden["divergence"].as_f64().unwrap();
    assert!(found.divergence < 1.03 * theirs, "{}, scikit-learn {theirs}", found.divergence);
    // The four clusters stand apart: a row's nearest in the picture is of its own.
    let nearest = |at: usize| {
        let to = |other: usize| {
            let (dx, dy) = (
                found.points[2 * at] - found.points[2 * other],
                found.points[2 * at + 1] - found.points[2 * other + 1],
            );
            dx * dx + dy * dy
        };
        (0..rows).filter(|&other| other != at).min_by(|&a, &b| to(a).total_cmp(&to(b))).unwrap()
    };
    assert!((0..rows).filter(|&at| nearest(at) / 20 == at / 20).count() >= rows - 2);
    assert_eq!(block_on(tsne(&x, rows, cols, perplexity, &pulse)).unwrap(), found);
    assert!(block_on(tsne(&vec![1.0; 40], 10, 4, 5.0, &pulse)).is_err());
}

#[test]
fn every_network_shows_its_features_and_other_models_have_none() {
    let run = quiet();
    for (id, kind) in [
        ("hanczar", Kind::Binary),
        ("source_only", Kind::Number),
        ("dann", Kind::Binary),
        ("cdan", Kind::Binary),
        ("mdd", Kind::Binary),
        ("deep_coral", Kind::Number),
        ("deep_mmd", Kind::Binary),
        ("aitl", Kind::Binary),
        ("scdeal", Kind::Binary),
        ("scdeal_before", Kind::Binary),
        ("atl", Kind::Series),
        ("series_transfer", Kind::Series),
        ("series_target_only", Kind::Series),
    ] {
        let (sources, task, held_out) = study(kind, 1);
        let method = find(id).unwrap();
        let model = learned(method, &small(method), &sources, &task, &run).unwrap();
        for rows in [&held_out, &sources[0]] {
            let features = block_on(representation(&model, rows, &run)).unwrap().unwrap_or_else(|| panic!("{id}"));
            assert_eq!((features.rows, features.values.len()), (rows.len(), features.rows * features.cols), "{id}");
            assert!(features.cols > 1 && features.values.iter().all(|v| v.is_finite()), "{id}");
        }
    }
    let (sources, task, held_out) = study(Kind::Binary, 1);
    for id in ["target_only_linear", "target_only_trees"] {
        let method = find(id).unwrap();
        let model = learned(method, &small(method), &sources, &task, &run).unwrap();
        assert_eq!(block_on(representation(&model, &held_out, &run)).unwrap(), None, "{id}");
    }
}
