"""Buybacks: what was offered, what the Treasury would take at most, what it took."""

from typing import Any

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from experiments.figures.buckets import FACE_PER_BN
from experiments.figures.style import BLACK, BLUE, SKY, alone, area, label, legend, says

WIDTH_DAYS = 2.4


def draw(run: Any) -> Figure:
    """Return the figure of a run."""
    return alone(panel, run)


def panel(axes: Axes, run: Any) -> None:
    """Draw a bar per operation day: offered behind accepted, the maximum as a mark."""
    columns = ["offered_face", "accepted_face", "maximum_face"]
    billions = run["buybacks"].groupby("date")[columns].sum() / FACE_PER_BN
    axes.bar(billions.index, billions["offered_face"], WIDTH_DAYS, **area(SKY), label="offered")
    axes.bar(billions.index, billions["accepted_face"], WIDTH_DAYS, **area(BLUE), label="accepted")
    axes.scatter(billions.index, billions["maximum_face"], s=18, marker="_", color=BLACK, label="maximum", zorder=3)
    days, margin = run["daily"]["date"], pd.Timedelta(days=WIDTH_DAYS)
    axes.set_xlim(days.min() - margin, days.max() + margin)
    label(axes, "Buyback operations", "billion dollars of face")
    if len(billions):
        legend(axes)
    else:
        says(axes, "no operations in this run")
