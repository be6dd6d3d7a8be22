//! Self-training: the rounds of the released code, by XGBoost in Python (tests/golden/self_training.py), and what must
//! hold of labels that are hidden.

use autograft::Code;
use autograft::cohort::{Cohort, Feature, FeatureKind, Frame, Labels, Side, Task, View};
use autograft::methods::Model;
use autograft::methods::common::forest::Grown;
use autograft::methods::common::pool::{Pool, Silver};
use autograft::methods::common::rows::{canonical, order_of};
use autograft::methods::registry::find;
use autograft::methods::transductive::self_training::{SelfTrainingConfig, rounds};
use autograft::rng::Rng;
use autograft::train::Run;
use autograft::watch::{Event, Quiet, Round, block_on};
use burn::tensor::Device;
use serde_json::{Value, json};

use crate::cohorts::{Kind, study};
use crate::session::Heard;

fn quiet() -> Run<'static> {
    Run::new(Device::flex(), 7, &Quiet)
}

fn wholes(v: &Value) -> Vec<usize> {
    v.as_array().unwrap().iter().map(|v| v.as_u64().unwrap() as usize).collect()
}

fn column(v: &Value) -> Vec<f32> {
    v.as_array().unwrap().iter().map(|v| v.as_f64().map_or(f32::NAN, |v| v as f32)).collect()
}

/// Gold and silver as cohorts, the silver one with its labels.
fn cohorts(case: &Value) -> (Cohort, Cohort) {
    let columns: Vec<Vec<f32>> = case["x"].as_array().unwrap().iter().map(column).collect();
    let features = (0..columns.len()).map(|f| Feature { name: format!("f{f}"), kind: FeatureKind::Number }).collect();
    let codes = wholes(&case["y"]).into_iter().map(|y| Some(y as u32)).collect::<Vec<_>>();
    let n = codes.len();
    let all = Cohort {
        x: View::all(Frame { features, columns }),
        y: Some(Labels::Classes { names: vec!["no".to_owned(), "yes".to_owned()], event: 1, codes }),
        id: (0..n).map(|row| row.to_string()).collect::<Vec<_>>().into(),
        domain: "made".to_owned(),
        group: None,
        time: None,
        outcome: None,
        side: Side::Target,
    };
    let gold = case["gold"].as_u64().unwrap() as usize;
    (all.select(&(0..gold).collect::<Vec<_>>()), all.select(&(gold..n).collect::<Vec<_>>()))
}

/// The task of a golden case (gold is the target, silver the source), and its pool.
fn pool(case: &Value) -> (Task, Pool) {
    let (gold, silver) = cohorts(case);
    let task = Task { sources: vec![silver], target: gold, unlabelled: None };
    let pool = Pool::of(&task, Silver::Source, "the method").unwrap();
    (task, pool)
}

