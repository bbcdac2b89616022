"""Hedged purchases: the Fed's desk sells futures against the securities it buys: it takes bonds, and no duration.

For each note or bond bought outright, or in a buyback's place, the desk wants to be short of the contract of its sector
by the same dv01 (``agents.hedge_funds.basis_rules.legs``), for as long as the security is alive:

    contracts(c) = - sum over s of face bought(s) dv01(s) [leg of s is c] / dv01 of a contract

and closes most of the gap in each call, bidding no more than a few basis points of spread away from the last. Reserves
rise by what the security costs, as in any purchase, and then by what futures gain and lose, day by day; the Fed posts
no initial margin. No rule of this kind has ever been in force; pace and reach are guesses.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from agents.hedge_funds.basis_rules import legs
from agents.officials.open_market_desk import DeskPlan, OpenMarketDesk
from market.auctions.outright import Outright
from market.exposure import exposure
from market.futures.board import FuturesBoard, face_dv01_musd
from market.futures.call import SCHEDULES, schedules_of
from market.units import Float, Int
from market.view import View

PACE = 0.8  # of the gap, a call
REACH_BP = 5.0  # of spread from the last call, at which it stops


class HedgedDesk(OpenMarketDesk):
    """The open market desk, with futures sold against what it buys."""

    def __init__(self, model: Any, plan: DeskPlan, **keywords: Any) -> None:
        super().__init__(model, plan, **keywords)
        self.bought: Int = np.zeros(len(model.securities), np.int64)

    def choose(self, lines: NDArray[Any], operation: Outright, view: View, fitted_bp: Float) -> Int:
        """Accept as the desk does, and remember what is to be hedged."""
        chosen = super().choose(lines, operation, view, fitted_bp)
        if operation.buys:
            np.add.at(self.bought, lines["security"], chosen)
        return chosen

    def trade_futures(self, view: View) -> NDArray[Any]:
        """Sell what is missing to the hedge, or buy back what is too much."""
        if view.futures is None or not self.bought.any():
            return np.zeros(0, SCHEDULES)
        position = self._market.futures.position[self.rows]
        quantity = PACE * (hedge_contracts(self.bought, view, view.futures) - position)
        slope = np.abs(quantity) / REACH_BP * view.futures.bp_per_tick
        most = np.ceil(np.abs(quantity)).astype(np.int64)
        return schedules_of(
            self.member, quantity, slope, np.where(quantity < 0, -most, 0), np.where(quantity > 0, most, 0)
        )


def hedge_contracts(bought: Int, view: View, board: FuturesBoard) -> Float:
    """Return the contracts (C,), short, that carry the dv01 of the face bought of securities that are alive."""
    per_face = face_dv01_musd(view.dv01) * view.tradable
    carried = exposure(bought, legs(view.securities, view.years) * per_face[:, None])
    return -np.nan_to_num(board.contracts_for(carried))


def open_desk(market: Any, plan: DeskPlan) -> None:
    """Let the Fed's desk join if it has something to do."""
    if not plan.idle:
        (HedgedDesk if plan.hedged else OpenMarketDesk)(market, plan)
