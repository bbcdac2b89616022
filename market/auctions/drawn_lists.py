"""Lists of buyback operations drawn by lot: half of the securities, by seed, CUSIP and day of the operation.

A placebo: what is on the list by lot is bought, what the published list holds and the lot leaves out is not. The same
seed draws the same half whatever else a market does, so that arms can be held against each other by halves.
"""

import numpy as np

from market.draws.streams import Streams, fingerprint
from market.units import Bool


def drawn_half(streams: Streams, cusips: tuple[str, ...] | list[str], day: int) -> Bool:
    """Return which securities (S,) the lot draws for an operation of a day, each with an even chance."""
    owners = np.array([fingerprint(cusip) for cusip in cusips], np.uint64)
    return np.asarray(streams.uniform("half of a list", owners, day, 1)[:, 0] < 0.5)
