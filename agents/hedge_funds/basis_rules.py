"""Rules of basis trades: how much of one pays, what its equity carries, what has to go. Pure.

    size(x)  = clip((x - hurdle) / (usual - hurdle), 0, most),    x = implied repo less what repo costs the fund, bp
    carried  = min(most leverage, 1 / (haircut + (1 + reserve) margin)) x equity,   of securities financed in repo
    brake    = min(1, carried / held)

``size`` is a line through nothing at the hurdle and the usual position at the usual spread: the fund sells futures the
dearer they are and never the other way round. ``margin`` is initial margin posted over the value of the securities; the
reserve is cash kept against variation margin. Sources: Barth and Kahn (2021), Hedge Funds and the Treasury Cash-Futures
Disconnect, Office of Financial Research Working Paper 21-01, for the trade, its leverage and its risks; Brunnermeier
and Pedersen (2009) for margins that force sales; the line is the simplest that passes through both points.
"""

import numpy as np

from market.bonds.securities import Kind, Securities
from market.futures.cycle import N_CONTRACTS
from market.futures.reasons import Reason
from market.units import Bool, Float

LEG_YEARS = (
    3.0,
    5.5,
    8.5,
    10.5,
    25.0,
)  # where the maturities that go with TU, FV, TY, TN, US and UB part: a convention


def size(spread_bp: Float, usual_bp: Float, hurdle_bp: Float, most: float) -> Float:
    """Return how many times the usual position is wanted at spreads over the fund's own cost of repo."""
    return np.clip((spread_bp - hurdle_bp) / np.maximum(usual_bp - hurdle_bp, 0.5), 0.0, most)


def carried(equity: Float, haircut: Float, margin: Float, reserve: Float, most_leverage: Float) -> Float:
    """Return the value of securities that equity carries; not below zero."""
    return np.maximum(equity, 0.0) * np.minimum(
        most_leverage, 1.0 / np.maximum(haircut + (1.0 + reserve) * margin, 1e-6)
    )


def brake(held: Float, limit: Float) -> Float:
    """Return the share of what is held that may stay under a limit."""
    return np.where(held > 0, np.minimum(1.0, limit / np.maximum(held, 1e-9)), 1.0)


def reason(
    braked: Float, held: Float, equity: Float, most_leverage: Float, spread_bp: float, own_bp: float, hurdle_bp: Float
) -> Float:
    """Return why (``Reason``): what binds first. ``own_bp`` is the spread at what repo costs tonight."""
    lost = held > most_leverage * np.maximum(equity, 0.0)
    forced = np.where(lost, Reason.LOSSES, Reason.MARGIN)
    free = np.where(spread_bp <= hurdle_bp, Reason.CARRY, np.where(own_bp <= hurdle_bp, Reason.REPO, Reason.NONE))
    return np.where(braked < 1.0, forced, free).astype(np.float64)


def legs(securities: Securities, years: Float) -> Float:
    """Return which contract goes with each note and bond by its maturity (S, C), ones and zeros."""
    coupons: Bool = securities.of(Kind.NOTE, Kind.BOND) & (years > 0)
    goes = np.searchsorted(LEG_YEARS, years)[:, None] == np.arange(N_CONTRACTS)
    return np.asarray(goes & coupons[:, None], np.float64)
