"""What compiled shortcuts say is what plain definitions say: draws and positions in pairs, factors, orders."""

from fractions import Fraction

import numpy as np
import pytest
from small_market import small_market

from market.books.messages import ORDERS, TRADES, Venue
from market.books.order_kernels import DEAREST, FAULTS
from market.draws.sampling import poisson
from market.draws.streams import Streams, fingerprint
from market.exposure import along, exposure, root_of, unexplained
from market.tables.recording import VENUES
from market.trade_kernels import write_trades
from market.trading import accept, full_price_e8, in_order_of_arrival
from market.units import FACE_PER_MUSD, LARGEST_TRADE, cash_cents

DRAWS = np.random.default_rng(7)


@pytest.fixture(scope="module")
def market():
    return small_market(days=3)


def test_draws_in_pairs_are_those_of_the_table():
    streams, owners = Streams(3), np.array([fingerprint(name) for name in "abc"], np.uint64)
    table = streams.uniform("a purpose", owners, 5, 40)
    place, position = np.array([0, 2, 2, 1]), np.array([39, 0, 17, 3])
    assert np.array_equal(streams.uniform_at("a purpose", owners[place], 5, position), table[place, position])


def test_positions_in_pairs_are_those_of_the_table(market):
    n, securities = len(market.ledger), len(market.securities)
    rows, places = DRAWS.integers(0, n, 50), DRAWS.integers(0, securities, 50)
    assert np.array_equal(market.ledger.position_in(rows, places), market.ledger.position_all()[rows, places])


def test_poisson_counts_have_the_mean_and_the_variance_of_their_law():
    mean = 3.7
    count = poisson(np.full(40_000, mean), (np.arange(40_000) + 0.5) / 40_000, 40)
    assert count.mean() == pytest.approx(mean, rel=1e-3) and count.var() == pytest.approx(mean, rel=1e-2)
    assert poisson(np.array([1e3]), np.array([0.5]), 40) == 40


def test_factors_spread_over_securities_and_are_taken_out_in_pairs():
    factor, load, value = DRAWS.normal(size=(4, 3)), DRAWS.normal(size=(9, 3)), DRAWS.normal(size=9)
    assert along(factor, load) == pytest.approx(factor @ load.T)
    assert np.array_equal(along(factor[2], load), along(factor, load)[2])
    place, security = np.array([0, 3, 3]), np.array([8, 0, 4])
    left = unexplained(value, load, factor, place, security)
    assert left == pytest.approx((value - factor @ load.T)[place, security])
    assert exposure(np.ones((1, 9)), load) == pytest.approx(load.sum(axis=0)[None, :])


def test_each_impossible_order_is_refused_with_its_own_reason(market):
    who = next(p for p in market.participants if p.sector == "bond funds")
    traded, untraded = int(np.flatnonzero(market.tradable)[0]), int(np.flatnonzero(~market.tradable)[0])
    good = (0, traded, 10, 99.0, int(Venue.BOOK))
    wrong = (
        {"owner": len(who.rows)},
        {"security": len(market.securities)},
        {"security": untraded},
        {"face": 0},
        {"face": 10**9},
        {"limit": 200.0},
        {"venue": int(Venue.AUCTION)},
        {"venue": int(Venue.BOOK_THEN_REQUEST)},
        {"venue": int(Venue.REST), "limit": np.nan},
    )
    orders = np.array([good] * (len(wrong) + 1), ORDERS)
    for k, changes in enumerate(wrong):
        for field, value in changes.items():
            orders[field][k] = value
    market.rejections.clear()
    signed = accept(market, [who], [orders])
    assert signed["owner"].tolist() == [who.rows[0]]
    assert [told.reason for told in market.rejections[who.name]] == list(FAULTS[1:])


def test_wishes_become_whole_orders_that_sell_no_more_than_is_held(market):
    fund = next(p for p in market.participants if p.sector == "bond funds")
    view, held = market.view(), np.atleast_2d(fund.position)
    security = np.flatnonzero(view.tradable & np.isfinite(view.composite_bp) & (held[0] > FACE_PER_MUSD))[:20]
    place = np.zeros(len(security), np.int64)
    sales = fund.lines(view, place, security, np.full(len(security), -1e12))
    assert np.array_equal(-sales["face"], held[0, security] // FACE_PER_MUSD * FACE_PER_MUSD)
    purchases = fund.lines(view, place, security, np.full(len(security), 2.9 * FACE_PER_MUSD))
    middle = view.price_of(security, view.composite_bp[security])
    assert (purchases["face"] == 2 * FACE_PER_MUSD).all()
    assert (purchases["limit"] > middle).all() and (sales["limit"] < middle).all()


def test_orders_arrive_by_drawn_owner_then_security_then_face(market):
    n, accounts = 400, len(market.ledger)
    orders = np.zeros(n, ORDERS)
    orders["owner"], orders["security"] = DRAWS.integers(0, accounts, n), DRAWS.integers(0, 3, n)
    orders["face"] = DRAWS.integers(-5, 5, n)
    chance = market.streams.uniform("order", market.identities, market.clock, 1)[:, 0]
    expected = np.lexsort((orders["face"], orders["security"], chance[orders["owner"]]))
    assert np.array_equal(in_order_of_arrival(market, orders), expected)


def test_trades_cost_their_full_price_in_whole_cents(market):
    n = 200
    security, face = DRAWS.integers(0, len(market.securities), n), DRAWS.integers(1, 10**6, n)
    price, rows, trades = DRAWS.integers(10**9, 15 * 10**9, n), np.arange(n), np.zeros(n, TRADES)
    by_security = market.settle_day, market.accrued_e8, market.index_e5
    write_trades(0, 1, 2, rows, rows + 1, security, price, face, np.ones(n, np.int64), *by_security, trades)
    assert np.array_equal(trades["cash_cents"], cash_cents(face, full_price_e8(market, security, price)))
    assert np.array_equal(trades["settle_day"], market.settle_day[security])


def test_the_root_of_a_covariance_times_itself_is_the_covariance_and_what_is_none_is_refused():
    rng = np.random.default_rng(3)
    for _ in range(20):
        mixed = rng.normal(size=(3, 3))
        covariance = mixed @ mixed.T + 0.01 * np.eye(3)
        root = root_of(covariance)
        assert root @ root.T == pytest.approx(covariance, rel=1e-12) and not np.triu(root, 1).any()
        assert (np.diag(root) > 0).all()
    with pytest.raises(ValueError, match="expected a positive one"):
        root_of(np.array([[1.0, 2.0], [2.0, 1.0]]))


def test_the_cash_of_the_largest_trade_at_the_highest_full_price_is_exact():
    full_e8 = 30_699_999_999
    assert int(cash_cents(LARGEST_TRADE, full_e8)) == round(Fraction(LARGEST_TRADE * full_e8, 10**6))
    assert LARGEST_TRADE * full_e8 < 2**63 and full_e8 > DEAREST * 10**8


def test_no_two_venues_share_a_number_and_a_failed_delivery_of_netting_is_named_as_one():
    assert len(VENUES) == len(Venue.__members__) and VENUES[Venue.CLEARING] == "clearing"
    assert [int(venue) for venue in Venue] == list(range(len(Venue)))
