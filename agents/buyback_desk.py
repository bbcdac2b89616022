"""The Treasury's buyback desk: it lists what may be offered, and decides what is bought; the debt office pays.

Modes. *Programme*: announced multiple-price reverse auctions, judged by the New York Fed on the Treasury's behalf
against a fitted curve and the market, and price-sensitive. *Committed*: the same, but the best offers are taken up to
the maximum whatever they score. *Placebo*: everything is announced and nothing bought. *Standing*: no operations;
``StandingDesk`` rests bids in the books of off-the-run issues. A standing facility that also sells is left out: what
was bought is extinguished, and selling would be an issue outside the auctions.

Lists of the published calendar are taken as they were. A list made by rule (``market.buyback.eligible``: kinds and
maturities of the bucket, least float, the Fed's largest share) spares the two newest issues of each term, the newest
TIPS of each, and on request what is cheapest to deliver into a future or scarce in repo; each reason is recorded. A
target of the most illiquid tenth keeps, of any list, the securities of lowest turnover (``most_illiquid``); turnover by
CUSIP is reported to the official sector (TRACE), and is in no view. Source: TreasuryDirect, Buyback FAQs.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from agents.institution import Institution
from market.apportion import first_come
from market.buyback import BUCKETS, MULTIPLE, STANDING, Listing, evaluate, reasons
from market.futures_cycle import cycle_on, grades_on
from market.messages import Buyback, Quotes
from market.securities import Kind
from market.units import POINT_E8, Bool, Float, Int
from market.view import View

NEWEST_RANKS = (0, 1)  # of an original term: spared by rule
STILL_SOLD_DAYS = 400  # since the newest issue of a term of TIPS: the 20-year is sold no more
TARGET_SHARE = 0.1  # of a list: the most illiquid tenth
FORGOTTEN_A_DAY = 0.05  # of the turnover that the desk remembers: about a month [SPEC]


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
    """The standing facility: how far below fitted value it bids, and how much face it takes of a security a day, a day
    and in all; in which buckets.
    """

    haircut_bp: float = 2.0
    size: int = 0
    daily: int = 0
    total: int = 0
    buckets: tuple[str, ...] = tuple(BUCKETS)


@dataclass(frozen=True, slots=True)
class BuybackRules:
    """How the desk buys; ``cap_share`` of a security's outstanding face is the most of it that an operation (a standing
    facility in a day) takes, 1 being no cap.
    """

    mode: str = "programme"  # programme, committed, standing, placebo or off
    price_sensitive: bool = True
    reserve_bp: float = -0.5
    curve_weight: float = 0.5
    cap_share: float = 1.0
    spare_deliverable: bool = False
    spare_special_bp: float = 0.0  # fee in repo above which a security is scarce; 0 spares none
    only_illiquid: bool = False
    standing: StandingTerms = StandingTerms()


class BuybackDesk(Institution):
    """Announces operations and decides on offers, for the Treasury's account."""

    account = "Treasury"
    sector = "Treasury"
    official = True

    def __init__(self, model: Any, operations: Sequence[PlannedBuyback], rules: BuybackRules, **keywords: Any) -> None:
        super().__init__(model, name="Buyback desk", **keywords)
        self.carry_out(operations, rules)

    def carry_out(self, operations: Sequence[PlannedBuyback], rules: BuybackRules) -> None:
        """Take a calendar and rules, before any of it was announced; the rules must need this class of desk."""
        self.rules = rules
        self._to_come = sorted(operations, key=lambda planned: planned.announced_day)

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
        listed = why == Listing.LISTED
        aimed, rules = self.targeted(listed, view), self.rules
        return Buyback(
            planned.day,
            planned.round,
            planned.bucket,
            planned.maximum,
            aimed,
            rules.price_sensitive and rules.mode != "committed",
            rules.reserve_bp,
            planned.purpose,
            np.where(listed & ~aimed, Listing.UNTARGETED, why),
        )

    def by_rule(self, bucket: str, view: View) -> Bool:
        """Return what a bucket lists by rule (S,)."""
        return np.asarray(self.reasons(bucket, view) == Listing.LISTED)

    def reasons(self, bucket: str, view: View) -> Int:
        """Return of each security why the rule lists it in a bucket or does not (S,): ``market.buyback.Listing``."""
        newest = (view.rank >= NEWEST_RANKS[0]) & (view.rank <= NEWEST_RANKS[-1])
        excluded = {Listing.NEWEST: newest | newest_indexed(view)}
        if self.rules.spare_deliverable:
            excluded[Listing.DELIVERABLE] = cheapest_to_deliver(view)
        if self.rules.spare_special_bp > 0:
            excluded[Listing.SPECIAL] = self.model.special_bp > self.rules.spare_special_bp
        return reasons(bucket, view.securities, view.settle_date, excluded, view.outstanding, view.soma)

    def targeted(self, listed: Bool, view: View) -> Bool:
        """Return which of a list are the target: all of them."""
        return listed

    def caps(self, view: View) -> Int | None:
        """Return the most face taken of each security (S,), or None without a cap."""
        share = self.rules.cap_share
        return None if share >= 1 else np.floor(share * view.outstanding).astype(np.int64)

    def accept(self, offers: NDArray[Any], buyback: Buyback, view: View, fitted_bp: Float) -> tuple[Int, Float]:
        """Accept the cheapest offers against curve and market, up to the maximum; a placebo accepts none."""
        if not len(offers):
            return np.zeros(0, np.int64), np.zeros(0)
        market, fitted = view.price(view.composite_bp), view.price(fitted_bp)
        weight = self.rules.curve_weight
        result = evaluate(offers, market, fitted, view.dv01, buyback, weight, self.caps(view))
        accepted = np.zeros_like(result.accepted) if self.rules.mode == "placebo" else result.accepted
        return accepted, result.score_bp


