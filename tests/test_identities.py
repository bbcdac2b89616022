"""The identities of the official sector by name, I1 to I14, on a running market; each trips on a planted violation.

The check of the evening: I1 owners hold what is issued, I2 the Fed's sheet, I3 reserves, I5 debt, I9 trades sum to
zero, I10 repo. I4 is ``test_flow_rows.py``. Laws of a run's tables: I6 the debt limit (on a running market in
``test_debt_limit.py``), I7 auctions, I8 buybacks. Here: I9 gains, I11 run-off under a cap, I13 no arbitrage. Of I14,
announcing without buying and doubled amounts are here, a world at rest is in ``test_market_slow.py``, draws by name in
``test_market_laws.py``. I12 is ``test_matched_financing.py``.
"""

import os
import pickle
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from small_market import digest, live, small, small_market, trades_by_name

from agents.buyers.pension import Pension
from agents.officials.central_bank import CentralBank
from experiments.build import populate, stage
from experiments.laws.debt_limit import subject_debt_is_within_the_limit
from experiments.laws.operations import auctions_award_their_offering, buybacks_keep_their_limits
from market.accounts.instruments import FED, N_MONEY, PUBLIC, TREASURY, Money
from market.accounts.ledger import UnbalancedError
from market.bonds.securities import Kind
from market.closing import IdentityError, check
from market.model import TreasuryMarket
from market.tables.record import Record
from market.units import FACE_PER_MUSD, day_number

BURN_IN = 2
LEAST_OTR_BP = -30.0  # an on-the-run issue yields at most so much less than the curve of seasoned ones: a guess


@pytest.fixture(scope="module")
def evening():
    """A market on the evening of 31 May 2024, everything done but the check."""
    market = small_market(days=BURN_IN + 2)
    next(act for act in market.moments() if act == "mark")
    return market


def bank_of(market):
    return int(np.argmax(market.ledger.balance[:, Money.RESERVES]))


def _one_more_bond(market):
    market.ledger._balance[PUBLIC, N_MONEY + int(np.argmax(market.outstanding))] += 1


def _reserves_from_nowhere(market):
    market.ledger._balance[[FED, bank_of(market)], Money.RESERVES] += np.array([-1, 1])


def _a_flow_that_was_not(market):
    flow = np.zeros_like(market.flows.outstanding())
    flow[Money.RESERVES] = 1
    market.flows.by_memo["planted"] = flow


def _debt_without_an_issue(market):
    market.ledger._balance[[TREASURY, PUBLIC], N_MONEY + int(np.argmax(market.outstanding))] += np.array([-1, 1])


def _a_trade_whose_sides_differ(market):
    market.unsettled[0]["cash_cents"][0] += 1


def _cash_lent_and_not_borrowed(market):
    market.loans["cents"][0] += 1


@pytest.mark.parametrize(
    ("identity", "plant", "told"),
    [
        ("I1", _one_more_bond, "sum"),
        ("I2", _reserves_from_nowhere, "I2"),
        ("I3", _a_flow_that_was_not, "RESERVES changed"),
        ("I5", _debt_without_an_issue, "changed by 1"),
        ("I9", _a_trade_whose_sides_differ, "the sum of its trades"),
        ("I10", _cash_lent_and_not_borrowed, "I10"),
    ],
)
def test_the_evening_holds_and_trips_on_what_breaks_it(evening, identity, plant, told):
    honest, broken = (pickle.loads(pickle.dumps(evening)) for _ in range(2))
    check(honest)
    plant(broken)
    with pytest.raises((IdentityError, UnbalancedError), match=told):
        check(broken)


def test_i9_trades_of_a_day_sum_to_zero_over_all_accounts(evening):
    due, trades = evening.ledger.due, evening.tape.everything()
    assert len(trades) > 100 and (due != 0).any() and not due.sum(axis=0).any()


