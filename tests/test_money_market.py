"""Money funds: what pays for their bills is a switch, the published limit binds nobody at the start, and is kept."""

from fractions import Fraction
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from small_market import lone, small, small_market

from agents.buyers.money_fund import MoneyFund
from experiments.build import stage
from experiments.errors import ScenarioError
from experiments.inputs.published import table
from experiments.population import Trait
from experiments.scenario import load
from market.accounts.instruments import Money
from market.calendar import MONTH_END, QUARTER_END, reporting_date
from market.money.funding import interest_cents, unwind_funding
from market.units import CENTS_PER_MUSD, FACE_PER_MUSD


@pytest.mark.parametrize(
    ("mode", "share"), [("none", 0.0), ("estimated", MoneyFund.from_facility.default), ("all", 1.0)]
)
def test_the_switch_sets_what_every_fund_pays_out_of_the_facility(mode, share):
    market = small_market(money_market__bills_from_facility=mode)
    assert {float(fund.from_facility) for fund in market.agents_by_type[MoneyFund]} == {share}


def test_the_estimated_share_leaves_what_the_population_says_and_an_extreme_overrides_it():
    drawn = {"population__money_fund__traits": {"from_facility": Trait(median=0.3).model_dump()}}
    for mode, share in (("estimated", 0.3), ("all", 1.0)):
        market = small_market(money_market__bills_from_facility=mode, **drawn)
        assert {float(fund.from_facility) for fund in market.agents_by_type[MoneyFund]} == {share}


def months_before_the_start():
    """Monthly changes of money funds' holdings, bn, January 2022 to April 2024, with assets of the month before."""
    frame = table("mmf_holdings_monthly_2019-2024").set_index("month_end") / 1_000
    frame["bills"] = table("mspd_class_totals_monthly_2019-2024")["BILLS"].to_numpy()
    months = frame.index.to_numpy().astype("datetime64[D]").astype("datetime64[M]")
    change = frame.diff().assign(before=frame["total_investments"].shift(1), month=months.astype(int) % 12 + 1)
    return change[(months >= np.datetime64("2022-01")) & (months <= np.datetime64("2024-04"))]


def test_the_habits_of_money_funds_are_what_the_months_before_the_start_give():
    change = months_before_the_start()
    assets = change["total_investments"] - change["total_investments"].mean()
    quarter = (change["month"] % 3 == 0).astype(float) - (change["month"] % 3 == 1)
    known = np.column_stack([change["treasuries"], assets, quarter, change["before"]])
    treasuries, _, ends, drift = np.linalg.lstsq(known, change["repo_with_fed_onrrp"])[0]
    assert len(change) == 28 and MoneyFund.from_facility.default == pytest.approx(-treasuries, abs=0.005)
    assert MoneyFund.substitution.default == pytest.approx(-100 * drift, abs=0.005)
    assert ends == pytest.approx(147, abs=0.5)
    constant = np.column_stack([change["bills"], np.ones(len(change))])
    (share, trend), *_ = np.linalg.lstsq(constant, change["treasuries"])
    unexplained = change["treasuries"] - share * change["bills"] - trend
    assert unexplained.std(ddof=2) == pytest.approx(81, abs=0.5)  # why funds draw together (agents.buyers.kinds)
    assert share == pytest.approx(0.62, abs=0.005)
    assert MoneyFund.bill_response.default == pytest.approx(share / 0.44 - 1.0, abs=0.015)


def test_money_funds_place_more_over_reporting_dates_and_lend_it_again_the_day_after():
    when = {"2024-06-28": QUARTER_END, "2024-07-31": MONTH_END, "2024-06-27": 0, "2024-07-01": 0, "2024-12-31": 2}
    days = {text: int(np.datetime64(text, "D").astype(int)) for text in when}
    assert {text: reporting_date(day) for text, day in days.items()} == when
    fund = lone(MoneyFund, cash_buffer=1000.0, quarter_end=0.05, month_end=0.01, elsewhere=500.0 * CENTS_PER_MUSD)
    cash = np.array([1600 * CENTS_PER_MUSD])
    placed = [fund.place(cash, on(days[text]))[0] / CENTS_PER_MUSD for text in list(when)[:4]]
    assert placed == [175.0, 115.0, 130.0, 100.0]  # two fifths of a quarter-end's the evening before


