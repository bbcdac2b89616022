"""What the public knows of buybacks before each is announced: calendar and facility, and how past ones were filled."""

from dataclasses import dataclass
from typing import Any

from market.auctions.buyback import BUCKETS
from market.books.messages import Buyback


@dataclass(frozen=True, slots=True)
class KnownBuyback:
    """An operation of the public calendar; its list of securities is announced the business day before it."""

    known_day: int  # from which the public counts on it
    day: int
    round: int
    bucket: str
    maximum: int  # face


@dataclass(frozen=True, slots=True)
class KnownFacility:
    """A standing bid: the face that it buys in a day and in all, at most, in some buckets."""

    known_day: int
    daily: int
    total: int
    buckets: tuple[str, ...] = tuple(BUCKETS)


@dataclass(frozen=True, slots=True)
class Filled:
    """How operations of a bucket were filled: their number, the sum of the filled shares of maxima, the face bought."""

    operations: int = 0
    shares: float = 0.0
    face: int = 0

    def with_one(self, accepted: int, maximum: int) -> "Filled":
        """Return the same with one more operation."""
        return Filled(self.operations + 1, self.shares + accepted / maximum, self.face + accepted)

    @property
    def expected(self) -> float:
        """The share of a maximum that is expected of the next: full at first, then the mean, the first guess counting
        as one operation.
        """
        return (1.0 + self.shares) / (1.0 + self.operations)


def note_fill(market: Any, buyback: Buyback, accepted: int) -> None:
    """Publish how an operation was filled; one that could take nothing says nothing."""
    if buyback.maximum > 0:
        market.fills[buyback.bucket] = market.fills.get(buyback.bucket, Filled()).with_one(accepted, buyback.maximum)
