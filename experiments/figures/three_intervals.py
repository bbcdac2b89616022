"""An effect over seeds, and the spread of it over plausible and over structural worlds, outcome by outcome.

From ``intervals.csv``, which ``offtherun robust`` writes; a source without worlds has no bar, and its row says so.
"""

import textwrap
from typing import Any

import matplotlib
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from experiments.figures.style import BLACK, BLUE, COLUMN_INCHES, GREEN, RED, SETTINGS, in_words, says
from experiments.results.readable import scale

COLOURS = {"seeds": BLUE, "parameters": RED, "structure": GREEN}
LETTERS = 34
SCALED = ("mean", "low", "high")


def draw(intervals: pd.DataFrame) -> Figure:
    """Return the figure, a column wide: a panel for each outcome, a row for each source, its share beside it."""
    outcomes = list(dict.fromkeys(intervals["outcome"]))
    with matplotlib.rc_context(SETTINGS):
        figure = Figure(figsize=(COLUMN_INCHES, 0.3 + 1.25 * len(outcomes)), layout="constrained")
        for axes, outcome in zip(figure.subplots(len(outcomes), 1, squeeze=False).flat, outcomes, strict=True):
            _panel(axes, intervals[intervals["outcome"] == outcome].to_dict("records"))
    return figure


def _panel(axes: Axes, rows: list[dict[Any, Any]]) -> None:
    factor, unit = scale(rows[0]["unit"], [row[name] for row in rows for name in SCALED])
    rows = [row | {name: factor * row[name] for name in SCALED} for row in rows]
    axes.axvline(0, color=BLACK, linewidth=0.6)
    for place, row in enumerate(rows):
        if row["mean"] == row["mean"]:
            axes.hlines(place, row["low"], row["high"], color=COLOURS[row["source"]], linewidth=2.6)
            axes.plot(row["mean"], place, "o", color=COLOURS[row["source"]], markersize=4.5, markeredgecolor="white")
    if all(row["mean"] != row["mean"] for row in rows):
        says(axes, "no seed has a value")
    axes.set_yticks(range(len(rows)), [_named(row) for row in rows])
    axes.set_ylim(len(rows) - 0.4, -0.6)
    axes.set_title(textwrap.fill(str(rows[0]["outcome"]), LETTERS))
    axes.set_xlabel(in_words(unit))


def _named(row: dict[Any, Any]) -> str:
    known = row["share"] == row["share"] and row["mean"] == row["mean"]
    return f"{row['source']} ({row['share']:.0%})" if known else f"{row['source']} (none)"
