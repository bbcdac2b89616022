"""What an investor's rules make of a round, compiled: from liquidity trades and gaps to orders, one line after another.

The equations are those of ``agents.buyers.demand``; nothing is decided here. Members stand in front: what they carry is
(members, S) or (members, 1); ``held`` is face on trade date, by trade (J,) or (members, S). ``booked`` says where there
is a choice between book and request, ``flags`` are (booked, on the run, traded) and ``prices`` (years, composite_bp,
reference_bp, reference_price, dv01, convexity) of the view, by security. A draw is taken only where it matters: of the
venue where there is a choice, of the lot where the wish is below one. Each kernel returns how many orders it wrote.
"""

import numpy as np

from agents.buyers.demand import buying_chance, leeway_of, lot_of, share_of_gap, speed_in
from market.bonds.linear_price import linear_price
from market.books.order_kernels import ELSE, REQUEST, limit_yield, whole_size
from market.draws.stream_kernels import one_uniform
from market.kernels import inlined, kernel

VENUE_DRAWS = 64  # of a member in a round: securities whose numbers differ by a multiple of it share one
NEVER = 2.0  # a draw above every chance

_chance, _lot, _speed, _share = buying_chance.scalar, lot_of.scalar, speed_in.scalar, share_of_gap.scalar
_leeway = leeway_of.scalar


@inlined
def _shown(composite_bp, tradable):
    """Return whether there is a composite to lay a limit by."""
    return tradable and np.isfinite(composite_bp)


@inlined
def _write(order, owner, s, size, leeway_bp, to_book, prices):
    """Write one order with a limit near the composite."""
    years, composite_bp, reference_bp, reference_price, dv01, convexity = prices
    yield_bp = limit_yield(size, composite_bp[s], leeway_bp, years[s])
    order["owner"] = owner
    order["security"] = s
    order["face"] = size
    order["limit"] = linear_price(yield_bp, reference_bp[s], reference_price[s], dv01[s], convexity[s])
    order["venue"] = ELSE if to_book else REQUEST


@kernel
def write_needs(
    place,
    security,
    size,
    turnover,
    which_way,
    flows,
    node,
    benchmark,
    tilted,
    pull,
    flow_lean,
    tolerance,
    book_share,
    member,
    identity,
    key,
    when,
    may_short,
    held,
    anticipated,
    booked,
    tradable,
    prices,
    orders,
):
    """Write liquidity trades (J,) as orders, leaning with flows (members, NODES) and to the wanted holding."""
    n = 0
    for j in range(place.shape[0]):
        i, s = place[j], security[j]
        lean = flow_lean[i, 0] * flows[i, node[s]]
        usual = benchmark[i, s] * anticipated[s]
        chance = _chance(usual + tilted[i, s] - held[j], usual, turnover[j], pull[i, 0], lean)
        face = whole_size(size[j] if which_way[j] < chance else -size[j], held[j], may_short)
        if face == 0 or not _shown(prices[1][s], tradable[s]):
            continue
        draw = one_uniform(key, identity[i], when, s % VENUE_DRAWS) if booked[s] else NEVER
        _write(orders[n], member[i], s, face, tolerance[i, 0], draw < book_share[i, 0], prices)
        n += 1
    return n


@kernel
def write_rebalance(
    wanted,
    forced,
    speed,
    benchmark,
    own_elasticity,
    tolerance,
    book_share,
    member,
    identity,
    lot_key,
    key,
    when,
    may_short,
    held,
    anticipated,
    cash_like,
    flags,
    prices,
    orders,
):
    """Write part of the gaps to what is ``wanted`` as orders, in lots."""
    booked, on_the_run, tradable = flags
    n = 0
    for i in range(wanted.shape[0]):
        for s in range(wanted.shape[1]):
            if not tradable[s] or forced[i, s] != 0.0:
                continue
            gap = wanted[i, s] - held[i, s]
            if gap == 0.0 or (gap < 0.0 and held[i, s] <= 0 and not may_short):
                continue
            pace = _speed(speed[i, 0], cash_like[s], on_the_run[s])
            usual = benchmark[i, s] * anticipated[s]
            lot = _lot(usual)
            chance = one_uniform(lot_key, identity[i], when, s) if abs(pace * gap) < lot else NEVER
            face = whole_size(_share(gap, pace, lot, chance), held[i, s], may_short)
            if face == 0 or not _shown(prices[1][s], tradable[s]):
                continue
            draw = one_uniform(key, identity[i], when, s % VENUE_DRAWS) if booked[s] else NEVER
            leeway = _leeway(gap, usual, own_elasticity[i, 0], tolerance[i, 0])
            _write(orders[n], member[i], s, face, leeway, draw < book_share[i, 0], prices)
            n += 1
    return n
