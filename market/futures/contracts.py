"""Treasury futures on paper: contracts, deliverable baskets, conversion factors, implied repo, cheapest to deliver.

The conversion factor is the price of 1 of face that yields 6 % on the first day of the delivery month, by the formula
of the exchange: with n whole years to maturity and z further months (whole quarters for TY, TN, US and UB),

    factor = a (c/2 + k + d) - b        a = 1.03^(-v/6)   b = c/2 (6 - v)/6   d = c/0.06 (1 - k)
    v = z, k = 1.03^(-2n)               if z < 7
    v = 3 (quarters) or z - 6 (months), k = 1.03^(-2n-1)  otherwise

rounded to four decimals. Who buys the security and sells the future earns the implied repo rate (simple, actual/360) to
delivery, coupons in between at their own days; the cheapest to deliver is what earns most.

Pure functions; ``market.futures.exchange`` trades and clears. Left out: the short's
options of quality, timing and the end of the month. Source: CME Group, Calculating U.S. Treasury Futures Conversion
Factors, and its contract specifications; TY is taken with its older upper end of 10 years, since what is cheapest lies
at the lower one while yields are below 6 %.
"""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from market.bonds.bond_arithmetic import accrued_e8, coupons_due_e8
from market.bonds.securities import Kind, Securities
from market.calendar import roll_forward
from market.units import POINT_E8, Bool, Float, Int

NOTIONAL_PERCENT = 6.0
DAYS_OF_MONEY_YEAR = 360


@dataclass(frozen=True, slots=True)
class Contract:
    """A contract's grade: ``least`` and ``most`` months to maturity, from the first day of the delivery month.

    ``most_original`` is the longest original term in months; ``from_last`` counts ``most`` from the month's last day;
    ``by_quarter`` rounds months down to quarters; ``face_dollars`` is what one contract delivers; ``below`` excludes
    ``most`` itself.
    """

    name: str
    kind: Kind
    least: int
    most: int
    most_original: int
    by_quarter: bool = True
    face_dollars: int = 100_000
    from_last: bool = False
    below: bool = False


CONTRACTS = {
    contract.name: contract
    for contract in (
        Contract("TU", Kind.NOTE, 21, 24, 63, by_quarter=False, face_dollars=200_000, from_last=True),
        Contract("FV", Kind.NOTE, 50, 63, 63, by_quarter=False),
        Contract("TY", Kind.NOTE, 78, 120, 120),
        Contract("TN", Kind.NOTE, 113, 120, 120),
        Contract("US", Kind.BOND, 180, 300, 360, below=True),
        Contract("UB", Kind.BOND, 300, 361, 360),
    )
}


class Delivery(NamedTuple):
    """What delivering each security into a contract is worth, shape (S,); NaN for what is not in the basket."""

    factor: Float
    implied_repo_bp: Float
    gross_basis: Float  # points: price less factor times futures price


def first_of_month(year: int, month: int) -> int:
    """Return the day number on which a delivery month begins."""
    return int(np.datetime64(f"{year:04d}-{month:02d}-01", "D").astype(np.int64))


def whole_months(from_first: int, maturity_day: ArrayLike) -> Int:
    """Return the whole months from the first day of a month to each day."""
    months = np.asarray(maturity_day).astype("M8[D]").astype("M8[M]").astype(np.int64)
    return np.asarray(months - np.datetime64(from_first, "D").astype("M8[M]").astype(np.int64), np.int64)


def conversion_factor(coupon_percent: ArrayLike, months: ArrayLike, by_quarter: bool) -> Float:
    """Return factors to four decimals from coupons in percent and whole months to maturity; ValueError if negative."""
    coupon, left = np.asarray(coupon_percent, np.float64) / 100, np.asarray(months, np.int64)
    if np.any(left < 0) or np.any(coupon < 0):
        raise ValueError(f"conversion factor: {left.min()} months, {coupon.min()} coupon, expected 0 or more")
    years, z = left // 12, left % 12
    z = z // 3 * 3 if by_quarter else z
    later = z >= 7
    v = np.where(later, 3 if by_quarter else z - 6, z)
    growth = 1 + NOTIONAL_PERCENT / 200
    k = growth ** -(2.0 * years + later)
    d = coupon / (NOTIONAL_PERCENT / 100) * (1 - k)
    factor = growth ** -(v / 6) * (coupon / 2 + k + d) - coupon / 2 * (6 - v) / 6
    return np.asarray(np.round(factor, 4))


