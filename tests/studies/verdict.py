"""The verdict under a known truth: how often the interval covers it, and how often the verdict is wrong.

    cargo build --profile native --bench verdict
    python3 tests/studies/verdict.py --program target/native/deps/verdict-… --work /tmp/verdict run fixed tuned network
    python3 tests/studies/verdict.py --program … --work /tmp/verdict --out docs/studies/verdict.md table

`run` may be stopped and started again: what was answered stays in --work, a line a run.
"""

import argparse
import functools
import itertools
import json
import math
import pathlib
import statistics
import subprocess

from common import table

RIDGE = {"penalty": "ridge"}
SMALL = {"widths": [8, 8], "max_epochs": 15, "patience": 5, "dropout": 0.0}
FAMILIES = {
    "fixed": {
        "methods": {"transfer": "fixed_to_source", "baseline": "fixed", "transfer_settings": None, "baseline_settings": None},
        "sizes": [30, 60, 120],
        "places": ["boundary", "helps", "harms", "helps a little", "harms a little"],
        "designs": ["cv", "held_out"],
        "runs": {"cv": 2000, "held_out": 2000},
        "tuning": [200, 1600],
    },
    "tuned": {
        "methods": {"transfer": "recalibration", "baseline": "target_only_linear", "transfer_settings": RIDGE,
                    "baseline_settings": RIDGE},
        "sizes": [30, 60, 120],
        "places": ["boundary", "helps", "harms"],
        "designs": ["cv"],
        "runs": {"cv": 2000},
        "tuning": [100, 800],
    },
    "network": {
        "methods": {"transfer": "hanczar", "baseline": "target_only_network",
                    "transfer_settings": {**SMALL, "frozen": "0"}, "baseline_settings": SMALL},
        "sizes": [60],
        "places": ["boundary"],
        "designs": ["cv"],
        "runs": {"cv": 200},
        "tuning": [100, 800],
        # What was trained before still trains faster: with an unrelated source the network gains a little.
        "between": [-0.9, 0.9],
    },
}
DESIGNS = {
    "cv": {"folds": 5, "repeats": 5, "test": 0, "cuts": 0},
    "held_out": {"folds": 0, "repeats": 0, "test": 100, "cuts": 10},
}
CHUNK = 100
# Target sets for the tuning: none of those that are judged.
TUNING_FROM = 1_000_000


class Program:
    """The simulation's process; a new one for each request, so that a stop loses one chunk."""

    def __init__(self, path):
        self.path = path

    def __call__(self, *asked):
        text = "".join(json.dumps(one) + "\n" for one in asked)
        done = subprocess.run([self.path], input=text, capture_output=True, text=True, check=True)
        return [json.loads(line) for line in done.stdout.splitlines()]


def setting(family, n, r):
    return {"r": r, "n": n, **FAMILIES[family]["methods"]}


def true_difference(program, family, n, r, sets):
    found = program({"ask": "truth", "setting": setting(family, n, r), "from": TUNING_FROM, "to": TUNING_FROM + sets})[0]
    found = [value for value in found if value is not None]
    return statistics.mean(found), statistics.stdev(found) / math.sqrt(len(found))


def tuned(program, work, family, n):
    """The relatedness at which the true difference is 0: found on few target sets, mended once on many."""
    kept = work / f"{family}-{n}-boundary.json"
    if kept.exists():
        return json.loads(kept.read_text())["r"]
    few, many = FAMILIES[family]["tuning"]
    path = {r: true_difference(program, family, n, r, few)[0] for r in FAMILIES[family].get("between", (0.0, 0.9))}
    for _ in range(4):
        low = max(r for r, value in path.items() if value < 0)
        high = min(r for r, value in path.items() if value >= 0 and r > low)
        slope = (path[high] - path[low]) / (high - low)
        r = low - path[low] / slope
        path[r] = true_difference(program, family, n, r, few)[0]
        if abs(path[r]) < 0.001:
            break
    value, se = true_difference(program, family, n, r, many)
    mended = r - value / slope
    found = {"r": mended, "before": [r, value, se], "slope": slope, "sets": [few, many], "path": sorted(path.items())}
    kept.write_text(json.dumps(found))
    return mended


def place(boundary, name):
    return {
        "boundary": boundary,
        "helps": 1.0,
        "harms": boundary - 0.8,
        "helps a little": (1 + boundary) / 2,
        "harms a little": boundary - 0.3,
    }[name]


def file_of(work, family, n, name, design):
    return work / f"{family}-{n}-{name.replace(' ', '_')}-{design}.jsonl"


def lines(path):
    return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []


def run(program, work, families):
    work.mkdir(parents=True, exist_ok=True)
    for family in families:
        of = FAMILIES[family]
        for name in of["places"]:
            # In turn, so that a stop leaves every size with about as many runs.
            for upto in range(CHUNK, max(of["runs"].values()) + CHUNK, CHUNK):
                for n, design in itertools.product(of["sizes"], of["designs"]):
                    path = file_of(work, family, n, name, design)
                    done, to = len(lines(path)), min(upto, of["runs"][design])
                    if done >= to:
                        continue
                    r = place(tuned(program, work, family, n), name)
                    asked = {"ask": "run", "setting": setting(family, n, r), "from": done, "to": to, **DESIGNS[design]}
                    found = program(asked)
                    with path.open("a") as out:
                        out.write("".join(json.dumps(line) + "\n" for line in found))


