"""Basis funds: the size of the trade, what equity carries, who holds it at the start, what margin makes them sell."""

import numpy as np
import pytest
from securities_on_paper import listed
from small_market import small_market

from agents.hedge_funds.basis_fund import BasisFund, cheapest_per_dv01
from agents.hedge_funds.basis_rules import brake, carried, legs, reason, size
from agents.hedge_funds.hedge_fund import HedgeFund
from market.accounts.instruments import N_MONEY, Money
from market.bonds.securities import Kind
from market.futures.board import face_dv01_musd
from market.futures.cycle import N_CONTRACTS
from market.futures.reasons import Reason
from market.units import FACE_PER_MUSD, day_number

BURN_IN = 2


def test_the_size_is_nothing_at_the_hurdle_the_usual_at_the_usual_spread_and_bounded():
    spread = np.array([-50.0, 4.0, 7.0, 10.0, 13.0, 100.0])
    assert size(spread, 10.0, 4.0, 2.0).tolist() == [0.0, 0.0, 0.5, 1.0, 1.5, 2.0]
    assert size(5.0, 5.0, 4.0, 2.0) == 1.0 and size(5.0, 4.0, 4.0, 9.0) == 2.0  # half a bp apart at least


def test_equity_carries_the_less_the_higher_margin_and_haircut_are():
    calm = carried(np.array([5.0]), 0.01, 0.02, 0.5, 25.0)
    assert calm == pytest.approx(5 / 0.04)
    assert carried(np.array([5.0]), 0.01, 0.04, 0.5, 25.0) == pytest.approx(5 / 0.07)
    assert carried(np.array([5.0]), 0.0, 0.0, 0.5, 25.0) == 125.0  # leverage binds
    assert carried(np.array([-1.0]), 0.01, 0.02, 0.5, 25.0) == 0.0


def test_the_brake_lets_stay_what_is_carried():
    assert brake(np.array([100.0, 50.0, 0.0]), np.array([80.0, 80.0, 0.0])).tolist() == [0.8, 1.0, 1.0]
    assert brake(np.array([0.5, 0.5]), np.array([0.25, 0.0])).tolist() == [0.5, 0.0]


@pytest.mark.parametrize(
    ("braked", "equity", "spread", "own", "expected"),
    [
        (1.0, 5.0, 10.0, 10.0, Reason.NONE),
        (1.0, 5.0, 3.0, 3.0, Reason.CARRY),
        (1.0, 5.0, 10.0, 2.0, Reason.REPO),
        (0.9, 5.0, 10.0, 10.0, Reason.MARGIN),
        (0.9, 2.0, 10.0, 10.0, Reason.LOSSES),
    ],
)
def test_what_binds_first_is_the_reason(braked, equity, spread, own, expected):
    one = (np.array([value]) for value in (braked, 100.0, equity, 25.0))
    assert reason(*one, spread, own, np.array([4.0])).tolist() == [float(expected)]


def test_a_fund_that_has_less_than_nothing_has_lost_however_little_it_holds():
    held, equity = np.array([10.0, 0.0]), np.array([-2.0, -2.0])
    assert reason(0.9, held, equity, 25.0, 10.0, 10.0, 4.0).tolist() == [Reason.LOSSES, Reason.MARGIN]


def test_a_maturity_goes_with_the_contract_whose_grade_is_near():
    s, years = listed([Kind.NOTE] * 3 + [Kind.BOND, Kind.BILL, Kind.NOTE]), np.array([2.0, 5.0, 8.0, 30.0, 0.5, 0.0])
    assert np.argwhere(legs(s, years)).tolist() == [[0, 0], [1, 1], [2, 2], [3, 5]]


@pytest.fixture(scope="module")
def calm():
    return small_market(days=BURN_IN + 2, futures__enabled=True)


def fund_of(market):
    return next(who for who in market.participants if isinstance(who, BasisFund))


def test_every_note_and_bond_goes_with_one_contract(calm):
    belongs, coupons = legs(calm.securities, calm.years), calm.securities.of(Kind.NOTE, Kind.BOND) & (calm.years > 0)
    assert belongs.sum(axis=1).tolist() == coupons.astype(float).tolist()


