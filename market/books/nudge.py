"""A nudge: once, one firm bid is moved by some ticks. What grows from it is the chaos floor of any comparison.

Which bid is drawn from the seed, among all that are about to be shown in the first round of the day that shows any.
A bid moves down, so that it cannot cross an offer; one at the bottom of its ladder stays.
"""

from typing import Any

import numpy as np

from market.units import Int


def nudged(market: Any, levels: Int, faces: Int) -> Int:
    """Return the levels of bids (quoters, S) with one of them moved by ``market.nudge_ticks``, which is then spent."""
    shown = np.flatnonzero((levels.ravel() >= 0) & (faces.ravel() > 0))
    if not market.nudge_ticks or not len(shown):
        return levels
    draw = market.streams.uniform("nudge", np.zeros(1, np.uint64), market.clock, 1)[0, 0]
    moved = levels.copy()
    place = shown[int(draw * len(shown))]
    moved.ravel()[place] = max(int(moved.ravel()[place]) - market.nudge_ticks, 0)
    market.nudge_ticks = 0
    return moved
