"""Heat maps: a value by bucket and day, or by row and column with its numbers written in."""

from typing import Any

import numpy as np
import pandas as pd
from matplotlib import colormaps
from matplotlib.axes import Axes
from matplotlib.colors import Normalize

from experiments.figures.style import MAP, SIGNED_MAP, ink

ASPECT = 18  # of a colour bar: length over width


def by_day(
    axes: Axes, table: pd.DataFrame, unit: str, lowest: float | None = None, highest: float | None = None
) -> None:
    """Draw a table of buckets (rows) and dates (columns), and its scale with the unit."""
    days = np.asarray(table.columns.to_numpy(), "datetime64[D]")
    drawn = axes.pcolormesh(
        days, np.arange(len(table)), table.to_numpy(np.float64), cmap=MAP, vmin=lowest, vmax=highest, shading="nearest"
    )
    axes.set_yticks(np.arange(len(table)), list(table.index))
    axes.grid(visible=False)
    scale = axes.get_figure(root=True).colorbar(drawn, ax=axes, aspect=ASPECT, pad=0.02)  # type: ignore[union-attr]
    scale.set_label(unit)


def written(axes: Axes, table: pd.DataFrame, bound: float) -> None:
    """Draw a table of signed whole numbers as cells coloured from -bound to +bound, with the numbers in them."""
    values, scale = table.to_numpy(np.float64), Normalize(-bound, bound)
    colours: Any = colormaps[SIGNED_MAP](scale(values))
    axes.imshow(values, cmap=SIGNED_MAP, norm=scale, aspect="auto")
    for (row, place), value in np.ndenumerate(values):
        if np.isfinite(value):
            colour = ink(*colours[row, place, :3])
            axes.text(
                place, row, f"{value:+,.0f}" if value else "0", ha="center", va="center", color=colour, fontsize=7
            )
    axes.set_xticks(np.arange(values.shape[1]), list(table.columns))
    axes.set_yticks(np.arange(values.shape[0]), list(table.index))
    axes.tick_params(length=0)
    axes.grid(visible=False)