def test_i9_a_day_of_trades_moves_no_par_and_no_cash_in_all_and_gains_are_what_the_issuer_loses(evening):
    """Gains of an account: closing less opening value at marks, less what it paid for trades, coupons aside.

    Units: 1e-4 points times face, a hundredth of a cent; exact. Marks are clean prices: any others would do.
    """
    market = pickle.loads(pickle.dumps(evening))
    check(market)
    market.day += 1
    first, ledger = market.reference_price, market.ledger
    for act in market.moments():
        if act == "announce":
            opening, cash = ledger.position_all(), ledger.money(slice(None)).sum(axis=0)
            owed = ledger.cash_due(slice(None))
        if act == "lay_off_risk" and market.round == market.rounds - 1:
            break
    trades, closing = market.tape.everything(), ledger.position_all()
    assert len(trades) > 100 and not opening.sum(axis=0).any() and not closing.sum(axis=0).any()
    assert np.array_equal(ledger.money(slice(None)).sum(axis=0), cash)  # each money, over all
    bought, paid = np.zeros_like(opening), np.zeros(len(ledger), np.int64)
    for side, sign in (("buyer", 1), ("seller", -1)):
        np.add.at(bought, (trades[side], trades["security"]), sign * trades["face"])
        np.add.at(paid, trades[side], sign * trades["cash_cents"])
    assert np.array_equal(closing - opening, bought) and np.array_equal(owed - ledger.cash_due(slice(None)), paid)
    before, after = (np.rint(1e4 * np.nan_to_num(price)).astype(np.int64) for price in (first, market.middle))
    gains = closing @ after - opening @ before - 100 * paid
    issued, proceeds = -bought[TREASURY], -paid[TREASURY]
    cost = -opening[TREASURY] @ (after - before) + issued @ after - 100 * proceeds
    assert gains.sum() == 0 and np.delete(gains, TREASURY).sum() == cost == -gains[TREASURY] != 0


def test_i6_debt_above_the_limit_is_a_default_or_is_found():
    row = {"date": pd.Timestamp("2025-01-02"), "subject_debt_musd": 101.0, "limit_musd": 100.0, "unpaid_musd": 0.0,
           "measures_used_musd": 0.0, "measures_left_musd": 0.0, "cash_musd": 5.0, "default": True}  # fmt: skip
    found = [subject_debt_is_within_the_limit({"debt_limit": pd.DataFrame([row | {"default": d}])}) for d in (True, 0)]
    assert found[0].passed and not found[1].passed


def test_i7_awards_are_the_offering_and_i8_buybacks_keep_their_limits_or_are_found(evening):
    tables = {name: evening.record.to_pandas(name) for name in ("auctions", "buybacks", "offers")}
    for law, table, column in (
        (auctions_award_their_offering, "auctions", "awarded_face"),
        (buybacks_keep_their_limits, "buybacks", "accepted_face"),
    ):
        assert law(tables).passed and law(tables).compared > 0
        planted = tables[table].copy()
        planted[column] = planted[column] + 10**8
        assert not law(tables | {table: planted}).passed


@pytest.mark.parametrize("cap_musd", [40_000, 60_000, 10**6])
def test_i11_what_is_left_of_may_redeems_exactly_the_smaller_of_the_cap_and_what_matures(cap_musd):
    caps = [{"since": "2024-05-01", "treasuries_musd": cap_musd, "mbs_musd": 10**6}]
    market = small_market(days=BURN_IN, policy__caps=caps)
    fed = market.agents_by_type[CentralBank][0]
    s, before = market.securities, market.soma.copy()
    left = max(cap_musd * FACE_PER_MUSD - fed.plan.redeemed[2024, 5], 0)
    matures = int(before[(s.maturity_day > market.date) & (s.maturity_day <= day_number("2024-05-31"))].sum())
    live(market, 3)
    assert market.date == day_number("2024-05-31")
    redeemed = int(before.sum() - market.soma.sum())
    auctions = len(market.record.to_pandas("auctions"))
    assert 0 <= redeemed - min(left, matures) <= auctions + 3 and matures > 0  # each add-on is rounded down to $100


def arbitrage(market):
    """Return what could be arbitraged now: crossed books, bills above par, an on-the-run issue far off the curve."""
    bid, ask = market.books.bid, market.books.ask
    crossed = (bid >= 0) & (ask < market.books.n_levels) & (bid >= ask)
    bills = market.securities.of(Kind.BILL) & market.tradable & (market.composite_bp < 0)
    dear = market.on_the_run & (market.residual_bp < LEAST_OTR_BP)
    return np.flatnonzero(crossed | bills | dear)


