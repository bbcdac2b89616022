"""Books open to clients: they meet each other there, what is left asks dealers, and nothing comes from nowhere."""

from types import SimpleNamespace

import numpy as np
import pytest
from small_market import digest, live, small_market

from agents.buyers.venue_choice import choose_venues, takes_firm
from agents.institution import Institution
from agents.traits import trait
from market.bonds.securities import Kind
from market.books.all_to_all import CLASSES, ClientBooks, asked_again, rest
from market.books.messages import ORDERS, Order, Venue
from market.units import FACE_PER_MUSD

OLD = ("off-the-run",)
BOTH, DAYS = Venue.BOOK_THEN_REQUEST, 4


class Waiting(Institution):
    """Sends one order for a million of the same old note, in the round it is told to."""

    sector = "notebook"
    when = trait(0.0, "round", (0, 99), "a test")
    way = trait(1.0, "1 buys, -1 sells", (-1, 1), "a test")

    def decide(self, view):
        if view.day < 0 or view.round != self.when:
            return []
        note = old_note(view)
        limit = float(view.price_of(np.array([note]), view.composite_bp[note] - 50.0 * self.way)[0])
        return [Order(note, int(self.way) * FACE_PER_MUSD, limit=limit, venue=BOTH)]

    def subscriptions(self, cash_cents, view):
        return -cash_cents


class Short(Waiting):
    """Sells what it does not own."""

    may_short = True


def old_note(view):
    return int(np.flatnonzero(view.tradable & view.securities.of(Kind.NOTE) & (view.rank > 5))[3])


def test_the_market_is_conserved_and_clients_meet_without_a_dealer():
    market = small_market(days=DAYS, rounds=8, market__all_to_all=CLASSES)  # every evening checks every identity
    trades, dealer = market.tape.everything(), market.sectors == "dealers"
    among_clients = ~dealer[trades["buyer"]] & ~dealer[trades["seller"]]
    in_books = trades["venue"] == Venue.BOOK
    assert (among_clients & in_books).sum() > 100 and not (trades["venue"] == BOTH).any()
    assert market.books.counters["rejected"] == 0 and not market.rejections
    assert (market.all_to_all.cost_bp[market.tradable] < np.inf).any()


def test_one_by_one_and_together_are_the_same_market_of_open_books():
    settings = {"days": 3, "market__all_to_all": OLD}
    assert digest(small_market(**settings)) == digest(small_market(one_by_one=True, **settings))


def test_clients_who_wait_trade_with_each_other_at_the_level_nearest_to_the_composite():
    market = small_market(days=2, market__all_to_all=OLD)
    buyer = Waiting(market, name="b", way=1.0)
    Short(market, name="s", way=-1.0)
    note, fair = old_note(market.view()), np.nan
    for act in market.moments():
        if act == "take_orders" and market.round == 0:
            fair = float(market.view().price_of(np.array([note]), market.composite_bp[note : note + 1])[0])
    trades = market.tape.everything()
    bought = trades[trades["buyer"] == buyer.row]
    assert bought["face"].sum() == FACE_PER_MUSD and (bought["venue"] == Venue.BOOK).all()
    assert (market.sectors[bought["seller"]] != "dealers").all()
    assert abs(bought["price_e8"] / 1e8 - fair).max() <= 0.5 * market.ladder.tick[note] + 1e-9


def test_who_waits_in_vain_asks_dealers_afterwards_unless_it_has_nothing_to_sell():
    market = small_market(days=2, market__all_to_all=OLD, rounds=6)
    buyer, poor = Waiting(market, name="b", when=0.0), Waiting(market, name="p", when=3.0, way=-1.0)
    note = old_note(market.view())
    market.all_to_all.classes = OLD
    seen = []
    for act in market.moments():
        if act == "take_orders":
            seen += [(market.round, int(o["face"])) for o in market.requests if o["owner"] in (buyer.row, poor.row)]
    trades = market.tape.everything()
    bought = trades[trades["buyer"] == buyer.row]
    taken = bought[bought["venue"] == Venue.BOOK]["face"].sum()
    assert taken == FACE_PER_MUSD or seen == [(2, FACE_PER_MUSD - taken)]
    assert len(bought) and set(bought["security"].tolist()) == {note}
    assert not any(face < 0 for _, face in seen)


class Large(Institution):
    """Sends one order that no book can fill, to buy or to sell the liveliest 2-year note."""

    sector = "notebook"
    way = trait(1.0, "1 buys, -1 sells", (-1, 1), "a test")

    def decide(self, view):
        if view.day < 0 or view.round != 0:
            return []
        note = new_note(view)
        limit = float(view.price_of(np.array([note]), view.composite_bp[note] - 20.0 * self.way)[0])
        face = int(self.way) * 30_000 * FACE_PER_MUSD
        return [Order(note, face, limit=limit, venue=Venue.BOOK_ELSE_REQUEST)]

    def subscriptions(self, cash_cents, view):
        return -cash_cents


def new_note(view):
    return int(np.flatnonzero(view.on_the_run & (view.securities.term_months == 24) & view.securities.of(Kind.NOTE))[0])


@pytest.mark.parametrize(("after_book", "way"), [(True, 1.0), (True, -1.0), (False, 1.0)])
def test_what_a_book_cannot_fill_asks_dealers_in_the_next_round_as_far_as_it_is_there(after_book, way):
    market = small_market(days=2, market__requests__after_book=after_book)
    who, seen = Large(market, name="l", way=way), []
    for act in market.moments():
        if act == "take_orders":
            seen += [(market.round, int(o["face"])) for o in market.requests if o["owner"] == who.row]
    trades = market.tape.everything()
    mine = (trades["buyer"] == who.row) | (trades["seller"] == who.row)
    taken = int(trades[mine & (trades["venue"] == Venue.BOOK)]["face"].sum())
    assert taken < 30_000 * FACE_PER_MUSD
    assert seen == ([(1, 30_000 * FACE_PER_MUSD - taken)] if after_book and way > 0 else [])  # it has nothing to sell


