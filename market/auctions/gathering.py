"""What participants say into an operation on a list of securities, as one table in the order drawn for the day.

A line that no operation can take is refused with a reason: a price outside 0 to 200 points, a face that is no multiple
of $1 million, and of who is asked one by one more than it owns, or can pay for (``market.means``).
"""

from collections.abc import Iterable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from market import hearing, trading
from market.books.messages import OFFERS, stacked
from market.books.order_kernels import DEAREST
from market.means import Means
from market.units import FACE_PER_MUSD, POINT_E8, Bool, Float, Int

Said = tuple[Any, Any]  # who, and what it said: prices in points and faces (..., S)


def gathered(market: Any, said: Iterable[Said], may: Bool, selling: bool = True) -> NDArray[Any]:
    """Return OFFERS of what everybody says of securities that ``may`` be traded (S,), nothing without face or price.

    ``selling`` tells whether the lines are offers of what participants own, or bids.
    """
    lines = stacked([_lines(market, who, told, may, selling) for who, told in said], OFFERS)
    chance = market.streams.uniform("offer", market.identities, market.day, 1)[:, 0]
    return lines[np.lexsort((lines["security"], chance[lines["owner"]]))]


def _lines(market: Any, who: Any, told: Any, may: Bool, selling: bool) -> NDArray[Any]:
    """Return the lines of one participant that can be taken."""
    price, face = _pair(market, who, told, (len(who.rows), len(may)))
    member, security = np.nonzero((face != 0) & may & np.isfinite(price))
    table = np.zeros(len(member), OFFERS)
    table["owner"], table["security"], table["face"] = who.rows[member], security, face[member, security]
    points = price[member, security]
    outside = ~((points > 0.0) & (points < DEAREST))
    table["price_e8"] = trading.exact(np.where(outside, 0.0, points))
    broken = (table["face"] < 0) | (table["face"] % FACE_PER_MUSD != 0)
    for wrong, reason in (
        (broken, "expected a face of $1 million or a multiple of it"),
        (outside & ~broken, "price outside 0 to 200 points"),
    ):
        for k in np.flatnonzero(wrong).tolist():
            line = int(security[k]), float(points[k]), int(table["face"][k])
            hearing.refuse(market, who.called(int(member[k])), line, reason)
    return _within_means(market, table.take(np.flatnonzero(~(broken | outside))), selling)


def _pair(market: Any, who: Any, told: Any, shape: tuple[int, int]) -> tuple[Float, Int]:
    """Return prices and faces (members, S); nothing of what is none."""
    if not (isinstance(told, tuple | list) and len(told) == 2):
        hearing.refuse(market, who.called(0), (type(told).__name__,), "offers: expected a pair of prices and faces")
        told = np.full(shape, np.nan), np.zeros(shape, np.int64)
    price = hearing.prices_of(market, who, told[0], shape, "prices of offers")
    return price, hearing.faces_of(market, who, told[1], shape, "faces of offers")


def _within_means(market: Any, lines: NDArray[Any], selling: bool) -> NDArray[Any]:
    """Return lines without those that who is asked one by one has no means for."""
    mine = np.flatnonzero(market.alone[lines["owner"]]).tolist() if market.alone.any() else []
    means, out = Means(market), []
    for k in mine:
        owner, security, price_e8, face = line = lines[k].tolist()
        fault = means.fault(owner, security, -face if selling else face, price_e8 / POINT_E8)
        if fault:
            hearing.refuse(market, market.ledger.names[owner], line[1:], fault)
            out.append(k)
    return np.delete(lines, out) if out else lines
