"""(h) The drug–target grid: in the page with one worker and two, natively on one thread and two, and the same in JAX and scikit-learn on one.

    python tests/bench/dti.py PROGRAM [--smoke]      (jax, scikit-learn, numpy; dist/ must be built)

Both read the same made tables, pre-train one network on the source, and fit five modes on balanced subsamples of the
target. Times are of whole processes with the reading of the tables; memory is the peak of the process. The subsamples
and dropout masks are others, so the scores agree on average only: that they do is checked before anything is printed.
"""

import csv
import json
import os
import pathlib
import subprocess
import sys
import tempfile

from sides import measured, page

MODES = ["scratch", "random_forest", "svm", "fine_tune", "frozen_1"]
WIDTHS, RATE, L2, BATCH, EPOCHS, DROPOUT = (256, 64), 1e-4, 1e-5, 256, (100, 50), 0.1


def ours(program, folder, sizes, repeats, threads):
    out = folder / f"out{threads}"
    command = [program, "compare", "--source", folder / "source.csv", "--target", folder / "target.csv", "--label", "active", "--event", "yes", "--rows", "set",
               "--method", "drug_target", "--set", f"widths=[{WIDTHS[0]},{WIDTHS[1]}]", "--others", "", "--folds", "2", "--repeats", "1", "--seeds", "1", "--importance", "0",
               "--explain", "0", "--thresholds", "0", "--no-subgroups", "--grid", "--modes", ",".join(MODES), "--sizes", ",".join(map(str, sizes)),
               "--grid-repeats", repeats, "--threads", threads, "--out", out]
    seconds, mb, _ = measured(command)
    return seconds, mb, told(json.loads((out / "report.json").read_text())), (out / "modes.csv").read_bytes()


def told(report):
    """Mean Matthews' correlation by mode and number of compounds."""
    return {(p["mode"], p["n"]): p["mean"] for p in report["forward"]["modes"]["points"] if p["metric"] == "mcc"}


def theirs(folder, sizes, repeats):
    command = [sys.executable, __file__, "--python", folder, ",".join(map(str, sizes)), repeats]
    seconds, mb, said = measured(command)
    found = json.loads(said)
    return seconds, mb, {tuple(key): value for key, value in found["mcc"]}


