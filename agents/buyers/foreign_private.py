"""Foreign banks, insurers and funds, by country: elastic in what Treasuries yield them, the currency hedged.

They respond to yields as other elastic holders do, and besides to what the hedged pick-up has changed since the start
by short rates here and abroad and by the basis (``agents.buyers.hedged_pickup``).
"""

from typing import Any

import numpy as np

from agents.buyers.hedged_pickup import cost_today, from_policy, more_wanted
from agents.buyers.investor import MOST_TILT, Investor, Pairs
from agents.traits import memory, trait
from market.units import Float
from market.view import View


class ForeignPrivate(Investor):
    """The private holders of one country."""

    together = True
    runs = True
    sector = "foreign private"

    speed = trait(0.04, "share of the gap a day", (0, 1), "fast holders, set in a reduced model")
    elasticity = trait(0.0105, "share of holdings per bp of level", (0, 1), "elastic: a convention")
    activity = trait(2.0, "turnover relative to others of its size", (0, 100), "a guess")
    pickup_elasticity = trait(
        0.0004,
        "share of holdings per bp of hedged pick-up",
        (0, 1),
        "a guess: Japan held 20 % less in October 2022 than in November 2021 (TIC), a hedge costing some 400 bp more",
    )

    usual_cost = memory(np.nan, "bp: what the hedge cost at the start", 1)
    usual_rate = memory(np.nan, "bp: the expected policy rate at the start", 1)

    def wish(self, view: View, level_bp: Float, residual_bp: Float) -> Float:
        """Return the face it wants of each security: more where the hedged pick-up has grown."""
        return np.asarray(
            super().wish(view, level_bp, residual_bp) + self.benchmark * view.anticipated * self._more(view)
        )

    def wish_at(self, view: View, pairs: Pairs, anticipated: Any, level_bp: Float, residual_bp: Float) -> Float:
        """Return the face wanted of a supply, in pairs of member and security (J,)."""
        wanted = super().wish_at(view, pairs, anticipated, level_bp, residual_bp)
        more, benchmark = np.atleast_2d(self._more(view)), np.atleast_2d(self.benchmark)
        return np.asarray(wanted + benchmark[pairs] * anticipated * more[pairs])

    def _more(self, view: View) -> Float:
        """Return the relative change of its wanted holdings for the hedged pick-up (..., S)."""
        cost = cost_today(view)
        if cost is None:
            return np.zeros(np.shape(self.benchmark))
        first = np.isnan(self.usual_cost)
        self.usual_cost = np.where(first, cost, self.usual_cost)
        self.usual_rate = np.where(first, view.rates.expected, self.usual_rate)
        moved = from_policy(view, self.usual_rate), cost - self.usual_cost
        return np.asarray(more_wanted(*moved, self.pickup_elasticity, MOST_TILT))
