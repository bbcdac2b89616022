"""The flow table, row by row: each event happens alone on a running market, and moves what it should, to the cent.

The market is stopped on the morning of 30 May 2024, when issues, maturities, a buyback and a purchase of the Fed are
all due. In a twin of it only the trades of one event settle, so that the whole change is that event's. Columns: the
Treasury's account (TGA), reserves, reverse repo (domestic and foreign), Treasuries in private hands, the Fed's
portfolio (SOMA); money in cents, securities in face. A roll-over moves Treasury cash by the discount at which bills are
sold and by nothing else: it is zero for what is sold at par. The same rows hold over whole days in
``test_market_buybacks.py`` and ``test_open_market_desk.py``.
"""

import pickle
from typing import NamedTuple

import numpy as np
import pytest
from small_market import live, small_market

from agents.buyers.money_fund import MoneyFund
from agents.officials.debt_office import DebtOffice
from market.accounts.instruments import FED, N_MONEY, TREASURY, Money
from market.accounts.servicing import redeem_maturities, settle_trades, spend_and_tax
from market.bonds.price_index import RATIO_ONE_E5
from market.bonds.securities import Kind
from market.books.messages import TRADES, Venue, stacked
from market.money.funding import fund, lend_overnight, unwind_funding
from market.units import CENTS_PER_FACE, day_number

BURN_IN = 2
TODAY = day_number("2024-05-30")
ONE_DAY = {"since": "2024-05-29", "until": "2024-05-29", "per_day_musd": 2_000}
NO_ROLL = [{"since": "2024-01-01", "treasuries_musd": 10**6, "mbs_musd": 10**6}]


class Row(NamedTuple):
    """A row of the flow table: money in cents, Treasuries in face."""

    tga: int = 0
    reserves: int = 0
    rrp: int = 0
    private: int = 0
    soma: int = 0


def standing(market):
    """Return what stands in the five columns now."""
    owed, soma = -market.ledger.balance[FED], int(market.soma.sum())
    rrp = int(owed[Money.REVERSE_REPO] + owed[Money.FOREIGN_REPO])
    private = int(market.outstanding.sum()) - soma
    return Row(int(owed[Money.TREASURY_CASH]), int(owed[Money.RESERVES]), rrp, private, soma)


def change(after, before):
    """Return by how much each column differs."""
    return Row(*(a - b for a, b in zip(after, before, strict=True)))


def morning(**values):
    """Return a market on the morning of 30 May, before anything settles."""
    market = small_market(days=BURN_IN + 1, **values)
    for agent in market.agents_by_type[MoneyFund]:
        agent.from_facility, agent.substitution = 1.0, 0.0
    next(market.moments())
    assert market.date == TODAY
    return market


@pytest.fixture(scope="module")
def rolling():
    return morning(policy__purchases=[ONE_DAY], policy__on_rrp_limit_musd=10**7)  # four funds: no limit binds


@pytest.fixture(scope="module")
def running_off():
    return morning(policy__caps=NO_ROLL)


def twin_of(market):
    return pickle.loads(pickle.dumps(market))


def alone(market, chosen, may_fail=False):
    """Settle only the chosen trades due today, in a twin; return it, these trades, and what they changed."""
    pending = stacked(market.unsettled, TRADES)
    due = chosen(pending) & (pending["settle_day"] <= market.date)
    twin = twin_of(market)
    twin.unsettled, before = [pending[due]], standing(twin)
    settle_trades(twin)
    settled, failed = pending[due], sum(len(table) for table in twin.unsettled)
    assert len(settled) > failed and (may_fail or not failed)
    return twin, settled, change(standing(twin), before)


def cash(trades):
    return int(trades["cash_cents"].sum())


def face(trades):
    return int(trades["face"].sum())


def funds(market):
    return np.flatnonzero(market.sectors == "money funds")


def issued_to(market, to_funds):
    """Return what picks the issues that the public bought, by money funds or by all others."""
    return lambda t: (t["seller"] == TREASURY) & (t["buyer"] != FED) & (np.isin(t["buyer"], funds(market)) == to_funds)


def test_an_auction_to_the_public_paid_from_deposits_raises_treasury_cash_and_lowers_reserves(rolling):
    _, settled, row = alone(rolling, issued_to(rolling, to_funds=False))
    assert row == Row(tga=cash(settled), reserves=-cash(settled), private=face(settled)) and row.tga > 0


def test_an_auction_bought_by_money_funds_that_leave_reverse_repo_lowers_it_and_no_reserves(rolling):
    """Both twins live the evening: what the funds paid for bills is what they no longer place at the Fed."""
    bought, settled, row = alone(rolling, issued_to(rolling, to_funds=True))
    assert row == Row(tga=cash(settled), reserves=-cash(settled), private=face(settled))
    without = twin_of(rolling)
    for market in (bought, without):
        for act in (unwind_funding, fund, lend_overnight):
            act(market)
    assert change(standing(bought), standing(without)) == Row(
        tga=cash(settled), rrp=-cash(settled), private=face(settled)
    )


def principal(market, rows):
    """Return the face that matures today in the hands of some accounts, and what is repaid for it in cents."""
    s = market.securities
    maturing = (s.maturity_day <= market.date) & (market.outstanding > 0)
    assert maturing.any() and not (maturing & s.of(Kind.TIPS)).any() and RATIO_ONE_E5 == 10**5
    held = int(market.ledger.balance[np.ix_(rows, N_MONEY + np.flatnonzero(maturing))].sum())
    return held, held * CENTS_PER_FACE


