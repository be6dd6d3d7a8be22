"""Writes evaluate.json: intervals, tests and sample sizes by scipy, statsmodels, skmisc.loess, pmsampsize and pmvalsampsize.

    pip install numpy scipy scikit-learn statsmodels scikit-misc dcurves pmsampsize pmvalsampsize
    python -P tests/golden/evaluate.py      (Python 3.12 or later: pmsampsize wants it; -P, or math.py here hides the library's)
"""
import contextlib, importlib.metadata, io, json, pathlib
import numpy as np, pandas as pd, scipy
import statsmodels.api as sm
from scipy import stats
from scipy.optimize import brentq
from scipy.special import expit, logit
from sklearn import metrics as m
from statsmodels.stats.contingency_tables import mcnemar
from statsmodels.stats.proportion import proportion_confint

rng = np.random.default_rng(20261122)
n = 160
y = (rng.random(n) < 0.35).astype(int)
p = expit(rng.normal(size=n) + 1.3 * y - 0.9)
q = np.clip(np.round(expit(rng.normal(size=n) + 0.7 * y - 0.5), 2), .01, .99)  # ties
z = stats.norm.ppf(.975)


def glm(x, offset=None):
    return sm.GLM(y, x, family=sm.families.Binomial(), offset=offset).fit(tol=1e-14, maxiter=300)


def calibration(p):
    lp = logit(p)
    one = np.ones((n, 1))
    large, both = glm(one, lp), glm(sm.add_constant(lp))

    def loglik(eta):
        return -np.logaddexp(0, np.where(y == 1, -eta, eta)).sum()

    def profile(b):
        return glm(one, b * lp).llf

    def ends(value, se, ll):
        top = ll(value)
        f = lambda x: 2 * (top - ll(x)) - z * z
        return [brentq(f, value - 8 * se, value, xtol=1e-13), brentq(f, value, value + 8 * se, xtol=1e-13)]

    chi = 2 * (both.llf - loglik(lp))
    sp = ((y - p) * (1 - 2 * p)).sum() / np.sqrt(((1 - 2 * p) ** 2 * p * (1 - p)).sum())
    observed, expected = y.sum(), p.sum()
    se = np.sqrt((1 - observed / n) / observed)
    return dict(
        large=[large.params[0], *large.conf_int()[0]], large_lr=ends(large.params[0], large.bse[0], lambda a: loglik(a + lp)),
        slope=[both.params[1], *both.conf_int()[1]], slope_lr=ends(both.params[1], both.bse[1], profile),
        recalibration=[chi, (chi - 2) / n, stats.chi2.sf(chi, 2)], spiegelhalter=[sp, 2 * stats.norm.sf(abs(sp))],
        oe=[observed / expected, observed / expected * np.exp(-z * se), observed / expected * np.exp(z * se)])


def loess_r():
    """The C and Fortran code behind R's loess, surface = direct."""
    from skmisc.loess import loess
    at = np.linspace(.1, .8, 8)
    fit = loess(p, y.astype(float), span=.75, degree=2, surface="direct")
    fit.fit()
    curve = np.clip(fit.predict(p).values, 0, 1)
    off = np.abs(p - curve)
    return dict(at=at.tolist(), curve=np.clip(fit.predict(at).values, 0, 1).tolist(),
                distance=[off.mean(), *np.quantile(off, [.5, .9]), off.max()])


def operating():
    t = 0.3
    tn, fp, fn, tp = [int(v) for v in m.confusion_matrix(y, p >= t).ravel()]
    w = lambda a, b: [a / (a + b), *proportion_confint(a, a + b, method="wilson")]
    # φ's variance by the delta method, derivatives by complex steps.
    def phi(c):
        tp, fp, fn, tn = c
        return (tp * tn - fp * fn) / ((tp + fp) * (tp + fn) * (tn + fp) * (tn + fn)) ** .5
    c = np.array([tp, fp, fn, tn]) / n
    g = np.array([phi(c + 1e-30j * np.eye(4)[i]).imag / 1e-30 for i in range(4)])
    se = np.sqrt((g @ np.diag(c) @ g - (g @ c) ** 2) / n)
    value = m.matthews_corrcoef(y, p >= t)
    half = z * se / (1 - value ** 2)
    fpr, tpr, thr = m.roc_curve(y, p, drop_intermediate=False)
    return dict(threshold=t, sensitivity=w(tp, fn), specificity=w(tn, fp), ppv=w(tp, fp), npv=w(tn, fn), accuracy=w(tp + tn, fp + fn),
                mcc=[value, np.tanh(np.arctanh(value) - half), np.tanh(np.arctanh(value) + half)], mcc_se=se,
                youden=thr[np.argmax(tpr - fpr)], sensitivity_90=thr[np.argmax(tpr >= .9)])


def auc(y, p):
    """Counts of pairs, so that equal areas are equal numbers: BCa counts how many resamples tie with the estimate, and the
    rounding of a trapezoid sum breaks those ties at random."""
    a, b = p[y == 1][:, None], p[y == 0][None, :]
    value = float(2 * (a > b).sum() + (a == b).sum()) / 2 / (a.size * b.size)
    assert abs(value - m.roc_auc_score(y, p)) < 1e-12
    return value


