"""The equations of a dealer's prices and of an investor's demand: closed forms, signs and bounds."""

import itertools
import math
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from small_market import lone

from agents.buyers.bank import Bank
from agents.buyers.client_offers import SHORTEST_YEARS, rolled_down
from agents.buyers.demand import MOST_LEEWAY_BP, buying_chance, leeway_of, share_of_gap, tilt
from agents.buyers.investor import MOST_TILT, Investor
from agents.buyers.money_fund import MoneyFund
from agents.dealers.quoting import (
    answered_half,
    carrying_skew,
    face_shown,
    half_spread,
    holding_days,
    lead_of_best,
    risk_price,
    shading,
    shadow_price,
    worth_quoting,
)
from agents.hedge_funds.hedge_fund import MOST_EXTRA, HedgeFund
from agents.traits import Trait, traits_of
from experiments.kinds import KINDS
from market.units import CENTS_PER_MUSD, FACE_PER_MUSD

some = st.floats(-1e6, 1e6)


# ---- dealers ---------------------------------------------------------------------------------------
@given(some, st.floats(1.0, 1e6))
def test_holding_time_is_inventory_over_turnover_signed_and_bounded(excess, turnover):
    days = holding_days(excess, turnover, 40.0)
    assert days == pytest.approx(max(min(excess / turnover, 40.0), -40.0))
    assert holding_days(-excess, turnover, 40.0) == -days


def test_a_security_that_hardly_trades_is_held_for_long_and_not_for_ever():
    assert holding_days(30.0, 0.0, 40.0) == 30.0 and holding_days(1e9, 0.0, 40.0) == 40.0


def test_carrying_costs_a_year_are_paid_by_yield_over_the_duration():
    assert carrying_skew(10.0, 55.0, 5.0) == pytest.approx(55.0 * 10 / 250 / 5) == pytest.approx(0.44)
    assert carrying_skew(-10.0, 55.0, 5.0) == -carrying_skew(10.0, 55.0, 5.0)
    assert carrying_skew(10.0, 55.0, 10.0) == carrying_skew(10.0, 55.0, 5.0) / 2


def test_balance_sheet_is_free_below_three_quarters_and_then_dearer_by_the_square():
    assert shadow_price(0.0, 4800.0, 400.0) == shadow_price(0.75, 4800.0, 400.0) == 0.0
    assert shadow_price(1.0, 4800.0, 400.0) == pytest.approx(300.0)
    assert shadow_price(0.875, 4800.0, 400.0) == pytest.approx(75.0)
    assert shadow_price(9.0, 4800.0, 400.0) == 400.0


def test_the_winner_adds_the_lead_it_expects_over_the_second_best():
    """Closed forms of the order statistics of normals: 2 / sqrt(pi) for two, 3 / (2 sqrt(pi)) for three."""
    assert lead_of_best(2) == pytest.approx(2 / math.sqrt(math.pi), rel=1e-6)
    assert lead_of_best(3) == pytest.approx(1.5 / math.sqrt(math.pi), rel=1e-6)
    leads = [lead_of_best(k) for k in range(1, 25)]
    assert all(more > less > 0 for more, less in itertools.pairwise(leads))


def test_fewer_dealers_ask_for_more():
    factors = [shading(n) for n in range(1, 25)]
    assert all(few >= many > 1 for few, many in itertools.pairwise(factors))
    assert shading(24) == pytest.approx(23 / 22) and shading(6) == pytest.approx(1.25) and shading(3) == 2.0
    assert answered_half(0.2, 0.1, lead_of_best(2), shading(4)) > answered_half(0.2, 0.1, lead_of_best(4), shading(24))
    assert answered_half(0.2, 0.0, lead_of_best(4), 1.0) == 0.2


@given(st.floats(0, 1), st.floats(0, 30), st.floats(0, 30))
def test_who_holds_at_constant_maturity_offers_short_paper_most(roll, years, longer):
    share = rolled_down(roll, years)
    assert 0 <= rolled_down(roll, years + longer) <= share <= 1
    assert share == pytest.approx(min(roll / max(years, SHORTEST_YEARS), 1))


