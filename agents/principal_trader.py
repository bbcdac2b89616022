"""Principal trading firms make the books of on-the-run issues: fast, two-sided, with next to no inventory, flat by the close.

They quote around the composite, lean against what they hold, cut size when the market moves and leave when it moves too much
(Menkveld 2013; FEDS Note of 4 August 2020 on principal trading firms: F98). Volume rises and depth falls with volatility.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from agents.institution import Institution
from agents.primary_dealer import whole
from agents.traits import memory, trait
from market.instruments import Money
from market.messages import Quotes, Venue
from market.securities import Kind
from market.units import FACE_PER_MUSD, Float, Int
from market.view import View

DEPTH_MUSD = {24: 25.0, 36: 10.0, 60: 6.0, 84: 3.0, 120: 4.0, 240: 0.5, 360: 1.0}  # a side and firm, by term (rows 4, 5)


class PrincipalTrader(Institution):
    """A principal trading firm, or all of them."""

    together = True
    sector = "principal traders"
    may_short = True
    owes = frozenset({Money.FUND_SHARES, Money.REPO, Money.STANDING_REPO})

    size = trait(1.0, "usual sizes", (0, 100), "unequal firms [SPEC]")
    most_tickets = trait(8.0, "usual sizes held", (0.1, 1000), "tiny inventories (F98)")
    leave_at = trait(4.0, "times usual movement of a round", (1, 100), "leaves above a threshold (economics.md 3.2)")
    usual_move = trait(1.4, "bp a round", (0.01, 100), "6 bp a day over 20 rounds")

    cash_buffer = trait(200.0, "$m", (0, 1e7), "its cash at the start; the build sets it")

    last = memory(np.nan, "bp: composite of the round before")
    activity = memory(0.0, "bp: mean absolute move of a round")

    def quote(self, view: View) -> Quotes:
        """Quote both sides of on-the-run coupon issues."""
        move = np.abs(view.composite_bp - self.last)
        self.last = np.broadcast_to(view.composite_bp, np.shape(self.last))
        self.activity = np.where(np.isfinite(move), 0.8 * self.activity + 0.2 * move, self.activity)
        usual = self._usual(view)
        held = self.position / np.maximum(usual, 1.0)
        lean = np.clip(held / self.most_tickets, -1.0, 1.0)
        calm = np.minimum(1.0, (self.usual_move / np.maximum(self.activity, 1e-9)) ** 2)
        shown = np.where((usual > 0) & (self.activity < self.leave_at * self.usual_move), usual * calm, 0.0)
        middle = view.price(view.composite_bp) - 0.5 * lean * view.tick
        late = view.round >= view.rounds - 2
        worsens = np.sign(held)
        return Quotes(
            middle - 0.5 * view.tick,
            middle + 0.5 * view.tick,
            whole(np.where((held >= self.most_tickets) | (late & (worsens >= 0)), 0.0, shown)),
            whole(np.where((held <= -self.most_tickets) | (late & (worsens <= 0)), 0.0, shown)),
        )

    def _usual(self, view: View) -> Float:
        s = view.securities
        base = np.zeros(len(s))
        for term, musd in DEPTH_MUSD.items():
            base[(s.term_months == term) & view.on_the_run & s.of(Kind.NOTE, Kind.BOND) & view.tradable] = musd
        return np.asarray(np.maximum(base * self.size, (base > 0) * 1.0) * FACE_PER_MUSD)

    def decide(self, view: View) -> NDArray[Any]:
        """Go flat in the last round."""
        if view.round < view.rounds - 1:
            return self.want(np.zeros((*np.shape(self.last),), np.int64))
        return self.want(np.where(view.tradable, -self.position, 0), np.nan, Venue.BOOK)

    def borrow(self, cash_cents: Int, view: View) -> tuple[Int, Float]:
        """Finance what is left overnight."""
        return np.maximum(self.buffer_cents - cash_cents, 0), np.full(len(cash_cents), view.rates.srf + 200.0)

    def lend(self, cash_cents: Int, view: View) -> tuple[Int, Float]:
        """Lend idle cash at the floor."""
        return np.maximum(cash_cents - self.buffer_cents, 0), np.full(len(cash_cents), view.rates.on_rrp + 1.0)
