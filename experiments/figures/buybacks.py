"""Buybacks: what was offered, what the Treasury would take at most, what it took."""

from typing import Any

from matplotlib.axes import Axes

from experiments.figures.style import BLUE, RED, SKY, label, legend
from market.units import FACE_PER_MUSD

WIDTH_DAYS = 2.4


def draw(axes: Axes, run: Any) -> None:
    """Draw a bar per operation day: offered behind accepted, the maximum as a mark."""
    by_day = run["buybacks"].groupby("date")[["offered_face", "accepted_face", "maximum_face"]].sum()
    billions = by_day / FACE_PER_MUSD / 1_000
    axes.bar(billions.index, billions["offered_face"], WIDTH_DAYS, color=SKY, label="offered")
    axes.bar(billions.index, billions["accepted_face"], WIDTH_DAYS, color=BLUE, label="accepted")
    axes.scatter(billions.index, billions["maximum_face"], s=14, marker="_", color=RED, label="maximum", zorder=3)
    label(axes, "Buyback operations", "billion dollars of face")
    if len(billions):
        legend(axes)
    else:
        axes.text(0.5, 0.5, "no operations in this run", transform=axes.transAxes, ha="center")
