"""The network of the drug–target system in JAX (forward, and ten fine-tuning steps by its gradients), and the shallow
classifiers by scikit-learn. Writes dti.json.

The network is linear, batch normalisation, ReLU twice, then linear; a logit's binary cross-entropy; Adam with the L2
penalty in the gradient, which is PyTorch's `Adam(weight_decay=…)`. Normalisation is PyTorch's: the batch's biased
variance divides, the running one takes in the unbiased one, momentum 0.1, epsilon 1e-5. float64.

    python3 -P tests/golden/dti.py      (jax, scikit-learn, numpy)
"""

import json
import pathlib

import jax
import jax.numpy as jnp
import numpy as np
import sklearn
from sklearn.ensemble import RandomForestClassifier
from sklearn.svm import SVC
from sklearn.tree import DecisionTreeClassifier

jax.config.update("jax_enable_x64", True)
rng = np.random.default_rng(20230630)
ROWS, COLS, WIDTHS, STEPS, RATE, L2 = 12, 6, [8, 5], 10, 1e-3, 1e-2


def single(values):
    """What both sides hold exactly."""
    return np.asarray(values, dtype=np.float32).astype(float)


def normalised(z, gamma, beta, mean, variance):
    return (z - mean) / jnp.sqrt(variance + 1e-5) * gamma + beta


def trained_forward(parameters, x):
    """Logits by the batches' own statistics, and these."""
    h, seen = x, []
    for i in range(len(WIDTHS)):
        z = h @ parameters[f"w{i}"] + parameters[f"b{i}"]
        mean, variance = z.mean(0), z.var(0)
        seen.append((mean, variance * len(x) / (len(x) - 1)))
        h = jax.nn.relu(normalised(z, parameters[f"gamma{i}"], parameters[f"beta{i}"], mean, variance))
    last = len(WIDTHS)
    return (h @ parameters[f"w{last}"] + parameters[f"b{last}"])[:, 0], seen


def kept_forward(parameters, running, x):
    """Logits by the running statistics, and each hidden layer's linear output."""
    h, linear = x, []
    for i, (mean, variance) in enumerate(running):
        z = h @ parameters[f"w{i}"] + parameters[f"b{i}"]
        linear.append(z)
        h = jax.nn.relu(normalised(z, parameters[f"gamma{i}"], parameters[f"beta{i}"], mean, variance))
    last = len(WIDTHS)
    return (h @ parameters[f"w{last}"] + parameters[f"b{last}"])[:, 0], linear


def loss(parameters, x, y):
    z, seen = trained_forward(parameters, x)
    return jnp.mean(jnp.logaddexp(0, z) - y * z), seen


def fine_tuned(parameters, running, x, y, fixed):
    parameters, running = dict(parameters), list(running)
    m = {k: jnp.zeros_like(v) for k, v in parameters.items()}
    v = {k: jnp.zeros_like(p) for k, p in parameters.items()}
    losses = []
    for t in range(1, STEPS + 1):
        (value, seen), gradients = jax.value_and_grad(loss, has_aux=True)(parameters, x, y)
        losses.append(float(value))
        running = [(0.9 * a + 0.1 * c, 0.9 * b + 0.1 * d) for (a, b), (c, d) in zip(running, seen)]
        for k, p in parameters.items():
            if k in fixed:
                continue
            g = gradients[k] + L2 * p
            m[k] = 0.9 * m[k] + 0.1 * g
            v[k] = 0.999 * v[k] + 0.001 * g * g
            parameters[k] = p - RATE * (m[k] / (1 - 0.9**t)) / (jnp.sqrt(v[k] / (1 - 0.999**t)) + 1e-8)
    return losses, parameters, running


def plain(parameters, running):
    widths = [COLS, *WIDTHS, 1]
    flat = lambda value: np.asarray(value).ravel().tolist()
    layers = [
        {"inputs": a, "outputs": b, "weight": flat(parameters[f"w{i}"]), "bias": flat(parameters[f"b{i}"])}
        for i, (a, b) in enumerate(zip(widths, widths[1:]))
    ]
    norms = [
        {"gamma": flat(parameters[f"gamma{i}"]), "beta": flat(parameters[f"beta{i}"]), "mean": flat(mean), "variance": flat(variance)}
        for i, (mean, variance) in enumerate(running)
    ]
    return {"layers": layers, "norms": norms}


