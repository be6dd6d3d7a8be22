"""Which method to recommend: fixed on made cohorts, then held against the hearts and SUPPORT2.

    cargo build --profile native --bench recommendation
    python3 tests/studies/recommendation.py --program target/native/deps/recommendation-… --work FOLDER made
    python3 tests/studies/recommendation.py --program … --work FOLDER --data HEARTS real
    python3 tests/studies/recommendation.py --program … --work FOLDER --out docs/studies/recommendation.md table

What was answered stays in --work, a line a resplit: it may be stopped and started again.
"""

import argparse
import itertools
import json
import pathlib
import subprocess

from common import HOSPITALS, NAMES

# Linear methods and trees: seconds a resplit. Networks and what learns from all source rows again in every fit: minutes.
LIGHT = ["source_only_linear", "target_only_linear", "recalibration", "ridge_to_source", "source_as_feature", "stacking",
         "prior_shift", "source_only_trees", "target_only_trees", "continued_trees"]
ALL_ROWS = ["feature_augmentation", "weighted_pooling", "trans_glm"]
NETWORKS = ["source_only", "target_only", "pooled", "hanczar"]
SPLITS = 20
EXAMPLES = pathlib.Path(__file__).parents[2] / "www/examples"


def made():
    """The made settings: relatedness, rows, events; and the product's own cohorts."""
    for rows, r in itertools.product([30, 60, 120], [1.0, 0.6, 0.2, -0.6]):
        yield f"linear-{r}-{rows}", {"kind": "linear", "r": r, "intercept": -0.5, "rows": 1500}, rows, 10, LIGHT + ALL_ROWS
    for r in [1.0, 0.2]:
        yield f"linear-{r}-120-few", {"kind": "linear", "r": r, "intercept": -2.5, "rows": 1500}, 120, 10, LIGHT + ALL_ROWS
    # Fewer than ten events: where the rule may have to hold back.
    for rows, r in itertools.product([40, 60], [1.0, 0.6, 0.2]):
        yield f"linear-{r}-{rows}-scarce", {"kind": "linear", "r": r, "intercept": -2.5, "rows": 1500}, rows, 10, LIGHT + ALL_ROWS
    for truth, rows in itertools.product(["helps", "nothing", "harms"], [50, 120]):
        yield f"generated-{truth}-{rows}", {"kind": "generated", "truth": truth, "rows": 800}, rows, 6, LIGHT + ALL_ROWS + NETWORKS


def real(hearts):
    """Every ordered pair of hospitals, three to one, and SUPPORT2; half of a hospital, at most 100 rows, is learned from."""
    file = lambda name: str(pathlib.Path(hearts) / f"processed.{name}.data")
    pairs = [([source], target) for source, target in itertools.permutations(HOSPITALS, 2)]
    pairs += [([name for name in HOSPITALS if name != target], target) for target in HOSPITALS]
    rows = {"cleveland": 100, "hungarian": 100, "switzerland": 62, "va": 100}
    for sources, target in pairs:
        study = {"kind": "tables", "sources": [file(name) for name in sources], "target": file(target),
                 "names": NAMES.split(","), "label": "num", "above": 0, "missing": {"chol": ["0"], "trestbps": ["0"]}}
        methods = LIGHT + ALL_ROWS + NETWORKS
        yield f"{'+'.join(sources)}-{target}", study, rows[target], SPLITS, methods
    for group in ["copd", "colon"]:
        study = {"kind": "tables", "sources": [str(EXAMPLES / f"support2-{group}-source.csv.gz")],
                 "target": str(EXAMPLES / f"support2-{group}-target.csv.gz"), "label": "hospdead", "event": "1"}
        yield f"support2-{group}", study, 100, SPLITS, LIGHT + ["source_only", "target_only", "hanczar"]


def lines(path):
    return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []


def run(program, work, studies, slow, step=20):
    """Resplits in turn over the studies; the slow methods in files of their own, so that the others do not wait."""
    work.mkdir(parents=True, exist_ok=True)
    for upto in range(step, SPLITS + step, step):
        for name, study, train, splits, methods in studies:
            for part in ("slow",) if slow else ("light",):
                wanted = [m for m in methods if (m in ALL_ROWS + NETWORKS) == (part == "slow")]
                path = work / f"{name}.{part}.jsonl"
                done = len(lines(path))
                to = min(upto, splits)
                if done >= to or not wanted:
                    continue
                question = {"study": study, "train": train, "from": done, "to": to, "methods": wanted, "inner": []}
                answered = subprocess.run([program], input=json.dumps(question) + "\n", capture_output=True, text=True)
                if answered.returncode:
                    raise SystemExit(f"{name}: {answered.stderr}")
                with path.open("a") as out:
                    out.write(answered.stdout)
