"""What participants say to the market and what the market says back: plain tables and frozen records.

Face is in hundreds of dollars, positive to buy. A limit is a clean price in points (float; NaN takes any price). Cash
is in cents. Tables are numpy structured arrays; their dtypes are the contract.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum, unique
from typing import Any

import numpy as np
from numpy.typing import NDArray

from market.units import Bool, Float, Int, sealed


@unique
class Venue(IntEnum):
    """Where a trade was made."""

    BOOK = 0  # the security's central limit order book
    REQUEST = 1  # a request for quote to some dealers
    AUCTION = 2  # a primary auction
    BUYBACK = 3  # a reverse auction of the Treasury
    OFFICIAL = 4  # an outright operation of the Fed
    SESSION = 5  # a matching session of dealers and trading firms
    BOOK_THEN_REQUEST = 6  # of orders only: rests in the book for a round, then asks dealers (market.all_to_all)
    REST = 7  # of orders only: rests in the book at its limit for a round, then ends
    BOOK_ELSE_REQUEST = 8  # of orders only: takes what stands in the book, then asks dealers for the rest
    CLEARING = 9  # of deliveries only: what netting left of several trades (market.clearing)


@dataclass(frozen=True, slots=True)
class Quotes:
    """Firm two-sided quotes: clean prices in points and faces, each (..., S). Face 0 withdraws a side."""

    bid: NDArray[Any]
    ask: NDArray[Any]
    bid_face: NDArray[Any]
    ask_face: NDArray[Any]


@dataclass(frozen=True, slots=True)
class Order:
    """One wish of one institution. ``face`` is positive to buy; without a limit it takes any price."""

    security: int
    face: int
    limit: float | None = None
    venue: Venue = Venue.REQUEST


ORDERS = np.dtype([("owner", "i8"), ("security", "i8"), ("face", "i8"), ("limit", "f8"), ("venue", "i8")])

# One row per (request, dealer asked); ``pending`` is what this dealer was asked before in the round, from its own side.
ASKED = np.dtype(
    [
        ("request", "i8"),
        ("dealer", "i8"),
        ("member", "i8"),
        ("client", "i8"),
        ("security", "i8"),
        ("face", "i8"),
        ("pending", "i8"),
    ]
)

TRADES = np.dtype(
    [
        ("day", "i4"),
        ("round", "i4"),
        ("buyer", "i4"),
        ("seller", "i4"),
        ("security", "i4"),
        ("venue", "i1"),
        ("aggressor", "i1"),  # +1 the buyer took, -1 the seller took, 0 neither
        ("settle_day", "i4"),
        ("price_e8", "i8"),  # clean
        ("face", "i8"),
        ("cash_cents", "i8"),  # accrued interest included
    ]
)

BIDS = np.dtype([("bidder", "i8"), ("rate_e5", "i8"), ("face", "i8")])  # yield (bills: discount rate), 1e-5 = 0.001 %
# Bids for whatever rate the auction sets: ``bidders`` is how many people or accounts one comes from, ``official`` tells
# a foreign or international monetary authority from the public.
NONCOMPETITIVE = np.dtype([("bidder", "i8"), ("bidders", "i8"), ("official", "?"), ("face", "i8")])
OFFERS = np.dtype([("owner", "i8"), ("security", "i8"), ("price_e8", "i8"), ("face", "i8")])
LOANS = np.dtype(  # rate and haircut in 1e-4 of a percent (0.01 bp); segment of market.segments.Segment
    [("lender", "i8"), ("borrower", "i8"), ("cents", "i8"), ("rate_e4", "i8"), ("segment", "i8"), ("haircut_e4", "i8")]
)


@dataclass(frozen=True, slots=True)
class Auction:
    """An announced auction: the security, when, how much; ``first`` sale or a reopening.

    ``beyond`` is the face of the offering that no calendar held: holders were not led to expect it.
    """

    security: int
    announced_day: int
    auction_day: int
    issue_day: int
    offering: int
    round: int
    first: bool
    beyond: int = 0


@dataclass(frozen=True, slots=True)
class Buyback:
    """An announced reverse auction: which securities may be offered, how much the Treasury takes at most.

    ``day`` is the day number of the operation. A price-sensitive buyer refuses dear offers, by a reserve of its own.
    ``why`` (S,) says of each security of the bucket why it is on the list or not (``market.buyback.Listing``).
    """

    day: int
    round: int
    bucket: str
    maximum: int
    eligible: Bool
    price_sensitive: bool = True
    purpose: str = "liquidity support"
    why: Int | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "eligible", sealed(np.array(self.eligible)))
        if self.why is not None:
            object.__setattr__(self, "why", sealed(np.array(self.why)))


@dataclass(frozen=True, slots=True)
class Rollover:
    """What the Fed is repaid of bills, or of coupons, on a day, in units of face, and what it rolls over of that.

    ``wanted`` is what its caps leave to roll, ``rolled`` what auctions that settle today added on, ``planned`` the
    auctions (security, auction day) that were to take part, ``missed`` those of them that were not held.
    """

    bills: bool
    repaid: int
    wanted: int
    rolled: int
    planned: tuple[tuple[int, int], ...]
    missed: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class FactorLevels:
    """Levels of the Fed's balance sheet that come from outside the market, in cents."""

    currency: int
    other_assets: int
    other_liabilities: int
    foreign_repo: int


@dataclass(frozen=True, slots=True)
class LimitUse:
    """What limits of positions cost at the close, by member (members,)."""

    leverage_use: Float  # share of the limit of gross positions
    risk_use: Float  # share of the limit of factor risk
    leverage_price_bp: Float  # a year, on face
    risk_price: Float  # what multiplies the price of risk
    declined_leverage: Float  # requests declined today because gross positions were full
    declined_risk: Float  # the same, because factor risk was


@dataclass(frozen=True, slots=True)
class LimitLevels:
    """Where the Treasury stands under the debt limit at the close, in cents; None: no limit, no X-date in sight."""

    subject_cents: int  # measures in use deducted
    other_cents: int  # not marketable
    inflation_cents: int  # accrued on marketable TIPS
    limit_cents: int | None
    used_cents: int  # by extraordinary measures
    left_cents: int
    cash_cents: int
    unpaid_cents: int  # outlays due that wait for cash
    x_day: int | None  # day number
    default: bool


@dataclass(frozen=True, slots=True)
class Rejection:
    """A line that the market refused, and why."""

    day: int
    round: int
    line: tuple[Any, ...]
    reason: str


def wishes(face: Int, limit: Float, venue: Venue = Venue.REQUEST) -> NDArray[Any]:
    """Turn wanted face, shape (..., S), into a table of orders; ``owner`` is the leading index."""
    face, limit = np.atleast_2d(face), np.atleast_2d(limit)
    owner, security = np.nonzero(face)
    table = np.zeros(len(owner), ORDERS)
    table["owner"], table["security"], table["venue"] = owner, security, venue
    table["face"] = face[owner, security]
    table["limit"] = np.broadcast_to(limit, face.shape)[owner, security]
    return table


def stacked(tables: Sequence[NDArray[Any]], kind: np.dtype[Any]) -> NDArray[Any]:
    """Return tables of one dtype, contiguous each, one after the other.

    numpy would compare the fields of all tables first, at several times the cost of copying them.
    """
    if not tables:
        return np.zeros(0, kind)
    raw = np.dtype((np.void, kind.itemsize))
    return np.concatenate([table.view(raw) for table in tables]).view(kind)
