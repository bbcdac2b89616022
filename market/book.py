"""One security's order book in prices: the friendly face of ``Books``, for notebooks and teaching.

Prices are multiples of ``tick`` in points, within half of ``n_levels`` ticks of ``centre``; sizes are faces in hundreds
of dollars. Every call answers with a status and a reason; nothing malformed raises or changes the book. No bills.

>>> book = Book(tick=1 / 64, centre=100)
>>> book.limit("sell", 100.25, 50, owner=1).id > 0
True
>>> book.market("buy", 20, owner=2).filled
20
>>> book.limit("up", 100, 5).reason
'neither buy nor sell'
>>> book.depth()
{'buy': [], 'sell': [(100.25, 30)]}
>>> book.trades
[(100.25, 20, 'buy')]
>>> book
Book(bid none, ask 30 at 100.25, 1 trade)
"""

from dataclasses import dataclass
from typing import Any

import numpy as np

from market.layout import MESSAGE, REASONS, MessageKind, Side, Status
from market.order_book import Books
from market.units import LARGEST_TRADE

SIDES = {"buy": Side.BUY, "sell": Side.SELL}


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
        self.trades: list[tuple[float, int, str]] = []
        self._books = Books(1, n_levels, 1, pool=100_000)

    def limit(self, side: str, price: float, size: int, owner: int = 0) -> Answer:
        """Trade up to a price, then rest."""
        place = price / self.tick - self.bottom if np.isfinite(price) else -1.0
        level = round(place)
        if abs(place - level) > 1e-6 or not 0 <= level < self._books.n_levels:
            return Answer(Status.REJ_PRICE)
        return self._send(MessageKind.LIMIT, side, level, size, owner)

    def market(self, side: str, size: int, owner: int = 0) -> Answer:
        """Trade at any price; what is left expires."""
        return self._send(MessageKind.MARKET, side, 0, size, owner)

    def cancel(self, order: int, owner: int = 0) -> Answer:
        """Withdraw a resting order."""
        if not 0 < order < 2**63 or not -(2**31) <= owner < 2**31:
            return Answer(Status.REJ_UNKNOWN)
        return Answer(Status(int(self._books.cancel(order, owner)[0])))

    def depth(self, levels: int = 5) -> dict[str, list[tuple[float, int]]]:
        """Return (price, face) of the best occupied levels of each side, from the inside."""
        faces, bid = self._books.faces[0], int(self._books.bid[0])
        occupied = np.flatnonzero(faces)
        sides = {"buy": occupied[occupied <= bid][::-1], "sell": occupied[occupied > bid]}
        return {side: [(self._price(k), int(faces[k])) for k in at[:levels]] for side, at in sides.items()}

    def plot(self, axes: Any = None) -> Any:
        """Draw the ladder as bars, bids and asks; return the axes."""
        if axes is None:
            from matplotlib.figure import Figure

            axes = Figure().subplots()
        for side, rows in self.depth(20).items():
            axes.barh([price for price, _ in rows], [face for _, face in rows], height=0.8 * self.tick, label=side)
        axes.set_xlabel("face, hundreds of dollars")
        axes.set_ylabel("price, points")
        axes.legend()
        return axes

    def _price(self, level: int) -> float:
        """Return the price of a level."""
        return float((self.bottom + int(level)) * self.tick)

    def _send(self, kind: MessageKind, side: str, level: int, size: int, owner: int) -> Answer:
        """Send one order and note its trades."""
        if side not in SIDES:
            return Answer(Status.REJ_SIDE)
        if not isinstance(size, (int, np.integer)) or not 1 <= size <= LARGEST_TRADE:
            return Answer(Status.REJ_QTY)
        if not -(2**31) <= owner < 2**31:
            return Answer(Status.REJ_OWNER)
        row = np.zeros(1, MESSAGE)
        row["kind"], row["side"], row["level"], row["face"], row["owner"] = kind, SIDES[side], level, size, owner
        number = int(self._books.new_ids(1)[0]) if kind == MessageKind.LIMIT else 0
        row["order_id"] = number
        fills = self._books.send(row)
        self.trades += [(self._price(fill["level"]), int(fill["face"]), side) for fill in fills]
        status, filled = Status(int(row["status"][0])), int(row["filled"][0])
        return Answer(status, filled, number if status == Status.OK and filled < size else 0)

    def __repr__(self) -> str:
        best = [rows[0] if rows else None for rows in self.depth(1).values()]
        bid, ask = ("none" if row is None else f"{row[1]} at {row[0]:g}" for row in best)
        return f"Book(bid {bid}, ask {ask}, {len(self.trades)} trade{'s' * (len(self.trades) != 1)})"
