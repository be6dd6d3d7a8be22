"""Writes transfer.json: importance weights, feature alignment and transferability, by scipy, scikit-learn, POT and by the
papers' formulas in numpy (brute force where ours is a shortcut).

    python -P tests/golden/transfer.py (-P: math.py beside it hides the standard one)
"""
import json, pathlib
import numpy as np, ot, scipy, sklearn
from scipy.optimize import minimize
from scipy.spatial.distance import cdist
from sklearn.covariance import LedoitWolf, ledoit_wolf

rng = np.random.default_rng(2023)
out = {"versions": {"numpy": np.__version__, "scipy": scipy.__version__, "sklearn": sklearn.__version__, "pot": ot.__version__}}
flat = lambda m: np.asarray(m, float).ravel().tolist()
kernel = lambda a, b, s: np.exp(-cdist(a, b, "sqeuclidean") / (2 * s * s))

# --- weights -----------------------------------------------------------------------------------------------------------
xs = rng.normal(0, 1, (40, 2)); xt = rng.normal([.8, -.4], .7, (30, 2)); sigma = 1.0
n, m = len(xs), len(xt)
K, kappa = kernel(xs, xs, sigma), n / m * kernel(xs, xt, sigma).sum(1)
eps = (np.sqrt(n) - 1) / np.sqrt(n)
f = lambda w: .5 * w @ K @ w - kappa @ w
best = None
for start in (np.ones(n), rng.uniform(0, 2, n)):
    r = minimize(f, start, jac=lambda w: K @ w - kappa, method="SLSQP", bounds=[(0, 5)] * n, tol=1e-14,
        constraints=[{"type": "ineq", "fun": lambda w: n * (1 + eps) - w.sum()}, {"type": "ineq", "fun": lambda w: w.sum() - n * (1 - eps)}],
        options={"maxiter": 5000, "ftol": 1e-14})
    best = r if best is None or r.fun < best.fun else best
out["kmm"] = {"objective": best.fun, "bound": 5, "smoothed": flat(K @ best.x)}

phi_s, phi_t = kernel(xs, xt, sigma), kernel(xt, xt, sigma)
def ulsif(fs, ft, alpha, lam):
    H = alpha * ft.T @ ft / len(ft) + (1 - alpha) * fs.T @ fs / len(fs)
    return np.linalg.solve(H + lam * np.eye(fs.shape[1]), ft.mean(0))
lam = .1
out["ulsif"] = [{"alpha": a, "theta": flat(ulsif(phi_s, phi_t, a, lam))} for a in (0, .5)]
# Leaving one row of each side out, by fitting without them: rows 0, 1, ... of both sides together.
def left_out(order_s, order_t):
    total = []
    for i, j in zip(order_s, order_t):
        t = np.clip(ulsif(np.delete(phi_s, i, 0), np.delete(phi_t, j, 0), 0, lam), 0, None)
        total.append((phi_s[i] @ t) ** 2 / 2 - phi_t[j] @ t)
    return np.mean(total)
# The pairing of rows is ours to draw: the mean over many pairings, and how far one falls from it.
many = [left_out(rng.permutation(n), rng.permutation(m)) for _ in range(60)]
out["ulsif_loo"] = {"mean": np.mean(many), "sd": np.std(many), "whole": left_out(range(n), range(m))}

b = phi_s.mean(0)
R = phi_t / b
k = minimize(lambda q: -np.log(R @ q).mean(), np.full(m, 1 / m), jac=lambda q: -(R / (R @ q)[:, None]).mean(0), method="SLSQP",
    bounds=[(0, 1)] * m, constraints=[{"type": "eq", "fun": lambda q: q.sum() - 1}], options={"maxiter": 5000, "ftol": 1e-15})
out["kliep"] = {"likelihood": -k.fun}
out["weights"] = {"source": flat(xs), "target": flat(xt), "sigma": sigma, "lambda": lam}

