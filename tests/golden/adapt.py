"""The scores of adapt's docstrings on the same arrays, for the methods that are deterministic and linear.

adapt 0.4.5 imports TensorFlow, which none of these methods uses: a module of nothing stands for it here. Run with
`python3 -P tests/golden/adapt.py ADAPT`, ADAPT being the folder of the unpacked wheel; needs numpy, scikit-learn, cvxopt.
"""

import json
import pathlib
import sys
import types
from unittest.mock import MagicMock

import numpy as np
import sklearn


def nothing(name):
    module = types.ModuleType(name)
    module.__getattr__ = lambda a: type(a, (object,), {}) if a[:1].isupper() else MagicMock()
    module.__path__ = []
    sys.modules[name] = module


for name in ["", ".keras", ".keras.layers", ".keras.models", ".keras.optimizers", ".keras.losses", ".keras.constraints",
             ".keras.initializers", ".keras.callbacks", ".keras.utils", ".keras.metrics", ".python", ".python.keras"]:
    nothing("tensorflow" + name)
for name in ["scikeras", "scikeras.wrappers"]:
    nothing(name)
sys.path.insert(0, sys.argv[1])

from adapt.feature_based import CORAL, FA, SA, TCA  # noqa: E402
from adapt.instance_based import IWC, KLIEP, KMM, ULSIF, BalancedWeighting  # noqa: E402
from adapt.parameter_based import RegularTransferLC, RegularTransferLR  # noqa: E402
from adapt.utils import make_classification_da, make_regression_da  # noqa: E402
from sklearn.linear_model import Ridge, RidgeClassifier  # noqa: E402

Xs, ys, Xt, yt = make_classification_da()
quiet = {"verbose": 0, "random_state": 0}
models = {
    "coral": CORAL(RidgeClassifier(), Xt=Xt, **quiet),
    "sa": SA(RidgeClassifier(), Xt=Xt, **quiet),
    "tca": TCA(RidgeClassifier(), Xt=Xt, n_components=1, mu=0.1, kernel="rbf", gamma=0.1, **quiet),
    "fa": FA(RidgeClassifier(), Xt=Xt[:10], yt=yt[:10], **quiet),
    "kmm": KMM(RidgeClassifier(), Xt=Xt, kernel="rbf", gamma=1.0, **quiet),
    "kliep": KLIEP(RidgeClassifier(), Xt=Xt, kernel="rbf", gamma=[0.1, 1.0], **quiet),
    "ulsif": ULSIF(RidgeClassifier(0.0), Xt=Xt, kernel="rbf", lambdas=[0.1, 1.0, 10.0], gamma=[0.1, 1.0, 10.0], **quiet),
    "iwc": IWC(RidgeClassifier(0.0), classifier=RidgeClassifier(0.0), Xt=Xt, **quiet),
    "balanced": BalancedWeighting(RidgeClassifier(), gamma=0.5, Xt=Xt[:3], yt=yt[:3], **quiet),
}
scores = {"source": RidgeClassifier().fit(Xs, ys).score(Xt, yt)}
said = {"source": RidgeClassifier().fit(Xs, ys).decision_function(Xt).tolist()}
for name, model in models.items():
    model.fit(Xs, ys)
    scores[name] = float(model.score(Xt, yt))
    try:
        z = model.transform(Xt) if hasattr(model, "transform") else Xt
        said[name] = model.estimator_.decision_function(z).tolist()
    except Exception as error:  # noqa: BLE001
        print(name, error)
# The models that are drawn to a source model learn from three rows of the target.
lc = RegularTransferLC(RidgeClassifier().fit(Xs, ys), lambda_=10.0, **quiet).fit(Xt[:3], yt[:3])
scores["regular_lc"] = float(np.mean((np.ravel(lc.estimator_.decision_function(Xt)) > 0) == yt))
Xsr, ysr, Xtr, ytr = make_regression_da()
ridge = Ridge().fit(Xsr, ysr)
lr = RegularTransferLR(ridge, lambda_=1.0, **quiet).fit(Xtr[:3], ytr[:3])
scores |= {"source_lr": ridge.score(Xtr, ytr), "regular_lr": lr.estimator_.score(Xtr, ytr)}
out = {
    "versions": {"adapt": "0.4.5", "numpy": np.__version__, "scikit-learn": sklearn.__version__},
    "xs": Xs.ravel().tolist(), "ys": ys.tolist(), "xt": Xt.ravel().tolist(), "yt": yt.tolist(),
    "scores": scores, "said": said,
    "kmm_weights": models["kmm"].weights_.tolist(), "kliep_weights": models["kliep"].weights_.tolist(),
    "ulsif_weights": models["ulsif"].weights_.tolist(), "ulsif_best": models["ulsif"].best_params_,
    "iwc_weights": models["iwc"].weights_.tolist(),
    "regular_lc": [float(np.ravel(lc.intercept_)[0]), *np.ravel(lc.coef_).tolist()],
    "regular_lr": [float(np.ravel(lr.intercept_)[0]), *np.ravel(lr.coef_).tolist()],
    "regression": {"xs": Xsr.ravel().tolist(), "ys": ysr.tolist(), "xt": Xtr.ravel().tolist(), "yt": ytr.tolist()},
}
pathlib.Path(__file__).with_suffix(".json").write_text(json.dumps(out) + "\n")
print(scores)
