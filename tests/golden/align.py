"""Linear-kernel TCA by scipy's generalised symmetric solver, and TrAdaBoost written out from the paper over scikit-learn's
regression stumps. `python3 -P tests/golden/align.py`; needs numpy, scipy, scikit-learn."""

import json
import pathlib

import numpy as np
import scipy
import scipy.linalg
import sklearn
from sklearn.tree import DecisionTreeRegressor

rng = np.random.default_rng(5)
n, m, p = 30, 20, 4
mix = rng.normal(size=(p, p))
xs = rng.normal(size=(n, p)) @ mix
xt = rng.normal(size=(m, p)) @ mix * 0.7 + rng.normal(size=p)
x = np.vstack([xs, xt])
x = x - x.mean(axis=0)
k = x @ x.T
e = np.r_[np.full(n, 1 / n), np.full(m, -1 / m)]
h = np.eye(n + m) - 1 / (n + m)
tca = []
for mu in [0.1, 1.0, 50.0]:
    values, w = scipy.linalg.eigh(k @ h @ k, np.eye(n + m) + mu / (n + m) * k @ np.outer(e, e) @ k)
    top = np.argsort(values)[::-1][:3]
    tca.append({"mu": mu, "values": values[top].tolist(), "scores": (k @ w[:, top]).ravel().tolist()})

own, src, rounds = 25, 80, 12
z = np.round(rng.normal(size=(own + src, 3)), 3)
truth = lambda z, b: (z @ b + 0.4 * rng.normal(size=len(z)) > 0).astype(int)
y = np.r_[truth(z[:own], [1.0, -0.5, 0.2]), truth(z[own:], [1.0, 0.6, 0.2])]
w = np.ones(own + src)
beta = 1 / (1 + np.sqrt(2 * np.log(src) / rounds))
said, votes = [], []
for _ in range(rounds):
    stump = DecisionTreeRegressor(max_depth=1).fit(z, y, sample_weight=w / w.sum())
    out = stump.predict(z)
    miss = np.abs(out - y)
    eps = (w[:own] * miss[:own]).sum() / w[:own].sum()
    if eps >= 0.5:
        break
    bt = eps / (1 - eps)
    w[:own] *= bt ** -miss[:own]
    w[own:] *= beta ** miss[own:]
    said.append(out)
    votes.append(np.log(1 / bt))
first = -(-len(votes) // 2) - 1
share = np.tensordot(votes[first:], said[first:], 1) / np.sum(votes[first:])
out = {
    "versions": {"numpy": np.__version__, "scipy": scipy.__version__, "scikit-learn": sklearn.__version__},
    "n": n, "m": m, "p": p, "xs": xs.ravel().tolist(), "xt": xt.ravel().tolist(), "tca": tca,
    "boost": {"own": own, "rounds": rounds, "z": z.ravel().tolist(), "y": y.tolist(), "share": share.tolist(),
              "votes": votes, "beta": beta, "target_share": float(w[:own].sum() / w.sum())},
}
pathlib.Path(__file__).with_suffix(".json").write_text(json.dumps(out) + "\n")
print(len(votes), first, out["boost"]["target_share"])