def test_the_share_that_comes_back_early_is_that_of_nine_published_quarter_ends():
    published = table("onrrp_by_counterparty_daily_2022-2024")
    days, total = published["date"].to_numpy(), published["total_musd"].to_numpy()
    rises = []
    for text in np.arange("2022-03", "2024-06", 3, dtype="datetime64[M]"):
        at = int(np.searchsorted(days, (text + 1).astype("datetime64[D]").astype(int))) - 1
        assert reporting_date(int(days[at])) == QUARTER_END
        usual = (total[at - 7 : at - 2].mean() + total[at + 4 : at + 9].mean()) / 2
        rises.append(total[at - 1 : at + 2] - usual)
    before, on_the_day, after = np.mean(rises, axis=0) / 1000
    assert len(rises) == 9 and (before, on_the_day, after) == pytest.approx((70, 188, -17), abs=0.5)
    assert MoneyFund.eve_share.default == pytest.approx(before / on_the_day, abs=0.03)


@pytest.mark.parametrize(("funding_bp", "free", "moved"), [(532.0, 250, 21.0), (530.0, 250, 0.0), (532.0, 5, 5.0)])
def test_money_leaves_the_facility_while_lending_pays_more_and_as_long_as_there_is_any(funding_bp, free, moved):
    market = SimpleNamespace(ledger=SimpleNamespace(position=lambda rows: np.full((1, 1), 10_000 * FACE_PER_MUSD)))
    fund = lone(MoneyFund, market, cash_buffer=100_000.0, substitution=0.4)
    fund.subscriptions(np.array([(100_000 + free) * CENTS_PER_MUSD]), on(19900, funding_bp))
    assert float(fund.elsewhere[0]) / CENTS_PER_MUSD == pytest.approx(moved)


def on(date, funding_bp=532.0):
    """What a money fund sees of a day."""
    return SimpleNamespace(day=1, date=date, funding_bp=funding_bp, rates=SimpleNamespace(on_rrp=530.0))


def test_the_published_limit_of_a_counterparty_binds_no_fund_at_the_start():
    given = stage(load("baseline"))
    placed = given.state.money[given.state.rows("money_fund"), Money.REVERSE_REPO]
    assert 0 < placed.max() < given.premises.reverse_repo_limit / 2
    assert given.premises.reverse_repo_limit == 160_000 * CENTS_PER_MUSD


def test_a_night_at_the_fed_earns_the_rate_of_its_evening_whatever_the_morning_brings():
    one = {"iorb_bp": 540.0, "standing_repo_bp": 550.0}
    steps = [{"since": "2024-01-01", "on_rrp_bp": 530.0, **one}, {"since": "2024-05-31", "on_rrp_bp": 130.0, **one}]
    market = small_market(days=4, policy__rates=steps, policy__on_rrp_limit_musd=10**7)
    acts = market.moments()
    assert next(act for act in acts if act == "set_rates") and market.rates.on_rrp == 130.0
    rows = np.concatenate([fund.rows for fund in market.agents_by_type[MoneyFund]])
    placed, nights = market.ledger.balance[rows, Money.REVERSE_REPO].copy(), market.date - market.last_date
    market.loans = market.loans[:0]  # nothing but the facility pays
    before = market.ledger.cash(rows).copy()
    unwind_funding(market)
    assert placed.max() > 0 and nights == 1
    earned = market.ledger.cash(rows) - before - placed
    assert np.abs(earned - placed * 0.053 / 360).max() <= 1


def test_a_mode_that_does_not_exist_is_refused_with_the_nearest(tmp_path):
    path = tmp_path / "mine.toml"
    path.write_text('[money_market]\nbills_from_facility = "estimate"\n')
    with pytest.raises(ScenarioError, match=r"line 2.*did you mean 'estimated'"):
        load(path)
    assert small().money_market.bills_from_facility == "estimated"


@given(st.integers(0, 10**16), st.integers(-500, 99_999), st.integers(0, 5))
def test_interest_is_rounded_once_half_to_even(cents, rate_e4, days):
    exact = Fraction(cents * rate_e4 * days, 360 * 10**6)
    assert int(interest_cents(np.array([cents]), rate_e4, days)[0]) == round(exact)
