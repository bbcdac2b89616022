"""The debt office announces before it sells, steers its cash by bills, and keeps a balanced budget balanced."""

from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from small_market import live, small, small_market

from agents.officials.debt_office import DebtOffice, DebtPlan
from experiments.build import stage
from market.accounts.instruments import TREASURY, Money
from market.bonds.securities import Kind
from market.books.messages import Auction
from market.tables.record_columns import MEMO_BUYBACK
from market.units import CENTS_PER_FACE, to_date
from market.units import FACE_PER_BILLION as BILLION

TODAY, YESTERDAY = 101, 100
VIEW = SimpleNamespace(date=TODAY, securities=SimpleNamespace(kind=np.array([Kind.BILL, Kind.NOTE])))


def office(gap_billions, auctions, **plan):
    """Return an office whose cash lies so far below its plan."""
    made = object.__new__(DebtOffice)
    made._market = SimpleNamespace(last_date=YESTERDAY, treasury_cash_at_close=10**15)
    cash = {YESTERDAY: 10**15 + round(gap_billions * BILLION) * CENTS_PER_FACE}
    made.plan, made.moved, made._by_day = (
        DebtPlan(auctions=auctions, cash_plan=cash, **plan),
        {},
        {TODAY: list(auctions)},
    )
    return made


def auction(security=0, billions=60, issue_day=105):
    return Auction(security, TODAY, 103, issue_day, billions * BILLION, 5, True)


@given(st.floats(-500, 500), st.integers(1, 120))
def test_bills_move_by_whole_billions_towards_the_plan_by_a_quarter_at_most(gap, size):
    planned = auction(billions=size)
    change = office(gap, (planned,)).announce(VIEW)[0].offering - planned.offering
    assert change % BILLION == 0 and abs(change) <= planned.offering // 4
    if abs(change) < planned.offering // 4 // BILLION * BILLION:
        assert abs(change - 0.5 * gap * BILLION) <= 0.5 * BILLION + 1
    assert change == 0 or np.sign(change) == np.sign(gap)


def test_the_next_bill_knows_what_the_last_one_brings():
    one, two = auction(billions=80), auction(billions=80, issue_day=106)
    first, second = office(20, (one, two)).announce(VIEW)
    assert (first.offering - one.offering, second.offering - two.offering) == (
        10 * BILLION,
        5 * BILLION,
    )


