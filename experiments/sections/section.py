"""What every section of a scenario is made of: a frozen record, fields with meaning, unit and source, checked dates."""

from collections.abc import Sequence
from datetime import date
from typing import Annotated, Any, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator
from pydantic.config import JsonDict

from market.calendar import is_business_day, next_business_day, previous_business_day, round_at
from market.units import day_number, to_date

CHOICE = "the user's choice"
COUNTERFACTUAL = "none by default: a counterfactual"


def declared(default: Any, unit: str, source: str, description: str, **bounds: Any) -> Any:
    """Declare a field with what the reference table needs: meaning, unit, source and bounds."""
    extra: JsonDict = {"unit": unit, "source": source}
    return Field(default, description=description, json_schema_extra=extra, validate_default=True, **bounds)


def required(unit: str, description: str, **bounds: Any) -> Any:
    """Declare a field without a default: whoever writes the scenario chooses."""
    return declared(..., unit, CHOICE, description, **bounds)


def _business_day(day: date) -> date:
    """Refuse a day on which the market is closed."""
    number = day_number(day)
    if not is_business_day(number):
        before, after = to_date(previous_business_day(number)), to_date(next_business_day(number))
        raise ValueError(f"expected a business day; the nearest are {before} and {after}")
    return day


def _time_of_day(text: str) -> str:
    """Refuse what is no time of the session."""
    round_at(text, 20)
    return text


def _years_range(years: tuple[float, float]) -> tuple[float, float]:
    """Refuse a range of maturities that is none."""
    if not 0 <= years[0] < years[1] <= 31:
        raise ValueError(f"from {years[0]:g} to {years[1]:g} years, expected 0 <= from < to <= 31")
    return years


BusinessDay = Annotated[date, AfterValidator(_business_day)]
SessionTime = Annotated[str, AfterValidator(_time_of_day)]
Years = Annotated[tuple[float, float], AfterValidator(_years_range)]


class Section(BaseModel):
    """A section of a scenario: frozen, and no key that is not declared."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class Span(Section):
    """Something that acts from a day to another; one that outlasts the run is cut by its end."""

    since: BusinessDay = required("date", "first day")
    until: BusinessDay = required("date", "last day")

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.until < self.since:
            raise ValueError(f"until is {self.until}, expected {self.since} or later")
        return self


def outside(name: str, items: Sequence[Section], field: str, start: date, end: date) -> str | None:
    """Say which of the items of a scenario has a day that is not in a run from ``start`` to ``end``; None if none."""
    for place, item in enumerate(items):
        day = getattr(item, field)
        if not start < day <= end:
            return f"{name}[{place}].{field} is {day}, expected after {start}, up to {end}"
    return None
