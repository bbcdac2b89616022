"""Futures as they are traded: the cycle, grades beside the pure functions, the call, margin, a market."""

import pickle

import numpy as np
import pytest
from delivery_oracle import delivery, fair_price
from hypothesis import given
from hypothesis import strategies as st
from small_market import digest, small, small_market

from agents.buyers.asset_manager import wanted_contracts
from experiments.build import build
from experiments.check import check
from experiments.errors import ScenarioError
from experiments.run import run
from experiments.scenario import load
from experiments.start.futures import published_classes, usual_variance
from market.accounts.instruments import Money
from market.accounts.margin import FLOOR, margin_rate, next_variance, variation_cents
from market.closing import IdentityError
from market.closing import check as check_evening
from market.futures import contracts as futures
from market.futures.call import MOST_TICKS, SCHEDULES, TICK_E8, clear, demand, schedules_of
from market.futures.cycle import N_CONTRACTS, NAMES, cycle_on, grades_on
from market.futures.exchange import UNITS, FuturesMarket, FuturesRules, futures_laws, settle_futures
from market.units import POINT_E8, day_number, to_date

BURN_IN = 2


def schedules(*rows):
    table = np.zeros(len(rows), SCHEDULES)
    for place, (quantity, slope, least, most) in enumerate(rows):
        table[place] = (place, 0, quantity, slope, least, most)
    return table


@pytest.mark.parametrize(
    ("day", "month", "last"),
    [
        ("2024-05-24", "2024-06-01", "2024-05-24"),
        ("2024-05-28", "2024-09-01", "2024-08-26"),
        ("2024-08-26", "2024-09-01", "2024-08-26"),
        ("2024-08-27", "2024-12-01", "2024-11-22"),
        ("2024-12-31", "2025-03-01", "2025-02-24"),
    ],
)
def test_the_lead_month_ends_five_business_days_before_it_begins(day, month, last):
    cycle = cycle_on(day_number(day))
    assert (str(to_date(cycle.delivery_first)), str(to_date(cycle.last_day))) == (month, last)
    assert to_date(cycle.delivery_day).month == to_date(cycle.delivery_first).month


@pytest.fixture(scope="module")
def evening():
    """A small market with futures on its second evening, everything done but the check."""
    market = small_market(days=BURN_IN + 1, futures__enabled=True)
    next(act for act in market.moments() if act == "mark")
    return market


def test_grades_say_what_the_pure_functions_of_delivery_say(evening):
    m, cycle = evening, cycle_on(evening.date)
    grades = grades_on(m.securities, m.securities.coupon_e3, m.outstanding, m.settle_date, cycle)
    price = m.middle
    forwards = grades.forwards(price, 500.0)
    best = grades.cheapest(forwards)
    for c, (_, contract) in enumerate(futures.CONTRACTS.items()):
        days = m.settle_date, cycle.delivery_first, cycle.delivery_day
        told = delivery(contract, m.securities, price, 100.0, *days, m.outstanding)
        fair = fair_price(m.securities, told, price, days[0], days[2], 500.0)
        assert forwards[best[c]] == pytest.approx(fair, abs=1e-9)
        mine = grades.contract == c
        implied = grades.implied_repo_bp(price, np.full(N_CONTRACTS, 100.0))
        assert np.flatnonzero(np.isfinite(told.implied_repo_bp)).tolist() == grades.place[mine].tolist()
        assert implied[mine] == pytest.approx(told.implied_repo_bp[grades.place[mine]], abs=1e-7)


def test_the_call_clears_where_demand_meets_supply():
    ticks, traded = clear(schedules((10, 1, -100, 100), (-30, 1, -100, 100)))
    assert (ticks, traded.tolist()) == (-10, [20, -20])


def test_the_longer_side_is_rationed_in_proportion_and_nothing_trades_alone():
    ticks, traded = clear(schedules((30, 0, 0, 30), (10, 0, 0, 10), (-20, 0, -20, 0)))
    assert traded.tolist() == [15, 5, -20] and abs(ticks) <= MOST_TICKS
    assert clear(schedules((30, 0, 0, 30)))[0] == 0


