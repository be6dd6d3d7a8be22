"""Readings of a sensor that leap away and straight back, by numpy; written to spikes.json.

The rule is that of De Bois, El Yacoubi & Ammi's preprocessing (arXiv 2006.15940; their released code): z-scores of the
slopes to and from each reading, both 2.5 or more and of opposite signs, five passes. Every reading with two neighbours
is looked at.

    python3 -P tests/golden/spikes.py
"""

import json
from pathlib import Path

import numpy as np

rng = np.random.default_rng(5)


def leaps(times, values):
    out = np.zeros(len(values), bool)
    for _ in range(5):
        at = np.where(np.isfinite(values) & ~out)[0]
        if len(at) < 3:
            break
        slopes = np.diff(values[at]) / np.diff(times[at])
        pairs = np.column_stack([slopes[:-1], slopes[1:]])
        z = (pairs - pairs.mean()) / pairs.std()
        out[at[1:-1][(np.abs(z) >= 2.5).all(axis=1) & (z.prod(axis=1) < 0)]] = True
    return np.where(out)[0]


cases = []
for n in [2, 60, 500, 500]:
    times = np.cumsum(rng.choice([5.0, 5.0, 5.0, 15.0], size=n)) / 1440
    values = np.round(130 + 40 * np.sin(np.arange(n) / 20) + rng.normal(size=n), 1)
    for at in rng.choice(n, size=n // 40, replace=False):
        values[at] += rng.choice([-90, 60, 150])
    values[rng.random(n) < 0.05] = np.nan
    found = leaps(times, values)
    cases.append({"times": times.tolist(), "values": [None if np.isnan(v) else v for v in values.tolist()], "leaps": found.tolist()})
    print(n, len(found))
Path(__file__).with_suffix(".json").write_text(json.dumps({"made_with": {"numpy": np.__version__}, "cases": cases}) + "\n")
