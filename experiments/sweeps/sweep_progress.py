"""Progress of a sweep: a bar on a terminal, plain lines in a log; rate, time that remains, failures."""

from collections.abc import Sequence
from time import perf_counter

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, ProgressColumn, TextColumn, TimeRemainingColumn

from experiments.progress import Shown
from experiments.sweeps.sweep import Done, Job


class SweepWatch(Shown):
    """Shows runs as they are done, on standard error; use it as a context and give ``on_done`` to the sweep."""

    def __init__(self, title: str, wanted: Sequence[Job], console: Console | None = None) -> None:
        super().__init__(title, False, console, _columns())
        self.of = len(wanted)
        self.there = sum(job.folder.is_dir() for job in wanted)
        self.done = self.failed = 0

    def _begin(self) -> None:
        if self._bar:
            self._task = self._bar.add_task(self.title, total=self.of, completed=self.there, said="")
        self._say(f"{self.title}: {self.of} runs, {self.there} there already")

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


def _columns() -> list[ProgressColumn]:
    """Return what the bar shows."""
    name, said = TextColumn("{task.description}"), TextColumn("{task.fields[said]}")
    return [name, BarColumn(bar_width=28), MofNCompleteColumn(), said, TimeRemainingColumn()]
