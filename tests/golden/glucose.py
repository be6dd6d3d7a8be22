"""Error grids of glucose forecasts, time gain, mean absolute percentage error and Local Domain Perplexity in numpy.

Writes glucose.json: made series and pairs (on borders too), each value's zone in every grid, the counts of the CG-EGA, and
the rest. Written from the papers' figures (Clarke 1987; Kovatchev 2004) with the borders that De Bois et al. print.

    python3 -P tests/golden/glucose.py [--released FOLDER_OF_GLYFE]

With a copy of github.com/dotXem/GLYFE the P-EGA, R-EGA and CG-EGA of that code are compared on the same series. With its
commit 97b3198 all 2,877 zones of both grids (the first of several on a border of rates) and all nine counts are equal.
"""

import argparse
import json
import pathlib
import sys

import numpy as np

rng = np.random.default_rng(20200331)
STEP, HORIZON = 5, 30


def clarke(y, p):
    conditions = [
        ((y <= 70) & (p <= 70)) | ((p >= 0.8 * y) & (p <= 1.2 * y)),
        ((y >= 180) & (p <= 70)) | ((y <= 70) & (p >= 180)),
        ((y >= 70) & (y <= 290) & (p >= y + 110)) | ((y >= 130) & (y <= 180) & (p <= 7 / 5 * y - 182)),
        ((y >= 240) & (p >= 70) & (p <= 180)) | ((y <= 175 / 3) & (p >= 70) & (p <= 180)) | ((y >= 175 / 3) & (y <= 70) & (p >= 6 / 5 * y)),
    ]
    return np.select(conditions, [0, 4, 2, 3], 1)


def point(y, p, rate):
    w = np.where(np.abs(rate) >= 2, 20.0, np.where(np.abs(rate) >= 1, 10.0, 0.0))
    a = ((y <= 70) & (p <= 70 + w)) | ((p <= 6 * y / 5 + w) & (p >= 4 * y / 5 - w))
    e = ((y > 180) & (p < 70 - w)) | ((y <= 70) & (p > 180 + w))
    d = ((y <= 70) & (p > 70 + w) & (p > 6 * y / 5 + w) & (p <= 180 + w)) | ((y > 240) & (p < 180 - w) & (p >= 70 - w))
    c = ((y > 70) & (p > 22 / 17 * y + 180 - 70 * 22 / 17 + w)) | ((y <= 180) & (p < 7 / 5 * y - 182 - w))
    assert (a.astype(int) + c + d + e <= 1).all()
    return np.select([a, c, d, e], [0, 2, 3, 4], 1)


def speed(t, p):
    a = ((p >= t - 1) & (p <= t + 1)) | ((p <= t / 2) & (p >= 2 * t)) | ((p <= 2 * t) & (p >= t / 2))
    b = ((p <= -1) & (t <= -1)) | ((p >= t - 2) & (p <= t + 2)) | ((p >= 1) & (t >= 1))
    up, down, flat = p > t + 2, p < t - 2, np.abs(p) <= 1
    return np.select([a, b, (t >= -1) & (t < 1) & up, (t > -1) & (t <= 1) & down, flat & up, flat & down, (p > 1) & (t < -1), (p < -1) & (t > 1)], range(8), -1)


AP, BE, EP = 0, 1, 2
TABLES = {
    0: {0: [AP, AP, BE, BE, EP, BE, EP, BE]},
    1: {0: [AP, AP, BE, BE, BE, BE, EP, EP], 1: [AP, AP, BE, BE, BE, BE, EP, EP]},
    2: {0: [AP, AP, BE, BE, BE, BE, EP, EP], 1: [AP, AP, BE, BE, BE, BE, EP, EP]},
}


def combined(y, zone, rate):
    region = np.where(y <= 70, 0, np.where(y <= 180, 1, 2))
    return region, np.array([TABLES[r].get(z, [EP] * 8)[k] for r, z, k in zip(region, zone, rate)])


