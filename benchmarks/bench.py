"""The table of speed: ``make bench``. What is reached beside what is wanted, with medians and spread, in one run.

Times are processor time of one process, contestants in turns, so that a busy machine makes them longer but hardly
changes their ratios; only the speed-up of two workers is wall time. Exit code 1 when a figure misses its target by more
than the noise that was measured: half the spread between the quartiles. ``--only`` names parts, ``--quick`` leaves out
those that take minutes, ``--picture`` says where to draw the scaling curves.
"""

import argparse
import platform
import sys
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

import cluster_paper
import memory as memory_of_runs
import numpy as np
import scaling as scaling_curves
import startup
import sweep_speed
from books import against_cpp, against_rivals
from profile_day import start
from reduced_day import LARGE, SMALL, beside
from scaling import TARGET, exponent, picture, seconds_of_day

MESSAGES, STREAM, REPEATS, DAYS = 400_000, 100_000, 7, 20
PAIRS, ARMS, WORKERS, MONTHS_DAYS, BURN_IN_DAYS = 60, 2, 2, 169, 60  # 60 paired runs of the eight months on two cores
LONG = ("starts", "memory", "scaling", "workers")


class Table:
    """Lines of figures, and how many missed."""

    def __init__(self) -> None:
        self.missed = 0
        print(f"{'':52}{'median':>12}{'quartiles':>26}{'target':>10}")

    def add(self, name: str, values: Sequence[float], target: float | None = None, at_least: bool = False) -> float:
        """Print one line and return its median; a target is the most, or the least, that is wanted."""
        low, middle, high = np.quantile(values, (0.25, 0.5, 0.75))
        noise = (high - low) / 2
        miss = target is not None and (middle + noise < target if at_least else middle - noise > target)
        self.missed += miss
        wanted = "" if target is None else f"{'>' if at_least else '<'} {target:g}"
        mark = "  missed" if miss else ""
        print(f"{name:52}{middle:12.4g}{f'{low:.4g} to {high:.4g}':>26}{wanted:>10}{mark}", flush=True)
        return float(middle)


def main() -> int:
    """Print the table; return 1 if a target was missed."""
    parser = argparse.ArgumentParser(description="Figures of speed beside their targets.")
    parser.add_argument("--quick", action="store_true", help=f"without {', '.join(LONG)}")
    parser.add_argument("--picture", type=Path, default=Path("scaling.png"))
    parts: dict[str, Callable[[Table], None]] = {"day": day, "reduced": reduced, "books": books, "starts": starts}
    parts |= {"memory": memory, "scaling": scaling, "workers": workers}
    parser.add_argument("--only", nargs="+", choices=parts, default=list(parts))
    wanted = parser.parse_args()
    parts["scaling"] = partial(scaling, path=wanted.picture)
    print(f"Python {platform.python_version()}, {platform.machine()}, {platform.system()}; processor time")
    table = Table()
    for name in wanted.only:
        if not (wanted.quick and name in LONG):
            parts[name](table)
    print(f"{table.missed} of the targets missed" if table.missed else "every target reached")
    return 1 if table.missed else 0


def day(table: Table) -> None:
    """Time whole days of the baseline, what happens in a second of them, and what sixty paired runs take of such.

    In turns with them, days with every behaviour on that is off by default.
    """
    market, everything = (start(name, seed=1, burn_in=3) for name in ("baseline", "all-behaviours"))
    of_everything: list[float] = []
    seconds, trades, requests, before = [], [], [], market.books.messages
    for _ in range(DAYS):
        seconds.append(seconds_of_day(market))
        of_everything.append(seconds_of_day(everything))
        trades.append(len(market.tape.everything()))
        requests.append(market.tape.requests)
    messages = (market.books.messages - before) / DAYS
    days = PAIRS * (BURN_IN_DAYS + ARMS * MONTHS_DAYS)
    minutes = np.multiply(seconds, days / WORKERS / 60)
    middle = table.add(f"{PAIRS} paired runs of the eight months, two cores: min", minutes, 10)
    print(
        f"  {PAIRS} * ({BURN_IN_DAYS} + {ARMS} * {MONTHS_DAYS}) days = {days:,}, in {WORKERS} processes, "
        f"of {float(np.median(seconds)):.3f} s each: {middle:.1f} min"
    )
    table.add("whole day, baseline: s", seconds, 0.06)
    table.add("whole day, everything on: s", of_everything, 0.12)
    for name, counts in (("trades", trades), ("requests", requests), ("messages to books", [messages] * DAYS)):
        table.add(f"  {name} a second, baseline", np.divide(counts, seconds))


