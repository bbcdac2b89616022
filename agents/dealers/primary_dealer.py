"""Primary dealers make the market: they stream, quote firmly where it pays, answer requests, bid at auctions, offer
into buybacks, and lay off risk among themselves.

A dealer holds a wanted inventory (its share of each security's supply, as published by bucket at the start) and prices
what exceeds it: factor risk by its share of the market's capacity, and the cost of carrying an issue by the time that
trading it away takes. Its valuation is what all know (``Outlook``), plus public news, plus what it reads from the order
flow of the books, plus a premium that follows the composite of all dealers slowly: so the permanent effect of a flow is
owned by the end investors' demand, and dealers decide only the path. Part of the factor risk is hedged within days
outside this market (futures and swaps, left out: the hedge is priced and not booked). Sources: Ho and Stoll (1981),
Amihud and Mendelson (1980), He, Nagel and Song (2022), Duffie et al. (2023); the equations are those of
``agents.dealers.quoting`` and ``agents.dealers.dealer_inventory``.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from agents.beliefs import Believer, flow_of_clients
from agents.bidding import bid_rate_e5, ladder, like_cash, whole, whole_bids
from agents.buyers.client_flows import bid_factor
from agents.dealers.dealer_inventory import Inventory, columns_of, inventory_of
from agents.dealers.dealer_kernels import answer_rows, show_quotes, state_yields, wish, write_takes
from agents.dealers.prime_broker import PrimeBroker
from agents.dealers.quoting import following, lead_of_best, shading
from agents.financed import Financed
from agents.institution import Institution
from agents.order_flow import read_flow, reading_of
from agents.outlook import Lessons
from agents.traits import memory, trait
from agents.when_issued import covering_bids
from market.accounts.instruments import REPO, Money
from market.books.messages import BIDS, ORDERS, Auction, Buyback, LimitUse, Quotes, stacked
from market.news import FACTORS, News
from market.roles import Answerer
from market.units import FACE_PER_MUSD, Bool, Float, Int
from market.view import View, struck

BACKSTOP_BP = 5.0  # a primary dealer's duty: its pro rata share, reasonably competitive
HEDGE_ISSUES = 7  # on-the-run coupon issues
TICKET = 25.0 * FACE_PER_MUSD  # of an arrival at a firm quote: a guess
HEDGE_LOT = 25.0 * FACE_PER_MUSD  # taken from a liquid book at once: a guess
APART_DAYS = 2.0  # memory of how far dealers lie apart: a guess
# What all dealers together take where the stop is their valuation, the size of a step of their bids and the number of
# steps, what they bid for as a backstop: shares of an issue. In sum 1.6 and, of bills and FRN, 2.2: published covers.
COUPON_LADDER, BILL_LADDER = (0.11, 0.05, 6, 1.3), (0.35, 0.1, 8, 1.4)
OWN_VIEW = 1 / 3  # dispersion of dealers' valuations at an auction, of a step of their bids: a guess
FAMILIARITY = 0.7  # s.d. of the logarithm of how well dealers know a security: a guess
QUOTED_SHARE, MOST_QUOTED = 0.01, 50 * FACE_PER_MUSD  # of a day's turnover, in a firm quote, and at most: a guess
RELIANCE_SOURCE = "off: nobody knows what dealers count on; Ho and Stoll (1981), Duffie, Garleanu and Pedersen (2005)"
ASKING_SOURCE = "set by fills of the buybacks of May to September 2024"
SLOPE_SOURCE = (
    "notes and bonds by tenor, January 2022 to September 2024 (Fiscal Data): high less median yield on the dealers' "
    "share 17 bp, the share on the yield 72, standard deviations over each other 35"
)


class PrimaryDealer(PrimeBroker, Financed, Believer, Institution):
    """One of about two dozen trading counterparties of the New York Fed."""

    together = True
    sector = "dealers"
    may_short = True
    owes = REPO | {Money.FUND_SHARES}

    capital_share = trait(1 / 24, "share of all dealers' capital", (1e-4, 1), "sizes log-normal: a guess")
    risk_aversion = trait(0.0035, "1/$m of factor variance", (0, 1), "auction concession, set in a reduced model")
    risk_horizon = trait(8.0, "days", (0.1, 100), "set in a reduced model")
    lay_off_days = trait(0.5, "days over which it prices factor risk", (0.05, 20), "interdealer hedging: a guess")
    hedge_share = trait(0.8, "of factor risk, in the end", (0, 1), "selective hedging: Naik and Yadav (2003); a guess")
    hedge_days = trait(1.0, "days in which it hedges", (0.05, 100), "a guess")
    order_spread = trait(0.35, "log points of its bids", (0, 2), "a guess: its clients' orders differ by auction")
    auction_slope = trait(30.0, "bp a whole issue taken by dealers", (0, 500), SLOPE_SOURCE)
    bill_auction_slope = trait(5.0, "the same of bills and FRN", (0, 500), "a guess: no median rate is published")
    balance_cost = trait(55.0, "bp a year", (0, 1000), "5 % equity (leverage ratio) at 10-12 %")
    shadow_slope = trait(4800.0, "bp a year", (0, 1e6), "a guess: 300 bp a year at a full gross limit")
    shadow_most = trait(400.0, "bp a year", (0, 1e4), "a guess: bounds the price of leverage")
    var_slope = trait(32.0, "-", (0, 1e4), "a guess: three times the price of risk at a full risk limit")
    var_most = trait(3.0, "-", (1, 100), "a guess: steeper, and dealers' books chatter in a reduced model")
    gross_limit = trait(560_000.0, "$m, all dealers", (1e3, 1e8), "a guess: 0.62 used at the start")
    var_limit = trait(32.0, "$m/bp of the level, all dealers", (0.1, 1e5), "a guess")
    obligation_weight = trait(0.0, "of what it is to receive", (0, 1), "counted in its gross position; a switch")
    volatility = trait(6.0, "bp a day", (0.1, 100), "published daily changes")
    risk_share = trait(0.009, "-", (0, 1), "k1: off-the-run spreads")
    cost_share = trait(0.3, "-", (0, 10), "k2: off-the-run spreads")
    skew_shown = trait(1.0, "of what its position does to its prices", (0, 1), "a switch; 0: clients see no position")
    view_spread = trait(0.12, "half-spreads", (0, 5), "set in a reduced model")
    follow = trait(0.04, "share a day", (0, 0.3), "below the bound of stability of a reduced model")
    flow_learning = trait(
        1.0, "of Kyle's projection", (0, 10), "Kyle (1985), agents/order_flow.py: 1 is E[news | flow]"
    )
    firm_hurdle = trait(0.4, "gain over cost", (0, 1e6), "a guess: most old issues trade by request")
    match_share = trait(
        1.0,
        "share of the way to the composite in a round",
        (0, 1),
        "set in a reduced model: half on the run, a tenth else",
    )
    cash_buffer = trait(1000.0, "$m", (0, 1e7), "its cash at the start; the build sets it")
    repo_ceiling_bp = trait(300.0, "bp over the standing facility's rate", (0, 1e4), "a guess: almost any rate")
    offer_share = trait(0.25, "share of a long position", (0, 1), "a guess: covers of long buckets up to Sept 2024")
    offer_markup = trait(0.5, "half-spreads", (0, 10), "a guess")
    offer_asking = trait(1.5, "bp beyond it, mean of an offer's own", (0, 50), ASKING_SOURCE)
    buyback_reliance = trait(0.0, "of the purchases that the calendar leads to expect", (0, 1), RELIANCE_SOURCE)

    benchmark = memory(0.0, "wanted share of each security's supply")
    burden = memory(0.0, "$m a standard deviation: factor risk not laid off", FACTORS)
    hedge = memory(0.0, "$m a standard deviation: factor risk hedged outside this market", FACTORS)
    apart = memory(0.0, "bp: mean absolute distance of its stream from the composite")
    premium = memory(0.0, "bp: learnt from the composite")
    declined = memory(0.0, "requests declined today: for gross positions, for factor risk", 2)
    valued = memory(np.nan, "bp: last own stream")
    news = memory(0.0, "bp: public news, by factor", FACTORS)
    flow = memory(0.0, "bp: read today from the books, by factor", FACTORS)
    believed = memory(0.0, "bp: both, by factor, when it last streamed", FACTORS)

    # ---- what it thinks --------------------------------------------------------------------------
    def form_view(self) -> None:
        """Take a first view; prices of the start have it in them."""
        super().form_view()
        self.believed = self.news + self.flow

    def hear(self, news: News, view: View) -> None:
        """Take in public news at once, private news a day late, and what the last aggressors seemed to know.

        What was read from a day's flow ends with it: in the morning the news itself takes its place.
        """
        self.news = self.news + news.public_bp + news.late_bp
        reading = self.daily("reading", lambda: reading_of(self._market, view))
        known = self.flow if view.round > 0 else np.zeros_like(self.flow)
        self.flow = known + self.flow_learning * read_flow(reading, self._market, view)
        if self.uses("disagreement"):
            self.hold_views(news.public_bp + news.late_bp, flow_of_clients(self, view), view)

    def stream(self, view: View) -> Float:
        """Learn from the composite of the round before, then state reservation yields."""
        today, away = self._market.outlook.on(view), self._market.outlook.deviation(view)
        self._hedge(view, today)
        before = self.centre if view.round > 0 else self.valued, self.valued, self.premium, self.apart, self.believed
        belief = self.news + self.flow
        state = self.state.skew_bp, self.state.shown_bp, self.state.half_spread_bp
        follow, view_spread = columns_of(self, "follow", "view_spread")
        stated = np.empty((5, len(self.member), len(view.securities)))
        state_yields(
            *(view.composite_bp, _rows(*before), follow, np.atleast_2d(belief)),
            *((today.prior_bp, today.loadings, away.shared, away.shared_load), _rows(*state)),
            *(np.atleast_2d(self._judgement(view)), view_spread, view.rounds),
            *(APART_DAYS * view.rounds if view.round > 0 else 0.0, stated),
        )
        self.apart, self.premium, self.valued, self.reservation, centre = stated[:, 0] if self.alone else stated
        self.believed = belief
        self.centre: Float = self._as_offered(centre, view)
        return self.centre

    def _as_offered(self, centre: Float, view: View) -> Float:
        """Follow what rests in the books, on the side where it is full."""
        state = self.state
        if not (state.refuses_buying.any() or state.refuses_selling.any()):
            return centre
        fair, unit = view.price(centre), np.maximum(view.dv01, 1e-9)
        cheap = np.where(state.refuses_buying & np.isfinite(view.ask), np.maximum(fair - view.ask, 0.0) / unit, 0.0)
        dear = np.where(state.refuses_selling & np.isfinite(view.bid), np.maximum(view.bid - fair, 0.0) / unit, 0.0)
        return np.asarray(following(centre, state.half_spread_bp, cheap - dear))

    def _hedge(self, view: View, today: Lessons) -> None:
        """Hedge part of the factor risk in the course of days, look at what is left, and feel it as a burden."""
        self.state: Inventory = self._look(view, today)
        wanted = self.hedge_share * (self.state.factor + self.hedge)
        self.hedge = self.hedge + (wanted - self.hedge) / (self.hedge_days * view.rounds)
        self.burden = self.burden + (self.state.factor - self.burden) / (self.lay_off_days * view.rounds)

    def _look(self, view: View, today: Lessons) -> Inventory:
        """Return the state of its book; each day begins without requests that it declined."""
        if view.round == 0:
            self.declined = np.zeros_like(self.declined)
        return inventory_of(self, view, today)

    def _judgement(self, view: View) -> Float:
        """Return today's own errors of judgement, in units of its view spread: the same all day."""
        return self.daily("view", lambda: self.normal("private view", len(view.securities), daily=True))

    def utilisation(self, view: View) -> Float:
        """Return the use of the binding limit."""
        return inventory_of(self, view, self._market.outlook.on(view)).utilisation

    def limits(self, view: View) -> LimitUse:
        """Return what its limits cost it now, and how many requests it declined today for each."""
        now = inventory_of(self, view, self._market.outlook.on(view))
        use = (np.atleast_2d(column)[:, 0] for column in (now.leverage, now.risk, now.leverage_price, now.risk_price))
        return LimitUse(*use, *np.atleast_2d(self.declined).T)

    # ---- what it shows ---------------------------------------------------------------------------
    def quote(self, view: View) -> Quotes:
        """Quote firmly where the gain exceeds the cost of being picked off, and what it wants to be rid of."""
        today, state = self._market.outlook.on(view), self.state
        usual = self.daily("size", lambda: self._quote_size(today))
        known = self.daily("known", lambda: self._familiarity(view))
        shape = 2, len(self.member), len(view.securities)
        price, face = np.empty(shape), np.empty(shape, np.int64)
        centre, *held = _rows(self.centre, state.days, state.half_spread_bp, *self._refuses())
        show_quotes(
            *(centre, tuple(held), np.atleast_2d(state.utilisation), columns_of(self, "volatility", "firm_hurdle")),
            *(today.turnover / TICKET / view.rounds, view.rounds, np.atleast_2d(usual), np.atleast_2d(known)),
            *(view.tradable, struck(view), price, face),
        )
        return Quotes(*price, *face)

    def _refuses(self) -> tuple[Bool, Bool]:
        """Return where it buys no more, and where it sells no more."""
        return self.state.refuses_buying, self.state.refuses_selling

    def _familiarity(self, view: View) -> Float:
        """Return how well it knows each security: its speciality, for good."""
        draws = self._market.streams.normal("speciality", self.identity, 0, len(view.securities))
        return np.asarray(np.exp(FAMILIARITY * (draws[0] if self.alone else draws)))

    def _quote_size(self, today: Lessons) -> Float:
        """Return the usual face of a firm quote: a slice of a round's turnover, at least $1m."""
        slice_ = QUOTED_SHARE * today.turnover * self.capital_share
        return np.asarray(np.clip(slice_, FACE_PER_MUSD, MOST_QUOTED))

    def answer(self, asked: NDArray[Any], view: View) -> Float:
        """Price each request with half of it, and what was asked before in the round, taken into the position."""
        state, price, declined = self.state, np.empty(len(asked)), np.zeros(len(self.member), np.int64)
        centre, apart, *held = _rows(
            self.centre, self.apart, state.skew_per_face, state.half_spread_bp, *self._refuses()
        )
        lead, factor = self.daily("rivals", self._rivals)
        answer_rows(asked, centre, tuple(held), apart, lead, factor, view.tradable, struck(view), declined, price)
        if declined.any():
            self._count_declined(declined)
        return price

    def _count_declined(self, number: Int) -> None:
        """Remember how many requests of the day were declined (members,), by the limit that binds."""
        number = number.reshape(np.shape(self.state.risk))
        risk_binds = self.state.risk >= self.state.leverage
        self.declined = self.declined + np.concatenate([number * ~risk_binds, number * risk_binds], axis=-1)

    def _rivals(self) -> tuple[float, float]:
        """Return what the number of dealers asked, and of all dealers, does to an answer: lead and factor."""
        dealers = sum(len(np.atleast_1d(dealer.rows)) for dealer in self._market.playing(Answerer))
        return lead_of_best(min(self._market.premises.dealers_asked, dealers)), shading(dealers)

    def decide(self, view: View) -> NDArray[Any]:
        """Take what rests in a book at a better price than its own reservation by half a spread: laying off risk."""
        state = self.state
        centre, *held = _rows(self.centre, state.excess, state.half_spread_bp, *self._refuses())
        table = np.empty(centre.size, ORDERS)
        # duration is laid off in the liquid issues, long or short
        touch, flags = (view.bid, view.ask), (view.tradable, view.on_the_run)
        written = write_takes(self.member, centre, tuple(held), touch, flags, HEDGE_LOT, struck(view), table)
        return table[:written].copy()

    def match(self, view: View) -> Int:
        """Offer at the middle part of what it wants to be rid of.

        On the run: part of what would bring its reservation yield to the composite, duration being laid off there, in
        several issues at once. Other issues: part of the excess in the issue.
        """
        state = self.state
        reservation, *held = _rows(self.reservation, state.full_per_face, state.excess, *self._refuses())
        wanted, flags = np.empty(reservation.shape, np.int64), (view.tradable, view.on_the_run)
        share = np.atleast_2d(self.match_share)
        wish(view.composite_bp, reservation, tuple(held), flags, HEDGE_ISSUES, share, wanted)
        return wanted[0] if self.alone else wanted

    # ---- operations ------------------------------------------------------------------------------
    def bid(self, auction: Auction, view: View) -> NDArray[Any]:
        """Bid in steps around its reservation yield, more or less as its clients order, and its share as a backstop."""
        s, short = auction.security, like_cash(auction, view)
        usual, step, steps, backstop = BILL_LADDER if short else COUPON_LADDER
        slope = np.atleast_2d(self.bill_auction_slope if short else self.auction_slope)[:, 0]
        share, centre = np.atleast_2d(self.capital_share)[:, 0], np.atleast_2d(self.centre)[:, s]
        own = OWN_VIEW * slope * step * np.atleast_2d(self.normal(f"auction {s}", 1))[:, 0]
        orders = bid_factor(np.atleast_2d(self.normal(f"orders {s}", 1)), self.order_spread)[:, 0]
        part = share * auction.offering
        pieces = [covering_bids(self, auction, view, centre)]
        for above, weight in ladder(slope, usual, step, steps):
            pieces.append(self._bids(view, auction, centre + above + own, weight * orders * part))
        return stacked([*pieces, self._bids(view, auction, centre + BACKSTOP_BP + own, backstop * part)], BIDS)

    def _bids(self, view: View, auction: Auction, yield_bp: Float, face: Float) -> NDArray[Any]:
        """Return one bid of each member."""
        bids = np.zeros(len(self.member), BIDS)
        bids["bidder"], bids["face"] = self.member, whole_bids(face)
        bids["rate_e5"] = bid_rate_e5(view, auction, yield_bp)
        return bids[bids["face"] > 0]

    def offer(self, buyback: Buyback, view: View) -> tuple[Float, Int]:
        """Offer part of what it is long of, at its reservation price, a markup, and what it tries to get of each."""
        state = self.state
        tries_bp = self.offer_asking * -np.log(self.uniform("offers: asking", len(view.securities), daily=True))
        face = np.where(buyback.eligible & view.tradable, np.maximum(self.position, 0) * self.offer_share, 0.0)
        face = np.minimum(face, buyback.maximum)
        return view.price(self.centre - self.offer_markup * state.half_spread_bp - tries_bp), whole(face)

    def bid_outright(self, terms: Buyback, view: View) -> tuple[Float, Int]:
        """Bid for its share of what the Fed sells, spread over the list, at its reservation price less a markup."""
        state, listed = self.state, terms.eligible & view.tradable
        share = np.minimum(2.0 * self.capital_share, 1.0) * terms.maximum / max(int(listed.sum()), 1)
        lot = np.ceil(share / FACE_PER_MUSD) * FACE_PER_MUSD
        face = np.where(listed & ~state.refuses_buying, lot, 0.0)
        return view.price(self.centre + self.offer_markup * state.half_spread_bp), whole(face)


def _rows(*arrays: NDArray[Any]) -> tuple[NDArray[Any], ...]:
    """Return what members have with the members in front, also of one (members, S)."""
    return tuple(np.atleast_2d(array) for array in arrays)
