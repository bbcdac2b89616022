"""The calendar of auctions: what is announced in advance, and apart from it what came out.

Sources: ``auctions_2019-2024`` and ``auction_schedule_2025`` (Fiscal Data). A scheduled auction knows nothing of its
result; the coupon of a first sale is set by it. ``offering`` is the public offering in hundreds of dollars, SOMA
add-ons come on top. Announcement days are not in the files; they follow by rule from the Treasury's practice: bills
of 4, 8 and 17 weeks are announced on Tuesday of the auction's week, everything else on Thursday of the week before
(refundings, really a day earlier, included); a closed day gives way to the business day before; an announcement is
always before the auction.
"""

from collections.abc import Callable
from dataclasses import dataclass
from operator import attrgetter

import numpy as np
import pandas as pd

from experiments.errors import UserError
from experiments.inputs.published import table
from market.bonds.securities import Kind
from market.calendar import is_business_day, previous_business_day
from market.units import FACE_PER_MUSD, Int, day_number

KINDS = {"Bill": Kind.BILL, "Note": Kind.NOTE, "Bond": Kind.BOND, "TIPS": Kind.TIPS, "FRN": Kind.FRN}
TUESDAY_WEEKS = (4, 8, 17)
THURSDAY, TUESDAY = 3, 1
EPOCH_WEEKDAY = 3  # 1970-01-01 was a Thursday
LAST_DAY = day_number("2025-12-31")


@dataclass(frozen=True, slots=True)
class ScheduledAuction:
    """An auction as announced. Days are day numbers, ``offering`` counts hundreds of dollars without SOMA add-ons.

    ``term_months`` is the original term of the security, ``first`` tells a first sale from a reopening.
    """

    cusip: str
    kind: Kind
    term_months: int
    announced_day: int
    auction_day: int
    issue_day: int
    maturity_day: int
    offering: int
    first: bool


def auctions(first_day: int, last_day: int, by: str = "auction_day") -> tuple[ScheduledAuction, ...]:
    """Return the auctions whose ``by`` day (auction_day, issue_day or announced_day) is in a range, ends included."""
    key: Callable[[ScheduledAuction], int] = attrgetter(by)
    if last_day > LAST_DAY:
        raise UserError(f"auctions: the calendar ends on 2025-12-31, {np.datetime64(last_day, 'D')} is later")
    chosen = [auction for auction in _all() if first_day <= key(auction) <= last_day]
    return tuple(sorted(chosen, key=lambda a: (a.auction_day, a.issue_day, a.maturity_day, a.cusip)))


def _all() -> list[ScheduledAuction]:
    """Return every auction of both files."""
    names = [
        "auction_date",
        "issue_date",
        "maturity_date",
        "security_class",
        "term",
        "cusip",
        "reopening",
        "amount_offered_musd",
    ]
    frame = pd.concat([table("auctions_2019-2024")[names], table("auction_schedule_2025")[names]], ignore_index=True)
    frame = frame.loc[frame.auction_date >= day_number("2023-01-01")]
    return [_scheduled(row) for row in frame.itertuples(index=False)]


def _scheduled(row: tuple[object, ...]) -> ScheduledAuction:
    """Make a record of a row: auction, issue, maturity day, class, term, cusip, reopening, offered millions."""
    auction_day, issue_day, maturity_day, security_class, term, cusip, reopening, offered = row
    auction, issue, maturity = int(auction_day), int(issue_day), int(maturity_day)  # type: ignore[call-overload]
    kind = KINDS[str(security_class)]
    weeks = round((maturity - issue) / 7) if kind == Kind.BILL else 0
    return ScheduledAuction(
        str(cusip),
        kind,
        months_of(str(term)),
        announcement_day(auction, weeks),
        auction,
        issue,
        maturity,
        round(float(offered) * FACE_PER_MUSD),  # type: ignore[arg-type]
        reopening == "False",
    )


def months_of(term: str) -> int:
    """Return the months of a term such as 17W or 10Y.

    >>> months_of("17W"), months_of("10Y")
    (4, 120)
    """
    number = int(term[:-1])
    return 12 * number if term.endswith("Y") else round(number * 7 / (365.2425 / 12))


def term_months(kind: Int, first_issue_day: Int, maturity_day: Int) -> Int:
    """Return original terms in months: bills rounded to a month, others to a year (29.75 and 30.5 years make 30)."""
    months = (np.asarray(maturity_day) - np.asarray(first_issue_day)) / (365.2425 / 12)
    return np.where(np.asarray(kind) == Kind.BILL, np.rint(months), 12 * np.floor(months / 12 + 0.3)).astype(np.int64)


def announcement_day(auction_day: int, bill_weeks: int = 0) -> int:
    """Return when an auction is announced, by the rule of this module; ``bill_weeks`` is 0 for other kinds."""
    monday = auction_day - (auction_day + EPOCH_WEEKDAY) % 7
    day = monday + TUESDAY if bill_weeks in TUESDAY_WEEKS else monday - 7 + THURSDAY
    if not is_business_day(day):
        day = int(previous_business_day(day))
    return min(day, int(previous_business_day(auction_day)))


def auction_results(first_day: int, last_day: int) -> pd.DataFrame:
    """Return published results of auctions held in a range, for validation only: no institution may read them.

    Columns are those of ``auctions_2019-2024``; results end on 2024-12-31.
    """
    frame = table("auctions_2019-2024")
    return frame.loc[frame.auction_date.between(first_day, last_day)].reset_index(drop=True)
