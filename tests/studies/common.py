"""What the studies share: running the command, reading its report, writing a page of numbers."""

import datetime
import json
import pathlib
import shlex
import subprocess
import time

NAMES = "age,sex,cp,trestbps,chol,fbs,restecg,thalach,exang,oldpeak,slope,ca,thal,num"
HOSPITALS = {"cleveland": "Cleveland", "hungarian": "Hungary", "switzerland": "Switzerland", "va": "Long Beach VA"}


def run(program, arguments, out):
    """The report of a run and its seconds; the last line of what went wrong where there is none."""
    began = time.monotonic()
    done = subprocess.run([program, *map(str, arguments), "--out", str(out)], capture_output=True, text=True)
    seconds = time.monotonic() - began
    if done.returncode:
        errors = [line.removeprefix("Error: ") for line in done.stderr.splitlines() if line.startswith("Error: ")]
        return None, seconds, errors[0] if errors else f"exit code {done.returncode}"
    return json.loads((pathlib.Path(out) / "report.json").read_text()), seconds, ""


def signed(x):
    return "–" if x is None else f"{x:+.3f}".replace("-", "−")


def fixed(x):
    return "–" if x is None else f"{x:.3f}".replace("-", "−")


def verdict(contrast):
    found = contrast["verdict"]
    word = {"helps": "**helps**", "harms": "**harms**", "cannot_tell": "cannot tell"}[found["kind"]]
    reason = found.get("reason", {})
    if reason.get("kind") in ("too_few_events", "too_few_rows"):
        word += f" ({reason['found']} of the {reason['needed']} needed rows of a class)"
    return word


def contrast_cells(contrast):
    interval = f"{signed(contrast['low'])} to {signed(contrast['high'])}" if contrast["low"] is not None else "–"
    return [signed(contrast["estimate"]), interval, signed(contrast["smallest_detectable"]).lstrip("+"), verdict(contrast)]


def metric(report, method, name):
    for one in report["forward"]["methods"]:
        if one["id"] == method:
            for value in one["metrics"]:
                if value["metric"] == name:
                    return value["mean"]
    return None


def shown(arguments):
    return "autograft " + " ".join(shlex.quote(str(argument)) for argument in arguments)


def table(head, rows):
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(map(str, line)) + " |" for line in lines) + "\n"


def write(path, title, paragraphs):
    date = datetime.date.today().isoformat()
    text = f"# {title}\n\n" + "\n\n".join(part.strip() for part in paragraphs) + f"\n\nRun on {date}.\n"
    pathlib.Path(path).parent.mkdir(parents=True, exist_ok=True)
    pathlib.Path(path).write_text(text)
