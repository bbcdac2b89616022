"""End investors: they hold the debt, want more of what yields more, and trade for reasons of their own.

An investor wants its accustomed share of each security's anticipated supply, tilted by yields:

    wanted(s) = share(s) anticipated(s) (1 + tilt),   tilt from the deviation of the composite from its pattern, less
                                                      what the investor's own news explains

and goes part of the way once a day, at an hour of its own (``rebalance``). Besides, it trades for liquidity
(``needs``): payments, index changes, hedges; such trades come at random, in proportion to the turnover of a security,
and lean towards what is wanted, so that positions do not wander off. What it must sell (``forced``), it asks for and
offers until it is done (``agents.buyers.forced_trades``); at its hour it also takes what others must sell cheaply.
Kinds differ in their numbers; a few in their rules. Sources: Vayanos and Vila (2021) for the demand; the rest are
guesses.
"""

from collections.abc import Callable, Sequence
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from agents.beliefs import Believer, flow_of_investor
from agents.bidding import bid_rate_e5, like_cash, whole_bids
from agents.buyers.client_flows import bid_factor, live_on
from agents.buyers.client_offers import client_offers, rolled_down
from agents.buyers.demand import wanted_face
from agents.buyers.forced_trades import bargains, carry_out
from agents.buyers.investor_kernels import VENUE_DRAWS, tell_busy, write_needs, write_rebalance
from agents.buyers.issue_tastes import wander
from agents.buyers.kinds import normals
from agents.buyers.needs import needs_of_day
from agents.buyers.run_rules import join_run
from agents.buyers.tenor_habits import habit
from agents.buyers.venue_choice import choose_venues
from agents.institution import Institution
from agents.outlook import NODES, Lessons
from agents.traits import memory, trait
from agents.when_issued import buy_ahead, held_ahead
from market.bonds.securities import Kind
from market.books.messages import BIDS, NONCOMPETITIVE, ORDERS, Auction, Buyback, stacked
from market.books.order_kernels import write_orders
from market.draws.streams import counter
from market.exposure import along, unexplained
from market.news import FACTORS, News
from market.units import Bool, Float, Int
from market.view import View, struck

MOST_TILT = 0.5  # of a holding, by which yields change what is wanted: a guess
CLIENT_ASKING_BP = 0.75  # mean of what an offer asks beyond its view: set by fills of May to September 2024
CLIENT_VIEW_BP = 0.5  # dispersion of clients' asking yields: about that of accepted prices of neighbours in 2024
# A bid schedule around the when-issued yield, (bp, part of the wish). All winners get the stop, so who must have the
# issue bids far through the market at no cost (Back and Zender 1993); the published high less median yield of notes and
# bonds, 6 bp in 2024, says how far: set to it, no result. In bills and FRN a quarter of it: a guess.
BID_STEPS = (
    *((-20.0, 0.2), (-12.0, 0.25), (-6.0, 0.25), (-3.0, 0.1)),
    *((-2.0, 0.05), (-1.0, 0.05), (0.0, 0.04), (1.0, 0.03), (2.0, 0.03)),
)
BID_LADDER = np.array(BID_STEPS).T[:, :, None]  # yields and parts, (steps, 1) each
BILL_STRETCH = 0.25
BID_VIEW_BP = 0.5  # dispersion of bidders' valuations, of bills a quarter of it; a guess
DIRECT_SOURCE = "a guess; direct awards: 19 % of notes, 4 % of bills, June 2023 to May 2024 (Fiscal Data)"
WHEN_ISSUED_SOURCE = "a guess: dealers' awards follow it, and are no larger of new issues than of reopened ones"
LUMPY_SOURCE = "set to the s.d. of dealers' share, June 2022 to Sept 2024: by tenor 3.9 points, of bills 8.7"
FLOW_SOURCE = "dealers' net position by week, 2022 to May 2024 (FR 2004): size and memory of its changes"
Pick = Callable[[Any], Any]
Pairs = tuple[Int, Int]  # of a member's place and a security (J,) each


