"""Distances of rows from training rows by scikit-learn and scipy. Writes applicability.json.

    python3 -P tests/golden/applicability.py      (scikit-learn, scipy, numpy)
"""

import json
import pathlib

import numpy as np
import scipy
import sklearn
from scipy.spatial.distance import cdist
from sklearn.neighbors import NearestNeighbors
from sklearn.preprocessing import StandardScaler

rng = np.random.default_rng(5)
single = lambda values: np.asarray(values, dtype=np.float32).astype(float)

known, rows = single(rng.normal(3, 2, (60, 7))), single(np.vstack([rng.normal(3, 2, (15, 7)), rng.normal(9, 4, (5, 7))]))
scaler = StandardScaler().fit(known)
near = NearestNeighbors(n_neighbors=5).fit(scaler.transform(known))
usual = near.kneighbors()[0].mean(1) / np.sqrt(7)
far = near.kneighbors(scaler.transform(rows))[0].mean(1) / np.sqrt(7)
numbers = {"cols": 7, "known": known.ravel().tolist(), "rows": rows.ravel().tolist(), "threshold": float(np.quantile(usual, 0.95)), "distances": far.tolist()}

known, rows = rng.random((50, 130)) < 0.15, rng.random((20, 130)) < np.repeat([[0.15], [0.5]], 10, axis=0)
known[3], rows[0] = False, False
between = cdist(known, known, "jaccard")
np.fill_diagonal(between, np.inf)
bits = {"cols": 130, "known": known.astype(int).ravel().tolist(), "rows": rows.astype(int).ravel().tolist(), "threshold": float(np.quantile(between.min(1), 0.95)), "distances": cdist(rows, known, "jaccard").min(1).tolist()}

out = {"made_with": {"scikit-learn": sklearn.__version__, "scipy": scipy.__version__}, "numbers": numbers, "bits": bits}
pathlib.Path(__file__).with_name("applicability.json").write_text(json.dumps(out) + "\n")
