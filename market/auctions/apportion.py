"""Shares of a whole in exact integers: who gets how much when there is not enough, and not a unit is lost.

Two rules. ``apportion`` splits a total in proportion to weights by the method of largest remainders (Hamilton's):
every share is the exact quota rounded down or up, the shares sum to the total, and ties go to the lower index.
``first_come`` grants wishes in the order given until the limit of each group is used up. Units are the caller's;
amounts are below 2**62. Integer weights are exact at any size; real ones count to 2**-53 of the largest.
"""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from market.units import Int


def apportion(total: int, weights: ArrayLike) -> Int:
    """Split ``total`` in proportion to ``weights``, shape (n,), by largest remainders; the shares sum to it exactly.

    A weight of 0 gets nothing. Raises ValueError where the total or a weight is negative or not finite, or where
    something is to be split and no weight is positive.

    >>> apportion(10, [1, 1, 1]).tolist()
    [4, 3, 3]
    """
    given, total = np.asarray(weights), int(total)
    if given.ndim != 1 or total < 0 or not np.all((given >= 0) & np.isfinite(given)):
        raise ValueError(f"apportion: total {total} and weights of shape {given.shape}, expected numbers not below 0")
    if not np.any(given > 0):
        if total:
            raise ValueError(f"apportion: {total} is to be split, but none of {len(given)} weights is positive")
        return np.zeros(len(given), np.int64)
    share, rest = _quotas(total, _whole_numbers(given))
    share[np.argsort(-rest, kind="stable")[: total - int(share.sum())]] += 1
    return share


def _whole_numbers(weights: NDArray[Any]) -> list[int]:
    """Return integer weights as they are, real ones in units of 2**-53 of the largest."""
    if weights.dtype.kind in "iub":
        return [int(weight) for weight in weights.tolist()]
    return [int(weight) for weight in (weights / weights.max() * 2.0**53).tolist()]


def _quotas(total: int, weights: list[int]) -> tuple[Int, Int]:
    """Return the exact quotas rounded down, and numbers that rank what was cut off."""
    everything = sum(weights)
    if max(total * max(weights), everything) < 2**62:
        whole, rest = np.divmod(np.array(weights, np.int64) * total, np.int64(everything))
        return whole, rest
    quotas = [divmod(total * weight, everything) for weight in weights]
    rank = {rest: place for place, rest in enumerate(sorted({rest for _, rest in quotas}))}
    return np.array([q for q, _ in quotas], np.int64), np.array([rank[rest] for _, rest in quotas], np.int64)


def first_come(wanted: Int, group: Int, limit: Int, order: Int) -> Int:
    """Grant ``wanted`` in ``order`` as far as the limit of its group allows.

    ``wanted``, ``group`` and ``order`` have shape (n,), ``limit`` is indexed by group. Returns what is granted, shape
    (n,), in the order of ``wanted``; the last grant of a group may be a part.
    """
    queue = order[np.argsort(group[order], kind="stable")]
    ahead = np.cumsum(wanted[queue]) - wanted[queue]
    starts = np.flatnonzero(np.diff(group[queue], prepend=-1))
    ahead -= np.repeat(ahead[starts], np.diff(np.append(starts, len(queue))))
    granted = np.zeros(len(wanted), np.int64)
    granted[queue] = np.clip(limit[group[queue]] - ahead, 0, wanted[queue])
    return granted
