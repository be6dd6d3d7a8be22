"""XGBoost on one thread: `rows features depth steps seed file` a line on standard input, time and loss as JSON a line out."""
import json, sys, time
import numpy as np, xgboost as xgb

print(json.dumps(dict(version=xgb.__version__)), flush=True)
for line in sys.stdin:
    *numbers, file = line.split()
    rows, features, depth, steps, _ = map(int, numbers)
    values = np.fromfile(file, dtype=np.float32)
    x, y = values[:-rows].reshape(features, rows).T.copy(), values[-rows:]
    start = time.perf_counter()
    d = xgb.DMatrix(x, label=y, nthread=1)
    settings = dict(objective="binary:logistic", tree_method="hist", max_depth=depth, eta=0.1, base_score=0.5, nthread=1)
    booster = xgb.train(settings, d, steps)
    ms = (time.perf_counter() - start) * 1e3
    f = booster.predict(d, output_margin=True).astype(float)
    print(json.dumps(dict(ms=ms, loss=float(np.mean(np.logaddexp(0, f) - y * f)))), flush=True)
