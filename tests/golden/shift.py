"""Goldens of the shift between two cohorts: scipy, scikit-learn, statsmodels. Run: python tests/golden/shift.py"""
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

pathlib.Path(__file__).with_suffix(".json").write_text(json.dumps(out) + "\n")
print({k: {a: b for a, b in v.items() if a not in ("source", "target")} for k, v in out.items()})
