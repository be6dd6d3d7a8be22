"""Writes trees.json: models of XGBoost with the same parameters, their trees, margins, importances and SHAP values.

    python -P tests/golden/trees.py        (-P: the folder has a math.py)
"""
import json, pathlib
import numpy as np, xgboost as xgb

rng = np.random.default_rng(20221122)
OBJECTIVE = dict(logistic="binary:logistic", softmax="multi:softprob", squared="reg:squarederror")


def features(n, p, missing=0.0, levels=0):
    """Three decimals, so that the file is small; with `levels`, so many whole numbers."""
    x = rng.integers(0, levels, (n, p)).astype(float) if levels else rng.standard_normal((n, p)).round(3)
    x[rng.random((n, p)) < missing] = np.nan
    return x.astype(np.float32)


def labels(x, loss, classes=3):
    z = np.nan_to_num(x)
    f = z[:, 0] + z[:, 1] * z[:, 2] - 0.5 * z[:, -1] ** 2 + 0.6 * np.isnan(x[:, 1]) + 0.7 * rng.standard_normal(len(x))
    if loss == "squared":
        return (3 * f + 10).round(2)
    if loss == "logistic":
        return (f > np.median(f)).astype(float)
    return np.digitize(f, np.quantile(f, [0.4, 0.75])).astype(float)


def short(a):
    """Shortest decimals that read back as the same single-precision numbers."""
    a = np.asarray(a, dtype=np.float32)
    if a.ndim:
        return [short(v) for v in a]
    return None if np.isnan(a) else float(str(a))


def tree(t):
    return dict(left=t["left_children"], right=t["right_children"], feature=t["split_indices"],
                number=short(t["split_conditions"]), missing_left=[int(b) for b in t["default_left"]],
                gain=short(t["loss_changes"]), cover=short(t["sum_hessian"]))


def case(name, search, loss, x, y, rounds=20, weight=None, margin=None, new=None, trees=3, before=None, shap=0, **params):
    settings = dict(eta=0.3, max_depth=3, base_score=0.5, search=search) | params
    given = {k: v for k, v in settings.items() if k != "search"} | dict(
        objective=OBJECTIVE[loss], tree_method=search, nthread=1, **(dict(num_class=3) if loss == "softmax" else {}))
    d = xgb.DMatrix(x, label=y, weight=weight, base_margin=margin)
    booster = xgb.train(given, d, rounds, xgb_model=before)
    model = json.loads(booster.save_raw("json"))["learner"]["gradient_booster"]["model"]["trees"]
    out = dict(name=name, loss=loss, params=settings, rounds=rounds, x=short(x.T), y=[float(v) for v in y],
               margins=short(booster.predict(d, output_margin=True)), count=len(model), trees=[tree(t) for t in model[:trees]])
    if weight is not None:
        out["weight"] = [float(v) for v in weight]
    if margin is not None:
        out["margin"] = np.asarray(margin).tolist()
    if new is not None:
        out["new"] = dict(x=short(new.T), margins=short(booster.predict(xgb.DMatrix(new), output_margin=True)))
    if shap:
        s = xgb.DMatrix(x[:shap], base_margin=None if margin is None else margin[:shap])
        out["shap"] = short(booster.predict(s, pred_contribs=True))
    if loss == "logistic":
        names = [f"f{i}" for i in range(x.shape[1])]
        out["importance"] = {k: [booster.get_score(importance_type=k).get(f, 0.0) for f in names]
                             for k in ["weight", "gain", "cover", "total_gain", "total_cover"]}
    cases.append(out)
    return booster


cases = []
x = features(120, 5)
y = labels(x, "logistic")
case("plain", "exact", "logistic", x, y, new=features(12, 5, 0.4), shap=12)
x = features(150, 5, 0.25)
x[:, 3] = np.where(rng.random(150) < 0.5, np.nan, 1.0)
y = labels(x, "logistic")
case("missing values and a column that is there or not", "exact", "logistic", x, y, new=features(12, 5, 0.4), shap=12, max_depth=4)
x = features(120, 5, 0.1)
w = rng.exponential(1, 120).round(3)
y = labels(x, "logistic")
case("weights", "exact", "logistic", x, y, weight=w, min_child_weight=0.5)
margin = rng.standard_normal(120).round(3)
case("base margin", "exact", "logistic", x, y, margin=margin, shap=6)
case("bounded steps", "exact", "logistic", x, y, max_delta_step=0.4, min_child_weight=3, scale_pos_weight=4, **{"lambda": 0.5})
case("L1 and pruning", "exact", "logistic", x, y, alpha=0.7, gamma=1.5, max_depth=5)
x = features(150, 4, 0.15)
y = labels(x, "softmax")
case("three classes", "exact", "softmax", x, y, rounds=10, new=features(8, 4, 0.3), shap=6)
x = features(150, 4, 0.15)
y = labels(x, "squared")
case("numbers", "exact", "squared", x, y, rounds=30, eta=0.1, min_child_weight=4)
case("numbers, no penalty, pruned", "exact", "squared", x, y, max_depth=6, gamma=12, min_child_weight=0, **{"lambda": 0})
x = features(150, 6, levels=4)
y = labels(x, "squared") + np.arange(150) / 977
case("ties in the features", "exact", "squared", x, y, max_depth=4)
x = features(300, 4, 0.15)
y = labels(x, "logistic")
w = rng.exponential(1, 300).round(3)
case("bins", "hist", "logistic", x, y, max_bin=16, new=features(12, 4, 0.4), shap=6)
case("bins, weights", "hist", "logistic", x, y, max_bin=24, weight=w, max_depth=5)
case("bins, gamma, L1", "hist", "logistic", x, y, max_bin=32, gamma=1, alpha=0.5, max_depth=5)
case("bins, bounded steps", "hist", "logistic", x, y, max_bin=64, max_delta_step=0.3, min_child_weight=2)
x = features(200, 4)
y = labels(x, "softmax")
case("bins, three classes", "hist", "softmax", x, y, rounds=10, max_bin=64)
x = features(1200, 3).astype(np.float32)
y = labels(x, "squared")
case("all bins", "hist", "squared", x, y, rounds=15, max_depth=6, trees=1)
for search in ["exact", "hist"]:
    x = features(200, 4, 0.1)
    y = labels(x, "logistic")
    first = case(f"source, {search}", search, "logistic", x, y, rounds=8, max_bin=32, max_depth=4, trees=1)
    x = features(60, 4, 0.1) + np.float32(0.5)
    y = labels(x, "logistic")
    case(f"continued, {search}", search, "logistic", x, y, rounds=8, max_bin=32, max_depth=2, eta=0.1, before=first, trees=0)

# The example of XGBoost's tests/python/test_shap.py: 4 rows, y = x0 AND x1.
x = np.array([[0, 0], [0, 1], [1, 0], [1, 1]], dtype=np.float32)
case("and", "exact", "squared", x, np.array([0.0, 0, 0, 1]), rounds=1, eta=1, max_depth=2, base_score=0, shap=4, **{"lambda": 0})

out = dict(versions=dict(xgboost=xgb.__version__, numpy=np.__version__), cases=cases)
path = pathlib.Path(__file__).with_suffix(".json")
path.write_text(json.dumps(out, separators=(",", ":")) + "\n")
print(path, path.stat().st_size)
