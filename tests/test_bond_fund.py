"""Open-end funds: money follows performance, and what owners ask back is raised from what sells best."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from small_market import live, small_market

from agents.buyers.bond_fund import BondFund
from agents.buyers.owner_flows import MONTH, MOST_OF_TURNOVER, liquid_first, owners_flow, return_of_day

GAIN, LOSS = 0.2, 0.4


def test_a_loss_drives_out_twice_what_a_gain_brings_and_a_month_of_it_is_the_published_share():
    assert owners_flow(0.0, GAIN, LOSS) == 0.0
    assert owners_flow(0.01, GAIN, LOSS) * MONTH == pytest.approx(0.002)
    assert owners_flow(-0.01, GAIN, LOSS) * MONTH == pytest.approx(-0.004)


def test_a_return_is_the_change_of_marks_on_what_is_held_and_unmarked_securities_count_nothing():
    held = np.array([[100, 300, 500], [0, 200, 0], [0, 0, 0]])
    change = return_of_day(held, np.array([99.0, 51.0, np.nan]), np.array([100.0, 50.0, 70.0]))
    assert change[:, 0] == pytest.approx([(-100 + 300) / (10_000 + 15_000), 0.02, 0.0])
    assert return_of_day(held[0], np.full(3, 90.0), np.full(3, 100.0)) == pytest.approx([-0.1])


def test_what_turns_over_most_is_sold_first_and_the_rest_in_proportion():
    held, turnover, price = np.array([1000.0, 1000.0, 1000.0]), np.array([100.0, 4000.0, 1000.0]), np.full(3, 100.0)
    first, second = MOST_OF_TURNOVER * 4000.0, MOST_OF_TURNOVER * 1000.0
    assert liquid_first(held, turnover, price, np.array([30_000.0])) == pytest.approx([0.0, 300.0, 0.0])
    assert liquid_first(held, turnover, price, np.array([45_000.0])) == pytest.approx([0.0, first, 50.0])
    sold = liquid_first(held, turnover, price, np.array([(first + second + 10.0 + 249.0) * 100.0]))
    assert sold == pytest.approx([10.0 + 99.0, first + 60.0, second + 90.0])


@settings(max_examples=60)
@given(
    st.lists(st.floats(0, 1e6), min_size=5, max_size=5),
    st.lists(st.floats(0, 1e6), min_size=5, max_size=5),
    st.floats(0, 1e9),
)
def test_a_fund_raises_what_is_asked_or_sells_all_it_has(held, turnover, asked):
    face, price = np.array(held), np.linspace(60.0, 120.0, 5)
    sold = liquid_first(face, np.array(turnover), price, np.array([asked]))
    assert (sold >= 0).all() and (sold <= face * (1 + 1e-9) + 1e-6).all()
    assert (sold * price).sum() == pytest.approx(min(asked, (face * price).sum()), rel=1e-9, abs=1e-3)


@pytest.fixture(scope="module")
def after_a_fall():
    """A market a day after yields of the marks of the funds were 50 bp lower than now."""
    market = live(small_market("steady", burn_in=1), 2)
    funds = market.agents_by_type[BondFund]
    for fund in funds:
        fund.marked_bp = fund.marked_bp - 50.0
    before = {fund.name: (fund.position.sum(), fund.benchmark.sum()) for fund in funds}
    return live(market, 1), before


def test_after_a_fall_owners_ask_back_and_the_fund_sells_for_it_on_the_day(after_a_fall):
    market, before = after_a_fall
    table = market.record.to_pandas("institutions")
    today = table[(table["date"] == table["date"].max()) & (table["kind"] == "bond funds")].set_index("name")
    held, asked, sold = (today[name] for name in ("net_musd", "redeemed_musd", "redemption_sales_musd"))
    assert (asked / held).to_numpy() == pytest.approx(0.4 * 0.0276 / MONTH, rel=0.15)  # held is face, below par
    assert sold.to_numpy() == pytest.approx(asked.to_numpy(), rel=0.1) and (sold < asked * 1.1).all()
    for fund in market.agents_by_type[BondFund]:
        assert fund.benchmark.sum() < before[fund.name][1]
    assert today["must_trade_musd"].sum() <= 0.5 * sold.sum()


def test_what_was_sold_is_paid_to_owners_when_it_settles(after_a_fall):
    market, _ = after_a_fall
    fund = max(market.agents_by_type[BondFund], key=lambda one: float(one.ordered[0]))
    live(market, 1)
    left = int(market.ledger.cash(fund.rows)[0])
    assert left == fund.buffer_cents[0] and fund.redemptions()[1] == fund.ordered


def test_nobody_asks_back_in_a_burn_in_nor_where_yields_stay():
    market = small_market("steady", days=3, burn_in=5)
    for fund in market.agents_by_type[BondFund]:
        assert not fund.returns.any() and not fund.asked_back.any() and np.isnan(fund.marked_bp).all()
