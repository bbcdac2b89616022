"""Business days of the United States government bond market, and the clock inside a day.

A business day is a weekday without a recommended full closing (SIFMA, formerly the Bond Market Association). Closings
follow rules, 1990 to 2060, plus a table of closings that followed none. Good Friday is open, with an early close,
when it is the Friday of 2 to 7 April, because the employment report comes out; rules of future years are forecasts of
the association's practice. Left out: early closes, days that trade but do not settle, and one-off closings before
2004. Days are day numbers (days since 1970-01-01); every function takes one day or an array. The clock runs from
08:00 to 17:00 New York time.

Sources: SIFMA holiday recommendations; dates of the Treasury's par yield curve and of the Board's H.15, 2019 to 2024.
"""

from datetime import date, timedelta
from functools import lru_cache
from math import ceil

import numpy as np
from numpy.typing import ArrayLike, NDArray

from market.units import Bool, Int, day_number, to_date

FIRST_YEAR, LAST_YEAR = 1990, 2060
OPENING_MINUTE, CLOSING_MINUTE = 8 * 60, 17 * 60  # of the day
MONDAY, THURSDAY, SATURDAY, SUNDAY = 0, 3, 5, 6
MONTH_END, QUARTER_END = 1, 2
CLOSED_ONCE = (
    date(2004, 6, 11),  # mourning for President Reagan
    date(2012, 10, 30),  # Hurricane Sandy
    date(2018, 12, 5),  # mourning for President Bush
)


def _nth(year: int, month: int, weekday: int, n: int) -> date:
    """Return the n-th such weekday of a month."""
    first = date(year, month, 1)
    return first + timedelta((weekday - first.weekday()) % 7 + 7 * (n - 1))


def _observed(day: date, saturday: bool) -> list[date]:
    """Return the closing for a holiday of fixed date: Monday for Sunday, Friday for Saturday if that is the habit."""
    if day.weekday() == SUNDAY:
        return [day + timedelta(1)]
    if day.weekday() == SATURDAY:
        return [day - timedelta(1)] if saturday else []
    return [day]


