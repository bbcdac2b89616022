import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from market.accounts.instruments import FED, N_MONEY, TREASURY, Money
from market.accounts.ledger import Ledger
from market.accounts.settlement import FedLending, book, close_out, return_borrowed, settle
from market.books.messages import TRADES

NONE = np.zeros(0, TRADES)


def street(holdings, n_securities=1, cash=10**12):
    """A bank and its customers a, b, c, ... with these holdings of security 0; return ledger and rows."""
    ledger = Ledger(n_securities, 8)
    ledger.open("Bank", Money.RESERVES)
    rows = np.array([ledger.open(chr(ord("a") + i)) for i in range(len(holdings))])
    ledger.pay("endowment", FED, np.append(rows, TREASURY), cash)
    ledger.transfer("issue", N_MONEY, TREASURY, rows, holdings)
    return ledger, rows


def trades(*lines, security=0, settle_day=1):
    """Lines of (seller, buyer, face); a unit of face costs 99 dollars."""
    table = np.zeros(len(lines), TRADES)
    table["seller"], table["buyer"], table["face"] = np.array(lines, np.int64).reshape(-1, 3).T
    table["cash_cents"] = table["face"] * 9_900
    table["security"], table["settle_day"] = security, settle_day
    return table


def may_short(ledger, *rows):
    mask = np.zeros(len(ledger), np.bool_)
    mask[list(rows)] = True
    return mask


def due_of(ledger, pending):
    """What the pending trades leave due, summed one by one."""
    due = np.zeros_like(ledger.due)
    for trade in pending:
        column = N_MONEY + trade["security"]
        due[trade["buyer"], column] += trade["face"]
        due[trade["seller"], column] -= trade["face"]
        due[trade["seller"], Money.DEPOSITS] += trade["cash_cents"]
        due[trade["buyer"], Money.DEPOSITS] -= trade["cash_cents"]
    return due


# ---- stories ------------------------------------------------------------------------------------------
def test_a_trade_is_due_until_its_day_and_then_owned_and_paid():
    ledger, (a, b) = street([100, 0])
    pending = trades((a, b, 30), settle_day=5)
    cash = ledger.cash([a, b])
    book(ledger, pending)
    assert ledger.due[[a, b], N_MONEY].tolist() == [-30, 30]
    assert ledger.cash_due([a, b]).tolist() == [297_000, -297_000]
    pending, fails = settle(ledger, pending, 4, may_short(ledger))
    assert (len(pending), len(fails)) == (1, 0)
    pending, fails = settle(ledger, pending, 5, may_short(ledger))
    assert (len(pending), len(fails)) == (0, 0)
    assert ledger.balance[[a, b], N_MONEY].tolist() == [70, 30]
    assert (ledger.cash([a, b]) - cash).tolist() == [297_000, -297_000]
    assert not ledger.due.any()


def test_a_buyback_extinguishes_debt_and_turns_treasury_cash_into_reserves_to_the_cent():
    ledger, (a,) = street([100])
    outstanding, reserves, treasury_cash = ledger.balance[[TREASURY, FED, FED], [N_MONEY, 0, Money.TREASURY_CASH]]
    pending = trades((a, TREASURY, 40))
    book(ledger, pending)
    settle(ledger, pending, 1, may_short(ledger))
    after = ledger.balance[[TREASURY, FED, FED], [N_MONEY, 0, Money.TREASURY_CASH]]
    assert (after - [outstanding, reserves, treasury_cash]).tolist() == [40, -396_000, 396_000]


def test_an_auction_needs_no_bonds_to_deliver_and_settles_with_what_was_sold_on():
    ledger, (a, b) = street([0, 0])
    pending = trades((a, b, 25), (TREASURY, a, 25))
    book(ledger, pending)
    _, fails = settle(ledger, pending, 1, may_short(ledger))
    assert len(fails) == 0
    assert ledger.balance[[TREASURY, a, b], N_MONEY].tolist() == [-25, 0, 25]


