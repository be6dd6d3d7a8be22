"""Three AdamW steps of scDEAL's transfer in jax, float64, from the described and the released objective; dropout 0.

Writes scdeal.json: a batch of each side, the initial weights, and for both forms every term before each step, and the
weights after the last one.

    python3 -P tests/golden/scdeal.py
"""

import json
import pathlib

import jax
import jax.numpy as jnp
import numpy as np

jax.config.update("jax_enable_x64", True)
rng = np.random.default_rng(20221030)
GENES, HIDDEN, CODE, TOP, CLASSES, SOURCE, TARGET = 7, 6, 4, 5, 2, 9, 8
RATE, STEPS, DISCREPANCY, CLUSTERS, SIGMA = 0.02, 3, 2.5, 0.8, 1000.0
BANDWIDTHS = [0.25, 0.5, 1.0, 2.0, 4.0]


def single(x):
    return np.asarray(x, dtype=np.float32).astype(float)


def plain(x):
    return np.asarray(x).ravel().tolist()


def mlp(layers, x):
    for i, (w, b) in enumerate(layers):
        x = x @ w + b
        x = jnp.maximum(x, 0) if i + 1 < len(layers) else x
    return x


def squares(a, b):
    return ((a[:, None] - b[None]) ** 2).sum(-1)


def mmd(a, b):
    """Unbiased, five kernels around the median of all pairs' squared distances."""
    x = jnp.concatenate([a, b])
    apart = squares(x, x)
    upper = jnp.sort(apart[jnp.triu_indices(len(x), 1)])
    middle = jax.lax.stop_gradient(upper[-(-len(upper) // 2) - 1])
    kernel = sum(jnp.exp(-apart / (alpha * middle)) for alpha in BANDWIDTHS) / len(BANDWIDTHS)
    n, m = len(a), len(b)
    within = lambda k, n: (k.sum() - jnp.trace(k)) / (n * (n - 1))
    return within(kernel[:n, :n], n) + within(kernel[n:, n:], m) - 2 * kernel[:n, n:].mean()


def one_kernel(a, b):
    """Biased, one kernel of the released code's width."""
    k = lambda a, b: jnp.exp(-squares(a, b) / (2 * SIGMA**2)).mean()
    return k(a, a) + k(b, b) - 2 * k(a, b)


def spread(code, alike):
    unit = code / jnp.sqrt((code**2).sum(1, keepdims=True))
    return ((1 - unit @ unit.T) * alike).sum() / alike.sum()


def layers(widths):
    return [(single(rng.normal(size=(a, b)) * np.sqrt(2 / a)), single(0.1 * rng.normal(size=b))) for a, b in zip(widths, widths[1:])]


def listed(layers):
    return [{"weight": plain(w), "bias": plain(b), "inputs": w.shape[0], "outputs": w.shape[1]} for w, b in layers]


xs, xt = single(rng.normal(size=(SOURCE, GENES))), single(0.6 + 1.2 * rng.normal(size=(TARGET, GENES)))
y = np.eye(CLASSES)[rng.integers(0, CLASSES, SOURCE)]
cluster = rng.integers(0, 3, TARGET)
alike = ((cluster[:, None] == cluster[None]) & ~np.eye(TARGET, dtype=bool)).astype(float)
start = {"source": layers([GENES, HIDDEN, CODE]), "target": layers([GENES, HIDDEN, CODE]), "predictor": layers([CODE, TOP, CLASSES])}


def objective(params, released):
    if released:
        params = params | {part: jax.lax.stop_gradient(params[part]) for part in ("source", "predictor")}
    bulk, cells = mlp(params["source"], xs), mlp(params["target"], xt)
    z = mlp(params["predictor"], jnp.maximum(bulk, 0))
    terms = {
        "cross_entropy": -(jax.nn.log_softmax(z) * y).sum(1).mean(),
        "discrepancy": one_kernel(bulk, cells) if released else mmd(bulk, cells),
        "clusters": spread(jax.lax.stop_gradient(cells) if released else cells, alike),
    }
    return terms["cross_entropy"] + DISCREPANCY * terms["discrepancy"] + CLUSTERS * terms["clusters"], terms


out = {
    "jax": jax.__version__, "numpy": np.__version__, "genes": GENES, "rate": RATE, "discrepancy": DISCREPANCY, "clusters": CLUSTERS,
    "xs": plain(xs), "ys": plain(y), "xt": plain(xt), "alike": plain(alike), "before": {name: listed(part) for name, part in start.items()}, "forms": [],
}
for released in [False, True]:
    params, m, v, seen = start, jax.tree.map(np.zeros_like, start), jax.tree.map(np.zeros_like, start), []
    for t in range(1, STEPS + 1):
        (_, terms), g = jax.value_and_grad(objective, has_aux=True)(params, released)
        seen.append({name: float(value) for name, value in terms.items()})
        m = jax.tree.map(lambda m, g: 0.9 * m + 0.1 * g, m, g)
        v = jax.tree.map(lambda v, g: 0.999 * v + 0.001 * g * g, v, g)
        params = jax.tree.map(lambda p, m, v: p - RATE * (m / (1 - 0.9**t)) / (np.sqrt(v / (1 - 0.999**t)) + 1e-8), params, m, v)
    out["forms"].append({"released": released, "terms": seen, "after": {name: listed(part) for name, part in params.items()}})
pathlib.Path(__file__).with_suffix(".json").write_text(json.dumps(out) + "\n")
