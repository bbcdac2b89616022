"""Who must sell asks dealers first; what they refuse rests in the book at a price that gets worse until it is taken."""

from types import SimpleNamespace

import numpy as np
import pytest
from small_market import live, small_market

from agents.buyers.forced_trades import (
    HURDLE_BP,
    STEP_BP,
    asking,
    bargain_face,
    bargains,
    carry_out,
    discounts,
    left_of,
    unfilled_of,
)
from agents.buyers.investor import Investor
from agents.dealers.quoting import following
from market.bonds.securities import Kind
from market.books.messages import ORDERS, Venue
from market.units import FACE_PER_MUSD

MUSD = float(FACE_PER_MUSD)


def test_what_is_left_counts_both_ways_and_never_more_than_is_held():
    assert left_of(-100 * MUSD, 200 * MUSD, 200 * MUSD, False) == -100 * MUSD
    assert left_of(-100 * MUSD, 200 * MUSD, 170 * MUSD, False) == -70 * MUSD
    assert left_of(-100 * MUSD, 200 * MUSD, 210 * MUSD, False) == -100 * MUSD
    assert left_of(-100 * MUSD, 60 * MUSD, 50 * MUSD, False) == -50 * MUSD
    assert left_of(-100 * MUSD, 60 * MUSD, 50 * MUSD, True) == -90 * MUSD
    assert left_of(100 * MUSD, 0.0, 30 * MUSD, False) == 70 * MUSD
    assert left_of(-1.5 * MUSD, 10 * MUSD, 9 * MUSD, False) == 0.0


def test_what_was_sent_and_not_taken_waits():
    assert unfilled_of(10 * MUSD, -100 * MUSD, -94 * MUSD) == 4 * MUSD
    assert unfilled_of(10 * MUSD, -100 * MUSD, -90 * MUSD) == 0.0
    assert unfilled_of(50 * MUSD, -20 * MUSD, -20 * MUSD) == 20 * MUSD


def test_the_yield_asked_rises_for_a_seller_until_something_is_taken_and_falls_for_a_buyer():
    first = asking(0.0, 450.0, True, MUSD, 0.0, STEP_BP)
    second = asking(first, 450.0, True, MUSD, MUSD, STEP_BP)
    assert (first, second) == (450.0 + STEP_BP, 450.0 + 2 * STEP_BP)
    assert asking(second, 450.0, True, 0.5 * MUSD, MUSD, STEP_BP) == second
    assert asking(second, 460.0, True, MUSD, MUSD, STEP_BP) == 460.0 + STEP_BP
    assert asking(second, 450.0, True, 0.0, MUSD, STEP_BP) == 0.0
    assert asking(0.0, 450.0, False, MUSD, 0.0, STEP_BP) == 450.0 - STEP_BP


def test_a_bargain_is_bought_as_far_as_its_price_adds_to_the_wish():
    assert bargain_face(100.0, 100.0, 130.0) == 30.0
    assert bargain_face(120.0, 100.0, 130.0) == 10.0 and bargain_face(140.0, 100.0, 130.0) == 0.0
    assert bargain_face(50.0, 100.0, 130.0) == 30.0  # the gap before it is rebalanced as ever
    assert bargain_face(100.0, 100.0, 80.0) == -20.0


def test_who_is_full_streams_no_better_than_what_rests():
    assert following(450.0, 0.5, 3.0) == 452.5 and following(450.0, 0.5, -3.0) == 447.5
    assert following(450.0, 0.5, 0.4) == 450.0 and following(450.0, 0.5, 0.8) == pytest.approx(450.3)


class Desk:
    """An investor by itself, with two securities; its orders are what it was told to send."""

    alone, shorts, member = True, np.zeros(1, np.bool_), np.zeros(1, np.int64)

    def __init__(self, forced, before, held, sent, waiting=0.0):
        columns = forced, before, sent, waiting, 0.0, held
        pairs = (np.array([value, 0.0]) for value in columns)
        self.forced, self.held_before, self.sent, self.waiting, self.asking, self.position = pairs

    def lines(self, view, place, security, face):
        table = np.zeros(len(place), ORDERS)
        table["security"], table["face"] = security, face
        return table


def quiet(**columns):
    known = {"tradable": np.ones(2, bool), "composite_bp": np.full(2, 450.0), "rounds": 10, "round": 4}
    return SimpleNamespace(**known, price_of=lambda security, bp: 100.0 - (bp - 450.0) / 10.0, **columns)


@pytest.mark.parametrize("side", [-1, 1])
def test_the_rest_is_asked_for_evenly_and_what_nobody_took_is_offered(side):
    desk = Desk(side * 100 * MUSD, 200 * MUSD, (200 + 6 * side) * MUSD, 10 * MUSD)
    orders = carry_out(desk, quiet())
    asked, rests = orders[orders["venue"] == Venue.REQUEST], orders[orders["venue"] == Venue.REST]
    assert asked["face"].tolist() == [side * 15 * FACE_PER_MUSD]  # 94 are left, 4 of them rest, over six rounds
    assert rests["face"].tolist() == [side * 4 * FACE_PER_MUSD] and np.isnan(asked["limit"]).all()
    assert rests["limit"].tolist() == [pytest.approx(100.0 + side * STEP_BP / 10.0)]
    assert desk.forced.tolist() == [side * 94 * MUSD, 0.0] and desk.sent.tolist() == [19 * MUSD, 0.0]
    assert desk.waiting.tolist() == [4 * MUSD, 0.0] and np.isnan(desk.held_before[1])


