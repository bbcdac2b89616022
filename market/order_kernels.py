"""Checking of orders at the door, compiled: what is wrong with a line, in the order of ``FAULTS``."""

from typing import Any

from numpy.typing import NDArray

from market.kernels import inlined, kernel
from market.messages import Venue
from market.units import LARGEST_TRADE, Bool, Int

FAULTS = (
    "",
    "no such member",
    "no such security",
    "not traded today",
    "no size",
    "larger than $50 bn",
    "price outside 0 to 200 points",
    "no such venue",
)
DEAREST = 200.0  # points
BOOK, REQUEST = int(Venue.BOOK), int(Venue.REQUEST)


@inlined
def fault_of(order: Any, members: int, tradable: Bool) -> int:
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
    if order["venue"] != BOOK and order["venue"] != REQUEST:
        return 7
    return 0


@kernel
def sign(orders: NDArray[Any], rows: Int, tradable: Bool, fault: Int) -> int:
    """Write the fault of each order, and on those without one the row of its owner; return how many have one."""
    wrong = 0
    for k in range(orders.shape[0]):
        order = orders[k]
        fault[k] = fault_of(order, rows.shape[0], tradable)
        if fault[k] == 0:
            order["owner"] = rows[order["owner"]]
        else:
            wrong += 1
    return wrong
