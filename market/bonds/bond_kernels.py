"""Compiled bond arithmetic: one security at a time on scalars, and all securities of a day in one pass.

Legend: y yield a year compounded twice, decimal; c coupon a year, points per 100; n coupons left; w days to the next
coupon over days of its period; v discount factor of half a year; s sum of the payments left, discounted to the next
coupon. Dates are day numbers, turned into years, months and days by integer arithmetic (days since 0000-03-01, eras
of 400 years). The formulas are those of ``market.bonds.bond_arithmetic``.
"""

from math import sqrt

import numpy as np
from numpy.typing import NDArray

from market.kernels import inlined, kernel
from market.units import Float, Int

BILL, FRN = 0, 4  # of market.securities.Kind
BP = 1e-4
SMALLEST_YIELD = -1.0


@inlined
def month_and_day(day: int) -> tuple[int, int]:
    """Return months since year 0 and the day of the month of a day number."""
    z = day + 719_468
    era = z // 146_097
    of_era = z - era * 146_097
    year = (of_era - of_era // 1_460 + of_era // 36_524 - of_era // 146_096) // 365
    of_year = of_era - (365 * year + year // 4 - year // 100)
    march = (5 * of_year + 2) // 153
    return (era * 400 + year) * 12 + march + 2, of_year - (153 * march + 2) // 5 + 1


@inlined
def first_of_month(months: int) -> int:
    """Return the day number of the first day of a month, counted in months since year 0."""
    year = (months - 2) // 12
    march = months - 2 - 12 * year
    era = year // 400
    of_era = year - era * 400
    return era * 146_097 + of_era * 365 + of_era // 4 - of_era // 100 + (153 * march + 2) // 5 - 719_468


@inlined
def day_in_month(months: int, day_of_month: int, month_end: bool) -> int:
    """Return that day of a month, or the last day where the month is shorter or where coupons fall on month ends."""
    first = first_of_month(months)
    length = first_of_month(months + 1) - first
    return int(first + (length if month_end else min(day_of_month, length)) - 1)


@inlined
def coupon_period(maturity_day: int, day: int, months_apart: int) -> tuple[int, int, int]:
    """Return the last coupon day not after a day, the next one, and the coupons left; (day, day, 0) if matured."""
    if day >= maturity_day:
        return day, day, 0
    months, day_of_month = month_and_day(maturity_day)
    month_end = month_and_day(maturity_day + 1)[1] == 1
    steps = (months - month_and_day(day)[0]) // months_apart
    following = day_in_month(months - steps * months_apart, day_of_month, month_end)
    if following <= day:
        steps -= 1
        following = day_in_month(months - steps * months_apart, day_of_month, month_end)
    last = day_in_month(months - (steps + 1) * months_apart, day_of_month, month_end)
    return last, following, steps + 1


@inlined
def full_price(y: float, c: float, n: int, w: float, simple: bool) -> tuple[float, float, float]:
    """Return full price, its first and its second derivative by yield; ``simple`` discounts the first period simply."""
    v = 1.0 / (1.0 + 0.5 * y)
    half = 0.5 * c
    s, ds, dds = 100.0 + half, 0.0, 0.0  # Horner, with derivatives by v; dds is half the second one
    for _ in range(n - 1):
        dds = dds * v + ds
        ds = ds * v + s
        s = s * v + half
    if n == 1 or simple:
        a = 1.0 / (1.0 + 0.5 * w * y)
        da, dda = -0.5 * w * a * a, 0.5 * w * w * a * a * a
    else:
        a = v**w
        da = -0.5 * w * a * v
        dda = 0.25 * w * (w + 1.0) * a * v * v
    dv, ddv = -0.5 * v * v, 0.5 * v * v * v
    sy, syy = ds * dv, 2.0 * dds * dv * dv + ds * ddv
    return a * s, da * s + a * sy, dda * s + 2.0 * da * sy + a * syy


@inlined
def bill_price(y: float, days: int, year: int) -> tuple[float, float, float]:
    """Return the price of a bill at an investment rate, its first and its second derivative."""
    if 2 * days <= year:
        t = days / year
        d = 1.0 / (1.0 + y * t)
        return 100.0 * d, -100.0 * t * d * d, 200.0 * t * t * d * d * d
    t = (days - 0.5 * year) / year
    d = 1.0 / ((1.0 + y * t) * (1.0 + 0.5 * y))
    slope = t + 0.5 + y * t
    return 100.0 * d, -100.0 * d * d * slope, 200.0 * d * d * d * slope * slope - 100.0 * d * d * t


@inlined
def bill_yield(price: float, days: int, year: int) -> float:
    """Return the investment rate of a bill: simple to half a year, then with interest on interest after half a year."""
    b = days / year
    if 2 * days <= year:
        return (100.0 - price) / price / b
    a = 0.5 * b - 0.25
    c = (price - 100.0) / price
    return -2.0 * c / (b + sqrt(b * b - 4.0 * a * c))


@kernel
def bill_discounts(yield_bp: Float, days: int, issue_day: int, discount_bp: Float) -> None:
    """Write the discount rate of a bill of so many days at each investment rate, both in bp."""
    year = days_of_year_after(issue_day)
    for i in range(yield_bp.size):
        discount_bp[i] = (100.0 - bill_price(yield_bp[i] * BP, days, year)[0]) * 36_000.0 / days


@inlined
def days_of_year_after(day: int) -> int:
    """Return 366 if 29 February lies in the year that follows a day, else 365."""
    months, day_of_month = month_and_day(day)
    return int(day_in_month(months + 12, day_of_month, False) - day)


@inlined
def coupon_yield(full: float, c: float, n: int, w: float) -> float:
    """Return the yield at which a coupon security has a full price: Newton on the logarithm, nearly a straight line."""
    y = 0.01 * c
    for _ in range(60):
        p, dp, _dd = full_price(y, c, n, w, False)
        step = np.log(p / full) * p / dp
        y = max(y - step, SMALLEST_YIELD)
        if abs(step) < 1e-13:
            break
    return y


@kernel
def value_all(
    kind: NDArray[np.int8],
    coupon_e3: Int,
    maturity_day: Int,
    settle_day: int,
    yield_bp: Float,
    price: Float,
    dv01: Float,
    convexity: Float,
) -> None:
    """Write clean price, points per bp and convexity of every security; a matured one is 100 and moves no more."""
    year = days_of_year_after(settle_day)
    for i in range(kind.size):
        days = maturity_day[i] - settle_day
        price[i], dv01[i], convexity[i] = 100.0, 0.0, 0.0
        if days <= 0:
            continue
        y = yield_bp[i] * BP
        if kind[i] == FRN:
            dv01[i] = 100.0 * BP * days / 365.0
            price[i] = 100.0 - yield_bp[i] * dv01[i]
            continue
        accrued = 0.0
        if kind[i] == BILL:
            p, dp, ddp = bill_price(y, days, year)
        else:
            last, following, n = coupon_period(maturity_day[i], settle_day, 6)
            w = (following - settle_day) / (following - last)
            c = coupon_e3[i] * 1e-3
            p, dp, ddp = full_price(y, c, n, w, False)
            accrued = 0.5 * c * (1.0 - w)
        price[i], dv01[i], convexity[i] = p - accrued, -dp * BP, ddp / p


@kernel
def yield_all(
    kind: NDArray[np.int8], coupon_e3: Int, maturity_day: Int, settle_day: int, price: Float, yield_bp: Float
) -> None:
    """Write the yield of every security at its clean price; 0 where matured, NaN where there is no price."""
    year = days_of_year_after(settle_day)
    for i in range(kind.size):
        days = maturity_day[i] - settle_day
        yield_bp[i] = 0.0
        if days <= 0:
            continue
        if not price[i] > 0.0:
            yield_bp[i] = np.nan
        elif kind[i] == FRN:
            yield_bp[i] = (100.0 - price[i]) / (100.0 * BP * days / 365.0)
        elif kind[i] == BILL:
            yield_bp[i] = bill_yield(price[i], days, year) / BP
        else:
            last, following, n = coupon_period(maturity_day[i], settle_day, 6)
            w = (following - settle_day) / (following - last)
            c = coupon_e3[i] * 1e-3
            yield_bp[i] = coupon_yield(price[i] + 0.5 * c * (1.0 - w), c, n, w) / BP


@kernel
def coupon_days(maturity_day: Int, settle_day: Int, months_apart: int, last: Int, following: Int, left: Int) -> None:
    """Write last and next coupon day and coupons left, by security and settlement day."""
    for i in range(maturity_day.size):
        last[i], following[i], left[i] = coupon_period(maturity_day[i], settle_day[i], months_apart)


@kernel
def price_coupons(
    yield_: Float,
    coupon: Float,
    maturity_day: Int,
    settle_day: Int,
    simple: bool,
    price: Float,
    duration: Float,
    convexity: Float,
) -> None:
    """Write clean price, modified duration and convexity of coupon securities, each with its own settlement day."""
    for i in range(yield_.size):
        last, following, n = coupon_period(maturity_day[i], settle_day[i], 6)
        price[i], duration[i], convexity[i] = 100.0, 0.0, 0.0
        if n > 0:
            w = (following - settle_day[i]) / (following - last)
            p, dp, ddp = full_price(yield_[i], coupon[i], n, w, simple)
            price[i], duration[i], convexity[i] = p - 0.5 * coupon[i] * (1.0 - w), -dp / p, ddp / p


@kernel
def yield_coupons(price: Float, coupon: Float, maturity_day: Int, settle_day: Int, yield_: Float) -> None:
    """Write the yield of coupon securities at a clean price, each with its own settlement day; NaN where matured."""
    for i in range(price.size):
        last, following, n = coupon_period(maturity_day[i], settle_day[i], 6)
        yield_[i] = np.nan
        if n > 0 and price[i] > 0.0:
            w = (following - settle_day[i]) / (following - last)
            yield_[i] = coupon_yield(price[i] + 0.5 * coupon[i] * (1.0 - w), coupon[i], n, w)
