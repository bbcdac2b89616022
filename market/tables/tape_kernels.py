"""Adding trades to the sums of the day, compiled: one trade after the other, so that sums have one order."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from market.books.messages import Venue
from market.kernels import kernel
from market.units import POINT_E8, Float, Int

BOOK, REQUEST, SESSION = int(Venue.BOOK), int(Venue.REQUEST), int(Venue.SESSION)
LEAST_DV01 = 1e-9


@kernel
def add_trades(
    trades: NDArray[Any],
    middle: Float,
    dv01: Float,
    count: Int,
    face: Int,
    request_face: Int,
    session_face: Int,
    spread_weight: Float,
    spread_sum: Float,
    book_flow: Int,
) -> None:
    """Add trades of the venues of the session to sums by security (S,); others are no market prices."""
    for k in range(trades.shape[0]):
        trade = trades[k]
        venue = trade["venue"]
        if venue != BOOK and venue != REQUEST and venue != SESSION:
            continue
        security, size, aggressor = trade["security"], trade["face"], trade["aggressor"]
        count[security] += 1
        face[security] += size
        if venue == REQUEST:
            request_face[security] += size
        elif venue == SESSION:
            session_face[security] += size
        if venue == BOOK:
            book_flow[security] += aggressor * size
        distance = aggressor * (trade["price_e8"] / POINT_E8 - middle[security])
        width = LEAST_DV01 if dv01[security] < LEAST_DV01 else dv01[security]
        spread = 2.0 * distance / width
        if aggressor != 0 and np.isfinite(spread):
            spread_weight[security] += size
            spread_sum[security] += size * spread
