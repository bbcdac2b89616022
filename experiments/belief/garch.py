"""Series that know nothing of the market, as nulls of a validation: a random walk and a GARCH(1,1) of yields.

Both are fitted to the published daily changes, drawn for as many days as the model ran, and measured by the same
estimators. A moment that they meet as well is no evidence for the model. GARCH(1,1) with normal shocks (Bollerslev
1986, J. Econometrics 31), fitted by maximum likelihood with variance targeting:

    h(t) = s (1 - a - b) + a e(t-1)^2 + b h(t-1),   s the sample variance

Units: those of the changes (bp).
"""

import numpy as np
from scipy.optimize import minimize

from market.units import Float


def variances(changes: Float, a: float, b: float) -> Float:
    """Return the conditional variances (T,) of changes (T,) about their mean under GARCH(1,1), targeted."""
    errors = changes - changes.mean()
    target = float(np.mean(errors**2))
    variance = np.empty(len(changes))
    variance[0] = target
    for day in range(1, len(changes)):
        variance[day] = target * (1 - a - b) + a * errors[day - 1] ** 2 + b * variance[day - 1]
    return variance


def fit(changes: Float) -> tuple[float, float]:
    """Return (a, b) of the largest likelihood with a, b >= 0 and a + b <= 0.999."""
    errors = changes - changes.mean()

    def minus_likelihood(parameters: Float) -> float:
        a, b = parameters
        if a < 0 or b < 0 or a + b > 0.999:
            return 1e12
        variance = variances(changes, a, b)
        return float(np.sum(np.log(variance) + errors**2 / variance))

    starts = [(0.02, 0.5), (0.05, 0.9), (0.1, 0.8)]
    best = min(
        (minimize(minus_likelihood, start, method="Nelder-Mead") for start in starts), key=lambda found: found.fun
    )
    return float(best.x[0]), float(best.x[1])


def draw_garch(changes: Float, fitted: tuple[float, float], days: int, seed: int) -> Float:
    """Return changes (days,) drawn from a GARCH(1,1) of (a, b) with the variance of published changes."""
    a, b = fitted
    target = float(np.var(changes))
    shocks = np.random.default_rng(seed).standard_normal(days)
    drawn, variance = np.empty(days), target
    for day in range(days):
        drawn[day] = np.sqrt(variance) * shocks[day]
        variance = target * (1 - a - b) + a * drawn[day] ** 2 + b * variance
    return drawn


def draw_walk(changes: Float, days: int, seed: int) -> Float:
    """Return changes (days,) of a Gaussian random walk with the published standard deviation."""
    return np.random.default_rng(seed).normal(0.0, np.std(changes, ddof=1), days)
