"""The section of a scenario for Treasury futures: whether they are traded, how they start, how they are margined."""

from itertools import pairwise
from typing import Self

from pydantic import Field, model_validator

from experiments.section import BusinessDay, Section, declared


class MarginStep(Section):
    """From a day on the clearing house asks for so many times the margin of its rule."""

    since: BusinessDay = Field(description="first day of the scale", json_schema_extra={"unit": "date"})
    scale: float = Field(description="margin over that of the rule", json_schema_extra={"unit": "ratio"}, ge=0.1, le=20)


class Futures(Section):
    """Trading and clearing of Treasury futures."""

    enabled: bool = declared(False, "flag", "off", "whether futures are traded")
    start_spread_bp: float = declared(
        10.0,
        "bp",
        "a guess between 0 and 25, the range of 2018 and 2019 in Barth and Kahn (2021), Hedge Funds and the Treasury "
        "Cash-Futures Disconnect, Office of Financial Research (from memory, low confidence)",
        "implied repo of the cheapest to deliver less overnight repo at the start",
        ge=-100,
        le=200,
    )
    margin_deviations: float = declared(
        4.3,
        "standard deviations",
        "two days at 99 % and fat tails; margins of CME Clearing in May 2024, from memory, low confidence",
        "initial margin over the standard deviation of a day's return",
        ge=0.5,
        le=50,
    )
    margin_steps: tuple[MarginStep, ...] = declared(
        (), "ratio by date", "", "days from which margins are scaled, each later than the one before"
    )

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        for before, after in pairwise(self.margin_steps):
            if after.since <= before.since:
                raise ValueError(f"margin_steps has {after.since} after {before.since}, expected later days")
        return self
