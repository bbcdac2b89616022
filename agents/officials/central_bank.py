"""The Fed: it sets its rates by date, redeems under its caps, rolls over the rest, and reports what comes from outside.

Caps and rates are values with dates. Levels of currency, other assets and liabilities and of the foreign repo pool are
published levels of Wednesdays, moved to on that day (or the next business day). Mortgage securities are among the other
assets; what they bring in above their cap buys Treasuries at the auctions of the month after, as add-ons.

Where the debt limit keeps an auction from being held on its day, its part of the roll-over goes to the auctions of
the same issue day and class that are still to be held, by their sizes, as add-ons are shared by what is announced; if
there are none, it is redeemed in cash, on top of the cap. A coupon auction that is put off takes part in what matures
on its new issue day. Source of the shares: New York Fed, Treasury Rollovers FAQ; that what finds no auction is repaid
in cash follows from roll-overs being bids at auction, and is our reading.
Source: H.4.1; New York Fed, Treasury Rollovers FAQ.
"""

from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import Any

import numpy as np

from agents.institution import Institution
from agents.officials.reinvestment import above_cap, month_before, month_of, part_of, redeemed_share, rolled
from market.accounts.instruments import Money
from market.bonds.price_index import RATIO_ONE_E5, index_ratio_e5
from market.bonds.securities import Kind
from market.books.messages import Auction, FactorLevels, Rollover
from market.calendar import roll_forward
from market.futures.contracts import first_of_month
from market.units import Bool, Int
from market.view import PolicyRates, View

Key = tuple[int, int]


@dataclass(frozen=True, slots=True)
class FedPlan:
    """What the Fed was given to carry out.

    ``caps`` are (first day, face a month) in order of days, ``rates`` (first day, rates) likewise; ``expected`` the
    policy rate in bp that guidance leads the market to expect, by day number; ``factors`` dated levels; ``calendar``
    all auctions to come, whose announced sizes share out the roll-over; ``redeemed`` the face that was redeemed before
    the start, by month. ``roll_all`` rolls everything (a world at rest). ``mortgages`` is the principal that mortgage
    securities repay by month, in units of face, ``mortgage_caps`` (first day, face a month) what of it runs off.
    """

    caps: tuple[tuple[int, int], ...] = ()
    rates: tuple[tuple[int, PolicyRates], ...] = ()
    expected: Mapping[int, float] = field(default_factory=dict)
    factors: Mapping[int, FactorLevels] = field(default_factory=dict)
    calendar: tuple[Auction, ...] = ()
    redeemed: Mapping[tuple[int, int], int] = field(default_factory=dict)
    roll_all: bool = False
    mortgages: Mapping[tuple[int, int], int] = field(default_factory=dict)
    mortgage_caps: tuple[tuple[int, int], ...] = ()

    def mortgages_above_cap(self, month: tuple[int, int]) -> int:
        """Return the face that a month's mortgage principal puts into Treasuries; its cap is that of the first day."""
        return above_cap(self.mortgages.get(month, 0), _in_force(self.mortgage_caps, first_of_month(*month)))


