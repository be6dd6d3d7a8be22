"""ATL on the 30 virtual patients of the example: every adult forecast with what was learned of others.

    python tests/studies/atl.py --program target/native/autograft --page docs/studies/atl.md

The tables are those of `www/examples` (simglucose, MIT; see SOURCES.md).
"""

import argparse
import gzip
import pathlib
import statistics
import tempfile

from common import run, shown, table, write

ROOT = pathlib.Path(__file__).parents[2] / "www/examples"
parser = argparse.ArgumentParser()
parser.add_argument("--program", required=True)
parser.add_argument("--page", required=True)
parser.add_argument("--steps", type=int, default=700)
parser.add_argument("--people", type=int, default=10)
parser.add_argument("--seeds", type=int, default=3)
asked = parser.parse_args()

LEAN = ["--windows", "every=6", "--each-person", "--method", "atl", "--importance", "0", "--thresholds", "0", "--explain", "0", "--seeds", "1", "--repeats", "1", "--no-subgroups", "--threads", "2"]
SMALL = ["--set", "width=narrow", "--set", "learning_rate=0.001", "--set", "fine_tune_rate=0.0001", "--set", f"max_steps={asked.steps}"]
OTHERS = "persistence,target_only_linear,series_svr,series_target_only"
NAMES = {
    "atl": "**ATL**", "series_transfer": "the same without the adversary", "series_target_only": "the network on the person's own days",
    "series_svr": "support vector regression on them", "target_only_linear": "penalised linear model on them", "persistence": "persistence",
    "target_only": "the network or the linear model, whichever inner folds prefer",
}
SCENARIOS = {
    "within": ("Within: the other adults", ["adults"], []),
    "between": ("Between: children", ["children"], []),
    "union": ("Union of two data sets: adolescents and children", ["adolescents", "children"], []),
    "global": ("The union of adolescents and children, as it is: no training on the person", ["adolescents", "children"], ["--set", "person=global"]),
}


PULLS = [
    ("10^−0.75, as published", ["adversarial_weight=0.177827941"]),
    ("ten times that", ["adversarial_weight=1.77827941"]),
    ("10", ["adversarial_weight=10"]),
    ("10^−0.75, no dropout, twice the steps", ["adversarial_weight=0.177827941", "dropout=0", f"max_steps={2 * asked.steps}"]),
]


def number(value):
    return f"{value:.2f}"


def ends(mixing):
    return f"{mixing['perplexity']:.3f} ({1 / mixing['domains']:.3f} to {mixing['shuffled']:.3f})" if mixing else "–"


def judged(report):
    forward, found = report["forward"], report["persons"]
    rows = [[NAMES[method], f"{number(mean)} ({number(sd)})"] for method, (mean, sd) in zip(found["methods"], found["summary"])]
    ratios = []
    for one in found["ratios"]:
        low, high = one["interval"]
        ratios.append([f"ATL / {NAMES[one['against']]}", f"{one['ratio']:.3f}", f"{low:.3f} to {high:.3f}", f"{one['better']} of {one['people']}"])
    mixed = [[NAMES[one["method"]], ends(one["mixing"]), ends(one["strangers"])] for one in forward["maps"]]
    return rows, ratios, mixed


def pull(folder):
    """What stronger adversaries do to the network as it is, over seeds."""
    rows = []
    for at, (words, chosen) in enumerate(PULLS):
        changes, ratios, better = [], [], 0
        for seed in range(1, asked.seeds + 1):
            sources = [str(folder / f"{one}.csv") for one in ["adolescents", "children"]]
            settings = [part for one in ["person=global", *chosen] for part in ("--set", one)]
            report, took, failed = run(asked.program, ["compare", "--source", *sources, "--target", str(folder / "adults.csv"), *LEAN, *SMALL, *settings, "--seed", str(seed), "--others", "persistence"], folder / f"pull{at}-{seed}")
            assert report, failed
            maps = {one["method"]: one["strangers"] for one in report["forward"]["maps"]}
            ours, theirs = maps["atl"], maps["series_transfer"]
            changes.append((theirs["perplexity"], ours["perplexity"], ours["shuffled"]))
            ratios.append({one["against"]: one["ratio"] for one in report["persons"]["ratios"]})
            better += ours["perplexity"] > theirs["perplexity"]
            print("pull", words, seed, f"{took:.0f} s", changes[-1], ratios[-1], flush=True)
        mean = lambda at: f"{statistics.mean(one[at] for one in changes):.3f}"
        ratio = lambda against: f"{statistics.mean(one[against] for one in ratios):.3f}"
        rows.append([words, mean(0), mean(1), mean(2), f"{better} of {len(changes)}", ratio("series_transfer"), ratio("persistence")])
    return rows