def test_i13_no_arbitrage_is_left_after_any_round(evening):
    market = pickle.loads(pickle.dumps(evening))
    check(market)
    market.day += 1  # the evening of the fixture is over
    rounds = 0
    for act in market.moments():
        if act == "lay_off_risk":
            rounds += 1
            assert not len(arbitrage(market))
    assert rounds == market.rounds
    bill = int(np.flatnonzero(market.securities.of(Kind.BILL) & market.tradable)[0])
    market.composite_bp = market.composite_bp.copy()
    market.composite_bp[bill] = -1.0
    assert arbitrage(market).tolist() == [bill]


def test_i14_announcing_operations_in_which_nothing_is_bought_moves_no_bond_and_no_cent():
    placebo, off = (small_market(days=BURN_IN + 2, policy__buybacks__mode=mode) for mode in ("placebo", "off"))
    assert len(placebo.record.to_pandas("buybacks")) > 0 and "buybacks" not in off.record.rows
    assert digest(placebo) == digest(off)


def test_i14_identical_institutions_may_swap_names_and_no_aggregate_changes():
    def with_newcomers(*names):
        scenario = small()
        given = stage(scenario)
        market = TreasuryMarket(given.premises, 1, Record())
        populate(market, scenario, given)
        for name in names:
            Pension(market, name).benchmark = np.full(len(market.securities), 2e-3)
        return live(market, BURN_IN + 2)

    one, two = with_newcomers("Ann", "Zoe"), with_newcomers("Zoe", "Ann")
    assert sorted(trades_by_name(one)) == sorted(trades_by_name(two))
    assert np.array_equal(one.composite_bp, two.composite_bp, equal_nan=True)
    for book in ("balance", "due", "lent"):
        mine, theirs = (getattr(market.ledger, book) for market in (one, two))
        assert np.array_equal(mine[:-2], theirs[:-2]) and np.array_equal(mine[-2:], theirs[-2:][::-1])
    assert (one.ledger.position([-1, -2]).sum(axis=1) > 0).all()  # they trade, and not alike
    assert not np.array_equal(*one.ledger.position(np.arange(len(one.ledger))[-2:]))


ROOT = Path(__file__).resolve().parents[1]
DOUBLED = """
import sys
import numpy as np
from market import units
units.FACE_PER_MUSD, units.CENTS_PER_MUSD, units.LARGEST_TRADE = 20_000, 2 * 10**8, 6 * 10**8
from small_market import small_market
market = small_market(days=2)
np.savez(sys.argv[1], composite=market.composite_bp, outstanding=market.outstanding, rate=market.sofr_bp)
"""


@pytest.mark.slow
def test_i14_where_every_million_is_two_the_same_trades_are_made_at_the_same_yields(tmp_path):
    """All faces, cash, limits and lots are told in millions: a process of its own, compiled anew, doubles them."""
    market = small_market(days=2)
    where = {
        "PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "tests")]),
        "NUMBA_CACHE_DIR": str(tmp_path / "cache"),
    }
    command = [sys.executable, "-c", DOUBLED, str(tmp_path / "doubled.npz")]
    subprocess.run(command, check=True, cwd=tmp_path, env=os.environ | where)
    doubled = np.load(tmp_path / "doubled.npz")
    assert doubled["outstanding"].sum() == pytest.approx(2 * market.outstanding.sum(), rel=1e-6)
    gap, known = np.abs(doubled["composite"] - market.composite_bp), np.isfinite(market.composite_bp)
    assert np.array_equal(known, np.isfinite(doubled["composite"]))
    finest_tick_bp = 1 / 256 / market.view().dv01[known]  # points over points a bp
    assert (
        gap[known] < finest_tick_bp
    ).all()  # hundred-dollar pieces and cents are not doubled: a price may round apart
    assert np.mean(gap[known] > 0.01) < 0.01
    assert doubled["rate"] == market.sofr_bp > 0
