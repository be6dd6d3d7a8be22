"""The four synthetic shifts of skada-bench, and what skada's adapters do to a learner on them.

The arrays are those of `datasets/simulated.py` of skada-bench (skada's `make_shifted_datasets` with the noise and the centre
given there), with 30 instead of 100 rows a cluster and three seeds. The learner is scikit-learn's kernel ridge on −1 and 1
(exp(−0.3 d²), penalty 1), the same for every remedy; *target* learns from every other row of the target and is judged by the
rest. `python3 -P tests/golden/skada.py`; needs skada, POT, scikit-learn."""

import json
import pathlib
import warnings

import numpy as np
import ot
import skada
import sklearn
from skada import (CORALAdapter, KLIEPReweightAdapter, KMMReweightAdapter, LinearOTMappingAdapter, MMDTarSReweightAdapter,
                   SubspaceAlignmentAdapter)
from skada.datasets import make_shifted_datasets
from sklearn.kernel_ridge import KernelRidge

warnings.filterwarnings("ignore")
MAPS = {"coral": CORALAdapter, "linear_transport": LinearOTMappingAdapter, "subspace_alignment": SubspaceAlignmentAdapter}
WEIGHTS = {"kmm": KMMReweightAdapter, "kliep": KLIEPReweightAdapter, "class_weights": MMDTarSReweightAdapter}
SHIFTS = {"covariate_shift": (1, 0.6), "target_shift": (1, 0.8), "conditional_shift": (1, 0.8), "subspace": (3, 0.4)}


def score(xs, ys, xt, yt, weights=None):
    learner = KernelRidge(kernel="rbf", gamma=0.3, alpha=1.0).fit(xs, 2 * ys - 1, sample_weight=weights)
    return float(np.mean((learner.predict(xt) > 0) == (yt == 1)))


def case(shift, seed):
    times, noise = SHIFTS[shift]
    x, y, domain = make_shifted_datasets(30 * times, 30 * times, shift=shift, noise=noise, label="binary",
                                         center_cov_shift=(-0.4, 3), random_state=seed)
    x = np.round(x, 4)
    xs, ys, xt, yt = x[domain > 0], y[domain > 0], x[domain < 0], y[domain < 0]
    both, sides = np.vstack([xs, xt]), np.r_[np.ones(len(xs)), np.full(len(xt), -2)]
    masked = np.r_[ys, np.full(len(yt), -1)].astype(int)
    scores = {"source": score(xs, ys, xt, yt), "target": score(xt[::2], yt[::2], xt[1::2], yt[1::2])}
    for name, adapter in MAPS.items():
        moved = adapter().fit_transform(both, y=masked, sample_domain=sides)
        scores[name] = score(moved[:len(xs)], ys, moved[len(xs):], yt)
    for name, adapter in WEIGHTS.items():
        found = adapter(gamma=1.0).fit_transform(both, y=masked, sample_domain=sides)[1]["sample_weight"][:len(xs)]
        scores[name] = score(xs, ys, xt, yt, np.maximum(found, 0) / np.mean(found))
    return {"xs": xs.ravel().tolist(), "ys": ys.tolist(), "xt": xt.ravel().tolist(), "yt": yt.tolist(), "scores": scores}


out = {"versions": {"skada": skada.__version__, "POT": ot.__version__, "numpy": np.__version__,
                    "scikit-learn": sklearn.__version__}}
for shift in SHIFTS:
    out[shift] = [case(shift, seed) for seed in range(3)]
    print(shift, {name: round(float(np.mean([c["scores"][name] for c in out[shift]])), 3) for name in out[shift][0]["scores"]})
pathlib.Path(__file__).with_suffix(".json").write_text(json.dumps(out, separators=(",", ":")) + "\n")
