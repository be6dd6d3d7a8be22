"""scikit-learn's exact t-SNE of made clusters: its joint probabilities and the divergence that it ends with.

    python3 -P tests/golden/tsne.py
"""

import json
import pathlib

import numpy as np
import sklearn
from scipy.spatial.distance import pdist, squareform
from sklearn.manifold import TSNE
from sklearn.manifold._t_sne import _joint_probabilities

rng = np.random.default_rng(9)
centres = rng.normal(size=(4, 6)) * 3
x = np.concatenate([centre + rng.normal(size=(20, 6)) for centre in centres]).astype(np.float32).astype(float)
P = squareform(_joint_probabilities(squareform(pdist(x, "sqeuclidean")), 12.0, 0))
fit = TSNE(perplexity=12.0, init="pca", method="exact", learning_rate="auto", max_iter=750, random_state=0).fit(x)
out = {
    "scikit-learn": sklearn.__version__, "rows": len(x), "cols": x.shape[1], "perplexity": 12.0, "x": x.ravel().tolist(),
    "p": P.ravel().tolist(), "divergence": float(fit.kl_divergence_),
}
pathlib.Path(__file__).with_suffix(".json").write_text(json.dumps(out) + "\n")
print(out["divergence"])