def bootstraps():
    """SciPy's own intervals, on resamples whose indices are drawn again from the same seed."""
    out = []
    small = np.arange(60)
    cases = [("auroc", lambda i: auc(y[i], p[i])), ("auroc_difference", lambda i: auc(y[i], p[i]) - auc(y[i], q[i])),
             ("brier", lambda i: ((p[i] - y[i]) ** 2).mean()), ("auprc", lambda i: m.average_precision_score(y[i], p[i]))]
    for seed, (name, statistic) in enumerate(cases):
        found = {}
        for method in ["percentile", "BCa"]:
            r = stats.bootstrap((small,), statistic, vectorized=False, n_resamples=199, method=method,
                                rng=np.random.default_rng(seed), batch=199)
            found[method] = [r.confidence_interval.low, r.confidence_interval.high]
        given = np.random.default_rng(seed).integers(0, 60, (199, 60))
        again = np.array([statistic(small[i]) for i in given])
        assert np.array_equal(np.sort(again), np.sort(r.bootstrap_distribution)), name
        out.append(dict(name=name, given=given.tolist(), se=r.standard_error, **found))
    # Clusters: the resampled unit is the patient; each has 1 to 3 rows.
    patient = np.sort(rng.integers(0, 25, 60))
    patient = np.unique(patient, return_inverse=True)[1]
    k = patient.max() + 1
    rows = [np.flatnonzero(patient == c) for c in range(k)]
    statistic = lambda c: auc(y[np.concatenate([rows[i] for i in c])], p[np.concatenate([rows[i] for i in c])])
    found = {method: stats.bootstrap((np.arange(k),), statistic, vectorized=False, n_resamples=199, method=method, rng=np.random.default_rng(9), batch=199)
             for method in ["percentile", "BCa"]}
    out.append(dict(name="auroc", patient=patient.tolist(), given=np.random.default_rng(9).integers(0, k, (199, k)).tolist(), se=found["BCa"].standard_error,
                    **{method: list(r.confidence_interval) for method, r in found.items()}))
    return out


def numbers():
    t = rng.normal(60, 15, 45)
    g = 0.8 * t + rng.normal(10, 7, 45)
    fit = sm.OLS(t, sm.add_constant(g)).fit()
    d = g - t
    k, s, tq = len(d), d.std(ddof=1), stats.t.ppf(.975, len(d) - 1)
    se = s * np.sqrt(1 / k + z * z / (2 * (k - 1)))
    limit = lambda c: [c, c - tq * se, c + tq * se]
    off = sm.OLS(t - g, np.ones(k)).fit()
    return dict(y=t.tolist(), p=g.tolist(), intercept=[fit.params[0], *fit.conf_int()[0]], slope=[fit.params[1], *fit.conf_int()[1]],
                large=[off.params[0], *off.conf_int()[0]], bias=[d.mean(), *stats.t.interval(.95, k - 1, d.mean(), s / np.sqrt(k))], sd=s,
                lower=limit(d.mean() - z * s), upper=limit(d.mean() + z * s))


