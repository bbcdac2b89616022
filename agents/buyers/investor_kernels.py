"""What an investor's rules make of a round, compiled: from liquidity trades and gaps to orders, one line after another.

The equations are those of ``agents.buyers.demand``; nothing is decided here. Members stand in front: what they carry is
(members, S) or (members, 1); ``held`` is face on trade date, by trade (J,) or (members, S). A ``sender`` is (member,
identity, tolerance, part to books, may short); ``venue`` and ``lot`` are (key, moment) of draws, each taken only where
it matters: of the venue where there is a choice, of the lot where the wish is below one. ``seen`` are (where there is a
choice between book and request, what trades, prices), as ``market.books.order_kernels`` has them. Each kernel returns
how many orders it wrote.
"""

import numpy as np

from agents.buyers.demand import buying_chance, leeway_of, lot_of, share_of_gap, speed_in
from market.books.order_kernels import shown, whole_size, write_order
from market.draws.stream_kernels import one_uniform
from market.kernels import inlined, kernel

VENUE_DRAWS = 64  # of a member in a round: securities whose numbers differ by a multiple of it share one
NEVER = 2.0  # a draw above every chance

_chance, _lot, _speed, _share = buying_chance.scalar, lot_of.scalar, speed_in.scalar, share_of_gap.scalar
_leeway = leeway_of.scalar


@inlined
def _place(order, i, s, size, leeway_bp, sender, venue, seen):
    """Write the order of a member, to the book where there is a choice and its draw says so."""
    member, identity, _, book_share, _ = sender
    draw = one_uniform(venue[0], identity[i], venue[1], s % VENUE_DRAWS) if seen[0][s] else NEVER
    write_order(order, member[i], s, size, leeway_bp, draw < book_share[i, 0], seen[2])


@kernel
def write_needs(trades, lean, sender, venue, seen, orders):
    """Write liquidity trades (J,) as orders, leaning with flows (members, NODES) and to the wanted holding.

    ``trades`` are (member, security, face, daily turnover, draw, held), ``lean`` (flows, node of each security, share,
    anticipated, tilt in face, pull, lean with flows).
    """
    place, security, size, turnover, which_way, held = trades
    flows, node, benchmark, anticipated, tilted, pull, flow_lean = lean
    n = 0
    for j in range(place.shape[0]):
        i, s = place[j], security[j]
        usual = benchmark[i, s] * anticipated[s]
        gap, flow = usual + tilted[i, s] - held[j], flow_lean[i, 0] * flows[i, node[s]]
        chance = _chance(gap, usual, turnover[j], pull[i, 0], flow)
        face = whole_size(size[j] if which_way[j] < chance else -size[j], held[j], sender[4][i])
        if face != 0 and shown(seen, s):
            _place(orders[n], i, s, face, sender[2][i, 0], sender, venue, seen)
            n += 1
    return n


@kernel
def write_rebalance(wanted, held, forced, usual, habits, sender, lot, venue, seen, orders):
    """Write part of the gaps to what is ``wanted`` as orders, in lots.

    ``usual`` are (share, anticipated), ``habits`` (speed, own elasticity, what is like cash, what is on the run).
    """
    benchmark, anticipated = usual
    speed, own_elasticity, cash_like, on_the_run = habits
    n = 0
    for i in range(wanted.shape[0]):
        for s in range(wanted.shape[1]):
            if not seen[1][s] or forced[i, s] != 0.0:
                continue
            gap = wanted[i, s] - held[i, s]
            if gap == 0.0 or (gap < 0.0 and held[i, s] <= 0 and not sender[4][i]):
                continue
            pace, has = _speed(speed[i, 0], cash_like[s], on_the_run[s]), benchmark[i, s] * anticipated[s]
            least = _lot(has)
            chance = one_uniform(lot[0], sender[1][i], lot[1], s) if abs(pace * gap) < least else NEVER
            face = whole_size(_share(gap, pace, least, chance), held[i, s], sender[4][i])
            if face != 0 and shown(seen, s):
                leeway = _leeway(gap, has, own_elasticity[i, 0], sender[2][i, 0])
                _place(orders[n], i, s, face, leeway, sender, venue, seen)
                n += 1
    return n


@kernel
def tell_busy(forced, held_before, busy):
    """Tell whose ``forced`` or ``held_before`` (members, S) has a number in it, into ``busy`` (members, 1)."""
    for i in range(forced.shape[0]):
        busy[i, 0] = False
        for s in range(forced.shape[1]):
            if forced[i, s] != 0.0 or not np.isnan(held_before[i, s]):
                busy[i, 0] = True
                break
