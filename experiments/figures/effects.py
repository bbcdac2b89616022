"""Effects: a point and its intervals for each contrast of an outcome, and the band within which nothing matters.

Two intervals say what seeds leave open: Student's t (thick) and the bootstrap (thin, with ends).
"""

import textwrap
from typing import Any

import matplotlib
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from experiments.figures.style import BLACK, BLUE, COLUMN_INCHES, PALE, SETTINGS, in_words, label, legend, says
from experiments.results.readable import readable_table

WIDE_INCHES, ACROSS = 10.0, 2
LETTERS, LETTERS_OF_NAME = 32, 20  # of a line of a title, and of the name of an effect
LINE_INCHES = 0.13


def draw(results: Any) -> Figure:
    """Return the figure of an experiment, a column wide: a panel for each outcome."""
    return _figure(results, COLUMN_INCHES, 1)


def draw_wide(results: Any) -> Figure:
    """Return the figure of an experiment for a page: two panels across."""
    return _figure(results, WIDE_INCHES, ACROSS)


def panel(axes: Axes, effects: pd.DataFrame, outcome: str) -> None:
    """Draw the effects on one outcome from the table of effects."""
    mine = readable_table(effects[effects["outcome"] == outcome].reset_index(drop=True))
    places = np.arange(len(mine))
    smallest = float(mine["smallest"].iloc[0])
    axes.axvspan(-smallest, smallest, color=PALE, linewidth=0, label="too small to matter")
    axes.axvline(0, color=BLACK, linewidth=0.6)
    axes.hlines(places, mine["t_low"], mine["t_high"], color=BLUE, linewidth=2.6, label="t interval")
    middle = (mine["bootstrap_low"] + mine["bootstrap_high"]) / 2
    half = (mine["bootstrap_high"] - mine["bootstrap_low"]) / 2
    axes.errorbar(
        middle, places + 0.22, xerr=half, fmt="none", ecolor=BLACK, elinewidth=0.8, capsize=2.5, label="bootstrap"
    )
    axes.plot(mine["mean"], places, "o", color=BLUE, markersize=5, markeredgecolor="white")
    if mine["mean"].isna().all():
        says(axes, "no seed has a value")
    axes.set_yticks(places, ["\n".join(_broken(name)) for name in mine["effect"]])
    axes.set_ylim(len(mine) - 0.4, -0.6)
    label(axes, textwrap.fill(outcome, LETTERS), "", dates=False)
    axes.set_xlabel(in_words(mine["unit"].iloc[0]))


def _broken(name: str) -> list[str]:
    """Return the name of an effect in lines, names of arms whole."""
    return textwrap.wrap(name, LETTERS_OF_NAME, break_on_hyphens=False)


def _figure(results: Any, width: float, across: int) -> Figure:
    """Return a figure with a panel for each outcome; the intervals are named below the last."""
    outcomes = [outcome.name for outcome in results.question.outcomes]
    names = [_broken(name) for name in results.question.contrasts()]
    rows = -(-len(outcomes) // across)
    each = 0.75 + sum(0.1 + LINE_INCHES * len(lines) for lines in names)
    with matplotlib.rc_context(SETTINGS):
        figure = Figure(figsize=(width, 0.4 + each * rows), layout="constrained")
        panels = list(figure.subplots(rows, across, squeeze=False).flat)
        for axes, outcome in zip(panels, outcomes, strict=False):
            panel(axes, results.effects, outcome)
        for axes in panels[len(outcomes) :]:
            axes.set_axis_off()
        legend(panels[len(outcomes) - 1])
    return figure
