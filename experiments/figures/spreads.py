"""What trading costs: effective spreads on and off the run, and what all dealers answer off the run."""

from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from experiments.figures.events import shade
from experiments.figures.style import alone, label, legend, series


def draw(run: Any) -> Figure:
    """Return the figure of a run."""
    return alone(panel, run)


def panel(axes: Axes, run: Any) -> None:
    """Draw volume-weighted effective spreads by day, and those of all answers, of which clients take the best."""
    daily = run["daily"]
    shade(axes, run, daily["date"])
    lines = {
        "answered_off_bp": ("all answers, off the run", 2),
        "spread_off_bp": ("paid off the run", 1),
        "spread_on_bp": ("paid on the run", 0),
    }
    for column, (name, place) in lines.items():
        axes.plot(daily["date"], daily[column], **series(place), label=name)
    axes.set_ylim(bottom=min(0.0, daily[list(lines)].min().min()))
    label(axes, "Effective spreads", "basis points")
    legend(axes)
