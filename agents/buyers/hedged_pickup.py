"""What Treasuries yield to a foreigner who hedges the currency: the yield less what the hedge costs.

    pick-up = y - (r_US - r_for) - basis

with ``r_US`` the policy rate that guidance leads to expect, ``r_for`` the short rate abroad, and ``basis`` what a
forward costs beyond interest parity (Du, Tepper and Verdelhan (2018), Deviations from covered interest rate parity,
Journal of Finance). The last two come from outside the market, dated (``View.extras``). What a change of the policy
rate does to yields is what the pattern of yields says; so hedged long bonds lose by a rise, and bills hardly.
"""

from agents.outlook import policy_average
from market.kernels import rule
from market.units import Float
from market.view import View

FOREIGN_RATE, BASIS = "foreign_rate_bp", "fx_basis_bp"  # public figures by name


@rule
def hedge_cost(own_bp: float, foreign_bp: float, basis_bp: float) -> float:
    """Return what a rolled hedge of dollars costs, in bp a year."""
    return own_bp - foreign_bp + basis_bp


@rule
def more_wanted(yield_change_bp: float, cost_change_bp: float, elasticity: float, most: float) -> float:
    """Return the relative change of a wanted holding for a change of the hedged pick-up, bounded."""
    return min(max(elasticity * (yield_change_bp - cost_change_bp), -most), most)


def cost_today(view: View) -> float | None:
    """Return today's cost of the hedge, in bp; None in a market that says nothing of foreign money."""
    known = view.extras
    if FOREIGN_RATE not in known:
        return None
    return float(hedge_cost(view.rates.expected, known[FOREIGN_RATE], known[BASIS]))


def from_policy(view: View, usual_rate_bp: Float) -> Float:
    """Return by how much the policy rate has moved yields from a usual rate (..., 1), in bp (..., S)."""
    return (view.rates.expected - usual_rate_bp) * policy_average(view.years)
