"""What dealers make of a round, compiled: the state of their books, streams, quotes, answers, orders and wishes.

The equations are those of ``agents.dealers.quoting``; nothing is decided here. Members stand in front: what they carry
is (members, S), or (members, 1) for a trait. Sums over securities run in ascending order, over factors too, so that one
dealer and all of them agree to the bit. ``struck`` are (reference_bp, reference_price, dv01, convexity) of the view.
"""

import numpy as np

from agents.dealers.quoting import (
    MOST_DAYS,
    answered_half,
    carrying_skew,
    excess_face,
    face_shown,
    face_taken,
    face_to_match,
    half_spread,
    holding_days,
    refused,
    risk_price,
    shadow_price,
    worth_quoting,
)
from market.bonds.linear_price import linear_price
from market.books.order_kernels import BOOK
from market.kernels import inlined, kernel
from market.units import FACE_PER_MUSD

_excess, _days, _carry, _refused = excess_face.scalar, holding_days.scalar, carrying_skew.scalar, refused.scalar
_shadow, _risk, _half, _worth = shadow_price.scalar, risk_price.scalar, half_spread.scalar, worth_quoting.scalar
_shown, _taken, _matched, _answered = face_shown.scalar, face_taken.scalar, face_to_match.scalar, answered_half.scalar
CLOSE = 0.25  # half-spreads from its centre at which it quotes what it wants to be rid of: a guess
LONG_DAYS = 10.0  # of holding time from which it does: a guess
EDGE = 0.75  # half-spreads by which it trades in books: a guess
FLOOR_OF_RISK = 0.35  # of the risk limit: used by whatever else moves a book: a guess


@inlined
def _along(factor, load, s):
    """Return what three factors add up to in a security."""
    return 0.0 + factor[0] * load[s, 0] + factor[1] * load[s, 1] + factor[2] * load[s, 2]


@inlined
def _price(yield_bp, struck, s):
    """Return the price of a security at a yield."""
    return linear_price(yield_bp, struck[0][s], struck[1][s], struck[2][s], struck[3][s])


@kernel
def weigh_books(position, share, supply, counts, face_risk, hedge, excess, factor, gross_musd):
    """Write the excess (members, S), the factor risk (members, 3) less what is hedged, and gross positions."""
    for i in range(position.shape[0]):
        gross = level = slope = curvature = 0.0
        for s in range(position.shape[1]):
            gross += abs(position[i, s]) * (1.0 / FACE_PER_MUSD)
            e = _excess(position[i, s], share[i, s], supply[s], counts[s])
            excess[i, s] = e
            level += e * face_risk[s, 0]
            slope += e * face_risk[s, 1]
            curvature += e * face_risk[s, 2]
        gross_musd[i, 0] = gross
        factor[i, 0], factor[i, 1] = level - hedge[i, 0], slope - hedge[i, 1]
        factor[i, 2] = curvature - hedge[i, 2]


@kernel
def use_limits(gross_musd, factor, traits, use):
    """Write use of the gross limit, of the risk limit, the larger, and the prices of both: (5, members, 1).

    ``traits`` are gross limit, risk limit, volatility, slope and bound of each price, (members, 1) each.
    """
    gross_limit, var_limit, volatility, shadow_slope, shadow_most, var_slope, var_most = traits
    for i in range(factor.shape[0]):
        squared = factor[i, 0] * factor[i, 0] + factor[i, 1] * factor[i, 1] + factor[i, 2] * factor[i, 2]
        v, limit = volatility[i, 0], var_limit[i, 0]
        least = FLOOR_OF_RISK * limit
        leverage = gross_musd[i, 0] / gross_limit[i, 0]
        risk = np.sqrt(squared / (v * v) + least * least) / limit
        use[0, i, 0], use[1, i, 0], use[2, i, 0] = leverage, risk, max(leverage, risk)
        use[3, i, 0] = _shadow(leverage, shadow_slope[i, 0], shadow_most[i, 0])
        use[4, i, 0] = _risk(risk, var_slope[i, 0], var_most[i, 0])


@inlined
def _hold(excess, turnover, days):
    """Write the days that it takes to trade each excess away."""
    for s in range(days.shape[0]):
        days[s] = _days(excess[s], turnover[s], MOST_DAYS)


@inlined
def _skew(days, duration, unit, factor, burden, averse, cost, show, skew, shown):
    """Write the skew, and what is shown of it."""
    for s in range(days.shape[0]):
        carry = _carry(days[s], cost, duration[s])
        skew[s] = averse * _along(factor, unit, s) + carry
        shown[s] = show * (averse * _along(burden, unit, s) + carry)