# --- alignment ---------------------------------------------------------------------------------------------------------
mix = rng.normal(0, 1, (4, 4))
a_s = rng.normal(0, 1, (30, 4)) @ mix + [1, 2, 3, 4]; a_t = rng.normal(0, 1, (25, 4)) @ rng.normal(0, 1, (4, 4)) - 1
sq = lambda c: scipy.linalg.sqrtm(c).real
c_s, c_t = np.cov(a_s.T), np.cov(a_t.T)
l_s, l_t = LedoitWolf().fit(a_s), LedoitWolf().fit(a_t)
wide = rng.normal(0, 1, (8, 20))
monge, _ = ot.gaussian.bures_wasserstein_mapping(a_s.mean(0), a_t.mean(0), c_s, c_t)
gamma_k = kernel(np.vstack([a_s, a_t]), np.vstack([a_s, a_t]), 4.0)
N, ns = len(gamma_k), len(a_s)
e = np.r_[np.full(ns, 1 / ns), np.full(N - ns, -1 / (N - ns))]
H, L = np.eye(N) - 1 / N, np.outer(e, e)
tca = {}
for mu in (.1, 1.0, 10.0):
    val, vec = scipy.linalg.eigh(gamma_k @ H @ gamma_k, np.eye(N) + mu * gamma_k @ L @ gamma_k)
    z = gamma_k @ vec[:, ::-1][:, :3]
    tca[str(mu)] = {"values": flat(val[::-1][:3]), "embedding": flat(z * np.sign(vec[np.abs(vec[:, ::-1][:, :3]).argmax(0), N - 1 - np.arange(3)]))}
def axes(x, d):
    return np.linalg.svd(x - x.mean(0), full_matrices=False)[2][:d].T
p_s, p_t = axes(a_s, 2), axes(a_t, 2)
out["align"] = {"source": flat(a_s), "target": flat(a_t), "root": flat(sq(c_s)), "inverse_root": flat(np.linalg.inv(sq(c_s))),
    "coral": flat(np.linalg.inv(sq(c_s)) @ sq(c_t)), "coral_shrunken": flat(np.linalg.inv(sq(l_s.covariance_)) @ sq(l_t.covariance_)),
    "monge": flat(monge), "shrinkage": l_s.shrinkage_, "covariance": flat(l_s.covariance_), "wide": flat(wide),
    "wide_shrinkage": ledoit_wolf(wide)[1], "wide_covariance": flat(ledoit_wolf(wide)[0]), "tca": tca,
    # Signs of axes cancel in inner products of the aligned rows with the target's.
    "subspace": flat(((a_s - a_s.mean(0)) @ p_s @ (p_s.T @ p_t)) @ ((a_t - a_t.mean(0)) @ p_t).T)}

# --- transferability ---------------------------------------------------------------------------------------------------
y = rng.choice(3, 60, p=[.5, .3, .2]); f3 = rng.normal(0, 1, (60, 6)); f3[:, 0] += y; f3[:, 1] -= (y == 2) * 1.5
def evidence(F, t):
    """By the marginal normal density of t, maximised numerically: no formula in common with ours."""
    def minus(v):
        cov = np.eye(len(F)) / np.exp(v[1]) + F @ F.T / np.exp(v[0])
        return -scipy.stats.multivariate_normal(np.zeros(len(F)), cov, allow_singular=False).logpdf(t)
    return -min((minimize(minus, s, method="Nelder-Mead", options={"xatol": 1e-9, "fatol": 1e-11, "maxiter": 4000}) for s in ([0, 0], [2, 1])), key=lambda r: r.fun).fun / len(F)
