"""The curve through time: mean yields of notes and bonds by years to maturity on a few days, dark to light."""

from typing import Any

import numpy as np
import pandas as pd
from matplotlib import colormaps
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from experiments.figures.curve import nominal_coupons
from experiments.figures.style import MAP, SERIES, alone, label, legend

DAYS_SHOWN = 5
BINS = np.array([0.25, 0.75, 1.5, 2.5, 3.5, 4.5, 6, 8, 10.5, 15, 18, 20.5, 23, 26, 29, 31])  # years
LIGHTEST = 0.45  # of the colour map: lighter lines would not stand out from paper


def draw(run: Any) -> Figure:
    """Return the figure of a run."""
    return alone(panel, run)


def panel(axes: Axes, run: Any) -> None:
    """Draw the curve on evenly spaced days of a run."""
    securities = run["securities"]
    days = np.sort(securities["date"].unique())
    chosen = days[np.unique(np.linspace(0, len(days) - 1, DAYS_SHOWN).round().astype(int))]
    for place, day in enumerate(chosen):
        means = curve(securities[securities["date"] == day])
        colour = colormaps[MAP](LIGHTEST * place / max(len(chosen) - 1, 1))
        dashes = SERIES[place][1]
        axes.plot(means.index, means / 100, color=colour, linestyle=dashes, label=f"{pd.Timestamp(day):%d %b %Y}")
    label(axes, "Yields of notes and bonds, by day", "percent", dates=False)
    axes.set_xlabel("years to maturity")
    legend(axes)


def curve(day: pd.DataFrame) -> "pd.Series[float]":
    """Return the mean yield in bp of the nominal coupon securities of a day by mean maturity of their bin."""
    alive = nominal_coupons(day)
    bins = pd.cut(alive["years"], BINS.tolist(), labels=False)
    means = alive.groupby(bins)[["years", "yield_bp"]].mean()
    return means.set_index("years")["yield_bp"]
