"""What trading costs: effective spreads on and off the run."""

from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from experiments.figures.events import shade
from experiments.figures.style import alone, label, legend, series


def draw(run: Any) -> Figure:
    """Return the figure of a run."""
    return alone(panel, run)


def panel(axes: Axes, run: Any) -> None:
    """Draw volume-weighted effective spreads by day."""
    daily = run["daily"]
    shade(axes, run, daily["date"])
    axes.plot(daily["date"], daily["spread_off_bp"], **series(1), label="off the run")
    axes.plot(daily["date"], daily["spread_on_bp"], **series(0), label="on the run")
    axes.set_ylim(bottom=min(0.0, daily[["spread_off_bp", "spread_on_bp"]].min().min()))
    label(axes, "Effective spreads of trades", "basis points")
    legend(axes)
