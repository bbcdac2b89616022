"""The slow, obvious books: dictionaries and lists, no code shared with the fast ones; and random messages for both.

The reference keeps, for each security and side, a dictionary from level to the list of its orders, oldest first.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from market.books.layout import FILL, MESSAGE, MessageKind, SelfTrade, Side, Status
from market.books.order_book import Books

LIMIT, MARKET, IOC, POST_ONLY, CANCEL, REPLACE, QUOTE, REDUCE, FOK, GTC, CANCEL_BOOK, CANCEL_ALL = map(int, MessageKind)
NEVER_REST = (MARKET, IOC, FOK)
SHARES = [0.21, 0.03, 0.08, 0.07, 0.23, 0.12, 0.15, 0.04, 0.03, 0.038, 0.0015, 0.0005]  # of the kinds in random flows
BUY, SELL = int(Side.BUY), int(Side.SELL)
LARGEST_FACE = 300_000_000  # 30 billion dollars in hundreds


class Order:
    """One resting order."""

    __slots__ = ("face", "level", "number", "owner", "security", "side", "stays")

    def __init__(self, number: int, owner: int, security: int, side: int) -> None:
        self.number, self.owner, self.security, self.side = number, owner, security, side
        self.level, self.face, self.stays = 0, 0, False


class ReferenceBooks:
    """Books that anyone can check by reading."""

    def __init__(self, n_securities: int, n_levels: int, pool: int, last_id: int, self_trade: int) -> None:
        self.n_securities, self.n_levels, self.pool = n_securities, n_levels, pool
        self.last_id, self.self_trade = last_id, self_trade
        self.expired = range(0)  # ids of earlier days: good for orders that rest, never for new ones
        self.closed: set[int] = set()
        self.queues: list[tuple[dict[int, list[Order]], ...]] = [({}, {}) for _ in range(n_securities)]
        self.live: dict[int, Order] = {}
        self.fills: list[tuple[int, ...]] = []
        self.entered = self.traded = self.cancelled = 0

    def enters(self, queue: list[Order], order: Order) -> None:
        """Put an order in its place of the queue: last."""
        queue.append(order)

    def reaches(self, side: int, limit: int, best: int) -> bool:
        """Return whether an order with this limit trades at the best level of the other side."""
        return best <= limit if side == BUY else best >= limit

    def best(self, security: int, side: int) -> int | None:
        """Return the best level of a side."""
        levels = self.queues[security][side]
        if not levels:
            return None
        return max(levels) if side == BUY else min(levels)

    def remove(self, order: Order) -> None:
        """Take an order out of the books."""
        levels = self.queues[order.security][order.side]
        levels[order.level].remove(order)
        if not levels[order.level]:
            del levels[order.level]
        del self.live[order.number]

    def withdraw(self, order: Order) -> None:
        """Remove an order that was not filled."""
        self.cancelled += order.face
        self.remove(order)

    def apply(
        self, kind: int, side: int, security: int, owner: int, level: int, face: int, number: int
    ) -> tuple[int, int]:
        """Apply one message. Return its status and what it filled."""
        if kind > CANCEL_ALL:
            return Status.REJ_KIND, 0
        if kind >= CANCEL_BOOK:
            return self.mass_cancel(owner, security if kind == CANCEL_BOOK else None), 0
        old = None if kind in NEVER_REST else self.live.get(number)
        if kind not in NEVER_REST and not old and (not 1 <= number <= self.last_id or number in self.expired):
            return Status.REJ_UNKNOWN, 0
        if kind in (LIMIT, GTC, POST_ONLY) and old:
            return Status.REJ_DUP, 0
        if kind in (CANCEL, REPLACE, REDUCE) and not old:
            return Status.REJ_UNKNOWN, 0
        if old and old.owner != owner:
            return Status.REJ_OWNER, 0
        if kind == CANCEL or (kind == QUOTE and face == 0):
            if old:
                self.withdraw(old)
            return Status.OK, 0
        if not 1 <= face <= LARGEST_FACE:
            return Status.REJ_QTY, 0
        if kind == REDUCE and old:
            return self.reduce(old, face), 0
        if old:
            security, side = old.security, old.side
        if security >= self.n_securities:
            return Status.REJ_SECURITY, 0
        if side not in (BUY, SELL):
            return Status.REJ_SIDE, 0
        if security in self.closed:
            return Status.REJ_CLOSED, 0
        if kind == MARKET:
            level = self.n_levels - 1 if side == BUY else 0
        if not 0 <= level < self.n_levels:
            return Status.REJ_PRICE, 0
        best = self.best(security, 1 - side)
        if kind == POST_ONLY and best is not None and self.reaches(side, level, best):
            return Status.REJ_CROSS, 0
        if kind == FOK and self.offered(security, side, level, owner) < face:
            return Status.REJ_KILLED, 0
        if old and old.level == level and face <= old.face:
            self.cancelled += old.face - face
            old.face = face
            return Status.OK, 0
        room = len(self.live) if old else None
        if old:
            self.withdraw(old)
        self.entered += face
        left, stopped = self.trade(security, side, level, owner, face)
        if left and not stopped and kind not in NEVER_REST:
            if room is None and len(self.live) == self.pool:
                self.cancelled += left
                return Status.REJ_POOL, face - left
            order = self.live[number] = old or Order(number, owner, security, side)
            order.level, order.face, order.stays = level, self.remains(left), order.stays or kind == GTC
            self.enters(self.queues[security][side].setdefault(level, []), order)
        else:
            self.cancelled += left
        return Status.OK, face - left

    def remains(self, left: int) -> int:
        """Return the face that rests when this much was not filled: all of it."""
        return left

    def reduce(self, order: Order, face: int) -> int:
        """Take face off an order where it stands."""
        if face >= order.face:
            self.withdraw(order)
        else:
            self.cancelled += face
            order.face -= face
        return Status.OK

    def mass_cancel(self, owner: int, security: int | None) -> int:
        """Withdraw all orders of an owner, in one book or in all."""
        if security is not None and security >= self.n_securities:
            return Status.REJ_SECURITY
        for order in [order for order in self.live.values() if order.owner == owner]:
            if security in (None, order.security):
                self.withdraw(order)
        return Status.OK

    def end_day(self, first_id: int) -> None:
        """End the orders that are not good till cancelled, and, for new orders, the ids issued from ``first_id`` on."""
        self.expired = range(first_id, self.last_id + 1)
        for order in [order for order in self.live.values() if not order.stays]:
            self.withdraw(order)

    def offered(self, security: int, side: int, limit: int, owner: int) -> int:
        """Return the face an order could take: that of others up to its level, or up to an own one that stops it."""
        face, levels = 0, self.queues[security][1 - side]
        for level in sorted(levels, reverse=side == SELL):
            for order in levels[level] if self.reaches(side, limit, level) else []:
                if order.owner != owner or self.self_trade == SelfTrade.ALLOW:
                    face += order.face
                elif self.self_trade == SelfTrade.CANCEL_TAKER:
                    return face
        return face

    def trade(self, security: int, side: int, limit: int, owner: int, left: int) -> tuple[int, bool]:
        """Trade against the other side. Return the face left, and whether the owner's own order stopped it."""
        while left:
            best = self.best(security, 1 - side)
            if best is None or not self.reaches(side, limit, best):
                break
            resting = self.queues[security][1 - side][best][0]
            if resting.owner == owner and self.self_trade == SelfTrade.CANCEL_TAKER:
                return left, True
            if resting.owner == owner and self.self_trade == SelfTrade.CANCEL_RESTING:
                self.withdraw(resting)
                continue
            face = min(left, resting.face)
            self.fills.append((security, best, face, owner, resting.owner, resting.number, side))
            self.traded += face
            left -= face
            resting.face -= face
            if resting.face == 0:
                self.remove(resting)
        return left, False

    def resting(self) -> list[tuple[int, ...]]:
        """Return (security, side, level, id, owner, face) of every order: by security, level and age."""
        return [
            (security, side, level, order.number, order.owner, order.face)
            for security, sides in enumerate(self.queues)
            for level, side in sorted((level, side) for side in (BUY, SELL) for level in sides[side])
            for order in sides[side][level]
        ]


