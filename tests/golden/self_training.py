"""Writes self_training.json: the rounds of Bashiri et al.'s released code (nonLSTM_sl-model.R) as a loop over PyPI
xgboost, with one point of the grid, tree_method="exact" and subsample = 1, so that nothing is drawn.

    python -P tests/golden/self_training.py        (-P: the folder has a math.py)
"""
import json, pathlib
import numpy as np, sklearn, xgboost as xgb
from sklearn.metrics import roc_auc_score

rng = np.random.default_rng(20221029)


def short(a):
    a = np.asarray(a, dtype=np.float32)
    if a.ndim:
        return [short(v) for v in a]
    return None if np.isnan(a) else float(str(a))


def table(n, p=6):
    x = rng.standard_normal((n, p)).round(3).astype(np.float32)
    f = 1.4 * x[:, 0] + x[:, 1] * x[:, 2] - 0.8 * x[:, 3]
    y = (f + 1.1 * rng.standard_normal(n) > 0.4).astype(int)
    x[rng.random((n, p)) < 0.15] = np.nan
    return x, y


def fit(x, y, s):
    params = dict(objective="binary:logistic", tree_method="exact", nthread=1, subsample=1, eta=s["eta"],
                  max_depth=s["depth"], min_child_weight=s["weight"], base_score=float(y.mean()))
    return xgb.train(params, xgb.DMatrix(x, label=y), s["trees"])


def say(model, x):
    return model.predict(xgb.DMatrix(x)).astype(float)


def loop(x, y, gold, judge, s):
    """x: all rows, gold first; y: labels of gold, what is hidden of silver; gold: rows to fit; judge: V."""
    n_gold = len(gold) + len(judge)
    label = y.copy()
    auc_of = lambda m: roc_auc_score(y[judge], say(m, x[judge]).round(4))
    T, U = list(gold), list(range(n_gold, len(x)))
    model = fit(x[T], label[T], s)
    prev = top = auc_of(model)
    best, best_round = list(T), 0
    rounds = [dict(auc=prev, train=len(T), left=len(U), added=[], p=[])]
    plateau, r, ended = 0, 0, None
    while plateau < 4 and r < s["most"]:
        if not U:
            ended = "all_labelled"
            break
        p = say(model, x[U])
        yes, no = p >= s["theta"], 1 - p >= s["theta"]
        moved = [(U[i], int(yes[i])) for i in range(len(U)) if yes[i] or no[i]]
        # For the rows next to the threshold, and for the highest probability that was seen.
        rounds[-1]["near"] = [U[i] for i in range(len(U)) if abs(max(p[i], 1 - p[i]) - s["theta"]) < 1e-4]
        rounds[-1]["highest"] = float(np.maximum(p, 1 - p).max())
        if not moved:
            ended = "nothing_reached" if r == 0 else "none_reached"
            break
        for row, code in moved:
            label[row] = code
        T += [row for row, _ in moved]
        U = [row for row in U if row not in set(T)]
        model = fit(x[T], label[T], s)
        auc = auc_of(model)
        r += 1
        if auc > top:
            top, best, best_round = auc, list(T), r
        plateau = plateau + 1 if auc - prev < 0.02 else 0
        prev = auc
        agreed = sum(int(y[row] == code) for row, code in moved)
        rounds.append(dict(auc=auc, train=len(T), left=len(U), added=moved, agreed=agreed))
    ended = ended or ("plateau" if plateau >= 4 else "rounds")
    last = best + list(judge)
    model = fit(x[last], label[last], s)
    dump = json.loads(model.save_raw("json"))["learner"]["gradient_booster"]["model"]["trees"]
    trees = [dict(feature=t["split_indices"], left=t["left_children"], number=short(t["split_conditions"])) for t in dump]
    for one in rounds:
        one.pop("p", None)
    return dict(settings=s, ended=ended, best=best_round, rounds=rounds, p=[float(v) for v in say(model, x)], trees=trees)


cases = []
for name, gold, silver, s in [
    ("several rounds", 110, 160, dict(theta=0.9, trees=25, eta=0.15, depth=2, weight=2.0, most=1000)),
    ("a strict threshold, deeper trees", 130, 160, dict(theta=0.95, trees=40, eta=0.2, depth=4, weight=1.0, most=1000)),
    ("nothing reaches it", 80, 60, dict(theta=0.99, trees=10, eta=0.05, depth=2, weight=5.0, most=1000)),
    ("as many rounds as allowed", 110, 160, dict(theta=0.85, trees=30, eta=0.1, depth=3, weight=2.0, most=2)),
    ("all at once", 80, 60, dict(theta=0.5, trees=10, eta=0.3, depth=3, weight=1.0, most=1000)),
]:
    x, y = table(gold + silver)
    order = rng.permutation(gold)
    judge, train = sorted(order[: gold // 5].tolist()), sorted(order[gold // 5 :].tolist())
    found = loop(x, y, train, judge, s)
    print(name, found["ended"], found["best"], [(round(r["auc"], 4), r["train"], len(r.get("near", []))) for r in found["rounds"]])
    cases.append(dict(name=name, x=short(x.T), y=y.tolist(), gold=gold, train=train, judge=judge, **found))

out = dict(versions=dict(xgboost=xgb.__version__, numpy=np.__version__, sklearn=sklearn.__version__), cases=cases)
pathlib.Path(__file__).with_suffix(".json").write_text(json.dumps(out, separators=(",", ":")))