class WatchingDesk(BuybackDesk):
    """Studies each close: it keeps its own curve and the turnover of each security, and tells nobody."""

    def __init__(self, model: Any, operations: Sequence[PlannedBuyback], rules: BuybackRules, **keywords: Any) -> None:
        super().__init__(model, operations, rules, **keywords)
        n = len(model.securities)
        self._fitted_bp: Float = np.full(n, np.nan)
        self._turnover: Float = np.zeros(n)

    def study(self, fitted_bp: Float, traded_face: Int, view: View) -> None:
        """Take in the close: its fitted yields, and what traded today (S,). A curve of the burn-in is not kept."""
        self._turnover = self._turnover + FORGOTTEN_A_DAY * (traded_face - self._turnover)
        if view.day >= 0:
            self._fitted_bp = fitted_bp

    def targeted(self, listed: Bool, view: View) -> Bool:
        """Return which of a list are the target: all, or the most illiquid tenth."""
        return most_illiquid(listed, self._turnover, view.outstanding) if self.rules.only_illiquid else listed


class StandingDesk(WatchingDesk):
    """Rests bids in the books of eligible off-the-run issues, at the fitted yield of the last close plus a haircut.

    The yield holds all day, whatever happens: that is the commitment. The budget goes first to where the composite
    stands cheapest against the curve. Half of what is left is shown at a time: a bid may be hit while it is being
    replaced, and both together stay inside the budget. There are no bids on the first day, which has no close before.
    """

    def __init__(self, model: Any, operations: Sequence[PlannedBuyback], rules: BuybackRules, **keywords: Any) -> None:
        super().__init__(model, operations, rules, **keywords)
        self._spent = 0  # face bought on the days before

    def facility(self, view: View) -> Buyback:
        """Return today's terms in the form of an operation: bucket, budget of the day, list."""
        listed = self.daily("standing list", lambda: self._list(view))
        terms = self.rules.standing
        maximum = min(terms.daily, terms.total - self._spent) if listed.any() else 0
        return Buyback(view.date, 0, STANDING, maximum, listed, price_sensitive=False)

    def _list(self, view: View) -> Bool:
        """Return which securities it bids for today (S,)."""
        listed = np.zeros(len(view.securities), np.bool_)
        for bucket in self.rules.standing.buckets:
            listed |= self.by_rule(bucket, view)
        listed &= ~view.on_the_run & view.tradable & np.isfinite(self._fitted_bp)
        return self.targeted(listed, view)

    def bid_price(self, view: View) -> Float:
        """Return the clean price in points at which it bids: fitted value less the haircut (S,)."""
        return view.price(self._fitted_bp + self.rules.standing.haircut_bp)

    def quote(self, view: View) -> Quotes:
        """Show the bids, and no offers."""
        none = np.zeros(len(view.securities), np.int64)
        if view.day < 0:
            return Quotes(none + np.nan, none + np.nan, none, none)
        return Quotes(self.bid_price(view), none + np.nan, self._shown(view), none)

    def _shown(self, view: View) -> Int:
        """Return the face to bid for (S,): half of what is left of each limit, in whole millions."""
        today, bought = self.facility(view), self._bought_today()
        most = np.full(len(bought), self.rules.standing.size)
        caps = self.caps(view)
        most = most if caps is None else np.minimum(most, caps)
        asked = np.where(today.eligible & np.isfinite(view.composite_bp), _half(most - bought), 0)
        left = np.array([_half(np.int64(today.maximum - bought.sum()))])
        cheapest = np.argsort(-np.nan_to_num(view.composite_bp - self._fitted_bp), kind="stable")
        return first_come(asked, np.zeros(len(asked), np.int64), left, cheapest)

    def _bought_today(self) -> Int:
        """Return the face that its bids bought today (S,), as its own confirmations say."""
        trades = self.model.tape.bought_in_books(int(self.row))
        bought = np.zeros(len(self.model.securities), np.int64)
        np.add.at(bought, trades["security"], trades["face"])
        return bought

    def score(self, security: Int, price_e8: Int, view: View) -> Float:
        """Return how cheap purchases were against the curve that they were bid by, in bp."""
        fitted = view.price_of(security, self._fitted_bp[security])
        return np.asarray((fitted - price_e8 / POINT_E8) / view.dv01[security])

    def study(self, fitted_bp: Float, traded_face: Int, view: View) -> None:
        """Count what was spent, then take in the close."""
        self._spent += int(self._bought_today().sum())
        super().study(fitted_bp, traded_face, view)


