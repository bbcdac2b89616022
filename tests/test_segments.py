"""Repo by segment: who meets whom, haircuts, collateral, and rates that follow scarcity and reporting dates."""

from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from small_market import live, lone, small_market

from agents.buyers.bank import Bank
from agents.buyers.money_fund import MoneyFund
from agents.dealers.prime_broker import FOREIGN_SHARE, PrimeBroker
from experiments.sections.rates import Rates
from market import closing
from market.accounts.instruments import BORROWED_OVERNIGHT, FED, N_MONEY, PUBLIC, Money
from market.books.messages import LOANS
from market.closing import IdentityError, check
from market.money import overnight
from market.money.funding import unwind_funding
from market.money.overnight import OVERDRAFT_BP, PRESSURE, lend_by_segment, median_e4
from market.money.repo_collateral import Pledges, lacking_cents
from market.money.segments import (
    MOST_HAIRCUT_E4,
    PRIME_BROKERS,
    REPO_SEGMENTS,
    TRIPARTY_HAIRCUT_E4,
    ZERO_HAIRCUT_SHARE,
    Segment,
    collateral_cents,
    haircut_e4,
    pressure,
    raised_cents,
    split_evenly,
)
from market.money.withdrawn import repo_borrowed
from market.units import CENTS_PER_FACE, CENTS_PER_MUSD

BURN_IN = 2


@pytest.fixture(scope="module")
def market():
    return small_market(days=BURN_IN + 3)


def in_segment(market, segment):
    return market.loans[market.loans["segment"] == segment]


def test_each_segment_has_its_own_lenders_and_borrowers(market):
    sector = market.sectors
    for segment, lenders, borrowers in (
        (Segment.TRIPARTY, {"money funds"}, {"dealers"}),
        (Segment.CLEARED, {"money funds", "banks", "dealers", "hedge funds", "principal traders"}, None),
        (Segment.BILATERAL, {"dealers"}, {"hedge funds"}),
    ):
        loans = in_segment(market, segment)
        assert len(loans) and set(sector[loans["lender"]]) <= lenders
        assert borrowers is None or set(sector[loans["borrower"]]) <= borrowers


def test_a_client_has_few_dealers_and_keeps_their_haircuts(market):
    def terms():
        loans = in_segment(market, Segment.BILATERAL)
        return {(row["lender"], row["borrower"]): int(row["haircut_e4"]) for row in loans}

    before = terms()
    live(market, 1)
    after = terms()
    assert all(after[pair] == before[pair] for pair in before.keys() & after.keys()) and before.keys() & after.keys()
    for client in {client for _, client in after}:
        assert 1 <= sum(pair[1] == client for pair in after) <= PRIME_BROKERS


def test_the_ledger_holds_each_loan_in_the_column_of_its_segment_and_trips_on_another(market):
    market.flows_before = None  # of another day
    check(market)
    columns = sorted(BORROWED_OVERNIGHT)
    lent = np.maximum(market.ledger.balance[:, columns], 0).sum()
    assert lent == market.loans["cents"].sum() > 0
    place = int(np.flatnonzero(market.loans["segment"] == Segment.BILATERAL)[0])
    market.loans["segment"][place] = Segment.TRIPARTY
    with pytest.raises(IdentityError, match="I10"):
        check(market)
    market.flows_before = None
    market.loans["segment"][place] = Segment.BILATERAL
    haircut, market.loans["haircut_e4"][place] = int(market.loans["haircut_e4"][place]), -1
    with pytest.raises(IdentityError, match="haircut"):
        check(market)
    market.loans["haircut_e4"][place] = haircut


def lacking(prices, held, loans):
    """Return what lacks in a market of four accounts and one security of so much a hundred."""
    table = np.zeros(len(loans), LOANS)
    for place, (lender, borrower, segment, cents, haircut) in enumerate(loans):
        table[place] = np.array((lender, borrower, cents, 0, segment, haircut), LOANS)
    balance = np.zeros((4, N_MONEY + 1), np.int64)
    balance[:, N_MONEY] = held
    nothing = {"accrued_e8": np.zeros(1, np.int64), "index_e5": np.full(1, 10**5)}
    return lacking_cents(SimpleNamespace(loans=table, ledger=Accounts(balance), middle=np.array([prices]), **nothing))


