"""Writes metrics.json: every metric by scikit-learn, scipy and statsmodels (or by its definition in numpy).

    python tests/golden/metrics.py
"""
import json, pathlib
import numpy as np, scipy, sklearn, statsmodels
import statsmodels.api as sm
from scipy.special import logit, expit
from sklearn import metrics as m
from statsmodels.nonparametric.smoothers_lowess import lowess
from statsmodels.stats.proportion import proportion_confint

rng = np.random.default_rng(20221122)


def delong(y, a, b):
    """By the definition, placements by brute force."""
    def parts(s):
        x, z = s[y == 1], s[y == 0]
        psi = (x[:, None] > z[None, :]) + 0.5 * (x[:, None] == z[None, :])
        return psi.mean(1), psi.mean(0)
    (ax, az), (bx, bz) = parts(a), parts(b)
    sx, sz = np.cov(ax, bx), np.cov(az, bz)
    s = sx / len(ax) + sz / len(az)
    d = ax.mean() - bx.mean()
    se = np.sqrt(s[0, 0] + s[1, 1] - 2 * s[0, 1])
    return dict(se_first=float(np.sqrt(s[0, 0])), difference=float(d), se=float(se), z=float(d / se),
                p=float(2 * scipy.stats.norm.sf(abs(d / se))))


def loess(x, y, at, span, degree):
    """Weighted least squares by numpy at every point; no ties at the edge of the window in these data."""
    q = int(span * len(x) + 1e-10)
    out = []
    for c in at:
        d = np.abs(x - c)
        h = np.sort(d)[q - 1]
        w = np.clip(1 - (d / h) ** 3, 0, None) ** 3
        X = np.vander((x - c) / h, degree + 1, increasing=True)
        W = np.sqrt(w)[:, None]
        out.append(float(np.linalg.lstsq(X * W, y * W[:, 0], rcond=None)[0][0]))
    return out


def binary(name, y, p, q):
    lp = logit(p)
    offset = sm.GLM(y, np.ones((len(y), 1)), family=sm.families.Binomial(), offset=lp).fit(tol=1e-14, maxiter=200)
    slope = sm.GLM(y, sm.add_constant(lp), family=sm.families.Binomial()).fit(tol=1e-14, maxiter=200)
    call = (p >= 0.5).astype(int)
    tn, fp, fn, tp = m.confusion_matrix(y, p >= 0.3).ravel()
    fpr, tpr, thr = m.roc_curve(y, p, drop_intermediate=False)
    prec, rec, pthr = m.precision_recall_curve(y, p)
    edges = np.minimum((p * 10).astype(int), 9)
    ece = sum((edges == b).mean() * abs(y[edges == b].mean() - p[edges == b].mean()) for b in range(10) if (edges == b).any())
    brier = m.brier_score_loss(y, p)
    pi = y.mean()
    curve = np.clip(loess(p, y.astype(float), p, 0.75, 1), 0, 1)
    if len(np.unique(p)) == len(p):
        low = np.clip(lowess(y, p, frac=0.75, it=0, return_sorted=False), 0, 1)
        assert np.abs(low - curve).max() < 1e-9, np.abs(low - curve).max()
    off = np.abs(p - curve)
    return dict(
        name=name, y=y.tolist(), p=p.tolist(), other=q.tolist(),
        metrics=dict(
            auroc=m.roc_auc_score(y, p), hand_till=m.roc_auc_score(y, p), auprc=m.average_precision_score(y, p),
            brier=brier, scaled_brier=1 - brier / (pi * (1 - pi)), log_loss=m.log_loss(y, p),
            accuracy=m.accuracy_score(y, call), balanced_accuracy=m.balanced_accuracy_score(y, call),
            mcc=m.matthews_corrcoef(y, call), calibration_in_the_large=offset.params[0],
            calibration_slope=slope.params[1], ece=ece, ici=off.mean()),
        distance=[off.mean(), np.quantile(off, .5), np.quantile(off, .9), off.max()],
        in_the_large_se=offset.bse[0], intercept=slope.params[0], intercept_se=slope.bse[0], slope_se=slope.bse[1],
        at_0_3=dict(sensitivity=tp / (tp + fn), specificity=tn / (tn + fp), ppv=tp / (tp + fp), npv=tn / (tn + fn)),
        roc=dict(fpr=fpr.tolist(), tpr=tpr.tolist(), threshold=[None] + thr[1:].tolist()),
        pr=dict(precision=prec[::-1].tolist(), recall=rec[::-1].tolist()),
        delong=delong(y, p, q),
    )


