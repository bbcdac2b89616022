"""Messages for benchmarks of books: a mixed flow over many books, and one stream for one book with a known answer."""

import bisect
from collections import OrderedDict
from typing import NamedTuple

import numpy as np

from market.books.layout import MESSAGE, MessageKind, Side

BOOKS, LEVELS, OWNERS, QUOTERS = 400, 8192, 300, 1
RECENT = 20_000  # a change names one of so many last orders
PARTS = (0.5, 0.25, 0.15, 0.1)
ADD, CANCEL, MARKETABLE = 0, 1, 2


def mixed(n: int, seed: int) -> np.ndarray:
    """Return messages to 400 books: half limits, a quarter replacements, 15 % cancellations, 10 % takers."""
    rng = np.random.default_rng(seed)
    kind = rng.choice([MessageKind.LIMIT, MessageKind.REPLACE, MessageKind.CANCEL, MessageKind.IOC], n, p=PARTS)
    kind[:RECENT] = MessageKind.LIMIT
    out, adds = np.zeros(n, MESSAGE), kind == MessageKind.LIMIT
    out["kind"], out["side"], out["security"] = kind, rng.integers(0, 2, n), rng.integers(0, BOOKS, n)
    out["owner"], out["face"] = rng.integers(0, OWNERS, n), rng.integers(1, 100, n)
    away = rng.geometric(0.12, n) - np.where(kind == MessageKind.IOC, 8, 2)
    out["level"] = np.clip(LEVELS // 2 + np.where(out["side"] == Side.BUY, -away, away), 0, LEVELS - 1)
    out["order_id"][adds] = 2 * BOOKS * QUOTERS + 1 + np.arange(adds.sum())
    changes = np.flatnonzero((kind == MessageKind.REPLACE) | (kind == MessageKind.CANCEL))
    so_far = np.cumsum(adds)[changes]
    named = np.flatnonzero(adds)[so_far - 1 - rng.integers(0, np.minimum(so_far, RECENT))]
    for field in ("order_id", "owner", "security", "side"):
        out[field][changes] = out[field][named]
    side = out["side"][changes]
    out["level"][changes] = LEVELS // 2 + np.where(side == Side.BUY, -away[changes], away[changes])
    return out


class Stream(NamedTuple):
    """One book's messages (kind, id, side +1 or -1, price, face), and what a right book ends with."""

    messages: list[tuple[int, int, int, int, int]]
    fills: int
    volume: int
    notional: int


def stream(n: int, seed: int) -> Stream:
    """Return half passive limits around a walking middle, 40 % cancellations of live orders, 10 % marketable orders."""
    rng, book, middle = np.random.default_rng(seed), _Reference(), 10_000
    kinds, walk = rng.choice(3, n, p=[0.5, 0.4, 0.1]), np.where(rng.random(n) < 0.02, rng.choice([-1, 1], n), 0)
    sides, away, faces = rng.choice([-1, 1], n), rng.integers(1, 21, n), rng.integers(1, 17, n)
    pick, out = rng.random(n), []
    columns = (column.tolist() for column in (kinds, walk, sides, away, faces, pick))
    for number, (kind, step, side, off, face, chance) in enumerate(zip(*columns, strict=True), 1):
        middle += step
        if kind == CANCEL and book.live and number > 2000:
            out.append((CANCEL, *book.cancel(book.live[int(chance * len(book.live))])))
        elif kind == MARKETABLE and number > 2000 and book.depth[-side] >= min(face, 10):
            book.add(number, side, middle + 5000 * side, min(face, 10))
            out.append((MARKETABLE, number, side, middle + 5000 * side, min(face, 10)))
        else:
            book.add(number, side, middle - side * off, face)
            out.append((ADD, number, side, middle - side * off, face))
    return Stream(out, book.fills, book.volume, book.notional)


class _Reference:
    """Price, then time, in plain Python."""

    def __init__(self) -> None:
        self.levels: dict[int, dict] = {1: {}, -1: {}}
        self.prices: dict[int, list[int]] = {1: [], -1: []}
        self.depth = {1: 0, -1: 0}
        self.where: dict[int, tuple[int, int]] = {}
        self.live: list[int] = []
        self.at: dict[int, int] = {}
        self.fills = self.volume = self.notional = 0

    def add(self, number: int, side: int, price: int, face: int) -> None:
        book = self.prices[-side]
        while face and book and (book[0] <= price if side == 1 else book[-1] >= price):
            best = book[0] if side == 1 else book[-1]
            queue = self.levels[-side][best]
            maker, rests = next(iter(queue.items()))
            size = min(face, rests)
            face, queue[maker] = face - size, rests - size
            self.fills, self.volume, self.notional = self.fills + 1, self.volume + size, self.notional + size * best
            self.depth[-side] -= size
            if rests == size:
                self._drop(maker, -side, best)
        if face:
            if price not in self.levels[side]:
                self.levels[side][price] = OrderedDict()
                bisect.insort(self.prices[side], price)
            self.levels[side][price][number] = face
            self.where[number], self.at[number] = (side, price), len(self.live)
            self.live.append(number)
            self.depth[side] += face

    def cancel(self, number: int) -> tuple[int, int, int, int]:
        side, price = self.where[number]
        face = self.levels[side][price][number]
        self.depth[side] -= face
        self._drop(number, side, price)
        return number, side, price, face

    def _drop(self, number: int, side: int, price: int) -> None:
        del self.levels[side][price][number], self.where[number]
        if not self.levels[side][price]:
            del self.levels[side][price]
            self.prices[side].remove(price)
        place, last = self.at.pop(number), self.live.pop()
        if last != number:
            self.live[place], self.at[last] = last, place
