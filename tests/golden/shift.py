"""Goldens of the shift between two cohorts: scipy, scikit-learn, statsmodels. Run: python -P tests/golden/shift.py (-P: math.py
beside it hides the standard one)."""
import json, pathlib
import numpy as np
from scipy import stats
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import StratifiedKFold, cross_val_predict
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from statsmodels.stats.proportion import confint_proportions_2indep

rng = np.random.default_rng(7)
out = {}

def smd(s, t):
    return (t.mean() - s.mean()) / np.sqrt((t.var(ddof=1) + s.var(ddof=1)) / 2)

def number(s, t):
    ks = stats.ks_2samp(s, t, method="exact")
    return {"source": s.tolist(), "target": t.tolist(), "smd": smd(s, t), "ks": ks.statistic, "p": ks.pvalue}

# f32 values, as a cohort holds them; one decimal, so that there are ties.
f32 = lambda v: np.round(v, 1).astype(np.float32).astype(float)
out["small"] = number(f32(rng.normal(50, 10, 60)), f32(rng.normal(57, 13, 45)))
big_s, big_t = f32(rng.normal(50, 10, 400)), f32(rng.normal(52, 10, 300))
out["large"] = number(big_s, big_t)
# Over 10,000 pairs the limiting distribution serves.
n, m = len(big_s), len(big_t)
out["large"]["p"] = float(stats.kstwobign.sf(np.sqrt(n * m / (n + m)) * out["large"]["ks"]))

codes_s = rng.choice(3, 200, p=[.5, .3, .2]); codes_t = rng.choice(3, 120, p=[.3, .3, .4])
a = np.bincount(codes_s, minlength=3); b = np.bincount(codes_t, minlength=3)
ps, pt = a / a.sum(), b / b.sum()
gaps = (pt - ps) / np.sqrt((pt * (1 - pt) + ps * (1 - ps)) / 2)
place = int(np.argmax(np.abs(gaps)))
out["category"] = {"source": codes_s.tolist(), "target": codes_t.tolist(), "smd": gaps[place], "level": place,
    "distance": np.abs(ps - pt).sum() / 2, "p": stats.chi2_contingency(np.array([a, b]), correction=False).pvalue}

low, high = confint_proportions_2indep(37, 120, 90, 400, method="newcomb")
out["prevalence"] = {"source": [90, 400], "target": [37, 120], "difference": 37 / 120 - 90 / 400, "low": low, "high": high}

v_s, v_t = rng.normal(3, 1, 80), rng.normal(3.6, 2, 50)
ci = stats.ttest_ind(v_t, v_s, equal_var=False).confidence_interval(0.95)
out["values"] = {"source": v_s.tolist(), "target": v_t.tolist(), "difference": v_t.mean() - v_s.mean(), "low": ci.low, "high": ci.high}

# The domain classifier: other folds than ours, so the mean over 40 divisions, and how far one may fall from it.
d_s = f32(rng.normal(0, 1, (150, 4))); d_t = f32(rng.normal([.6, 0, 0, -.4], 1, (110, 4)))
x = np.vstack([d_s, d_t]); y = np.r_[np.zeros(150), np.ones(110)]
aucs = []
for seed in range(40):
    fold_aucs = []
    for train, test in StratifiedKFold(5, shuffle=True, random_state=seed).split(x, y):
        model = make_pipeline(StandardScaler(), LogisticRegression(C=1.0, tol=1e-10, max_iter=1000)).fit(x[train], y[train])
        fold_aucs.append(roc_auc_score(y[test], model.decision_function(x[test])))
    aucs.append(np.mean(fold_aucs))
out["domain"] = {"source": d_s.T.tolist(), "target": d_t.T.tolist(), "auroc": np.mean(aucs), "sd": np.std(aucs)}

# From here on appended, so that what stands above keeps its draws.
import scipy
from scipy.spatial.distance import cdist
from scipy.optimize import minimize

for case, (a, b) in {"small": (out["small"]["source"], out["small"]["target"]), "large": (big_s, big_t)}.items():
    a, b = np.array(a), np.array(b)
    pooled = np.sqrt((a.var(ddof=1) + b.var(ddof=1)) / 2)
    edges = np.unique(np.quantile(a, np.arange(1, 10) / 10))
    ca, cb = (np.bincount(np.searchsorted(edges, v, side="left"), minlength=len(edges) + 1) for v in (a, b))
    sa, sb = ((c + .5) / (c.sum() + .5 * len(c)) for c in (ca, cb))
    out[case]["wasserstein"] = stats.wasserstein_distance(a, b) / pooled
    out[case]["psi"] = float(((sb - sa) * np.log(sb / sa)).sum())
ca, cb = (np.bincount(out["category"][k], minlength=3) for k in ("source", "target"))
sa, sb = ((c + .5) / (c.sum() + 1.5) for c in (ca, cb))
out["category"]["psi"] = float(((sb - sa) * np.log(sb / sa)).sum())
out["fisher"] = [[a, n, b, m, stats.fisher_exact([[a, n - a], [b, m - b]]).pvalue]
    for a, n, b, m in ((3, 40, 9, 30), (0, 25, 4, 31), (90, 400, 37, 120), (5, 5, 5, 5), (0, 9, 0, 4), (1, 2000, 30, 3000))]
