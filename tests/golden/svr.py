"""Support vector regression by scikit-learn's SVR (LIBSVM), written to svr.json.

    python3 -P svr.py
"""

import json
from pathlib import Path

import numpy as np
import sklearn
from sklearn.svm import SVR

rng = np.random.default_rng(29)
cases = []
for n, p, c, epsilon, gamma in [(2, 3, 1.0, 0.1, 0.1), (60, 4, 1.0, 0.1, 0.25), (150, 12, 100.0, 0.01, 0.01), (150, 12, 10.0, 1.0, 0.001)]:
    x = rng.normal(size=(n, p)).astype(np.float32).astype(float)
    y = np.sin(x[:, 0]) + 0.5 * x[:, 1] + 0.2 * rng.normal(size=n)
    # The same row twice with other values: the two sides of the tube meet.
    if n > 10:
        x[7] = x[3]
    test = rng.normal(size=(25, p)).astype(np.float32).astype(float)
    machine = SVR(C=c, epsilon=epsilon, gamma=gamma, tol=1e-7).fit(x, y)
    cases.append({
        "p": p, "c": c, "epsilon": epsilon, "gamma": gamma, "x": x.ravel().tolist(), "y": y.tolist(),
        "test": test.ravel().tolist(), "said": machine.predict(test).tolist(), "support": int(machine.n_support_.sum()),
    })
out = {"made_with": {"scikit-learn": sklearn.__version__, "numpy": np.__version__}, "cases": cases}
Path(__file__).with_suffix(".json").write_text(json.dumps(out) + "\n")
