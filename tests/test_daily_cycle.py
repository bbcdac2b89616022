"""The day: its acts in order, what is public when, and what a failure says."""

import numpy as np
import pytest
from small_market import live, small_market

from agents.institution import Institution
from market.accounts.instruments import N_MONEY, TREASURY
from market.bonds.bond_arithmetic import coupons_due_e8
from market.bonds.securities import Kind
from market.daily_cycle import EVENING, MORNING, ROUND, agenda
from market.units import cash_cents, day_number


def test_the_agenda_is_a_morning_rounds_and_an_evening():
    day = [(number, act.__name__) for number, act in agenda(3)]
    assert day[: len(MORNING)] == [(0, act.__name__) for act in MORNING]
    for number in range(3):
        first = len(MORNING) + number * len(ROUND)
        assert day[first : first + len(ROUND)] == [(number, act.__name__) for act in ROUND]
    assert day[-len(EVENING) :] == [(2, act.__name__) for act in EVENING]
    assert len(day) == len(MORNING) + 3 * len(ROUND) + len(EVENING)


def test_acts_come_in_an_order_that_makes_sense():
    names = [act.__name__ for _, act in agenda(1)]
    for earlier, later in (
        ("set_rates", "open_market"),
        ("settle_trades", "redeem_maturities"),  # what matures is settled first
        ("pay_interest", "redeem_maturities"),
        ("pay_interest", "settle_trades"),  # who buys for today has paid no accrued interest
        ("open_market", "apply_shocks"),
        ("announce", "hold_operations"),
        ("hear_news", "stream_prices"),
        ("stream_prices", "refresh_quotes"),
        ("take_orders", "answer_requests"),
        ("charge_for_securities", "fund"),
        ("fund", "lend_overnight"),
        ("lend_overnight", "check"),
        ("mark", "check"),
        ("check", "record"),
    ):
        assert names.index(earlier) < names.index(later)
    assert all(act.__doc__ for _, act in agenda(1))


def test_a_coupon_is_paid_to_who_had_the_security_last_evening_whoever_buys_it_for_today():
    market = small_market(days=3)
    while market.date < day_number("2024-05-30"):
        live(market, 1)
    acts = market.moments()
    assert next(acts) == "set_rates" and market.date == day_number("2024-05-31")  # notes of month-ends pay
    ledger, s = market.ledger, market.securities
    money = ledger.balance[:, :N_MONEY].sum(axis=1)
    held = ledger.balance[:, N_MONEY:] + ledger.lent[:, N_MONEY:]
    due_e8 = coupons_due_e8(s, market.last_date, market.date, market.floating_rate_bp)
    assert ((due_e8 > 0) & s.of(Kind.NOTE)).sum() > 20 and not ((due_e8 > 0) & s.of(Kind.TIPS)).any()
    assert next(acts) == "pay_interest"
    paid = ledger.balance[:, :N_MONEY].sum(axis=1) - money
    owed = cash_cents(held, due_e8).sum(axis=1)
    others = np.flatnonzero((ledger.balance[:, N_MONEY:].sum(axis=1) > 0) & (np.arange(len(owed)) != TREASURY))
    assert len(others) > 50 and np.array_equal(paid[others], owed[others])


def test_the_clock_counts_from_the_start_and_the_burn_in_is_lived_on_the_first_date():
    market = small_market()
    start = market.premises.start_date
    seen = []
    for _ in range(4):
        live(market, 1)
        seen.append((market.day, market.date))
    first, second = market.premises.dates[:2].tolist()
    assert seen == [(-1, start), (0, start), (1, first), (2, second)]


def test_nothing_matures_accrues_is_announced_or_recorded_in_the_burn_in():
    market = small_market()
    debt, cash = market.outstanding.copy(), int(market.ledger.balance[1].sum())
    live(market, 2)
    assert (market.outstanding == debt).all() and int(market.ledger.balance[1].sum()) == cash
    assert not market.auctions and not market.buybacks
    live(market, 1)
    assert len(market.record.to_pandas("daily")) == 1 and market.auctions


def test_a_failure_says_when_where_and_what():
    class Clumsy(Institution):
        def decide(self, view):
            return 1 / view.round

    market = small_market()
    Clumsy(market, name="Clumsy")
    with pytest.raises(ZeroDivisionError) as told:
        market.step()
    assert told.value.__notes__ == ["on 2024-05-28 (day -2), round 0, in take_orders, asked Clumsy"]


def test_a_failure_inside_a_decision_names_who_was_asked():
    class Forgetful(Institution):
        def decide(self, view):
            return view.memories

    market = small_market()
    Forgetful(market, name="Forgetful")
    with pytest.raises(AttributeError) as told:
        market.step()
    assert told.value.__notes__ == ["on 2024-05-28 (day -2), round 0, in take_orders, asked Forgetful"]


def test_a_day_beyond_the_calendar_is_refused():
    market = live(small_market(run__end="2024-05-31"), 2 + 3)
    with pytest.raises(ValueError, match="day 3 lies beyond the calendar of 3 days"):
        market.step()


def test_members_that_join_or_leave_between_days_are_counted_the_next_morning():
    market = live(small_market(), 1)
    newcomer = Institution(market, name="Newcomer")
    live(market, 1)
    assert any("Newcomer" in (p.name, *market.ledger.names) for p in market.participants)
    assert market.sectors[newcomer.row] == "other"
    newcomer.remove()
    live(market, 1)
    assert market.sectors[newcomer.row] == "" and len(market.sectors) == len(market.ledger)
