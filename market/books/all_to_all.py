"""All-to-all trading: clients rest orders in the books of some classes of securities, and meet whoever comes.

In the classes that a scenario opens (``market.books.all_to_all``; none by default) a client may send an order whose
venue is ``Venue.BOOK_THEN_REQUEST``. It goes into the book at the level nearest to the composite that its limit allows:
it takes what is no dearer, and rests there, without a name, until orders of the next round have been executed: for one
whole look of everybody else. What is left then asks dealers in the round after, inside the limit it came with, and so
does an order whose limit lies beyond the ladder, where nothing can rest; what is left in the evening ends. A client
that cannot go short asks for no more than it still has. Orders of ``Venue.REST`` rest as long at their limit in any
book, as a maker's quotes do, and then end; beyond the ladder at once.

In every book an order of ``Venue.BOOK_ELSE_REQUEST`` takes what stands there inside its limit, and what the book could
not fill asks dealers in the round after in the same way, unless ``market.requests.after_book`` says that it is dropped.

Everybody may see what trades of each class cost the day before, per side, as published reports of trades tell it: the
yardstick for taking a firm price or waiting for a better one (``agents.buyers.venue_choice``). After Chaboud,
Correia-Golay, Cox, Fleming, Huh, Keane, Lee, Schwarz, Vega and Windover (2022), All-to-All Trading in the U.S. Treasury
Market, New York Fed Staff Report 1036. Left out: clients' orders good for longer, hidden size, sponsors' fees.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from market import trading
from market.bonds.securities import Kind
from market.books.layout import Side
from market.books.messages import ORDERS, Venue, stacked
from market.units import POINT_E8, Bool, Float, Int, sealed

CLASSES = ("on-the-run", "off-the-run", "bills", "tips", "frn")
SECURITIES_BELOW = 1 << 20  # in number: an owner and a security in one integer
EDGES_YEARS = (2.0, 3.0, 5.0, 7.0, 10.0, 20.0)  # of old issues, within which costs are alike: those of the buybacks


@dataclass(frozen=True, slots=True)
class ClientBooks:
    """What clients may see of the books that are open to them (S,)."""

    open: Bool
    cost_bp: Float  # half of the effective spread of yesterday's trades of its class; infinite where nothing is known
    bid_face: Int
    ask_face: Int


class AllToAll:
    """Which books are open to clients, and their orders that rest or wait to be asked for."""

    def __init__(self, classes: tuple[str, ...], n_securities: int) -> None:
        self.classes = classes
        self.open: Bool = np.zeros(n_securities, np.bool_)
        self.cost_bp: Float = np.full(n_securities, np.inf)
        self.forget()

    def forget(self) -> None:
        """End what was left of the day before: the books have ended its orders."""
        self.resting, self.order_id = np.zeros(0, ORDERS), np.zeros(0, np.int64)
        self.leftover = np.zeros(0, ORDERS)

    def begin_day(self, market: Any) -> None:
        """Open the books of the classes."""
        self.forget()
        if self.classes:
            classes = class_of(market)
            self.open = market.tradable & np.isin(classes, [CLASSES.index(name) for name in self.classes])

    def seen(self, market: Any) -> ClientBooks | None:
        """Return what clients may see; None if no book is open to them."""
        if not self.classes:
            return None
        columns = self.open, self.cost_bp, market.books.bid_face, market.books.ask_face
        return ClientBooks(*(sealed(column.copy()) for column in columns))


def class_of(market: Any) -> Int:
    """Return the place in ``CLASSES`` of each security today (S,)."""
    s = market.securities
    coupon = np.where(market.on_the_run, 0, 1)
    choices = [s.of(Kind.NOTE, Kind.BOND), s.of(Kind.BILL), s.of(Kind.TIPS)]
    return np.select(choices, [coupon, np.full(len(s), 2), np.full(len(s), 3)], 4)


def publish_costs(market: Any) -> None:
    """Let everybody learn in the evening what the day's trades of each class cost."""
    state: AllToAll = market.all_to_all
    if not state.classes:
        return
    group = class_of(market) * 10 + np.where(market.on_the_run, 0, np.searchsorted(EDGES_YEARS, market.years))
    weight = np.bincount(group, market.tape.spread_weight)
    cost = np.bincount(group, market.tape.spread_sum) / np.where(weight > 0.0, 2.0 * weight, 1.0)
    state.cost_bp = np.where(weight[group] > 0.0, np.maximum(cost, 0.0)[group], state.cost_bp)