def test_where_cash_pays_for_buybacks_the_plan_falls_by_what_the_account_paid_up_to_the_close():
    desk = office(20, (auction(billions=80), auction(billions=80)), cash_finances=True)
    paid = np.zeros(len(Money), np.int64)
    paid[Money.TREASURY_CASH] = -20 * BILLION * CENTS_PER_FACE
    desk._market.flows = SimpleNamespace(by_memo={MEMO_BUYBACK: paid})
    assert [a.offering // BILLION for a in desk.announce(VIEW)] == [90, 85]  # paid since the close: not in it
    desk.moved, desk._by_day = {}, {TODAY: [auction(billions=80)]}
    assert [a.offering // BILLION for a in desk.announce(VIEW)] == [80]


def test_what_was_paid_is_forgotten():
    desk = office(20, (auction(billions=80),))
    desk.moved = {YESTERDAY: 10 * BILLION}
    assert desk.announce(VIEW)[0].offering == 90 * BILLION
    desk = office(20, (auction(billions=80),))
    desk.moved = {TODAY: 10 * BILLION}
    assert desk.announce(VIEW)[0].offering == 85 * BILLION


def test_notes_keep_their_size_and_so_do_bills_that_do_not_finance():
    note, bill = auction(security=1), auction()
    assert office(100, (note,)).announce(VIEW) == [note]
    assert office(100, (bill,), bills_finance=False).announce(VIEW) == [bill]
    desk = office(100, (bill,))
    desk.plan = DebtPlan(auctions=(bill,))  # a day without a plan
    assert desk.announce(VIEW) == [bill]


def test_what_fell_on_days_off_is_announced_once_on_the_next_day():
    desk = office(0, ())
    desk._by_day = {TODAY - 2: [auction()], TODAY: [auction(security=1)], TODAY + 1: [auction()]}
    assert [a.security for a in desk.announce(VIEW)] == [0, 1]
    assert desk.announce(VIEW) == []


def test_receipts_are_those_of_the_day_and_a_balanced_budget_returns_to_its_start():
    desk = office(0, (), receipts={TODAY: -5})
    desk.start_cash = None
    assert desk.net_receipts(VIEW, 123) == -5
    assert desk.net_receipts(SimpleNamespace(date=TODAY + 1), 123) == 0
    desk = office(0, (), balanced=True)
    desk.start_cash = None
    assert desk.net_receipts(VIEW, 10**15 - 77) == 77 and desk.net_receipts(VIEW, 10**15 + 5) == -5


# ---- in the market ---------------------------------------------------------------------------------
def test_a_balanced_budget_keeps_its_cash_to_the_cent():
    market = small_market("steady", days=2)
    start = int(market.ledger.balance[TREASURY, Money.TREASURY_CASH])
    for _ in range(5):
        live(market, 1)
        assert int(market.ledger.balance[TREASURY, Money.TREASURY_CASH]) == start
    assert (market.record.to_pandas("auctions")["awarded_face"] > 0).any()


@pytest.fixture(scope="module")
def lived():
    """The first eight days: the market, and by auction the day on which it became public and was held."""
    market = small_market(days=2)
    seen, held = {}, {}
    for _ in range(8):
        live(market, 1)
        for a in market.auctions:
            seen.setdefault((a.security, a.auction_day), market.date)
            if a.auction_day == market.date:
                held[a.security, a.auction_day] = market.date
    return market, seen, held


def test_buybacks_paid_from_the_account_lower_debt_by_what_is_bought_and_cash_by_what_is_paid():
    """Beside the same days without a programme, but for awards, which round up at the stop, and their prices."""
    debt, cash, sold, raised, offered = [], [], [], [], []
    for rules in ({"mode": "off"}, {"financing": "cash"}):
        given = {f"policy__buybacks__{key}": value for key, value in rules.items()}
        market = live(small_market(days=2, news__scale=0.0, **given), 9)
        debt.append(int(market.outstanding.sum()))
        cash.append(int(market.ledger.balance[TREASURY, Money.TREASURY_CASH]))
        auctions = market.record.to_pandas("auctions")
        offered.append(auctions["offering_face"].tolist())
        issued = auctions[auctions["issue_date"] <= np.datetime64(to_date(market.date))]
        sold.append(int(issued["awarded_face"].sum()))
        raised.append(int(issued["cost_cents"].sum()))
    offers = market.record.to_pandas("offers")
    bought = offers[offers["date"] < np.datetime64(to_date(market.date))]
    face, paid = int(bought["accepted_face"].sum()), int(bought["cost_cents"].sum())
    print(f"bought {face}, debt {debt[1] - debt[0]}; paid {paid}, cash {cash[1] - cash[0]}")
    assert face > 0 and offered[0] == offered[1]
    assert debt[1] - debt[0] == sold[1] - sold[0] - face and abs(sold[1] - sold[0]) < 0.01 * face
    assert cash[1] - cash[0] == pytest.approx(raised[1] - raised[0] - paid, rel=0.002)  # interest saved, index ratios


def test_every_auction_is_announced_before_its_day_and_held_on_it(lived):
    market, seen, held = lived
    first = int(market.premises.dates[0])
    later = {key: day for key, day in seen.items() if key[1] > first}
    assert len(held) > 5 and all(day < key[1] for key, day in later.items())
    assert held == {key: key[1] for key in held}
    record = market.record.to_pandas("auctions")
    assert len(record) == len(held)


def test_the_calendar_is_announced_before_it_is_sold():
    calendar = stage(small()).debt.auctions
    first = min(a.auction_day for a in calendar)
    assert all(a.announced_day <= a.auction_day <= a.issue_day for a in calendar)
    assert all(a.announced_day < a.auction_day for a in calendar if a.auction_day > first)
    assert len(calendar) > 250 and all(a.offering > 0 for a in calendar)


def test_bill_sizes_stay_whole_billions(lived):
    market, _, _ = lived
    record = market.record.to_pandas("auctions")
    plan = {
        (market.securities.cusip[a.security]): a.offering for a in market.agents_by_type[DebtOffice][0].plan.auctions
    }
    bills = record[record["kind"].astype(str) == "bill"]
    moved = [int(row.offering_face) - plan[str(row.cusip)] for row in bills.itertuples()]
    assert len(moved) > 3 and all(change % BILLION == 0 for change in moved)
