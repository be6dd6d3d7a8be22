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
import statistics
import subprocess

from common import HOSPITALS, NAMES, table

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
        yield f"support2-{group}", study, 100, SPLITS, LIGHT + ["weighted_pooling", "feature_augmentation", "source_only", "target_only", "hanczar"]


def lines(path):
    return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []


def run(program, work, studies, slow, step=20):
    """Resplits in turn over the studies; the slow methods in files of their own, so that the others do not wait."""
    work.mkdir(parents=True, exist_ok=True)
    for upto in range(step, SPLITS + step, step):
        for name, study, train, splits, methods in studies:
            for part in ("rows", "networks") if slow else ("light",):
                wanted = [m for m in methods if m in {"light": LIGHT, "rows": ALL_ROWS, "networks": NETWORKS}[part]]
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


def recommended(line):
    """The product's rule for labelled sources (src/evaluate/recommendation.rs), whose test states the same numbers."""
    rows, events = line["train"]
    return "ridge_to_source" if min(events, rows - events) >= 5 else "recalibration"


def found(work, studies):
    """name -> resplits with all methods that were run."""
    out = {}
    for name, *_ in studies:
        light, *more = [lines(work / f"{name}.{part}.jsonl") for part in ("light", "rows", "networks")]
        if light:
            of = lambda i: [part[i]["methods"] for part in more if i < len(part)]
            out[name] = [{**a, "methods": {key: value for one in [a["methods"], *of(i)] for key, value in one.items()}} for i, a in enumerate(light)]
    return out


def means(studies, metric):
    """method -> study -> mean over resplits, of the methods that have a number in every resplit of every study; the rule
    is among them."""
    by_method = {}
    for name, splits in studies.items():
        for method in {method for split in splits for method in split["methods"]}:
            values = [split["methods"].get(method, {}).get(metric) for split in splits]
            if None not in values:
                by_method.setdefault(method, {})[name] = statistics.mean(values)
        by_method.setdefault("rule", {})[name] = statistics.mean(split["methods"][recommended(split)][metric] for split in splits)
    return {method: of for method, of in by_method.items() if len(of) == len(studies)}


def judged(studies, metric):
    """Methods by their average over studies, and what the rule loses to the best one, with the standard error over studies."""
    sign = 1 if metric == "auroc" else -1
    by_method = means(studies, metric)
    average = {method: statistics.mean(of.values()) for method, of in by_method.items()}
    best = max((method for method in average if method != "rule"), key=lambda method: sign * average[method])
    losses = [sign * (by_method[best][name] - by_method["rule"][name]) for name in studies]
    se = statistics.stdev(losses) / len(losses) ** 0.5 if len(losses) > 1 else float("nan")
    rows = sorted(average.items(), key=lambda item: -sign * item[1])
    return best, statistics.mean(losses), se, rows, by_method


def title(name):
    hearts = [HOSPITALS[one] for one in name.replace("-", "+").split("+") if one in HOSPITALS]
    return f"{', '.join(hearts[:-1])} → {hearts[-1]}" if hearts else name


def number(x):
    return f"{x:.3f}".replace("-", "−")


def part(studies, metric):
    best, loss, se, rows, by_study = judged(studies, metric)
    lost = f"Best single method by average: `{best}`. The rule loses {loss:.4f} to it (standard error over studies {se:.4f}).".replace("-", "−")
    shown = [method for method, _ in rows]
    head = ["study", "resplits", "rows learned from", "events", *(f"`{method}`" if method != "rule" else "**the rule**" for method in shown)]
    body = [[title(name), len(splits), splits[0]["train"][0], splits[0]["train"][1],
             *(number(by_study[method][name]) for method in shown)] for name, splits in studies.items()]
    body.append(["**average**", "", "", "", *(number(value) for _, value in rows)])
    return lost + "\n\n" + table(head, body)


def page(work, out):
    made_ones, real_ones = found(work / "made", made()), found(work / "real", real("."))
    scarce = lambda name: name.endswith("-switzerland")
    parts = {
        "made": part(made_ones, "auroc"),
        "auroc": part({name: of for name, of in real_ones.items() if not scarce(name)}, "auroc"),
        "brier": part({name: of for name, of in real_ones.items() if scarce(name)}, "brier"),
    }
    text = (pathlib.Path(__file__).parent / "recommendation.in.md").read_text()
    for key, value in parts.items():
        text = text.replace("{{" + key + "}}", value.strip())
    out.write_text(text)


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--program")
    parser.add_argument("--work", required=True, type=pathlib.Path)
    parser.add_argument("--data", default=".", help="the folder of the hearts")
    parser.add_argument("--out", type=pathlib.Path)
    parser.add_argument("--slow", action="store_true", help="the networks and what learns from all source rows in every fit")
    parser.add_argument("what", choices=["made", "real", "table"])
    given = parser.parse_args()
    if given.what == "table":
        page(given.work, given.out)
    else:
        run(given.program, given.work / given.what, list(made() if given.what == "made" else real(given.data)), given.slow)
