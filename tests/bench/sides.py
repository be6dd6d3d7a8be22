"""What the benches of whole runs share: a process with its seconds and peak memory, and a plan in the page."""

import json
import os
import pathlib
import subprocess
import sys
import time

ONE = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "XLA_FLAGS": "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1", "JAX_PLATFORMS": "cpu"}
TIMED = "import resource,subprocess,sys; c=subprocess.call(sys.argv[1:]); print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss/1024); sys.exit(c)"


def measured(command):
    """Seconds and peak MB of a process on one thread (unless it is told otherwise); the last line of what it said."""
    begin = time.perf_counter()
    done = subprocess.run([sys.executable, "-c", TIMED, *map(str, command)], capture_output=True, text=True, env={**os.environ, **ONE})
    if done.returncode:
        sys.exit(done.stderr[-2000:])
    *said, mb = done.stdout.splitlines()
    return time.perf_counter() - begin, float(mb), said[-1] if said else ""


def page(folder, report, workers=None):
    """Seconds, MB of the engines and the report of a report's plan in the built page, by the number of workers: one and two, or so many alone."""
    plan = pathlib.Path(__file__).with_name("plan.mjs")
    found = json.loads(measured(["node", plan, folder / "source.csv", folder / "target.csv", report, *(["--workers", workers] if workers else [])])[2])
    return {one["workers"]: (one["seconds"], one["mb"], found["report"]) for one in found["found"]}