out["prevalence"]["p"] = stats.fisher_exact([[90, 310], [37, 83]]).pvalue
out["values"]["p"] = stats.ttest_ind(v_t, v_s, equal_var=False).pvalue

# Two samples of five columns: kernels, distances, moments.
s5 = rng.normal(0, 1, (50, 5)); t5 = rng.normal([.4, 0, 0, 0, -.3], 1, (36, 5)); t5[:, 1] = .7 * t5[:, 0] + .5 * t5[:, 1]
def mmd2(x, y, sigma):
    k = lambda a, b: np.exp(-cdist(a, b, "sqeuclidean") / (2 * sigma ** 2))
    kx, ky, n, m = k(x, x), k(y, y), len(x), len(y)
    return (kx.sum() - np.trace(kx)) / (n * (n - 1)) + (ky.sum() - np.trace(ky)) / (m * (m - 1)) - 2 * k(x, y).mean()
def energy(x, y):
    return 2 * cdist(x, y).mean() - cdist(x, x).mean() - cdist(y, y).mean()
z5 = np.vstack([s5, t5]); d5 = scipy.spatial.distance.pdist(z5)
med = np.median(d5)
draws = [np.random.default_rng(i).permutation(len(z5)) for i in range(4000)]
half = len(s5)
permutation_p = lambda f: (1 + sum(f(z5[o[:half]], z5[o[half:]]) >= f(s5, t5) for o in draws)) / (1 + len(draws))
c_s, c_t = np.cov(s5.T), np.cov(t5.T)
root = scipy.linalg.sqrtm(c_s)
bures = np.trace(c_s + c_t - 2 * scipy.linalg.sqrtm(root @ c_t @ root).real)
r_s, r_t = np.corrcoef(s5.T), np.corrcoef(t5.T)
pairs = []
for j in range(5):
    for i in range(j):
        z = (np.arctanh(r_t[i, j]) - np.arctanh(r_s[i, j])) / np.sqrt(1 / (len(s5) - 3) + 1 / (len(t5) - 3))
        pairs.append([i, j, r_s[i, j], r_t[i, j], 2 * stats.norm.sf(abs(z))])
pairs.sort(key=lambda c: c[-1])
out["samples"] = {"source": s5.ravel().tolist(), "target": t5.ravel().tolist(), "median": med,
    "mmd2": [mmd2(s5, t5, m * med) for m in (.5, 1, 2)], "mmd_p": permutation_p(lambda x, y: mmd2(x, y, med)),
    "energy": energy(s5, t5), "energy_p": permutation_p(energy),
    "means": float(((s5.mean(0) - t5.mean(0)) ** 2).sum()), "covariances": np.linalg.norm(c_s - c_t),
    "covariance_entry": np.abs(c_s - c_t).mean(), "bures": float(bures), "correlations": pairs,
    "correlations_q": stats.false_discovery_control([c[-1] for c in pairs]).tolist()}

# Label shift of three classes: a model of known confusion, priors .5 .3 .2 against .2 .3 .5.
def rows(n, prior):
    y = rng.choice(3, n, p=prior)
    x = rng.normal(np.array([[0, 0], [1.6, 0], [0, 1.6]])[y], 1)
    log_p = -cdist(x, [[0, 0], [1.6, 0], [0, 1.6]], "sqeuclidean") / 2 + np.log([.5, .3, .2])
    q = np.exp(log_p - scipy.special.logsumexp(log_p, axis=1, keepdims=True))
    return y, q / q.sum(1, keepdims=True)
y_s, q_s = rows(400, [.5, .3, .2]); y_t, q_t = rows(300, [.2, .3, .5])
def bbse(votes_s, votes_t):
    c = np.array([[votes_s[y_s == j, i].sum() / len(y_s) for j in range(3)] for i in range(3)])
    q = np.clip(np.linalg.solve(c, votes_t.mean(0)) * c.sum(0), 0, None)
    return {"priors": (q / q.sum()).tolist(), "condition": np.linalg.cond(c)}
hard = lambda q: np.eye(3)[q.argmax(1)]
prior_s = np.bincount(y_s) / len(y_s)
nll = lambda v: -np.log((q_t / prior_s) @ scipy.special.softmax(np.r_[v, 0])).sum()
best = minimize(nll, np.zeros(2), method="BFGS", options={"gtol": 1e-10})
ratio = 2 * (-best.fun - np.log((q_t / prior_s) @ prior_s).sum())
back = q_t * np.array([.2, .3, .5]) / prior_s
out["prior"] = {"truth": y_s.tolist(), "source": q_s.ravel().tolist(), "target": q_t.ravel().tolist(), "actual": (np.bincount(y_t) / 300).tolist(),
    "hard": bbse(hard(q_s), hard(q_t)), "soft": bbse(q_s, q_t), "saerens": scipy.special.softmax(np.r_[best.x, 0]).tolist(),
    "likelihood_ratio": float(ratio), "saerens_p": float(stats.chi2.sf(ratio, 2)), "corrected": (back / back.sum(1, keepdims=True)).ravel().tolist()}

pathlib.Path(__file__).with_suffix(".json").write_text(json.dumps(out) + "\n")
print({k: {a: b for a, b in v.items() if a not in ("source", "target", "truth", "corrected")} for k, v in out.items() if isinstance(v, dict)})