def desk_kind(rules: BuybackRules) -> type[BuybackDesk]:
    """Return the class of desk that the rules need."""
    if rules.mode == "standing":
        return StandingDesk
    return WatchingDesk if rules.only_illiquid else BuybackDesk


def most_illiquid(listed: Bool, turnover: Float, outstanding: Int) -> Bool:
    """Return the tenth of a list, rounded up, with the lowest turnover for its face (S,); ties: the lower column."""
    places = np.flatnonzero(listed)
    per_face = turnover[places] / np.maximum(outstanding[places], 1)
    chosen = np.zeros(len(listed), np.bool_)
    chosen[places[np.argsort(per_face, kind="stable")[: int(np.ceil(TARGET_SHARE * len(places)))]]] = True
    return chosen


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

    At composite prices and the last repo rate (``market.futures_cycle``), whether or not futures are traded.
    """
    s = view.securities
    grades = grades_on(s, s.coupon_e3, view.outstanding, view.settle_date, cycle_on(view.settle_date))
    repo_bp = view.funding_bp if np.isfinite(view.funding_bp) else view.rates.iorb
    best = grades.cheapest(grades.forwards(view.price(view.composite_bp), repo_bp))
    chosen = np.zeros(len(s), np.bool_)
    chosen[grades.place[best[best >= 0]]] = True
    return chosen


def _half(face: Any) -> Any:
    """Return half of what is left, in whole millions, never below zero."""
    return np.maximum(face, 0) // (2 * MULTIPLE) * MULTIPLE
