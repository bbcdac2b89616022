"""Other starts of an experiment: which of them ask the same question, and in which windows.

An experiment whose arms have an event of their own on a date (a sale, a spell of news, a step of policy) is asked again
around the same dates: its windows, counted in days from the start, begin and end on the same days, and so does the run.
A start is left out if the event does not lie after it, or a window begins before it. An experiment without a date acts
from its start on: another start has the same windows and as many days, or is left out for want of days.

A dated event is a date after the start, up to the last day, that not all arms have in the same place, or that the plain
baseline has not.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from experiments.experiment import Experiment
from experiments.scenario import load
from experiments.sections.world import Scenario
from experiments.windows import TO_THE_END
from market.calendar import business_days
from market.units import day_number

Worlds = Mapping[str, Scenario]


def possible(question: Experiment, days: int, worlds: Worlds, starts: Sequence[str]) -> dict[str, str]:
    """Return by start why it is left out, "" for a start that asks the same question; the experiment's own always."""
    own = _start(worlds)
    return {start: _against(question, days, worlds, start) for start in dict.fromkeys((str(own), *starts))}


def moved(question: Experiment, days: int, worlds: Worlds, others: Worlds) -> tuple[Experiment, int]:
    """Return the question in the windows of worlds that start later, and the days of their runs."""
    shift = _between(_start(worlds), _start(others)) if first_event(worlds) is not None else 0
    if not shift:
        return question, days
    outcomes = tuple(
        one.model_copy(update={"from_day": one.from_day - shift, "to_day": _earlier(one.to_day, shift)})
        for one in question.outcomes
    )
    liquidity = question.liquidity and tuple(day - shift for day in question.liquidity)
    return question.model_copy(update={"outcomes": outcomes, "liquidity": liquidity}), days - shift


def _earlier(to_day: int, shift: int) -> int:
    """Return the last day of a window in a run that starts later; the end of the run stays its end."""
    return to_day if to_day == TO_THE_END else to_day - shift


def first_event(worlds: Worlds) -> date | None:
    """Return the first dated event of any arm, None if no arm has one."""
    start, end = _start(worlds), max(world.run.end for world in worlds.values())
    plain, *arms = (set(_dates(world.model_dump(mode="json"))) for world in (load("baseline"), *worlds.values()))
    usual = plain.intersection(*arms)
    inside = [day for _, day in set().union(*arms) - usual if start < day <= end]
    return min(inside) if inside else None


def _against(question: Experiment, days: int, worlds: Worlds, start: str) -> str:
    """Say why a start does not ask the same question; nothing if it does."""
    own, event, new = _start(worlds), first_event(worlds), date.fromisoformat(start)
    shift = _between(own, new)
    if new < own:
        return f"before {own}, the experiment's own start"
    if event is None:
        most = min(len(business_days(day_number(start) + 1, day_number(world.run.end))) for world in worlds.values())
        return f"{most} business days to the end, and the experiment has {days}" if most < days else ""
    if event <= new:
        return f"the first dated event, of {event}, would not lie after it"
    early = [one.name for one in question.outcomes if one.from_day <= shift]
    early += ["liquidity"] if question.liquidity and question.liquidity[0] <= shift else []
    return f"the window of {early[0]!r} begins before it" if early else ""


def _start(worlds: Worlds) -> date:
    return next(iter(worlds.values())).run.start


def _between(one: date, other: date) -> int:
    """Return the business days from a date to a later one, 0 if it is not later."""
    return len(business_days(day_number(one) + 1, day_number(other))) if other > one else 0


def _dates(value: Any, place: str = "") -> Iterator[tuple[str, date]]:
    """Yield the dates of nested tables with their places, but those of the run itself."""
    if isinstance(value, dict):
        for key, inner in value.items():
            if (place, key) != ("", "run"):
                yield from _dates(inner, f"{place}.{key}")
    elif isinstance(value, list):
        for number, inner in enumerate(value):
            yield from _dates(inner, f"{place}[{number}]")
    elif isinstance(value, str) and len(value) == len("2024-05-28"):
        try:
            yield place, date.fromisoformat(value)
        except ValueError:
            return
