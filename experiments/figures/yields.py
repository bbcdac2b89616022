"""On-the-run yields through the run."""

from typing import Any

from matplotlib.axes import Axes

from experiments.figures.style import BLUE, GREEN, ORANGE, PINK, label, legend

LINES = (("yield_2y_bp", BLUE), ("yield_5y_bp", ORANGE), ("yield_10y_bp", GREEN), ("yield_30y_bp", PINK))


def draw(axes: Axes, run: Any) -> None:
    """Draw the yields of four on-the-run securities by day."""
    daily = run["daily"]
    for column, colour in LINES:
        axes.plot(daily["date"], daily[column] / 100, color=colour, label=column.split("_")[1])
    label(axes, "On-the-run yields", "percent")
    legend(axes)