few = rng.normal(0, 1, (12, 30)); t_few = few[:, 0] + rng.normal(0, 2, 12)
theta = scipy.special.softmax(np.c_[f3[:, :3] * 1.2, f3[:, 3]], axis=1)
joint = np.array([[theta[y == c, z].sum() for z in range(4)] for c in range(3)]) / len(y)
given = joint / joint.sum(0)
means = np.array([f3[y == c].mean(0) for c in range(3)])[y]
lw = LedoitWolf().fit(f3)
out["scores"] = {"f": flat(f3), "y": y.tolist(), "few": flat(few), "t_few": flat(t_few), "theta": flat(theta),
    "logme": np.mean([evidence(f3, (y == c).astype(float)) for c in range(3)]), "logme_values": evidence(f3, f3[:, 0] * .5 + y),
    "logme_few": evidence(few, t_few), "leep": float(np.mean(np.log((given[y] * theta).sum(1)))),
    "h_score": np.trace(np.linalg.pinv(np.cov(f3.T)) @ np.cov(means.T)),
    "h_shrunken": np.trace(np.linalg.pinv(lw.covariance_) @ ((1 - lw.shrinkage_) * np.cov(means.T)))}

# DISDE from given log odds, losses and regressions: the published weights, and the root of the influence function's
# equation with its variance, solved here by bisection rather than in closed form.
n_s, n_t = 80, 50
target = np.r_[np.zeros(n_s, bool), np.ones(n_t, bool)]
log_odds = rng.normal(0, .8, n_s + n_t) + .7 * target; l = rng.exponential(.5, n_s + n_t) + .3 * target
m_hat, mu_hat = .4 + .1 * log_odds, .7 + .2 * log_odds
alpha = n_t / (n_s + n_t); prior = np.log(alpha / (1 - alpha))
pi = scipy.special.expit(log_odds + prior)
w_s = (1 - alpha) * pi / (alpha * (1 - pi) + (1 - alpha) * pi); w_t = alpha * (1 - pi) / (alpha * (1 - pi) + (1 - alpha) * pi)
e = w_s
def equation(theta, own, reg, w, other):
    return (w * (l - reg))[own].mean() + (w ** 2 * (reg - theta))[own].mean() + (other ** 2 * (reg - theta))[~own].mean()
theta_p = scipy.optimize.brentq(lambda t: equation(t, ~target, m_hat, e, 1 - e), -10, 10, xtol=1e-14)
theta_q = scipy.optimize.brentq(lambda t: equation(t, target, mu_hat, 1 - e, e), -10, 10, xtol=1e-14)
mass = (e ** 2)[~target].mean() + ((1 - e) ** 2)[target].mean()
if_p = np.where(target, (1 - e) ** 2 * (m_hat - theta_p), e * (l - m_hat) + e ** 2 * (m_hat - theta_p)) / mass
if_q = np.where(target, (1 - e) * (l - mu_hat) + (1 - e) ** 2 * (mu_hat - theta_q), e ** 2 * (mu_hat - theta_q)) / mass
def se(v):
    # Not centred: at the estimate the parts of the two sides add up to 0 together, not each.
    return np.sqrt(sum((v[s] ** 2).sum() / s.sum() ** 2 * s.sum() / (s.sum() - 1) for s in (target, ~target)))
loss_s, loss_t = np.where(target, 0, l - l[~target].mean()), np.where(target, l - l[target].mean(), 0)
out["disde"] = {"target": target.tolist(), "log_odds": flat(log_odds + prior), "prior": prior, "loss": flat(l), "m": flat(m_hat), "mu": flat(mu_hat),
    "weighted": [np.average(l[~target], weights=w_s[~target]), np.average(l[target], weights=w_t[target])],
    "parts": [theta_p - l[~target].mean(), theta_q - theta_p, l[target].mean() - theta_q],
    "se": [se(if_p - loss_s), se(if_q - if_p), se(loss_t - if_q), se(loss_t - loss_s)], "shared": 2 * mass}

pathlib.Path(__file__).with_suffix(".json").write_text(json.dumps(out) + "\n")
show = lambda v: v if not isinstance(v, list) or len(v) < 6 else f"{len(v)} numbers"
print(json.dumps({k: {a: show(b) for a, b in v.items()} if isinstance(v, dict) else show(v) for k, v in out.items()}, indent=1, default=str)[:3000])
