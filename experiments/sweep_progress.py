"""Progress of a sweep: a bar on a terminal, plain lines in a log; rate, time that remains, failures."""

import sys
from collections.abc import Sequence
from time import perf_counter
from types import TracebackType
from typing import Self

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from experiments.sweep import Done, Job


class SweepWatch:
    """Shows runs as they are done, on standard error; use it as a context and give ``on_done`` to the sweep."""

    def __init__(self, title: str, wanted: Sequence[Job], console: Console | None = None) -> None:
        self.title, self.of = title, len(wanted)
        self.there = sum(job.folder.is_dir() for job in wanted)
        self.done = self.failed = 0
        self.started = perf_counter()
        console = console or Console(stderr=True)
        self._bar = Progress(*_columns(), console=console, transient=True) if console.is_terminal else None

    def __enter__(self) -> Self:
        if self._bar:
            self._bar.start()
            self._task = self._bar.add_task(self.title, total=self.of, completed=self.there, said="")
        self._say(f"{self.title}: {self.of} runs, {self.there} there already")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._bar:
            self._bar.stop()

    def on_done(self, done: Done) -> None:
        """Show that a run is done."""
        self.done += 1
        self.failed += done.error is not None
        rate = self.done / (perf_counter() - self.started)
        said = f"{60 * rate:.2f} runs/min" + (f", {self.failed} failed" if self.failed else "")
        if self._bar:
            self._bar.update(self._task, completed=self.there + self.done, said=said)
        left = (self.of - self.there - self.done) / rate / 60
        reason = f" FAILED: {done.error}" if done.error else ""
        self._say(f"{done.job.name}: {self.there + self.done} of {self.of}, {said}, {left:.1f} min left{reason}")

    def _say(self, line: str) -> None:
        """Write one plain line where there is no bar."""
        if not self._bar:
            print(line, file=sys.stderr, flush=True)


def _columns() -> list[BarColumn | MofNCompleteColumn | TextColumn | TimeRemainingColumn]:
    """Return what the bar shows."""
    name, said = TextColumn("{task.description}"), TextColumn("{task.fields[said]}")
    return [name, BarColumn(bar_width=28), MofNCompleteColumn(), said, TimeRemainingColumn()]
