"""What everybody may see of the futures market: prices, what the basis pays, margins, open interest."""

from dataclasses import dataclass

import numpy as np

from market.futures.call import TICK_E8
from market.futures.cycle import Cycle
from market.units import FACE_PER_MUSD, POINT_E8, Float, Int

MUSD_PER_DOLLAR = 1e-6
POINTS = 100.0  # of par


@dataclass(frozen=True, slots=True)
class FuturesBoard:
    """The lead contracts now; arrays by contract have shape (C,), by deliverable pair (J,).

    A spread is the implied repo rate of the cheapest to deliver, less ``repo_bp``: what buying it, financing it and
    selling the future earns. Arrays refuse writes.
    """

    cycle: Cycle
    days: int  # from settlement to delivery
    repo_bp: float  # what money is expected to cost until delivery: the recent average of overnight repo
    price: Float  # points
    spread_bp: Float
    bp_per_point: Float  # what a point more of price adds to the spread
    dv01_dollars: Float  # of one contract, by its cheapest to deliver, per bp
    value_dollars: Float  # of one contract, face times price
    margin_rate: Float  # initial margin, as a share of value
    open_interest: Int  # contracts
    cheapest: Int  # place of the security cheapest to deliver; -1 where there is none
    contract: Int  # (J,)
    place: Int  # (J,) securities that may be delivered
    implied_bp: Float  # (J,) implied repo less ``repo_bp``

    @property
    def bp_per_tick(self) -> Float:
        """What a tick of price adds to spreads (C,)."""
        return np.asarray(TICK_E8 / POINT_E8 * self.bp_per_point)

    def contracts_for(self, dv01_musd: Float) -> Float:
        """Return the contracts (..., C) that carry a dv01 in million dollars a bp."""
        return dv01_musd / (self.dv01_dollars * MUSD_PER_DOLLAR)

    def dv01_of(self, contracts: Float) -> Float:
        """Return the dv01 of contracts (..., C) in million dollars a bp."""
        return contracts * self.dv01_dollars * MUSD_PER_DOLLAR


def face_dv01_musd(dv01_points: Float) -> Float:
    """Return million dollars a bp for one unit of face, from points a bp."""
    return dv01_points / (POINTS * FACE_PER_MUSD)
