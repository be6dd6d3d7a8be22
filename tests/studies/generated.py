"""How often each verdict falls on made cohorts whose truth is known.

    python tests/studies/generated.py --program target/native/autograft --draws 40 --page docs/studies/generated.md

Nothing is chosen: draw i uses seed i for the tables and for the run.
"""

import argparse
import collections
import concurrent.futures
import pathlib
import statistics
import subprocess
import tempfile

from common import fixed, metric, run, shown, signed, table, write

parser = argparse.ArgumentParser()
parser.add_argument("--program", required=True)
parser.add_argument("--page", required=True)
parser.add_argument("--draws", type=int, default=40)
parser.add_argument("--repeats", default="6")
parser.add_argument("--jobs", type=int, default=1)
asked = parser.parse_args()

TRUTHS = {"helps": "the same relation", "nothing": "label independent of every feature", "harms": "misleading relation"}
COMMON = ["--label", "outcome", "--event", "yes", "--rows", "set", "--repeats", asked.repeats, "--seeds", "1", "--importance", "0", "--others", "source_only", "--threads", "1"]
METHODS = ("hanczar", "target_only", "source_only")


def one(truth, seed):
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        subprocess.run([asked.program, "generate", truth, "--out", folder, "--seed", str(seed)], check=True, capture_output=True)
        tables = ["--source", folder / "source.csv", "--target", folder / "target.csv"]
        report, seconds, wrong = run(asked.program, ["compare", *tables, *COMMON, "--seed", str(seed)], folder / "out")
        print(truth, seed, f"{seconds:.0f} s", wrong or report["forward"]["contrast"]["verdict"]["kind"], flush=True)
        return (report["forward"]["contrast"], {m: metric(report, m, "auroc") for m in METHODS}) if report else wrong


head = ["source", "draws", "helps", "harms", "cannot tell", "mean difference in AUROC", "its range", "SD over draws", "mean standard error", "AUROC fine-tuned", "target-only", "source-only"]
lines, remarks = [], []
with concurrent.futures.ThreadPoolExecutor(asked.jobs) as pool:
    for truth, about in TRUTHS.items():
        results = list(pool.map(lambda seed: one(truth, seed), range(1, asked.draws + 1)))
        remarks += [f"{truth}, draw {i + 1}: {wrong}" for i, wrong in enumerate(results) if isinstance(wrong, str)]
        known = [result for result in results if not isinstance(result, str)]
        count = collections.Counter(contrast["verdict"]["kind"] for contrast, _ in known)
        estimates = sorted(contrast["estimate"] for contrast, _ in known)
        errors = [contrast["se"] for contrast, _ in known if contrast["se"] is not None]
        lines.append([f"*{truth}*: {about}", len(known), count["helps"], count["harms"], count["cannot_tell"], signed(statistics.mean(estimates)), f"{signed(estimates[0])} to {signed(estimates[-1])}", fixed(statistics.stdev(estimates)), fixed(statistics.mean(errors)), *(fixed(statistics.mean(scores[m] for _, scores in known)) for m in METHODS)])

write(
    asked.page,
    "Made cohorts: how often each verdict falls",
    [
        "`autograft generate` makes cohorts whose truth is known (`src/generate.rs` states the equations): 1,500 source rows, "
        f"120 target rows to learn from and 500 that are judged. In each of {asked.draws} draws seed i makes the tables and the run: no seed is chosen.",
        table(head, lines),
        *(["Refused draws: " + "; ".join(remarks)] if remarks else []),
        "The commands of a draw:",
        "```sh\nautograft generate helps --out . --seed 1\n" + shown(["compare", "--source", "source.csv", "--target", "target.csv", *COMMON, "--seed", "1"]) + "\n```",
        "With a source that says nothing, *helps* is an error; *harms* is not: to start from a network that learned noise, "
        "and to take only the steps that are worth half a standard error, truly costs. With one that helps or harms, *cannot "
        "tell* is the price of 120 rows; the opposite verdict would be an error.",
        f"Made by `tests/studies/generated.py --draws {asked.draws} --repeats {asked.repeats}`.",
    ],
)
