"""Banks hold securities beside their reserves, keep everybody's deposits, and lend the reserves that they can spare.

A bank's comfortable level is a share of its reserves at the start; above it, it lends at a premium over interest on
reserves that grows as reserves get scarce. Below its floor it borrows from other banks overnight, paying more than the
discount rate rather than be seen at the window, where it goes only with what still lacks of the least it needs
(Copeland, Duffie and Yang 2021; the level is an estimate).
"""

from typing import Any

import numpy as np

from agents.buyers.investor import DIRECT_SOURCE, Investor
from agents.traits import trait
from market.accounts.instruments import BORROWED_OVERNIGHT, Money
from market.units import CENTS_PER_MUSD, Float, Int
from market.view import View

STIGMA = "Armantier, Ghysels, Sarkar and Shrader (2015, J. Fin. Econ.): 44 bp on average, from memory; rounded"


class Bank(Investor):
    """A bank, foreign branches included."""

    together = True
    sector = "banks"
    money = Money.RESERVES
    owes = BORROWED_OVERNIGHT | {Money.DEPOSITS, Money.FUND_SHARES}

    speed = trait(0.02, "share of the gap a day", (0, 1), "a guess")
    elasticity = trait(0.006, "share of holdings per bp of level", (0, 1), "a guess")
    direct = trait(1.0, "share of its bids submitted by itself", (0, 1), DIRECT_SOURCE)
    activity = trait(0.6, "turnover relative to others of its size", (0, 100), "a guess")
    comfortable = trait(0.75, "share of the reserves of the start", (0, 10), "about $2.5-3tn in all: an estimate")
    floor = trait(0.3, "share of the reserves of the start", (0, 10), "a guess")
    least = trait(0.05, "share of the reserves of the start", (0, 10), "a guess: below it, the discount window")
    stigma = trait(50.0, "bp over the discount rate paid to other banks", (0, 1000), STIGMA)
    lending_premium = trait(1.0, "bp over interest on reserves", (0, 500), "a guess")
    premium_spread = trait(4.0, "bp, mean of a bank's own premium above that", (0, 500), "a guess")
    scarcity_slope = trait(40.0, "bp per squared share of reserves missing", (0, 1e4), "a guess")
    starting_reserves = trait(100_000.0, "$m", (0, 1e7), "published, by size; the build sets it")

    def subscriptions(self, cash_cents: Int, view: View) -> Int:
        """A bank's reserves are what payments leave it."""
        return np.zeros_like(cash_cents)

    def _level(self, share: Any) -> Int:
        musd = np.asarray(share * self.starting_reserves, np.float64).reshape(-1)
        return np.rint(musd * CENTS_PER_MUSD).astype(np.int64)

    def borrow(self, cash_cents: Int, view: View) -> tuple[Int, Float]:
        """Borrow up to the floor from other banks, at more than the discount rate rather than be seen at the window."""
        most = view.rates.discount + np.asarray(self.stigma, np.float64).reshape(-1)
        return np.maximum(self._level(self.floor) - cash_cents, 0), most + np.zeros(len(cash_cents))

    def borrow_at_window(self, cash_cents: Int, view: View) -> Int:
        """Borrow primary credit for what reserves still lack of the least that payments need."""
        return np.asarray(np.maximum(self._level(self.least) - cash_cents, 0))

    def lend(self, cash_cents: Int, view: View) -> tuple[Int, Float]:
        """Offer what lies above the comfortable level, dearer as reserves fall."""
        spare = np.maximum(cash_cents - self._level(self.comfortable), 0)
        start = np.maximum(self._level(1.0), 1)
        missing = np.maximum(1.0 - cash_cents / start, 0.0)
        premium = np.asarray(self.lending_premium + self.scarcity_slope * missing.reshape(-1, 1) ** 2).reshape(-1)
        return spare, view.rates.iorb + premium + self._own_premium()

    def _own_premium(self) -> Any:
        """Return what a bank asks more than the cheapest: its balance sheet costs, the same for good."""
        if not np.any(self.premium_spread):
            return 0.0
        draw = self._market.streams.uniform("lending premium", self.identity, 0, 1)[:, 0]
        return np.asarray(self.premium_spread).reshape(-1) * -np.log(draw)
