"""Does memory grow with the number of days? Runs of the baseline, a quarter and the whole of what its calendars allow.

    python benchmarks/memory.py --days 115 460

Each run has a process of its own, a burn-in of five days and a record in a folder, as every run has; its figure is the
greatest resident memory. The starting state needs a day of 2024 and the published calendar of auctions ends with 2025,
so that a run with auctions cannot be longer than 471 business days; ``--steady`` lives longer, but in the days of a
burn-in: trading, settlement and funding without news, auctions, maturities or a record, as often as one likes.
"""

import argparse
import json
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from experiments.build import build
from experiments.peak_memory import peak_mib
from experiments.run import live
from experiments.scenario import load
from market.tables.record import Record

FIRST, LAST, BURN_IN = "2024-01-02", "2025-11-20", 5
DAYS = (115, 460)


def lived(days: int, steady: bool) -> float:
    """Live so many days; return the peak of memory in MiB."""
    world = load("baseline")
    given = {"start": FIRST, "end": LAST, "burn_in_days": BURN_IN}
    run = type(world.run).model_validate({**world.run.model_dump(), **given})
    with TemporaryDirectory() as folder, Record(Path(folder)) as record:
        market = build(world.model_copy(update={"run": run}), 1, record)
        if steady:
            market.day = -days - 1
            for _ in range(days):
                market.step()
        else:
            live(market, days)
    return peak_mib()


def peaks(days: tuple[int, ...] = DAYS, steady: bool = False) -> dict[int, float]:
    """Return the peak of memory in MiB of runs of so many days, each in a process of its own; one day more comes first,
    so that no run compiles: the compiler needs more than a market.
    """
    out = {}
    for number in (1, *days):
        command = [sys.executable, __file__, "--one", str(number), *(["--steady"] if steady else [])]
        out[number] = float(json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout))
    return {number: out[number] for number in days}


def main() -> None:
    """Print the peaks, or live one run and print its own."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--days", type=int, nargs="+", default=list(DAYS))
    parser.add_argument("--steady", action="store_true", help="days of a burn-in")
    parser.add_argument("--one", type=int, default=None)
    wanted = parser.parse_args()
    if wanted.one is not None:
        print(lived(wanted.one, wanted.steady))
        return
    found = peaks(tuple(wanted.days), wanted.steady)
    for number, peak in found.items():
        print(f"{number:5,} {'steady ' if wanted.steady else ''}days: {peak:6,.0f} MiB")
    first, *_, last = found.values()
    print(f"the last over the first: {last / first:.3f}")


if __name__ == "__main__":
    main()
