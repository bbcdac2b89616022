"""The table of speed: ``make bench``. What is reached beside what is wanted, with medians and spread, in one run.

Times are processor time of one process, contestants in turns, so that a busy machine makes them longer but hardly
changes their ratios. Exit code 1 when a figure misses its target by more than the noise that was measured: half the
spread between the quartiles. ``--quick`` leaves the scaling curves out, ``--picture`` says where to draw them.
"""

import argparse
import platform
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from books import against_cpp, against_rivals
from profile_day import start
from scaling import curves, exponent, picture, seconds_of_day

MESSAGES, STREAM, REPEATS, DAYS = 400_000, 100_000, 7, 20


class Table:
    """Lines of figures, and how many missed."""

    def __init__(self) -> None:
        self.missed = 0
        print(f"{'':44}{'median':>12}{'quartiles':>20}{'target':>10}")

    def add(self, name: str, values: Sequence[float], target: float | None = None, at_least: bool = False) -> None:
        """Print one line; a target is the most, or the least, that is wanted."""
        low, middle, high = np.quantile(values, (0.25, 0.5, 0.75))
        noise = (high - low) / 2
        miss = target is not None and (middle + noise < target if at_least else middle - noise > target)
        self.missed += miss
        wanted = "" if target is None else f"{'>' if at_least else '<'} {target:g}"
        mark = "  missed" if miss else ""
        print(f"{name:44}{middle:12.4g}{f'{low:.4g} to {high:.4g}':>20}{wanted:>10}{mark}", flush=True)


def main() -> int:
    """Print the table; return 1 if a target was missed."""
    parser = argparse.ArgumentParser(description="Figures of speed beside their targets.")
    parser.add_argument("--quick", action="store_true", help="no scaling curves")
    parser.add_argument("--picture", type=Path, default=Path("scaling.png"))
    wanted = parser.parse_args()
    print(
        f"Python {platform.python_version()}, {platform.machine()}, {platform.system()}; processor time of one process"
    )
    table = Table()
    books(table)
    day(table)
    if not wanted.quick:
        scaling(table, wanted.picture)
    print(f"{table.missed} of the targets missed" if table.missed else "every target reached")
    return 1 if table.missed else 0


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


def day(table: Table) -> None:
    """Time whole days of the baseline, and what happens in a second of them."""
    market = start("baseline", seed=1, burn_in=3)
    seconds, trades, requests, before = [], [], [], market.books.messages
    for _ in range(DAYS):
        seconds.append(seconds_of_day(market))
        trades.append(len(market.tape.everything()))
        requests.append(market.tape.requests)
    messages = (market.books.messages - before) / DAYS
    table.add("whole day, baseline: s", seconds, 0.06)
    for name, counts in (("trades", trades), ("requests", requests), ("messages to books", [messages] * DAYS)):
        table.add(f"  {name} a second", np.divide(counts, seconds))


def scaling(table: Table, path: Path) -> None:
    """Fit how the cost of a day grows."""
    found = curves()
    for name, (numbers, seconds) in found.items():
        table.add(f"exponent of cost in {name}, {numbers[0]:g} to {numbers[-1]:g}", [exponent(numbers, seconds)], 1.05)
    picture(found, path)


if __name__ == "__main__":
    sys.exit(main())
