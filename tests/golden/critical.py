"""Wilcoxon's rank-sum test of each gene between two calls, and Benjamini and Hochberg's q, by SciPy.

Writes critical.json: attributions of made genes in made cells (one without a difference, one that is constant, one with
ties, one that few cells have), the cells' calls, and for each tested gene means, the chance of adding more, p and q.

    python3 -P tests/golden/critical.py
"""

import importlib.metadata
import json
import pathlib

import numpy as np
from scipy import stats

rng = np.random.default_rng(20221032)


def case(cells, share):
    event = np.arange(cells) < share * cells
    event = rng.permutation(event)
    genes = {f"shifted {k}": rng.normal(0, 1, cells) + event * shift for k, shift in enumerate((0, 0.3, 0.8, 2, -1.5))}
    genes["tied"] = np.round(rng.normal(0, 1, cells) + event, 0)
    genes["constant"] = np.full(cells, 0.25)
    some = rng.normal(0, 1, cells) + event
    some[rng.choice(cells, cells // 2, replace=False)] = np.nan
    genes["half"] = some
    genes = {name: np.round(values, 6) for name, values in genes.items()}
    found = {}
    for name, values in genes.items():
        a, b = (values[(event == call) & np.isfinite(values)] for call in (True, False))
        if min(len(a), len(b)) < 3 or np.ptp(np.concatenate([a, b])) == 0:
            continue
        test = stats.mannwhitneyu(a, b)
        found[name] = {"event": a.mean(), "others": b.mean(), "auc": test.statistic / len(a) / len(b), "p": test.pvalue}
    for one, q in zip(found.values(), stats.false_discovery_control([one["p"] for one in found.values()])):
        one["q"] = q
    return {
        "event": event.tolist(),
        "genes": {name: [None if np.isnan(v) else v for v in values.tolist()] for name, values in genes.items()},
        "found": found,
    }


out = {
    "versions": {p: importlib.metadata.version(p) for p in ("scipy", "numpy")},
    # The small one is exact where nothing is tied.
    "cases": [case(80, 0.4), case(24, 0.25), case(9, 0.5)],
}
path = pathlib.Path(__file__).with_name("critical.json")
path.write_text(json.dumps(out, indent=None, separators=(",", ":")) + "\n")
