"""Treasury futures on paper: contracts, deliverable baskets, conversion factors.

The conversion factor is the price of 1 of face that yields 6 % on the first day of the delivery month, by the formula
of the exchange: with n whole years to maturity and z further months (whole quarters for TY, TN, US and UB),

    factor = a (c/2 + k + d) - b        a = 1.03^(-v/6)   b = c/2 (6 - v)/6   d = c/0.06 (1 - k)
    v = z, k = 1.03^(-2n)               if z < 7
    v = 3 (quarters) or z - 6 (months), k = 1.03^(-2n-1)  otherwise

rounded to four decimals. What delivering is worth, and what is cheapest to deliver, says ``market.futures.cycle``.

Pure functions; ``market.futures.exchange`` trades and clears. Left out: the short's options of quality, timing and the
end of the month. Source: CME Group, Calculating U.S. Treasury Futures Conversion
Factors, and its contract specifications; TY is taken with its older upper end of 10 years, since what is cheapest lies
at the lower one while yields are below 6 %.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from market.bonds.securities import Kind, Securities
from market.units import Bool, Float, Int

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
