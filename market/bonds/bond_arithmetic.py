"""Bond arithmetic of Treasury securities: price and yield, accrued interest, duration, coupons, bills.

Prices are clean, in points per 100 of face; TIPS are priced in real terms, per 100 of un-indexed face, with their real
coupon (``market.bonds.price_index`` turns real into money). With c the coupon in points a year, n coupons left, w the
days to the next coupon over the days of its period, y the yield and v = 1 / (1 + y/2):

    price + c/2 (1 - w) = v^w (c/2 (1 + v + ... + v^(n-1)) + 100 v^(n-1))        street convention, n > 1
    price + c/2 (1 - w) = (100 + c/2) / (1 + w y/2)                              last period: simple interest

The regulation discounts the first period simply whatever n is; ``auction_price_e8`` does so, six decimals as it
prints them. Coupons fall on the maturity's day of the month, on month ends if it matures on one. Every kind has one
"yield":

    coupon securities   the street yield (TIPS: real)
    bills               the investment rate i, r days left, y days in the year after settlement:
                        price = 100 / (1 + i r/y) up to half a year, then 100 / ((1 + (r - y/2) i/y) (1 + i/2))
    floating rate notes the margin in bp above what the note pays: price = 100 - margin/100 x years, 0 at par

Left out: odd first coupons, treated as regular; the lockout of floating rates; the discounting of a floater's margin.
A matured security is worth 100 and moves no more; an issue whose coupon is not set is valued as if it paid none.
Source: 31 CFR 356, appendix B (sections I, II, IV and VI).
"""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from market.bonds import bond_kernels
from market.bonds.securities import Kind, Securities
from market.units import Bool, Float, Int, half_even

HALF_COUPON_E8 = 50_000  # a half year's coupon in 1e-8 of a point, for one thousandth of a percent a year
COUPON_STEP_E3, SMALLEST_COUPON_E3 = 125, 125


class Schedule(NamedTuple):
    """Coupon days around a settlement day, and the coupons left; where matured, both days are the settlement day."""

    last: Int
    following: Int
    left: Int


class Priced(NamedTuple):
    """Clean price in points, modified duration in years, convexity in years squared."""

    price: Float
    duration: Float
    convexity: Float


class Valuation(NamedTuple):
    """All securities at their yields, by security.

    ``price`` clean points; ``dv01`` points lost per bp of the security's own yield, of floating rate notes of their
    margin; ``convexity`` years squared.
    """

    price: Float
    dv01: Float
    convexity: Float


def _columns(*columns: ArrayLike) -> tuple[tuple[int, ...], list[NDArray[Any]]]:
    """Broadcast columns together; return their shape and the flat columns."""
    wide = np.broadcast_arrays(*columns)
    return wide[0].shape, [np.array(column).ravel() for column in wide]


def coupon_schedule(maturity_day: ArrayLike, settle_day: ArrayLike, months_apart: int = 6) -> Schedule:
    """Return the coupon day not after settlement, the next one, and how many are left."""
    shape, (maturity, settle) = _columns(np.asarray(maturity_day, np.int64), np.asarray(settle_day, np.int64))
    last, following, left = (np.empty(maturity.size, np.int64) for _ in range(3))
    bond_kernels.coupon_days(maturity, settle, months_apart, last, following, left)
    return Schedule(last.reshape(shape), following.reshape(shape), left.reshape(shape))


def accrued_e8(coupon_e3: ArrayLike, maturity_day: ArrayLike, settle_day: ArrayLike) -> Int:
    """Return accrued interest in 1e-8 points: half a coupon times actual over actual days, rounded half to even."""
    schedule = coupon_schedule(maturity_day, settle_day)
    elapsed = np.asarray(settle_day, np.int64) - schedule.last
    period = np.maximum(schedule.following - schedule.last, 1)  # of what has matured nothing over nothing: 0
    return half_even(np.asarray(coupon_e3, np.int64) * HALF_COUPON_E8 * elapsed, period)


def _refuse(name: str, wrong: Bool, values: Float, expected: str) -> None:
    """Raise ValueError with the first value that is wrong."""
    if wrong.any():
        raise ValueError(f"{name}: {values[wrong][0]} at place {int(np.flatnonzero(wrong)[0])}, expected {expected}")


def price_from_yield(
    yield_: ArrayLike,
    coupon: ArrayLike,
    maturity_day: ArrayLike,
    settle_day: ArrayLike,
    simple_first_period: bool = False,
) -> Priced:
    """Return clean price, duration and convexity of coupon securities.

    Yield is decimal, coupon in points a year; the arguments broadcast. ``simple_first_period`` is the regulation's way.
    """
    values = [np.asarray(a, np.float64) for a in (yield_, coupon)]
    days = [np.asarray(a, np.int64) for a in (maturity_day, settle_day)]
    shape, (rate, points, maturity, settle) = _columns(*values, *days)
    _refuse("price_from_yield.yield_", ~(rate > -1.0), rate, "a yield above -1 (decimal)")
    out = [np.empty(rate.size) for _ in range(3)]
    bond_kernels.price_coupons(rate, points, maturity, settle, simple_first_period, *out)
    return Priced(*(column.reshape(shape) for column in out))


