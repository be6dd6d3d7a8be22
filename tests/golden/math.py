"""Writes math.json: penalised fits by scikit-learn, distributions and tests by scipy, corrections by statsmodels.

    python tests/golden/math.py
"""
import json, pathlib, warnings
import numpy as np, scipy, sklearn, statsmodels
import statsmodels.api as sm
from scipy import stats
from sklearn.linear_model import ElasticNet, LogisticRegression, Ridge
from statsmodels.stats.multitest import multipletests

warnings.simplefilter("ignore")
rng = np.random.default_rng(7)


def standardised(x, w=None):
    m = np.average(x, axis=0, weights=w)
    s = np.sqrt(np.average((x - m) ** 2, axis=0, weights=w))
    return (x - m) / s, m, s


def back(intercept, coef, m, s):
    coef = np.atleast_2d(coef) / s
    return dict(intercepts=(np.atleast_1d(intercept) - coef @ m).tolist(), coefficients=coef.ravel().tolist())


def polished(xs, target, lam, a, names):
    """scikit-learn's saga finds the active columns; its intercept may stop early (its test looks at coefficients only), so
    the conditions of the optimum are then solved by scipy, and those of the columns left out are checked."""
    n, p = xs.shape
    l = LogisticRegression(C=1 / (n * lam), l1_ratio=a, solver="saga", tol=1e-13, max_iter=300000).fit(xs, target)
    b0 = l.coef_
    k = len(b0)
    hit = np.eye(names)[target] if k > 1 else (target == 1)[:, None].astype(float)
    on = np.abs(b0) > 1e-7

    def unpack(v):
        b = np.zeros_like(b0)
        b[on] = v[k:]
        return v[:k], b

    def gradient(v):
        i, b = unpack(v)
        eta = i + xs @ b.T
        mu = np.exp(eta - scipy.special.logsumexp(eta, axis=1, keepdims=True)) if k > 1 else scipy.special.expit(eta)
        return (mu - hit).mean(0), (mu - hit).T @ xs / n + lam * (1 - a) * b

    def equations(v):
        gi, gb = gradient(v)
        if k > 1:
            gi = np.r_[gi[:-1], v[:k].sum()]
        return np.r_[gi, (gb + lam * a * np.sign(b0))[on]]

    prior = np.log(hit.mean(0)) - np.log(hit.mean(0)).mean() if k > 1 else scipy.special.logit(hit.mean(0))
    v = scipy.optimize.root(equations, np.r_[prior, b0[on]], tol=1e-14).x
    assert np.abs(equations(v)).max() < 1e-11, np.abs(equations(v)).max()
    i, b = unpack(v)
    assert (np.sign(b[on]) == np.sign(b0[on])).all() and np.abs(gradient(v)[1][~on]).max() <= lam * a
    return i, b


def fits():
    out = []
    for n, p in [(60, 5), (30, 80)]:
        x = rng.normal(size=(n, p)) * rng.uniform(.5, 4, p) + rng.normal(size=p)
        x[:, 1] += x[:, 0]
        xs, m, s = standardised(x)
        beta = np.zeros(p)
        beta[:4] = [1, -.7, .5, .3]
        y = 10 + 2 * (xs @ beta) + rng.normal(size=n)
        c = (xs @ beta + rng.logistic(size=n) > .3).astype(int)
        k = np.argmax(np.c_[xs @ beta, -(xs @ beta), .5 * xs[:, 2]] + rng.gumbel(size=(n, 3)), 1)
        base = dict(n=n, p=p, x=x.ravel().tolist(), values=y.tolist(), binary=c.tolist(), classes=k.tolist(), fits=[])
        for lam in [.5, .05, .003]:
            r = Ridge(alpha=n * lam, solver="cholesky").fit(xs, y)
            base["fits"].append(dict(y="values", alpha=0., lam=lam, **back(r.intercept_, r.coef_, m, s)))
            for a in [.5, 1.]:
                e = ElasticNet(alpha=lam, l1_ratio=a, tol=1e-14, max_iter=1000000).fit(xs, y)
                base["fits"].append(dict(y="values", alpha=a, lam=lam, **back(e.intercept_, e.coef_, m, s)))
            for name, target in [("binary", c), ("classes", k)]:
                l = LogisticRegression(C=1 / (n * lam), solver="newton-cholesky" if name == "binary" else "lbfgs", tol=1e-12, max_iter=100000).fit(xs, target)
                b = back(l.intercept_, l.coef_, m, s)
                if name == "classes":
                    b["intercepts"] = (np.array(b["intercepts"]) - np.mean(b["intercepts"])).tolist()
                base["fits"].append(dict(y=name, alpha=0., lam=lam, **b))
                if lam > .01:
                    b = back(*polished(xs, target, lam, .7, 3), m, s)
                    if name == "classes":
                        b["intercepts"] = (np.array(b["intercepts"]) - np.mean(b["intercepts"])).tolist()
                    base["fits"].append(dict(y=name, alpha=.7, lam=lam, **b))
        w = rng.uniform(.2, 3, n)
        xw, mw, sw = standardised(x, w)
        r = Ridge(alpha=w.sum() * .1, solver="cholesky").fit(xw, y, sample_weight=w)
        l = LogisticRegression(C=1 / (w.sum() * .1), solver="newton-cholesky", tol=1e-13, max_iter=1000).fit(xw, c, sample_weight=w)
        base["weighted"] = dict(weights=w.tolist(), lam=.1, values=back(r.intercept_, r.coef_, mw, sw), binary=back(l.intercept_, l.coef_, mw, sw))
        out.append(base)
    return out


