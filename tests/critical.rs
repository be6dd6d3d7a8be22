//! The genes that drive the calls, against SciPy (tests/golden/critical.py).

use autograft::evaluate::critical::{Gene, critical};
use serde_json::Value;

#[test]
fn means_ranks_p_and_q_are_scipys() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/golden/critical.json");
    let golden: Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    let mut met = 0;
    for case in golden["cases"].as_array().unwrap() {
        let event: Vec<bool> = case["event"].as_array().unwrap().iter().map(|v| v.as_bool().unwrap()).collect();
        let genes: Vec<Gene> = case["genes"]
            .as_object()
            .unwrap()
            .iter()
            .map(|(name, values)| Gene {
                name: name.clone(),
                added: values.as_array().unwrap().iter().map(|v| v.as_f64().unwrap_or(f64::NAN)).collect(),
                seen: Some(0.5),
            })
            .collect();
        let found = critical(&genes, &event);
        let theirs = case["found"].as_object().unwrap();
        assert_eq!(found.len(), theirs.len(), "a constant gene and one of too few cells are not tested");
        for one in &found {
            let theirs = &theirs[&one.gene];
            for (key, ours) in
                [("event", one.event), ("others", one.others), ("auc", one.auc), ("p", one.p), ("q", one.q)]
            {
                let theirs = theirs[key].as_f64().unwrap();
                assert!((ours - theirs).abs() < 1e-9, "{} {key}: {ours}, scipy {theirs}", one.gene);
            }
            met += 1;
        }
        assert!(found.is_sorted_by(|a, b| a.p <= b.p));
    }
    assert!(met > 15, "{met}");
}

#[test]
fn one_call_alone_tests_nothing_and_rare_genes_do_not_pass() {
    let gene = |seen: f64| Gene {
        name: format!("{seen}"),
        added: (0..40).map(|cell| if cell < 20 { 1.0 + f64::from(cell) } else { -f64::from(cell) }).collect(),
        seen: Some(seen),
    };
    let calls: Vec<bool> = (0..40).map(|cell| cell < 20).collect();
    assert!(critical(&[gene(0.9)], &[true; 40]).is_empty());
    let found = critical(&[gene(0.9), gene(0.1)], &calls);
    let passes = |name: &str| found.iter().find(|one| one.gene == name).map(|one| one.passes());
    assert_eq!((passes("0.9"), passes("0.1")), (Some(true), Some(false)));
    assert_eq!(found[0].auc, 1.0);
}
