"""Money funds keep their owners' cash in bills, repo and the Fed's reverse repo facility, in that order of yield.

They lend what dealers and others need overnight if it pays a little more than the facility, and place the rest there:
reverse repo is what is left. When they buy more bills, owners bring only part of the money, and the rest leaves the
facility (``from_facility``): the split between reserves and reverse repo is their behaviour. Its default is estimated
on the months before the start: changes of reverse repo with the Fed on changes of Treasuries and of total assets of
all funds (OFR U.S. Money Market Fund Monitor), 28 months from January 2022 to April 2024, give -0.85 for Treasuries
(standard error 0.26); 35 months from June 2021 give -1.01 (0.23), 16 from January 2023 -0.48 (0.32).
"""

import numpy as np

from agents.investor import Investor
from agents.traits import memory, trait
from market.units import Float, Int
from market.view import View


class MoneyFund(Investor):
    """A government or prime money market fund."""

    together = True
    sector = "money funds"

    speed = trait(0.1, "share of the gap a day", (0, 1), "[SPEC]")
    elasticity = trait(0.01, "share of holdings per bp of level", (0, 1), "bills against reverse repo [SPEC]")
    activity = trait(1.0, "turnover relative to others of its size", (0, 100), "a guess")
    participation = trait(1.0, "share of its part of an issue bid at auction", (0, 2), "[SPEC]")
    repo_premium = trait(2.0, "bp over the reverse repo rate", (0, 100), "a convention")
    from_facility = trait(
        0.85, "share of purchases paid out of reverse repo", (0, 1), "estimated on OFR's monthly holdings, above"
    )

    placed = memory(0.0, "cents placed yesterday", 1)

    def subscriptions(self, cash_cents: Int, view: View) -> Int:
        """Owners bring their share of what purchases took, and take their share of what maturities released.

        Measured against the cash of the evening before: buffer, reverse repo and repo together.
        """
        before = np.atleast_2d(self.placed)[:, 0]
        started = before > 0
        change = np.where(started, cash_cents - before, 0.0)
        share = 1.0 - np.atleast_1d(np.asarray(self.from_facility)).reshape(-1)
        flow = np.rint(-share * change).astype(np.int64)
        after = (cash_cents + flow).astype(np.float64)[:, None]
        self.placed = after[0] if self.alone else after
        return flow

    def lend(self, cash_cents: Int, view: View) -> tuple[Int, Float]:
        """Offer all cash but the buffer in repo, a little above the facility; each fund has its own premium."""
        own = np.atleast_2d(self.normal("repo premium", 1, daily=True))[:, 0]
        premium = np.atleast_1d(np.asarray(self.repo_premium)).reshape(-1) + 0.5 * own
        return self._spare(cash_cents), view.rates.on_rrp + np.maximum(premium, 0.0)

    def place(self, cash_cents: Int, view: View) -> Int:
        """Place the rest in the reverse repo facility."""
        return self._spare(cash_cents)

    def _spare(self, cash_cents: Int) -> Int:
        return np.asarray(np.maximum(cash_cents - self.buffer_cents, 0))
