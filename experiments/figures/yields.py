"""On-the-run yields through the run."""

from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from experiments.figures.events import shade
from experiments.figures.style import alone, label, legend, series

LINES = ("yield_2y_bp", "yield_5y_bp", "yield_10y_bp", "yield_30y_bp")


def draw(run: Any) -> Figure:
    """Return the figure of a run."""
    return alone(panel, run)


def panel(axes: Axes, run: Any) -> None:
    """Draw the yields of four on-the-run securities by day."""
    daily = run["daily"]
    shade(axes, run, daily["date"])
    for place, column in enumerate(LINES):
        axes.plot(daily["date"], daily[column] / 100, **series(place), label=column.split("_")[1].replace("y", "-year"))
    label(axes, "On-the-run yields", "percent")
    legend(axes)
