import pickle

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from market.accounts.instruments import FED, N_MONEY, PUBLIC, TREASURY, Money
from market.accounts.ledger import Ledger, NegativeBalanceError, UnbalancedError

N_SECURITIES = 3
START = 10**9  # cents


def town(capacity=16):
    """Two banks, two customers of the first and one of the second; everybody has money."""
    ledger = Ledger(N_SECURITIES, capacity)
    first, second = ledger.open("First Bank", Money.RESERVES), ledger.open("Second Bank", Money.RESERVES)
    ledger.open("Ann", bank=first)
    ledger.open("Bob", bank=first)
    ledger.open("Cid", bank=second)
    ledger.pay("endowment", FED, np.arange(TREASURY, len(ledger)), START)
    return ledger


NAMES = ("Federal Reserve", "Treasury", "Public", "First Bank", "Second Bank", "Ann", "Bob", "Cid")
ROWS = st.integers(0, len(NAMES) - 1)
ACTS = st.tuples(
    st.sampled_from(["transfer", "owe", "lend", "pay"]),
    st.integers(0, N_MONEY + N_SECURITIES - 1),
    st.lists(st.tuples(ROWS, ROWS, st.integers(0, 10**12)), max_size=4),
)


def perform(ledger, act, instrument, postings):
    giver, taker, amount = np.array(postings, np.int64).reshape(-1, 3).T
    if act == "pay":
        ledger.pay(act, giver, taker, amount)
    else:
        getattr(ledger, act)(act, instrument, giver, taker, amount)


@settings(max_examples=100, deadline=None)
@given(st.lists(ACTS, max_size=12))
def test_every_column_of_every_book_sums_to_zero_after_any_postings(acts):
    ledger = town()
    for act in acts:
        perform(ledger, *act)
        ledger.check()
    for book in (ledger.balance, ledger.due, ledger.lent):
        assert not book.sum(axis=0).any()


@settings(max_examples=50, deadline=None)
@given(st.lists(st.tuples(ROWS, ROWS, st.integers(0, 10**12)), max_size=20))
def test_a_bank_owes_what_its_customers_own_whoever_pays_whom(payments):
    ledger = town()
    perform(ledger, "pay", 0, payments)
    for bank in (ledger.row_of("First Bank"), ledger.row_of("Second Bank")):
        customers = ledger.bank_of == bank
        assert ledger.balance[customers, Money.DEPOSITS].sum() == -ledger.balance[bank, Money.DEPOSITS]


@pytest.mark.parametrize("rows", [PUBLIC, [PUBLIC], slice(None)])
@pytest.mark.parametrize("reading", ["money", "position", "cash", "cash_due"])
def test_what_is_read_of_accounts_is_a_copy_for_one_row_too(reading, rows):
    ledger = town()
    read, before = np.atleast_1d(getattr(ledger, reading)(rows)), ledger.balance.copy()
    read[...] = -1
    assert (ledger.balance == before).all() and (ledger.due == 0).all()


PRIVATE = {"Public", "First Bank", "Second Bank", "Ann", "Bob", "Cid"}
CUSTOMERS = {"Public", "Ann", "Bob", "Cid"}


@pytest.mark.parametrize("payer", NAMES)
@pytest.mark.parametrize("payee", NAMES)
def test_a_payment_follows_the_flow_table(payer, payee):
    ledger, cents = town(), 12_345
    before = ledger.balance.copy()
    ledger.pay("payment", ledger.row_of(payer), ledger.row_of(payee), cents)
    change = ledger.balance - before
    reserves, treasury_cash = -change[FED, Money.RESERVES], -change[FED, Money.TREASURY_CASH]
    deposits = change[[ledger.row_of(name) for name in CUSTOMERS], Money.DEPOSITS].sum()
    assert reserves == cents * ((payee in PRIVATE) - (payer in PRIVATE))
    assert treasury_cash == cents * ((payee == "Treasury") - (payer == "Treasury"))
    assert deposits == cents * ((payee in CUSTOMERS) - (payer in CUSTOMERS))
    for name in NAMES[1:]:
        row = ledger.row_of(name)
        assert change[row, ledger.money_of[row]] >= -cents
        if name not in ("First Bank", "Second Bank"):
            assert change[row, ledger.money_of[row]] == cents * ((payee == name) - (payer == name))


def test_a_payment_between_customers_of_one_bank_moves_no_reserves():
    ledger = town()
    before = ledger.balance[:, Money.RESERVES].copy()
    ledger.pay("rent", ledger.row_of("Ann"), ledger.row_of("Bob"), 500)
    assert (ledger.balance[:, Money.RESERVES] == before).all()
    ledger.pay("rent", ledger.row_of("Ann"), ledger.row_of("Cid"), 700)
    moved = ledger.balance[:, Money.RESERVES] - before
    assert moved[ledger.row_of("First Bank")] == -700
    assert moved[ledger.row_of("Second Bank")] == 700


