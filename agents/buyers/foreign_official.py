"""Foreign central banks and reserve managers, by country: insensitive to yields; reserves move what they hold.

Who must raise dollars sells, of what it is to sell the oldest issues first: what was on the run lately, it keeps (in
March 2020 officials sold mostly off-the-run issues: Vissing-Jorgensen (2021), The Treasury market in spring 2020 and
the response of the Federal Reserve, Journal of Monetary Economics). Where the scenario allows it
(``money_market.fima_repo``), it instead pledges to the Fed what yields more than its usual pattern by a hurdle and
would sell low: it borrows the value overnight, at the standing repo facility's rate, all of it where that fits in 60 bn
each, else nothing (FIMA Repo Facility; Board of Governors, 28 July 2021), night after night, and sells once the yield,
less what news explains, is back within half the hurdle, a guess. The dollars stay at its bank.
"""

import numpy as np

from agents.buyers.forced_trades import left_of
from agents.buyers.investor import Investor
from agents.traits import memory, trait
from market.accounts.instruments import Money
from market.units import CENTS_PER_FACE, FACE_PER_MUSD, Bool, Float, Int
from market.view import View

FIMA_LIMIT = 60_000 * FACE_PER_MUSD  # by counterparty; on face, which is near the value lent


def oldest_first(held: Int, issued: Int, face: int) -> Int:
    """Return the face to sell of each security (S,), whole holdings in the order of their first issue days."""
    order = np.argsort(issued, kind="stable")
    queue, sold = held[order], np.zeros(len(held), np.int64)
    sold[order] = np.clip(face - (np.cumsum(queue) - queue), 0, queue)
    return sold


class ForeignOfficial(Investor):
    """The official holders of one country."""

    together = True
    sector = "foreign official"
    sells_oldest = True
    monetary_authority = True
    owes = frozenset({Money.FUND_SHARES, Money.FIMA_REPO})

    speed = trait(0.02, "share of the gap a day", (0, 1), "a guess")
    elasticity = trait(0.0, "share of holdings per bp of level", (0, 1), "yield-insensitive (Beltran et al. 2013)")
    own_elasticity = trait(0.01, "share of holdings per bp of residual", (0, 10), "a guess")
    activity = trait(0.5, "turnover relative to others of its size", (0, 100), "a guess")
    participation = trait(1.0, "share of its part of an issue bid at auction", (0, 2), "indirect bidders")
    noncompetitive = trait(0.01, "share of its bids for coupons without a rate", (0, 1), "a guess: not published")
    bill_noncompetitive = trait(0.01, "the same in bills", (0, 1), "a guess: not published")
    fima = trait(0.0, "1: may pledge to the Fed instead of selling", (0, 1), "money_market.fima_repo; off")
    fima_hurdle = trait(3.0, "bp of yield above its usual pattern", (0, 1000), "a guess")

    pledged = memory(0.0, "face to be sold that is pledged to the Fed instead")

    def prepare(self, view: View) -> None:
        """Pledge what would sell low, take back and sell what no longer does."""
        if self.uses("fima") and (np.any(self.forced) or np.any(self.pledged)):
            self._choose(view)
        super().prepare(view)

    def _choose(self, view: View) -> None:
        """Move what must still be sold between sale and pledge."""
        away = self._market.outlook.deviation(view)
        known = self._known(away.level_load) + self._known(away.residual_load)
        low = np.nan_to_num(away.level + away.residual - known)
        recovered = (self.pledged > 0) & (low < self.fima_hurdle / 2.0)
        self.forced, kept = self.forced - np.where(recovered, self.pledged, 0.0), np.where(recovered, 0.0, self.pledged)
        before = np.where(np.isnan(self.held_before), self.position, self.held_before)
        due = left_of(self.forced, before, self.position, False)
        more = np.where((self.fima > 0) & (due < 0) & (low > self.fima_hurdle), -due, 0.0)
        more = np.where(self._fits(kept + more), more, 0.0)
        self.pledged, self.forced = kept + more, self.forced + more

    def _fits(self, pledged: Float) -> Bool:
        """Return which members stay within the limit (..., 1); faces are whole, so that no order of summing matters."""
        return np.asarray(np.sum(pledged, axis=-1, keepdims=True) <= FIMA_LIMIT)

    def wish(self, view: View, level_bp: Float, residual_bp: Float) -> Float:
        """Return the face wanted: what is pledged is kept."""
        return np.asarray(super().wish(view, level_bp, residual_bp) + self.pledged)

    def raise_dollars(self, cash_cents: Int, view: View) -> Int:
        """Borrow the value of what is pledged, at the composite."""
        price = np.nan_to_num(view.price(view.composite_bp)) / 100.0
        held = np.minimum(np.atleast_2d(self.pledged), np.maximum(np.atleast_2d(self.position), 0))
        cents = np.floor(held * price * CENTS_PER_FACE).astype(np.int64)
        return np.asarray(cents.sum(axis=1))