def sample_sizes():
    from pmsampsize.pmsampsize import pmsampsize
    from pmvalsampsize.pmvalsampsize import pmvalsampsize
    from scipy.integrate import quad
    rows = lambda r: [int(x[1]) for x in r["results_table"] if not isinstance(x, str) and str(x[0]).startswith("Crit")]
    binary = [dict(r2=r, parameters=k, prevalence=f, shrinkage=s, needed=rows(r_), events=r_["events"], r2_max=r_["max_r2a"])
              for r, k, f, s in [(.288, 24, .174, .9), (.55, 24, .174, .9), (.288, 36, .174, .9), (.288, 24, .25, .9), (.1, 10, .5, .9), (.05, 30, .02, .95)]
              for r_ in [pmsampsize(type="b", csrsquared=r, parameters=k, prevalence=f, shrinkage=s, noprint=True)]]
    def continuous_rows(r, k, i, s, h):
        """pmsampsize 0.1.0 takes the wrong tail of t inside its search for the fourth criterion, and so stops after one step
        (R's package does not): there the criterion is searched here, and the package is held to the rest."""
        package = rows(pmsampsize(type="c", rsquared=r, parameters=k, intercept=i, sd=s, shrinkage=h, noprint=True))
        size = max(package[:3])
        enough = lambda size: np.sqrt(s * s * (1 - r) / size) * stats.t.ppf(.975, size - k - 1) <= .1 * i
        searched = not enough(size)
        while not enough(size):
            size += 1
        assert searched or size == package[3]
        return package[:3] + [size]

    continuous = [dict(r2=r, parameters=k, mean=i, sd=s, shrinkage=h, needed=continuous_rows(r, k, i, s, h))
                  for r, k, i, s, h in [(.2, 25, 1.9, .6, .9), (.5, 10, 120., 20., .9), (.3, 5, 1., 3., .9), (.9, 20, 10., 5., .8), (.1, 40, 26.7, 8.7, .95)]]

    def r2(c, f):
        mu = np.sqrt(2) * stats.norm.ppf(c)
        a = np.log(f / (1 - f)) - mu * mu / 2
        g = lambda x, k: stats.norm.pdf(x) * np.logaddexp(0, k(x))
        with_event = quad(lambda x: g(x, lambda x: -(a + mu * (x + mu))), -12, 12, epsabs=1e-14, limit=400)[0]
        without = quad(lambda x: g(x, lambda x: a + mu * x), -12, 12, epsabs=1e-14, limit=400)[0]
        null = f * np.log(f) + (1 - f) * np.log(1 - f)
        return 1 - np.exp(-2 * (-f * with_event - (1 - f) * without - null))

    aurocs = []
    for c, f in [(.7, .2), (.85, .05), (.81, .77), (.6, .5)]:
        with contextlib.redirect_stdout(io.StringIO()):
            simulated = pmsampsize(type="b", cstatistic=c, parameters=24, prevalence=f)["rsquared"]
        aurocs.append(dict(auroc=c, prevalence=f, integral=r2(c, f), simulated=float(simulated)))

    validation = []
    for f, c, mean, sd, oe, cs, cw in [(.1, .8, -2.6, 1.1, .2, .2, .1), (.018, .8, -5., 2.5, .2, .2, .1), (.4, .7, -.5, .9, .5, .4, .15)]:
        with contextlib.redirect_stdout(io.StringIO()):
            r = pmvalsampsize(type="b", prevalence=f, cstatistic=c, lpnormal=(mean, sd), oeciwidth=oe, csciwidth=cs, cstatciwidth=cw, noprint=True)
        info = [quad(lambda x: stats.norm.pdf(x) * (mean + sd * x) ** k * expit(mean + sd * x) * expit(-mean - sd * x), -12, 12, epsabs=1e-15, limit=400)[0] for k in range(3)]
        exact = info[0] / ((cs / 3.92) ** 2 * (info[0] * info[2] - info[1] ** 2))
        se = brentq(lambda s: np.exp(1.96 * s) - np.exp(-1.96 * s) - oe, 1e-9, 5, xtol=1e-15)
        validation.append(dict(prevalence=f, auroc=c, lp_mean=mean, lp_sd=sd, oe_width=oe, slope_width=cs, auroc_width=cw,
                               package=[int(x[1]) for x in r["results_table"] if str(x[0]).startswith("Crit")], by_slope=exact, by_oe=(1 - f) / (f * se * se)))
    return dict(binary=binary, continuous=continuous, aurocs=aurocs, validation=validation)


def net_benefit():
    from dcurves import dca
    frame = pd.DataFrame(dict(event=y, model=p))
    grid = np.arange(0.01, 0.95, 0.07)
    found = dca(data=frame, outcome="event", modelnames=["model"], thresholds=grid)
    get = lambda name, column: found[found.model == name].sort_values("threshold")[column].tolist()
    return dict(thresholds=get("model", "threshold"), model=get("model", "net_benefit"), all=get("all", "net_benefit"),
                avoided=get("model", "net_intervention_avoided"))


def point_632():
    # The two worked directions, by the formulas of the paper.
    out = []
    for app, oob, gamma in [(.0, .42, .5), (.1, .3, .5), (.2, .15, .5), (.3, .6, .5), (.25, .3, .25), (.6, .55, .5)]:
        worst = min(oob, gamma)
        r = (worst - app) / (gamma - app) if gamma > app and worst > app else 0.
        w = .632 / (1 - .368 * r)
        out.append([app, oob, gamma, .368 * app + .632 * oob, (1 - w) * app + w * worst, r])
    return out


with io.StringIO() as _:
    doc = dict(
        versions={k: importlib.metadata.version(k) for k in ["numpy", "scipy", "scikit-learn", "statsmodels", "scikit-misc", "dcurves", "pmsampsize", "pmvalsampsize"]},
        y=y.tolist(), p=p.tolist(), q=q.tolist(), calibration=[calibration(p), calibration(q)], loess=loess_r(), operating=operating(),
        bootstrap=bootstraps(), numbers=numbers(), sample_size=sample_sizes(), net_benefit=net_benefit(), point_632=point_632(),
        mcnemar=[[a, b, float(mcnemar([[9, a], [b, 9]], exact=True).pvalue)] for a, b in [(0, 1), (3, 9), (10, 10), (40, 75), (600, 500)]],
        ap_interval=[float(v) for ap in [m.average_precision_score(y, q)] for h in [z / np.sqrt(y.sum() * ap * (1 - ap))] for v in (ap, expit(logit(ap) - h), expit(logit(ap) + h))],
    )
path = pathlib.Path(__file__).with_suffix(".json")
path.write_text(json.dumps(doc, default=float, allow_nan=False) + "\n")
print(path, path.stat().st_size)
