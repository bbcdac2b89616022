"""The desk of the debt office that keeps it under the debt limit.

Every announcement is held against the debt projected for each business day on which the new issue is alive, at most
``AHEAD_DAYS`` ahead. Coupons come first, "regular and predictable": what does not fit is postponed, in order, and
nothing overtakes it. Bills are cut to what is left, in whole billions, those of one issue day by the same share; less
than one billion is not sold: bills are paid down. Measures are used before cash; cash then pays what issuing does not,
and when it is gone too, debt service is paid and other outlays wait: that is the default that is flagged. They are
paid as soon as there is cash. Receipts and outlays are known net only: what waits is bounded by nothing. Source:
CRS, Federal Debt and the Statutory Limit; CBO, February 2023 and March 2025.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from agents.officials.debt_limit import (
    FREE,
    Issue,
    LimitPlan,
    coupon_table_e8,
    face_cents,
    projected_cents,
    rolled_cents,
    shares,
    spending_cents,
    x_day,
)
from market.accounts.instruments import FED, TREASURY
from market.bonds.price_index import RATIO_ONE_E5, PriceIndex, index_ratio_e5
from market.bonds.securities import Kind, Securities
from market.books.messages import TRADES, Auction, LimitLevels
from market.calendar import business_days, next_business_day
from market.units import CENTS_PER_FACE, FACE_PER_BILLION, Int
from market.view import View

AHEAD_DAYS = 35  # calendar days for which room must be there: a month of auctions is known; a guess
ROUNDING = 1_000  # awards may exceed an offering by one part in this many


class LimitDesk:
    """Carries out a plan of the limit: it remembers what is postponed, what is not paid, and the other debt."""

    def __init__(self, plan: LimitPlan, index: PriceIndex, securities: Securities) -> None:
        self.plan, self.index, self.securities = plan, index, securities  # those to come in full, as it issues them
        self.other_cents: int | None = None  # subject debt that is not marketable, known from the reinstatement on
        self.unpaid_cents = 0
        self.cash_at_resolution: int | None = None
        self.postponed: list[Auction] = []
        self.withdrawn: set[tuple[int, int]] = set()  # security, auction day: not held then

    # ---- announcements ---------------------------------------------------------------------------
    def fit(
        self, today: Sequence[Auction], waiting: Sequence[Auction], unsettled: Sequence[NDArray[Any]], view: View
    ) -> tuple[list[Auction], dict[int, int]]:
        """Return today's auctions as far as they fit, and the face cut from bills by issue day.

        ``waiting`` are those of the calendar still to be announced, ``unsettled`` the trades that are not settled.
        """
        self._calibrate(view)
        bill = view.securities.kind == Kind.BILL
        coming = [*_held(unsettled), *(_issue(a) for a in view.auctions)]
        coupons = [_fresh(a, view.date) for a in (*self.postponed, *(a for a in today if not bill[a.security]))]
        kept, self.postponed = self._coupons_first(coupons, coming, view)
        ahead = [_issue(_fresh(a, view.date)) for a in self.postponed]
        ahead += [_issue(a) for a in waiting if not bill[a.security]]
        self._tell(kept, self.postponed)
        bills, others = [a for a in today if bill[a.security]], [a for a in waiting if bill[a.security]]
        cut: dict[int, int] = {}
        for place, auction in enumerate(bills):
            size = self._bill_size(auction, [*bills[place + 1 :], *others], [*coming, *ahead], view)
            cut[auction.issue_day] = cut.get(auction.issue_day, 0) + auction.offering - size
            self._tell([auction] if size else [], [] if size else [auction])
            if size:
                kept.append(replace(auction, offering=size, beyond=min(auction.beyond, size)))
                coming.append(_issue(kept[-1]))
        return kept, cut

    def _tell(self, held: list[Auction], withdrawn: list[Auction]) -> None:
        """Remember which auctions will not be held on their days."""
        self.withdrawn |= {(a.security, a.auction_day) for a in withdrawn}
        self.withdrawn -= {(a.security, a.auction_day) for a in held}

    def _coupons_first(
        self, coupons: list[Auction], coming: list[Issue], view: View
    ) -> tuple[list[Auction], list[Auction]]:
        """Return the coupon auctions that fit, up to the first that does not, and the rest; note them as coming."""
        for place, auction in enumerate(coupons):
            room = self.room_face(auction, coming, view)
            if room is not None and auction.offering > room:
                return coupons[:place], coupons[place:]
            coming.append(_issue(auction))
        return coupons, []

    def _bill_size(self, auction: Auction, rivals: list[Auction], coming: list[Issue], view: View) -> int:
        """Return what can be sold of a bill, sharing the room with the bills of the same issue day still to come."""
        room = self.room_face(auction, coming, view)
        if room is None:
            return auction.offering
        sizes = [auction.offering, *(a.offering for a in rivals if a.issue_day == auction.issue_day)]
        part = shares(room, np.array(sizes, np.float64))
        return auction.offering if auction.offering <= part else part // FACE_PER_BILLION * FACE_PER_BILLION

    def room_face(self, auction: Auction, coming: Sequence[Issue], view: View) -> int | None:
        """Return the face that fits while an issue is alive, given what else is coming; None if nothing limits it."""
        s, plan = self.securities, self.plan
        last = min(int(s.maturity_day[auction.security]) - 1, auction.issue_day + AHEAD_DAYS)
        days = business_days(auction.issue_day, last)
        room = np.array([plan.room(int(day), view.date) for day in days], np.int64)
        if auction.issue_day <= plan.reinstated or not len(days) or room.min() == FREE:
            return None
        left = room - self._gross_cents(days, coming, view) - plan.margin_cents
        ratio = index_ratio_e5(self.index.reference_e5(days), s.index_base_e5[auction.security])
        face = left // CENTS_PER_FACE * RATIO_ONE_E5 // np.maximum(ratio, RATIO_ONE_E5)
        return max(int(face.min()) * ROUNDING // (ROUNDING + 1), 0)

    def spare_face(self, waiting: Sequence[Auction], unsettled: Sequence[NDArray[Any]], view: View) -> int | None:
        """Return the face of nominal debt that fits from the next settlement on, after all that is to be auctioned."""
        longest = int(np.argmax(np.where(view.securities.of(Kind.NOTE, Kind.BOND), view.securities.maturity_day, 0)))
        new = Auction(longest, view.date, view.date, view.settle_date, 0, 0, False)
        sold = [*view.auctions, *(_fresh(a, view.date) for a in (*self.postponed, *waiting))]
        return self.room_face(new, [*_held(unsettled), *map(_issue, sold)], view)

    def _gross_cents(self, days: Int, coming: Sequence[Issue], view: View) -> Int:
        """Return subject debt with measures undone at the close of days (T,)."""
        s, today = self.securities, view.date
        first = max(today, self.plan.reinstated)
        wanted = np.append(first, days)
        debt = projected_cents(wanted, view.outstanding, coming, s, self.index)
        debt = debt + rolled_cents(wanted, today, view.soma, s, self.index)
        other = self.plan.debt_cents - int(debt[0]) if self.other_cents is None else self.other_cents
        return np.asarray(other + debt[1:])

    def _calibrate(self, view: View) -> None:
        """On the day of reinstatement the rest of the published total is other debt, from then on a level."""
        if self.other_cents is None and view.date >= self.plan.reinstated:
            self.other_cents = self.plan.debt_cents - sum(self._marketable(view))

    def _marketable(self, view: View) -> tuple[int, int]:
        return face_cents(view.outstanding, self.securities, self.index, np.array([view.date]))

    # ---- cash --------------------------------------------------------------------------------------
    def wanted_cash(self, published: int | None, last_date: int, today: int, cash_cents: int) -> int | None:
        """Return the cash wanted at the last close: as planned, but on the path of the rebuild until it is there.

        Where cash has fallen behind the path it is wanted back at the weekly pace, not at once.
        """
        plan = self.plan
        if not plan.resolved_by(today):
            return published
        if self.cash_at_resolution is None:
            self.cash_at_resolution = cash_cents
        path = plan.cash_path(self.cash_at_resolution, last_date)
        wanted = path if path < plan.target_cents or published is None else published
        return min(wanted, cash_cents + plan.weekly_cents)

    def payable(self, receipts_cents: int, cash_cents: int) -> int:
        """Return receipts less outlays that can be made: never more than there is; what waits is paid when it can."""
        wanted = receipts_cents - self.unpaid_cents
        paid = max(wanted, -cash_cents)
        self.unpaid_cents = paid - wanted
        return paid

    # ---- what it publishes ---------------------------------------------------------------------------
    def levels(self, view: View, cash_cents: int, floating_rate_bp: float) -> LimitLevels | None:
        """Return the day's figures at the close, None before the reinstatement."""
        if self.other_cents is None:
            return None
        plan, day = self.plan, view.date
        face, inflation = self._marketable(view)
        gross, limit = face + inflation + self.other_cents, plan.limit(day)
        used = 0 if limit is None else min(max(gross - limit, 0), plan.available(day))
        return LimitLevels(
            subject_cents=gross - used,
            other_cents=self.other_cents,
            inflation_cents=inflation,
            limit_cents=limit,
            used_cents=used,
            left_cents=plan.available(day) - used,
            cash_cents=cash_cents,
            unpaid_cents=self.unpaid_cents,
            x_day=None if limit is None else self._x_day(view, gross, cash_cents, floating_rate_bp),
            default=self.unpaid_cents > 0 or (limit is not None and gross - used > limit),
        )

    def _x_day(self, view: View, gross: int, cash_cents: int, floating_rate_bp: float) -> int | None:
        """Estimate when cash and measures are gone if the limit of today stays; None: not in the outlook."""
        plan, s, today = self.plan, self.securities, view.date
        limit = plan.limit(today)
        if limit is None:
            return None
        days = np.array([day for day in sorted(plan.outlook) if day > today], np.int64)
        coupons = coupon_table_e8(s, today, days, floating_rate_bp)
        spent = spending_cents(plan, days, today, coupons, view)
        room = np.array([limit + plan.available(int(day)) - gross for day in days], np.int64)
        return x_day(cash_cents - self.unpaid_cents, room, spent, days)


def _held(unsettled: Sequence[NDArray[Any]]) -> list[Issue]:
    """Return what was awarded to the public and is not issued yet; the Fed's part is in what it is repaid."""
    trades = np.concatenate([np.zeros(0, TRADES), *unsettled])
    mine = trades[(trades["seller"] == TREASURY) & (trades["buyer"] != FED)]
    return [(int(t["security"]), int(t["settle_day"]), int(t["face"])) for t in mine]


def _issue(auction: Auction) -> Issue:
    """Return the most that an auction issues to the public."""
    return auction.security, auction.issue_day, auction.offering + auction.offering // ROUNDING + 1


def _fresh(auction: Auction, today: int) -> Auction:
    """Return a postponed auction with days that are not past: announced today, held and issued the days after."""
    if auction.auction_day >= today:
        return auction
    held = int(next_business_day(today))
    issued = max(auction.issue_day, int(next_business_day(held)))
    return replace(auction, announced_day=today, auction_day=held, issue_day=issued)