@given(st.floats(0.01, 5), st.floats(0.1, 20), st.floats(0.01, 40), st.floats(0, 500), st.floats(0.5, 20))
def test_half_a_spread_is_never_below_half_a_tick_and_grows_with_risk_time_and_cost(tick, sigma, days, cost, duration):
    base = half_spread(tick, sigma, days, 0.009, cost, 0.3, duration)
    assert base >= 0.5 * tick
    risk = max(0.5 * tick, 0.009 * sigma * math.sqrt(days))
    assert base == pytest.approx(risk + 0.3 * cost * days / (250 * duration))
    assert half_spread(tick, 2 * sigma, days, 0.009, cost, 0.3, duration) >= base
    assert half_spread(tick, sigma, 2 * days, 0.009, cost, 0.3, duration) >= base
    assert half_spread(tick, sigma, days, 0.009, cost + 10, 0.3, duration) > base
    assert half_spread(tick, sigma, days, 0.009, cost, 0.3, 2 * duration) <= base


def test_a_firm_quote_is_worth_its_spread_on_arrivals_against_news():
    assert worth_quoting(0.5, 4.0, 2.0, 0.5, 3.0) == pytest.approx(0.5 * 4 * 3 * 0.5 / 2)
    assert worth_quoting(0.5, 4.0, 2.0, 0.0, 3.0) == 0.0
    assert worth_quoting(0.5, 4.0, 0.5, 0.5, 3.0) == pytest.approx(6.0)  # where next to no news comes too
    assert worth_quoting(0.5, 4.0, 4.0, 0.5, 3.0) < worth_quoting(0.5, 4.0, 2.0, 0.5, 3.0)


def test_a_full_book_shows_nothing_that_worsens_it_and_a_quarter_of_what_helps():
    usual, one = 100.5 * FACE_PER_MUSD, 1.0 * FACE_PER_MUSD
    assert face_shown(True, usual, one, 1.2, True) == face_shown(True, usual, one, 1.0, True) == 0
    assert face_shown(True, usual, one, 1.2, False) == 25 * FACE_PER_MUSD
    assert face_shown(True, usual, one, 0.4, True) == face_shown(True, usual, one, 0.4, False) == 60 * FACE_PER_MUSD
    assert face_shown(True, usual, 30 * one, 0.9, True) == face_shown(True, usual, 30 * one, 0.9, False) == 30 * one
    assert face_shown(False, usual, 30 * one, 0.4, False) == 0


# ---- investors -------------------------------------------------------------------------------------
@given(st.floats(-80, 80), st.floats(-20, 20))
def test_a_holding_tilts_towards_yield_and_is_bounded(level, residual):
    wanted = tilt(level, residual, 0.01, 0.03, MOST_TILT)
    assert wanted == pytest.approx(np.clip(0.01 * level + 0.03 * residual, -MOST_TILT, MOST_TILT))
    assert tilt(level + 1.0, residual, 0.01, 0.03, 9.0) > tilt(level, residual, 0.01, 0.03, 9.0)
    assert tilt(level, residual + 1.0, 0.01, 0.03, 9.0) > tilt(level, residual, 0.01, 0.03, 9.0)


def test_own_cheapness_moves_more_than_the_level():
    assert tilt(0.0, 1.0, 0.008, 0.03, 1.0) > tilt(1.0, 0.0, 0.008, 0.03, 1.0) > 0


def test_the_price_of_risk_is_one_to_three_quarters_of_the_limit_rises_and_is_bounded():
    assert risk_price(0.0, 32.0, 3.0) == risk_price(0.75, 32.0, 3.0) == 1.0
    assert risk_price(0.875, 32.0, 3.0) == pytest.approx(1.5) and risk_price(1.0, 32.0, 3.0) == pytest.approx(3.0)
    assert risk_price(5.0, 32.0, 3.0) == 3.0