@given(
    st.lists(
        st.tuples(st.floats(-1e5, 1e5), st.floats(0, 1e4), st.integers(-(10**6), 0), st.integers(0, 10**6)),
        min_size=1, max_size=12,
    )
)  # fmt: skip
def test_a_call_sums_to_zero_and_gives_nobody_more_than_it_asked_for(rows):
    table = schedules(*rows)
    ticks, traded = clear(table)
    asked = demand(table, ticks)
    assert traded.sum() == 0 and abs(ticks) <= MOST_TICKS
    assert (np.sign(traded) * np.sign(asked) >= 0).all() and (np.abs(traded) <= np.abs(asked)).all()


@pytest.mark.parametrize("row", [(1.0, -1.0, 0, 5), (np.nan, 0.0, 0, 5), (1.0, 0.0, 1, 5)])
def test_a_schedule_that_is_none_is_refused(row):
    with pytest.raises(ValueError, match="expected finite numbers"):
        clear(schedules(row))


def test_schedules_leave_out_what_could_never_trade():
    table = schedules_of(
        np.array([3]), np.array([[1.0, 0.0]]), np.zeros((1, 2)), np.array([[-1, -1]]), np.array([[1, 1]])
    )
    assert (table["owner"].tolist(), table["contract"].tolist()) == ([3], [0])


@given(st.lists(st.integers(-(10**13), 10**13), min_size=1, max_size=30))
def test_variation_margin_sums_to_zero_and_is_exact_but_for_what_losers_owe_below_a_cent(gains):
    exact = np.array([*gains, -sum(gains)], np.int64)
    cents = variation_cents(exact)
    assert cents.sum() == 0
    assert (np.abs(cents[exact < 0] * 1000 - exact[exact < 0]) < 1000).all()
    assert (cents * np.sign(exact) >= 0).all()


def test_gains_that_do_not_sum_to_zero_are_refused():
    with pytest.raises(ValueError, match="expected 0"):
        variation_cents(np.array([1, 1]))


def test_initial_margin_rises_with_realised_volatility_and_has_a_floor():
    calm = margin_rate(np.zeros(N_CONTRACTS), 4.3)
    assert calm.tolist() == FLOOR.tolist()
    variance = np.full(N_CONTRACTS, 1e-5)
    jump = next_variance(variance, np.full(N_CONTRACTS, 105.0), np.full(N_CONTRACTS, 100.0))
    assert (margin_rate(jump, 4.3) > margin_rate(variance, 4.3)).all()
    assert margin_rate(jump, 4.3, 2.0) == pytest.approx(2 * margin_rate(jump, 4.3))
    assert next_variance(variance, np.full(N_CONTRACTS, 105.0), np.zeros(N_CONTRACTS)) == pytest.approx(variance)


def test_the_classes_of_the_report_sum_to_zero_and_managers_are_long_where_leveraged_funds_are_short():
    classes = published_classes(day_number("2024-05-28"))
    assert not sum(classes).any() and (classes.managers > 0).all() and (classes.leveraged < 0).all()
    assert classes.leveraged[NAMES.index("TU")] == 267_714 - 2_059_762
    with pytest.raises(ValueError, match="no report"):
        published_classes(0)


def test_positions_that_do_not_sum_to_zero_cannot_start():
    with pytest.raises(ValueError, match="expected 0 for each contract"):
        FuturesMarket(0, FuturesRules(), np.ones((2, N_CONTRACTS), np.int64), np.zeros(N_CONTRACTS))


def test_who_holds_a_contract_through_a_trade_and_a_settlement_receives_its_price_changes():
    """Bought 10 at 101, settled at 102 and at 100.5: ten times a point up, then a point and a half down."""
    held = FuturesMarket(2, FuturesRules(), np.zeros((3, N_CONTRACTS), np.int64), np.zeros(N_CONTRACTS))
    held.price_e8 = np.full(N_CONTRACTS, 101 * POINT_E8)
    trade = np.zeros(2, SCHEDULES)
    trade["owner"], trade["contract"] = (0, 1), NAMES.index("TY")
    trade["quantity"], trade["least"], trade["most"] = (10, -10), (0, -10), (10, 0)
    held.call(trade)
    price = held.price_e8[NAMES.index("TY")] / POINT_E8
    first = held.settlement_cents(np.full(N_CONTRACTS, 102 * POINT_E8))
    second = held.settlement_cents(np.full(N_CONTRACTS, 10_050_000_000))
    assert first[:2].tolist() == [round(10 * (102 - price) * 1e5), -round(10 * (102 - price) * 1e5)]
    assert second[:2].tolist() == [-1_500_000, 1_500_000]


