"""(j) One epoch of ATL (lite and full), every adult in turn, one AITL run and one scDEAL run: in the page and natively.

    python tests/bench/adversarial.py PROGRAM [--smoke] [--only NAME]      (dist/ must be built)

ATL learns from the ten virtual adolescents of the example and forecasts one adult, windows every five minutes; an epoch is
as many steps as their training windows fill batches. Beside it, as always, the same network without the adversary trains
as many steps. ATL runs with two workers alone. Every adult in turn: the lite width, three epochs of the nine others'
windows every half hour, a network of its own for each of them. AITL and scDEAL run on made tables with their defaults. Every run also compares the cohorts and writes the
report; the page's time leaves the reading of the tables out.
"""

import gzip
import json
import os
import pathlib
import subprocess
import sys
import tempfile

from sides import measured, page

EXAMPLES = pathlib.Path(__file__).parents[2] / "www/examples"
LEAN = ["--importance", "0", "--explain", "0", "--thresholds", "0", "--no-subgroups", "--seeds", "1", "--others", ""]


def compared(program, folder, arguments, threads, name):
    out = folder / name
    seconds, mb, _ = measured([program, "compare", "--source", folder / "source.csv", "--target", folder / "target.csv", *LEAN, *arguments, "--threads", threads, "--out", out])
    return seconds, mb, out / "report.json"


def virtual(folder, source="adolescents"):
    for name, group in [("source", source), ("target", "adults")]:
        (folder / f"{name}.csv").write_bytes(gzip.decompress((EXAMPLES / f"virtual-{group}.csv.gz").read_bytes()))


def made(program, folder, *arguments):
    subprocess.run([program, "generate", "helps", *arguments, "--seed", "1", "--out", folder], check=True, capture_output=True)


def main():
    program, smoke = sys.argv[1], "--smoke" in sys.argv
    only = sys.argv[sys.argv.index("--only") + 1] if "--only" in sys.argv else ""
    print(f"load before: {os.getloadavg()[0]:.1f}")
    # 10 people × 19 days × 288 windows, the last of each person's days held back, in batches of 100.
    steps = 5 if smoke else 450
    short = lambda steps: ["--method", "atl", "--repeats", "1", "--set", "person=global", "--set", f"max_steps={steps}", "--set", f"check_steps={steps}"]
    atl = ["--windows", "--person", "adult#001", *short(steps)]
    both = (1, 2)
    runs = [
        ("ATL, lite, one epoch", virtual, (2,), [*atl, "--set", "width=lite"]),
        ("ATL, full, one epoch", virtual, (2,), [*atl, "--set", "width=full"]),
        ("AITL", lambda folder: made(program, folder, "--drug"), both, ["--label", "response", "--event", "yes", "--method", "aitl", "--outcome", "log_ic50", "--set", "low_outcome=event", "--folds", "3", "--repeats", "1"]),
        ("scDEAL", lambda folder: made(program, folder, "--cells"), both, ["--label", "response", "--event", "yes", "--method", "scdeal", "--rows", "set", "--repeats", "1"]),
        ("ATL, lite, every adult in turn", lambda folder: virtual(folder, "adults"), (2,), ["--windows", "every=6", "--each-person", *short(250), "--set", "width=lite"]),
    ]
    print("| run | side | s | MB |\n| --- | --- | --- | --- |")
    for name, tables, sizes, arguments in [one for one in runs if only in one[0]]:
        with tempfile.TemporaryDirectory() as place:
            folder = pathlib.Path(place)
            tables(folder)
            natively = {threads: compared(program, folder, arguments, threads, f"out{threads}") for threads in sizes}
            told = [json.loads(report.read_text())["forward"]["methods"] for *_, report in natively.values()]
            assert all(one == told[0] for one in told), "two threads gave another report than one"
            for workers, (seconds, mb, _) in page(folder, natively[sizes[0]][2], None if sizes == both else sizes[0]).items():
                print(f"| {name} | page, {workers} worker{'s' * (workers > 1)} | {seconds:.1f} | {mb:.0f} |", flush=True)
            for threads, (seconds, mb, _) in natively.items():
                print(f"| {name} | native, {threads} thread{'s' * (threads > 1)} | {seconds:.1f} | {mb:.0f} |", flush=True)
        if smoke:
            break
    print(f"load at the end: {os.getloadavg()[0]:.1f}")


main()
