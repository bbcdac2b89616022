"""One security's order book in prices: the friendly face of ``Books``, for notebooks and teaching.

Prices are multiples of ``tick`` in points, within half of ``n_levels`` ticks of ``centre``; sizes are faces in hundreds
of dollars. ``Book.bill`` makes the book of a bill: its prices are discount rates in percent, in ticks of half a basis
point, a lower rate being the better bid; ``points`` tells what a rate costs. Every message is answered with a status
and a reason (``cancel_all`` with a count); one of malformed arguments raises nothing and changes nothing.

>>> book = Book(tick=1 / 64, centre=100)
>>> order = book.limit("sell", 100.25, 50, owner=1)
>>> book.market("buy", 20, owner=2).filled
20
>>> book.limit("up", 100, 5).reason
'neither buy nor sell'
>>> book.fill_or_kill("buy", 100.25, 31, owner=2).reason
'it could not be filled in full'
>>> book.limit("sell", 100.25, 7, owner=3, keep=True).reason, book.reduce(order.id, 10, owner=1).reason
('accepted', 'accepted')
>>> book.depth()
{'buy': [], 'sell': [(100.25, 27)]}
>>> book.queue(order.id + 1), book.imbalance()
((1, 20), -1.0)
>>> book.end_day()
>>> book.depth()["sell"], book.trades
([(100.25, 7)], [(100.25, 20, 'buy')])
>>> book
Book(bid none, ask 7 at 100.25, 1 trade)
>>> bill = Book.bill(days=91, centre=5.25)
>>> bill.limit("buy", 5.255, 10, owner=1).status.name, bill.limit("buy", 5.25, 4, owner=1).status.name
('OK', 'OK')
>>> bill.depth(1)["buy"], bill.points(5.25)
([(5.25, 4)], 98.67291667)
"""

from dataclasses import dataclass
from typing import Any, Self

import numpy as np

from market.books.arguments import one_of, real, whole
from market.books.ladder_kernels import bill_price_e8
from market.books.layout import MESSAGE, REASONS, MessageKind, Side, Status
from market.books.order_book import Books
from market.units import LARGEST_TRADE, POINT_E8, Int

SIDES = {"buy": Side.BUY, "sell": Side.SELL}
BILL_TICK = 0.005  # percent of discount
RESTING = (MessageKind.LIMIT, MessageKind.GTC, MessageKind.POST_ONLY)
OWNERS, ORDERS = (-(2**31), 2**31 - 1), (1, 2**63 - 1)  # the least and the largest number of each


@dataclass(frozen=True, slots=True)
class Answer:
    """What became of a message: ``id`` names the order, 0 if it was refused or never rests."""

    status: Status
    filled: int = 0
    id: int = 0

    @property
    def reason(self) -> str:
        """The status in words."""
        return REASONS[self.status]