def redeemed(market):
    """Redeem what matures; return the Fed's face in it, what the others are repaid, and the change of the columns."""
    others = np.setdiff1d(np.arange(len(market.ledger)), [FED, TREASURY])
    own, rest = principal(market, np.array([FED])), principal(market, others)
    before = standing(market)
    redeem_maturities(market)
    return own, rest, change(standing(market), before)


def test_the_feds_add_on_that_rolls_a_maturity_moves_only_the_discount_from_the_treasurys_account(rolling):
    market, settled, bought = alone(rolling, lambda t: (t["seller"] == TREASURY) & (t["buyer"] == FED))
    assert bought == Row(tga=cash(settled), soma=face(settled))
    (own, repaid), (others, others_repaid), row = redeemed(market)
    assert row == Row(-repaid - others_repaid, others_repaid, 0, -others, -own)
    the_feds = Row(*(a + b for a, b in zip(bought, row, strict=True)))
    left = change(the_feds, Row(tga=-others_repaid, reserves=others_repaid, private=-others))
    rounding = own - face(settled)  # add-ons are shared out among the auctions of the day, each rounded down to $100
    assert left == Row(tga=cash(settled) - repaid, soma=-rounding) and 0 <= rounding < 10
    assert 0 < own * CENTS_PER_FACE - cash(settled) < 0.06 * repaid


def test_a_redemption_refinanced_with_the_public_lowers_the_portfolio_and_reserves_and_raises_private_holdings(
    running_off,
):
    pending = stacked(running_off.unsettled, TRADES)
    assert not ((pending["seller"] == TREASURY) & (pending["buyer"] == FED)).any()
    market, settled, sold = alone(running_off, lambda t: t["seller"] == TREASURY)
    assert sold == Row(tga=cash(settled), reserves=-cash(settled), private=face(settled))
    (own, repaid), (others, others_repaid), row = redeemed(market)
    the_feds = change(row, Row(tga=-others_repaid, reserves=others_repaid, private=-others))
    assert the_feds == Row(tga=-repaid, soma=-own) and own > 0
    together = Row(*(a + b for a, b in zip(sold, the_feds, strict=True)))
    assert together.tga + together.reserves + together.rrp == together.soma * CENTS_PER_FACE < 0
    assert together.reserves < 0 < together.private


def test_deficit_spending_lowers_treasury_cash_and_raises_reserves_by_as_much(rolling):
    market = twin_of(rolling)
    office = market.agents_by_type[DebtOffice][0]
    receipts, before = int(office.plan.receipts[TODAY]), standing(market)
    spend_and_tax(market)
    assert change(standing(market), before) == Row(tga=receipts, reserves=-receipts) and receipts != 0


def test_a_buyback_lowers_treasury_cash_raises_reserves_and_extinguishes_the_face(rolling):
    market, settled, row = alone(rolling, lambda t: t["venue"] == Venue.BUYBACK)
    assert row == Row(tga=-cash(settled), reserves=cash(settled), private=-face(settled)) and row.reserves > 0
    assert int(rolling.outstanding.sum() - market.outstanding.sum()) == face(settled)


def test_the_refinancing_of_a_buyback_is_more_bills_and_brings_back_its_cash():
    """Two markets, alike but for the buyback: once its bills are paid, more is owed and the cash is back."""
    fixed = {"news__scale": 0.0, "policy__factors": "held"}
    on, off = (small_market(policy__buybacks__mode=mode, **fixed) for mode in ("programme", "off"))
    added, issues = 0, {}
    while not added and on.day < 12:
        live(on, 1), live(off, 1)
        sizes = [{(a.security, a.issue_day): a.offering for a in market.auctions} for market in (on, off)]
        more = {key: size - sizes[1][key] for key, size in sizes[0].items() if size > sizes[1].get(key, size)}
        issues |= more
        added = sum(face for (_, day), face in issues.items() if day == on.settle_date)
    assert added > 0 and added % 10**7 == 0  # whole billions
    for market in (on, off):
        next(market.moments())
    rows = []
    for market in (on, off):
        rows.append(alone(market, lambda t: (t["seller"] == TREASURY) & (t["buyer"] != FED))[2])
    extra = change(*rows)
    assert extra.tga == -extra.reserves > 0 and extra.rrp == extra.soma == 0
    assert extra.private == pytest.approx(added, rel=0.01)  # awards at the stop round up


def test_a_purchase_of_the_fed_creates_reserves_and_moves_the_face_from_private_hands_to_its_portfolio(rolling):
    _, settled, row = alone(rolling, lambda t: (t["venue"] == Venue.OFFICIAL) & (t["buyer"] == FED))
    assert row == Row(reserves=cash(settled), private=-face(settled), soma=face(settled)) and row.reserves > 0


@pytest.mark.parametrize("party", ["dealer and client", "hedge funds"])
def test_trades_of_the_market_move_nothing_but_who_owns(rolling, party):
    hedge = np.flatnonzero(rolling.sectors == "hedge funds")

    def chosen(t):
        private = (t["seller"] > TREASURY) & (t["buyer"] > TREASURY)
        theirs = np.isin(t["seller"], hedge) | np.isin(t["buyer"], hedge)
        return private & (theirs if party == "hedge funds" else (t["venue"] == Venue.REQUEST) & ~theirs)

    market, settled, row = alone(rolling, chosen, may_fail=True)  # a seller may wait for what others deliver
    assert row == Row() and len(settled) > 3
    assert not np.array_equal(market.ledger.balance, rolling.ledger.balance)