def test_at_the_start_their_part_of_hedge_funds_books_is_theirs_and_no_sum_changes():
    given, without = (small_market(days=0, futures__enabled=True, futures__basis_funds=n) for n in (10, 0))
    funds = [a.row for a in given.agents if isinstance(a, BasisFund)]
    hedge = [a.row for a in given.agents if type(a) is HedgeFund]
    old = without.ledger.balance[[a.row for a in without.agents if type(a) is HedgeFund], N_MONEY:].sum(axis=0)
    new = [given.ledger.balance[rows, N_MONEY:].sum(axis=0) for rows in (funds, hedge)]
    coupons = given.securities.of(Kind.NOTE, Kind.BOND)
    assert (new[0] + new[1] == old).all() and not new[0][~coupons].any()
    assert new[0][coupons].sum() == pytest.approx(0.6 * old[coupons].sum(), rel=1e-4)
    total = sum(a.benchmark for a in given.agents if hasattr(a, "benchmark") and not a.official)
    before = sum(a.benchmark for a in without.agents if hasattr(a, "benchmark") and not a.official)
    assert total == pytest.approx(before, abs=1e-12)
    given.ledger.check()


def test_their_futures_are_short_by_the_duration_of_their_securities(calm):
    fund, board = fund_of(calm), calm.futures.board
    _, per_face = fund._legs(calm.view())
    held = np.maximum(fund.position, 0).astype(float) @ per_face
    short = board.dv01_of(-calm.futures.position[fund.rows])
    assert (short > 0).all() and short.sum() == pytest.approx(held.sum(), rel=0.1)
    assert np.median(np.abs(short - held) / held) < 0.1


def test_at_rest_nobody_must_sell_and_leverage_is_that_of_the_start(calm):
    told = fund_of(calm).leverage()
    assert (told["kept"] == 1.0).all() and not told["forced_musd"].any()
    assert told["securities_musd"] / told["equity_musd"] == pytest.approx(20.0, rel=0.15)
    assert (told["margin_musd"] > 0).all()


def test_what_is_beyond_the_usual_goes_into_the_cheapest_to_deliver(calm):
    view, board = calm.view(), calm.futures.board
    weights = cheapest_per_dv01(view, board)
    assert weights.T @ face_dv01_musd(view.dv01) == pytest.approx(np.ones(N_CONTRACTS))
    assert (weights[board.cheapest, np.arange(N_CONTRACTS)] > 0).all()


def test_when_margins_rise_they_sell_at_any_price_buy_futures_back_and_say_why():
    steps = [{"since": "2024-05-30", "scale": 4.0}]
    market = small_market(days=BURN_IN + 2, futures__enabled=True, futures__margin_steps=steps)
    fund, before = fund_of(market), market.futures.position.copy()
    held = np.maximum(fund.position, 0).sum()
    market.step()
    assert market.date == day_number("2024-05-31")
    fund = fund_of(market)
    told = fund.leverage()
    assert (told["kept"] < 1.0).all() and (told["reason"] == Reason.MARGIN).all()
    assert np.maximum(fund.position, 0).sum() < held - 1_000 * FACE_PER_MUSD
    bought = (market.futures.position - before)[fund.rows].sum()
    assert bought > 0
    names = [market.ledger.names[row] for row in fund.rows]
    told = market.record.to_pandas("institutions").set_index("name").loc[names]
    before = told[told["date"] < told["date"].max()]["margin_sales_face"]
    ordered = told[told["date"] == told["date"].max()]["margin_sales_face"]
    assert not before.any() and ordered.tolist() == fund.margin_sales().tolist()
    sold = held - np.maximum(fund.position, 0).sum()
    assert (ordered > 0).all() and 0.5 * ordered.sum() < sold <= ordered.sum() + FACE_PER_MUSD * len(ordered)
    leveraged = market.record.to_pandas("leveraged")
    assert set(leveraged[leveraged["date"] == leveraged["date"].max()]["reason"]) == {"margin"}
    assert (market.ledger.balance[fund.rows, Money.MARGIN] > 0).all()


def test_a_fund_whose_repo_is_dearer_than_futures_pay_wants_nothing(calm):
    fund, view = fund_of(calm), calm.view()
    assert (
        fund._own_spread(view.futures, view) == view.futures.spread_bp - (view.funding_bp - view.futures.repo_bp)
    ).all()
    assert not size(view.futures.spread_bp - 40.0, 10.0, 4.0, 2.0).any()