@inlined
def _slopes(days, turnover, duration, risk_slope, nu, over, cost, show, shown, whole):
    """Write what a unit of face adds to the skew that is shown, and to the whole of it."""
    for s in range(days.shape[0]):
        carrying = cost / 250.0 / duration[s] / turnover[s] if abs(days[s]) < MOST_DAYS else 0.0
        steep = nu * risk_slope[s]
        shown[s] = show * (steep / over + carrying)
        whole[s] = steep + carrying


@inlined
def _spread(tick_bp, patience, duration, volatility, risk_share, cost, cost_share, half):
    """Write the half-spreads."""
    for s in range(half.shape[0]):
        half[s] = _half(tick_bp[s], volatility, patience[s], risk_share, cost, cost_share, duration[s])


@inlined
def _refuse(position, duration, unit, factor, risky_years, full, risk_binds, buying, selling):
    """Write what a book refuses to buy, and to sell: nothing until it is full."""
    for s in range(position.shape[0]):
        toward, risky = _along(factor, unit, s) > 0.0, duration[s] > risky_years  # buying it adds to the factor risk
        buying[s] = _refused(full, risk_binds, toward and risky, position[s] >= 0)
        selling[s] = _refused(full, risk_binds, not toward and risky, position[s] <= 0)


@kernel
def price_books(position, excess, factor, burden, use, traits, standing, duration, risky_years, rounds, out, refuses):
    """Write days, skew, what is shown of it, its slopes and half-spreads (6, members, S), and what is refused (2, ..).

    ``traits`` are balance cost, lay-off days, volatility, shares of risk, of cost and of the skew shown; ``standing``
    as the fields of ``agents.dealers.dealer_inventory.Standing``. A loop for each column is three times as fast as one
    for all: the compiler takes several securities at once.
    """
    balance_cost, lay_off_days, volatility, risk_share, cost_share, skew_shown = traits
    unit, turnover, aversion, risk_slope, patience, tick_bp = standing
    for i in range(position.shape[0]):
        cost, nu, show = balance_cost[i, 0] + use[3, i, 0], use[4, i, 0], skew_shown[i, 0]
        days, averse, over = out[0, i], nu * aversion[i, 0], lay_off_days[i, 0] * rounds
        _hold(excess[i], turnover[i], days)
        _skew(days, duration, unit, factor[i], burden[i], averse, cost, show, out[1, i], out[2, i])
        _slopes(days, turnover[i], duration, risk_slope[i], nu, over, cost, show, out[3, i], out[4, i])
        _spread(tick_bp, patience, duration, volatility[i, 0], risk_share[i, 0], cost, cost_share[i, 0], out[5, i])
        limits = use[2, i, 0] >= 1.0, use[1, i, 0] >= use[0, i, 0]
        _refuse(position[i], duration, unit, factor[i], risky_years, *limits, refuses[0, i], refuses[1, i])


@inlined
def _distance(centre, composite_bp, before, share, apart):
    """Write the mean distance of a stream from the composite; nothing is learnt where ``share`` is 0."""
    for s in range(apart.shape[0]):
        away = abs(centre[s] - composite_bp[s])
        learnt = share > 0.0 and np.isfinite(away)
        apart[s] = before[s] + (away - before[s]) / share if learnt else before[s]


@inlined
def _learn(composite_bp, valued, before, pace, believed, shared, shared_load, premium):
    """Write the premium: closer to the composite, or that of neighbours for what was not valued yet."""
    for s in range(premium.shape[0]):
        gap = composite_bp[s] - valued[s]
        newcomer = shared[s] - _along(believed, shared_load, s)
        premium[s] = before[s] + pace * gap if np.isfinite(gap) else newcomer


@kernel
def state_yields(composite_bp, before, follow, belief, pattern, state, draws, view_spread, rounds, apart_share, out):
    """Write apart, premium, valuation, reservation yields and what is streamed (5, members, S).

    ``before`` are what was streamed, valued and learnt, how far apart it lay, and what was believed (members, K), a
    round ago; ``belief`` (members, K) is what it makes of news, ``pattern`` (prior, its loadings, what neighbours have,
    their loadings), ``state`` (skew, what is shown of it, half-spread). What its neighbours have that is not news is
    the premium of a security that was not valued before: of their last yields, what was not believed then.
    ``apart_share`` is 0 where nothing was streamed today.
    """
    centre, valued, premium, apart, believed = before
    prior, load, shared, shared_load = pattern
    skew, shown, half = state
    for i in range(valued.shape[0]):
        _distance(centre[i], composite_bp, apart[i], apart_share, out[0, i])
        _learn(composite_bp, valued[i], premium[i], follow[i, 0] / rounds, believed[i], shared, shared_load, out[1, i])
        value, reservation, stated = out[2, i], out[3, i], out[4, i]
        for s in range(value.shape[0]):
            value[s] = prior[s] + _along(belief[i], load, s) + out[1, i, s]
        for s in range(value.shape[0]):
            view_bp = view_spread[i, 0] * draws[i, s] * half[i, s]
            reservation[s] = value[s] + skew[i, s] + view_bp
            stated[s] = value[s] + shown[i, s] + view_bp