x = rng.normal(size=(90, 2))
y = (x[:, 0] - .5 * x[:, 1] + rng.logistic(size=90) > .2).astype(int)
glm = sm.GLM(y, sm.add_constant(x), family=sm.families.Binomial()).fit(tol=1e-14)
logistic = dict(x=x.ravel().tolist(), y=y.tolist(), params=glm.params.tolist(), se=glm.bse.tolist(), llf=glm.llf)

a, b = rng.normal(size=7), rng.normal(.8, 1, size=11)
at, bt = np.round(rng.normal(size=40), 1), np.round(rng.normal(.4, 1, size=55), 1)
d = rng.normal(.3, 1, size=17)
dl = np.round(rng.normal(.2, 1, size=80), 1)
dl = dl[dl != 0]
table = np.array([[12, 5, 9], [4, 14, 8]])
pv = rng.random(9) ** 3
en = lambda n, m: np.sqrt(n * m / (n + m))
big = (rng.normal(size=1500), rng.normal(.1, 1, size=1200))
ks_big = stats.ks_2samp(*big, method="asymp").statistic
tests = dict(
    a=a.tolist(), b=b.tolist(), at=at.tolist(), bt=bt.tolist(), d=d.tolist(), dl=dl.tolist(), table=table.ravel().tolist(), pv=pv.tolist(),
    ks=list(stats.ks_2samp(a, b, method="exact")[:2]), ks_ties=list(stats.ks_2samp(at, bt, method="exact")[:2]),
    big_a=big[0].tolist(), big_b=big[1].tolist(), ks_big=[ks_big, stats.kstwobign.sf(en(1500, 1200) * ks_big)],
    mw=list(stats.mannwhitneyu(a, b, method="exact")), mw_ties=list(stats.mannwhitneyu(at, bt, method="asymptotic")),
    wilcoxon=list(stats.wilcoxon(d, method="exact")), wilcoxon_ties=list(stats.wilcoxon(dl, method="asymptotic", correction=False)),
    chi2=list(stats.chi2_contingency(table, correction=False)[:2]),
    holm=multipletests(pv, method="holm")[1].tolist(), bh=multipletests(pv, method="fdr_bh")[1].tolist(),
)
q = np.array([1e-10, 1e-4, .025, .2, .5, .8, .975, .9999])
dist = dict(
    q=q.tolist(), normal=stats.norm.ppf(q).tolist(), x=[-9., -4., -1.3, 0., .4, 2., 6.], normal_cdf=stats.norm.cdf([-9, -4, -1.3, 0, .4, 2, 6]).tolist(),
    df=[1., 2.5, 4., 19., 99.], t=[stats.t.ppf(q, f).tolist() for f in [1, 2.5, 4, 19, 99]], t_cdf=[stats.t.cdf([-9, -4, -1.3, 0, .4, 2, 6], f).tolist() for f in [1, 2.5, 4, 19, 99]],
    chi2=[[v, f, stats.chi2.sf(v, f)] for v, f in [(.1, 1), (3.84, 1), (12., 5), (80., 10)]],
    kolmogorov=[[v, stats.kstwobign.sf(v)] for v in [.2, .5, .79, .81, 1.36, 2.5]],
)
z = rng.normal(100, 3, 23)
summary = dict(z=z.tolist(), mean=z.mean(), sd=z.std(ddof=1), quantiles=[[v, np.quantile(z, v)] for v in [0, .1, .25, .5, .99, 1]],
               ranks=stats.rankdata(at).tolist(), smd=(a.mean() - b.mean()) / np.sqrt((a.var(ddof=1) + b.var(ddof=1)) / 2))
from sklearn.decomposition import PCA


def pca(n, p):
    x = rng.normal(size=(n, 3)) @ rng.normal(size=(3, p)) + .3 * rng.normal(size=(n, p)) + 5
    f = PCA(n_components=3, svd_solver="full").fit(x)
    sign = np.sign(f.components_[np.arange(3), np.abs(f.components_).argmax(1)])
    return dict(n=n, p=p, x=x.ravel().tolist(), axes=(f.components_ * sign[:, None]).ravel().tolist(), variance=f.explained_variance_.tolist(),
                share=f.explained_variance_ratio_.tolist(), scores=(f.transform(x) * sign).ravel().tolist())


doc = dict(versions=dict(numpy=np.__version__, scipy=scipy.__version__, sklearn=sklearn.__version__, statsmodels=statsmodels.__version__),
           problems=fits(), pca=[pca(25, 4), pca(8, 30)], logistic=logistic, tests=tests, dist=dist, summary=summary)
pathlib.Path(__file__).with_suffix(".json").write_text(json.dumps(doc, default=float, allow_nan=False) + "\n")