def test_a_short_seller_borrows_delivers_and_gives_back():
    ledger, (dealer, client, holder) = street([0, 0, 100])
    pending = trades((dealer, client, 60))
    book(ledger, pending)
    _, fails = settle(ledger, pending, 1, may_short(ledger, dealer))
    assert len(fails) == 0
    assert ledger.balance[[dealer, client, holder], N_MONEY].tolist() == [0, 60, 40]
    assert ledger.lent[[dealer, client, holder], N_MONEY].tolist() == [-60, 0, 60]
    assert ledger.position([dealer, client, holder])[:, 0].tolist() == [-60, 60, 100]
    ledger.transfer("cover", N_MONEY, client, dealer, 45)
    return_borrowed(ledger)
    assert ledger.lent[[dealer, holder], N_MONEY].tolist() == [-15, 15]
    assert ledger.balance[[dealer, holder], N_MONEY].tolist() == [0, 85]
    ledger.transfer("cover", N_MONEY, client, dealer, 15)
    return_borrowed(ledger)
    assert not ledger.lent.any()
    ledger.check_owners()


def test_a_holder_lends_a_share_and_no_more_on_the_next_day():
    ledger, (dealer, client, holder) = street([0, 0, 100])
    for day, expected_fails in ((1, 0), (2, 1)):
        pending = trades((dealer, client, 45), settle_day=day)
        book(ledger, pending)
        _, fails = settle(ledger, pending, day, may_short(ledger, dealer), lend_fraction=np.eye(7)[holder] * 0.5)
        assert len(fails) == expected_fails
    assert ledger.lent[holder, N_MONEY] == 45


def test_who_can_lend_most_lends_first_and_the_fed_last_and_is_given_back_first():
    ledger, (dealer, client, small, large) = street([0, 0, 100, 200])
    ledger.transfer("issue", N_MONEY, TREASURY, FED, 1_000)
    pending = trades((dealer, client, 150), (dealer, client, 120), (dealer, client, 200))
    book(ledger, pending)
    lends = np.ones(len(ledger))
    lends[client] = 0
    for k, expected in enumerate(([0, 150, 0], [100, 170, 0], [100, 200, 170])):
        settle(ledger, pending[k : k + 1], 1, may_short(ledger, dealer), lends)
        assert ledger.lent[[small, large, FED], N_MONEY].tolist() == expected
    ledger.transfer("cover", N_MONEY, client, dealer, 190)
    return_borrowed(ledger)
    assert ledger.lent[[small, large, FED], N_MONEY].tolist() == [100, 180, 0]


def test_the_fed_keeps_to_its_limits_by_dealer_and_lends_to_nobody_else():
    terms = FedLending(share=0.9, dealer_share=0.25, dealer_face=300)
    ledger, (dealer, other, fund, client) = street([0, 0, 0, 0], n_securities=2)
    ledger.transfer("issue", N_MONEY + np.arange(2), TREASURY, FED, 1_000)  # 900 may be lent, 225 to one dealer
    shorts, dealers = may_short(ledger, dealer, other, fund), may_short(ledger, dealer, other)
    for seller, security, face, lent in ((dealer, 0, 226, 0), (dealer, 0, 225, 225), (fund, 0, 1, 225)):
        pending = trades((seller, client, face), security=security)
        book(ledger, pending)
        _, fails = settle(ledger, pending, 1, shorts, 0.0, (terms, dealers))
        assert ledger.lent[FED, N_MONEY] == lent and len(fails) == (seller == fund or face > 225)
    pending = np.append(trades((dealer, client, 76), security=1), trades((other, client, 225), security=1))
    book(ledger, pending)
    _, fails = settle(ledger, pending, 1, shorts, 0.0, (terms, dealers))
    assert fails["face"].tolist() == [76] and ledger.lent[FED, N_MONEY + 1] == 225  # 300 in all to the first
    assert terms.room(ledger, dealers)[[dealer, other, fund]].tolist() == [75, 75, 0]


def test_other_holders_lend_first_to_whom_the_fed_may_not_lend():
    ledger, (dealer, fund, holder, client) = street([0, 0, 100, 0])
    ledger.transfer("issue", N_MONEY, TREASURY, FED, 1_000)
    pending = trades((dealer, client, 90), (fund, client, 90))
    book(ledger, pending)
    fed = FedLending(), may_short(ledger, dealer)
    lends = np.eye(len(ledger))[holder] * 0.9
    _, fails = settle(ledger, pending, 1, may_short(ledger, dealer, fund), lends, fed)
    assert len(fails) == 0 and ledger.lent[[dealer, fund, holder, FED], N_MONEY].tolist() == [-90, -90, 90, 90]


