"""Where a client sends its order, once books are open to clients: a firm price, a price of its own, or a request.

1. A firm price is taken if it is inside the limit, stands for the whole size, and is no dearer than what trades of the
   class cost the day before: as good as a request may hope for, at once, and with nobody told.
2. Otherwise a client that can wait rests its order in the book at the composite: half a spread cheaper than a request,
   if somebody comes. What is left asks dealers afterwards, inside the limit (``market.books.all_to_all``).
3. Otherwise, and without a limit, it goes where it would have gone: it needs an answer now.

How many can wait is the share of clients that use books at all (trait ``book_share``, a guess). That customers choose
among protocols by cost and immediacy: Hendershott and Madhavan (2015), Click or Call?, Journal of Finance 70.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from market.books.all_to_all import ClientBooks
from market.books.messages import Venue
from market.units import Bool, Int
from market.view import View


def choose_venues(orders: NDArray[Any], view: View, books: ClientBooks, waits: Bool) -> None:
    """Write the venue into ``orders``; ``waits`` tells whose can rest (J,)."""
    firm = takes_firm(orders, view, books)
    rests = books.open[orders["security"]] & np.logical_not(firm) & waits & np.isfinite(orders["limit"])
    orders["venue"] = np.where(firm, int(Venue.BOOK), np.where(rests, int(Venue.BOOK_THEN_REQUEST), orders["venue"]))


def takes_firm(orders: NDArray[Any], view: View, books: ClientBooks) -> Bool:
    """Return for whom the best firm price is good enough, and large enough (J,)."""
    s, buys = orders["security"], orders["face"] > 0
    touch, depth = np.where(buys, view.ask[s], view.bid[s]), _depth(books, s, buys)
    sign = np.where(buys, 1.0, -1.0)
    cost_bp = sign * (touch - view.price_of(s, view.composite_bp[s])) / np.maximum(view.dv01[s], 1e-9)
    inside = np.isnan(orders["limit"]) | (sign * touch <= sign * orders["limit"])
    large_enough = np.abs(orders["face"]) <= depth
    return np.asarray(books.open[s] & np.isfinite(touch) & inside & large_enough & (cost_bp <= books.cost_bp[s]))


def _depth(books: ClientBooks, security: Int, buys: Bool) -> Int:
    return np.where(buys, books.ask_face[security], books.bid_face[security])
