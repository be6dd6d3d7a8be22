"""Writes clusters.json: Bashiri et al.'s cluster-then-label (ctl/*) by scikit-learn: medians, z-scores, k-means with
k = 2, and the rule of 75 % and 25 %.

    python -P tests/golden/clusters.py        (-P: the folder has a math.py)
"""
import json, pathlib
import numpy as np, sklearn
from sklearn.cluster import KMeans

rng = np.random.default_rng(20221030)
short = lambda v: None if np.isnan(v) else float(str(np.float32(v)))
cases = []
for name, gold, silver, apart, noise in [("apart", 60, 140, 2.5, 0.02), ("one pure", 80, 120, 1.6, 0.9), ("mixed", 60, 90, 1.5, 0.5)]:
    n = gold + silver
    side = rng.integers(0, 2, n)
    x = (rng.standard_normal((n, 5)) + apart * side[:, None] * np.array([1, 1, 0, -1, 0])).astype(np.float32) * np.array([1, 10, 1, 0.1, 100], np.float32)
    # "one pure": the cluster of 1 is mixed, that of 0 is not.
    flip = rng.random(n) < (noise * 0.5 * (side if name == "one pure" else 1))
    if name == "mixed":
        flip = rng.random(n) < 0.45
    y = np.where(flip, 1 - side, side)
    x[rng.random(x.shape) < 0.1] = np.nan
    x = np.array([[np.float32(short(v)) if not np.isnan(v) else np.nan for v in row] for row in x], dtype=float)
    z = np.where(np.isnan(x), np.nanmedian(x, 0), x)
    z = (z - z.mean(0)) / z.std(0, ddof=1)
    of = KMeans(2, n_init=500, tol=0, max_iter=1000, random_state=1).fit(z).labels_
    label = np.full(silver, -1)
    shares = []
    for c in (0, 1):
        s = y[:gold][of[:gold] == c].mean()
        shares.append(float(s))
        if s >= 0.75:
            label[of[gold:] == c] = 1
        if s <= 0.25:
            label[of[gold:] == c] = 0
    print(name, shares, np.unique(label, return_counts=True))
    cases.append(dict(name=name, gold=gold, x=[[short(v) for v in col] for col in x.T], y=y.tolist(), together=[int(v) for v in (of == of[0])], label=label.tolist()))
out = dict(versions=dict(sklearn=sklearn.__version__, numpy=np.__version__), cases=cases)
pathlib.Path(__file__).with_suffix(".json").write_text(json.dumps(out, separators=(",", ":")))