def yield_from_price(price: ArrayLike, coupon: ArrayLike, maturity_day: ArrayLike, settle_day: ArrayLike) -> Float:
    """Return the street yield, decimal, of coupon securities at a clean price; NaN where matured."""
    values = [np.asarray(a, np.float64) for a in (price, coupon)]
    days = [np.asarray(a, np.int64) for a in (maturity_day, settle_day)]
    shape, (clean, points, maturity, settle) = _columns(*values, *days)
    _refuse("yield_from_price.price", ~(clean > 0.0), clean, "a price above 0")
    out = np.empty(clean.size)
    bond_kernels.yield_coupons(clean, points, maturity, settle, out)
    return out.reshape(shape)


def auction_price_e8(yield_bp: ArrayLike, coupon_e3: ArrayLike, maturity_day: ArrayLike, settle_day: ArrayLike) -> Int:
    """Return the clean price of an award at a yield, rounded to six decimals, in 1e-8 points (sections II.A, II.D)."""
    rate, coupon = np.asarray(yield_bp, np.float64) * 1e-4, np.asarray(coupon_e3, np.float64) * 1e-3
    price = price_from_yield(rate, coupon, maturity_day, settle_day, simple_first_period=True).price
    return np.asarray(np.rint(price * 1e6).astype(np.int64) * 100)


def coupon_from_yield_e3(yield_bp: ArrayLike) -> Int:
    """Return the coupon that an auction yield sets: the highest eighth of a percent not above it, one at least."""
    yield_e3 = np.floor(np.asarray(yield_bp, np.float64) * 10 + 1e-6).astype(np.int64)
    return np.asarray(np.maximum(yield_e3 // COUPON_STEP_E3 * COUPON_STEP_E3, SMALLEST_COUPON_E3))


def bill_price_from_discount(discount_bp: ArrayLike, days: ArrayLike) -> Float:
    """Return the price of a bill at a discount rate (section VI.A): 100 (1 - d r / 360)."""
    return np.asarray(100.0 - np.asarray(discount_bp, np.float64) * np.asarray(days, np.int64) / 36_000)


def bill_discount_bp(price: ArrayLike, days: ArrayLike) -> Float:
    """Return the discount rate of a bill at a price, in bp; days are at least 1."""
    return np.asarray((100.0 - np.asarray(price, np.float64)) * 36_000 / np.asarray(days, np.int64))


def bill_discount_from_yield_bp(yield_bp: ArrayLike, issue_day: int, maturity_day: int) -> Float:
    """Return the discount rate in bp of a bill issued at an investment rate in bp; it matures after its issue."""
    rate = np.asarray(yield_bp, np.float64)
    discount = np.empty(rate.size)
    bond_kernels.bill_discounts(rate.ravel(), int(maturity_day) - int(issue_day), int(issue_day), discount)
    return discount.reshape(rate.shape)


def _floating_interest_e8(rate_bp: float, days: Int) -> Int:
    """Return rate times days over 360, never negative, on 100 of face, in 1e-8 points."""
    return half_even(round(max(rate_bp, 0.0) * 1e5) * days, 36)


def floating_accrued_e8(maturity_day: ArrayLike, settle_day: ArrayLike, rate_bp: float) -> Int:
    """Return what floating rate notes accrued since their last quarter day at one rate, spread included, actual/360."""
    schedule = coupon_schedule(maturity_day, settle_day, months_apart=3)
    elapsed = np.asarray(settle_day, np.int64) - schedule.last
    return _floating_interest_e8(rate_bp, elapsed)


def value(securities: Securities, yield_bp: Float, settle_day: int) -> Valuation:
    """Value every security at its yield in bp (S,).

    A yield that is not finite gives a price that is not. 0.2 ms for 600 securities.
    """
    price, dv01, convexity = (np.empty(len(securities)) for _ in range(3))
    columns = (securities.kind, securities.coupon_e3, securities.maturity_day)
    bond_kernels.value_all(*columns, settle_day, np.asarray(yield_bp, np.float64), price, dv01, convexity)
    return Valuation(price, dv01, convexity)


def yields(securities: Securities, price: Float, settle_day: int) -> Float:
    """Return the yield in bp (S,) of every security at its clean price: inverts ``value``; NaN without a price."""
    yield_bp = np.empty(len(securities))
    columns = (securities.kind, securities.coupon_e3, securities.maturity_day)
    bond_kernels.yield_all(*columns, settle_day, np.asarray(price, np.float64), yield_bp)
    return yield_bp


def coupons_due_e8(securities: Securities, after_day: int, through_day: int, floating_rate_bp: float = 0.0) -> Int:
    """Return the interest (S,) in 1e-8 points due after one day and through another, less than a quarter apart.

    TIPS pay the real amount given here times their index ratio; floating rate notes a quarter at ``floating_rate_bp``.
    Nothing is due on or before the first issue day. Principal is not included.
    """
    if not 0 <= through_day - after_day < 89:
        raise ValueError(f"coupons_due_e8: {after_day} to {through_day}, expected less than a quarter")
    due = np.zeros(len(securities), np.int64)
    for months, coupon in ((6, ~securities.of(Kind.BILL, Kind.FRN)), (3, securities.of(Kind.FRN))):
        maturity, issued = securities.maturity_day[coupon], securities.first_issue_day[coupon]
        before = coupon_schedule(maturity, np.full(maturity.size, after_day), months)
        pays = (before.left > 0) & (before.following <= through_day) & (before.following > issued)
        if months == 6:
            amount = securities.coupon_e3[coupon] * HALF_COUPON_E8
        else:
            amount = _floating_interest_e8(floating_rate_bp, before.following - before.last)
        due[coupon] = np.where(pays, amount, 0)
    return due
