"""Who held what before and after: face by sector at the opening and at the end, and the change by maturity."""

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from experiments.figures import heat
from experiments.figures.buckets import NAMES, positions
from experiments.figures.style import BLUE, GREY, RED, label, legend, stacked

ISSUER = "Treasury"
SHORT = {"state and local governments": "state and local"}
TICKS = ("bills", "2", "3", "5", "7", "10", "20", "30")  # upper ends of the buckets


def draw(run: Any) -> Figure:
    """Return the figure of a run."""
    return stacked((levels, changes), run, 3.0)


def levels(axes: Axes, run: Any) -> None:
    """Draw the face of each sector before and after, joined."""
    before, after = (frame.sum(axis=1) for frame in holdings(run))
    order = after.sort_values().index
    places = np.arange(len(order))
    axes.hlines(places, before[order], after[order], color=GREY, linewidth=1.0)
    axes.plot(before[order], places, "o", color=BLUE, markersize=5, markerfacecolor="none", label="before")
    axes.plot(after[order], places, "d", color=RED, markersize=4, label="after")
    axes.set_yticks(places, [SHORT.get(name, name) for name in order])
    label(axes, "Who holds Treasury securities", "", dates=False)
    axes.set_xlabel("billion dollars of face")
    legend(axes)


def changes(axes: Axes, run: Any) -> None:
    """Write the change of each sector by maturity; what ages from one bucket into the next is part of it."""
    before, after = holdings(run)
    change = (after - before).loc[after.sum(axis=1).sort_values(ascending=False).index]
    table = change.rename(index=SHORT).set_axis(TICKS, axis=1)
    heat.written(axes, table.round(), max(float(np.abs(table.to_numpy()).max()), 1.0))
    label(axes, "Change, billion dollars of face", "", dates=False)
    axes.set_xlabel("bills, and others by years to maturity, up to")


def holdings(run: Any) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return billions of face by sector and bucket at the opening and at the end."""
    last = run["balance_sheets"]["date"].max()
    sheets = positions(run, "opening"), positions(run, "balance_sheets", lambda frame: frame["date"] == last)
    wide = [
        sheet[sheet["sector"] != ISSUER].groupby(["sector", "bucket"], observed=False)["bn"].sum().unstack("bucket")
        for sheet in sheets
    ]
    names = wide[0].index.union(wide[1].index)
    before, after = (frame.reindex(index=names, columns=list(NAMES)).fillna(0.0) for frame in wide)
    return before, after
