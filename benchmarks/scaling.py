"""How cost grows with rounds, dealers, institutions, securities and days, each over a factor of ten, the rest as usual.

    python benchmarks/scaling.py --picture scaling.png

A cost is processor time of the median day, of days with operations too; every market lives in a process of its own,
with a record that is streamed to a folder, so that its greatest resident memory is known. Days are fitted as the time
of so many in a row. An exponent is the slope of log cost on log number: over all numbers by least squares, and between
the last two, where the fixed part of a day weighs least; 1 is linear. ``worlds`` says how markets are made larger.
"""

import argparse
import json
import resource
import subprocess
import sys
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import process_time
from typing import Any, NamedTuple

import numpy as np
from matplotlib.figure import Figure
from profile_day import KIB_PER_MIB
from worlds import market_of

from market.model import TreasuryMarket
from market.tables.record import Record

ROUNDS, DEALERS, FACTORS = (5, 10, 20, 50), (5, 24, 80, 200), (0.2, 1.0, 8.0, 48.0)
SECURITIES = (0, 1_000, 2_000, 4_000, 5_900)  # 0: those that there are
DAYS, WARM_UP, COUNTED = (4, 10, 20, 40), 2, 6
TARGET = 1.05


class Curve(NamedTuple):
    """Numbers, processor seconds (of a day; of days, of all), and peak memory in MiB, NaN where not measured."""

    numbers: list[float]
    seconds: list[float]
    memory: list[float]


def seconds_of_day(market: TreasuryMarket) -> float:
    """Return processor seconds of the next day."""
    before = process_time()
    market.step()
    return process_time() - before


def live(size: dict[str, Any], days: int) -> dict[str, Any]:
    """Live some days of a market of a size, with a record in a folder; return what it was and cost."""
    with TemporaryDirectory() as folder, Record(Path(folder)) as record:
        market = market_of(**size, record=record)
        spent = [seconds_of_day(market) for _ in range(WARM_UP + days)][WARM_UP:]
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / KIB_PER_MIB
    return {"accounts": len(market.ledger), "securities": len(market.securities), "seconds": spent, "peak": peak}


def apart(size: dict[str, Any], days: int = COUNTED) -> dict[str, Any]:
    """Do so in a process of its own."""
    command = [sys.executable, __file__, "--one", json.dumps(size), "--days", str(days)]
    told = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    found: dict[str, Any] = json.loads(told.splitlines()[-1])
    return found


def curves() -> dict[str, Curve]:
    """Measure every curve."""
    usual = apart({}, max(DAYS))

    def of(name: str, values: tuple[float, ...], standard: float) -> list[dict[str, Any]]:
        return [usual if value == standard else apart({name: value}) for value in values]

    out = {}
    for name, values, standard, count in (
        ("rounds", ROUNDS, 20, None),
        ("dealers", DEALERS, 24, None),
        ("factor", FACTORS, 1.0, "accounts"),
        ("securities", SECURITIES, 0, "securities"),
    ):
        found = of(name, values, standard)
        numbers = [float(one[count]) if count else float(value) for one, value in zip(found, values, strict=True)]
        label = "institutions" if name == "factor" else name
        out[label] = Curve(numbers, [median(one["seconds"][:COUNTED]) for one in found], [one["peak"] for one in found])
    spent = np.cumsum(usual["seconds"])
    days = [float(n) for n in DAYS]
    out["days"] = Curve(days, [float(spent[n - 1]) for n in DAYS], [float("nan")] * len(DAYS))
    return out


def exponent(numbers: list[float], seconds: list[float]) -> float:
    """Return the slope of log cost on log number."""
    return float(np.polyfit(np.log(numbers), np.log(seconds), 1)[0])


def picture(found: dict[str, Curve], path: Path) -> None:
    """Draw the curves on logarithmic axes: time, and memory."""
    figure = Figure(figsize=(9.0, 4.0), layout="constrained")
    time, memory = figure.subplots(1, 2)
    for (name, curve), marker in zip(found.items(), "os^Dv", strict=True):
        label = f"{name}: exponent {exponent(curve.numbers, curve.seconds):.2f}"
        time.loglog(curve.numbers, curve.seconds, marker + "-", label=label, markersize=4)
        if np.isfinite(curve.memory).all():
            memory.loglog(curve.numbers, curve.memory, marker + "-", label=name, markersize=4)
    for ax, quantity in ((time, "processor seconds (a day; for days, all of them)"), (memory, "peak memory, MiB")):
        ax.set_xlabel("number")
        ax.set_ylabel(quantity)
        ax.legend(frameon=False, fontsize=8)
    figure.savefig(path, dpi=150)


def main() -> None:
    """Print and draw the curves, or live one market and print what it cost as JSON."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--picture", type=Path, default=Path("scaling.png"))
    parser.add_argument("--one", type=json.loads, default=None, help="one size as JSON, such as '{\"dealers\": 200}'")
    parser.add_argument("--days", type=int, default=COUNTED)
    wanted = parser.parse_args()
    if wanted.one is not None:
        print(json.dumps(live(wanted.one, wanted.days)))
        return
    found = curves()
    for name, curve in found.items():
        last = exponent(curve.numbers[-2:], curve.seconds[-2:])
        print(f"{name}: exponent {exponent(curve.numbers, curve.seconds):.2f}, of the last two {last:.2f}")
        for line in zip(*curve, strict=True):
            print("  {:>8,.0f} {:9.3f} s {:9,.0f} MiB".format(*line))
    picture(found, wanted.picture)


if __name__ == "__main__":
    main()
