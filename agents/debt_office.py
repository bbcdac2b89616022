"""The Treasury's debt office: it announces and sells what the calendar says, spends and taxes, and buys back old bonds.

Bills are the residual: when its cash is away from the plan (because a buyback cost more or less than planned, an
auction sold dearer), the offered size of the next bill auctions is moved, in whole billions, to bring it back within a
few days. Buybacks are the *programme* as it is: announced multiple-price reverse auctions, judged by the New York Fed
on its behalf against a fitted curve and the market, and price-sensitive. A placebo announces everything and buys
nothing. Source: economics.md 1.1, 1.3, 3.11.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from agents.institution import Institution
from market.buyback import eligible, evaluate
from market.messages import Auction, Buyback
from market.securities import Kind
from market.units import CENTS_PER_FACE, FACE_PER_MUSD, Float, Int
from market.view import View

BILLION = 1000 * FACE_PER_MUSD


@dataclass(frozen=True, slots=True)
class PlannedBuyback:
    """An operation of the calendar; ``listed`` are the columns that may be offered, or None where the rule says."""

    day: int
    announced_day: int
    round: int
    bucket: str
    maximum: int
    listed: tuple[int, ...] | None


@dataclass(frozen=True, slots=True)
class DebtPlan:
    """What the debt office was given to carry out.

    ``receipts`` are net receipts in cents by day number, ``cash_plan`` the cash in cents that it expects at the close
    by day number. A balanced budget replaces the receipts by whatever leaves the cash at its start.
    """

    auctions: tuple[Auction, ...] = ()
    buybacks: tuple[PlannedBuyback, ...] = ()
    receipts: Mapping[int, int] = field(default_factory=dict)
    cash_plan: Mapping[int, int] = field(default_factory=dict)
    balanced: bool = False
    mode: str = "programme"  # programme or placebo
    price_sensitive: bool = True
    reserve_bp: float = -0.5
    curve_weight: float = 0.5
    bills_finance: bool = True


class DebtOffice(Institution):
    """Carries out the plan from the Treasury's account."""

    account = "Treasury"
    sector = "Treasury"
    official = True

    def __init__(self, model: Any, plan: DebtPlan, **keywords: Any) -> None:
        super().__init__(model, name="Debt office", **keywords)
        self.plan = plan
        self.start_cash: int | None = None
        self.moved: dict[int, int] = {}  # face added to announced bill auctions that are not paid yet, by issue day
        self._by_day: dict[int, list[Auction | PlannedBuyback]] = {}
        listed: tuple[Auction | PlannedBuyback, ...] = (*plan.auctions, *plan.buybacks)
        for planned in listed:
            self._by_day.setdefault(planned.announced_day, []).append(planned)

    # ---- announcements ---------------------------------------------------------------------------
    def announce(self, view: View) -> list[Auction | Buyback]:
        """Announce what is planned for today, and what fell on days off before it."""
        days = [day for day in self._by_day if day <= view.date]
        today = [planned for day in sorted(days) for planned in self._by_day.pop(day)]
        out: list[Auction | Buyback] = []
        for planned in today:
            if isinstance(planned, Auction):
                out.append(self._sized(planned, view))
            elif self.plan.mode != "off":
                out.append(self._listed(planned, view))
        return out

    def _sized(self, auction: Auction, view: View) -> Auction:
        """Move the size of a bill auction by part of the gap between cash and plan, in whole billions."""
        if view.securities.kind[auction.security] != Kind.BILL or not self.plan.bills_finance:
            return auction
        gap = self._gap_face(view)
        change = round(0.5 * gap / BILLION) * BILLION
        change = max(min(change, auction.offering // 4), -(auction.offering // 4))
        self.moved[auction.issue_day] = self.moved.get(auction.issue_day, 0) + change
        return replace(auction, offering=auction.offering + change)

    def _gap_face(self, view: View) -> int:
        """Return the face of bills that would bring the cash back to the plan, less what is on its way."""
        planned = self.plan.cash_plan.get(self.model.last_date)
        if planned is None:
            return 0
        self.moved = {day: face for day, face in self.moved.items() if day > self.model.last_date}
        short = planned - self.model.treasury_cash_at_close
        return int(short) // CENTS_PER_FACE - sum(self.moved.values())

    def _listed(self, planned: PlannedBuyback, view: View) -> Buyback:
        """Return the announcement with its list of securities: as published, or by the rule of the bucket."""
        if planned.listed is None:
            newest = (view.rank >= 0) & (view.rank <= 1)
            listed = eligible(planned.bucket, view.securities, view.settle_date, newest, view.outstanding, view.soma)
        else:
            listed = np.zeros(len(view.securities), np.bool_)
            listed[list(planned.listed)] = True
            listed &= ~view.on_the_run & (view.outstanding > 0)
        plan = self.plan
        return Buyback(
            planned.day, planned.round, planned.bucket, planned.maximum, listed, plan.price_sensitive, plan.reserve_bp
        )

    # ---- money -----------------------------------------------------------------------------------
    def net_receipts(self, view: View, cash_cents: int) -> int:
        """Return the day's receipts less outlays."""
        if self.start_cash is None:
            self.start_cash = self.model.treasury_cash_at_close
        if self.plan.balanced:
            return int(self.start_cash - cash_cents)
        return int(self.plan.receipts.get(view.date, 0))

    # ---- buybacks --------------------------------------------------------------------------------
    def accept(self, offers: NDArray[Any], buyback: Buyback, view: View, fitted_bp: Float) -> tuple[Int, Float]:
        """Accept the cheapest offers against curve and market, up to the maximum; a placebo accepts none."""
        if not len(offers):
            return np.zeros(0, np.int64), np.zeros(0)
        market, fitted = view.price(view.composite_bp), view.price(fitted_bp)
        result = evaluate(offers, market, fitted, view.dv01, buyback, self.plan.curve_weight)
        accepted = result.accepted if self.plan.mode == "programme" else np.zeros_like(result.accepted)
        return accepted, result.score_bp
