"""Exposures: positions weighted by what each security carries (risk, duration, a maturity node).

Floating sums by matrix products or ``np.sum`` differ in their last bits between a kind and one of its members; these do
not.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from market.exposure_kernels import weigh
from market.units import Float


def exposure(position: NDArray[Any], weight: Float) -> Float:
    """Return sums over securities (..., K) of positions (..., S) times weights (S, K) or, giving (..., 1), (S,)."""
    rows = np.ascontiguousarray(np.atleast_2d(position), np.float64)
    columns = np.ascontiguousarray(weight.reshape(len(weight), -1), np.float64)
    out = np.empty((len(rows), columns.shape[1]))
    weigh(rows, columns, out)
    return out if np.ndim(position) == 2 else out[0]