def test_liquidity_trades_lean_towards_what_is_wanted_and_are_even_at_it():
    large = 1e5  # of a usual holding: what counts is how fast it turns over
    assert buying_chance(0.0, large, 100.0, 0.02, 0.0) == 0.5
    assert buying_chance(500.0, large, 100.0, 0.02, 0.0) == pytest.approx(0.6)
    assert buying_chance(-500.0, large, 100.0, 0.02, 0.0) == pytest.approx(0.4)
    assert buying_chance(1e9, large, 100.0, 0.02, 0.0) == 1.0 and buying_chance(-1e9, large, 100.0, 0.02, 0.0) == 0.0
    assert buying_chance(1e9, large, 0.0, 0.02, 0.0) == 0.5


def test_what_clients_bring_adds_to_the_lean_and_never_leaves_a_chance():
    assert buying_chance(500.0, 1e5, 100.0, 0.02, 0.05) == pytest.approx(0.65)
    assert buying_chance(0.0, 1e5, 100.0, 0.02, -0.1) == pytest.approx(0.4)
    assert buying_chance(1e9, 1e5, 100.0, 0.02, 0.3) == 1.0 and buying_chance(-1e9, 1e5, 100.0, 0.02, -0.3) == 0.0


@given(st.floats(-1e6, 1e6), st.floats(0.001, 1.0), st.floats(1.0, 1e5))
def test_a_share_of_the_gap_is_traded_in_expectation_and_never_more_than_the_gap(gap, speed, lot):
    chances = (np.arange(4000) + 0.5) / 4000
    faces = share_of_gap(gap, speed, lot, chances)
    assert np.all(np.abs(faces) <= abs(gap)) and np.all(faces * gap >= 0)
    if lot <= abs(gap):
        assert abs(faces.mean() - speed * gap) <= lot / 4000 + 1e-9 * abs(gap)
    if speed * abs(gap) >= lot:
        assert np.ptp(faces) == 0


def picked(values):
    return values


def test_an_investor_wants_its_accustomed_share_of_what_is_anticipated_and_more_at_higher_yields():
    fund = SimpleNamespace(elasticity=0.01, own_elasticity=0.03, benchmark=0.1)
    assert Investor.demand(fund, picked, 1000.0, 0.0, 0.0) == pytest.approx(100.0)
    assert Investor.demand(fund, picked, 1000.0, 5.0, 0.0) == pytest.approx(105.0)
    assert Investor.demand(fund, picked, 1000.0, 5.0, -1.0) == pytest.approx(102.0)
    assert Investor.demand(fund, picked, 2000.0, 5.0, 0.0) == pytest.approx(210.0)


def test_an_investor_nets_out_what_its_own_news_explains():
    load, fund = np.array([[1.0, 0.5, 0.0]]), lone(Investor, n_securities=1, news=[2.0, 4.0, 7.0])
    assert fund._known(load).tolist() == [4.0]


def test_who_hears_late_takes_in_public_and_yesterdays_news_and_a_hedge_fund_todays():
    told = SimpleNamespace(
        public_bp=np.array([1.0, 0, 0]), private_bp=np.array([0, 1.0, 0]), late_bp=np.array([0, 0, 1.0])
    )
    market = SimpleNamespace(outlook=SimpleNamespace(hear=lambda *told: None))
    late, early = lone(Investor, market), lone(HedgeFund, market)
    for one in (late, early):
        one.hear(told, SimpleNamespace(round=1))
        one.hear(told, SimpleNamespace(round=2))
    assert late.news.tolist() == [2.0, 0.0, 2.0] and early.news.tolist() == [2.0, 2.0, 0.0]


def test_a_hedge_fund_buys_what_has_cheapened_beyond_its_hurdle_and_its_positions_are_bounded():
    fund = SimpleNamespace(
        hurdle=0.5,
        level_appetite=0.002,
        residual_appetite=0.003,
        recent=3.0,
        benchmark=0.01,
        arbitrage_share=0.1,
        uses=lambda trait: False,
    )
    want = lambda level, residual: float(HedgeFund.demand(fund, picked, 1e6, level, residual))  # noqa: E731
    assert want(3.0, 0.4) == want(3.0, -0.4) == pytest.approx(10_000)
    assert want(4.0, 0.0) == pytest.approx(10_000 + 0.1 * 0.002 * 1e6)
    assert want(3.0, 1.5) == pytest.approx(10_000 + 0.1 * 0.003 * 1e6)
    assert want(3.0, -1.5) == pytest.approx(10_000 - 0.1 * 0.003 * 1e6)
    assert want(100.0, 0.0) == pytest.approx((0.01 + 0.1 * MOST_EXTRA) * 1e6)


