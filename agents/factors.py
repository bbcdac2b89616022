"""What the three factors of the curve add up to in a security: one sum in a stated order, for one member or all."""

import numpy as np

from market.kernels import rule
from market.units import Float


@rule
def add_up(first: float, second: float, third: float, load: float, second_load: float, third_load: float) -> float:
    """Return the sum of three factors times their loadings, in their order."""
    return first * load + second * second_load + third * third_load


def along_factors(factor: Float, load: Float) -> Float:
    """Return what factors (..., 3) add up to in each security (..., S) by its loadings (S, 3)."""
    columns = np.ascontiguousarray(load.T)
    return np.asarray(add_up(factor[..., 0:1], factor[..., 1:2], factor[..., 2:3], *columns))
