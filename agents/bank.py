"""Banks hold securities beside their reserves, keep everybody's deposits, and lend the reserves that they can spare.

A bank's comfortable level is a share of its reserves at the start; below it, it borrows from the others overnight
rather than go short, and it lends only at a premium over interest on reserves that grows as reserves get scarce
(Copeland, Duffie and Yang 2021; the level is an estimate).
"""

from typing import Any

import numpy as np

from agents.investor import DIRECT_SOURCE, Investor
from agents.traits import trait
from market.instruments import Money
from market.units import CENTS_PER_MUSD, Float, Int
from market.view import View


class Bank(Investor):
    """A bank, foreign branches included."""

    together = True
    sector = "banks"
    money = Money.RESERVES
    owes = frozenset({Money.DEPOSITS, Money.REPO, Money.STANDING_REPO, Money.FUND_SHARES})

    speed = trait(0.02, "share of the gap a day", (0, 1), "[SPEC]")
    elasticity = trait(0.008, "share of holdings per bp of level", (0, 1), "[SPEC]")
    direct = trait(1.0, "share of its bids submitted by itself", (0, 1), DIRECT_SOURCE)
    activity = trait(0.6, "turnover relative to others of its size", (0, 100), "a guess")
    comfortable = trait(0.75, "share of the reserves of the start", (0, 10), "about $2.5-3tn in all: an estimate")
    floor = trait(0.3, "share of the reserves of the start", (0, 10), "[SPEC]")
    lending_premium = trait(1.0, "bp over interest on reserves", (0, 500), "[SPEC]")
    scarcity_slope = trait(40.0, "bp per share of reserves missing", (0, 1e4), "[SPEC]")
    starting_reserves = trait(100_000.0, "$m", (0, 1e7), "published, by size; the build sets it")

    def subscriptions(self, cash_cents: Int, view: View) -> Int:
        """A bank's reserves are what payments leave it."""
        return np.zeros_like(cash_cents)

    def _level(self, share: Any) -> Int:
        musd = np.asarray(share * self.starting_reserves, np.float64).reshape(-1)
        return np.rint(musd * CENTS_PER_MUSD).astype(np.int64)

    def borrow(self, cash_cents: Int, view: View) -> tuple[Int, Float]:
        """Borrow up to the floor; the standing facility caps what it pays."""
        return np.maximum(self._level(self.floor) - cash_cents, 0), np.full(len(cash_cents), view.rates.srf + 50.0)

    def lend(self, cash_cents: Int, view: View) -> tuple[Int, Float]:
        """Offer what lies above the comfortable level, dearer as reserves fall."""
        spare = np.maximum(cash_cents - self._level(self.comfortable), 0)
        start = np.maximum(self._level(1.0), 1)
        missing = np.maximum(1.0 - cash_cents / start, 0.0)
        premium = np.asarray(self.lending_premium + self.scarcity_slope * missing.reshape(-1, 1) ** 2).reshape(-1)
        return spare, view.rates.iorb + premium