def test_who_may_not_short_fails_and_is_cured_when_bonds_arrive():
    ledger, (a, b, c) = street([0, 0, 100])
    pending = trades((a, b, 50))
    book(ledger, pending)
    cash = ledger.cash([a, b])
    for day in (1, 2):
        pending, fails = settle(ledger, pending, day, may_short(ledger))
        assert (len(pending), len(fails)) == (1, 1)
        assert (ledger.cash([a, b]) == cash).all()
        assert (ledger.due == due_of(ledger, pending)).all()
    cure = trades((c, a, 50), settle_day=3)
    book(ledger, cure)
    pending, fails = settle(ledger, np.append(pending, cure), 3, may_short(ledger))
    assert (len(pending), len(fails)) == (0, 0)
    assert ledger.balance[[a, b, c], N_MONEY].tolist() == [0, 50, 50]
    assert (ledger.cash([a, b]) - cash).tolist() == [0, -495_000]


def test_one_missing_bond_fails_down_the_chain():
    ledger, (a, b, c, d) = street([0, 0, 0, 0])
    pending = trades((b, c, 10), (c, d, 10), (a, b, 10))
    book(ledger, pending)
    pending, fails = settle(ledger, pending, 1, may_short(ledger, b, c))
    assert len(fails) == 3
    ledger.transfer("issue", N_MONEY, TREASURY, a, 10)
    pending, fails = settle(ledger, pending, 2, may_short(ledger))
    assert len(fails) == 0
    assert ledger.balance[[a, b, c, d], N_MONEY].tolist() == [0, 0, 0, 10]


def test_the_latest_trade_fails_whole_and_the_one_that_still_fits_is_delivered():
    ledger, (a, b) = street([100, 0])
    pending = trades((a, b, 60), (a, b, 50), (a, b, 40))
    book(ledger, pending)
    pending, fails = settle(ledger, pending, 1, may_short(ledger))
    assert fails["face"].tolist() == [50]
    assert ledger.balance[[a, b], N_MONEY].tolist() == [0, 100]


def test_a_lender_that_sells_calls_its_bonds_back():
    ledger, (dealer, client, holder, other) = street([0, 0, 100, 80])
    ledger.lend("loan", N_MONEY, holder, dealer, 70)
    ledger.transfer("short sale", N_MONEY, dealer, client, 70)
    pending = trades((holder, client, 95))
    book(ledger, pending)
    lends = np.ones(len(ledger))
    lends[client] = 0
    _, fails = settle(ledger, pending, 1, may_short(ledger), lends)
    assert len(fails) == 0
    assert ledger.lent[[dealer, holder, other], N_MONEY].tolist() == [-70, 5, 65]
    ledger.check_owners()


def test_what_matures_is_delivered_and_returned_so_that_balances_are_positions():
    ledger, (dealer, client, holder) = street([0, 0, 100], n_securities=2)
    pending = np.append(trades((dealer, client, 60)), trades((dealer, client, 10), security=1, settle_day=9))
    book(ledger, pending)
    pending, _ = settle(ledger, pending, 1, may_short(ledger, dealer))
    failing = trades((dealer, holder, 70))
    book(ledger, failing)
    positions = ledger.position_all()
    pending = close_out(ledger, np.append(pending, failing), np.array([True, False]))
    assert pending["security"].tolist() == [1]
    assert (ledger.due == due_of(ledger, pending)).all()
    assert (ledger.position_all() == positions).all()
    assert ledger.balance[[dealer, client, holder], N_MONEY].tolist() == [-130, 60, 170]
    assert not ledger.lent.any()


def test_a_day_without_trades_moves_nothing():
    ledger, _ = street([100])
    before = ledger.balance.copy()
    book(ledger, NONE)
    pending, fails = settle(ledger, NONE, 1, may_short(ledger))
    return_borrowed(ledger)
    assert len(pending) == len(fails) == 0
    assert (ledger.balance == before).all()


@pytest.mark.parametrize(("field", "value"), [("face", 0), ("face", -5), ("cash_cents", -1)])
def test_a_trade_without_face_or_with_negative_cash_is_not_booked(field, value):
    ledger, (a, b) = street([100, 0])
    table = trades((a, b, 10), (a, b, 10))
    table[field][1] = value
    with pytest.raises(ValueError, match=f"{field} of trade 1 is {value}"):
        book(ledger, table)
    assert not ledger.due.any()


