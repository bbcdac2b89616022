"""The New York Fed's open market desk: outright purchases and sales on the Fed's account, by dated plan or by rule.

A *programme* buys or sells a fixed face every so many business days from one day to another, in a range of remaining
maturity, whatever the price. The *rule* buys on days on which the market functions badly: noise of the last close
above a threshold, or depth of the on-the-run books so far today below one. *In place of buybacks* it holds each
operation that the Treasury announces, with its list, maximum and scoring, and the Fed pays: quantitative easing of
equal cash. A *backstop* offers, on days of the same kind, to buy in each of its buckets what dealers will sell at a
minimum discount to fitted value.

Programme, rule and backstop take seasoned notes and bonds, no bills, TIPS, floating rate notes or on-the-run issues.
The desk buys no more of any security than leaves the Fed's holding at 70 % of the face outstanding, and sells no more
than it has. With nothing to do it does not exist. Left out: issues cheapest to deliver or special in repo.
Source: New York Fed, Desk statements; Fleming et al. (2022), Economic Policy Review.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from agents.institution import Institution
from market.auctions.backstop import accepted_below, discounts_bp
from market.auctions.buyback import MULTIPLE, RESERVE_BP, evaluate
from market.auctions.outright import Functioning, Outright, dearest
from market.bonds.securities import Kind
from market.books.messages import Buyback
from market.calendar import business_days
from market.units import Bool, Float, Int
from market.view import View

LARGEST_SHARE = (70, 100)  # of the face outstanding of a security that the Fed may come to own by purchases
LEAST_YEARS = 1 / 12  # to maturity, of what is bought or sold by programme or rule: the fitted curve begins there


@dataclass(frozen=True, slots=True)
class Programme:
    """Purchases or sales of ``face`` on every ``every_days``-th business day from ``first_day`` to ``last_day``."""

    first_day: int
    last_day: int
    round: int
    buys: bool
    face: int
    bucket_years: tuple[float, float]
    every_days: int = 1

    def due(self, day: int) -> bool:
        """Return whether an operation is held on a day."""
        if not self.first_day <= day <= self.last_day:
            return False
        return (len(business_days(self.first_day, day)) - 1) % self.every_days == 0


@dataclass(frozen=True, slots=True)
class PurchaseRule:
    """Purchases of ``face`` on a day that begins with noise above, or has had depth below, a threshold."""

    round: int
    face: int
    bucket_years: tuple[float, float]
    noise_above_bp: float
    depth_below_musd: float

    def due(self, seen: Functioning) -> bool:
        """Return whether the market functions badly; what was not measured yet is no reason."""
        return bool(seen.noise_bp > self.noise_above_bp or seen.depth_musd < self.depth_below_musd)


@dataclass(frozen=True, slots=True)
class Backstop:
    """Auctions of ``face`` in each bucket, when its rule is due, at ``discount_bp`` below fitted value or more."""

    rule: PurchaseRule
    buckets: tuple[tuple[float, float], ...]
    discount_bp: float
    single_price: bool


@dataclass(frozen=True, slots=True)
class DeskPlan:
    """What the desk was given to carry out; ``cap_share`` is the most of a security's face that it takes at once in the
    place of a buyback, ``curve_weight`` the weight of the curve against the market by which it scores offers,
    ``reserve_bp`` the least score that it takes where it is price-sensitive, ``hedged`` whether futures are sold
    against what is bought (``agents.officials.hedged_desk``).
    """

    programmes: tuple[Programme, ...] = ()
    rule: PurchaseRule | None = None
    backstop: Backstop | None = None
    like_buybacks: bool = False
    cap_share: float = 1.0
    curve_weight: float = 0.5
    hedged: bool = False
    reserve_bp: float = RESERVE_BP

    @property
    def idle(self) -> bool:
        """Whether there is nothing to do."""
        return not self.programmes and self.rule is None and self.backstop is None and not self.like_buybacks


class OpenMarketDesk(Institution):
    """Carries out the plan from the Fed's account."""

    account = "Federal Reserve"
    sector = "Federal Reserve"
    official = True

    def __init__(self, model: Any, plan: DeskPlan, **keywords: Any) -> None:
        super().__init__(model, name="Open market desk", **keywords)
        self.plan = plan

    # ---- when ------------------------------------------------------------------------------------
    def operations(self, view: View, seen: Functioning) -> Iterator[Outright]:
        """Yield the operations of this round; the limits of each know what those before it traded."""
        plan = self.plan
        for p in plan.programmes:
            if p.round == view.round and p.due(view.date):
                yield self._of_years(view, p.buys, p.face, p.bucket_years)
        if plan.rule is not None and plan.rule.round == view.round and plan.rule.due(seen):
            yield self._of_years(view, True, plan.rule.face, plan.rule.bucket_years)
        yield from self._backstops(view, seen)
        for buyback in view.buybacks if plan.like_buybacks else ():
            if (buyback.day, buyback.round) == (view.date, view.round):
                yield self._in_place_of(buyback, view)

    # ---- what ------------------------------------------------------------------------------------
    def _of_years(self, view: View, buys: bool, face: int, years: tuple[float, float]) -> Outright:
        """Return an operation in a range of maturity, at any price."""
        limit = self.room(view) if buys else np.maximum(self.position, 0)
        listed = seasoned(view, years) & (limit >= MULTIPLE)
        bucket = f"{years[0]:g} to {years[1]:g} years"
        return Outright(Buyback(view.date, view.round, bucket, face, listed, price_sensitive=False), buys, limit)

    def _backstops(self, view: View, seen: Functioning) -> Iterator[Outright]:
        """Yield an auction for each bucket of the backstop, if this is its round and the market functions badly."""
        backstop = self.plan.backstop
        if backstop is None or backstop.rule.round != view.round or not backstop.rule.due(seen):
            return
        for years in backstop.buckets:
            purchase = self._of_years(view, True, backstop.rule.face, years)
            yield replace(purchase, discount_bp=backstop.discount_bp, single_price=backstop.single_price)

    def _in_place_of(self, buyback: Buyback, view: View) -> Outright:
        """Return the purchase that stands for an announced buyback, within the Fed's own limit by security."""
        share, room = self.plan.cap_share, self.room(view)
        limit = room if share >= 1 else np.minimum(room, np.floor(share * view.outstanding).astype(np.int64))
        return Outright(replace(buyback, eligible=buyback.eligible & (limit >= MULTIPLE)), True, limit)

    def room(self, view: View) -> Int:
        """Return the face that the Fed may still buy of each security (S,), its trades on the way counted."""
        part, whole = LARGEST_SHARE
        return np.asarray(np.maximum(view.outstanding * part // whole - self.position, 0))

    # ---- which -----------------------------------------------------------------------------------
    def choose(self, lines: NDArray[Any], operation: Outright, view: View, fitted_bp: Float) -> Int:
        """Accept the cheapest offers, or the dearest bids, against curve and market up to the maximum."""
        if not len(lines):
            return np.zeros(0, np.int64)
        market, fitted = view.price(view.composite_bp), view.price(fitted_bp)
        if operation.discount_bp is not None:
            discount = discounts_bp(lines, fitted, view.dv01)
            return accepted_below(discount, lines, operation.discount_bp, operation.limit, operation.terms.maximum)
        if not operation.buys:
            return dearest(lines, market, fitted, view.dv01, operation, self.plan.reserve_bp)
        how = self.plan.curve_weight, operation.limit, self.plan.reserve_bp
        return evaluate(lines, market, fitted, view.dv01, operation.terms, *how).accepted


def seasoned(view: View, years: tuple[float, float]) -> Bool:
    """Return which issued notes and bonds off the run lie in a range of remaining maturity (S,)."""
    s = view.securities
    inside = (view.years > LEAST_YEARS) & (view.years >= years[0]) & (view.years <= years[1])
    alive = view.tradable & (view.outstanding > 0) & np.isfinite(view.composite_bp)
    return np.asarray(s.of(Kind.NOTE, Kind.BOND) & inside & alive & ~view.on_the_run)
