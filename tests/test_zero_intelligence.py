"""The null model: random orders within limits; what it shows follows from institutions and budgets."""

import numpy as np
import pytest
from small_market import digest, live, small_market

from agents.buyers.bond_fund import BondFund
from agents.dealers.primary_dealer import PrimaryDealer
from agents.nulls.zero_intelligence import ERROR_BP, RANDOM, RandomDealer, RandomFirm, RandomTrader
from experiments.kinds import KINDS
from market.accounts.instruments import N_MONEY


@pytest.fixture(scope="module")
def random():
    return small_market("zero-intelligence", days=5)


def test_every_kind_but_the_official_ones_has_its_null(random):
    assert set(RANDOM) == set(KINDS.values())
    assert all(issubclass(null, kind) and null is not kind for kind, null in RANDOM.items())
    present = {type(agent) for agent in random.agents if not agent.official}
    assert present == set(RANDOM.values())


def test_it_decides_together_what_it_decides_one_by_one(random):
    assert all(kind.together for kind in RANDOM.values())
    assert digest(small_market("zero-intelligence", days=5, one_by_one=True)) == digest(random)


def test_it_keeps_every_identity_and_lives_within_its_budget(random):
    assert random.checks > 0 == random.checks % 3 and len(random.record.to_pandas("daily")) == 3
    securities = np.delete(random.ledger.balance[:, N_MONEY:], 1, axis=0)
    assert securities.min() >= 0


def test_dealers_learn_nothing_and_stream_the_last_composite_with_errors(random):
    moments = random.moments()
    next(act for act in moments if act == "hear_news")
    before = random.composite_bp.copy()
    next(act for act in moments if act == "stream_prices")
    dealers = random.playing(PrimaryDealer)[0]
    assert isinstance(dealers, RandomDealer)
    errors = (dealers.centre - before)[:, random.tradable]
    assert errors.std() == pytest.approx(ERROR_BP, rel=0.1) and abs(errors.mean()) < 0.1
    assert not dealers.news.any() and not dealers.flow.any()


def test_what_must_be_sold_is_sold():
    worlds = [small_market("zero-intelligence", days=2) for _ in range(2)]
    fund, other = (market.agents_by_type[RANDOM[BondFund]][0] for market in worlds)
    at, before = int(np.argmax(fund.position)), int(fund.position.max())
    fund.order_sale(np.where(np.arange(len(fund.position)) == at, before // 2, 0))
    assert fund.must_trade().sum() > 0
    for market in worlds:
        live(market, 1)
    left = fund.must_trade().sum()
    assert left < 0.2 * before and other.position[at] - fund.position[at] > 0.25 * before
    live(worlds[0], 2)
    assert fund.must_trade().sum() == 0


def test_investors_never_rebalance_and_buy_as_often_as_they_sell():
    market = small_market("zero-intelligence", days=2)
    live(market, 1)
    orders = []
    for act in market.moments():
        if act == "take_orders":
            orders.append(np.sign(np.concatenate([market.requests["face"], market.book_orders["face"]])))
    signs = np.concatenate(orders)
    assert len(signs) > 1000
    assert RandomTrader.demand(market.playing(RANDOM[BondFund])[0], lambda v: 1.0, 7.0, 100.0, -100.0) == 7.0
    assert abs(signs.mean()) < 0.2


def test_investors_buy_and_sell_with_even_chances_whatever_they_hold(random):
    for agent in random.agents:
        if isinstance(agent, RandomTrader):
            assert float(agent.pull) == 0.0 == float(agent.flow_lean)


def test_dealers_and_firms_quote_the_same_whatever_they_hold_and_dealers_refuse_what_a_full_limit_refuses():
    market = small_market("zero-intelligence", days=3)
    dealers, firms, view = market.playing(RandomDealer)[0], market.playing(RandomFirm)[0], market.view()
    dealers.stream(view)
    quotes, fair = dealers.quote(view), firms.quote(view)
    assert not dealers.state.excess.any() and not dealers.state.skew_per_face.any()
    dealers.burden = dealers.burden + 50.0
    firms.aim = firms.aim + 1e6
    dealers.stream(view)
    for old, new in ((quotes, dealers.quote(view)), (fair, firms.quote(view))):
        assert np.array_equal(old.bid, new.bid) and np.array_equal(old.ask_face, new.ask_face)
    dealers.gross_limit, dealers.var_limit = 1e8, 1e5
    dealers.stream(view)
    assert not dealers.state.refuses_buying.any()
    dealers.gross_limit = 1e3
    dealers.stream(view)
    assert dealers.state.refuses_buying.any()
    assert (dealers.match(view)[dealers.state.refuses_buying] <= 0).all()