def mean_se(values):
    return statistics.mean(values), statistics.stdev(values) / math.sqrt(len(values))


def truths(found):
    """The true difference after n rows and after a fold's training rows, with standard errors."""
    known = [line["truth"] for line in found if line.get("truth") and line["truth"]["whole"] is not None]
    whole, se = mean_se([one["whole"] for one in known])
    steps = [one["part"] - one["whole"] for one in known if one["part"] is not None]
    step, se_step = mean_se(steps)
    return (whole, se), (whole + step, math.hypot(se, se_step))


def share(hits):
    """A proportion with its Monte Carlo standard error, in per cent."""
    p, n = sum(hits) / len(hits), len(hits)
    return f"{100 * p:.1f} ({100 * math.sqrt(p * (1 - p) / n):.1f})"


def signed(x, se=None):
    text = f"{x:+.4f}".replace("-", "−")
    return text if se is None else f"{text} ({se:.4f})"


def rules(line):
    """Other rules on the same folds: (name, estimate, half width)."""
    gains = [a - b for _, _, a, b in line["folds"] if a is not None and b is not None]
    j = len(gains)
    mean, sd = statistics.mean(gains), statistics.stdev(gains)
    ratio = statistics.mean(test / train for train, test, _, _ in line["folds"])
    corrected = math.sqrt((1 / j + ratio)) * sd
    yield "corrected resampled t, J − 1 degrees of freedom (**the rule**)", mean, t(j - 1) * corrected
    yield "corrected resampled t, k − 1 degrees of freedom", mean, t(4) * corrected
    yield "uncorrected t of the folds", mean, t(j - 1) * sd / math.sqrt(j)
    if "delong" in line:
        yield "DeLong on each patient's mean out-of-fold prediction", line["delong"][0], 1.959964 * line["delong"][1]


@functools.lru_cache
def t(df):
    from scipy.stats import t as student

    return float(student.ppf(0.975, df))


def row_of(found, design, truth):
    judged = [line[design] for line in found]
    told = [one for one in judged if one["low"] is not None]
    kinds = [one["verdict"]["kind"] for one in judged]
    refused = sum(one["verdict"].get("reason", {}).get("kind") == "too_few_events" for one in judged)
    estimates = [one["estimate"] for one in told]
    return [
        len(found),
        signed(statistics.mean(estimates)),
        f"{statistics.stdev(estimates):.4f}",
        f"{statistics.mean(one['se'] for one in told):.4f}",
        share([one["low"] <= truth <= one["high"] for one in told]),
        share([kind == "helps" for kind in kinds]),
        share([kind == "harms" for kind in kinds]),
        f"{100 * refused / len(judged):.0f}",
    ]


def tables(work):
    """The parts of the page that are numbers."""
    parts = {}
    for family, of in FAMILIES.items():
        for design in of["designs"]:
            rows = []
            for name, n in itertools.product(of["places"], of["sizes"]):
                cv = lines(file_of(work, family, n, name, "cv"))
                found = lines(file_of(work, family, n, name, design))
                if len(found) < 50:
                    continue
                (whole, se), (part, se_part) = truths(cv)
                r = place(json.loads((work / f"{family}-{n}-boundary.json").read_text())["r"], name)
                truth = part if design == "cv" else whole
                cells = [signed(whole, se)] + ([signed(part, se_part)] if design == "cv" else [])
                rows.append([name, n, f"{r:.3f}".replace("-", "−"), *cells, *row_of(found, design, truth)])
            head = ["setting", "n", "relatedness", "true difference, n rows"]
            head += ["true difference, 0.8 n rows"] if design == "cv" else []
            head += ["runs", "mean estimate", "its SD", "mean standard error", "coverage, %", "*helps*, %", "*harms*, %",
                     "refused: fewer than 10 of a class, %"]
            parts[family, design] = table(head, rows) if rows else ""
    rows = []
    for name, n in itertools.product(["boundary", "harms", "helps"], [30, 60, 120]):
        found = lines(file_of(work, "fixed", n, name, "cv"))
        if len(found) < 50:
            continue
        truth = truths(found)[1][0]
        seen = {}
        for line in found:
            for rule, estimate, half in rules(line):
                seen.setdefault(rule, []).append((estimate - half <= truth <= estimate + half, estimate > half, estimate < -half))
        for rule, hits in seen.items():
            rows.append([name, n, rule, *(share([hit[k] for hit in hits]) for k in range(3))])
    parts["rules"] = table(["setting", "n", "rule", "coverage, %", "interval over 0, %", "interval under 0, %"], rows)
    return parts


def page(work, out):
    parts = tables(work)
    text = (pathlib.Path(__file__).parent / "verdict.in.md").read_text()
    for key, value in parts.items():
        text = text.replace("{{" + (key if isinstance(key, str) else " ".join(key)) + "}}", value.strip())
    out.write_text(text)


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--program", required=True)
    parser.add_argument("--work", required=True, type=pathlib.Path)
    parser.add_argument("--out", type=pathlib.Path)
    parser.add_argument("what", choices=["run", "table"])
    parser.add_argument("families", nargs="*")
    given = parser.parse_args()
    if given.what == "run":
        run(Program(given.program), given.work, given.families or list(FAMILIES))
    else:
        page(given.work, given.out)
