"""The four hospitals of UCI data set 45: every ordered pair, and three to one.

    python tests/studies/heart.py --program target/native/autograft --data FOLDER --page docs/studies/heart.md

FOLDER holds processed.{cleveland,hungarian,switzerland,va}.data.
"""

import argparse
import itertools
import pathlib
import tempfile

from common import HOSPITALS, NAMES, contrast_cells, fixed, metric, run, shown, table, write

parser = argparse.ArgumentParser()
parser.add_argument("--program", required=True)
parser.add_argument("--data", required=True)
parser.add_argument("--page", required=True)
parser.add_argument("--repeats", default="2")
parser.add_argument("--seeds", default="1")
asked = parser.parse_args()

DESIGN = ["--folds", "5", "--repeats", asked.repeats, "--seeds", asked.seeds, "--importance", "0"]
READING = ["--names", NAMES, "--label", "num", "--above", "0", "--missing", "chol=0", "--missing", "trestbps=0"]


def arguments(sources, target, folder):
    files = {name: str(folder / f"processed.{name}.data") for name in HOSPITALS}
    return ["compare", "--source", *(files[name] for name in sources), "--target", files[target], *READING, *DESIGN]


def line(sources, target):
    with tempfile.TemporaryDirectory() as out:
        report, seconds, wrong = run(asked.program, arguments(sources, target, pathlib.Path(asked.data)), out)
    name = ", ".join(HOSPITALS[source] for source in sources)
    print(name, "->", target, f"{seconds:.0f} s", wrong, flush=True)
    if report is None or report["forward"] is None:
        return [name, HOSPITALS[target], *["–"] * 7, f"refused: {wrong}"]
    forward = report["forward"]
    counts = report["data"]["target"]["classes"]
    cells = [f"{counts[1]} of {sum(counts)}", fixed(metric(report, "target_only", "auroc")), fixed(metric(report, "source_only", "auroc")), fixed(metric(report, "hanczar", "auroc"))]
    return [name, HOSPITALS[target], *cells, *contrast_cells(forward["contrast"])]


head = ["source", "target", "events", "target only", "source only", "fine-tuned", "difference in AUROC", "95 % interval", "detectable at 80 %", "verdict"]
pairs = [line([source], target) for source, target in itertools.permutations(HOSPITALS, 2)]
threes = [line([name for name in HOSPITALS if name != target], target) for target in HOSPITALS]
write(
    asked.page,
    "Four hospitals: does one help another?",
    [
        "UCI heart disease (data set 45, CC BY 4.0): 303, 294, 123 and 200 patients, 13 features; the event is `num > 0`. "
        "Cholesterol and resting blood pressure 0 are read as missing. The verdict is fine-tuning with frozen layers, "
        "its number of frozen layers chosen inside each training set, against the better of two learners on the target alone, "
        "in AUROC within folds; the rules are those of the program. What the shift page finds for the same pairs, with linear "
        "methods: [heart-shift.md](heart-shift.md).",
        "The command, for the first line:",
        "```sh\n" + shown(arguments(["cleveland"], "hungarian", pathlib.Path())) + "\n```",
        "## Every ordered pair",
        table(head, pairs),
        "## Three to one",
        table(head, threes),
        f"Made by `tests/studies/heart.py` ({asked.repeats} repeats of 5 folds, {asked.seeds} seed of pre-training).",
    ],
)