def case_binary():
    out = []
    n = 120
    y = (rng.random(n) < 0.4).astype(int)
    p = expit(rng.normal(size=n) + 1.2 * y - 0.8)
    out.append(binary("smooth", y, p, expit(rng.normal(size=n) + 0.6 * y - 0.3)))
    y = (rng.random(150) < 0.08).astype(int)
    p = np.clip(np.round(expit(rng.normal(size=150) + 1.5 * y - 1.5), 1), .1, .9)
    out.append(binary("ties, imbalanced", y, p, np.clip(np.round(expit(rng.normal(size=150) + y - 1), 1), .1, .9)))
    y = np.r_[np.ones(9), np.zeros(7)].astype(int)
    out.append(binary("tiny", y, expit(2 * rng.normal(size=16) + y - .5), expit(rng.normal(size=16))))
    return out


def case_classes():
    out = []
    for k, n, tie in [(3, 90, False), (4, 140, True)]:
        y = rng.integers(0, k, n)
        if k == 4:
            y[rng.random(n) < 0.5] = 0
        s = rng.normal(size=(n, k)) + 1.1 * np.eye(k)[y]
        p = np.exp(s) / np.exp(s).sum(1, keepdims=True)
        if tie:
            p = np.round(p * 8) / 8 + 0.05
            p /= p.sum(1, keepdims=True)
        call = p.argmax(1)
        onehot = np.eye(k)[y]
        brier = m.brier_score_loss(y, p, scale_by_half=False)
        out.append(dict(name=f"{k} classes", classes=k, y=y.tolist(), p=p.ravel().tolist(), metrics=dict(
            auroc=m.roc_auc_score(y, p, multi_class="ovr", average="macro"),
            hand_till=m.roc_auc_score(y, p, multi_class="ovo", average="macro"),
            auprc=m.average_precision_score(onehot, p, average="macro"),
            brier=brier, scaled_brier=1 - brier / (1 - (onehot.mean(0) ** 2).sum()), log_loss=m.log_loss(y, p),
            accuracy=m.accuracy_score(y, call), balanced_accuracy=m.balanced_accuracy_score(y, call),
            mcc=m.matthews_corrcoef(y, call))))
    return out


def case_values():
    y = rng.normal(50, 12, 60)
    p = 0.7 * y + rng.normal(12, 6, 60)
    fit = sm.OLS(y, sm.add_constant(p)).fit()
    return [dict(name="values", y=y.tolist(), p=p.tolist(), intercept=fit.params[0], metrics=dict(
        rmse=m.root_mean_squared_error(y, p), mae=m.mean_absolute_error(y, p), r2=m.r2_score(y, p),
        pearson=scipy.stats.pearsonr(y, p).statistic, calibration_in_the_large=(y - p).mean(),
        calibration_slope=fit.params[1]))]


wilson = [[int(e), int(n), *proportion_confint(e, n, method="wilson")] for e, n in [(0, 5), (3, 10), (10, 10), (37, 400)]]
x = np.sort(rng.random(40))
w = np.sin(5 * x) + rng.normal(size=40) * .3
at = np.linspace(0.05, .95, 7)
doc = dict(
    versions=dict(numpy=np.__version__, scipy=scipy.__version__, sklearn=sklearn.__version__, statsmodels=statsmodels.__version__),
    binary=case_binary(), classes=case_classes(), values=case_values(), wilson=wilson,
    loess=dict(x=x.tolist(), y=w.tolist(), at=at.tolist(), degree1=loess(x, w, at, .6, 1), degree2=loess(x, w, at, .6, 2)),
)
path = pathlib.Path(__file__).with_suffix(".json")
path.write_text(json.dumps(doc, default=float, allow_nan=False) + "\n")