x, fresh = single(rng.normal(size=(ROWS, COLS))), single(rng.normal(size=(20, COLS)))
y = np.array([0, 1] * (ROWS // 2), dtype=float)
parameters, running = {}, []
for i, (a, b) in enumerate(zip([COLS, *WIDTHS], [*WIDTHS, 1])):
    parameters[f"w{i}"] = jnp.asarray(single(rng.uniform(-1, 1, (a, b)) / np.sqrt(a)))
    parameters[f"b{i}"] = jnp.asarray(single(rng.uniform(-1, 1, b) / np.sqrt(a)))
for i, width in enumerate(WIDTHS):
    parameters[f"gamma{i}"] = jnp.asarray(single(rng.uniform(0.5, 1.5, width)))
    parameters[f"beta{i}"] = jnp.asarray(single(rng.normal(size=width) * 0.2))
    running.append((jnp.asarray(single(rng.normal(size=width) * 0.2)), jnp.asarray(single(rng.uniform(0.3, 2, width)))))

before, linear = kept_forward(parameters, running, fresh)
cases = []
for fixed in ([], [0], [1], [0, 1]):
    losses, after, moved = fine_tuned(parameters, running, x, y, {f"{k}{i}" for i in fixed for k in "wb"})
    said, _ = kept_forward(after, moved, fresh)
    cases.append({"fixed": fixed, "losses": losses, "after": plain(after, moved), "logits": np.asarray(said).tolist()})
network = {
    "rows": ROWS, "cols": COLS, "widths": WIDTHS, "steps": STEPS, "rate": RATE, "l2": L2,
    "x": x.ravel().tolist(), "y": y.tolist(), "fresh": fresh.ravel().tolist(), "before": plain(parameters, running),
    "logits": np.asarray(before).tolist(), "linear": [np.asarray(z).ravel().tolist() for z in linear], "cases": cases,
}


def made(n, p):
    x = single(rng.normal(size=(n, p)))
    risk = x[:, 0] * x[:, 1] + x[:, 2] + 0.7 * rng.normal(size=n)
    return x, (risk > 0).astype(int)


svms = []
for n, p, c, bits in [(2, 5, 1.0, False), (6, 3, 1.0, False), (80, 4, 1.0, False), (80, 4, 10.0, False), (120, 24, 1.0, True)]:
    x, y = made(n, p)
    test, _ = made(30, p)
    if bits:
        x, test = (x > 0.3).astype(float), (test > 0.3).astype(float)
    if n < 10:
        y = np.arange(n) % 2
    machine = SVC(C=c, tol=1e-7).fit(x, y)
    svms.append({
        "n": n, "p": p, "c": c, "x": x.ravel().tolist(), "y": y.tolist(), "test": test.ravel().tolist(),
        "decision": machine.decision_function(test).tolist(), "support": int(machine.n_support_.sum()),
    })

x, y = made(200, 5)
test, _ = made(100, 5)
tree = DecisionTreeClassifier(max_depth=3, random_state=0).fit(x, y)
one_tree = {
    "n": 200, "p": 5, "depth": 3, "x": x.ravel().tolist(), "y": y.tolist(), "test": test.ravel().tolist(),
    "probability": tree.predict_proba(test)[:, 1].tolist(), "nodes": int(tree.tree_.node_count),
}

x, y = made(240, 12)
test, truth = made(200, 12)
forests = [RandomForestClassifier(random_state=seed).fit(x, y).predict_proba(test)[:, 1] for seed in range(10)]
forest = {
    "n": 240, "p": 12, "x": x.ravel().tolist(), "y": y.tolist(), "test": test.ravel().tolist(), "truth": truth.tolist(),
    "probabilities": [np.round(one, 4).tolist() for one in forests],
}

out = {
    "made_with": {"jax": jax.__version__, "scikit-learn": sklearn.__version__, "numpy": np.__version__},
    "network": network, "svm": svms, "tree": one_tree, "forest": forest,
}
pathlib.Path(__file__).with_name("dti.json").write_text(json.dumps(out) + "\n")
