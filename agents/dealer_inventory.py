"""What a dealer's position costs it: excess over the wanted inventory, holding time, factor risk, use of limits, skew.

    skew(s) = gamma_d sum_k L(s, k) X(k) + (b + mu) / 250 h(s) / D(s)      in bp of yield, positive when long
    X(k) = sum over s of dv01(s) excess(s) L(s, k),   gamma_d = gamma H / (24 w_d)

with L the loadings scaled to factors of unit daily variance. What it shows its clients rests on the factor risk that it could not
lay off, X averaged over a quarter of a day (``burden``); what it wishes to lay off in a matching session rests on X itself. Two limits bind, and each refuses only what raises it: gross
position (leverage) and factor risk (value at risk). Source: the shared notes on price formation, section 2.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from agents.outlook import Lessons
from agents.quoting import carrying_skew, half_spread, holding_days, shadow_price
from market.exposure import exposure
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
    factor: Float  # (..., 3): X
    skew_per_face: Float  # bp per unit of face added: what the next trade costs
    full_per_face: Float  # the same with all of its factor risk
    half_spread_bp: Float
    utilisation: Float  # (..., 1)
    refuses_buying: NDArray[np.bool_]
    refuses_selling: NDArray[np.bool_]


def inventory_of(dealer: Any, view: View, today: Lessons) -> Inventory:
    """Return the state of the position now."""
    position = dealer.position.astype(np.float64)
    excess = np.where(view.tradable, position - dealer.benchmark * view.anticipated, 0.0)
    turnover = np.maximum(0.5 * today.turnover * dealer.capital_share, 0.05 * FACE_PER_MUSD)
    days = holding_days(excess, turnover, MOST_DAYS)
    unit = dealer.model.outlook.unit_loadings(view)
    weights = unit * today.face_dv01[:, None]
    factor = exposure(excess, weights)
    gamma = dealer.risk_aversion * dealer.risk_horizon / (DEALERS * dealer.capital_share)
    leverage, risk = _use(dealer, position, factor)
    use = np.maximum(leverage, risk)
    cost = dealer.balance_cost + shadow_price(use, dealer.shadow_slope, dealer.shadow_most)
    by_factor, by_burden = _along(factor, unit), _along(dealer.burden, unit)
    carry = carrying_skew(days, cost, today.duration)
    own = np.sum(unit * unit, axis=1) * today.face_dv01
    patience = np.clip(TYPICAL_TICKET / np.maximum(today.turnover / 48.0, 1.0), 0.2, 20.0)
    tick_bp = view.tick / np.maximum(view.dv01, 1e-9)
    per_day = np.where(np.abs(days) < MOST_DAYS, carrying_skew(1.0, cost, today.duration), 0.0)
    full = use >= 1.0
    risk_binds = risk >= leverage
    risky = today.duration > RISKY_YEARS
    toward = by_factor > 0.0  # buying this security adds to the factor risk
    return Inventory(
        excess,
        days,
        gamma * by_factor + carry,
        gamma * by_burden + carry,
        factor,
        gamma * own / (dealer.lay_off_days * view.rounds) + per_day / turnover,
        gamma * own + per_day / turnover,
        half_spread(
            np.minimum(tick_bp, 5.0), dealer.volatility, patience, dealer.risk_share, cost, dealer.cost_share, today.duration
        ),
        use,
        full & np.where(risk_binds, toward & risky, position >= 0.0),
        full & np.where(risk_binds, ~toward & risky, position <= 0.0),
    )


def _along(factor: Float, unit: Float) -> Float:
    """Return sums over factors (..., S), in a stated order."""
    return np.asarray(factor[..., 0:1] * unit[:, 0] + factor[..., 1:2] * unit[:, 1] + factor[..., 2:3] * unit[:, 2])


def _use(dealer: Any, position: Float, factor: Float) -> tuple[Float, Float]:
    """Return the use of the gross limit and of the risk limit, (..., 1) each."""
    gross_musd = exposure(np.abs(position), np.full(position.shape[-1], 1.0 / FACE_PER_MUSD))
    leverage = gross_musd / (dealer.gross_limit * dealer.capital_share)
    limit = dealer.var_limit * dealer.capital_share
    squared = factor[..., 0:1] ** 2 + factor[..., 1:2] ** 2 + factor[..., 2:3] ** 2
    volatility = dealer.volatility
    return leverage, np.sqrt(squared / volatility**2 + (0.35 * limit) ** 2) / limit
