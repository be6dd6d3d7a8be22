"""Goldens of the linear transfer methods: statsmodels (recalibration), scipy and closed form (ridge towards the source),
scikit-learn (augmentation). Run: python -P tests/golden/linear.py (math.py lies beside it)"""
import json, pathlib, warnings
import numpy as np, scipy, sklearn, statsmodels
import statsmodels.api as sm
from scipy import optimize, stats
from scipy.special import expit, logsumexp
from sklearn.linear_model import LogisticRegression, Ridge

warnings.simplefilter("ignore")
rng = np.random.default_rng(11)
n, p = 90, 4
x = rng.normal(size=(n, p)).astype(np.float32).astype(float)
source = dict(intercept=-0.4, coef=[0.9, -0.6, 0.3, 0.2])
b_s = np.array(source["coef"])
lp = source["intercept"] + x @ b_s
y = (rng.random(n) < expit(0.7 + 0.6 * lp + 0.5 * x[:, 3])).astype(int)
v = 2.0 + 0.7 * lp + 0.4 * x[:, 1] + rng.normal(size=n)
out = dict(versions={m.__name__: m.__version__ for m in (np, scipy, sklearn, statsmodels)},
    x=x.ravel().tolist(), n=n, p=p, source=source, y=y.tolist(), v=v.tolist())

one = np.ones((n, 1))
glm = lambda design, offset=None: sm.GLM(y, design, family=sm.families.Binomial(), offset=offset).fit(tol=1e-14, maxiter=200)
intercept, slope, revision = glm(one, lp), glm(np.c_[one, lp]), glm(np.c_[one, x])
none_llf = float((y * lp - np.logaddexp(0, lp)).sum())
ratio = lambda low, df: dict(statistic=2 * (revision.llf - low), df=df, p=float(stats.chi2.sf(2 * (revision.llf - low), df)))
out["binary"] = dict(intercept=intercept.params.tolist(), slope=slope.params.tolist(), revision=revision.params.tolist(),
    llf=[none_llf, intercept.llf, slope.llf, revision.llf],
    tests=[ratio(none_llf, p + 1), ratio(intercept.llf, p), ratio(slope.llf, p - 1)])

ols = lambda design, t: sm.OLS(t, design).fit()
a, s, r = ols(one, v - lp), ols(np.c_[one, lp], v), ols(np.c_[one, x], v)
rss = [float(((v - lp) ** 2).sum()), a.ssr, s.ssr, r.ssr]
def f(low, df):
    q = (low - r.ssr) / df / (r.ssr / (n - p - 1))
    return dict(statistic=q, df=df, p=float(stats.f.sf(q, df, n - p - 1)))
assert abs(r.compare_f_test(s)[1] - f(s.ssr, p - 1)["p"]) < 1e-12
out["number"] = dict(intercept=a.params.tolist(), slope=s.params.tolist(), revision=r.params.tolist(), rss=rss,
    tests=[f(rss[0], p + 1), f(rss[1], p), f(rss[2], p - 1)])

# Three classes: intercepts a class and one slope by scipy; revision by MNLogit.
b3 = np.c_[np.zeros(p), b_s, [-0.5, 0.4, 0.8, -0.3]].T
a3 = np.array([0.0, -0.4, 0.3])
eta3 = a3 + x @ b3.T
shifted = 1.4 * eta3 + np.array([0, 0.8, -0.5])
y3 = np.array([rng.choice(3, p=np.exp(e - logsumexp(e))) for e in shifted])
def nll3(theta):
    e = theta[-1] * eta3 + np.r_[0, theta[:2]]
    return -(e[np.arange(n), y3] - logsumexp(e, axis=1)).sum()
best = optimize.minimize(nll3, [0, 0, 1.0], method="BFGS", options=dict(gtol=1e-9))
best = optimize.minimize(nll3, best.x, method="Nelder-Mead", options=dict(xatol=1e-11, fatol=1e-13, maxiter=4000))
mn = sm.MNLogit(y3, np.c_[one, x]).fit(disp=0, method="newton", maxiter=200, tol=1e-14)
out["three"] = dict(intercepts=a3.tolist(), coefficients=b3.ravel().tolist(), y=y3.tolist(), slope=best.x.tolist(),
    slope_llf=-best.fun, revision=np.asarray(mn.params).T.ravel().tolist(), revision_llf=mn.llf)

# Ridge towards the source: (1/n) Σ loss + λ/2 ‖β − β_S‖², intercept free.
lam = 0.08
def towards(theta):
    e = theta[0] + x @ theta[1:]
    g = (expit(e) - y) / n
    d = theta[1:] - b_s
    return (np.logaddexp(0, e) - y * e).mean() + lam / 2 * d @ d, np.r_[g.sum(), x.T @ g + lam * d]
fit = optimize.minimize(towards, np.zeros(p + 1), jac=True, method="BFGS", options=dict(gtol=1e-12))
xc = x - x.mean(0)
closed = b_s + np.linalg.solve(xc.T @ xc / n + lam * np.eye(p), xc.T @ (v - v.mean() - xc @ b_s) / n)
out["towards"] = dict(lam=lam, binary=fit.x.tolist(), number=[v.mean() - x.mean(0) @ closed, *closed])

# Augmentation: x, (1, x) of the source, (1, x) of the target; scikit-learn's ridge on the stacked matrix.
own = 30
here = np.r_[np.ones(own), np.zeros(n - own)][:, None]
z = np.c_[x, (1 - here) * np.c_[one, x], here * np.c_[one, x]]
lr = LogisticRegression(C=1 / (n * lam), solver="newton-cholesky", tol=1e-12, max_iter=1000).fit(z, y)
rr = Ridge(alpha=n * lam, solver="cholesky").fit(z, v)
target = lambda a, b: [float(a + b[2 * p + 1]), *(b[:p] + b[2 * p + 2:])]
out["augmented"] = dict(own=own, lam=lam, binary=target(lr.intercept_[0], lr.coef_[0]), number=target(rr.intercept_, rr.coef_))

# Saerens' EM on the source's probabilities, by maximising the likelihood of the shares.
ps = np.array([0.6, 0.4]); q = np.c_[1 - expit(lp), expit(lp)]
nll = lambda t: -np.log(q @ (np.array([1 - t, t]) / ps)).sum()
out["shares"] = dict(source=ps.tolist(), target=optimize.minimize_scalar(nll, bounds=(1e-9, 1 - 1e-9), method="bounded", options=dict(xatol=1e-13)).x)
pathlib.Path(__file__).with_suffix(".json").write_text(json.dumps(out, default=float) + "\n")
print(out["binary"]["tests"], out["number"]["tests"], out["three"]["slope"], out["towards"], out["augmented"], out["shares"])
