"""Settlement by day: what was delivered, what failed and was cured, and securities borrowed to deliver."""

from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from experiments.figures.style import BLUE, GREEN, RED, label, legend, stacked


def draw(run: Any) -> Figure:
    """Return the figure of a run."""
    return stacked((_delivered, _failed, _borrowed), run["daily"], 2.0)


def _delivered(axes: Axes, daily: Any) -> None:
    axes.plot(daily["date"], daily["delivered_musd"] / 1000, color=BLUE, label="delivered")
    axes.plot(
        daily["date"], daily["dealer_obligations_musd"] / 1000, color=GREEN, linestyle="--", label="owed to dealers"
    )
    label(axes, "Delivered and owed to dealers", "billion dollars")
    axes.set_ylim(bottom=0)
    legend(axes)


def _failed(axes: Axes, daily: Any) -> None:
    axes.plot(daily["date"], daily["failed_musd"], color=RED, label="failed")
    axes.plot(daily["date"], daily["cured_musd"], color=GREEN, linestyle="--", label="cured")
    label(axes, "Fails", "million dollars")
    axes.set_ylim(bottom=0)
    legend(axes)


def _borrowed(axes: Axes, daily: Any) -> None:
    axes.plot(daily["date"], daily["borrowed_musd"] / 1000, color=BLUE, label="borrowed")
    axes.plot(daily["date"], daily["soma_lent_musd"] / 1000, color=RED, linestyle="--", label="of it from the Fed")
    label(axes, "Securities borrowed to deliver", "billion dollars")
    axes.set_ylim(bottom=0)
    legend(axes)
