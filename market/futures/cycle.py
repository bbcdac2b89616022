"""The quarterly cycle of Treasury futures: which delivery month leads, when it ends, and what may be delivered into it.

One contract of each kind is traded, the lead month: March, June, September or December. It ends on the fifth business
day before its delivery month begins, about when trading in it passes to the next one and before a long can be assigned
a delivery; then the next month leads. Delivery is taken to be on the last business day of the month. Left out: trading
in two months at once, the spread between them, the last trading days, the earlier delivery that pays when carry is
negative.

Values of a day are linear in prices, so that ``Grades`` holds what does not change within it:

    forward(s) = (price + accrued now)(1 + r days/360) - coupon (1 + r waiting/360) - accrued at delivery
    fair price = least forward / factor over what may be delivered,   the least being the cheapest to deliver

Source: CME Group, contract specifications and rolls of US Treasury futures (the fifth day is a guess).
"""

from dataclasses import dataclass
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np

from market.bonds.bond_arithmetic import accrued_e8, coupon_schedule
from market.calendar import previous_business_day, roll_forward
from market.futures.contracts import (
    CONTRACTS,
    DAYS_OF_MONEY_YEAR,
    basket,
    conversion_factor,
    first_of_month,
    whole_months,
)
from market.units import POINT_E8, Float, Int, to_date

NAMES = tuple(CONTRACTS)
N_CONTRACTS = len(NAMES)
FACE_DOLLARS: Int = np.array([contract.face_dollars for contract in CONTRACTS.values()], np.int64)
ROLL_BUSINESS_DAYS = 5
QUARTER = 3


class Cycle(NamedTuple):
    """A delivery month, by day numbers: its first day, the day of delivery, the last day on which it leads."""

    delivery_first: int
    delivery_day: int
    last_day: int


@lru_cache(maxsize=512)
def cycle_on(day: int) -> Cycle:
    """Return the delivery month that leads on a day."""
    date = to_date(day)
    month = -(-date.month // QUARTER) * QUARTER
    cycle = _cycle(date.year, month)
    return cycle if day <= cycle.last_day else _cycle(*_later(date.year, month, QUARTER))


def _cycle(year: int, month: int) -> Cycle:
    first = first_of_month(year, month)
    after = first_of_month(*_later(year, month, 1))
    return Cycle(first, int(previous_business_day(after)), int(previous_business_day(first, ROLL_BUSINESS_DAYS)))


def _later(year: int, month: int, months: int) -> tuple[int, int]:
    """Return year and month so many months later."""
    return year + (month - 1 + months) // 12, (month - 1 + months) % 12 + 1


@dataclass(frozen=True, slots=True)
class Grades:
    """What may be delivered into the lead contracts, one row (J,) for each pair of contract and security."""

    contract: Int
    place: Int
    factor: Float
    accrued: Float  # points, at settlement
    accrued_later: Float  # points, at delivery
    coupon: Float  # points, paid on the way
    waiting: Float  # days from the coupon to delivery
    days: int  # from settlement to delivery

    def forwards(self, price: Float, repo_bp: float) -> Float:
        """Return the futures price at which each pair earns ``repo_bp`` (J,), from clean prices (S,) in points."""
        rate = repo_bp / 1e4 / DAYS_OF_MONEY_YEAR
        cost = price[self.place] + self.accrued
        grown = cost * (1 + rate * self.days)
        return np.asarray((grown - self.coupon * (1 + rate * self.waiting) - self.accrued_later) / self.factor)

    def cheapest(self, forwards: Float) -> Int:
        """Return the row of the least forward of each contract (C,); -1 where nothing may be delivered."""
        out = np.full(N_CONTRACTS, -1)
        for c in range(N_CONTRACTS):
            mine = np.flatnonzero((self.contract == c) & np.isfinite(forwards))
            if len(mine):
                out[c] = mine[np.argmin(forwards[mine])]
        return out

    def implied_repo_bp(self, price: Float, futures_price: Float) -> Float:
        """Return what buying each pair's security and selling its contract earns to delivery (J,)."""
        cost = price[self.place] + self.accrued
        lent = cost * self.days - self.coupon * self.waiting
        gain = futures_price[self.contract] * self.factor + self.accrued_later + self.coupon - cost
        return np.asarray(gain / lent * DAYS_OF_MONEY_YEAR * 1e4)


def grades_on(securities: Any, coupon_e3: Int, outstanding: Int, settle_day: int, cycle: Cycle) -> Grades:
    """Return what may be delivered in a cycle of what is bought to settle on a day."""
    s, days = securities, cycle.delivery_day - settle_day
    if days <= 0:
        found = f"delivery on {to_date(cycle.delivery_day)}"
        raise ValueError(f"{found}, expected after the settlement on {to_date(settle_day)}")
    inside = np.array([basket(contract, s, cycle.delivery_first, outstanding) for contract in CONTRACTS.values()])
    contract, place = np.nonzero(inside)
    months = whole_months(cycle.delivery_first, s.maturity_day[place])
    by_quarter = np.array([named.by_quarter for named in CONTRACTS.values()])[contract]
    percent = coupon_e3[place] / 1000
    factor = np.where(by_quarter, *(conversion_factor(percent, months, whole) for whole in (True, False)))
    now, later = (coupon_schedule(s.maturity_day[place], day) for day in (settle_day, cycle.delivery_day))
    coupon = np.where(now.left > later.left, percent / 2, 0.0)
    accrued = [accrued_e8(coupon_e3[place], s.maturity_day[place], day) / POINT_E8 for day in (settle_day, cycle[1])]
    waiting = np.maximum(cycle.delivery_day - roll_forward(now.following), 0).astype(np.float64)
    return Grades(contract, place, factor, accrued[0], accrued[1], coupon, waiting, days)
