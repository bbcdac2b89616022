"""A cheap stand-in for the model: each moment as a quadratic of the parameters, with the error that it makes.

    f(x) = c + sum_i (a_i x_i + b_i x_i^2) + error,   x in [-1, 1]^p: places in the prior

fitted by ridge regression whose penalty minimises the leave-one-out error (Golub, Heath and Wahba 1979 for the formula
with the hat matrix). ``error`` is the leave-one-out standard deviation: it holds the lack of fit and the sampling noise
of one run, so that what is judged with it is judged gently. Products of parameters are left out: with designs of a few
times p points they cannot be told from noise.
"""

from dataclasses import dataclass

import numpy as np

from market.units import Float

PENALTIES = np.logspace(-4, 3, 29)


@dataclass(frozen=True)
class Emulator:
    """Coefficients by moment (B, M) and leave-one-out errors (M,); R squared (M,) is that of leaving one out."""

    coefficients: Float
    error: Float
    r_squared: Float

    def predict(self, x: Float) -> Float:
        """Return moments (N, M) at places x (N, p) in [-1, 1]."""
        return np.asarray(basis(x) @ self.coefficients)


def basis(x: Float) -> Float:
    """Return 1, x and x squared less a third (its mean), (N, 1 + 2 p)."""
    return np.column_stack([np.ones(len(x)), x, x * x - 1.0 / 3.0])


def fit(x: Float, moments: Float) -> Emulator:
    """Fit every moment (N, M) on places (N, p); ValueError for fewer than eight points or what is not finite, named."""
    if len(x) < 8:
        raise ValueError(f"{len(x)} points, expected 8 or more to fit an emulator")
    if not np.isfinite(moments).all():
        point, moment = (int(at) for at in np.argwhere(~np.isfinite(moments))[0])
        raise ValueError(
            f"moment {moment} of point {point} is {moments[point, moment]}, expected a number: leave the moment out"
        )
    b = basis(x)
    fits = [_one(b, column) for column in moments.T]
    coefficients, errors, shares = (np.array(part) for part in zip(*fits, strict=True))
    return Emulator(coefficients.T, errors, shares)


def _one(b: Float, y: Float) -> tuple[Float, float, float]:
    """Return coefficients, leave-one-out error and R squared of one moment (N,) at the best penalty."""
    centred = y - y.mean()
    left, singular, right = np.linalg.svd(b[:, 1:] - b[:, 1:].mean(axis=0), full_matrices=False)
    best: tuple[float, float] = (np.inf, PENALTIES[-1])
    for penalty in PENALTIES:
        shrunk = singular**2 / (singular**2 + penalty)
        hat = (left * shrunk) @ left.T + 1.0 / len(y)
        residual = (y - hat @ y) / np.maximum(1.0 - np.diag(hat), 1e-9)
        best = min(best, (float(np.mean(residual**2)), float(penalty)))
    variance, penalty = best
    slopes = right.T @ (singular / (singular**2 + penalty) * (left.T @ centred))
    constant = y.mean() - b[:, 1:].mean(axis=0) @ slopes
    spread = float(np.mean(centred**2))
    share = 1.0 - variance / spread if spread > 0 else 0.0
    return np.concatenate([[constant], slopes]), float(np.sqrt(variance)), share