def reduced(table: Table) -> None:
    """Hold a reduced day against plain Mesa and PAMS."""
    for size, days in ((SMALL, 5), (LARGE, 2)):
        print(f"reduced day of {size}; messages and trades a second")
        found = beside(size, days)
        for name, lived in found.items():
            table.add(f"  {name}: s a day", [one.seconds for one in lived])
            table.add("    messages a second", [one.messages / one.seconds for one in lived])
            table.add("    trades a second", [one.trades / one.seconds for one in lived])
        if len(found) < len(("ours", "Mesa", "PAMS")):
            print("  PAMS is not here: make bench installs it into an environment of its own")


def books(table: Table) -> None:
    """Hold the books against a C++ book of the same algorithm, and against those of PyPI."""
    spent = against_cpp(MESSAGES, REPEATS)
    for name, seconds in spent.items():
        table.add(f"mixed flow, 400 books, {name}: ns/message", np.multiply(seconds, 1e9))
    if "C++" in spent:
        table.add("  times the C++ book", np.divide(spent["this project"], spent["C++"]), 1.3)
    else:
        print("  no g++ here: no C++ book to hold it against")
    spent = against_rivals(STREAM, REPEATS)
    for name, seconds in spent.items():
        table.add(f"one book, {name}: ns/message", np.multiply(seconds, 1e9))
    ours, *others = spent.values()
    if others:
        fastest = min(others, key=lambda seconds: float(np.median(seconds)))
        table.add("  times as fast as the fastest of PyPI", np.divide(fastest, ours), 10, at_least=True)
    else:
        print("  no book of PyPI is installed: pip install '.[bench]'")


def starts(table: Table) -> None:
    """Time what starting costs."""
    found = startup.starts()
    table.add("offtherun --help: s", found["help"], 0.3)
    table.add("start and three short days, kernels compiled: s", found["warm"], 2)
    table.add("the same, nothing compiled: s", found["cold"], 20)
    table.add("  of that the compiler: s", np.subtract(found["cold"], np.median(found["warm"])))


def memory(table: Table) -> None:
    """Ask whether memory grows with the number of days."""
    found = memory_of_runs.peaks()
    short, long = memory_of_runs.DAYS
    table.add(f"peak memory of {long} days: MiB", [found[long]], 700)
    table.add(f"  over that of {short} days", [found[long] / found[short]], 1.05)


def scaling(table: Table, path: Path = Path("scaling.png")) -> None:
    """Fit how the cost of a day grows."""
    found = scaling_curves.curves()
    for name, curve in found.items():
        ends = f"{curve.numbers[0]:,.0f} to {curve.numbers[-1]:,.0f}"
        table.add(f"exponent of cost in {name}, {ends}", [exponent(curve.numbers, curve.seconds)], TARGET)
        table.add("  between the last two", [exponent(curve.numbers[-2:], curve.seconds[-2:])])
    picture(found, path)


def workers(table: Table) -> None:
    """Measure what a second worker is worth, in wall time; say what a thousand would be, on paper."""
    sweep_speed.seconds("buybacks", 1, 1, 2)  # kernels are found, files are read once
    alone, together = (sweep_speed.seconds("buybacks", 4, 20, number) for number in (1, 2))
    table.add("two workers in times of one (wall time)", [alone / together], 1.8, at_least=True)
    found = cluster_paper.measured()
    market = start("baseline", seed=1, burn_in=3)
    a_day = float(np.median([seconds_of_day(market) for _ in range(DAYS)]))
    cluster_paper.tell(found, 1_000, 1_000, BURN_IN_DAYS * a_day, MONTHS_DAYS * a_day)


if __name__ == "__main__":
    sys.exit(main())
