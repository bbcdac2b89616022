"""How liquidity ages by tenor: trades, volume, spread and quotes of notes and bonds, a map of maturity by age each."""

from typing import Any

import numpy as np
import pandas as pd
from matplotlib import colormaps
from matplotlib.axes import Axes
from matplotlib.colors import Normalize
from matplotlib.figure import Figure

from experiments.figures.style import MAP, ink, label, stacked
from experiments.results.venue_summary import AGES, BUCKETS, by_maturity

PANELS = {
    "trades": ("Trades a day", 1.0, "{:,.0f}"),
    "volume_bn": ("Volume, billion dollars a day", 1.0, "{:.1f}"),
    "spread_bp": ("Effective spread, basis points", 1.0, "{:.2f}"),
    "unquoted": ("Rounds without a firm quote, percent", 100.0, "{:.0f}"),
}


def draw(run: Any) -> Figure:
    """Return the figure of a run."""
    table = by_maturity(run["securities"])
    return stacked([_panel(column) for column in PANELS], table, 1.9)


def _panel(column: str) -> Any:
    title, scale, pattern = PANELS[column]

    def panel(axes: Axes, table: pd.DataFrame) -> None:
        """Draw one measure: maturities across, ages down, the number written in each cell."""
        wide = scale * table[column].unstack("tenor").reindex(index=AGES, columns=BUCKETS)
        _cells(axes, wide, pattern)
        label(axes, title, "age", dates=False)
        axes.set_xlabel("years to maturity")

    return panel


def _cells(axes: Axes, wide: pd.DataFrame, pattern: str) -> None:
    values = wide.to_numpy(np.float64)
    shade = Normalize(0.0, float(np.nanmax(values)) if np.isfinite(values).any() else 1.0)
    colours: Any = colormaps[MAP](shade(values))
    axes.imshow(values, cmap=MAP, norm=shade, aspect="auto")
    for (row, place), value in np.ndenumerate(values):
        if np.isfinite(value):
            text, colour = pattern.format(value), ink(*colours[row, place, :3])
            axes.text(place, row, text, ha="center", va="center", color=colour, fontsize=7)
    axes.set_xticks(np.arange(values.shape[1]), list(wide.columns))
    axes.set_yticks(np.arange(values.shape[0]), list(wide.index))
    axes.tick_params(length=0)
    axes.grid(visible=False)