def gain(y, p):
    squares = [np.mean((y[: len(y) - k] - p[k:]) ** 2) for k in range(HORIZON // STEP + 1)]
    return HORIZON - STEP * int(np.argmin(squares))


def perplexity(x, domain, neighbours):
    apart = ((x[:, None] - x[None]) ** 2).sum(-1)
    np.fill_diagonal(apart, np.inf)
    near = domain[np.argsort(apart, axis=1, kind="stable")[:, :neighbours]]
    shares = np.stack([(near == d).mean(1) for d in range(domain.max() + 1)], 1)
    entropy = -np.where(shares > 0, shares * np.log2(np.where(shares > 0, shares, 1)), 0).sum(1)
    return float((2**entropy).mean() / (domain.max() + 1))


n = 2880
truth = np.clip(150 + np.cumsum(rng.normal(0, 6, n)) * 0.6 + 90 * np.sin(np.arange(n) / 23) + rng.normal(0, 3, n), 25, 420).round(1)
said = np.clip(np.roll(truth, 3) + rng.normal(0, 22, n), 15, 450).round(1)
wild = rng.random(n) < 0.15
said[wild] = rng.uniform(20, 420, wild.sum()).round(1)
minutes = np.arange(n) * STEP
minutes[1000:] += 60
minutes[2000:] += 5
rated = np.diff(minutes, prepend=-99) == STEP
dy, dp = np.diff(truth, prepend=0)[rated] / STEP, np.diff(said, prepend=0)[rated] / STEP
y, p = truth[rated], said[rated]
zones, speeds = point(y, p, dy), speed(dy, dp)
regions, marks = combined(y, zones, speeds)
assert set(zones) == set(range(5)) and set(speeds) == set(range(8))
borders = np.array([(a, b) for a in (50, 58.33333333333333, 58.333333333333336, 70, 130, 180, 240, 290, 400) for b in (48, 56, 70, 84, 144, 150, 160, 180, 216, 240, 400)])
rates = np.array([(a, b) for a in (-4, -3, -2, -1, -0.5, 0, 1, 2, 3, 4) for b in (-4, -3, -1.5, -1, 0, 0.5, 1, 2, 3, 4)])
assert (speed(rates[:, 0], rates[:, 1]) >= 0).all()
x, domain = rng.normal(size=(120, 4)), np.repeat(np.arange(4), 30)
x += 0.8 * rng.normal(size=(4, 4))[domain]
out = {
    "numpy": np.__version__, "step": STEP, "horizon": HORIZON, "minutes": minutes.tolist(), "truth": truth.tolist(), "said": said.tolist(),
    "clarke": clarke(truth, said).tolist(), "rated": np.flatnonzero(rated).tolist(), "point": zones.tolist(), "rate": speeds.tolist(), "mark": marks.tolist(),
    "counts": [[int(((regions == r) & (marks == m)).sum()) for m in range(3)] for r in range(3)],
    "gain": gain(truth[:1000], said[:1000]), "mape": float(100 * np.mean(np.abs((truth - said) / truth))),
    "borders": borders.tolist(), "border_clarke": clarke(borders[:, 0], borders[:, 1]).tolist(),
    "border_point": [point(borders[:, 0], borders[:, 1], np.full(len(borders), float(r))).tolist() for r in (0, 1, -2)],
    "rates": rates.tolist(), "border_rate": speed(rates[:, 0], rates[:, 1]).tolist(),
    "x": x.ravel().tolist(), "domain": domain.tolist(), "perplexity": {str(k): perplexity(x, domain, k) for k in (5, 10, 30)},
}
pathlib.Path(__file__).with_suffix(".json").write_text(json.dumps(out) + "\n")

parser = argparse.ArgumentParser()
parser.add_argument("--released", type=pathlib.Path)
released = parser.parse_args().released
if released:
    import pandas as pd

    sys.path.insert(0, str(released))
    from postprocessing.metrics.cg_ega import CG_EGA

    index = pd.Timestamp("2020-01-01") + pd.to_timedelta(minutes, unit="min")
    theirs = CG_EGA(pd.DataFrame({"y_true": truth, "y_pred": said}, index=index), STEP)
    print("P-EGA equal:", int((theirs.p_ega.argmax(1) == zones).sum()), "of", len(zones))
    print("R-EGA equal:", int((theirs.r_ega.argmax(1) == speeds).sum()), "of", len(speeds))
    print("CG-EGA counts:", [int(v) for v in theirs.simplified(count=True)], "ours:", sum(out["counts"], []))
