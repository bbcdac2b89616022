"""How a dealer prices: equations on scalars that broadcast over dealers and securities. Yields in bp; a reservation
yield above the valuation means a lower price: the dealer is long.
"""

import math
from functools import lru_cache

import numpy as np

from market.kernels import rule
from market.units import FACE_PER_MUSD

MOST_SHADING = (
    3.0  # times a half-spread, where two dealers or one are left: Kyle (1989) has no equilibrium there: a guess
)
MATCH_LOT = 500.0 * FACE_PER_MUSD  # the most that one wish of a matching session may be: a guess
MOST_DAYS = 40.0  # of holding time that it counts: a guess
TYPICAL_TICKET = 50.0 * FACE_PER_MUSD  # of the client that a dealer waits for: a guess
SMALLEST_MATCH = 5.0 * FACE_PER_MUSD  # in issues that are not on the run: a guess
MATCHED_SHARE = 0.2  # of the excess in such an issue that one wish is for: a guess


@rule
def excess_face(position: float, share: float, supply: float, tradable: bool) -> float:
    """Return the unwanted face: above a share of what the calendar led others to expect."""
    return position - share * supply if tradable else 0.0


@rule
def holding_days(excess: float, daily_turnover: float, most_days: float) -> float:
    """Return the days it takes to trade an unwanted position away; signed, bounded.

    Linear in inventory over turnover: a constant times its sign chatters and does not control large positions.
    """
    days = excess / max(daily_turnover, 1.0)
    return min(max(days, -most_days), most_days)


@rule
def carrying_skew(days: float, cost_bp_year: float, duration: float) -> float:
    """Return the yield that pays for carrying an unwanted position: (b + mu) / 250 * days / duration."""
    return cost_bp_year / 250.0 * days / duration


@rule
def refused(full: bool, risk_binds: bool, risk_grows: bool, gross_grows: bool) -> bool:
    """Return whether a trade is refused: a full book refuses what raises the limit that binds."""
    return full and (risk_grows if risk_binds else gross_grows)


@rule
def shadow_price(utilisation: float, slope: float, most: float) -> float:
    """Return the shadow price of balance sheet, bp a year: zero to three quarters of the limit, then quadratic.

    He, Nagel and Song (2022); Duffie et al. (2023).
    """
    excess = max(0.0, utilisation - 0.75)
    return min(most, slope * excess * excess)


@rule
def risk_price(utilisation: float, slope: float, most: float) -> float:
    """Return what multiplies the price of factor risk as the risk limit fills: one to three quarters of it, then
    quadratic, bounded.

    The multiplier of a value-at-risk limit acts as more risk aversion (Danielsson, Shin and Zigrand 2012, Procyclical
    leverage and endogenous risk); bounded, because a book that steepens without end flips between buying and selling.
    """
    excess = max(0.0, utilisation - 0.75)
    return min(most, 1.0 + slope * excess * excess)


@rule
def half_spread(
    tick_bp: float,
    volatility_bp: float,
    days: float,
    risk_share: float,
    cost_bp_year: float,
    cost_share: float,
    duration: float,
) -> float:
    """Return half a spread in bp: the tick, or the risk and the balance sheet over the expected holding time.

    max(tick / 2, k1 sigma sqrt(h)) + k2 (b + mu) h / (250 D). Ho and Stoll (1981).
    """
    risk = max(0.5 * tick_bp, risk_share * volatility_bp * math.sqrt(days))
    return risk + cost_share * cost_bp_year * days / (250.0 * duration)


@lru_cache
def lead_of_best(asked: int) -> float:
    """Return how far the best of ``asked`` independent standard normal quotes is expected to be ahead of the second.

    k times the integral of F^(k-1) (1 - F): what the winner of a first-price auction leaves unasked if it quotes its
    cost, and so what it adds (Vickrey 1961; Milgrom and Weber 1982). One dealer has no second: twice the lead of two, a
    guess, the client's limit being the bound.
    """
    if asked <= 1:
        return 2.0 * lead_of_best(2)
    x = np.linspace(-8.0, 8.0, 1601)
    below = np.array([0.5 * math.erfc(-v / math.sqrt(2.0)) for v in x])
    return float(asked * np.sum(below ** (asked - 1) * (1.0 - below)) * (x[1] - x[0]))


