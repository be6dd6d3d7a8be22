"""The losses that align domains, and three steps of each aligned network, in jax, float64, written from the formulas.

Writes adversarial.json: inputs, values, gradients by jax's own differentiation, and for each alignment the terms before
each of three AdamW steps and the weights after them, from the same initial weights, without dropout.

    python3 -P tests/golden/adversarial.py
"""

import json
import pathlib

import jax
import jax.numpy as jnp
import numpy as np

jax.config.update("jax_enable_x64", True)
rng = np.random.default_rng(20221123)
BANDWIDTHS = [0.25, 0.5, 1.0, 2.0, 4.0]
RATE, DECAY, STEPS = 1e-2, 1e-2, 3


def single(x):
    """As the network's own precision holds it."""
    return np.asarray(x, dtype=np.float32).astype(float)


def plain(x):
    return np.asarray(x).ravel().tolist()


def reverse(x, strength):
    scaled = -strength * x
    return scaled - jax.lax.stop_gradient(scaled) + jax.lax.stop_gradient(x)


def coral(a, b):
    off = jnp.cov(a, rowvar=False) - jnp.cov(b, rowvar=False)
    return (off**2).sum() / (4 * a.shape[1] ** 2)


def mmd(a, b):
    x = jnp.concatenate([a, b])
    apart = ((x[:, None] - x[None]) ** 2).sum(-1)
    upper = jnp.sort(apart[jnp.triu_indices(len(x), 1)])
    middle = jax.lax.stop_gradient(upper[-(-len(upper) // 2) - 1])
    kernel = sum(jnp.exp(-apart / (alpha * middle)) for alpha in BANDWIDTHS) / len(BANDWIDTHS)
    n, m = len(a), len(b)
    within = lambda k, n: (k.sum() - jnp.trace(k)) / (n * (n - 1))
    return within(kernel[:n, :n], n) + within(kernel[n:, n:], m) - 2 * kernel[:n, n:].mean()


def cross_entropy(z, y, w):
    return -((jax.nn.log_softmax(z) * y).sum(1) * w).sum() / w.sum()


def binary(z, y, w):
    """Mean of -y log s(z) - (1 - y) log(1 - s(z)), weighted."""
    return ((jnp.logaddexp(0, z) - y * z) * w).sum() / w.sum()


def contradiction(z, decision):
    p = (jax.nn.softmax(z) * decision).sum(1)
    return -jnp.log(1 - p + 1e-6).mean()


def sureness(z):
    p = jax.nn.softmax(z)
    return 1 + jnp.exp((p * jnp.log(p)).sum(1))


def mlp(layers, x):
    for i, (w, b) in enumerate(layers):
        x = x @ w + b
        x = jnp.maximum(x, 0) if i + 1 < len(layers) else x
    return x


out = {"rate": RATE, "decay": DECAY, "losses": {}, "networks": []}

# Losses by themselves.
a, b = single(rng.normal(size=(7, 4))), single(0.5 + 1.3 * rng.normal(size=(6, 4)))
for name, loss in [("coral", coral), ("mmd", mmd)]:
    value, (ga, gb) = jax.value_and_grad(loss, (0, 1))(a, b)
    out["losses"][name] = {"a": plain(a), "b": plain(b), "value": float(value), "ga": plain(ga), "gb": plain(gb)}
z, w = single(2 * rng.normal(size=9)), single(rng.uniform(0.2, 2, size=9))
y = (np.arange(9) % 3 == 0).astype(float)
value, g = jax.value_and_grad(binary)(z, y, w)
pairs = [(float(i > j) + 0.5 * float(i == j)) for i in z[y == 1] for j in z[y == 0]]
out["losses"]["binary"] = {
    "z": plain(z), "y": plain(y), "w": plain(w), "value": float(value), "g": plain(g), "separation": float(np.mean(pairs)),
}
z = single(rng.normal(size=(5, 3)))
decision = np.eye(3)[z.argmax(1)]
other = single(rng.normal(size=(5, 3)))
value, g = jax.value_and_grad(contradiction)(other, decision)
out["losses"]["contradiction"] = {
    "decider": plain(z), "z": plain(other), "decision": plain(decision), "value": float(value), "g": plain(g),
    "sureness": plain(sureness(z)),
}

# Networks.
SOURCE, TARGET, LABELLED, COLS, HIDDEN, CLASSES, DOMAINS = 10, 8, 6, 5, [7, 6], 3, 3
x = single(np.vstack([rng.normal(size=(SOURCE, COLS)), 0.7 + rng.normal(size=(TARGET, COLS))]))
code = rng.integers(0, CLASSES, SOURCE + TARGET)
y = np.eye(CLASSES)[code]
known = (np.arange(SOURCE + TARGET) < SOURCE + LABELLED).astype(float)
y = y * known[:, None]
number = single(rng.normal(size=(SOURCE + TARGET, 1))) * known[:, None]
# Two sources and the target.
domain = np.array([0] * 6 + [1] * 4 + [2] * TARGET)
one_hot = np.eye(DOMAINS)[domain]
even = (SOURCE + TARGET) / (DOMAINS * np.bincount(domain)[domain])
out["data"] = {
    "source": SOURCE, "rows": SOURCE + TARGET, "x": plain(x), "classes": plain(y), "numbers": plain(number),
    "known": plain(known), "domain": plain(one_hot), "codes": domain.tolist(), "even": plain(even),
}


def objective(params, kind, strength, classes):
    h = jnp.maximum(mlp(params["body"], x), 0)
    z = h @ params["head"][0][0] + params["head"][0][1]
    if classes:
        terms = {"cross_entropy": (1.0, cross_entropy(z, y, known))}
    else:
        terms = {"squared_error": (1.0, (((z - number) ** 2).mean(1) * known).sum() / known.sum())}
    if kind in ["domain", "conditional", "conditional_sure"]:
        seen, weights = h, even
        if kind != "domain":
            g = jax.nn.softmax(jax.lax.stop_gradient(z))
            seen = (g[:, :, None] * h[:, None, :]).reshape(len(h), -1)
        if kind == "conditional_sure":
            weights = sureness(jax.lax.stop_gradient(z))
            weights = weights / (one_hot @ (one_hot.T @ weights))
        said = mlp(params["critic"], reverse(seen, strength))
        terms["domain"] = (1.0, cross_entropy(said, one_hot, weights))
        told = (np.eye(DOMAINS)[said.argmax(1)] * one_hot).sum(1)
        terms["domains_told_apart"] = (0.0, (told * even).sum() / even.sum())
    elif kind == "margin":
        decision = jax.nn.one_hot(jax.lax.stop_gradient(z).argmax(1), CLASSES)
        said = mlp(params["critic"], reverse(h, strength))
        terms["agreement"] = (4.0, cross_entropy(said[:SOURCE], decision[:SOURCE], np.ones(SOURCE)))
        terms["contradiction"] = (1.0, contradiction(said[SOURCE:], decision[SOURCE:]))
    elif kind == "covariances":
        terms["covariances"] = (strength, coral(h[:SOURCE], h[SOURCE:]))
    else:
        terms["discrepancy"] = (strength, mmd(h[:SOURCE], h[SOURCE:]))
    return sum(w * v for w, v in terms.values()), {name: v for name, (_, v) in terms.items()}


def layers(widths):
    return [
        (single(rng.normal(size=(a, b)) * np.sqrt(2 / a)), single(0.1 * rng.normal(size=b)))
        for a, b in zip(widths, widths[1:])
    ]


def listed(layers):
    return [{"weight": plain(w), "bias": plain(b), "inputs": w.shape[0], "outputs": w.shape[1]} for w, b in layers]


CASES = [
    ("domain", True, 0.7), ("domain", False, 0.7), ("conditional", True, 0.7), ("conditional_sure", True, 0.7),
    ("margin", True, 0.1), ("covariances", True, 20.0), ("kernels", True, 3.0), ("kernels", False, 3.0),
]
for kind, classes, strength in CASES:
    outputs = CLASSES if classes else 1
    critic = {"domain": [HIDDEN[-1], 4, DOMAINS], "margin": [HIDDEN[-1], 4, CLASSES]}.get(kind)
    critic = [HIDDEN[-1] * CLASSES, 4, DOMAINS] if kind.startswith("conditional") else critic
    params = {
        "body": layers([COLS, *HIDDEN]), "head": layers([HIDDEN[-1], outputs]), "critic": layers(critic) if critic else [],
    }
    before = {name: listed(part) for name, part in params.items()}
    m = jax.tree.map(np.zeros_like, params)
    v = jax.tree.map(np.zeros_like, params)
    seen = []
    for t in range(1, STEPS + 1):
        (_, terms), g = jax.value_and_grad(objective, has_aux=True)(params, kind, strength, classes)
        seen.append({name: float(value) for name, value in terms.items()})
        if t == 1:
            first = g
        m = jax.tree.map(lambda m, g: 0.9 * m + 0.1 * g, m, g)
        v = jax.tree.map(lambda v, g: 0.999 * v + 0.001 * g * g, v, g)
        step = lambda p, m, v: p * (1 - RATE * DECAY) - RATE * (m / (1 - 0.9**t)) / (np.sqrt(v / (1 - 0.999**t)) + 1e-8)
        params = jax.tree.map(step, params, m, v)
    out["networks"].append({
        "alignment": kind, "classes": classes, "strength": strength, "before": before, "terms": seen,
        "gradients": {name: listed(part) for name, part in first.items()},
        "after": {name: listed(part) for name, part in params.items()},
    })

# A denoising autoencoder, 5-4-2-4-5, a quarter of the inputs at 0.
for sigmoid in [False, True]:
    x = single(rng.uniform(size=(9, 5)))
    keep = (rng.uniform(size=x.shape) > 0.25).astype(float)
    params = {"encoder": layers([5, 4, 2]), "decoder": layers([2, 4, 5])}
    before = {name: listed(part) for name, part in params.items()}

    def loss(params):
        said = mlp(params["decoder"], jnp.maximum(mlp(params["encoder"], x * keep), 0))
        return (((jax.nn.sigmoid(said) if sigmoid else said) - x) ** 2).mean()

    m, v, seen = jax.tree.map(np.zeros_like, params), jax.tree.map(np.zeros_like, params), []
    for t in range(1, STEPS + 1):
        value, g = jax.value_and_grad(loss)(params)
        seen.append(float(value))
        m = jax.tree.map(lambda m, g: 0.9 * m + 0.1 * g, m, g)
        v = jax.tree.map(lambda v, g: 0.999 * v + 0.001 * g * g, v, g)
        step = lambda p, m, v: p * (1 - RATE * DECAY) - RATE * (m / (1 - 0.9**t)) / (np.sqrt(v / (1 - 0.999**t)) + 1e-8)
        params = jax.tree.map(step, params, m, v)
    out.setdefault("autoencoders", []).append({
        "sigmoid": sigmoid, "x": plain(x), "keep": plain(keep), "before": before, "losses": seen,
        "after": {name: listed(part) for name, part in params.items()},
        "code": plain(mlp(params["encoder"], x)),
    })

out["versions"] = {"jax": jax.__version__, "numpy": np.__version__}
pathlib.Path(__file__).with_name("adversarial.json").write_text(json.dumps(out) + "\n")
