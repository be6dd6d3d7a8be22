"""Writes panel.json: averaged curves with bootstrap bands and proportional bias, by scikit-learn, numpy and statsmodels.

    pip install numpy scikit-learn statsmodels
    python -P tests/golden/panel.py
"""
import importlib.metadata, json, pathlib
import numpy as np, statsmodels.api as sm
from sklearn.metrics import precision_recall_curve, roc_curve

rng = np.random.default_rng(20261123)
GRID = np.linspace(0, 1, 101)

# Two repeats of three folds over 36 rows of 20 patients; risks with ties, another model in each fold.
n, patients = 36, 20
patient = rng.integers(0, patients, n)
y = (rng.random(n) < .4).astype(int)
folds = []
for repeat in range(2):
    part = rng.integers(0, 3, patients)[patient]
    for k in range(3):
        rows = np.flatnonzero(part == k)
        risk = np.round(1 / (1 + np.exp(-(rng.normal(size=len(rows)) + 1.2 * y[rows] - .5 + .3 * k))), 2)
        folds.append((rows, risk))


def traced(rows, risk, counts):
    """Sensitivity at each false-positive rate, precision of the first point that reaches each recall."""
    w = counts[rows]
    keep = w > 0
    truth = y[rows][keep]
    if keep.sum() == 0 or truth.min() == truth.max():
        return None
    fpr, tpr, _ = roc_curve(truth, risk[keep], sample_weight=w[keep], drop_intermediate=False)
    precision, recall, _ = precision_recall_curve(truth, risk[keep], sample_weight=w[keep])
    # Increasing recall; the last of scikit-learn's points, where nobody is called, has no precision.
    precision, recall = precision[:-1][::-1], recall[:-1][::-1]
    first = [precision[np.argmax(recall >= r - 1e-12)] for r in GRID]
    return np.concatenate([np.interp(GRID, fpr, tpr), first])


def curves(counts):
    found = [c for c in (traced(rows, risk, counts) for rows, risk in folds) if c is not None]
    return np.mean(found, axis=0) if found else np.full(202, np.nan)


ids = np.unique(patient)
given = [rng.integers(0, len(ids), len(ids)) for _ in range(99)]
draws = np.array([curves(sum((patient == ids[u]).astype(int) for u in draw)) for draw in given])
value = curves(np.ones(n, int))
low, high = np.nanquantile(draws, [.025, .975], axis=0)

# Differences that grow with the size of what is predicted.
t = rng.normal(10, 3, 40)
f = 2 + .7 * t + rng.normal(0, 1, 40)
fit = sm.OLS(f - t, sm.add_constant((f + t) / 2)).fit()
out = dict(
    versions={k: importlib.metadata.version(k) for k in ["numpy", "scikit-learn", "statsmodels"]},
    y=y.tolist(), patient=patient.tolist(), folds=[dict(rows=r.tolist(), risk=p.tolist()) for r, p in folds],
    given=[g.tolist() for g in given], value=value.tolist(), low=low.tolist(), high=high.tolist(),
    undefined=int(np.isnan(draws[:, 0]).sum()),
    agreement=dict(y=t.tolist(), prediction=f.tolist(), slope=[fit.params[1], *fit.conf_int()[1].tolist(), fit.pvalues[1]]),
)
pathlib.Path(__file__).with_suffix(".json").write_text(json.dumps(out) + "\n")
