"""The curve at the start and at the end: every nominal coupon security, on-the-runs marked."""

from typing import Any

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from experiments.figures.buckets import years_left
from experiments.figures.style import BLUE, RED, alone, label, legend

SHORTEST_YEARS = 0.25  # yields of notes that are about to mature say nothing


def draw(run: Any) -> Figure:
    """Return the figure of a run."""
    return alone(panel, run)


def panel(axes: Axes, run: Any) -> None:
    """Draw yields against maturity on the first and on the last day."""
    securities = run["securities"]
    first, last = securities["date"].min(), securities["date"].max()
    for day, colour, shape in ((first, BLUE, "o"), (last, RED, "^")):
        alive = nominal_coupons(securities[securities["date"] == day])
        axes.scatter(alive["years"], alive["yield_bp"] / 100, s=3, color=colour, linewidths=0, marker=shape)
        newest = alive[alive["on_the_run"]]
        axes.scatter(
            newest["years"],
            newest["yield_bp"] / 100,
            s=24,
            marker=shape,
            facecolors="none",
            edgecolors=colour,
            label=f"{day:%d %b %Y} (large: on the run)",
        )
    label(axes, "Notes and bonds", "percent", dates=False)
    axes.set_xlabel("years to maturity")
    legend(axes)


def nominal_coupons(day: pd.DataFrame) -> pd.DataFrame:
    """Return the notes and bonds of a day that are outstanding, with years to maturity."""
    years = years_left(day["maturity"], day["date"])
    shown = day["kind"].isin(["note", "bond"]) & (day["outstanding_musd"] > 0) & (years > SHORTEST_YEARS)
    return day[shown].assign(years=years[shown])
