"""The calendar of a world at rest: what matures is sold again in its original term on the day it matures.

For null runs: no growth of debt, no change of mix. Securities that mature on one day in one term become one new
issue; it may mature and be sold again within the horizon. Auctions are two business days before the issue for bills
and three for others, announced five business days before the issue. CUSIPs are synthetic: issuer numbers 990000 and
above are reserved for users' own numbering (ANSI X9.6), the check digit is right.
"""

from collections import defaultdict

import numpy as np

from experiments.inputs.auction_calendar import ScheduledAuction
from experiments.inputs.published import check_digit
from experiments.start.security_list import Listing
from market.bonds.securities import Kind
from market.calendar import previous_business_day, roll_forward
from market.units import Int

ANNOUNCED_BEFORE, BILL_AUCTION_BEFORE, COUPON_AUCTION_BEFORE = 5, 2, 3  # business days before the issue


def steady_auctions(
    current: Listing, first_day: int, last_day: int, fed_face: Int | None = None
) -> tuple[ScheduledAuction, ...]:
    """Return the auctions that re-issue what matures, by issue day in a range, ends included.

    The offering is the maturing face less ``fed_face`` (S,), which the Fed rolls over as an add-on; without it, all
    of it.
    """
    public = current.outstanding - (np.zeros_like(current.outstanding) if fed_face is None else fed_face)
    due: dict[tuple[int, int, int, int], int] = defaultdict(int)
    securities = current.securities
    for place in np.flatnonzero(public > 0):
        kind, days = (
            int(securities.kind[place]),
            int(securities.maturity_day[place] - securities.first_issue_day[place]),
        )
        key = (int(securities.maturity_day[place]), kind, int(securities.term_months[place]), round(days / 7) * 7)
        due[(key[0], kind, key[2], key[3] if kind == Kind.BILL else 0)] += int(public[place])
    scheduled: list[ScheduledAuction] = []
    while due:
        key = min(due)
        face, issue_day = due.pop(key), int(roll_forward(key[0]))
        if issue_day > last_day:
            break
        auction = _auction(key, issue_day, face, len(scheduled))
        due[(auction.maturity_day, *key[1:])] += face
        scheduled.append(auction)
    return tuple(auction for auction in scheduled if auction.issue_day >= first_day)


def _auction(key: tuple[int, int, int, int], issue_day: int, face: int, number: int) -> ScheduledAuction:
    """Make the auction that replaces what matures; ``key``: maturity day, kind, term in months, bills' term in days."""
    maturity_day, kind, months, days = key
    following = roll_forward(maturity_day + days) if kind == Kind.BILL else _months_later(maturity_day, months)
    before = BILL_AUCTION_BEFORE if kind == Kind.BILL else COUPON_AUCTION_BEFORE
    announced, held = (int(previous_business_day(issue_day, n)) for n in (ANNOUNCED_BEFORE, before))
    cusip = synthetic_cusip(number)
    return ScheduledAuction(cusip, Kind(kind), months, announced, held, issue_day, int(following), face, True)


def _months_later(day: int, months: int) -> int:
    """Return the same day of the month some months later; month ends stay month ends."""
    month = np.datetime64(day, "D").astype("datetime64[M]")
    first, later, after = (_day(month + np.timedelta64(ahead, "M")) for ahead in (0, months, months + 1))
    if day + 1 == _day(month + np.timedelta64(1, "M")):
        return after - 1
    return min(later + (day - first), after - 1)


def _day(month: np.datetime64) -> int:
    return int(month.astype("datetime64[D]").astype(np.int64))


def synthetic_cusip(number: int) -> str:
    """Return a CUSIP of the users' own range.

    >>> synthetic_cusip(1)
    '990000010'
    """
    if not 0 <= number < 10**6:
        raise ValueError(f"synthetic_cusip: {number}, expected 0 to 999999")
    body = f"99{number:06d}"
    return body + check_digit(body)