# ---- money -----------------------------------------------------------------------------------------
CASH = np.array([500, 1500]) * CENTS_PER_MUSD
RATES = SimpleNamespace(day=-1, rates=SimpleNamespace(iorb=540.0, on_rrp=530.0, srf=550.0, discount=550.0))


def test_a_bank_lends_what_lies_above_its_comfort_dearer_as_reserves_fall():
    known = {"comfortable": 0.75, "floor": 0.3, "lending_premium": 1.0, "premium_spread": 0.0, "scarcity_slope": 40.0}
    bank = lone(Bank, starting_reserves=1000.0, **known)
    cash = np.array([2000, 1000, 800, 600, 200]) * CENTS_PER_MUSD
    cents, rate = bank.lend(cash, RATES)
    assert (cents / CENTS_PER_MUSD).tolist() == [1250, 250, 50, 0, 0]
    assert rate[:3] == pytest.approx([541.0, 541.0, 541.0 + 40 * 0.2**2])
    needed, most = bank.borrow(cash, RATES)
    assert (needed / CENTS_PER_MUSD).tolist() == [0, 0, 0, 0, 100] and (most > RATES.rates.srf).all()


@pytest.mark.parametrize(("share", "flow"), [(0.0, 1.0), (0.5, 0.5), (1.0, 0.0)])
def test_owners_of_a_money_fund_bring_what_does_not_come_out_of_the_facility(share, flow):
    fund = lone(MoneyFund, cash_before=float(1000 * CENTS_PER_MUSD), from_facility=share, cash_buffer=10.0)
    spent = np.array([700 * CENTS_PER_MUSD])
    assert fund.subscriptions(spent, RATES).tolist() == [round(flow * 300 * CENTS_PER_MUSD)]
    assert float(fund.cash_before[0]) == spent[0] + round(flow * 300 * CENTS_PER_MUSD)
    assert fund.place(spent, RATES).tolist() == [690 * CENTS_PER_MUSD]


def test_a_money_fund_that_starts_has_no_yesterday():
    assert lone(MoneyFund).subscriptions(CASH[:1], RATES).tolist() == [0]


def test_customers_of_an_investor_supply_what_its_buffer_lacks_and_take_the_rest():
    fund = lone(Investor, cash_buffer=1000.0)
    assert (fund.subscriptions(CASH, RATES) / CENTS_PER_MUSD).tolist() == [500, -500]


# ---- traits ----------------------------------------------------------------------------------------
def test_every_trait_of_every_kind_says_unit_bounds_and_source_and_its_default_keeps_them():
    for kind in KINDS.values():
        for name, trait in traits_of(kind).items():
            if type(trait) is Trait:
                low, high = trait.bounds
                assert trait.unit and trait.source and low <= trait.default <= high, f"{kind.__name__}.{name}"
                with pytest.raises(ValueError, match=name):
                    lone(kind, **{name: high + 1.0})


def test_an_order_gives_way_to_the_yield_at_which_nothing_more_is_wanted():
    usual, slope = 1e9, 0.03
    assert leeway_of(0.3 * usual, usual, slope, 1.5) == pytest.approx(10.0)  # it wants 30 % more: 10 bp
    assert leeway_of(-0.3 * usual, usual, slope, 1.5) == pytest.approx(10.0)
    assert leeway_of(0.01 * usual, usual, slope, 1.5) == 1.5  # what any trade may cost
    assert leeway_of(9 * usual, usual, slope, 1.5) == MOST_LEEWAY_BP
    assert leeway_of(0.3 * usual, usual, 0.0, 1.5) == 1.5  # who knows no price gives way by habit alone
