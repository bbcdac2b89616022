"""What a dealer's position costs it: excess over the wanted inventory, holding time, factor risk, use of limits, skew.

    skew(s) = nu gamma_d sum_k L(s, k) X(k) + (b + mu) / 250 h(s) / D(s)      in bp of yield, positive when long
    X(k) = sum over s of dv01(s) excess(s) L(s, k) less what is hedged,   gamma_d = gamma H / (24 w_d)

with L the loadings scaled to factors of unit daily variance. What it shows its clients rests on the factor risk that it
could not lay off, X averaged over half a day (``burden``); what it wishes to lay off in a matching session
rests on X itself. Two limits bind, and each has a price of its own and refuses only what raises it: gross position
(leverage), whose shadow price ``mu`` is a cost of face and time, so that it weighs on short and slow paper; and factor
risk (value at risk), whose price ``nu`` >= 1 multiplies the price of factor risk, so that it weighs on what is long for
what the book is long of, and lets what hedges it pass cheaper. Both are those of the round; trades within a round move
prices along ``skew_per_face``, which carries them. Sources: Ho and Stoll (1981) and Amihud and Mendelson (1980) for
the skew; Duffie, Fleming, Keane, Nelson, Shachar and Van Tassel (2023) for the price of capacity.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from agents.dealers.dealer_kernels import price_books, use_limits, weigh_books
from agents.dealers.quoting import TYPICAL_TICKET
from agents.dealers.reliance import shorten
from agents.outlook import Lessons
from market.units import FACE_PER_MUSD, Float
from market.view import View

RISKY_YEARS = 1.0  # of duration: shorter paper hardly moves the risk limit, and is not refused for it
LEAST_PATIENCE, MOST_PATIENCE = 0.2, 20.0  # days that it counts on waiting: a guess
MOST_TICK_BP = 5.0  # where a basis point is worth next to nothing: a guess
LEAST_TURNOVER = 0.05 * FACE_PER_MUSD  # a day: what a dealer counts on where next to nothing trades: a guess
DEALERS = 24  # the number that the risk aversion is stated for


@dataclass(frozen=True, slots=True)
class Inventory:
    """The state of a dealer's (or of all dealers') book of positions in a round; shapes (..., S) or (..., 1)."""

    excess: Float  # face above what is wanted
    days: Float  # signed holding time of the excess
    skew_bp: Float  # of the position as it is
    shown_bp: Float  # what clients are shown: with the burden in place of today's factor risk
    skew_per_face: Float  # bp per unit of face added: what the next trade costs
    full_per_face: Float  # the same with all of its factor risk
    half_spread_bp: Float
    factor: Float  # (..., 3): X, less what is hedged
    leverage: Float  # (..., 1) use of the gross limit
    risk: Float  # (..., 1) use of the risk limit
    utilisation: Float  # (..., 1) the larger
    leverage_price: Float  # (..., 1) mu, bp a year
    risk_price: Float  # (..., 1) nu
    refuses_buying: NDArray[np.bool_]
    refuses_selling: NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Standing:
    """What the accounts of a dealer (or of all dealers) rest on all day; shapes (..., S), (..., 1) or (S,)."""

    unit: Float  # (S, 3): loadings on uncorrelated factors of unit daily variance
    face_risk: Float  # (S, 3): million dollars a standard deviation and unit of face
    turnover: Float  # its part of what customers trade in a day
    aversion: Float  # bp per million dollars a standard deviation: gamma
    risk_slope: Float  # bp of factor risk per unit of face
    patience: Float  # days until the next client
    tick_bp: Float


def standing_of(dealer: Any, view: View, today: Lessons) -> Standing:
    """Return what holds all day."""
    unit = dealer._market.outlook.unit_loadings(view)
    aversion = dealer.risk_aversion * dealer.risk_horizon / (DEALERS * dealer.capital_share)
    return Standing(
        unit,
        unit * today.face_dv01[:, None],
        np.maximum(0.5 * today.turnover * dealer.capital_share, LEAST_TURNOVER),
        aversion,
        aversion * (np.sum(unit * unit, axis=1) * today.face_dv01),
        np.clip(TYPICAL_TICKET / np.maximum(today.turnover / (2.0 * DEALERS), 1.0), LEAST_PATIENCE, MOST_PATIENCE),
        np.minimum(view.tick / np.maximum(view.dv01, 1e-9), MOST_TICK_BP),
    )


def inventory_of(dealer: Any, view: View, today: Lessons) -> Inventory:
    """Return the state of the position now."""
    standing: Standing = dealer.daily("standing", lambda: standing_of(dealer, view, today))
    position, share, hedge, burden = map(
        np.atleast_2d, (dealer.position, dealer.benchmark, dealer.hedge, dealer.burden)
    )
    counts = view.tradable & ~view.when_issued  # a short when issued is covered in the auction
    (members, n), factors = position.shape, hedge.shape[1]
    excess, factor, gross_musd = np.empty((members, n)), np.empty((members, factors)), np.empty((members, 1))
    held = position, share, view.anticipated * today.claim, counts, standing.face_risk, hedge
    weigh_books(*held, excess, factor, gross_musd)
    use = _use(dealer, gross_musd, factor)
    out, refuses = np.empty((6, members, n)), np.empty((2, members, n), np.bool_)
    costs = columns_of(dealer, "balance_cost", "lay_off_days", "volatility", "risk_share", "cost_share", "skew_shown")
    price_books(
        *(position, excess, factor, burden, use, costs, _rests_on(standing)),
        *(today.duration, RISKY_YEARS, view.rounds, out, refuses),
    )
    if np.any(dealer.buyback_reliance):
        shorten(dealer, standing, excess, use, view, today, out)
    every = (excess, *out, factor, *use, *refuses)
    return Inventory(*(column[0] for column in every)) if dealer.alone else Inventory(*every)


def columns_of(dealer: Any, *names: str) -> tuple[Float, ...]:
    """Return traits as columns (members, 1)."""
    return tuple(np.atleast_2d(getattr(dealer, name)) for name in names)


def _rests_on(standing: Standing) -> tuple[Float, ...]:
    """Return what ``price_books`` needs of what holds all day."""
    own = map(np.atleast_2d, (standing.turnover, standing.aversion, standing.risk_slope))
    return standing.unit, *own, standing.patience, standing.tick_bp


def _use(dealer: Any, gross_musd: Float, factor: Float) -> Float:
    """Return the use of the gross limit, of the risk limit, the larger, and the price of each, (5, members, 1)."""
    if np.any(dealer.obligation_weight):
        carried = dealer._market.clearing.of(dealer.rows)[:, None]
        gross_musd = gross_musd + np.atleast_2d(dealer.obligation_weight) * carried
    limits = np.atleast_2d(dealer.gross_limit * dealer.capital_share, dealer.var_limit * dealer.capital_share)
    slopes = columns_of(dealer, "volatility", "shadow_slope", "shadow_most", "var_slope", "var_most")
    use = np.empty((5, len(factor), 1))
    use_limits(gross_musd, factor, (*limits, *slopes), use)
    return use
