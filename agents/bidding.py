"""How bids are made: schedules of yield and size, and the units of the venues: whole millions, steps of rates.

A bidder at a single-price auction submits a schedule of a few steps. Primary dealers bid higher yields than direct and
indirect bidders (Hortaçsu, Kastl and Zhang 2018, Bid Shading and Bidder Surplus in the US Treasury Auction System,
American Economic Review 108): they take what others leave, the more the higher the yield.
"""

from typing import Any

import numpy as np

from market.bonds.bond_arithmetic import bill_discount_from_yield_bp
from market.bonds.securities import Kind
from market.books.messages import Auction
from market.units import FACE_PER_MUSD, Float, Int
from market.view import View

CASH_LIKE = (Kind.BILL, Kind.FRN)


def whole(face: Any) -> Int:
    """Round face down to whole millions of dollars."""
    return np.asarray(np.floor(np.asarray(face) / FACE_PER_MUSD), np.int64) * FACE_PER_MUSD


def whole_bids(face: Any) -> Int:
    """Round face down to what an auction takes: multiples of $100 (31 CFR 356)."""
    return np.asarray(np.floor(np.asarray(face)), np.int64)


def like_cash(auction: Auction, view: View) -> bool:
    """Tell whether it is a bill or a floating rate note: bid for closer to the market, and more by dealers."""
    return view.securities.kind[auction.security] in CASH_LIKE


def ladder(slope_bp: Any, usual: float, step: float, steps: int) -> list[tuple[Any, float]]:
    """Return the steps of a dealer's bids, (bp from its valuation, share of its part of the issue), lowest first.

    All together bid ``step`` of the issue at each; its valuation lies where they take the ``usual`` share of it:

        bp(i) = slope (step (i + 1/2) - usual)
    """
    return [(slope_bp * (step * (i + 0.5) - usual), step) for i in range(steps)]


def bid_rate_e5(view: View, auction: Auction, yield_bp: Float) -> Int:
    """Return bids in 0.001 % of yield, or of discount rate in steps of 0.005 % for bills."""
    s = auction.security
    if view.securities.kind[s] != Kind.BILL:
        return np.rint(yield_bp * 10.0).astype(np.int64)
    discount_bp = bill_discount_from_yield_bp(yield_bp, auction.issue_day, view.securities.maturity_day[s])
    return np.asarray(5 * np.rint(discount_bp * 10.0 / 5.0), np.int64)
