"""Chained equations by scikit-learn's IterativeImputer, on columns of mean 0 and sd 1: writes impute.json.

Run with python3 -P tests/golden/impute.py.
"""

import json
import os
import warnings

import numpy as np
import sklearn
from sklearn.experimental import enable_iterative_imputer  # noqa: F401
from sklearn.impute import IterativeImputer
from sklearn.linear_model import Ridge

rng = np.random.default_rng(11)
n, p = 60, 5
base = rng.normal(size=(n + 10, 2))
x = np.c_[base, base @ [1.0, -0.5] + 0.3 * rng.normal(size=n + 10), 20 + 5 * base[:, 0] + rng.normal(size=n + 10),
          rng.exponential(size=n + 10)].round(4)
gone = rng.uniform(size=x.shape) < [0.0, 0.1, 0.3, 0.2, 0.15]
gone[n, :] = [True, False, True, False, False]  # a column without gaps when fitting has one in a new row
gone[n + 1, :] = True
x[gone] = np.nan
fitted, new = x[:n], x[n:]
mean, sd = np.nanmean(fitted, axis=0), np.nanstd(fitted, axis=0)
imputer = IterativeImputer(estimator=Ridge(alpha=1.0), max_iter=5, tol=0.0, initial_strategy="median",
                           imputation_order="ascending", skip_complete=False)
with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    a = imputer.fit_transform((fitted - mean) / sd) * sd + mean
b = imputer.transform((new - mean) / sd) * sd + mean


def listed(m):
    return [[None if np.isnan(v) else float(v) for v in column] for column in m.T]


out = {"versions": {"numpy": np.__version__, "scikit-learn": sklearn.__version__},
       "fitted": listed(fitted), "new": listed(new), "fitted_filled": listed(a), "new_filled": listed(b)}
path = os.path.join(os.path.dirname(os.path.abspath(__file__)), "impute.json")
with open(path, "w") as f:
    json.dump(out, f)
    f.write("\n")
