"""A dealer that has left the market: it answers nobody, sells what it holds and buys back what it is short of, in days.

It keeps the account, the name and the trades that are not settled of the dealer it was; financing goes on until the
position is gone. It asks others for quotes in every round, at any price, for what puts it behind an even sale:

    face wanted = position - start (1 - share of the time that has passed),  whole millions until the last day
"""

from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from agents.financed import Financed
from agents.institution import Institution
from agents.traits import memory, trait
from market.accounts.instruments import REPO, Money
from market.units import FACE_PER_MUSD
from market.view import View


class WindingDown(Financed, Institution):
    """What is left of a dealer; ``days`` over which its inventory is sold, from ``first_day`` of the run."""

    sector = "dealers"
    may_short = True
    owes = REPO | {Money.FUND_SHARES}

    days = trait(5.0, "days", (1, 1000), "the scenario says")
    first_day = trait(0.0, "day of the run", (0, 1e6), "the scenario says")
    repo_ceiling_bp = trait(300.0, "bp over the standing facility's rate", (0, 1e4), "a guess: almost any rate")
    cash_buffer = trait(0.0, "$m", (0, 1e7), "what the dealer kept")

    start = memory(0.0, "face held when it left")

    @classmethod
    def of(cls, dealer: Any, day: int, days: int) -> Self:
        """Let a dealer leave the market: nobody asks it from now on."""
        market, name, cash = dealer._market, dealer.name, float(dealer.cash_buffer)
        held = dealer.position.astype(np.float64)
        dealer.remove()
        heir = object.__new__(cls)
        heir.__dict__["account"] = name  # it takes over the account
        heir.__init__(market, name, days=days, first_day=day, cash_buffer=cash)  # type: ignore[misc]
        heir.start = held
        return heir

    def decide(self, view: View) -> NDArray[Any]:
        """Ask for quotes on what puts it behind an even sale of its inventory."""
        rounds_passed = (view.day - self.first_day) * view.rounds + view.round + 1
        left = max(0.0, 1.0 - float(rounds_passed) / float(self.days * view.rounds))
        lot = FACE_PER_MUSD if left > 0.0 else 1
        behind = np.where(view.tradable, self.position - self.start * left, 0.0)
        return self.want(-(np.fix(behind / lot) * lot))
