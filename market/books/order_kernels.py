"""Orders, compiled: writing wishes as orders, and checking them at the door, in the order of ``FAULTS``."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from market.bonds.linear_price import linear_price
from market.books.messages import Venue
from market.kernels import inlined, kernel
from market.units import FACE_PER_MUSD, LARGEST_TRADE, Bool, Int

FAULTS = (
    "",
    "no such member",
    "no such security",
    "not traded today",
    "no size",
    "larger than $30 bn",
    "price outside 0 to 200 points",
    "no such venue",
    "only orders with a limit rest, and only in books that are open to clients",
    "only orders with a limit rest",
)
DEAREST = 200.0  # points
SHORTEST_YEARS = 0.1  # for limits
BOOK, REQUEST, BOTH, REST = int(Venue.BOOK), int(Venue.REQUEST), int(Venue.BOOK_THEN_REQUEST), int(Venue.REST)
ELSE = int(Venue.BOOK_ELSE_REQUEST)


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
    if order["face"] > LARGEST_TRADE or order["face"] < -LARGEST_TRADE:  # no abs(): the least integer has none
        return 5
    if order["limit"] <= 0.0 or order["limit"] >= DEAREST:
        return 6
    venue = order["venue"]
    if venue != BOOK and venue != REQUEST and venue != BOTH and venue != REST and venue != ELSE:
        return 7
    if venue == REST and not np.isfinite(order["limit"]):
        return 9
    if venue == BOTH and not (open_books[order["security"]] and np.isfinite(order["limit"])):
        return 8
    return 0


@kernel
def sign(
    orders: NDArray[Any], ends: Int, rows: Int, row_ends: Int, tradable: Bool, open_books: Bool, fault: Int
) -> int:
    """Write the fault of each order, and on those without one the row of its owner; return how many have one.

    ``ends`` and ``row_ends`` say where the orders of each participant and the rows of its members end.
    """
    wrong, k, first = 0, 0, 0
    for p in range(ends.shape[0]):
        members = row_ends[p] - first
        while k < ends[p]:
            order = orders[k]
            fault[k] = fault_of(order, members, tradable, open_books)
            if fault[k] == 0:
                order["owner"] = rows[first + order["owner"]]
            else:
                wrong += 1
            k += 1
        first = row_ends[p]
    return wrong


@inlined
def whole_size(face: float, held: int, may_short: bool) -> int:
    """Return the face of an order in whole millions; nobody sells more than it has ``held`` unless it ``may_short``."""
    wanted = face if may_short else max(face, -float(max(held, 0)))
    return int(wanted / FACE_PER_MUSD) * FACE_PER_MUSD


@inlined
def limit_yield(size: int, composite_bp: float, leeway_bp: float, years: float) -> float:
    """Return the yield of a limit: ``leeway_bp`` from the composite, further where the end is near."""
    leeway = leeway_bp * (1.0 + 0.5 / max(years, SHORTEST_YEARS))
    return composite_bp - (leeway if size > 0 else -leeway)


@inlined
def write_order(order: Any, owner: int, s: int, size: int, leeway_bp: float, to_book: bool, prices: Any) -> None:
    """Write one order with a limit near the composite.

    ``prices`` are (years, composite_bp, reference_bp, reference_price, dv01, convexity) of the view, by security.
    """
    years, composite_bp, reference_bp, reference_price, dv01, convexity = prices
    yield_bp = limit_yield(size, composite_bp[s], leeway_bp, years[s])
    order["owner"] = owner
    order["security"] = s
    order["face"] = size
    order["limit"] = linear_price(yield_bp, reference_bp[s], reference_price[s], dv01[s], convexity[s])
    order["venue"] = ELSE if to_book else REQUEST


@inlined
def shown(seen: Any, s: int) -> bool:
    """Return whether a security trades and has a composite to lay a limit by; ``seen`` (open books, traded, prices)."""
    return bool(seen[1][s] and np.isfinite(seen[2][1][s]))


@kernel
def write_orders(wishes: Any, terms: Any, may_short: Bool, seen: Any, orders: NDArray[Any]) -> int:
    """Write wishes (J,) as orders in whole millions with limits near the composite; return how many were written.

    ``wishes`` are (owner, security, face, held), ``terms`` (leeway_bp, book_chance, draw) and ``may_short``, by wish;
    ``seen`` are (open books, traded, prices) by security. An order goes to the book first, where that is open to a
    choice, if its ``draw`` is below ``book_chance``.
    """
    owner, security, face, held = wishes
    leeway_bp, book_chance, draw = terms
    n = 0
    for j in range(security.shape[0]):
        s = security[j]
        size = whole_size(face[j], held[j], may_short[j])
        if size == 0 or not shown(seen, s):
            continue
        write_order(orders[n], owner[j], s, size, leeway_bp[j], seen[0][s] and draw[j] < book_chance[j], seen[2])
        n += 1
    return n


@inlined
def _behind(first: Any, order: Any) -> bool:
    """Return whether an order of the same owner in the same security is larger, and so comes later."""
    same = first["owner"] == order["owner"] and first["security"] == order["security"]
    return bool(same and first["face"] > order["face"])


@kernel
def arrange(orders: NDArray[Any], rank: Int, by_security: Int, by_rank: Int, scratch: Int, out: Int) -> None:
    """Write the places of orders by ``rank`` of their owner, then security, then face, then as they came.

    ``by_security`` (S + 1,) and ``by_rank`` (accounts + 1,) are zeros, ``scratch`` (orders,) is anything: two counting
    sorts, and an insertion sort among orders of one owner in one security.
    """
    n = orders.shape[0]
    for k in range(n):
        by_security[orders[k]["security"] + 1] += 1
        by_rank[rank[orders[k]["owner"]] + 1] += 1
    for s in range(1, by_security.shape[0]):
        by_security[s] += by_security[s - 1]
    for r in range(1, by_rank.shape[0]):
        by_rank[r] += by_rank[r - 1]
    for k in range(n):
        s = orders[k]["security"]
        scratch[by_security[s]] = k
        by_security[s] += 1
    for j in range(n):
        r = rank[orders[scratch[j]]["owner"]]
        out[by_rank[r]] = scratch[j]
        by_rank[r] += 1
    for j in range(1, n):
        k, at = out[j], j
        while at > 0 and _behind(orders[out[at - 1]], orders[k]):
            out[at] = out[at - 1]
            at -= 1
        out[at] = k