class Accounts:
    """Balances by account, as many as there are."""

    def __init__(self, balance):
        self.balance = balance

    def __len__(self):
        return len(self.balance)


def test_a_client_secures_its_dealer_and_the_dealer_passes_it_on():
    """Fund 1 lends dealer 2, who lends client 3 at a haircut of 2 %: 9,800 dollars take 10,000 of collateral, which
    leaves the dealer 5,000 of 15,000 to find. A loan of the discount window asks for none of it."""
    loans = (
        (2, 3, Segment.BILATERAL, 980_000, 20_000),
        (1, 2, Segment.TRIPARTY, 1_500_000, 0),
        (0, 3, Segment.WINDOW, 5_000_000, 0),
    )
    assert lacking(100.0, [0, 0, 50, 100], loans) == 0
    assert lacking(100.0, [0, 0, 50, 90], loans) == 100_000  # the client's
    assert lacking(99.0, [0, 0, 50, 100], loans) == 10_000 + 5_000
    assert lacking(np.nan, [0, 0, 49, 100], loans) == 10_000  # without a price, par


def by_hand(market, loans):
    """Return the cents of collateral that lack, loan by loan and security by security."""
    need = dict.fromkeys(range(len(market.ledger)), 0)
    for row in loans:
        if row["segment"] in (Segment.TRIPARTY, Segment.CLEARED, Segment.BILATERAL):
            owed = -(-int(row["cents"]) * 10**6 // (10**6 - int(row["haircut_e4"])))
            need[int(row["borrower"])] += owed
            need[int(row["lender"])] -= owed if row["segment"] == Segment.BILATERAL else 0
    columns = zip(market.middle.tolist(), market.accrued_e8.tolist(), market.index_e5.tolist(), strict=True)
    cents = [
        ((price if np.isfinite(price) else 100.0) + more / 1e8) / 100 * ratio / 1e5 * CENTS_PER_FACE
        for price, more, ratio in columns
    ]
    lacks = 0.0
    for account in [account for account, owed in need.items() if owed > 0]:
        held = market.ledger.balance[account, N_MONEY:].tolist()
        lacks += max(need[account] - sum(face * each for face, each in zip(held, cents, strict=True)), 0.0)
    return lacks


def test_what_lacks_is_what_lacks_loan_by_loan_at_usual_haircuts_nothing(market):
    assert len(market.loans) and lacking_cents(market) == 0 == by_hand(market, market.loans)
    kept, dear = market.loans, market.loans.copy()
    dear["haircut_e4"] = 300_000  # 30 percent: more than some have
    market.loans = dear
    try:
        assert 0 < lacking_cents(market) == pytest.approx(by_hand(market, dear), rel=1e-6)
    finally:
        market.loans = kept


def test_every_loan_is_secured_and_the_day_records_rates_and_volumes_by_segment(market):
    daily = market.record.to_pandas("daily")
    assert lacking_cents(market) == 0 and (daily["overdrafts_musd"] == 0).all()
    for segment in REPO_SEGMENTS:
        name = segment.name.lower()
        assert (daily[f"{name}_musd"] > 0).all() and np.isfinite(daily[f"{name}_rate_bp"]).all()
    between = daily["sofr_bp"].between(daily["triparty_rate_bp"], daily["cleared_rate_bp"])
    assert between.all() and (daily["bilateral_rate_bp"] > daily["triparty_rate_bp"]).all()


def test_a_fund_without_securities_gets_no_repo_and_is_in_overdraft_at_its_bank_until_the_morning():
    market = small_market(days=BURN_IN + 1)
    fund = int(in_segment(market, Segment.BILATERAL)["borrower"][0])
    bank, name = int(market.ledger.bank_of[fund]), market.ledger.names[fund]
    *_, last = (act for act in _until(market, "lend_overnight"))
    held = market.ledger.balance[fund, N_MONEY:].copy()
    assert held.sum() > 0 and last != "lend_overnight"
    public, columns = np.full(len(held), PUBLIC), N_MONEY + np.arange(len(held))
    market.ledger.transfer("lost", columns, np.full(len(held), fund), public, held)
    short = -int(market.ledger.cash(fund))
    market.loans = lend_by_segment(market)
    mine = market.loans[market.loans["borrower"] == fund]
    assert short > 0 and mine[["lender", "cents", "segment"]].tolist() == [(bank, short, Segment.OVERDRAFT)], name
    assert mine["rate_e4"][0] == round(100 * (market.rates.discount + OVERDRAFT_BP)) and market.ledger.cash(fund) == 0
    assert market.ledger.balance[[fund, bank], Money.OVERDRAFTS].tolist() == [-short, short]
    assert lacking_cents(market) == 0
    market.ledger.check()
    market.last_date = market.date - 1
    unwind_funding(market)
    assert market.ledger.balance[bank, Money.OVERDRAFTS] == 0 and market.ledger.cash(fund) < -short


def test_where_dealers_ask_for_large_haircuts_funding_is_withdrawn_from_their_clients_to_the_cent(monkeypatch):
    market = small_market(days=BURN_IN + 1)
    before = repo_borrowed(market.loans, len(market.ledger))
    calm = market.record.to_pandas("institutions")
    assert not calm["funding_withdrawn_cents"].any()
    monkeypatch.setattr(overnight, "haircut_e4", lambda draws: np.full(len(draws), 500_000))
    live(market, 1)
    table = market.record.to_pandas("institutions")
    last = table[table["date"] == table["date"].max()]
    withdrawn = last.set_index(last["name"].astype(str))["funding_withdrawn_cents"]
    tonight, lost = repo_borrowed(market.loans, len(market.ledger)), withdrawn[withdrawn > 0]
    assert len(lost) and set(last[last["funding_withdrawn_cents"] > 0]["kind"]) == {"hedge funds"}
    overdrawn = in_segment(market, Segment.OVERDRAFT)
    for name, cents in lost.items():
        row = market.ledger.row_of(name)
        buffer = next(int(a.buffer_cents[0]) for a in market.agents if a.name == name)
        lacking = buffer - int(market.ledger.cash(row)) + int(overdrawn[overdrawn["borrower"] == row]["cents"].sum())
        assert cents == min(before[row] - tonight[row], lacking)


def _until(market, name):
    """Live through a day up to an act, which is left to the caller."""
    for act in market.moments():
        yield act
        if act == BEFORE[name]:
            return


BEFORE = {"lend_overnight": "fund"}


def test_a_loan_shrinks_to_what_is_left_to_pledge_and_a_dealer_pledges_on_what_its_clients_gave():
    dealer, client = 0, 1
    pledges = Pledges(np.array([0, 1_000_000], np.int64))
    asked = np.zeros(3, LOANS)
    asked["lender"], asked["borrower"], asked["segment"] = dealer, client, Segment.BILATERAL
    asked["cents"], asked["haircut_e4"] = (600_000, 300_000, 300_000), (0, 50_000, 0)
    loans = pledges.shrunk(asked)
    assert loans["cents"].tolist() == [600_000, 300_000, 1_000_000 - 600_000 - 315_790]
    pledges.take(loans)
    assert pledges.free.tolist() == [1_000_000, 0]
    assert pledges.most(np.array([dealer]), TRIPARTY_HAIRCUT_E4, 10).tolist() == [979_990]
    assert pledges.most(np.array([dealer]), 0, 10).tolist() == [1_000_000]


@given(st.integers(0, 10**17), st.integers(0, MOST_HAIRCUT_E4))
def test_what_securities_raise_they_secure_and_a_cent_more_they_would_not(value, haircut):
    raised = int(raised_cents(np.array([value]), np.array([haircut]))[0])
    secured = collateral_cents(np.array([raised, raised + 1]), np.array([haircut, haircut]))
    assert secured[0] <= value < secured[1]


def test_repo_beyond_collateral_stops_the_day(market, monkeypatch):
    monkeypatch.setattr(closing, "lacking_cents", lambda market: 1)
    market.flows_before = None
    with pytest.raises(IdentityError, match="collateral lacking"):
        check(market)


def test_the_share_of_haircuts_at_zero_is_that_of_the_uncleared_market():
    draws = (np.arange(100_000) + 0.5) / 100_000
    cut = haircut_e4(draws)
    assert np.mean(cut == 0) == pytest.approx(ZERO_HAIRCUT_SHARE, abs=1e-4)
    assert cut.min() == 0 and cut.max() == MOST_HAIRCUT_E4 and np.all(np.diff(cut) >= 0)
    assert cut[cut > 0].mean() == pytest.approx(10_000, rel=0.02)  # 1 percent


@given(st.integers(0, 10**17), st.integers(0, MOST_HAIRCUT_E4))
def test_collateral_less_its_haircut_is_the_cash_and_a_cent_less_would_not_do(cents, haircut):
    posted = int(collateral_cents(np.array([cents]), np.array([haircut]))[0])
    assert posted * (10**6 - haircut) >= cents * 10**6
    assert posted == 0 or (posted - 1) * (10**6 - haircut) < cents * 10**6


@given(st.lists(st.integers(0, 10**16), max_size=8), st.integers(1, 5))
def test_equal_parts_lose_no_cent(amounts, parts):
    split = split_evenly(np.array(amounts, np.int64), parts)
    assert split.sum(axis=1).tolist() == amounts and (np.ptp(split, axis=1) <= 1).all()


def test_pressure_is_nothing_in_usual_days_and_rises_with_needs_and_with_what_is_closed():
    assert pressure(100, 100, 0.25, 0.0) == 0.0
    assert pressure(120, 100, 0.25, 0.0) == pytest.approx(0.05)
    assert pressure(100, 100, 0.25, 0.1) == pytest.approx(1 / 0.9 - 1)
    assert pressure(5, 0, 0.25, 0.0) == 0.0


def test_dealers_of_foreign_banks_close_part_of_their_books_at_quarter_ends_only_a_little_at_month_ends():
    ends = {text: np.datetime64(text, "D").astype(int) for text in ("2024-06-27", "2024-07-31", "2024-09-30")}
    draws = np.array([[FOREIGN_SHARE - 0.01], [FOREIGN_SHARE + 0.01]])
    streams = SimpleNamespace(uniform=lambda *_: draws)
    dealer = lone(PrimeBroker, SimpleNamespace(streams=streams))
    dealer.identity = np.zeros(2, np.uint64)
    closed = [
        dealer.closed(SimpleNamespace(day=1, date=int(day))).tolist() for day in (ends[text] for text in sorted(ends))
    ]
    assert closed == [[0.0, 0.0], [0.032, 0.0], [0.16, 0.0]]
    share, spread = dealer.terms(SimpleNamespace(day=1, date=int(ends["2024-09-30"]), extras={PRESSURE: 0.1}))
    assert share.tolist() == pytest.approx([0.43 + 0.57 * 0.16, 0.43]) and spread.tolist() == pytest.approx([9.0, 9.0])


def test_money_funds_ask_more_when_little_is_idle_and_dealers_are_full():
    draws = SimpleNamespace(normal=lambda *_: np.zeros((1, 1)))
    market = SimpleNamespace(streams=draws, day=1, clock=1)
    fund = lone(MoneyFund, market, cash_buffer=0.0)
    fund._identity = np.zeros(1, np.uint64)
    seen = {"day": -1, "date": 19900, "rates": SimpleNamespace(on_rrp=530.0)}
    easy, full = SimpleNamespace(extras={}, **seen), SimpleNamespace(extras={PRESSURE: 0.1}, **seen)
    cash = np.array([100 * CENTS_PER_MUSD])
    assert fund.lend(cash, easy)[1] == pytest.approx([530.8])
    assert fund.lend(cash, full)[1] == pytest.approx([530.8 + 0.4 * 6])
    assert fund.lend_cleared(cash, full)[1] == pytest.approx([530.8 + 2.0 + 6])
    fund.idle = np.array([0.067 / np.e])
    assert fund.lend(cash, easy)[1] == pytest.approx([532.2])


def test_the_reported_rate_leaves_the_fed_out_where_it_can(market):
    loans = in_segment(market, Segment.TRIPARTY)[:2].copy()
    loans["cents"], loans["rate_e4"] = 100, (53_000, 55_000)
    loans["lender"][1] = FED
    assert median_e4(loans, 0) == 53_000 and median_e4(loans[1:], 0) == 55_000 and median_e4(loans[:0], 7) == 7
    assert Money.STANDING_REPO in BORROWED_OVERNIGHT


DEAR_WINDOW = {"since": "2024-01-01", "iorb_bp": 540, "on_rrp_bp": 530, "standing_repo_bp": 550, "discount_bp": 600}


def test_a_discount_rate_below_what_reserves_earn_is_refused():
    with pytest.raises(ValueError, match=r"discount_bp is 530 from 2024-01-01, expected iorb_bp, 540, or more"):
        Rates.model_validate(DEAR_WINDOW | {"discount_bp": 530})


@pytest.mark.parametrize(("values", "discount_bp"), [({}, 550.0), ({"policy__rates": [DEAR_WINDOW]}, 600.0)])
def test_a_bank_that_nobody_lends_to_goes_to_the_window_and_repays_the_next_morning_with_interest(values, discount_bp):
    market = small_market(days=BURN_IN + 1, **values)
    assert (market.rates.srf, market.rates.discount) == (550.0, discount_bp)
    for bank in market.agents_by_type[Bank]:
        bank.comfortable, bank.least = 10.0, 1.1  # nobody has reserves to spare
    live(market, 1)  # the evening's check holds the Fed's sheet to the cent
    credit = int(market.ledger.balance[FED, Money.DISCOUNT_CREDIT])
    window = in_segment(market, Segment.WINDOW)
    assert credit == window["cents"].sum() > 0 and (window["rate_e4"] == round(100 * discount_bp)).all()
    sheet = market.flows.by_memo
    assert sheet["discount window"][Money.RESERVES] == credit == sheet["discount window"][Money.DISCOUNT_CREDIT]
    assert market.record.to_pandas("daily")["discount_credit_musd"].iloc[-1] == credit / CENTS_PER_MUSD
    for bank in market.agents_by_type[Bank]:
        bank.least = 0.0
    live(market, 1)
    back, interest = market.flows.by_memo["discount window"], round(credit * discount_bp / 1e4 / 360)
    assert back[Money.DISCOUNT_CREDIT] == -credit
    assert -back[Money.RESERVES] - credit == pytest.approx(interest, abs=len(window))
    assert market.ledger.balance[FED, Money.DISCOUNT_CREDIT] == 0


def test_who_lends_to_whom_on_what_haircut_hangs_on_names_not_on_how_many_others_there_are():
    def terms(banks):
        world = small_market(days=1, population__bank__count=banks)
        names, loans = world.ledger.names, in_segment(world, Segment.BILATERAL)
        return {(names[row["borrower"]], names[row["lender"]]): int(row["haircut_e4"]) for row in loans}

    few, more = terms(4), terms(7)
    clients = {client for client, _ in few} & {client for client, _ in more}
    assert len(clients) > 1
    for client in clients:
        assert {p: h for p, h in few.items() if p[0] == client} == {p: h for p, h in more.items() if p[0] == client}