#[test]
fn the_rounds_are_those_of_xgboost_in_python() {
    let golden: Value = serde_json::from_str(include_str!("golden/self_training.json")).unwrap();
    for case in golden["cases"].as_array().unwrap() {
        let name = case["name"].as_str().unwrap();
        let (task, pool) = pool(case);
        let (gold, silver) = (&task.target, &task.sources[0]);
        let n_gold = gold.len();
        // Where each of the pool's rows stands in Python's table.
        let mut theirs: Vec<usize> = canonical(gold).id.iter().map(|id| id.parse().unwrap()).collect();
        theirs.extend(order_of(&silver.without_labels()).iter().map(|row| row + n_gold));
        let ours = |row: usize| theirs.iter().position(|&other| other == row).unwrap();
        let part = |key: &str| wholes(&case[key]).into_iter().map(ours).collect::<Vec<_>>();
        let s = &case["settings"];
        let whole = |key: &str| s[key].as_u64().unwrap() as usize;
        let config = SelfTrainingConfig {
            threshold: s["theta"].as_f64().unwrap(),
            grid: "one".to_owned(),
            subsample: 1.0,
            search: "exact".to_owned(),
            most_rounds: whole("most"),
            one_trees: whole("trees"),
            one_eta: s["eta"].as_f64().unwrap(),
            one_depth: whole("depth"),
            one_weight: s["weight"].as_f64().unwrap(),
            ..SelfTrainingConfig::default()
        };
        let found = block_on(rounds(&pool, &part("train"), &part("judge"), &config, &quiet())).unwrap();
        let wanted = case["rounds"].as_array().unwrap();
        assert_eq!(found.rounds.len(), wanted.len(), "{name}");
        assert_eq!(json!(found.ended), case["ended"], "{name}");
        assert_eq!(json!(found.best), case["best"], "{name}");
        for (at, (round, wanted)) in found.rounds.iter().zip(wanted).enumerate() {
            let near = if at == 0 { Vec::new() } else { wholes(&case["rounds"][at - 1]["near"]) };
            let rows = |pairs: Vec<(usize, usize)>| {
                let mut rows: Vec<_> = pairs.into_iter().filter(|(row, _)| !near.contains(row)).collect();
                rows.sort_unstable();
                rows
            };
            let added = wanted["added"].as_array().unwrap().iter().map(wholes).map(|pair| (pair[0], pair[1])).collect();
            let moved = found.moved[at].iter().map(|&(row, class)| (theirs[row], class)).collect();
            assert_eq!(rows(moved), rows(added), "{name}, round {at}");
            assert!(
                (round.auc.unwrap() - wanted["auc"].as_f64().unwrap()).abs() < 1e-9,
                "{name}, round {at}: {:?}",
                round.auc
            );
            assert_eq!(u64::from(round.left), wanted["left"].as_u64().unwrap(), "{name}, round {at}");
            assert_eq!(u64::from(round.train.iter().sum::<u32>()), wanted["train"].as_u64().unwrap(), "{name}");
            if at > 0 {
                assert_eq!(u64::from(round.agreed), wanted["agreed"].as_u64().unwrap(), "{name}, round {at}");
                let seen = wanted_highest(case, at - 1);
                assert!((round.highest.unwrap() - seen).abs() < 1e-5, "{name}, round {at}");
            }
        }
        let all: Vec<usize> = (0..pool.len()).collect();
        let said = pool.predict(&found.forest, &all).unwrap();
        let p = case["p"].as_array().unwrap();
        for (row, pair) in said.chunks(2).enumerate() {
            let wanted = p[theirs[row]].as_f64().unwrap();
            assert!((pair[1] - wanted).abs() < 1e-5, "{name}, row {row}: {} for {wanted}", pair[1]);
        }
        // The same splits of every tree, wherever the nodes stand in memory.
        let parts = found.forest.parts();
        let trees = case["trees"].as_array().unwrap();
        assert_eq!(found.forest.trees(), trees.len(), "{name}");
        for (tree, wanted) in trees.iter().enumerate() {
            let range = parts.starts[tree] as usize..parts.starts[tree + 1] as usize;
            let mut own: Vec<(u32, f32)> = range
                .filter(|&node| parts.left[node] != 0)
                .map(|node| (parts.feature[node], parts.threshold[node]))
                .collect();
            let left: Vec<i64> = wanted["left"].as_array().unwrap().iter().map(|v| v.as_i64().unwrap()).collect();
            let (feature, number) = (wholes(&wanted["feature"]), column(&wanted["number"]));
            let inner = (0..left.len()).filter(|&node| left[node] >= 0);
            let mut others: Vec<(u32, f32)> = inner.map(|node| (feature[node] as u32, number[node])).collect();
            own.sort_by(|a, b| a.0.cmp(&b.0).then(a.1.total_cmp(&b.1)));
            others.sort_by(|a, b| a.0.cmp(&b.0).then(a.1.total_cmp(&b.1)));
            assert_eq!(own, others, "{name}, tree {tree}");
        }
    }
}

fn wanted_highest(case: &Value, at: usize) -> f64 {
    case["rounds"][at]["highest"].as_f64().unwrap()
}

/// A few trees, so that it takes no time.
fn settings(more: Value) -> Value {
    let mut settings = json!({ "grid": "one", "one_trees": 40, "one_eta": 0.2 });
    for (name, value) in more.as_object().unwrap() {
        settings[name] = value.clone();
    }
    find("self_training").unwrap().settings(&settings).unwrap()
}

fn fitted(task: &Task, more: Value) -> autograft::Result<Model> {
    block_on(find("self_training").unwrap().adapt(None, &settings(more), task, &quiet()))
}

fn trees(model: &Model) -> autograft::trees::Parts {
    Grown::from_model(model).unwrap().forest.parts().clone()
}

fn told(model: &Model) -> (Vec<Round>, String) {
    let told = &model.meta["choice"]["labelling"];
    (serde_json::from_value(told["rounds"].clone()).unwrap(), told["ended"].as_str().unwrap().to_owned())
}

