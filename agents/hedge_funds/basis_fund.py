"""Basis-trade hedge funds: they buy notes and bonds financed overnight and sell futures against them, at high leverage.

Futures come first: in each call a fund sells the more the dearer they are (``agents.hedge_funds.basis_rules``);
securities follow once a day, so that the duration of both is the same. It usually holds its accustomed share of each
security, as any investor does, and bids for it at auctions; what it wants beyond goes into the cheapest to deliver. It
measures spreads by its own cost of repo, last night's rate. When its equity no longer carries what it holds, since
margin or haircuts have risen or it has lost, it sells a share of the excess each day at any price, buying futures back
at the same time, and says why (``Reason``). It makes no price: it trades in the call and by request like everybody
else.

Haircuts are taken at one rate; in bilateral repo most are near zero (Hempel, Kahn, Mann and Paddrik 2023, Office of
Financial Research, Why Is So Much Repo Not Centrally Cleared?). Left out: owners' withdrawals, terms of repo beyond a
night, the choice among deliverables already held (securities that leave a basket stay hedged by duration). Sources:
Barth and Kahn (2021), Hedge Funds and the Treasury Cash-Futures Disconnect, OFR Working Paper; Glicoes, Iorio, Monin
and Petrasek (2024), Quantifying Treasury Cash-Futures Basis Trades, FEDS Notes.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from agents.buyers.investor import Pick
from agents.hedge_funds.basis_rules import brake, carried, legs, reason, size
from agents.hedge_funds.leveraged_fund import LeveragedFund
from agents.traits import memory, trait
from market.exposure import along, exposure
from market.futures.board import FuturesBoard, face_dv01_musd
from market.futures.call import SCHEDULES, schedules_of
from market.futures.cycle import N_CONTRACTS
from market.units import Float, Int
from market.view import View

CHEAPEST = 3  # issues a contract into which more than the usual goes: a guess
ROOM = 0.95  # of what its equity carries, up to which it adds: a guess
URGENT_BP = 5.0  # above the price of the last call, at which it stops buying back in one call: a guess
BARTH_KAHN = "Barth and Kahn (2021): 20 and more; from memory, low confidence"


class BasisFund(LeveragedFund):
    """A hedge fund, or a desk of one, that trades the cash-futures basis."""

    together = True
    sector = "basis funds"

    speed = trait(0.5, "share of the gap a day", (0, 1), "a guess: the bond follows the future within days")
    futures_speed = trait(0.2, "share of the gap a call", (0, 1), "a guess")
    basis_hurdle = trait(4.0, "bp", (-50, 100), "a guess: costs of trading and of balance sheet")
    most_size = trait(2.0, "usual positions", (0, 10), "a guess")
    reserve = trait(1.0, "of initial margin", (0, 10), "a guess: as much again against variation margin")
    most_leverage = trait(25.0, "securities over equity", (1, 200), BARTH_KAHN)

    usual_spread = memory(0.0, "bp", N_CONTRACTS)
    scale = memory(1.0, "wanted over accustomed holding of each security")
    beyond = memory(0.0, "$m a bp wanted beyond the accustomed holding, by contract", N_CONTRACTS)

    # ---- futures ---------------------------------------------------------------------------------
    def trade_futures(self, view: View) -> NDArray[Any]:
        """Sell the more the dearer futures are, and no more than its equity carries."""
        board = view.futures
        if board is None:
            return np.zeros(0, SCHEDULES)
        if self.daily("looked", lambda: view.round) == view.round:
            self._look(view, board)
        usual, position = self._usual_contracts(view, board), self._market.futures.position[self.rows]
        wanted = usual * size(self._own_spread(board, view), self.usual_spread, self.basis_hurdle, self.most_size)
        fits = np.minimum(1.0, ROOM * self.room / np.maximum(exposure(wanted, board.value_dollars * 1e-6), 1e-9))
        opening = self.daily("opening", lambda: np.maximum(-position, 0))
        stays = np.where(self.kept < 1.0, np.minimum(wanted * fits, opening * self.kept), wanted * fits)
        quantity = self.futures_speed * (-np.atleast_2d(stays) - position)
        line = np.maximum(self.usual_spread - self.basis_hurdle, 0.5)
        patient = self.futures_speed * usual * fits / line
        slope = np.where(self.kept < 1.0, np.abs(quantity) / URGENT_BP, patient) * board.bp_per_tick
        most = np.ceil(np.atleast_2d(usual)).astype(np.int64)
        return schedules_of(self.member, quantity, slope, -most, np.maximum(-position, 0))

    def _own_spread(self, board: FuturesBoard, view: View) -> Float:
        """Return what the basis pays over last night's repo, bp (C,)."""
        tonight = view.funding_bp if np.isfinite(view.funding_bp) else board.repo_bp
        return board.spread_bp - (tonight - board.repo_bp)

    def _legs(self, view: View) -> tuple[Float, Float]:
        """Return which contract goes with each security, and its dv01 in $m a bp and unit of face (S, C)."""
        belongs: tuple[Float, Float] = self.daily("legs", lambda: _legs_of(view))
        return belongs

    def _usual_contracts(self, view: View, board: FuturesBoard) -> Float:
        """Return the contracts that go with its accustomed holdings (..., C)."""

        def make() -> Float:
            dv01 = exposure(self.benchmark * view.anticipated * view.tradable, self._legs(view)[1])
            return np.asarray(board.contracts_for(dv01))

        usual: Float = self.daily("usual", make)
        return usual

    # ---- securities ------------------------------------------------------------------------------
    def _look(self, view: View, board: FuturesBoard) -> None:
        """Once a day: does its equity carry what it holds? What securities go with its futures?"""
        equity, held, posted = self.books_musd()
        margin = posted / np.maximum(held, 1e-9)
        haircut, reserve, leverage = (np.atleast_2d(t) for t in (self.haircut, self.reserve, self.most_leverage))
        limit = carried(equity, haircut, margin, reserve, leverage)
        kept = brake(held, limit)
        own = self._own_spread(board, view)
        middle, mine = float(np.median(board.spread_bp)), float(np.median(own))
        self.why = self._members(reason(kept, held, equity, leverage, middle, mine, np.atleast_2d(self.basis_hurdle)))
        self.room = self._members(limit)
        self.kept = self._members(1.0 - np.atleast_2d(self.forced_speed) * (1.0 - kept))
        self._follow(view, board)

    def _follow(self, view: View, board: FuturesBoard) -> None:
        """Let securities carry the duration of its futures: in proportion up to the usual, then the cheapest."""
        position = np.atleast_2d(self._market.futures.position[self.rows])
        usual = np.maximum(np.atleast_2d(self._usual_contracts(view, board)), 1.0)
        share = np.maximum(-position, 0) / usual
        belongs = self._legs(view)[0]
        self.scale = self._members(along(np.minimum(share, 1.0), belongs) + (belongs.sum(axis=1) == 0.0))
        self.beyond = self._members(board.dv01_of(np.maximum(share - 1.0, 0.0) * usual))
        self._sell_down()

    def demand(self, pick: Pick, anticipated: Any, level_bp: Float, residual_bp: Float) -> Float:
        """Return the part of its accustomed holding that goes with its futures, whatever yields are."""
        return np.asarray(pick(self.benchmark) * anticipated * pick(self.scale))

    def wish(self, view: View, level_bp: Float, residual_bp: Float) -> Float:
        """Return the face it wants: its part of the accustomed, and the cheapest to deliver for what is beyond."""
        accustomed = self.benchmark * view.anticipated * self.scale
        if view.futures is None:
            return np.asarray(accustomed)
        board = view.futures
        return np.asarray(accustomed) + along(
            self.beyond, self.daily("cheapest", lambda: cheapest_per_dv01(view, board))
        )


def _legs_of(view: View) -> tuple[Float, Float]:
    belongs = legs(view.securities, view.years)
    return belongs, belongs * face_dv01_musd(view.dv01)[:, None]


def cheapest_per_dv01(view: View, board: FuturesBoard) -> Float:
    """Return the face of each security (S, C) that carries $m 1 a bp in the issues cheapest to deliver."""
    out, per_face = np.zeros((len(view.securities), N_CONTRACTS)), face_dv01_musd(view.dv01)
    for c in range(N_CONTRACTS):
        mine = np.flatnonzero(board.contract == c)
        best: Int = board.place[mine[np.argsort(-board.implied_bp[mine], kind="stable")[:CHEAPEST]]]
        if len(best):
            out[best, c] = 1.0 / (len(best) * per_face[best])
    return out
