"""What hedge funds that hold securities against a derivative have in common: equity, a limit, and sales at any price.

When a fund's equity no longer carries what it holds, since margin or haircuts have risen or it has lost, it sells a
share of the excess each day at any price and says why (``market.futures.reasons``). Such funds trade for
their spread only: no liquidity trades, no short sales of securities.
"""

from typing import Any

import numpy as np

from agents.buyers.forced_trades import left_of
from agents.hedge_funds.hedge_fund import HedgeFund
from agents.traits import memory, trait
from market.accounts.instruments import Money
from market.bonds.linear_price import or_par
from market.exposure import exposure
from market.trading import full_price_e8
from market.units import CENTS_PER_MUSD, POINT_E8, Float, Int
from market.view import View


class LeveragedFund(HedgeFund):
    """A hedge fund, or a desk of one, that finances securities overnight and hedges them with a derivative."""

    may_short = False

    aggression = trait(0.0, "of what Kyle's insider trades on private news", (0, 10), "it trades for its spread only")
    activity = trait(0.0, "turnover relative to others of its size", (0, 100), "it trades for its spread only")
    haircut = trait(0.01, "share of value", (0, 0.5), "mostly zero bilaterally, 2 % cleared (Hempel et al. 2023)")
    forced_speed = trait(0.5, "share of the excess a day", (0, 1), "a guess: margin is due in a day")

    kept = memory(1.0, "share of its position that may stay today", 1)
    room = memory(0.0, "$m of securities that its equity carries", 1)
    why = memory(0.0, "Reason, of what binds first", 1)
    ordered = memory(0.0, "face that it ordered to be sold today because its equity no longer carried it", 1)

    def books_musd(self) -> tuple[Float, Float, Float]:
        """Return equity, securities and initial margin (members, 1), in million dollars."""
        market = self._market
        every = np.arange(len(market.securities))
        price = full_price_e8(market, every, np.rint(or_par(market.middle) * POINT_E8).astype(np.int64)) / POINT_E8
        position = np.atleast_2d(self.position)
        held = exposure(position, price * 1e-6)  # $100 of face at so many points are so many dollars
        settled = market.ledger.money(self.rows)
        money, posted = settled.sum(axis=1) + market.ledger.cash_due(self.rows), settled[:, Money.MARGIN]
        return held + money[:, None] / CENTS_PER_MUSD, held, posted[:, None] / CENTS_PER_MUSD

    def _members(self, values: Float) -> Any:
        """Return values (members, k) in the shape of a memory."""
        return values[0] if self.alone else values

    def _sell_down(self) -> None:
        """Order the sale of what may not stay, if anything."""
        forced = np.atleast_2d(self.kept) < 1.0
        self.ordered = np.zeros_like(self.ordered)
        if forced.any():
            sell = np.where(forced, (1.0 - np.atleast_2d(self.kept)) * np.maximum(np.atleast_2d(self.position), 0), 0.0)
            self.ordered = self._members(exposure(np.floor(sell), np.ones(sell.shape[-1])))
            before = np.where(np.isnan(self.held_before), self.position, self.held_before)
            due = np.atleast_2d(left_of(self.forced, before, self.position, False))  # of what it had to sell already
            self.forced = self._members(np.where(forced, np.minimum(due, -np.floor(sell)), np.atleast_2d(self.forced)))
            self.held_before = self._members(np.where(forced, np.nan, np.atleast_2d(self.held_before)))

    def remember(self, view: View) -> None:
        """Remember nothing: it trades for its spread only."""

    def margin_sales(self) -> Int:
        """Return the face that it ordered to be sold today since its equity no longer carried it (members,)."""
        return np.atleast_2d(self.ordered)[:, 0].astype(np.int64)

    def leverage(self) -> dict[str, Float]:
        """Return its state of the evening, an array (members,) for each column of the table ``leveraged``."""
        equity, held, posted = (books[:, 0] for books in self.books_musd())
        forced = exposure(np.maximum(-np.atleast_2d(self.forced), 0.0), np.full(len(self._market.securities), 1e-4))
        return {
            "equity_musd": equity,
            "securities_musd": held,
            "margin_musd": posted,
            "kept": np.atleast_2d(self.kept)[:, 0],
            "reason": np.atleast_2d(self.why)[:, 0],
            "forced_musd": forced[:, 0],
        }
