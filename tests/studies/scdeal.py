"""scDEAL before and after its transfer, on made bulk samples and cells whose truth is known.

    python tests/studies/scdeal.py --program target/native/autograft --page docs/studies/scdeal.md

Tables come from `autograft generate TRUTH --cells` (seed i for the tables and the run of draw i).
"""

import argparse
import pathlib
import statistics
import subprocess
import tempfile

from common import fixed, run, shown, signed, table, write

parser = argparse.ArgumentParser()
parser.add_argument("--program", required=True)
parser.add_argument("--page", required=True)
parser.add_argument("--draws", type=int, default=5)
asked = parser.parse_args()

SIZES = ["--source-rows", "400", "--target-rows", "30", "--test-rows", "320"]
LEAN = ["--label", "response", "--event", "yes", "--rows", "set", "--method", "scdeal", "--importance", "0", "--thresholds", "0", "--explain", "0", "--seeds", "1", "--no-subgroups", "--threads", "2"]
FORMS = {"described": [], "own": ["--set", "cells_begin=own"], "released": ["--set", "form=released"]}
NAMES = {"target_only": "30 cells alone, the better of network and linear", "source_only_linear": "bulk samples alone, penalised linear", "scdeal_before": "scDEAL before the transfer",
         "described": "**scDEAL, as described**", "own": "the same, the cells' encoder begins with weights of its own", "released": "the released code's objective"}
found, verdicts = {}, {}
for truth in ["helps", "nothing", "harms"]:
    for draw in range(1, asked.draws + 1):
        with tempfile.TemporaryDirectory() as name:
            folder = pathlib.Path(name)
            subprocess.run([asked.program, "generate", truth, "--cells", *SIZES, "--seed", str(draw), "--out", folder], check=True, capture_output=True)
            for form, settings in FORMS.items():
                others = "source_only_linear" if form == "described" else ""
                report, took, failed = run(asked.program, ["compare", "--source", str(folder / "source.csv"), "--target", str(folder / "target.csv"), *LEAN, "--others", others, *settings, "--seed", str(draw)], folder / form)
                assert report, failed
                kind = report["forward"]["contrast"]["verdict"]["kind"]
                verdicts.setdefault((truth, form), []).append(kind)
                for one in report["forward"]["methods"]:
                    values = {m["metric"]: m["mean"] for m in one["metrics"]}
                    key = form if one["id"] == "scdeal" else one["id"]
                    if key == form or form == "described":
                        found.setdefault((truth, key), []).append((values["auroc"], values["log_loss"]))
                print(truth, draw, form, kind, f"{took:.0f} s", flush=True)


def cells(key):
    area, loss = zip(*found[key])
    return [f"{fixed(statistics.mean(area))} ({fixed(statistics.stdev(area))})", fixed(statistics.mean(loss))]


def said(key):
    kinds = verdicts.get(key, [])
    return ", ".join(f"{kinds.count(kind)} × {kind.replace('_', ' ')}" for kind in ["helps", "harms", "cannot_tell"] if kind in kinds) or "–"


def gain(truth):
    pairs = [a[0] - b[0] for a, b in zip(found[truth, "described"], found[truth, "scdeal_before"])]
    losses = [a[1] - b[1] for a, b in zip(found[truth, "described"], found[truth, "scdeal_before"])]
    return f"{signed(statistics.mean(pairs))} in AUROC ({sum(p > 0 for p in pairs)} of {len(pairs)} draws better), {signed(statistics.mean(losses))} in log-loss"


parts = []
for truth, words in [("helps", "The same response in bulk samples and cells"), ("nothing", "Bulk samples whose response is independent of their genes"), ("harms", "Bulk samples that respond the other way round")]:
    rows = [[NAMES[key], *cells((truth, key)), said((truth, key))] for key in NAMES if (truth, key) in found]
    parts += [f"## {words}", table(["procedure", "AUROC (standard deviation)", "log-loss", "verdict against the 30 cells"], rows)]
write(
    asked.page,
    "Bulk samples and single cells: what the transfer adds",
    [
        f"Made bulk samples and cells (`src/generate/cells.rs`; no sample and no cell behind any row): 400 samples, 30 cells with a known response, 320 to be judged, 120 genes; {asked.draws} draws of everything. "
        "No procedure of scDEAL sees a cell's response; *target only* learns from the 30. Cells are scaled by themselves before and after the transfer alike.",
        "```sh\nautograft generate helps --cells " + " ".join(SIZES) + "\n" + shown(["compare", "--source", "source.csv", "--target", "target.csv", *LEAN]) + "\n```",
        f"**Finding.** What the transfer adds to the model before it: {gain('helps')} where the response is the same; {gain('nothing')} where the samples teach nothing; {gain('harms')} where they teach the opposite. "
        "An encoder of the cells that begins with weights of its own (as published) has nothing that ties its classes to the bulk samples': its spread over draws shows it. The page therefore begins with the bulk's weights, since the genes are shared.",
        *parts,
    ],
)
