"""How often each verdict falls on SUPPORT2, over draws of 100 target rows judged on all others.

    python tests/studies/support2.py --program target/native/autograft --draws 40 --page docs/studies/support2.md

Reads the example tables in www/examples. Nothing is chosen: draw i uses seed i for the rows and for the run. The source
is the same in all draws of a group, and so it is pre-trained once and stands in the others as a kept model.
"""

import argparse
import collections
import concurrent.futures
import csv
import gzip
import json
import pathlib
import random
import statistics
import tempfile

from common import fixed, run, shown, signed, table, write

parser = argparse.ArgumentParser()
parser.add_argument("--program", required=True)
parser.add_argument("--page", required=True)
parser.add_argument("--draws", type=int, default=40)
parser.add_argument("--rows", type=int, default=100)
parser.add_argument("--groups", default="copd,colon")
parser.add_argument("--folds", default="5")
parser.add_argument("--repeats", default="2")
parser.add_argument("--keep", help="a file for every draw's contrast, as JSON lines; draws that are in it are not run again")
parser.add_argument("--jobs", type=int, default=1)
asked = parser.parse_args()

EXAMPLES = pathlib.Path(__file__).parents[2] / "www" / "examples"
NAMES = {"copd": "COPD", "colon": "Colon cancer"}
COMMON = ["--label", "hospdead", "--event", "1", "--rows", "set", "--folds", asked.folds, "--repeats", asked.repeats, "--seeds", "1", "--importance", "0", "--others", "", "--threads", "1"]


def drawn(rows, seed):
    """The rows with `set` drawn anew: 100 to learn from, with the group's share of deaths; the others are judged."""
    generator = random.Random(seed)
    deaths = [place for place, row in enumerate(rows) if row["hospdead"] == "1"]
    others = [place for place, row in enumerate(rows) if row["hospdead"] != "1"]
    share = round(asked.rows * len(deaths) / len(rows))
    train = set(generator.sample(deaths, share) + generator.sample(others, asked.rows - share))
    return [{**row, "set": "train" if place in train else "test"} for place, row in enumerate(rows)]


def one(group, rows, seed, model, folder, note=True):
    target = folder / f"target-{seed}.csv"
    with open(target, "w", newline="") as file:
        writer = csv.DictWriter(file, rows[0].keys(), lineterminator="\n")
        writer.writeheader()
        writer.writerows(drawn(rows, seed))
    source = ["--source-model", model] if model else ["--source", EXAMPLES / f"support2-{group}-source.csv.gz"]
    report, seconds, wrong = run(asked.program, ["compare", *source, "--target", target, *COMMON, "--seed", str(seed)], folder / f"out-{seed}")
    print(group, seed, f"{seconds:.0f} s", wrong or report["forward"]["contrast"]["verdict"], flush=True)
    if asked.keep and note and report:
        with open(asked.keep, "a") as file:
            file.write(json.dumps({"group": group, "seed": seed, "contrast": report["forward"]["contrast"]}) + "\n")
    return report, wrong


head = ["target", "draws", "helps", "harms", "cannot tell", "mean difference in AUROC", "its range", "SD over draws", "mean standard error", "events among the judged"]
lines, remarks = [], []
for group in asked.groups.split(","):
    with gzip.open(EXAMPLES / f"support2-{group}-target.csv.gz", "rt", newline="") as file:
        rows = list(csv.DictReader(file))
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        known = {}
        if asked.keep and pathlib.Path(asked.keep).exists():
            for line in pathlib.Path(asked.keep).read_text().splitlines():
                record = json.loads(line)
                if record["group"] == group:
                    known[record["seed"]] = record["contrast"]
        wanted = [seed for seed in range(1, asked.draws + 1) if seed not in known]
        if wanted:
            # The first draw also gives the model that stands for the source in the others.
            first, wrong = one(group, rows, 1, None, folder, 1 not in known)
            results = [(1, first, wrong)]
            model = folder / "out-1" / "pretrained.safetensors"
            with concurrent.futures.ThreadPoolExecutor(asked.jobs) as pool:
                rest = [seed for seed in wanted if seed != 1]
                done = pool.map(lambda seed: one(group, rows, seed, model, folder), rest)
                results += [(seed, *result) for seed, result in zip(rest, done)]
            for seed, report, wrong in results:
                if report:
                    known[seed] = report["forward"]["contrast"]
                else:
                    remarks.append(f"{NAMES.get(group, group)}, draw {seed}: {wrong}")
    contrasts = [known[seed] for seed in sorted(known) if seed <= asked.draws]
    count = collections.Counter(contrast["verdict"]["kind"] for contrast in contrasts)
    estimates = sorted(contrast["estimate"] for contrast in contrasts)
    events = sum(row["hospdead"] == "1" and row["set"] == "test" for row in drawn(rows, 1))
    lines.append([NAMES.get(group, group), len(contrasts), count["helps"], count["harms"], count["cannot_tell"], signed(statistics.mean(estimates)), f"{signed(estimates[0])} to {signed(estimates[-1])}", fixed(statistics.stdev(estimates)), fixed(statistics.mean(contrast["se"] for contrast in contrasts)), events])

write(
    asked.page,
    "SUPPORT2: how often each verdict falls",
    [
        "SUPPORT2 (seriously ill adults; see SOURCES.md), death in hospital, one diagnosis as target and all others as source. "
        f"In each of {asked.draws} draws, {asked.rows} target rows are there to learn from, with the group's share of deaths, "
        "and all other rows of the group are judged. Draw i uses seed i for the rows and for the run: no seed is chosen.",
        table(head, lines),
        *(["Refused draws: " + "; ".join(remarks)] if remarks else []),
        "The command of a draw:",
        "```sh\n" + shown(["compare", "--source", "support2-copd-source.csv.gz", "--target", "target-1.csv", *COMMON, "--seed", "1"]) + "\n```",
        "*SD over draws* is how much the estimate really varies from draw to draw (the judged rows are nearly the same in all draws, "
        "so it is the part that comes from the training rows); the *mean standard error*, which makes the interval, holds that part "
        "and the judged rows'. Where the second is much the larger, the verdict is more cautious than it need be.",
        f"Made by `tests/studies/support2.py --draws {asked.draws} --groups {asked.groups} --folds {asked.folds} --repeats {asked.repeats}`. "
        "The verdict's variance is that of a given test set: random halves of the training rows, and DeLong on the judged ones.",
    ],
)
