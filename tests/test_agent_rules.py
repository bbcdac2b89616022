"""Rules of institutions worked by hand, each without a market: what they know, cash, issues to come, a dealer's end."""

from types import SimpleNamespace

import numpy as np
import pytest
from securities_on_paper import listed
from small_market import lone, small_market

from agents.bidding import bid_rate_e5
from agents.bill_growth import BillGrowth
from agents.buyers.investor import Investor
from agents.buyers.needs import MOST_NEEDS, needs_of_day
from agents.dealers.prime_broker import PrimeBroker
from agents.dealers.principal_trader import PrincipalTrader
from agents.dealers.winding_down import WindingDown
from agents.outlook import Outlook, StartPattern, node_weights
from agents.when_issued import buy_ahead, covering_bids
from market.bonds.securities import Kind
from market.books.messages import ORDERS, Auction
from market.money.overnight import PRESSURE
from market.units import CENTS_PER_MUSD, FACE_PER_MUSD, day_number

M = FACE_PER_MUSD
NOTE, BOND, BILL, TIPS, FRN = Kind.NOTE, Kind.BOND, Kind.BILL, Kind.TIPS, Kind.FRN


# ---- cash ------------------------------------------------------------------------------------------
def test_what_a_buffer_lacks_is_borrowed_up_to_a_ceiling_and_what_lies_over_it_is_lent_for_next_to_nothing():
    one = lone(PrincipalTrader, cash_buffer=200.0, repo_ceiling_bp=150.0)
    view = SimpleNamespace(rates=SimpleNamespace(srf=550.0, on_rrp=530.0))
    cash = np.array([120, 290]) * CENTS_PER_MUSD
    needed, most = one.borrow(cash, view)
    idle, least = one.lend(cash, view)
    assert (needed / CENTS_PER_MUSD).tolist() == [80, 0] and most.tolist() == [700.0, 700.0]
    assert (idle / CENTS_PER_MUSD).tolist() == [0, 90] and least.tolist() == [531.0, 531.0]


def test_each_dealer_has_its_own_terms_and_borrows_cleared_what_a_reporting_date_closes():
    two = SimpleNamespace(
        identity=np.zeros(2),
        cleared_funding=np.array([[0.4], [0.6]]),
        client_spread=np.array([[3.0], [5.0]]),
        client_slope=np.array([[60.0], [0.0]]),
        closed=lambda view: np.array([0.0, 0.5]),
    )
    cleared, spread = PrimeBroker.terms(two, SimpleNamespace(extras={PRESSURE: 0.1}))
    assert cleared == pytest.approx([0.4, 0.8]) and spread == pytest.approx([9.0, 5.0])
    assert PrimeBroker.terms(two, SimpleNamespace(extras={PRESSURE: -0.1}))[1] == pytest.approx([3.0, 5.0])