def test_a_wrong_mask_or_share_is_refused():
    ledger, _ = street([100])
    with pytest.raises(ValueError, match=r"may_short has shape \(2,\)"):
        settle(ledger, NONE, 1, np.zeros(2, np.bool_))
    with pytest.raises(ValueError, match=r"lend_fraction 1\.5"):
        settle(ledger, NONE, 1, may_short(ledger), 1.5)


# ---- laws ---------------------------------------------------------------------------------------------
N_SECURITIES, N_CUSTOMERS = 2, 6
OWNERS = st.sampled_from([TREASURY, *range(4, 4 + N_CUSTOMERS)])
LINE = st.tuples(OWNERS, OWNERS, st.integers(1, 60), st.integers(0, N_SECURITIES - 1), st.integers(0, 2))
DAYS = st.lists(st.lists(LINE, max_size=14), min_size=1, max_size=4)
MASK = st.lists(st.booleans(), min_size=N_CUSTOMERS, max_size=N_CUSTOMERS)
HOLDINGS = st.lists(st.integers(0, 80), min_size=N_CUSTOMERS, max_size=N_CUSTOMERS)


def table_of(lines, day):
    """Make trades, each known by its price."""
    table = trades(*[line[:3] for line in lines])
    table["security"] = [line[3] for line in lines]
    table["settle_day"] = [day + line[4] for line in lines]
    table["price_e8"] = 1_000 * day + np.arange(len(lines))
    return table[table["seller"] != table["buyer"]]


def deliverable(balance, lent, delivered, security, shorts, tenths):
    """Decide by plain arithmetic whether these trades could all be delivered."""
    after, claim = balance[:, N_MONEY + security].copy(), lent[:, N_MONEY + security]
    for trade in delivered:
        after[trade["seller"]] -= trade["face"]
        after[trade["buyer"]] += trade["face"]
    missing = lendable = 0
    for row in range(len(after)):
        if row == TREASURY:
            continue
        lack, owned = max(-after[row], 0), max(after[row] + claim[row], 0)
        if lack > max(claim[row], 0) and not shorts[row]:
            return False
        missing += lack
        lendable += max(min(owned * tenths // 10 - claim[row], after[row]), 0)
    return missing <= lendable


@settings(max_examples=400, deadline=None)
@given(DAYS, MASK, HOLDINGS, st.integers(0, 10))
def test_settlement_keeps_its_laws_whatever_is_traded(days, mask, holdings, tenths):
    ledger, rows = street(holdings, N_SECURITIES)
    shorts = may_short(ledger, *rows[mask])
    pending = NONE
    for day, lines in enumerate(days):
        new = table_of(lines, day)
        book(ledger, new)
        pending = np.append(pending, new)
        balance, lent, positions = ledger.balance.copy(), ledger.lent.copy(), ledger.position_all()
        tried = pending[pending["settle_day"] <= day]
        pending, fails = settle(ledger, pending, day, shorts, tenths / 10)
        ledger.check()
        ledger.check_owners(money=False)
        assert (ledger.due == due_of(ledger, pending)).all()
        assert (ledger.position_all() == positions).all()
        assert (fails == pending[pending["settle_day"] <= day]).all()
        assert_no_fail_could_be_delivered(tried, fails, balance, lent, shorts, tenths)
        return_borrowed(ledger)
        ledger.check()
        ledger.check_owners(money=False)
        assert (ledger.position_all() == positions).all()
        assert not ((ledger.balance > 0) & (ledger.lent < 0)).any()


def assert_no_fail_could_be_delivered(tried, fails, balance, lent, shorts, tenths):
    """Check each fail against what was delivered: on top of it, it would leave somebody short for good."""
    settled = tried[~np.isin(tried["price_e8"], fails["price_e8"])]
    for fail in fails:
        mine = [trade for trade in settled if trade["security"] == fail["security"]]
        assert not deliverable(balance, lent, [*mine, fail], fail["security"], shorts, tenths)


@settings(max_examples=50, deadline=None)
@given(DAYS, HOLDINGS)
def test_nothing_fails_while_everybody_may_borrow_and_enough_is_held(days, holdings):
    ledger, rows = street(holdings, N_SECURITIES)
    ledger.transfer("issue", N_MONEY + np.arange(N_SECURITIES), TREASURY, FED, 10**6)
    pending = NONE
    for day, lines in enumerate(days):
        new = table_of(lines, day)
        book(ledger, new)
        pending, fails = settle(ledger, np.append(pending, new), day, may_short(ledger, *rows))
        assert len(fails) == 0
        ledger.check_owners(money=False)
