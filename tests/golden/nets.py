"""Trains small networks in numpy, float64, written from the formulas: forward, backward, AdamW.

Writes nets.json: data, initial weights, the loss before each step and the weights after the last one. The Rust test
starts from the same weights, takes the same batches, and must keep to it, with F layers frozen too.

    python3 tests/golden/nets.py
"""

import json
import pathlib

import numpy as np

rng = np.random.default_rng(20221123)
ROWS, COLS, BATCH, STEPS, RATE, DECAY = 24, 5, 8, 40, 1e-2, 1e-2
WIDTHS = [7, 6, 5, 4]


def rows_of(step):
    """The batches go round the rows, in order."""
    return (np.arange(BATCH) + step * BATCH) % ROWS


def forward(layers, x):
    """z of every layer and what went into it."""
    inputs, outputs, h = [], [], x
    for i, (w, b) in enumerate(layers):
        inputs.append(h)
        z = h @ w + b
        outputs.append(z)
        h = np.maximum(z, 0) if i + 1 < len(layers) else z
    return inputs, outputs


def cross_entropy(z, y):
    shifted = z - z.max(1, keepdims=True)
    logp = shifted - np.log(np.exp(shifted).sum(1, keepdims=True))
    return -(logp * y).sum(1).mean(), (np.exp(logp) - y) / len(z)


def squared(z, y):
    return ((z - y) ** 2).mean(1).mean(), 2 * (z - y) / z.size


def train(layers, x, y, loss, frozen):
    layers = [(w.copy(), b.copy()) for w, b in layers]
    state = {i: [[np.zeros_like(p), np.zeros_like(p)] for p in layer] for i, layer in enumerate(layers)}
    losses = []
    for step in range(STEPS):
        rows = rows_of(step)
        inputs, outputs = forward(layers, x[rows])
        value, g = loss(outputs[-1], y[rows])
        losses.append(value)
        gradients = [None] * len(layers)
        for i in reversed(range(len(layers))):
            gradients[i] = (inputs[i].T @ g, g.sum(0))
            if i:
                g = (g @ layers[i][0].T) * (outputs[i - 1] > 0)
        t = step + 1
        for i in range(frozen, len(layers)):
            new = []
            for k, (p, g) in enumerate(zip(layers[i], gradients[i])):
                m, v = state[i][k]
                m[...] = 0.9 * m + 0.1 * g
                v[...] = 0.999 * v + 0.001 * g * g
                p = p * (1 - RATE * DECAY)
                new.append(p - RATE * (m / (1 - 0.9**t)) / (np.sqrt(v / (1 - 0.999**t)) + 1e-8))
            layers[i] = tuple(new)
    return losses, layers


def plain(layers):
    return [{"weight": w.ravel().tolist(), "bias": b.tolist(), "inputs": w.shape[0], "outputs": w.shape[1]} for w, b in layers]


x = rng.normal(size=(ROWS, COLS)).astype(np.float32).astype(float)
cases = []
for name, k, loss in [("cross_entropy", 3, cross_entropy), ("cross_entropy", 2, cross_entropy), ("squared", 1, squared)]:
    widths = [COLS, *WIDTHS, k]
    layers = [
        (rng.normal(size=(a, b)) * np.sqrt(2 / a), 0.1 * rng.normal(size=b)) for a, b in zip(widths, widths[1:])
    ]
    layers = [(w.astype(np.float32).astype(float), b.astype(np.float32).astype(float)) for w, b in layers]
    signal = x[:, 0] - x[:, 1] + 0.3 * rng.normal(size=ROWS)
    if name == "squared":
        y = signal[:, None].astype(np.float32).astype(float)
    else:
        y = np.eye(k)[np.digitize(signal, np.quantile(signal, np.arange(1, k) / k))]
    for frozen in [0, 2, 4]:
        losses, after = train(layers, x, y, loss, frozen)
        cases.append({
            "loss": name, "outputs": k, "frozen": frozen, "y": y.ravel().tolist(),
            "before": plain(layers), "losses": losses, "after": plain(after),
        })

out = {"rows": ROWS, "cols": COLS, "batch": BATCH, "rate": RATE, "decay": DECAY, "x": x.ravel().tolist(), "cases": cases}
pathlib.Path(__file__).with_name("nets.json").write_text(json.dumps(out) + "\n")
