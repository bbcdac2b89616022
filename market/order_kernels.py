"""Orders, compiled: writing wishes as orders, and checking them at the door, in the order of ``FAULTS``."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from market.kernels import inlined, kernel
from market.linear_price import linear_price
from market.messages import Venue
from market.units import FACE_PER_MUSD, LARGEST_TRADE, Bool, Float, Int

FAULTS = (
    "",
    "no such member",
    "no such security",
    "not traded today",
    "no size",
    "larger than $50 bn",
    "price outside 0 to 200 points",
    "no such venue",
    "only orders with a limit rest, and only in books that are open to clients",
)
DEAREST = 200.0  # points
SHORTEST_YEARS = 0.1  # for limits
BOOK, REQUEST, BOTH = int(Venue.BOOK), int(Venue.REQUEST), int(Venue.BOOK_THEN_REQUEST)


@inlined
def fault_of(order: Any, members: int, tradable: Bool, open_books: Bool) -> int:
    """Return the number of the first fault of an order, 0 if there is none."""
    if order["owner"] < 0 or order["owner"] >= members:
        return 1
    if order["security"] < 0 or order["security"] >= tradable.shape[0]:
        return 2
    if not tradable[order["security"]]:
        return 3
    if order["face"] == 0:
        return 4
    if abs(order["face"]) > LARGEST_TRADE:
        return 5
    if order["limit"] <= 0.0 or order["limit"] >= DEAREST:
        return 6
    if order["venue"] != BOOK and order["venue"] != REQUEST and order["venue"] != BOTH:
        return 7
    if order["venue"] == BOTH and not (open_books[order["security"]] and np.isfinite(order["limit"])):
        return 8
    return 0


@kernel
def sign(orders: NDArray[Any], rows: Int, tradable: Bool, open_books: Bool, fault: Int) -> int:
    """Write the fault of each order, and on those without one the row of its owner; return how many have one."""
    wrong = 0
    for k in range(orders.shape[0]):
        order = orders[k]
        fault[k] = fault_of(order, rows.shape[0], tradable, open_books)
        if fault[k] == 0:
            order["owner"] = rows[order["owner"]]
        else:
            wrong += 1
    return wrong


@kernel
def write_orders(
    owner: Int,
    security: Int,
    face: Float,
    held: Int,
    may_short: bool,
    leeway_bp: Float,
    book_chance: Float,
    draw: Float,
    open_books: Bool,
    tradable: Bool,
    years: Float,
    composite_bp: Float,
    reference_bp: Float,
    reference_price: Float,
    dv01: Float,
    convexity: Float,
    orders: NDArray[Any],
) -> int:
    """Write wishes (J,) as orders in whole millions with limits near the composite; return how many were written.

    Nobody sells more than it has ``held`` unless it ``may_short``. The limit lies ``leeway_bp`` from the composite,
    further where the end is near; an order goes to the book, where that is one of the ``open_books``, if its ``draw``
    is below ``book_chance``. The rest are views by security (S,).
    """
    n = 0
    for j in range(security.shape[0]):
        s = security[j]
        wanted = face[j] if may_short else max(face[j], -float(max(held[j], 0)))
        size = int(wanted / FACE_PER_MUSD) * FACE_PER_MUSD
        if size == 0 or not tradable[s] or not np.isfinite(composite_bp[s]):
            continue
        leeway = leeway_bp[j] * (1.0 + 0.5 / max(years[s], SHORTEST_YEARS))
        yield_bp = composite_bp[s] - (leeway if size > 0 else -leeway)
        order = orders[n]
        order["owner"] = owner[j]
        order["security"] = s
        order["face"] = size
        order["limit"] = linear_price(yield_bp, reference_bp[s], reference_price[s], dv01[s], convexity[s])
        order["venue"] = BOOK if open_books[s] and draw[j] < book_chance[j] else REQUEST
        n += 1
    return n
