"""Rules of trades in swap spreads: what a trade pays, what a fund puts aside for it, when it gives up. Pure.

    swap(s, t)  = prior(s, t) + news(t) loadings(s) + spread(years, t)          bp: a rate without flows in it
    pays(s, t)  = yield - swap - cost of repo over the floating rate
                = -spread(years, t) + what the yield deviates from pattern and news - cost

The swap curve is the expected path of the policy rate, with the premium that the first day's yields have, and no order
flow in Treasuries moves it; the level of the swap spread (swap rate less Treasury yield) is an input. Equity has a high
mark; a fund that has lost more than ``most`` of it sells out, waits, and begins again from what it has left.

Sources: negative swap spreads as pay for intermediaries' balance sheet: Du, Hebert and Li (2023), Intermediary balance
sheets and the Treasury yield curve, Journal of Financial Economics 150; supply and demand of swaps and of arbitrage
capital: Hanson, Malkhozov and Venter (2024), Demand-and-supply imbalance risk and long-term swap spreads, Journal of
Financial Economics 154; margin and losses that make arbitrageurs sell: Gromb and Vayanos (2002).
"""

import numpy as np

from market.kernels import rule
from market.units import Float

NODES_YEARS = (2.0, 5.0, 10.0, 30.0)  # at which the swap spread is given; flat beyond, linear between


def spread_at(years: Float, nodes_bp: Float) -> Float:
    """Return the swap spread at maturities, bp, from its values at ``NODES_YEARS``."""
    return np.asarray(np.interp(years, NODES_YEARS, nodes_bp))


@rule
def drawn_down(equity: float, high: float, most: float) -> bool:
    """Tell whether more than ``most`` of the highest equity so far is lost."""
    return equity < (1.0 - most) * high


@rule
def days_out(left: float, stopped: bool, days: float) -> float:
    """Return the days for which a fund stays out from now on: all of them when it is stopped, else one less."""
    return days if stopped else max(left - 1.0, 0.0)


@rule
def swap_gain(dv01: float, change_bp: float, value: float, floating_bp: float, fixed_bp: float) -> float:
    """Return a day's gain of who pays fixed, in the unit of ``value``: the rate's rise, and floating less fixed."""
    return dv01 * change_bp + value * (floating_bp - fixed_bp) / 1e4 / 250.0
