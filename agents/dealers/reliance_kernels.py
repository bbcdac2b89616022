"""What the Treasury's purchases do to a dealer's holding times, compiled; the rule is that of ``reliance``.

Members stand in front (members, S); ``purchases`` are in how many days (K,), which shares of a holding (K, S), and the
share that is taken every day (S,).
"""

from agents.dealers.quoting import MOST_DAYS, carrying_skew, half_spread
from market.kernels import inlined, kernel

_carry, _half = carrying_skew.scalar, half_spread.scalar


@inlined
def days_until_gone(face, daily, in_days, taken, holding):
    """Return the days until the last part of a face is gone, and whether an operation takes that part.

    ``daily`` goes by itself; operations in ``in_days`` (K,), ascending, take the shares ``taken`` (K,) of ``holding``.
    """
    left = face
    for k in range(len(in_days)):
        by_then = daily * in_days[k]
        if left <= by_then:
            break
        left -= taken[k] * holding
        if left <= by_then:
            return in_days[k], True
    return left / daily, False


@kernel
def wait_for_purchases(face, daily, purchases, holding, before, out):
    """Write the mean of the days before and of those until a face (S,) bought is gone (members, S)."""
    in_days, share, a_day = purchases
    for i in range(out.shape[0]):
        for s in range(out.shape[1]):
            every_day = daily[s] + a_day[s] * holding[i, s]
            days, _ = days_until_gone(face, every_day, in_days, share[:, s], holding[i, s])
            out[i, s] = 0.5 * (before[s] + min(days, before[s]))


@kernel
def count_on_purchases(excess, turnover, purchases, holding, patience, duration, tick_bp, use, traits, out):
    """Rewrite days, skew, what is shown of it, its slopes and half-spreads (6, members, S) of who counts on them.

    ``traits`` are balance cost, volatility, shares of risk, of cost and of the skew shown, and the reliance;
    ``holding`` is what each counts on giving up, of which operations take their share.
    """
    in_days, share, a_day = purchases
    balance_cost, volatility, risk_share, cost_share, skew_shown, reliance = traits
    for i in range(excess.shape[0]):
        if reliance[i, 0] == 0.0:
            continue
        cost, show = balance_cost[i, 0] + use[3, i, 0], skew_shown[i, 0]
        for s in range(excess.shape[1]):
            spread = tick_bp[s], volatility[i, 0], patience[i, s], risk_share[i, 0], cost, cost_share[i, 0]
            out[5, i, s] = _half(*spread, duration[s])
            if excess[i, s] <= 0.0:
                continue
            every_day = turnover[i, s] + a_day[s] * holding[i, s]
            days, taken = days_until_gone(excess[i, s], every_day, in_days, share[:, s], holding[i, s])
            days, before = min(days, MOST_DAYS), out[0, i, s]
            slope = 0.0 if before >= MOST_DAYS else _carry(1.0 / turnover[i, s], cost, duration[s])
            steep = 0.0 if taken or days >= MOST_DAYS else _carry(1.0 / every_day, cost, duration[s])
            saved = _carry(before - days, cost, duration[s])
            out[0, i, s] = days
            out[1, i, s] -= saved
            out[2, i, s] -= show * saved
            out[3, i, s] += show * (steep - slope)
            out[4, i, s] += steep - slope
