"""Who bids for which tenor, where habit decides and no rate does: by tenor, relative to other bills or coupons.

``appetite`` multiplies what investors are after of an issue, ``direct`` the share of it that they submit themselves,
``rateless`` the share that names no rate. *Fitted*: chosen so that awards by tenor lie near the published means of June
2023 to May 2024 (Fiscal Data: primary dealers' and direct bidders' shares of competitive awards, non-competitive awards
over public ones); in sum over tenors they leave each class about where it was. Left out: why. A floating rate note has
hardly any direct bidders, a four-week bill has many small savers, and a 2-year note has more of both than a 7-year one.
Bills go by weeks to maturity when issued, since most are reopened; notes and bonds by months of their original term.
"""

from functools import cache
from typing import NamedTuple

from market.bonds.securities import Kind
from market.books.messages import Auction
from market.view import View

DAYS_A_WEEK = 7


class Habit(NamedTuple):
    """What multiplies the usual habits of bidders at a tenor."""

    appetite: float = 1.0
    direct: float = 1.0
    rateless: float = 1.0


USUAL = Habit()
BILLS = {  # by weeks
    4: Habit(0.97, 0.8, 2.1),
    6: Habit(0.90, 0.8, 0.13),
    8: Habit(0.92, 0.8, 0.85),
    13: Habit(0.97, 1.0, 1.25),
    17: Habit(0.93, 0.9, 0.7),
    26: Habit(1.12, 1.0, 1.15),
    52: Habit(1.18, 0.5, 1.0),
}
COUPONS = {  # by months
    24: Habit(1.08, 1.2, 1.65),
    36: Habit(0.98, 1.1, 0.9),
    60: Habit(1.02, 1.0, 0.4),
    84: Habit(1.02, 1.0, 0.55),
    120: Habit(0.98, 0.9, 0.4),
    240: Habit(1.0, 1.0, 1.1),
    360: Habit(0.97, 0.9, 0.3),
}
TIPS = {60: Habit(1.15, 0.9, 0.45), 120: Habit(1.0, 0.8, 0.45), 360: Habit(1.1, 0.85, 0.5)}
FRN = Habit(1.0, 0.05, 0.5)


def habit(auction: Auction, view: View) -> Habit:
    """Return what multiplies bidders' usual habits at an auction."""
    s, place = view.securities, auction.security
    return _habit_of(int(s.kind[place]), int(s.maturity_day[place]) - auction.issue_day, int(s.term_months[place]))


@cache
def _habit_of(kind: int, days: int, months: int) -> Habit:
    if kind == Kind.FRN:
        return FRN
    if kind == Kind.BILL:
        return BILLS.get(round(days / DAYS_A_WEEK), USUAL)
    return (TIPS if kind == Kind.TIPS else COUPONS).get(months, USUAL)