class Book:
    """The book of one security."""

    def __init__(self, tick: float = 1 / 64, centre: float = 100.0, n_levels: int = 8192) -> None:
        if not (np.isfinite([tick, centre]).all() and tick > 0):
            raise ValueError(f"Book: tick {tick}, centre {centre}, expected finite numbers and a tick above 0")
        self.tick = tick
        self.bottom = round(centre / tick) - n_levels // 2
        self.days = 0
        self.trades: list[tuple[float, int, str]] = []
        self._books = Books(1, n_levels, 1, pool=100_000)

    @classmethod
    def bill(cls, days: int, centre: float = 5.0, n_levels: int = 8192) -> Self:
        """Return the book of a bill with so many days to go, around a discount rate in percent."""
        if days < 1:
            raise ValueError(f"Book.bill: {days} days, expected 1 or more")
        made = cls(BILL_TICK, centre, n_levels)
        made.days = days
        return made

    # ---- what one may send ------------------------------------------------------------------------
    def limit(self, side: str, price: float, size: int, owner: int = 0, keep: bool = False) -> Answer:
        """Trade up to a price, then rest; ``keep``: good till cancelled, else for the day."""
        if not isinstance(keep, bool):
            return Answer(Status.REJ_KIND)
        return self._at(MessageKind.GTC if keep else MessageKind.LIMIT, side, price, size, owner)

    def rest(self, side: str, price: float, size: int, owner: int = 0) -> Answer:
        """Rest at a price, or be refused if it would trade."""
        return self._at(MessageKind.POST_ONLY, side, price, size, owner)

    def take(self, side: str, price: float, size: int, owner: int = 0) -> Answer:
        """Trade up to a price; what is left expires."""
        return self._at(MessageKind.IOC, side, price, size, owner)

    def fill_or_kill(self, side: str, price: float, size: int, owner: int = 0) -> Answer:
        """Trade all of the size up to a price, or nothing."""
        return self._at(MessageKind.FOK, side, price, size, owner)

    def market(self, side: str, size: int, owner: int = 0) -> Answer:
        """Trade at any price; what is left expires."""
        return self._send(MessageKind.MARKET, side, 0, size, owner)

    def reduce(self, order: int, by: int, owner: int = 0) -> Answer:
        """Take some face off a resting order, which keeps its place; all of it or more withdraws it."""
        return self._about(MessageKind.REDUCE, order, by, owner)

    def cancel(self, order: int, owner: int = 0) -> Answer:
        """Withdraw a resting order."""
        return self._about(MessageKind.CANCEL, order, 1, owner)

    def cancel_all(self, owner: int = 0) -> int:
        """Withdraw all orders of an owner; return how many, 0 for what is no owner."""
        number = whole(owner, *OWNERS)
        return 0 if number is None else self._books.mass_cancel(number)

    def end_day(self) -> None:
        """End all orders but those good till cancelled."""
        self._books.end_day()

    # ---- what one may see -------------------------------------------------------------------------
    @property
    def faces(self) -> Int:
        """Face at every level (n_levels,), bids below asks: a view that follows the book, not a copy."""
        return np.asarray(self._books.faces[0])

    def depth(self, levels: int = 5) -> dict[str, list[tuple[float, int]]]:
        """Return (price, face) of the best occupied levels of each side, from the inside."""
        faces, bid = self.faces, int(self._books.bid[0])
        occupied = np.flatnonzero(faces)
        sides = {"buy": occupied[occupied <= bid][::-1], "sell": occupied[occupied > bid]}
        return {side: [(self._price(k), int(faces[k])) for k in at[:levels]] for side, at in sides.items()}

    def imbalance(self, levels: int = 1) -> float:
        """Return (bids - asks) / (bids + asks) of the best occupied levels, 0 for an empty book."""
        return float(self._books.imbalance(levels)[0])

    def queue(self, order: int) -> tuple[int, int]:
        """Return the orders and the face in front of an order; -1 for one that does not rest."""
        rank, ahead = self._books.queue_position([whole(order, *ORDERS) or 0])
        return int(rank[0]), int(ahead[0])

    def points(self, price: float) -> float:
        """Return what 100 of face cost at a price: for a bill 100 (1 - rate days / 360), to 1e-8."""
        return bill_price_e8(round(price / BILL_TICK), self.days) / POINT_E8 if self.days else price

    def plot(self, axes: Any = None) -> Any:
        """Draw the ladder as bars, bids and asks; return the axes."""
        if axes is None:
            from matplotlib.figure import Figure

            axes = Figure().subplots()
        for side, rows in self.depth(20).items():
            axes.barh([price for price, _ in rows], [face for _, face in rows], height=0.8 * self.tick, label=side)
        axes.set_xlabel("face, hundreds of dollars")
        axes.set_ylabel("discount rate, percent" if self.days else "price, points")
        if self.days:
            axes.yaxis.set_inverted(True)
        axes.legend()
        return axes

    # ---- between prices and levels ----------------------------------------------------------------
    def _price(self, level: int) -> float:
        """Return the price of a level; a bill's rate falls as its level rises."""
        top = self._books.n_levels - 1
        return round((self.bottom + (top - int(level) if self.days else int(level))) * self.tick, 12)

    def _level(self, price: float) -> int | None:
        """Return the level of a price, None for what is no tick of the ladder."""
        points, top = real(price), self._books.n_levels - 1
        place = -1.0 if points is None else points / self.tick - self.bottom
        if not -0.5 < place < top + 0.5 or abs(place - round(place)) > 1e-6:
            return None
        return top - round(place) if self.days else round(place)

    def _at(self, kind: MessageKind, side: str, price: float, size: int, owner: int) -> Answer:
        """Send an order at a price of the ladder."""
        level = self._level(price)
        return Answer(Status.REJ_PRICE) if level is None else self._send(kind, side, level, size, owner)

    def _send(self, kind: MessageKind, side: str, level: int, size: int, owner: int) -> Answer:
        """Send a new order."""
        if not one_of(side, SIDES):
            return Answer(Status.REJ_SIDE)
        return self._message(kind, size, owner, None if kind in RESTING else 0, (SIDES[side], level), side)

    def _about(self, kind: MessageKind, order: int, size: int, owner: int) -> Answer:
        """Send what concerns an order that may rest."""
        number = whole(order, *ORDERS)
        if number is None:
            return Answer(Status.REJ_UNKNOWN)
        return self._message(kind, size, owner, number, (Side.BUY, 0), "")

    def _message(
        self, kind: MessageKind, size: int, owner: int, order: int | None, place: tuple[Side, int], side: str
    ) -> Answer:
        """Refuse what no message can hold; send the rest under the number given, or under a new one where it is None,
        and note the trades under the taker's side.
        """
        face, account = whole(size, 1, LARGEST_TRADE), whole(owner, *OWNERS)
        if face is None or account is None:
            return Answer(Status.REJ_QTY if face is None else Status.REJ_OWNER)
        number = int(self._books.new_ids(1)[0]) if order is None else order
        row = np.zeros(1, MESSAGE)
        row["kind"], row["side"], row["level"], row["face"], row["owner"] = kind, *place, face, account
        row["order_id"] = number
        fills = self._books.send(row)
        self.trades += [(self._price(fill["level"]), int(fill["face"]), side) for fill in fills]
        status, filled = Status(int(row["status"][0])), int(row["filled"][0])
        rests = order is None and status == Status.OK and filled < face
        return Answer(status, filled, number if rests else 0)

    def __repr__(self) -> str:
        best = [rows[0] if rows else None for rows in self.depth(1).values()]
        bid, ask = ("none" if row is None else f"{row[1]} at {row[0]:g}" for row in best)
        return f"Book(bid {bid}, ask {ask}, {len(self.trades)} trade{'s' * (len(self.trades) != 1)})"
