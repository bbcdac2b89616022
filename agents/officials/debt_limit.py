"""The debt limit as rules: what is subject to it, what extraordinary measures free, what still fits, when all is gone.

Subject debt by face value is

    marketable face, TIPS with their accrued inflation + other subject debt - measures in use

Bills count at face (the small discount that the statute deducts is left out). Other subject debt, non-marketable and
intragovernmental, is a level: what makes the published total at the close of the day of reinstatement. Measures create
no cash: they take debt of government accounts off the books, which makes room to issue. They are in use as far as
debt exceeds the limit, and undone when it is raised. Cents; days are day numbers.
Source: CRS, Federal Debt and the Statutory Limit, February 2023.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np

from agents.officials.reinvestment import month_of
from market.bonds.bond_arithmetic import coupons_due_e8
from market.bonds.price_index import RATIO_ONE_E5 as ONE
from market.bonds.price_index import PriceIndex, index_ratio_e5
from market.bonds.securities import Kind, Securities
from market.calendar import roll_forward
from market.units import CENTS_PER_FACE, Float, Int, cash_cents, half_even
from market.view import View

FREE = 2**62  # cents of room while no limit is in force
YEAR_BP = 360 * 10_000  # a discount in bp is a year's, of 360 days
Issue = tuple[int, int, int]  # security, issue day, face


@dataclass(frozen=True, slots=True)
class Measure:
    """An extraordinary measure: room of ``cents`` from a day on, and ``monthly_cents`` more in each month after."""

    name: str
    since: int
    cents: int
    monthly_cents: int = 0


@dataclass(frozen=True, slots=True)
class LimitPlan:
    """A reinstated limit and how it ends.

    ``debt_cents`` is the subject debt at the close of the day of reinstatement. From ``resolved`` on (None: never) the
    limit is ``new_limit_cents`` (None: suspended), and cash is led to the target by ``weekly_cents`` a week.
    ``margin_cents`` is room that is kept against surprises, ``outlook`` expected receipts less outlays by day.
    """

    reinstated: int
    limit_cents: int
    debt_cents: int
    measures: tuple[Measure, ...] = ()
    resolved: int | None = None
    new_limit_cents: int | None = None
    target_cents: int = 0
    weekly_cents: int = 0
    margin_cents: int = 0
    outlook: Mapping[int, int] = field(default_factory=dict)

    def resolved_by(self, day: int) -> bool:
        """Tell whether the limit was raised or suspended on or before a day."""
        return self.resolved is not None and day >= self.resolved

    def limit(self, day: int) -> int | None:
        """Return the limit in force on a day, None where there is none."""
        if day < self.reinstated:
            return None
        return self.new_limit_cents if self.resolved_by(day) else self.limit_cents

    def available(self, day: int) -> int:
        """Return the room that measures can make on a day, used or not."""
        return sum(m.cents + m.monthly_cents * months_between(m.since, day) for m in self.measures if m.since <= day)

    def room(self, day: int, today: int) -> int:
        """Return the most debt, measures undone, that fits on a day as far as is known today.

        A reinstatement is known in advance, being law; a resolution is not known before it comes.
        """
        limit = None if day < self.reinstated else self.limit(max(today, self.reinstated))
        return FREE if limit is None else limit + self.available(day)

    def cash_path(self, start_cents: int, day: int) -> int:
        """Return the cash that the rebuild wants at the close of a day, from the cash at the resolution on."""
        weekly = self.weekly_cents * (day - (self.resolved or day)) // 7
        return max(start_cents, min(self.target_cents, start_cents + weekly))


def months_between(since: int, day: int) -> int:
    """Return how many months began between two days."""
    (first_year, first), (year, month) = month_of(since), month_of(day)
    return 12 * (year - first_year) + month - first


def face_cents(face: Int, securities: Securities, index: PriceIndex, days: Int) -> tuple[int, int]:
    """Return face (S,) in cents and the accrued inflation on its TIPS, on one day."""
    ratio = index_ratio_e5(index.reference_e5(days), securities.index_base_e5)
    return int(face.sum()) * CENTS_PER_FACE, int(half_even(face * CENTS_PER_FACE * (ratio - ONE), 10**5).sum())


def projected_cents(
    days: Int, outstanding: Int, issues: Sequence[Issue], securities: Securities, index: PriceIndex
) -> Int:
    """Return marketable debt at the close of days (T,), given what is outstanding today and what will be issued."""
    face = np.repeat(outstanding[None, :], len(days), axis=0)
    for security, issue_day, amount in issues:
        face[days >= issue_day, security] += amount
    face = np.where(securities.maturity_day > days[:, None], face, 0)
    ratio = index_ratio_e5(index.reference_e5(days)[:, None], securities.index_base_e5)
    return np.asarray((face * CENTS_PER_FACE + half_even(face * CENTS_PER_FACE * (ratio - ONE), 10**5)).sum(axis=1))


def rolled_cents(days: Int, today: int, soma: Int, securities: Securities, index: PriceIndex) -> Int:
    """Return the most that the Fed can have added on to issues between today and the close of days (T,).

    That is all it is repaid: what it will redeem is not the debt office's to know.
    """
    due = np.flatnonzero((soma > 0) & (securities.maturity_day > today) & (securities.maturity_day <= days.max()))
    when = np.asarray(roll_forward(securities.maturity_day[due]))
    ratio = np.maximum(index_ratio_e5(index.reference_e5(when), securities.index_base_e5[due]), ONE)
    cents = soma[due] * CENTS_PER_FACE + half_even(soma[due] * CENTS_PER_FACE * (ratio - ONE), 10**5)
    return np.asarray(((when <= days[:, None]) * cents).sum(axis=1))


def x_day(cash_cents: int, room_cents: Int, spent_cents: Int, days: Int) -> int | None:
    """Return the first of the days on which cash and room, less what was spent by then, are gone; None: not by then."""
    gone = np.flatnonzero(cash_cents + room_cents - spent_cents < 0)
    return int(days[gone[0]]) if len(gone) else None


def coupon_table_e8(securities: Securities, today: int, days: Int, floating_rate_bp: float) -> Int:
    """Return the interest (T, S) in 1e-8 points due on each of the days, in order, after today."""
    ends = np.append(today, days)
    rows = [coupons_due_e8(securities, int(a), int(b), floating_rate_bp) for a, b in pairwise(ends)]
    return np.array(rows, np.int64).reshape(len(days), len(securities))


def spending_cents(plan: LimitPlan, days: Int, today: int, coupons_e8: Int, view: View) -> Int:
    """Return what is spent by each of the days after today (T,): outlays less receipts, and interest.

    Principal is refinanced, and so is no spending; but a bill is refinanced with its discount, here at the policy rate.
    Left out: inflation still to accrue, and the interest on debt still to be issued.
    """
    receipts = np.array([plan.outlook[int(day)] for day in days], np.int64)
    interest = np.array([int(cash_cents(view.outstanding, due).sum()) for due in coupons_e8], np.int64)
    bills = int(view.outstanding[view.securities.of(Kind.BILL)].sum()) * CENTS_PER_FACE
    discount = bills // YEAR_BP * round(view.rates.iorb) * (days - today)
    return np.asarray(np.cumsum(interest - receipts) + discount)


def shares(room_face: int, sizes: Float) -> int:
    """Return the first one's part of a room that it shares with others by size."""
    return max(int(room_face * (sizes[0] / sizes.sum())), 0)
