//! The same rows and parameters as XGBoost (tests/golden/trees.py): the same splits, margins, importances and SHAP
//! values.

use autograft::trees::{Booster, Forest, Importance, Loss, Matrix, Params, Parts, Rows};
use serde_json::Value;

fn golden() -> Vec<Value> {
    let all: Value = serde_json::from_str(include_str!("../golden/trees.json")).unwrap();
    all["cases"].as_array().unwrap().clone()
}
fn floats(v: &Value) -> Vec<f64> {
    match v {
        Value::Array(items) => items.iter().flat_map(floats).collect(),
        Value::Null => vec![f64::NAN],
        other => vec![other.as_f64().unwrap()],
    }
}
fn singles(v: &Value) -> Vec<f32> {
    floats(v).into_iter().map(|v| v as f32).collect()
}

struct Case {
    name: String,
    loss: Loss,
    params: Params,
    rounds: usize,
    x: Vec<f32>,
    y: Vec<f64>,
    weight: Option<Vec<f64>>,
    margin: Option<Vec<f64>>,
    json: Value,
}

impl Case {
    fn read(json: Value) -> Self {
        let loss = match json["loss"].as_str().unwrap() {
            "logistic" => Loss::Logistic,
            "squared" => Loss::Squared,
            _ => Loss::Softmax { classes: 3 },
        };
        let list = |name: &str| json.get(name).map(floats);
        Self {
            name: json["name"].as_str().unwrap().to_owned(),
            loss,
            params: serde_json::from_value(json["params"].clone()).unwrap(),
            rounds: json["rounds"].as_u64().unwrap() as usize,
            x: singles(&json["x"]),
            y: floats(&json["y"]),
            weight: list("weight"),
            margin: list("margin"),
            json,
        }
    }
    fn all() -> Vec<Self> {
        golden().into_iter().map(Self::read).collect()
    }
    fn matrix(&self) -> Matrix<'_> {
        Matrix::new(&self.x, self.y.len(), self.x.len() / self.y.len()).unwrap()
    }
    fn train(&self, start: Option<&Forest>) -> (Forest, Vec<f64>) {
        let rows =
            Rows { x: self.matrix(), y: &self.y, weight: self.weight.as_deref(), margin: self.margin.as_deref() };
        let mut booster = Booster::new(&self.params, self.loss, rows, start, 7).unwrap();
        for _ in 0..self.rounds {
            booster.step().unwrap();
        }
        let margins = booster.margins().to_vec();
        (booster.finish(), margins)
    }
    /// The rows of a matrix that stands in the JSON by columns.
    fn other(&self, name: &str) -> (Vec<f32>, usize) {
        let x = singles(&self.json[name]["x"]);
        let rows = self.json[name]["x"][0].as_array().unwrap().len();
        (x, rows)
    }
}

#[track_caller]
fn near(found: &[f64], expected: &Value, tolerance: f64, what: &str) {
    let expected = floats(expected);
    assert_eq!(found.len(), expected.len(), "{what}");
    for (i, (f, e)) in found.iter().zip(&expected).enumerate() {
        assert!((f - e).abs() <= tolerance * (1.0 + e.abs()), "{what}, {i}: {f} instead of {e}");
    }
}

/// Both trees walked together: XGBoost numbers nodes in another order.
fn same_tree(parts: &Parts, tree: usize, json: &Value, tolerance: f64, what: &str) {
    let start = parts.starts[tree] as usize;
    let at = |name: &str, node: usize| json[name][node].as_f64().unwrap();
    let mut open = vec![(start, 0)];
    while let Some((own, other)) = open.pop() {
        let what = format!("{what}, tree {tree}, node {other}");
        let close = |found: f32, expected: f64, part: &str| {
            let gap = (f64::from(found) - expected).abs();
            assert!(gap <= tolerance * (1.0 + expected.abs()), "{what}: {part} {found} instead of {expected}");
        };
        close(parts.cover[own], at("cover", other), "cover");
        let leaf = at("left", other) < 0.0;
        assert_eq!(parts.left[own] == 0, leaf, "{what}");
        if leaf {
            close(parts.value[own], at("number", other), "value");
            continue;
        }
        assert_eq!(f64::from(parts.feature[own]), at("feature", other), "{what}: feature");
        assert_eq!(parts.threshold[own], at("number", other) as f32, "{what}: threshold");
        assert_eq!(parts.missing_left[own], at("missing_left", other) == 1.0, "{what}: direction");
        // Gains are differences of large numbers, which XGBoost takes in single precision.
        close(parts.gain[own], at("gain", other), "gain");
        open.push((start + parts.left[own] as usize, at("left", other) as usize));
        open.push((start + parts.right[own] as usize, at("right", other) as usize));
    }
}