def test_a_client_asks_for_no_sale_of_what_it_sells_by_other_orders():
    market = small_market(days=2)
    held = market.ledger.position_all()
    owner, note = (int(k) for k in np.argwhere((held > 5 * FACE_PER_MUSD) & ~market.may_short[:, None])[0])
    face = -int(held[owner, note])
    orders = np.array([(owner, note, face // 2, 99.0, int(Venue.REQUEST)), (owner, note, 7, 99.0, 0)], ORDERS)
    market.all_to_all.leftover = np.array([(owner, note, face, 99.0, int(Venue.REQUEST))], ORDERS)
    asked = asked_again(market, orders)
    assert asked["face"].tolist() == [face - face // 2] and not len(market.all_to_all.leftover)


def test_resting_orders_are_refused_where_books_are_closed_to_clients():
    market = small_market(days=2)
    who = Waiting(market, name="b")
    live(market, 1)
    assert [told.reason for told in market.rejections["b"]] == [
        "only orders with a limit rest, and only in books that are open to clients"
    ]
    assert not who.position.any()


@pytest.mark.parametrize(
    ("ask", "depth", "cost_bp", "waits", "limit", "venue"),
    [
        (100.05, 50, 1.0, False, 100.2, Venue.BOOK),  # firm, large enough, no dearer than usual
        (100.05, 9, 1.0, False, 100.2, Venue.REQUEST),  # too small
        (100.05, 9, 1.0, True, 100.2, BOTH),
        (100.15, 50, 1.0, True, 100.2, BOTH),  # dearer than usual
        (100.05, 50, 1.0, True, 100.04, BOTH),  # outside the limit
        (np.nan, 50, 1.0, True, np.nan, Venue.REQUEST),  # in a hurry
        (100.05, 50, np.inf, True, np.nan, Venue.BOOK),  # in a hurry, and firm
    ],
)
def test_a_firm_price_a_price_of_its_own_or_a_request(ask, depth, cost_bp, waits, limit, venue):
    one = np.ones(1)
    view = SimpleNamespace(
        ask=np.array([ask]), bid=np.array([99.9]), dv01=0.1 * one, composite_bp=one, price_of=lambda s, y: 100.0 * one
    )
    books = ClientBooks(one > 0, cost_bp * one, np.array([50]), np.array([depth]))
    for open_, expected in ((True, venue), (False, Venue.REQUEST)):
        orders = np.array([(0, 0, 10, limit, int(Venue.REQUEST))], ORDERS)
        shown = ClientBooks(books.open & open_, books.cost_bp, books.bid_face, books.ask_face)
        choose_venues(orders, view, shown, np.array([waits]))
        assert orders["venue"][0] == expected


@pytest.mark.parametrize(
    ("bid", "depth", "cost_bp", "limit", "firm"),
    [
        (99.95, 50, 1.0, 99.9, True),
        (99.95, 10, 1.0, 99.9, True),  # just enough
        (99.95, 9, 1.0, 99.9, False),
        (99.85, 50, 1.0, 99.8, False),  # 1.5 bp below the composite
        (99.95, 50, 1.0, 99.96, False),  # outside the limit
    ],
)
def test_who_sells_takes_a_firm_bid_by_the_same_rule(bid, depth, cost_bp, limit, firm):
    one = np.ones(1)
    view = SimpleNamespace(
        ask=np.array([100.0]), bid=np.array([bid]), dv01=0.1 * one, composite_bp=one, price_of=lambda s, y: 100.0 * one
    )
    books = ClientBooks(one > 0, cost_bp * one, np.array([depth]), np.array([1000]))
    orders = np.array([(0, 0, -10, limit, int(Venue.REQUEST))], ORDERS)
    assert takes_firm(orders, view, books).tolist() == [firm]


def test_no_order_rests_at_a_price_worse_than_its_limit_beyond_the_ladder_it_asks_dealers_or_ends():
    market = small_market(days=2, market__all_to_all=OLD)
    for act in market.moments():
        if act == "take_orders":
            break
    note, ladder = old_note(market.view()), market.ladder
    top = ladder.base[note] + ladder.tick[note] * (ladder.n_levels - 1)
    bottom = float(ladder.base[note])
    seller, buyer = (int(row) for row in np.flatnonzero(market.sectors == "pensions")[:2])
    face = FACE_PER_MUSD
    orders = [(seller, note, -face, top + 1.0, BOTH), (buyer, note, face, bottom - 1.0, BOTH)]
    orders += [(seller, note, -face, top + 1.0, Venue.REST), (buyer, note, face, bottom - 1.0, Venue.REST)]
    orders += [(seller, note, -face, top, Venue.REST), (buyer, note, face, bottom, Venue.REST)]
    rest(market, np.array([(*row[:4], int(row[4])) for row in orders], ORDERS))
    state = market.all_to_all
    assert state.resting["limit"].tolist() == [top, bottom]
    asks = [(int(o["owner"]), float(o["limit"]), int(o["venue"])) for o in state.leftover]
    assert asks == [(seller, top + 1.0, Venue.REQUEST), (buyer, bottom - 1.0, Venue.REQUEST)]
