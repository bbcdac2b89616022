"""Trading in yield: what a price of a security to be issued stands for.

Until its first auction a coupon security is quoted, asked for and traded in prices at a *provisional* coupon, struck
on the day of announcement and kept. Such a price stands for a yield, and the yield, in steps of 0.001 %, is agreed:

    agreed = round(yield(price; provisional coupon, next settlement), 0.001 %)
    price  = the regulation's price of an award at that yield (31 CFR 356, appendix B), delivered on the issue day,
             at the provisional coupon before the auction, at the coupon of the auction after it

Bills trade in discount rates, whose days are counted from the day of delivery; they have no coupon to wait for. Units:
prices in 1e-8 points, rates in 1e-5.
"""

from typing import Any

import numpy as np

from market.bonds import bond_arithmetic
from market.bonds.securities import Kind
from market.units import POINT_E8, Int

E5 = 1e5  # steps of 0.001 % in one
PAR_E8 = 100 * POINT_E8
WITHIN = 256  # steps between the street yield of a price and that of the regulation, at most


def in_yield(market: Any, security: Int, price_e8: Int) -> Int:
    """Return prices with those of when-issued coupon securities moved to the nearest yield that is traded (N,)."""
    places = np.flatnonzero((market.when_issued | (market.settle_day > market.settle_date))[security])
    if not len(places):
        return price_e8
    price = np.full(security.shape, price_e8, np.int64)
    bill = market.securities.kind[security[places]] == Kind.BILL
    bills, coupons = places[bill], places[~bill & market.when_issued[security[places]]]
    if len(bills):
        price[bills] = _discounted(market, security[bills], price[bills])
    if len(coupons):
        price[coupons] = _snapped(market, security[coupons], price[coupons])
    return price


def _discounted(market: Any, security: Int, price_e8: Int) -> Int:
    """Return prices of bills at the same discount rate (N,), its days counted from delivery."""
    maturity = market.securities.maturity_day[security]
    share = (maturity - market.settle_day[security]) / np.maximum(maturity - market.settle_date, 1)
    return np.asarray(PAR_E8 - np.rint((PAR_E8 - price_e8) * share).astype(np.int64))


def _snapped(market: Any, security: Int, price_e8: Int) -> Int:
    """Return prices of coupon securities at the nearest yield in steps (N,), on the issue day, at the coupon known."""
    s, maturity = market.securities, market.securities.maturity_day[security]
    provisional = market.coupon_e3[security]
    street = bond_arithmetic.yield_from_price(price_e8 / POINT_E8, provisional / 1e3, maturity, market.settle_date)
    known = np.where(s.coupon_e3[security] > 0, s.coupon_e3[security], provisional)
    return bond_arithmetic.auction_price_e8(np.rint(street * E5) / 10.0, known, maturity, market.settle_day[security])


def agreed_rate_e5(price_e8: Int, coupon_e3: int, maturity_day: int, issue_day: int) -> Int:
    """Return the yields at which prices (N,) were agreed: the exact inverse of the price of an award.

    Raises ValueError at a price that no yield in steps of 0.001 % has.
    """
    street = bond_arithmetic.yield_from_price(price_e8 / POINT_E8, coupon_e3 / 1000.0, maturity_day, issue_day)
    low = np.rint(street * E5).astype(np.int64) - WITHIN  # the regulation counts the first period simply
    high = low + 2 * WITHIN
    for _ in range(int(2 * WITHIN).bit_length()):  # a higher yield is a lower price
        middle = (low + high) // 2
        dearer = bond_arithmetic.auction_price_e8(middle / 10.0, coupon_e3, maturity_day, issue_day) > price_e8
        low, high = np.where(dearer, middle + 1, low), np.where(dearer, high, middle)
    found = bond_arithmetic.auction_price_e8(high / 10.0, coupon_e3, maturity_day, issue_day)
    if (found != price_e8).any():
        wrong = price_e8[found != price_e8][0]
        raise ValueError(f"when-issued: no yield has the price {wrong}, expected one traded in yield")
    return high
