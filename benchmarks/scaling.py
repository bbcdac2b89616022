"""How cost grows with rounds, dealers, institutions, securities and days, each over a factor of ten, the rest as usual.

    python benchmarks/scaling.py --picture scaling.png

A cost is processor time of the median day, of days with operations too; every market lives in a process of its own,
with a record that is streamed to a folder, so that its greatest resident memory is known. Days are fitted as the time
of so many in a row. An exponent is the slope of log cost on log number: over all numbers by least squares, and between
the last two, where the fixed part of a day weighs least; 1 is linear. ``worlds`` says how markets are made larger.
"""

import argparse
import json
import subprocess
import sys
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import process_time
from typing import Any, NamedTuple

import matplotlib
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter
from worlds import market_of

from experiments.figures.style import SETTINGS, label, legend, series
from experiments.peak_memory import peak_mib
from market.model import TreasuryMarket
from market.tables.record import Record

ROUNDS, DEALERS, FACTORS = (5, 10, 20, 50), (5, 24, 80, 200), (0.2, 1.0, 8.0, 48.0)
SECURITIES = (0, 1_000, 2_000, 4_000, 5_900)  # 0: those that there are
DAYS, WARM_UP, COUNTED = (4, 10, 20, 40), 2, 6
TARGET = 1.05
WIDE_INCHES, MARKERS = 9.0, "os^Dv"


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
    peak = peak_mib()
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


def draw(found: dict[str, Curve]) -> Figure:
    """Draw the curves on logarithmic axes: time, and memory where it was measured."""
    measured = {name: curve for name, curve in found.items() if np.isfinite(curve.memory).all()}
    with matplotlib.rc_context(SETTINGS):
        figure = Figure(figsize=(WIDE_INCHES, 3.8), layout="constrained")
        time, memory = figure.subplots(1, 2)
        for place, (name, curve) in enumerate(found.items()):
            drawn = series(place) | {"marker": MARKERS[place], "markersize": 4}
            slope = exponent(curve.numbers, curve.seconds)
            time.loglog(curve.numbers, curve.seconds, **drawn, label=f"{name} ({slope:.2f})")
            if name in measured:
                memory.loglog(curve.numbers, curve.memory, **drawn, label=name)
        _finish(time, found, "Time of a day, or of all days (exponent)", "processor seconds", (1.0, 2.0, 5.0))
        _finish(memory, measured, "Memory at its peak", "mebibytes", (1.0, 1.5, 2.0, 3.0, 5.0, 7.0))
    return figure


def _finish(axes: Axes, shown: dict[str, Curve], title: str, unit: str, steps: tuple[float, ...]) -> None:
    """Say what is on the axes, in plain numbers, ``steps`` of them in a power of ten, and what is whose."""
    label(axes, title, unit, dates=False)
    axes.set_xlabel(f"number of {', '.join(shown)}")
    for axis, there in ((axes.xaxis, (1.0,)), (axes.yaxis, steps)):
        axis.set_major_locator(LogLocator(subs=there))
        axis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,g}"))
        axis.set_minor_formatter(NullFormatter())
    legend(axes)


def picture(found: dict[str, Curve], path: Path) -> None:
    """Draw the curves into a file."""
    draw(found).savefig(path, dpi=150)


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