class CentralBank(Institution):
    """Carries out the plan from the Fed's account."""

    account = "Federal Reserve"
    sector = "Federal Reserve"
    money = Money.RESERVES
    official = True

    def __init__(self, model: Any, plan: FedPlan, **keywords: Any) -> None:
        super().__init__(model, name="Fed", **keywords)
        self.plan = plan
        self._reported = -(10**9)
        self._months: dict[tuple[int, int], tuple[int, int]] = {}
        self._added: dict[tuple[int, bool], dict[Key, int]] = {}  # by issue day and class: add-ons by auction

    def rates(self, date: int) -> PolicyRates:
        """Return the administered rates in force on a day."""
        days = [day for day, _ in self.plan.rates]
        rates = self.plan.rates[max(bisect_right(days, date) - 1, 0)][1]
        expected = self.plan.expected.get(date, rates.expected)
        return replace(rates, expected=expected)

    def factors(self, date: int) -> FactorLevels | None:
        """Return the latest levels that were not reported yet."""
        due = [day for day in self.plan.factors if self._reported < day <= date]
        if not due:
            return None
        self._reported = date
        return self.plan.factors[max(due)]

    # ---- roll-over -------------------------------------------------------------------------------
    def addon(self, auction: Auction, view: View) -> int:
        """Return its add-on: this auction's part of what it rolls on the issue day, and of mortgage principal."""
        return self._maturities_rolled(auction, view) + self._mortgages_rolled(auction)

    def _mortgages_rolled(self, auction: Auction) -> int:
        """Return its part of last month's mortgage principal above the cap, among all auctions of the month."""
        month = month_of(auction.issue_day)
        amount = self.plan.mortgages_above_cap(month_before(month))
        if not amount:
            return 0
        sizes = [a.offering for a in self.plan.calendar if month_of(a.issue_day) == month]
        return part_of(amount, self._planned(auction), sum(sizes))

    def _planned(self, auction: Auction) -> int:
        """Return the size that the calendar foresees for an auction: announced sizes may move, shares do not."""
        return next((a.offering for a in self.plan.calendar if self._same(a, auction)), auction.offering)

    def _maturities_rolled(self, auction: Auction, view: View) -> int:
        """Return this auction's part of what matures on the issue day and is rolled."""
        s = view.securities
        bills = bool(s.kind[auction.security] == Kind.BILL)
        same = s.of(Kind.BILL) == bills
        due = same & (np.asarray(roll_forward(s.maturity_day)) == auction.issue_day) & (view.soma > 0)
        if not due.any():
            return 0
        amount = self._rolled(view, due, bills)
        taken = self._added.setdefault((auction.issue_day, bills), {})
        taken[_key(auction)] = 0
        sizes = self._sizes(view, auction.issue_day, bills)
        own, on = sizes.setdefault(_key(auction), auction.offering), sizes.keys() - self._market.withdrawn
        left = amount - sum(taken.values())
        if len(on) < len(sizes):  # others take the part of what is not held
            part = part_of(left, own, sum(sizes[key] for key in on | {_key(auction)} if not taken.get(key)))
        else:
            part = part_of(amount, own, sum(sizes.values()))
        taken[_key(auction)] = min(part, left)
        return taken[_key(auction)]

    def _sizes(self, view: View, issue_day: int, bills: bool) -> dict[Key, int]:
        """Return the sizes that the calendar foresees of bills, or coupons, issued on a day."""
        bill = view.securities.of(Kind.BILL)
        of_day = [a for a in self.plan.calendar if a.issue_day == issue_day and bill[a.security] == bills]
        return {_key(a): a.offering for a in of_day}

    def rollovers(self, view: View) -> list[Rollover]:
        """Return what it is repaid this morning and what it rolled of that, by class."""
        s, out = view.securities, []
        matures = (np.asarray(roll_forward(s.maturity_day)) == view.date) & (view.soma > 0)
        for bills in (True, False):
            due = matures & (s.of(Kind.BILL) == bills)
            if due.any():
                taken, planned = self._added.get((view.date, bills), {}), self._sizes(view, view.date, bills)
                wanted, rolled_face = self._rolled(view, due, bills), sum(taken.values())
                missed = tuple(key for key in planned if key not in taken)
                out.append(Rollover(bills, self._principal(view, due), wanted, rolled_face, (*planned,), missed))
        return out

    @staticmethod
    def _same(a: Auction, b: Auction) -> bool:
        return _key(a) == _key(b)

    def _rolled(self, view: View, due: Bool, bills: bool) -> int:
        """Return what is rolled of securities repaid on one day: a cap is of the month in which they mature."""
        days = view.securities.maturity_day
        total = 0
        for month in sorted({month_of(day) for day in days[due].tolist()}):
            inside = due & _of_month(days, month)
            total += rolled(self._principal(view, inside), self._redeemed(view, int(days[inside].max()), bills))
        return total

    def _redeemed(self, view: View, day: int, bills: bool) -> Fraction:
        """Return the share redeemed of what matures on ``day``; a month's totals are fixed at the first look."""
        if self.plan.roll_all:
            return Fraction(0)
        month = month_of(day)
        if month not in self._months:
            self._months[month] = self._maturing(view, month)
        coupons, short = self._months[month]
        left = max(self._cap(day) - self.plan.redeemed.get(month, 0), 0)
        return redeemed_share(left, coupons, short, bills)

    def _maturing(self, view: View, month: tuple[int, int]) -> tuple[int, int]:
        """Return the principal of coupons and of bills of the portfolio that are still to mature in a month."""
        bill, inside = view.securities.of(Kind.BILL), _of_month(view.securities.maturity_day, month)
        return self._principal(view, inside & ~bill), self._principal(view, inside & bill)

    def _principal(self, view: View, inside: Bool) -> int:
        """Return what is repaid to it at maturity, in units of face: TIPS with their inflation compensation."""
        s, tips = view.securities, inside & view.securities.of(Kind.TIPS) & (view.soma > 0)
        par = int(view.soma[inside & ~tips].sum())
        if not tips.any():
            return par
        reference = self._market.premises.index.reference_e5(s.maturity_day[tips])
        ratio = np.maximum(index_ratio_e5(reference, s.index_base_e5[tips]), RATIO_ONE_E5)
        return par + int((view.soma[tips] * ratio // RATIO_ONE_E5).sum())

    def _cap(self, day: int) -> int:
        return _in_force(self.plan.caps, day)


def _key(auction: Auction) -> Key:
    """Return what names an auction in the calendar: its security and its day."""
    return auction.security, auction.auction_day


def _in_force(caps: tuple[tuple[int, int], ...], day: int) -> int:
    """Return the cap of a day; before the first, more than anything."""
    place = bisect_right([since for since, _ in caps], day) - 1
    return caps[place][1] if place >= 0 else 2**62


def _of_month(days: Int, month: tuple[int, int]) -> Bool:
    """Return which day numbers lie in a calendar month."""
    months = days.astype("datetime64[D]").astype("datetime64[M]")
    return np.asarray(months == np.datetime64(f"{month[0]:04d}-{month[1]:02d}", "M"))