def easter_sunday(year: int) -> date:
    """Return Easter Sunday of the Gregorian calendar (Meeus, Jones and Butcher)."""
    century, rest = divmod(year, 100)
    moon = (19 * (year % 19) + century - century // 4 - (century - (century + 8) // 25 + 1) // 3 + 15) % 30
    week = (32 + 2 * (century % 4) + 2 * (rest // 4) - moon - rest % 4) % 7
    late = (year % 19 + 11 * moon + 22 * week) // 451
    month, day = divmod(moon + week - 7 * late + 114, 31)
    return date(year, month, day + 1)


def _good_friday(year: int) -> list[date]:
    """Return Good Friday, unless the employment report keeps the market open."""
    friday = easter_sunday(year) - timedelta(2)
    return [] if friday.month == 4 and 2 <= friday.day <= 7 else [friday]


def closings(year: int) -> list[date]:
    """Return the full closings of a year that fall on weekdays, in order."""
    memorial = _nth(year, 6, MONDAY, 1) - timedelta(7)
    days = [
        *_observed(date(year, 1, 1), saturday=False),
        _nth(year, 1, MONDAY, 3),  # Martin Luther King
        _nth(year, 2, MONDAY, 3),  # Presidents
        *_good_friday(year),
        memorial,
        *(_observed(date(year, 6, 19), saturday=True) if year >= 2022 else []),  # Juneteenth
        *_observed(date(year, 7, 4), saturday=True),
        _nth(year, 9, MONDAY, 1),  # Labor
        _nth(year, 10, MONDAY, 2),  # Columbus
        *_observed(date(year, 11, 11), saturday=False),  # Veterans
        _nth(year, 11, THURSDAY, 4),  # Thanksgiving
        *_observed(date(year, 12, 25), saturday=True),
        *(day for day in CLOSED_ONCE if day.year == year),
    ]
    return sorted(days)


_CLOSED = [day for year in range(FIRST_YEAR, LAST_YEAR + 1) for day in closings(year)]
_BUSINESS = np.busdaycalendar(holidays=np.array(_CLOSED, "datetime64[D]"))
_FIRST, _LAST = day_number(date(FIRST_YEAR, 1, 1)), day_number(date(LAST_YEAR, 12, 31))


def _dates(day: ArrayLike) -> NDArray[np.datetime64]:
    """Return day numbers as dates; refuse days that the rules do not cover."""
    days = np.asarray(day, np.int64)
    if days.size and (days.min() < _FIRST or days.max() > _LAST):
        wrong = days.min() if days.min() < _FIRST else days.max()
        raise ValueError(f"calendar: {to_date(wrong)} is outside {to_date(_FIRST)} to {to_date(_LAST)}")
    return days.astype("datetime64[D]")


def _offset(day: ArrayLike, n: ArrayLike, roll: str) -> Int:
    """Move days by n business days after rolling them onto one."""
    moved = np.busday_offset(_dates(day), np.asarray(n, np.int64), roll=roll, busdaycal=_BUSINESS)  # type: ignore[call-overload]
    return np.asarray(moved.astype(np.int64))


def is_business_day(day: ArrayLike) -> Bool:
    """Return whether the market is open."""
    return np.asarray(np.is_busday(_dates(day), busdaycal=_BUSINESS), np.bool_)


def next_business_day(day: ArrayLike, n: ArrayLike = 1) -> Int:
    """Return the n-th business day after a day, n at least 1; the day itself may be any day."""
    return _offset(day, n, "backward")


def previous_business_day(day: ArrayLike, n: ArrayLike = 1) -> Int:
    """Return the n-th business day before a day, n at least 1; the day itself may be any day."""
    return _offset(day, -np.asarray(n, np.int64), "forward")


def roll_forward(day: ArrayLike) -> Int:
    """Return the day if it is a business day, else the next one: when a payment that falls due is made."""
    return _offset(day, 0, "forward")


def business_days(first: int, last: int) -> Int:
    """Return the business days from first to last, both included."""
    days = np.arange(first, last + 1, dtype=np.int64)
    return days[is_business_day(days)]


@lru_cache(maxsize=4096)
def days_between(first: int, last: int) -> int:
    """Return the number of business days from first to last, both included."""
    return len(business_days(first, last))


@lru_cache(maxsize=4096)
def reporting_date(day: int) -> int:
    """Return QUARTER_END or MONTH_END if a business day is the last of a quarter or of another month, else 0."""
    after, here = to_date(int(next_business_day(day))), to_date(day)
    if after.month == here.month:
        return 0
    return QUARTER_END if here.month % 3 == 0 else MONTH_END


def round_time(round_: int, rounds: int) -> str:
    """Return the first whole minute of a round, as "HH:MM"; at most 540 rounds divide the session evenly."""
    if not 0 <= round_ < rounds:
        raise ValueError(f"round_time: round {round_} is not one of 0 to {rounds - 1}")
    minute = OPENING_MINUTE + ceil((CLOSING_MINUTE - OPENING_MINUTE) * round_ / rounds)
    return f"{minute // 60:02d}:{minute % 60:02d}"


def round_at(time: str, rounds: int) -> int:
    """Return the round that contains a time of the session; 17:00 belongs to the last."""
    hour, colon, minute = time.partition(":")
    if not (colon and hour.isdecimal() and minute.isdecimal() and int(minute) < 60):
        raise ValueError(f'round_at: "{time}" is no time of day, expected "HH:MM"')
    elapsed = int(hour) * 60 + int(minute) - OPENING_MINUTE
    if not 0 <= elapsed <= CLOSING_MINUTE - OPENING_MINUTE:
        nearest = "08:00" if elapsed < 0 else "17:00"
        raise ValueError(f'round_at: "{time}" is outside the session 08:00 to 17:00, nearest "{nearest}"')
    return min(elapsed * rounds // (CLOSING_MINUTE - OPENING_MINUTE), rounds - 1)
