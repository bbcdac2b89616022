"""What trading costs: effective spreads on and off the run."""

from typing import Any

from matplotlib.axes import Axes

from experiments.figures.style import BLUE, ORANGE, label, legend


def draw(axes: Axes, run: Any) -> None:
    """Draw volume-weighted effective spreads by day."""
    daily = run["daily"]
    axes.plot(daily["date"], daily["spread_off_bp"], color=ORANGE, label="off the run")
    axes.plot(daily["date"], daily["spread_on_bp"], color=BLUE, label="on the run")
    axes.set_ylim(bottom=0)
    label(axes, "Effective spreads of trades", "basis points")
    legend(axes)