def asked_again(market: Any, orders: NDArray[Any]) -> NDArray[Any]:
    """Return the requests that orders of earlier rounds have become, beside the ``orders`` of this one."""
    state: AllToAll = market.all_to_all
    waiting, state.leftover = state.leftover, np.zeros(0, ORDERS)
    if not len(waiting):
        return waiting
    held = market.ledger.position_in(waiting["owner"], waiting["security"]) - _offered(waiting, orders)
    most = np.where(market.may_short[waiting["owner"]] | (waiting["face"] > 0), waiting["face"], -np.maximum(held, 0))
    waiting["face"] = np.maximum(waiting["face"], most)
    return waiting.take(np.flatnonzero(waiting["face"]))


def _offered(waiting: NDArray[Any], orders: NDArray[Any]) -> Int:
    """Return the face that the owner of each waiting order sells of its security by others of its orders (J,)."""
    sold = stacked([waiting, orders], ORDERS)
    sold = sold.take(np.flatnonzero(sold["face"] < 0))
    pairs = (table["owner"] * SECURITIES_BELOW + table["security"] for table in (waiting, sold))
    of_waiting, of_sold = pairs
    known, place = np.unique(of_waiting, return_inverse=True)
    at = np.searchsorted(known, of_sold)
    mine = np.flatnonzero(known[np.minimum(at, len(known) - 1)] == of_sold)
    total = np.zeros(len(known), np.int64)
    np.add.at(total, at[mine], -sold["face"][mine])
    return np.asarray(total[place] + np.minimum(waiting["face"], 0))


def withdraw(market: Any) -> None:
    """Take back the orders that have rested for a round; what is left of them will ask dealers."""
    state: AllToAll = market.all_to_all
    if not len(state.resting):
        return
    left = market.books.left(state.order_id)
    alive = np.flatnonzero(left)
    market.books.cancel(state.order_id[alive], state.resting["owner"][alive])
    orders = state.resting.take(alive)
    orders["face"] = np.sign(orders["face"]) * left[alive]
    _ask_instead(state, orders)
    state.resting, state.order_id = np.zeros(0, ORDERS), np.zeros(0, np.int64)


def leave(market: Any, orders: NDArray[Any], filled: Int) -> None:
    """Let what the books did not fill (J,) of orders of ``Venue.BOOK_ELSE_REQUEST`` ask dealers in the next round."""
    state: AllToAll = market.all_to_all
    left = np.abs(orders["face"]) - filled
    rest_of = np.flatnonzero((orders["venue"] == Venue.BOOK_ELSE_REQUEST) & (left > 0))
    if market.premises.requests.after_book and len(rest_of):
        asking = orders.take(rest_of)
        asking["face"], asking["venue"] = np.sign(asking["face"]) * left[rest_of], Venue.REQUEST
        state.leftover = stacked([state.leftover, asking], ORDERS)


def rest(market: Any, orders: NDArray[Any]) -> None:
    """Let orders take what is no dearer than the level nearest to the composite, and rest there; or at their limits."""
    state: AllToAll = market.all_to_all
    security, buys = orders["security"], orders["face"] > 0
    fair = market.last_view().price_of(security, market.composite_bp[security])
    ladder, limit = market.ladder, orders["limit"]
    nearest = ladder.floor_level(fair + 0.5 * ladder.tick[security], security)
    lowest, highest = ladder.ceil_level(limit, security), ladder.floor_level(limit, security)
    own = orders["venue"] == Venue.REST
    buying = np.where(own, highest, np.minimum(nearest, highest))
    selling = np.where(own, lowest, np.maximum(nearest, lowest))
    level = np.where(buys, buying, selling)
    inside = np.where(buys, 1, -1) * (ladder.price_e8(level, security) - np.rint(limit * POINT_E8)) <= 0
    beyond, orders = orders.take(np.flatnonzero(~inside)), orders.take(np.flatnonzero(inside))
    _ask_instead(state, beyond)
    side = np.where(buys, int(Side.BUY), int(Side.SELL))
    placed = *(column[inside] for column in (security, side, level)), np.abs(orders["face"]), orders["owner"]
    fills, ids = market.books.rest(*placed)
    trading.book_fills(market, fills)
    rests = np.flatnonzero(ids)
    state.resting, state.order_id = orders.take(rests), ids[rests]


def _ask_instead(state: AllToAll, orders: NDArray[Any]) -> None:
    """Let those of the orders that may ask dealers do so in the next round."""
    orders = orders.take(np.flatnonzero(orders["venue"] == Venue.BOOK_THEN_REQUEST))
    orders["venue"] = Venue.REQUEST
    state.leftover = stacked([state.leftover, orders], ORDERS)