def random_flow(
    seed: int, n: int, n_securities: int, n_levels: int, first_id: int, malformed: float = 0.02, n_owners: int = 9
) -> NDArray[Any]:
    """Return messages of all kinds around a wandering price; ids below ``first_id`` belong to quotes.

    Orders of a day after the first are those of ``later``.
    """
    rng = np.random.default_rng(seed)
    flow = np.zeros(n, MESSAGE)
    kind = rng.choice(12, n, p=SHARES)
    new = np.isin(kind, (LIMIT, POST_ONLY, GTC))
    issued = np.cumsum(new)
    named = np.maximum(issued - new - np.where(new, 0, rng.geometric(1 / (12 * n_securities), n)), 0)
    static = (kind == QUOTE) & (rng.random(n) < 0.7)
    name = np.where(static, rng.integers(1, first_id, n), first_id + named)
    column = np.where(static, name, np.append(np.flatnonzero(new), 0)[named] + first_id)  # who, what and which side
    security, owner, side = (rng.integers(0, m, n + first_id)[column] for m in (n_securities, n_owners, 2))
    middle = n_levels // 2 + np.cumsum(rng.choice([-1, 0, 1], n, p=[0.004, 0.992, 0.004]))
    middle = n_levels // 8 + np.abs((middle - n_levels // 8) % (2 * (n_levels * 3 // 4)) - n_levels * 3 // 4)
    away = rng.geometric(0.3, n) - np.where(rng.random(n) < 0.12, 4, 0)
    flow["kind"], flow["security"], flow["owner"], flow["side"] = kind, security, owner, side
    flow["level"] = np.clip(np.where(side == BUY, middle - away, middle + away), 0, n_levels - 1)
    flow["face"] = 100 * rng.integers(1, 50, n) * np.where(np.isin(kind, NEVER_REST), 3, 1)
    flow["face"][static & (rng.random(n) < 0.2)] = 0
    flow["order_id"] = name
    flow["status"], flow["filled"] = 77, 77  # must be overwritten
    spoil(flow, rng, malformed, n_securities, n_levels, first_id + int(issued[-1]))
    return flow


