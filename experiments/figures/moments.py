"""Free moments of the model and of null models beside the published intervals, all on one scale: a row for each.

From the table of ``experiments.belief.validate``. Zero is the middle of the published interval, one its edge. Rows are
grouped by what they show; what is given or fitted is left out, since it cannot. The model is a filled point with one
standard deviation over seeds to either side, nulls are open marks, each in a lane of its own below it. What is farther
out than ``CUT`` half widths is drawn there, with an arrow.
"""

from typing import Any

import matplotlib
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from experiments.belief.validation_rows import FREE
from experiments.figures.style import BLACK, BLUE, GREEN, GREY, PALE, PINK, RED, SETTINGS
from market.units import Float

WIDE_INCHES = 7.0
CUT, ROOM = 6.0, 0.7  # half widths: what is drawn, and what is left beyond for arrows
ROW_INCHES, PANEL_INCHES, BELOW_INCHES = 0.19, 0.3, 0.75
LANE, LANES = 0.2, 0.64  # of a row: from one mark to the next, and from the first to the last at most
NULLS = ((RED, "s"), (GREEN, "^"), (PINK, "D"), (BLACK, "v"))


def draw(table: pd.DataFrame, nulls: tuple[str, ...] = ()) -> Figure:
    """Return the figure; ``nulls`` are columns of the table that hold what null models have, four at most."""
    shown = groups(table)
    lines = [len(rows) for rows in shown.values()]
    height = BELOW_INCHES + sum(PANEL_INCHES + ROW_INCHES * number for number in lines)
    with matplotlib.rc_context(SETTINGS):
        figure = Figure(figsize=(WIDE_INCHES, height), layout="constrained")
        panels = figure.subplots(len(shown), 1, sharex=True, squeeze=False, height_ratios=lines)
        for axes, (name, rows) in zip(panels.flat, shown.items(), strict=True):
            _panel(axes, rows.reset_index(drop=True), nulls)
            axes.set_title(f"{name} ({len(rows)})")
        panels[-1, 0].tick_params(axis="x", length=3.5)
        panels[-1, 0].set_xlabel("distance from the middle of the published interval (number of its half widths)")
        figure.legend(*axes.get_legend_handles_labels(), loc="outside lower center", ncols=3)
    return figure


def groups(table: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """Return the free rows that the model has a value for, by what they show."""
    free = table[(table["role"] == FREE) & table["model"].notna()]
    inside, evidence, consistent = (free[name].astype(bool) for name in ("inside", "evidence", "consistent"))
    parts = {
        "Evidence: the model inside, a null clearly outside": free[evidence],
        "Inside, but no null clearly outside": free[inside & ~evidence],
        "Outside, within the errors of both": free[~inside & consistent],
        "Outside": free[~inside & ~consistent],
    }
    return {name: rows for name, rows in parts.items() if len(rows)}


def _panel(axes: Axes, rows: pd.DataFrame, nulls: tuple[str, ...]) -> None:
    """Draw the band of what is inside, and for each row the published value, the model and the nulls."""
    middle, half = (rows["high"] + rows["low"]) / 2, (rows["high"] - rows["low"]) / 2
    at = rows.index.to_numpy(np.float64)
    axes.axvspan(-1, 1, color=PALE, linewidth=0, label="published, 95 percent interval")
    axes.vlines((rows["published"] - middle) / half, at - 0.45, at + 0.45, color=GREY, label="published value")
    lane_of = min(LANE, LANES / max(len(nulls), 1))
    top = -lane_of * len(nulls) / 2
    _marks(axes, (rows["model"] - middle) / half, at + top, "model (line: one s.d. over seeds)", BLUE, "o")
    if "model_sd" in rows:
        place, spread = (rows["model"] - middle) / half, (rows["model_sd"] / half).fillna(0.0)
        axes.hlines(at + top, (place - spread).clip(-CUT, CUT), (place + spread).clip(-CUT, CUT), color=BLUE)
    for lane, (null, look) in enumerate(zip(nulls, NULLS, strict=False), 1):
        _marks(axes, (rows[null] - middle) / half, at + top + lane_of * lane, null, *look, face="none")
    axes.set_yticks(rows.index, rows["row"])
    axes.set_yticks(at[1:] - 0.5, minor=True)
    axes.tick_params(which="both", length=0)
    axes.grid(axis="y", visible=False)
    axes.grid(axis="y", which="minor")
    axes.set_ylim(len(rows) - 0.5, -0.5)
    axes.set_xlim(-CUT - ROOM, CUT + ROOM)


def _marks(
    axes: Axes, place: "pd.Series[float]", height: Float, name: str, colour: str, marker: str, face: str | None = None
) -> None:
    """Draw a mark for each row, at the cut with an arrow where it is beyond."""
    look: dict[str, Any] = {"color": colour, "markeredgewidth": 0.8, "linestyle": "none"}
    axes.plot(place.clip(-CUT, CUT), height, marker, **look, markerfacecolor=face or colour, markersize=3.6, label=name)
    for side, arrow in ((-1, "<"), (1, ">")):
        beyond = (side * place > CUT).to_numpy()
        if beyond.any():
            axes.plot(np.full(beyond.sum(), side * (CUT + ROOM / 2)), height[beyond], arrow, **look, markersize=3.0)
