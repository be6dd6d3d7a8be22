"""FLamby's Fed-Heart-Disease: the published table beside ours, and what the methods here reach on the same rows.

    AUTOGRAFT_FLAMBY_TABLE=/path/table.md cargo test --test main flamby
    python tests/studies/flamby.py --program target/native/autograft --data FOLDER --table /path/table.md \
        --page docs/studies/flamby.md

The first command reproduces the published protocol (tests/flamby.rs) and writes its table. FOLDER holds
processed.{cleveland,hungarian,switzerland,va}.data; the rows are those of tests/golden/flamby.json.
"""

import argparse
import csv
import json
import pathlib
import tempfile

from common import HOSPITALS, NAMES, contrast_cells, fixed, metric, run, shown, table, write

parser = argparse.ArgumentParser()
parser.add_argument("--program", required=True)
parser.add_argument("--data", required=True)
parser.add_argument("--table", required=True)
parser.add_argument("--page", required=True)
asked = parser.parse_args()

SPLIT = json.loads((pathlib.Path(__file__).parents[1] / "golden" / "flamby.json").read_text())["hospitals"]
COLUMNS = [name for name in NAMES.split(",") if name not in ("slope", "ca", "thal")]
# Categories, as in the benchmark's indicators.
KINDS = ["--kind", "cp=category", "--kind", "restecg=category"]
DESIGN = ["--label", "num", "--above", "0", *KINDS, "--rows", "set", "--folds", "5", "--repeats", "2", "--seeds", "2", "--importance", "0"]
PUBLISHED = {"cleveland": (0.746, 0.783), "hungarian": (0.746, 0.764), "switzerland": (0.725, 0.750), "va": (0.702, 0.644)}
METHODS = {"target_only": "target only", "source_only": "source only", "pooled": "pooled", "hanczar": "fine-tuned"}


def patients(name):
    lines = (pathlib.Path(asked.data) / f"processed.{name}.data").read_text().split("\n")
    for part in ("train", "test"):
        for row in SPLIT[name][part]:
            cells = dict(zip(NAMES.split(","), (cell.strip() for cell in lines[row].split(","))))
            yield {**{column: cells[column] for column in COLUMNS}, "set": part}


def save(folder, name, rows, columns):
    path = folder / name
    with open(path, "w", newline="") as file:
        writer = csv.DictWriter(file, columns, extrasaction="ignore", lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    return path


lines = []
with tempfile.TemporaryDirectory() as folder:
    folder = pathlib.Path(folder)
    for name in HOSPITALS:
        save(folder, f"{name}-target.csv", patients(name), [*COLUMNS, "set"])
        save(folder, f"{name}.csv", (row for row in patients(name) if row["set"] == "train"), COLUMNS)
    for name in HOSPITALS:
        sources = [folder / f"{other}.csv" for other in HOSPITALS if other != name]
        arguments = ["compare", "--source", *sources, "--target", folder / f"{name}-target.csv", *DESIGN]
        report, seconds, wrong = run(asked.program, arguments, folder / f"out-{name}")
        print(name, f"{seconds:.0f} s", wrong, flush=True)
        local, pooled = PUBLISHED[name]
        cells = [HOSPITALS[name], fixed(local), fixed(pooled)]
        if report is None or report["forward"] is None:
            lines.append([*cells, *["–"] * (len(METHODS) + 2), f"refused: {wrong}"])
            continue
        accuracies = [fixed(metric(report, method, "accuracy")) for method in METHODS]
        estimate, interval, _, word = contrast_cells(report["forward"]["contrast"])
        lines.append([*cells, *accuracies, estimate, interval, word])

write(
    asked.page,
    "FLamby's Fed-Heart-Disease, reproduced",
    [
        "The benchmark (du Terrail et al., NeurIPS 2022 Datasets and Benchmarks) on UCI heart disease (CC BY 4.0): 740 complete "
        "patients of four hospitals, 13 inputs, logistic regression, Adam 0.001, batches of 4, 50 epochs, accuracy at 0.5. "
        "The split is the one in the benchmark's own code (`train_test_split`, random_state 43, stratified where a hospital has "
        "more than two patients of each class), computed by `tests/golden/flamby.py` with scikit-learn; only row numbers are kept. "
        "The training is this crate's network, optimiser and loop (`tests/flamby.rs`), with inputs standardised as there. "
        "*Within 2 SD*: the means differ by at most two standard deviations over seeds, of both sides together, or by one patient of the test set.",
        "## The published table",
        pathlib.Path(asked.table).read_text(),
        "## The methods here, on the same rows",
        "Accuracy on the same test rows: the benchmark's local and pooled models, then the program's default procedures. "
        "The source is the training rows of the three other hospitals. Each value is a mean over fits on four fifths of the training rows "
        "(the jackknife that gives the verdict its training variance), so the procedures here see fewer rows than the benchmark's. "
        "The difference and the verdict are in AUROC.",
        table(["hospital", "published local", "published pooled", *METHODS.values(), "difference in AUROC", "95 % interval", "verdict"], lines),
        "The command of a line:",
        "```sh\n" + shown(["compare", "--source", "hungarian.csv", "switzerland.csv", "va.csv", "--target", "cleveland-target.csv", *DESIGN]) + "\n```",
        "Made by `tests/studies/flamby.py`.",
    ],
)