def test_managers_want_fewer_the_dearer_and_are_never_short():
    usual = np.full(N_CONTRACTS, 100.0)
    assert wanted_contracts(usual, 0.01, np.zeros(N_CONTRACTS)).tolist() == usual.tolist()
    assert (wanted_contracts(usual, 0.01, np.full(N_CONTRACTS, 10.0)) == 90.0).all()
    assert (wanted_contracts(usual, 0.01, np.full(N_CONTRACTS, 500.0)) == 0.0).all()


def test_a_market_with_futures_keeps_their_laws_and_trips_on_what_breaks_them(evening):
    m, f = evening, evening.futures
    check_evening(m)
    assert f.volume.sum() > 0 and (f.board.open_interest > 0).all() and not f.position.sum(axis=0).any()
    row = m.ledger.balance[f.row]
    assert row[Money.DEPOSITS] == -row[Money.MARGIN] > 0
    m.flows_before = None
    f.position[0, 0] += 1
    with pytest.raises(IdentityError, match="long are short"):
        check_evening(m)
    f.position[0, 0] -= 1


def test_on_the_last_day_the_spread_is_paid_out_and_positions_go_on_in_the_next_month(evening):
    m = pickle.loads(pickle.dumps(evening))
    f, held, spread = m.futures, m.futures.position.copy(), m.futures.spread_bp.copy()
    f.cycle = f.cycle._replace(last_day=m.date)  # as if it were
    before = f.settled_e8.copy()
    settle_futures(m)
    fair = f.settled_e8 - np.rint(spread / f.bp_per_point * POINT_E8)
    assert (f.position == held).all() and f.spread_bp == pytest.approx(spread)
    assert f.cycle == cycle_on(m.settle_date) and f.cycle.last_day > m.date
    lost = -(held * (before - fair) * UNITS).sum(axis=1) / 1000.0  # who is short receives what the spread was worth
    tick_cents = np.abs(held).sum(axis=1) * 2 * TICK_E8 / 1000.0
    assert (np.abs(f.variation - lost) <= tick_cents + 1.0).all() and (f.variation[held.sum(axis=1) < 0] > 0).all()
    assert all(found == expected for found, expected in futures_laws(m).values())


def test_without_futures_nothing_is_traded_and_with_them_all_together_decide_what_they_decide_one_by_one():
    assert small_market(days=0).futures is None
    worlds = [small_market(days=3, futures__enabled=True, one_by_one=alone) for alone in (False, True)]
    assert (worlds[0].futures.position == worlds[1].futures.position).all()
    assert digest(worlds[0]) == digest(worlds[1])


def test_a_run_with_futures_passes_its_check(tmp_path):
    run(small(futures__enabled=True), 1, 3, tmp_path / "run")
    found = check(tmp_path / "run")
    assert all(finding.passed for finding in found), [f for f in found if not f.passed]
    assert {"futures long are short", "margin paid is received"} <= {finding.law for finding in found}


def test_usual_volatility_makes_margins_of_the_published_size():
    """Initial margins of May 2024 were about 0.5 % of value in the 2-year to 4.4 % in the ultra bond (from memory)."""
    covariance = build(small(), 1).premises.covariance_bp
    rate = margin_rate(usual_variance(covariance), 4.3)
    assert (np.diff(rate) > 0).all() and 0.003 < rate[0] < 0.01 and 0.025 < rate[-1] < 0.06


def test_margin_steps_out_of_order_are_refused(tmp_path):
    path = tmp_path / "mine.toml"
    path.write_text(
        "[futures]\nenabled = true\n"
        "margin_steps = [{ since = 2024-07-24, scale = 2.0 }, { since = 2024-07-23, scale = 3.0 }]\n"
    )
    with pytest.raises(ScenarioError, match="expected later days"):
        load(path)


def test_a_contract_whose_first_price_comes_late_pays_nothing_for_the_price_itself(evening):
    m = pickle.loads(pickle.dumps(evening))
    f, late = m.futures, NAMES.index("TY")
    f.price_e8[late] = f.settled_e8[late] = 0  # as if nothing deliverable had been there yet
    f.owed[:, late] = 0
    f.carry(m)
    assert f.settled_e8[late] == f.price_e8[late] > 0
    assert (f.owed[:, late] == -f.position[:, late] * f.price_e8[late]).all()
    settled = np.delete(f.settled_e8, late)
    assert np.array_equal(settled, np.delete(evening.futures.settled_e8, late))
