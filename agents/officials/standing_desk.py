"""The Treasury's standing facility: bids, and on request offers, that rest in the books of off-the-run issues all day.

Bids stand at the fitted yield of the last close plus a haircut. A two-sided facility also reopens: it offers nominal
notes and bonds at the fitted yield less a haircut of its own, so dearer than fitted value. What is sold is new supply
of the same CUSIP: it is issued on the next business day, for cash, and counts as debt from then on; bills, the
residual, make up for the cash. A security that is off the lists because it is scarce (little in private hands, much
with the Fed, special in repo, cheapest to deliver) may be sold; the two newest issues of a term are left to the
auctions. Under a debt limit only what is left after everything announced and planned is offered (``limit_desk``).
Left out: TIPS are not sold. The whole facility is the project's: no debt manager has one.
"""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from agents.officials.buyback_desk import BuybackDesk, BuybackRules, PlannedBuyback
from market.auctions.apportion import first_come
from market.auctions.buyback import MULTIPLE, OUTSIDE, STANDING, Listing
from market.bonds.securities import Kind
from market.books.messages import Buyback, Quotes
from market.units import Bool, Float, Int
from market.view import View

SCARCE = (Listing.LISTED, Listing.DELIVERABLE, Listing.SPECIAL, Listing.FED_SHARE, Listing.FLOAT)  # may be sold


class StandingDesk(BuybackDesk):
    """Rests bids in the books of eligible off-the-run issues, and offers where it is two-sided.

    Its yields hold all day, whatever happens: that is the commitment. The budget of bids goes first to where the
    composite stands cheapest against the curve, that of offers to where it stands dearest. Half of what is left is
    shown at a time: a quote may be hit while it is being replaced, and both together stay inside the budget. There are
    none on the first day, which has no close before, and before the day on which the facility begins.
    """

    room: Callable[[View], int | None] | None = None  # face that a debt limit leaves for sales; None: no limit

    def __init__(self, model: Any, operations: Sequence[PlannedBuyback], rules: BuybackRules, **keywords: Any) -> None:
        super().__init__(model, operations, rules, **keywords)
        self._fitted_bp: Float = np.full(len(model.securities), np.nan)
        self._spent = self._sold = 0  # face bought, and sold, on the days before

    # ---- buying ------------------------------------------------------------------------------------
    def facility(self, view: View) -> Buyback:
        """Return today's terms in the form of an operation: bucket, budget of the day, list."""
        listed = self.daily("standing list", lambda: self._list(view))
        terms = self.rules.standing
        maximum = min(terms.daily, terms.total - self._spent) if listed.any() else 0
        why = np.where(listed, Listing.LISTED, OUTSIDE)
        return Buyback(view.date, 0, STANDING, maximum, listed, price_sensitive=False, why=why)

    def _list(self, view: View) -> Bool:
        """Return which securities it bids for today (S,)."""
        return self.targeted(self._within(view, (Listing.LISTED,)), view)

    def _within(self, view: View, codes: Sequence[int]) -> Bool:
        """Return what has one of some reasons in a bucket of the facility, is off the run and has a fitted yield."""
        inside = np.zeros(len(view.securities), np.bool_)
        for bucket in self.rules.standing_buckets:
            inside |= np.isin(self.reasons(bucket, view), codes)
        there = view.date >= self.rules.standing_since
        return np.asarray(inside & there & ~view.on_the_run & view.tradable & np.isfinite(self._fitted_bp))

    def bid_price(self, view: View) -> Float:
        """Return the clean price in points at which it bids: fitted value less the haircut (S,)."""
        return view.price(self._fitted_bp + self.rules.standing.haircut_bp)

    def fitted_price(self, security: Int, view: View) -> Float:
        """Return the clean price in points, on the curve it bids by, of securities by column."""
        return view.price_of(security, self._fitted_bp[security])

    # ---- selling -----------------------------------------------------------------------------------
    @property
    def sells(self) -> bool:
        """Tell whether it is two-sided."""
        return self.rules.reopening.total > 0

    def for_sale(self, view: View) -> Bool:
        """Return which securities it reopens today (S,)."""
        nominal = view.securities.of(Kind.NOTE, Kind.BOND)
        return self.daily("reopening list", lambda: self._within(view, SCARCE) & nominal)

    def offer_price(self, view: View) -> Float:
        """Return the clean price in points at which it offers: fitted value plus the haircut (S,)."""
        return view.price(self._fitted_bp - self.rules.reopening.haircut_bp)

    def most_sold(self, view: View) -> Any:
        """Return the most face that it sells of a security today: a number for all, or (S,)."""
        return self.rules.reopening.size

    def _to_sell(self, view: View) -> int:
        """Return the most face that it may have sold by tonight since this morning, its budgets and the debt limit."""
        terms = self.rules.reopening
        most = min(terms.daily, terms.total - self._sold)
        spare = None if self.room is None else self.room(view)
        return most if spare is None else min(most, spare + int(self._traded(view, selling=True).sum()))

    # ---- quotes ------------------------------------------------------------------------------------
    def quote(self, view: View) -> Quotes:
        """Show the bids, and the offers if there are any."""
        none = np.zeros(len(view.securities), np.int64)
        if view.day < 0:
            return Quotes(none + np.nan, none + np.nan, none, none)
        cheap = np.nan_to_num(view.composite_bp - self._fitted_bp)
        caps, today, seen = self.caps(view), self.facility(view), np.isfinite(view.composite_bp)
        most = self.rules.standing.size if caps is None else np.minimum(self.rules.standing.size, caps)
        bids = _shown(most, today.maximum, today.eligible & seen, self._traded(view, selling=False), cheap)
        if not self.sells:
            return Quotes(self.bid_price(view), none + np.nan, bids, none)
        listed, sold = self.for_sale(view) & seen, self._traded(view, selling=True)
        offers = _shown(self.most_sold(view), self._to_sell(view), listed, sold, -cheap)
        return Quotes(self.bid_price(view), self.offer_price(view), bids, offers)

    def _traded(self, view: View, selling: bool) -> Int:
        """Return the face that its bids bought, or its offers sold, today (S,), as its own confirmations say."""
        tape, row = self._market.tape, int(self.row)
        trades = tape.sold_in_books(row) if selling else tape.bought_in_books(row)
        face = np.zeros(len(view.securities), np.int64)
        np.add.at(face, trades["security"], trades["face"])
        return face

    def study(self, traded_face: Int, view: View) -> None:
        """Count what was bought and sold, then take in what traded."""
        self._spent += int(self._traded(view, selling=False).sum())
        self._sold += int(self._traded(view, selling=True).sum())
        super().study(traded_face, view)

    def take_curve(self, fitted_bp: Float, view: View) -> None:
        """Keep the fitted yields of the close (S,), but for those of the burn-in."""
        if view.day >= 0:
            self._fitted_bp = fitted_bp


def _shown(size: Int | int, most: int, listed: Bool, done: Int, eagerness: Float) -> Int:
    """Return the face to show of each security (S,): half of what is left of each limit, in whole millions.

    ``size`` limits a security, ``most`` the day; ``done`` is what traded already. The most eager come first.
    """
    asked = np.where(listed, _half(size - done), 0)
    left = np.array([_half(np.int64(most - done.sum()))])
    return first_come(asked, np.zeros(len(asked), np.int64), left, np.argsort(-eagerness, kind="stable"))


def _half(face: Any) -> Any:
    """Return half of what is left, in whole millions, never below zero."""
    return np.maximum(face, 0) // (2 * MULTIPLE) * MULTIPLE