def basket(contract: Contract, securities: Securities, delivery_first: int, outstanding: Int) -> Bool:
    """Return which outstanding securities may be delivered in the month that begins on a day (S,)."""
    s = securities
    left = whole_months(delivery_first, s.maturity_day)
    most = left + (s.maturity_day > _same_day(delivery_first, left))  # a part of a month counts at the upper end
    limit = contract.most + (1 if contract.from_last else 0)
    inside = (left >= contract.least) & ((left < limit) if contract.below else (most <= limit))
    fits = s.of(contract.kind) & (s.term_months <= contract.most_original)
    return np.asarray(fits & inside & (outstanding > 0))


def _same_day(first: int, months: Int) -> Int:
    """Return the first day of the month so many months after the one that begins on a day."""
    month = np.datetime64(first, "D").astype("M8[M]") + months.astype("m8[M]")
    return np.asarray(month.astype("M8[D]").astype(np.int64))


def delivery(
    contract: Contract,
    securities: Securities,
    price: Float,
    futures_price: float,
    settle_day: int,
    delivery_first: int,
    delivery_day: int,
    outstanding: Int,
) -> Delivery:
    """Return factor, implied repo rate and basis of each deliverable security, bought at clean ``price`` in points.

        repo = (invoice + coupons - cost) / (cost d/360 - sum of coupon days left/360),
        invoice = futures price * factor + accrued on delivery, cost = price + accrued on settlement

    ValueError unless delivery comes after settlement.
    """
    if delivery_day <= settle_day:
        raise ValueError(f"delivery on day {delivery_day}, expected after the settlement on {settle_day}")
    s, may = securities, basket(contract, securities, delivery_first, outstanding)
    months = np.maximum(whole_months(delivery_first, s.maturity_day), 0)
    factor = np.where(may, conversion_factor(s.coupon_e3 / 1000, months, contract.by_quarter), np.nan)
    accrued = [accrued_e8(s.coupon_e3, s.maturity_day, day) / POINT_E8 for day in (settle_day, delivery_day)]
    cost, invoice = price + accrued[0], futures_price * factor + accrued[1]
    coupons, waiting = _coupons(s, settle_day, delivery_day)
    lent = cost * (delivery_day - settle_day) - waiting
    repo = (invoice + coupons - cost) / lent * DAYS_OF_MONEY_YEAR * 1e4
    return Delivery(factor, np.where(may, repo, np.nan), np.where(may, price - futures_price * factor, np.nan))


def _coupons(securities: Securities, after: int, through: int) -> tuple[Float, Float]:
    """Return coupons paid in a span, in points, and each times the days from its payment to the span's end."""
    paid, waiting = np.zeros(len(securities)), np.zeros(len(securities))
    for day in range(after + 1, through + 1):
        due = coupons_due_e8(securities, day - 1, day) / POINT_E8
        paid, waiting = paid + due, waiting + due * max(through - int(roll_forward(day)), 0)
    return paid, waiting


def cheapest(told: Delivery) -> int | None:
    """Return the place of what earns the highest implied repo rate, None from an empty basket."""
    known = np.isfinite(told.implied_repo_bp)
    return int(np.argmax(np.where(known, told.implied_repo_bp, -np.inf))) if known.any() else None


def fair_price(
    securities: Securities, told: Delivery, price: Float, settle_day: int, delivery_day: int, repo_bp: float
) -> float:
    """Return the futures price at which the cheapest earns just the repo rate: the least forward price by factor."""
    s, days = securities, (settle_day, delivery_day)
    accrued = [accrued_e8(s.coupon_e3, s.maturity_day, day) / POINT_E8 for day in days]
    coupons, waiting = _coupons(securities, settle_day, delivery_day)
    rate = repo_bp / 1e4 / DAYS_OF_MONEY_YEAR
    cost = price + accrued[0]
    forward = cost * (1 + rate * (delivery_day - settle_day)) - coupons - rate * waiting - accrued[1]
    return float(np.nanmin(forward / told.factor))
