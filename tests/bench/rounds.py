"""(i) The rounds of self-training: in the page with one worker and two, natively on one thread and two, and in Python.

    python tests/bench/rounds.py PROGRAM [--smoke]      (xgboost, scikit-learn, numpy; dist/ must be built)

All read the same made tables and fit the same folds' number of models: tuned by five folds over twelve settings, then
rounds to a plateau, then the last fit. The splits and the trees' subsamples are other draws, so the scores agree on
average only: that they do is checked before anything is printed. Ours also fit the baseline (a penalised linear model),
compare the cohorts and write the report; the page's time leaves the reading of the tables out.
"""

import csv
import json
import os
import pathlib
import subprocess
import sys
import tempfile

from sides import measured, page

FOLDS, THETA = 3, 0.9


def planned(program, folder, repeats):
    """The plan, from a small comparison of the same tables: the command has no word for the baseline."""
    quick = [program, "compare", "--source", folder / "source.csv", "--target", folder / "target.csv", "--label", "outcome", "--event", "yes", "--method", "source_only_linear", "--others", "",
             "--folds", FOLDS, "--repeats", repeats, "--seeds", 1, "--importance", 0, "--explain", 0, "--thresholds", 0, "--no-subgroups", "--out", folder / "quick"]
    measured(quick)
    plan = json.loads((folder / "quick" / "report.json").read_text())["plan"]
    plan |= {"transfer": {"method": "self_training", "config": None}, "baseline": {"method": "target_only_linear", "config": None}}
    (folder / "plan.json").write_text(json.dumps(plan))


def ours(program, folder, threads):
    out = folder / f"out{threads}"
    command = [program, "run", folder / "plan.json", "--source", folder / "source.csv", "--target", folder / "target.csv", "--threads", threads, "--out", out]
    seconds, mb, _ = measured(command)
    report = json.loads((out / "report.json").read_text())
    return seconds, mb, told(report["forward"]), (out / "report.json")


def told(forward):
    """Mean AUROC, and rounds a fit."""
    auc = next(m["mean"] for one in forward["methods"] if one["id"] == "self_training" for m in one["metrics"] if m["metric"] == "auroc")
    fits = [len(fit["labelling"]["rounds"]) - 1 for fit in forward["rounds"]]
    return auc, sum(fits) / len(fits)


def loops(folder, repeats):
    """The same in Python: the rounds of the released code, with the settings tuned once."""
    import numpy as np
    import xgboost as xgb
    from sklearn.metrics import roc_auc_score
    from sklearn.model_selection import StratifiedKFold, train_test_split

    def read(name):
        rows = list(csv.DictReader(open(folder / name)))
        columns = [k for k in rows[0] if k not in ("outcome", "patient", "set")]
        levels = {k: sorted({row[k] for row in rows}) for k in columns}

        def number(k, value):
            try:
                return float(value) if value else np.nan
            except ValueError:
                return float(levels[k].index(value))

        return np.array([[number(k, row[k]) for k in columns] for row in rows], dtype=np.float32), np.array([row["outcome"] == "yes" for row in rows], dtype=int)

    (silver, _), (x, y) = read("source.csv"), read("target.csv")
    eta, depth, trees = (0.03, 0.1), (2, 5), (50, 150, 400)

    def fit(x, y, e, d, n):
        params = dict(objective="binary:logistic", tree_method="hist", nthread=1, subsample=0.5, eta=e, max_depth=d, min_child_weight=2, base_score=float(y.mean()))
        return xgb.train(params, xgb.DMatrix(x, label=y), n)

    def tune(x, y):
        sums = {}
        for a, b in StratifiedKFold(5, shuffle=True, random_state=1).split(x, y):
            held = xgb.DMatrix(x[b])
            for e in eta:
                for d in depth:
                    model = fit(x[a], y[a], e, d, trees[-1])
                    for n in trees:
                        sums[e, d, n] = sums.get((e, d, n), 0) + roc_auc_score(y[b], model.predict(held, iteration_range=(0, n)))
        return max(sums, key=sums.get)

    scores, counts = [], []
    for repeat in range(repeats):
        for train, test in StratifiedKFold(FOLDS, shuffle=True, random_state=repeat).split(x, y):
            a, v = train_test_split(train, test_size=0.2, stratify=y[train], random_state=repeat)
            point = tune(x[a], y[a])
            learned, labels, left = x[a], y[a], silver
            model = fit(learned, labels, *point)
            judged = lambda m: roc_auc_score(y[v], m.predict(xgb.DMatrix(x[v])).round(4))
            before = top = judged(model)
            best, plateau, rounds = (learned, labels), 0, 0
            while plateau < 4 and rounds < 1000 and len(left):
                p = model.predict(xgb.DMatrix(left))
                sure = np.maximum(p, 1 - p) >= THETA
                if not sure.any():
                    break
                learned, labels, left = np.vstack([learned, left[sure]]), np.concatenate([labels, (p[sure] > 0.5).astype(int)]), left[~sure]
                model = fit(learned, labels, *point)
                auc, rounds = judged(model), rounds + 1
                if auc > top:
                    top, best = auc, (learned, labels)
                plateau, before = plateau + 1 if auc - before < 0.02 else 0, auc
            model = fit(np.vstack([best[0], x[v]]), np.concatenate([best[1], y[v]]), *point)
            scores.append(roc_auc_score(y[test], model.predict(xgb.DMatrix(x[test]))))
            counts.append(rounds)
    print(json.dumps({"auc": float(np.mean(scores)), "rounds": float(np.mean(counts)), "version": xgb.__version__}))


def main():
    program, smoke = sys.argv[1], "--smoke" in sys.argv
    repeats, gold, silver = (1, 200, 500) if smoke else (3, 600, 4000)
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        subprocess.run([program, "generate", "helps", "--source-rows", str(silver), "--target-rows", str(gold), "--test-rows", "0", "--out", folder], check=True, capture_output=True)
        planned(program, folder, repeats)
        *one, report = ours(program, folder, 1)
        *two, other = ours(program, folder, 2)
        if (report.parent / "predictions.csv").read_bytes() != (other.parent / "predictions.csv").read_bytes():
            sys.exit("two threads gave other numbers than one")
        seen = page(folder, report)
        seconds, mb, said = measured([sys.executable, __file__, "--python", folder, repeats])
        python = json.loads(said)
    sides = [*((f"page, {n} worker{'s'[: n - 1]}", *seen[n][:2], told(seen[n][2]["forward"])) for n in (1, 2)), ("native, 1 thread", *one), ("native, 2 threads", *two),
             (f"XGBoost {python['version']}, 1 thread", seconds, mb, (python["auc"], python["rounds"]))]
    scores = [side[3][0] for side in sides]
    if not smoke and max(scores) - min(scores) > 0.03:
        sys.exit(f"not the same methods: {scores}")
    print(f"tests/bench/run.sh i; {os.cpu_count()} cores; load {os.getloadavg()[0]:.1f} at the end; {gold} gold rows, {silver} silver, {FOLDS * repeats} fits")
    print("\n| side | s | peak MB | AUROC | rounds a fit | s / s of XGBoost |\n| --- | --- | --- | --- | --- | --- |")
    for name, took, most, (auc, rounds) in sides:
        print(f"| {name} | {took:.1f} | {most:.0f} | {auc:.3f} | {rounds:.1f} | {took / seconds:.2f}× |")


if __name__ == "__main__":
    if sys.argv[1] == "--python":
        loops(pathlib.Path(sys.argv[2]), int(sys.argv[3]))
    else:
        main()
