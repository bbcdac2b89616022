"""The tape of a day: what traded, how far from the middle, what was asked and refused, what stood in the books.

It only adds up; measures read it. The middle of a trade is that of the book where it is firm on both sides, else the
composite of the dealers' streams in its round; spreads come from trades, never from quotes that nobody would trade on.
Effective spread: twice the signed distance, in bp of yield. It is of the best of several answers, from whoever is least
burdened, so that in stress it may fall below zero; what all said who were asked is added up beside it.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from market.books.messages import TRADES, Venue, stacked
from market.tables.tape_kernels import add_answers, add_trades
from market.units import Bool, Float, Int

Table = NDArray[Any]


class Tape:
    """Sums over the rounds of one day, by security (S,)."""

    def __init__(self, n_securities: int) -> None:
        self.n = n_securities
        self.clear()

    def clear(self) -> None:
        """Begin a new day."""
        self.batches: list[Table] = []
        self.middles: list[Float] = []  # of the trades of each batch, at their moment
        self.askers: list[tuple[Int, Int]] = []  # owners and faces of requests that found no price
        self.trades = np.zeros(self.n, np.int64)
        self.face = np.zeros(self.n, np.int64)
        self.request_face = np.zeros(self.n, np.int64)  # part of ``face``
        self.session_face = np.zeros(self.n, np.int64)
        self.spread_weight = np.zeros(self.n)  # face of trades that an aggressor started
        self.spread_sum = np.zeros(self.n)  # face times effective spread in bp
        self.answers, self.declined = np.zeros((2, self.n), np.int64)  # of dealers who were asked
        self.width_sum = np.zeros(self.n)  # twice the distance of answers from the middle, in bp
        self.quoted_rounds = np.zeros(self.n, np.int64)
        self.seen_rounds = np.zeros(self.n, np.int64)
        self.depth_sum = np.zeros(self.n)
        self.book_flow = np.zeros(self.n, np.int64)  # of the last round
        self.requests = self.refused = 0

    def take(self, trades: Table, middle: Float, dv01: Float) -> None:
        """Add trades made at one moment; ``middle`` and ``dv01`` (S,) in points and points per bp."""
        self.batches.append(trades)
        self.middles.append(middle[trades["security"]])
        faces, spreads = (self.face, self.request_face, self.session_face), (self.spread_weight, self.spread_sum)
        add_trades(trades, middle, dv01, self.trades, *faces, *spreads, self.book_flow)

    def look(self, quoted: Bool, tradable: Bool, depth: Int) -> None:
        """Add one look at the books, after quotes were refreshed."""
        self.quoted_rounds += quoted & tradable
        self.seen_rounds += tradable
        self.depth_sum += np.where(tradable, depth, 0)

    def ask(self, owners: Int, faces: Int, refused: Bool) -> None:
        """Add requests for quote and which of them found no price."""
        self.askers.append((owners[refused], np.abs(faces[refused])))
        self.requests += len(faces)
        self.refused += int(refused.sum())

    def hear(self, asked: Table, price: Float, middle: Float, dv01: Float) -> None:
        """Add what dealers said to those who asked (J,), the best answer and all others; NaN declines."""
        add_answers(asked, price, middle, dv01, self.answers, self.declined, self.width_sum)

    def next_round(self) -> Int:
        """Return the signed flow of the books in the round that ended, and begin another."""
        flow = self.book_flow.copy()
        self.book_flow[:] = 0
        return flow

    def bought_in_books(self, row: int) -> Table:
        """Return the day's trades in books in which an account was the buyer, in order."""
        trades = self.everything()
        return trades.take(np.flatnonzero((trades["buyer"] == row) & (trades["venue"] == Venue.BOOK)))

    def sold_in_books(self, row: int) -> Table:
        """Return the day's trades in books in which an account was the seller, in order."""
        trades = self.everything()
        return trades.take(np.flatnonzero((trades["seller"] == row) & (trades["venue"] == Venue.BOOK)))

    def everything(self) -> Table:
        """Return the day's trades in order."""
        return stacked(self.batches, TRADES)

    def middle_of_trades(self) -> Float:
        """Return the middle in points at the moment of each of the day's trades, in order."""
        return np.concatenate([np.zeros(0), *self.middles])

    def refused_requests(self) -> tuple[Int, Int]:
        """Return owner and face of each of the day's requests that found no price, in order."""
        owners, faces = zip((np.zeros(0, np.int64), np.zeros(0, np.int64)), *self.askers, strict=True)
        return np.concatenate(owners), np.concatenate(faces)
