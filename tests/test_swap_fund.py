"""Swap-spread funds: what the trade pays, its size, what equity carries, the stop, who holds it at the start."""

import re

import numpy as np
import pytest
from small_market import digest, live, small_market

from agents.hedge_funds.hedge_fund import HedgeFund
from agents.hedge_funds.swap_fund import WIDER, SwapFund
from agents.hedge_funds.swap_rules import days_out, drawn_down, spread_at, swap_gain
from experiments.errors import UserError
from experiments.scenario import load
from market.accounts.instruments import N_MONEY
from market.bonds.securities import Kind
from market.futures.reasons import Reason
from market.money.overnight import PRESSURE
from market.units import FACE_PER_MUSD

BURN_IN = 2


def test_spreads_are_linear_between_the_nodes_and_flat_beyond():
    nodes = np.array([-15.0, -27.0, -38.0, -75.0])
    years = np.array([0.5, 2.0, 3.5, 10.0, 20.0, 30.0, 40.0])
    assert spread_at(years, nodes).tolist() == [-15.0, -15.0, -21.0, -38.0, -56.5, -75.0, -75.0]


def test_the_stop_is_reached_below_a_share_of_the_highest_equity():
    assert not drawn_down(80.0, 100.0, 0.2) and drawn_down(79.9, 100.0, 0.2)
    assert not drawn_down(120.0, 120.0, 0.2)


def test_who_is_stopped_stays_out_for_its_days():
    assert days_out(0.0, True, 3.0) == 3.0
    assert [days_out(left, False, 3.0) for left in (3.0, 1.0, 0.0)] == [2.0, 0.0, 0.0]


def test_who_pays_fixed_gains_when_swap_rates_rise_and_floating_exceeds_fixed():
    assert swap_gain(2.0, 5.0, 0.0, 530.0, 420.0) == 10.0
    assert swap_gain(2.0, -5.0, 0.0, 530.0, 420.0) == -10.0
    assert swap_gain(0.0, 0.0, 25_000.0, 530.0, 430.0) == pytest.approx(1.0)  # 1 % of $25 bn in 250 days


@pytest.fixture(scope="module")
def calm():
    return small_market(days=BURN_IN + 2, swaps__enabled=True)


def fund_of(market):
    return next(who for who in market.participants if isinstance(who, SwapFund))


def test_at_the_start_their_part_of_hedge_funds_books_is_theirs_and_no_sum_changes():
    given, without = small_market(swaps__enabled=True, swaps__share=0.2), small_market()
    funds = [a.row for a in given.agents if isinstance(a, SwapFund)]
    hedge = [a.row for a in given.agents if type(a) is HedgeFund]
    old = without.ledger.balance[[a.row for a in without.agents if type(a) is HedgeFund], N_MONEY:].sum(axis=0)
    new = [given.ledger.balance[rows, N_MONEY:].sum(axis=0) for rows in (funds, hedge)]
    coupons = given.securities.of(Kind.NOTE, Kind.BOND)
    assert (new[0] + new[1] == old).all() and not new[0][~coupons].any()
    assert new[0][coupons].sum() == pytest.approx(0.2 * old[coupons].sum(), rel=1e-4)
    total, before = (
        sum(a.benchmark for a in market.agents if hasattr(a, "benchmark") and not a.official)
        for market in (given, without)
    )
    assert total == pytest.approx(before, abs=1e-12)
    given.ledger.check()


def test_at_rest_nobody_must_sell_and_leverage_is_that_of_the_start(calm):
    told = fund_of(calm).leverage()
    assert (told["kept"] == 1.0).all() and not told["forced_musd"].any() and (told["reason"] == Reason.NONE).all()
    assert told["securities_musd"] / told["equity_musd"] == pytest.approx(10.0, rel=0.15)
    recorded = calm.record.to_pandas("leveraged")
    assert set(recorded["reason"]) == {"none"} and len(recorded) == 2 * 6


def test_it_usually_wants_its_accustomed_holding_and_more_where_treasuries_are_cheap_against_swaps(calm):
    fund, view = fund_of(calm), calm.view()
    coupons = view.securities.of(Kind.NOTE, Kind.BOND) & view.tradable
    fund._look(view)
    usual = fund.demand(lambda v: v, view.anticipated, 0.0, 0.0)
    more = fund.demand(lambda v: v, view.anticipated, 5.0, 0.0)
    less = fund.demand(lambda v: v, view.anticipated, 0.0, -5.0)
    held = fund.benchmark * view.anticipated
    assert usual[:, coupons].sum() == pytest.approx(held[:, coupons].sum(), rel=0.1)
    assert (more > usual)[held > 0].all() and (less < usual)[held > 0].all()


def test_a_move_is_gained_on_what_was_held_through_it_and_not_on_what_was_bought_after(calm):
    fund, view = fund_of(calm), calm.view()
    fund._mark(view)
    kept = fund.gained.copy(), fund.swap_bp.copy(), fund.marked.copy()
    assert np.array_equal(fund.marked, np.maximum(fund.position, 0))
    fund.swap_bp, fund.marked = fund.swap_bp - 10.0, np.zeros_like(fund.marked)  # rates rose; it held nothing then
    fund._mark(view)
    assert np.array_equal(fund.gained, kept[0])
    fund.swap_bp = fund.swap_bp - 10.0
    fund._mark(view)
    assert (fund.gained > kept[0]).all()
    fund.gained, fund.swap_bp, fund.marked = kept


def test_full_dealers_make_the_repo_dearer_and_the_trade_smaller(calm):
    fund, view = fund_of(calm), calm.view()
    fund._look(view)
    before = fund.pays_bp.copy()
    known = calm.extras.get(PRESSURE)
    calm.extras[PRESSURE] = 0.3
    fund._look(calm.view())
    assert before - fund.pays_bp == pytest.approx(60.0 * (0.3 - max(known or 0.0, 0.0)))
    calm.extras[PRESSURE] = known


def positions(market):
    return np.maximum(np.atleast_2d(fund_of(market).position), 0).sum()


def test_when_swap_spreads_fall_further_who_paid_fixed_loses_and_a_stopped_fund_sells_out():
    step = [{"since": "2024-05-31", "change_bp": -60.0}]
    given = {"swaps__enabled": True, "rounds": 6, "swaps__steps": step}
    market = small_market(days=BURN_IN + 2, **given)
    before = positions(market)
    live(market, 1)
    assert market.extras[WIDER] == -60.0
    told, fund = fund_of(market).leverage(), fund_of(market)
    assert (fund.gained < 0).all() and (fund.out > 0).all()
    assert (told["kept"] == 0.5).all() and (told["reason"] == Reason.LOSSES).all()
    assert positions(market) < before - 1_000 * FACE_PER_MUSD
    live(market, 2)
    assert positions(market) < 0.4 * before
    market.ledger.check()


def test_together_and_one_by_one_have_the_same_bits():
    both = (small_market(days=BURN_IN + 2, one_by_one=alone, swaps__enabled=True) for alone in (False, True))
    assert len({digest(market) for market in both}) == 1


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[swaps]\nsteps = [{ since = 2023-05-31, change_bp = 1.0 }]\n", "swaps.steps[0].since"),
        ('behaviour = "zero-intelligence"\n[swaps]\nenabled = true\n', "swaps.enabled"),
        ("[swaps]\nequity = 0.0\n", "equity"),
    ],
)
def test_impossible_sections_are_refused(text, said, tmp_path):
    own = tmp_path / "own.toml"
    own.write_text('base = "baseline"\n' + text)
    with pytest.raises(UserError, match=re.escape(said)):
        load(own)
