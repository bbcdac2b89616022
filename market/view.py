"""What everybody may see, and nothing else: not the curve that scores buybacks, nor a valuation, nor the future.

Every array refuses writes. Prices are clean, in points per 100; yields in basis points; face in hundreds of dollars.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from market.auctions.known_buybacks import Filled
from market.bonds.linear_price import price_at
from market.bonds.securities import Securities
from market.books.all_to_all import ClientBooks
from market.books.messages import Auction, Buyback
from market.futures.board import FuturesBoard
from market.units import Bool, Float, Int


@dataclass(frozen=True, slots=True)
class PolicyRates:
    """Administered rates of the day, in bp."""

    iorb: float  # interest on reserve balances
    on_rrp: float  # offered by the reverse repo facility
    srf: float  # minimum bid of the standing repo facility
    expected: float  # the policy rate that guidance leads the market to expect
    discount: float  # of primary credit at the discount window


@dataclass(frozen=True, slots=True)
class View:
    """The public market at one moment; arrays by security have shape (S,)."""

    day: int  # business days since the clock of the run started; negative in the burn-in
    date: int  # day number
    round: int
    rounds: int
    settle_date: int  # when a trade of today settles, as a day number
    securities: Securities
    tradable: Bool
    on_the_run: Bool
    rank: Int  # of notes and bonds: 0 on the run, 1 first off, ...; all others -1
    years: Float  # to maturity
    outstanding: Int  # face
    soma: Int  # face owned by the Fed; it publishes weekly, and its purchases and redemptions are announced
    anticipated: Int  # face that holders other than the Fed were led to expect by the calendar
    reference_bp: Float  # yield at which the linear prices below were struck this morning
    reference_price: Float
    dv01: Float  # points per bp
    convexity: Float  # points per bp squared
    composite_bp: Float  # mean of the dealers' indicative streams
    bid: Float  # best firm bid, NaN if none
    ask: Float
    tick: Float  # of the book, in points
    book_flow: Int  # net face bought by the aggressors of the last round, in the books
    rates: PolicyRates
    auctions: tuple[Auction, ...]  # announced, of today or later
    buybacks: tuple[Buyback, ...]  # announced, of today or later
    funding_bp: float  # last overnight repo rate
    extras: Mapping[str, float]  # further public figures by name
    client_books: ClientBooks | None  # of books in which clients may rest orders; None if there are none
    when_issued: Bool  # announced, its first auction not held before today: it trades in yield, for the issue day
    futures: FuturesBoard | None = None  # where futures are traded
    fills: Mapping[str, Filled] = field(default_factory=dict)  # of buybacks held, by bucket

    def price(self, yield_bp: Float) -> Float:
        """Return clean prices at yields (..., S), to second order around this morning's reference."""
        return np.asarray(price_at(yield_bp, self.reference_bp, self.reference_price, self.dv01, self.convexity))

    def price_of(self, security: Int, yield_bp: Float) -> Float:
        """Return clean prices of listed securities at yields, one each."""
        columns = self.reference_bp, self.reference_price, self.dv01, self.convexity
        return np.asarray(price_at(yield_bp, *(column[security] for column in columns)))


def struck(view: View) -> tuple[Float, ...]:
    """Return what kernels lay linear prices by: reference yield and price, their slope and convexity, (S,) each."""
    return view.reference_bp, view.reference_price, view.dv01, view.convexity
