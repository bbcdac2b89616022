"""Bidders that stay away from auctions for some days: a class of them, or all, by a share."""

from dataclasses import dataclass
from datetime import date
from difflib import get_close_matches
from typing import Annotated, Any, Self

from pydantic import AfterValidator, Field, model_validator

from experiments.kinds import KINDS
from experiments.sections.section import BusinessDay, Section
from market.auctions.turnout import WHOLE, stay_away
from market.units import day_number


def _kind(name: str) -> str:
    """Refuse a kind of institution that does not exist."""
    if name not in KINDS:
        nearest = get_close_matches(name, KINDS, n=1, cutoff=0.0)[0]
        raise ValueError(f"expected one of {', '.join(KINDS)}; the nearest is {nearest!r}")
    return name


class Withdrawal(Section):
    """From a day to another, a share of what some kinds of institutions would bid for at auctions is not bid for."""

    since: BusinessDay = Field(description="first day", json_schema_extra={"unit": "date"})
    until: BusinessDay = Field(description="last day", json_schema_extra={"unit": "date"})
    kinds: tuple[Annotated[str, AfterValidator(_kind)], ...] = Field(
        tuple(KINDS),
        description="kinds of institutions that stay away",
        json_schema_extra={"unit": "kinds", "source": ""},
        min_length=1,
    )
    share: float = Field(
        description="share of their bids that stays away, 1 being all of them",
        json_schema_extra={"unit": "share", "source": ""},
        gt=0,
        le=1,
    )

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.until < self.since:
            raise ValueError(f"until is {self.until}, expected {self.since} or later")
        return self


@dataclass(frozen=True)
class StayingAway:
    """What the market calls each morning."""

    first_day: int
    last_day: int
    kinds: tuple[str, ...]
    share_e4: int

    def __call__(self, market: Any) -> None:
        """Say who stays away today."""
        if market.burning_in or not self.first_day <= market.date <= self.last_day:
            return
        classes = tuple(KINDS[kind] for kind in self.kinds)
        stay_away(market, [int(a.row) for a in market.agents if isinstance(a, classes)], self.share_e4)


def outside_run(withdrawals: tuple[Withdrawal, ...], start: date, end: date) -> str | None:
    """Say what is wrong with the days of withdrawals in a run from ``start`` to ``end``; None if nothing is."""
    for place, plan in enumerate(withdrawals):
        if not start < plan.since <= end:
            return f"withdrawals[{place}].since is {plan.since}, expected after {start}, up to {end}"
    return None


def withdrawal_of(plan: Withdrawal) -> StayingAway:
    """Return the shock that a scenario describes."""
    return StayingAway(day_number(plan.since), day_number(plan.until), plan.kinds, round(plan.share * WHOLE))