# ---- a dealer's end --------------------------------------------------------------------------------
def test_a_dealer_that_leaves_keeps_of_its_inventory_the_share_of_the_time_that_is_left():
    held = np.array([90 * M + M // 2, -40 * M, 7 * M])
    one = lone(WindingDown, SimpleNamespace(ledger=SimpleNamespace(position=lambda rows: held[None, :])), days=2.0)
    one.first_day, one.start = 3.0, np.array([100.0 * M, -40.0 * M, 7.0 * M])
    traded = np.array([True, True, False])
    # the second round of the second day of four rounds: 6 of 8 are over, a quarter may be left
    orders = one.decide(SimpleNamespace(day=4, round=1, rounds=4, tradable=traded))
    assert dict(zip(orders["security"].tolist(), orders["face"].tolist(), strict=True)) == {0: -65 * M, 1: 30 * M}
    last = one.decide(SimpleNamespace(day=4, round=3, rounds=4, tradable=traded))
    assert last["face"].tolist() == [-held[0], 40 * M]


# ---- issues to come --------------------------------------------------------------------------------
def test_a_part_of_an_issue_is_bought_ahead_in_equal_parts_a_day_until_its_auction():
    today, sent = day_number("2024-06-03"), []
    auction = Auction(0, today, day_number("2024-06-04"), day_number("2024-06-17"), 10**9, 9, True)

    def lines(view, place, security, face):
        sent.append(face.tolist())
        return np.zeros(len(place), ORDERS)

    one = SimpleNamespace(
        member=np.arange(2),
        when_issued_share=np.array([[0.05], [0.05]]),
        parts_of=lambda auctions, view: np.array([[1000.0 * M], [100.0 * M]]),
        held=lambda place, security: np.array([10 * M, 6 * M]),
        uniform_at=lambda purpose, place, position, daily: np.full(len(place), 0.5),
        lines=lines,
    )
    view = SimpleNamespace(auctions=[auction], date=today, round=12, when_issued=np.array([True]))
    assert len(buy_ahead(one, view)) == 1 and sent == [[20 * M]]  # half of 50 - 10 million; the other has enough
    view.date = auction.auction_day
    assert not len(buy_ahead(one, view))  # from its round on it is too late
    view.round = 8
    assert len(buy_ahead(one, view)) == 1 and sent[1] == [40 * M]
    view.when_issued = np.array([False])
    assert not len(buy_ahead(one, view))


def test_who_is_short_when_issued_bids_for_it_five_bp_through_its_own_valuation():
    view = SimpleNamespace(
        when_issued=np.array([True]), securities=SimpleNamespace(kind=[NOTE], maturity_day=np.array([20_000]))
    )
    auction = SimpleNamespace(security=0, issue_day=19_890)
    dealers = SimpleNamespace(member=np.arange(2), held=lambda place, security: np.array([-30 * M, 20 * M]))
    bids = covering_bids(dealers, auction, view, np.array([450.0, 440.0]))
    assert bids["bidder"].tolist() == [0] and bids["face"].tolist() == [30 * M]
    assert bids["rate_e5"].tolist() == bid_rate_e5(view, auction, np.array([445.0])).tolist() == [4_450]
    view.when_issued = np.array([False])
    assert not len(covering_bids(dealers, auction, view, np.array([450.0, 440.0])))


# ---- liquidity trades ------------------------------------------------------------------------------
def test_liquidity_trades_come_as_often_as_holdings_turn_over_and_in_bills_by_a_part_of_that():
    rounds, securities = 4, listed([NOTE, NOTE, BILL])
    chance = {
        rounds + 3 * (MOST_NEEDS * number + k): which for number in range(rounds) for k, which in ((0, 0.1), (1, 0.9))
    }

    def uniform_at(purpose, place, position, daily):
        return np.array([chance.get(int(at), 0.5) for at in position])

    one = SimpleNamespace(
        activity=2.0,
        benchmark=np.array([0.1, 0.1, 0.1]),
        alone=True,
        uniform=lambda purpose, n, daily: np.full(n, 0.5),  # half of the time a Poisson count of mean 2 is 2 or less
        uniform_at=uniform_at,
    )
    view = SimpleNamespace(
        securities=securities,
        tradable=np.ones(3, bool),
        when_issued=np.array([True, False, False]),
        rounds=rounds,
        anticipated=np.array([1e9, 1e9, 1e9]),
    )
    today = SimpleNamespace(per_share=np.array([9.0, 20.0, 120.0]) * M, ticket=np.array([1.0, 1.0, 2.0]) * M)
    found = needs_of_day(one, view, today, 1.0)
    # 2 x 0.1 x 20 a day of tickets of one, and of 2 x 0.1 x 120 in tickets of two the part that is drawn: half of what
    # auctions do not bring, 0.5 (1 - 33.1 / 90) = 0.316: 4.0 and 3.8 a day, two a round
    assert found.first.tolist() == [0, 2, 4, 6, 8] and not found.place.any()
    assert found.security.tolist() == [1, 2] * 4  # draws of 0.1 and 0.9 lie below and above one half
    assert found.turnover.tolist() == pytest.approx([4.0 * M, 24.0 * M * 0.5 * (1.0 - 33.1 / 90.0)] * 4, rel=1e-3)
    # the logistic draw is 0 at one half: a ticket of one and of two, times exp(-0.32)
    assert found.size.tolist() == pytest.approx([np.exp(-0.32) * M, 2 * np.exp(-0.32) * M] * 4)
    assert found.of(1).size.tolist() == found.size[2:4].tolist() and found.of(1).which_way.tolist() == [0.5, 0.5]


# ---- what everybody knows --------------------------------------------------------------------------
def test_each_class_has_nodes_of_its_own():
    s = listed([BOND, BILL, TIPS, FRN])
    weight = node_weights(s, np.array([25.0, 0.5, 2.5, 1.0]))
    assert np.argwhere(weight == 1.0).tolist() == [[0, 7], [1, 9], [2, 10], [3, 13]]


def outlook(own_bp, rank, rough_bp=0.0, taste_days=np.inf):
    """Return the common education: curves of 400, 520 and 200 bp and one more a year, premiums -8, -3, -1 by rank."""
    pattern = StartPattern(
        nominal=lambda years: 400.0 + years,
        bill=lambda years: 520.0 + years,
        real=lambda years: 200.0 + years,
        own_bp=np.array(own_bp),
        renewed=np.zeros(len(own_bp), bool),
        rough_bp=np.full(len(own_bp), rough_bp),
        rank=np.array(rank),
        rank_premium_bp=(-8.0, -3.0, -1.0),
        policy_bp=530.0,
    )
    n = len(own_bp)
    bills = BillGrowth(np.zeros(n, bool))
    return Outlook(pattern, lambda view: np.full(n, 1e6), np.ones(n), np.eye(3), lambda day: 1.0, bills, taste_days)


def seen(kinds, years, rank, **more):
    """Return a view of a day on which the expected policy rate is 30 bp below that of the start."""
    n = len(kinds)
    usual = {name: np.ones(n) for name in ("dv01", "reference_price", "anticipated", "composite_bp")}
    whole = {name: np.zeros(n, np.int64) for name in ("outstanding", "soma")}
    known = {"on_the_run": np.zeros(n, bool), "tradable": np.ones(n, bool), "day": 1, "round": 0, "rounds": 4}
    rates, columns = SimpleNamespace(expected=500.0), {"years": np.array(years), "rank": np.array(rank)}
    return SimpleNamespace(securities=listed(kinds), rates=rates, **{**usual, **whole, **known, **columns, **more})


def test_a_prior_is_curve_policy_own_part_and_the_premium_of_an_age_that_has_come():
    known = outlook([2.0, 4.0, 6.0, 7.0, 0.0], [0, -1, -1, -1, 2])
    view = seen([NOTE, BILL, TIPS, FRN, NOTE], [10.0, 0.125, 5.0, 2.0, 10.0], [1, -1, -1, -1, 5])
    # of the cut count 0.1498 at ten years, 0.9595 at an eighth, 0.2893 at five; the bill's own part fades by half
    expected = [410 - 4.494 + 2 + 5, 520.125 - 28.784 + 2, 205 - 8.679 + 6, 7.0, 410 - 4.494 + 1]
    assert known.prior_bp(view) == pytest.approx(expected, abs=2e-3)
    known.anchor(np.array([1.5, np.nan, 0.0, -2.0, 0.0]))
    assert known.prior_bp(view) - expected == pytest.approx([-1.5, 0.0, 0.0, 2.0, 0.0], abs=2e-3)


def test_the_rough_part_of_the_start_wears_off_as_fast_as_tastes_and_for_good_where_there_are_none():
    kinds, years, rank = [NOTE, NOTE], [10.0, 0.125], [5, 5]
    kept, worn = outlook([3.0, 3.0], rank, 2.0), outlook([3.0, 3.0], rank, 2.0, 65.0)
    for day, gone in ((-20, 0.0), (0, 0.0), (65, 2.0 * (1 - np.exp(-1))), (10_000, 2.0)):
        view = seen(kinds, years, rank, day=day)
        assert kept.prior_bp(view) - worn.prior_bp(view) == pytest.approx([gone, gone / 2])


def test_a_deviation_is_what_neighbours_share_and_what_is_a_securitys_own():
    known = outlook([0.0] * 4, [5, 5, 5, 5])
    view = seen([NOTE] * 4, [2.5, 2.5, 0.125, 6.0], [5] * 4)
    prior = known.prior_bp(view)
    view.composite_bp = prior + np.array([4.0, 2.0, 6.0, np.nan])
    away = known.deviation(view)
    # at 2.5 years half of 4 + 2 is shared; the nodes of 1.5 and of 4 years lie at nothing: 3 + 1.5 x (3 + 3)
    assert away.shared[:2] == pytest.approx([3.0, 3.0]) and away.level[:2] == pytest.approx([12.0, 12.0])
    assert away.residual[:2] == pytest.approx([1.0, -1.0])
    # of the last weeks of a note half counts, all of it at the first node: 3 + 1.5 x 3
    assert (away.shared[2], away.level[2], away.residual[2]) == pytest.approx((3.0, 7.5, 0.0))
    assert away.level[3] == pytest.approx(0.0) and away.residual[3] == 0.0  # nobody says what it yields


def test_what_is_known_for_a_day_is_asked_once_and_forgotten_with_the_day():
    market = small_market()
    one, asked = next(agent for agent in market.agents if isinstance(agent, Investor)), []
    know = lambda: one.daily("bids", lambda: asked.append(market.day) or len(asked))  # noqa: E731
    assert know() == know() == 1 and not one.uses("fear")
    one.fear = 0.05
    assert not one.uses("fear")  # looked at this morning
    market.day += 1
    assert know() == 2 and one.uses("fear") and len(one._of_day[1]) == 2