#[test]
fn trees_and_margins_equal_xgboost() {
    let cases = Case::all();
    assert!(cases.len() >= 20);
    let mut source = None;
    for case in &cases {
        let start = if case.name.starts_with("continued") { source.take() } else { None };
        let (forest, margins) = case.train(start.as_ref());
        let json = &case.json;
        assert_eq!(forest.trees(), json["count"].as_u64().unwrap() as usize, "{}", case.name);
        for (tree, expected) in json["trees"].as_array().unwrap().iter().enumerate() {
            same_tree(forest.parts(), tree, expected, 2e-5, &case.name);
        }
        near(&margins, &json["margins"], 1e-5, &case.name);
        assert_eq!(forest.margins(&case.matrix(), case.margin.as_deref()).unwrap(), margins, "{}", case.name);
        if json.get("new").is_some() {
            let (x, rows) = case.other("new");
            let x = Matrix::new(&x, rows, forest.parts().features).unwrap();
            near(
                &forest.margins(&x, None).unwrap(),
                &json["new"]["margins"],
                1e-5,
                &format!("{}, new rows", case.name),
            );
        }
        if case.name.starts_with("source") {
            source = Some(forest);
        }
    }
}

#[test]
fn importances_equal_xgboost() {
    let kinds = [
        ("weight", Importance::Weight),
        ("gain", Importance::Gain),
        ("cover", Importance::Cover),
        ("total_gain", Importance::TotalGain),
        ("total_cover", Importance::TotalCover),
    ];
    let mut found = 0;
    for case in Case::all().iter().filter(|c| !c.name.starts_with("continued")) {
        let Some(expected) = case.json.get("importance") else { continue };
        let (forest, _) = case.train(None);
        for (name, kind) in kinds {
            near(&forest.importance(kind), &expected[name], 1e-4, &format!("{}: {name}", case.name));
        }
        found += 1;
    }
    assert!(found > 5);
}

#[test]
fn path_dependent_shap_equals_xgboost() {
    let mut found = 0;
    for case in Case::all() {
        let Some(expected) = case.json.get("shap") else { continue };
        let (forest, _) = case.train(None);
        let (all, features, outputs) = (case.y.len(), forest.parts().features, forest.outputs());
        let rows = floats(expected).len() / (features + 1) / outputs;
        let x: Vec<f32> = case.x.chunks_exact(all).flat_map(|column| column[..rows].to_vec()).collect();
        let x = Matrix::new(&x, rows, features).unwrap();
        let shap = forest.shap_path(&x).unwrap();
        let mut ours = Vec::new();
        for row in 0..rows {
            for output in 0..outputs {
                ours.extend_from_slice(shap.of(row, output));
                // XGBoost counts a row's own margin into its bias.
                let own = case.margin.as_ref().map_or(0.0, |m| m[row * outputs + output]);
                ours.push(shap.bias[output] + own);
            }
        }
        near(&ours, expected, 1e-5, &case.name);
        found += 1;
    }
    assert!(found >= 6);
}

#[test]
fn the_example_of_and_is_shared_equally() {
    let case = Case::all().into_iter().find(|c| c.name == "and").unwrap();
    let (forest, _) = case.train(None);
    for shap in [
        forest.shap_path(&case.matrix()).unwrap(),
        // All four rows are the background: the same shares.
        forest.shap_against(&case.matrix(), &case.matrix()).unwrap(),
    ] {
        assert!((shap.bias[0] - 0.25).abs() < 1e-12);
        assert!(shap.of(3, 0).iter().all(|phi| (phi - 0.375).abs() < 1e-12), "{:?}", shap.of(3, 0));
    }
}
