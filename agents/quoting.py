"""How a dealer prices: equations on scalars that broadcast over dealers and securities. Yields in bp; a reservation
yield above the valuation means a lower price: the dealer is long.
"""

import math

from market.kernels import rule
from market.units import FACE_PER_MUSD

MATCH_LOT = 500.0 * FACE_PER_MUSD  # the most that one wish of a matching session may be
SMALLEST_MATCH = 5.0 * FACE_PER_MUSD  # in issues that are not on the run


@rule
def excess_face(position: float, share: float, supply: float, tradable: bool) -> float:
    """Return the face held above what is wanted: a share of what the calendar led others to expect."""
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

    max(tick / 2, k1 sigma sqrt(h)) + k2 (b + mu) h / (250 D). Ho and Stoll (1981); mechanism.md section 2.
    """
    risk = max(0.5 * tick_bp, risk_share * volatility_bp * math.sqrt(days))
    return risk + cost_share * cost_bp_year * days / (250.0 * duration)


@rule
def worth_quoting(
    half_spread_bp: float, arrivals: float, volatility_round_bp: float, spare: float, familiarity: float
) -> float:
    """Return the gain of a firm quote over its cost: the spread earned on arrivals, against being picked off."""
    return half_spread_bp * arrivals * familiarity * spare / max(volatility_round_bp, 1e-9)


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
    face = share * (away_bp / max(bp_per_face, 1e-12) / issues if liquid else -0.2 * excess)
    if refuses_buying if face > 0.0 else refuses_selling:
        return 0
    if not liquid and abs(face) < SMALLEST_MATCH:
        return 0
    return int(min(max(face, -MATCH_LOT), MATCH_LOT))
