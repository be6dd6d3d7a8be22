"""Attributions by others: SHAP's linear and tree explainers on scikit-learn models, integrated gradients by brute force,
and leave-one-out by refitting. Run: python3 -P tests/golden/explain.py > tests/golden/explain.json"""

import json

import numpy as np
import shap
import sklearn
from scipy.optimize import minimize
from sklearn.ensemble import GradientBoostingClassifier
from sklearn.linear_model import LogisticRegression, Ridge

rng = np.random.default_rng(11)
out = {"versions": {"numpy": np.__version__, "sklearn": sklearn.__version__, "shap": shap.__version__}}


def rows(a):
    return np.asarray(a, dtype=float).tolist()


# Linear: interventional SHAP on the log-odds.
x = rng.normal(size=(60, 4)) + np.array([0.5, -1, 0, 2])
y = (x @ [1.0, -0.7, 0.0, 0.4] + rng.logistic(size=60) > 0.8).astype(int)
model = LogisticRegression(C=0.7).fit(x, y)
background, some = x[:25], x[25:35]
explainer = shap.LinearExplainer(model, shap.maskers.Independent(background, max_samples=1000))
out["linear"] = {
    "background": rows(background), "x": rows(some), "coefficients": rows(model.coef_[0]),
    "intercept": float(model.intercept_[0]), "values": rows(explainer.shap_values(some)),
}

# Trees: both forms on the log-odds of scikit-learn's boosting, its nodes written out.
xt = rng.normal(size=(120, 5)).astype(np.float32)
yt = ((xt[:, 0] > 0) & (xt[:, 1] > -0.3) | (xt[:, 2] > 1)).astype(int)
boost = GradientBoostingClassifier(n_estimators=6, max_depth=3, learning_rate=0.3, random_state=3).fit(xt, yt)
trees = []
for (tree,) in boost.estimators_:
    t = tree.tree_
    trees.append({
        "feature": [max(int(f), 0) for f in t.feature], "threshold": [float(v) for v in t.threshold],
        "left": [max(int(v), 0) for v in t.children_left], "right": [max(int(v), 0) for v in t.children_right],
        "value": [float(v) * 0.3 for v in t.value[:, 0, 0]], "cover": [float(v) for v in t.weighted_n_node_samples],
    })
prior = float(np.log(yt.mean() / (1 - yt.mean())))
bg, few = xt[:20], xt[100:106]
against = shap.TreeExplainer(boost, data=bg, feature_perturbation="interventional", model_output="raw")
path = shap.TreeExplainer(boost, feature_perturbation="tree_path_dependent", model_output="raw")
out["trees"] = {
    "base": prior, "trees": trees, "background": rows(bg), "x": rows(few),
    "margins": rows(boost.decision_function(few)),
    "against": rows(against.shap_values(few, check_additivity=False)), "path": rows(path.shap_values(few)),
}

# A network of ReLUs: the integral by 400,000 midpoints a row.
widths = [5, 7, 6, 3]
weights = [rng.normal(size=(a, b)).astype(np.float32) / np.sqrt(a) for a, b in zip(widths, widths[1:])]
biases = [0.5 * rng.normal(size=b).astype(np.float32) for b in widths[1:]]


def gradient(points, k):
    h, on = points, []
    for w, b in zip(weights[:-1], biases[:-1]):
        z = h @ w.astype(float) + b.astype(float)
        on.append(z > 0)
        h = z * on[-1]
    delta = np.repeat(weights[-1].astype(float)[:, [k]].T, len(points), axis=0)
    for w, mask in zip(reversed(weights[:-1]), reversed(on)):
        delta = (delta * mask) @ w.astype(float).T
    return delta


xn, ref = 2 * rng.normal(size=(6, 5)), 0.3 * rng.normal(size=5)
steps = 400_000
t = (np.arange(steps) + 0.5) / steps
out["network"] = {
    "widths": widths, "weights": [rows(w.reshape(-1)) for w in weights], "biases": [rows(b) for b in biases],
    "reference": rows(ref), "x": rows(xn),
    "values": [[rows((row - ref) * gradient(ref + t[:, None] * (row - ref), k).mean(axis=0)) for k in range(3)] for row in xn],
}

# Leave one out: ridge and penalised logistic regression fitted again without each row, the penalty's total kept.
n, p, lam = 40, 3, 0.8
xs = rng.normal(size=(n, p))
beta = np.array([1.0, -0.5, 0.0])
xv = rng.normal(size=(15, p)) + 0.3
yr = xs @ beta + 0.5 * rng.normal(size=n)
yr[0] += 4.0
vr = xv @ beta + 0.5 * rng.normal(size=15)
yc = (xs @ beta + rng.logistic(size=n) > 0).astype(float)
vc = (xv @ beta + rng.logistic(size=15) > 0).astype(float)


def ridge(keep):
    m = Ridge(alpha=lam).fit(xs[keep], yr[keep])
    return m.intercept_, m.coef_


def logistic(keep):
    a = np.column_stack([np.ones(keep.sum()), xs[keep]])

    def f(b):
        z = a @ b
        p_ = 1 / (1 + np.exp(-z))
        loss = np.logaddexp(0, z).sum() - yc[keep] @ z + lam / 2 * b[1:] @ b[1:]
        return loss, a.T @ (p_ - yc[keep]) + lam * np.r_[0, b[1:]]

    b = minimize(f, np.zeros(p + 1), jac=True, method="BFGS", options={"gtol": 1e-10, "maxiter": 10000}).x
    return b[0], b[1:]


def loss_r(model):
    return float(np.mean((vr - model[0] - xv @ model[1]) ** 2))


def loss_c(model):
    z = model[0] + xv @ model[1]
    return float(np.mean(np.logaddexp(0, z) - vc * z))


every = np.ones(n, bool)


def without(fit, loss):
    base = loss(fit(every))
    changes = []
    for i in range(n):
        keep = every.copy()
        keep[i] = False
        changes.append(loss(fit(keep)) - base)
    return changes


r, c = ridge(every), logistic(every)
out["influence"] = {
    "lambda": lam, "x": rows(xs), "judges": rows(xv),
    "values": {"y": rows(yr), "truth": rows(vr), "intercept": float(r[0]), "coefficients": rows(r[1]), "changes": without(ridge, loss_r)},
    "classes": {"y": rows(yc), "truth": rows(vc), "intercept": float(c[0]), "coefficients": rows(c[1]), "changes": without(logistic, loss_c)},
}
print(json.dumps(out))
