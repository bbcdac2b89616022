"""What an investor's own owners and clients bring and take: persistent flows by maturity, a source of order flow.

Each institution has one state per maturity node, of unit variance, drawn by its own name:

    z(t) = m z(t - 1) + sqrt(1 - m^2) e(t),   m = exp(-1 / days),   sqrt(c) of e is common to its nodes

The state leans its liquidity trades (``agents.buyers.demand.buying_chance``) and makes its bids at auctions larger or
smaller, exp(k z - k^2 / 2) times the usual: a fund that takes in money buys for weeks and bids for more. So order flow
has a memory, auctions differ from each other, and neighbouring maturities are pushed apart until others lean against
it. Institutions are independent of each other: flows that all funds of a kind share are left out. Persistent order
flow: Hasbrouck and Seppi (2001); Lillo and Farmer (2004); sizes are set in ``agents.buyers.investor``.
"""

import math
from typing import Any

import numpy as np

from agents.outlook import NODES
from market.kernels import rule
from market.units import Float

SAME_FOR_ALL = 0.3  # of the variance of an institution's flows: the same in all maturities; a guess


@rule
def next_flow(flow: float, fresh: float, common: float, days: float) -> float:
    """Return tomorrow's state of unit variance from today's and two standard normal draws."""
    keeps = math.exp(-1.0 / days)
    drawn = math.sqrt(SAME_FOR_ALL) * common + math.sqrt(1.0 - SAME_FOR_ALL) * fresh
    return keeps * flow + math.sqrt(1.0 - keeps * keeps) * drawn


@rule
def bid_factor(flow: float, spread: float) -> float:
    """Return what multiplies a bid, mean one: log-normal in the state."""
    return math.exp(spread * flow - 0.5 * spread * spread)


def live_on(investor: Any) -> Float:
    """Draw the day's flows of an investor, or of all of a kind; return the states (..., NODES)."""
    draws = investor.normal("client flows", NODES + 1, daily=True)
    investor.inflow = next_flow(investor.inflow, draws[..., :NODES], draws[..., NODES:], investor.flow_days)
    return np.asarray(investor.inflow)
