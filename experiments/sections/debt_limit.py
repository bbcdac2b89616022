"""The section of a scenario for the debt limit.

Confidence tags are H, M and L (high, medium, low) and stand in ``source``.
"""

from datetime import date
from typing import Self

from pydantic import model_validator

from experiments.sections.section import CHOICE, BusinessDay, Section, declared, required

TRILLION_MUSD = 10**6


class ExtraordinaryMeasure(Section):
    """What frees room under the limit: so much from a day on, and more in each calendar month after."""

    name: str = required("name", "what is suspended or swapped", min_length=1)
    since: date = required("date", "first day on which it can be used")
    room_musd: int = required("musd", "room it makes from then on", ge=0, le=TRILLION_MUSD)
    monthly_musd: int = declared(0, "musd", CHOICE, "room it makes more in each month after", ge=0, le=TRILLION_MUSD)


MEASURES_2025 = (
    ExtraordinaryMeasure(name="trust-fund redemption", since=date(2025, 1, 2), room_musd=54_000),
    ExtraordinaryMeasure(name="G-Fund", since=date(2025, 1, 21), room_musd=300_000),
    ExtraordinaryMeasure(name="Exchange Stabilization Fund", since=date(2025, 1, 21), room_musd=17_000),
    ExtraordinaryMeasure(name="civil service funds", since=date(2025, 1, 21), room_musd=12_000, monthly_musd=12_000),
    ExtraordinaryMeasure(name="Federal Financing Bank swap", since=date(2025, 1, 21), room_musd=10_000),
    ExtraordinaryMeasure(name="civil service funds, June interest", since=date(2025, 6, 30), room_musd=12_000),
)


class DebtLimit(Section):
    """A limit on the debt that is reinstated, met by measures, cash and fewer bills, and perhaps resolved."""

    enabled: bool = declared(False, "flag", "off: a modelling choice", "whether the limit is reinstated at all")
    reinstated: BusinessDay = declared(
        date(2025, 1, 2), "date", "CBO 61265", "day on which the limit is in force again"
    )
    limit_musd: int = declared(
        36_100_000, "musd", "CBO 61265, found", "limit on subject debt", gt=0, le=100 * TRILLION_MUSD
    )
    debt_musd: int = declared(
        36_100_000,
        "musd",
        "CBO 61265, found",
        "subject debt of all kinds at the close of the day of reinstatement; what is not marketable stays level",
        gt=0,
        le=100 * TRILLION_MUSD,
    )
    measures: tuple[ExtraordinaryMeasure, ...] = declared(
        MEASURES_2025,
        "measures",
        "CRS IN10837: redemption found; sizes of February 2023 found, G-Fund scaled to 2025 with confidence M",
        "extraordinary measures, used before cash is",
    )
    margin_musd: int = declared(1_000, "musd", "a guess", "room kept against surprises", ge=0, le=TRILLION_MUSD)
    resolved: BusinessDay | None = declared(None, "date", CHOICE, "day from which the limit is raised or suspended")
    new_limit_musd: int | None = declared(
        None, "musd", CHOICE, "limit after the resolution; without one it is suspended", gt=0, le=100 * TRILLION_MUSD
    )
    cash_target_musd: int = declared(
        850_000, "musd", "borrowing estimates, found", "cash to which the rebuild leads", ge=0, le=3 * TRILLION_MUSD
    )
    rebuild_weekly_musd: int = declared(
        90_000, "musd a week", "520bn in six weeks of 2023", "most that the rebuild adds in a week",
        gt=0, le=TRILLION_MUSD,
    )  # fmt: skip

    @model_validator(mode="after")
    def _possible(self) -> Self:
        if self.limit_musd < self.debt_musd:
            raise ValueError(
                f"limit_musd is {self.limit_musd}, below the debt of {self.debt_musd} on {self.reinstated}; "
                f"expected at least {self.debt_musd}"
            )
        if self.resolved is not None and self.resolved <= self.reinstated:
            raise ValueError(f"resolved is {self.resolved}, expected a day after the reinstatement {self.reinstated}")
        if self.new_limit_musd is not None and (self.resolved is None or self.new_limit_musd < self.limit_musd):
            raise ValueError(
                f"new_limit_musd is {self.new_limit_musd}, expected {self.limit_musd} or more, and a day in resolved"
            )
        return self

    @model_validator(mode="after")
    def _each_measure_once(self) -> Self:
        names = [measure.name for measure in self.measures]
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise ValueError(f"measures hold {twice[0]!r} more than once, expected each name once")
        return self
