"""The curve at the start and at the end: every nominal coupon security, on-the-runs marked."""

from typing import Any

import pandas as pd
from matplotlib.axes import Axes

from experiments.figures.style import BLUE, ORANGE, label, legend

SHORTEST_YEARS = 0.25  # yields of notes that are about to mature say nothing


def draw(axes: Axes, run: Any) -> None:
    """Draw yields against maturity on the first and on the last day."""
    securities = run["securities"]
    first, last = securities["date"].min(), securities["date"].max()
    for day, colour in ((first, BLUE), (last, ORANGE)):
        alive = _nominal_coupons(securities[securities["date"] == day])
        axes.scatter(alive["years"], alive["yield_bp"] / 100, s=3, color=colour, linewidths=0)
        newest = alive[alive["on_the_run"]]
        axes.scatter(
            newest["years"],
            newest["yield_bp"] / 100,
            s=22,
            facecolors="none",
            edgecolors=colour,
            label=f"{day:%d %b %Y} (ring: on the run)",
        )
    label(axes, "Notes and bonds by years to maturity", "percent", dates=False)
    legend(axes)


def _nominal_coupons(day: pd.DataFrame) -> pd.DataFrame:
    """Return the notes and bonds of a day that are outstanding, with years to maturity."""
    years = (day["maturity"] - day["date"]).dt.days / 365.25
    shown = day["kind"].isin(["note", "bond"]) & (day["outstanding_musd"] > 0) & (years > SHORTEST_YEARS)
    return day[shown].assign(years=years[shown])
