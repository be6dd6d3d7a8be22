"""Three Adagrad steps of AITL's network in jax, float64, from the described objective; dropout 0.

Writes aitl.json: two batches, the initial weights, and for both forms every term before each step, the weights and the
running statistics after the last one, and what the network then predicts.

    python3 -P tests/golden/aitl.py
"""

import json
import pathlib

import jax
import jax.numpy as jnp
import numpy as np
import scipy
from scipy.stats import false_discovery_control, spearmanr

jax.config.update("jax_enable_x64", True)
rng = np.random.default_rng(20200713)
GENES, H, Z, SOURCE, TARGET, RATE, STEPS = 6, 5, 4, 9, 8, 0.05, 3
GLOBAL, CLASS_WISE = 0.3, 0.7
NAMES = ["extract", "shared", "source_hidden", "source_out", "target", "all", "class_1", "class_0"]


def single(x):
    return np.asarray(x, dtype=np.float32).astype(float)


def plain(x):
    return np.asarray(x).ravel().tolist()


def dense(layer, x):
    return x @ layer[0] + layer[1]


def fixed(layer):
    """Before a normalisation a bias has no gradient but rounding, of which Adagrad would make whole steps."""
    return layer[0], jax.lax.stop_gradient(layer[1])


def normalise(norm, x, running):
    """PyTorch's BatchNorm1d in training: biased for normalising, unbiased for the running variance."""
    mean, variance, n = x.mean(0), x.var(0), len(x)
    y = norm[0] * (x - mean) / jnp.sqrt(variance + 1e-5) + norm[1]
    moved = (0.9 * running[0] + 0.1 * mean, 0.9 * running[1] + 0.1 * variance * n / (n - 1))
    return y, jax.lax.stop_gradient(moved)


def bce(z, y, w):
    rows = jnp.logaddexp(0, z) - y * z
    return (rows * w).sum() / jnp.maximum(w.sum(), 1)


def area(z, y, w):
    wins = (z[:, None] > z[None]) + 0.5 * (z[:, None] == z[None])
    pairs = (y * w)[:, None] * ((1 - y) * w)[None]
    return jnp.where(pairs.sum() > 0, (wins * pairs).sum() / jnp.maximum(pairs.sum(), 1), 0.5)


def objective(params, running, batch, released):
    xs, ys, xt, yt = batch
    first, second = running

    def features(x, kept):
        h, kept = normalise(params["norm_0"], dense(fixed(params["extract"]), x), kept)
        return jnp.maximum(h, 0), kept

    def common(h, kept):
        h, kept = normalise(params["norm_1"], dense(fixed(params["shared"]), h), kept)
        return jnp.maximum(h, 0), kept

    fs, first = features(xs, first)
    ft, first = features(xt, first)
    ms, second = common(fs, second)
    mt, second = common(ft, second)
    outcome = ((dense(params["source_out"], jnp.maximum(dense(params["source_hidden"], ms), 0))[:, 0] - ys) ** 2).mean()
    response = bce(dense(params["target"], mt)[:, 0], yt, jnp.ones_like(yt))
    again = ms
    if released:
        again, second = common(fs, second)
    q = jax.lax.stop_gradient(jax.nn.sigmoid(dense(params["target"], again)[:, 0]))
    classes = jnp.concatenate([(q > q.mean()).astype(float), yt])
    domain = jnp.concatenate([jnp.ones_like(ys), jnp.zeros_like(yt)])
    f = jnp.concatenate([fs, ft])
    reversed_f = -f + jax.lax.stop_gradient(2 * f)
    terms = {"target_response": (1.0, response), "source_outcome": (1.0, outcome)}
    kinds = [("all", jnp.ones_like(domain), "", GLOBAL)]
    kinds += [("class_1", classes, "_class_1", CLASS_WISE), ("class_0", 1 - classes, "_class_0", CLASS_WISE)]
    for name, among, end, weight in kinds:
        z = dense(params[name], reversed_f)[:, 0]
        terms["domain" + end] = (weight, bce(z, domain, among))
        terms["domain" + end + "_auc"] = (0.0, area(z, domain, among))
    total = sum(w * v for w, v in terms.values() if w)
    return total, ({name: v for name, (_, v) in terms.items()}, (first, second))


