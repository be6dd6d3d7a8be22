"""Three Adam steps of ATL's network in jax, float64: forecast, squared error, weighted log-loss of the subjects behind a
gradient reversal, and what the network says afterwards by its running statistics; dropout 0.

Writes atl.json. Written from the paper (arXiv 2006.15940) and PyTorch's documentation of Conv1d, BatchNorm1d, NLLLoss
(weighted mean) and Adam; convolutions by `lax.conv_general_dilated`, channels in the middle as PyTorch has them.

    python3 -P tests/golden/atl.py
"""

import json
import pathlib

import jax
import jax.numpy as jnp
import numpy as np

jax.config.update("jax_enable_x64", True)
rng = np.random.default_rng(20210615)
ROWS, STEPS, CHANNELS, FILTERS, HEAD, SUBJECTS = 9, 9, 2, (3, 5, 4), 6, 3
RATE, WEIGHT, DESCENTS = 0.01, 10**-0.75, 3


def single(x):
    return np.asarray(x, dtype=np.float32).astype(float)


def plain(x):
    return np.asarray(x).ravel().tolist()


def conv(outputs, inputs, taps):
    return {"w": single(rng.normal(size=(outputs, inputs, taps)) * np.sqrt(2 / (inputs * taps))), "b": single(0.1 * rng.normal(size=outputs))}


def norm(channels):
    return {"gamma": single(1 + 0.2 * rng.normal(size=channels)), "beta": single(0.1 * rng.normal(size=channels))}


left = STEPS - 2 * len(FILTERS)
inputs = (CHANNELS, *FILTERS[:-1])
params = {
    "convs": [conv(o, i, 3) for o, i in zip(FILTERS, inputs)], "norms": [norm(f) for f in FILTERS],
    "head": {"hidden": conv(HEAD, FILTERS[-1], left), "norm": norm(HEAD), "out": conv(1, HEAD, 1)},
    "critic": {"hidden": conv(HEAD, FILTERS[-1], left), "norm": norm(HEAD), "out": conv(SUBJECTS, HEAD, 1)},
}
running = [(np.zeros(n), np.ones(n)) for n in (*FILTERS, HEAD, HEAD)]
x = single(rng.normal(size=(ROWS, CHANNELS, STEPS)))
y = single(rng.normal(size=ROWS))
subject = np.array([0, 0, 0, 0, 1, 1, 1, 2, 2])
counts = np.bincount(subject)
weights = single((1 / counts) / (1 / counts).min())[subject]


def apply(layer, h):
    z = jax.lax.conv_general_dilated(h, layer["w"], (1,), "VALID", dimension_numbers=("NCH", "OIH", "NCH"))
    return z + layer["b"][None, :, None]


def normalised(layer, h, stats):
    mean, var = (h.mean((0, 2)), h.var((0, 2))) if stats is None else stats
    scaled = (h - mean[None, :, None]) / jnp.sqrt(var[None, :, None] + 1e-5)
    return scaled * layer["gamma"][None, :, None] + layer["beta"][None, :, None], (h.mean((0, 2)), h.var((0, 2), ddof=1))


def forward(params, stats):
    h, seen = x, []
    stats = stats or [None] * 5
    for layer, n, s in zip(params["convs"], params["norms"], stats):
        h, now = normalised(n, jax.nn.relu(apply(layer, h)), s)
        seen.append(now)
    z, said = h, h + 0.0
    # The gradient of the classifier's loss reaches the encoder with its sign turned.
    said = 2 * jax.lax.stop_gradient(said) - said
    outputs = []
    for block, inner, s in (("head", z, stats[3]), ("critic", said, stats[4])):
        block = params[block]
        hidden, now = normalised(block["norm"], jax.nn.relu(apply(block["hidden"], inner)), s)
        seen.append(now)
        outputs.append(apply(block["out"], hidden)[:, :, 0])
    return outputs[0][:, 0], outputs[1], seen


def objective(params):
    z, logits, seen = forward(params, None)
    error = ((z - y) ** 2).mean()
    each = -jax.nn.log_softmax(logits)[jnp.arange(ROWS), subject]
    told = (each * weights).sum() / weights.sum()
    return error + WEIGHT * told, (error, told, seen)


def layer_of(layer):
    """Rows by step, then channel; columns by output."""
    o, i, k = layer["w"].shape
    return {"inputs": i * k, "outputs": o, "weight": plain(np.asarray(layer["w"]).transpose(2, 1, 0).reshape(k * i, o)), "bias": plain(layer["b"])}


def scales(n, stats):
    return {"gamma": plain(n["gamma"]), "beta": plain(n["beta"]), "mean": plain(stats[0]), "variance": plain(stats[1])}


def listed(params, running):
    block = lambda name, at: {"hidden": layer_of(params[name]["hidden"]), "norm": scales(params[name]["norm"], running[at]), "out": layer_of(params[name]["out"])}
    return {
        "convs": [layer_of(layer) for layer in params["convs"]], "norms": [scales(n, s) for n, s in zip(params["norms"], running)],
        "head": block("head", 3), "critic": block("critic", 4),
    }


out = {
    "jax": jax.__version__, "numpy": np.__version__, "steps": STEPS, "channels": CHANNELS, "rate": RATE, "weight": WEIGHT,
    "x": plain(x.transpose(0, 2, 1)), "y": plain(y), "subject": subject.tolist(), "even": plain(weights), "before": listed(params, running), "terms": [],
}
m, v = jax.tree.map(np.zeros_like, params), jax.tree.map(np.zeros_like, params)
for t in range(1, DESCENTS + 1):
    (_, (error, told, seen)), g = jax.value_and_grad(objective, has_aux=True)(params)
    out["terms"].append({"squared_error": float(error), "domain": float(told)})
    running = [(0.9 * a + 0.1 * np.asarray(c), 0.9 * b + 0.1 * np.asarray(d)) for (a, b), (c, d) in zip(running, seen)]
    m = jax.tree.map(lambda m, g: 0.9 * m + 0.1 * g, m, g)
    v = jax.tree.map(lambda v, g: 0.999 * v + 0.001 * g * g, v, g)
    params = jax.tree.map(lambda p, m, v: p - RATE * (m / (1 - 0.9**t)) / (np.sqrt(v / (1 - 0.999**t)) + 1e-8), params, m, v)
out["after"] = listed(params, running)
out["said"] = plain(forward(params, running)[0])
pathlib.Path(__file__).with_suffix(".json").write_text(json.dumps(out) + "\n")
