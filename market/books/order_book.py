"""One central limit order book per security: quotes and orders in, fills out. Books match; they move nothing.

``end_day`` ends all orders but those good till cancelled, ``clear`` ends them too (the market does so every evening, as
its ladders move). A closed book takes cancellations and reductions only. Face is in hundreds of dollars, always
positive here, with a side; a level is a place on the security's window of ``n_levels`` prices. Owners are numbers that
the caller gives a meaning; an order that meets a resting one of its own owner cancels it. Fills are ``layout.FILL``
tables in the order of trading, at the level of the resting order. Same calls, same bits, also after pickling, which
keeps live orders only.
"""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from market.books import layout
from market.books.book_kernels import (
    expire,
    expire_day,
    list_orders,
    put_back,
    read_depth,
    read_imbalance,
    read_left,
    read_places,
    write_quotes,
)
from market.books.layout import FILL, MESSAGE, MessageKind, SelfTrade, Side, Status
from market.books.matching import process
from market.units import LARGEST_TRADE, Bool, Float, Int, read_only

_LARGEST_ID = 2**31 - 1  # a fill names the maker's order in 32 bits


def _integers(values: ArrayLike) -> Int:
    """Return contiguous 64-bit integers, the same array if it is such; raise ValueError for anything but integers."""
    array = np.asarray(values)
    if array.size and array.dtype.kind not in "iub":
        raise ValueError(f"books: got numbers of type {array.dtype}, expected integers (levels and faces are counted)")
    return np.ascontiguousarray(array, np.int64)