def grid(folder, sizes, repeats):
    """The same grid in Python."""
    import jax
    import jax.numpy as jnp
    import numpy as np
    from sklearn.ensemble import RandomForestClassifier
    from sklearn.metrics import matthews_corrcoef
    from sklearn.svm import SVC

    def read(name):
        rows = list(csv.DictReader(open(folder / name)))
        x = np.array([[float(row[k]) for k in row if k.startswith("d_")] for row in rows], dtype=np.float32)
        return x, np.array([row["active"] == "yes" for row in rows], dtype=np.float32), np.array([row.get("set", "train") == "train" for row in rows])

    (sx, sy, _), (tx, ty, train) = read("source.csv"), read("target.csv")
    mean, sd = sx.mean(0), sx.std(0)
    sx, tx = (sx - mean) / sd, (tx - mean) / sd
    rng = np.random.default_rng(1)
    widths = [sx.shape[1], *WIDTHS, 1]

    def initial():
        p = {}
        for i, (a, b) in enumerate(zip(widths, widths[1:])):
            bound = 1 / np.sqrt(a)
            p[f"w{i}"], p[f"b{i}"] = (jnp.asarray(rng.uniform(-bound, bound, shape), dtype=jnp.float32) for shape in ((a, b), b))
            if i < len(WIDTHS):
                p[f"g{i}"], p[f"o{i}"] = jnp.ones(b), jnp.zeros(b)
        return p, [(jnp.zeros(w), jnp.ones(w)) for w in WIDTHS]

    def forward(p, kept, x, masks):
        h, seen = x, []
        for i in range(len(WIDTHS)):
            z = h @ p[f"w{i}"] + p[f"b{i}"]
            m, v = (z.mean(0), z.var(0)) if masks is not None else kept[i]
            seen.append((0.9 * kept[i][0] + 0.1 * m, 0.9 * kept[i][1] + 0.1 * v * len(x) / max(len(x) - 1, 1)))
            h = jax.nn.relu((z - m) / jnp.sqrt(v + 1e-5) * p[f"g{i}"] + p[f"o{i}"])
            h = h if masks is None else h * masks[i]
        return (h @ p[f"w{len(WIDTHS)}"] + p[f"b{len(WIDTHS)}"])[:, 0], seen

    def loss(p, kept, x, y, masks):
        z, seen = forward(p, kept, x, masks)
        return jnp.mean(jnp.logaddexp(0, z) - y * z), seen

    @jax.jit
    def step(p, kept, m, v, t, x, y, masks, free):
        (_, seen), g = jax.value_and_grad(loss, has_aux=True)(p, kept, x, y, masks)
        out = {}
        for k in p:
            gk = (g[k] + L2 * p[k]) * free[k]
            m[k], v[k] = 0.9 * m[k] + 0.1 * gk, 0.999 * v[k] + 0.001 * gk * gk
            out[k] = p[k] - free[k] * RATE * (m[k] / (1 - 0.9**t)) / (jnp.sqrt(v[k] / (1 - 0.999**t)) + 1e-8)
        return out, seen, m, v

    predict = jax.jit(lambda p, kept, x: forward(p, kept, x, None)[0])

    def fit(start, x, y, epochs, fixed=()):
        p, kept = start
        m, v = ({k: jnp.zeros_like(a) for k, a in p.items()} for _ in range(2))
        free = {k: 0.0 if k in fixed else 1.0 for k in p}
        t = 0
        for _ in range(epochs):
            order = rng.permutation(len(x))
            for at in range(0, len(x), BATCH):
                rows = order[at : at + BATCH]
                if len(rows) < 2:
                    continue
                masks = [jnp.asarray((rng.random((len(rows), w)) >= DROPOUT) / (1 - DROPOUT), dtype=jnp.float32) for w in WIDTHS]
                t += 1
                p, kept, m, v = step(p, kept, m, v, t, x[rows], y[rows], masks, free)
        return p, kept

    source = fit(initial(), sx, sy, EPOCHS[0])
    x_test, y_test = tx[~train], ty[~train]
    found = {}
    for _ in range(repeats):
        order = {c: rng.permutation(np.flatnonzero(train & (ty == c))) for c in (0, 1)}
        for n in sizes:
            rows = np.concatenate([order[0][: n // 2], order[1][: n // 2]])
            x, y = tx[rows], ty[rows]
            for mode in MODES:
                if mode == "random_forest":
                    called = RandomForestClassifier(random_state=1).fit(x, y).predict(x_test)
                elif mode == "svm":
                    called = SVC().fit(x, y).predict(x_test)
                else:
                    fixed = ("w0", "b0") if mode == "frozen_1" else ()
                    called = predict(*fit(initial() if mode == "scratch" else source, x, y, EPOCHS[1], fixed), x_test) > 0
                found.setdefault((mode, n), []).append(matthews_corrcoef(y_test, called))
    mcc = [[list(key), float(np.mean(values))] for key, values in found.items()]
    print(json.dumps({"mcc": mcc}))


def main():
    program = sys.argv[1]
    smoke = "--smoke" in sys.argv
    sizes, repeats, rows = ([6, 48], 2, 400) if smoke else ([2, 6, 12, 48, 96, 400], 5, 1500)
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        subprocess.run([program, "generate", "families", "--source-rows", str(rows), "--target-rows", "1000", "--test-rows", "1000", "--out", folder], check=True, capture_output=True)
        one, two, python = ours(program, folder, sizes, repeats, 1), ours(program, folder, sizes, repeats, 2), theirs(folder, sizes, repeats)
        seen = {n: (seconds, mb, told(report)) for n, (seconds, mb, report) in page(folder, folder / "out1" / "report.json").items()}
    if one[3] != two[3]:
        sys.exit("two threads gave other numbers than one")
    apart = {mode: sum(one[2][mode, n] - python[2][mode, n] for n in sizes) / len(sizes) for mode in MODES}
    if not smoke and max(map(abs, apart.values())) > 0.06:
        sys.exit(f"not the same methods: {apart}")
    print(f"tests/bench/run.sh h; {os.cpu_count()} cores; load {os.getloadavg()[0]:.1f} at the end; {len(MODES)} modes, n = {sizes}, {repeats} repeats, {WIDTHS[0]} → {WIDTHS[1]}")
    print("\n| side | s | peak MB | mean MCC over sizes, by mode |\n| --- | --- | --- | --- |")
    for name, side in [("page, 1 worker", seen[1]), ("page, 2 workers", seen[2]), ("native, 1 thread", one), ("native, 2 threads", two), ("JAX and scikit-learn, 1 thread", python)]:
        scores = ", ".join(f"{mode} {sum(side[2][mode, n] for n in sizes) / len(sizes):.3f}" for mode in MODES)
        print(f"| {name} | {side[0]:.1f} | {side[1]:.0f} | {scores} |")


if __name__ == "__main__":
    if sys.argv[1] == "--python":
        grid(pathlib.Path(sys.argv[2]), [int(n) for n in sys.argv[3].split(",")], int(sys.argv[4]))
    else:
        main()
