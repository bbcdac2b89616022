"""Stacked paths with the published ones beside: areas with names in them, dots where the published borders are.

A name stands where the layer is free of borders as far as the name goes, at the left unless there is too little room.
"""

import math
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.colors import to_rgb
from matplotlib.ticker import StrMethodFormatter
from numpy.lib.stride_tricks import sliding_window_view

from experiments.figures.style import BLACK, OUTLINE, ink
from market.units import Float

FILLS = (
    "#084B73",
    "#9CCFF0",
    "#3E7D64",
    "#F2C879",
    "#8A4B12",
    "#E9E9E9",
)  # dark and light in turn: borders show in grey
ALONG, ENOUGH = 0.4, 0.7  # of the days: the length of a name; of a layer: the room it needs
HALF_DAY = pd.Timedelta(hours=12)
BESIDE: dict[str, Any] = {"xytext": (5, 0), "textcoords": "offset points", "va": "center", "fontsize": 7.5}


def draw(axes: Axes, layers: pd.DataFrame, published: pd.DataFrame, dots: str = "published") -> None:
    """Stack the columns of ``layers`` by day, and mark the sums of the same columns of ``published``.

    One day alone is drawn as wide as a day.
    """
    if len(layers) == 1:
        layers = pd.concat([layers.set_axis(layers.index + side * HALF_DAY) for side in (-1, 1)])
    values = layers.to_numpy(np.float64).T
    axes.stackplot(layers.index, values, colors=FILLS[: len(values)], edgecolor=BLACK, linewidth=OUTLINE)
    tops = values.cumsum(axis=0)
    for place in range(published.shape[1] if len(published) else 0):
        border = published.iloc[:, : place + 1].sum(axis=1, skipna=False)
        axes.plot(
            border.index,
            border,
            "o",
            color=BLACK,
            markeredgecolor="white",
            markeredgewidth=0.5,
            markersize=3,
            label="_" if place else dots,
            zorder=3,
            clip_on=False,  # on the first and the last day
        )
    for name, fill, top, height in zip(layers.columns, FILLS, tops, values, strict=False):
        day, middle = free_place(top - height, top)
        axes.annotate(name, (layers.index[day], middle), color=ink(*to_rgb(fill)), **BESIDE)
    axes.set_ylim(bottom=0)
    axes.yaxis.set_major_formatter(StrMethodFormatter("{x:,.0f}"))
    axes.margins(x=0.0)
    axes.grid(visible=False)


def free_place(lower: Float, upper: Float) -> tuple[int, float]:
    """Return the day at which a name begins, and the middle of what is between two borders (days,) all along it.

    That is the first day, unless the borders leave less than ``ENOUGH`` of the thickness there and more elsewhere.
    """
    days = max(1, math.ceil(ALONG * len(upper)))
    low, high = sliding_window_view(lower, days).max(axis=1), sliding_window_view(upper, days).min(axis=1)
    day = 0 if high[0] - low[0] >= ENOUGH * (upper - lower)[:days].mean() else int((high - low).argmax())
    return day, float(low[day] + high[day]) / 2
