"""The section of a scenario for nudges: on a day, one firm bid is moved by some ticks, once; a placebo treatment."""

from dataclasses import dataclass
from typing import Any

from experiments.sections.section import BusinessDay, Section, declared, required
from market.units import day_number


class Nudge(Section):
    """One firm bid, drawn by the seed, is shown some ticks lower in the first round of a day that shows any."""

    date: BusinessDay = required("date", "day of the nudge")
    ticks: int = declared(1, "ticks", "the least that a quote can move", "how far the bid moves down", ge=1, le=100)


@dataclass(frozen=True)
class Nudging:
    """What the market calls each morning; it acts on its day."""

    day: int
    ticks: int

    def __call__(self, market: Any) -> None:
        """Leave word for the first round that shows a bid."""
        if not market.burning_in and market.date == self.day:
            market.nudge_ticks = self.ticks


def nudging(section: Nudge) -> Nudging:
    """Return what a scenario describes."""
    return Nudging(day_number(section.date), section.ticks)
