"""Exposures: positions weighted by what each security carries (risk, duration, a maturity node).

Floating sums by matrix products or ``np.sum`` differ in their last bits between a kind and one of its members, and
those of a linear algebra library between machines; these do not.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from market.exposure_kernels import explain, spread_out, weigh
from market.units import Float, Int


def exposure(position: NDArray[Any], weight: Float) -> Float:
    """Return sums over securities (..., K) of positions (..., S) times weights (S, K) or, giving (..., 1), (S,)."""
    rows = np.ascontiguousarray(np.atleast_2d(position), np.float64)
    columns = np.ascontiguousarray(weight.reshape(len(weight), -1), np.float64)
    out = np.empty((len(rows), columns.shape[1]))
    weigh(rows, columns, out)
    return out if np.ndim(position) == 2 else out[0]


def root_of(covariance: Float) -> Float:
    """Return the lower triangular root (K, K) of a covariance (Cholesky), by sums in the order of the columns."""
    root = np.zeros_like(covariance)
    for i in range(len(covariance)):
        for j in range(i + 1):
            left = covariance[i, j]
            for k in range(j):
                left -= root[i, k] * root[j, k]
            if i == j and not left > 0.0:
                raise ValueError(f"root_of: a variance of {left:g} is left at place {i}, expected a positive one")
            root[i, j] = np.sqrt(left) if i == j else left / root[j, j]
    return root


def along(factor: Float, load: Float) -> Float:
    """Return what factors (..., K) add up to in each security (..., S) by its loads (S, K)."""
    rows = np.ascontiguousarray(np.atleast_2d(factor))
    out = np.zeros((len(rows), len(load)))
    spread_out(rows, np.ascontiguousarray(load.T), out)
    return out if np.ndim(factor) == 2 else out[0]


def unexplained(value: Float, load: Float, factor: Float, member: Int, security: Int) -> Float:
    """Return values (S,) less what factors (members, K) explain by loads (S, K), in pairs (J,)."""
    out = np.empty(len(security))
    explain(value, load, np.atleast_2d(factor), member, security, out)
    return out