@kernel
def show_quotes(centre, state, use, traits, arrivals, rounds, usual, known, tradable, struck, price, face):
    """Write prices and faces (2, members, S) of bids and offers; ``state`` (days, half-spread, refuses both ways)."""
    days, half, no_buying, no_selling = state
    volatility, hurdle = traits
    for i in range(centre.shape[0]):
        full = use[i, 0]
        noise_bp, spare = volatility[i, 0] / np.sqrt(rounds), max(0.0, 1.0 - full)
        for s in range(centre.shape[1]):
            long, short = days[i, s] > LONG_DAYS, days[i, s] < -LONG_DAYS
            h = half[i, s]
            firm = _worth(h, arrivals[s], noise_bp, spare, known[i, s]) > hurdle[i, 0]
            bids = tradable[s] and (firm or short) and not no_buying[i, s]
            asks = tradable[s] and (firm or long) and not no_selling[i, s]
            price[0, i, s] = _price(centre[i, s] + (CLOSE * h if short else h), struck, s)
            price[1, i, s] = _price(centre[i, s] - (CLOSE * h if long else h), struck, s)
            face[0, i, s] = _shown(bids, usual[i, s], 1.0 * FACE_PER_MUSD, full, days[i, s] > 0)
            face[1, i, s] = _shown(asks, usual[i, s], 1.0 * FACE_PER_MUSD, full, days[i, s] < 0)


@kernel
def answer_rows(asked, centre, state, apart, lead, factor, tradable, struck, declined, price):
    """Write the price of each row of ``asked``, NaN where it declines, and count what a limit made it decline.

    ``state`` (slope, half-spread, refuses both ways).
    """
    slope, half, no_buying, no_selling = state
    for j in range(asked.shape[0]):
        i, s, face = asked[j]["member"], asked[j]["security"], asked[j]["face"]
        sells = face < 0  # the client sells, the dealer buys
        refuses = no_buying[i, s] if sells else no_selling[i, s]
        if refuses:
            declined[i] += 1
        if refuses or not tradable[s]:
            price[j] = np.nan
            continue
        asks = _answered(half[i, s], apart[i, s], lead, factor)
        after = asked[j]["pending"] - 0.5 * face
        price[j] = _price(centre[i, s] + slope[i, s] * after + (asks if sells else -asks), struck, s)


@kernel
def write_takes(member, centre, state, touch, flags, lot, struck, orders):
    """Write orders for books whose best price is better than its own by an edge; return how many.

    ``state`` (excess, half-spread, refuses both ways), ``touch`` (bid, ask), ``flags`` (traded, on the run).
    """
    excess, half, no_buying, no_selling = state
    n = 0
    for i in range(centre.shape[0]):
        for s in range(centre.shape[1]):
            if not flags[0][s]:
                continue
            edge = EDGE * half[i, s]
            sell_limit, buy_limit = _price(centre[i, s] - edge, struck, s), _price(centre[i, s] + edge, struck, s)
            sell_fits = touch[0][s] >= sell_limit and not no_selling[i, s]
            buy_fits = touch[1][s] <= buy_limit and not no_buying[i, s]
            if not (sell_fits or buy_fits):
                continue
            face = _taken(excess[i, s], flags[1][s], sell_fits, buy_fits, lot)
            if face != 0:
                order = orders[n]
                order["owner"], order["security"], order["face"] = member[i], s, face
                order["limit"], order["venue"] = buy_limit if face > 0 else sell_limit, BOOK
                n += 1
    return n


@kernel
def wish(composite_bp, reservation, state, flags, issues, share, wanted):
    """Write the face that each would trade at the middle; ``state`` (slope, excess, refuses both ways)."""
    slope, excess, no_buying, no_selling = state
    for i in range(reservation.shape[0]):
        for s in range(reservation.shape[1]):
            known = flags[0][s] and np.isfinite(composite_bp[s])
            away = composite_bp[s] - reservation[i, s] if known else 0.0
            args = (away, slope[i, s], excess[i, s], flags[1][s], issues, share[i, 0])
            wanted[i, s] = _matched(*args, no_buying[i, s], no_selling[i, s])