class Investor(Believer, Institution):
    """The common behaviour of those who hold Treasuries for their own ends."""

    hears_private: ClassVar[bool] = False  # whether it learns a day before the others
    bidders: ClassVar[int] = 1  # how many people bid at auctions under its name
    runs: ClassVar[bool] = False  # whether it may sell for fear of others' sales
    sells_oldest: ClassVar[bool] = False  # whether it raises money from its oldest issues first
    monetary_authority: ClassVar[bool] = False  # whether it bids through the New York Fed

    speed = trait(0.02, "share of the gap a day", (0, 1), "fast 0.04, slow 0.01, set in a reduced model")
    elasticity = trait(
        0.006, "share of holdings per bp of level", (0, 1), "in sum the published slope of supply (Williams 2011)"
    )
    own_elasticity = trait(
        0.03, "share of holdings per bp of residual", (0, 10), "substitution between issues: a guess"
    )
    activity = trait(1.0, "turnover relative to others of its size", (0, 100), "a guess")
    pull = trait(0.02, "lean of liquidity trades", (0, 0.5), "positions revert: a guess")
    flow_lean = trait(0.05, "of a liquidity trade's chances", (0, 0.5), FLOW_SOURCE)
    flow_days = trait(20.0, "days that its clients' flows last", (0.1, 1000), FLOW_SOURCE)
    flow_bids = trait(0.25, "log points of its bids a unit of its flows", (0, 2), "a guess: accounts' bids are lumpy")
    lumpiness = trait(0.25, "log points of its bids for a note or bond, from one to the next", (0, 2), LUMPY_SOURCE)
    bill_lumpiness = trait(0.65, "the same for bills and FRN", (0, 2), LUMPY_SOURCE)
    participation = trait(1.0, "share of its part of an issue bid at auction", (0, 2), "dealers' award shares: a guess")
    bill_participation = trait(
        0.73, "the same in bills and FRN, relative", (0, 2), "dealers' awards of both: 36 % to May 2024 (Fiscal Data)"
    )
    direct = trait(0.0, "share of its bids submitted by itself", (0, 1), "the rest through a dealer: indirect")
    noncompetitive = trait(0.0, "share of its bids for coupons without a rate", (0, 1), "off; who does says so")
    bill_noncompetitive = trait(0.0, "the same in bills", (0, 1), "off; who does says so")
    when_issued_share = trait(
        0.05, "share of its part of a new issue bought before the auction", (0, 1), WHEN_ISSUED_SOURCE
    )
    tolerance = trait(1.5, "bp against the composite", (0, 100), "dropped beyond: set in a reduced model")
    book_share = trait(0.5, "share of on-the-run trades in the book", (0, 1), "a guess")
    cash_buffer = trait(100.0, "$m", (0, 1e7), "its cash at the start; the build sets it")

    client_share = trait(0.0, "years of roll-down offered into a buyback", (0, 1), "set by policy.buybacks")
    client_reluctance = trait(0.5, "bp below the composite", (-100, 100), "a guess")

    fear = trait(0.0, "share of a holding sold per bp of rise", (0, 0.1), "off; buyers.fear sets it")
    taste_wander = trait(0.0, "of its share of an issue at the start, a day", (0, 0.2), "buyers.issue_flows sets it")
    taste_days = trait(65.0, "days that its taste for an issue lasts", (1, 1e6), "buyers.issue_flow_days sets it")

    benchmark = memory(0.0, "accustomed share of each security's supply")
    tilted = memory(0.0, "face wanted above the accustomed holding, when it last looked")
    forced = memory(0.0, "face to be sold (negative) or bought whatever it costs")
    held_before = memory(np.nan, "face held when it last asked for what it must trade")
    sent = memory(0.0, "face that it sent out the round before of what it must trade")
    waiting = memory(0.0, "face of it that nobody took, and that rests in the book")
    asking = memory(0.0, "bp: the yield at which that rests, 0 if nothing does")
    seen_level = memory(np.nan, "bp: yields of each maturity when it last feared, net of known news")
    news = memory(0.0, "bp: all news, by factor", FACTORS)
    taste = memory(0.0, "its accustomed share of each security over that of the start, less one")
    inflow = memory(0.0, "standard deviations: what its clients bring, by maturity node", NODES)

    # ---- what it thinks --------------------------------------------------------------------------
    def hear(self, news: News, view: View) -> None:
        """Take in the news."""
        own = news.private_bp if self.hears_private else news.late_bp
        if own.any() or news.public_bp.any():
            self.news = self.news + news.public_bp + own
        self._market.outlook.hear(self._market, news.public_bp, view)
        if self.uses("disagreement"):
            self.hold_views(news.public_bp + own, flow_of_investor(self, view), view)

    def demand(self, pick: Pick, anticipated: Any, level_bp: Float, residual_bp: Float) -> Float:
        """Return the face wanted at a level of yields (net of known news) and a residual; ``pick`` fits traits."""
        slopes = pick(self.elasticity), pick(self.own_elasticity)
        return np.asarray(wanted_face(pick(self.benchmark), anticipated, level_bp, residual_bp, *slopes, MOST_TILT))

    def wanted(self, view: View, above_bp: Any = 0.0) -> Float:
        """Return the face it wants of each security (..., S), if its yield were so much above the composite."""
        level, residual = self._unexplained(view)
        return self.wish(view, level, residual + above_bp)

    def wish(self, view: View, level_bp: Float, residual_bp: Float) -> Float:
        """Return the face it wants of each security (..., S) at a level of yields and at residuals (..., S)."""
        return self.demand(lambda values: values, view.anticipated * self.claim(view), level_bp, residual_bp)

    def claim(self, view: View) -> Float:
        """Return what its accustomed shares of anticipated supply are multiplied by (..., S)."""
        return np.asarray(self._market.outlook.on(view).claim)

    def _unexplained(self, view: View) -> tuple[Float, Float]:
        """Return level and residuals of the composite less what its own news explains, in bp (..., S)."""
        away = self._market.outlook.deviation(view)
        return away.level - self._known(away.level_load), away.residual - self._known(away.residual_load)

    def _known(self, load: Float) -> Float:
        """Return what its own news explains of a deviation, in bp (..., S)."""
        return along(self.news, load)

    def _wanted_at(self, view: View, place: Int, security: Int, anticipated: Any) -> Float:
        """Return the face wanted by members of securities, in pairs, of a supply (J,)."""
        away = self._market.outlook.deviation(view)
        who = self.news, place, security
        level = unexplained(away.level, away.level_load, *who)
        residual = unexplained(away.residual, away.residual_load, *who)
        return self.wish_at(view, (place, security), anticipated, level, residual)

    def wish_at(self, view: View, pairs: Pairs, anticipated: Any, level_bp: Float, residual_bp: Float) -> Float:
        """Return the face wanted of a supply, in pairs of member and security (J,), members ascending."""
        pick = self._picker(*pairs)
        claim = self.claim(view)
        multiple = claim[pairs[1]] if claim.ndim == 1 else claim[pairs]
        return self.demand(pick, anticipated * multiple, level_bp, residual_bp)

    # ---- what it does ----------------------------------------------------------------------------
    def decide(self, view: View) -> NDArray[Any]:
        """Trade for liquidity; look at its portfolio at its own hour; carry out what it must."""
        self.prepare(view)
        now, tables = self.hour(view) == view.round, [self.needs(view, self._market.outlook.on(view))]
        if now.any():
            tables += self.some(now).look(view)
        busy = self._must()
        if busy.any():
            tables.append(carry_out(self if busy.all() else self.some(busy), view))
        return stacked([*tables, *self.besides(view)], ORDERS)

    def prepare(self, view: View) -> None:
        """Do what comes before its orders of the round: sell for fear, and let its tastes wander, if it does."""
        if self.uses("fear"):
            self.daily("fear", lambda: join_run(self, view))
        if self.uses("taste_wander"):
            self.daily("tastes", lambda: wander(self, view))

    def hour(self, view: View) -> Float:
        """Return the round of today in which each member looks at its portfolio (..., 1): every other round is one."""
        choices = (view.rounds + 1) // 2
        return self.daily("hour", lambda: np.asarray(2.0 * np.floor(self.uniform("hour", daily=True) * choices)))

    def look(self, view: View) -> list[NDArray[Any]]:
        """Compare what it wants with what it has, at its own hour; return the orders, table by table."""
        wanted = self.wanted(view)
        self.tilted = wanted - self.benchmark * view.anticipated
        tables = [bargains(self, view, wanted), self.rebalance(view, wanted)]
        self.remember(view)
        return [*tables, buy_ahead(self, view)]

    def remember(self, view: View) -> None:
        """Remember what it saw when it looked; most remember nothing."""

    def besides(self, view: View) -> list[NDArray[Any]]:
        """Return further orders of the round, table by table; most have none."""
        return []

    def _must(self) -> Bool:
        """Return who must trade, or still remembers that it had to (members, 1)."""
        forced, before = np.atleast_2d(self.forced), np.atleast_2d(self.held_before)
        busy = np.empty((len(forced), 1), np.bool_)
        tell_busy(forced, before, busy)
        return busy

    def rebalance(self, view: View, wanted: Float) -> NDArray[Any]:
        """Trade part of the gap between what it wants (..., S) and what it has, in lots."""
        settled = view.tradable & ~view.when_issued  # what is bought ahead of an auction is part of the bid for it
        table, once = np.empty(wanted.size, ORDERS), self._market.outlook.once
        habits = *map(np.atleast_2d, (self.speed, self.own_elasticity)), once(view, _cash_like), view.on_the_run
        written = write_rebalance(
            *(np.atleast_2d(face) for face in (wanted, self.position, self.forced)),
            *((np.atleast_2d(self.benchmark), view.anticipated), habits, self._sender()),
            *(self._drawn("lot"), self._drawn("venue"), (once(view, _booked), settled, once(view, _prices)), table),
        )
        return self._sent(view, table[:written])

    def needs(self, view: View, today: Lessons) -> NDArray[Any]:
        """Return the liquidity trades of the round; they lean with clients' flows, and to the wanted holding."""
        flows = np.atleast_2d(self.daily("flows", lambda: live_on(self)))
        told, pace = self._market.outlook.pace_now(view)
        now = self.daily(f"needs {told}", lambda: needs_of_day(self, view, today, pace)).of(view.round)
        trades = now.place, now.security, now.size, now.turnover, now.which_way, self.held(now.place, now.security)
        usual = np.atleast_2d(self.benchmark), view.anticipated
        lean = flows, today.node, *usual, *map(np.atleast_2d, (self.tilted, self.pull, self.flow_lean))
        table, seen = np.empty(len(now.place), ORDERS), self._market.outlook.once(view, _seen)
        written = write_needs(trades, lean, self._sender(), self._drawn("venue"), seen, table)
        return self._sent(view, table[:written])

    def _sender(self) -> tuple[Any, ...]:
        """Return who sends and how, as kernels want it."""
        limits = map(np.atleast_2d, (self.tolerance, self.book_share))
        return self.member, self.identity, *limits, self.shorts

    def _drawn(self, purpose: str) -> tuple[np.uint64, int]:
        """Return what names the draws of a purpose in this round to a kernel."""
        return self._market.streams.key(purpose), counter(self._market.clock)

    def _picker(self, place: Int, security: Int) -> Pick:
        """Return what fits traits (..., 1) and memories (..., S) to pairs of member and security."""

        def pick(values: Any) -> Any:
            if self.alone:
                return values[security] if np.ndim(values) else np.full(len(security), values)
            return values[place, 0] if values.shape[1] == 1 else values[place, security]

        return pick

    @property
    def shorts(self) -> Bool:
        """Return who may borrow securities to deliver (members,)."""
        return np.full(len(self.member), self.may_short)

    def order_sale(self, face: Float | Int) -> None:
        """Add face (..., S) to what it must sell, below zero to what it must buy."""
        known = np.isfinite(self.held_before)  # then what it traded in the last round is still to be counted
        self.held_before = np.where((face != 0) & np.logical_not(known), self.position, self.held_before)
        self.forced = self.forced - face

    def must_trade(self) -> Float:
        """Return the face that it still must buy or sell (members,)."""
        return np.asarray(np.abs(np.atleast_2d(self.forced)).sum(axis=1))

    # ---- how it sends ----------------------------------------------------------------------------
    def lines(self, view: View, place: Int, security: Int, face: Float) -> NDArray[Any]:
        """Turn wishes into orders: no more than it owns is sold, limits lie near the composite, some go to the book."""
        pick, table = self._picker(place, security), np.empty(len(place), ORDERS)
        wishes = self.member[place], security, np.asarray(face, np.float64), self.held(place, security)
        draw = self.uniform_at("venue", place, security % VENUE_DRAWS)
        terms = pick(self.tolerance), pick(self.book_share), draw
        written = write_orders(wishes, terms, self.shorts[place], self._market.outlook.once(view, _seen), table)
        return self._sent(view, table[:written])

    def _sent(self, view: View, orders: NDArray[Any]) -> NDArray[Any]:
        """Choose among venues once more where books are open to clients."""
        if view.client_books is not None:
            choose_venues(orders, view, view.client_books, self._waits(orders))
        return orders

    def _waits(self, orders: NDArray[Any]) -> Bool:
        """Draw which orders can wait in a book that is open to clients (J,)."""
        place, security = np.searchsorted(self.member, orders["owner"]), np.ascontiguousarray(orders["security"])
        chance = self.uniform_at("all-to-all", place, security % VENUE_DRAWS)
        return np.asarray(chance < self._picker(place, security)(self.book_share))

    # ---- operations ------------------------------------------------------------------------------
    def bid(self, auction: Auction, view: View) -> NDArray[Any]:
        """Bid for its part of an issue on a schedule around the when-issued yield, more where it looks cheap."""
        s = auction.security
        part = self.part_of(auction, view) * (1.0 - self._rateless_share(auction, view)) * self._lump(auction, view)
        part = np.maximum(part - held_ahead(self, auction, view), 0.0)
        error = np.atleast_2d(self.normal(f"auction {s}", 1))[:, 0]
        stretch = BILL_STRETCH if like_cash(auction, view) else 1.0
        step, weight = BID_LADDER
        bids = np.zeros((len(step), len(part)), BIDS)
        bids["bidder"] = self.member
        yield_bp = view.composite_bp[s] + stretch * (step + BID_VIEW_BP * error)
        bids["rate_e5"], bids["face"] = bid_rate_e5(view, auction, yield_bp), whole_bids(weight * part)
        return bids[bids["face"] > 0]

    def bid_noncompetitive(self, auction: Auction, view: View) -> NDArray[Any]:
        """Bid for a share of its part without a rate, if it does."""
        rows = np.zeros(len(self.member), NONCOMPETITIVE)
        rows["bidder"], rows["bidders"] = self.member, self.bidders
        rows["official"] = self.monetary_authority
        rows["face"] = whole_bids(self.part_of(auction, view) * self._rateless_share(auction, view))
        return rows[rows["face"] > 0]

    def part_of(self, auction: Auction, view: View) -> Float:
        """Return the face of an issue that it is after, in all (members,)."""
        asked = f"part {auction.security} {view.round}"  # by its bids with a rate, and by those without
        return self.daily(asked, lambda: self.parts_of((auction,), view)[:, 0])

    def parts_of(self, auctions: Sequence[Auction], view: View) -> Float:
        """Return the face of issues that it is after (members, issues)."""
        members, issues = len(self.member), np.array([auction.security for auction in auctions])
        place, security = np.repeat(np.arange(members), len(issues)), np.tile(issues, members)
        share = self._wanted_at(view, place, security, 1.0).reshape(members, len(issues))
        flow = np.atleast_2d(self.inflow)[:, self._market.outlook.on(view).node[issues]]
        share = share * bid_factor(flow, np.atleast_2d(self.flow_bids))
        cash_like = np.array([like_cash(auction, view) for auction in auctions])
        bids_for = np.atleast_2d(self.participation) * np.where(cash_like, np.atleast_2d(self.bill_participation), 1.0)
        bids_for = bids_for * np.array([habit(auction, view).appetite for auction in auctions])
        return np.asarray(bids_for * np.maximum(share, 0.0) * np.array([auction.offering for auction in auctions]))

    def lump_of(self, auction: Auction, view: View) -> Float:
        """Return what multiplies its bids for one issue and not for the next, mean one (members,)."""
        rateless = self._rateless_share(auction, view)
        return rateless + (1.0 - rateless) * self._lump(auction, view)

    def _lump(self, auction: Auction, view: View) -> Float:
        """Return the same of its bids with a rate (members,)."""
        drawn = normals(self, f"interest {auction.security}", auction.auction_day, 1)
        spread = np.atleast_2d(self.bill_lumpiness if like_cash(auction, view) else self.lumpiness)
        return np.asarray(bid_factor(drawn, spread))[:, 0]

    def _rateless_share(self, auction: Auction, view: View) -> Float:
        """Return the share of its bids that names no rate (members,)."""
        share = self.bill_noncompetitive if _bill(auction, view) else self.noncompetitive
        return np.asarray(np.minimum(np.atleast_2d(share)[:, 0] * habit(auction, view).rateless, 1.0))

    def direct_share(self, auction: Auction, view: View) -> Float:
        """Return the share of its bids that it submits itself (members,)."""
        return np.asarray(np.minimum(np.atleast_2d(self.direct)[:, 0] * habit(auction, view).direct, 1.0))

    def offer(self, buyback: Buyback, view: View) -> tuple[Float, Int]:
        """Offer into a buyback, through a dealer, what has rolled down, at prices that differ by its own view."""
        if not np.any(self.client_share):
            nothing = np.zeros((len(self.member), len(view.securities)))
            return nothing, nothing.astype(np.int64)
        n = len(view.securities)
        urge = rolled_down(self.client_share, view.years) * -np.log(self.uniform("offers: urge", n, daily=True))
        view_bp = CLIENT_VIEW_BP * self.normal("offers: view", n, daily=True)
        view_bp = view_bp - CLIENT_ASKING_BP * np.log(self.uniform("offers: asking", n, daily=True))
        return client_offers(self.position, urge, self.client_reluctance + view_bp, buyback, view)

    def subscriptions(self, cash_cents: Int, view: View) -> Int:
        """Owners, customers or a home office supply what purchases take and receive what they release."""
        return np.asarray(self.buffer_cents - cash_cents)


def _booked(view: View) -> Bool:
    """Return where there is a choice between the book and requests (S,)."""
    return view.securities.of(Kind.NOTE, Kind.BOND) & (view.on_the_run | view.when_issued)


def _cash_like(view: View) -> Bool:
    """Return what matures or floats as cash does (S,)."""
    return view.securities.of(Kind.BILL, Kind.FRN)


def _prices(view: View) -> tuple[Float, ...]:
    """Return what kernels lay limits by."""
    return view.years, view.composite_bp, *struck(view)


def _seen(view: View) -> tuple[Any, ...]:
    """Return what kernels see of the market: where there is a choice of venues, what trades, prices."""
    return _booked(view), view.tradable, _prices(view)


def _bill(auction: Auction, view: View) -> bool:
    return bool(view.securities.kind[auction.security] == Kind.BILL)
