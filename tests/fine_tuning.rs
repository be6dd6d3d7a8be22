//! Networks that go on from another one's weights: what is frozen stays, what is new begins anew.

use autograft::cohort::Labels;
use autograft::methods::common::network::Network;
use autograft::methods::registry::find;
use autograft::nets::Layer;
use autograft::watch::block_on;
use serde_json::{Value, json};

use crate::cohorts::{Kind, study};
use crate::methods::{KINDS, learned, quiet, small};

#[test]
fn frozen_layers_keep_every_bit_and_the_others_start_from_the_pretrained_ones() {
    let run = quiet();
    let method = find("hanczar").unwrap();
    for kind in KINDS {
        let (sources, task, _) = study(kind, 1);
        let mut settings = small(method);
        let pre = block_on(method.pretrain(&settings, &sources, &run)).unwrap();
        let before = Network::from_model(&pre).unwrap();
        for frozen in 0..=4_usize {
            settings["frozen"] = json!(frozen.to_string());
            settings["weight_decay"] = json!(0.1);
            settings["max_epochs"] = json!(0);
            let still = block_on(method.adapt(Some(&pre), &settings, &task, &run)).unwrap();
            assert_eq!(Network::from_model(&still).unwrap().layers, before.layers, "{kind:?} {frozen}: not trained");
            settings["max_epochs"] = json!(40);
            settings["max_steps"] = json!(30);
            // Far enough from 0 for the labels to pull the weights somewhere, whatever the validation says.
            let mut moved = before.clone();
            let known = autograft::methods::common::network::Stop::After(30);
            let learner = autograft::methods::common::learner::Learner {
                weight_decay: 0.1,
                ..autograft::methods::common::learner::LearnerConfig::default().learner()
            };
            let pace =
                autograft::methods::common::network::Pace { rate: 1e-3, frozen, anew: false, phase: "fine_tune" };
            block_on(moved.train(&learner, &[&task.target], &pace, known, &run)).unwrap();
            for (i, (layer, old)) in moved.layers.iter().zip(&before.layers).enumerate() {
                if i < frozen {
                    assert_eq!(layer, old, "{kind:?}: layer {i} of {frozen} frozen moved");
                } else {
                    assert_ne!(layer, old, "{kind:?}: layer {i} with {frozen} frozen did not move");
                }
            }
            let adapted = block_on(method.adapt(Some(&pre), &settings, &task, &run)).unwrap();
            let adapted = Network::from_model(&adapted).unwrap();
            assert_eq!(adapted.layers[..frozen], before.layers[..frozen], "{kind:?} {frozen}");
            assert_eq!(adapted.encoder, before.encoder);
        }
    }
}

#[test]
fn a_new_head_learns_first_and_then_everything_slowly() {
    let run = quiet();
    let method = find("two_phase").unwrap();
    for kind in KINDS {
        let (sources, task, _) = study(kind, 1);
        let mut settings = small(method);
        settings["new_layer"] = json!([3, 7]);
        let pre = block_on(method.pretrain(&settings, &sources, &run)).unwrap();
        let before = Network::from_model(&pre).unwrap();
        let body = before.layers.len() - 1;
        let adapted = |settings: &Value| block_on(method.adapt(Some(&pre), settings, &task, &run)).unwrap();
        settings["max_epochs"] = json!(0);
        let still = adapted(&settings);
        assert_eq!(Network::from_model(&still).unwrap().layers[..body], before.layers[..body], "{kind:?}");
        settings["max_epochs"] = json!(20);
        let model = adapted(&settings);
        let width: usize = model.meta("new_layer").unwrap();
        let after = Network::from_model(&model).unwrap();
        assert!([3, 7].contains(&width) && after.layers[body].outputs == width && after.layers.len() == body + 2);
        // Steps of 1e-5 in the body, of 1e-3 in the head.
        let moved =
            |a: &Layer, b: &Layer| a.weight.iter().zip(&b.weight).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
        let (old, first) = (Network::from_model(&still).unwrap(), Network::from_model(&model).unwrap());
        let furthest = (0..body).map(|at| moved(&old.layers[at], &first.layers[at])).fold(0.0, f32::max);
        assert!(furthest < 0.01, "{kind:?}: the body moved by {furthest}");
        assert_eq!(model, adapted(&settings), "{kind:?}: the same seed, the same model");
    }
}

#[test]
fn what_the_source_taught_helps_where_the_target_is_small_and_alike() {
    // A sanity check of the whole chain, with room: the source's 300 rows know more than 20 of the target's.
    let run = quiet();
    let (sources, mut task, held_out) = study(Kind::Number, 1);
    task.target = task.target.select(&(0..20).collect::<Vec<_>>());
    let Some(Labels::Values { values, .. }) = &held_out.y else { panic!("numbers") };
    let error = |id: &str| {
        let method = find(id).unwrap();
        let settings = method.settings(&Value::Null).unwrap();
        let model = learned(method, &settings, &sources, &task, &run).unwrap();
        let said = block_on(method.predict(&model, &held_out, &run)).unwrap();
        said.score(0).iter().zip(values).map(|(a, b)| (a - b) * (a - b)).sum::<f64>() / values.len() as f64
    };
    let (tuned, scratch) = (error("hanczar"), error("target_only_network"));
    assert!(tuned < 0.7 * scratch, "fine-tuned {tuned}, from scratch {scratch}");
}
