"""Profiles of a calibration: for each parameter, the least implausibility with it held there."""

from pathlib import Path

import matplotlib
import pandas as pd
from matplotlib.figure import Figure

from experiments.figures.style import BLUE, GREY, PAGE_INCHES, RED, SETTINGS, in_words
from experiments.figures.style import save as save_figure

CUT = 3.0
COLUMNS = 4


def draw(profiles: pd.DataFrame, parameters: pd.DataFrame) -> Figure:
    """Return a panel for each parameter."""
    names = list(parameters["parameter"])
    rows = -(-len(names) // COLUMNS)
    with matplotlib.rc_context(SETTINGS):
        figure = Figure(figsize=(PAGE_INCHES[0], 2.6 * rows), layout="constrained")
        axes = figure.subplots(rows, COLUMNS, squeeze=False, sharey=True)
        for place, panel in enumerate(axes.flat):
            if place >= len(names):
                panel.set_axis_off()
                continue
            known = parameters.iloc[place]
            mine = profiles[profiles["parameter"] == names[place]]
            panel.plot(
                mine["value"],
                mine["implausibility"],
                color=BLUE,
                marker="o",
                markersize=3,
                label="least implausibility",
            )
            panel.axhline(CUT, color=GREY, linestyle="--", label="implausible above")
            panel.axvline(known["shipped"], color=RED, linestyle=":", label="as shipped")
            panel.set_title(names[place])
            panel.set_xlabel(in_words(str(known["unit"])))
            panel.set_ylim(bottom=0.0)
            if place % COLUMNS == 0:
                panel.set_ylabel("standard deviations")
        figure.legend(*axes[0, 0].get_legend_handles_labels(), loc="outside lower center", ncols=3)
    return figure


def save(profiles: pd.DataFrame, parameters: pd.DataFrame, folder: Path) -> list[Path]:
    """Write the figure; return its files."""
    return save_figure(draw(profiles, parameters), folder, "profiles")
