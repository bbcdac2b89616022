"""What participants say into an operation on a list of securities, as one table in the order drawn for the day."""

from collections.abc import Iterable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from market import trading
from market.books.messages import OFFERS, stacked
from market.units import Bool, Float, Int

Said = tuple[Any, tuple[Float, Int]]  # who, and its prices in points and faces (..., S)


def gathered(market: Any, said: Iterable[Said], may: Bool) -> NDArray[Any]:
    """Return OFFERS of what everybody says of securities that ``may`` be traded (S,), nothing without face or price."""
    lines = stacked([_lines(who.rows, *told, may) for who, told in said], OFFERS)
    chance = market.streams.uniform("offer", market.identities, market.day, 1)[:, 0]
    return lines[np.lexsort((lines["security"], chance[lines["owner"]]))]


def _lines(rows: Int, price: Float, face: Int, may: Bool) -> NDArray[Any]:
    price, face = np.atleast_2d(price), np.atleast_2d(face)
    member, security = np.nonzero((face > 0) & may & np.isfinite(price))
    table = np.zeros(len(member), OFFERS)
    table["owner"], table["security"] = rows[member], security
    table["price_e8"], table["face"] = trading.exact(price[member, security]), face[member, security]
    return table