def test_many_payments_at_once_are_the_same_as_one_after_the_other():
    together, apart = town(), town()
    payer, payee, cents = np.array([5, 6, 1, 0, 3]), np.array([7, 1, 5, 4, 6]), np.arange(5) * 100
    together.pay("payment", payer, payee, cents)
    for posting in zip(payer, payee, cents, strict=True):
        apart.pay("payment", *posting)
    assert (together.balance == apart.balance).all()
    assert together.journal == apart.journal


def test_postings_broadcast_over_accounts_and_securities():
    ledger = town()
    rows, columns = np.array([5, 6, 7])[:, None], N_MONEY + np.arange(N_SECURITIES)
    ledger.transfer("issue", columns, TREASURY, rows, np.arange(9).reshape(3, 3))
    assert (ledger.position([5, 6, 7]) == np.arange(9).reshape(3, 3)).all()
    assert (ledger.balance[TREASURY, N_MONEY:] == [-9, -12, -15]).all()


@pytest.mark.parametrize("act", ["transfer", "lend", "pay"])
def test_a_negative_amount_is_refused_and_nothing_moves(act):
    ledger = town()
    before, journal = ledger.balance.copy(), ledger.journal
    with pytest.raises(ValueError, match=r"wages.*-3"):
        instrument = () if act == "pay" else (N_MONEY,)
        getattr(ledger, act)("wages", *instrument, [5, 6], 7, [10, -3])
    assert (ledger.balance == before).all()
    assert ledger.journal == journal


def test_a_negative_debt_discharges():
    ledger = town()
    ledger.owe("traded", N_MONEY, 5, 6, 70)
    assert ledger.due[6, N_MONEY] == 70
    ledger.owe("delivered", N_MONEY, 5, 6, -70)
    assert not ledger.due.any()


@pytest.mark.parametrize(
    ("posting", "named"),
    [
        ((N_MONEY + N_SECURITIES, 5, 6, 1), f"instrument {N_MONEY + N_SECURITIES}"),
        ((N_MONEY, -1, 6, 1), "giver -1"),
        ((N_MONEY, 5, 8, 1), "taker 8"),
        ((N_MONEY, 5, 6, 1.5), "amount is float64"),
    ],
)
def test_postings_outside_the_books_are_refused(posting, named):
    with pytest.raises(ValueError, match=f"gift.*{named}"):
        town().transfer("gift", *posting)


@pytest.mark.parametrize("label", ["balance", "due", "lent"])
@pytest.mark.parametrize(("column", "named"), [(Money.DEPOSITS, "DEPOSITS"), (N_MONEY + 2, "security 2")])
def test_a_forged_entry_is_named_with_its_book_instrument_and_memos(label, column, named):
    ledger = town()
    ledger.transfer("gift", column, 5, 6, 9)
    ledger.transfer("elsewhere", Money.TRIPARTY_REPO, 5, 6, 9)
    getattr(ledger, f"_{label}")[6, column] += 1
    with pytest.raises(
        UnbalancedError, match=rf"{label} of {named} sums to 1.*'gift' \(today 1 postings of 9"
    ) as error:
        ledger.check()
    assert "elsewhere" not in str(error.value)


def test_less_than_nothing_is_named_with_its_owner():
    ledger = town()
    ledger.transfer("issue", N_MONEY + 1, TREASURY, 5, 10)
    ledger.check_owners()
    ledger.transfer("sale", N_MONEY + 1, 5, 6, 11)
    with pytest.raises(NegativeBalanceError, match=r"'Ann' has -1 of security 1.*'sale'"):
        ledger.check_owners()
    ledger.check_owners(securities=False)
    ledger.pay("spree", 6, 7, START + 5)
    with pytest.raises(NegativeBalanceError, match=r"'Bob' has -5 of DEPOSITS.*'spree'"):
        ledger.check_owners(securities=False)


def test_money_may_be_owed_only_by_its_issuers():
    ledger = town()
    fund = ledger.open("Fund", owes={Money.FUND_SHARES})
    ledger.transfer("subscription", Money.FUND_SHARES, fund, PUBLIC, 100)
    ledger.transfer("loan", Money.LOANS, PUBLIC, ledger.row_of("First Bank"), 100)
    ledger.transfer("loan", Money.DEPOSITS, ledger.row_of("First Bank"), PUBLIC, 100)
    for money in (Money.REVERSE_REPO, Money.FOREIGN_REPO, Money.CURRENCY, Money.FED_OTHER_LIABILITIES):
        ledger.transfer("liability", money, FED, PUBLIC, 100)
    ledger.transfer("asset", Money.FED_OTHER_ASSETS, PUBLIC, FED, 100)
    ledger.check_owners()
    ledger.transfer("repo", Money.TRIPARTY_REPO, fund, PUBLIC, 100)
    with pytest.raises(NegativeBalanceError, match="'Fund' has -100 of TRIPARTY_REPO"):
        ledger.check_owners()


