import csv
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pytest
import QuantLib as ql  # noqa: N813

from market.calendar import (
    business_days,
    closings,
    easter_sunday,
    is_business_day,
    next_business_day,
    previous_business_day,
    roll_forward,
    round_at,
    round_time,
)
from market.units import day_number, to_date

DATA = Path(__file__).parents[1] / "experiments" / "data"


def _dates(name: str, column: str, filled: str | None = None) -> set[str]:
    with (DATA / name).open() as file:
        return {row[column] for row in csv.DictReader(file) if filled is None or row[filled]}


def test_business_days_are_the_days_with_a_published_par_yield_curve():
    published = _dates("par_yield_curve_daily_2019-2024.csv", "Date")
    days = business_days(day_number(min(published)), day_number(max(published)))
    assert [to_date(day).isoformat() for day in days] == sorted(published)


def test_business_days_are_the_days_with_a_published_ten_year_yield():
    published = _dates("cmt_yields_term_premium_daily_2019-2024.csv", "date", filled="DGS10")
    days = business_days(day_number("2019-01-01"), day_number("2024-12-31"))
    assert [to_date(day).isoformat() for day in days] == sorted(published)


def test_business_days_agree_with_quantlib_for_seventy_years():
    calendar = ql.UnitedStates(ql.UnitedStates.GovernmentBond)
    first = day_number("1990-01-01")
    days = np.arange(first, day_number("2060-12-31") + 1)
    start = ql.Date(1, 1, 1990).serialNumber()
    theirs = [calendar.isBusinessDay(ql.Date(start + int(day) - first)) for day in days]
    ours = is_business_day(days)
    assert [to_date(day) for day in days[ours != theirs]] == []


def test_good_friday_trades_when_the_employment_report_comes_out():
    fridays = {year: easter_sunday(year) - timedelta(2) for year in range(2000, 2027)}
    traded = {year for year, friday in fridays.items() if is_business_day(day_number(friday))}
    assert traded == {2007, 2010, 2012, 2015, 2021, 2023, 2026}


def test_holidays_move_from_sunday_to_monday_and_only_some_from_saturday_to_friday():
    assert date(2022, 12, 26) in closings(2022)
    assert date(2021, 12, 24) in closings(2021)
    assert date(2020, 7, 3) in closings(2020)
    assert is_business_day(day_number("2023-11-10"))  # Veterans Day on a Saturday
    assert is_business_day(day_number("2021-12-31"))  # New Year's Day on a Saturday
    assert not is_business_day(day_number("2018-12-05"))


def test_moving_forward_and_back_by_business_days_returns_to_the_start():
    days = business_days(day_number("2024-01-02"), day_number("2025-12-31"))
    for n in (1, 2, 5):
        assert np.array_equal(next_business_day(days, n)[:-n], days[n:])
        assert np.array_equal(previous_business_day(next_business_day(days, n), n), days)


def test_a_closed_day_counts_from_the_next_or_the_last_open_one():
    saturday = day_number("2024-05-25")  # Memorial Day follows
    assert to_date(next_business_day(saturday)) == date(2024, 5, 28)
    assert to_date(roll_forward(saturday)) == date(2024, 5, 28)
    assert to_date(previous_business_day(saturday)) == date(2024, 5, 24)
    assert to_date(next_business_day(day_number("2024-05-24"))) == date(2024, 5, 28)
    assert to_date(roll_forward(day_number("2024-05-24"))) == date(2024, 5, 24)


def test_a_day_outside_the_rules_is_refused():
    with pytest.raises(ValueError, match="1989-12-31 is outside 1990-01-01 to 2060-12-31"):
        is_business_day([day_number("2024-01-02"), day_number("1989-12-31")])


@pytest.mark.parametrize("rounds", [1, 7, 20, 540])
def test_every_round_contains_the_time_it_begins(rounds: int):
    assert [round_at(round_time(k, rounds), rounds) for k in range(rounds)] == list(range(rounds))
    assert round_at("17:00", rounds) == rounds - 1


def test_the_auction_and_the_buyback_have_their_rounds():
    assert round_time(0, 20) == "08:00"
    assert round_at("11:30", 20) == 7  # 11:09 to 11:36
    assert round_at("13:00", 20) == 11
    assert round_at("13:40", 20) == 12


@pytest.mark.parametrize(
    ("time", "message"), [("07:59", 'nearest "08:00"'), ("17:01", 'nearest "17:00"'), ("noon", "no time of day")]
)
def test_a_time_outside_the_session_is_refused(time: str, message: str):
    with pytest.raises(ValueError, match=message):
        round_at(time, 20)
