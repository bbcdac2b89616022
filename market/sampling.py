"""Counts and choices from uniform draws, the same for one institution as for all of a kind."""

import numpy as np

from market.sampling_kernels import place_by_total
from market.units import Float, Int


def poisson(mean: Float, chance: Float, most: int) -> Int:
    """Return Poisson counts by inversion of ``chance`` in (0, 1), elementwise, at most ``most``."""
    term = np.exp(-mean)
    total = term.copy()
    count = np.zeros(np.shape(mean), np.int64)
    for k in range(1, most + 1):
        more = chance > total
        count += more
        term = term * mean / k
        total = total + term
        if not more.any():
            break
    return count


def choose(running_totals: Float, member: Int, chance: Float) -> Int:
    """Return for each draw the column chosen in proportion to the weights of its member's row.

    ``running_totals`` is (members, S), non-decreasing along a row and with a positive end; ``member`` and ``chance`` are (J,).
    """
    out = np.empty(len(member), np.int64)
    place_by_total(np.ascontiguousarray(running_totals), np.asarray(member, np.int64), np.asarray(chance), out)
    return out
