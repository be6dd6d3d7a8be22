"""Infected Patients (Bashiri et al. 2022) on the eICU demo: does labelling other patients by the model itself help?

    python tests/studies/infected.py --program target/native/autograft --data eicu_first_day.csv --page docs/studies/infected.md

Ten times: a quarter of the persons is gold (reviewed), 70 % of them to learn from and 30 % to be judged on; all others are
silver. The label is `infection_admission_dx`; `antibacterial_first_day` is the noisy reading of the same question. Which
columns have -1 for missing is not told here: it is what the program's own `describe` suspects.
"""

import argparse
import csv
import json
import pathlib
import random
import statistics
import subprocess
import tempfile

from common import fixed, run, shown, signed, table, write

parser = argparse.ArgumentParser()
parser.add_argument("--program", required=True)
parser.add_argument("--data", required=True)
parser.add_argument("--page", required=True)
parser.add_argument("--repeats", type=int, default=10)
parser.add_argument("--hidden", type=int, default=10, help="draws in which the labels that were given are also held to the hidden ones")
parser.add_argument("--published", type=int, default=10, help="draws in which the published grid of 96 settings is tried")
parser.add_argument("--every", type=int, default=3, help="draws in which the settings are tried anew in every round, as the released code does")
parser.add_argument("--keep", required=True, help="a file for the runs' numbers: what is in it is not run again")
asked = parser.parse_args()

LABEL, NOISY, PERSON = "infection_admission_dx", "antibacterial_first_day", "uniquepid"
LEFT_OUT = ["hospitalid", "region", "teachingstatus", "numbedscategory"]
DESIGN = ["--repeats", "1", "--seeds", "1", "--importance", "0", "--thresholds", "0", "--explain", "0", "--no-subgroups"]

with open(asked.data) as file:
    rows = list(csv.DictReader(file))
described = json.loads(subprocess.run([asked.program, "describe", "--json", asked.data], capture_output=True, text=True, check=True).stdout)
codes = {c["name"]: s["facts"] for c in described["columns"] for s in c["suspects"] if s["code"] == "missing_code"}
MISSING = [part for name, facts in codes.items() for part in ("--missing", f"{name}={dict(facts)['value']}")]
wrong = {name for name in rows[0] if name not in (LABEL, NOISY) and any(float(r[name]) == -1 for r in rows if r[name].lstrip("-").replace(".", "", 1).isdigit())}
assert wrong == set(codes), wrong ^ set(codes)


