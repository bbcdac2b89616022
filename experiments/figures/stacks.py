"""Stacked paths with the published ones beside: areas with names in them, dots where the published borders are."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.colors import to_rgb
from matplotlib.ticker import StrMethodFormatter

from experiments.figures.style import BLACK, ink

FILLS = (
    "#084B73",
    "#9CCFF0",
    "#3E7D64",
    "#F2C879",
    "#8A4B12",
    "#E9E9E9",
)  # dark and light in turn: borders show in grey
WHERE = 0.04  # of the days, from the left: where names stand


def draw(axes: Axes, layers: pd.DataFrame, published: pd.DataFrame, dots: str = "published") -> None:
    """Stack the columns of ``layers`` by day, and mark the sums of the same columns of ``published``."""
    values = layers.to_numpy(np.float64).T
    axes.stackplot(layers.index, values, colors=FILLS[: len(values)], linewidth=0)
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
        )
    day = layers.index[int(WHERE * (len(layers) - 1))]
    for name, fill, top, height in zip(layers.columns, FILLS, tops, values, strict=False):
        middle = float(top[0] - height[0] / 2)
        axes.text(day, middle, name, color=ink(*to_rgb(fill)), va="center", ha="left", fontsize=7.5)
    axes.set_ylim(bottom=0)
    axes.yaxis.set_major_formatter(StrMethodFormatter("{x:,.0f}"))
    axes.margins(x=0.0)
    axes.grid(visible=False)
