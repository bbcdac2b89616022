"""Windows of an experiment beside the days of its runs: one that ends after the last day is refused, never cut.

A mean "of ten days" of a run that has two of them would be another number under the same name. An outcome that goes to
the end of the run, however long, needs its first day alone.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from experiments.experiment import Experiment

TO_THE_END = 600  # as to_day: the end of the run; more business days than any run has


class Window(NamedTuple):
    """The last day that a window needs, where a file names it, and what is said of it."""

    last: int
    keys: tuple[str | int, ...]
    named: str  # key and value
    looks: str  # which days it looks at, in words


def windows(question: "Experiment") -> Iterator[Window]:
    """Yield the windows of an experiment: those of its outcomes, then that of the table of sectors."""
    for place, one in enumerate(question.outcomes):
        open_end = one.to_day == TO_THE_END
        key, last = ("from_day", one.from_day) if open_end else ("to_day", one.to_day)
        days = f"from day {last} on" if open_end else f"at days {one.from_day} to {last}"
        named = f"outcomes[{place}].{key} = {last}"
        yield Window(last, ("outcomes", place, key), named, f"outcome {one.name!r} looks {days}")
    if question.liquidity is not None:
        first, last = question.liquidity
        named = f"liquidity = [{first}, {last}]"
        yield Window(last, ("liquidity",), named, f"liquidity is of days {first} to {last}")


def beyond(question: "Experiment", days: int) -> Window | None:
    """Return the first window that needs more days than runs have, None if all lie within them."""
    return next((window for window in windows(question) if window.last > days), None)


def least_days(question: "Experiment") -> int:
    """Return the fewest days of a run that hold every window."""
    return max(window.last for window in windows(question))
