//! Every method of the registry through one battery.

use autograft::methods::registry::REGISTRY;
use autograft::methods::{AnyMethod, Model};
use autograft::train::Run;
use autograft::watch::{Quiet, block_on};
use burn::tensor::Device;
use serde_json::{Value, json};

use crate::cohorts::{Kind, study};

const KINDS: [Kind; 3] = [Kind::Binary, Kind::Three, Kind::Number];

/// Defaults, with a small network, so that the battery takes seconds.
fn small(method: &dyn AnyMethod) -> Value {
    let mut settings = serde_json::Map::new();
    for field in method.fields() {
        match field.name {
            "widths" => settings.insert("widths".to_owned(), json!([8, 8, 8, 8])),
            "max_epochs" => settings.insert("max_epochs".to_owned(), json!(6)),
            _ => None,
        };
    }
    method.settings(&Value::Object(settings)).unwrap()
}

fn fitted(method: &dyn AnyMethod, settings: &Value, kind: Kind, run: &Run<'_>) -> autograft::Result<Model> {
    let (sources, task, _) = study(kind, 1);
    let pre = match method.pretrain_key(settings)? {
        Some(_) => Some(block_on(method.pretrain(settings, &sources, run))?),
        None => None,
    };
    block_on(method.adapt(pre.as_ref(), settings, &task, run))
}

#[test]
fn same_seed_same_bytes_and_another_seed_other_bytes() {
    for method in REGISTRY {
        let settings = small(*method);
        for kind in KINDS {
            let bytes = |seed| {
                let run = Run::new(Device::flex(), seed, &Quiet);
                fitted(*method, &settings, kind, &run).unwrap().to_bytes().unwrap()
            };
            let first = bytes(7);
            assert_eq!(first, bytes(7), "{} {kind:?}", method.card().id);
            if method.card().uses_network {
                assert_ne!(first, bytes(8), "{} {kind:?}", method.card().id);
            }
        }
    }
}

#[test]
#[ignore = "a measurement"]
fn speed() {
    use crate::cohorts::cohort;
    use autograft::cohort::Side;
    let run = Run::new(Device::flex(), 1, &Quiet);
    let method = autograft::methods::registry::find("hanczar").unwrap();
    let mut source = cohort(Kind::Binary, 8100, 1, 0.0, Side::Source);
    let mut target = cohort(Kind::Binary, 100, 2, 0.0, Side::Target);
    for c in [&mut source, &mut target] {
        let mut features = c.x.features().to_vec();
        let mut columns: Vec<Vec<f32>> = (0..features.len()).map(|f| c.x.column(f).collect()).collect();
        let mut rng = autograft::rng::Rng::stream(3, "more");
        for f in 0..50 {
            features.push(autograft::cohort::Feature {
                name: format!("z{f}"),
                kind: autograft::cohort::FeatureKind::Number,
            });
            columns.push((0..c.len()).map(|_| rng.normal() as f32).collect());
        }
        c.x = autograft::cohort::View::all(autograft::cohort::Frame { features, columns });
    }
    let settings = method.settings(&json!({"frozen": "0"})).unwrap();
    let t = std::time::Instant::now();
    let pre = block_on(method.pretrain(&settings, &[source.clone()], &run)).unwrap();
    println!("pretrain {:?}", t.elapsed());
    let task = autograft::cohort::Task { sources: vec![source], target, unlabelled: None };
    for f in ["0", "2", "4", "auto"] {
        let settings = method.settings(&json!({"frozen": f})).unwrap();
        let t = std::time::Instant::now();
        let m = block_on(method.adapt(Some(&pre), &settings, &task, &run)).unwrap();
        println!("adapt {f} {:?} {}", t.elapsed(), m.meta["choice"]);
    }
    let scratch = autograft::methods::registry::find("target_only_network").unwrap();
    let t = std::time::Instant::now();
    block_on(scratch.adapt(None, &scratch.settings(&json!({})).unwrap(), &task, &run)).unwrap();
    println!("scratch {:?}", t.elapsed());
}
