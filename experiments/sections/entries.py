"""The entry of a dealer: on a day its owners pay in its capital, and it begins to quote, to answer and to bid.

Before that day there is no such dealer: no account, no quote, nobody to ask. It joins as one of its kind, with the
traits that the scenario says of primary dealers. Capital is a part of what dealers at the start have, on top of it: the
limits and the part in auctions of those who are here stay as they are. Cash is paid by the public, who owns the dealer.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from pydantic import field_validator

from agents.dealers.entering import catch_up
from agents.dealers.primary_dealer import PrimaryDealer
from agents.traits import traits_of
from experiments.errors import UserError
from experiments.kinds import KINDS
from experiments.sections.exits import LARGEST, Exit
from experiments.sections.section import BusinessDay, Section, declared, required
from market.money.capital import pay_in
from market.requests.introductions import Introduction
from market.units import CENTS_PER_MUSD, day_number

MOST_ENTRIES = 20  # the books keep places for so many more who quote
MEASURES = ("capital_share", "cash_buffer")  # of which it has so many times the mean dealer's


class Entry(Section):
    """A dealer enters the market: who, when, how large, and how fast clients get to know it."""

    date: BusinessDay = required("date", "day from which it quotes, answers and bids")
    name: str = required("name", "its name, that of no other institution", min_length=1, max_length=60)
    size: float = declared(
        1.0,
        "ratio",
        "a convention: one like the others",
        "its capital over that of the mean dealer at the start; it has as many times the cash of that one",
        ge=0.01,
        le=24,
    )
    known_by: float = declared(
        0.25, "share", "a guess", "share of clients that try it from its first day on", ge=0, le=1
    )
    half_life_days: float = declared(
        20.0,
        "days",
        "a guess: that of relationships without trades",
        "business days in which half of those who do not know it get to know it",
        ge=0.1,
        le=10_000,
    )

    @field_validator("name")
    @classmethod
    def _a_name_of_its_own(cls, name: str) -> str:
        """Refuse what stands for others in a scenario, and blanks around a name."""
        if name in (LARGEST, *KINDS) or name != name.strip():
            raise ValueError("expected a name without blanks around it that is no kind of institution, nor 'largest'")
        return name


@dataclass(frozen=True)
class DealerEntry:
    """What the market calls each morning; it acts on its day."""

    day: int
    name: str
    kind: type
    capital_share: float
    cash_musd: float
    known_by: float
    half_life_days: float
    form: Callable[[Any], None]

    def __call__(self, market: Any) -> None:
        """Let the dealer enter on its day: its capital is paid in, it knows what others know, some know it."""
        if market.burning_in or market.date != self.day:
            return
        dealers = _dealers(market)
        newcomer = self.kind(market, self.name, capital_share=self.capital_share, cash_buffer=self.cash_musd)
        self.form(newcomer)
        catch_up(newcomer, dealers)
        pay_in(market, newcomer.row, round(self.cash_musd * CENTS_PER_MUSD))
        introduction = Introduction(market.day, self.known_by, self.half_life_days)
        market.relationships.introduce(newcomer.row, introduction)
        market.regather()


def entry_of(section: Entry, place: str, market: Any, form: Callable[[Any], None]) -> DealerEntry:
    """Return the shock that a scenario describes; UserError if the name is taken or the size impossible."""
    if section.name in market.ledger.names:
        raise UserError(f"{place}.name is {section.name!r}, expected a name that no institution has")
    dealers = _dealers(market)
    mean, cash = (float(np.mean([getattr(dealer, name) for dealer in dealers])) for name in MEASURES)
    least, most = (bound / mean for bound in traits_of(PrimaryDealer)["capital_share"].bounds)
    if not least <= section.size <= most:
        raise UserError(f"{place}.size is {section.size:g}, expected {least:g} to {most:g}, the capital of all dealers")
    size = section.size
    how = section.known_by, section.half_life_days
    return DealerEntry(day_number(section.date), section.name, type(dealers[0]), size * mean, size * cash, *how, form)


def named_twice(entries: Sequence[Entry]) -> str | None:
    """Say which entry has the name of one before it; None if none."""
    names = [entry.name for entry in entries]
    for place, name in enumerate(names):
        if name in names[:place]:
            return f"entries[{place}].name is {name!r}, expected another than that of entries[{names.index(name)}]"
    return None


def leaves_too_soon(exits: Sequence[Exit], entries: Sequence[Entry]) -> str | None:
    """Say which exit is of a dealer that has not entered before; None if none."""
    begins = {entry.name: entry.date for entry in entries}
    for place, leaving in enumerate(exits):
        first = begins.get(leaving.dealer)
        if first is not None and leaving.date <= first:
            return f"exits[{place}].date is {leaving.date}, expected after {first}, on which {leaving.dealer!r} enters"
    return None


def _dealers(market: Any) -> list[Any]:
    return [agent for agent in market.agents if isinstance(agent, PrimaryDealer)]