def listed(params, running):
    layer = lambda l: {"weight": plain(l[0]), "bias": plain(l[1]), "inputs": l[0].shape[0], "outputs": l[0].shape[1]}
    norm = lambda i: {
        "gamma": plain(params[f"norm_{i}"][0]), "beta": plain(params[f"norm_{i}"][1]),
        "mean": plain(running[i][0]), "variance": plain(running[i][1]),
    }
    return {"layers": [layer(params[name]) for name in NAMES], "norms": [norm(0), norm(1)]}


sizes = [(GENES, H), (H, Z), (Z, Z), (Z, 1), (Z, 1), (H, 1), (H, 1), (H, 1)]
start = {
    name: (single(rng.normal(size=size) * np.sqrt(2 / size[0])), single(0.1 * rng.normal(size=size[1])))
    for name, size in zip(NAMES, sizes)
}
for i, width in enumerate([H, Z]):
    start[f"norm_{i}"] = (single(1 + 0.2 * rng.normal(size=width)), single(0.2 * rng.normal(size=width)))
fresh = tuple((np.zeros(width), np.ones(width)) for width in [H, Z])
batch = (
    single(rng.normal(size=(SOURCE, GENES))), single(1 + 2 * rng.normal(size=SOURCE)),
    single(0.5 + rng.normal(size=(TARGET, GENES))), (np.arange(TARGET) % 3 == 0).astype(float),
)
out = {
    "rate": RATE, "global": GLOBAL, "class_wise": CLASS_WISE, "genes": GENES, "before": listed(start, fresh),
    "xs": plain(batch[0]), "ys": plain(batch[1]), "xt": plain(batch[2]), "yt": plain(batch[3]), "forms": [],
}
for released in [False, True]:
    params, running, sums, seen = start, fresh, jax.tree.map(np.zeros_like, start), []
    for _ in range(STEPS):
        (_, (terms, running)), g = jax.value_and_grad(objective, has_aux=True)(params, running, batch, released)
        seen.append({name: float(value) for name, value in terms.items()})
        sums = jax.tree.map(lambda s, g: s + g * g, sums, g)
        params = jax.tree.map(lambda p, g, s: p - RATE * g / (np.sqrt(s) + 1e-10), params, g, sums)

    def still(norm, x, kept):
        return norm[0] * (x - kept[0]) / np.sqrt(kept[1] + 1e-5) + norm[1]

    h = np.maximum(still(params["norm_0"], dense(params["extract"], batch[2]), running[0]), 0)
    m = np.maximum(still(params["norm_1"], dense(params["shared"], h), running[1]), 0)
    said = jax.nn.sigmoid(dense(params["target"], m)[:, 0])
    out["forms"].append({
        "released": released, "terms": seen, "after": listed(params, running), "predicted": plain(said),
    })

# What goes along with a prediction: scipy's Spearman, and its false discovery rates.
x = np.round(rng.normal(size=(6, 15)), 1)
x[4, 3] = np.nan
said = np.round(1 / (1 + np.exp(-x[0] + 0.5 * x[1] + 0.3 * rng.normal(size=15))), 2)
found = [spearmanr(row[~np.isnan(row)], said[~np.isnan(row)]) for row in x]
out["association"] = {
    "x": [[None if np.isnan(v) else v for v in row] for row in x.tolist()], "said": said.tolist(),
    "rho": [float(one.statistic) for one in found], "p": [float(one.pvalue) for one in found],
    "q": false_discovery_control([one.pvalue for one in found]).tolist(),
}

out["versions"] = {"scipy": scipy.__version__, "jax": jax.__version__, "numpy": np.__version__}
pathlib.Path(__file__).with_name("aitl.json").write_text(json.dumps(out) + "\n")
