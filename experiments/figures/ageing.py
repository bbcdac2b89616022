"""How liquidity ages: volume, trades, spreads, quotes and venues of notes and bonds by age, published shares beside."""

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from experiments.figures.style import BLACK, BLUE, ORANGE, area, label, legend, stacked
from experiments.results.venue_summary import AGES, of_table

WIDTH = 0.38


def draw(run: Any) -> Figure:
    """Return the figure of a run."""
    table = of_table(run["securities"])
    ages = table.xs("all", level="tenor").reindex(AGES)
    return stacked((_volume, _venues, _spread, _quotes), ages, 2.0)


def _volume(axes: Axes, ages: pd.DataFrame) -> None:
    place = np.arange(len(ages))
    axes.bar(place - WIDTH / 2, 100 * ages["volume_share"], WIDTH, **area(BLUE), label="here")
    axes.bar(place + WIDTH / 2, 100 * ages["published"], WIDTH, **area(ORANGE), label="published, 2017-18")
    _by_age(axes, "Share of volume", "percent")
    legend(axes)


def _venues(axes: Axes, ages: pd.DataFrame) -> None:
    request, books = 100 * ages["by_request"], 100 * ages["in_books"]
    parts = (
        (request, "by request", ORANGE),
        (books, "in books", BLUE),
        (100 - request - books, "dealers' session", BLACK),
    )
    low = np.zeros(len(ages))
    for part, name, colour in parts:
        axes.bar(np.arange(len(ages)), part, bottom=low, **area(colour), label=name)
        low = low + part.to_numpy()
    _by_age(axes, "Where it trades", "percent of volume")
    legend(axes)


def _spread(axes: Axes, ages: pd.DataFrame) -> None:
    axes.bar(np.arange(len(ages)), ages["spread_bp"], color=BLUE)
    _by_age(axes, "Effective spread", "basis points")


def _quotes(axes: Axes, ages: pd.DataFrame) -> None:
    axes.bar(np.arange(len(ages)), 100 * ages["unquoted"], color=BLUE)
    _by_age(axes, "Time without a firm quote", "percent of rounds")


def _by_age(axes: Axes, title: str, unit: str) -> None:
    label(axes, title, unit, dates=False)
    axes.set_xticks(range(len(AGES)), AGES)
    axes.grid(visible=False, axis="x")
