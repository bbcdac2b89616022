"""Dealers' inventory by maturity, and how near each dealer is to the limit that binds it."""

from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from experiments.figures import heat
from experiments.figures.buckets import by_day, positions
from experiments.figures.events import shade
from experiments.figures.style import BLUE, RED, SKY, label, legend, stacked
from market.tables.record_columns import DEALERS

LOW, HIGH = 0.1, 0.9


def draw(run: Any) -> Figure:
    """Return the figure of a run."""
    return stacked((inventory, limits), run, 2.2)


def inventory(axes: Axes, run: Any) -> None:
    """Draw the primary dealers' net face by maturity and day."""
    mine = positions(run, "balance_sheets", lambda frame: frame["sector"] == DEALERS)
    heat.by_day(axes, by_day(mine, "bn", "sum"), "billion dollars of face")
    label(axes, "Dealers' inventory", "years to maturity")


def limits(axes: Axes, run: Any) -> None:
    """Draw the use of the binding limit: the median dealer, and the band of the middle eight tenths."""
    frame = run["institutions"]
    use = 100 * frame[frame["kind"] == DEALERS].groupby("date")["utilisation"].quantile([LOW, 0.5, HIGH]).unstack()
    axes.fill_between(use.index, use[LOW], use[HIGH], color=SKY, alpha=0.5, linewidth=0, label="8 dealers in 10")
    axes.plot(use.index, use[0.5], color=BLUE, label="median")
    axes.axhline(100, color=RED, linestyle="--", label="limit")
    shade(axes, run, use.index.to_series())
    axes.set_ylim(bottom=0)
    label(axes, "Use of the limit that binds", "percent of the limit")
    legend(axes)
