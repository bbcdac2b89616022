"""A nudge: once, one firm bid is moved by some ticks. What grows from it is the chaos floor of any comparison.

Which bid is drawn from the seed, in the first round of the day that shows any, among those that are alone at the best
price of an on-the-run book (few others are seen by anybody, and most leave no trace), or among all if there are none. A
bid moves down, so that it cannot cross an offer; one at the bottom of its ladder stays.
"""

from typing import Any

import numpy as np

from market.units import Int


def nudged(market: Any, levels: Int, faces: Int) -> Int:
    """Return the levels of bids (quoters, S) with one of them moved by ``market.nudge_ticks``, which is then spent."""
    there = (levels >= 0) & (faces > 0)
    best = there & (levels == np.max(np.where(there, levels, -1), axis=0)) & market.on_the_run
    alone = best & (best.sum(axis=0) == 1)
    shown = np.flatnonzero((alone if alone.any() else there).ravel())
    if not market.nudge_ticks or not len(shown):
        return levels
    draw = market.streams.uniform("nudge", np.zeros(1, np.uint64), market.clock, 1)[0, 0]
    moved = levels.copy()
    place = shown[int(draw * len(shown))]
    moved.ravel()[place] = max(int(moved.ravel()[place]) - market.nudge_ticks, 0)
    market.nudge_ticks = 0
    return moved
