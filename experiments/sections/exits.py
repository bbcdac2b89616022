"""The exit of a dealer: on a day it answers nobody any more, and sells its inventory over some days."""

from dataclasses import dataclass
from typing import Any

from agents.dealers.primary_dealer import PrimaryDealer
from agents.dealers.winding_down import WindingDown
from experiments.errors import UserError, nearest
from experiments.sections.section import CHOICE, BusinessDay, Section, declared, required
from market.units import day_number

LARGEST = "largest"


class Exit(Section):
    """A dealer leaves the market: whom, when, and over how many days it sells what it holds."""

    date: BusinessDay = required("date", "day from which it answers nobody")
    dealer: str = declared(
        LARGEST,
        "name",
        CHOICE,
        "name of the dealer, or largest: the one that holds most of dealers' capital",
        min_length=1,
    )
    days: int = declared(
        5, "days", "a guess", "business days over which it sells its inventory in equal parts", ge=1, le=260
    )


@dataclass(frozen=True)
class DealerExit:
    """What the market calls each morning; it acts on its day."""

    day: int
    dealer: str
    days: int

    def __call__(self, market: Any) -> None:
        """Let the dealer leave on its day."""
        if not market.burning_in and market.date == self.day:
            WindingDown.of(self.who(market), market.day, self.days)
            market.regather()

    def who(self, market: Any) -> Any:
        """Return the dealer that leaves; UserError if there is none of the name, or no other."""
        dealers = {agent.name: agent for agent in market.agents if isinstance(agent, PrimaryDealer)}
        if len(dealers) < 2:
            raise UserError(f"exits: {len(dealers)} dealers are left, expected two or more before one leaves")
        if self.dealer == LARGEST:
            return max(dealers.values(), key=lambda dealer: (float(dealer.capital_share), dealer.name))
        if self.dealer not in dealers:
            raise UserError(
                f"exits.dealer is {self.dealer!r}, expected {LARGEST!r} or the name of a dealer, as {min(dealers)!r}"
                f"{nearest(self.dealer, [LARGEST, *dealers])}"
            )
        return dealers[self.dealer]


def exit_of(section: Exit) -> DealerExit:
    """Return the shock that a scenario describes."""
    return DealerExit(day_number(section.date), section.dealer, section.days)