#[test]
fn what_the_silver_rows_are_labelled_as_is_compared_and_never_learned_from() {
    let (_, task, _) = study(Kind::Binary, 1);
    let model = fitted(&task, json!({})).unwrap();
    let mut other = task.clone();
    let Some(Labels::Classes { codes, .. }) = &mut other.sources[0].y else { panic!() };
    let turned: Vec<Option<u32>> = codes.iter().map(|code| code.map(|code| 1 - code)).collect();
    *codes = turned;
    let second = fitted(&other, json!({})).unwrap();
    assert_eq!(trees(&model), trees(&second));
    let ((first, _), (again, _)) = (told(&model), told(&second));
    let labelled: u32 = first.iter().map(|round| round.added.iter().sum::<u32>()).sum();
    assert!(labelled > 50, "{labelled} labelled only: {first:?}");
    for (a, b) in first.iter().zip(&again) {
        assert_eq!(a.added.iter().sum::<u32>(), a.compared);
        assert_eq!(a.agreed, b.compared - b.agreed, "turned labels agree where the others did not");
        assert_eq!(Round { agreed: 0, ..a.clone() }, Round { agreed: 0, ..b.clone() });
    }
    let agreed: u32 = first.iter().map(|round| round.agreed).sum();
    assert!(f64::from(agreed) > 0.7 * f64::from(labelled), "{agreed} of {labelled}");
    // The same rows without any label, as the target's unlabelled ones: the same trees, and nothing to compare with.
    let bare = Cohort { side: Side::Target, ..task.sources[0].without_labels() };
    let unlabelled = Task { sources: Vec::new(), target: task.target.clone(), unlabelled: Some(bare.clone()) };
    let third = fitted(&unlabelled, json!({})).unwrap();
    assert_eq!(trees(&model), trees(&third));
    assert!(told(&third).0.iter().all(|round| round.compared == 0));
    // Both kinds of silver, and one alone.
    let both = Task { unlabelled: Some(bare), ..task.clone() };
    let left = |more: Value| told(&fitted(&both, more).unwrap()).0[0].left;
    assert_eq!((left(json!({})), left(json!({ "silver": "source" }))), (600, 300));
    assert_eq!(left(json!({ "silver": "target" })), 300);
}

#[test]
fn the_order_of_silver_rows_is_not_that_of_their_labels() {
    // Rows are sorted by content; were hidden labels part of it, they would reach the trees by the draws of subsample.
    let (_, mut task, _) = study(Kind::Binary, 2);
    let pool = Pool::of(&task, Silver::Both, "self_training").unwrap();
    let order = Rng::stream(5, "labels").permutation(task.sources[0].len());
    task.sources[0].y = task.sources[0].y.as_ref().map(|y| y.select(&order));
    let other = Pool::of(&task, Silver::Both, "self_training").unwrap();
    let all: Vec<usize> = (0..pool.len()).collect();
    let bits = |pool: &Pool| pool.gather(&all).iter().map(|v| v.to_bits()).collect::<Vec<_>>();
    assert_eq!(bits(&pool), bits(&other));
    assert_ne!(pool.hidden, other.hidden);
}

#[test]
fn it_says_why_it_ended() {
    let (_, task, _) = study(Kind::Binary, 1);
    let none = fitted(&task, json!({ "threshold": 1.0 })).unwrap();
    let (rounds, ended) = told(&none);
    assert_eq!((rounds.len(), ended.as_str()), (1, "nothing_reached"));
    let highest = rounds[0].highest.unwrap();
    assert!(highest > 0.5 && highest < 1.0, "{highest}");
    // Every row at once.
    let (rounds, ended) = told(&fitted(&task, json!({ "threshold": 0.5 })).unwrap());
    assert_eq!((rounds.len(), rounds[1].left, ended.as_str()), (2, 0, "all_labelled"));
    assert_eq!(rounds[1].added.iter().sum::<u32>(), 300);
    let (rounds, ended) = told(&fitted(&task, json!({ "most_rounds": 1 })).unwrap());
    assert_eq!((rounds.len(), ended.as_str()), (2, "rounds"));
}

#[test]
fn numbers_and_a_pool_without_silver_are_refused_with_the_reason() {
    let (_, task, _) = study(Kind::Number, 1);
    let error = fitted(&task, json!({})).unwrap_err();
    assert_eq!(error.code(), Code::NeedNotMet);
    assert!(error.to_string().contains("classes"), "{error}");
    let (_, mut task, _) = study(Kind::Binary, 1);
    task.sources.clear();
    let error = fitted(&task, json!({})).unwrap_err();
    assert_eq!(error.code(), Code::TooFewRows);
    assert!(error.to_string().contains("silver"), "{error}");
}