def shading(dealers: int) -> float:
    """Return the factor on a half-spread where so many dealers share the market: (N - 1) / (N - 2), bounded.

    Kyle (1989): each of N suppliers of liquidity bends its schedule by its own price impact.
    """
    return min((dealers - 1.0) / (dealers - 2.0), MOST_SHADING) if dealers > 2 else MOST_SHADING


@rule
def answered_half(half_spread_bp: float, apart_bp: float, lead: float, factor: float) -> float:
    """Return half of what an answer asks between bid and offer, in bp.

    The half-spread, shaded for the number of dealers; and the lead that it expects over the second-best answer, dealers
    lying ``apart_bp`` (mean absolute distance to the composite; of normals 0.8 standard deviations) from each other.
    """
    return factor * half_spread_bp + lead * 1.2533141373155001 * apart_bp


@rule
def worth_quoting(
    half_spread_bp: float, arrivals: float, volatility_round_bp: float, spare: float, familiarity: float
) -> float:
    """Return the gain of a firm quote over its cost: the spread earned on arrivals, against being picked off."""
    return half_spread_bp * arrivals * familiarity * spare / max(volatility_round_bp, 1e-9)


@rule
def following(centre_bp: float, half_bp: float, behind_bp: float) -> float:
    """Return the yield to stream by who is full: no better than what rests in the book.

    ``behind_bp`` is how far the best offer yields more than ``centre_bp`` on the side that it refuses (the best bid
    less, if negative). Whoever could, would take it; who is full knows that its clients can see it.
    """
    if not abs(behind_bp) > half_bp:
        return centre_bp
    return centre_bp + (behind_bp - half_bp if behind_bp > 0.0 else behind_bp + half_bp)


@rule
def face_shown(shows: bool, usual: float, smallest: float, utilisation: float, worsens: bool) -> int:
    """Return the face shown on a side, whole millions: less as the book fills, none that worsens a full book."""
    spare = max(0.0, 1.0 - utilisation)
    if not shows or (worsens and spare <= 0.0):
        return 0
    face = max(usual * (spare if worsens else max(spare, 0.25)), smallest)
    return math.floor(face / FACE_PER_MUSD) * FACE_PER_MUSD


@rule
def face_taken(excess: float, liquid: bool, sell_fits: bool, buy_fits: bool, most: float) -> int:
    """Return the face to take from a book where its price fits, whole millions: of an excess, or of a liquid issue."""
    face = max(min(abs(excess), most), most if liquid else 0.0)
    whole = math.floor(face / FACE_PER_MUSD) * FACE_PER_MUSD
    sells, buys = sell_fits and (excess > 0.0 or liquid), buy_fits and (excess < 0.0 or liquid)
    return (whole if buys else 0) - (whole if sells else 0)


@rule
def face_to_match(
    away_bp: float,
    bp_per_face: float,
    excess: float,
    liquid: bool,
    issues: float,
    share: float,
    refuses_buying: bool,
    refuses_selling: bool,
) -> int:
    """Return the face to buy (positive) or sell at the middle.

    In a liquid issue, part of what would bring the reservation yield to the composite, duration being laid off in
    several ``issues`` at once; in others, part of the excess.
    """
    face = share * (away_bp / max(bp_per_face, 1e-12) / issues if liquid else -MATCHED_SHARE * excess)
    if refuses_buying if face > 0.0 else refuses_selling:
        return 0
    if not liquid and abs(face) < SMALLEST_MATCH:
        return 0
    return int(min(max(face, -MATCH_LOT), MATCH_LOT))
