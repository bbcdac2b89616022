"""How bids and sizes are put into the units of the venues: whole millions, yields and discount rates in their steps."""

from typing import Any

import numpy as np

from market.bonds.securities import Kind
from market.books.messages import Auction
from market.units import FACE_PER_MUSD, Float, Int
from market.view import View


def whole(face: Any) -> Int:
    """Round face down to whole millions of dollars."""
    return np.asarray(np.floor(np.asarray(face) / FACE_PER_MUSD), np.int64) * FACE_PER_MUSD


def bid_rate_e5(view: View, auction: Auction, yield_bp: Float) -> Int:
    """Return bids in 0.001 % of yield, or of discount rate in steps of 0.005 % for bills."""
    s = auction.security
    if view.securities.kind[s] != Kind.BILL:
        return np.rint(yield_bp * 10.0).astype(np.int64)
    days = view.securities.maturity_day[s] - auction.issue_day
    simple = yield_bp / 1e4
    discount = simple / (1.0 + simple * days / 365.0) * 360.0 / 365.0
    return np.asarray(5 * np.rint(discount * 1e5 / 5.0), np.int64)