#[test]
fn rounds_are_told_as_they_end_and_the_grid_is_tried_again_where_asked() {
    let (_, task, _) = study(Kind::Binary, 1);
    let method = find("self_training").unwrap();
    let heard = Heard::default();
    let run = Run::new(Device::flex(), 7, &heard);
    let model = block_on(method.adapt(None, &settings(json!({})), &task, &run)).unwrap();
    let mut kept = told(&model).0;
    let rounds = heard.only(|event| match event {
        Event::Round { round } => Some(round),
        _ => None,
    });
    // The highest probability after the last round is known only when nothing reaches the threshold.
    if let Some(last) = kept.last_mut() {
        last.highest = rounds.last().unwrap().highest;
    }
    assert_eq!(rounds, kept);
    let small = SelfTrainingConfig::default().points();
    assert_eq!(small.points.len(), 12);
    let published = SelfTrainingConfig { grid: "published".to_owned(), ..SelfTrainingConfig::default() }.points();
    assert_eq!(published.points.len(), 96);
    assert_eq!(
        (published.params.subsample, published.params.gamma, published.params.colsample_bytree),
        (0.5, 0.0, 1.0)
    );
    assert!(published.points.iter().enumerate().all(|(at, point)| !published.points[..at].contains(point)));
}

#[test]
fn a_grid_takes_the_highest_area_under_the_curve() {
    // Trees without a split know nothing: 0.5. Whatever stands first, the point that learns is taken.
    use autograft::methods::common::grid::{Grid, Point};
    let (_, task, _) = study(Kind::Binary, 1);
    let pool = Pool::of(&task, Silver::Both, "self_training").unwrap();
    let rows: Vec<usize> = (0..pool.gold.len()).collect();
    let codes: Vec<usize> = pool.gold.iter().copied().chain(pool.hidden.iter().map(|_| 2)).collect();
    let point = |min_child_weight: f64| Point { trees: 20, eta: 0.1, max_depth: 3, min_child_weight };
    for points in [vec![point(1e6), point(1.0)], vec![point(1.0), point(1e6)]] {
        let grid = Grid { points, params: autograft::trees::Params::default() };
        let (best, auc) = block_on(grid.tune(&pool, &rows, &codes, 3, &quiet())).unwrap();
        assert_eq!(best, point(1.0));
        assert!(auc.unwrap() > 0.6, "{auc:?}");
    }
    // Equal ones: the first.
    let grid = Grid { points: vec![point(1e6), point(2e6)], params: autograft::trees::Params::default() };
    assert_eq!(block_on(grid.tune(&pool, &rows, &codes, 3, &quiet())).unwrap(), (point(1e6), Some(0.5)));
}

#[test]
fn clusters_and_their_labels_are_those_of_scikit_learn() {
    use autograft::methods::transductive::cluster_then_label::{clusters, labels_of};
    let golden: Value = serde_json::from_str(include_str!("golden/clusters.json")).unwrap();
    for case in golden["cases"].as_array().unwrap() {
        let name = case["name"].as_str().unwrap();
        let (task, pool) = pool(case);
        let (gold, silver) = (&task.target, &task.sources[0]);
        let n_gold = gold.len();
        let mut theirs: Vec<usize> = canonical(gold).id.iter().map(|id| id.parse().unwrap()).collect();
        theirs.extend(order_of(&silver.without_labels()).iter().map(|row| row + n_gold));
        let of = block_on(clusters(&pool, &quiet())).unwrap();
        let first = of[theirs.iter().position(|&row| row == 0).unwrap()];
        let together = wholes(&case["together"]);
        for (row, &cluster) in of.iter().enumerate() {
            assert_eq!(cluster == first, together[theirs[row]] == 1, "{name}, row {}", theirs[row]);
        }
        let (given, _) = labels_of(&of, &pool.gold, 2, 0.75);
        let label: Vec<i64> = case["label"].as_array().unwrap().iter().map(|v| v.as_i64().unwrap()).collect();
        for row in n_gold..pool.len() {
            assert_eq!(given[of[row]].map_or(-1, |code| code as i64), label[theirs[row] - n_gold], "{name}");
        }
        // The method says the same of itself.
        let method = find("cluster_then_label").unwrap();
        let settings = method.settings(&json!({ "grid": "one", "one_trees": 20 })).unwrap();
        let model = block_on(method.adapt(None, &settings, &task, &quiet())).unwrap();
        let (rounds, ended) = told(&model);
        let count = |class: i64| label.iter().filter(|&&one| one == class).count() as u32;
        assert_eq!(rounds[1].added, [count(0), count(1)], "{name}");
        assert_eq!(ended, if count(-1) == silver.len() as u32 { "mixed_clusters" } else { "one_pass" }, "{name}");
        assert_eq!(rounds[1].train[0], rounds[1].train[1], "{name}: as many of each class");
        assert_eq!(rounds[1].compared, count(0) + count(1), "{name}");
    }
}