class Books:
    """The books of all securities, in shared flat tables."""

    def __init__(
        self,
        n_securities: int,
        n_levels: int = 8192,
        quoters: int = 64,
        pool: int = 200_000,
        fill_buffer: int = 65_536,
        self_trade: SelfTrade = SelfTrade.CANCEL_RESTING,
    ) -> None:
        for name, value, most in (
            ("n_securities", n_securities, 65_535),
            ("n_levels", n_levels, 2**24),
            ("quoters", quoters, 4096),
            ("pool", pool, 2**27),
            ("fill_buffer", fill_buffer, 2**27),
        ):
            if not 1 <= value <= most:
                raise ValueError(f"books.{name} is {value}, expected 1 to {most}")
        self.n_securities, self.n_levels, self.quoters = n_securities, n_levels, quoters
        self.self_trade = SelfTrade(self_trade)
        self._tables = layout.empty_tables(n_securities, n_levels, quoters, pool)
        self._fills = np.zeros(fill_buffer, FILL)
        self._quotes = np.zeros(0, MESSAGE)
        self._messages = 0

    @property
    def bid(self) -> NDArray[np.int32]:
        """Best bid level by security, -1 where there is none; a view that follows the books."""
        return read_only(self._tables.top["bid"])

    @property
    def ask(self) -> NDArray[np.int32]:
        """Best ask level by security, ``n_levels`` where there is none; a view that follows the books."""
        return read_only(self._tables.top["ask"])

    @property
    def bid_face(self) -> Int:
        """Face at the best bid by security, 0 where there is none."""
        return self.depth(Side.BUY, 1)[:, 0]

    @property
    def ask_face(self) -> Int:
        """Face at the best ask by security, 0 where there is none."""
        return self.depth(Side.SELL, 1)[:, 0]

    @property
    def messages(self) -> int:
        """How many messages reached a book, rejected ones included."""
        return self._messages

    @property
    def counters(self) -> dict[str, int]:
        """Totals since the start. Law of face: entered = 2 * traded + cancelled + resting."""
        control = self._tables.control
        return {
            "messages": self._messages,
            "rejected": int(control[layout.REJECTED]),
            "fills": int(control[layout.FILLS]),
            "orders_resting": int(control[layout.RESTING]),
            "face_entered": int(control[layout.ENTERED]),
            "face_traded": int(control[layout.TRADED]),
            "face_cancelled": int(control[layout.CANCELLED]),
        }

    @property
    def faces(self) -> Int:
        """Face at every level, (S, n_levels), bids up to ``bid``, asks from ``ask``; a view that follows the books."""
        return read_only(self._tables.levels["face"])

    @property
    def closed(self) -> Bool:
        """Which books are closed (S,); a view that follows the books."""
        return read_only(self._tables.closed)

    def close(self, security: ArrayLike, closed: bool = True) -> None:
        """Close books, or open them again; what rests goes on resting."""
        at = np.atleast_1d(_integers(security))
        if at.size and not (at.min() >= 0 and at.max() < self.n_securities):
            raise ValueError(f"close: securities {at.min()} to {at.max()}, expected 0 to {self.n_securities - 1}")
        self._tables.closed[at] = closed

    def depth(self, side: Side, levels: int = 5, out: Int | None = None) -> Int:
        """Return the faces at the best occupied levels, shape (S, levels), from the inside outwards, 0 where none.

        Given ``out``, it is filled and returned; so in ``imbalance``: a loop need not allocate.
        """
        if out is None:
            out = np.zeros((self.n_securities, levels), np.int64)
        out[:] = 0
        read_depth(self._tables, int(Side(side)), out)
        return out

    def imbalance(self, levels: int = 1, out: Float | None = None) -> Float:
        """Return (bids - asks) / (bids + asks) of the best occupied levels (S,), -1 to 1, 0 for an empty book."""
        out = np.empty(self.n_securities) if out is None else out
        read_imbalance(self._tables, levels, out)
        return out

    def queue_position(self, order_ids: ArrayLike) -> tuple[Int, Int]:
        """Return the orders and the face in front of each order at its level; -1 for an order that does not rest."""
        ids = np.atleast_1d(_integers(order_ids))
        rank, ahead = np.empty(len(ids), np.int64), np.empty(len(ids), np.int64)
        read_places(self._tables, ids, rank, ahead)
        return rank, ahead

    def left(self, order_ids: ArrayLike) -> Int:
        """Return the face of each order that still rests, 0 for one that does not."""
        ids = np.atleast_1d(_integers(order_ids))
        left = np.empty(len(ids), np.int64)
        read_left(self._tables, ids, left)
        return left

    def resting(self) -> NDArray[Any]:
        """Return every resting order as a LIMIT or GTC message: by security, then level, then age."""
        out = np.zeros(int(self._tables.control[layout.RESTING]), MESSAGE)
        list_orders(self._tables, out)
        return out

    def clear(self) -> None:
        """End all resting orders."""
        expire(self._tables)

    def end_day(self) -> None:
        """End all resting orders but those good till cancelled, which keep their ids and their places."""
        expire_day(self._tables)

    def refresh(
        self,
        bid_level: Int,
        ask_level: Int,
        bid_face: Int,
        ask_face: Int,
        owner: Int,
        slot: Int,
        queue: Int,
        rising: Bool,
    ) -> NDArray[Any]:
        """Replace quotes, all decided before any is posted. Return the fills, security by security.

        Levels and faces are (n, S); face 0, or a level outside the window, withdraws a side. ``owner`` (n,) are the
        quoters, ``slot`` (n,) their fixed numbers below ``quoters``, ``queue`` (n,) the rows in order of arrival. In a
        security that is ``rising`` (S,) asks are posted before bids, else bids before asks: no stale quote is hit.
        """
        levels = _integers(bid_level), _integers(ask_level)
        faces = _integers(bid_face), _integers(ask_face)
        rows = _integers(owner), _integers(slot), _integers(queue)
        self._check_quotes([*levels, *faces], rows, np.shape(rising))
        needed = 2 * levels[0].size
        if len(self._quotes) < needed:
            self._quotes = np.zeros(needed, MESSAGE)
        rises = np.ascontiguousarray(rising, np.bool_)
        quoted = np.empty(self.n_securities, np.bool_)
        written, wrong = write_quotes(self._tables, levels, faces, rows, rises, quoted, self._quotes)
        if wrong >= 0:
            row, security = divmod(wrong, self.n_securities)
            found = [int(face[row, security]) for face in faces]
            raise ValueError(f"quote of row {row} in security {security}: faces {found}, expected 0 to {LARGEST_TRADE}")
        return self._process(self._quotes[:written])

    def take(
        self,
        security: ArrayLike,
        side: ArrayLike,
        level: ArrayLike,
        face: ArrayLike,
        owner: ArrayLike,
        kind: MessageKind = MessageKind.IOC,
    ) -> NDArray[Any]:
        """Execute orders that never rest, in the order given. Return the fills.

        A limit beyond the window on the side it takes from is any level.
        """
        return self.take_and_count(security, side, level, face, owner, kind)[0]

    def take_and_count(
        self,
        security: ArrayLike,
        side: ArrayLike,
        level: ArrayLike,
        face: ArrayLike,
        owner: ArrayLike,
        kind: MessageKind = MessageKind.IOC,
    ) -> tuple[NDArray[Any], Int]:
        """Do what ``take`` does; return the fills, and how much of each order was filled."""
        if kind not in (MessageKind.IOC, MessageKind.MARKET, MessageKind.FOK):
            raise ValueError(f"take: kind is {kind!r}, expected IOC, MARKET or FOK (rest() posts LIMIT orders)")
        orders = self._orders(kind, security, side, level, face, owner)
        buys = orders["side"] == Side.BUY
        orders["level"] = np.where(buys, np.minimum(orders["level"], self.n_levels - 1), np.maximum(orders["level"], 0))
        return self._process(orders), orders["filled"]

    def rest(
        self,
        security: ArrayLike,
        side: ArrayLike,
        level: ArrayLike,
        face: ArrayLike,
        owner: ArrayLike,
        kind: MessageKind = MessageKind.LIMIT,
    ) -> tuple[NDArray[Any], Int]:
        """Post limit orders in the order given. Return the fills, and the order ids, 0 where an order was refused."""
        if kind not in (MessageKind.LIMIT, MessageKind.GTC, MessageKind.POST_ONLY):
            raise ValueError(f"rest: kind is {kind!r}, expected LIMIT, GTC or POST_ONLY (take() sends the others)")
        orders = self._orders(kind, security, side, level, face, owner)
        ids = self.new_ids(len(orders))
        orders["order_id"] = ids
        fills = self._process(orders)
        return fills, np.where(orders["status"] == Status.OK, ids, 0)

    def cancel(self, order_ids: ArrayLike, owner: ArrayLike) -> NDArray[np.int32]:
        """Withdraw resting orders. Return a Status for each."""
        ids = np.atleast_1d(_integers(order_ids))
        messages = np.zeros(len(ids), MESSAGE)
        messages["kind"], messages["order_id"], messages["owner"] = MessageKind.CANCEL, ids, owner
        self._process(messages)
        return messages["status"].copy()

    def mass_cancel(self, owner: int, security: int | None = None) -> int:
        """Withdraw all orders of an owner, in one book or in all. Return how many."""
        if security is not None and not 0 <= security < self.n_securities:
            raise ValueError(f"mass_cancel: security is {security}, expected 0 to {self.n_securities - 1}")
        message = np.zeros(1, MESSAGE)
        message["kind"] = MessageKind.CANCEL_ALL if security is None else MessageKind.CANCEL_BOOK
        message["owner"], message["security"] = owner, security or 0
        before = int(self._tables.control[layout.RESTING])
        self._process(message)
        return before - int(self._tables.control[layout.RESTING])

    def send(self, messages: NDArray[Any]) -> NDArray[Any]:
        """Apply raw messages in the order given, writing ``status`` and ``filled`` into them. Return the fills."""
        if messages.dtype != MESSAGE or messages.ndim != 1:
            raise ValueError(
                f"send: got {messages.dtype} of {messages.ndim} dimensions, expected one of layout.MESSAGE"
            )
        table = np.ascontiguousarray(messages)
        fills = self._process(table)
        if table is not messages:
            messages["status"], messages["filled"] = table["status"], table["filled"]
        return fills

    def new_ids(self, n: int) -> Int:
        """Issue order ids for LIMIT, GTC and POST_ONLY messages; a new order may take one until the day ends."""
        control = self._tables.control
        first = int(control[layout.NEXT_ID])
        if first + n > _LARGEST_ID:
            raise ValueError(f"new_ids: {n} more would pass the largest order id, {_LARGEST_ID}")
        control[layout.NEXT_ID] = first + n
        self._make_room()
        return np.arange(first, first + n)

    def _make_room(self) -> None:
        """Let the table of ids hold every id that is issued."""
        control, slot_of = self._tables.control, self._tables.slot_of
        needed = int(control[layout.NEXT_ID] - control[layout.FIRST_DAY_ID] + control[layout.STATIC_IDS]) + 1
        if len(slot_of) < needed:
            larger = np.zeros(max(needed, 2 * len(slot_of)), np.int32)
            larger[: len(slot_of)] = slot_of
            self._tables = self._tables._replace(slot_of=larger)

    def _process(self, messages: NDArray[Any]) -> NDArray[Any]:
        """Apply messages, emptying the fill buffer as often as it fills."""
        self._messages += len(messages)
        parts, at = [], 0
        while True:
            at, filled = process(self._tables, messages, at, self._fills, 0, int(self.self_trade))
            parts.append(self._fills[:filled].copy())
            if at == len(messages):
                return parts[0] if len(parts) == 1 else np.concatenate(parts)

    def _orders(
        self,
        kind: MessageKind,
        security: ArrayLike,
        side: ArrayLike,
        level: ArrayLike,
        face: ArrayLike,
        owner: ArrayLike,
    ) -> NDArray[Any]:
        """Make messages of columns, each an array or one value for all; raise ValueError for what would not fit."""
        columns = np.broadcast_arrays(*(np.atleast_1d(_integers(x)) for x in (security, side, level, face, owner)))
        for name, column, low, high in (
            ("security", columns[0], 0, self.n_securities - 1),
            ("side", columns[1], 0, 1),
            ("face", columns[3], 1, LARGEST_TRADE),
        ):
            wrong = np.flatnonzero((column < low) | (column > high))
            if len(wrong):
                raise ValueError(f"order {wrong[0]}: {name} is {column[wrong[0]]}, expected {low} to {high}")
        messages = np.zeros(len(columns[0]), MESSAGE)
        messages["kind"] = kind
        messages["security"], messages["side"], _, messages["face"], messages["owner"] = columns
        messages["level"] = np.clip(columns[2], -1, self.n_levels)
        return messages

    def _check_quotes(self, quotes: list[Int], rows: tuple[Int, Int, Int], rising: tuple[int, ...]) -> None:
        """Raise ValueError unless quotes have the right shapes, and rows name slots and places that exist."""
        n = len(rows[0])
        shapes = [x.shape for x in quotes]
        if any(shape != (n, self.n_securities) for shape in shapes):
            raise ValueError(f"refresh: levels and faces have shapes {shapes}, expected {(n, self.n_securities)}")
        if any(x.shape != (n,) for x in rows) or rising != (self.n_securities,):
            found = [x.shape for x in rows]
            raise ValueError(f"refresh: owner, slot, queue, rising are {found}, {rising}, expected ({n},) and (S,)")
        if n and not (rows[1].min() >= 0 and rows[1].max() < self.quoters):
            raise ValueError(f"refresh: slots {rows[1].min()} to {rows[1].max()}, expected 0 to {self.quoters - 1}")
        if len(set(rows[1].tolist())) != n or sorted(rows[2].tolist()) != list(range(n)):
            raise ValueError(f"refresh: slots must differ and queue must hold each of 0 to {n - 1} once")

    def __getstate__(self) -> dict[str, Any]:
        """Return everything but the tables, and the orders that rest in them."""
        state = {k: v for k, v in self.__dict__.items() if k not in ("_tables", "_fills", "_quotes")}
        control = self._tables.control.copy()
        control[[layout.FREE_HEAD, layout.UNUSED, layout.RESTING]] = 0, 1, 0
        sizes = {"pool": len(self._tables.orders) - 1, "fill_buffer": len(self._fills)}
        return state | sizes | {"control": control, "orders": self.resting(), "closed": self._tables.closed.copy()}

    def __setstate__(self, state: dict[str, Any]) -> None:
        """Make the tables anew and put the orders back."""
        rest = dict(state)
        names = ("pool", "fill_buffer", "control", "orders", "closed")
        pool, fill_buffer, control, orders, closed = (rest.pop(name) for name in names)
        self.__dict__.update(rest)
        self._tables = layout.empty_tables(self.n_securities, self.n_levels, self.quoters, pool)
        self._fills, self._quotes = np.zeros(fill_buffer, FILL), np.zeros(0, MESSAGE)
        self._tables.control[:], self._tables.closed[:] = control, closed
        self._make_room()
        put_back(self._tables, orders)