def test_a_loan_keeps_positions_and_comes_back():
    ledger, column = town(), N_MONEY + 1
    ledger.transfer("issue", column, TREASURY, 5, 100)
    start = [book.copy() for book in (ledger.balance, ledger.due, ledger.lent)]
    ledger.lend("loan", column, 5, 6, 40)
    assert (ledger.balance[[5, 6], column] == [60, 40]).all()
    assert (ledger.lent[[5, 6], column] == [40, -40]).all()
    assert (ledger.position([5, 6])[:, 1] == [100, 0]).all()
    ledger.lend("return", column, 6, 5, 40)
    assert all((a == b).all() for a, b in zip(start, (ledger.balance, ledger.due, ledger.lent), strict=True))


@settings(max_examples=30, deadline=None)
@given(st.lists(ACTS, max_size=8))
def test_a_position_is_owned_and_due_and_lent(acts):
    ledger = town()
    for act in acts:
        perform(ledger, *act)
    expected = (ledger.balance + ledger.due + ledger.lent)[:, N_MONEY:]
    assert (ledger.position_all() == expected).all()
    assert (ledger.position([7, 2]) == expected[[7, 2]]).all()
    assert (ledger.position(slice(3, 5)) == expected[3:5]).all()
    assert (ledger.position(6) == expected[6]).all()


def test_cash_is_what_an_account_pays_with():
    ledger = town()
    ledger.owe("to pay", Money.DEPOSITS, 5, 4, 30)
    assert ledger.cash([1, 4, 5]).tolist() == [START, 2 * START, START]
    assert ledger.cash_due([1, 4, 5]).tolist() == [0, 30, -30]


def test_what_is_read_cannot_be_written():
    ledger = town()
    for book in (ledger.balance, ledger.due, ledger.lent, ledger.money_of, ledger.bank_of):
        with pytest.raises(ValueError, match="read-only"):
            book[0] = 1
    ledger.position_all()[:] = 7
    ledger.cash(slice(None))[:] = 7
    assert not ledger.position_all().any()


def test_the_books_grow_with_their_accounts():
    small, large = town(capacity=3), town(capacity=64)
    for ledger in (small, large):
        ledger.transfer("issue", N_MONEY, TREASURY, 7, 5)
        ledger.open("Dan", bank=4)
        ledger.pay("wages", 5, 8, 100)
    assert (small.balance == large.balance).all()
    assert (small.bank_of == large.bank_of).all()
    small.check_owners()


def test_the_journal_counts_a_day():
    ledger = town()
    ledger.start_day()
    ledger.pay("wages", [5, 6], 7, [100, 200])
    ledger.pay("wages", 5, 7, 1)
    ledger.owe("traded", N_MONEY, 5, 7, 9)
    assert ledger.journal == {"wages": (3, 301), "traded": (1, 9)}
    ledger.start_day()
    assert ledger.journal == {}


def test_a_ledger_pickles_and_goes_on():
    ledger = town()
    twin = pickle.loads(pickle.dumps(ledger))
    for each in (ledger, twin):
        each.pay("wages", 5, each.open("Dan"), 100)
    assert (ledger.balance == twin.balance).all()
    assert ledger.journal == twin.journal
    assert ledger.names == twin.names


def test_depositors_without_a_bank_get_the_first_that_opens():
    ledger = Ledger(1)
    ann = ledger.open("Ann")
    with pytest.raises(ValueError, match=r"endowment.*'Ann' has no bank"):
        ledger.pay("endowment", FED, ann, 1)
    first = ledger.open("First Bank", Money.RESERVES)
    ledger.open("Second Bank", Money.RESERVES)
    bob = ledger.open("Bob")
    assert ledger.bank_of[[PUBLIC, ann, bob]].tolist() == [first] * 3


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        ({"name": "Ann"}, "'Ann' is already open"),
        ({"name": "Dan", "money": Money.TRIPARTY_REPO}, "cannot pay with"),
        ({"name": "Dan", "bank": 5}, r"row 5 is no bank, expected one of \[3, 4\]"),
        ({"name": "Dan", "bank": FED}, "row 0 is no bank"),
        ({"name": "Dan", "money": Money.RESERVES, "bank": 3}, "has no bank"),
    ],
)
def test_accounts_that_cannot_be_are_refused(arguments, reason):
    with pytest.raises(ValueError, match=reason):
        town().open(**arguments)


def test_a_misspelt_account_is_told_the_nearest():
    with pytest.raises(ValueError, match="'Frist Bank'; the nearest is 'First Bank'"):
        town().row_of("Frist Bank")
