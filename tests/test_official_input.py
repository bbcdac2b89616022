"""What no official could carry out is refused before anything runs, in one line that says what was expected."""

import pytest
from small_market import small_market

from agents.officials.buyback_desk import BuybackDesk
from experiments.errors import ScenarioError, UserError
from experiments.scenario import load
from market.calendar import is_business_day


def refused(tmp_path, text):
    """Return the line that refuses a scenario of this text."""
    path = tmp_path / "mine.toml"
    path.write_text(text)
    with pytest.raises(ScenarioError) as told:
        load(path)
    assert "\n" not in str(told.value) and "mine.toml, line" in str(told.value)
    return str(told.value)


def test_a_programme_on_a_holiday_is_answered_with_the_nearest_business_days(tmp_path):
    line = refused(tmp_path, "[[policy.purchases]]\nsince = 2024-07-04\nuntil = 2024-07-08\nper_day_musd = 500\n")
    assert "line 2" in line and "expected a business day" in line and "2024-07-03 and 2024-07-05" in line


def test_a_bucket_that_does_not_exist_is_answered_with_those_that_do(tmp_path):
    line = refused(tmp_path, '[policy.buybacks]\nonly_buckets = ["nominal 7-11y"]\n')
    assert "line 2" in line and "expected one of" in line and "the nearest is" in line


def test_a_limit_below_the_debt_at_the_start_is_refused_with_the_debt(tmp_path):
    line = refused(tmp_path, "[policy.debt_limit]\nenabled = true\nlimit_musd = 30_000_000\ndebt_musd = 36_100_000\n")
    assert "below the debt of 36100000" in line and "expected at least 36100000" in line


def test_sales_above_holdings_are_refused_with_the_holdings():
    sale = {"since": "2024-06-03", "until": "2024-12-31", "side": "sell", "per_day_musd": 50_000}
    with pytest.raises(UserError, match=r"expected at most the \d,\d+,\d+ that the Fed has"):
        small_market(policy__purchases=[sale])


def test_a_run_off_cap_above_what_the_fed_holds_is_refused_with_the_holdings():
    caps = [{"since": "2024-06-01", "treasuries_musd": 5_000_000, "mbs_musd": 0}]
    with pytest.raises(UserError, match=r"caps\[0\].*is 5,000,000, expected at most the 4,\d+,\d+ that the Fed holds"):
        small_market(policy__caps=caps)


def test_an_announced_operation_on_a_holiday_is_held_on_no_holiday():
    market = small_market(days=2, policy__buybacks__schedule="steady-state")
    desk = next(agent for agent in market.agents if isinstance(agent, BuybackDesk))
    assert desk._to_come and all(is_business_day(planned.day) for planned in desk._to_come)
