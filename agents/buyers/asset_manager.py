"""Asset managers hold part of their duration in futures: long, since a future needs margin and no money for the bond.

A member wants its usual contracts, moved by an appetite that wanders and by what futures cost over bonds:

    wanted(c) = usual(c) (1 + appetite(c)) (1 - elasticity (spread(c) - usual spread(c))),   at least 0
    appetite  = memory x appetite of the day before + size x normal

and closes a share of the gap once a day, at its own hour. The spread is what the future is dearer than the bond with
its financing, in bp a year. What futures it gives up because they are dear, it wants in bonds that may be delivered,
spread by what is outstanding: its duration is its own affair, not that of the basis.

Sources: asset managers are long and leveraged funds short (CFTC, Traders in Financial Futures); why: Barth, Kahn and
Mann (2023), Recent developments in hedge funds' Treasury futures and repo positions, FEDS Notes. Their usual contracts
are the published net position of the class; speed, elasticity and appetite are guesses.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from agents.buyers.investor import Investor, Pairs
from agents.buyers.month_end import index_orders, outside_index, rebalancing
from agents.traits import memory, trait
from market.exposure import along
from market.futures.board import FuturesBoard, face_dv01_musd
from market.futures.call import SCHEDULES, schedules_of
from market.futures.cycle import N_CONTRACTS
from market.units import Float
from market.view import View


class AssetManager(Investor):
    """What bond funds, insurers and pension funds have in common: futures beside bonds."""

    futures_speed = trait(0.25, "share of the gap a day", (0, 1), "a guess: futures are liquid")
    futures_elasticity = trait(0.01, "share of usual contracts per bp of spread", (0, 1), "a guess")
    appetite_size = trait(0.01, "share a day", (0, 1), "a guess: 5 % a week (CFTC), by basis funds' part of shorts")
    appetite_memory = trait(0.95, "share kept a day", (0, 1), "a guess")
    index_share = trait(0.0, "of its new issues, bought as they enter the index", (0, 1), "off; buyers.index_share")

    usual_contracts = memory(0.0, "contracts", N_CONTRACTS)
    usual_spread = memory(0.0, "bp", N_CONTRACTS)
    appetite = memory(0.0, "share", N_CONTRACTS)

    def besides(self, view: View) -> list[NDArray[Any]]:
        """Trade with the index at the end of the month."""
        return [index_orders(self, view)] if self.uses("index_share") else []

    def trade_futures(self, view: View) -> NDArray[Any]:
        """Trade towards what it wants, at its own hour."""
        now = self.hour(view) == view.round
        if view.futures is None or not now.any():
            return np.zeros(0, SCHEDULES)
        return self.some(now)._schedules(view.futures)

    def _schedules(self, board: FuturesBoard) -> NDArray[Any]:
        draws = self.normal("appetite for futures", N_CONTRACTS, daily=True)
        self.appetite = self.appetite_memory * self.appetite + self.appetite_size * draws
        position = self._market.futures.position[self.rows]
        usual = np.maximum(self.usual_contracts * (1.0 + self.appetite), 0.0)
        wanted = wanted_contracts(usual, self.futures_elasticity, board.spread_bp - self.usual_spread)
        quantity = self.futures_speed * (wanted - position)
        slope = self.futures_speed * usual * self.futures_elasticity * board.bp_per_tick
        return schedules_of(self.member, quantity, slope, -position, np.ceil(usual).astype(np.int64))

    def wish(self, view: View, level_bp: Float, residual_bp: Float) -> Float:
        """Return the face it wants of each security: what investors want, and bonds in the place of dear futures."""
        wanted: Float = super().wish(view, level_bp, residual_bp) * self._until_month_end(view)
        if view.futures is None:
            return wanted
        given_up = self.usual_contracts * np.clip(
            self.futures_elasticity * (view.futures.spread_bp - self.usual_spread), -1.0, 1.0
        )
        weights = self.daily("deliverable", lambda: bonds_per_dv01(view))
        return wanted + along(view.futures.dv01_of(given_up), weights)

    def wish_at(self, view: View, pairs: Pairs, anticipated: Any, level_bp: Float, residual_bp: Float) -> Float:
        """Return the face wanted of a supply, in pairs of member and security (J,)."""
        wanted: Float = super().wish_at(view, pairs, anticipated, level_bp, residual_bp)
        if not self.uses("index_share"):
            return wanted
        return np.asarray(wanted * np.atleast_2d(self._until_month_end(view))[pairs])

    def _until_month_end(self, view: View) -> Any:
        """Return the part of its wish for each security (..., S) that does not wait for the index."""
        if view.day < 0 or not self.uses("index_share"):
            return 1.0
        waits = outside_index(view, self._market.premises.start_date)
        if rebalancing(view):  # what enters is being bought
            waits = waits & (view.securities.first_issue_day > view.date)
        return 1.0 - self.index_share * waits


def wanted_contracts(usual: Float, elasticity: Float, away_bp: Float) -> Float:
    """Return the contracts wanted, at spreads so far from the usual ones; never short."""
    return np.maximum(usual * (1.0 - elasticity * away_bp), 0.0)


def bonds_per_dv01(view: View) -> Float:
    """Return the face of each security (S, C) that together carry a dv01 of $1m a bp in a contract's deliverables.

    Deliverable securities share it by what is outstanding.
    """
    board, out = view.futures, np.zeros((len(view.securities), N_CONTRACTS))
    if board is None:
        return out
    per_face = face_dv01_musd(view.dv01)
    for c in range(N_CONTRACTS):
        places = board.place[board.contract == c]
        face = view.outstanding[places].astype(np.float64)
        total = float((face * per_face[places]).sum())
        out[places, c] = face / total if total > 0 else 0.0
    return out
