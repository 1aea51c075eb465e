"""How often do the intervals of loadings hold the truth, by ML and by MLR?

One factor, five items: normal ones, and answers on five steps near a ceiling. The
truth is what two million people give. Also how often each χ² at 5 % rejects a model
that holds: with steps the model is only nearly true, which the last column shows.
Run: make bench, or python tests/bench/factors_coverage.py; a number behind it is the
share of the draws to make, such as 0.1.
"""

from __future__ import annotations

import sys

import numpy as np
from scipy.special import chdtrc, ndtri

from tillit_eval.quality.factors._build import build_spec
from tillit_eval.quality.factors._ml import fit_ml
from tillit_eval.quality.factors._moments import moments_of
from tillit_eval.quality.factors._robust import robust

SHARE = float(sys.argv[1]) if __name__ == "__main__" and sys.argv[1:] else 1.0
DRAWS = int(1_500 * SHARE)
SIZES = (50, 200, 1_000)
LOADINGS = np.array([0.8, 0.7, 0.7, 0.6, 0.5])
ITEMS = [f"q{i + 1}" for i in range(5)]
SPEC = build_spec({"trust": ITEMS})
REACH = float(ndtri(0.975))


def items(n: int, kind: str, rng: np.random.Generator) -> np.ndarray:
    """Draw answers of `n` people to five items of one trait."""
    noise = rng.normal(size=(n, 5)) * np.sqrt(1 - LOADINGS**2)
    latent = rng.normal(size=(n, 1)) * LOADINGS + noise
    if kind == "normal":
        return latent
    return np.clip(np.rint(4 + 1.1 * latent), 1, 5)


def standardised(theta: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return standardised loadings and their slopes by the parameters."""
    loadings, rest = theta[:5], theta[5:]
    total = loadings**2 + rest
    slope = np.hstack(
        [np.diag(rest / total**1.5), np.diag(-loadings / (2 * total**1.5))]
    )
    sign = 1.0 if loadings.sum() >= 0 else -1.0
    return sign * loadings / np.sqrt(total), sign * slope


def one_draw(
    answers: np.ndarray, truth: np.ndarray
) -> tuple[np.ndarray, np.ndarray, bool, bool] | None:
    """Tell which loadings each interval holds, and which χ² rejects the model."""
    if (answers.std(axis=0) == 0).any():
        return None
    moments = moments_of([answers], ITEMS)
    fit = fit_ml(SPEC, moments)
    if not (fit.converged and fit.identified) or (fit.theta[5:] <= 0).any():
        return None
    found, slope = standardised(fit.theta)
    loose = robust(SPEC, fit.theta, moments, [answers])
    held = []
    for covariance in (fit.covariance(len(answers)), loose.covariance):
        errors = np.sqrt(np.einsum("ij,jk,ik->i", slope, covariance, slope))
        held.append(np.abs(found - truth) <= REACH * errors)
    chi = fit.objective * len(answers)
    scaled = chi * SPEC.df / loose.trace
    return *held, chdtrc(5, chi) < 0.05, chdtrc(5, scaled) < 0.05  # type: ignore[return-value]


def main() -> None:
    """Print coverage of 95 % intervals and rejections of true models, in per cent."""
    print(f"{DRAWS} draws each; coverage is the mean over five loadings")
    print(
        f"{'items':>8} {'n':>6} {'ML':>6} {'MLR':>6}"
        f" {'χ² ML':>7} {'MLR':>6} {'none':>6}"
    )
    for kind in ("normal", "ceiling"):
        rng = np.random.default_rng(2_000_000)
        large = moments_of([items(2_000_000, kind, rng)], ITEMS)
        truth, _ = standardised(fit_ml(SPEC, large).theta)
        for n in SIZES:
            rng = np.random.default_rng(n)
            drawn = [one_draw(items(n, kind, rng), truth) for _ in range(DRAWS)]
            kept = [one for one in drawn if one is not None]
            shares = [100 * np.mean([one[i] for one in kept]) for i in range(4)]
            none = 100 * (1 - len(kept) / DRAWS)
            cells = (
                f"{shares[0]:6.1f} {shares[1]:6.1f} {shares[2]:7.1f} {shares[3]:6.1f}"
            )
            print(f"{kind:>8} {n:6,} {cells} {none:6.1f}", flush=True)
    print("none: a constant item, a Heywood case, or no solution")


if __name__ == "__main__":
    main()
