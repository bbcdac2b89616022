"""A round of the session: news, streams, quotes, orders, requests. Each act asks, a venue answers, trades are owed."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from market import hearing, means, trading
from market.books import all_to_all
from market.books.ladder_kernels import quote_levels
from market.books.layout import Side
from market.books.matching_session import match_wishes
from market.books.messages import ORDERS, Quotes, Venue, stacked
from market.books.nudge import nudged
from market.requests import request_desk
from market.roles import Answerer, Decider, Listener, Matcher, Quoter, Streamer
from market.tables.recording import note_quotes
from market.units import Float, Int, read_only
from market.view import View


def apply_shocks(market: Any) -> None:
    """Change what the scenario says changes today."""
    market.staying_away, market.nudge_ticks = np.zeros(0, np.int64), 0
    for shock in market.shocks:
        shock(market)


def hear_news(market: Any) -> None:
    """Let everybody hear what arrives; nothing arrives in the burn-in."""
    market.book_flow = market.tape.next_round()
    view = market.view()
    if market.burning_in:
        return
    news = market.newswire.of(market.day, market.round, market.rounds)
    for listener in market.playing(Listener):
        listener.hear(news, view)


def stream_prices(market: Any) -> None:
    """Collect indicative yields; their mean is the composite that everybody sees."""
    streamers, view = market.playing(Streamer), market.last_view()
    if not streamers:
        return
    streams = np.concatenate([_stream(market, s, view) for s in streamers])
    rows = np.concatenate([s.rows for s in streamers])
    mean = np.mean(streams[np.argsort(rows, kind="stable")], axis=0)
    if not np.isfinite(mean).all():
        mean = mean_said(streams)
    shown = market.tradable.copy()
    shown[[a.security for a in market.auctions]] = True
    market.rising = ~(mean > market.composite_bp)
    market.composite_bp = np.where(shown, mean, np.nan)
    market.middle = view.price(market.composite_bp)
    if market.outlook is not None:
        market.outlook.streamed(view)


def _stream(market: Any, who: Any, view: View) -> Float:
    """Return the yields that somebody streams, NaN where it says none."""
    shape = len(who.rows), len(view.securities)
    return hearing.prices_of(market, who, who.stream(view), shape, "streamed yields")


def mean_said(streams: Float) -> Float:
    """Return the mean over those who say a yield (n, S), by security (S,); NaN where nobody does."""
    said = np.isfinite(streams)
    count = said.sum(axis=0)
    return np.where(count > 0, np.where(said, streams, 0.0).sum(axis=0) / np.maximum(count, 1), np.nan)


def refresh_quotes(market: Any) -> None:
    """Collect every quote, then post them all, in each book in order of arrival."""
    quoters = market.playing(Quoter)
    if quoters:
        _post_quotes(market, quoters)
    books, ladder = market.books, market.ladder
    bid, ask = books.bid, books.ask
    quoted = (bid >= 0) & (ask < books.n_levels)
    market.middle = np.where(quoted, ladder.base + ladder.tick * (bid + ask) / 2.0, market.middle)
    market.tape.look(quoted, market.tradable, books.bid_face + books.ask_face)


def _post_quotes(market: Any, quoters: list[Any]) -> None:
    view = market.view()
    said = [_quote(market, quoter, view) for quoter in quoters]
    rows = np.concatenate([quoter.rows for quoter in quoters])
    order = np.argsort(rows, kind="stable")
    place = np.argsort(order)  # where each quoter stands by row
    bids = _levels(market, quoters, place, [(q.bid, q.bid_face) for q in said], up=False)
    asks = _levels(market, quoters, place, [(q.ask, q.ask_face) for q in said], up=True)
    if market.nudge_ticks:
        bids = nudged(market, *bids), bids[1]
    rows = rows[order]
    if market.record.keeps("quotes"):
        note_quotes(market, rows, (bids[0], asks[0]), (bids[1], asks[1]))
    arrival = market.streams.uniform("arrival", market.identities[rows], market.clock, 1)[:, 0]
    queue = np.argsort(arrival, kind="stable")
    sides = bids[0], asks[0], bids[1], asks[1]
    trading.book_fills(market, market.books.refresh(*sides, rows, market.slots(rows), queue, market.rising))


def _quote(market: Any, who: Any, view: View) -> Quotes:
    """Return what somebody quotes (members, S)."""
    return hearing.quotes_of(market, who, who.quote(view), (len(who.rows), len(view.securities)))


def _levels(market: Any, quoters: list[Any], place: Int, said: list[tuple[Float, Int]], up: bool) -> tuple[Int, Int]:
    """Return levels and faces (quoters, S) by ``place``; a quote without a price, or off the ladder, shows nothing."""
    ladder, n, first = market.ladder, len(market.securities), 0
    levels, faces = np.empty((len(place), n), np.int64), np.empty((len(place), n), np.int64)
    for quoter, quote in zip(quoters, said, strict=True):
        end = first + len(quoter.rows)
        sides = [read_only(np.ascontiguousarray(side)) for side in quote]
        on = market.tradable, ladder.base, ladder.tick, ladder.n_levels
        quote_levels(*sides, *on, up, place[first:end], levels, faces)
        first = end
    return levels, faces


def take_orders(market: Any) -> None:
    """Hear every decision, refuse what cannot be, and draw the order of arrival."""
    view = market.view()
    deciders = market.deciders()
    orders = trading.accept(market, deciders, [_decision(market, who, view) for who in deciders])
    orders = means.orders_within(market, orders)
    orders = stacked([orders, all_to_all.asked_again(market, orders)], ORDERS)
    orders = orders.take(trading.in_order_of_arrival(market, orders))
    asks = orders["venue"] == Venue.REQUEST
    market.requests, market.book_orders = orders.take(np.flatnonzero(asks)), orders.take(np.flatnonzero(~asks))


def _decision(market: Any, who: Decider, view: View) -> NDArray[Any]:
    """Return what somebody decides, as a table: what fails in here is a failure of the one who was asked."""
    return hearing.orders_of(market, who, who.decide(view))


def answer_requests(market: Any) -> None:
    """Ask some dealers per request; the best price inside the limit trades."""
    dealers, requests = market.playing(Answerer), market.requests
    if len(requests) and dealers:
        request_desk.answer(market, dealers, requests)


def execute_orders(market: Any) -> None:
    """Send the orders for the books: they take what rests inside their limits; those of clients that may, then rest."""
    orders = market.book_orders
    rests = (orders["venue"] == Venue.BOOK_THEN_REQUEST) | (orders["venue"] == Venue.REST)
    _take(market, orders.take(np.flatnonzero(~rests)))
    all_to_all.withdraw(market)
    if rests.any():
        all_to_all.rest(market, orders.take(np.flatnonzero(rests)))


def _take(market: Any, orders: Any) -> None:
    """Let orders take what rests inside their limits; they never rest, but may ask dealers later for what is left."""
    if not len(orders):
        return
    ladder, security = market.ladder, orders["security"].astype(np.int64)
    buys, limit = orders["face"] > 0, orders["limit"]
    place = (limit - ladder.base[security]) / ladder.tick[security]
    inside = np.where(buys, np.floor(place + 1e-6), np.ceil(place - 1e-6))
    unlimited = np.where(buys, ladder.n_levels - 1, 0)
    level = np.clip(np.where(np.isnan(limit), unlimited, inside), -1, ladder.n_levels).astype(np.int64)
    side = np.where(buys, int(Side.BUY), int(Side.SELL))
    reachable = np.where(buys, level >= 0, level < ladder.n_levels)
    chosen = [a[reachable] for a in (security, side, level, np.abs(orders["face"]), orders["owner"].astype(np.int64))]
    filled = np.zeros(len(orders), np.int64)
    fills, filled[reachable] = market.books.take_and_count(*chosen)
    trading.book_fills(market, fills)
    all_to_all.leave(market, orders, filled)


def lay_off_risk(market: Any) -> None:
    """Hold the matching session of dealers and trading firms, at the middle of each security."""
    matchers = market.playing(Matcher)
    if not matchers:
        return
    view = market.view()
    wanted = np.concatenate([_wish(market, m, view) for m in matchers])
    rows = np.concatenate([m.rows for m in matchers])
    order = np.argsort(rows, kind="stable")
    wanted, rows = np.where(market.tradable & np.isfinite(market.middle), wanted[order], 0), rows[order]
    turn = market.streams.uniform("turn", market.identities[rows], market.clock, 1)[:, 0]
    buyer, seller, security, face = match_wishes(wanted, np.argsort(turn, kind="stable"))
    price = trading.exact(market.middle[security])
    trading.agree(market, Venue.SESSION, (rows[buyer], rows[seller]), security, price, face, 0)


def _wish(market: Any, who: Any, view: View) -> Int:
    """Return the face that somebody would trade at the middle (members, S)."""
    shape = len(who.rows), len(view.securities)
    return hearing.faces_of(market, who, who.match(view), shape, "faces for the session")
