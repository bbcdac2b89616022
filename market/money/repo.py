"""The evening's general-collateral repo: cash is lent overnight against any Treasury security, in one call market.

Lenders name the least rate they take (their outside option: the Fed's reverse repo, or reserves), borrowers the most
they pay. The cheapest cash goes first, to those who would pay most, as long as the asked rate is not above the
offered one. Lenders at the last rate share what is left of the demand in proportion to their cash, borrowers at the
last rate likewise, to the cent.

A loan's rate lies between what its lender asked and the clearing rate (the last lender's asked rate, or, where a need
stays unmet, the highest rate its borrower would pay): ``asked + lender_share * (clearing - asked)``. Pay-as-asked
alone would hide scarcity, one uniform rate would leave SOFR no distribution; in 2024 the 1st and 99th percentiles lay
15 bp apart. The share is a bargaining weight of long relationships, a guess. Among equal rates the earlier line of a
table comes first: the caller draws the order.

The standing repo facility is one more lender: the Fed with its minimum bid rate and its limit. The reverse repo
facility takes what lenders have left. Which segments hold such calls, and on what haircuts, says
``market.money.segments``; specials are ``market.money.specials``. Left out: term.

Units: cents; rates in 1e-4 of a percent (0.01 bp).
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from market.auctions.apportion import apportion
from market.books.messages import LOANS
from market.units import Int

CASH_OFFERS = np.dtype([("lender", "i8"), ("rate_e4", "i8"), ("cents", "i8")])  # the least rate
CASH_NEEDS = np.dtype([("borrower", "i8"), ("cents", "i8"), ("rate_e4", "i8")])  # the most


def clear(offers: NDArray[Any], needs: NDArray[Any], lender_share_percent: int = 50) -> NDArray[Any]:
    """Match CASH_OFFERS with CASH_NEEDS; return LOANS, at most one fewer than offers and needs together.

    Raises ValueError at negative cash, at a share outside 0 to 100, or where an institution stands on both sides.
    """
    _check(offers, needs, lender_share_percent)
    offers = offers[np.argsort(offers["rate_e4"], kind="stable")]
    needs = needs[np.argsort(-needs["rate_e4"], kind="stable")]
    volume = _volume(offers, needs)
    lent, borrowed = _granted(offers, volume), _granted(needs, volume)
    lender, borrower, cents = pair(lent, borrowed)
    loans = np.zeros(len(cents), LOANS)
    if volume:
        asked = offers["rate_e4"][lender]
        gap = _clearing_rate_e4(offers, needs, lent, borrowed) - asked
        loans["lender"], loans["borrower"] = offers["lender"][lender], needs["borrower"][borrower]
        loans["cents"], loans["rate_e4"] = cents, asked + gap * lender_share_percent // 100
    return loans


def volume_percentile_e4(loans: NDArray[Any], percent: int = 50) -> int:
    """Return the lowest rate at or below which ``percent`` of the volume was lent."""
    if not loans["cents"].sum() > 0 or not 0 < percent <= 100:
        raise ValueError(f"repo: percentile {percent} of {len(loans)} loans, expected 1 to 100 and some volume")
    order = np.argsort(loans["rate_e4"], kind="stable")
    total = np.cumsum(loans["cents"][order])
    return int(loans["rate_e4"][order][np.searchsorted(100 * total, percent * total[-1])])


def sofr_e4(loans: NDArray[Any]) -> int:
    """Return the volume-weighted median rate; the published SOFR is this, rounded to whole basis points."""
    return volume_percentile_e4(loans, 50)


def _check(offers: NDArray[Any], needs: NDArray[Any], lender_share_percent: int) -> None:
    """Refuse what cannot be matched."""
    if offers.dtype != CASH_OFFERS or needs.dtype != CASH_NEEDS:
        raise ValueError(f"repo: tables of {offers.dtype} and {needs.dtype}, expected CASH_OFFERS and CASH_NEEDS")
    if not 0 <= lender_share_percent <= 100:
        raise ValueError(f"repo: lenders' share is {lender_share_percent} percent, expected 0 to 100")
    least = min(int(offers["cents"].min(initial=0)), int(needs["cents"].min(initial=0)))
    if least < 0:
        raise ValueError(f"repo: a line of {least} cents, expected 0 or more")
    both = np.intersect1d(offers["lender"], needs["borrower"])
    if len(both):
        raise ValueError(f"repo: institution {both[0]} both lends and borrows, expected its net side only")


def _volume(offers: NDArray[Any], needs: NDArray[Any]) -> int:
    """Return the most that can be lent with no lender's rate above its borrower's; both tables best first."""
    supply, demand = np.cumsum(offers["cents"]), np.cumsum(needs["cents"])
    if len(supply) == 0 or len(demand) == 0:
        return 0
    ends = np.union1d(supply, demand)
    ends = ends[(ends > 0) & (ends <= min(supply[-1], demand[-1]))]
    agreed = offers["rate_e4"][np.searchsorted(supply, ends)] <= needs["rate_e4"][np.searchsorted(demand, ends)]
    return int(ends[agreed][-1]) if agreed.any() else 0


def _granted(table: NDArray[Any], volume: int) -> Int:
    """Return what each line gets of the volume: all before the last rate, a proportional part at the last rate."""
    granted = np.zeros(len(table), np.int64)
    if volume == 0:
        return granted
    total, rate = np.cumsum(table["cents"]), table["rate_e4"]
    at_last = rate == rate[np.searchsorted(total, volume)]
    before = np.arange(len(table)) < np.argmax(at_last)
    granted[before] = table["cents"][before]
    granted[at_last] = apportion(volume - int(granted.sum()), table["cents"][at_last])
    return granted


def pair(lent: Int, borrowed: Int) -> tuple[Int, Int, Int]:
    """Lay both sides along one line and cut at every end: lender's place, borrower's place, cents of each piece.

    Both sides sum to the same.
    """
    supply, demand = np.cumsum(lent), np.cumsum(borrowed)
    ends = np.union1d(supply, demand)
    ends = ends[ends > 0]
    lender = np.searchsorted(supply, ends).astype(np.int64)
    return lender, np.searchsorted(demand, ends).astype(np.int64), np.diff(ends, prepend=0)


def _clearing_rate_e4(offers: NDArray[Any], needs: NDArray[Any], lent: Int, borrowed: Int) -> int:
    """Return the last lender's rate, or the highest rate of an unmet need if that is higher."""
    last_asked = int(offers["rate_e4"][lent > 0].max())
    unmet = needs["rate_e4"][borrowed < needs["cents"]]
    return max(last_asked, int(unmet.max())) if len(unmet) else last_asked