def test_the_last_million_is_asked_for_in_the_last_round():
    desk, view = Desk(-MUSD, np.nan, 5 * MUSD, 0.0), quiet()
    view.round = 9
    assert carry_out(desk, view)["face"].tolist() == [-FACE_PER_MUSD]


def test_who_must_not_trade_buys_what_is_offered_cheap_at_the_price_offered_and_nobody_looks_where_nothing_is():
    desk = Desk(0.0, np.nan, 10 * MUSD, 0.0)
    cheap = [np.array([5.0, 0.0])]
    desk._market = SimpleNamespace(outlook=SimpleNamespace(once=lambda view, make: cheap[0]))
    desk.wanted = lambda view, offered: np.array([14.5, 90.0]) * MUSD
    view = quiet(ask=np.array([99.5, 99.9]), bid=np.array([99.4, 99.8]))
    orders = bargains(desk, view, np.array([10.0, 20.0]) * MUSD)
    assert orders["security"].tolist() == [0] and orders["face"].tolist() == [4 * FACE_PER_MUSD]
    assert orders["limit"].tolist() == [99.5] and orders["venue"].tolist() == [Venue.BOOK]
    desk.forced = np.array([-MUSD, 0.0])
    assert not len(bargains(desk, view, np.array([10.0, 20.0]) * MUSD))
    cheap[0] = np.zeros(2)
    assert not len(bargains(desk, view, np.array([10.0, 20.0]) * MUSD))


def test_discounts_are_in_yield_above_for_offers_and_below_for_bids_beyond_the_hurdle():
    def seen(bid, ask):
        view = quiet(bid=np.array([bid, np.nan]), ask=np.array([ask, np.nan]), dv01=np.full(2, 0.1))
        view.price = lambda bp: np.full(2, 100.0)
        return discounts(view)[0]

    assert seen(99.4, 99.5) == pytest.approx(5.0) and seen(100.4, 100.5) == pytest.approx(-4.0)
    assert seen(99.9, 100.1) == 0.0 and seen(99.8, 99.9) == 0.0  # within the hurdle


@pytest.fixture(scope="module")
def squeezed():
    """A market whose dealers are full, and in it an investor that must sell old notes, on the third morning of it: what
    it must sell, what is seen in rounds, and its trades of two days."""
    market = live(small_market("steady", rounds=8, burn_in=2), 2)
    for dealer in market.agents:
        if dealer.sector == "dealers":
            dealer.gross_limit = 60_000.0
    seller = max((a for a in market.agents if isinstance(a, Investor)), key=lambda a: a.position.sum())
    old = market.securities.of(Kind.NOTE) & (market.rank > 5) & market.tradable
    seller.forced = -np.where(old, np.floor(0.2 * seller.position / FACE_PER_MUSD) * FACE_PER_MUSD, 0.0)
    forced, seen, trades = seller.forced.copy(), [], []
    for _ in range(2):
        for act in market.moments():
            if act == "take_orders":
                orders = market.book_orders
                mine = orders[(orders["owner"] == seller.row) & (orders["venue"] == Venue.REST)]
                seen.append((len(mine), np.abs(discounts(market.view())).max(), seller.asking.max()))
        trades.append(market.tape.everything().copy())
    next(act for act in market.moments() if act == "take_orders")  # it has counted what the evening before left
    return market, seller, forced, seen, np.concatenate(trades)


def test_what_full_dealers_refuse_rests_in_the_books_and_is_taken_by_other_investors(squeezed):
    market, seller, _, seen, trades = squeezed
    assert max(number for number, *_ in seen) > 20 and max(cheap for _, cheap, _ in seen) > HURDLE_BP
    mine = trades[(trades["seller"] == seller.row) & (trades["venue"] == Venue.BOOK)]
    sectors = market.sectors[mine["buyer"]]
    assert len(mine) and (sectors != "dealers").any()


def test_what_was_to_be_sold_is_what_was_sold_by_the_tape_and_what_is_left(squeezed):
    """To the last hundred dollars where it is under way, what matured meanwhile left out; sales for other reasons
    count, purchases in the same round are taken off, and once less than a million is left it is done."""
    market, seller, forced, _, trades = squeezed
    face = {side: np.zeros(len(forced), np.int64) for side in ("seller", "buyer")}
    for side, sums in face.items():
        mine = trades[trades[side] == seller.row]
        np.add.at(sums, mine["security"], mine["face"])
    must, left = (forced < 0) & market.tradable, -seller.forced
    gone = -forced - left
    going, done, alone = must & (left > 0), must & (left == 0), face["buyer"] == 0
    assert (going & alone).sum() > 20 and gone[going & alone].tolist() == face["seller"][going & alone].tolist()
    assert (gone[going] <= face["seller"][going]).all()
    assert (gone[going] >= (face["seller"] - face["buyer"])[going]).all()
    assert done.any() and (face["seller"][done] > gone[done] - FACE_PER_MUSD).all()


def test_a_market_without_forced_sellers_shows_no_bargains():
    market = live(small_market("steady", rounds=8, burn_in=2), 3)
    assert (discounts(market.view()) != 0).mean() < 0.02
