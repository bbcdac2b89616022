"""What a dealer's position costs it: excess over the wanted inventory, holding time, factor risk, use of limits, skew.

    skew(s) = nu gamma_d sum_k L(s, k) X(k) + (b + mu) / 250 h(s) / D(s)      in bp of yield, positive when long
    X(k) = sum over s of dv01(s) excess(s) L(s, k) less what is hedged,   gamma_d = gamma H / (24 w_d)

with L the loadings scaled to factors of unit daily variance. What it shows its clients rests on the factor risk that it
could not lay off, X averaged over a quarter of a day (``burden``); what it wishes to lay off in a matching session
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

from agents.outlook import Lessons
from agents.quoting import (
    carrying_skew,
    excess_face,
    half_spread,
    holding_days,
    refused,
    risk_price,
    shadow_price,
)
from market.exposure import along, exposure
from market.units import FACE_PER_MUSD, Float
from market.view import View

RISKY_YEARS = 1.0  # of duration: shorter paper hardly moves the risk limit, and is not refused for it
MOST_DAYS = 40.0
TYPICAL_TICKET = 50.0 * FACE_PER_MUSD
DEALERS = 24  # the number that the risk aversion is stated for


@dataclass(frozen=True, slots=True)
class Inventory:
    """The state of a dealer's (or of all dealers') book of positions in a round; shapes (..., S) or (..., 1)."""

    excess: Float  # face above what is wanted
    days: Float  # signed holding time of the excess
    skew_bp: Float  # of the position as it is
    shown_bp: Float  # what clients are shown: with the burden in place of today's factor risk
    factor: Float  # (..., 3): X, less what is hedged
    skew_per_face: Float  # bp per unit of face added: what the next trade costs
    full_per_face: Float  # the same with all of its factor risk
    half_spread_bp: Float
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
    unit = dealer.model.outlook.unit_loadings(view)
    aversion = dealer.risk_aversion * dealer.risk_horizon / (DEALERS * dealer.capital_share)
    return Standing(
        unit,
        unit * today.face_dv01[:, None],
        np.maximum(0.5 * today.turnover * dealer.capital_share, 0.05 * FACE_PER_MUSD),
        aversion,
        aversion * (np.sum(unit * unit, axis=1) * today.face_dv01),
        np.clip(TYPICAL_TICKET / np.maximum(today.turnover / 48.0, 1.0), 0.2, 20.0),
        np.minimum(view.tick / np.maximum(view.dv01, 1e-9), 5.0),
    )


def inventory_of(dealer: Any, view: View, today: Lessons) -> Inventory:
    """Return the state of the position now."""
    standing: Standing = dealer.daily("standing", lambda: standing_of(dealer, view, today))
    position = dealer.position
    counts = view.tradable & ~view.when_issued  # a short when issued is covered in the auction
    excess = excess_face(position, dealer.benchmark, view.anticipated, dealer.carried, counts)
    days = holding_days(excess, standing.turnover, MOST_DAYS)
    factor = exposure(excess, standing.face_risk) - dealer.hedge
    leverage, risk = _use(dealer, position, factor)
    use = np.maximum(leverage, risk)
    mu = shadow_price(leverage, dealer.shadow_slope, dealer.shadow_most)
    nu = risk_price(risk, dealer.var_slope, dealer.var_most)
    cost, aversion, steepness = dealer.balance_cost + mu, nu * standing.aversion, nu * standing.risk_slope
    by_factor, by_burden = along(factor, standing.unit), along(dealer.burden, standing.unit)
    carry = carrying_skew(days, cost, today.duration)
    per_face = np.where(np.abs(days) < MOST_DAYS, cost / 250.0 / today.duration / standing.turnover, 0.0)  # of carrying
    of_risk = dealer.volatility, standing.patience, dealer.risk_share
    full, risk_binds, risky = use >= 1.0, risk >= leverage, today.duration > RISKY_YEARS
    toward = by_factor > 0.0  # buying this security adds to the factor risk
    return Inventory(
        excess,
        days,
        aversion * by_factor + carry,
        dealer.skew_shown * (aversion * by_burden + carry),
        factor,
        dealer.skew_shown * (steepness / (dealer.lay_off_days * view.rounds) + per_face),
        steepness + per_face,
        half_spread(standing.tick_bp, *of_risk, cost, dealer.cost_share, today.duration),
        leverage,
        risk,
        use,
        mu,
        nu,
        refused(full, risk_binds, toward & risky, position >= 0),
        refused(full, risk_binds, ~toward & risky, position <= 0),
    )


def _use(dealer: Any, position: Float, factor: Float) -> tuple[Float, Float]:
    """Return the use of the gross limit and of the risk limit, (..., 1) each."""
    gross_musd = exposure(np.abs(position), np.full(position.shape[-1], 1.0 / FACE_PER_MUSD))
    if np.any(dealer.obligation_weight):
        carried = dealer.model.clearing.of(dealer.rows)
        gross_musd = gross_musd + dealer.obligation_weight * (carried if dealer.alone else carried[:, None])
    leverage = gross_musd / (dealer.gross_limit * dealer.capital_share)
    limit = dealer.var_limit * dealer.capital_share
    squared = factor[..., 0:1] ** 2 + factor[..., 1:2] ** 2 + factor[..., 2:3] ** 2
    volatility = dealer.volatility
    return leverage, np.sqrt(squared / volatility**2 + (0.35 * limit) ** 2) / limit
