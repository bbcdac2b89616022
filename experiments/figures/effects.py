"""Effects: a point and its interval for each contrast of one outcome, and the band within which nothing matters."""

import textwrap

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from experiments.figures.style import BLACK, BLUE, GREY, label

WIDTH = 36  # letters of a title


def draw(axes: Axes, effects: pd.DataFrame, outcome: str) -> None:
    """Draw the effects on one outcome from the table of effects."""
    mine = effects[effects["outcome"] == outcome].reset_index(drop=True)
    places = np.arange(len(mine))
    smallest = float(mine["smallest"].iloc[0])
    axes.axvspan(-smallest, smallest, color=GREY, alpha=0.2, linewidth=0)
    axes.axvline(0, color=BLACK, linewidth=0.6)
    axes.hlines(places, mine["t_low"], mine["t_high"], color=BLUE, linewidth=1.6)
    axes.plot(mine["mean"], places, "o", color=BLUE, markersize=4)
    if mine["mean"].isna().all():
        axes.text(0.5, 0.5, "no seed has a value", transform=axes.transAxes, ha="center", va="center")
    axes.set_yticks(places, mine["effect"])
    axes.set_ylim(len(mine) - 0.5, -0.5)
    label(axes, textwrap.fill(outcome, WIDTH), "", dates=False)
    axes.set_xlabel(f"{mine['unit'].iloc[0]} (band: too small to matter)")
