"""Shares of all holders sum to what there is, and nothing but what happens moves holdings away from them."""

from types import SimpleNamespace

import numpy as np
import pytest
from small_market import live, small_market

from agents.bill_growth import BillGrowth, given_up, growth_of
from agents.buyers.demand import buying_chance
from agents.buyers.investor import Investor
from market.bonds.securities import Kind
from market.units import FACE_PER_MUSD

COUPONS = (Kind.NOTE, Kind.BOND)


def claims(market):
    """Return what all holders are accustomed to hold of each security, in shares of the anticipated supply (S,)."""
    view, total = market.view(), np.zeros(len(market.securities))
    for holder in market.participants:
        if hasattr(holder, "benchmark"):
            mine = holder.claim(view) if isinstance(holder, Investor) else market.outlook.on(view).claim
            total += np.sum(np.atleast_2d(holder.benchmark) * mine, axis=0)
    return total


# ---- what bills grow by -----------------------------------------------------------------------------
@pytest.mark.parametrize("before", [0.8, 1.0, 1.1])
def test_accustomed_shares_of_every_security_sum_to_one_whatever_bills_have_grown_by(before):
    market = small_market(days=1)
    there = market.tradable & (market.anticipated > 0)
    bills = market.outlook.bills
    bills.before = int(bills.before * before)
    live(market, 1)
    growth = market.outlook.on(market.view()).bill_growth
    assert growth == pytest.approx(1.0 - before, abs=0.002)
    assert claims(market)[there] == pytest.approx(1.0, abs=1e-9)
    funds = market.participants[[p.sector for p in market.participants].index("money funds")]
    claim = np.atleast_2d(funds.claim(market.view()))
    bill = market.securities.of(Kind.BILL)
    assert claim[:, bill] == pytest.approx(1.0 + growth * 0.42) and (claim[:, ~bill] == 1.0).all()


def test_others_give_up_what_some_take_of_new_bills_in_proportion_to_what_they_hold():
    shares, response = np.array([[0.2, 0.0], [0.5, 0.6], [0.3, 0.4]]), np.array([0.4, 0.0, 0.0])
    give_up = given_up(shares, response)
    assert give_up == pytest.approx([0.2 * 0.4 / 0.8, 0.0])
    growth = BillGrowth(np.array([True, True]), give_up)
    view = SimpleNamespace(outstanding=np.array([100, 20]), soma=np.array([10, 10]))
    assert growth.since_start(view) == 0.0
    view.outstanding = np.array([120, 25])
    assert growth.since_start(view) == pytest.approx(0.2) == growth_of(100.0, 125.0)
    assert growth.claim(0.2) == pytest.approx([0.98, 1.0])
    assert growth.claim(0.2, 0.4) == pytest.approx([1.08, 1.08])


# ---- liquidity trades -------------------------------------------------------------------------------
def test_who_lacks_all_it_is_used_to_only_buys_and_who_has_twice_as_much_only_sells():
    usual, turnover = 100.0, 340.0  # it turns over more than three times a day
    assert buying_chance(usual, usual, turnover, 0.02, 0.0) == 1.0
    assert buying_chance(-usual, usual, turnover, 0.02, 0.0) == 0.0
    assert buying_chance(0.1 * usual, usual, turnover, 0.02, 0.0) == pytest.approx(0.55)
    assert buying_chance(0.1 * usual, usual, 0.5, 0.02, 0.0) == pytest.approx(0.9)  # by the pull, where it is slow


@pytest.mark.parametrize("per_day", [0.05, 3.4])
def test_a_flow_of_either_sign_moves_a_holding_by_as_much_however_often_the_issue_turns_over(per_day):
    """A member that is used to hold 100 trades 5 at a time; its clients lean its trades five points of a hundred."""
    usual, ticket, rng = 100.0, 5.0, np.random.default_rng(1)
    mean = []
    for lean in (-0.05, 0.05):
        held, path = np.full(2_000, usual), []
        for _ in range(round(60 * per_day * usual / ticket)):
            buys = rng.uniform(size=held.shape) < buying_chance(usual - held, usual, per_day * usual, 0.02, lean)
            held = np.maximum(held + np.where(buys, ticket, -np.minimum(ticket, held)), 0.0)
            path.append(held.mean())
        mean.append(np.mean(path[len(path) // 2 :]) - usual)
    assert mean[0] < 0 < mean[1] and mean[0] + mean[1] == pytest.approx(0.0, abs=2.0)
    assert mean[1] == pytest.approx(0.1 * usual, rel=0.15)


# ---- a market to which nothing happens --------------------------------------------------------------
def coupons_of_dealers(market):
    """Return dealers' face in notes and bonds, and what they are used to, in million dollars."""
    mine = market.securities.of(*COUPONS) & market.tradable
    dealers = market.participants[[p.sector for p in market.participants].index("dealers")]
    usual = np.sum(dealers.benchmark, axis=0) * market.anticipated
    return np.array([market.ledger.position(dealers.rows).sum(axis=0)[mine].sum(), usual[mine].sum()]) / FACE_PER_MUSD


def test_dealers_keep_their_usual_coupons_while_nothing_happens():
    """Their mean of days 15 to 40 of a burn-in, without news, supply or maturities: within 6 % of the usual."""
    market, path = live(small_market("steady", rounds=6, burn_in=60), 15), []
    for _ in range(25):
        live(market, 1)
        path.append(coupons_of_dealers(market))
    held, usual = np.mean(path, axis=0)
    print(f"{held:,.0f} of {usual:,.0f} musd")
    assert held == pytest.approx(usual, rel=0.06)
