"""Counts and choices from uniform draws, the same for one institution as for all of a kind."""

import numpy as np

from market.draws.sampling_kernels import invert_poisson, place_by_total
from market.units import Float, Int


def poisson(mean: Float, chance: Float, most: int) -> Int:
    """Return Poisson counts (n,) by inversion of ``chance`` (n,) in (0, 1), at most ``most``; 0 at a mean below 0."""
    count = np.empty(len(mean), np.int64)
    invert_poisson(mean, np.exp(-np.maximum(mean, 0.0)), chance, most, count)
    return count


def choose(running_totals: Float, member: Int, chance: Float) -> Int:
    """Return for each draw the column chosen in proportion to the weights of its member's row.

    ``running_totals`` is (members, S), non-decreasing along a row and with a positive end; ``member`` and ``chance``
    are (J,).
    """
    out = np.empty(len(member), np.int64)
    place_by_total(np.ascontiguousarray(running_totals), np.asarray(member, np.int64), np.asarray(chance), out)
    return out
