"""The Treasury's buyback desk: it lists what may be offered, and decides what is bought; the debt office pays.

Modes. *Programme*: announced multiple-price reverse auctions, judged by the New York Fed on the Treasury's behalf
against a fitted curve and the market, and price-sensitive. *Committed*: the same, but the best offers are taken up to
the maximum whatever they score. *Placebo*: everything is announced and nothing bought. *Standing*: no operations; bids,
and offers if it is two-sided, rest in the books of off-the-run issues (``agents/officials/standing_desk.py``).

Lists of the published calendar are taken as they were. A list made by rule (``market.auctions.buyback.reasons``: kinds
and maturities of the bucket, least float, the Fed's largest share) spares the two newest issues of each term, the
newest TIPS of each, and on request what is cheapest to deliver into a future or scarce in repo; each reason is
recorded. A target of the most illiquid tenth keeps, of any list, the securities of lowest turnover
(``most_illiquid``); turnover by CUSIP is reported to the official sector (TRACE), and is in no view. Source:
TreasuryDirect, Buyback FAQs.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from agents.institution import Institution
from market.auctions.buyback import BUCKETS, RESERVE_BP, Listing, evaluate, reasons
from market.auctions.drawn_lists import drawn_half
from market.bonds.securities import Kind
from market.books.messages import Buyback
from market.futures.cycle import cycle_on, grades_on
from market.units import Bool, Float, Int
from market.view import View

NEWEST_RANKS = (0, 1)  # of an original term: spared by rule
STILL_SOLD_DAYS = 400  # since the newest issue of a term of TIPS: the 20-year is sold no more
TARGET_SHARE = 0.1  # of a list: the most illiquid tenth
FORGOTTEN_A_DAY = 0.05  # of the turnover that the desk remembers: about a month; a guess


@dataclass(frozen=True, slots=True)
class PlannedBuyback:
    """An operation of the calendar; ``listed`` are the columns that may be offered, or None where the rule says."""

    day: int
    announced_day: int
    round: int
    bucket: str
    maximum: int
    listed: tuple[int, ...] | None
    purpose: str = "liquidity support"


@dataclass(frozen=True, slots=True)
class StandingTerms:
    """One side of the standing facility: how far from fitted value it stands, and how much face it trades of a security
    a day, a day and in all.
    """

    haircut_bp: float = 2.0
    size: int = 0
    daily: int = 0
    total: int = 0


@dataclass(frozen=True, slots=True)
class BuybackRules:
    """How the desk buys; ``cap_share`` of a security's outstanding face is the most of it that an operation (a standing
    facility in a day) takes, 1 being no cap.
    """

    mode: str = "programme"  # programme, committed, standing, placebo or off
    price_sensitive: bool = True
    reserve_bp: float = RESERVE_BP
    curve_weight: float = 0.5
    cap_share: float = 1.0
    spare_deliverable: bool = False
    spare_special_bp: float = 0.0  # fee in repo above which a security is scarce; 0 spares none
    only_illiquid: bool = False
    half_drawn: bool = False  # a placebo: lists drawn by lot (market.drawn_lists)
    standing: StandingTerms = StandingTerms()
    reopening: StandingTerms = StandingTerms()  # what a two-sided facility sells; a total of 0 sells nothing
    standing_buckets: tuple[str, ...] = tuple(BUCKETS)
    standing_since: int = 0  # day number of the first day of a standing facility


class BuybackDesk(Institution):
    """Announces operations and decides on offers, for the Treasury's account."""

    account = "Treasury"
    sector = "Treasury"
    official = True

    def __init__(self, model: Any, operations: Sequence[PlannedBuyback], rules: BuybackRules, **keywords: Any) -> None:
        super().__init__(model, name="Buyback desk", **keywords)
        self._turnover: Float = np.zeros(len(model.securities))
        self.carry_out(operations, rules)

    def carry_out(self, operations: Sequence[PlannedBuyback], rules: BuybackRules) -> None:
        """Take a calendar and rules, before any of it was announced; the rules must need this class of desk."""
        self.rules = rules
        self._to_come = sorted(operations, key=lambda planned: planned.announced_day)

    def study(self, traded_face: Int, view: View) -> None:
        """Remember what traded today (S,): the target may be what trades least."""
        self._turnover = self._turnover + FORGOTTEN_A_DAY * (traded_face - self._turnover)

    def announce(self, view: View) -> list[Buyback]:
        """Announce what is planned for today, and what fell on days off before it."""
        due = [planned for planned in self._to_come if planned.announced_day <= view.date]
        self._to_come = self._to_come[len(due) :]
        return [self._operation(planned, view) for planned in due]

    def _operation(self, planned: PlannedBuyback, view: View) -> Buyback:
        """Return the announcement with its list of securities: as published, or by the rule of the bucket."""
        why = self.reasons(planned.bucket, view)
        if planned.listed is not None:
            published = np.zeros(len(view.securities), np.bool_)
            published[list(planned.listed)] = True
            published &= ~view.on_the_run & (view.outstanding > 0)
            why = np.where(published, Listing.LISTED, np.where(why == Listing.LISTED, Listing.UNPUBLISHED, why))
        if self.rules.half_drawn:
            why = self._by_lot(why, planned.day)
        listed = why == Listing.LISTED
        aimed, rules = self.targeted(listed, view), self.rules
        return Buyback(
            day=planned.day,
            round=planned.round,
            bucket=planned.bucket,
            maximum=planned.maximum,
            eligible=aimed,
            price_sensitive=rules.price_sensitive and rules.mode != "committed",
            purpose=planned.purpose,
            why=np.where(listed & ~aimed, Listing.UNTARGETED, why),
        )

    def _by_lot(self, why: Int, day: int) -> Int:
        """Return reasons (S,) after the lot: it draws half of what rule or published list hold."""
        pool = (why == Listing.LISTED) | (why == Listing.UNPUBLISHED)
        drawn = drawn_half(self._market.streams, self._market.securities.cusip, day)
        return np.where(pool, np.where(drawn, Listing.LISTED, Listing.UNTARGETED), why)

    def reasons(self, bucket: str, view: View) -> Int:
        """Return of each security why the rule lists it in a bucket or does not (S,): ``market.buyback.Listing``."""
        excluded = {Listing.NEWEST: newest(view)}
        if self.rules.spare_deliverable:
            excluded[Listing.DELIVERABLE] = cheapest_to_deliver(view)
        if self.rules.spare_special_bp > 0:
            excluded[Listing.SPECIAL] = self._market.special_bp > self.rules.spare_special_bp
        return reasons(bucket, view.securities, view.settle_date, excluded, view.outstanding, view.soma)

    def targeted(self, listed: Bool, view: View) -> Bool:
        """Return which of a list are the target: all of them, or the most illiquid tenth."""
        return most_illiquid(listed, self._turnover, view.outstanding) if self.rules.only_illiquid else listed

    def caps(self, view: View) -> Int | None:
        """Return the most face taken of each security (S,), or None without a cap."""
        share = self.rules.cap_share
        return None if share >= 1 else np.floor(share * view.outstanding).astype(np.int64)

    def accept(self, offers: NDArray[Any], buyback: Buyback, view: View, fitted_bp: Float) -> tuple[Int, Float]:
        """Accept the cheapest offers against curve and market, up to the maximum; a placebo accepts none."""
        if not len(offers):
            return np.zeros(0, np.int64), np.zeros(0)
        market, fitted = view.price(view.composite_bp), view.price(fitted_bp)
        how = self.rules.curve_weight, self.caps(view), self.rules.reserve_bp
        result = evaluate(offers, market, fitted, view.dv01, buyback, *how)
        accepted = np.zeros_like(result.accepted) if self.rules.mode == "placebo" else result.accepted
        return accepted, result.score_bp


