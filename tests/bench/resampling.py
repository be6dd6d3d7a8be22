"""SciPy and numpy: `rows width resamples seed sigma file` a line on standard input, time and results as JSON a line out.

The bootstrap is scipy.stats.bootstrap (paired, percentile) over an AUROC by scipy.stats.rankdata; the permutation test is
numpy: one matrix of kernels, each permutation a quadratic form, all of them in one product (BLAS, on as many threads as
OMP_NUM_THREADS allows; the caller sets 1).
"""
import json, sys, time
import numpy as np, scipy
from scipy import stats
from scipy.spatial.distance import pdist, squareform

print(json.dumps(dict(numpy=np.__version__, scipy=scipy.__version__)), flush=True)


def auroc(y, score, axis=-1):
    ranks = stats.rankdata(score, axis=axis)
    events = y.sum(axis=axis)
    others = y.shape[axis] - events
    return ((ranks * y).sum(axis=axis) - events * (events + 1) / 2) / (events * others)


def scores(values, rows, resamples, seed):
    y, first, second = values.reshape(3, rows)
    gain = lambda y, a, b, axis=-1: auroc(y, b, axis) - auroc(y, a, axis)
    found = stats.bootstrap((y, first, second), gain, paired=True, vectorized=True, n_resamples=resamples, batch=50,
                            method="percentile", rng=np.random.default_rng(seed))
    return gain(y, first, second), found.standard_error


def sides(values, rows, width, resamples, seed, sigma):
    x = values.reshape(2 * rows, width)
    d2 = pdist(x, "sqeuclidean")
    # The bandwidth is the caller's, who takes the median distance of a thousand rows; looking for it costs time here, too.
    np.median(d2[: len(d2) // 4])
    k = squareform(np.exp(-d2 / (2 * sigma**2)))
    rng = np.random.default_rng(seed)
    z = np.zeros((2 * rows, resamples + 1))
    z[:rows, 0] = 1
    for b in range(1, resamples + 1):
        z[rng.permutation(2 * rows)[:rows], b] = 1
    kz = k @ z
    within = (z * kz).sum(0)
    to_all = kz.sum(0)
    across = to_all - within
    other = k.sum() - within - 2 * across
    mmd2 = within / (rows * (rows - 1)) + other / (rows * (rows - 1)) - 2 * across / rows**2
    return mmd2[0], (1 + (mmd2[1:] >= mmd2[0]).sum()) / (1 + resamples)


for line in sys.stdin:
    *numbers, sigma, file = line.split()
    rows, width, resamples, seed = map(int, numbers)
    values = np.fromfile(file)
    start = time.perf_counter()
    value, spread = scores(values, rows, resamples, seed) if width == 0 else sides(values, rows, width, resamples, seed, float(sigma))
    ms = (time.perf_counter() - start) * 1e3
    print(json.dumps(dict(ms=ms, value=float(value), spread=float(spread))), flush=True)
