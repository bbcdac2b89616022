"""The primary auction: single price, as 31 CFR 356.20-22 allots it. Pure: bids in, awards out.

Non-competitive bids are filled first and in full. Competitive bids are taken from the lowest rate up until the
offering is met; bids at the stop share what is left, in a percentage rounded up to the next hundredth of a percent,
each award rounded up to a multiple of $100 (356.20(a)(2), 356.21(a)). Everybody pays the stop. Roundings up make
awards exceed the offering by less than one ten-thousandth of the bids at the stop plus one unit a bid; they never
fall short.

Rules beyond: what one bidder bids over 35 % of the offering is not recognised, its lowest rates first kept (356.22(b));
where non-competitive bids would leave less than 5 % of the offering, competitive bids are still taken for 5 %
(356.20(a)(1) says "in an amount sufficient to provide a fair determination"; the 5 % is our guess); where competitive
bids do not meet the offering, all are awarded and less is sold. Add-ons of the Fed are awarded at the stop on top of
the offering. The limits of non-competitive bids are kept in ``market/auctions/noncompetitive.py``. Left out: net long
positions.

Units: face in hundreds of dollars; rates (yields, discount rates of bills) in 1e-5, that is 0.001 %.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from market.auctions.apportion import first_come
from market.books.messages import BIDS
from market.units import Int

WHOLE = 10_000  # one hundred percent, in hundredths of a percent
LEAST_COMPETITIVE = 20  # one part in twenty of an offering is always sold to competitive bids


@dataclass(frozen=True, slots=True)
class Allotment:
    """The result of an auction; ``awards`` are in the order of the bids, ``noncompetitive`` in that of their faces.

    ``allotted_at_stop`` counts hundredths of a percent. ``median_rate_e5``: half of the competitive awards were bid
    at or below it. ``bid_to_cover`` is tendered over awarded, both with non-competitive bids and without the add-on.
    """

    stop_rate_e5: int
    median_rate_e5: int
    awards: Int
    noncompetitive: Int
    addon: int
    bid_to_cover: float
    allotted_at_stop: int
    covered: bool

    @property
    def issued(self) -> int:
        """Return the face that the auction issues, add-on included."""
        return int(self.awards.sum() + self.noncompetitive.sum()) + self.addon


def allot(
    offering: int, noncompetitive: Int, bids: NDArray[Any], award_limit: float = 0.35, addon: int = 0
) -> Allotment:
    """Allot an offering among non-competitive faces, shape (m,), and a table of competitive BIDS.

    Raises ValueError where an amount is not positive, or where there is no competitive bid to set the rate.
    """
    noncompetitive = np.asarray(noncompetitive, np.int64)
    _check(offering, noncompetitive, bids, award_limit, addon)
    order = np.argsort(bids["rate_e5"], kind="stable")
    recognised = _recognised(bids, order, round(offering * award_limit))
    sought = max(offering - int(noncompetitive.sum()), offering // LEAST_COMPETITIVE)
    covered = int(recognised.sum()) >= sought
    stop, share = _stop(bids["rate_e5"], recognised, order, sought) if covered else _weakest(bids, recognised)
    awards = _awards(bids["rate_e5"], recognised, stop, share)
    return Allotment(
        stop_rate_e5=stop,
        median_rate_e5=_median(bids["rate_e5"][order], awards[order]),
        awards=awards,
        noncompetitive=noncompetitive.copy(),
        addon=addon,
        bid_to_cover=int(recognised.sum() + noncompetitive.sum()) / int(awards.sum() + noncompetitive.sum()),
        allotted_at_stop=share,
        covered=covered,
    )


def _check(offering: int, noncompetitive: Int, bids: NDArray[Any], award_limit: float, addon: int) -> None:
    """Refuse what no auction can allot."""
    if offering <= 0 or addon < 0:
        raise ValueError(f"auction: offering {offering}, add-on {addon}: expected more than 0, and 0 or more")
    if not 0 < award_limit <= 1 or round(offering * award_limit) == 0:
        raise ValueError(f"auction: award limit {award_limit}, expected a share of the offering in (0, 1]")
    if bids.dtype != BIDS:
        raise ValueError(f"auction: bids have dtype {bids.dtype}, expected messages.BIDS")
    if len(bids) == 0:
        raise ValueError("auction: no competitive bid, expected at least one to set the rate")
    if np.any(noncompetitive < 0) or np.any(bids["face"] <= 0):
        worst = min(int(bids["face"].min()), int(noncompetitive.min(initial=0)))
        raise ValueError(f"auction: a bid for a face of {worst}, expected more than 0 hundreds of dollars")


def _recognised(bids: NDArray[Any], order: Int, most: int) -> Int:
    """Return the face of each bid that counts: at most ``most`` a bidder, lowest rates first."""
    bidders, group = np.unique(bids["bidder"], return_inverse=True)
    return first_come(bids["face"], group.astype(np.int64), np.full(len(bidders), most, np.int64), order)


def _stop(rate: Int, face: Int, order: Int, sought: int) -> tuple[int, int]:
    """Return the rate at which the offering is met and the share that bids at that rate get."""
    place = np.searchsorted(np.cumsum(face[order]), sought)
    stop = int(rate[order][place])
    left = sought - int(face[rate < stop].sum())
    return stop, -(-left * WHOLE // int(face[rate == stop].sum()))


def _weakest(bids: NDArray[Any], recognised: Int) -> tuple[int, int]:
    """Return the highest rate bid, filled in full: the offering is not covered."""
    return int(bids["rate_e5"][recognised > 0].max()), WHOLE


def _awards(rate: Int, face: Int, stop: int, share: int) -> Int:
    """Return awards: all below the stop, the share at it rounded up to whole hundreds of dollars, nothing above."""
    at_stop = -(-face * share // WHOLE)
    return np.where(rate < stop, face, np.where(rate == stop, at_stop, 0)).astype(np.int64)


def _median(rate: Int, awards: Int) -> int:
    """Return the rate at or below which half of the awards were bid; both in ascending order of rate."""
    total = np.cumsum(awards)
    return int(rate[np.searchsorted(2 * total, total[-1])])