def spoil(
    flow: NDArray[Any], rng: np.random.Generator, share: float, n_securities: int, n_levels: int, next_id: int
) -> None:
    """Make nonsense of one column in a share of the messages."""
    nonsense = {
        "kind": (0, 16),
        "side": (0, 4),
        "security": (0, n_securities + 2),
        "owner": (-1, 12),
        "level": (-10, n_levels + 10),
        "face": (-1, 3),
        "order_id": (-2, next_id + 10),
    }
    columns = list(nonsense)
    for row in np.flatnonzero(rng.random(len(flow)) < share):
        column = columns[rng.integers(len(columns))]
        flow[column][row] = rng.integers(*nonsense[column])
        if column == "face" and rng.random() < 0.3:
            flow["face"][row] = LARGEST_FACE + rng.integers(0, 2)


def issue(books: Books, n: int) -> int:
    """Issue ids to a flow of n messages, as many as it can need. Return the last."""
    return int(books.new_ids(n)[-1])


def standing(books: Books) -> list[tuple[int, ...]]:
    """Return what rests in the fast books in the reference's form."""
    columns = ["security", "side", "level", "order_id", "owner", "face"]
    return list(zip(*(books.resting()[column].tolist() for column in columns), strict=True))


def later(flow: NDArray[Any], seed: int, books: Books) -> NDArray[Any]:
    """Return a flow as that of a later day: new ids, and some messages about what rests from the days before."""
    rng, first_id = np.random.default_rng(seed), statics(books) + 1
    issued = flow["order_id"] >= first_id
    flow["order_id"][issued] += int(books.new_ids(1)[0]) + 1 - first_id
    old = books.resting()
    if len(old):
        rows = np.flatnonzero((rng.random(len(flow)) < 0.1) & np.isin(flow["kind"], (CANCEL, REPLACE, QUOTE, REDUCE)))
        named = old[rng.integers(0, len(old), len(rows))]
        for column in ("order_id", "owner", "side", "security"):
            flow[column][rows] = named[column]
    return flow


def statics(books: Books) -> int:
    """Return how many ids belong to quotes."""
    return 2 * books.n_securities * books.quoters


def first_difference(
    flow: NDArray[Any], books: Books, pool: int = 200_000, reference: type[ReferenceBooks] = ReferenceBooks
) -> str:
    """Run a flow through both and return what differs first: fills, statuses, resting orders or totals; or ''."""
    return difference_of_a_day(flow, books, reference(books.n_securities, books.n_levels, pool, 0, books.self_trade))


def difference_of_a_day(flow: NDArray[Any], books: Books, slow: ReferenceBooks) -> str:
    """Run a flow through books and reference as they stand and return what differs first, or ''."""
    slow.last_id = issue(books, len(flow))
    slow.fills = []
    want = np.array([slow.apply(*row[:7]) for row in flow.tolist()], np.int64)
    fills = books.send(flow)
    expected = np.array(slow.fills, FILL)
    if not np.array_equal(fills, expected):
        same = min(len(fills), len(expected))
        at = int(np.argmax(np.append(fills[:same] != expected[:same], True)))
        return f"fill {at}: {fills[at : at + 1]}, expected {expected[at : at + 1]}"
    for place, column in enumerate(("status", "filled")):
        if not np.array_equal(flow[column], want[:, place]):
            at = int(np.argmax(flow[column] != want[:, place]))
            return f"{column} of message {at}: {flow[at]}, expected {want[at]}"
    if standing(books) != slow.resting():
        fast, wanted = standing(books), slow.resting()
        at = next((k for k, pair in enumerate(zip(fast, wanted, strict=False)) if pair[0] != pair[1]), None)
        at = min(len(fast), len(wanted)) if at is None else at
        return (
            f"resting order {at}: {fast[at : at + 1]}, expected {wanted[at : at + 1]} (security, side, level, id, ...)"
        )
    totals = books.counters
    if (totals["face_entered"], totals["face_traded"], totals["face_cancelled"]) != (
        slow.entered,
        slow.traded,
        slow.cancelled,
    ):
        return f"totals {totals}, expected {slow.entered}, {slow.traded}, {slow.cancelled}"
    return ""