def tables(repeat, folder):
    draw = random.Random(repeat)
    persons = sorted({row[PERSON] for row in rows})
    draw.shuffle(persons)
    gold = persons[: len(persons) // 4]
    test = set(gold[: round(0.3 * len(gold))])
    gold = set(gold)
    columns = [name for name in rows[0] if name not in LEFT_OUT]

    def save(name, label, which, sets=False, noisy=False):
        used = [c for c in columns if c not in (LABEL, NOISY)] + [label] + (["set"] if sets else [])
        with open(folder / name, "w", newline="") as out:
            writer = csv.DictWriter(out, used, extrasaction="ignore")
            writer.writeheader()
            for row in rows:
                if (row[PERSON] in gold) == which:
                    writer.writerow(row | ({LABEL: row["read"]} if noisy else {}) | ({"set": "test" if row[PERSON] in test else "train"} if sets else {}))

    save("gold.csv", LABEL, True, sets=True)
    save("silver.csv", LABEL, False)
    # The noisy reading under the label's name, so that one plan serves both.
    for row in rows:
        row["read"] = row[NOISY]
    save("noisy.csv", LABEL, False, noisy=True)


def arguments():
    columns = ["--identifier", "patientunitstayid", "--group", PERSON, "--rows", "set"]
    return ["compare", "--source", "silver.csv", "--target", "gold.csv", "--label", LABEL, *columns, *MISSING, "--method", "self_training", *DESIGN]


def chosen(*methods):
    return [{"method": method, "config": None} for method in methods]


def surer(threshold):
    return {"method": "self_training", "config": {"threshold": threshold}}


# The source's label is the noisy reading; then the hidden one, for comparison alone: the same trees learn from it.
RUNS = {
    "noisy": ("noisy.csv", None, chosen("cluster_then_label", "source_only_trees"), asked.repeats),
    "hidden": ("silver.csv", None, [], asked.hidden),
    "0.95": ("noisy.csv", surer(0.95), [], asked.repeats),
    "0.99": ("noisy.csv", surer(0.99), [], asked.repeats),
    "network": ("noisy.csv", chosen("hanczar")[0], [], asked.repeats),
    "two_phase": ("noisy.csv", chosen("two_phase")[0], [], asked.repeats),
    "published": ("noisy.csv", {"method": "self_training", "config": {"grid": "published"}}, [], asked.published),
    "every": ("noisy.csv", {"method": "self_training", "config": {"every_round": True}}, [], asked.every),
}
MEASURES = ["auroc", "brier", "calibration_in_the_large", "calibration_slope", "u_p"]
kept = pathlib.Path(asked.keep)
state = json.loads(kept.read_text()) if kept.exists() else {"plan": None, "done": [], "found": {}, "logs": {}, "seconds": {}, "size": []}
for key, (source, transfer, others, draws) in RUNS.items():
    for repeat in range(draws):
        if [key, repeat] in state["done"]:
            continue
        with tempfile.TemporaryDirectory() as name:
            folder = pathlib.Path(name)
            tables(repeat, folder)
            if state["plan"] is None:
                report, took, failed = run(asked.program, [str(folder / a) if a.endswith(".csv") else a for a in arguments()], folder / "plan")
                assert report, failed
                state["plan"] = report["plan"]
            plan = state["plan"] | {"baseline": chosen("target_only_trees")[0], "others": others} | ({"transfer": transfer} if transfer else {})
            (folder / "plan.json").write_text(json.dumps(plan))
            given = ["run", folder / "plan.json", "--source", folder / source, "--target", folder / "gold.csv"]
            report, took, failed = run(asked.program, given, folder / "out")
            assert report, failed
            state["seconds"].setdefault(key, []).append(took)
            tested = {m["id"]: m.get("calibration") or {} for m in (report["forward"]["evaluation"] or {"methods": []})["methods"]}
            for one in report["forward"]["methods"]:
                values = {m["metric"]: m["mean"] for m in one["metrics"]}
                values |= {"u_p": tested.get(one["id"], {}).get("u_p")}
                state["found"].setdefault(f"{key}/{one['id']}", []).append([values.get(m) for m in MEASURES])
            for fit in report["forward"]["rounds"]:
                state["logs"].setdefault(f"{key}/{fit['method']}", []).append(fit["labelling"])
            state["size"] = [report["data"]["target"]["labelled"], report["data"]["test"]["labelled"]]
            print(repeat, key, f"{took:.0f} s", {i: [fixed(v) for v in values[-1]] for i, values in state["found"].items() if i.startswith(key)}, flush=True)
        state["done"].append([key, repeat])
        kept.write_text(json.dumps(state))
found, logs = ({tuple(k.split("/")): v for k, v in state[part].items()} for part in ("found", "logs"))
seconds = state["seconds"]

GOLD = ("noisy", "target_only_trees")
LINES = [
    (GOLD, "gold only (boosted trees)"),
    (("noisy", "self_training"), "**self-training, threshold 0.90**"),
    (("0.95", "self_training"), "self-training, threshold 0.95"),
    (("0.99", "self_training"), "self-training, threshold 0.99, as the released code"),
    (("published", "self_training"), "self-training, the published grid of 96 settings"),
    (("every", "self_training"), "self-training, settings tried anew in every round"),
    (("noisy", "cluster_then_label"), "cluster, then label"),
    (("two_phase", "two_phase"), "network, pre-trained on antibacterials, fine-tuned on gold in two phases"),
    (("network", "hanczar"), "the same network, fine-tuned on gold with frozen layers"),
    (("noisy", "source_only_trees"), "silver labels only (antibacterials)"),
    (("hidden", "self_training"), "self-training with the hidden label beside it: the same models"),
]


def mean_sd(values):
    values = [v for v in values if v is not None]
    return f"{fixed(statistics.mean(values))} ({fixed(statistics.stdev(values))})" if len(values) > 1 else fixed(values[0])


def paired(key):
    """Nadeau and Bengio's corrected interval of the mean paired difference: the draws share persons."""
    gains = [a[0] - b[0] for a, b in zip(found[key], found[GOLD])]
    mean, n = statistics.mean(gains), len(gains)
    if n < 3 or key == GOLD:
        return None
    half = {3: 4.303, 5: 2.776, 10: 2.262}.get(n, 2.262) * (statistics.variance(gains) * (1 / n + 0.3 / 0.7)) ** 0.5
    return mean, mean - half, mean + half, f"{sum(g > 0 for g in gains)} of {n}"


def gap(key):
    if (one := paired(key)) is None:
        return ["–", "–"]
    return [f"{signed(one[0])} ({signed(one[1])} to {signed(one[2])})", one[3]]


def calibrated(key):
    """In how many draws the test of U (two degrees of freedom) does not refuse the risks at 0.05."""
    p = [v[4] for v in found[key] if v[4] is not None]
    return f"{sum(one > 0.05 for one in p)} of {len(p)}" if p else "–"


# The hidden label's runs fit the same models: what they say must be what was said before.
for a, b in zip(found.get(("hidden", "self_training"), []), found[("noisy", "self_training")]):
    assert a[:4] == b[:4], "the source's labels reached the model"

lines = [[words, *(mean_sd([v[i] for v in found[key]]) for i in range(4)), calibrated(key), *gap(key)] for key, words in LINES if key in found and key[0] != "hidden"]


def log_line(key, words):
    fits = logs[key]
    count = lambda pick: [sum(pick(r) for r in fit["rounds"]) for fit in fits]
    added, events = count(lambda r: sum(r["added"])), count(lambda r: (r["added"] or [0, 0])[1])
    agreed, compared = sum(count(lambda r: r["agreed"])), sum(count(lambda r: r["compared"]))
    ends = sorted({fit["ended"] for fit in fits})
    gold = [fit["rounds"][0]["train"] for fit in fits]
    last = [fit["rounds"][-1]["train"] for fit in fits]
    share = lambda counts: f"{100 * sum(c[1] for c in counts) / sum(map(sum, counts)):.1f} %"
    return [words, len(fits), f"{statistics.mean(len(fit['rounds']) - 1 for fit in fits):.1f}", f"{statistics.mean(fit['best'] for fit in fits):.1f}", f"{statistics.mean(added):.0f}",
            f"{100 * sum(events) / max(1, sum(added)):.1f} %", f"{share(gold)} → {share(last)}",
            f"{100 * agreed / compared:.1f} %" if compared else "–", ", ".join(f"{sum(f['ended'] == e for f in fits)} × {e.replace('_', ' ')}" for e in ends)]


rounds = [log_line(key, words) for key, words in [
    (("noisy", "self_training"), "self-training, held to antibacterials"), (("hidden", "self_training"), "self-training, held to the hidden label"),
    (("0.95", "self_training"), "threshold 0.95, held to antibacterials"), (("0.99", "self_training"), "threshold 0.99, held to antibacterials"),
    (("published", "self_training"), "published grid, held to antibacterials"), (("every", "self_training"), "settings in every round, held to antibacterials"),
    (("noisy", "cluster_then_label"), "clusters, held to antibacterials")] if key in logs]
best, gold_only = found[("noisy", "self_training")], found[GOLD]
brier = statistics.mean(a[1] - b[1] for a, b in zip(best, gold_only))
mean, low, high, better = paired(("noisy", "self_training"))
fits = logs[("noisy", "self_training")]
labelled = sum(sum(r["added"]) for fit in fits for r in fit["rounds"])
events = sum((r["added"] or [0, 0])[1] for fit in fits for r in fit["rounds"])
silver_draws = logs.get(("hidden", "self_training"), [])
finding = (f"Self-training against boosted trees on gold alone: {signed(mean)} in AUROC ({signed(low)} to {signed(high)}; better in {better} draws), {signed(brier)} in Brier score. "
           + ("The interval holds 0: no gain is shown, as the paper found none in discrimination on its own charts."
              if low <= 0 <= high else "The interval leaves 0 out: here it " + ("helps." if low > 0 else "harms.")))
finding += f" Its risks pass the test of U in {calibrated(('noisy', 'self_training'))} draws, those of gold alone in {calibrated(GOLD)}; in the paper self-training was the second best calibrated. Antibacterials as labels of all silver patients: {gap(('noisy', 'source_only_trees'))[0]} in AUROC."
if silver_draws:
    finding += f" In {len(silver_draws)} draws it was also run with the true label in the silver table: the same predictions, since that label is compared with alone."
drift = (f"Of {labelled} labels that the models gave, {events} say *infected* ({100 * events / max(1, labelled):.1f} %), where about a fifth of the patients are: "
         "the models are surest of patients without an infection, and each round makes them surer of it. The agreement with a known label is to be read beside the share of patients without an infection, which a model that always says *no* would reach.")
write(
    asked.page,
    "Infected patients: does a model teach itself?",
    [
        f"The eICU demo's first day in intensive care ({len(rows)} stays of {len({r[PERSON] for r in rows})} persons, {sum(r[LABEL] == '1' for r in rows)} with an infection among the "
        "admission diagnoses; ODbL 1.0, not in this repository), by the protocol of Bashiri et al., JAMIA 2022;29:1696–1704 (doi 10.1093/jamia/ocac109): a random quarter of the "
        "persons is *gold*, 70 % of them to learn from and 30 % to be judged on once; all others are *silver*. "
        f"{len(best)} draws; a person never stands on two sides. In the last draw {state['size'][0]} gold stays were learned from and {state['size'][1]} judged.",
        "An admission diagnosis is no chart review, and an antibacterial on the first day is a noisier reading of the same question. "
        f"The reader suspects −1 to mean missing in {len(codes)} columns by itself, exactly those in which it stands; the commands do as it asks. "
        "Hospital, region and bed counts are left out.",
        "The plan is that of this command, with boosted trees on gold alone as the baseline (the silver table's label is compared with and never learned from by self-training and clusters):",
        "```sh\n" + shown(arguments()) + "\n```",
        "## Judged on the gold stays that were set aside",
        "Means over the draws (standard deviation). The difference is to the first line, paired, with Nadeau and Bengio's corrected 95 % interval. *U p* is the test of intercept 0 and slope 1.",
        table(["procedure", "AUROC", "Brier", "calibration in the large", "slope", "U p > 0.05", "difference in AUROC", "better in"], lines),
        f"**Finding.** {finding}",
        "## The rounds",
        table(["method", "fits", "rounds", "round kept", "labelled a fit", "of them with the event", "event among those learned from, first → last round", "agree", "ended"], rounds),
        drift,
        "## The comparators, and which method serves",
        "| in the paper | here |\n| --- | --- |\n| gold labels only | `target_only_trees`; or `self_training` with `threshold = 1`, the same grid without a labelled patient |\n"
        "| silver labels only | `source_only_trees`, the silver table with its noisy label as the source |\n| cluster, then label | `cluster_then_label` |\n"
        "| network pre-trained on silver labels and fine-tuned on gold in two phases | `two_phase`, the silver table with its noisy label as the source: a dense network on the first day's values, where the paper's read hourly series; `hanczar` beside it |",
        "Seconds a run: " + ", ".join(f"{key} {statistics.mean(took):.0f}" for key, took in seconds.items()) + ", two threads of a busy machine.",
    ],
)
