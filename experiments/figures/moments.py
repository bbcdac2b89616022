"""Moments of the model and of null models beside the published intervals, all on one scale: a panel for each role.

From the table of ``experiments.belief.validate``. A row at zero lies in the middle of the published interval, at one on
its edge; what is farther out than ``CUT`` half widths is drawn at the cut.
"""

import textwrap

import matplotlib
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from experiments.figures.style import BLACK, BLUE, COLUMN_INCHES, GREEN, PALE, PINK, RED, SETTINGS

CUT = 8.0
LETTERS = 26
ROLES = ("free", "fitted", "input")
NULLS = ((RED, "s"), (GREEN, "^"), (PINK, "D"), (BLACK, "v"))


def draw(table: pd.DataFrame, nulls: tuple[str, ...] = ()) -> Figure:
    """Return the figure; ``nulls`` are columns of the table that hold what null models have, four at most."""
    shown = table[table["model"].notna()]
    roles = [role for role in ROLES if (shown["role"] == role).any()]
    lines = {role: 0.6 + int((shown["role"] == role).sum()) for role in roles}
    with matplotlib.rc_context(SETTINGS):
        height = 0.8 + 0.29 * sum(lines.values())
        figure = Figure(figsize=(COLUMN_INCHES, height), layout="constrained")
        panels = figure.subplots(len(roles), 1, sharex=True, squeeze=False, height_ratios=list(lines.values()))
        for axes, role in zip(panels.flat, roles, strict=True):
            _panel(axes, shown[shown["role"] == role].reset_index(drop=True), nulls)
            axes.set_title(role)
        panels[-1, 0].set_xlabel("half widths (number)")
        figure.legend(*axes.get_legend_handles_labels(), loc="outside lower center", ncols=2)
    return figure


def _panel(axes: Axes, rows: pd.DataFrame, nulls: tuple[str, ...]) -> None:
    """Draw a marker for each row and column, and the band of what is inside."""
    middle, half = (rows["high"] + rows["low"]) / 2, (rows["high"] - rows["low"]) / 2
    axes.axvspan(-1, 1, color=PALE, label="published, 95 percent")
    for name, colour, marker in (
        *((null, *look) for null, look in zip(nulls, NULLS, strict=False)),
        ("model", BLUE, "o"),
    ):
        place = ((rows[name] - middle) / half).clip(-CUT, CUT)
        axes.plot(place, rows.index, marker, color=colour, label=name, markersize=4.5, markeredgecolor="white")
    axes.set_yticks(rows.index, [textwrap.fill(name, LETTERS) for name in rows["row"]])
    axes.set_ylim(len(rows) - 0.4, -0.6)
    axes.set_xlim(-CUT - 0.5, CUT + 0.5)
