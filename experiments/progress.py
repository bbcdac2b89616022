"""Progress of a run: a bar on a terminal, plain lines in a log.

A run calls its ``on_day`` with one ``Day`` after every business day, burn-in included; nothing flows back, so that
watching a run cannot change it.
"""

import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from time import perf_counter
from types import TracebackType
from typing import Self

from rich.console import Console
from rich.progress import BarColumn, Progress, ProgressColumn, SpinnerColumn, Task, TextColumn, TimeRemainingColumn
from rich.text import Text


@dataclass(frozen=True, slots=True)
class Day:
    """A business day that a run has finished: the ``number``-th of ``of`` days, burn-in included."""

    number: int
    of: int
    date: date
    yield_10y_bp: float
    burn_in: bool


OnDay = Callable[[Day], None]
LINES_EVERY = 5.0  # seconds between lines of a log


class Count(ProgressColumn):
    """Days done of all days."""

    def render(self, task: Task) -> Text:
        """Return what stands in the column."""
        return Text(f"{task.completed:.0f}/{task.total:.0f} days" if task.total else "")


class Speed(ProgressColumn):
    """Days simulated in a second."""

    def render(self, task: Task) -> Text:
        """Return what stands in the column."""
        return Text(f"{task.speed:.1f} days/s" if task.speed else "")


class Shown:
    """A context that shows a bar on a terminal, on standard error, and says plain lines where there is none."""

    def __init__(self, title: str, quiet: bool, console: Console | None, columns: Sequence[ProgressColumn]) -> None:
        self.title, self.quiet = title, quiet
        self.started = perf_counter()
        console = console or Console(stderr=True)
        shown = console.is_terminal and not quiet
        self._bar = Progress(*columns, console=console, transient=True) if shown else None

    def __enter__(self) -> Self:
        if self._bar:
            self._bar.start()
        self._begin()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._bar:
            self._bar.stop()

    def _begin(self) -> None:
        """Show that nothing is done yet."""

    def _say(self, line: str) -> None:
        """Write one plain line where there is no bar."""
        if not self._bar and not self.quiet:
            print(line, file=sys.stderr, flush=True)


class Watch(Shown):
    """Shows days as they are done, on standard error; use it as a context and give ``on_day`` to the run."""

    def __init__(self, title: str, quiet: bool = False, console: Console | None = None) -> None:
        super().__init__(title, quiet, console, _columns())
        self.said = self.started

    def _begin(self) -> None:
        begun = "reading data, compiling, fitting the start"
        if self._bar:
            self._task = self._bar.add_task(self.title, total=None, market=begun)
        self._say(f"{self.title}: {begun}")

    def on_day(self, day: Day) -> None:
        """Show that a day is done."""
        if self._bar and day.number == 1:
            self._bar.reset(self._task, total=day.of)
        if self._bar:
            self._bar.update(self._task, completed=day.number, market=_described(day))
        elif day.number == day.of or perf_counter() - self.said > LINES_EVERY:
            self.said = perf_counter()
            rate = day.number / (self.said - self.started)
            self._say(f"{self.title}: day {day.number} of {day.of}, {_described(day)}, {rate:.1f} days/s")


def _described(day: Day) -> str:
    """Return the date and the yield that a trader looks at first."""
    name = "burn-in" if day.burn_in else f"{day.date}"
    return f"{name}  10y {day.yield_10y_bp / 100:.2f} %"


def _columns() -> list[ProgressColumn]:
    """Return what the bar shows."""
    return [
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(bar_width=28),
        Count(),
        TextColumn("{task.fields[market]}"),
        Speed(),
        TimeRemainingColumn(),
    ]
