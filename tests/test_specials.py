"""Scarce securities trade special, up to what a fail costs; fees and fails charges move from payer to payee exactly."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from small_market import live, small_market

from market.accounts.instruments import FED, N_MONEY, Money
from market.money.securities_lending import charge_for_securities
from market.money.specials import READILY_LENDABLE, fails_charge_bp, fee_bp, most_fee_bp
from market.units import FACE_PER_MUSD

BURN_IN = 2


@pytest.mark.parametrize(("top", "charge"), [(25.0, 300.0), (125.0, 200.0), (225.0, 100.0), (550.0, 100.0)])
def test_the_fails_charge_is_three_percent_less_the_lower_end_of_the_range_and_at_least_one(top, charge):
    assert fails_charge_bp(top) == charge


def test_a_special_costs_at_most_what_a_fail_costs():
    assert most_fee_bp(530.0, 550.0) == 630.0
    assert most_fee_bp(5.0, 25.0) == 305.0 and most_fee_bp(-400.0, 25.0) == 0.0


@given(st.integers(0, 10**12), st.integers(0, 10**12), st.integers(0, 10**12))
def test_the_fee_rises_with_what_is_borrowed_and_falls_with_what_is_owned(borrowed, more, owned):
    fee = fee_bp(np.array([borrowed, borrowed + more, borrowed]), np.array([owned, owned, owned + more]), 630.0)
    assert 0 <= fee[2] <= fee[0] <= fee[1] <= 630.0
    assert fee_bp(np.array([0]), np.array([owned]), 630.0)[0] == 0.0


def test_a_security_short_beyond_what_is_lendable_costs_the_most():
    assert fee_bp(np.array([int(1000 * READILY_LENDABLE)]), np.array([1000]), 630.0)[0] == 630.0
    assert fee_bp(np.array([1]), np.array([0]), 630.0)[0] == 630.0


@pytest.fixture
def market():
    return small_market(days=BURN_IN + 3)


def test_borrowers_pay_lenders_to_the_cent_and_nobody_else(market):
    lent = market.ledger.lent[:, N_MONEY:]
    market.unsettled = []  # no fails
    before = worth(market)
    charge_for_securities(market)
    gained = worth(market) - before
    assert market.lending_fee_cents > 0
    assert gained.sum() == 0 and gained[gained > 0].sum() <= market.lending_fee_cents
    touched, party = gained != 0, (lent != 0).any(axis=1)
    assert not (touched & ~party).any()
    assert (gained[party & (lent >= 0).all(axis=1)] >= 0).all() and (gained[party & (lent <= 0).all(axis=1)] <= 0).all()


def test_the_fed_takes_its_minimum_where_nothing_is_special(market):
    lent = market.ledger.lent[:, N_MONEY:]
    borrower, security = np.argwhere(lent < -FACE_PER_MUSD)[0]
    amount = FACE_PER_MUSD
    holder = int(np.argmax(lent[:, security]))
    market.ledger.lend("test", N_MONEY + security, borrower, holder, amount)  # a private loan ends, the Fed's begins
    market.ledger.lend("test", N_MONEY + security, FED, borrower, amount)
    before = worth(market)[FED]
    charge_for_securities(market)
    days = market.settle_date - market.date
    assert worth(market)[FED] - before >= 10**8 * 0.5 * 5e-4 * days / 360


def test_who_fails_pays_the_buyer(market):
    market = live(small_market(days=BURN_IN), 1)
    trades = next(table for table in market.unsettled if len(table)).copy()
    trades["settle_day"] = market.date
    official = (trades["seller"] <= 1) | (trades["buyer"] <= 1)
    market.unsettled = [trades[~official][:1]]
    one = market.unsettled[0][0]
    market.ledger.start_day()
    charge_for_securities(market)
    days = market.settle_date - market.date
    expected = round(int(one["cash_cents"]) * 0.01 * days / 360)
    assert market.fails_charge_cents == pytest.approx(expected, abs=1) and expected > 0
    assert market.ledger.journal["fails charge"] == (1, market.fails_charge_cents)


def worth(market):
    """What each account has to pay with; of a bank, less what its depositors have."""
    balance = market.ledger.balance
    cash = balance[:, [Money.RESERVES, Money.DEPOSITS, Money.TREASURY_CASH]].sum(axis=1)
    return cash.copy()
