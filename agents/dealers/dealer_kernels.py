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
def _along(factor, load, i, s):
    """Return what the factors of a member add up to in a security."""
    total = 0.0
    for k in range(load.shape[1]):
        total += factor[i, k] * load[s, k]
    return total


@inlined
def _price(yield_bp, struck, s):
    """Return the price of a security at a yield."""
    return linear_price(yield_bp, struck[0][s], struck[1][s], struck[2][s], struck[3][s])


@kernel
def weigh_books(position, share, supply, counts, face_risk, hedge, excess, factor, gross_musd):
    """Write the excess (members, S), the factor risk (members, K) less what is hedged, and gross positions."""
    for i in range(position.shape[0]):
        gross_musd[i, 0] = 0.0
        for k in range(factor.shape[1]):
            factor[i, k] = 0.0
        for s in range(position.shape[1]):
            gross_musd[i, 0] += abs(position[i, s]) * (1.0 / FACE_PER_MUSD)
            e = _excess(position[i, s], share[i, s], supply[s], counts[s])
            excess[i, s] = e
            if e != 0.0:
                for k in range(factor.shape[1]):
                    factor[i, k] += e * face_risk[s, k]
        for k in range(factor.shape[1]):
            factor[i, k] -= hedge[i, k]


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


@kernel
def price_books(position, excess, factor, burden, use, traits, standing, duration, risky_years, rounds, out, refuses):
    """Write days, skew, what is shown of it, its slopes and half-spreads (6, members, S), and what is refused (2, ..).

    ``traits`` are balance cost, lay-off days, volatility, shares of risk, of cost and of the skew shown; ``standing``
    as the fields of ``agents.dealers.dealer_inventory.Standing``.
    """
    balance_cost, lay_off_days, volatility, risk_share, cost_share, skew_shown = traits
    unit, turnover, aversion, risk_slope, patience, tick_bp = standing
    for i in range(position.shape[0]):
        nu, full, risk_binds = use[4, i, 0], use[2, i, 0] >= 1.0, use[1, i, 0] >= use[0, i, 0]
        cost, averse, over = balance_cost[i, 0] + use[3, i, 0], nu * aversion[i, 0], lay_off_days[i, 0] * rounds
        for s in range(position.shape[1]):
            days = _days(excess[i, s], turnover[i, s], MOST_DAYS)
            carry = _carry(days, cost, duration[s])
            per_face = cost / 250.0 / duration[s] / turnover[i, s] if abs(days) < MOST_DAYS else 0.0  # of carrying
            steep, by_factor = nu * risk_slope[i, s], _along(factor, unit, i, s)
            out[0, i, s] = days
            out[1, i, s] = averse * by_factor + carry
            out[2, i, s] = skew_shown[i, 0] * (averse * _along(burden, unit, i, s) + carry)
            out[3, i, s] = skew_shown[i, 0] * (steep / over + per_face)
            out[4, i, s] = steep + per_face
            out[5, i, s] = _half(
                tick_bp[s], volatility[i, 0], patience[s], risk_share[i, 0], cost, cost_share[i, 0], duration[s]
            )
            toward, risky = by_factor > 0.0, duration[s] > risky_years  # buying it adds to the factor risk
            refuses[0, i, s] = _refused(full, risk_binds, toward and risky, position[i, s] >= 0)
            refuses[1, i, s] = _refused(full, risk_binds, not toward and risky, position[i, s] <= 0)


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
        pace = follow[i, 0] / rounds
        for s in range(valued.shape[1]):
            away = abs(centre[i, s] - composite_bp[s])
            learnt = apart_share > 0.0 and np.isfinite(away)
            out[0, i, s] = apart[i, s] + (away - apart[i, s]) / apart_share if learnt else apart[i, s]
            gap = composite_bp[s] - valued[i, s]
            if np.isfinite(gap):
                more = premium[i, s] + pace * gap
            else:
                more = shared[s] - _along(believed, shared_load, i, s)
            value = prior[s] + _along(belief, load, i, s) + more
            view_bp = view_spread[i, 0] * draws[i, s] * half[i, s]
            out[1, i, s], out[2, i, s] = more, value
            out[3, i, s] = value + skew[i, s] + view_bp
            out[4, i, s] = value + shown[i, s] + view_bp


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