parts, gains, lines = [], [], {}
with tempfile.TemporaryDirectory() as name:
    folder = pathlib.Path(name)
    for group in ["adults", "adolescents", "children"]:
        text = gzip.decompress((ROOT / f"virtual-{group}.csv.gz").read_bytes()).decode()
        if group == "adults":
            head, *rows = text.splitlines()
            people = sorted({row.split(",")[0] for row in rows})[: asked.people]
            text = "\n".join([head, *(row for row in rows if row.split(",")[0] in people)]) + "\n"
        (folder / f"{group}.csv").write_text(text)
    for key, (title, sources, settings) in SCENARIOS.items():
        arguments = ["compare", "--source", *(f"{one}.csv" for one in sources), "--target", "adults.csv", *LEAN, *SMALL, *settings, "--others", OTHERS]
        full = [str(folder / one) if str(one).endswith(".csv") else one for one in arguments]
        report, took, failed = run(asked.program, full, folder / key)
        assert report, failed
        rows, ratios, mixed = judged(report)
        print(key, f"{took:.0f} s", rows, ratios, mixed, flush=True)
        lines[key] = shown(arguments)
        against = {one["against"]: one for one in report["persons"]["ratios"]}
        maps = {one["method"]: one for one in report["forward"]["maps"]}
        gains.append((title, against, maps))
        parts += [
            f"## {title}",
            table(["forecast by", "RMSE, mg/dL: mean (standard deviation) over people"], rows),
            table(["RMSE of", "mean ratio", "95 % interval", "better in"], ratios),
            table(["Local Domain Perplexity of", "people it learned from and the one who is shown", "people it has never seen"], mixed),
            f"{took:.0f} s on two threads.",
        ]
    pulled = pull(folder)


def told(against):
    words = []
    for title, ratios, _ in gains:
        low, high = ratios[against]["interval"]
        words.append(f"{ratios[against]['ratio']:.3f} ({low:.3f} to {high:.3f})")
    return ", ".join(words)


def mixing():
    rises = [(title, maps["atl"]["strangers"], maps["series_transfer"]["strangers"]) for title, _, maps in gains]
    rises = [(title, ours["perplexity"], theirs["perplexity"]) for title, ours, theirs in rises if ours and theirs]
    higher = sum(ours > theirs for _, ours, theirs in rises)
    return f"Among people whom the network has never seen, Local Domain Perplexity is higher with the adversary than without in {higher} of {len(rises)} scenarios: " + "; ".join(f"{ours:.3f} against {theirs:.3f} ({title.split(':')[0].lower()})" for title, ours, theirs in rises) + "."


def undropped(row):
    return f"Half of all units are dropped there, and people can hardly be told apart: **without dropout, at the published λ**, it rises from {row[1]} to {row[2]} of {row[3]} on people never seen, in {row[4]} seeds, with {row[6]} of persistence's RMSE and {row[5]} of that without the adversary (last table)."


write(
    asked.page,
    "Glucose of virtual patients: what other people and the adversary add",
    [
        "Research only, not for dosing. 30 virtual patients of simglucose 0.2.11 (10 adults, 10 adolescents, 10 children; 29 days each; nobody behind any row). Every adult is forecast 30 minutes ahead from 3 hours of glucose, carbohydrate and insulin, "
        f"with a source in which that adult is not; the last ten days are judged. Windows every 30 minutes, the narrow network (a quarter of the published encoder, heads of 64), at most {asked.steps} steps: not the published width.",
        "```sh\n" + "\n".join(lines[key] for key in ["union", "global"]) + "\n```",
        f"**Finding**, as the mean ratio of RMSE over {asked.people} people with Student's interval, in the order of the scenarios below. ATL over persistence: {told('persistence')}. ATL over the same network without the adversary: {told('series_transfer')}. "
        f"ATL over the network on the person's own nineteen days: {told('series_target_only')}. {mixing()} {undropped(pulled[-1])}",
        "Local Domain Perplexity: in brackets what it is if every row stands among its own, and what the same neighbourhoods give where the rows' people are shuffled.",
        *parts,
        "## How hard the adversary pulls",
        f"The network as it is (no training on the person), learned from adolescents and children; the features of nine adults whom it has never seen. Means over {asked.seeds} seeds.",
        "Half of the units dropped in each of five places leaves a network of this width hardly anything to tell people by, and the adversary nothing to do. Without dropout it does what it is for.",
        table(["λ", "LDP without the adversary", "LDP of ATL", "people shuffled", "higher with it in", "RMSE: ATL / without", "RMSE: ATL / persistence"], pulled),
    ],
)