def most_illiquid(listed: Bool, turnover: Float, outstanding: Int) -> Bool:
    """Return the tenth of a list, rounded up, with the lowest turnover for its face (S,); ties: the lower column."""
    places = np.flatnonzero(listed)
    per_face = turnover[places] / np.maximum(outstanding[places], 1)
    chosen = np.zeros(len(listed), np.bool_)
    chosen[places[np.argsort(per_face, kind="stable")[: int(np.ceil(TARGET_SHARE * len(places)))]]] = True
    return chosen


def newest(view: View) -> Bool:
    """Return what is spared by rule for its age: the two newest issues of each term, the newest TIPS of each (S,)."""
    young = (view.rank >= NEWEST_RANKS[0]) & (view.rank <= NEWEST_RANKS[-1])
    return np.asarray(young | newest_indexed(view))


def newest_indexed(view: View) -> Bool:
    """Return the newest TIPS of each original term that is still sold (S,): spared by all lists of 2024."""
    s = view.securities
    alive = s.of(Kind.TIPS) & (view.outstanding > 0) & (view.settle_date - s.first_issue_day <= STILL_SOLD_DAYS)
    chosen = np.zeros(len(s), np.bool_)
    for term in np.unique(s.term_months[alive]):
        mine = np.flatnonzero(alive & (s.term_months == term))
        chosen[mine[np.argmax(s.first_issue_day[mine])]] = True
    return chosen


def cheapest_to_deliver(view: View) -> Bool:
    """Return what is cheapest to deliver into each future of the lead month (S,): the least forward price by factor.

    At composite prices and the last repo rate (``market.futures.cycle``), whether or not futures are traded.
    """
    s = view.securities
    grades = grades_on(s, s.coupon_e3, view.outstanding, view.settle_date, cycle_on(view.settle_date))
    repo_bp = view.funding_bp if np.isfinite(view.funding_bp) else view.rates.iorb
    best = grades.cheapest(grades.forwards(view.price(view.composite_bp), repo_bp))
    chosen = np.zeros(len(s), np.bool_)
    chosen[grades.place[best[best >= 0]]] = True
    return chosen
