"""The Treasury's debt office: it announces and sells what the calendar says, spends and taxes, and pays for buybacks.

Bills are the residual: when its cash is away from the plan (because a buyback cost more or less than planned, an
auction sold dearer), the offered size of the next bill auctions is moved, in whole billions, to bring it back within a
few days. Where coupons are to pay for buybacks, what buybacks cost is added to the nominal coupon auctions announced
over the four weeks that follow, pro rata to their sizes, in steps of $100 million (what is less waits), and bills
count it as on its way. What is beyond the calendar is in nobody's accustomed holdings: it is priced as it comes.
Where cash is to pay for buybacks, what was paid lowers the planned cash for good, and bills stay as they would be
without a programme. What is bought is up to the buyback desk. A rule of the bill share may move coupon
sizes (``coupon_shift``). Under a debt limit the limit desk has the last word on what is sold and paid. Source:
quarterly refunding statements of 2024; 31 CFR 356.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from agents.institution import Institution
from agents.officials.buyback_desk import BuybackRules, PlannedBuyback
from agents.officials.coupon_shift import CouponShift, ShiftMemory
from agents.officials.debt_limit import LimitPlan
from agents.officials.limit_desk import LimitDesk
from agents.officials.matched_financing import MatchedFinancing
from market.accounts.instruments import N_MONEY, Money
from market.bonds.securities import Kind
from market.books.messages import Auction, LimitLevels
from market.tables.record_columns import MEMO_BUYBACK
from market.units import CENTS_PER_FACE, FACE_PER_BILLION
from market.view import View

STEP = FACE_PER_BILLION // 10  # by which coupon auctions are raised for buybacks
FINANCING_DAYS = 28  # calendar days of announcements over which the cost of a buyback is spread: a guess


@dataclass(frozen=True, slots=True)
class DebtPlan:
    """What the debt office was given to carry out.

    ``receipts`` are net receipts in cents by day number, ``cash_plan`` the cash in cents that it expects at the close
    by day number. A balanced budget replaces the receipts by whatever leaves the cash at its start. ``buybacks`` are
    for the buyback desk, which has its ``rules``.
    """

    auctions: tuple[Auction, ...] = ()
    buybacks: tuple[PlannedBuyback, ...] = ()
    receipts: Mapping[int, int] = field(default_factory=dict)
    cash_plan: Mapping[int, int] = field(default_factory=dict)
    balanced: bool = False
    bills_finance: bool = True
    cash_finances: bool = False  # buybacks: the planned cash falls by what they cost
    coupons_finance: bool = False  # of buybacks
    matched_finance: bool = False  # by coupons of the maturities that were bought
    rules: BuybackRules = field(default_factory=BuybackRules)
    coupon_financed: Mapping[int, int] = field(default_factory=dict)  # cents of outlays by day, by raising coupons
    limit: LimitPlan | None = None  # a debt limit that will be reinstated
    coupon_shift: CouponShift | None = None  # moves coupon sizes with the bill share


class DebtOffice(Institution):
    """Carries out the plan from the Treasury's account."""

    account = "Treasury"
    sector = "Treasury"
    official = True
    shift: ShiftMemory | None = None  # of coupon sizes, if the rule is on
    drawn_cents = 0  # paid for buybacks out of cash that is not filled again, by the last close

    def __init__(self, model: Any, plan: DebtPlan, **keywords: Any) -> None:
        super().__init__(model, name="Debt office", **keywords)
        self.start_cash: int | None = None
        self.moved: dict[int, int] = {}  # face added to announced auctions that are not paid yet, by issue day
        self.matching = MatchedFinancing()
        self.unfinanced_cents = 0  # cost of buybacks that coupons have yet to be raised for
        self.carry_out(plan)

    def carry_out(self, plan: DebtPlan) -> None:
        """Take a plan, before any of it was announced."""
        self.plan = plan
        self.shift = None
        if plan.coupon_shift is not None:
            self.shift = ShiftMemory(plan.coupon_shift)
        if plan.limit is not None:
            self.limit_desk = LimitDesk(plan.limit, self._market.premises.index, self._market.securities)
        self._by_day: dict[int, list[Auction]] = {}
        for planned in plan.auctions:
            self._by_day.setdefault(planned.announced_day, []).append(planned)

    # ---- announcements ---------------------------------------------------------------------------
    def announce(self, view: View) -> list[Auction]:
        """Announce what is planned for today, and what fell on days off before it."""
        days = [day for day in self._by_day if day <= view.date]
        today = [planned for day in sorted(days) for planned in self._by_day.pop(day)]
        if self.plan.coupons_finance or self.plan.coupon_financed:
            bought = self._market.bought_cents_before if self.plan.coupons_finance else 0
            self.unfinanced_cents += bought + self.plan.coupon_financed.get(view.date, 0)
            today = self._raised(today, view)
        if self.plan.matched_finance:
            today = self._matched(today, view)
        today = self._shifted(today, view)
        sized = [self._sized(planned, view) for planned in today]
        if self.plan.cash_finances:
            self.drawn_cents += self._paid_this_morning()
        return sized if self.plan.limit is None else self._within_limit(sized, view)

    def _paid_this_morning(self) -> int:
        """Return the cents that settled buybacks took from the Treasury's account."""
        settled = self._market.flows.by_memo.get(MEMO_BUYBACK)
        return 0 if settled is None else -int(settled[Money.TREASURY_CASH])

    def _within_limit(self, today: list[Auction], view: View) -> list[Auction]:
        """Return today's auctions as far as their debt fits under the limit; what bills lose counts as moved."""
        waiting = [auction for day in sorted(self._by_day) for auction in self._by_day[day]]
        kept, cut = self.limit_desk.fit(today, waiting, self._market.unsettled, view)
        for day, face in cut.items():
            self.moved[day] = self.moved.get(day, 0) - face
        return kept

    def _raised(self, today: list[Auction], view: View) -> list[Auction]:
        """Raise the nominal coupon auctions among today's by their part of what is to be financed."""
        horizon = view.date + FINANCING_DAYS
        to_come = [a for day, planned in self._by_day.items() if day < horizon for a in planned]
        mine = [place for place, a in enumerate(today) if _nominal_coupon(a, view)]
        sizes = [today[place].offering for place in mine]
        base = sum(sizes) + sum(a.offering for a in to_come if _nominal_coupon(a, view))
        face, out = self.unfinanced_cents // CENTS_PER_FACE, list(today)
        for place, size in zip(mine, sizes, strict=True):
            more = face * size // base // STEP * STEP
            out[place] = _larger(today[place], more)
            self.unfinanced_cents -= more * CENTS_PER_FACE
            self.moved[today[place].issue_day] = self.moved.get(today[place].issue_day, 0) + more
        return out

    def _matched(self, today: list[Auction], view: View) -> list[Auction]:
        """Sell again, at the auctions among today's of the nearest term, the duration bought back by now."""
        settled = self._market.flows.by_memo.get(MEMO_BUYBACK)
        if settled is not None:
            self.matching.take(-settled[N_MONEY:], view)
        out = []
        for auction in today:
            more = self.matching.more(auction, view) if _nominal_coupon(auction, view) else 0
            self.moved[auction.issue_day] = self.moved.get(auction.issue_day, 0) + more
            out.append(_larger(auction, more))
        return out

    def _shifted(self, today: list[Auction], view: View) -> list[Auction]:
        """Move the nominal coupon auctions among today's by the rule of the bill share; bills count it as coming."""
        shift, s = self.shift, view.securities
        if shift is None or not today:
            return today
        shift.look(view.date, int(view.outstanding[s.of(Kind.BILL)].sum()) / int(view.outstanding.sum()))
        out = []
        for auction in today:
            more = 0
            if _nominal_coupon(auction, view):
                more = shift.moved(auction.offering, int(s.term_months[auction.security]))
                self.moved[auction.issue_day] = self.moved.get(auction.issue_day, 0) + more
            out.append(_larger(auction, more))
        return out

    def _sized(self, auction: Auction, view: View) -> Auction:
        """Move the size of a bill auction by part of the gap between cash and plan, in whole billions."""
        if view.securities.kind[auction.security] != Kind.BILL or not self.plan.bills_finance:
            return auction
        gap = self._gap_face(view)
        change = round(0.5 * gap / FACE_PER_BILLION) * FACE_PER_BILLION
        most = auction.offering // 4 // FACE_PER_BILLION * FACE_PER_BILLION
        change = max(min(change, most), -most)
        self.moved[auction.issue_day] = self.moved.get(auction.issue_day, 0) + change
        return _larger(auction, change)

    def _gap_face(self, view: View) -> int:
        """Return the face of bills that would bring the cash back to the plan, less what is on its way."""
        planned = self.plan.cash_plan.get(self._market.last_date)
        if self.plan.limit is not None:
            cash = self._market.treasury_cash_at_close
            planned = self.limit_desk.wanted_cash(planned, self._market.last_date, view.date, cash)
        if planned is None:
            return 0
        self.moved = {day: face for day, face in self.moved.items() if day > self._market.last_date}
        short = planned - self.drawn_cents - self._market.treasury_cash_at_close
        return int(short) // CENTS_PER_FACE - sum(self.moved.values())

    def withdrawn(self) -> set[tuple[int, int]]:
        """Return the auctions (security, auction day) that the debt limit kept from being held on their days."""
        return set() if self.plan.limit is None else self.limit_desk.withdrawn

    def room_to_reopen(self, view: View) -> int | None:
        """Return the face that the debt limit leaves for sales outside the auctions; None if nothing limits it."""
        if self.plan.limit is None:
            return None
        waiting = [auction for day in sorted(self._by_day) for auction in self._by_day[day]]
        return self.limit_desk.spare_face(waiting, self._market.unsettled, view)

    # ---- money -----------------------------------------------------------------------------------
    def net_receipts(self, view: View, cash_cents: int) -> int:
        """Return the day's receipts less outlays."""
        if self.start_cash is None:
            self.start_cash = self._market.treasury_cash_at_close
        if self.plan.balanced:
            return int(self.start_cash - cash_cents)
        receipts = int(self.plan.receipts.get(view.date, 0))
        return receipts if self.plan.limit is None else self.limit_desk.payable(receipts, cash_cents)

    def limit_levels(self, view: View, cash_cents: int) -> LimitLevels | None:
        """Return where it stands under the debt limit at the close, None without one."""
        if self.plan.limit is None:
            return None
        return self.limit_desk.levels(view, cash_cents, self._market.floating_rate_bp)


def _larger(auction: Auction, more: int) -> Auction:
    """Return an auction of more face, or less, than the calendar held: nobody was led to expect that."""
    return replace(auction, offering=auction.offering + more, beyond=auction.beyond + more)


def _nominal_coupon(auction: Auction, view: View) -> bool:
    return bool(view.securities.kind[auction.security] in (Kind.NOTE, Kind.BOND))
