"""The price side of a backstop auction: offers are taken only below a price set beforehand, security by security.

The backstop price of a security is its fitted value less a discount in bp of yield: ``fitted - discount * dv01``. What
is offered at it or below is accepted, cheapest against the curve first, up to the operation's maximum and the limit of
each security. In a multiple-price auction every line is paid its own price; in a single-price one every line is paid
its security's fitted value less the smallest discount that was accepted, which is at least what it asked. So the buyer
never pays more than the backstop price, and trades nothing while the market stays above it.

Units: prices clean in points, in tables 1e-8 points; dv01 in points per bp. For the design of such purchases see Duffie
and Keane, Market-Function Asset Purchases, Federal Reserve Bank of New York Staff Report 1054 (2023). Left out:
discounts by bucket, a price that moves with time.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from market.auctions.apportion import first_come
from market.auctions.buyback import MULTIPLE
from market.units import POINT_E8, Float, Int


def discounts_bp(lines: NDArray[Any], fitted_price: Float, dv01: Float) -> Float:
    """Return by how many bp of yield each offer is below fitted value; NaN where the curve says nothing."""
    security = lines["security"]
    with np.errstate(divide="ignore", invalid="ignore"):
        found = (fitted_price[security] - lines["price_e8"] / POINT_E8) / dv01[security]
    return np.asarray(np.where(np.isfinite(found), found, np.nan))


def accepted_below(discount_bp: Float, lines: NDArray[Any], least_bp: float, limit: Int, maximum: int) -> Int:
    """Return the face accepted of each offer: those with the least discount or more, the largest first."""
    cheap = discount_bp >= least_bp
    order = np.argsort(np.where(cheap, -discount_bp, np.inf), kind="stable")
    asked = np.where(cheap, lines["face"], 0)
    within = first_come(asked, lines["security"], limit // MULTIPLE * MULTIPLE, order)
    most = np.array([maximum // MULTIPLE * MULTIPLE], np.int64)
    return first_come(within, np.zeros(len(lines), np.int64), most, order)


def single_prices_e8(taken: NDArray[Any], fitted_price: Float, dv01: Float) -> Int:
    """Return what each accepted offer is paid if all are at the stop: the smallest discount among them."""
    if not len(taken):
        return np.zeros(0, np.int64)
    security = taken["security"]
    stop_bp = discounts_bp(taken, fitted_price, dv01).min()
    at_stop = np.floor((fitted_price[security] - stop_bp * dv01[security]) * POINT_E8).astype(np.int64)
    return np.asarray(np.maximum(at_stop, taken["price_e8"]))
