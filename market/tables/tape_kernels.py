"""Adding trades and answers to sums of the day, by security and sector, compiled: one by one, in one order."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from market.accounts.instruments import FED, TREASURY
from market.books.messages import Venue
from market.kernels import inlined, kernel
from market.units import FACE_PER_MUSD, POINT_E8, Float, Int

BOOK, REQUEST, SESSION = int(Venue.BOOK), int(Venue.REQUEST), int(Venue.SESSION)
BUYBACK, OFFICIAL = int(Venue.BUYBACK), int(Venue.OFFICIAL)
FLOWS = ("asked", "met", "net asked", "net met", "bought", "sold", "paid", "earned", "dv01 asked", "dv01 met")
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


@kernel
def add_answers(
    asked: NDArray[Any], price: Float, middle: Float, dv01: Float, answers: Int, declined: Int, width_sum: Float
) -> None:
    """Add what dealers said when they were asked (J,), NaN declines, to sums by security (S,): twice the distance."""
    for k in range(asked.shape[0]):
        security = asked[k]["security"]
        if not np.isfinite(price[k]):
            declined[security] += 1
            continue
        side = 1.0 if asked[k]["face"] > 0 else -1.0
        worth = LEAST_DV01 if dv01[security] < LEAST_DV01 else dv01[security]
        width = 2.0 * side * (price[k] - middle[security]) / worth
        if np.isfinite(width):
            answers[security] += 1
            width_sum[security] += width


@inlined
def side_that_asked(trade: Any) -> int:
    """Return +1 where the buyer asked, -1 where the seller did, 0 where neither: in operations, who is not official."""
    if trade["venue"] == BUYBACK or trade["venue"] == OFFICIAL:
        return -1 if trade["buyer"] == FED or trade["buyer"] == TREASURY else 1
    return int(trade["aggressor"])


@kernel
def add_flows(trades: NDArray[Any], middle: Float, dv01: Float, sector: Int, sums: Float) -> None:
    """Add trades, each with the middle of its moment, to ``sums`` (FLOWS, sectors), $m; auctions do not count."""
    for k in range(trades.shape[0]):
        trade = trades[k]
        venue = trade["venue"]
        if venue != BOOK and venue != REQUEST and venue != SESSION and venue != BUYBACK and venue != OFFICIAL:
            continue
        buyer, seller, side = sector[trade["buyer"]], sector[trade["seller"]], side_that_asked(trade)
        face = trade["face"] / FACE_PER_MUSD
        sums[4, buyer] += face
        sums[5, seller] += face
        if side == 0:
            continue
        asker, maker = (buyer, seller) if side > 0 else (seller, buyer)
        sums[0, asker] += face
        sums[1, maker] += face
        sums[2, asker] += side * face
        sums[3, maker] += side * face
        over = side * (trade["price_e8"] / POINT_E8 - middle[k]) / 100
        if np.isfinite(over):
            sums[6, asker] += face * over
            sums[7, maker] += face * over
            worth = face * dv01[trade["security"]] / 100
            sums[8, asker] += worth
            sums[9, maker] += worth
