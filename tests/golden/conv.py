"""Trains a small convolutional network with batch normalisation in JAX (float64): forward, gradients, three steps.

Writes conv.json: data, initial weights, the output and every gradient before the first step, then the loss before each of
three AdamW steps, the weights after them with the running statistics, and what the trained network then predicts.
The convolution is JAX's own, in PyTorch's layout; batch normalisation follows the formulas of PyTorch's documentation
of BatchNorm1d (torch is not installed here): biased variance to normalise, unbiased for the running one.

    pip install jax numpy && python3 -P tests/golden/conv.py  (-P: math.py lies beside it)
"""

import json
import pathlib

import jax
import jax.numpy as jnp
import numpy as np

jax.config.update("jax_enable_x64", True)
rng = np.random.default_rng(20221127)
ROWS, LENGTH, CHANNELS, TAPS, HEAD, STEPS = 6, 12, 3, 3, 5, 3
WIDTHS = [4, 3]
RATE, DECAY, EPSILON, MOMENTUM = 1e-2, 1e-2, 1e-5, 0.1


def f32(values):
    return np.asarray(values).astype(np.float32).astype(float)


def normalise(x, scales, running, train):
    """x: [rows, channels] or [rows, channels, steps], as PyTorch has it."""
    axes = (0, 2) if x.ndim == 3 else (0,)
    wide = (lambda v: v[None, :, None]) if x.ndim == 3 else (lambda v: v[None, :])
    if not train:
        mean, variance, moved = running["mean"], running["variance"], running
    else:
        mean, variance = x.mean(axes), x.var(axes)
        moved = {
            "mean": (1 - MOMENTUM) * running["mean"] + MOMENTUM * mean,
            "variance": (1 - MOMENTUM) * running["variance"] + MOMENTUM * x.var(axes, ddof=1),
        }
    return (x - wide(mean)) / jnp.sqrt(wide(variance) + EPSILON) * wide(scales["gamma"]) + wide(scales["beta"]), moved


def forward(params, running, x, train):
    moved = []
    h = x
    for i in range(len(WIDTHS)):
        conv = params["convs"][i]
        h = jax.lax.conv_general_dilated(h, conv["weight"], (1,), "VALID", dimension_numbers=("NCH", "OIH", "NCH"))
        h, now = normalise(jax.nn.relu(h + conv["bias"][None, :, None]), params["norms"][i], running[i], train)
        moved.append(now)
    # A convolution over all that is left, as a head.
    head = params["convs"][len(WIDTHS)]
    h = jax.lax.conv_general_dilated(h, head["weight"], (1,), "VALID", dimension_numbers=("NCH", "OIH", "NCH"))
    h, now = normalise(jax.nn.relu(h + head["bias"][None, :, None])[:, :, 0], params["norms"][-1], running[-1], train)
    moved.append(now)
    last = params["last"]
    return h @ last["weight"] + last["bias"], moved


def loss(params, running, x, y):
    z, moved = forward(params, running, x, True)
    return ((z - y) ** 2).mean(), (z, moved)


widths = [CHANNELS, *WIDTHS]
left = LENGTH - len(WIDTHS) * (TAPS - 1)
shapes = [(b, a, TAPS) for a, b in zip(widths, widths[1:])] + [(HEAD, WIDTHS[-1], left)]
params = {
    "convs": [{"weight": f32(rng.normal(size=s) * np.sqrt(2 / (s[1] * s[2]))), "bias": f32(0.1 * rng.normal(size=s[0]))} for s in shapes],
    "norms": [{"gamma": f32(1 + 0.2 * rng.normal(size=s[0])), "beta": f32(0.2 * rng.normal(size=s[0]))} for s in shapes],
    "last": {"weight": f32(rng.normal(size=(HEAD, 1))), "bias": f32(rng.normal(size=1))},
}
running = [{"mean": np.zeros(s[0]), "variance": np.ones(s[0])} for s in shapes]
x = f32(rng.normal(size=(ROWS, CHANNELS, LENGTH)))
y = f32(rng.normal(size=(ROWS, 1)))

plain = lambda tree: jax.tree.map(lambda v: np.asarray(v).tolist(), tree)
out = {
    "versions": {"jax": jax.__version__, "numpy": np.__version__},
    "rate": RATE, "decay": DECAY, "taps": TAPS, "x": x.tolist(), "y": y.ravel().tolist(), "before": plain(params),
}
m = jax.tree.map(jnp.zeros_like, params)
v = jax.tree.map(jnp.zeros_like, params)
out["losses"] = []
for t in range(1, STEPS + 1):
    (value, (z, moved)), gradients = jax.value_and_grad(loss, has_aux=True)(params, running, x, y)
    if t == 1:
        out["output"], out["gradients"], out["running_once"] = np.asarray(z).ravel().tolist(), plain(gradients), plain(moved)
    out["losses"].append(float(value))
    m = jax.tree.map(lambda m, g: 0.9 * m + 0.1 * g, m, gradients)
    v = jax.tree.map(lambda v, g: 0.999 * v + 0.001 * g * g, v, gradients)
    step = lambda p, m, v: p * (1 - RATE * DECAY) - RATE * (m / (1 - 0.9**t)) / (jnp.sqrt(v / (1 - 0.999**t)) + 1e-8)
    params, running = jax.tree.map(step, params, m, v), moved
out["after"], out["running"] = plain(params), plain(running)
out["predicted"] = np.asarray(forward(params, running, x, False)[0]).ravel().tolist()
pathlib.Path(__file__).with_name("conv.json").write_text(json.dumps(out) + "\n")
