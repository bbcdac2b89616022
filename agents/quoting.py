"""How a dealer prices: equations on scalars that broadcast over dealers and securities. Yields in bp; a reservation yield above
the valuation means a lower price: the dealer is long.
"""

import math

from market.kernels import rule


@rule
def holding_days(excess, daily_turnover, most_days):
    """Return the days it takes to trade an unwanted position away; signed, bounded.

    Linear in inventory over turnover: a constant times its sign chatters and does not control large positions.
    """
    days = excess / max(daily_turnover, 1.0)
    return min(max(days, -most_days), most_days)


@rule
def carrying_skew(days, cost_bp_year, duration):
    """Return the yield that pays for carrying an unwanted position: (b + mu) / 250 * days / duration."""
    return cost_bp_year / 250.0 * days / duration


@rule
def shadow_price(utilisation, slope, most):
    """Return the shadow price of balance sheet in bp a year: zero to three quarters of the limit, then quadratic, bounded.

    He, Nagel and Song (2022); Duffie et al. (2023).
    """
    excess = max(0.0, utilisation - 0.75)
    return min(most, slope * excess * excess)


@rule
def half_spread(tick_bp, volatility_bp, days, risk_share, cost_bp_year, cost_share, duration):
    """Return half a spread in bp: the tick, or the risk and the balance sheet over the expected holding time.

    max(tick / 2, k1 sigma sqrt(h)) + k2 (b + mu) h / (250 D). Ho and Stoll (1981); mechanism.md section 2.
    """
    risk = max(0.5 * tick_bp, risk_share * volatility_bp * math.sqrt(days))
    return risk + cost_share * cost_bp_year * days / (250.0 * duration)


@rule
def worth_quoting(half_spread_bp, arrivals, volatility_round_bp, spare, familiarity):
    """Return the gain of a firm quote over its cost: spread earned on arrivals against being picked off by news in a round."""
    return half_spread_bp * arrivals * familiarity * spare / max(volatility_round_bp, 1e-9)


@rule
def shown_size(usual, smallest, utilisation, worsens):
    """Return the face shown on a side: less as the book fills, never below the smallest quote; none that worsens a full book."""
    spare = max(0.0, 1.0 - utilisation)
    if worsens > 0.0 and spare <= 0.0:
        return 0.0
    return max(usual * (spare if worsens > 0.0 else max(spare, 0.25)), smallest)
